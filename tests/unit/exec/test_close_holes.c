#include "close_holes.h"

#include "close_kit.h"
#include "close_rights.h"

/* Of method privileges. */
static GPtrArray *holes_of(const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(close_holes) holes = { 0 };
	SCOPED(close_rights) rights = { 0 };
	struct err err = { 0 };

	close_holes_init(&holes);
	if (db_use(session, schema, &err) < 0 ||
	    close_rights_read(session, NULL, &rights, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	close_holes_find(&rights, schema, &holes);
	return g_steal_pointer(&holes.of[CLOSE_PRIVILEGES]);
}

static void what_runs_with_rights_that_stay_is_named(void **state)
{
	const char *schema = schema_new("holes");
	const char *user = account("definer");
	g_autoptr(GPtrArray) holes = NULL;

	(void)state;
	test_server_exec("create procedure `%s`.ours() insert into t (v) values (1)", schema);
	test_server_exec("create procedure `%s`.invoker() sql security invoker "
			 "insert into t (v) values (1)",
			 schema);
	test_server_exec("create definer = '%s'@'localhost' procedure `%s`.theirs() "
			 "insert into t (v) values (1)",
			 user, schema);
	test_server_exec("create event `%s`.daily on schedule every 1 day do "
			 "insert into t (v) values (1)",
			 schema);
	test_server_exec("create event `%s`.off on schedule every 1 day disable do "
			 "insert into t (v) values (1)",
			 schema);
	holes = holes_of(schema);
	assert_int_equal(holes->len, 2);
	assert_string_equal(g_ptr_array_index(holes, 0),
			    "event daily runs with the rights of root@localhost, which stay");
	assert_string_equal(g_ptr_array_index(holes, 1),
			    "procedure ours runs with the rights of root@localhost, which stay");
	account_gone(user);
}

static void a_foreign_key_that_reaches_in_is_named(void **state)
{
	const char *parent = schema_new("parent");
	const char *child = test_server_schema("child");
	g_autoptr(GPtrArray) holes = NULL;
	g_autoptr(GPtrArray) none = holes_of(parent);

	(void)state;
	assert_int_equal(none->len, 0);
	test_server_exec("create table `%s`.c (id int, constraint reach foreign key (id) "
			 "references `%s`.t (id) on delete cascade)",
			 child, parent);
	holes = holes_of(child);
	assert_int_equal(holes->len, 1);
	assert_non_null(strstr(g_ptr_array_index(holes, 0), "table c: foreign key reach"));
	test_server_exec("drop table `%s`.c", child);
}

static void a_method_leaves_open_what_was_said_of_it(void **state)
{
	SCOPED(close_holes) holes = { 0 };

	(void)state;
	close_holes_init(&holes);
	close_holes_add(&holes, 1U << CLOSE_PRIVILEGES | 1U << CLOSE_TRIGGERS, g_strdup("one"));
	close_holes_add(&holes, 1U << CLOSE_PRIVILEGES, g_strdup("two"));
	assert_int_equal(holes.of[CLOSE_PRIVILEGES]->len, 2);
	assert_int_equal(holes.of[CLOSE_TRIGGERS]->len, 1);
	assert_int_equal(holes.of[CLOSE_SCHEMA]->len, 0);
	assert_string_equal(g_ptr_array_index(holes.of[CLOSE_TRIGGERS], 0), "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_runs_with_rights_that_stay_is_named),
		cmocka_unit_test(a_foreign_key_that_reaches_in_is_named),
		cmocka_unit_test(a_method_leaves_open_what_was_said_of_it),
	};

	return cmocka_run_group_tests_name("close_holes", tests, NULL, NULL);
}
