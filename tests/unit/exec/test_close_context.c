#include "close_context.h"

#include "close_kit.h"

static const char *user;
static const char *role;

static const char *role_host(void)
{
	return test_server_flavor() == DB_MARIADB ? "" : "%";
}

static void we_are_who_the_server_says(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(close_context) context = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(close_context_read(session, &context, &err), 0);
	assert_string_equal(context.user, "root");
	assert_true(close_context_is_ours(&context, "root", "localhost"));
	assert_false(close_context_is_ours(&context, "root", "elsewhere"));
	assert_true(close_context_is_keeper(&context, "root@localhost"));
	assert_false(close_context_is_keeper(&context, "anna@%"));
	close_context_keeps(&context, "anna", "%");
	assert_true(close_context_is_keeper(&context, "anna@%"));
}

/* Roles may be given to roles. */
static void members_of_a_role_are_found_through_others(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func(g_free);
	SCOPED(close_context) context = { 0 };
	struct err err = { 0 };
	bool found = false;

	(void)state;
	assert_int_equal(close_context_read(session, &context, &err), 0);
	close_context_members(&context, role, role_host(), users);
	for (guint i = 0; i < users->len; i++) {
		found = found || strcmp(g_ptr_array_index(users, i), user) == 0;
	}
	assert_true(found);
	g_ptr_array_set_size(users, 0);
	close_context_members(&context, "nobody", "%", users);
	assert_int_equal(users->len, 1);
}

static void mysql_adds_up_what_roles_give(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(close_context) context = { 0 };
	bool is_mysql = test_server_flavor() == DB_MYSQL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(close_context_read(session, &context, &err), 0);
	assert_int_equal(close_context_adds_up(&context, user, "localhost"), is_mysql);
	assert_int_equal(close_context_adds_up(&context, role, role_host()), is_mysql);
	assert_false(close_context_adds_up(&context, "nobody", "%"));
}

static void who_keeps_rights_of_one_database_is_forgotten_for_the_next(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(close_context) context = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(close_context_read(session, &context, &err), 0);
	close_context_keeps(&context, "anna", "%");
	close_context_forget(&context);
	assert_false(close_context_is_keeper(&context, "anna@%"));
	assert_true(close_context_is_keeper(&context, "root@localhost"));
}

static int setup(void **state)
{
	g_autofree char *inner = g_strdup_printf("inner_%d", (int)getpid());
	g_autofree char *outer = g_strdup_printf("outer_%d", (int)getpid());
	g_autofree char *who = NULL;

	(void)state;
	user = account("member");
	role = g_intern_string(inner);
	test_server_exec("create role %s", inner);
	test_server_exec("create role %s", outer);
	who = g_strdup_printf("'%s'@'localhost'", user);
	test_server_exec("grant %s to %s", inner, outer);
	test_server_exec("grant %s to %s", outer, who);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_server_exec("drop role inner_%d", (int)getpid());
	test_server_exec("drop role outer_%d", (int)getpid());
	account_gone(user);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(we_are_who_the_server_says),
		cmocka_unit_test(members_of_a_role_are_found_through_others),
		cmocka_unit_test(mysql_adds_up_what_roles_give),
		cmocka_unit_test(who_keeps_rights_of_one_database_is_forgotten_for_the_next),
	};

	return cmocka_run_group_tests_name("close_context", tests, setup, teardown);
}
