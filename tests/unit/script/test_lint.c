#include "linted.h"

/* clang-format off */
static const char *const inside[] = {
	"ALTER TABLE t ADD COLUMN a INT, ADD INDEX i (a), LOCK=NONE",
	"INSERT INTO t SET a = 1",
	"ALTER DATABASE {SCHEMA} CHARACTER SET utf8mb4",
	"ALTER DATABASE COLLATE utf8mb4_bin",
	"SET NAMES utf8mb4 COLLATE utf8mb4_bin",
	"SET NAMES 'utf8'",
	"SET character_set_client = @saved",
	"SET foreign_key_checks = 0, @x = @@global.sql_mode",
	"SET SESSION sql_mode = ''",
	"SELECT '${x} USE other; LOCK TABLES', 1 /* ${y} */ -- {$z}",
	"SELECT CASE WHEN a THEN reset ELSE flush END, COUNT(*) binlog FROM t",
	"UPDATE t SET names = 'x', global = 1, sql_mode = 2",
	"SELECT * FROM t INTO @a",
	"UNLOCK TABLES",
	"START TRANSACTION",
	"SELECT {d '2020-01-01'}",
	"SHOW TABLES FROM {SCHEMA}",
	"SHOW COLUMNS FROM t",
	"SHOW TABLES LIKE 'x'",
	"CREATE TABLE t (connection VARCHAR(9) DEFAULT 'x', data INT, directory INT)",
	"CREATE VIEW v AS SELECT a FROM t WHERE connection = 'x'",
	"CREATE FUNCTION f() RETURNS INT RETURN 1",
};

static const struct linted_text outside[] = {
	/* statement                                                       code     line col. */
	{ "CREATE DATABASE x",                                             "MU202", 1,  1 },
	{ "create or replace schema x",                                    "MU202", 1,  1 },
	{ "DROP DATABASE IF EXISTS x",                                     "MU202", 1,  1 },
	{ "ALTER DATABASE x CHARACTER SET utf8mb4",                        "MU202", 1,  1 },
	{ "SELECT 1; SELECT\n 2;\n DROP SCHEMA x",                         "MU202", 3,  2 },
	{ "SET GLOBAL max_connections = 1",                                "MU205", 1,  5 },
	{ "SET a = 1, PERSIST b = 2",                                      "MU205", 1, 12 },
	{ "SET @@global.x = 1",                                            "MU205", 1,  5 },
	{ "CREATE PROCEDURE p() SET GLOBAL x = 1",                         "MU205", 1, 26 },
	{ "SET sql_log_bin = 0",                                           "MU206", 1,  5 },
	{ "SET @@session.sql_log_bin = 0",                                 "MU206", 1, 15 },
	{ "SET @@sql_log_bin = 0",                                         "MU206", 1,  5 },
	{ "LOCK TABLES t WRITE",                                           "MU207", 1,  1 },
	{ "FLUSH TABLES WITH READ LOCK",                                   "MU207", 1,  1 },
	{ "SET NAMES latin1",                                              "MU208", 1,  5 },
	{ "SET CHARACTER SET 'gbk'",                                       "MU208", 1,  5 },
	{ "SET character_set_client = sjis",                               "MU208", 1,  5 },
	{ "GRANT ALL ON t TO u",                                           "MU209", 1,  1 },
	{ "CREATE USER u",                                                 "MU209", 1,  1 },
	{ "CREATE OR REPLACE ROLE r",                                      "MU209", 1,  1 },
	{ "SET PASSWORD = 'x'",                                            "MU209", 1,  1 },
	{ "SET DEFAULT ROLE r FOR u",                                      "MU209", 1,  1 },
	{ "KILL 5",                                                        "MU210", 1,  1 },
	{ "SHUTDOWN",                                                      "MU210", 1,  1 },
	{ "FLUSH PRIVILEGES",                                              "MU210", 1,  1 },
	{ "STOP SLAVE",                                                    "MU210", 1,  1 },
	{ "CREATE PROCEDURE p() BEGIN IF 1 THEN KILL 5; END IF; END",      "MU210", 1, 38 },
	{ "SHOW TABLES FROM other",                                        "MU203", 1, 18 },
	{ "SHOW TABLE STATUS IN `other`",                                  "MU203", 1, 22 },
	{ "SHOW FULL COLUMNS FROM t FROM other",                           "MU203", 1, 31 },
	{ "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://h/d/t'", "MU203", 1, 41 },
	{ "ALTER TABLE t CONNECTION 'x'",                                  "MU203", 1, 15 },
	{ "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'",                "MU210", 1,  1 },
	{ "XA START 'x'",                                                  "MU210", 1,  1 },
	{ "CREATE TABLE t (a INT) DATA DIRECTORY = '/x'",                  "MU212", 1, 24 },
	{ "CREATE TABLE t (a INT) INDEX DIRECTORY '/x'",                   "MU212", 1, 24 },
	{ "ALTER TABLE {$NAMESPACE}_a ADD b INT",                          "MU211", 1, 13 },
	{ "ALTER TABLE ${prefix}a ADD b INT",                              "MU211", 1, 14 },
	{ "ALTER TABLE `${prefix}a` ADD b INT",                            "MU211", 1, 13 },
	{ "ALTER TABLE {{prefix}}a ADD b INT",                             "MU211", 1, 13 },
	{ "ALTER TABLE {PREFIX}a ADD b INT",                               "MU211", 1, 13 },
	{ "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",                       "MU212", 1,  1 },
	{ "SELECT * FROM t INTO OUTFILE 'x'",                              "MU212", 1, 22 },
	{ "SELECT LOAD_FILE('/etc/passwd')",                               "MU212", 1,  8 },
};

/* clang-format on */

static void passes_what_stays_inside(void **state)
{
	(void)state;
	linted_passes(inside, G_N_ELEMENTS(inside));
}

static void finds_what_leaves(void **state)
{
	(void)state;
	linted_finds(outside, G_N_ELEMENTS(outside));
}

/* A dump is mostly one huge INSERT. */
static void reads_twenty_million_bytes(void **state)
{
	GString *text = g_string_new("INSERT INTO t VALUES (1)");
	int64_t began;

	(void)state;
	while (text->len < 20000000) {
		g_string_append(text, ",(12345,'some text of a row',NULL)");
	}
	began = g_get_monotonic_time();
	{
		g_autoptr(GArray) findings = linted_script(text->str);

		assert_int_equal(findings->len, 0);
	}
	assert_true(g_get_monotonic_time() - began < 10 * G_USEC_PER_SEC);
	g_string_free(text, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_what_stays_inside),
		cmocka_unit_test(finds_what_leaves),
		cmocka_unit_test(reads_twenty_million_bytes),
	};

	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
