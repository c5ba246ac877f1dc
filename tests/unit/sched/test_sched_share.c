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

static void a_label_has_no_more_than_its_limit(void **state)
{
	const struct sched_start start = { .release = "rel", .budget = "9" };
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };
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
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(most, 1); /* the server would take two */
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
				    .bytes = RUN_HEAVY };
	struct store_task small = { .id = 2,
				    .server_id = fixture->server_id,
				    .wave = 1,
				    .rank = 2,
				    .state = TASK_PENDING,
				    .tenant_id = 2 };
	struct running running = { .server_id = fixture->server_id, .is_heavy = true };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_take_turns),
		cmocka_unit_test(a_priority_is_a_number_of_turns),
		SCENARIO(two_rollouts_share_a_server),
		SCENARIO(a_label_has_no_more_than_its_limit),
		SCENARIO(a_priority_is_set_live_within_its_range),
		SCENARIO(a_slow_server_takes_large_tenants_one_by_one),
	};

	return cmocka_run_group_tests_name("sched_share", tests, NULL, NULL);
}
