#include "close_run.h"

#include "close_kit.h"
#include "tick.h"

static const char *user;

static struct exec_result *ordered(enum exec_kind kind, const char *schema, const char *restore)
{
	struct exec_order *order = kit_order(kind, NULL, schema);

	order->word = g_strdup(restore);
	order->close = (struct exec_close){
		.method = kind == EXEC_WRITERS ? NULL : g_strdup("privileges"),
		.reason = g_strdup("a test"),
		.owner = g_strdup("anna"),
		.expires_at = tick_wall_ms() + 60000,
		.drain_ms = 200,
	};
	return exec_run(order);
}

static void must_be_ok(const struct exec_result *result)
{
	if (!result->ok) {
		fail_msg("%s", result->err.msg);
	}
}

static char *look_for(const char *schema, const char *method)
{
	struct exec_order *order = kit_order(EXEC_WRITERS, NULL, schema);
	SCOPED_PTR(exec_result) result = NULL;

	order->close.method = g_strdup(method);
	order->close.unaltered = true;
	result = exec_run(order);
	must_be_ok(result);
	assert_int_equal(result->nr_closed, 0);
	assert_string_equal(result->method, method);
	assert_non_null(result->why);
	assert_non_null(result->proof);
	return g_strdup(result->restore);
}

static char *look(const char *schema)
{
	return look_for(schema, "privileges");
}

static int writes(const char *schema)
{
	SCOPED_PTR(db_session) session = session_of(user, schema);

	return tried(session, "insert into t (v) values (1)");
}

static const char *tenant(const char *name)
{
	const char *schema = schema_new(name);

	test_server_exec("grant select, insert on `%s`.* to '%s'@'localhost'", schema, user);
	return schema;
}

static void closed_and_opened_as_often_as_asked(void **state)
{
	const char *schema = tenant("run");
	g_autofree char *before = grants_of(user);
	g_autofree char *restore = look(schema);
	g_autofree char *after = NULL;

	(void)state;
	assert_int_equal(writes(schema), 0);
	for (int times = 0; times < 2; times++) {
		SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);

		must_be_ok(closed);
		assert_int_equal(writes(schema), 1142);
	}
	for (int times = 0; times < 2; times++) {
		SCOPED_PTR(exec_result) opened = ordered(EXEC_OPEN, schema, restore);

		must_be_ok(opened);
		assert_int_equal(g_strv_length(opened->warnings), 0);
		assert_int_equal(writes(schema), 0);
	}
	after = grants_of(user);
	assert_string_equal(before, after);
}

/* clang-format off */
static const struct {
	const char *method;
	int refused[DB_FLAVOR_NR]; /* number of the refusal; -1: the server has no such method */
	bool refuses_us;
	const char *proof;
} methods[] = {
	{ "privileges", { 0, 1142, 1142 }, false, "was tried and refused" },
	{ "triggers",   { 0, 1142, 1142 }, false, "was tried and refused" },
	{ "schema",     { 0, -1, 3989 },   true,  "muster's own account was refused" },
	{ "hook",       { 0, 0, 0 },       false, "nothing keeps the application from writing" },
};

/* clang-format on */

static int writes_ours(const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	return tried(session, "insert into t (v) values (1)");
}

/* Its objects, its rights and its READ ONLY. Owned. */
static char *state_of(const char *schema)
{
	g_autofree char *grants = grants_of(user);
	g_autofree char *objects = test_server_value(
		"select concat((select count(*) from information_schema.triggers "
		"where trigger_schema = '%s'), ' ', (select group_concat(table_name order by 1) "
		"from information_schema.tables where table_schema = '%s' "
		"and table_name not in ('muster_history', 'muster_state', 'muster_write_mode')))",
		schema, schema);

	return g_strconcat(objects, "\n", grants, NULL);
}

static void each_method_closes_and_gives_all_back(void **state)
{
	enum db_flavor flavor = test_server_flavor();
	const char *schema = tenant("methods");
	g_autofree char *before = state_of(schema);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
		int refused = methods[i].refused[flavor];
		g_autofree char *restore = refused < 0 ? NULL : look_for(schema, methods[i].method);

		for (int times = 0; refused >= 0 && times < 2; times++) {
			SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);

			must_be_ok(closed);
			assert_non_null(closed->proof);
			if (times == 0 && strstr(closed->proof, methods[i].proof) == NULL) {
				fail_msg("%s: %s", methods[i].method, closed->proof);
			}
			assert_int_equal(writes(schema), refused);
			assert_int_equal(writes_ours(schema) != 0, methods[i].refuses_us);
		}
		for (int times = 0; refused >= 0 && times < 2; times++) {
			SCOPED_PTR(exec_result) opened = ordered(EXEC_OPEN, schema, restore);
			g_autofree char *after = NULL;

			must_be_ok(opened);
			after = state_of(schema);
			assert_string_equal(before, after);
			assert_int_equal(writes(schema), 0);
		}
	}
}

static void triggers_refuse_whose_rights_stay(void **state)
{
	const char *schema = tenant("boss");
	const char *boss = account("boss");
	SCOPED_PTR(db_session) session = NULL;
	g_autofree char *restore = NULL;

	(void)state;
	test_server_exec("grant insert, select on *.* to '%s'@'localhost'", boss);
	session = session_of(boss, schema);
	restore = look_for(schema, "triggers");
	{
		SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);

		must_be_ok(closed);
		assert_int_equal(tried(session, "insert into t (v) values (1)"), 1644);
		assert_int_equal(writes_ours(schema), 0);
	}
	{
		SCOPED_PTR(exec_result) opened = ordered(EXEC_OPEN, schema, restore);

		must_be_ok(opened);
		assert_int_equal(tried(session, "insert into t (v) values (1)"), 0);
	}
	account_gone(boss);
}

static void a_closed_tenant_says_so_itself(void **state)
{
	const char *schema = tenant("says");
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	SCOPED_PTR(exec_result) looked = ordered(EXEC_WRITERS, schema, NULL);
	SCOPED_PTR(exec_result) all = ordered(EXEC_CLOSED, NULL, NULL);
	bool found = false;

	(void)state;
	must_be_ok(closed);
	must_be_ok(looked);
	must_be_ok(all);
	assert_int_equal(looked->nr_closed, 1);
	for (size_t i = 0; i < all->nr_closed; i++) {
		if (strcmp(all->closed[i].schema, schema) == 0) {
			SCOPED_PTR(exec_result)
			opened = ordered(EXEC_OPEN, schema, all->closed[i].restore);

			found = true;
			assert_string_equal(all->closed[i].owner, "anna");
			assert_string_equal(all->closed[i].reason, "a test");
			must_be_ok(opened);
		}
	}
	assert_true(found);
	assert_int_equal(writes(schema), 0);
}

static void somebody_elses_plan_is_not_overwritten(void **state)
{
	const char *schema = tenant("other");
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	SCOPED_PTR(exec_result)
	again = ordered(EXEC_CLOSE, schema, "muster-write-mode 1\nmethod\tprivileges\n");
	SCOPED_PTR(exec_result) opened = ordered(EXEC_OPEN, schema, restore);

	(void)state;
	must_be_ok(closed);
	assert_false(again->ok);
	assert_int_equal(again->err.code, ERR_CONFLICT);
	must_be_ok(opened);
	assert_int_equal(writes(schema), 0);
}

static void what_fails_leaves_all_to_the_one_who_opens(void **state)
{
	const char *schema = tenant("fails");
	g_autofree char *before = grants_of(user);
	g_autofree char *restore = look(schema);
	SCOPED_PTR(db_session) busy = session_of(user, schema);
	g_autofree char *after = NULL;

	(void)state;
	assert_int_equal(tried(busy, "start transaction"), 0);
	assert_int_equal(tried(busy, "insert into t (v) values (1)"), 0);
	{
		SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
		SCOPED_PTR(exec_result) opened = NULL;

		assert_false(closed->ok);
		assert_int_equal(closed->err.code, ERR_TIMEOUT);
		assert_int_equal(tried(busy, "commit"), 0);
		opened = ordered(EXEC_OPEN, schema, restore);
		must_be_ok(opened);
	}
	after = grants_of(user);
	assert_string_equal(before, after);
	assert_int_equal(writes(schema), 0);
}

static void rights_come_back_also_when_the_database_is_gone(void **state)
{
	const char *schema = tenant("dropped");
	g_autofree char *before = grants_of(user);
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	SCOPED_PTR(exec_result) opened = NULL;
	g_autofree char *after = NULL;

	(void)state;
	must_be_ok(closed);
	test_server_exec("drop database `%s`", schema);
	opened = ordered(EXEC_OPEN, schema, restore);
	must_be_ok(opened);
	after = grants_of(user);
	assert_string_equal(before, after);
	test_server_exec("create database `%s`", schema);
}

static void a_change_meanwhile_is_told(void **state)
{
	const char *schema = tenant("changed");
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	SCOPED_PTR(exec_result) opened = NULL;

	(void)state;
	must_be_ok(closed);
	test_server_exec("grant execute on `%s`.* to '%s'@'localhost'", schema, user);
	opened = ordered(EXEC_OPEN, schema, restore);
	must_be_ok(opened);
	assert_int_equal(g_strv_length(opened->warnings), 1);
	assert_non_null(strstr(opened->warnings[0], "are not what they were"));
}

static void rights_given_meanwhile_are_told(void **state)
{
	const char *schema = tenant("late");
	const char *late = account("late");
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	SCOPED_PTR(exec_result) opened = NULL;
	g_autofree char *want =
		g_strdup_printf("rights were given while it was closed: %s@localhost", late);

	(void)state;
	must_be_ok(closed);
	test_server_exec("grant insert on `%s`.* to '%s'@'localhost'", schema, late);
	test_server_exec("grant update on `%s`.t to '%s'@'localhost'", schema, late);
	opened = ordered(EXEC_OPEN, schema, restore);
	must_be_ok(opened);
	assert_int_equal(g_strv_length(opened->warnings), 1);
	assert_non_null(strstr(opened->warnings[0], want));
	account_gone(late);
}

/* Two tenants of one account: what is taken for one is no change to the other. */
static void an_account_of_two_is_not_changed(void **state)
{
	const char *schema = tenant("two_a");
	const char *other = tenant("two_b");
	g_autofree char *restore = look(schema);
	SCOPED_PTR(exec_result) closed = ordered(EXEC_CLOSE, schema, restore);
	g_autofree char *restore_other = look(other);
	SCOPED_PTR(exec_result) closed_other = ordered(EXEC_CLOSE, other, restore_other);
	SCOPED_PTR(exec_result) opened = ordered(EXEC_OPEN, schema, restore);
	SCOPED_PTR(exec_result) opened_other = ordered(EXEC_OPEN, other, restore_other);

	(void)state;
	must_be_ok(closed);
	must_be_ok(closed_other);
	must_be_ok(opened);
	must_be_ok(opened_other);
	assert_int_equal(g_strv_length(opened->warnings), 0);
	assert_int_equal(g_strv_length(opened_other->warnings), 0);
	assert_int_equal(writes(schema), 0);
	assert_int_equal(writes(other), 0);
}

static void an_unknown_method_is_refused(void **state)
{
	const char *schema = tenant("method");
	struct exec_order *order = kit_order(EXEC_WRITERS, NULL, schema);
	struct exec_result *result;

	(void)state;
	order->close.method = g_strdup("magic");
	result = exec_run(order);
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_INVALID);
	exec_result_free(result);
}

static int setup(void **state)
{
	user = account_of_group("runner", state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_and_opened_as_often_as_asked),
		cmocka_unit_test(each_method_closes_and_gives_all_back),
		cmocka_unit_test(triggers_refuse_whose_rights_stay),
		cmocka_unit_test(a_closed_tenant_says_so_itself),
		cmocka_unit_test(somebody_elses_plan_is_not_overwritten),
		cmocka_unit_test(what_fails_leaves_all_to_the_one_who_opens),
		cmocka_unit_test(rights_come_back_also_when_the_database_is_gone),
		cmocka_unit_test(a_change_meanwhile_is_told),
		cmocka_unit_test(rights_given_meanwhile_are_told),
		cmocka_unit_test(an_account_of_two_is_not_changed),
		cmocka_unit_test(an_unknown_method_is_refused),
	};

	return cmocka_run_group_tests_name("close_run", tests, setup, account_of_group_gone);
}
