#include "chunk_key.h"
#include "chunk_mark.h"
#include "history.h"
#include "kit.h"
#include "script.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void what_it_is_of_is_told_apart(void **state)
{
	char texts[][9] = { "t", "UPDATE t", "DELETE t", "`id`", "`name`" };
	struct statement_chunk chunk = { .table = texts[0] };
	struct statement one = { .text = texts[1], .chunk = &chunk };
	struct statement other = { .text = texts[2], .chunk = &chunk };
	struct chunk_key id = { .nr = 1, .columns = { { .name = texts[3] } } };
	struct chunk_key by_name = { .nr = 1, .columns = { { .name = texts[4] } } };
	struct chunk_mark marks[5];

	(void)state;
	chunk_mark_init(&marks[0], "0001", 1, &one, &id);
	chunk_mark_init(&marks[1], "0001", 2, &one, &id);
	chunk_mark_init(&marks[2], "00011", 1, &one, &id);
	chunk_mark_init(&marks[3], "0001", 1, &other, &id);
	chunk_mark_init(&marks[4], "0001", 1, &one, &by_name);
	assert_string_not_equal(marks[0].place, marks[1].place);
	assert_string_not_equal(marks[0].place, marks[2].place);
	assert_string_equal(marks[0].place, marks[3].place);
	assert_string_not_equal(marks[0].digest, marks[3].digest);
	assert_string_equal(marks[0].place, marks[4].place);
	assert_string_not_equal(marks[0].digest, marks[4].digest);
	assert_string_equal(marks[0].digest, marks[1].digest);
}

static void comes_back_as_it_was(void **state)
{
	g_auto(GStrv) low = g_strsplit("|-5", "|", -1);
	g_auto(GStrv) high = g_strsplit("4142|2026-01-01 00:00:00", "|", -1);
	const struct chunk_mark mark = { .place = SHA,
					 .digest = SHA,
					 .low = low,
					 .high = high,
					 .done = 7,
					 .total = 9,
					 .rows = 3 };
	g_autofree char *text = chunk_mark_format(&mark);
	SCOPED(chunk_mark) back = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(chunk_mark_parse(&back, text, &err), 0);
	assert_string_equal(back.place, SHA);
	assert_string_equal(back.digest, SHA);
	assert_true(g_strv_equal((const char *const *)back.low, (const char *const *)low));
	assert_true(g_strv_equal((const char *const *)back.high, (const char *const *)high));
	assert_int_equal(back.done, 7);
	assert_int_equal(back.total, 9);
	assert_int_equal(back.rows, 3);
}

static void what_nobody_wrote_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"rubbish",
		"2\t" SHA "\t" SHA "\t1\t1\t1\t1\ta\tb",
		"1\tshort\t" SHA "\t1\t1\t1\t1\ta\tb",
		"1\t" SHA "\t" SHA "\t-1\t1\t1\t1\ta\tb",
		"1\t" SHA "\t" SHA "\t1\t1\t1\t0",
		"1\t" SHA "\t" SHA "\t1\t1\t1\t2\ta\tb",
		"1\t" SHA "\t" SHA "\t1\t1\t1\t17\ta\tb",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct chunk_mark mark = { 0 };
		struct err err;

		assert_int_equal(chunk_mark_parse(&mark, texts[i], &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_null(mark.low);
	}
}

static void is_kept_in_the_tenant_and_fenced(void **state)
{
	const char *schema = test_server_schema("mark");
	SCOPED_PTR(db_session) session = test_server_open();
	char five[] = "5";
	char *bound[] = { five, NULL };
	const struct chunk_mark mark = { .place = SHA,
					 .digest = SHA,
					 .low = bound,
					 .high = bound,
					 .done = 1 };
	SCOPED(history) history = { 0 };
	SCOPED(chunk_mark) none = { 0 };
	SCOPED(chunk_mark) kept = { 0 };
	SCOPED(chunk_mark) gone = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(history_claim(session, &history, 5, &err), 0);
	assert_int_equal(chunk_mark_get(&none, session, &err), 0);
	assert_string_equal(none.place, "");
	assert_int_equal(chunk_mark_put(session, &mark, 5, &err), 0);
	assert_int_equal(chunk_mark_put(session, &mark, 4, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(chunk_mark_get(&kept, session, &err), 0);
	assert_string_equal(kept.place, SHA);
	assert_string_equal(kept.low[0], "5");
	assert_int_equal(chunk_mark_put(session, NULL, 5, &err), 0);
	assert_int_equal(chunk_mark_get(&gone, session, &err), 0);
	assert_string_equal(gone.place, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_is_of_is_told_apart),
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(what_nobody_wrote_is_refused),
		cmocka_unit_test(is_kept_in_the_tenant_and_fenced),
	};

	return cmocka_run_group_tests_name("chunk_mark", tests, NULL, NULL);
}
