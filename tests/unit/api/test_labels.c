#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "labels.h"
#include "store_rows.h"
#include "wire.h"

static void a_label_is_set_changed_and_taken_away(void **state)
{
	struct store_labels labels = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(label_set(&labels, "region", "eu", &err), 0);
	assert_int_equal(label_set(&labels, "tier", "gold", &err), 0);
	assert_int_equal(label_set(&labels, "region", "us", &err), 0);
	assert_string_equal(store_labels_find(&labels, "region"), "us");
	assert_int_equal(label_set(&labels, "region", "", &err), 0);
	assert_null(store_labels_find(&labels, "region"));
	assert_string_equal(store_labels_find(&labels, "tier"), "gold");
	store_labels_release(&labels);
}

static void a_key_that_no_selector_can_name_is_refused(void **state)
{
	struct store_labels labels = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(label_set(&labels, "server", "db1", &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(labels.nr, 0);
}

static void what_is_so_already_is_no_change(void **state)
{
	struct store_labels labels = { 0 };
	struct wire_discover request = { 0 };

	(void)state;
	wire_labels_put(&request.labels, "region", "eu");
	wire_labels_put(&request.labels, "tier", "");
	assert_true(labels_merge(&labels, &request.labels));
	assert_false(labels_merge(&labels, &request.labels));
	wire_release(&wire_discover_type, &request);
	store_labels_release(&labels);
}

static void settings_are_told_in_one_line(void **state)
{
	static char first[] = "a=b";
	static char second[] = "c=d";
	static char *given[] = { first, second };
	g_autofree char *text = texts_join("set", &(struct wire_texts){ .texts = given, .nr = 2 });

	(void)state;
	assert_string_equal(text, "set a=b, c=d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_is_set_changed_and_taken_away),
		cmocka_unit_test(a_key_that_no_selector_can_name_is_refused),
		cmocka_unit_test(what_is_so_already_is_no_change),
		cmocka_unit_test(settings_are_told_in_one_line),
	};

	return cmocka_run_group_tests_name("labels", tests, NULL, NULL);
}
