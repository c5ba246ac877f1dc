#include <string.h>

#include <glib.h>

#include "lint.h"

const char *const lint_level_names[LINT_LEVEL_NR] = {
	[LINT_NOTE] = "note",
	[LINT_WARNING] = "warning",
	[LINT_ERROR] = "error",
};

#define NOTE    LINT_NOTE
#define WARNING LINT_WARNING
#define ERROR   LINT_ERROR

#define WHY_MIXED                                                                                      \
	"While a release rolls, some clients' databases have the change and the application is still " \
	"the old one, or the other way round. "
#define HELP_LATER \
	"Take it out of use in the application first, and change the database in a later release."

/* clang-format off */
const struct lint_rule lint_rules[LINT_NR] = {
	/* code, name, level, title, why, example, what to do */
	[LINT_FOLDER] = { "MU001", "folder", ERROR, "The folder cannot be read as a release.",
		"Names, versions, order and release.cfg decide what runs where, so a doubt about them "
		"is not guessed away.",
		"0007_a.sql beside 0007_b.sql",
		"Rename or move the file that the message names, or mend release.cfg." },
	[LINT_TEXT] = { "MU002", "text", ERROR, "The file cannot be cut into statements.",
		"The stock client would cut it wrongly, run a part of it by itself or send only half. "
		"A file is read whole or refused whole.",
		"INSERT INTO notes VALUES ('it's late');",
		"Close the quote, the comment or the block at the place that the message names." },
	[LINT_DIRECTIVE] = { "MU003", "directive", ERROR, "A directive cannot be carried out.",
		"A directive that is passed over would be a promise that nobody keeps.",
		"-- muster: stratgy=direct",
		"Write check, allow=, strategy= or down as the message says, on a line of its own." },
	[LINT_ALLOW] = { "MU004", "allow-unused", NOTE, "An allow= lets nothing pass.",
		"It stands in front of a statement without such a finding: either the statement was "
		"changed, or the line stands at the wrong place and the finding is still there.",
		"-- muster: allow=MU103 reason=\"unused since 7.2\"\nALTER TABLE users ADD COLUMN age INT;",
		"Take the line out, or put it in front of the statement that it means." },

	[LINT_DROP_TABLE] = { "MU101", "drop-table", WARNING,
		"A table or view is dropped that the running application may use.",
		WHY_MIXED "What still reads the table fails, and its rows are gone for good.",
		"DROP TABLE invoices_old;",
		HELP_LATER " To be able to go back, rename the table out of the way first." },
	[LINT_RENAME_TABLE] = { "MU102", "rename-table", WARNING,
		"A table is renamed that the running application may use.",
		WHY_MIXED "One of the two versions finds no table of the name that it knows.",
		"RENAME TABLE users TO accounts;",
		"Make a view with the old name in the same file, and drop it in a later release." },
	[LINT_DROP_COLUMN] = { "MU103", "drop-column", WARNING,
		"A column is dropped that the running application may use.",
		WHY_MIXED "Every statement of the old version that names the column fails, also a SELECT of "
		"an object mapper that lists all columns.",
		"ALTER TABLE users DROP COLUMN birthday;",
		HELP_LATER },
	[LINT_RENAME_COLUMN] = { "MU104", "rename-column", WARNING,
		"A column is renamed that the running application may use.",
		WHY_MIXED "One of the two versions names a column that is not there.",
		"ALTER TABLE users RENAME COLUMN birthday TO date_of_birth;",
		"Add the new column, keep both in step while both versions run, and drop the old one in a "
		"later release." },
	[LINT_REQUIRED_COLUMN] = { "MU105", "required-column", WARNING,
		"A new column is NOT NULL and has no default.",
		WHY_MIXED "An INSERT of the old version does not name the column: error 1364 in strict mode, "
		"an empty value without it.",
		"ALTER TABLE users ADD COLUMN region VARCHAR(8) NOT NULL;",
		"Give it a DEFAULT, or let it be NULL until every application writes it." },
	[LINT_NOT_NULL] = { "MU106", "not-null", WARNING, "A column that could be NULL no longer can.",
		WHY_MIXED "The old version still writes NULL, and is refused. Where a client has NULLs now, the "
		"change itself fails or turns them into 0 and '', as sql_mode says.",
		"ALTER TABLE users MODIFY email VARCHAR(200) NOT NULL;",
		"Write a value everywhere first, fill the rows that have none, and change the column in a "
		"later release." },
	[LINT_NARROWER] = { "MU107", "narrower", WARNING, "A column takes less than before.",
		WHY_MIXED "The old version writes values that no longer fit: error 1406 or 1264, or cut "
		"values without strict mode. A client that has such values cannot be migrated.",
		"ALTER TABLE users MODIFY name VARCHAR(20);  -- was VARCHAR(100)",
		"Limit what the application writes first, look at the longest values, then change it in a "
		"later release." },
	[LINT_RETYPED] = { "MU108", "retyped", WARNING, "A column becomes another kind of value.",
		WHY_MIXED "The old version writes and reads the old kind; what the server makes of it "
		"depends on sql_mode, and comparing the two kinds may not use the index.",
		"ALTER TABLE orders MODIFY placed_at DATETIME;  -- was VARCHAR(20)",
		"Add a column of the new type, fill it, change the application, drop the old one later." },
	[LINT_ENUM] = { "MU109", "enum-values", WARNING, "Values of an ENUM or SET are moved or removed.",
		"The number of a value is what the rows hold and what ORDER BY follows. The whole table "
		"is written again, rows with a removed value make the change fail, and the old version of "
		"the application still writes it.",
		"ALTER TABLE t MODIFY state ENUM('new','open','done');  -- was ('open','done')",
		"Only append values at the end; take one out in a later release, when no row has it." },
	[LINT_UNKNOWN_TYPE] = { "MU110", "unknown-type", NOTE,
		"A column is changed and what it was is not in this folder.",
		"Whether it gets narrower, loses a default or must not be NULL any more is not to be seen from "
		"these files.",
		"ALTER TABLE users MODIFY name VARCHAR(20);",
		"Compare it with a client's database: SHOW CREATE TABLE." },
	[LINT_UNIQUE] = { "MU111", "unique-key", WARNING, "A table gets a new unique key.",
		WHY_MIXED "The old version writes duplicates and is refused with error 1062, and a client "
		"that has some cannot be migrated. What counts as equal depends on the collation: 'a' and "
		"'A', 'a' and 'a '.",
		"ALTER TABLE users ADD UNIQUE KEY (email);",
		"Have the application refuse duplicates first, and look for the ones that are there." },
	[LINT_FOREIGN_KEY] = { "MU112", "foreign-key", WARNING, "A table gets a new foreign key.",
		WHY_MIXED "The old version writes rows in an order, or leaves some behind, that is refused "
		"with error 1452 or 1451. Checking the rows blocks writes to the table.",
		"ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);",
		"Look for rows without their parent first, and add the key when every application keeps to it." },
	[LINT_PRIMARY_KEY] = { "MU113", "primary-key", WARNING, "The primary key of a table changes.",
		"Every row is written again. An old version that says INSERT … ON DUPLICATE KEY or REPLACE, or "
		"INSERT without naming columns, does something else from then on.",
		"ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, region);",
		"Do it in a release of its own, when no running version depends on the old key." },
	[LINT_DEFAULT_LOST] = { "MU114", "default-lost", WARNING,
		"A column that must have a value loses its default.",
		"MODIFY and CHANGE say everything about a column; what they do not repeat is gone. An INSERT "
		"that leaves the column out fails with error 1364 in strict mode.",
		"ALTER TABLE users MODIFY active TINYINT NOT NULL;  -- had DEFAULT 1",
		"Repeat DEFAULT and AUTO_INCREMENT in the new definition." },
	[LINT_CHECK] = { "MU115", "check", WARNING, "A table gets a new CHECK.",
		WHY_MIXED "The old version may write what the condition refuses, and a client that has such rows "
		"cannot be migrated.",
		"ALTER TABLE orders ADD CONSTRAINT paid CHECK (total >= 0);",
		"Keep to it in the application first, and look for rows that do not." },
	[LINT_UNIQUE_DEFAULT] = { "MU116", "unique-default", WARNING,
		"A new column is unique and has the same default in every row.",
		"The second row of the table has the same value as the first, so the change fails with error "
		"1062 for every client with more than one row.",
		"ALTER TABLE users ADD COLUMN token CHAR(36) NOT NULL DEFAULT '' UNIQUE;",
		"Let it be NULL, fill it, then add the key." },

	[LINT_DATABASE] = { "MU202", "database", ERROR, "A database is made, changed or dropped.",
		"Each client has one database, and a migration runs in each; a second one would be shared by "
		"all of them.",
		"CREATE DATABASE reports;",
		"Make databases outside of migrations; ALTER DATABASE {SCHEMA} is the tenant's own." },
	[LINT_OTHER_SCHEMA] = { "MU203", "other-schema", ERROR, "Another schema is named.",
		"The same file runs in every client's database. A name with a schema reaches out of it: into "
		"a shared database, or into the one client whose name was in the file.",
		"UPDATE client_acme.users SET active = 1;",
		"Leave the schema out, or write {SCHEMA} for the tenant's own name." },
	[LINT_CATALOGUE] = { "MU204", "catalogue", ERROR,
		"information_schema is read without saying which schema.",
		"It shows the tables of all clients of the server, so the answer depends on the neighbours.",
		"SELECT 1 FROM information_schema.tables WHERE table_name = 'users';",
		"Add TABLE_SCHEMA = DATABASE() to the condition." },
	[LINT_GLOBAL] = { "MU205", "global", ERROR, "A global variable is set.",
		"It reaches every client of the server, and stays.",
		"SET GLOBAL sql_mode = '';",
		"Set it for the session, or name sql_mode in release.cfg." },
	[LINT_BINLOG] = { "MU206", "binlog", ERROR, "The binary log is switched off.",
		"The replicas would miss this migration and differ from then on.",
		"SET sql_log_bin = 0;",
		"Take it out." },
	[LINT_LOCK] = { "MU207", "lock-tables", ERROR, "Tables or the server are locked.",
		"LOCK TABLES hides muster's own history from the session and makes the client's writes wait.",
		"LOCK TABLES users WRITE;",
		"Take it out; muster guards each tenant itself." },
	[LINT_CHARSET] = { "MU208", "client-charset", ERROR, "The session is given a character set that is not UTF-8.",
		"Files are sent as UTF-8; with another character set the server would read other letters.",
		"SET NAMES latin1;",
		"Convert the file to UTF-8 and write SET NAMES utf8mb4, or leave it out." },
	[LINT_ACCOUNT] = { "MU209", "account", ERROR, "An account, a role or a grant is changed.",
		"They belong to the whole server.",
		"GRANT SELECT ON reports.* TO reader;",
		"Do it outside of the migration." },
	[LINT_SERVER] = { "MU210", "server", ERROR, "The server as a whole is concerned.",
		"A migration runs many times on one server, once for each client.",
		"FLUSH PRIVILEGES;",
		"Do it outside of the migration." },
	[LINT_PLACEHOLDER] = { "MU211", "placeholder", ERROR, "A placeholder is left that nothing replaces.",
		"The server would be sent the placeholder itself.",
		"ALTER TABLE ${prefix}users ADD COLUMN age INT;",
		"Name it under placeholders in release.cfg, or write {SCHEMA}." },
	[LINT_FILE] = { "MU212", "file", ERROR, "A file outside of the database is read or written.",
		"It lies on one host and not on the others, and may hold another client's data.",
		"LOAD DATA INFILE '/tmp/rates.csv' INTO TABLE rates;",
		"Write the rows as INSERT." },

	[LINT_TAIL] = { "MU301", "tail", NOTE, "A file that stops in the middle cannot simply be run again.",
		"Each statement that changes a table commits by itself. When a later one fails, the stock "
		"client begins again at the first and fails there. muster goes on at the statement that "
		"failed; people and other tools cannot.",
		"CREATE TABLE a (id INT PRIMARY KEY);\nCREATE TABLE b (id INT PRIMARY KEY);",
		"Write one such statement in a file, or IF NOT EXISTS and IF EXISTS." },
	[LINT_NO_DOWN] = { "MU302", "no-down", NOTE, "Nothing undoes the migration.",
		"There is no way back but a backup.",
		"0007_add_birthday.sql without 0007_add_birthday.down.sql",
		"Write NAME.down.sql, or the lines that undo it behind \"-- muster: down\"." },
	[LINT_LEAK] = { "MU303", "session-leak", NOTE, "A setting of the session is changed and not put back.",
		"The rest of the file runs with it, and with the stock client every file after it, too. muster "
		"begins each file with a fresh session, so a later file that needs the setting does not have it.",
		"SET foreign_key_checks = 0;",
		"Put it back at the end of the file; a sql_mode for every file belongs into release.cfg." },
	[LINT_UNSET] = { "MU304", "unset-variable", WARNING, "A variable is read that this file does not set.",
		"Each file has a session of its own: the variable is NULL, whatever an earlier file put there.",
		"INSERT INTO settings VALUES ('tax', @tax);",
		"Set the variable in the file that reads it." },
	[LINT_MIXED] = { "MU305", "mixed", NOTE, "Tables are changed and rows are written in one file.",
		"Changing a table commits the rows that were written before it, so nothing can be rolled back "
		"together, and copying much data takes its time while the new column is already there.",
		"ALTER TABLE users ADD COLUMN age INT;\nUPDATE users SET age = 0 WHERE age IS NULL;",
		"Write one file for the change of the table and one for the data." },
	[LINT_COMMITS] = { "MU306", "implicit-commit", WARNING,
		"A statement inside of a transaction commits it.",
		"CREATE, ALTER, DROP, RENAME and TRUNCATE end the transaction that is open. What stands "
		"before is kept even when ROLLBACK follows; what stands behind is on its own.",
		"START TRANSACTION;\nUPDATE t SET a = 1 WHERE id = 7;\nALTER TABLE t ADD COLUMN b INT;\nROLLBACK;",
		"Take the statement out of the transaction." },
	[LINT_UNBOUNDED] = { "MU307", "unbounded", WARNING, "All rows of a table are written by one statement.",
		"It holds a lock on every row until it ends, so the client's writes wait, replicas fall behind "
		"by as long as it takes, and stopping it takes as long again.",
		"UPDATE users SET region = 'eu';",
		"Write ranges of the key, some thousand rows each; name rows with WHERE." },
	[LINT_TRUNCATE] = { "MU308", "truncate", WARNING, "All rows of a table or a partition are removed.",
		"TRUNCATE and DROP PARTITION cannot be rolled back, and the application still reads the table.",
		"TRUNCATE TABLE sessions;",
		"Delete the rows that are meant, in ranges; allow it where the rows are worth nothing." },
	[LINT_SOME_SERVERS] = { "MU309", "some-servers", WARNING, "A comment is code for some servers only.",
		"MySQL and MariaDB read these comments differently: clients on different servers end with "
		"different databases.",
		"ALTER TABLE users ADD INDEX (name) /*!80000 INVISIBLE */;",
		"Write what every server of the fleet understands." },
	[LINT_HIDDEN] = { "MU310", "hidden-code", NOTE, "A comment is code.",
		"What stands between /*! and */ runs, although it looks like a comment and a reviewer passes "
		"over it.",
		"/*!40101 SET sql_mode = '' */;",
		"Write it without the comment." },
	[LINT_DYNAMIC] = { "MU311", "dynamic", NOTE, "A text that is put together at run time is executed.",
		"What it does is not to be seen here, neither by lint nor by a reviewer; from here on lint "
		"knows less about the tables.",
		"SET @sql = CONCAT('DROP TABLE ', @name);\nPREPARE s FROM @sql;\nEXECUTE s;",
		"Write the statement itself, with IF EXISTS or IF NOT EXISTS where the server has it." },
	[LINT_IN_DOUBT] = { "MU312", "in-doubt", NOTE,
		"When the link breaks in this statement, nobody can tell what became of it.",
		"A procedure may change tables and rows in any number of steps. After a crash muster finds the "
		"schema somewhere between the steps and asks a human.",
		"CALL upgrade_users();",
		"Write the steps as statements of the file." },

	[LINT_IMPLICIT_DATE] = { "MU401", "implicit-date", WARNING,
		"A new date column is NOT NULL and has no default.",
		"The rows that are there get '0000-00-00': error 1292 where sql_mode has NO_ZERO_DATE (the "
		"default of MySQL), a date that no application expects elsewhere.",
		"ALTER TABLE users ADD COLUMN joined DATE NOT NULL;",
		"Let it be NULL, or give it a DEFAULT." },
	[LINT_ZERO_DATE] = { "MU402", "zero-date", WARNING, "A default is the date 0.",
		"Where sql_mode has NO_ZERO_DATE, as MySQL by default, error 1067 stops this and every later "
		"ALTER of the table.",
		"ALTER TABLE users ADD COLUMN seen DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00';",
		"Use NULL; where old tables have it, set sql_mode without NO_ZERO_DATE in release.cfg." },
	[LINT_LEFT_OUT] = { "MU403", "left-out", WARNING,
		"An INSERT leaves out a column that must have a value.",
		"In strict mode it fails with error 1364; without, the row gets 0, '' or the first value.",
		"CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(9) NOT NULL);\nINSERT INTO t (id) VALUES (1);",
		"Name the column and its value, or give it a DEFAULT." },
	[LINT_TIMESTAMP] = { "MU404", "timestamp", NOTE, "A TIMESTAMP says neither NULL nor DEFAULT.",
		"With explicit_defaults_for_timestamp off (the default before MySQL 8.0 and MariaDB 10.10) the "
		"first such column is NOT NULL and changes with every UPDATE of its row; with it on, it is NULL.",
		"CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP);",
		"Write NULL, or NOT NULL DEFAULT CURRENT_TIMESTAMP." },
	[LINT_NO_CHARSET] = { "MU405", "no-charset", NOTE, "A table does not say its character set.",
		"It gets the one of the client's database. Where those differ, keys have different lengths, "
		"comparisons differ, and a join of two tables may fail with error 1267.",
		"CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(90));",
		"Write CHARACTER SET and COLLATE behind the columns." },
	[LINT_UTF8_ALIAS] = { "MU406", "utf8-alias", NOTE, "\"utf8\" is a name whose meaning changes.",
		"It is utf8mb3 today: no letters beyond U+FFFF. A setting of MariaDB (old_mode) and a coming "
		"version of MySQL make it utf8mb4.",
		"CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(90)) CHARSET = utf8;",
		"Write utf8mb4, or utf8mb3 where it is meant." },
	[LINT_NARROW_CHARSET] = { "MU407", "narrow-charset", NOTE, "A character set cannot hold every letter.",
		"What a client types that is not in it is refused with error 1366, or becomes '?'.",
		"CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(90)) CHARSET = latin1;",
		"Write utf8mb4; for codes and digests ascii is right: allow it there." },
	[LINT_COLLATION] = { "MU408", "collation", NOTE, "A collation that not every server has.",
		"utf8mb4_0900_… is of MySQL 8.0, utf8mb4_uca1400_… of MariaDB 10.10; elsewhere it is error 1273.",
		"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;",
		"Write utf8mb4_unicode_520_ci or utf8mb4_bin when the fleet has both kinds of server." },
	[LINT_CONVERT] = { "MU409", "convert", WARNING, "All text columns of a table change their character set.",
		"Keys get longer (3072 bytes are the limit), TEXT may become MEDIUMTEXT, columns with a "
		"character set of their own lose it, and values that were different may be equal for a unique key.",
		"ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4;",
		"Try it on a copy of the largest client; change one table in a file." },
	[LINT_ROW_FORMAT] = { "MU410", "row-format", WARNING, "A table gets an old or compressed row format.",
		"COMPACT and REDUNDANT allow keys of 767 bytes only. COMPRESSED is written again by every new "
		"column, never at once, and MariaDB may be set to make it read only.",
		"ALTER TABLE notes ROW_FORMAT = COMPRESSED;",
		"Leave it out: DYNAMIC is the default." },
	[LINT_ENGINE] = { "MU411", "engine", WARNING, "A table has an engine without transactions.",
		"A statement that fails halfway has written its first half, and muster cannot write a tenant's "
		"data and its own progress together: after a crash a human must look.",
		"CREATE TABLE log (id INT PRIMARY KEY) ENGINE = MyISAM;",
		"Write ENGINE = InnoDB." },
	[LINT_NO_KEY] = { "MU412", "no-key", NOTE, "A table has neither a primary nor a unique key.",
		"Its rows cannot be changed range by range or copied without a lock, row replication reads the "
		"whole table for each row, and some servers refuse it (sql_require_primary_key).",
		"CREATE TABLE log (at DATETIME, text TEXT);",
		"Add a primary key, if need be id BIGINT AUTO_INCREMENT." },
};

/* clang-format on */

const struct lint_rule *lint_find(const char *code)
{
	for (size_t i = 0; i < LINT_NR; i++) {
		if (g_ascii_strcasecmp(lint_rules[i].code, code) == 0) {
			return &lint_rules[i];
		}
	}
	return NULL;
}

bool lint_is_code(const char *code)
{
	const struct lint_rule *rule = lint_find(code);

	return rule != NULL && strcmp(rule->code, code) == 0 && rule != &lint_rules[LINT_FOLDER] &&
	       rule != &lint_rules[LINT_TEXT] && rule != &lint_rules[LINT_DIRECTIVE];
}
