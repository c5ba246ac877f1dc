#include "linted.h"

#include <stdlib.h>

static const struct lint_finding *find(const struct lint_report *report, enum lint_rule_id rule)
{
	for (guint i = 0; i < report->findings->len; i++) {
		const struct lint_finding *finding =
			&g_array_index(report->findings, struct lint_finding, i);

		if (finding->rule == rule) {
			return finding;
		}
	}
	fail_msg("no finding of rule %d", (int)rule);
	abort(); /* what fail_msg does, in words that the compiler knows */
}

static void a_place_is_that_of_the_word(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"-- a comment\n\nALTER TABLE t\n\tADD a INT, -- größer\n\t/* ä */ DROP b"
	};
	SCOPED(lint_report) report = { 0 };
	const struct lint_finding *finding;

	(void)state;
	linted_report(&report, files, NULL);
	finding = find(&report, LINT_DROP_COLUMN);
	assert_string_equal(finding->file, "0001_x.sql");
	assert_int_equal(finding->line, 5);
	assert_int_equal(finding->column, 15);
}

static void what_a_file_says_often_is_told_once(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"CREATE TABLE a (i INT PRIMARY KEY) CHARSET utf8; "
		"CREATE TABLE b (i INT PRIMARY KEY) CHARSET utf8; "
		"CREATE TABLE c (i INT PRIMARY KEY) CHARSET utf8",
		"CREATE TABLE d (i INT PRIMARY KEY) CHARSET utf8"
	};
	SCOPED(lint_report) report = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	linted_report(&report, files, NULL);
	line = linted_line(&report, "MU406");
	assert_string_equal(line, "MU406@1_x.sql:1:36 MU406@2_x.sql:1:36");
	assert_true(g_str_has_suffix(find(&report, LINT_UTF8_ALIAS)->text,
				     "(and 2 more in this file)"));
}

static void clauses_of_one_statement_see_the_table_as_it_was(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"CREATE TABLE t (a BIGINT, i INT PRIMARY KEY)",
		"ALTER TABLE t CHANGE a b BIGINT, CHANGE i a INT"
	};
	SCOPED(lint_report) report = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	linted_report(&report, files, NULL);
	line = linted_line(&report, "MU10");
	assert_string_equal(line, "MU104@2_x.sql:1:24 MU104@2_x.sql:1:43");
}

static void a_file_that_cannot_be_read_could_have_done_anything(void **state)
{
	static const char *const files[LINTED_FILES] = { "CREATE TABLE t (a INT PRIMARY KEY)",
							 "SELECT '",
							 "ALTER TABLE t MODIFY a TINYINT" };
	SCOPED(lint_report) report = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	linted_report(&report, files, NULL);
	line = linted_line(&report, "MU1");
	assert_string_equal(line, "MU110@3_x.sql:1:22");
}

/* Names are cut at 64 bytes, in the middle of a letter if need be. */
static void every_text_is_utf8(void **state)
{
	g_autoptr(GString) sql = g_string_new("ALTER TABLE t DROP x");
	const char *files[LINTED_FILES] = { NULL };
	SCOPED(lint_report) report = { 0 };

	(void)state;
	for (size_t i = 0; i < 70; i++) {
		g_string_append(sql, "ä");
	}
	files[0] = sql->str;
	linted_report(&report, files, NULL);
	assert_true(g_utf8_validate(find(&report, LINT_DROP_COLUMN)->text, -1, NULL));
}

/* A dump is mostly one huge INSERT. */
static void reads_eight_million_bytes(void **state)
{
	g_autoptr(GString) text = g_string_new("CREATE TABLE t (a INT, b TEXT, c INT); "
					       "INSERT INTO t VALUES (1,'a',1)");
	const char *files[LINTED_FILES] = { NULL };
	SCOPED(lint_report) report = { 0 };
	int64_t began;

	(void)state;
	while (text->len < 8000000) {
		g_string_append(text, ",(12345,'some text of a row',NULL)");
	}
	files[0] = text->str;
	began = g_get_monotonic_time();
	linted_report(&report, files, NULL);
	assert_int_equal(report.statements, 2);
	assert_true(g_get_monotonic_time() - began < 10 * G_USEC_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_that_of_the_word),
		cmocka_unit_test(what_a_file_says_often_is_told_once),
		cmocka_unit_test(clauses_of_one_statement_see_the_table_as_it_was),
		cmocka_unit_test(a_file_that_cannot_be_read_could_have_done_anything),
		cmocka_unit_test(every_text_is_utf8),
		cmocka_unit_test(reads_eight_million_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
