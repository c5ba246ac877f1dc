#include "shape_made.h"

static const struct made users[] = {
	{ "table users", "column id", "int not null", false },
	{ "table users", "", "", false },
	{ "schema", "collation", "utf8mb4_bin", false },
	{ "table users", "columns", "(id)", true },
	{ "table orders", "", "", false },
};

static const struct made backwards[] = {
	{ "table orders", "", "", false },
	{ "table users", "columns", "(id)", true },
	{ "schema", "collation", "utf8mb4_bin", false },
	{ "table users", "", "", false },
	{ "table users", "column id", "int not null", false },
	{ "table users", "column id", "a second one", false },
};

static const struct made reordered[] = {
	{ "table users", "column id", "int not null", false },
	{ "table users", "", "", false },
	{ "schema", "collation", "utf8mb4_bin", false },
	{ "table users", "columns", "(di)", true },
	{ "table orders", "", "", false },
};

static const struct made changed[] = {
	{ "table users", "column id", "bigint not null", false },
	{ "table users", "", "", false },
	{ "schema", "collation", "utf8mb4_bin", false },
	{ "table users", "columns", "(id)", true },
	{ "table other", "", "", false },
};

static void the_order_of_facts_does_not_matter(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };

	(void)state;
	made_shape(&a, users, G_N_ELEMENTS(users));
	made_shape(&b, backwards, G_N_ELEMENTS(backwards));
	assert_int_equal(b.nr, a.nr);
	assert_string_equal(a.fingerprint, b.fingerprint);
	assert_string_equal(shape_find(&a, "table users", "column id"), "int not null");
	assert_string_equal(shape_find(&a, "schema", "collation"), "utf8mb4_bin");
	assert_null(shape_find(&a, "table users", "column x"));
}

static void only_what_is_major_is_in_the_fingerprint(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape) c = { 0 };
	SCOPED(shape_diff) diff = { 0 };

	(void)state;
	made_shape(&a, users, G_N_ELEMENTS(users));
	made_shape(&b, reordered, G_N_ELEMENTS(reordered));
	made_shape(&c, changed, G_N_ELEMENTS(changed));
	assert_true(shape_is_same_but_minor(&a, &b));
	assert_false(shape_is_same_but_minor(&a, &c));
	shape_diff_make(&diff, &a, &b);
	assert_int_equal(diff.nr, 1);
	assert_true(diff.changes[0].minor);
	assert_string_equal(diff.changes[0].before, "(id)");
	assert_string_equal(diff.changes[0].after, "(di)");
}

static void a_difference_names_what_changed(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape_diff) diff = { 0 };

	(void)state;
	made_shape(&a, users, G_N_ELEMENTS(users));
	made_shape(&b, changed, G_N_ELEMENTS(changed));
	shape_diff_make(&diff, &a, &b);
	assert_int_equal(diff.nr, 3);
	assert_string_equal(diff.changes[0].object, "table orders");
	assert_null(diff.changes[0].after);
	assert_string_equal(diff.changes[1].object, "table other");
	assert_null(diff.changes[1].before);
	assert_string_equal(diff.changes[2].part, "column id");
	assert_string_equal(diff.changes[2].after, "bigint not null");
}

static void one_table_has_a_fingerprint_too(void **state)
{
	char first[SHAPE_FINGERPRINT_LEN + 1];
	char second[SHAPE_FINGERPRINT_LEN + 1];
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape) c = { 0 };

	(void)state;
	made_shape(&a, users, G_N_ELEMENTS(users));
	made_shape(&b, reordered, G_N_ELEMENTS(reordered));
	made_shape(&c, changed, G_N_ELEMENTS(changed));
	assert_true(shape_fingerprint_of(&a, "table users", first));
	assert_true(shape_fingerprint_of(&b, "table users", second));
	assert_string_equal(first, second);
	assert_true(shape_fingerprint_of(&c, "table users", second));
	assert_string_not_equal(first, second);
	assert_false(shape_fingerprint_of(&a, "table user", first));
}

static void nothing_has_no_fingerprint(void **state)
{
	SCOPED(shape) shape = { 0 };

	(void)state;
	made_shape(&shape, NULL, 0);
	assert_string_equal(shape.fingerprint, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_facts_does_not_matter),
		cmocka_unit_test(only_what_is_major_is_in_the_fingerprint),
		cmocka_unit_test(a_difference_names_what_changed),
		cmocka_unit_test(one_table_has_a_fingerprint_too),
		cmocka_unit_test(nothing_has_no_fingerprint),
	};

	return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
