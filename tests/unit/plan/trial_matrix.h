/*
 * trial_matrix - every kind of change to a table, and which rung each server needs for it.
 *
 * {T} is the table of the row. A script is statements that are parted by "; ". NULL in the
 * column of a server: it does not know this. For test_trial.c alone.
 */
#ifndef TRIAL_MATRIX_H
#define TRIAL_MATRIX_H

struct matrix_row {
	const char *name;
	const char *base;    /* script that makes the table, with rows; NULL: that of the row
			      * before, as it has become */
	const char *change;  /* behind ALTER TABLE {T}; or CREATE …, DROP INDEX i ON … whole */
	const char *mariadb; /* "inplace", "inplace ?1265": the real table's rows are refused; */
	const char *mysql;   /* "!1832": the copy refuses it too; "copy!": never without a lock */
	const char *setup;   /* script; what has happened to the real table before */
	const char *session; /* script; both sessions, before the change */
	const char *reset;   /* script; what undoes that */
	int repeat;          /* how often setup happened; 0: once */
};

/* clang-format off */
#define PLAIN_COLUMNS                                                                        \
	"create table {T} (id int not null auto_increment primary key, a int, "              \
	"b int not null default 7, c varchar(50), c60 varchar(60), c64 varchar(64), "        \
	"c200 varchar(200) character set latin1, ch char(10), u int, k int not null, v int, " \
	"vb varbinary(40), n decimal(10,2), d datetime, e enum('x','y','z') default 'x', "   \
	"st set('p','q') default 'p', s8 set('1','2','3','4','5','6','7','8'), tx text, "     \
	"c3 varchar(50) character set utf8mb3, c380 varchar(80) character set utf8mb3, "     \
	"ci varchar(20) character set utf8mb3, asc1 varchar(50) character set ascii, "       \
	"l1 varchar(50) character set latin1, "
#define PLAIN_KEYS                                                                           \
	"key k_a (a), key k_c (c), key k_ci (ci), constraint ck_{T} check (k >= 0)); "       \
	"insert into {T} (a, c, c60, u, k, v, tx) select n, concat('c', n), 'c', n, n % 10, n, " \
	"'text' from seq"
#define PLAIN PLAIN_COLUMNS PLAIN_KEYS
#define GENERATED                                                                            \
	PLAIN_COLUMNS "gv int generated always as (b * 2) virtual, "                         \
	"gs int generated always as (b * 2) stored, " PLAIN_KEYS
#define SMALL_COLUMNS "id int not null primary key, k int not null, v int"
#define SMALL_ROWS    "insert into {T} (id, k, v) select n, n, n from seq"
#define SMALL(more, options) \
	"create table {T} (" SMALL_COLUMNS more ") " options "; " SMALL_ROWS
#define SAME    NULL
#define KEYLESS "create table {T} (id int not null, k int not null, v int); " SMALL_ROWS
#define FULLTEXT_TABLE SMALL(", e enum('x','y'), c varchar(50), tx text, fulltext ft (tx)", "")
#define GEO     "create table {T} (" SMALL_COLUMNS ", g point not null, g2 point not null); "                   \
	"insert into {T} select n, n, n, st_geomfromtext('POINT(1 1)'), st_geomfromtext('POINT(1 1)') from seq"
#define PARENT                                                                               \
	"create table {T}_p (" SMALL_COLUMNS "); "                                           \
	"insert into {T}_p (id, k, v) select n, n, n from seq; "
#define CHILD                                                                                \
	PARENT "create table {T} (" SMALL_COLUMNS ", c enum('c'), key kk (k), "              \
	"constraint {T}_fk foreign key (k) references {T}_p (id)); " SMALL_ROWS
#define CHILD_SET_NULL                                                                       \
	PARENT "create table {T} (" SMALL_COLUMNS ", c enum('c'), "                          \
	"constraint {T}_fk foreign key (v) references {T}_p (id) on delete set null); " SMALL_ROWS
#define REFERENCED                                                                           \
	SMALL(", unique key kk (k)", "") "; "                                                \
	"create table {T}_c (a int, b int, constraint {T}_f1 foreign key (a) references {T} (id), " \
	"constraint {T}_f2 foreign key (b) references {T} (k))"
#define REFERENCED_ID                                                                        \
	SMALL("", "") "; create table {T}_c (a int, "                                        \
	"constraint {T}_f1 foreign key (a) references {T} (id))"
#define RANGES                                                                               \
	SMALL("", "partition by range (id) (partition p0 values less than (20), "            \
	"partition p1 values less than (1000))")
#define CHAR_4  "char(250) character set latin1 not null default 'x'"
#define WIDE_4(n) "w" n "1 " CHAR_4 ", w" n "2 " CHAR_4 ", w" n "3 " CHAR_4 ", w" n "4 " CHAR_4
#define WIDE                                                                                 \
	"create table {T} (id int primary key, " WIDE_4("a") ", " WIDE_4("b") ", "           \
	WIDE_4("c") ", " WIDE_4("d") ", " WIDE_4("e") ", " WIDE_4("f") ", " WIDE_4("g") ", " \
	WIDE_4("h") "); insert into {T} (id) values (1)"

static const struct matrix_row matrix[] = {
	/* columns that come */
	{ .name = "add last", PLAIN, "ADD COLUMN z INT NULL", "instant", "instant" },
	{ .name = "add not null default", SAME, "ADD COLUMN z2 INT NOT NULL DEFAULT 5", "instant", "instant" },
	{ .name = "add not null", SAME, "ADD COLUMN z3 INT NOT NULL", "instant", "instant" },
	{ .name = "add first", SAME, "ADD COLUMN z4 INT NULL FIRST", "instant", "instant" },
	{ .name = "add after", SAME, "ADD COLUMN z5 INT NULL AFTER a", "instant", "instant" },
	{ .name = "add text", SAME, "ADD COLUMN z6 TEXT NULL", "instant", "instant" },
	{ .name = "add timestamp", SAME, "ADD COLUMN z7 TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", "instant", "instant" },
	{ .name = "add on update", SAME, "ADD COLUMN z8 DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP", "instant", "instant" },
	{ .name = "add json", SAME, "ADD COLUMN z9 JSON", "instant", "instant" },
	{ .name = "add two", SAME, "ADD COLUMN z10 INT NULL, ADD COLUMN z11 INT NULL", "instant", "instant" },
	{ .name = "add invisible", SAME, "ADD COLUMN z12 INT NULL INVISIBLE", "instant", "instant" },
	{ .name = "add with index", SAME, "ADD COLUMN z13 INT NULL, ADD INDEX kz(z13)", "inplace", "inplace" },
	{ .name = "add unique", SAME, "ADD COLUMN z14 INT NULL UNIQUE", "inplace", "inplace" },
	{ .name = "add text default", SAME, "ADD COLUMN z15 TEXT DEFAULT ('x')", "instant", "copy" },
	{ .name = "add (1+2)", SAME, "ADD COLUMN z16 INT DEFAULT (1+2)", "instant", "copy" },
	{ .name = "add uuid()", SAME, "ADD COLUMN z17 VARCHAR(40) DEFAULT (uuid())", "copy", NULL },
	{ .name = "add date not null", SAME, "ADD COLUMN z18 DATE NOT NULL", "instant", "inplace ?1292" },
	{ .name = "add counter", KEYLESS, "ADD COLUMN z INT NOT NULL AUTO_INCREMENT PRIMARY KEY", "inplace-locked", "inplace-locked" },
	{ .name = "add check", SMALL("", ""), "ADD COLUMN z INT NULL CHECK (z > 0)", "instant", "copy" },
	{ .name = "add virtual", SMALL("", ""), "ADD COLUMN z INT GENERATED ALWAYS AS (v*2) VIRTUAL", "instant", "instant" },
	{ .name = "add virtual after", SMALL("", ""), "ADD COLUMN z INT GENERATED ALWAYS AS (v*2) VIRTUAL AFTER k", "instant", "instant" },
	{ .name = "add stored", SAME, "ADD COLUMN z2 INT GENERATED ALWAYS AS (v*2) STORED", "copy", "copy" },
	/* that go or change their place */
	{ .name = "drop", PLAIN, "DROP COLUMN n", "instant", "instant" },
	{ .name = "drop indexed", SAME, "DROP COLUMN c", "nocopy", "inplace" },
	{ .name = "drop and add", SAME, "DROP COLUMN d, ADD COLUMN z INT", "instant", "instant" },
	{ .name = "rename", SAME, "RENAME COLUMN u TO u2", "instant", "instant" },
	{ .name = "rename indexed", SAME, "RENAME COLUMN a TO a2", "instant", "instant" },
	{ .name = "change name", SAME, "CHANGE COLUMN u2 u3 INT NULL", "instant", "instant" },
	{ .name = "reorder", SAME, "MODIFY v INT NULL FIRST", "instant", "inplace" },
	{ .name = "drop virtual", GENERATED, "DROP COLUMN gv", "instant", "instant" },
	{ .name = "drop stored", SAME, "DROP COLUMN gs", "instant", "instant" },
	/* types */
	{ .name = "varchar 50 60", PLAIN, "MODIFY c VARCHAR(60)", "instant", "inplace" },
	{ .name = "varchar 60 100 indexed", SAME, "MODIFY c VARCHAR(100)", "copy", "copy" },
	{ .name = "varchar 60 100", SAME, "MODIFY c60 VARCHAR(100)", "copy", "copy" },
	{ .name = "varchar 200 250", SAME, "MODIFY c200 VARCHAR(250) CHARACTER SET latin1", "instant", "inplace" },
	{ .name = "varchar 250 300", SAME, "MODIFY c200 VARCHAR(300) CHARACTER SET latin1", "copy", "copy" },
	{ .name = "varchar 64 100", SAME, "MODIFY c64 VARCHAR(100)", "instant", "inplace" },
	{ .name = "varchar 100 20", SAME, "MODIFY c VARCHAR(20)", "copy", "copy" },
	{ .name = "varbinary", SAME, "MODIFY vb VARBINARY(80)", "instant", "inplace" },
	{ .name = "char", SAME, "MODIFY ch CHAR(20)", "copy", "copy" },
	{ .name = "varchar to text", SAME, "MODIFY c60 TEXT", "copy", "copy" },
	{ .name = "text to longtext", SAME, "MODIFY tx LONGTEXT", "copy", "copy" },
	{ .name = "bigint", SAME, "MODIFY a BIGINT NULL", "copy", "copy" },
	{ .name = "bigint primary", SAME, "MODIFY id BIGINT NOT NULL AUTO_INCREMENT", "copy", "copy" },
	{ .name = "unsigned", SAME, "MODIFY v INT UNSIGNED NULL", "copy", "copy" },
	{ .name = "decimal", SAME, "MODIFY n DECIMAL(12,2)", "copy", "copy" },
	{ .name = "datetime(3)", SAME, "MODIFY d DATETIME(3)", "copy", "copy" },
	{ .name = "utf8mb4", SAME, "MODIFY c3 VARCHAR(50) CHARACTER SET utf8mb4", "instant", "inplace" },
	{ .name = "utf8mb4 crosses 255", SAME, "MODIFY c380 VARCHAR(80) CHARACTER SET utf8mb4", "copy", "copy" },
	{ .name = "utf8mb4 indexed", SAME, "MODIFY ci VARCHAR(20) CHARACTER SET utf8mb4", "instant", "copy" },
	{ .name = "ascii to utf8mb4", SAME, "MODIFY asc1 VARCHAR(50) CHARACTER SET utf8mb4", "copy", "copy" },
	{ .name = "latin1 to utf8mb4", SAME, "MODIFY l1 VARCHAR(50) CHARACTER SET utf8mb4", "copy", "copy" },
	{ .name = "collation", SAME, "MODIFY c64 VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "instant", "inplace" },
	{ .name = "collation indexed", SAME, "MODIFY c VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "nocopy", "copy" },
	{ .name = "enum append", SAME, "MODIFY e ENUM('x','y','z','w') DEFAULT 'x'", "instant", "instant" },
	{ .name = "enum middle", SAME, "MODIFY e ENUM('x','q','y','z','w') DEFAULT 'x'", "copy", "copy" },
	{ .name = "enum drop", SAME, "MODIFY e ENUM('x','q') DEFAULT 'x'", "copy", "copy" },
	{ .name = "enum rename", SAME, "MODIFY e ENUM('x','qq') DEFAULT 'x'", "copy", "copy" },
	{ .name = "set append", SAME, "MODIFY st SET('p','q','r') DEFAULT 'p'", "instant", "instant" },
	{ .name = "set append 9", SAME, "MODIFY s8 SET('1','2','3','4','5','6','7','8','9')", "copy", "copy" },
	{ .name = "set default", SAME, "ALTER COLUMN b SET DEFAULT 9", "instant", "instant" },
	{ .name = "drop default", SAME, "ALTER COLUMN b DROP DEFAULT", "instant", "instant" },
	{ .name = "not null", SAME, "MODIFY u INT NOT NULL", "inplace", "inplace" },
	{ .name = "null", SAME, "MODIFY b INT NULL DEFAULT 7", "inplace", "inplace" },
	{ .name = "null plain", SAME, "MODIFY k INT NULL", "inplace", "inplace" },
	{ .name = "not null, not strict", SAME, "MODIFY v INT UNSIGNED NOT NULL", "inplace", "copy",
	  NULL, "set session sql_mode = ''", "set session sql_mode = default" },
	{ .name = "not null, there is one", SAME, "MODIFY n DECIMAL(12,2) NOT NULL", "inplace ?1265", "inplace ?1138" },
	{ .name = "default charset", SAME, "DEFAULT CHARACTER SET latin1", "instant", "inplace" },
	{ .name = "convert", SMALL(", c varchar(50)", "character set utf8mb3"), "CONVERT TO CHARACTER SET utf8mb4", "instant", "inplace" },
	{ .name = "convert latin1", SMALL(", c varchar(50)", "character set latin1"), "CONVERT TO CHARACTER SET utf8mb4", "copy", "copy" },
	/* indexes */
	{ .name = "index", PLAIN, "ADD INDEX kn(u)", "nocopy", "inplace" },
	{ .name = "index desc", SAME, "ADD INDEX kn2(u DESC)", "nocopy", "inplace" },
	{ .name = "index comment", SAME, "DROP INDEX kn, ADD INDEX kn(u) COMMENT 'x'", "instant", "inplace" },
	{ .name = "create index", SAME, "CREATE INDEX i ON {T} (v) COMMENT 'x'", "nocopy", "inplace" },
	{ .name = "drop index i", SAME, "DROP INDEX i ON {T}", "nocopy", "inplace" },
	{ .name = "create unique index", SAME, "CREATE UNIQUE INDEX i ON {T} (v)", "nocopy", "inplace" },
	{ .name = "drop index", SAME, "DROP INDEX k_a", "nocopy", "inplace" },
	{ .name = "drop and add index", SAME, "DROP INDEX k_c, ADD INDEX k_c(c,u)", "nocopy", "inplace" },
	{ .name = "unique", SAME, "ADD UNIQUE INDEX un(u)", "nocopy", "inplace" },
	{ .name = "rename index", SAME, "RENAME INDEX k_ci TO k_ci2", "instant", "inplace" },
	{ .name = "ignored index", SAME, "ALTER INDEX k_ci2 IGNORED", "instant", NULL },
	{ .name = "invisible index", SAME, "ALTER INDEX k_ci2 INVISIBLE", NULL, "inplace" },
	{ .name = "functional index", SAME, "ADD INDEX kf((b+1))", NULL, "inplace-locked" },
	{ .name = "unique, duplicates", SAME, "ADD UNIQUE INDEX un2(b)", "nocopy ?1062", "inplace ?1062" },
	{ .name = "hash unique", SAME, "ADD UNIQUE INDEX ux(tx)", "copy ?1062", NULL },
	{ .name = "hash unique, add", SMALL(", tx text, unique key ux (tx)", ""), "ADD COLUMN z INT", "copy", NULL },
	/* of other kinds */
	{ .name = "first fulltext", SMALL(", tx text, tx2 text", ""), "ADD FULLTEXT INDEX ft(tx)", "inplace-locked", "inplace-locked" },
	{ .name = "second fulltext", SAME, "CREATE FULLTEXT INDEX i ON {T} (tx2)", "inplace-locked", "inplace-locked" },
	{ .name = "drop fulltext", SAME, "DROP INDEX i", "nocopy", "inplace" },
	{ .name = "fulltext, index", SAME, "ADD INDEX kk(k)", "nocopy", "inplace" },
	{ .name = "fulltext, add", SAME, "ADD COLUMN z INT NULL", "inplace-locked", "copy" },
	{ .name = "fulltext, bigint", SAME, "MODIFY v BIGINT", "copy", "copy" },
	{ .name = "fulltext, drop", SAME, "DROP COLUMN v", "inplace-locked", "copy" },
	{ .name = "once fulltext, rename column", FULLTEXT_TABLE, "RENAME COLUMN v TO w", "instant", "instant", "alter table {T} drop index ft" },
	{ .name = "once fulltext, add", SAME, "ADD COLUMN z INT NULL", "inplace", "inplace" },
	{ .name = "once fulltext, drop", FULLTEXT_TABLE, "DROP COLUMN v", "inplace", "inplace", "alter table {T} drop index ft" },
	{ .name = "once fulltext, reorder", FULLTEXT_TABLE, "MODIFY v INT NULL FIRST", "inplace", "inplace", "alter table {T} drop index ft" },
	{ .name = "spatial", GEO, "CREATE SPATIAL INDEX i ON {T} (g)", "inplace-locked", "inplace-locked" },
	{ .name = "spatial, again", SAME, "ADD SPATIAL INDEX sg(g)", "inplace-locked", "inplace-locked" },
	{ .name = "spatial, add", SAME, "ADD COLUMN z INT NULL", "instant", "instant" },
	{ .name = "spatial, index", SAME, "ADD INDEX kk(k)", "nocopy", "inplace" },
	{ .name = "srid", SAME, "MODIFY g2 POINT NOT NULL SRID 4326", NULL, "copy ?3643" },
	{ .name = "add primary", KEYLESS, "ADD PRIMARY KEY(id)", "inplace", "inplace" },
	{ .name = "swap primary", SAME, "DROP PRIMARY KEY, ADD PRIMARY KEY(id,k)", "inplace", "inplace" },
	{ .name = "drop primary", SAME, "DROP PRIMARY KEY", "copy", "copy" },
	/* foreign keys */
	{ .name = "add foreign", PARENT SMALL(", key kk (k)", ""), "ADD CONSTRAINT {T}_fkx FOREIGN KEY (k) REFERENCES {T}_p(id)", "copy", "copy" },
	{ .name = "drop foreign", SAME, "DROP FOREIGN KEY {T}_fkx", "instant", "inplace" },
	{ .name = "add foreign, unchecked", SAME, "ADD CONSTRAINT {T}_fkx FOREIGN KEY (k) REFERENCES {T}_p(id)", "instant", "inplace",
	  NULL, "set foreign_key_checks = 0", "set foreign_key_checks = 1" },
	{ .name = "add foreign, orphans", PARENT SMALL("", ""), "ADD CONSTRAINT {T}_fkx FOREIGN KEY (k) REFERENCES {T}_p(id)", "copy ?1452", "copy ?1452", "delete from {T}_p" },
	{ .name = "child, add", CHILD, "ADD COLUMN z INT NULL", "instant", "instant" },
	{ .name = "child, bigint", SAME, "MODIFY k BIGINT NOT NULL", "!1832", "!3780" },
	{ .name = "child, drop index", SAME, "DROP INDEX kk", "!1553", "!1553" },
	{ .name = "child, copied", SAME, "MODIFY c ENUM('d','c')", "copy", "copy" },
	{ .name = "child, rename column", SAME, "RENAME COLUMN k TO k2", "instant", "instant" },
	{ .name = "child, not null", CHILD_SET_NULL, "MODIFY v INT NOT NULL", "!1830", "!1830" },
	{ .name = "child that cascades, rebuilt", SAME, "FORCE", "inplace", "inplace" },
	{ .name = "child that cascades, copied", SAME, "MODIFY id BIGINT NOT NULL", "copy!", "copy" },
	{ .name = "parent, bigint", REFERENCED, "MODIFY id BIGINT NOT NULL", "!1833", "!3780" },
	{ .name = "parent, drop column", SAME, "DROP COLUMN k", "!1553", "!1829" },
	{ .name = "parent, add", SAME, "ADD COLUMN z INT", "instant", "instant" },
	{ .name = "parent, rebuild", SAME, "ENGINE=InnoDB", "inplace", "inplace" },
	{ .name = "parent, drop primary", REFERENCED_ID, "DROP PRIMARY KEY", "!1025", "!1553" },
	/* the table as a whole */
	{ .name = "auto_increment", PLAIN, "AUTO_INCREMENT=100000", "instant", "inplace" },
	{ .name = "stats", SAME, "STATS_PERSISTENT=0", "instant", "inplace" },
	{ .name = "comment", SAME, "COMMENT='hello'", "instant", "inplace" },
	{ .name = "column comment", SAME, "MODIFY u INT NULL COMMENT 'hi'", "instant", "instant" },
	{ .name = "column invisible", SAME, "MODIFY u INT NULL COMMENT 'hi' INVISIBLE", "instant", "instant" },
	{ .name = "engine again", SAME, "ENGINE=InnoDB", "inplace", "inplace" },
	{ .name = "force", SAME, "FORCE", "inplace", "inplace" },
	{ .name = "check", SAME, "ADD CONSTRAINT ck2_{T} CHECK (k >= 0)", "copy", "copy" },
	{ .name = "check, unchecked", SAME, "ADD CONSTRAINT ck3_{T} CHECK (k >= 0)", "copy", NULL,
	  NULL, "set check_constraint_checks = 0", "set check_constraint_checks = 1" },
	{ .name = "check, not enforced", SAME, "ADD CONSTRAINT ck3_{T} CHECK (k > 10) NOT ENFORCED", NULL, "instant" },
	{ .name = "drop check", SAME, "DROP CONSTRAINT ck_{T}", "instant", "instant" },
	{ .name = "check, violated", SAME, "ADD CONSTRAINT ck4_{T} CHECK (k > 10)", "copy ?4025", "copy ?3819" },
	{ .name = "rename table", SMALL("", ""), "RENAME TO {T}_new", "instant", "instant" },
	{ .name = "rename table and add", SMALL("", ""), "ADD COLUMN z INT, RENAME TO {T}_new", "instant", "instant" },
	{ .name = "compressed", SMALL("", ""), "ROW_FORMAT=COMPRESSED", "inplace", "inplace" },
	{ .name = "compressed, add", SAME, "ADD COLUMN z INT", "inplace", "inplace" },
	{ .name = "key_block_size", SAME, "KEY_BLOCK_SIZE=4 ROW_FORMAT=COMPRESSED", "inplace", "inplace" },
	{ .name = "redundant, add", SMALL("", "row_format=redundant"), "ADD COLUMN z INT", "instant", "instant" },
	{ .name = "dynamic", SAME, "ROW_FORMAT=DYNAMIC", "inplace", "inplace" },
	{ .name = "myisam, add", SMALL("", "engine=MyISAM"), "ADD COLUMN z INT", "copy", "copy" },
	{ .name = "engine", SAME, "ENGINE=InnoDB", "copy", "copy" },
	{ .name = "engine and rename", SMALL("", "engine=MyISAM"), "ENGINE=InnoDB, RENAME TO {T}_new", "copy!", "copy" },
	{ .name = "wide", WIDE, "ADD COLUMN z " CHAR_4, "!1118", "!1118" },
	{ .name = "triggers, add", SMALL("", ""), "ADD COLUMN z INT", "instant", "instant", "create trigger {T}_tr before insert on {T} for each row set new.v = 1" },
	{ .name = "triggers, bigint", SAME, "MODIFY v BIGINT", "copy", "copy" },
	{ .name = "order by", SAME, "ORDER BY v", "copy", "copy" },
	{ .name = "after an instant drop", SMALL("", ""), "ADD COLUMN z INT", "instant", "instant", "alter table {T} drop column v, algorithm=instant" },
	{ .name = "out of row versions", SMALL("", ""), "ADD COLUMN z INT", NULL, "inplace",
	  "alter table {T} add column z int, algorithm=instant; alter table {T} drop column z, algorithm=instant", .repeat = 127 },
	/* partitions */
	{ .name = "partition", SMALL("", ""), "PARTITION BY HASH(id) PARTITIONS 2", "copy", "copy" },
	{ .name = "partitioned, add", SAME, "ADD COLUMN z INT", "instant", "instant" },
	{ .name = "partitioned, index", SAME, "ADD INDEX kk(k)", "nocopy", "inplace" },
	{ .name = "partitioned, drop", SAME, "DROP COLUMN v", "instant", "instant" },
	{ .name = "add hash", SAME, "ADD PARTITION PARTITIONS 1", "copy!", "inplace-locked" },
	{ .name = "coalesce", SAME, "COALESCE PARTITION 1", "copy!", "inplace-locked" },
	{ .name = "remove partitioning", SAME, "REMOVE PARTITIONING", "copy", "copy" },
	{ .name = "add range", RANGES, "ADD PARTITION (PARTITION p2 VALUES LESS THAN (2000))", "inplace", "inplace" },
	{ .name = "reorganize", SAME, "REORGANIZE PARTITION p0 INTO (PARTITION p0a VALUES LESS THAN (10), PARTITION p0b VALUES LESS THAN (20))", "copy!", "inplace-locked" },
	{ .name = "rebuild partition", SAME, "REBUILD PARTITION p1", "copy!", "inplace-locked" },
	{ .name = "truncate partition", SAME, "TRUNCATE PARTITION p1", "inplace", "instant" },
	{ .name = "drop partition", SAME, "DROP PARTITION p1", "inplace", "inplace" },
	/* MariaDB's history of rows */
	{ .name = "add versioning", SMALL("", ""), "ADD SYSTEM VERSIONING", "copy", NULL },
	{ .name = "versioned, add", SAME, "ADD COLUMN z INT", "!4119", NULL },
	{ .name = "versioned, keep", SAME, "ADD COLUMN z INT", "instant", NULL,
	  NULL, "set session system_versioning_alter_history = 'KEEP'", "set session system_versioning_alter_history = 'ERROR'" },
	/* on a table that has generated columns */
	{ .name = "generated, add last", GENERATED, "ADD COLUMN z INT NULL", "instant", "instant" },
	{ .name = "generated, drop", SAME, "DROP COLUMN n", "instant", "instant" },
	{ .name = "generated, rename", SAME, "RENAME COLUMN v TO v2", "instant", "instant" },
	{ .name = "generated, reorder", SAME, "MODIFY d DATETIME NULL FIRST", "instant", "inplace" },
	{ .name = "generated, varchar 50 60", SAME, "MODIFY c VARCHAR(60)", "instant", "inplace" },
	{ .name = "generated, utf8mb4", SAME, "MODIFY c3 VARCHAR(50) CHARACTER SET utf8mb4", "instant", "inplace" },
	{ .name = "generated, index", SAME, "ADD INDEX kn(u)", "nocopy", "inplace" },
	{ .name = "generated, add first", SAME, "ADD COLUMN z4 INT NULL FIRST", "copy", "instant" },
	{ .name = "generated, add after", SAME, "ADD COLUMN z5 INT NULL AFTER a", "copy", "instant" },
	{ .name = "generated, add with index", SAME, "ADD COLUMN z6 INT NULL, ADD INDEX kz(z6)", "inplace", "inplace" },
	{ .name = "generated, drop and add", SAME, "DROP COLUMN v2, ADD COLUMN z7 INT", "copy", "instant" },
	{ .name = "generated, varchar 60 100", SAME, "MODIFY c VARCHAR(100)", "copy", "copy" },
	{ .name = "generated, drop indexed", SAME, "DROP COLUMN c", "nocopy", "inplace" },
	{ .name = "generated, bigint", SAME, "MODIFY a BIGINT NULL", "copy", "copy" },
	{ .name = "generated, enum middle", SAME, "MODIFY e ENUM('x','w','y','z') DEFAULT 'x'", "copy", "copy" },
	{ .name = "generated, not null", SAME, "MODIFY u INT NOT NULL", "copy", "inplace" },
	{ .name = "generated, null", SAME, "MODIFY b INT NULL DEFAULT 7", "inplace", "inplace" },
	{ .name = "generated, force", SAME, "FORCE", "inplace", "inplace" },
	{ .name = "index on virtual", SAME, "ADD INDEX kgv(gv)", "nocopy", "inplace" },
	{ .name = "indexed virtual, rebuilt", SAME, "FORCE", "inplace-locked", "inplace" },
};

/* clang-format on */

#endif /* TRIAL_MATRIX_H */
