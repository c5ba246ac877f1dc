#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "clause.h"
#include "lex.h"

/* clang-format off */
static const struct {
	const char *sql; const char *algorithm; const char *lock; const char *want;
} rows[] = {
	/* ALTER TABLE: in front of the first change */
	{ "ALTER TABLE t ADD x int", "INSTANT", NULL,
	  "ALTER TABLE t ALGORITHM=INSTANT, ADD x int" },
	{ "ALTER TABLE t ADD x int", "INPLACE", "NONE",
	  "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, ADD x int" },
	{ "ALTER TABLE t", "COPY", "SHARED", "ALTER TABLE t ALGORITHM=COPY, LOCK=SHARED" },
	{ "/* a */ alter table `t``a`.`b` -- ADD\n\tADD x int -- end", "COPY", "NONE",
	  "/* a */ alter table `t``a`.`b` -- ADD\n\tALGORITHM=COPY, LOCK=NONE, ADD x int -- end" },
	{ "ALTER TABLE IF EXISTS t WAIT 5 DROP x", "NOCOPY", "NONE",
	  "ALTER TABLE IF EXISTS t WAIT 5 ALGORITHM=NOCOPY, LOCK=NONE, DROP x" },
	{ "ALTER IGNORE TABLE t NOWAIT DROP x;", "COPY", NULL,
	  "ALTER IGNORE TABLE t NOWAIT ALGORITHM=COPY, DROP x;" },
	{ "/*!40000 ALTER TABLE t DISABLE KEYS */", "INPLACE", NULL,
	  "/*!40000 ALTER TABLE t ALGORITHM=INPLACE, DISABLE KEYS */" },
	{ "SET STATEMENT max_statement_time = 1 FOR ALTER TABLE t FORCE", "COPY", NULL,
	  "SET STATEMENT max_statement_time = 1 FOR ALTER TABLE t ALGORITHM=COPY, FORCE" },
	/* partitions: no comma in front of those that are no list */
	{ "ALTER TABLE t PARTITION BY HASH (id)", "COPY", "NONE",
	  "ALTER TABLE t ALGORITHM=COPY, LOCK=NONE PARTITION BY HASH (id)" },
	{ "ALTER TABLE t REMOVE PARTITIONING", "COPY", NULL,
	  "ALTER TABLE t ALGORITHM=COPY REMOVE PARTITIONING" },
	{ "ALTER TABLE t ADD x int PARTITION BY HASH (id)", "COPY", NULL,
	  "ALTER TABLE t ALGORITHM=COPY, ADD x int PARTITION BY HASH (id)" },
	{ "ALTER TABLE t DROP PARTITION p0", "INPLACE", "NONE",
	  "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, DROP PARTITION p0" },
	/* what is written stays, DEFAULT is filled in */
	{ "ALTER TABLE t ADD x int, ALGORITHM=INPLACE", "INPLACE", "NONE",
	  "ALTER TABLE t LOCK=NONE, ADD x int, ALGORITHM=INPLACE" },
	{ "ALTER TABLE t LOCK = SHARED, ADD x int, ALGORITHM copy", "COPY", "SHARED",
	  "ALTER TABLE t LOCK = SHARED, ADD x int, ALGORITHM copy" },
	{ "ALTER TABLE t ADD x int, LOCK=DEFAULT, ALGORITHM default", "COPY", "NONE",
	  "ALTER TABLE t ADD x int, LOCK=NONE, ALGORITHM COPY" },
	{ "ALTER TABLE t ADD x int, LOCK=DEFAULT", "INSTANT", NULL,
	  "ALTER TABLE t ALGORITHM=INSTANT, ADD x int, LOCK=DEFAULT" },
	{ "ALTER ONLINE TABLE t FORCE", "INPLACE", "NONE",
	  "ALTER ONLINE TABLE t ALGORITHM=INPLACE, FORCE" },
	/* names that only look like them */
	{ "ALTER TABLE lock ADD algorithm int, DROP `lock`, MODIFY algorithm int", "COPY", "NONE",
	  "ALTER TABLE lock ALGORITHM=COPY, LOCK=NONE, "
	  "ADD algorithm int, DROP `lock`, MODIFY algorithm int" },
	{ "ALTER TABLE t ADD (a int, algorithm int)", "COPY", NULL,
	  "ALTER TABLE t ALGORITHM=COPY, ADD (a int, algorithm int)" },
	{ "ALTER TABLE t COMMENT ', ALGORITHM=COPY'", "INPLACE", NULL,
	  "ALTER TABLE t ALGORITHM=INPLACE, COMMENT ', ALGORITHM=COPY'" },
	/* indexes */
	{ "CREATE INDEX i ON t (a)", "INPLACE", "NONE",
	  "CREATE INDEX i ON t (a) ALGORITHM=INPLACE LOCK=NONE" },
	{ "CREATE OR REPLACE UNIQUE INDEX algorithm ON lock (`on`) COMMENT 'x' -- y", "NOCOPY", "NONE",
	  "CREATE OR REPLACE UNIQUE INDEX algorithm ON lock (`on`) COMMENT 'x' "
	  "ALGORITHM=NOCOPY LOCK=NONE -- y" },
	{ "CREATE FULLTEXT INDEX i ON t (a) LOCK=SHARED;", "INPLACE", "SHARED",
	  "CREATE FULLTEXT INDEX i ON t (a) LOCK=SHARED ALGORITHM=INPLACE;" },
	{ "CREATE SPATIAL INDEX i ON t (a) ALGORITHM=DEFAULT LOCK=DEFAULT", "COPY", "SHARED",
	  "CREATE SPATIAL INDEX i ON t (a) ALGORITHM=COPY LOCK=SHARED" },
	{ "DROP INDEX i ON t", "INPLACE", "NONE",
	  "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, DROP INDEX i" },
	{ "/* a */ DROP INDEX IF EXISTS `i` /* b */ ON s.t WAIT 3 # c", "INSTANT", NULL,
	  "/* a */ ALTER TABLE s.t WAIT 3 ALGORITHM=INSTANT, DROP INDEX IF EXISTS `i` # c" },
	{ "DROP ONLINE INDEX i ON t", "INPLACE", "NONE",
	  "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, DROP INDEX i" },
	{ "DROP INDEX i ON t ALGORITHM=INPLACE", "INPLACE", "NONE",
	  "DROP INDEX i ON t ALGORITHM=INPLACE LOCK=NONE" },
	{ "DROP INDEX i ON t", NULL, NULL, "DROP INDEX i ON t" },
	/* others */
	{ "CREATE TABLE t (a int)", "COPY", "NONE", "CREATE TABLE t (a int)" },
	{ "ALTER VIEW v AS SELECT 1", "COPY", "NONE", "ALTER VIEW v AS SELECT 1" },
	{ "DROP TABLE t", "COPY", "NONE", "DROP TABLE t" },
	{ "", "COPY", "NONE", "" },
	{ "ALTER TABLE", "COPY", "NONE", "ALTER TABLE" },
	{ "CREATE INDEX i", "COPY", "NONE", "CREATE INDEX i" },
};

static const struct {
	const char *sql; enum clause_form form; const char *table; const char *algorithm; const char *lock;
} readings[] = {
	{ "ALTER TABLE `s`.`a``b` FORCE", CLAUSE_ALTER_TABLE, "a`b", NULL, NULL },
	{ "ALTER ONLINE TABLE t FORCE, ALGORITHM=COPY", CLAUSE_ALTER_TABLE, "t", "COPY", "NONE" },
	{ "ALTER TABLE t ALGORITHM=COPY, ALGORITHM=INPLACE", CLAUSE_ALTER_TABLE, "t", "INPLACE", NULL },
	{ "CREATE UNIQUE INDEX i USING BTREE ON s.t (a) LOCK=NONE", CLAUSE_CREATE_INDEX, "t", NULL, "NONE" },
	{ "DROP INDEX i ON t LOCK=DEFAULT", CLAUSE_DROP_INDEX, "t", NULL, NULL },
	{ "RENAME TABLE a TO b", CLAUSE_NOTHING, NULL, NULL, NULL },
	{ "CREATE UNIQUE TABLE a", CLAUSE_NOTHING, NULL, NULL, NULL },
	{ "SET STATEMENT a = 1 FOR SELECT 1", CLAUSE_NOTHING, NULL, NULL, NULL },
};

/* clang-format on */

static void clauses_stand_where_the_grammar_takes_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(clause) clause = { 0 };
		g_autofree char *sql = NULL;

		(void)clause_read(&clause, rows[i].sql, 0);
		sql = clause_write(&clause, rows[i].sql, rows[i].algorithm, rows[i].lock);
		assert_string_equal(sql, rows[i].want);
	}
}

static void what_is_said_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
		SCOPED(clause) clause = { 0 };

		assert_int_equal(clause_read(&clause, readings[i].sql, 0),
				 readings[i].form != CLAUSE_NOTHING);
		assert_int_equal(clause.form, readings[i].form);
		assert_int_equal(g_strcmp0(clause.table, readings[i].table), 0);
		assert_int_equal(g_strcmp0(clause.algorithm, readings[i].algorithm), 0);
		assert_int_equal(g_strcmp0(clause.lock, readings[i].lock), 0);
	}
}

static void quotes_are_read_as_the_session_does(void **state)
{
	SCOPED(clause) clause = { 0 };

	(void)state;
	assert_true(clause_read(&clause, "ALTER TABLE \"a\"\"b\" FORCE", LEX_ANSI_QUOTES));
	assert_string_equal(clause.table, "a\"b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clauses_stand_where_the_grammar_takes_them),
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(quotes_are_read_as_the_session_does),
	};

	return cmocka_run_group_tests_name("clause", tests, NULL, NULL);
}
