#include "sched_hook_kit.h"
#include "store_mode.h"

#define ALL "before-close=tells after-close=tells before-open=tells after-open=tells"

static struct sched_close with(const char *hooks)
{
	struct sched_close how = kit_hour;

	how.hooks = hooks;
	return how;
}

static void ask(struct fixture *fixture, const char *set, struct told *told)
{
	const struct sched_close how = with(set);
	struct err err = { 0 };

	must(kit_close(fixture, "t00", &how, told, &err), &err);
	for (int i = 0; i < FIXTURE_TURNS && told->times == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(told->times, 1);
}

static void each_is_run_once_and_in_its_place(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, ALL, &told);
	assert_int_equal(told.err.code, ERR_NONE);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RO);
	assert_false(kit_may_write(user, "t00"));
	hooks_expect(&hooks, "before-close t00 closing\nafter-close t00 closing\n");
	(void)kit_open(fixture, "t00", &told);
	kit_until(fixture, "t00", TENANT_RW);
	fixture_turns(fixture, 3);
	assert_true(kit_may_write(user, "t00"));
	assert_int_equal(told.times, 2);
	hooks_expect(&hooks, "before-open t00 opening\nafter-open t00 opening\n");
}

static void one_that_says_no_before_leaves_it_open(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, "before-close=refuses after-close=tells after-open=tells", &told);
	assert_int_equal(told.err.code, ERR_CONFLICT);
	assert_non_null(strstr(told.err.msg, "before-close: hook refuses said no, exit code 3: "
					     "the queue is full"));
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
	hooks_expect(&hooks, "after-open t00 opening\n"); /* and never after-close */
}

static void one_that_says_no_afterwards_opens_it_again(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, "before-close=tells after-close=refuses", &told);
	assert_int_equal(told.err.code, ERR_CONFLICT);
	assert_non_null(strstr(told.err.msg, "after-close: hook refuses said no"));
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
	hooks_expect(&hooks, "before-close t00 closing\n");
}

static void none_keeps_it_closed(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, "before-open=refuses after-open=refuses", &told);
	(void)kit_open(fixture, "t00", &told);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
}

static void one_that_vanishes_keeps_nothing_closed_either(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, "before-open=gone after-open=gone", &told);
	(void)kit_open(fixture, "t00", &told);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
	told.times = 0;
	ask(fixture, "before-close=gone", &told);
	assert_int_equal(told.err.code, ERR_INVALID);
	kit_until(fixture, "t00", TENANT_RW);
}

static void the_next_start_opens_with_the_same_hooks(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	hooks_begin(fixture, &hooks);
	ask(fixture, ALL, &told);
	hooks_expect(&hooks, "before-close t00 closing\nafter-close t00 closing\n");
	fixture_close(fixture);
	fixture_open(fixture);
	hooks_use(fixture, &hooks, NULL);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_OPENING);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
	hooks_expect(&hooks, "before-open t00 opening\nafter-open t00 opening\n");
}

/* The row says that it was begun, and nothing says how it ended. */
static void one_whose_end_is_not_known_is_told_so(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) row = { 0 };
	SCOPED(hooks) hooks = { 0 };
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	hooks_begin(fixture, &hooks);
	ask(fixture, "before-open=tells after-open=tells", &told);
	kit_tenant(fixture, "t00", &tenant);
	must(store_begin(fixture->store, &err), &err);
	must(store_mode_get(fixture->store, tenant.id, &row, &err), &err);
	row.hooks_begun = HOOK_BIT(HOOK_BEFORE_OPEN);
	must(store_mode_put(fixture->store, &row, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	fixture_close(fixture);
	fixture_open(fixture);
	hooks_use(fixture, &hooks, NULL);
	kit_until(fixture, "t00", TENANT_RW);
	hooks_expect(&hooks, "before-open t00 opening 1\nafter-open t00 opening\n");
}

static void a_hook_is_the_proof_where_nothing_is_taken(void **state)
{
	static const struct {
		const char *method;
		const char *hooks;
		const char *want;
	} proofs[] = {
		{ "hook", "before-close=a",
		  "hook a says so, exit code 0; no transaction was open" },
		{ "hook", "before-close=a after-close=b",
		  "hook b says so, exit code 0; no transaction was open" },
		{ "hook", NULL, "seen" },
		{ "privileges", "before-close=a", "seen" },
		{ "privileges", "after-close=b", "seen; hook b says so, too, exit code 0" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(proofs); i++) {
		const struct store_mode row = { .method = (char *)(uintptr_t)proofs[i].method,
						.hooks = (char *)(uintptr_t)proofs[i].hooks };
		g_autofree char *proof = sched_mode_proof(&row, "seen");

		assert_string_equal(proof, proofs[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_is_run_once_and_in_its_place),
		SCENARIO(one_that_says_no_before_leaves_it_open),
		SCENARIO(one_that_says_no_afterwards_opens_it_again),
		SCENARIO(none_keeps_it_closed),
		SCENARIO(one_that_vanishes_keeps_nothing_closed_either),
		SCENARIO(the_next_start_opens_with_the_same_hooks),
		SCENARIO(one_whose_end_is_not_known_is_told_so),
		cmocka_unit_test(a_hook_is_the_proof_where_nothing_is_taken),
	};

	return cmocka_run_group_tests_name("sched_mode_hook", tests, NULL, NULL);
}
