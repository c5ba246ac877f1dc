#include "width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "shape.h"

static void columns_are_as_wide_as_their_types(void **state)
{
	static const struct {
		const char *text;
		int64_t width;
	} cases[] = {
		{ "int not null", 4 },
		{ "int(11) unsigned", 4 },
		{ "bigint", 8 },
		{ "datetime(3)", 8 },
		{ "char(36) not null", 36 },
		{ "varchar(20) default ''", 10 },
		{ "varchar(1)", 1 },
		{ "varchar(255) collate utf8mb4_bin", 32 },
		{ "text", 32 },
		{ "geometry", 8 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		if (width_of_column(cases[i].text) != cases[i].width) {
			fail_msg("%s: %lld", cases[i].text,
				 (long long)width_of_column(cases[i].text));
		}
	}
}

#define USERS                                                                                  \
	"=table users\t\t\n=table users\tprimary key\t(id)\n=table users\tcolumn id\tint not " \
	"null\n=table users\tcolumn a\tbigint\n=table users\tcolumn b\ttext\n"

static int64_t width(const char *before, const char *after)
{
	SCOPED(shape) left = { 0 };
	SCOPED(shape) right = { 0 };
	struct err err = { 0 };

	if (shape_parse(&left, before, &err) < 0 || shape_parse(&right, after, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	return width_of_new_keys(&left, &right, "users");
}

static void only_new_keys_count(void **state)
{
	static const char one[] = USERS "=table users\tindex i\t(a)\n";
	static const char other[] = USERS "=table users\tindex i\t(b(10), a)\n";
	static const char two[] = USERS "=table users\tindex i\t(a)\n=table users\tindex u\tunique "
					"(id)\n";

	(void)state;
	assert_int_equal(width(USERS, USERS), 0);
	assert_int_equal(width(USERS, one), (8 + 4 + 8) * 16 / 15 + 1);
	assert_int_equal(width(one, one), 0);
	assert_int_equal(width(one, USERS), 0);
	assert_int_equal(width(one, other), (10 + 8 + 4 + 8) * 16 / 15);
	assert_int_equal(width(one, two), (4 + 4 + 8) * 16 / 15 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_types),
		cmocka_unit_test(only_new_keys_count),
	};

	return cmocka_run_group_tests_name("width", tests, NULL, NULL);
}
