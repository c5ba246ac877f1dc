#include "linted.h"

/* clang-format off */
static const char *const inside[] = {
	"ALTER TABLE t ADD COLUMN a INT, ADD INDEX i (a), LOCK=NONE",
	"SELECT a.x, b.y FROM t a JOIN u AS b ON a.x = b.y, v c WHERE a.x = c.z ORDER BY a.x, b.y",
	"UPDATE t a JOIN u b ON a.x = b.y SET a.x = 1, b.y = 2 WHERE a.z IN (1)",
	"DELETE a FROM t a JOIN u b ON a.x = b.y",
	"DELETE t.* FROM t JOIN u ON t.x = u.y",
	"DELETE FROM t USING t JOIN u USING (id)",
	"INSERT INTO t (a, b) SELECT u.a, u.b FROM u ON DUPLICATE KEY UPDATE t.a = u.a, t.b = u.b",
	"INSERT INTO t SET a = 1",
	"SELECT EXTRACT(YEAR FROM t.d), TRIM(LEADING 'x' FROM t.n), SUBSTRING(t.n FROM 2) FROM t",
	"CREATE TABLE t (a TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, INDEX i (a), FOREIGN KEY (a) "
		"REFERENCES u (b) ON DELETE CASCADE)",
	"CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = OLD.b",
	"CREATE VIEW v AS SELECT t.a, u.b FROM t, u WHERE t.a LIKE u.b",
	"CREATE TABLE c AS SELECT t.a FROM t WHERE t.a LIKE t.b",
	"SELECT * FROM {SCHEMA}.t JOIN `{SCHEMA}`.u, {SCHEMA}.v",
	"SELECT {SCHEMA}.f(1)",
	"SELECT * FROM information_schema.tables WHERE table_schema = DATABASE()",
	"SELECT * FROM information_schema.tables t WHERE t.table_schema = SCHEMA ()",
	"SELECT * FROM INFORMATION_SCHEMA.`COLUMNS` WHERE TABLE_SCHEMA = '{SCHEMA}'",
	"SELECT engine FROM information_schema.engines",
	"SET @db = DATABASE(); SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = @db",
	"SELECT DATABASE() INTO @db; SELECT 1 FROM information_schema.tables WHERE table_schema = @db",
	"CREATE PROCEDURE p() BEGIN DECLARE d VARCHAR(64) DEFAULT DATABASE(); IF EXISTS (SELECT * FROM "
		"information_schema.columns WHERE table_schema = d) THEN ALTER TABLE t DROP a; END IF; END",
	"SELECT REPLACE(t.a, 'x', 'y'), INSERT(t.a, 1, 2, 'z') FROM t",
	"DROP TABLE IF EXISTS a, b",
	"CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN IF(a, 1.5 * (2), 0)",
};

static const struct linted_text outside[] = {
	/* statement                                                       code     line col. */
	{ "SELECT *\n FROM other.t",                                       "MU203", 2,  7 },
	{ "SELECT * FROM `other`.`t`",                                     "MU203", 1, 15 },
	{ "SELECT * FROM a, (other . t)",                                  "MU203", 1, 19 },
	{ "SELECT * FROM a JOIN other.t ON 1",                             "MU203", 1, 22 },
	{ "SELECT * FROM a JOIN b ON a.x = b.y, other.t",                  "MU203", 1, 38 },
	{ "INSERT INTO other.t VALUES (1)",                                "MU203", 1, 13 },
	{ "INSERT IGNORE other.t VALUES (1)",                              "MU203", 1, 15 },
	{ "REPLACE INTO other.t VALUES (1)",                               "MU203", 1, 14 },
	{ "UPDATE a, other.t SET x = 1",                                   "MU203", 1, 11 },
	{ "DELETE FROM other.t",                                           "MU203", 1, 13 },
	{ "DELETE FROM a USING other.t",                                   "MU203", 1, 21 },
	{ "TRUNCATE other.t",                                              "MU203", 1, 10 },
	{ "CALL other.p(1)",                                               "MU203", 1,  6 },
	{ "SELECT other.f(1)",                                             "MU203", 1,  8 },
	{ "CREATE TABLE IF NOT EXISTS other.t (a INT)",                    "MU203", 1, 28 },
	{ "CREATE TABLE a LIKE other.t",                                   "MU203", 1, 21 },
	{ "CREATE TABLE a (b INT REFERENCES other.t (c))",                 "MU203", 1, 34 },
	{ "DROP TABLE a, other.t",                                         "MU203", 1, 15 },
	{ "ALTER TABLE a RENAME TO other.a",                               "MU203", 1, 25 },
	{ "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE other.t",         "MU203", 1, 47 },
	{ "RENAME TABLE a TO other.a",                                     "MU203", 1, 19 },
	{ "CREATE INDEX i ON other.t (a)",                                 "MU203", 1, 19 },
	{ "DROP INDEX i ON other.t",                                       "MU203", 1, 17 },
	{ "CREATE TRIGGER g AFTER INSERT ON other.t FOR EACH ROW SET @a=1","MU203", 1, 34 },
	{ "CREATE VIEW other.v AS SELECT 1",                               "MU203", 1, 13 },
	{ "SELECT * FROM mysql.user",                                      "MU203", 1, 15 },
	{ "CREATE PROCEDURE p() BEGIN DELETE FROM other.t; END",           "MU203", 1, 40 },
	{ "/*!50003 DROP TABLE other.t */",                                "MU203", 1, 21 },
	{ "SELECT * FROM information_schema.tables",                       "MU204", 1, 15 },
	{ "SELECT 1 FROM (SELECT * FROM information_schema.tables) x WHERE DATABASE()", "MU204", 1, 30 },
	{ "SELECT * FROM information_schema.tables WHERE table_schema = @db", "MU204", 1, 15 },
	{ "SELECT * FROM performance_schema.threads",                      "MU204", 1, 15 },
};

/* clang-format on */

static void passes_names_of_the_tenant(void **state)
{
	(void)state;
	linted_passes(inside, G_N_ELEMENTS(inside));
}

static void finds_names_of_other_schemas(void **state)
{
	(void)state;
	linted_finds(outside, G_N_ELEMENTS(outside));
}

static void finds_each_name_once(void **state)
{
	g_autoptr(GArray) findings = linted_script("CREATE TABLE o.t (a INT); CALL o.p(o.f(1))");

	(void)state;
	assert_int_equal(findings->len, 3);
	assert_int_equal(g_array_index(findings, struct lint_finding, 2).statement, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_names_of_the_tenant),
		cmocka_unit_test(finds_names_of_other_schemas),
		cmocka_unit_test(finds_each_name_once),
	};

	return cmocka_run_group_tests_name("lint_names", tests, NULL, NULL);
}
