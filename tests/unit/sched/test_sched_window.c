#include "db_guard.h"
#include "sched_fixture.h"
#include "store_window.h"

#define HOUR   INT64_C(3600000)
#define SUNDAY INT64_C(1795312800000) /* 2026-11-22T02:00:00Z, a Sunday */
#define WINDOW "Sun 02:00-05:00 UTC"

/* The wall clock stands still; the other goes on, as servers are asked by it. */
static void clock_at(int64_t wall_ms)
{
	tick_fake(g_get_monotonic_time() / 1000, wall_ms);
}

static int clock_teardown(void **state)
{
	tick_fake(-1, -1);
	return fixture_teardown(state);
}

static void set_tenant(struct fixture *fixture, const char *name, const char *window, int64_t until,
		       const char *label)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	store_text_set(&tenant.window, window);
	tenant.freeze_until = until;
	store_text_set(&tenant.freeze_reason, until > 0 ? "sold" : NULL);
	if (label != NULL) {
		store_labels_put(&tenant.labels, "region", label);
	}
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_window_changed(fixture->sched, SCHED_SCOPE_TENANT, tenant.id);
}

static void set_label(struct fixture *fixture, const char *label, const char *window)
{
	SCOPED(store_window) row = { .name = g_strdup(label), .window = g_strdup(window) };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_label_window_put(fixture->store, &row, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_window_changed(fixture->sched, SCHED_SCOPE_ALL, 0);
}

static void set_server(struct fixture *fixture, const char *window)
{
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	store_text_set(&server.window, window);
	must(store_server_put(fixture->store, &server, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_window_changed(fixture->sched, SCHED_SCOPE_SERVER, fixture->server_id);
}

/* Until so many tenants are in the state; fails when they do not come there. */
static void until_count(struct fixture *fixture, int64_t id, enum task_state state, int64_t nr)
{
	for (unsigned i = 0; i < FIXTURE_TURNS; i++) {
		if (fixture_count(fixture, id, state) == nr) {
			return;
		}
		fixture_turns(fixture, 1);
	}
	fail_msg("%lld tasks are %s, not %lld", (long long)fixture_count(fixture, id, state),
		 task_state_names[state], (long long)nr);
}

static int64_t start(struct fixture *fixture, const char *window)
{
	const struct sched_start asked = { .release = "rel", .budget = "0", .window = window };

	return fixture_start(fixture, &asked);
}

/* t00 has a window that is closed: the others of its wave and server go on. */
static void waits_for_its_window_and_nobody_waits_for_it(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_DONE, 3);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_WAITING);
	assert_int_equal(task.window_at, SUNDAY);
	assert_string_equal(task.reason,
			    "waits for its window: opens Sun 2026-11-22 02:00 UTC, " WINDOW);
	assert_int_equal(fixture_count(fixture, id, TASK_FAILED), 0);
	assert_int_equal(sched_turn(fixture->sched) <= HOUR, 1);
	clock_at(SUNDAY);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.window_at, 0);
}

/* No polling: with nothing else to do the next turn is due exactly at the opening. */
static void the_next_turn_is_due_at_the_opening(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	clock_at(SUNDAY - 10000);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	fixture_turns(fixture, 3);
	assert_int_equal(sched_turn(fixture->sched), 10000);
	clock_at(SUNDAY - 1);
	fixture_turns(fixture, 3);
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 1);
	assert_int_equal(sched_turn(fixture->sched), 1);
	clock_at(SUNDAY);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void the_windows_of_server_and_label_count_too(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	SCOPED(store_task) other = { 0 };
	int64_t id;

	clock_at(SUNDAY);
	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", NULL, 0, "au");
	set_label(fixture, "region=au", "Sun 04:00-05:00 UTC");
	set_server(fixture, "Sun 03:00-05:00 UTC");
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 2);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.window_at, SUNDAY + 2 * HOUR);
	assert_string_equal(task.reason, "waits for the windows of server db1 and label region=au: "
					 "opens Sun 2026-11-22 04:00 UTC, Sun 03:00-05:00 UTC and "
					 "Sun 04:00-05:00 UTC");
	fixture_task(fixture, id, "t01", &other);
	assert_int_equal(other.window_at, SUNDAY + HOUR);
	clock_at(SUNDAY + HOUR);
	until_count(fixture, id, TASK_DONE, 1);
	clock_at(SUNDAY + 2 * HOUR);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

/* Three hours are left in the first opening, and tasks of this size took four hours. */
static void a_task_starts_only_if_it_fits(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	struct run *run = NULL;
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", "Sun 02:00-05:00; Mon 02:00-10:00 UTC", 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.window_at, SUNDAY);
	must(sched_run_get(fixture->sched, id, &run, &err), &err);
	expect_add(&run->expect, 1000, 4 * HOUR);
	clock_at(SUNDAY);
	fixture_turns(fixture, 2);
	store_task_release(&task);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.window_at, SUNDAY + 24 * HOUR);
	assert_non_null(strstr(task.reason, "about 6 h are needed and 3 h are left; opens Mon "
					    "2026-11-23 02:00 UTC"));
	clock_at(SUNDAY + 24 * HOUR);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

/* Parked in the middle, it says how far it came. */
static void one_that_was_begun_waits_too(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	fixture_task(fixture, id, "t00", &task);
	task.statement = 2;
	task.statements = 5;
	must(store_begin(fixture->store, &err), &err);
	must(store_task_put(fixture->store, &task, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_clock_changed(fixture->sched);
	fixture_turns(fixture, 2);
	store_task_release(&task);
	fixture_task(fixture, id, "t00", &task);
	assert_string_equal(task.reason, "begun, 2 of 5 statements done; waits for its window: "
					 "opens Sun 2026-11-22 02:00 UTC, " WINDOW);
}

/* More windows than a tenant can have: closed, not forgotten. */
static void too_many_windows_are_none_that_opens(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	clock_at(SUNDAY);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, "t00", &tenant, &err), &err);
	for (int i = 0; i < 70; i++) {
		g_autofree char *key = g_strdup_printf("k%d", i);

		store_labels_put(&tenant.labels, key, "v");
	}
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	for (int i = 0; i < 70; i++) {
		g_autofree char *label = g_strdup_printf("k%d=v", i);

		set_label(fixture, label, WINDOW);
	}
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	fixture_task(fixture, id, "t00", &task);
	assert_string_equal(task.reason, "its window cannot be read: more than 60 labels have one");
}

static void what_it_waits_for_may_change(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	set_tenant(fixture, "t01", NULL, SUNDAY + 100 * HOUR, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 2);
	set_tenant(fixture, "t00", NULL, 0, NULL);
	until_count(fixture, id, TASK_DONE, 1);
	set_tenant(fixture, "t01", NULL, 0, NULL);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

/* A window that was closed opens when the clock is set forward: no timer would tell. */
static void a_clock_that_is_set_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	clock_at(SUNDAY + 4 * HOUR);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	clock_at(SUNDAY - HOUR); /* back: there is an earlier opening now */
	sched_clock_changed(fixture->sched);
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 1);
	fixture_turns(fixture, 2);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.window_at, SUNDAY);
	clock_at(SUNDAY);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

/* What pauses for some seconds does not pause for a day. */
static void a_clock_that_is_set_back_prolongs_no_wait(void **state)
{
	struct fixture *fixture = *state;
	struct db_session *session = test_server_open();
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	must(db_lock(session, fixture_schema("t00"), 1, &err), &err);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	db_session_free(session);
	clock_at(tick_wall_ms() - 24 * HOUR);
	fixture_turns(fixture, 2);
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 1);
	sched_clock_changed(fixture->sched);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.attempt, 2);
}

static void a_rollout_may_ignore_windows_but_no_freeze(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	set_tenant(fixture, "t01", WINDOW, SUNDAY + 100 * HOUR, NULL);
	id = start(fixture, "ignore");
	until_count(fixture, id, TASK_DONE, 1);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_WAITING);
	assert_string_equal(task.reason, "frozen until Thu 2026-11-26 06:00 UTC: sold");
}

static void window_is_respect_or_ignore(void **state)
{
	const struct sched_start asked = { .release = "rel", .window = "maybe" };
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int64_t id = 0;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	assert_int_equal(fixture_try_start(fixture, &asked, &id, &err), -1);
	assert_string_equal(err.msg, "window: \"maybe\" is neither \"respect\" nor \"ignore\"");
}

static void waiting_can_be_paused_set_skipped_and_aborted(void **state)
{
	const struct sched_verb pause = { .event = ROLLOUT_PAUSE };
	const struct sched_verb resume = { .event = ROLLOUT_RESUME };
	const struct sched_verb abort_it = { .event = ROLLOUT_ABORT };
	struct fixture *fixture = *state;
	SCOPED(store_rollout) row = { 0 };
	SCOPED(store_task) skipped = { 0 };
	g_autofree char *word = NULL;
	struct err err = { 0 };
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	set_server(fixture, WINDOW);
	id = start(fixture, NULL);
	word = g_strdup_printf("r%lld", (long long)id);
	until_count(fixture, id, TASK_WAITING, 3);
	must(fixture_verb(fixture, id, &pause, &err), &err);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	clock_at(SUNDAY); /* opens while it is paused: nothing starts */
	fixture_turns(fixture, 5);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 0);
	clock_at(SUNDAY + 4 * HOUR); /* and has closed again when it is resumed */
	must(fixture_verb(fixture, id, &resume, &err), &err);
	until_count(fixture, id, TASK_WAITING, 3);
	must(store_begin(fixture->store, &err), &err);
	must(sched_task_skip(fixture->sched, word, "t01", &fixture_actor, &skipped, &err), &err);
	must(sched_rollout_set(fixture->sched, word, "running", "1", &fixture_actor, &row, &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
	assert_int_equal(skipped.state, TASK_SKIPPED);
	until_count(fixture, id, TASK_WAITING, 2);
	must(fixture_verb(fixture, id, &abort_it, &err), &err);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	assert_int_equal(fixture_count(fixture, id, TASK_CANCELLED), 2);
}

static void a_restart_keeps_it_waiting(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, 0, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	fixture_close(fixture);
	fixture_open(fixture);
	fixture_turns(fixture, 3);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_WAITING);
	assert_int_equal(task.window_at, SUNDAY);
	clock_at(SUNDAY);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

/* Outside of its window nothing asks the server for the claim that writing there needs. */
static void nothing_is_claimed_while_all_waits(void **state)
{
	struct fixture *fixture = *state;
	struct link *link;
	int64_t id;

	clock_at(SUNDAY - HOUR);
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	set_tenant(fixture, "t00", WINDOW, SUNDAY + HOUR, NULL);
	id = start(fixture, NULL);
	until_count(fixture, id, TASK_WAITING, 1);
	link = g_hash_table_lookup(fixture->sched->links, &fixture->server_id);
	link_drop_claim(link);
	link->claim_wanted = false;
	clock_at(SUNDAY); /* the window opens, the freeze lasts */
	fixture_turns(fixture, 3);
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 1);
	assert_false(link->claim_wanted);
	assert_int_equal(link->claim_id, 0);
}

/* SETUP: a case with its own clock. */
#define TIMED(test) cmocka_unit_test_setup_teardown(test, fixture_setup, clock_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMED(waits_for_its_window_and_nobody_waits_for_it),
		TIMED(the_next_turn_is_due_at_the_opening),
		TIMED(the_windows_of_server_and_label_count_too),
		TIMED(a_task_starts_only_if_it_fits),
		TIMED(one_that_was_begun_waits_too),
		TIMED(too_many_windows_are_none_that_opens),
		TIMED(what_it_waits_for_may_change),
		TIMED(a_clock_that_is_set_is_noticed),
		TIMED(a_clock_that_is_set_back_prolongs_no_wait),
		TIMED(a_rollout_may_ignore_windows_but_no_freeze),
		TIMED(window_is_respect_or_ignore),
		TIMED(waiting_can_be_paused_set_skipped_and_aborted),
		TIMED(a_restart_keeps_it_waiting),
		TIMED(nothing_is_claimed_while_all_waits),
	};

	return cmocka_run_group_tests_name("sched_window", tests, NULL, NULL);
}
