#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "kind.h"
#include "script.h"

/* clang-format off */
static const struct {
	const char *text; enum statement_kind kind; bool leaves; bool schema;
} rows[] = {
	/* statement                                       kind                   leaves schema */
	{ "CREATE TABLE t (a INT)",                        STATEMENT_DDL,         false, false },
	{ "CREATE TEMPORARY TABLE t (a INT)",              STATEMENT_SESSION,     true,  false },
	{ "CREATE OR REPLACE TEMPORARY TABLE t (a INT)",   STATEMENT_SESSION,     true,  false },
	{ "DROP TEMPORARY TABLE t",                        STATEMENT_SESSION,     true,  false },
	{ "alter table t add b int",                       STATEMENT_DDL,         false, false },
	{ "RENAME TABLE a TO b",                           STATEMENT_DDL,         false, false },
	{ "TRUNCATE t",                                    STATEMENT_DDL,         false, false },
	{ "CREATE PROCEDURE p() SELECT @a := 1",           STATEMENT_DDL,         false, false },
	{ "ANALYZE TABLE t",                               STATEMENT_DDL,         false, false },
	{ "ANALYZE SELECT 1",                              STATEMENT_CALL,        true,  false },
	{ "INSERT INTO {SCHEMA}.t VALUES (1)",             STATEMENT_DML,         false, true  },
	{ "UPDATE t SET a = '{SCHEMA}'",                   STATEMENT_DML,         false, true  },
	{ "UPDATE t SET a = 1 /* {SCHEMA} */",             STATEMENT_DML,         false, false },
	{ "UPDATE t SET a = (@n := @n + 1)",               STATEMENT_DML,         true,  false },
	{ "WITH x AS (SELECT 1) SELECT * FROM x",          STATEMENT_DML,         false, false },
	{ "LOAD DATA INFILE 'x' INTO TABLE t",             STATEMENT_DML,         false, false },
	{ "SELECT 1",                                      STATEMENT_QUERY,       false, false },
	{ "(SELECT 1) UNION (SELECT 2)",                   STATEMENT_QUERY,       false, false },
	{ "SELECT 1 INTO @a",                              STATEMENT_QUERY,       true,  false },
	{ "SELECT GET_LOCK('a', 1)",                       STATEMENT_QUERY,       true,  false },
	{ "SHOW TABLES",                                   STATEMENT_QUERY,       false, false },
	{ "EXPLAIN SELECT 1",                              STATEMENT_QUERY,       false, false },
	{ "SET @a = 1",                                    STATEMENT_SESSION,     true,  false },
	{ "/*!40101 SET NAMES utf8 */",                    STATEMENT_SESSION,     true,  false },
	{ "SET STATEMENT lock_wait_timeout=1 FOR ALTER TABLE t ADD a INT", STATEMENT_DDL, false, false },
	{ "PREPARE s FROM 'SELECT 1'",                     STATEMENT_SESSION,     true,  false },
	{ "LOCK TABLES t WRITE",                           STATEMENT_SESSION,     true,  false },
	{ "START TRANSACTION",                             STATEMENT_TRANSACTION, true,  false },
	{ "BEGIN",                                         STATEMENT_TRANSACTION, true,  false },
	{ "COMMIT",                                        STATEMENT_TRANSACTION, true,  false },
	{ "BEGIN NOT ATOMIC SELECT 1; END",                STATEMENT_CALL,        true,  false },
	{ "CALL p()",                                      STATEMENT_CALL,        true,  false },
	{ "EXECUTE s",                                     STATEMENT_CALL,        true,  false },
	{ "DO SLEEP(1)",                                   STATEMENT_CALL,        true,  false },
	{ "FROBNICATE t",                                  STATEMENT_CALL,        true,  false },
	{ "/* a */ -- b\n UPDATE t SET a = 1",             STATEMENT_DML,         false, false },
};

/* clang-format on */

static void says_what_the_first_words_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(script) script = { 0 };
		struct err err = { 0 };
		const struct statement *statement;

		if (script_parse(&script, "x", rows[i].text, strlen(rows[i].text), &err) < 0) {
			fail_msg("%s", err.msg);
		}
		assert_int_equal(script.nr, 1);
		statement = &script.statements[0];
		if (statement->kind != rows[i].kind ||
		    statement->leaves_session != rows[i].leaves ||
		    statement->names_schema != rows[i].schema) {
			fail_msg("%s: %s, %s, %s", rows[i].text,
				 statement_kind_names[statement->kind],
				 statement->leaves_session ? "leaves" : "leaves nothing",
				 statement->names_schema ? "schema" : "no schema");
		}
	}
}

static void names_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < STATEMENT_KIND_NR; i++) {
		assert_non_null(statement_kind_names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_first_words_say),
		cmocka_unit_test(names_every_kind),
	};

	return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
