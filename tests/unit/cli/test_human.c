#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "human.h"

/* clang-format off */
static const struct { int64_t seconds; const char *want; } durations[] = {
	{ -1, "?" }, { 0, "0s" }, { 59, "59s" }, { 60, "1m 00s" }, { 185, "3m 05s" },
	{ 3600, "1h 00m" }, { 86399, "23h 59m" }, { 97200, "1d 3h" },
};

static const struct { int64_t bytes; const char *want; } sizes[] = {
	{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" }, { 4200, "4.1 KiB" },
	{ 10240, "10 KiB" }, { INT64_C(13000000000), "12 GiB" },
};

static const struct { double rate; const char *want; } rates[] = {
	{ 0, "0/s" }, { 12.4, "12/s" }, { 2.25, "2.2/s" }, { 0.05, "3.0/min" },
};

static const struct { int64_t part; int64_t whole; int want; } percents[] = {
	{ 0, 0, 100 }, { 0, 10, 0 }, { 1, 5000, 1 }, { 4999, 5000, 99 }, { 5, 5, 100 },
};

static const struct { int64_t part; int64_t whole; const char *want; } bars[] = {
	{ 0,  10, "[----------]" },
	{ 5,  10, "[#####-----]" },
	{ 10, 10, "[##########]" },
	{ 999, 1000, "[#########-]" }, /* full only when it is */
	{ 0,  0,  "[##########]" },
};

static const struct { const char *text; size_t width; const char *want; } texts[] = {
	{ "plain",                  0, "plain" },
	{ "plain",                  5, "plain" },
	{ "plainer",                5, "plai…" },
	{ "a\033[31mb\nc",          0, "a [31mb c" },	/* cannot move the cursor */
	{ "\xff" "a",               0, "?a" },
	{ "日本語",                  5, "日本…" },
};

/* clang-format on */

#define CHECK_TABLE(table, call)                                        \
	do {                                                            \
		for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {      \
			g_autoptr(GString) out = g_string_new(NULL);    \
                                                                        \
			call;                                           \
			assert_string_equal(out->str, (table)[i].want); \
		}                                                       \
	} while (0)

static void times_sizes_and_rates_are_short(void **state)
{
	(void)state;
	CHECK_TABLE(durations, human_duration(out, durations[i].seconds));
	CHECK_TABLE(sizes, human_bytes(out, sizes[i].bytes));
	CHECK_TABLE(rates, human_rate(out, rates[i].rate));
}

static void a_share_is_full_only_at_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
		assert_int_equal(human_percent(percents[i].part, percents[i].whole),
				 percents[i].want);
	}
	CHECK_TABLE(bars, human_bar(out, bars[i].part, bars[i].whole, 10, false));
}

static void texts_fit_and_are_harmless(void **state)
{
	(void)state;
	CHECK_TABLE(texts, human_text(out, texts[i].text, texts[i].width));
	assert_int_equal(human_width("日本"), 4);
}

static void times_are_local_and_rubbish_is_shown_as_it_is(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	human_time(out, "2026-11-21T03:04:05.678Z");
	g_string_append_c(out, '|');
	human_clock(out, "2026-11-21T03:04:05Z");
	g_string_append_c(out, '|');
	human_clock(out, "yesterday");
	assert_string_equal(out->str, "2026-11-21 05:04:05|05:04:05|yesterday");
}

static void only_colours_reach_a_terminal(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	human_safe(out, "\033[1;31mred\033[0m\tä\r\n");
	human_safe(out, "\033]0;x\007 \033[2J \033[ \302\2331m \r|\xff");
	assert_string_equal(out->str, "\033[1;31mred\033[0m\tä\r\n"
				      " ]0;x   [2J  [  1m  |?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_sizes_and_rates_are_short),
		cmocka_unit_test(a_share_is_full_only_at_the_end),
		cmocka_unit_test(texts_fit_and_are_harmless),
		cmocka_unit_test(only_colours_reach_a_terminal),
		cmocka_unit_test(times_are_local_and_rubbish_is_shown_as_it_is),
	};

	(void)g_setenv("TZ", "<+02>-2", TRUE);
	return cmocka_run_group_tests_name("human", tests, NULL, NULL);
}
