#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "test_server.h"
#include "trial_facts.h"

/* {S} is the schema. */
static const char *const tables[] = {
	"create table {S}.plain (a int primary key, b int, c int as (a + 1) virtual)",
	"create table {S}.now (a int primary key, b text, fulltext ft (b))",
	"create table {S}.`once-``$` (a int primary key, b text, c int as (a), fulltext ft (b))",
	"alter table {S}.`once-``$` drop index ft",
	"create table {S}.own (a int primary key, b int, FTS_DOC_ID bigint unsigned not null)",
	"alter table {S}.own drop column b, algorithm=instant",
	"create table {S}.parts (a int primary key, b int) partition by hash (a) partitions 2",
	"alter table {S}.parts drop column b, algorithm=instant",
	"alter table {S}.parts add column z int, algorithm=instant",
};

static const struct {
	const char *table;
	bool hidden;
	int64_t versions; /* of MySQL */
} wants[] = {
	{ "plain", false, 0 },  { "now", true, 0 },       { "once-`$", true, 0 },
	{ "own", false, 1 },    { "parts", false, 2 },    { "PLAIN", false, 0 },
	{ "nobody", false, 0 }, { "\303\251", false, 0 },
};

static void make(const char *schema)
{
	g_autofree char *quoted = db_quote_name(schema);

	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_auto(GStrv) parts = g_strsplit(tables[i], "{S}", 2);

		test_server_exec("%s%s%s", parts[0], quoted, parts[1]);
	}
}

static void what_tables_hide_is_known(void **state)
{
	const char *schema = test_server_schema("trial-facts");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(trial_facts) facts = { .schema = schema };
	bool is_mysql = test_server_flavor() == DB_MYSQL;

	(void)state;
	make(schema);
	for (size_t i = 0; i < G_N_ELEMENTS(wants); i++) {
		struct trial_fact fact;
		struct err err = { 0 };

		if (trial_facts_get(&facts, session, wants[i].table, &fact, &err) < 0) {
			fail_msg("%s", err.msg);
		}
		assert_null(facts.unread);
		assert_int_equal(fact.hidden_fulltext, wants[i].hidden);
		assert_false(fact.redundant);
		assert_int_equal(fact.row_versions, is_mysql ? wants[i].versions : 0);
	}
}

static void what_a_copied_table_was_like_is_forgotten(void **state)
{
	const char *schema = test_server_schema("forgotten");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(trial_facts) facts = { .schema = schema };
	struct trial_fact fact;
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table %s.a (a int primary key, b text, fulltext (b))", schema);
	test_server_exec("create table %s.b (a int primary key, b text, fulltext (b))", schema);
	trial_facts_forget(&facts, "a");
	assert_int_equal(trial_facts_get(&facts, session, "a", &fact, &err), 0);
	assert_false(fact.hidden_fulltext);
	assert_int_equal(trial_facts_get(&facts, session, "b", &fact, &err), 0);
	assert_true(fact.hidden_fulltext);
}

/* With kept statistics a MariaDB is not asked for every table, without them it is. */
static void a_server_with_very_many_tables_is_known_either_way(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(db_rows) before = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_query(session, &before, "select @@innodb_stats_persistent", &err), 0);
	for (int kept = 0; kept <= 1; kept++) {
		SCOPED(trial_facts) many = { .schema = "t", .tables_max = 1 };
		SCOPED(trial_facts) few = { .schema = "t" };
		bool small = true;

		test_server_exec("set global innodb_stats_persistent = %d", kept);
		assert_int_equal(trial_facts_small(&many, session, &small, &err), 0);
		assert_false(small);
		assert_int_equal(trial_facts_small(&few, session, &small, &err), 0);
		assert_true(small);
	}
	test_server_exec("set global innodb_stats_persistent = %s", before.cells[0][0]);
}

/* Which has none of the server's own tables: to be seen by a limit between the two counts. */
static void a_mariadb_is_asked_for_the_tables_it_keeps_statistics_of(void **state)
{
	const char *schema = test_server_schema("kept");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(db_rows) before = { 0 };
	SCOPED(db_rows) kept = { 0 };
	SCOPED(trial_facts) facts = { .schema = schema };
	struct err err = { 0 };
	bool small = false;

	(void)state;
	if (test_server_flavor() == DB_MYSQL) {
		skip();
	}
	assert_int_equal(db_query(session, &before, "select @@innodb_stats_persistent", &err), 0);
	test_server_exec("set global innodb_stats_persistent = 1");
	test_server_exec("create table %s.t (a int primary key) stats_persistent=1", schema);
	test_server_exec("analyze table %s.t", schema);
	assert_int_equal(
		db_query(session, &kept, "select count(*) from mysql.innodb_table_stats", &err), 0);
	facts.tables_max = g_ascii_strtoll(kept.cells[0][0], NULL, 10);
	assert_int_equal(trial_facts_small(&facts, session, &small, &err), 0);
	assert_true(small);
	test_server_exec("set global innodb_stats_persistent = %s", before.cells[0][0]);
}

static void what_may_not_be_seen_is_said(void **state)
{
	SCOPED(trial_facts) facts = { .schema = "facts\303\251" };
	SCOPED(trial_facts) large = { .schema = "large", .tables_max = 1 };
	SCOPED_PTR(db_session) session = test_server_open();
	struct trial_fact fact = { .hidden_fulltext = true };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(trial_facts_get(&facts, session, "t", &fact, &err), 0);
	assert_false(fact.hidden_fulltext);
	assert_string_equal(facts.unread, "the name of the database is not plain ASCII");
	assert_int_equal(trial_facts_get(&large, session, "t", &fact, &err), 0);
	assert_string_equal(large.unread, "the server has more than 1 tables");
}

/* Partitions are one table. */
static void many_schemas_are_asked_at_once(void **state)
{
	g_auto(GStrv) asked = g_strsplit("own parts plain", " ", 0);
	const char *schema = test_server_schema("trial-many");
	g_autofree char *both = g_strdup_printf("nowhere %s", schema);
	g_auto(GStrv) schemas = g_strsplit(both, " ", 0);
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct trial_versions));
	const struct trial_versions *first;
	struct err err = { 0 };

	(void)state;
	make(schema);
	if (trial_facts_versions(session, schemas, asked, 2, found, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	if (test_server_flavor() != DB_MYSQL) {
		assert_int_equal(found->len, 0);
		return;
	}
	assert_int_equal(found->len, 1);
	first = &g_array_index(found, struct trial_versions, 0);
	assert_int_equal(first->schema, 1);
	assert_int_equal(first->table, 1);
	assert_int_equal(first->row_versions, 2);
	g_array_set_size(found, 0);
	assert_int_equal(trial_facts_versions(session, schemas, asked, 1, found, &err), 0);
	assert_int_equal(found->len, 2);
}

static bool may_have(const char *schema, const char *table, int64_t versions)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };
	bool may = false;

	if (trial_facts_may_have(session, schema, table, versions, &may, &err) < 0) {
		fail_msg("%s: %s", table, err.msg);
	}
	return may;
}

static void where_there_is_no_schema_it_fails(void)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };
	bool may = false;

	assert_int_equal(trial_facts_may_have(session, "nowhere", "t", 1, &may, &err), -1);
	assert_int_equal(err.code, ERR_DB);
}

/* Two that are shown and two of the server's; one that is gone counts twice. */
static void how_many_there_may_be_is_told_by_the_columns(void **state)
{
	const char *schema = test_server_schema("trial-may");

	(void)state;
	if (test_server_flavor() != DB_MYSQL) {
		skip();
	}
	make(schema);
	assert_true(may_have(schema, "parts", 6));
	assert_false(may_have(schema, "parts", 7));
	assert_true(may_have(schema, "plain", 5));
	assert_false(may_have(schema, "plain", 6));
	assert_false(may_have(schema, "nobody", 1));
	where_there_is_no_schema_it_fails();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tables_hide_is_known),
		cmocka_unit_test(many_schemas_are_asked_at_once),
		cmocka_unit_test(how_many_there_may_be_is_told_by_the_columns),
		cmocka_unit_test(what_a_copied_table_was_like_is_forgotten),
		cmocka_unit_test(a_server_with_very_many_tables_is_known_either_way),
		cmocka_unit_test(a_mariadb_is_asked_for_the_tables_it_keeps_statistics_of),
		cmocka_unit_test(what_may_not_be_seen_is_said),
	};

	return cmocka_run_group_tests_name("trial_facts", tests, NULL, NULL);
}
