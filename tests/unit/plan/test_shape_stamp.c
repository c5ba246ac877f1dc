#include "shape_kit.h"
#include "shape_stamp.h"

#define MANY 13

static void the_same_columns_have_the_same_stamp(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("st_a"));
	g_autofree char *b = g_strdup(test_server_schema("st_b"));
	g_autofree char *c = g_strdup(test_server_schema("st_c"));
	const char *const schemas[] = { a, b, c, "st_nobody_has_this" };
	SCOPED_PTR(db_session) session = test_server_open();
	char *stamps[4] = { NULL };
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (id int primary key, n int default 1)", a);
	test_server_exec("create table %s.t (id int primary key, n int default 1)", b);
	test_server_exec("create table %s.muster_history (id int)", b);
	test_server_exec("create table %s.t (id int primary key, n int default 2)", c);
	assert_int_equal(shape_stamps(session, schemas, 4, NULL, NULL, stamps, &err), 0);
	assert_string_equal(stamps[0], stamps[1]);
	assert_string_not_equal(stamps[0], stamps[2]);
	assert_string_equal(stamps[3], "");
	for (size_t i = 0; i < 4; i++) {
		g_free(stamps[i]);
	}
}

/* What a hand may change in one of many that were alike. */
static const struct {
	const char *what;
	const char *sql;
} changes[] = {
	{ "a trigger", "create trigger %s.tr before insert on t for each row set new.n = 1" },
	{ "a trigger's body", "drop trigger %s.old; create trigger %s.old before update on t for "
			      "each row set new.n = 3" },
	{ "a view", "create view %s.more as select 1 as one" },
	{ "a view's definition", "alter view %s.v as select id, 7 as n from t" },
	{ "a view's security", "alter sql security invoker view %s.v as select id, 5 as n from t" },
	{ "a procedure", "create procedure %s.more() do 1" },
	{ "a procedure's body", "drop procedure %s.p; create procedure %s.p(a int) do 2" },
	{ "a procedure's parameters", "drop procedure %s.p; create procedure %s.p(b int) do 1" },
	{ "a function", "create function %s.f() returns int deterministic return 1" },
	{ "a table's options", "alter table %s.t row_format = compressed" },
	{ "a table's comment", "alter table %s.t comment = 'by hand'" },
	{ "a table's collation", "alter table %s.t collate utf8mb4_bin" },
	{ "an engine", "alter table %s.loose engine = MyISAM" },
	{ "a check", "alter table %s.t add constraint positive check (n > -1)" },
	{ "a check's clause", "alter table %s.t drop constraint small; alter table %s.t add "
			      "constraint small check (n < 2000)" },
	{ "a foreign key", "alter table %s.child drop foreign key fk" },
	{ "a foreign key's rule", "alter table %s.child drop foreign key fk; alter table %s.child "
				  "add constraint fk foreign key (t_id) references t (id) "
				  "on delete cascade" },
	{ "a column", "alter table %s.t add column stray int" },
	{ "the database's collation", "alter database %s collate utf8mb4_bin" },
};

static void run_in(struct db_session *session, const char *schema, const char *text)
{
	g_auto(GStrv) pieces = g_strsplit(text, "%s", -1);
	g_autofree char *joined = g_strjoinv(schema, pieces);
	g_auto(GStrv) statements = g_strsplit(joined, "; ", -1);
	struct err err = { 0 };

	if (db_use(session, schema, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	for (size_t i = 0; statements[i] != NULL; i++) {
		if (db_exec(session, statements[i], strlen(statements[i]), &err) < 0) {
			fail_msg("%s: %s", statements[i], err.msg);
		}
	}
}

static char *make_alike(struct db_session *session, const char *base)
{
	char *schema = g_strdup(test_server_schema(base));

	run_in(session, schema,
	       "create table %s.t (id int primary key, n int default 1, "
	       "constraint small check (n < 1000)); "
	       "create table %s.child (t_id int, constraint fk foreign key (t_id) references "
	       "t (id)); create table %s.loose (id int); "
	       "create view %s.v as select id, 5 as n from t; "
	       "create trigger %s.old before update on t for each row set new.n = 2; "
	       "create procedure %s.p(a int) do 1");
	return schema;
}

static void whatever_was_changed_by_hand_has_another_stamp(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autofree char *a = make_alike(session, "st_like_a");
	struct err err;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *b = make_alike(session, "st_like_b");
		g_autofree char *c = make_alike(session, "st_like_c");
		const char *const schemas[] = { a, b, c };
		char *stamps[3] = { NULL };

		run_in(session, c, changes[i].sql);
		assert_int_equal(shape_stamps(session, schemas, 3, NULL, NULL, stamps, &err), 0);
		assert_string_equal(stamps[0], stamps[1]);
		if (strcmp(stamps[0], stamps[2]) == 0) {
			fail_msg("%s has changed and is not seen", changes[i].what);
		}
		for (size_t k = 0; k < 3; k++) {
			g_free(stamps[k]);
		}
	}
}

/* With the names of some tables only: what is seen of all, and what of those alone. */
static const struct {
	const char *sql;
	const char *table;
	bool is_seen; /* of MariaDB; MySQL answers for all tables at the same price */
} narrowed[] = {
	{ "alter table %s.t add column stray int", "other", true },
	{ "alter table %s.t comment = 'by hand'", "other", true },
	{ "alter table %s.loose engine = MyISAM", "other", true },
	{ "alter table %s.t add constraint positive check (n > -1)", "other", false },
	{ "alter table %s.t add constraint positive check (n > -1)", "t", true },
	{ "alter table %s.t row_format = compressed", "other", false },
	{ "alter table %s.t row_format = compressed", "t", true },
};

static void of_tables_that_are_not_named_some_is_not_asked(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	bool is_mariadb = db_flavor(session) == DB_MARIADB;
	g_autofree char *a = make_alike(session, "st_all_a");
	struct err err;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(narrowed); i++) {
		g_autofree char *b = make_alike(session, "st_all_b");
		g_autoptr(GHashTable) tables =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		const char *const schemas[] = { a, b };
		g_auto(GStrv) stamps = g_new0(char *, 3);

		g_hash_table_add(tables, g_strdup(narrowed[i].table));
		run_in(session, b, narrowed[i].sql);
		assert_int_equal(shape_stamps(session, schemas, 2, tables, NULL, stamps, &err), 0);
		if ((strcmp(stamps[0], stamps[1]) != 0) != (narrowed[i].is_seen || !is_mariadb)) {
			fail_msg("%s, asked for %s", narrowed[i].sql, narrowed[i].table);
		}
	}
}

/* Those of MariaDB are asked for a few at a time. */
static void among_many_the_one_that_differs_is_told_apart(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_auto(GStrv) schemas = g_new0(char *, MANY + 1);
	g_auto(GStrv) stamps = g_new0(char *, MANY + 1);
	struct err err;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		g_autofree char *base = g_strdup_printf("st_many_%zu", i);

		schemas[i] = g_strdup(test_server_schema(base));
		test_server_exec("create table %s.t (n int, constraint c check (n < %d))",
				 schemas[i], i == MANY - 2 ? 8 : 9);
	}
	assert_int_equal(
		shape_stamps(session, (const char *const *)schemas, MANY, NULL, NULL, stamps, &err),
		0);
	for (size_t i = 1; i < MANY; i++) {
		assert_int_equal(strcmp(stamps[0], stamps[i]) != 0, i == MANY - 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_columns_have_the_same_stamp),
		cmocka_unit_test(whatever_was_changed_by_hand_has_another_stamp),
		cmocka_unit_test(of_tables_that_are_not_named_some_is_not_asked),
		cmocka_unit_test(among_many_the_one_that_differs_is_told_apart),
	};

	return cmocka_run_group_tests_name("shape_stamp", tests, NULL, NULL);
}
