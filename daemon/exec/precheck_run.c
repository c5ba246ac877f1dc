#include "precheck_run.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"
#include "db_sizes.h"
#include "exec.h"
#include "forecast.h"
#include "ladder.h"
#include "trial_facts.h"
#include "visit.h"

#define SELECT "select "

enum {
	QUERY_S = 2,        /* one query may take, and with it others may wait to alter the table */
	TABLES_MAX = 50000, /* of a server that is asked what they are like inside */
};

static char *replace(const char *text, const char *word, const char *by)
{
	g_auto(GStrv) parts = g_strsplit(text, word, -1);

	return g_strjoinv(by, parts);
}

/* The query for one schema, that ends by itself. Owned. */
static char *query_of(const struct visit *visit, const char *check, const char *schema)
{
	const char *sql_mode = visit->order->forecast->sql_mode;
	g_autofree char *name = db_quote_name(schema);
	g_autofree char *mode = sql_mode == NULL ? g_strdup("@@global.sql_mode")
						 : db_quote(visit->session, sql_mode);
	g_autofree char *moded = replace(check, PRECHECK_MODE, mode);
	g_autofree char *sql = replace(moded, PRECHECK_SCHEMA, name);

	if (db_flavor(visit->session) == DB_MARIADB) {
		return g_strdup_printf("set statement max_statement_time = %d for %s", QUERY_S,
				       sql);
	}
	return g_strdup_printf(SELECT "/*+ max_execution_time(%d000) */ %s", QUERY_S,
			       sql + strlen(SELECT));
}

/* Takes text. */
static void add(struct exec_result *result, const char *schema, size_t check, bool unasked,
		char *text)
{
	struct exec_breach breach = {
		.schema = g_strdup(schema),
		.check = check,
		.unasked = unasked,
	};

	breach.text = text;
	result->breaches = g_renew(struct exec_breach, result->breaches, result->nr_breaches + 1);
	result->breaches[result->nr_breaches++] = breach;
}

static char *rows_text(const struct db_rows *rows)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; i < rows->nr; i++) {
		const char *cell = rows->cells[i][0];

		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ",
				       cell == NULL ? "a row" : cell);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Does the server refuse what does not fit, or make something else of it? */
static int ask_mode(struct visit *visit, const char *schema, bool *strict, struct err *err)
{
	g_autofree char *sql =
		query_of(visit, SELECT PRECHECK_MODE " regexp 'STRICT_|TRADITIONAL'", schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows, sql, err) < 0) {
		return -1;
	}
	*strict = rows.nr == 1 && g_strcmp0(rows.cells[0][0], "1") == 0;
	return 0;
}

/* Rows are there that a check asked for. Takes text. */
static int add_found(struct visit *visit, const char *schema, size_t index,
		     struct exec_result *result, char *text, struct err *err)
{
	const struct precheck *check =
		&g_array_index(visit->order->forecast->checks, struct forecast_check, index)
			 .precheck;
	g_autofree char *found = text;
	bool strict = true;

	if (check->doubt) {
		add(result, schema, index, true,
		    g_strdup_printf("nobody can say whether the server takes what is in %s",
				    found));
		return 0;
	}
	if (check->strict && ask_mode(visit, schema, &strict, err) < 0) {
		return -1;
	}
	add(result, schema, index, !strict,
	    strict ? g_steal_pointer(&found)
		   : g_strdup_printf("sql_mode is not strict, so the values become other ones: %s",
				     found));
	return 0;
}

static bool is_interrupted(const struct err *err)
{
	return err->code == ERR_DB && db_fault_is_timeout(err->native);
}

/* All rows take too long. What a part of them shows is true all the same. */
static int ask_sample(struct visit *visit, const char *schema, size_t index,
		      struct exec_result *result, struct err *err)
{
	const struct precheck *check =
		&g_array_index(visit->order->forecast->checks, struct forecast_check, index)
			 .precheck;
	g_autofree char *sampled = precheck_sampled(check);
	g_autofree char *sql = sampled == NULL ? NULL : query_of(visit, sampled, schema);
	SCOPED(db_rows) rows = { 0 };
	int asked = sql == NULL ? -1 : db_query(visit->session, &rows, sql, err);

	if (sql != NULL && asked < 0 && err->code != ERR_DB) {
		return -1;
	}
	if (asked < 0) {
		add(result, schema, index, true,
		    g_strdup_printf("not answered within %d s", QUERY_S));
	} else if (rows.nr == 0) {
		add(result, schema, index, true,
		    g_strdup_printf(
			    "not answered within %d s for all rows; of the first %d none is "
			    "in the way",
			    QUERY_S, PRECHECK_SAMPLE));
	} else {
		g_autofree char *text = rows_text(&rows);

		return add_found(
			visit, schema, index, result,
			g_strdup_printf("%s (of the first %d rows)", text, PRECHECK_SAMPLE), err);
	}
	return 0;
}

static int ask(struct visit *visit, const char *schema, size_t index, struct exec_result *result,
	       struct err *err)
{
	const struct forecast_check *check =
		&g_array_index(visit->order->forecast->checks, struct forecast_check, index);
	g_autofree char *sql = query_of(visit, check->precheck.sql, schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows, sql, err) == 0) {
		return rows.nr == 0
			       ? 0
			       : add_found(visit, schema, index, result, rows_text(&rows), err);
	}
	if (err->code != ERR_DB) {
		return -1;
	}
	if (is_interrupted(err)) {
		return ask_sample(visit, schema, index, result, err);
	}
	add(result, schema, index, true, g_strdup(err->msg));
	return 0;
}

/* Where the disk is that the tables are on. */
static int ask_place(struct visit *visit, struct exec_result *result, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows, "select @@hostname, @@datadir", err) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	if (rows.nr == 1) {
		result->host = g_strdup(rows.cells[0][0]);
		result->data_dir = g_strdup(rows.cells[0][1]);
	}
	return 0;
}

/* Of all schemas in one round trip, or two. */
static int ask_sizes(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_order *order = visit->order;
	g_autoptr(GArray) sizes = db_sizes_new();

	if (order->schemas == NULL) {
		return 0;
	}
	if (db_sizes_get(visit->session, (const char *const *)order->schemas,
			 (const char *const *)order->forecast->tables, sizes, err) < 0) {
		return -1;
	}
	result->sizes = g_new0(struct exec_size, sizes->len);
	result->nr_sizes = sizes->len;
	for (guint i = 0; i < sizes->len; i++) {
		struct db_size *size = &g_array_index(sizes, struct db_size, i);

		result->sizes[i] = (struct exec_size){
			.schema = g_steal_pointer(&size->schema),
			.table = g_steal_pointer(&size->table),
			.bytes = size->bytes,
			.rows = size->rows,
		};
	}
	return 0;
}

/* ---- changes at once that are one too many ------------------------------------------------ */

/* Whoever has so many could have too many before the last statement. */
static int64_t least_of(const struct forecast *forecast, int64_t most)
{
	int64_t nr = 0;

	for (size_t i = 0; i < forecast->nr; i++) {
		nr += forecast->statements[i].versions ? 1 : 0;
	}
	return MAX(most - nr + 1, 1);
}

/* How large those tables are that it may come to. */
static int size_versions(struct visit *visit, struct exec_result *result, struct err *err)
{
	g_autoptr(GPtrArray) schemas = g_ptr_array_new();
	g_autoptr(GArray) sizes = db_sizes_new();

	for (size_t i = 0; i < result->nr_versions; i++) {
		g_ptr_array_add(schemas, result->versions[i].schema);
	}
	g_ptr_array_add(schemas, NULL);
	if (db_sizes_get(visit->session, (const char *const *)schemas->pdata,
			 (const char *const *)visit->order->forecast->versioned, sizes, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < result->nr_versions; i++) {
		struct exec_versions *found = &result->versions[i];

		for (guint k = 0; k < sizes->len; k++) {
			const struct db_size *size = &g_array_index(sizes, struct db_size, k);

			if (strcmp(size->schema, found->schema) == 0 &&
			    strcmp(size->table, found->table) == 0) {
				found->bytes = size->bytes;
				found->rows = size->rows;
			}
		}
	}
	return 0;
}

static void take_versions(const struct exec_order *order, char *const *schemas, const GArray *found,
			  struct exec_result *result)
{
	result->versions = g_new0(struct exec_versions, found->len);
	result->nr_versions = found->len;
	for (guint i = 0; i < found->len; i++) {
		const struct trial_versions *from = &g_array_index(found, struct trial_versions, i);

		result->versions[i] = (struct exec_versions){
			.schema = g_strdup(schemas[from->schema]),
			.table = g_strdup(order->forecast->versioned[from->table]),
			.row_versions = from->row_versions,
			.bytes = -1,
		};
	}
}

static int may_have_versions(struct visit *visit, const char *schema, int64_t least, bool *may,
			     struct err *err)
{
	char *const *table = visit->order->forecast->versioned;

	*may = false;
	for (; *table != NULL && !*may; table++) {
		if (trial_facts_may_have(visit->session, schema, *table, least, may, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* How many there really are: of those few that may have so many. */
static int count_versions(struct visit *visit, char *const *schemas, int64_t least,
			  struct exec_result *result, struct err *err)
{
	SCOPED(trial_facts) facts = { .tables_max = TABLES_MAX };
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct trial_versions));
	bool small;

	if (trial_facts_small(&facts, visit->session, &small, err) < 0) {
		return -1;
	}
	if (!small) {
		result->versions_unread =
			g_strdup_printf("the server has more than %d tables", TABLES_MAX);
		return 0;
	}
	if (trial_facts_versions(visit->session, schemas, visit->order->forecast->versioned, least,
				 found, err) < 0) {
		return -1;
	}
	take_versions(visit->order, schemas, found, result);
	return size_versions(visit, result, err);
}

static int ask_versions(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_order *order = visit->order;
	int64_t least = least_of(order->forecast, result->versions_most);
	g_autoptr(GPtrArray) schemas = g_ptr_array_new();

	for (char *const *schema = order->schemas; *schema != NULL; schema++) {
		bool may;

		if (may_have_versions(visit, *schema, least, &may, err) < 0) {
			return -1;
		}
		if (may) {
			g_ptr_array_add(schemas, *schema);
		}
	}
	if (schemas->len == 0) {
		return 0;
	}
	g_ptr_array_add(schemas, NULL);
	return count_versions(visit, (char *const *)schemas->pdata, least, result, err);
}

static int check_versions(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct ladder_server server = {
		.mariadb = db_flavor(visit->session) == DB_MARIADB,
		.version = (int)db_version_number(visit->session),
	};

	result->versions_most = ladder_row_versions(&server);
	if (server.mariadb || ask_versions(visit, result, err) == 0) {
		return 0;
	}
	result->versions_unread = g_strdup(err->msg);
	return err->code == ERR_DB ? 0 : -1;
}

int precheck_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	char *const *schemas = visit->order->schemas;

	if (visit->order->with_versions) {
		return check_versions(visit, result, err);
	}
	if (ask_sizes(visit, result, err) < 0 || ask_place(visit, result, err) < 0) {
		return -1;
	}
	for (; schemas != NULL && *schemas != NULL; schemas++) {
		for (size_t i = 0; i < visit->order->forecast->checks->len; i++) {
			if (ask(visit, *schemas, i, result, err) < 0) {
				return -1;
			}
		}
	}
	return 0;
}
