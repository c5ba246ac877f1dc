#include "trial_facts.h"

#include <inttypes.h>
#include <string.h>

#include "db.h"
#include "db_fault.h"

#define HIDDEN_ALWAYS 3 /* columns of every InnoDB table that n_cols counts too */
#define DROPPED       "!hidden!_dropped_v" /* how the name of a column begins that went at once */

/* Where tables stand as InnoDB sees them, and what it says of instant changes and rows. */
static const struct {
	const char *table;
	const char *versions;
	const char *redundant;
} inside[DB_FLAVOR_NR] = {
	[DB_UNKNOWN] = { "innodb_tables", "total_row_versions", "0" },
	[DB_MARIADB] = { "innodb_sys_tables", "0", "row_format = 'Redundant'" },
	[DB_MYSQL] = { "innodb_tables", "total_row_versions", "0" },
};

/* A name as InnoDB keeps it; NULL: it has letters whose spelling is not known here. Owned. */
static char *encode(const char *name)
{
	GString *text = g_string_new(NULL);

	for (; *name != '\0'; name++) {
		if ((unsigned char)*name >= 0x80) {
			(void)g_string_free(text, TRUE);
			return NULL;
		}
		if (g_ascii_isalnum(*name) || *name == '_') {
			g_string_append_c(text, *name);
		} else {
			g_string_append_printf(text, "@%04x", (unsigned)*name);
		}
	}
	return g_string_free(text, FALSE);
}

static struct trial_fact *fact_of(GHashTable *tables, const char *name)
{
	struct trial_fact *fact = g_hash_table_lookup(tables, name);

	if (fact == NULL) {
		fact = g_new0(struct trial_fact, 1);
		g_hash_table_insert(tables, g_strdup(name), fact);
	}
	return fact;
}

static int64_t number(const char *text)
{
	return text == NULL ? 0 : g_ascii_strtoll(text, NULL, 10);
}

/* "shop/users", "shop/users#P#p0" */
static char *table_of(const char *name, size_t prefix)
{
	const char *table = name + prefix;
	const char *part = strcasestr(table, "#p#");

	return part == NULL ? g_strdup(table) : g_strndup(table, (gsize)(part - table));
}

/* The second list gives the number of columns of a name, the first is held against it. */
static void take(struct trial_facts *facts, const struct db_rows *rows, size_t prefix)
{
	g_autoptr(GHashTable) shown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < rows->nr; i++) {
		char *name =
			strcmp(rows->cells[i][0], "shown") == 0 ? encode(rows->cells[i][1]) : NULL;

		if (name != NULL) {
			g_hash_table_insert(shown, name,
					    GSIZE_TO_POINTER((gsize)number(rows->cells[i][2])));
		}
	}
	for (size_t i = 0; i < rows->nr; i++) {
		g_autofree char *name = NULL;
		struct trial_fact *fact;
		gpointer nr;

		if (strcmp(rows->cells[i][0], "inside") != 0) {
			continue;
		}
		name = table_of(rows->cells[i][1], prefix);
		fact = fact_of(facts->tables, name);
		fact->row_versions = MAX(fact->row_versions, number(rows->cells[i][3]));
		fact->redundant |= number(rows->cells[i][4]) != 0;
		if (g_hash_table_lookup_extended(shown, name, NULL, &nr)) {
			fact->hidden_fulltext |= number(rows->cells[i][2]) - HIDDEN_ALWAYS ==
						 (int64_t)GPOINTER_TO_SIZE(nr) + 1;
		}
	}
}

/*
 * Two lists in one: tables and partitions with all their stored columns, and how many of them
 * the server itself shows.
 */
static int ask(struct db_session *session, const char *schema, const char *prefix,
	       struct db_rows *rows, struct err *err)
{
	g_autofree char *quoted = db_quote(session, schema);
	g_autofree char *start = db_quote(session, prefix);
	enum db_flavor flavor = db_flavor(session);

	return db_queryf(
		session, rows, err,
		"select 'inside', name, n_cols, %s, %s from information_schema.%s "
		"where left(name, char_length(%s)) = %s union all "
		"select 'shown', table_name, count(*), 0, 0 from information_schema.columns "
		"where table_schema = %s and extra not like '%%VIRTUAL GENERATED%%' "
		"group by table_name",
		inside[flavor].versions, inside[flavor].redundant, inside[flavor].table, start,
		start, quoted);
}

static int64_t tables_max(const struct trial_facts *facts)
{
	return facts->tables_max == 0 ? TRIAL_FACTS_TABLES : facts->tables_max;
}

/*
 * The list of what statistics are kept of tells it without a look at every table. 0: it cannot be
 * told so, for none are kept, or they are not shown.
 */
static int count_kept(struct db_session *session, int64_t *nr, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	*nr = 0;
	/* beside a count of the same select MariaDB gives every switch as 0 */
	if (db_query(session, &rows,
		     "select @@innodb_stats_persistent, "
		     "(select count(*) from mysql.innodb_table_stats)",
		     err) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	if (rows.nr == 1 && number(rows.cells[0][0]) != 0) {
		*nr = number(rows.cells[0][1]);
	}
	return 0;
}

static int count(struct db_session *session, int64_t *nr, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (count_kept(session, nr, err) < 0) {
		return -1;
	}
	if (*nr > 0) {
		return 0;
	}
	if (db_query(session, &rows, "select count(*) from information_schema.tables", err) < 0) {
		return -1;
	}
	*nr = rows.nr == 1 ? number(rows.cells[0][0]) : INT64_MAX;
	return 0;
}

int trial_facts_small(struct trial_facts *facts, struct db_session *session, bool *small,
		      struct err *err)
{
	int64_t nr;

	if (!facts->is_counted) {
		if (count(session, &nr, err) < 0) {
			return -1;
		}
		facts->is_counted = true;
		facts->is_small = nr <= tables_max(facts);
	}
	*small = facts->is_small;
	return 0;
}

static int read_all(struct trial_facts *facts, struct db_session *session, struct err *err)
{
	g_autofree char *encoded = encode(facts->schema);
	g_autofree char *prefix = NULL;
	SCOPED(db_rows) rows = { 0 };
	bool small;

	facts->is_read = true;
	facts->tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (encoded == NULL) {
		facts->unread = g_strdup("the name of the database is not plain ASCII");
		return 0;
	}
	if (trial_facts_small(facts, session, &small, err) < 0) {
		return -1;
	}
	if (!small) {
		facts->unread = g_strdup_printf("the server has more than %" PRId64 " tables",
						tables_max(facts));
		return 0;
	}
	prefix = g_strconcat(encoded, "/", NULL);
	if (ask(session, facts->schema, prefix, &rows, err) < 0) {
		facts->unread = g_strdup(err->msg);
		return err->code == ERR_DB ? 0 : -1;
	}
	take(facts, &rows, strlen(prefix));
	return 0;
}

int trial_facts_get(struct trial_facts *facts, struct db_session *session, const char *table,
		    struct trial_fact *fact, struct err *err)
{
	g_autofree char *encoded = encode(table);
	g_autofree char *folded = NULL;
	const struct trial_fact *found = NULL;

	*fact = (struct trial_fact){ 0 };
	if (!facts->is_read && read_all(facts, session, err) < 0) {
		return -1;
	}
	if (encoded != NULL &&
	    (facts->anew == NULL || !g_hash_table_contains(facts->anew, table))) {
		folded = g_ascii_strdown(encoded, -1);
		found = g_hash_table_lookup(facts->tables, encoded);
		found = found == NULL ? g_hash_table_lookup(facts->tables, folded) : found;
	}
	if (found != NULL) {
		*fact = *found;
	}
	return 0;
}

/* ---- of many schemas ---------------------------------------------------------------------- */

/* "shop/users" as InnoDB keeps it -> which they are. Owned. */
static GHashTable *names_of(char *const *schemas, char *const *tables)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (size_t i = 0; schemas[i] != NULL; i++) {
		g_autofree char *schema = encode(schemas[i]);

		for (size_t k = 0; schema != NULL && tables[k] != NULL; k++) {
			g_autofree char *table = encode(tables[k]);
			const struct trial_versions which = { i, k, 0 };

			if (table != NULL) {
				g_hash_table_insert(names, g_strconcat(schema, "/", table, NULL),
						    g_memdup2(&which, sizeof(which)));
			}
		}
	}
	return names;
}

static char *list_of(const struct db_session *session, GHashTable *names)
{
	GString *list = g_string_new(NULL);
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_autofree char *quoted = db_quote(session, name);

		g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", quoted);
	}
	return g_string_free(list, FALSE);
}

int trial_facts_may_have(struct db_session *session, const char *schema, const char *table,
			 int64_t row_versions, bool *may, struct err *err)
{
	g_autofree char *in = db_quote_name(schema);
	g_autofree char *name = db_quote_name(table);
	SCOPED(db_rows) rows = { 0 };
	int64_t most;

	*may = false;
	if (db_queryf(session, &rows, err, "show extended columns from %s.%s", in, name) < 0) {
		return db_fault_is_no_table(err) ? 0 : -1;
	}
	most = (int64_t)rows.nr;
	for (size_t i = 0; i < rows.nr; i++) {
		most += g_str_has_prefix(rows.cells[i][0], DROPPED) ? 1 : 0;
	}
	*may = most >= row_versions;
	return 0;
}

/* A partition stands there as "shop/visits#p#p0". */
#define WHOLE_NAME "substring_index(substring_index(name, '#P#', 1), '#p#', 1)"

int trial_facts_versions(struct db_session *session, char *const *schemas, char *const *tables,
			 int64_t least, GArray *versions, struct err *err)
{
	g_autoptr(GHashTable) names = names_of(schemas, tables);
	g_autofree char *list = list_of(session, names);
	SCOPED(db_rows) rows = { 0 };

	if (list[0] == '\0') {
		return 0;
	}
	if (db_queryf(session, &rows, err,
		      "select " WHOLE_NAME " as whole, max(%s) as versions "
		      "from information_schema.%s where " WHOLE_NAME " in (%s) "
		      "group by whole having versions >= %" PRId64,
		      inside[db_flavor(session)].versions, inside[db_flavor(session)].table, list,
		      least) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		const struct trial_versions *which = g_hash_table_lookup(names, rows.cells[i][0]);

		if (which != NULL) {
			struct trial_versions found = *which;

			found.row_versions = number(rows.cells[i][1]);
			g_array_append_val(versions, found);
		}
	}
	return 0;
}

void trial_facts_forget(struct trial_facts *facts, const char *table)
{
	if (facts->anew == NULL) {
		facts->anew = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	}
	g_hash_table_add(facts->anew, g_strdup(table));
}

int trial_facts_identity(struct db_session *session, const char *schema, const char *table,
			 char **identity, struct err *err)
{
	g_autofree char *encoded_schema = encode(schema);
	g_autofree char *encoded = encode(table);
	g_autofree char *name = NULL;
	g_autofree char *quoted = NULL;
	SCOPED(db_rows) rows = { 0 };

	*identity = NULL;
	if (encoded_schema == NULL || encoded == NULL) {
		return 0;
	}
	name = g_strdup_printf("%s/%s", encoded_schema, encoded);
	quoted = db_quote(session, name);
	if (db_queryf(session, &rows, err,
		      "select group_concat(table_id order by name) from information_schema.%s "
		      "where name = %s or lower(left(name, char_length(%s) + 3)) = "
		      "lower(concat(%s, '#p#'))",
		      inside[db_flavor(session)].table, quoted, quoted, quoted) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	if (rows.nr == 1) {
		*identity = g_strdup(rows.cells[0][0]);
	}
	return 0;
}

void trial_facts_release(struct trial_facts *facts)
{
	g_free(facts->unread);
	if (facts->tables != NULL) {
		g_hash_table_unref(facts->tables);
	}
	if (facts->anew != NULL) {
		g_hash_table_unref(facts->anew);
	}
	*facts = (struct trial_facts){ 0 };
}
