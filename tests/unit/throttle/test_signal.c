#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "signal.h"

static void every_kind_has_a_row_and_ordered_limits(void **state)
{
	(void)state;
	for (int i = 0; i < SIGNAL_NR; i++) {
		const struct signal_kind *kind = &signal_kinds[i];

		assert_non_null(kind->name);
		assert_non_null(kind->unit);
		assert_non_null(kind->help);
		assert_int_equal(signal_find(kind->name), i);
		assert_false(signal_is_past(kind->soft, kind->hard, kind->lower_is_worse));
		assert_false(signal_is_past(kind->hard, kind->critical, kind->lower_is_worse));
	}
	assert_int_equal(signal_find("load average"), -1);
}

static void names_that_an_operator_may_give(void **state)
{
	static const struct {
		const char *name;
		int source; /* -1: refused */
	} names[] = {
		{ "lag", SIGNAL_BUILT_IN },
		{ "sql:queue", SIGNAL_SQL },
		{ "http:shop", SIGNAL_HTTP },
		{ "file:stop_it", SIGNAL_FILE },
		{ "sql:", -1 },
		{ "ftp:x", -1 },
		{ "lags", -1 },
		{ "", -1 },
		{ "sql:a b", -1 },
		{ "SQL:a", -1 },
		{ "s:a", -1 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		enum signal_source source = SIGNAL_SOURCE_NR;
		struct err err = { 0 };
		int checked = signal_name_check(names[i].name, &source, &err);

		assert_int_equal(checked, names[i].source < 0 ? -1 : 0);
		if (checked == 0) {
			assert_int_equal(source, names[i].source);
		} else {
			assert_int_equal(err.code, ERR_INVALID);
			assert_non_null(strstr(err.msg, "threads_running clients connections"));
		}
	}
}

static void limits_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		const char *again; /* NULL: refused */
	} values[] = {
		{ "61", "61" },   { "0.25", "0.25" },    { "0", "0" },         { "-", "-" },
		{ "100", "100" }, { "inf", "infinite" }, { "1e6", "1000000" }, { "1.999", "2" },
		{ "", NULL },     { "-1", NULL },        { "5x", NULL },       { "nan", NULL },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		char text[SIGNAL_VALUE_MAX];
		struct err err = { 0 };
		double value = 7;

		if (values[i].again == NULL) {
			assert_int_equal(signal_value_parse(values[i].text, &value, &err), -1);
			assert_true(value == 7);
			continue;
		}
		assert_int_equal(signal_value_parse(values[i].text, &value, &err), 0);
		assert_string_equal(signal_value_format(text, value), values[i].again);
	}
}

static void nothing_is_past_no_limit(void **state)
{
	(void)state;
	assert_true(signal_is_past(2, 1, false));
	assert_false(signal_is_past(1, 1, false));
	assert_false(signal_is_past(1e300, (double)NAN, false));
	assert_true(signal_is_past((double)INFINITY, 1e300, false));
	assert_true(signal_is_past(4, 5, true));
	assert_false(signal_is_past(5, 5, true));
	assert_false(signal_is_past(0, (double)NAN, true));
	assert_false(signal_is_past((double)NAN, 5, false));
}

static void a_custom_one_is_released_to_nothing(void **state)
{
	struct custom_signal custom = { .name = g_strdup("sql:a"), .text = g_strdup("SELECT 1") };

	(void)state;
	custom_signal_release(&custom);
	assert_null(custom.name);
	assert_null(custom.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_row_and_ordered_limits),
		cmocka_unit_test(names_that_an_operator_may_give),
		cmocka_unit_test(limits_are_read_and_written),
		cmocka_unit_test(nothing_is_past_no_limit),
		cmocka_unit_test(a_custom_one_is_released_to_nothing),
	};

	return cmocka_run_group_tests_name("signal", tests, NULL, NULL);
}
