#include "shape_stamp.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_crew.h"

#define IN        "?" /* where the list of schemas stands, or one of them */
#define IN_TABLES "#" /* and the condition for tables, or nothing */

#define BATCH_FIRST  10  /* schemas that are asked for one by one, before their size is known */
#define BATCH_MAX    50  /* each costs the server a temporary table */
#define BATCH_TABLES 200 /* that stay open between two questions; a server keeps 400 or more */
#define SHARE_LEAST  50  /* schemas: fewer are not worth a question of their own */
#define SHARES_MAX   4 /* of the longest question; MySQL answers each of them at its share's cost */

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
	bool is_opening;     /* for all tables of MariaDB, see opening_queries instead */
	bool is_long;        /* takes MySQL longer than all others do */
};

#define RULES                                                                                      \
	"select constraint_schema, count(*), sum(crc32(concat_ws('|', table_name, "                \
	"constraint_name, update_rule, delete_rule, referenced_table_name))) "                     \
	"from information_schema.referential_constraints where constraint_schema in (" IN ") and " \
	"table_name not like 'muster\\_%' group by constraint_schema"

/*
 * MariaDB opens whole tables for their options and checks; the frame is enough for the rest. The
 * longest stand first, so that two sessions come to the end at about the same time.
 */
static const struct stamp_query queries[] = {
	{ .what = "columns",
	  .is_long = true,
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		 "column_name, ordinal_position, ifnull(column_default, '~'), is_nullable, "
		 "column_type, extra, ifnull(collation_name, '~'), column_key, column_comment))) "
		 "from information_schema.columns where table_schema in (" IN ") and "
		 "table_name not like 'muster\\_%' group by table_schema" },
	{ .what = "tables",
	  .is_opening = true,
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
	  .is_opening = true,
	  .sql = "select table_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		 "ifnull(create_options, '~')))) "
		 "from information_schema.tables where table_schema in (" IN ")" IN_TABLES
		 " and table_name not like 'muster\\_%' group by table_schema" },
	{ .what = "triggers",
	  .sql = "select trigger_schema, count(*), sum(crc32(concat_ws('|', trigger_name, "
		 "action_timing, event_manipulation, event_object_table, action_order, " OWN_OUT(
			 "action_statement",
			 "trigger_schema") ", sql_mode))) "
					   "from information_schema.triggers where event_object_schema in (" IN
					   ") and event_object_table not like 'muster\\_%' "
					   "group by trigger_schema" },
	{ .what = "checks",
	  .is_opening = true,
	  .sql = "select constraint_schema, count(*), sum(crc32(concat_ws('|', "
		 "constraint_name, check_clause))) "
		 "from information_schema.check_constraints where constraint_schema in (" IN
		 ") group by constraint_schema",
	  .mariadb = "select constraint_schema, count(*), sum(crc32(concat_ws('|', table_name, "
		     "constraint_name, check_clause))) "
		     "from information_schema.check_constraints where constraint_schema in (" IN
		     ")" IN_TABLES " group by constraint_schema" },
	{ .what = "databases",
	  .sql = "select schema_name, 1, crc32(default_collation_name) "
		 "from information_schema.schemata where schema_name in (" IN ")" },
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

/*
 * The same of all tables of one schema, for MariaDB: what is opened for the first of them is
 * still open for the second.
 */
static const char *const opening_queries[] = {
	"select " IN ", count(*), sum(crc32(concat_ws('|', table_name, table_type, "
	"ifnull(engine, '~'), ifnull(table_collation, '~'), ifnull(create_options, '~'), "
	"if(table_type = 'VIEW', '', table_comment)))), sum(table_type = 'VIEW') "
	"from information_schema.tables where table_schema = " IN
	" and table_name not like 'muster\\_%'",
	"select " IN ", count(*), sum(crc32(concat_ws('|', table_name, constraint_name, "
	"check_clause))) from information_schema.check_constraints where constraint_schema = " IN,
};

struct stamping {
	struct db_session *session; /* the leader's */
	const char *const *schemas;
	size_t nr;
	const char *names;  /* of all of them, quoted */
	const char *tables; /* the condition */
	bool is_mariadb;
	bool of_all;       /* there is no condition: all tables of MariaDB are opened */
	GHashTable *texts; /* schema -> GString *, owned */
	GHashTable *views; /* schemas that have some; borrowed */
};

struct stamp_answer {
	size_t number; /* of the question */
	struct db_rows rows;
};

/* A question; or of those that open tables, all of some schemas. */
struct stamp_item {
	const struct stamping *stamping;
	size_t first; /* of schemas that are asked for their tables; or the query */
	size_t nr;
	bool is_opening;
	char *names;     /* owned; of the schemas that are asked about; NULL: of all */
	GArray *answers; /* struct stamp_answer, owned */
};

static void answer_clear(void *item)
{
	struct stamp_answer *answer = item;

	db_rows_release(&answer->rows);
}

static void text_free(void *text)
{
	g_string_free(text, TRUE);
}

/* "'a','b'", of those from first to behind that have views, or of all. Owned. */
static char *list(const struct stamping *stamping, size_t first, size_t behind, bool of_views)
{
	GString *names = g_string_new(NULL);

	for (size_t i = first; i < behind; i++) {
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

/* At most `most` marks, from the left. Owned. */
static char *replaced(const char *text, const char *mark, const char *by, int most)
{
	g_auto(GStrv) pieces = g_strsplit(text, mark, most + 1);

	return g_strjoinv(by, pieces);
}

static void take(struct stamping *stamping, const struct db_rows *rows, size_t number)
{
	for (size_t i = 0; i < rows->nr; i++) {
		char *const *cells = rows->cells[i];
		GString *text = g_hash_table_lookup(stamping->texts, cells[0]);

		if (text == NULL || strcmp(cells[1], "0") == 0) {
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

/* Takes rows. */
static void keep(struct stamp_item *item, size_t number, struct db_rows *rows)
{
	const struct stamp_answer answer = { .number = number, .rows = *rows };

	*rows = (struct db_rows){ 0 };
	g_array_append_val(item->answers, answer);
}

static int ask_text(struct db_session *session, struct stamp_item *item, const char *sql,
		    const char *names, size_t number, struct err *err)
{
	g_autofree char *narrowed = replaced(sql, IN_TABLES, item->stamping->tables, 1);
	g_autofree char *filled = replaced(narrowed, IN, names, 1);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, filled, err) < 0) {
		return -1;
	}
	keep(item, number, &rows);
	return 0;
}

static int ask(struct db_session *session, struct stamp_item *item, size_t number,
	       const char *names, struct err *err)
{
	const struct stamp_query *query = &queries[number];
	bool is_other = query->mariadb != NULL && item->stamping->is_mariadb;

	if (ask_text(session, item, is_other ? query->mariadb : query->sql, names, number, err) ==
	    0) {
		return 0;
	}
	if (is_other && query->refused != NULL && err->code == ERR_DB &&
	    ask_text(session, item, query->refused, names, number, err) == 0) {
		return 0;
	}
	return err_prefix(err, "%s of %zu schemas", query->what, item->stamping->nr);
}

/* One of the questions that open tables, for some schemas. */
static int ask_each(struct db_session *session, struct stamp_item *item, size_t number,
		    const char *const *schemas, size_t nr, struct err *err)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	SCOPED(db_rows) rows = { 0 };

	for (size_t i = 0; i < nr; i++) {
		g_autofree char *quoted = db_quote(session, schemas[i]);
		g_autofree char *one = replaced(opening_queries[number], IN, quoted, 2);

		g_string_append_printf(sql, "%s%s", i == 0 ? "" : " union all ", one);
	}
	if (db_query(session, &rows, sql->str, err) < 0) {
		return err_prefix(err, "tables and checks of %zu schemas", nr);
	}
	keep(item, G_N_ELEMENTS(queries) + number, &rows);
	return 0;
}

/* How many tables the latest answer counts. */
static size_t count_tables(const struct stamp_item *item)
{
	const struct stamp_answer *answer =
		&g_array_index(item->answers, struct stamp_answer, item->answers->len - 1);
	size_t nr = 0;

	for (size_t i = 0; i < answer->rows.nr; i++) {
		nr += (size_t)g_ascii_strtoull(answer->rows.cells[i][1], NULL, 10);
	}
	return nr;
}

/* No more at a time than stay open. */
static int ask_opening(struct db_session *session, struct stamp_item *item, struct err *err)
{
	const char *const *schemas = item->stamping->schemas + item->first;
	size_t batch = BATCH_FIRST;
	size_t some;

	for (size_t first = 0; first < item->nr; first += some) {
		size_t tables;

		some = MIN(batch, item->nr - first);
		if (ask_each(session, item, 0, schemas + first, some, err) < 0) {
			return -1;
		}
		tables = count_tables(item);
		if (ask_each(session, item, 1, schemas + first, some, err) < 0) {
			return -1;
		}
		batch = MAX(some * BATCH_TABLES / MAX(tables, (size_t)1), (size_t)1);
	}
	return 0;
}

static int run_item(struct db_session *session, void *data, struct err *err)
{
	struct stamp_item *item = data;

	g_array_set_size(item->answers, 0);
	if (item->is_opening) {
		return ask_opening(session, item, err);
	}
	return ask(session, item, item->first,
		   item->names == NULL ? item->stamping->names : item->names, err);
}

static void add_item(GArray *items, const struct stamping *stamping, size_t first, size_t nr,
		     bool is_opening)
{
	const struct stamp_item item = {
		.stamping = stamping,
		.first = first,
		.nr = nr,
		.is_opening = is_opening,
		.answers = g_array_new(FALSE, FALSE, sizeof(struct stamp_answer)),
	};

	g_array_set_clear_func(item.answers, answer_clear);
	g_array_append_val(items, item);
}

static void item_clear(void *data)
{
	struct stamp_item *item = data;

	g_free(item->names);
	g_array_unref(item->answers);
}

/* The same question, of some schemas at a time. */
static void add_shares(GArray *items, const struct stamping *stamping, size_t number)
{
	size_t nr = CLAMP(stamping->nr / SHARE_LEAST, 1, SHARES_MAX);

	for (size_t i = 0; i < nr; i++) {
		add_item(items, stamping, number, 1, false);
		g_array_index(items, struct stamp_item, items->len - 1).names =
			list(stamping, stamping->nr * i / nr, stamping->nr * (i + 1) / nr, false);
	}
}

static bool is_asked(const struct stamping *stamping, const struct stamp_query *query)
{
	return !query->of_views && (stamping->is_mariadb || !query->of_mariadb) &&
	       (!query->is_opening || !stamping->of_all);
}

/* Owned. */
static GArray *make_items(const struct stamping *stamping)
{
	GArray *items = g_array_new(FALSE, FALSE, sizeof(struct stamp_item));

	g_array_set_clear_func(items, item_clear);
	for (size_t i = 0; queries[i].what != NULL; i++) {
		if (is_asked(stamping, &queries[i]) && queries[i].is_long &&
		    !stamping->is_mariadb) {
			add_shares(items, stamping, i);
		} else if (is_asked(stamping, &queries[i])) {
			add_item(items, stamping, i, 1, false);
		}
	}
	for (size_t i = 0; stamping->of_all && i < stamping->nr; i += BATCH_MAX) {
		add_item(items, stamping, i, MIN((size_t)BATCH_MAX, stamping->nr - i), true);
	}
	return items;
}

static void take_all(struct stamping *stamping, const struct stamp_item *item)
{
	for (guint i = 0; i < item->answers->len; i++) {
		const struct stamp_answer *answer =
			&g_array_index(item->answers, struct stamp_answer, i);

		take(stamping, &answer->rows, answer->number);
	}
}

/* Who has some is known when everything else is. */
static int ask_views(struct stamping *stamping, struct err *err)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(struct stamp_item));
	g_autofree char *names = list(stamping, 0, stamping->nr, true);
	struct stamp_item *item;
	size_t number = 0;

	if (*names == '\0') {
		return 0;
	}
	while (!queries[number].of_views) {
		number++;
	}
	g_array_set_clear_func(items, item_clear);
	add_item(items, stamping, number, 1, false);
	item = &g_array_index(items, struct stamp_item, 0);
	if (ask(stamping->session, item, number, names, err) < 0) {
		return -1;
	}
	take_all(stamping, item);
	return 0;
}

static int ask_all(struct stamping *stamping, struct db_crew *crew, struct err *err)
{
	g_autoptr(GArray) items = make_items(stamping);
	const struct db_crew_work work = {
		.run = run_item,
		.items = items->data,
		.size = sizeof(struct stamp_item),
		.nr = items->len,
	};

	if (db_crew_run(crew, stamping->session, &work, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < items->len; i++) {
		take_all(stamping, &g_array_index(items, struct stamp_item, i));
	}
	return ask_views(stamping, err);
}

int shape_stamps(struct db_session *session, const char *const *schemas, size_t nr,
		 GHashTable *tables, struct db_crew *crew, char **stamps, struct err *err)
{
	g_autofree char *only = condition(session, tables);
	g_autofree char *names = NULL;
	g_autoptr(GHashTable) texts =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, text_free);
	g_autoptr(GHashTable) views = g_hash_table_new(g_str_hash, g_str_equal);
	struct stamping stamping = {
		.session = session,
		.schemas = schemas,
		.nr = nr,
		.tables = only,
		.is_mariadb = db_flavor(session) == DB_MARIADB,
		.of_all = tables == NULL && db_flavor(session) == DB_MARIADB,
		.texts = texts,
		.views = views,
	};

	for (size_t i = 0; i < nr; i++) {
		g_hash_table_replace(texts, g_strdup(schemas[i]), g_string_new(NULL));
	}
	stamping.names = names = list(&stamping, 0, nr, false);
	if (nr > 0 && ask_all(&stamping, crew, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < nr; i++) {
		const GString *text = g_hash_table_lookup(texts, schemas[i]);

		stamps[i] = g_strdup(text->str);
	}
	return 0;
}
