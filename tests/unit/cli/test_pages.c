#include "ran.h"

static void all_pages_are_one_list(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant list -o name",
		  { RAN_OK "{\"items\":[{\"name\":\"a\"},{\"name\":\"b b\"}],\"next\":\"b b\"}",
		    RAN_OK "{\"items\":[{\"name\":\"c\"}],\"next\":null}" },
		  "GET /v1/tenants?limit=1000\nGET /v1/tenants?limit=1000&after=b%20b\n",
		  "a\nb b\nc\n", NULL, 0 },
		{ "task list r1 --state failed -o name",
		  { RAN_OK "{\"items\":[{\"rollout\":\"r1\",\"tenant\":\"a\"}],\"next\":\"a\"}",
		    RAN_OK "{\"items\":[],\"next\":null}" },
		  "GET /v1/rollouts/r1/tasks?state=failed&limit=1000\n"
		  "GET /v1/rollouts/r1/tasks?state=failed&limit=1000&after=a\n",
		  "r1/a\n", NULL, 0 },
		/* a page that fails is no short list */
		{ "tenant list -o name",
		  { RAN_OK "{\"items\":[{\"name\":\"a\"}],\"next\":\"a\"}",
		    RAN_REFUSE "{\"code\":\"store\",\"message\":\"the disk is full\",\"hint\":\"df\"}" },
		  NULL, "", "muster: the disk is full\n  -> df\n", 6 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void json_of_pages_is_one_array(void **state)
{
	struct wire_list list = { 0 };
	struct canned canned = { 0 };
	struct ran ran = { 0 };
	struct err err = { 0 };
	const char *answers[] = { RAN_OK "{\"items\":[{\"name\":\"a\"}],\"next\":\"a\"}",
				  RAN_OK "{\"items\":[{\"name\":\"b\"}],\"next\":null}", NULL };
	g_autofree char *line = NULL;

	(void)state;
	canned_start(&canned, answers);
	line = g_strdup_printf("muster tenant list -o json --socket %s", canned.socket);
	ran_run(&ran, line);
	canned_stop(&canned);
	assert_int_equal(wire_decode_list(&wire_tenant_type, &list, ran.out, strlen(ran.out), &err),
			 0);
	assert_int_equal(list.nr, 2);
	wire_list_release(&wire_tenant_type, &list);
	ran_free(&ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pages_are_one_list),
		cmocka_unit_test(json_of_pages_is_one_array),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
