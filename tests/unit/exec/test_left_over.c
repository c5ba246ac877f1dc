#include "left_over.h"

#include "kit.h"

/* clang-format off */
static const struct {
	const char *name; const char *comment; uint64_t epoch; bool is_found;
} copies[] = {
	{ "muster_scratch_old",   "muster: scratch schema, may be dropped", 4, true },
	{ "muster_scratch_ours",  "muster: scratch schema, may be dropped", 5, false },
	{ "muster_scratch_later", "muster: scratch schema, may be dropped", 6, false },
	{ "muster_scratch_alien", "somebody's own",                         4, false },
	{ "musterXscratchXold",   "muster: scratch schema, may be dropped", 4, false },
};

/* clang-format on */

static void only_what_an_earlier_start_marked_is_left_over(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_auto(GStrv) found = NULL;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(copies); i++) {
		const char *schema = test_server_schema(copies[i].name);

		test_server_exec("create table `%s`.muster_scratch (epoch bigint) comment \"%s\"",
				 schema, copies[i].comment);
		test_server_exec("insert into `%s`.muster_scratch values (%d)", schema,
				 (int)copies[i].epoch);
	}
	(void)test_server_schema("muster_scratch_empty"); /* no marker: not ours to judge */
	found = left_over_find(session, 5, &err);
	assert_non_null(found);
	for (size_t i = 0; i < G_N_ELEMENTS(copies); i++) {
		g_autofree char *name = g_strdup_printf("%s_%d", copies[i].name, (int)getpid());

		if (g_strv_contains((const char *const *)found, name) != copies[i].is_found) {
			fail_msg("%s", name);
		}
	}
}

static void a_check_tells_of_them(void **state)
{
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHECK, NULL, NULL));
	struct exec_info info = { 0 };
	g_autofree char *name = g_strdup_printf("muster_scratch_old_%d", (int)getpid());

	(void)state;
	assert_true(result->ok);
	exec_info_get(result, &info);
	assert_true(g_strv_contains((const char *const *)info.left_over, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_an_earlier_start_marked_is_left_over),
		cmocka_unit_test(a_check_tells_of_them),
	};

	return cmocka_run_group_tests_name("left_over", tests, NULL, NULL);
}
