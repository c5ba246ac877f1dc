#include <inttypes.h>

#include "chunk_range.h"
#include "kit.h"
#include "script.h"

static struct db_session *session;
static const char *schema;

static int begin(void **state)
{
	struct err err;

	(void)state;
	schema = test_server_schema("crange");
	session = test_server_open();
	return db_use(session, schema, &err);
}

static int end(void **state)
{
	(void)state;
	db_session_free(session);
	return 0;
}

static void key_of(struct chunk_key *key)
{
	char table[] = "t";
	const struct statement_chunk chunk = { .table = table };
	struct err err;

	if (chunk_key_find(key, session, &chunk, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/*
 * Walk the table in ranges of so many rows: each is asked for its rows, and all together are
 * those of the table, each once. "3 3 1" is how many rows each had.
 */
static char *walk_all(int64_t rows)
{
	SCOPED(chunk_key) key = { 0 };
	struct chunk_walk walk = { .session = session, .key = &key, .table = "t" };
	GString *sizes = g_string_new(NULL);
	g_auto(GStrv) low = NULL;
	g_auto(GStrv) last = NULL;
	struct err err;

	key_of(&key);
	test_server_exec("create table %s.met (n int)", schema);
	assert_int_equal(chunk_range_last(&walk, &last, &err), 0);
	while (last != NULL && (low == NULL || !g_strv_equal((const char *const *)low,
							     (const char *const *)last))) {
		g_autofree char *words = NULL;
		char **high = NULL;
		int64_t nr = rows;

		if (chunk_range_next(&walk, low, last, &nr, &high, &err) < 0) {
			fail_msg("%s", err.msg);
		}
		words = chunk_range_words(&key, "x", low, high);
		assert_non_null(words);
		if (db_execf(session, &err, "insert into met select n from t x where %s", words) <
		    0) {
			fail_msg("%s: %s", words, err.msg);
		}
		assert_int_equal(db_affected(session), nr);
		g_string_append_printf(sizes, "%s%" PRId64, sizes->len > 0 ? " " : "", nr);
		g_strfreev(low);
		low = high;
	}
	{
		g_autofree char *want =
			test_server_value("select group_concat(n order by n) from %s.t", schema);
		g_autofree char *got =
			test_server_value("select group_concat(n order by n) from %s.met", schema);

		assert_string_equal(got == NULL ? "" : got, want == NULL ? "" : want);
	}
	test_server_exec("drop table %s.met", schema);
	return g_string_free(sizes, FALSE);
}

/* clang-format off */
static const struct {
	const char *columns; const char *rows; int64_t size; const char *want;
} tables[] = {
	{ "k int primary key, n int", "(-5,1),(0,2),(7,3),(8,4),(100,5),(2147483647,6),(9,7)", 3, "3 3 1" },
	{ "k bigint unsigned primary key, n int", "(0,1),(18446744073709551615,2)", 1, "1 1" },
	{ "k decimal(10,3) primary key, n int", "(-1.5,1),(0.001,2),(0.002,3)", 2, "2 1" },
	{ "k datetime(6) primary key, n int", "('2026-01-01 00:00:00.000001',1),('2026-01-01 00:00:00.000002',2)", 1, "1 1" },
	{ "k date primary key, n int", "('2026-01-01',1),('1999-12-31',2)", 1, "1 1" },
	{ "k varbinary(20) primary key, n int", "('',1),(x'00',2),(x'27005C',3),(x'FF',4)", 1, "1 1 1 1" },
	{ "k varchar(20) character set latin1 collate latin1_swedish_ci primary key, n int",
	  "('',1),('a''b',2),('B\\\\',3),('z ',4),('é',5),('aa',6)", 2, "2 2 2" },
	{ "k varchar(20) character set utf8mb4 collate utf8mb4_unicode_ci primary key, n int",
	  "('ä',1),('b',2),('C',3),('😀',4),('Z',5)", 2, "2 2 1" },
	{ "k varchar(20) character set utf8mb4 collate utf8mb4_bin primary key, n int",
	  "('a',1),('A',2),('b',3)", 1, "1 1 1" },
	{ "a varchar(9) collate utf8mb4_general_ci not null, b int not null, c date not null, n int, primary key (a, b, c)",
	  "('x',1,'2026-01-01',1),('x',1,'2026-01-02',2),('X',2,'2026-01-01',3),('y',0,'2026-01-01',4),('w',9,'2026-01-01',5)",
	  2, "2 2 1" },
	{ "k int primary key, n int", "(1,1)", 5, "1" },
};

/* clang-format on */

static void every_row_is_in_one_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sizes = NULL;

		test_server_exec(
			"create table %s.t (%s) engine=InnoDB default character set utf8mb4",
			schema, tables[i].columns);
		{
			struct err err;

			if (db_execf(session, &err, "insert into t values %s", tables[i].rows) <
			    0) {
				fail_msg("%s: %s", tables[i].rows, err.msg);
			}
		}
		sizes = walk_all(tables[i].size);
		assert_string_equal(sizes, tables[i].want);
		test_server_exec("drop table %s.t", schema);
	}
}

static void an_empty_table_has_no_range(void **state)
{
	g_autofree char *sizes = NULL;

	(void)state;
	test_server_exec("create table %s.t (k int primary key, n int)", schema);
	sizes = walk_all(10);
	assert_string_equal(sizes, "");
	test_server_exec("drop table %s.t", schema);
}

/* The session of a file that has turned everything round. */
static void settings_of_the_session_change_nothing(void **state)
{
	g_autofree char *sizes = NULL;
	struct err err;

	(void)state;
	test_server_exec(
		"create table %s.t (k varchar(9) character set utf8mb4 primary key, n int)",
		schema);
	assert_int_equal(
		db_execf(session, &err, "insert into t values ('a\\\\',1),('ä''',2),('c',3)"), 0);
	assert_int_equal(
		db_execf(session, &err,
			 "set sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', names latin1"),
		0);
	sizes = walk_all(1);
	assert_string_equal(sizes, "1 1 1");
	assert_int_equal(db_execf(session, &err, "set sql_mode = default, names utf8mb4"), 0);
	test_server_exec("drop table %s.t", schema);
}

static void rows_that_come_later_and_lie_behind_the_end_are_not_met(void **state)
{
	SCOPED(chunk_key) key = { 0 };
	struct chunk_walk walk = { .session = session, .key = &key, .table = "t" };
	g_auto(GStrv) last = NULL;
	g_auto(GStrv) high = NULL;
	int64_t rows = 100;
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (k int primary key, n int)", schema);
	test_server_exec("insert into %s.t values (1, 1), (5, 2)", schema);
	key_of(&key);
	assert_int_equal(chunk_range_last(&walk, &last, &err), 0);
	test_server_exec("insert into %s.t values (6, 3)", schema);
	assert_int_equal(chunk_range_next(&walk, NULL, last, &rows, &high, &err), 0);
	assert_string_equal(high[0], "5");
	assert_int_equal(rows, 2);
	test_server_exec("drop table %s.t", schema);
}

static void the_guess_is_about_right(void **state)
{
	SCOPED(chunk_key) key = { 0 };
	struct chunk_walk walk = { .session = session, .key = &key, .table = "t" };
	int64_t rows = -1;
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (k int auto_increment primary key, n int)", schema);
	test_server_exec("insert into %s.t (n) values (1), (2), (3), (4)", schema);
	for (int i = 0; i < 6; i++) {
		test_server_exec("insert into %s.t (n) select n from %s.t", schema, schema);
	}
	test_server_exec("analyze table %s.t", schema);
	key_of(&key);
	assert_int_equal(chunk_range_guess(&walk, &rows, &err), 0);
	assert_in_range(rows, 128, 512); /* there are 256 */
	test_server_exec("drop table %s.t", schema);
}

static void a_value_that_is_none_is_refused(void **state)
{
	SCOPED(chunk_key) key = { 0 };
	struct chunk_walk walk = { .session = session, .key = &key, .table = "t" };
	char injected[] = "1 or 1 = 1";
	char *bad[] = { injected, NULL };
	char **high = NULL;
	int64_t rows = 1;
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (k int primary key, n int)", schema);
	key_of(&key);
	assert_null(chunk_range_words(&key, NULL, NULL, bad));
	assert_int_equal(chunk_range_next(&walk, NULL, bad, &rows, &high, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	test_server_exec("drop table %s.t", schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_in_one_range),
		cmocka_unit_test(an_empty_table_has_no_range),
		cmocka_unit_test(settings_of_the_session_change_nothing),
		cmocka_unit_test(rows_that_come_later_and_lie_behind_the_end_are_not_met),
		cmocka_unit_test(the_guess_is_about_right),
		cmocka_unit_test(a_value_that_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("chunk_range", tests, begin, end);
}
