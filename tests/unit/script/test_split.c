/*
 * The first table holds what the stock mariadb client sends when it keeps comments;
 * where ours differs on purpose (comments alone, CRLF inside a literal, bodies without
 * DELIMITER, the sandbox line) the row says what ours must do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "script.h"
#include "split.h"

#define MANY 8

/* clang-format off */
static const struct {
	const char *id; const char *text; const char *want[MANY];
} cuts[] = {
	{ "two",
	  "SELECT 1;SELECT 2;",
	  { "SELECT 1", "SELECT 2" } },
	{ "no_trailing_semicolon",
	  "SELECT 1;\nSELECT 2",
	  { "SELECT 1", "SELECT 2" } },
	{ "empty_statements",
	  ";;\n;SELECT 1;;",
	  { "SELECT 1" } },
	{ "squote",
	  "SELECT 'a;b';SELECT 2;",
	  { "SELECT 'a;b'", "SELECT 2" } },
	{ "dquote",
	  "SELECT \"a;b\";SELECT 2;",
	  { "SELECT \"a;b\"", "SELECT 2" } },
	{ "backquote",
	  "SELECT 1 AS `a;b`;SELECT 2;",
	  { "SELECT 1 AS `a;b`", "SELECT 2" } },
	{ "backquote_doubled",
	  "SELECT 1 AS `a``;b`;SELECT 2;",
	  { "SELECT 1 AS `a``;b`", "SELECT 2" } },
	{ "backquote_backslash",
	  "SELECT 1 AS `a\\`;SELECT 2;",
	  { "SELECT 1 AS `a\\`", "SELECT 2" } },
	{ "doubled_squote",
	  "SELECT 'it''s;x';SELECT 2;",
	  { "SELECT 'it''s;x'", "SELECT 2" } },
	{ "backslash_quote",
	  "SELECT 'a\\';b';SELECT 2;",
	  { "SELECT 'a\\';b'", "SELECT 2" } },
	{ "backslash_end",
	  "SELECT 'a\\\\';SELECT 2;",
	  { "SELECT 'a\\\\'", "SELECT 2" } },
	{ "no_backslash_escapes",
	  "SET sql_mode=CONCAT(@@sql_mode,',NO_BACKSLASH_ESCAPES');\nSELECT 'a\\';SELECT 'b';\n",
	  { "SET sql_mode=CONCAT(@@sql_mode,',NO_BACKSLASH_ESCAPES')", "SELECT 'a\\'", "SELECT 'b'" } },
	{ "ansi_quotes",
	  "SET sql_mode=CONCAT(@@sql_mode,',ANSI_QUOTES');\nSELECT 1 AS \"a;b\";SELECT 1 AS \"x\"\";y\";SELECT 1 AS \"c\\\";SELECT 2;\n",
	  { "SET sql_mode=CONCAT(@@sql_mode,',ANSI_QUOTES')", "SELECT 1 AS \"a;b\"", "SELECT 1 AS \"x\"\";y\"", "SELECT 1 AS \"c\\\"", "SELECT 2" } },
	{ "dashdash_space",
	  "SELECT 1; -- c;omment\nSELECT 2; -- it's\n",
	  { "SELECT 1 -- c;omment", "SELECT 2 -- it's" } },
	{ "dashdash_nospace",
	  "SELECT 5--1;SELECT 2;\n",
	  { "SELECT 5--1", "SELECT 2" } },
	{ "dashdash_tab",
	  "SELECT 1 --\tc;x\n+1;SELECT 2;",
	  { "SELECT 1 --\tc;x\n+1", "SELECT 2" } },
	{ "dashdash_newline",
	  "SELECT 1 --\n+1;SELECT 2;",
	  { "SELECT 1 --\n+1", "SELECT 2" } },
	{ "dashdash_eof",
	  "SELECT 1;\n--",
	  { "SELECT 1" } },
	{ "dashdash_ctrl",
	  "SELECT 1 --\001c;x\n+1;",
	  { "SELECT 1 --\001c", "x\n+1" } },
	{ "hash",
	  "SELECT 1; # c;omment it's\nSELECT 2;",
	  { "SELECT 1 # c;omment it's", "SELECT 2" } },
	{ "hash_mid",
	  "SELECT 1 # x;y\n+1;",
	  { "SELECT 1 # x;y\n+1" } },
	{ "block",
	  "SELECT 1 /* ; it's */ +1;SELECT 2;",
	  { "SELECT 1 /* ; it's */ +1", "SELECT 2" } },
	{ "block_leading",
	  "/* it's ; */ SELECT 1;",
	  { "/* it's ; */ SELECT 1" } },
	{ "block_only",
	  "/* nothing */;\n-- x\n# y\n",
	  { NULL } },
	{ "block_nested",
	  "SELECT 1 /* a /* b */ ; */ ;SELECT 2;",
	  { "SELECT 1 /* a /* b */", "*/", "SELECT 2" } },
	{ "block_empty",
	  "SELECT 1 /**/ +1;SELECT 2;",
	  { "SELECT 1 /**/ +1", "SELECT 2" } },
	{ "slash_star_slash",
	  "SELECT 1 /*/ ; */ +1;SELECT 2;",
	  { "SELECT 1 /*/ ; */ +1", "SELECT 2" } },
	{ "hint",
	  "SELECT /*+ MAX_EXECUTION_TIME(1000) */ 1;SELECT 2;",
	  { "SELECT /*+ MAX_EXECUTION_TIME(1000) */ 1", "SELECT 2" } },
	{ "ver_simple",
	  "/*!40101 SET @a=1 */;\nSELECT @a;",
	  { "/*!40101 SET @a=1 */", "SELECT @a" } },
	{ "ver_string",
	  "/*!50000 SELECT ';' */;SELECT 3;",
	  { "/*!50000 SELECT ';' */", "SELECT 3" } },
	{ "ver_squote_unbalanced",
	  "/*!50000 SELECT 1 -- it's\n */;SELECT 3;",
	  { "/*!50000 SELECT 1 -- it's\n */", "SELECT 3" } },
	{ "ver_future",
	  "/*!999999 SELECT 1 */;SELECT 2;",
	  { "/*!999999 SELECT 1 */", "SELECT 2" } },
	{ "ver_inner_comment",
	  "/*!50000 SELECT 1 /* c ; */ +1 */;SELECT 2;",
	  { "/*!50000 SELECT 1 /* c ; */ +1 */", "SELECT 2" } },
	{ "maria_M_simple",
	  "/*M!100000 SET @b=2 */;SELECT @b;",
	  { "/*M!100000 SET @b=2 */", "SELECT @b" } },
	{ "sandbox",
	  "/*M!999999\\- enable the sandbox mode */ \nSELECT 1;\n",
	  { "SELECT 1" } },
	{ "dump_delim",
	  "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 PROCEDURE pp() BEGIN SELECT 1; SELECT 2; END */;;\nDELIMITER ;\nDROP PROCEDURE IF EXISTS pp;\n",
	  { "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 PROCEDURE pp() BEGIN SELECT 1; SELECT 2; END */", "DROP PROCEDURE IF EXISTS pp" } },
	{ "delimiter",
	  "DELIMITER //\nCREATE PROCEDURE pq() BEGIN SELECT 1; SELECT ';//x'; END//\nDELIMITER ;\nDROP PROCEDURE pq;",
	  { "CREATE PROCEDURE pq() BEGIN SELECT 1; SELECT ';//x'; END", "DROP PROCEDURE pq" } },
	{ "delimiter_lower_indent",
	  "  delimiter $$\nSELECT 1; SELECT 2 $$\n  delimiter ;\nSELECT 3;",
	  { "SELECT 1; SELECT 2", "SELECT 3" } },
	{ "delimiter_trailing",
	  "DELIMITER // -- x\nSELECT 1//\nDELIMITER ;\nSELECT 2;",
	  { "SELECT 1", "SELECT 2" } },
	{ "delimiter_quoted",
	  "DELIMITER '//'\nSELECT 1//\nDELIMITER ;\nSELECT 2;",
	  { "SELECT 1", "SELECT 2" } },
	{ "delimiter_in_string",
	  "SELECT 'a\nDELIMITER //\nb';SELECT 2;",
	  { "SELECT 'a\nDELIMITER //\nb'", "SELECT 2" } },
	{ "delimiter_in_comment",
	  "/* x\nDELIMITER //\n*/ SELECT 1;SELECT 2;",
	  { "/* x\nDELIMITER //\n*/ SELECT 1", "SELECT 2" } },
	{ "delimiter_word",
	  "DELIMITER go\nSELECT 1 go\nSELECT 'go' go\nDELIMITER ;\n",
	  { "SELECT 1", "SELECT 'go'" } },
	{ "delimiter_as_alias",
	  "SELECT 1 AS delimiter;\nSELECT 2;",
	  { "SELECT 1 AS delimiter", "SELECT 2" } },
	{ "delimiter_semicolon_line",
	  "DELIMITER //;\nSELECT 1//;\nSELECT 2//\n",
	  { "SELECT 1", "SELECT 2//" } },
	{ "delimiter_crlf",
	  "DELIMITER //\r\nSELECT 1; SELECT 2//\r\nDELIMITER ;\r\nSELECT 3;\r\n",
	  { "SELECT 1; SELECT 2", "SELECT 3" } },
	{ "delim_in_dashdash",
	  "DELIMITER //\nSELECT 1 -- x // y\n+1//\nDELIMITER ;\n",
	  { "SELECT 1 -- x // y\n+1" } },
	{ "delim_in_block",
	  "DELIMITER //\nSELECT 1 /* // */ +1//\nDELIMITER ;\n",
	  { "SELECT 1 /* // */ +1" } },
	{ "begin_end_no_delimiter",
	  "CREATE PROCEDURE pr() BEGIN SELECT 1; SELECT 2; END;\nSELECT 3;",
	  { "CREATE PROCEDURE pr() BEGIN SELECT 1; SELECT 2; END", "SELECT 3" } },
	{ "trigger_single",
	  "CREATE TRIGGER spl.tg1 BEFORE INSERT ON spl.x FOR EACH ROW SET NEW.a=1;\nDROP TRIGGER spl.tg1;",
	  { "CREATE TRIGGER spl.tg1 BEFORE INSERT ON spl.x FOR EACH ROW SET NEW.a=1", "DROP TRIGGER spl.tg1" } },
	{ "crlf",
	  "SELECT 1;\r\nSELECT\r\n2;\r\n",
	  { "SELECT 1", "SELECT\r\n2" } },
	{ "cr_only",
	  "SELECT 1;\rSELECT 2;\r",
	  { "SELECT 1", "SELECT 2" } },
	{ "bom",
	  "\357\273\277SELECT 1;SELECT 2;",
	  { "SELECT 1", "SELECT 2" } },
	{ "multiline_string",
	  "SELECT 'a\nb;\r\nc';SELECT 2;",
	  { "SELECT 'a\nb;\r\nc'", "SELECT 2" } },
	{ "string_blank_lines",
	  "SELECT 'a\n\n\n;b' ;\n\n\nSELECT 2;",
	  { "SELECT 'a\n\n\n;b'", "SELECT 2" } },
	{ "quote_in_comment",
	  "SELECT 'a' -- it's; \n 'b';SELECT 2;",
	  { "SELECT 'a' -- it's; \n 'b'", "SELECT 2" } },
	{ "charset_intro",
	  "SELECT _utf8mb4'a;b', N'c;d', x'41', b'1';SELECT 2;",
	  { "SELECT _utf8mb4'a;b', N'c;d', x'41', b'1'", "SELECT 2" } },
	{ "utf8_tail",
	  "SELECT '\303\251;\303\274\360\237\230\200';SELECT 2;",
	  { "SELECT '\303\251;\303\274\360\237\230\200'", "SELECT 2" } },
	{ "comment_before_delim",
	  "SELECT 1 -- last\n;\nSELECT 2 # last\n;",
	  { "SELECT 1 -- last", "SELECT 2 # last" } },
	{ "ctrl_z",
	  "SELECT 1;\032SELECT 2;",
	  { "SELECT 1", "\032SELECT 2" } },
	{ "dollar_quote",
	  "SELECT $$a;b$$;SELECT 2;",
	  { "SELECT $$a", "b$$", "SELECT 2" } },
	{ "client_dashes",
	  "--header\nSELECT 1;--x;y\nSELECT 2;",
	  { "SELECT 1", "SELECT 2" } },
	{ "client_dashes_behind_block",
	  "/* a */ --b\nSELECT 1;",
	  { "SELECT 1" } },
	{ "header_before_delimiter",
	  "/* head */\n-- more\nDELIMITER //\nSELECT 1//\n",
	  { "SELECT 1" } },
	{ "glued_delimiter",
	  "DELIMITER $$\nCREATE PROCEDURE a() BEGIN SELECT 1; END$$\nSELECT 1$$",
	  { "CREATE PROCEDURE a() BEGIN SELECT 1; END", "SELECT 1" } },
	{ "null_shorthand",
	  "INSERT INTO t VALUES (\\N);",
	  { "INSERT INTO t VALUES (\\N)" } },
	{ "delimiter_column",
	  "CREATE TABLE t (\n  a int,\n  delimiter char(1)\n);",
	  { "CREATE TABLE t (\n  a int,\n  delimiter char(1)\n)" } },
	{ "modes_put_back",
	  "SET @old=@@sql_mode, sql_mode='ANSI_QUOTES';\nSELECT \"a\\\";\nSET sql_mode=@old;\nSELECT \"a\\\";b\";",
	  { "SET @old=@@sql_mode, sql_mode='ANSI_QUOTES'", "SELECT \"a\\\"", "SET sql_mode=@old", "SELECT \"a\\\";b\"" } },
	{ "modes_taken_out",
	  "SET @@session.sql_mode='NO_BACKSLASH_ESCAPES';\nSELECT 'a\\';\nSET sql_mode=REPLACE(@@sql_mode,'NO_BACKSLASH_ESCAPES','');\nSELECT 'a\\';b';",
	  { "SET @@session.sql_mode='NO_BACKSLASH_ESCAPES'", "SELECT 'a\\'", "SET sql_mode=REPLACE(@@sql_mode,'NO_BACKSLASH_ESCAPES','')", "SELECT 'a\\';b'" } },
	{ "sql_mode_without_quotes",
	  "SET sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE';SELECT 'a\\';b';",
	  { "SET sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE'", "SELECT 'a\\';b'" } },
	{ "nested_blocks",
	  "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN IF NEW.a THEN SET NEW.b = CASE WHEN 1 THEN IF(NEW.c, 2, 3) ELSE 4 END; ELSEIF (NEW.a) IN (1,2,3) THEN SET @a = 1; END IF; END;SELECT 1;",
	  { "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN IF NEW.a THEN SET NEW.b = CASE WHEN 1 THEN IF(NEW.c, 2, 3) ELSE 4 END; ELSEIF (NEW.a) IN (1,2,3) THEN SET @a = 1; END IF; END", "SELECT 1" } },
	{ "if_body",
	  "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF (NEW.a IN (1,2,3)) THEN SET NEW.b = 1; END IF;SELECT 1;",
	  { "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF (NEW.a IN (1,2,3)) THEN SET NEW.b = 1; END IF", "SELECT 1" } },
	{ "one_statement_body",
	  "CREATE PROCEDURE p() DROP TABLE IF EXISTS x;SELECT 1;",
	  { "CREATE PROCEDURE p() DROP TABLE IF EXISTS x", "SELECT 1" } },
	{ "if_function_body",
	  "CREATE FUNCTION f() RETURNS INT RETURN IF(1, 2, 3);SELECT 1;",
	  { "CREATE FUNCTION f() RETURNS INT RETURN IF(1, 2, 3)", "SELECT 1" } },
	{ "loops",
	  "CREATE PROCEDURE IF NOT EXISTS p() a: LOOP WHILE x DO SET y = REPEAT('a', 3); END WHILE; REPEAT SET z = 1; UNTIL z END REPEAT; LEAVE a; END LOOP;SELECT 1;",
	  { "CREATE PROCEDURE IF NOT EXISTS p() a: LOOP WHILE x DO SET y = REPEAT('a', 3); END WHILE; REPEAT SET z = 1; UNTIL z END REPEAT; LEAVE a; END LOOP", "SELECT 1" } },
	{ "handler_block",
	  "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN END; SELECT 1; END;SELECT 1;",
	  { "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN END; SELECT 1; END", "SELECT 1" } },
	{ "event_block",
	  "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END;SELECT 1;",
	  { "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END", "SELECT 1" } },
	{ "begin_as_column",
	  "CREATE VIEW v AS SELECT begin, end FROM t;CREATE FUNCTION f() RETURNS INT RETURN (SELECT begin FROM t);SELECT 1;",
	  { "CREATE VIEW v AS SELECT begin, end FROM t", "CREATE FUNCTION f() RETURNS INT RETURN (SELECT begin FROM t)", "SELECT 1" } },
	{ "table_event",
	  "CREATE TABLE event (begin int);SELECT 1;",
	  { "CREATE TABLE event (begin int)", "SELECT 1" } },
	{ "not_atomic",
	  "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END;BEGIN;COMMIT;",
	  { "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", "BEGIN", "COMMIT" } },
	{ "nothing",
	  "",
	  { NULL } },
	{ "only_blanks",
	  " \n\t\r\n",
	  { NULL } },
};

/* What the stock client would cut wrongly, run itself or send half. */
static const struct {
	const char *id; const char *text; size_t len; const char *msg;
} refusals[] = {
	{ "block_unclosed",
	  "SELECT 1;/* open ; SELECT 2;\n", 29,
	  "x.sql:1:10: the comment that opens here is never closed" },
	{ "ver_semicolon",
	  "/*!50000 SELECT 1; SELECT 2 */;\nSELECT 3;", 41,
	  "x.sql:1:18: a statement ends inside an executable comment /*!" },
	{ "maria_M",
	  "/*M!100000 SELECT 1; */;SELECT 2;", 33,
	  "x.sql:1:20: a statement ends inside an executable comment /*!" },
	{ "delimiter_same_line",
	  "SELECT 1; DELIMITER //\nSELECT 2//\nDELIMITER ;\nSELECT 3;", 55,
	  "x.sql:1:11: DELIMITER must stand at the start of a line" },
	{ "delimiter_mid_statement",
	  "SELECT\nDELIMITER //\n1;\n", 23,
	  "x.sql:2:1: DELIMITER inside a statement" },
	{ "delimiter_backslash",
	  "DELIMITER \\\nSELECT 1\\\nDELIMITER ;\nSELECT 2;", 43,
	  "x.sql:1:11: a delimiter has at most 15 bytes and neither" },
	{ "delimiter_none",
	  "DELIMITER\nSELECT 1;", 19,
	  "x.sql:1:1: DELIMITER must be followed by the new delimiter" },
	{ "backslash_g",
	  "SELECT 1\\g\nSELECT 2\\G\nSELECT 3;", 31,
	  "x.sql:1:9: \"\\g\" is a command of the mysql client, not SQL" },
	{ "backslash_c",
	  "SELECT 1 \\c\nSELECT 2;", 21,
	  "x.sql:1:10: \"\\c\" is a command" },
	{ "use_cmd",
	  "use spl\nSELECT DATABASE();\nUSE mysql;SELECT DATABASE();", 55,
	  "x.sql:1:1: \"use\" is a command of the mysql client, not a statement" },
	{ "shell_cmd",
	  "\\! echo HACKED\nsystem echo HACKED2\nSELECT 1;", 44,
	  "x.sql:1:1: \"\\!\" is a command" },
	{ "source_cmd",
	  "source /nonexistent.sql\n\\. /nonexistent2.sql\nSELECT 1;", 54,
	  "x.sql:1:1: \"source\" is a command" },
	{ "help_word",
	  "help\nSELECT 1;", 14,
	  "x.sql:1:1: \"help\" is a command" },
	{ "tee_notee",
	  "tee smig_tee_test\nSELECT 1;\nnotee\n", 34,
	  "x.sql:1:1: \"tee\" is a command" },
	{ "nul_byte",
	  "SELECT 'a\000b';SELECT 2;", 22,
	  "x.sql:1:10: a NUL byte" },
	{ "nul_outside",
	  "SELECT 1;\000SELECT 2;", 19,
	  "x.sql:1:10: a NUL byte" },
	{ "unclosed_quote",
	  "SELECT 1;\nSELECT 'abc;\nSELECT 2;\n", 33,
	  "x.sql:2:8: the quote that opens here is never closed" },
	{ "gbk",
	  "SET NAMES gbk;SELECT '\277\\';SELECT 2;", 35,
	  "x.sql:1:23: this is not UTF-8; convert the file" },
	{ "body_unclosed",
	  "SELECT 1;\nCREATE PROCEDURE p() BEGIN SELECT 1;", 46,
	  "x.sql:2:22: the block that begins here has no END" },
	{ "version_unclosed",
	  "/*!50000 SELECT 1", 17,
	  "x.sql:1:1: the comment that opens here is never closed" },
	{ "cut_word",
	  "DELIMITER go\nSELECT gone go\n", 28,
	  "x.sql:2:8: the delimiter \"go\" stands inside a longer word" },
	{ "delimiter_long",
	  "DELIMITER 1234567890123456\n", 27,
	  "x.sql:1:11: a delimiter has at most 15 bytes" },
	{ "use_on_a_line",
	  "SELECT 1; USE other;", 20,
	  "x.sql:1:11: \"USE\" is a command" },
	{ "latin1",
	  "-- caf\351\n", 8,
	  "x.sql:1:7: this is not UTF-8" },
	{ "question_mark",
	  "? x\n", 4,
	  "x.sql:1:1: \"?\" is a command of the mysql client" },
	{ "column_in_characters",
	  "SELECT '\303\251', 'x", 15,
	  "x.sql:1:13: the quote that opens here" },
	{ "behind_bom",
	  "\357\273\277`x", 5,
	  "x.sql:1:1: the quote that opens here" },
};

static const struct {
	const char *text; unsigned line; unsigned column;
} places[] = {
	/* text                                          line column of the last statement */
	{ "SELECT 1",                                       1,  1 },
	{ "-- a\n\n  SELECT 1",                             3,  3 },
	{ "/* a\n */ SELECT 1",                             2,  5 },
	{ "SELECT 1;\r\nSELECT 2",                          2,  1 },
	{ "SELECT '\303\251'; SELECT 2",                    1, 13 },
	{ "\357\273\277SELECT 1",                           1,  1 },
	{ "DELIMITER //\nSELECT 1// SELECT 2//",            2, 12 },
};

/* clang-format on */

static void cuts_as_the_stock_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
		SCOPED(script) script = { 0 };
		struct err err = { 0 };
		size_t nr = 0;

		if (script_parse(&script, "x.sql", cuts[i].text, strlen(cuts[i].text), &err) < 0) {
			fail_msg("%s: %s", cuts[i].id, err.msg);
		}
		while (nr < MANY && cuts[i].want[nr] != NULL) {
			nr++;
		}
		for (size_t n = 0; n < nr && n < script.nr; n++) {
			if (strcmp(script.statements[n].text, cuts[i].want[n]) != 0) {
				fail_msg("%s: statement %zu is \"%s\"", cuts[i].id, n + 1,
					 script.statements[n].text);
			}
			assert_int_equal(script.statements[n].len, strlen(cuts[i].want[n]));
		}
		if (script.nr != nr) {
			fail_msg("%s: %zu statements, not %zu", cuts[i].id, script.nr, nr);
		}
	}
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		SCOPED(script) script = { 0 };
		struct err err = { 0 };

		if (script_parse(&script, "x.sql", refusals[i].text, refusals[i].len, &err) == 0) {
			fail_msg("%s: accepted", refusals[i].id);
		}
		assert_int_equal(err.code, ERR_INVALID);
		if (strncmp(err.msg, refusals[i].msg, strlen(refusals[i].msg)) != 0) {
			fail_msg("%s: \"%s\"", refusals[i].id, err.msg);
		}
		assert_null(script.statements);
	}
}

static void knows_the_place_of_each_statement(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		SCOPED(script) script = { 0 };
		struct err err;

		assert_int_equal(script_parse(&script, "x.sql", places[i].text,
					      strlen(places[i].text), &err),
				 0);
		assert_true(script.nr > 0);
		assert_int_equal(script.statements[script.nr - 1].line, places[i].line);
		assert_int_equal(script.statements[script.nr - 1].column, places[i].column);
	}
}

static void reads_a_statement_of_17_million_bytes(void **state)
{
	g_autofree char *filler = g_strnfill(17000000, 'x');
	g_autofree char *text = g_strdup_printf("SELECT LENGTH('%s');SELECT 2;", filler);
	SCOPED(script) script = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(script_parse(&script, "x.sql", text, strlen(text), &err), 0);
	assert_int_equal(script.nr, 2);
	assert_int_equal(script.statements[0].len, 17000000 + strlen("SELECT LENGTH('')"));
	assert_string_equal(script.statements[1].text, "SELECT 2");
}

/* 20 MB of short statements on one line: each place must not be counted from the start. */
static void is_linear_in_the_length_of_the_text(void **state)
{
	GString *text = g_string_new(NULL);
	SCOPED(script) script = { 0 };
	struct err err;
	int64_t began;

	(void)state;
	while (text->len < 20000000) {
		g_string_append(text, "INSERT INTO t VALUES (1, 'abc'); ");
	}
	began = g_get_monotonic_time();
	assert_int_equal(script_parse(&script, "x.sql", text->str, text->len, &err), 0);
	assert_true(g_get_monotonic_time() - began < 10 * G_USEC_PER_SEC);
	assert_int_equal(script.statements[script.nr - 1].column, text->len - 32);
	g_string_free(text, TRUE);
}

static void marks_comments_that_may_be_directives(void **state)
{
	static const char text[] = "-- muster: down\nSELECT 1; -- muster: late\n"
				   "SELECT '\n-- muster: no\n', 1 -- muster: inside\n;"
				   "/* -- muster: no */ -- Muster : odd";
	const struct split_source source = { "x", text, strlen(text), 0 };
	GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct split_mark));
	SCOPED(script) script = { 0 };
	struct err err;
	const struct split_mark *mark;

	(void)state;
	assert_int_equal(split_text(&script, &source, marks, &err), 0);
	assert_int_equal(marks->len, 4);
	mark = (const struct split_mark *)(void *)marks->data;
	assert_true(mark[0].alone);
	assert_int_equal(mark[0].statement, 0);
	assert_int_equal(mark[0].len, strlen("-- muster: down"));
	assert_false(mark[1].alone);
	assert_int_equal(mark[1].line, 2);
	assert_int_equal(mark[1].column, 11);
	assert_false(mark[2].alone);
	assert_false(mark[3].alone);
	assert_int_equal(mark[3].statement, 2);
	g_array_free(marks, TRUE);
}

static void begins_with_the_modes_it_is_given(void **state)
{
	static const char text[] = "SELECT 'a\\'; SELECT \"b\\\";";
	const struct split_source source = { "x", text, strlen(text),
					     LEX_ANSI_QUOTES | LEX_NO_BACKSLASH_ESCAPES };
	const struct split_source plain = { "x", text, strlen(text), 0 };
	SCOPED(script) script = { 0 };
	SCOPED(script) other = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(split_text(&script, &source, NULL, &err), 0);
	assert_int_equal(script.nr, 2);
	assert_int_equal(script.statements[1].modes, LEX_ANSI_QUOTES | LEX_NO_BACKSLASH_ESCAPES);
	assert_int_equal(split_text(&other, &plain, NULL, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_as_the_stock_client),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(knows_the_place_of_each_statement),
		cmocka_unit_test(reads_a_statement_of_17_million_bytes),
		cmocka_unit_test(is_linear_in_the_length_of_the_text),
		cmocka_unit_test(marks_comments_that_may_be_directives),
		cmocka_unit_test(begins_with_the_modes_it_is_given),
	};

	return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
