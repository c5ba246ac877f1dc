#include "mode_kit.h"
#include "sched_close.h"
#include "throttle_fixture.h"

/* What ran, as the tenant saw it: who could write then. Lint would refuse it as it is. */
#define WATCHED                                                                        \
	"set @watch = 'create table seen as select count(*) as writers from mysql.db " \
	"where User like ''w%'' and Insert_priv = ''Y'' and database() like Db';"      \
	"prepare watch from @watch; execute watch;"

static const struct sched_start readonly = {
	.release = "rel",
	.readonly = true,
	.accept_holes = true,
	.drain_ms = 200,
};

static char *seen_by(const char *tenant)
{
	return test_server_value("select writers from `%s`.seen", fixture_schema(tenant));
}

static int64_t closed_ms(struct fixture *fixture, int64_t id, const char *tenant)
{
	SCOPED(store_task) task = { 0 };

	fixture_task(fixture, id, tenant, &task);
	return task.closed_ms;
}

static void expect_task(struct fixture *fixture, int64_t id, const char *tenant,
			enum task_state state, const char *reason)
{
	SCOPED(store_task) task = { 0 };

	fixture_task(fixture, id, tenant, &task);
	assert_string_equal(task_state_names[task.state], task_state_names[state]);
	if (strstr(task.reason, reason) == NULL) {
		fail_msg("not in the reason: %s; but: %s", reason, task.reason);
	}
}

static void the_tenant_is_closed_while_its_task_runs(void **state)
{
	struct fixture *fixture = *state;
	struct store_closed closed = { 0 };
	g_autofree char *seen = NULL;
	struct err err = { 0 };
	const char *user;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	user = kit_user("t00");
	fixture_add_release(fixture, WATCHED);
	id = fixture_start(fixture, &readonly);
	fixture_until(fixture, id, ROLLOUT_DONE);
	seen = seen_by("t00");
	assert_string_equal(seen, "0");
	assert_true(kit_may_write(user, "t00"));
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW); /* not done before */
	assert_true(closed_ms(fixture, id, "t00") > 0);
	must(store_task_closed_times(fixture->store, id, &closed, &err), &err);
	assert_int_equal(closed.nr, 3);
	assert_true(closed.min_ms <= closed.median_ms && closed.median_ms <= closed.p95_ms &&
		    closed.p95_ms <= closed.max_ms);
}

static void others_stay_open(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start open = { .release = "rel" };
	g_autofree char *seen = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	(void)kit_user("t00");
	fixture_add_release(fixture, WATCHED);
	id = fixture_start(fixture, &open);
	fixture_until(fixture, id, ROLLOUT_DONE);
	seen = seen_by("t00");
	assert_string_equal(seen, "1");
	assert_int_equal(closed_ms(fixture, id, "t00"), 0);
}

static void a_file_asks_for_it(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .accept_holes = true };
	g_autofree char *seen = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	(void)kit_user("t00");
	fixture_add_release(fixture, "-- muster: readonly=on\n" WATCHED);
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	seen = seen_by("t00");
	assert_string_equal(seen, "0");
	assert_true(closed_ms(fixture, id, "t00") > 0);
}

#define ASKING "-- muster: readonly=on\n"

/* Files 0, 1, … of these texts; NULL: no such file. */
static void add_files(struct fixture *fixture, const char *name, const char *const texts[3])
{
	static const char *const files[3] = { "0000_a.sql", "0001_b.sql", "0002_c.sql" };
	SCOPED(release_files) all = { 0 };
	SCOPED(store_release) release = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < 3; i++) {
		if (texts[i] != NULL) {
			release_files_add(&all, files[i], texts[i], strlen(texts[i]));
		}
	}
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, name, NULL, &all, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void a_file_that_comes_in_front_of_applied_ones_asks_for_it(void **state)
{
	static const char *const first[3] = { NULL, "create table a (b int);" };
	static const char *const late[3] = { ASKING WATCHED, "create table a (b int);" };
	const struct sched_start start = { .release = "first" };
	const struct sched_start again = { .release = "late", .accept_holes = true };
	struct fixture *fixture = *state;
	g_autofree char *seen = NULL;

	fixture_add_tenants(fixture, 1);
	(void)kit_user("t00");
	add_files(fixture, "first", first);
	fixture_until(fixture, fixture_start(fixture, &start), ROLLOUT_DONE);
	add_files(fixture, "late", late);
	fixture_until(fixture, fixture_start(fixture, &again), ROLLOUT_DONE);
	seen = seen_by("t00");
	assert_string_equal(seen, "0");
}

/* Its history is not what was seen: a worker finds it out, and has done nothing. */
static void what_turns_out_to_ask_for_it_comes_back_and_is_closed(void **state)
{
	static const char *const first[3] = { ASKING "create table a (b int);",
					      "create table b (b int);" };
	static const char *const more[3] = { ASKING "create table a (b int);",
					     "create table b (b int);", "create table c (b int);" };
	const struct sched_start start = { .release = "first", .accept_holes = true };
	const struct sched_start again = { .release = "more", .accept_holes = true };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	add_files(fixture, "first", first);
	fixture_until(fixture, fixture_start(fixture, &start), ROLLOUT_DONE);
	add_files(fixture, "more", more);
	id = fixture_start(fixture, &again);
	fixture->sched->policy.running = 0; /* it is looked at, and not begun */
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	test_server_exec("delete from `%s`.muster_history where version = '0000'",
			 fixture_schema("t00"));
	test_server_exec("drop table `%s`.a", fixture_schema("t00"));
	fixture->sched->policy.running = 8;
	sched_wake(fixture->sched);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.attempt, 1);
	assert_true(task.closed_ms > 0);
}

static void what_fails_opens_it(void **state)
{
	struct fixture *fixture = *state;
	const char *user;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	user = kit_user("t00");
	fixture_add_release(fixture, "alter table nowhere add a int;");
	id = fixture_start(fixture, &readonly);
	kit_until(fixture, "t00", TENANT_RW);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	assert_true(kit_may_write(user, "t00"));
}

static void a_hole_refuses_the_task(void **state)
{
	struct fixture *fixture = *state;
	struct sched_start start = readonly;
	g_autofree char *boss = g_strdup_printf("boss%d", (int)getpid());
	int64_t id;

	fixture_add_tenants(fixture, 1);
	test_server_exec("create user '%s'@'localhost'", boss);
	test_server_exec("grant insert on *.* to '%s'@'localhost'", boss);
	fixture_add_release(fixture, "create table a (b int);");
	start.accept_holes = false;
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	test_server_exec("drop user '%s'@'localhost'", boss);
	expect_task(fixture, id, "t00", TASK_FAILED,
		    "it could not be closed for writes: writes would still get through");
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
}

/* It was closed before, by somebody who wants it to stay so. */
static void what_somebody_else_closed_stays_closed(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(told) told = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	must(kit_close(fixture, "t00", &kit_hour, &told, &err), &err);
	kit_until(fixture, "t00", TENANT_RO);
	fixture_add_release(fixture, "create table a (b int);");
	id = fixture_start(fixture, &readonly);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_turns(fixture, 3);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RO);
	assert_int_equal(closed_ms(fixture, id, "t00"), 0);
}

/* Turn by turn until it is closed, and not further. */
static int64_t closing(struct fixture *fixture, const struct sched_start *start)
{
	int64_t id;

	fixture_add_tenants(fixture, 1);
	(void)kit_user("t00");
	fixture_add_release(fixture, "create table a (b int);");
	id = fixture_start(fixture, start);
	kit_until(fixture, "t00", TENANT_CLOSING);
	return id;
}

static void verb(struct fixture *fixture, int64_t id, enum rollout_event event)
{
	const struct sched_verb what = { .event = event };
	g_autofree char *word = g_strdup_printf("r%lld", (long long)id);
	SCOPED(store_rollout) out = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_rollout_verb(fixture->sched, word, &what, &fixture_actor, &out, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_wake(fixture->sched);
}

static void its_reason_says_so_when_it_works(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = closing(fixture, &readonly);
	SCOPED(store_task) task = { 0 };

	fixture_task(fixture, id, "t00", &task);
	assert_string_equal(task.reason, "its tenant is being closed for writes");
	for (unsigned i = 0; i < FIXTURE_TURNS; i++) {
		if (sched_close_works(fixture->sched, task.tenant_id)) {
			break;
		}
		fixture_turns(fixture, 1);
	}
	expect_task(fixture, id, "t00", TASK_RUNNING,
		    "its tenant is closed for writes, and it works");
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void a_pause_opens_it_and_rests_when_it_is_open(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = closing(fixture, &readonly);

	verb(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	expect_task(fixture, id, "t00", TASK_PENDING, "parked");
	verb(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
}

static void an_abort_opens_it(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = closing(fixture, &readonly);

	verb(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	assert_int_equal(fixture_count(fixture, id, TASK_CANCELLED), 1);
}

static void a_new_start_opens_it_and_goes_on(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = closing(fixture, &readonly);

	fixture_close(fixture);
	fixture_open(fixture);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_OPENING);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	assert_true(closed_ms(fixture, id, "t00") > 0);
}

static void who_is_expected_to_take_too_long_is_put_aside(void **state)
{
	struct fixture *fixture = *state;
	struct sched_start start = readonly;
	struct err err = { 0 };
	struct run *run = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (b int);");
	start.max_closed_ms = 60000;
	start.running = 1;
	start.waves = "1,rest";
	start.gate = "human";
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	must(sched_run_get(fixture->sched, id, &run, &err), &err);
	expect_add(&run->expect, 1001, 600000);
	verb(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
}

static void more_is_allowed_while_it_runs(void **state)
{
	struct fixture *fixture = *state;
	struct sched_start start = readonly;
	SCOPED(store_rollout) out = { 0 };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	struct run *run = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (b int);");
	start.max_closed_ms = 1000;
	start.waves = "1,rest";
	start.gate = "human";
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	must(store_begin(fixture->store, &err), &err);
	must(sched_run_get(fixture->sched, id, &run, &err), &err);
	fixture_task(fixture, id, "t00", &task);
	if (task.state == TASK_DONE) {
		fixture_task(fixture, id, "t01", &task);
	}
	must(sched_task_move(fixture->sched, run, &task, TASK_HOLD, &sched_self, "too long", &err),
	     &err);
	must(sched_rollout_set(fixture->sched, "r1", "max_closed", "10m", &fixture_actor, &out,
			       &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
	assert_int_equal(out.max_closed_ms, 600000);
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 0);
	verb(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
}

/* Its tenant is being closed, and an order is as if it worked: it never ends. */
static struct running *working(struct fixture *fixture, const struct sched_start *start,
			       int64_t *id)
{
	GHashTableIter iter;
	void *running = NULL;

	*id = closing(fixture, start);
	g_hash_table_iter_init(&iter, fixture->sched->running);
	assert_true(g_hash_table_iter_next(&iter, NULL, &running));
	((struct running *)running)->close = CLOSE_WORKS;
	((struct running *)running)->closed_at = tick_ms();
	return running;
}

/* As if nothing had worked there, and its tenant were still to be closed. */
static void put_back(struct fixture *fixture, struct running *running)
{
	running->close = CLOSE_ASKED;
	atomic_store(&running->live.stop, 1);
	kit_until(fixture, "t00", TENANT_RW);
}

static void turn(struct fixture *fixture)
{
	sched_wake(fixture->sched);
	(void)sched_turn(fixture->sched);
}

static void hold(struct fixture *fixture)
{
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db1", 60000, &fixture_actor, &order_err));
	assert_true(sched_guard_pauses(fixture->sched, fixture->server_id));
}

static bool is_told_to(const struct running *running)
{
	return atomic_load(&running->live.stop) != 0 || atomic_load(&running->live.wait) != 0 ||
	       atomic_load(&running->live.share) != 0;
}

static int try_open(struct fixture *fixture, const char *name, struct told *told, struct err *err)
{
	SCOPED(store_tenant) tenant = { 0 };

	kit_tenant(fixture, name, &tenant);
	return sched_mode_open(fixture->sched, &tenant, &fixture_actor, told_take, told, err);
}

static void nobody_opens_it_or_takes_it_over(void **state)
{
	struct fixture *fixture = *state;
	struct sched_close again = kit_hour;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_mode) row = { 0 };
	SCOPED(told) told = { 0 };
	struct err err = { 0 };
	struct running *running;
	int64_t id;

	running = working(fixture, &readonly, &id);
	assert_int_equal(try_open(fixture, "t00", &told, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "task r1/t00 needs it closed"));
	assert_non_null(strstr(err.msg, "muster rollout abort r1"));
	kit_until(fixture, "t00", TENANT_RO);
	again.ttl_ms = 1000;
	assert_int_equal(kit_close(fixture, "t00", &again, &told, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	kit_tenant(fixture, "t00", &tenant);
	must(store_mode_get(fixture->store, tenant.id, &row, &err), &err);
	assert_string_equal(row.owner, "r1");
	assert_int_equal(told.times, 0);
	running->ended = true;
	assert_int_equal(sched_close_needs(fixture->sched, &row, &err), 0);
	running->ended = false;
	put_back(fixture, running);
}

static void a_throttle_is_kept_off_it_for_ten_seconds(void **state)
{
	struct fixture *fixture = *state;
	struct running *running;
	int64_t id;

	running = working(fixture, &readonly, &id);
	hold(fixture);
	assert_false(is_told_to(running));
	expect_task(fixture, id, "t00", TASK_RUNNING, "goes on although its server is throttled");
	assert_in_range(sched_closes_due(fixture->sched), 1, 10000);
	running->spared_since -= 9000;
	turn(fixture);
	assert_false(is_told_to(running));
	running->spared_since -= 1000;
	turn(fixture);
	assert_int_equal(atomic_load(&running->live.stop), 1);
	assert_true(running->spent);
	put_back(fixture, running); /* which the throttle does not keep */
}

static void who_is_not_closed_yet_stays_open_under_a_throttle(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	(void)kit_user("t00");
	fixture_add_release(fixture, "create table a (b int);");
	id = fixture_start(fixture, &readonly);
	while (fixture_count(fixture, id, TASK_RUNNING) == 0) {
		turn(fixture);
	}
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	hold(fixture);
	fixture_turns(fixture, 30);
	assert_int_equal(kit_mode(fixture, "t00"), TENANT_RW);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_PENDING);
	assert_int_equal(task.attempt, 0);
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void it_begins_anew_when_the_throttle_has_let_it(void **state)
{
	struct fixture *fixture = *state;
	struct running *running;
	int64_t id;

	running = working(fixture, &readonly, &id);
	hold(fixture);
	running->spared_since -= 9999;
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	expect_task(fixture, id, "t00", TASK_RUNNING, "its server allows it again");
	assert_int_equal(running->spared_since, 0);
	hold(fixture);
	assert_false(is_told_to(running));
	put_back(fixture, running);
}

static void with_max_closed_for_as_long_as_that_says(void **state)
{
	struct fixture *fixture = *state;
	struct sched_start start = readonly;
	struct running *running;
	int64_t id;

	start.max_closed_ms = 60000;
	running = working(fixture, &start, &id);
	hold(fixture);
	running->spared_since -= 30000;
	turn(fixture);
	assert_false(is_told_to(running));
	running->closed_at -= 60000;
	turn(fixture);
	assert_int_equal(atomic_load(&running->live.stop), 1);
	assert_true(running->overdue && !running->spent);
	put_back(fixture, running);
}

static void a_critical_load_pauses_its_rollout_and_lets_it_end(void **state)
{
	struct fixture *fixture = *state;
	struct running *running;
	int64_t id;

	running = working(fixture, &readonly, &id);
	give_until(fixture, 500, id, ROLLOUT_PAUSING);
	assert_false(is_told_to(running));
	verb(fixture, id, ROLLOUT_PAUSE); /* a human is obeyed */
	assert_int_equal(atomic_load(&running->live.stop), 1);
	put_back(fixture, running);
}

static void limits_without_closing_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .max_closed_ms = 1000 };
	struct err err = { 0 };
	int64_t id = 0;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	assert_int_equal(fixture_try_start(fixture, &start, &id, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "give --readonly"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(the_tenant_is_closed_while_its_task_runs),
		SCENARIO(its_reason_says_so_when_it_works),
		SCENARIO(others_stay_open),
		SCENARIO(a_file_asks_for_it),
		SCENARIO(a_file_that_comes_in_front_of_applied_ones_asks_for_it),
		SCENARIO(what_turns_out_to_ask_for_it_comes_back_and_is_closed),
		SCENARIO(what_fails_opens_it),
		SCENARIO(a_hole_refuses_the_task),
		SCENARIO(what_somebody_else_closed_stays_closed),
		SCENARIO(a_pause_opens_it_and_rests_when_it_is_open),
		SCENARIO(an_abort_opens_it),
		SCENARIO(a_new_start_opens_it_and_goes_on),
		SCENARIO(who_is_expected_to_take_too_long_is_put_aside),
		SCENARIO(more_is_allowed_while_it_runs),
		SCENARIO(nobody_opens_it_or_takes_it_over),
		SCENARIO(a_throttle_is_kept_off_it_for_ten_seconds),
		SCENARIO(who_is_not_closed_yet_stays_open_under_a_throttle),
		SCENARIO(it_begins_anew_when_the_throttle_has_let_it),
		SCENARIO(with_max_closed_for_as_long_as_that_says),
		SCENARIO(a_critical_load_pauses_its_rollout_and_lets_it_end),
		SCENARIO(limits_without_closing_are_refused),
	};

	return cmocka_run_group_tests_name("sched_close", tests, NULL, NULL);
}
