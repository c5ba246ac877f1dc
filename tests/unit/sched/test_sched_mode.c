#include "mode_kit.h"

/* A tenant "t00" that is closed, and a user of it. */
static const char *closed_one(struct fixture *fixture)
{
	SCOPED(told) told = { 0 };
	struct err err = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	assert_int_equal(told.times, 1);
	assert_int_equal(told.err.code, ERR_NONE);
	assert_false(kit_may_write(user, "t00"));
	return user;
}

static void a_lease_that_ends_opens(void **state)
{
	struct fixture *fixture = *state;
	const char *user = closed_one(fixture);
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) row = { 0 };
	struct err err = { 0 };

	kit_tenant(fixture, "t00", &tenant);
	fixture_turns(fixture, 3);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RO);
	must(store_begin(fixture->store, &err), &err);
	must(store_mode_get(fixture->store, tenant.id, &row, &err), &err);
	row.expires_at = tick_wall_ms() - 1;
	must(store_mode_move(fixture->store, &row, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_forget(fixture->sched);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
}

static void fails_again(struct fixture *fixture, struct mode_run *run)
{
	run->failed = false;
	run->retry_at = 0;
	sched_forget(fixture->sched);
	sched_wake(fixture->sched);
	for (unsigned i = 0; i < FIXTURE_TURNS && !run->failed; i++) {
		fixture_turns(fixture, 1);
	}
	assert_true(run->failed);
}

static void nobody_stays_closed_for_long_after_the_server_is_back(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(told) told = { 0 };
	SCOPED(store_tenant) tenant = { 0 };
	struct mode_run *run;

	(void)closed_one(fixture);
	fixture_move_server(fixture, "/nonexistent/sock");
	(void)kit_open(fixture, "t00", &told);
	kit_tenant(fixture, "t00", &tenant);
	run = sched_mode_find(fixture->sched, tenant.id);
	fails_again(fixture, run);
	run->retry_ms = 3600000; /* it was away for a day */
	fails_again(fixture, run);
	assert_in_range(run->retry_ms, 1000, 10000);
	fixture_move_server(fixture, test_server_addr()->socket);
	run->retry_at = 0;
	sched_forget(fixture->sched);
	kit_until(fixture, "t00", TENANT_RW);
}

/* It was promised for an hour at the most. */
static void a_clock_that_is_set_back_keeps_nobody_closed(void **state)
{
	struct fixture *fixture = *state;
	const char *user = closed_one(fixture);
	int64_t day_ago = tick_wall_ms() - INT64_C(86400000);
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) row = { 0 };
	struct err err = { 0 };

	kit_tenant(fixture, "t00", &tenant);
	must(store_mode_get(fixture->store, tenant.id, &row, &err), &err);
	assert_int_equal(sched_mode_ends_at(fixture->sched, &row), row.expires_at);
	tick_fake(tick_ms(), day_ago);
	fixture_turns(fixture, 2);
	assert_in_range(sched_mode_ends_at(fixture->sched, &row), day_ago + 3000000,
			day_ago + kit_hour.ttl_ms);
	assert_in_range(sched_modes_due(fixture->sched), 3000000, kit_hour.ttl_ms);
	tick_fake(tick_ms() + kit_hour.ttl_ms, day_ago + kit_hour.ttl_ms);
	sched_wake(fixture->sched);
	kit_until(fixture, "t00", TENANT_RW);
	tick_fake(-1, -1);
	assert_true(kit_may_write(user, "t00"));
}

static void a_new_start_opens_what_it_finds(void **state)
{
	struct fixture *fixture = *state;
	const char *user = closed_one(fixture);

	fixture_close(fixture);
	fixture_open(fixture);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_OPENING);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
}

/* The order has not left, and the lease is over: nothing was taken, and it is open again. */
static void one_that_could_not_begin_is_opened_too(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct store_mode row = { .mode = TENANT_RW, .expires_at = 1 };
	static char method[] = "privileges";
	static char restore[] = "muster-write-mode 1\nmethod\tprivileges\n";
	static char owner[] = "anna";
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	kit_tenant(fixture, "t00", &tenant);
	row.tenant_id = tenant.id;
	row.tenant = tenant.name;
	row.method = method;
	row.restore = restore;
	row.reason = owner;
	row.owner = owner;
	must(store_begin(fixture->store, &err), &err);
	must(sched_mode_move(fixture->sched, &row, TENANT_CLOSE, &sched_self, NULL, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	kit_until(fixture, "t00", TENANT_RW);
}

static void a_pair_that_the_table_lacks_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static char name[] = "acme";
	struct store_mode row = { .mode = TENANT_RO, .tenant = name };
	struct err err = { 0 };

	assert_int_equal(
		sched_mode_move(fixture->sched, &row, TENANT_OPENED, &sched_self, NULL, &err), -1);
	assert_string_equal(err.msg, "tenant acme: the tenant is ro and cannot take \"opened\"");
}

/* Its claim would be given up, and another daemon could open what we hold closed. */
static void the_server_stays_claimed_while_a_tenant_is_closed(void **state)
{
	struct fixture *fixture = *state;
	struct link *link;

	(void)closed_one(fixture);
	link = g_hash_table_lookup(fixture->sched->links, &fixture->server_id);
	link->idle_since = tick_ms() - 1000000;
	fixture_turns(fixture, 2);
	assert_int_not_equal(link->claim_id, 0);
	assert_true(sched_modes_due(fixture->sched) > 3000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_lease_that_ends_opens),
		SCENARIO(nobody_stays_closed_for_long_after_the_server_is_back),
		SCENARIO(a_clock_that_is_set_back_keeps_nobody_closed),
		SCENARIO(a_new_start_opens_what_it_finds),
		SCENARIO(one_that_could_not_begin_is_opened_too),
		SCENARIO(a_pair_that_the_table_lacks_is_refused),
		SCENARIO(the_server_stays_claimed_while_a_tenant_is_closed),
	};

	return cmocka_run_group_tests_name("sched_mode", tests, NULL, NULL);
}
