#include "linted.h"

#define ID "id INT PRIMARY KEY"

/* clang-format off */
static const struct linted_row rows[] = {
	/* MU401 */
	{ { "ALTER TABLE t ADD d DATE NOT NULL" },            "MU401@1:1:19" },
	{ { "ALTER TABLE t ADD d DATETIME NOT NULL AFTER x" }, "MU401@1:1:19" },
	{ { "ALTER TABLE t ADD d DATE" },                     "" },
	{ { "ALTER TABLE t ADD d DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP" }, "" },
	{ { "CREATE TABLE t (" ID ", d DATE NOT NULL)" },     "" },
	{ { "ALTER TABLE t ADD d DATE NOT NULL", "release.cfg:sql_mode=\"STRICT_TRANS_TABLES\";" }, "" },
	{ { "ALTER TABLE t ADD d DATE NOT NULL", "release.cfg:sql_mode=\"NO_ZERO_DATE\";" },
	  "MU401@1:1:19" },

	/* MU402 */
	{ { "CREATE TABLE t (" ID ", d DATETIME DEFAULT '0000-00-00 00:00:00')" }, "MU402@1:1:37" },
	{ { "ALTER TABLE t MODIFY d DATE DEFAULT '0000-00-00'" }, "MU402@1:1:22" },
	{ { "ALTER TABLE t MODIFY d DATE DEFAULT '2000-00-00'" }, "" },
	{ { "ALTER TABLE t MODIFY d DATE DEFAULT '0000-00-00'", "release.cfg:sql_mode=\"\";" }, "" },

	/* MU403 */
	{ { "CREATE TABLE t (" ID ", a INT NOT NULL, b INT)", "INSERT INTO t (id, b) VALUES (1, 2)" },
	  "MU403@2:1:1" },
	{ { "CREATE TABLE t (" ID ", a INT NOT NULL)", "INSERT INTO t SET id = 1" }, "MU403@2:1:1" },
	{ { "CREATE TABLE t (" ID ", a INT NOT NULL)", "INSERT INTO t SET `ID` = 1, A = 2" }, "" },
	{ { "CREATE TABLE t (" ID ", a INT NOT NULL)", "INSERT INTO t VALUES (1)" }, "" },
	{ { "CREATE TABLE t (" ID ", a INT NOT NULL)", "INSERT INTO t SELECT 1" }, "" },
	{ { "CREATE TABLE t (" ID " AUTO_INCREMENT, a INT NOT NULL DEFAULT 1)",
	    "INSERT INTO t (a) VALUES (1)" },                 "" },
	{ { "INSERT INTO t (a) VALUES (1)" },                 "" },

	/* MU404 */
	{ { "CREATE TABLE t (" ID ", at TIMESTAMP, too TIMESTAMP)" }, "MU404@1:1:37" },
	{ { "ALTER TABLE t ADD at TIMESTAMP NOT NULL" },      "MU401@1:1:19 MU404@1:1:19" },
	{ { "ALTER TABLE t ADD at TIMESTAMP NULL" },          "" },
	{ { "ALTER TABLE t ADD at TIMESTAMP DEFAULT CURRENT_TIMESTAMP" }, "" },

	/* MU405 */
	{ { "CREATE TABLE t (" ID ", n VARCHAR(9))" },        "MU405@1:1:1" },
	{ { "CREATE TABLE t (" ID ", n VARCHAR(9)) CHARACTER SET = utf8mb4" }, "" },
	{ { "CREATE TABLE t (" ID ", n VARCHAR(9)) COLLATE utf8mb4_bin" }, "" },
	{ { "CREATE TABLE t (" ID ", n VARCHAR(9) CHARSET utf8mb4)" }, "" },
	{ { "CREATE TABLE t (" ID ", n INT)" },               "" },
	{ { "CREATE TABLE t LIKE u" },                        "" },
	{ { "CREATE TABLE t AS SELECT 'x' AS n" },            "" },

	/* MU406 */
	{ { "CREATE TABLE t (" ID ") DEFAULT CHARSET=utf8" }, "MU406@1:1:37" },
	{ { "ALTER TABLE t ADD n VARCHAR(9) CHARACTER SET utf8" }, "MU406@1:1:19" },
	{ { "ALTER TABLE t COLLATE utf8_bin" },               "MU406@1:1:15" },
	{ { "ALTER TABLE t COLLATE utf8mb4_bin" },            "" },

	/* MU407 */
	{ { "ALTER TABLE t DEFAULT CHARACTER SET latin1" },   "MU407@1:1:15" },
	{ { "ALTER TABLE t ADD n VARCHAR(9) CHARSET 'utf8mb3'" }, "MU407@1:1:19" },
	{ { "ALTER TABLE t ADD n VARCHAR(9) CHARSET utf8mb4" }, "" },

	/* MU408 */
	{ { "ALTER TABLE t COLLATE = utf8mb4_0900_ai_ci" },   "MU408@1:1:15" },
	{ { "ALTER TABLE t ADD n TEXT COLLATE utf8mb4_uca1400_ai_ci" }, "MU408@1:1:19" },
	{ { "ALTER TABLE t ADD n TEXT COLLATE utf8mb4_bin" }, "" },

	/* MU409 */
	{ { "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4" }, "MU409@1:1:23" },
	{ { "ALTER TABLE t CONVERT TO CHARSET latin1 COLLATE latin1_bin" }, "MU407@1:1:23 MU409@1:1:23" },
	{ { "CREATE TABLE t (" ID "); ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4" }, "" },
	{ { "ALTER TABLE t DEFAULT CHARACTER SET utf8mb4" },  "" },

	/* MU410 */
	{ { "ALTER TABLE t ROW_FORMAT=COMPRESSED" },          "MU410@1:1:15" },
	{ { "ALTER TABLE t ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8" }, "MU410@1:1:15" },
	{ { "CREATE TABLE t (" ID ") KEY_BLOCK_SIZE = 8" },   "MU410@1:1:37" },
	{ { "CREATE TABLE t (" ID ") ENGINE InnoDB ROW_FORMAT DYNAMIC" }, "" },

	/* MU411 */
	{ { "CREATE TABLE t (" ID ") ENGINE=MyISAM" },        "MU411@1:1:37" },
	{ { "ALTER TABLE t ENGINE = aria" },                  "MU411@1:1:15" },
	{ { "ALTER TABLE t ENGINE = InnoDB" },                "" },
	{ { "CREATE TEMPORARY TABLE t (" ID ") ENGINE=MEMORY" }, "" },

	/* MU412 */
	{ { "CREATE TABLE t (a INT)" },                       "MU412@1:1:1" },
	{ { "CREATE TABLE t (a INT, KEY (a))" },              "MU412@1:1:1" },
	{ { "CREATE TABLE t (a INT, UNIQUE (a))" },           "" },
	{ { "CREATE TABLE t (a INT UNIQUE)" },                "" },
	{ { "CREATE TABLE t (a INT, CONSTRAINT PRIMARY KEY (a))" }, "" },
	{ { "CREATE TABLE t (a INT); ALTER TABLE t ADD PRIMARY KEY (a)" }, "" },
};

/* clang-format on */

static void finds_what_a_setting_decides(void **state)
{
	(void)state;
	linted_rows(rows, G_N_ELEMENTS(rows), "MU4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_setting_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
