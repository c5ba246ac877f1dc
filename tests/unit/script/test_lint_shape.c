#include "linted.h"

/* clang-format off */
static const struct linted_row rows[] = {
	/* files                                              what is found */

	/* MU301 */
	{ { "CREATE TABLE a (i INT PRIMARY KEY); CREATE TABLE b (i INT PRIMARY KEY)" }, "MU301@1:1:1" },
	{ { "ALTER TABLE a ADD i INT; UPDATE a SET i = 1 WHERE i = 0" }, "MU301@1:1:19 MU305@1:1:26" },
	{ { "CREATE TABLE IF NOT EXISTS a (i INT); DROP TABLE IF EXISTS b; SELECT 1" }, "" },
	{ { "ALTER TABLE a ADD i INT; SET @a = 1" },          "" },
	{ { "ALTER TABLE a ADD i INT" },                      "" },

	/* MU303 */
	{ { "SET foreign_key_checks = 0" },                   "MU303@1:1:5" },
	{ { "SET @@session.sql_mode = '', SESSION unique_checks = 0" }, "MU303@1:1:5 MU303@1:1:30" },
	{ { "SET foreign_key_checks = 0; SET foreign_key_checks = 1" }, "" },
	{ { "SET @old = @@sql_mode, sql_mode = ''; SET sql_mode = @old" }, "" },
	{ { "SET foreign_key_checks = 0; SET foreign_key_checks = DEFAULT" }, "" },
	{ { "SET @@global.a = 1, @@session.b = 2" },         "MU303@1:1:21" },
	{ { "SET NAMES utf8mb4; SET CHARACTER SET utf8mb4" }, "" },
	{ { "SET STATEMENT max_statement_time = 1 FOR SELECT 1" }, "" },
	{ { "SET TRANSACTION ISOLATION LEVEL READ COMMITTED" }, "" },
	{ { "CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = 1; END" }, "" },

	/* MU304 */
	{ { "INSERT INTO t VALUES (@a)" },                    "MU304@1:1:23" },
	{ { "SET @a = 1", "INSERT INTO t VALUES (@a, @A)" },  "MU304@2:1:23" },
	{ { "SET @a = 1; INSERT INTO t VALUES (@A)" },        "" },
	{ { "SELECT a INTO @x FROM t; SELECT @x" },           "" },
	{ { "SELECT a, b FROM t INTO @x, @y; SELECT @x, @y" }, "" },
	{ { "SELECT @n := @n + 1 FROM t" },                   "" },
	{ { "SELECT @@sql_mode" },                            "" },
	{ { "CREATE DEFINER=root@localhost VIEW v AS SELECT 1" }, "" },
	{ { "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = @user" }, "" },

	/* MU305 */
	{ { "UPDATE t SET a = 1 WHERE b = 2; ALTER TABLE t ADD c INT; DELETE FROM t WHERE a = 3" },
	  "MU305@1:1:1 MU301@1:1:51" },
	{ { "INSERT INTO t (a) VALUES (1); UPDATE t SET a = 1 WHERE b = 2" }, "" },
	{ { "CREATE TABLE IF NOT EXISTS t (a INT); INSERT INTO t VALUES (1)" }, "" },

	/* MU306 */
	{ { "START TRANSACTION; UPDATE t SET a = 1 WHERE b = 2; CREATE OR REPLACE VIEW v AS SELECT 1; COMMIT" },
	  "MU306@1:1:52" },
	{ { "BEGIN; UPDATE t SET a = 1 WHERE b = 2; COMMIT; CREATE OR REPLACE VIEW v AS SELECT 1" }, "" },
	{ { "START TRANSACTION; SAVEPOINT s; ROLLBACK TO s; OPTIMIZE TABLE t" }, "MU306@1:1:48" },
	{ { "START TRANSACTION; CREATE TEMPORARY TABLE t (a INT); COMMIT" }, "" },

	/* MU307 */
	{ { "UPDATE t SET a = 1" },                           "MU307@1:1:1" },
	{ { "DELETE FROM t" },                                "MU307@1:1:1" },
	{ { "DELETE t FROM t JOIN u ON t.a = u.a" },          "MU307@1:1:1" },
	{ { "UPDATE t JOIN u ON t.a = u.a SET t.b = u.b" },   "MU307@1:1:1" },
	{ { "UPDATE t SET a = (SELECT MAX(a) FROM u WHERE u.b = t.b)" }, "MU307@1:1:1" },
	{ { "WITH x AS (SELECT 1) DELETE FROM t" },           "MU307@1:1:1" },
	{ { "DELETE FROM t WHERE b = 1 OR 1 = 1" },           "MU307@1:1:1" },
	{ { "UPDATE t SET a = 1 WHERE 1" },                   "MU307@1:1:1" },
	{ { "UPDATE t SET a = 1 WHERE 1 = 1" },               "MU307@1:1:1" },
	{ { "-- muster: chunk table=t\nUPDATE t SET a = 1 WHERE :chunk" }, "" },
	{ { "-- muster: chunk table=t\nDELETE FROM t WHERE /* :chunk */ TRUE" }, "" },
	{ { "UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE c" }, "" },
	{ { "UPDATE t SET a = 1 WHERE 1 = b" },               "" },
	{ { "UPDATE t SET a = 1 LIMIT 100" },                 "" },
	{ { "DELETE FROM t WHERE a" },                        "" },
	{ { "CREATE TABLE IF NOT EXISTS t (a INT); UPDATE t SET a = 1" }, "" },
	{ { "CREATE TEMPORARY TABLE t (a INT); DELETE FROM t" }, "" },
	{ { "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW UPDATE u SET a = 1" }, "" },
	{ { "CREATE PROCEDURE p() BEGIN UPDATE t SET a = 1; END; CALL p()" }, "MU307@1:1:28 MU312@1:1:53" },
	{ { "SELECT REPLACE(a, 'x', 'y') FROM t" },           "" },

	/* MU308 */
	{ { "TRUNCATE TABLE t" },                             "MU308@1:1:1" },
	{ { "ALTER TABLE t DROP PARTITION IF EXISTS p, q" },  "MU308@1:1:20" },
	{ { "ALTER TABLE t TRUNCATE PARTITION ALL" },         "MU308@1:1:15" },
	{ { "CREATE TABLE t (a INT PRIMARY KEY); ALTER TABLE t DROP PARTITION p" }, "MU301@1:1:1" },
	{ { "TRUNCATE t" },                                   "MU308@1:1:1" },
	{ { "CREATE TABLE IF NOT EXISTS t (a INT); TRUNCATE t" }, "" },
	{ { "CREATE TEMPORARY TABLE t (a INT); TRUNCATE t" }, "" },
	{ { "SELECT TRUNCATE(1.5, 0)" },                      "" },

	/* MU309, MU310 */
	{ { "SELECT 1 /*!80000 + 1 */" },                     "MU309@1:1:10" },
	{ { "SELECT 1 /*!100200 + 1 */" },                    "MU309@1:1:10" },
	{ { "SELECT 1 /*M! + 1 */" },                         "MU309@1:1:10" },
	{ { "/*!40101 SET @a = 1 */; SELECT 1 /*! + 1 */" },  "MU310@1:1:1" },
	{ { "SELECT 1 /* 80000 */ -- /*!80000 + 1 */" },      "" },
	{ { "SELECT '/*!80000 + 1 */'" },                     "" },

	/* MU311 */
	{ { "SET @q = 'SELECT 1'; PREPARE s FROM @q; EXECUTE s; EXECUTE s" }, "MU311@1:1:41" },

	/* MU312 */
	{ { "CALL p()" },                                     "MU312@1:1:1" },
	{ { "BEGIN NOT ATOMIC DELETE FROM t WHERE a; END" },  "MU312@1:1:1" },
	{ { "DO 1" },                                         "" },
};

/* clang-format on */

static void finds_files_that_end_badly(void **state)
{
	(void)state;
	linted_rows(rows, G_N_ELEMENTS(rows), "MU3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_files_that_end_badly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
