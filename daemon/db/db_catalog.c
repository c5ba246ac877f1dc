#include "db_catalog.h"

#include <glib.h>

#include "db_crew.h"
#include "db_fault.h"

#define BATCH          100 /* histories per query */
#define LIST_MAX       50  /* up to here schemas are named in a query, above all are read */
#define NO_SCHEMA      1049
#define HISTORY_TABLE  "muster_history"
#define BEGINNING      "8" /* of a checksum tells two texts apart */
#define SYSTEM_SCHEMAS "('mysql', 'information_schema', 'performance_schema', 'sys', 'ndbinfo')"

void db_positions_release(struct db_positions *positions)
{
	for (size_t i = 0; i < positions->nr; i++) {
		g_free(positions->positions[i].schema);
		g_strfreev(positions->positions[i].applied);
		g_strfreev(positions->positions[i].checksums);
		g_free(positions->positions[i].before);
		g_free(positions->positions[i].open);
		g_free(positions->positions[i].problem);
	}
	g_free(positions->positions);
	*positions = (struct db_positions){ 0 };
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **db_schemas(struct db_session *session, const char *like, struct err *err)
{
	g_autofree char *pattern = db_quote(session, like == NULL ? "%" : like);
	g_autofree char *escape = db_quote(session, "\\");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err,
		      "select schema_name from information_schema.schemata "
		      "where schema_name like %s escape %s and schema_name not in " SYSTEM_SCHEMAS
		      " and schema_name not like '#mysql50#%%' "
		      "and left(schema_name, 15) <> 'muster_scratch_' "
		      "and schema_name <> 'muster_probe'",
		      pattern, escape) < 0) {
		(void)err_prefix(err, "list of databases");
		return NULL;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_ptr_array_add(names, g_strdup(rows.cells[i][0]));
	}
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

/* ---- positions ------------------------------------------------------------------- */

struct survey {
	struct db_session *session;
	struct db_position *positions;
	size_t nr;
	GHashTable *by_name; /* schema, folded when the server folds -> position; borrowed */
	bool folds;          /* lower_case_table_names is not 0 */
	bool with_checksums;
};

static struct db_position *position_find(struct survey *survey, const char *schema)
{
	g_autofree char *folded = survey->folds ? g_utf8_strdown(schema, -1) : NULL;

	return g_hash_table_lookup(survey->by_name, folded == NULL ? schema : folded);
}

/* Two of the same name: the second gets what the first found, at the end. */
static void names_index(struct survey *survey)
{
	survey->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = survey->nr; i-- > 0;) {
		const char *schema = survey->positions[i].schema;

		g_hash_table_insert(survey->by_name,
				    survey->folds ? g_utf8_strdown(schema, -1) : g_strdup(schema),
				    &survey->positions[i]);
	}
}

/* " and column in ('a', 'b')", or nothing when there are too many to name. Owned. */
static char *restriction(const struct survey *survey, const char *column)
{
	GString *text = g_string_new(NULL);

	if (survey->nr > LIST_MAX) {
		return g_string_free(text, FALSE);
	}
	g_string_append_printf(text, " and %s in (", column);
	for (size_t i = 0; i < survey->nr; i++) {
		g_autofree char *quoted = db_quote(survey->session, survey->positions[i].schema);

		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", quoted);
	}
	g_string_append_c(text, ')');
	return g_string_free(text, FALSE);
}

static int folding_get(struct survey *survey, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(survey->session, &rows, "select @@lower_case_table_names", err) < 0) {
		return -1;
	}
	survey->folds = rows.nr == 1 && g_strcmp0(rows.cells[0][0], "0") != 0;
	return 0;
}

static int existing_get(struct survey *survey, struct err *err)
{
	g_autofree char *some = restriction(survey, "schema_name");
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(survey->session, &rows, err,
		      "select schema_name from information_schema.schemata where 1 = 1%s",
		      some) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		struct db_position *position = position_find(survey, rows.cells[i][0]);

		if (position != NULL) {
			position->exists = true;
		}
	}
	return 0;
}

static int histories_find(struct survey *survey, struct err *err)
{
	g_autofree char *some = restriction(survey, "table_schema");
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(survey->session, &rows, err,
		      "select table_schema from information_schema.tables "
		      "where table_name = '" HISTORY_TABLE "'%s",
		      some) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		struct db_position *position = position_find(survey, rows.cells[i][0]);

		if (position != NULL) {
			position->has_history = true;
		}
	}
	return 0;
}

/* One entry of a history: sorted here, because a union has no order. */
struct entry {
	const char *version;  /* borrowed from the rows */
	const char *checksum; /* the same; NULL: not asked */
	const char *before;
	uint64_t index;
	uint64_t seq;
	uint64_t epoch;
	uint64_t done;
	bool applied;
	bool in_flight;
};

static gint compare_entries(gconstpointer a, gconstpointer b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	if (left->index != right->index) {
		return left->index < right->index ? -1 : 1;
	}
	return left->seq < right->seq ? -1 : left->seq > right->seq;
}

static GArray *entries_sort(const struct db_rows *rows)
{
	GArray *entries = g_array_sized_new(FALSE, FALSE, sizeof(struct entry), (guint)rows->nr);

	for (size_t i = 0; i < rows->nr; i++) {
		char *const *row = rows->cells[i];
		const struct entry entry = {
			.index = g_ascii_strtoull(row[0], NULL, 10),
			.seq = g_ascii_strtoull(row[1], NULL, 10),
			.applied = *row[2] == '1',
			.version = row[3],
			.checksum = row[7],
			.before = rows->columns > 8 ? row[8] : NULL,
			.epoch = g_ascii_strtoull(row[4], NULL, 10),
			.done = g_ascii_strtoull(row[5], NULL, 10),
			.in_flight = *row[6] != '0',
		};

		g_array_append_val(entries, entry);
	}
	g_array_sort(entries, compare_entries);
	return entries;
}

/* sql_mode may pad a CHAR column with blanks. Owned; NULL gives NULL. */
static char *trimmed(const char *cell)
{
	return cell == NULL ? NULL : g_strchomp(g_strdup(cell));
}

static void clear(struct db_position *position)
{
	g_clear_pointer(&position->before, g_free);
	g_clear_pointer(&position->applied, g_strfreev);
	g_clear_pointer(&position->checksums, g_strfreev);
}

/* Give entries[first..) of one position to it; returns where the next one begins. */
static guint entries_take(struct survey *survey, const GArray *entries, guint first)
{
	const struct entry *entry = &g_array_index(entries, struct entry, first);
	struct db_position *position = &survey->positions[entry->index];
	g_autoptr(GPtrArray) applied = g_ptr_array_new();
	g_autoptr(GPtrArray) checksums = g_ptr_array_new();
	uint64_t index = entry->index;
	guint i = first;

	clear(position); /* it is read again when the session of a first try broke */
	position->before = trimmed(entry->before);
	for (; i < entries->len; i++) {
		entry = &g_array_index(entries, struct entry, i);
		if (entry->index != index) {
			break;
		}
		position->epoch = MAX(position->epoch, entry->epoch);
		if (entry->applied) {
			g_ptr_array_add(applied, g_strdup(entry->version));
			g_ptr_array_add(checksums, trimmed(entry->checksum));
		} else {
			g_free(position->open);
			position->open = g_strdup(entry->version);
			position->done = entry->done;
			position->in_flight = entry->in_flight;
		}
	}
	g_ptr_array_add(applied, NULL);
	position->applied = (char **)g_ptr_array_steal(applied, NULL);
	g_ptr_array_add(checksums, NULL);
	position->checksums = (char **)g_ptr_array_steal(checksums, NULL);
	return i;
}

/* Some histories, which one session reads; each of a position of its own. */
struct batch {
	struct survey *survey;
	size_t at[BATCH]; /* of its positions */
	size_t nr;
};

/* Read the histories of these positions by one query. */
static int batch_read(struct db_session *session, struct survey *survey, const size_t *at,
		      size_t nr, struct err *err)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	g_autoptr(GArray) entries = NULL;
	SCOPED(db_rows) rows = { 0 };

	for (size_t i = 0; i < nr; i++) {
		g_autofree char *name = db_quote_name(survey->positions[at[i]].schema);

		g_string_append_printf(
			sql,
			"%sselect %" G_GSIZE_FORMAT
			", seq, state = 'applied', version, epoch, statements_done, in_flight%s "
			"from %s." HISTORY_TABLE " where state <> 'reverted'",
			i == 0 ? "" : " union all ", at[i],
			survey->with_checksums ? ", checksum, fingerprint_before"
					       : ", left(checksum, " BEGINNING ")",
			name);
	}
	if (db_query(session, &rows, sql->str, err) < 0) {
		return -1;
	}
	entries = entries_sort(&rows);
	for (guint i = 0; i < entries->len;) {
		i = entries_take(survey, entries, i);
	}
	return 0;
}

static int single_read(struct db_session *session, struct survey *survey, size_t index,
		       struct err *err)
{
	struct db_position *position = &survey->positions[index];
	struct err refused = { 0 };

	if (batch_read(session, survey, &index, 1, &refused) == 0) {
		return 0;
	}
	if (db_is_lost(session) || refused.code != ERR_DB) {
		*err = refused;
		return -1;
	}
	if (refused.native == NO_SCHEMA || db_fault_is_no_table(&refused)) {
		position->exists = refused.native != NO_SCHEMA; /* dropped while we looked */
		position->has_history = false;
		return 0;
	}
	g_free(position->problem);
	position->problem = g_strdup(refused.msg);
	return 0;
}

/* One bad history must not hide the others: ask again one by one. */
static int batch_read_safe(struct db_session *session, void *item, struct err *err)
{
	struct batch *batch = item;

	if (batch_read(session, batch->survey, batch->at, batch->nr, err) == 0) {
		return 0;
	}
	if (db_is_lost(session)) {
		return -1;
	}
	for (size_t i = 0; i < batch->nr; i++) {
		if (single_read(session, batch->survey, batch->at[i], err) < 0) {
			return -1;
		}
	}
	return 0;
}

static void batch_add(GArray *batches, struct survey *survey, size_t index)
{
	const struct batch empty = { .survey = survey };
	struct batch *last;

	if (batches->len == 0 ||
	    g_array_index(batches, struct batch, batches->len - 1).nr == BATCH) {
		g_array_append_val(batches, empty);
	}
	last = &g_array_index(batches, struct batch, batches->len - 1);
	last->at[last->nr++] = index;
}

static int histories_read(struct survey *survey, struct db_crew *crew, struct err *err)
{
	g_autoptr(GArray) batches = g_array_new(FALSE, FALSE, sizeof(struct batch));
	struct db_crew_work work = { .run = batch_read_safe, .size = sizeof(struct batch) };

	for (size_t i = 0; i < survey->nr; i++) {
		if (position_find(survey, survey->positions[i].schema) == &survey->positions[i] &&
		    survey->positions[i].has_history) {
			batch_add(batches, survey, i);
		}
	}
	work.items = batches->data;
	work.nr = batches->len;
	return db_crew_run(crew, survey->session, &work, err);
}

static void sizes_take(struct survey *survey, const struct db_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		struct db_position *position = position_find(survey, rows->cells[i][0]);

		if (position != NULL && rows->cells[i][1] != NULL) {
			position->bytes = g_ascii_strtoll(rows->cells[i][1], NULL, 10);
		}
	}
}

static int sizes_get(struct survey *survey, struct err *err)
{
	g_autofree char *some = restriction(survey, "database_name");
	g_autofree char *some_tables = restriction(survey, "table_schema");
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(survey->session, &rows, err,
		      "select database_name, "
		      "sum(clustered_index_size + sum_of_other_index_sizes) * @@innodb_page_size "
		      "from mysql.innodb_table_stats where 1 = 1%s group by database_name",
		      some) < 0 &&
	    (err->code != ERR_DB ||
	     db_queryf(survey->session, &rows, err,
		       "select table_schema, sum(data_length + index_length) "
		       "from information_schema.tables where 1 = 1%s group by table_schema",
		       some_tables) < 0)) {
		return -1;
	}
	sizes_take(survey, &rows);
	return 0;
}

/* The same schema asked for twice: both get the answer. */
static void duplicates_fill(struct survey *survey)
{
	for (size_t i = 0; i < survey->nr; i++) {
		struct db_position *position = &survey->positions[i];
		const struct db_position *first = position_find(survey, position->schema);

		if (first != position) {
			position->exists = first->exists;
			position->has_history = first->has_history;
			position->applied = g_strdupv(first->applied);
			position->checksums = g_strdupv(first->checksums);
			position->before = g_strdup(first->before);
			position->open = g_strdup(first->open);
			position->done = first->done;
			position->in_flight = first->in_flight;
			position->epoch = first->epoch;
			position->problem = g_strdup(first->problem);
			position->bytes = first->bytes;
		}
		if (position->applied == NULL) {
			position->applied = g_new0(char *, 1);
		}
	}
}

int db_positions_get(struct db_session *session, struct db_positions *positions,
		     const char *const *schemas, size_t nr, unsigned wants, struct db_crew *crew,
		     struct err *err)
{
	SCOPED(db_positions) got = { .positions = g_new0(struct db_position, nr), .nr = nr };
	struct survey survey = {
		.session = session,
		.positions = got.positions,
		.nr = nr,
		.with_checksums = (wants & DB_POSITIONS_CHECKSUMS) != 0,
	};
	g_autoptr(GHashTable) by_name = NULL;

	for (size_t i = 0; i < nr; i++) {
		got.positions[i].schema = g_strdup(schemas[i]);
	}
	if (nr > 0) {
		if (folding_get(&survey, err) < 0) {
			return err_prefix(err, "positions");
		}
		names_index(&survey);
		by_name = survey.by_name;
		if (existing_get(&survey, err) < 0 || histories_find(&survey, err) < 0 ||
		    histories_read(&survey, crew, err) < 0 ||
		    ((wants & DB_POSITIONS_BYTES) != 0 && sizes_get(&survey, err) < 0)) {
			return err_prefix(err, "positions");
		}
		duplicates_fill(&survey);
	}
	*positions = got;
	got = (struct db_positions){ 0 };
	return 0;
}
