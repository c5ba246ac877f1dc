#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "evidence.h"
#include "script.h"

static char *plain[] = { (char[]){ "log" }, (char[]){ "Old Rows" }, (char[]){ "log_it" }, NULL };

static const char *const bodies[][2] = {
	/* name     body */
	{ "calm", "begin declare x int; update t set a = 1; set x = 2; end" },
	{ "temp", "begin create temporary table z (a int); drop temporary table z; end" },
	{ "commits", "begin update t set a = 1; commit; end" },
	{ "makes", "create table z (a int)" },
	{ "dynamic", "begin prepare s from @x; execute s; end" },
	{ "calls", "call calm()" },
	{ "quoted", "select 'commit', `rollback`" },
	{ "escaped", "begin set @x = 'a\\'; commit; set @y = ''; end" },
	{ "logs", "insert into log values (1)" },
	{ "reads", "return (select max(a) from t)" },
	{ "counts", "begin update t set a = a + 1; return 1; end" },
	{ "log_it", "begin insert into log values (1); return 1; end" },
};

enum { UNKNOWN, SAME, CHANGED };

/* clang-format off */
static const struct {
	const char *sql; int shape; enum evidence want;
} cases[] = {
	/* what changes the schema is seen in the schema */
	{ "CREATE TABLE a (id int)",                             CHANGED, EVIDENCE_SHAPE },
	{ "CREATE TABLE a (id int)",                             UNKNOWN, EVIDENCE_NONE },
	{ "ALTER TABLE a ADD b int",                             CHANGED, EVIDENCE_SHAPE },
	{ "RENAME TABLE a TO b",                                 CHANGED, EVIDENCE_SHAPE },
	{ "CREATE OR REPLACE TABLE a (id int)",                  CHANGED, EVIDENCE_SHAPE },
	{ "SET STATEMENT max_statement_time=9 FOR DROP TABLE a", CHANGED, EVIDENCE_SHAPE },
	{ "/*!50003 CREATE*/ TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a=1",
	                                                         CHANGED, EVIDENCE_SHAPE },
	/* harmless to repeat */
	{ "ANALYZE TABLE a",                                     UNKNOWN, EVIDENCE_RERUN },
	{ "OPTIMIZE TABLE a",                                    SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a FORCE",                                 SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a ENGINE=InnoDB",                         SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4",      SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a AUTO_INCREMENT=7",                      SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a DROP INDEX i, ADD INDEX i (b)",         SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a ADD COLUMN IF NOT EXISTS b int",        SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a MODIFY b int AFTER c",                  SAME,    EVIDENCE_RERUN },
	{ "ALTER TABLE a DROP COLUMN IF EXISTS b",               SAME,    EVIDENCE_RERUN },
	{ "CREATE TABLE IF NOT EXISTS a (id int)",               SAME,    EVIDENCE_RERUN },
	{ "DROP TABLE IF EXISTS a",                              SAME,    EVIDENCE_RERUN },
	{ "CREATE OR REPLACE VIEW v AS SELECT 1",                SAME,    EVIDENCE_RERUN },
	{ "CREATE DEFINER=`a`@`b` PROCEDURE IF NOT EXISTS p() SELECT 1", SAME, EVIDENCE_RERUN },
	{ "SET @x = 1",                                          UNKNOWN, EVIDENCE_RERUN },
	{ "SET @x = reads()",                                    UNKNOWN, EVIDENCE_RERUN },
	{ "SELECT * FROM log",                                   SAME,    EVIDENCE_RERUN },
	{ "CREATE TEMPORARY TABLE z SELECT * FROM t",            SAME,    EVIDENCE_RERUN },
	{ "START TRANSACTION",                                   SAME,    EVIDENCE_RERUN },
	{ "ROLLBACK",                                            SAME,    EVIDENCE_RERUN },
	{ "DO SLEEP(0)",                                         SAME,    EVIDENCE_RERUN },
	{ "DROP EVENT IF EXISTS e",                              SAME,    EVIDENCE_RERUN },
	/* one transaction with its row */
	{ "INSERT INTO t VALUES (1)",                            UNKNOWN, EVIDENCE_TRANSACTION },
	{ "INSERT INTO t SELECT * FROM log",                     SAME,    EVIDENCE_TRANSACTION },
	{ "UPDATE t SET a = (SELECT max(a) FROM log)",           SAME,    EVIDENCE_TRANSACTION },
	{ "DELETE FROM t WHERE a IN (SELECT a FROM log)",        SAME,    EVIDENCE_TRANSACTION },
	{ "COMMIT",                                              SAME,    EVIDENCE_TRANSACTION },
	{ "SELECT counts()",                                     SAME,    EVIDENCE_TRANSACTION },
	{ "CALL calm()",                                         SAME,    EVIDENCE_TRANSACTION },
	{ "CALL {SCHEMA}.Calm",                                  SAME,    EVIDENCE_TRANSACTION },
	{ "CALL `calm`(1)",                                      SAME,    EVIDENCE_TRANSACTION },
	{ "CALL temp()",                                         SAME,    EVIDENCE_TRANSACTION },
	{ "CALL quoted()",                                       SAME,    EVIDENCE_TRANSACTION },
	{ "BEGIN NOT ATOMIC UPDATE t SET a = 1; END",            SAME,    EVIDENCE_TRANSACTION },
	{ "ANALYZE UPDATE t SET a = 1",                          SAME,    EVIDENCE_TRANSACTION },
	/* nothing tells */
	{ "RENAME TABLE a TO z, b TO a, z TO b",                 SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a RENAME COLUMN b TO c, RENAME COLUMN c TO b", SAME, EVIDENCE_NONE },
	{ "ALTER TABLE a CHANGE b c int, CHANGE c b int",        SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a ADD INDEX of_its_foreign_key (b)",      SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a DROP COLUMN b, ADD COLUMN b int",       SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a DROP b, ADD b int",                     SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",     SAME,    EVIDENCE_NONE },
	{ "ALTER TABLE a TRUNCATE PARTITION p",                  SAME,    EVIDENCE_NONE },
	{ "ALTER SEQUENCE s RESTART",                            SAME,    EVIDENCE_NONE },
	{ "TRUNCATE t",                                          SAME,    EVIDENCE_NONE },
	{ "TRUNCATE TABLE t",                                    UNKNOWN, EVIDENCE_NONE },
	{ "CREATE OR REPLACE TABLE a (id int)",                  SAME,    EVIDENCE_NONE },
	{ "GRANT SELECT ON t TO u",                              SAME,    EVIDENCE_NONE },
	{ "CREATE USER u",                                       SAME,    EVIDENCE_NONE },
	{ "CREATE OR REPLACE USER u",                            SAME,    EVIDENCE_NONE },
	{ "SET PASSWORD = 'x'",                                  SAME,    EVIDENCE_NONE },
	{ "SET GLOBAL max_connections = 9",                      SAME,    EVIDENCE_NONE },
	{ "SET @@global.max_connections = 9",                    SAME,    EVIDENCE_NONE },
	{ "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",  SAME,    EVIDENCE_NONE },
	{ "INSERT INTO log VALUES (1)",                          SAME,    EVIDENCE_NONE },
	{ "REPLACE DELAYED `log` VALUES (1)",                    SAME,    EVIDENCE_NONE },
	{ "INSERT IGNORE INTO {SCHEMA}.LOG SET a = 1",           SAME,    EVIDENCE_NONE },
	{ "UPDATE t JOIN `old rows` o USING (a) SET t.a = 1",    SAME,    EVIDENCE_NONE },
	{ "DELETE FROM log WHERE a = 1",                         SAME,    EVIDENCE_NONE },
	{ "WITH x AS (SELECT 1) DELETE FROM log",                SAME,    EVIDENCE_NONE },
	{ "LOAD DATA INFILE 'x' INTO TABLE log",                 SAME,    EVIDENCE_NONE },
	{ "SELECT log_it()",                                     SAME,    EVIDENCE_NONE },
	{ "INSERT INTO t VALUES (log_it())",                     SAME,    EVIDENCE_NONE },
	{ "SELECT * INTO OUTFILE '/x' FROM t",                   SAME,    EVIDENCE_NONE },
	{ "CALL commits()",                                      SAME,    EVIDENCE_NONE },
	{ "CALL makes()",                                        CHANGED, EVIDENCE_NONE },
	{ "CALL makes()",                                        SAME,    EVIDENCE_NONE },
	{ "CALL dynamic()",                                      SAME,    EVIDENCE_NONE },
	{ "CALL calls()",                                        SAME,    EVIDENCE_NONE },
	{ "CALL escaped()",                                      SAME,    EVIDENCE_NONE },
	{ "CALL logs()",                                         SAME,    EVIDENCE_NONE },
	{ "CALL nobody_knows()",                                 SAME,    EVIDENCE_NONE },
	{ "EXECUTE s",                                           SAME,    EVIDENCE_NONE },
	{ "BEGIN NOT ATOMIC COMMIT; END",                        SAME,    EVIDENCE_NONE },
	{ "XA START 'x'",                                        SAME,    EVIDENCE_NONE },
	{ "INSTALL SONAME 'x'",                                  SAME,    EVIDENCE_NONE },
};

static const struct {
	const char *sql; bool outside;
} outsiders[] = {
	{ "DO GET_LOCK('x', 60)", true },
	{ "SELECT SLEEP(5)", true },
	{ "SELECT 'SLEEP'", false },
	{ "GRANT SELECT ON t TO u",                            true  },
	{ "CREATE USER u",                                     true  },
	{ "DROP ROLE r",                                       true  },
	{ "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", true  },
	{ "ALTER EVENT e ENABLE",                              true  },
	{ "SET GLOBAL x = 1",                                  true  },
	{ "SET @@PERSIST.x = 1",                               true  },
	{ "SELECT 1 INTO OUTFILE '/x'",                        true  },
	{ "FLUSH TABLES",                                      true  },
	{ "INSTALL SONAME 'x'",                                true  },
	{ "KILL 7",                                            true  },
	{ "LOAD DATA INFILE '/x' INTO TABLE t",                true  },
	{ "CREATE SERVER s FOREIGN DATA WRAPPER x OPTIONS (HOST 'x')", true },
	{ "CREATE TABLE event (user int)",                     false },
	{ "CREATE SPATIAL INDEX i ON t (p)",                   false },
	{ "ALTER TABLE t ADD role int",                        false },
	{ "TRUNCATE t",                                        false },
	{ "INSERT INTO log VALUES (1)",                        false },
	{ "CALL commits()",                                    false },
	{ "EXECUTE s",                                         false },
	{ "SET @x = 1",                                        false },
	{ "SELECT counts()",                                   false },
};

/* clang-format on */

static GHashTable *routines(void)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
		g_hash_table_insert(table, g_strdup(bodies[i][0]), g_strdup(bodies[i][1]));
	}
	return table;
}

static void parse(struct script *script, const char *sql)
{
	struct err err = { 0 };

	if (script_parse(script, "a.sql", sql, strlen(sql), &err) < 0 || script->nr != 1) {
		fail_msg("%s: %s", sql, err.msg);
	}
}

static void what_tells_whether_a_statement_ran(void **state)
{
	g_autoptr(GHashTable) known = routines();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct evidence_facts facts = {
			.shape_known = cases[i].shape != UNKNOWN,
			.shape_changed = cases[i].shape == CHANGED,
			.plain_tables = plain,
			.routines = known,
		};
		SCOPED(script) script = { 0 };
		const char *why = "";
		enum evidence got;

		parse(&script, cases[i].sql);
		got = evidence_of(&script.statements[0], &facts, &why);
		if (got != cases[i].want) {
			fail_msg("%s: %s, wanted %s", cases[i].sql, evidence_names[got],
				 evidence_names[cases[i].want]);
		}
		assert_int_equal(why != NULL, got == EVIDENCE_NONE);
	}
}

static void no_call_is_trusted_when_bodies_are_not_known(void **state)
{
	const struct evidence_facts facts = { .shape_known = true };
	SCOPED(script) script = { 0 };
	const char *why = NULL;

	(void)state;
	parse(&script, "CALL calm()");
	assert_int_equal(evidence_of(&script.statements[0], &facts, &why), EVIDENCE_NONE);
	assert_string_equal(why, "calls a procedure whose body is not known");
}

static void the_reason_is_said(void **state)
{
	static const char *const reasons[][2] = {
		{ "CALL commits()", "calls a procedure that may commit" },
		{ "INSERT INTO log VALUES (1)", "writes to a table that is not transactional" },
		{ "TRUNCATE t", "empties a table" },
	};
	g_autoptr(GHashTable) known = routines();
	const struct evidence_facts facts = { .shape_known = true,
					      .plain_tables = plain,
					      .routines = known };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
		SCOPED(script) script = { 0 };
		const char *why = NULL;

		parse(&script, reasons[i][0]);
		assert_int_equal(evidence_of(&script.statements[0], &facts, &why), EVIDENCE_NONE);
		assert_string_equal(why, reasons[i][1]);
	}
}

static void what_reaches_outside_is_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(outsiders); i++) {
		SCOPED(script) script = { 0 };

		parse(&script, outsiders[i].sql);
		if (evidence_is_outside(&script.statements[0]) != outsiders[i].outside) {
			fail_msg("%s", outsiders[i].sql);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tells_whether_a_statement_ran),
		cmocka_unit_test(no_call_is_trusted_when_bodies_are_not_known),
		cmocka_unit_test(the_reason_is_said),
		cmocka_unit_test(what_reaches_outside_is_recognised),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
