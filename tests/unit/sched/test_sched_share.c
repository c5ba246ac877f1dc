#include "sched_share.h"
#include "throttle_fixture.h"

/* Who is served, in order, when every one of them always wants more. */
static char *turns(struct run *const *runs, size_t nr, struct link *link, int count)
{
	GString *out = g_string_new(NULL);
	struct share share = { 0 };
	const struct run_task item = { .id = 1 };

	for (int i = 0; i < count; i++) {
		size_t first = 0;

		for (size_t at = 1; at < nr; at++) {
			if (sched_share_pass(runs[at], link) <
			    sched_share_pass(runs[first], link)) {
				first = at;
			}
		}
		sched_share_took(&share, runs[first], link, &item);
		g_string_append_c(out, (char)('a' + (int)first));
	}
	return g_string_free(out, FALSE);
}

static int count_of(const char *text, char letter)
{
	int nr = 0;

	for (; *text != '\0'; text++) {
		nr += *text == letter;
	}
	return nr;
}

static void equals_take_turns(void **state)
{
	struct run *runs[] = { run_new(1), run_new(2), run_new(3) };
	struct link *link = link_new(7);
	g_autofree char *two = NULL;
	g_autofree char *three = NULL;

	(void)state;
	two = turns(runs, 2, link, 6);
	assert_string_equal(two, "ababab");
	three = turns(runs, 3, link, 9); /* the new one gets its turns, and no more */
	assert_int_equal(count_of(three, 'a'), 3);
	assert_int_equal(count_of(three, 'c'), 3);
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		run_free(runs[i]);
	}
	link_free(link);
}

static void a_priority_is_a_number_of_turns(void **state)
{
	struct run *runs[] = { run_new(1), run_new(2) };
	struct link *link = link_new(7);
	g_autofree char *order = NULL;

	(void)state;
	runs[1]->row.priority = 10;
	order = turns(runs, 2, link, 1000);
	assert_in_range(count_of(order, 'b'), 880, 920); /* 1.25^10 : 1 */
	assert_in_range(count_of(order, 'a'), 80, 120);  /* and nobody starves */
	run_free(runs[0]);
	run_free(runs[1]);
	link_free(link);
}

static void two_rollouts_share_a_server(void **state)
{
	const struct sched_start first = { .release = "rel",
					   .budget = "9",
					   .name = "first",
					   .selector = "half=a" };
	const struct sched_start second = { .release = "rel",
					    .budget = "9",
					    .name = "second",
					    .selector = "half=b" };
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };
	int64_t one;
	int64_t two;
	int64_t ahead = 0;

	fixture_add_tenants(fixture, 12);
	must(store_begin(fixture->store, &err), &err);
	for (int i = 0; i < 12; i++) {
		g_autofree char *name = g_strdup_printf("t%02d", i);

		must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
		store_labels_put(&tenant.labels, "half", i < 6 ? "a" : "b");
		must(store_tenant_put(fixture->store, &tenant, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
	fixture_add_release(fixture, "create table a (id int);");
	ORDER(fixture,
	      sched_throttle_hold(fixture->sched, "db1", 60000, &fixture_actor, &order_err));
	one = fixture_start(fixture, &first);
	two = fixture_start(fixture, &second);
	fixture_until(fixture, one, ROLLOUT_RUNNING);
	fixture_until(fixture, two, ROLLOUT_RUNNING);
	ORDER(fixture, sched_throttle_release(fixture->sched, "db1", &fixture_actor, &order_err));
	for (int i = 0; i < FIXTURE_TURNS && fixture_state(fixture, two) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 1);
		ahead = MAX(ahead, fixture_count(fixture, one, TASK_DONE) -
					   fixture_count(fixture, two, TASK_DONE));
	}
	assert_in_range(ahead, 0, 2); /* not six: the older one does not take all */
	fixture_until(fixture, one, ROLLOUT_DONE);
	fixture_until(fixture, two, ROLLOUT_DONE);
}

/* A tenant that is kept by the limit of its label says so. */
static bool says_label(struct fixture *fixture, int64_t id)
{
	SCOPED(store_task) last = { 0 };
	g_autofree char *waits = NULL;

	if (fixture_count(fixture, id, TASK_RUNNING) == 0) {
		return false;
	}
	fixture_task(fixture, id, "t00", &last); /* the smallest, so the last */
	waits = sched_task_waits(fixture->sched, &last);
	return g_strcmp0(waits, "waits: label region=eu has 1 of 1 tasks at once; see `muster "
				"throttle label`") == 0;
}

static void a_label_has_no_more_than_its_limit(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "9", .waves = "100%" };
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };
	bool told = false;
	int64_t most = 0;
	int64_t id;

	fixture_add_tenants(fixture, 4);
	must(store_begin(fixture->store, &err), &err);
	for (int i = 0; i < 4; i++) {
		g_autofree char *name = g_strdup_printf("t%02d", i);

		must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
		store_labels_put(&tenant.labels, "region", "eu");
		must(store_tenant_put(fixture->store, &tenant, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
	fixture_add_release(fixture, "create table a (id int);");
	ORDER(fixture,
	      sched_throttle_set_label(fixture->sched, "region=eu", 1, &fixture_actor, &order_err));
	id = fixture_start(fixture, &start);
	for (int i = 0; i < FIXTURE_TURNS && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 1);
		most = MAX(most, fixture_count(fixture, id, TASK_RUNNING));
		assert_true(sched_label_running(fixture->sched, "region=eu") <= 1);
		told |= says_label(fixture, id);
	}
	assert_true(told);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(most, 1); /* the server would take two */
}

/* As the API does it, while a task of t00 runs. */
static void one_that_runs_counts_for_a_label_that_it_gets(void **state)
{
	struct fixture *fixture = *state;
	struct running *running = g_new0(struct running, 1);
	SCOPED(store_tenant) tenant = { 0 };
	struct share share = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	ORDER(fixture,
	      sched_throttle_set_label(fixture->sched, "region=eu", 1, &fixture_actor, &order_err));
	must(store_tenant_get(fixture->store, "t00", &tenant, &err), &err);
	running->task_id = 1;
	running->tenant_id = tenant.id;
	g_hash_table_insert(fixture->sched->running, g_memdup2(&tenant.id, sizeof(tenant.id)),
			    running);
	must(sched_share_init(&share, fixture->sched, &err), &err);
	assert_int_equal(share.used[0], 0);
	store_labels_put(&tenant.labels, "region", "eu");
	ORDER(fixture, store_tenant_put(fixture->store, &tenant, &order_err));
	sched_window_changed(fixture->sched, SCHED_SCOPE_TENANT, tenant.id);
	must(sched_share_init(&share, fixture->sched, &err), &err);
	assert_int_equal(share.used[0], 1);
	g_hash_table_remove_all(fixture->sched->running);
}

static void a_priority_is_set_live_within_its_range(void **state)
{
	const struct sched_start start = { .release = "rel" };
	struct fixture *fixture = *state;
	SCOPED(store_rollout) out = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	(void)fixture_start(fixture, &start);
	must(store_begin(fixture->store, &err), &err);
	must(sched_rollout_set(fixture->sched, "r1", "priority", "-10", &fixture_actor, &out, &err),
	     &err);
	assert_int_equal(out.priority, -10);
	assert_int_equal(sched_rollout_set(fixture->sched, "r1", "priority", "11", &fixture_actor,
					   &out, &err),
			 -1);
	assert_non_null(strstr(err.msg, "from -10 to 10"));
	store_rollback(fixture->store);
}

static bool may_all(struct share *share, struct run *run, struct link *link, int64_t *id)
{
	const struct run_task *item = NULL;

	if (sched_share_next(share, run, link, RUN_WAVES_MAX - 1, &item) != 1) {
		return false;
	}
	*id = item->id;
	return true;
}

static void a_slow_server_takes_large_tenants_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct run *run = run_new(1);
	struct link *link = NULL;
	struct store_task large = { .id = 1,
				    .server_id = fixture->server_id,
				    .wave = 1,
				    .rank = 1,
				    .state = TASK_PENDING,
				    .bytes = RUN_HEAVY,
				    .kind = TASK_KIND_DATA };
	struct store_task small = { .id = 2,
				    .server_id = fixture->server_id,
				    .wave = 1,
				    .rank = 2,
				    .state = TASK_PENDING,
				    .tenant_id = 2 };
	struct running running = { .server_id = fixture->server_id,
				   .is_heavy = true,
				   .kind = TASK_KIND_DATA };
	struct share share;
	struct err err = { 0 };
	SCOPED(seen) seen = { 0 };
	int64_t id = 0;

	run_moved(run, &large, TASK_RUNNING);
	run_moved(run, &small, TASK_RUNNING);
	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	look_at_server(fixture, &seen);
	g_hash_table_insert(fixture->sched->running, g_new0(int64_t, 1),
			    g_memdup2(&running, sizeof(running)));
	must(sched_share_init(&share, fixture->sched, &err), &err);
	assert_true(may_all(&share, run, link, &id));
	assert_int_equal(id, 1); /* it goes: in their order */
	give(fixture, 20);
	give(fixture, 20);
	assert_true(may_all(&share, run, link, &id));
	assert_int_equal(id, 2); /* a large one runs already */
	g_hash_table_remove_all(fixture->sched->running);
	assert_true(may_all(&share, run, link, &id));
	assert_int_equal(id, 1);
	run_free(run);
}

/* ---- tokens of several kinds ------------------------------------------------------------ */

/* A server with work of each kind in the order rebuild, data, instant, and what runs there. */
struct mixed {
	struct fixture *fixture;
	struct run *run;
	struct link *link;
	struct share share;
};

static void mixed_begin(struct mixed *mixed, struct fixture *fixture, int64_t bytes)
{
	static const enum task_kind kinds[] = { TASK_KIND_REBUILD, TASK_KIND_DATA,
						TASK_KIND_INSTANT };
	struct err err = { 0 };

	*mixed = (struct mixed){ .fixture = fixture, .run = run_new(1) };
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const struct store_task task = { .id = (int64_t)i + 1,
						 .tenant_id = (int64_t)i + 1,
						 .server_id = fixture->server_id,
						 .wave = 1,
						 .rank = (int64_t)i + 1,
						 .state = TASK_PENDING,
						 .bytes = bytes,
						 .kind = kinds[i] };

		run_moved(mixed->run, &task, TASK_RUNNING);
	}
	must(sched_link_get(fixture->sched, fixture->server_id, &mixed->link, &err), &err);
	must(sched_share_init(&mixed->share, fixture->sched, &err), &err);
}

static void runs(struct mixed *mixed, enum task_kind kind, bool is_heavy)
{
	const struct running running = { .server_id = mixed->fixture->server_id,
					 .is_heavy = is_heavy,
					 .kind = kind };

	g_hash_table_insert(mixed->fixture->sched->running, g_new0(int64_t, 1),
			    g_memdup2(&running, sizeof(running)));
}

/* The task that would start; 0: none. */
static int64_t next_of(struct mixed *mixed)
{
	int64_t id = 0;

	return may_all(&mixed->share, mixed->run, mixed->link, &id) ? id : 0;
}

static void mixed_end(struct mixed *mixed)
{
	g_hash_table_remove_all(mixed->fixture->sched->running);
	run_free(mixed->run);
}

static void only_so_many_rebuild_at_once_and_others_go_past_them(void **state)
{
	struct mixed mixed;

	mixed_begin(&mixed, *state, 1000);
	mixed.link->row.max_rebuilds = 1;
	assert_int_equal(next_of(&mixed), 1);
	runs(&mixed, TASK_KIND_INSTANT, true);
	assert_int_equal(next_of(&mixed), 1); /* that takes none of theirs */
	runs(&mixed, TASK_KIND_UNKNOWN, false);
	assert_int_equal(next_of(&mixed), 2); /* what nobody tried out may be a rebuild */
	mixed.link->row.max_rebuilds = 2;
	assert_int_equal(next_of(&mixed), 1);
	mixed_end(&mixed);
}

static void what_goes_through_rows_has_tokens_of_its_own(void **state)
{
	struct store_task chunked = { .id = 1, .kind = TASK_KIND_CHUNK };
	struct mixed mixed;

	mixed_begin(&mixed, *state, 1000);
	chunked.server_id = mixed.fixture->server_id;
	run_learned(mixed.run, &chunked);
	mixed.link->row.max_chunks = 1;
	runs(&mixed, TASK_KIND_REBUILD, true);
	assert_int_equal(next_of(&mixed), 1);
	runs(&mixed, TASK_KIND_CHUNK, false);
	assert_int_equal(next_of(&mixed), 2);
	assert_int_equal(sched_chunks_of(mixed.fixture->sched, mixed.link).running, 1);
	mixed.link->row.max_chunks = 2;
	assert_int_equal(next_of(&mixed), 1);
	mixed_end(&mixed);
}

static void where_nobody_said_how_many_only_large_tenants_count(void **state)
{
	struct mixed mixed;

	mixed_begin(&mixed, *state, RUN_HEAVY - 1);
	runs(&mixed, TASK_KIND_REBUILD, true); /* half of two slots */
	assert_int_equal(next_of(&mixed), 1);
	mixed_end(&mixed);
	mixed_begin(&mixed, *state, RUN_HEAVY);
	runs(&mixed, TASK_KIND_REBUILD, false);
	assert_int_equal(next_of(&mixed), 1);
	runs(&mixed, TASK_KIND_REBUILD, true);
	assert_int_equal(next_of(&mixed), 2);
	mixed_end(&mixed);
}

static void on_a_slow_server_large_tenants_still_change_what_takes_no_time(void **state)
{
	SCOPED(seen) seen = { 0 };
	struct mixed mixed;

	mixed_begin(&mixed, *state, RUN_HEAVY);
	look_at_server(mixed.fixture, &seen);
	runs(&mixed, TASK_KIND_DATA, true);
	assert_int_equal(next_of(&mixed), 1);
	give(mixed.fixture, 20);
	give(mixed.fixture, 20);
	assert_int_equal(next_of(&mixed), 3);
	mixed_end(&mixed);
}

static void what_is_learnt_late_counts_as_what_it_is(void **state)
{
	const struct run_task *item = NULL;
	struct store_task learnt = { .id = 2, .kind = TASK_KIND_REBUILD };
	struct mixed mixed;

	mixed_begin(&mixed, *state, 1000);
	learnt.server_id = mixed.fixture->server_id;
	mixed.link->row.max_rebuilds = 1;
	runs(&mixed, TASK_KIND_REBUILD, false);
	assert_int_equal(sched_share_next(&mixed.share, mixed.run, mixed.link, 1, &item), 1);
	assert_int_equal(item->id, 2);
	assert_true(sched_share_fits(&mixed.share, item));
	run_learned(mixed.run, &learnt);
	assert_false(sched_share_fits(&mixed.share, item));
	assert_int_equal(next_of(&mixed), 3);
	mixed_end(&mixed);
}

/* A rollout of a real rebuild: one at a time, and the others say what they wait for. */
static void tasks_that_rebuild_take_turns_and_say_so(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "9", .waves = "100%" };
	struct fixture *fixture = *state;
	struct link *link = NULL;
	struct err err = { 0 };
	bool told = false;
	int64_t done = 0;
	int64_t most = 0;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	for (int i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("t%02d", i);

		test_server_exec("create table `%s`.a (id int primary key, note int)",
				 fixture_schema(name));
	}
	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	link->row.max_rebuilds = 1;
	fixture_add_release(fixture, "alter table a modify note varchar(9);");
	id = fixture_start(fixture, &start);
	for (int i = 0; i < FIXTURE_TURNS && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		SCOPED(store_task) last = { 0 };
		g_autofree char *waits = NULL;

		fixture_turns(fixture, 1);
		most = MAX(most, fixture_count(fixture, id, TASK_RUNNING));
		if (fixture_count(fixture, id, TASK_DONE) > done) {
			done = fixture_count(fixture, id, TASK_DONE);
			assert_true(fixture->sched->waked); /* the next one waits for no clock */
		}
		if (fixture_count(fixture, id, TASK_RUNNING) == 0) {
			continue;
		}
		fixture_task(fixture, id, "t02", &last);
		waits = sched_task_waits(fixture->sched, &last);
		if (last.state == TASK_PENDING) {
			assert_int_equal(last.kind, TASK_KIND_REBUILD);
			assert_string_equal(waits, "waits: server db1 rebuilds in 1 of 1 tasks at "
						   "once; `muster server set db1 max-rebuilds=N` "
						   "sets how many");
			told = true;
		} else {
			assert_null(waits);
		}
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_true(told);
	assert_int_equal(most, 1); /* the server would take two */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_take_turns),
		cmocka_unit_test(a_priority_is_a_number_of_turns),
		SCENARIO(two_rollouts_share_a_server),
		SCENARIO(a_label_has_no_more_than_its_limit),
		SCENARIO(one_that_runs_counts_for_a_label_that_it_gets),
		SCENARIO(a_priority_is_set_live_within_its_range),
		SCENARIO(a_slow_server_takes_large_tenants_one_by_one),
		SCENARIO(only_so_many_rebuild_at_once_and_others_go_past_them),
		SCENARIO(what_goes_through_rows_has_tokens_of_its_own),
		SCENARIO(where_nobody_said_how_many_only_large_tenants_count),
		SCENARIO(on_a_slow_server_large_tenants_still_change_what_takes_no_time),
		SCENARIO(what_is_learnt_late_counts_as_what_it_is),
		SCENARIO(tasks_that_rebuild_take_turns_and_say_so),
	};

	return cmocka_run_group_tests_name("sched_share", tests, NULL, NULL);
}
