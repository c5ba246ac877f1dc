#include "linted.h"

/* clang-format off */
static const struct linted_row allowed[] = {
	/* files                                              what is found */
	{ { "-- muster: allow=MU103 reason=\"unused\"\nALTER TABLE t DROP a" }, "" },
	{ { "-- muster: allow=MU103 reason=\"unused\"\nALTER TABLE t DROP a; ALTER TABLE t DROP b" },
	  "MU301@1:2:20 MU103@1:2:42" },
	{ { "-- muster: allow=MU101 reason=\"x\"\nALTER TABLE t DROP a" },
	  "MU004@1:1:1 MU103@1:2:20" },
	{ { "-- muster: allow=MU103 reason=\"x\"\n-- muster: allow=MU104 reason=\"y\"\n"
	    "ALTER TABLE t DROP a, RENAME COLUMN b TO c" },   "" },
	{ { "ALTER TABLE t DROP a", "release.cfg:allow=[\"MU103\"];" }, "" },
	{ { "-- muster: allow=MU203 reason=\"x\"\nSELECT * FROM o.t" }, "" },
	{ { "SELECT 1;\n-- muster: allow=MU302 reason=\"no way back\"\n" }, "" },
	{ { "SELECT 1;\n-- muster: allow=MU405 reason=\"x\"\nCREATE TABLE t (i INT PRIMARY KEY, n TEXT)" },
	  "" },
};

static const struct linted_row downs[] = {
	{ { "SELECT 1" },                                     "MU302@1:1:1" },
	{ { "SELECT 1", "SELECT 2" },                         "MU302@2:1:1" },
	{ { "SELECT 1", "down:SELECT 2", "SELECT 3" },        "MU302@3:1:1" },
	{ { "SELECT 1;\n-- muster: down\n" },                 "" },
	{ { "-- nothing is done here" },                      "" },
};

static const struct linted_row errors[] = {
	{ { "SELECT '" },                                     "MU002@1:1:8" },
	{ { "-- muster: nonsense" },                          "MU003@1:1:1" },
	{ { "-- muster: check \"SELECT a FROM o.t\" expect=1" }, "MU203@1:1:1" },
	{ { "SELECT 1", "release.cfg:ordr=\"x\";" },          "MU001@release.cfg:1:0" },
	{ { "SELECT 1", "release.cfg:skip=[\"9\"];" },        "MU001@release.cfg:0:0" },
	{ { "SELECT '", "LOCK TABLES t WRITE; KILL 5", "ALTER TABLE t DROP a" },
	  "MU002@1:1:8 MU207@2:1:1 MU210@2:1:22 MU103@3:1:20" },
	{ { "SELECT 1", "down:SELECT * FROM o.t" },           "MU203@1.down:1:15" },
};

/* clang-format on */

static void a_reason_lets_a_finding_pass(void **state)
{
	(void)state;
	linted_rows(allowed, G_N_ELEMENTS(allowed), "MU");
}

static void a_way_back_is_asked_for_once_where_nobody_writes_them(void **state)
{
	(void)state;
	linted_rows(downs, G_N_ELEMENTS(downs), "MU302");
}

static void what_is_refused_is_listed_with_the_rest(void **state)
{
	(void)state;
	linted_rows(errors, G_N_ELEMENTS(errors), "MU");
}

static void what_was_let_pass_is_counted(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"-- muster: allow=MU103 reason=\"x\"\nALTER TABLE t DROP a, DROP b"
	};
	SCOPED(lint_report) report = { 0 };

	(void)state;
	linted_report(&report, files, NULL);
	assert_int_equal(report.allowed, 2);
	assert_int_equal(report.counts[LINT_WARNING], 0);
	assert_int_equal(report.counts[LINT_NOTE], 1);
	assert_int_equal(report.migrations, 1);
	assert_int_equal(report.statements, 1);
}

/* Old files are read for what they made, and reported only when they are refused. */
static void only_what_is_behind_a_version_is_reported(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"CREATE TABLE t (a INT PRIMARY KEY); DROP TABLE u; KILL 5",
		"CREATE TABLE n (a INT PRIMARY KEY)",
		"ALTER TABLE t MODIFY a TINYINT; ALTER TABLE n MODIFY a TINYINT"
	};
	SCOPED(lint_report) all = { 0 };
	SCOPED(lint_report) new = { 0 };
	g_autofree char *all_line = NULL;
	g_autofree char *new_line = NULL;

	(void)state;
	linted_report(&all, files, NULL);
	all_line = linted_line(&all, "MU");
	assert_string_equal(all_line, "MU301@1_x.sql:1:1 MU101@1_x.sql:1:48 MU210@1_x.sql:1:51 "
				      "MU107@3_x.sql:1:22 MU107@3_x.sql:1:54");
	linted_report(&new, files, "0001");
	new_line = linted_line(&new, "MU");
	assert_string_equal(new_line, "MU210@1_x.sql:1:51 MU107@3_x.sql:1:22");
}

/* The line is needed again once every client has the table. */
static void a_line_that_lets_pass_is_not_idle_behind_a_version(void **state)
{
	static const char *const files[LINTED_FILES] = {
		"SELECT 1", "CREATE TABLE n (a INT PRIMARY KEY, b INT)",
		"-- muster: allow=MU103 reason=\"x\"\nALTER TABLE n DROP b",
		"-- muster: allow=MU101 reason=\"x\"\nSELECT 1"
	};
	SCOPED(lint_report) report = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	linted_report(&report, files, "0001");
	line = linted_line(&report, "MU");
	assert_string_equal(line, "MU004@4_x.sql:1:1");
	assert_int_equal(report.allowed, 0);
}

static void a_version_that_is_not_there_is_refused(void **state)
{
	SCOPED(release_files) files = { 0 };
	SCOPED(lint_report) report = { 0 };
	struct err err = { 0 };

	(void)state;
	release_files_add(&files, "1_a.sql", "SELECT 1", 8);
	assert_int_equal(lint_folder(&report, &files, NULL, "9", &err), -1);
	assert_string_equal(err.msg, "no migration of the folder has the version \"9\"");
}

static void what_was_skipped_could_have_done_anything(void **state)
{
	static const char *const files[LINTED_FILES] = { "CREATE TABLE t (a INT PRIMARY KEY)",
							 "SELECT 1",
							 "ALTER TABLE t MODIFY a TINYINT",
							 "release.cfg:skip=[\"0002\"];" };
	SCOPED(lint_report) report = { 0 };
	g_autofree char *line = NULL;

	(void)state;
	linted_report(&report, files, NULL);
	line = linted_line(&report, "MU1");
	assert_string_equal(line, "MU110@3_x.sql:1:22");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_lets_a_finding_pass),
		cmocka_unit_test(a_way_back_is_asked_for_once_where_nobody_writes_them),
		cmocka_unit_test(what_is_refused_is_listed_with_the_rest),
		cmocka_unit_test(what_was_let_pass_is_counted),
		cmocka_unit_test(only_what_is_behind_a_version_is_reported),
		cmocka_unit_test(a_line_that_lets_pass_is_not_idle_behind_a_version),
		cmocka_unit_test(a_version_that_is_not_there_is_refused),
		cmocka_unit_test(what_was_skipped_could_have_done_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
