#include "retype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "shape.h"

static void wider_serves_both_and_another_kind_does_not(void **state)
{
	static const struct {
		const char *now;
		const char *then;
		bool breaks;
	} cases[] = {
		{ "int not null", "bigint not null", false },
		{ "int(11) not null", "int not null", false },
		{ "bigint", "int", true },
		{ "int", "int unsigned", true },
		{ "int unsigned", "bigint", false },
		{ "int unsigned", "int", true },
		{ "varchar(80)", "varchar(255) not null", false },
		{ "varchar(80)", "varchar(40)", true },
		{ "varchar(80)", "text", false },
		{ "text", "varchar(80)", true },
		{ "char(3)", "varchar(3)", false },
		{ "varchar(80)", "int", true },
		{ "varchar(20)", "date", true },
		{ "date", "datetime", false },
		{ "datetime(3)", "date", true },
		{ "float", "double", false },
		{ "blob", "longblob", false },
		{ "decimal(10,2)", "decimal(10,2) not null", false },
		{ "decimal(10,2)", "decimal(12,4)", true },
		{ "enum('a','b')", "varchar(9)", true },
		{ "json", "json not null", false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		if (retype_is_break(cases[i].now, cases[i].then) != cases[i].breaks) {
			fail_msg("%s -> %s", cases[i].now, cases[i].then);
		}
	}
}

static struct shape_fact fact_of(const char *object, const char *part, const char *text)
{
	return (struct shape_fact){ .object = g_strdup(object),
				    .part = g_strdup(part),
				    .text = g_strdup(text) };
}

static void make(struct shape *shape, const char *type)
{
	g_autoptr(GArray) facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));
	const struct shape_fact own[] = {
		fact_of("table a", "", "there"),
		fact_of("table a", "column x", type),
		fact_of("table b", "", "there"),
		fact_of("table b", "column x", "int"),
	};

	g_array_append_vals(facts, own, G_N_ELEMENTS(own));
	shape_build(shape, facts);
}

static void only_columns_of_that_table_count(void **state)
{
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };

	(void)state;
	make(&before, "varchar(80)");
	make(&after, "int");
	assert_true(retype_breaks(&before, &after, "a"));
	assert_false(retype_breaks(&before, &after, "b"));
	assert_false(retype_breaks(&before, &before, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wider_serves_both_and_another_kind_does_not),
		cmocka_unit_test(only_columns_of_that_table_count),
	};

	return cmocka_run_group_tests_name("retype", tests, NULL, NULL);
}
