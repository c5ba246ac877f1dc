#include "db.h"
#include "mode_kit.h"
#include "store_mode.h"

static void a_look_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close how = kit_hour;
	SCOPED(told) told = { 0 };
	struct err err = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	how.dry_run = true;
	must(kit_close(fixture, "t00", &how, &told, &err), &err);
	for (int i = 0; i < FIXTURE_TURNS && told.times == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(told.times, 1);
	assert_string_equal(told.method, "privileges");
	assert_true(kit_may_write(user, "t00"));
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
}

static void a_hole_is_refused_unless_it_is_accepted(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close how = kit_hour;
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	test_server_exec("create procedure `%s`.p() select 1", fixture_schema("t00"));
	how.accept_holes = false;
	must(kit_close(fixture, "t00", &how, &told, &err), &err);
	for (int i = 0; i < FIXTURE_TURNS && told.times == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(told.err.code, ERR_CONFLICT);
	assert_non_null(strstr(told.err.msg, "--accept-holes"));
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	assert_true(told.holes > 0);
}

static void a_hook_alone_needs_a_hook(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close how = kit_hour;
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	how.method = "hook";
	how.accept_holes = false;
	for (int dry = 0; dry < 2; dry++) {
		how.dry_run = dry == 1;
		told.times = 0;
		must(kit_close(fixture, "t00", &how, &told, &err), &err);
		for (int i = 0; i < FIXTURE_TURNS && told.times == 0; i++) {
			fixture_turns(fixture, 1);
		}
		assert_int_equal(told.holes, 1);
		assert_int_equal(told.err.code, dry == 1 ? ERR_NONE : ERR_CONFLICT);
	}
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	how.dry_run = false;
	how.accept_holes = true;
	must(kit_close(fixture, "t00", &how, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
}

static void opened_by_an_operator(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(told) told = { 0 };
	struct err err = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	(void)kit_open(fixture, "t00", &told);
	kit_until(fixture, "t00", TENANT_RW);
	assert_int_equal(told.times, 2);
	assert_true(kit_may_write(user, "t00"));
	(void)kit_open(fixture, "t00", &told); /* it is open already */
	fixture_turns(fixture, 1);
	assert_int_equal(told.times, 3);
	assert_int_equal(told.err.code, ERR_NONE);
}

static void once_more_extends_the_lease(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close longer = kit_hour;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) before = { 0 };
	SCOPED(store_mode) after = { 0 };
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	kit_tenant(fixture, "t00", &tenant);
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	must(store_mode_get(fixture->store, tenant.id, &before, &err), &err);
	longer.ttl_ms *= 2;
	longer.maintenance = true;
	must(kit_close(fixture, "t00", &longer, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_MAINTENANCE);
	fixture_turns(fixture, 1);
	assert_int_equal(told.times, 2);
	must(store_mode_get(fixture->store, tenant.id, &after, &err), &err);
	assert_true(after.expires_at > before.expires_at + 3000000);
	assert_string_equal(after.restore, before.restore);
}

static void once_more_takes_nothing_back(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close again = kit_hour;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) before = { 0 };
	SCOPED(store_mode) after = { 0 };
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	kit_tenant(fixture, "t00", &tenant);
	again.method = "hook"; /* without one: a hole */
	must(kit_close(fixture, "t00", &again, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	fixture_turns(fixture, 1);
	must(store_mode_get(fixture->store, tenant.id, &before, &err), &err);
	again.ttl_ms = 60000;
	must(kit_close(fixture, "t00", &again, &told, &err), &err);
	fixture_turns(fixture, 1);
	assert_int_equal(told.times, 2);
	assert_int_equal(told.holes, 1);
	assert_non_null(strstr(told.why, "the lease still ends in"));
	assert_non_null(sched_mode_holes(fixture->sched, tenant.id));
	must(store_mode_get(fixture->store, tenant.id, &after, &err), &err);
	assert_int_equal(after.expires_at, before.expires_at);
	again.method = "triggers";
	assert_int_equal(kit_close(fixture, "t00", &again, &told, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "it is closed with method hook"));
}

static void who_opens_it_hears_what_has_changed(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *late = g_strdup_printf("late%d", (int)getpid());
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	test_server_exec("create user '%s'@'localhost'", late);
	test_server_exec("grant insert on `%s`.* to '%s'@'localhost'", fixture_schema("t00"), late);
	(void)kit_open(fixture, "t00", &told);
	kit_until(fixture, "t00", TENANT_RW);
	test_server_exec("drop user '%s'@'localhost'", late);
	assert_int_equal(told.times, 2);
	assert_int_equal(told.err.code, ERR_NONE);
	assert_non_null(told.why);
	assert_non_null(strstr(told.why, late));
}

/* Nothing has come back from the server: the worker is not asked. */
static void who_opens_it_is_told_that_it_lasts(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(told) told = { 0 };
	struct mode_run *run;
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	kit_tenant(fixture, "t00", &tenant);
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	fixture_turns(fixture, 1);
	run = sched_mode_find(fixture->sched, tenant.id);
	assert_non_null(run);
	run->in_flight = true;
	(void)kit_open(fixture, "t00", &told);
	fixture_turns(fixture, 1);
	assert_int_equal(told.times, 1);
	assert_in_range(sched_waiters_due(fixture->sched), 1, 30000);
	fixture->sched->open_ms = 1;
	(void)kit_open(fixture, "t00", &told);
	for (int i = 0; i < FIXTURE_TURNS && told.times == 1; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(told.times, 2);
	assert_int_equal(told.err.code, ERR_TIMEOUT);
	assert_in_range(sched_waiters_due(fixture->sched), 1, 30000); /* of the first */
	run->in_flight = false;
	kit_until(fixture, "t00", TENANT_RW);
}

static void a_failure_is_told_and_the_tenant_opened(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close how = kit_hour;
	SCOPED_PTR(db_session) busy = test_server_open();
	SCOPED(told) told = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	test_server_exec("create table `%s`.t (id int) engine=InnoDB", fixture_schema("t00"));
	must(db_execf(busy, &err, "start transaction"), &err);
	must(db_execf(busy, &err, "insert into `%s`.t values (1)", fixture_schema("t00")), &err);
	how.ends = false;
	must(kit_close(fixture, "t00", &how, &told, &err), &err);
	for (int i = 0; i < FIXTURE_TURNS && told.times == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(told.err.code, ERR_TIMEOUT);
	kit_until(fixture, "t00", TENANT_RW);
}

/* Another inventory has closed it and is gone. */
static void what_a_tenant_says_is_believed(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(told) told = { 0 };
	SCOPED(store_mode) row = { 0 };
	struct err err = { 0 };
	const char *user;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	kit_tenant(fixture, "t00", &tenant);
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	must(store_begin(fixture->store, &err), &err);
	must(store_mode_get(fixture->store, tenant.id, &row, &err), &err);
	row.mode = TENANT_RW; /* lost */
	must(store_mode_move(fixture->store, &row, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_forget(fixture->sched);
	fixture_turns(fixture, 1);
	assert_false(kit_may_write(user, "t00"));
	sched_modes_scan(fixture->sched, &server);
	kit_until(fixture, "t00", TENANT_OPENING);
	kit_until(fixture, "t00", TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_look_changes_nothing),
		SCENARIO(a_hole_is_refused_unless_it_is_accepted),
		SCENARIO(a_hook_alone_needs_a_hook),
		SCENARIO(opened_by_an_operator),
		SCENARIO(once_more_extends_the_lease),
		SCENARIO(once_more_takes_nothing_back),
		SCENARIO(who_opens_it_hears_what_has_changed),
		SCENARIO(who_opens_it_is_told_that_it_lasts),
		SCENARIO(a_failure_is_told_and_the_tenant_opened),
		SCENARIO(what_a_tenant_says_is_believed),
	};

	return cmocka_run_group_tests_name("sched_mode_ask", tests, NULL, NULL);
}
