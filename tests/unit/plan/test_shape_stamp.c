#include "shape_kit.h"
#include "shape_stamp.h"

static void the_same_columns_have_the_same_stamp(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("st_a"));
	g_autofree char *b = g_strdup(test_server_schema("st_b"));
	g_autofree char *c = g_strdup(test_server_schema("st_c"));
	g_autofree char *empty = g_strdup(test_server_schema("st_empty"));
	const char *const schemas[] = { a, b, c, empty };
	SCOPED_PTR(db_session) session = test_server_open();
	char *stamps[4] = { NULL };
	struct err err;

	(void)state;
	test_server_exec("create table %s.t (id int primary key, n int default 1)", a);
	test_server_exec("create table %s.t (id int primary key, n int default 1)", b);
	test_server_exec("create table %s.muster_history (id int)", b);
	test_server_exec("create table %s.t (id int primary key, n int default 2)", c);
	assert_int_equal(shape_stamps(session, schemas, 4, stamps, &err), 0);
	assert_string_equal(stamps[0], stamps[1]);
	assert_string_not_equal(stamps[0], stamps[2]);
	assert_string_equal(stamps[3], "");
	for (size_t i = 0; i < 4; i++) {
		g_free(stamps[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_columns_have_the_same_stamp),
	};

	return cmocka_run_group_tests_name("shape_stamp", tests, NULL, NULL);
}
