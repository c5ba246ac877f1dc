#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "chunk_text.h"
#include "release.h"
#include "script.h"

/* clang-format off */

/* table=users; "[]" is what the range takes the place of */
static const struct {
	const char *sql; const char *alias; const char *assigned; const char *ranged;
} taken[] = {
	{ "UPDATE users SET a = b WHERE :chunk",               "users", "a",   "UPDATE users SET a = b WHERE []" },
	{ "update users u set u.a = 1, `B` = (select 1) where x = 1 and :chunk", "u", "a b",
	  "update users u set u.a = 1, `B` = (select 1) where x = 1 and []" },
	{ "UPDATE users AS `the users` SET a = 1 WHERE /* :chunk */ TRUE AND b", "the users", "a",
	  "UPDATE users AS `the users` SET a = 1 WHERE [] AND b" },
	{ "UPDATE users SET a = 1 WHERE /*:chunk*/ true",      "users", "a",   "UPDATE users SET a = 1 WHERE []" },
	{ "UPDATE users SET a = 1 WHERE b BETWEEN 1 AND 2 AND :chunk ORDER BY a", "users", "a",
	  "UPDATE users SET a = 1 WHERE b BETWEEN 1 AND 2 AND [] ORDER BY a" },
	{ "UPDATE users SET a = ':chunk' WHERE :chunk AND (b OR c)", "users", "a",
	  "UPDATE users SET a = ':chunk' WHERE [] AND (b OR c)" },
	{ "DELETE FROM {SCHEMA}.users WHERE :chunk AND EXISTS (SELECT 1 FROM b LIMIT 1)", "users", "",
	  "DELETE FROM `s`.users WHERE [] AND EXISTS (SELECT 1 FROM b LIMIT 1)" },
	{ "INSERT INTO log (a, b) SELECT u.a, (SELECT MAX(x) FROM y) FROM users u LEFT JOIN v ON u.id = v.id WHERE :chunk",
	  "u", "",
	  "INSERT INTO log (a, b) SELECT u.a, (SELECT MAX(x) FROM y) FROM users u LEFT JOIN v ON u.id = v.id WHERE []" },
	{ "REPLACE log SELECT * FROM users WHERE :chunk",      "users", "",    "REPLACE log SELECT * FROM users WHERE []" },
	{ "INSERT INTO log SELECT a FROM users, b WHERE :chunk AND c ON DUPLICATE KEY UPDATE n = 1", "users", "",
	  "INSERT INTO log SELECT a FROM users, b WHERE [] AND c ON DUPLICATE KEY UPDATE n = 1" },
};

static const struct {
	const char *sql; size_t at; const char *msg;
} refused[] = {
	{ "SELECT 1 FROM users WHERE :chunk", 0, "one UPDATE, DELETE, INSERT … SELECT or REPLACE … SELECT" },
	{ "WITH x AS (SELECT 1) UPDATE users SET a = 1 WHERE :chunk", 0, "one UPDATE" },
	{ "UPDATE users SET a = 1 WHERE b", 0, "needs the word :chunk in its WHERE" },
	{ "UPDATE users SET a = ':chunk'", 0, "needs the word :chunk" },
	{ "UPDATE users SET a = 1 WHERE :chunks", 0, "needs the word :chunk" },
	{ "UPDATE users SET a = 1 WHERE :chunk AND :chunk", 40, "stands 2 times" },
	{ "UPDATE users SET a = 1 WHERE /* :chunk */ b", 29, "in front of TRUE" },
	{ "UPDATE users SET a = :chunk WHERE b", 21, ":chunk stands behind WHERE" },
	{ "UPDATE users SET a = 1 WHERE NOT :chunk", 33, ":chunk stands behind WHERE" },
	{ "UPDATE users SET a = 1 WHERE b BETWEEN 1 AND :chunk", 45, ":chunk stands behind WHERE" },
	{ "UPDATE users SET a = 1 WHERE :chunk = 1", 29, "behind :chunk stands AND" },
	{ "UPDATE users SET a = 1 WHERE (:chunk)", 30, "not in parentheses" },
	{ "UPDATE users SET a = 1 WHERE b OR c AND :chunk", 31, "there is no OR" },
	{ "UPDATE users SET a = 1 WHERE :chunk AND b OR c", 42, "there is no OR" },
	{ "UPDATE users SET a = 1 WHERE :chunk AND b || c", 43, "there is no OR" },
	{ "UPDATE users SET a = 1 WHERE :chunk LIMIT 5", 29, "behind :chunk stands AND" },
	{ "UPDATE users SET a = 1 WHERE :chunk ORDER BY a LIMIT 5", 47, "LIMIT gives something else" },
	{ "UPDATE users JOIN b ON x SET a = 1 WHERE :chunk", 41, "writes one table" },
	{ "UPDATE users, b SET a = 1 WHERE :chunk", 32, "writes one table" },
	{ "DELETE u FROM users u JOIN b WHERE :chunk", 0, "names one table" },
	{ "DELETE FROM other WHERE :chunk", 24, "table=users is not the table" },
	{ "UPDATE users SET a = (@n := @n + 1) WHERE :chunk", 42, "assigns variables" },
	{ "INSERT INTO users SELECT * FROM users WHERE :chunk", 0, "read and filled at once" },
	{ "INSERT INTO log SELECT * FROM b JOIN users WHERE :chunk", 49, "first table behind FROM" },
	{ "INSERT INTO log SELECT * FROM users RIGHT JOIN b ON x WHERE :chunk", 36, "turn the join round" },
	{ "INSERT INTO log SELECT DISTINCT a FROM users WHERE :chunk", 23, "DISTINCT gives" },
	{ "INSERT INTO log SELECT count(*) FROM users WHERE :chunk", 23, "aggregate" },
	{ "INSERT INTO log SELECT ifnull(sum(a), 0) FROM users WHERE :chunk", 30, "aggregate" },
	{ "INSERT INTO log SELECT a FROM users WHERE :chunk AND b GROUP BY a", 55, "GROUP gives" },
	{ "INSERT INTO log (SELECT a FROM users WHERE :chunk)", 43, "table=users is not the table" },
	{ "INSERT INTO log VALUES (':chunk')", 0, "needs the word :chunk" },
};

/* clang-format on */

static void parse(struct script *script, const char *sql)
{
	struct err err;

	assert_int_equal(script_parse(script, "x", sql, strlen(sql), &err), 0);
	assert_int_equal(script->nr, 1);
}

static void finds_the_table_and_the_place(void **state)
{
	const struct chunk_order order = { "users", "by_name", 7 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(taken); i++) {
		SCOPED(script) script = { 0 };
		g_autofree char *assigned = NULL;
		g_autofree char *ranged = NULL;
		const struct statement_chunk *chunk;
		struct err err;
		size_t at;

		parse(&script, taken[i].sql);
		if (chunk_text_read(&script.statements[0], &order, &at, &err) < 0) {
			fail_msg("%s: %s", taken[i].sql, err.msg);
		}
		chunk = script.statements[0].chunk;
		assert_string_equal(chunk->table, "users");
		assert_string_equal(chunk->key, "by_name");
		assert_int_equal(chunk->rows, 7);
		assert_string_equal(chunk->alias, taken[i].alias);
		assigned = g_strjoinv(" ", chunk->assigned);
		assert_string_equal(assigned, taken[i].assigned);
		ranged = release_expand_chunk(&script.statements[0], "s", "[]");
		assert_string_equal(ranged, taken[i].ranged);
	}
}

static void in_one_piece_the_word_is_true(void **state)
{
	const struct chunk_order order = { "users", NULL, 0 };
	SCOPED(script) script = { 0 };
	g_autofree char *whole = NULL;
	struct err err;
	size_t at;

	(void)state;
	parse(&script, "DELETE FROM users WHERE a AND :chunk");
	assert_int_equal(chunk_text_read(&script.statements[0], &order, &at, &err), 0);
	whole = release_expand(&script.statements[0], "s");
	assert_string_equal(whole, "DELETE FROM users WHERE a AND TRUE");
}

static void refuses_what_pieces_would_change(void **state)
{
	const struct chunk_order order = { "users", NULL, 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		SCOPED(script) script = { 0 };
		struct err err;
		size_t at = 0;

		parse(&script, refused[i].sql);
		if (chunk_text_read(&script.statements[0], &order, &at, &err) == 0) {
			fail_msg("%s was taken", refused[i].sql);
		}
		assert_int_equal(err.code, ERR_INVALID);
		if (strstr(err.msg, refused[i].msg) == NULL || at != refused[i].at) {
			fail_msg("%s: %zu: %s", refused[i].sql, at, err.msg);
		}
		assert_null(script.statements[0].chunk);
	}
}

static void the_word_alone_is_found(void **state)
{
	SCOPED(script) with = { 0 };
	SCOPED(script) without = { 0 };
	size_t at;

	(void)state;
	parse(&with, "DELETE FROM t WHERE :chunk");
	parse(&without, "DELETE FROM t WHERE a = ':chunk' -- :chunk");
	assert_true(chunk_text_has(&with.statements[0], &at));
	assert_int_equal(at, 20);
	assert_false(chunk_text_has(&without.statements[0], &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_table_and_the_place),
		cmocka_unit_test(in_one_piece_the_word_is_true),
		cmocka_unit_test(refuses_what_pieces_would_change),
		cmocka_unit_test(the_word_alone_is_found),
	};

	return cmocka_run_group_tests_name("chunk_text", tests, NULL, NULL);
}
