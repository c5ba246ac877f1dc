#include "shape_stamp.h"

#include <glib.h>

#include "db.h"

#define IN        "?" /* where the list of schemas stands */
#define IN_TABLES "#" /* and the condition for tables, or nothing */

/* Name of the schema in InnoDB's own lists, which write it as the folder is called. */
#define FOLDER \
	"convert(convert(cast(substring_index(id, '/', 1) as binary) using filename) using utf8mb4)"

/* Its own name stands in what a server prints of a view, and may in a body. */
#define OWN_OUT(text, schema) "replace(" text ", concat('`', " schema ", '`.'), '')"

/*
 * Each answers with the schema, a number of things and the sum of what they are; the tables
 * with the number of views besides. NULL: the other one serves both servers.
 */
struct stamp_query {
	const char *what;
	const char *sql;
	const char *mariadb;
	const char *refused; /* instead, when the account may not ask that of MariaDB */
	bool of_views;       /* asked only of schemas that have views */
	bool of_mariadb;     /* asked only of MariaDB */
};

#define RULES                                                                                      \
	"select constraint_schema, count(*), sum(crc32(concat_ws('|', table_name, "                \
	"constraint_name, update_rule, delete_rule, referenced_table_name))) "                     \
	"from information_schema.referential_constraints where constraint_schema in (" IN ") and " \
	"table_name not like 'muster\\_%' group by constraint_schema"

/* MariaDB opens whole tables for their options and checks; the frame is enough for the rest. */
static const struct stamp_query queries[] = {
	{ .what = "databases",
	  .sql = "select schema_name, 1, crc32(default_collation_name) "
		 "from information_schema.schemata where schema_name in (" IN ")" },
	{ .what = "columns",
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		 "column_name, ordinal_position, ifnull(column_default, '~'), is_nullable, "
		 "column_type, extra, ifnull(collation_name, '~'), column_key, column_comment))) "
		 "from information_schema.columns where table_schema in (" IN ") and "
		 "table_name not like 'muster\\_%' group by table_schema" },
	{ .what = "tables",
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		 "table_type, ifnull(engine, '~'), ifnull(table_collation, '~'), "
		 "ifnull(create_options, '~'), if(table_type = 'VIEW', '', table_comment)))), "
		 "sum(table_type = 'VIEW') "
		 "from information_schema.tables where table_schema in (" IN ") and "
		 "table_name not like 'muster\\_%' group by table_schema",
	  .mariadb = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		     "table_type, ifnull(engine, '~'), ifnull(table_collation, '~'), "
		     "if(table_type = 'VIEW', '', table_comment)))), sum(table_type = 'VIEW') "
		     "from information_schema.tables where table_schema in (" IN ") and "
		     "table_name not like 'muster\\_%' group by table_schema" },
	{ .what = "options",
	  .of_mariadb = true,
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		 "ifnull(create_options, '~')))) "
		 "from information_schema.tables where table_schema in (" IN ")" IN_TABLES
		 " and table_name not like 'muster\\_%' group by table_schema" },
	{ .what = "views",
	  .of_views = true,
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, " OWN_OUT(
		  "ifnull(view_definition, '~')",
		  "table_schema") ", check_option, security_type))) "
				  "from information_schema.views where table_schema in (" IN ") "
				  "group by table_schema",
	  .mariadb = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, " OWN_OUT(
		  "ifnull(view_definition, '~')",
		  "table_schema") ", check_option, security_type, algorithm))) "
				  "from information_schema.views where table_schema in (" IN ") "
				  "group by table_schema" },
	{ .what = "triggers",
	  .sql = "select trigger_schema, count(*), sum(crc32(concat_ws('|', trigger_name, "
		 "action_timing, event_manipulation, event_object_table, action_order, " OWN_OUT(
			 "action_statement",
			 "trigger_schema") ", sql_mode))) "
					   "from information_schema.triggers where event_object_schema in (" IN
					   ") and event_object_table not like 'muster\\_%' "
					   "group by trigger_schema" },
	{ .what = "routines",
	  .sql = "select routine_schema, count(*), sum(crc32(concat_ws('|', routine_name, "
		 "routine_type, " OWN_OUT(
			 "ifnull(routine_definition, '~')",
			 "routine_schema") ", ifnull(dtd_identifier, '~'), is_deterministic, "
					   "sql_data_access, security_type, sql_mode, "
					   "routine_comment))) "
					   "from information_schema.routines where routine_schema in (" IN
					   ") group by routine_schema" },
	{ .what = "parameters",
	  .sql = "select specific_schema, count(*), sum(crc32(concat_ws('|', specific_name, "
		 "routine_type, ordinal_position, ifnull(parameter_mode, '~'), "
		 "ifnull(parameter_name, '~'), dtd_identifier, ifnull(collation_name, '~')))) "
		 "from information_schema.parameters where specific_schema in (" IN
		 ") group by specific_schema" },
	{ .what = "checks",
	  .sql = "select constraint_schema, count(*), sum(crc32(concat_ws('|', "
		 "constraint_name, check_clause))) "
		 "from information_schema.check_constraints where constraint_schema in (" IN
		 ") group by constraint_schema",
	  .mariadb = "select constraint_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		     "constraint_name, check_clause))) "
		     "from information_schema.check_constraints where constraint_schema in (" IN
		     ")" IN_TABLES " group by constraint_schema" },
	{ .what = "foreign keys",
	  .sql = RULES,
	  .mariadb = "select " FOLDER " as s, count(*), sum(crc32(concat_ws('|', "
		     "substring(id, locate('/', id)), substring(for_name, locate('/', for_name)), "
		     "if(substring_index(ref_name, '/', 1) = substring_index(id, '/', 1), "
		     "substring(ref_name, locate('/', ref_name)), ref_name), n_cols, type))) "
		     "from information_schema.innodb_sys_foreign where " FOLDER " in (" IN
		     ") group by s",
	  .refused = RULES },
	{ 0 },
};

struct stamping {
	struct db_session *session;
	const char *const *schemas;
	size_t nr;
	const char *tables; /* the condition */
	GHashTable *texts;  /* schema -> GString *, owned */
	GHashTable *views;  /* schemas that have some; borrowed */
};

static void text_free(void *text)
{
	g_string_free(text, TRUE);
}

/* "'a','b'", of those that have views or of all. Owned. */
static char *list(const struct stamping *stamping, bool of_views)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; i < stamping->nr; i++) {
		g_autofree char *quoted = db_quote(stamping->session, stamping->schemas[i]);

		if (!of_views || g_hash_table_contains(stamping->views, stamping->schemas[i])) {
			g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ",", quoted);
		}
	}
	return g_string_free(names, FALSE);
}

/* " and table_name in (…)", with the names that nobody writes without quotes; owned. */
static char *condition(struct db_session *session, GHashTable *tables)
{
	g_autoptr(GString) text = g_string_new(NULL);
	GHashTableIter iter;
	void *name;

	if (tables == NULL) {
		return g_strdup("");
	}
	g_string_append(text, " and (table_name rlike '[^0-9a-zA-Z_$]'");
	g_hash_table_iter_init(&iter, tables);
	for (bool is_first = true; g_hash_table_iter_next(&iter, &name, NULL); is_first = false) {
		g_autofree char *quoted = db_quote(session, name);

		g_string_append_printf(text, "%s%s", is_first ? " or table_name in (" : ",",
				       quoted);
	}
	g_string_append(text, g_hash_table_size(tables) > 0 ? "))" : ")");
	return g_strdup(text->str);
}

/* Owned. */
static char *replaced(const char *text, const char *mark, const char *by)
{
	g_auto(GStrv) pieces = g_strsplit(text, mark, 2);

	return g_strjoinv(by, pieces);
}

static void take(struct stamping *stamping, const struct db_rows *rows, size_t number)
{
	for (size_t i = 0; i < rows->nr; i++) {
		char *const *cells = rows->cells[i];
		GString *text = g_hash_table_lookup(stamping->texts, cells[0]);

		if (text == NULL) {
			continue;
		}
		g_string_append_printf(text, "%zu:%s/%s ", number, cells[1], cells[2]);
		if (rows->columns > 3 && g_strcmp0(cells[3], "0") != 0) {
			void *name = NULL;

			(void)g_hash_table_lookup_extended(stamping->texts, cells[0], &name, NULL);
			g_hash_table_add(stamping->views, name);
		}
	}
}

static int ask_text(struct stamping *stamping, const char *sql, const char *names, size_t number,
		    struct err *err)
{
	g_autofree char *narrowed = replaced(sql, IN_TABLES, stamping->tables);
	g_autofree char *filled = replaced(narrowed, IN, names);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(stamping->session, &rows, filled, err) < 0) {
		return -1;
	}
	take(stamping, &rows, number);
	return 0;
}

static int ask(struct stamping *stamping, size_t number, struct err *err)
{
	const struct stamp_query *query = &queries[number];
	bool is_mariadb = db_flavor(stamping->session) == DB_MARIADB;
	bool is_other = query->mariadb != NULL && is_mariadb;
	g_autofree char *names = list(stamping, query->of_views);

	if (query->of_mariadb && !is_mariadb) {
		return 0;
	}
	if (*names == '\0' ||
	    ask_text(stamping, is_other ? query->mariadb : query->sql, names, number, err) == 0) {
		return 0;
	}
	if (is_other && query->refused != NULL && err->code == ERR_DB &&
	    ask_text(stamping, query->refused, names, number, err) == 0) {
		return 0;
	}
	return err_prefix(err, "%s of %zu schemas", query->what, stamping->nr);
}

int shape_stamps(struct db_session *session, const char *const *schemas, size_t nr,
		 GHashTable *tables, char **stamps, struct err *err)
{
	g_autofree char *only = condition(session, tables);
	g_autoptr(GHashTable) texts =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, text_free);
	g_autoptr(GHashTable) views = g_hash_table_new(g_str_hash, g_str_equal);
	struct stamping stamping = { session, schemas, nr, only, texts, views };

	for (size_t i = 0; i < nr; i++) {
		g_hash_table_replace(texts, g_strdup(schemas[i]), g_string_new(NULL));
	}
	for (size_t i = 0; nr > 0 && queries[i].what != NULL; i++) {
		if (ask(&stamping, i, err) < 0) {
			return -1;
		}
	}
	for (size_t i = 0; i < nr; i++) {
		const GString *text = g_hash_table_lookup(texts, schemas[i]);

		stamps[i] = g_strdup(text->str);
	}
	return 0;
}
