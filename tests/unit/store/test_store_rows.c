#include "store_fixture.h"

static void labels_are_sorted_and_replaced(void **state)
{
	SCOPED(store_labels) labels = { 0 };

	(void)state;
	assert_null(store_labels_find(&labels, "tier"));
	store_labels_put(&labels, "tier", "gold");
	store_labels_put(&labels, "region", "eu");
	store_labels_put(&labels, "zone", "1");
	store_labels_put(&labels, "tier", "free");
	assert_int_equal(labels.nr, 3);
	assert_string_equal(labels.labels[0].key, "region");
	assert_string_equal(labels.labels[1].key, "tier");
	assert_string_equal(labels.labels[2].key, "zone");
	assert_string_equal(store_labels_find(&labels, "tier"), "free");
	assert_string_equal(store_labels_find(&labels, "region"), "eu");
	assert_null(store_labels_find(&labels, "tie"));
	assert_null(store_labels_find(&labels, "a"));
	assert_null(store_labels_find(&labels, "zz"));
}

static void released_rows_are_empty_and_may_be_released_again(void **state)
{
	struct store_tenant tenant = { .name = g_strdup("acme"), .hold = g_strdup("audit") };
	struct store_task task = { .reason = g_strdup("why"), .statement = 4 };

	(void)state;
	store_labels_put(&tenant.labels, "tier", "gold");
	store_labels_put(&tenant.server_labels, "region", "eu");
	store_tenant_release(&tenant);
	assert_null(tenant.name);
	assert_int_equal(tenant.labels.nr, 0);
	store_tenant_release(&tenant);
	store_task_release(&task);
	assert_null(task.reason);
	assert_int_equal(task.statement, 0);
	store_task_release(&task);
}

static void a_text_may_be_replaced_by_its_own_end(void **state)
{
	char *text = g_strdup("because: full");

	(void)state;
	store_text_set(&text, text + 9);
	assert_string_equal(text, "full");
	store_text_set(&text, NULL);
	assert_null(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_sorted_and_replaced),
		cmocka_unit_test(released_rows_are_empty_and_may_be_released_again),
		cmocka_unit_test(a_text_may_be_replaced_by_its_own_end),
	};

	return cmocka_run_group_tests_name("store_rows", tests, NULL, NULL);
}
