#include "shape_made.h"

#define LONG_BODY                                                                          \
	"begin declare x int default 0; set x = x + 1; insert into some_log values (x);\n" \
	"update users set email = lower(email) where id = new.id; end"
#define LONG_OTHER                                                                         \
	"begin declare x int default 0; set x = x + 1; insert into some_log values (x);\n" \
	"update users set email = upper(email) where id = new.id; end"

/* NOLINTBEGIN(bugprone-suspicious-missing-comma) */
#define BODY_LINE                                                                             \
	"trigger t, body: \"…e users set email = lower(email) where id = new.id; end\" -> " \
	"\"…e users set email = upper(email) where id = new.id; end\""
/* NOLINTEND(bugprone-suspicious-missing-comma) */

static const struct made before[] = {
	{ "table users", "", "", false },
	{ "table users", "column email", "varchar(50) not null", false },
	{ "table users", "column gone", "int comment 'tab\there\\n'", false },
	{ "table users", "columns", "(email, gone)", true },
	{ "table old", "", "", false },
	{ "table old", "column a", "int", false },
	{ "trigger t", "body", LONG_BODY, false },
	{ "view v", "definition", "line\r\nline", false },
};

static const struct made after[] = {
	{ "table users", "", "", false },
	{ "table users", "column email", "varchar(80) not null", false },
	{ "table users", "column fresh", "int", false },
	{ "table users", "columns", "(email, fresh)", true },
	{ "table new", "", "", false },
	{ "table new", "column a", "int", false },
	{ "trigger t", "body", LONG_OTHER, false },
	{ "view v", "definition", "line\r\nline", false },
};

static const char *const lines[] = {
	"table new: new",
	"table old: gone",
	"table users, column email: varchar(50) not null -> varchar(80) not null",
	"table users, column fresh: new: int",
	"table users, column gone: gone: int comment 'tab\there\\n'",
	"table users, columns: (email, gone) -> (email, fresh) (minor)",
	BODY_LINE,
};

static void people_read_one_line_per_change(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape_diff) diff = { 0 };
	g_auto(GStrv) got = NULL;
	g_autofree char *short_text = NULL;

	(void)state;
	made_shape(&a, before, G_N_ELEMENTS(before));
	made_shape(&b, after, G_N_ELEMENTS(after));
	shape_diff_make(&diff, &a, &b);
	got = shape_diff_lines(&diff, 0);
	assert_int_equal(g_strv_length(got), G_N_ELEMENTS(lines));
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		assert_string_equal(got[i], lines[i]);
	}
	short_text = shape_diff_text(&diff, 2);
	assert_string_equal(short_text, "table new: new; table old: gone; … and 5 more");
}

static void assert_same(const struct shape *a, const struct shape *b)
{
	SCOPED(shape_diff) diff = { 0 };

	shape_diff_make(&diff, a, b);
	assert_int_equal(diff.nr, 0);
	assert_string_equal(a->fingerprint, b->fingerprint);
}

static void what_is_written_is_read_again(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	g_autofree char *text = NULL;
	struct err err = { 0 };

	(void)state;
	made_shape(&a, before, G_N_ELEMENTS(before));
	text = shape_write(&a);
	assert_int_equal(shape_parse(&b, text, &err), 0);
	assert_same(&a, &b);
	assert_int_equal(b.nr, G_N_ELEMENTS(before));
}

static void a_delta_leads_from_one_to_the_other_and_back(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape) forth = { 0 };
	SCOPED(shape) back = { 0 };
	SCOPED(shape) nothing = { 0 };
	g_autofree char *there = NULL;
	g_autofree char *home = NULL;
	g_autofree char *none = NULL;
	struct err err = { 0 };

	(void)state;
	made_shape(&a, before, G_N_ELEMENTS(before));
	made_shape(&b, after, G_N_ELEMENTS(after));
	there = shape_delta(&a, &b);
	home = shape_delta(&b, &a);
	none = shape_delta(&a, &a);
	assert_string_equal(none, "");
	assert_int_equal(shape_apply(&forth, &a, there, &err), 0);
	assert_same(&forth, &b);
	assert_int_equal(shape_apply(&back, &b, home, &err), 0);
	assert_same(&back, &a);
	assert_int_equal(shape_apply(&nothing, &a, none, &err), 0);
	assert_same(&nothing, &a);
}

static void a_delta_that_does_not_fit_is_refused(void **state)
{
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape) out = { 0 };
	g_autofree char *delta = NULL;
	struct err err = { 0 };

	(void)state;
	made_shape(&a, before, G_N_ELEMENTS(before));
	made_shape(&b, after, G_N_ELEMENTS(after));
	delta = shape_delta(&a, &b);
	assert_int_equal(shape_apply(&out, &b, delta, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(out.nr, 0);
}

static void a_delta_forgives_what_is_minor(void **state)
{
	static const struct made theirs[] = {
		{ "view v", "definition", "select 1", false },
		{ "view v", "definer", "them@%", true },
	};
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	struct err err = { 0 };

	(void)state;
	made_shape(&a, theirs, G_N_ELEMENTS(theirs));
	assert_int_equal(shape_apply(&b, &a,
				     "-~view v\tdefiner\tme@%\n+~view v\tdefiner\tyou@%\n"
				     "-=view v\tdefinition\tselect 1\n"
				     "+=view v\tdefinition\tselect 2\n",
				     &err),
			 0);
	assert_int_equal(b.nr, 2);
	assert_string_equal(shape_find(&b, "view v", "definer"), "you@%");
	assert_string_equal(shape_find(&b, "view v", "definition"), "select 2");
}

static void a_damaged_text_is_refused(void **state)
{
	static const char *const texts[] = { "nonsense", "=one\ttwo\n", "=a\tb\tc\td\n",
					     "=a\tb\tc\n\n=a\tx\tc\n", "=\t\t\n" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		SCOPED(shape) shape = { 0 };
		struct err err = { 0 };

		assert_int_equal(shape_parse(&shape, texts[i], &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(shape.nr, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_one_line_per_change),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(a_delta_leads_from_one_to_the_other_and_back),
		cmocka_unit_test(a_delta_that_does_not_fit_is_refused),
		cmocka_unit_test(a_delta_forgives_what_is_minor),
		cmocka_unit_test(a_damaged_text_is_refused),
	};

	return cmocka_run_group_tests_name("shape_text", tests, NULL, NULL);
}
