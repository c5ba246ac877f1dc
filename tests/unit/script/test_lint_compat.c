#include "linted.h"

#define USERS                                                                             \
	"CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL DEFAULT 'x', " \
	"note TEXT, age INT, state ENUM('a','b'), "                                       \
	"seq BIGINT NOT NULL AUTO_INCREMENT, day DATETIME(3), price DECIMAL(10,2), "      \
	"KEY (seq), UNIQUE KEY uq (name, age));"
#define ALTER "ALTER TABLE users "

/* clang-format off */
static const struct linted_row rows[] = {
	/* files                                              what is found */

	/* MU101 */
	{ { "DROP TABLE t" },                                 "MU101@1:1:12" },
	{ { "DROP TABLE IF EXISTS a, b" },                    "MU101@1:1:22 MU101@1:1:25" },
	{ { "DROP VIEW v" },                                  "MU101@1:1:11" },
	{ { USERS, "DROP TABLE users" },                      "MU101@2:1:12" },
	{ { USERS, "DROP TABLE users; " USERS },              "MU101@2:1:12" },
	{ { USERS, "CREATE OR REPLACE TABLE users (a INT)" }, "MU101@2:1:1" },
	{ { "DROP TABLE IF EXISTS users; " USERS },           "" },
	{ { "CREATE TABLE t (a INT); DROP TABLE t" },         "" },
	{ { "DROP TEMPORARY TABLE t" },                       "" },
	{ { "CREATE TEMPORARY TABLE t (a INT)" },             "" },
	{ { "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 1" }, "" },
	{ { "RENAME TABLE t TO old; CREATE TABLE t (a INT); DROP TABLE old" }, "" },
	{ { "CREATE TABLE n (a INT); RENAME TABLE t TO o, n TO t; DROP TABLE o" }, "" },
	{ { "CREATE TABLE n (a INT); RENAME TABLE n TO m; DROP TABLE m" }, "" },
	{ { "RENAME TABLE t TO u; ALTER TABLE u RENAME t; DROP TABLE t" }, "MU101@1:1:57" },
	{ { USERS, "RENAME TABLE users TO u; ALTER TABLE u RENAME users; DROP TABLE users" },
	  "MU101@2:1:65" },
	{ { "ALTER TABLE t RENAME o; DROP TABLE o" },         "MU102@1:1:22 MU101@1:1:36" },
	{ { "RENAME TABLE t TO o; CREATE TABLE t (a INT); DROP TABLE o; DROP TABLE t" }, "" },
	{ { "DROP INDEX i ON t" },                            "" },

	/* MU102 */
	{ { "RENAME TABLE a TO b" },                          "MU102@1:1:14" },
	{ { "ALTER TABLE a RENAME TO b" },                    "MU102@1:1:22" },
	{ { "ALTER TABLE a RENAME b" },                       "MU102@1:1:22" },
	{ { "RENAME TABLE a TO b, c TO d" },                  "MU102@1:1:14 MU102@1:1:22" },
	{ { "RENAME TABLE a TO a_old, a_new TO a" },          "MU102@1:1:26" },
	{ { "CREATE TABLE n (a INT); RENAME TABLE t TO o, n TO t" }, "" },
	{ { "RENAME TABLE a TO b; CREATE VIEW a AS SELECT * FROM b" }, "" },
	{ { "ALTER TABLE a RENAME INDEX x TO y" },            "" },

	/* MU103 */
	{ { ALTER "DROP COLUMN age" },                        "MU103@1:1:31" },
	{ { ALTER "DROP age, DROP note" },                    "MU103@1:1:24 MU103@1:1:34" },
	{ { USERS, ALTER "DROP age" },                        "MU103@2:1:24" },
	{ { "ALTER TABLE `a b` DROP COLUMN IF EXISTS `x`" },  "MU103@1:1:41" },
	{ { ALTER "ADD c INT; " ALTER "DROP c" },             "" },
	{ { USERS " " ALTER "DROP age" },                     "" },
	{ { ALTER "DROP INDEX age" },                         "" },
	{ { ALTER "DROP FOREIGN KEY age, DROP PARTITION p" }, "" },
	{ { ALTER "ADD c INT", ALTER "DROP c" },              "MU103@2:1:24" },

	/* MU104 */
	{ { ALTER "RENAME COLUMN age TO years" },             "MU104@1:1:26" },
	{ { USERS, ALTER "CHANGE age years INT" },            "MU104@2:1:30" },
	{ { USERS, ALTER "CHANGE age AGE INT" },              "" },
	{ { USERS, ALTER "CHANGE COLUMN age age BIGINT" },    "" },

	/* MU105 */
	{ { ALTER "ADD region VARCHAR(8) NOT NULL" },         "MU105@1:1:23" },
	{ { ALTER "ADD COLUMN (a INT NOT NULL, b INT)" },     "MU105@1:1:31" },
	{ { ALTER "ADD region VARCHAR(8) NOT NULL DEFAULT ''" }, "" },
	{ { ALTER "ADD region VARCHAR(8)" },                  "" },
	{ { ALTER "ADD x INT AS (age + 1) STORED NOT NULL" }, "" },
	{ { ALTER "ADD x INT GENERATED ALWAYS AS (age) VIRTUAL" }, "" },
	{ { USERS " " ALTER "ADD region VARCHAR(8) NOT NULL" }, "" },
	{ { ALTER "ADD c INT", ALTER "ADD COLUMN IF NOT EXISTS c INT NOT NULL" }, "" },

	/* MU106 */
	{ { USERS, ALTER "MODIFY age INT NOT NULL" },         "MU106@2:1:26" },
	{ { USERS, ALTER "MODIFY name VARCHAR(50) NOT NULL DEFAULT ''" }, "" },
	{ { USERS, ALTER "MODIFY age INT" },                  "" },
	{ { "CREATE TABLE t (a INT, PRIMARY KEY (a))", "ALTER TABLE t MODIFY a INT NOT NULL" }, "" },

	/* MU107 */
	{ { USERS, ALTER "MODIFY name VARCHAR(20) NOT NULL DEFAULT 'x'" }, "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY note VARCHAR(900)" },        "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY age SMALLINT" },             "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY age INT UNSIGNED" },         "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY day DATETIME" },             "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY price DECIMAL(10,4)" },      "MU107@2:1:26" },
	{ { USERS, ALTER "MODIFY age INT(5)" },               "" },
	{ { USERS, ALTER "MODIFY name VARCHAR(60) NOT NULL DEFAULT 'x'" }, "" },
	{ { USERS, ALTER "MODIFY price DECIMAL(12,4)" },      "" },
	{ { ALTER "ADD c VARCHAR(9)", ALTER "MODIFY c VARCHAR(5)" }, "MU107@2:1:26" },
	{ { USERS, "RENAME TABLE users TO u; CREATE VIEW users AS SELECT 1",
	    "ALTER TABLE u MODIFY age TINYINT" },             "MU107@3:1:22" },

	/* MU108 */
	{ { USERS, ALTER "MODIFY age VARCHAR(20)" },          "MU108@2:1:26" },
	{ { USERS, ALTER "MODIFY day DATE" },                 "MU108@2:1:26" },
	{ { USERS, ALTER "MODIFY note LONGTEXT" },            "" },

	/* MU109 */
	{ { USERS, ALTER "MODIFY state ENUM('b','a')" },      "MU109@2:1:26" },
	{ { USERS, ALTER "MODIFY state ENUM('a')" },          "MU109@2:1:26" },
	{ { USERS, ALTER "MODIFY state ENUM('n','a','b')" },  "MU109@2:1:26" },
	{ { USERS, ALTER "MODIFY state ENUM('a','b','c')" },  "" },

	/* MU110 */
	{ { ALTER "MODIFY name VARCHAR(20)" },                "MU110@1:1:26" },
	{ { "ALTER TABLE t CHANGE a b INT" },                 "MU104@1:1:24 MU110@1:1:24" },
	{ { USERS, "CALL p()", ALTER "MODIFY age TINYINT" },  "MU110@3:1:26" },
	{ { USERS, "CREATE TABLE IF NOT EXISTS users (age TINYINT)",
	    ALTER "MODIFY age SMALLINT" },                    "MU107@3:1:26" },

	/* MU111 */
	{ { ALTER "ADD UNIQUE (name)" },                      "MU111@1:1:23" },
	{ { ALTER "ADD CONSTRAINT c UNIQUE KEY k (name)" },   "MU111@1:1:23" },
	{ { "CREATE UNIQUE INDEX i ON users (name)" },        "MU111@1:1:1" },
	{ { USERS, ALTER "ADD UNIQUE (name)" },               "MU111@2:1:23" },
	{ { USERS, ALTER "ADD UNIQUE (age, name, note)" },    "" },
	{ { USERS, ALTER "DROP KEY uq, ADD UNIQUE uq (name, age, id)" }, "" },
	{ { USERS, ALTER "DROP KEY uq; " ALTER "ADD UNIQUE uq (name, age, seq)" }, "" },
	{ { USERS, ALTER "DROP KEY uq", ALTER "ADD UNIQUE uq (name, age)" }, "MU111@3:1:23" },
	{ { USERS, ALTER "ADD token CHAR(36), ADD UNIQUE (token)" }, "" },
	{ { USERS, ALTER "ADD token CHAR(36); " ALTER "ADD UNIQUE (token)" }, "" },
	{ { USERS " " ALTER "ADD UNIQUE (age)" },             "" },
	{ { ALTER "ADD INDEX (name), ADD FULLTEXT (note)" },  "" },

	/* MU112 */
	{ { ALTER "ADD FOREIGN KEY (age) REFERENCES a (id)" }, "MU112@1:1:23" },
	{ { ALTER "ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES a (id) ON DELETE SET NULL" },
	  "MU112@1:1:23" },
	{ { ALTER "DROP FOREIGN KEY f; " ALTER "ADD CONSTRAINT f FOREIGN KEY (age) REFERENCES a (id)" },
	  "" },
	{ { ALTER "ADD c INT NULL, ADD FOREIGN KEY (c) REFERENCES a (id)" }, "" },
	{ { "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES b (id))" }, "" },
	{ { ALTER "ADD c INT NOT NULL DEFAULT 1 REFERENCES a (id)" }, "MU112@1:1:23" },
	{ { ALTER "ADD c INT REFERENCES a (id)" },            "" },
	{ { USERS, ALTER "MODIFY age INT REFERENCES a (id) ON DELETE CASCADE" }, "MU112@2:1:26" },
	{ { USERS, ALTER "DROP FOREIGN KEY f, MODIFY age INT REFERENCES a (id)" }, "" },
	{ { "CREATE TABLE t (a INT REFERENCES b (id))" },     "" },

	/* MU113 */
	{ { ALTER "DROP PRIMARY KEY" },                       "MU113@1:1:24" },
	{ { ALTER "DROP PRIMARY KEY, ADD PRIMARY KEY (id, age)" }, "MU113@1:1:24" },
	{ { ALTER "DROP PRIMARY KEY; " ALTER "ADD PRIMARY KEY (id, age)" }, "MU113@1:1:24" },
	{ { ALTER "ADD PRIMARY KEY (id)" },                   "MU113@1:1:23" },
	{ { ALTER "ADD n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST" }, "MU113@1:1:23" },
	{ { "CREATE TABLE t (a INT); ALTER TABLE t ADD PRIMARY KEY (a)" }, "" },

	/* MU114 */
	{ { USERS, ALTER "MODIFY name VARCHAR(60) NOT NULL" }, "MU114@2:1:26" },
	{ { USERS, ALTER "MODIFY seq BIGINT NOT NULL" },      "MU114@2:1:26" },
	{ { ALTER "ALTER COLUMN name DROP DEFAULT" },         "MU114@1:1:25" },
	{ { USERS, ALTER "ALTER name SET DEFAULT 'y'" },      "" },
	{ { USERS, ALTER "ALTER seq DROP DEFAULT" },          "" },

	/* MU115 */
	{ { ALTER "ADD CHECK (age > 0)" },                    "MU115@1:1:23" },
	{ { ALTER "ADD CONSTRAINT c CHECK (age > 0)" },       "MU115@1:1:23" },
	{ { "CREATE TABLE t (a INT, CHECK (a > 0))" },        "" },

	/* MU116 */
	{ { ALTER "ADD token CHAR(36) NOT NULL DEFAULT '' UNIQUE" }, "MU116@1:1:23" },
	{ { ALTER "ADD token CHAR(36) UNIQUE" },              "" },
	{ { ALTER "ADD token CHAR(36) DEFAULT (uuid()) UNIQUE" }, "" },

	/* bodies count when the file runs them, and only then */
	{ { "CREATE PROCEDURE p() BEGIN IF 1 THEN ALTER TABLE t DROP COLUMN a; END IF; END; CALL p()" },
	  "MU103@1:1:64" },
	{ { "CREATE PROCEDURE p() BEGIN ALTER TABLE t DROP COLUMN a; END" }, "" },
	{ { "CREATE PROCEDURE p() ALTER TABLE t DROP COLUMN a; CALL p()" }, "MU103@1:1:48" },

	/* what undoes is not judged; what is in comments or texts neither */
	{ { "SELECT 1", "down:DROP TABLE t" },                "" },
	{ { "SELECT 1; -- muster: down\nSELECT 2" },          "" },
	{ { "SELECT 1;\n-- muster: down\nDROP TABLE t" },     "" },
	{ { "SELECT 'DROP TABLE t' /* DROP TABLE t */" },     "" },
	{ { "/*!40000 ALTER TABLE `t` DROP COLUMN a */" },    "MU103@1:1:38" },
};

/* clang-format on */

static void finds_what_an_old_application_would_miss(void **state)
{
	(void)state;
	linted_rows(rows, G_N_ELEMENTS(rows), "MU1");
}

static void says_what_was_and_where(void **state)
{
	static const char *const files[LINTED_FILES] = { USERS,
							 ALTER "MODIFY state ENUM('x','a','b')" };
	SCOPED(lint_report) report = { 0 };
	const struct lint_finding *finding;

	(void)state;
	linted_report(&report, files, NULL);
	for (guint i = 0; i < report.findings->len; i++) {
		finding = &g_array_index(report.findings, struct lint_finding, i);
		if (finding->rule == LINT_ENUM) {
			assert_string_equal(
				finding->text,
				"column users.state was ENUM('a','b') (0001_x.sql:1) "
				"and becomes ENUM('x','a','b'): 'a' gets another number; "
				"only append values at the end");
			return;
		}
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_an_old_application_would_miss),
		cmocka_unit_test(says_what_was_and_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
