#include "sched_phase.h"

#include "census.h"
#include "sched_fixture.h"
#include "store_phase.h"

static const struct sched_start everything = { .release = "rel" };
static const struct sched_start tolerant = { .release = "rel", .budget = "100%" };

/* One phase each: 1 adds a table, 2 fills it, 3 takes a column away. */
static void add_phases(struct fixture *fixture)
{
	static const char *const texts[] = {
		"create table a (id int, old int);",
		"-- muster: phase=backfill\ninsert into a values (1, 1);",
		"-- muster: phase=contract\nalter table a drop column old;",
	};
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *name = g_strdup_printf("%zu.sql", i + 1);

		release_files_add(&files, name, texts[i], strlen(texts[i]));
	}
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, "rel", NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

/* "t00=1:done t01=2:pending": phase and state of each. Owned. */
static int add_task(const struct store_task *task, void *ctx, struct err *err)
{
	GString *text = ctx;

	(void)err;
	g_string_append_printf(text, "%s%s=%d:%s", text->len > 0 ? " " : "", task->tenant,
			       (int)task->phase, task_state_names[task->state]);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static void assert_tasks(struct fixture *fixture, int64_t id, const char *want)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) words = NULL;
	g_autofree char *got = NULL;
	struct err err = { 0 };

	must(store_task_each(fixture->store, id, -1, 0, 0, add_task, text, &err), &err);
	words = g_strsplit(text->str, " ", -1);
	qsort(words, g_strv_length(words), sizeof(char *), by_text);
	got = g_strjoinv(" ", words);
	assert_string_equal(got, want);
}

static void assert_version(struct fixture *fixture, const char *tenant, const char *version)
{
	SCOPED(store_tenant) row = { 0 };
	struct err err = { 0 };

	must(store_tenant_get(fixture->store, tenant, &row, &err), &err);
	assert_int_equal(g_strcmp0(row.version, version), 0);
}

static void assert_gated(struct fixture *fixture, int64_t id, const char *want)
{
	g_autofree char *reason = NULL;

	fixture_until(fixture, id, ROLLOUT_GATED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, want);
}

static int leave_out(struct fixture *fixture, int64_t id, const char *tenant, struct err *err)
{
	g_autofree char *word = g_strdup_printf("r%lld", (long long)id);
	SCOPED(store_task) out = { 0 };

	must(store_begin(fixture->store, err), err);
	if (sched_task_skip(fixture->sched, word, tenant, &fixture_actor, &out, err) < 0) {
		store_rollback(fixture->store);
		sched_forget(fixture->sched);
		return -1;
	}
	must(store_commit(fixture->store, err), err);
	return 0;
}

/* ---- the plan ----------------------------------------------------------------------------- */

/* The phases of a release whose files are of these, for tenants that lack these places. */
static GArray *plan(const char *words, const char *to, struct census_tenant *tenants, size_t nr)
{
	g_auto(GStrv) names = g_strsplit(words, " ", -1);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	SCOPED_PTR(release) release = NULL;
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; names[i] != NULL; i++) {
		g_autofree char *name = g_strdup_printf("%zu.sql", i + 1);
		g_autofree char *text = g_strdup_printf("-- muster: phase=%s\n", names[i]);

		release_files_add(&files, name, text, strlen(text));
	}
	release = release_parse(&files, NULL, &err);
	if (release == NULL) {
		fail_msg("%s", err.msg);
	}
	for (size_t i = 0; i < nr; i++) {
		g_ptr_array_add(list, &tenants[i]);
	}
	return sched_phases_plan(release, to, list);
}

static const char five[] = "expand expand backfill contract expand";

static void phases_are_cut_where_files_that_are_lacked_change(void **state)
{
	size_t all[] = { 0, 1, 2, 3, 4 };
	size_t end[] = { 3, 4 };
	struct census_tenant tenants[] = {
		{ .known = true, .pending = 5, .places = all },
		{ .known = true, .pending = 2, .places = end },
	};

	static const struct {
		const char *name;
		const char *to;
		int files;
		int tenants;
	} want[] = { { "expand", "2", 2, 1 },
		     { "backfill", "3", 1, 1 },
		     { "contract", "4", 1, 2 },
		     { "expand", "5", 1, 2 } };

	g_autoptr(GArray) phases = plan(five, NULL, tenants, 2);

	(void)state;
	assert_int_equal(phases->len, G_N_ELEMENTS(want));
	for (guint i = 0; i < phases->len; i++) {
		const struct store_phase *phase = &g_array_index(phases, struct store_phase, i);

		assert_int_equal(phase->seq, i + 1);
		assert_string_equal(phase->name, want[i].name);
		assert_string_equal(phase->to_version, want[i].to);
		assert_int_equal(phase->files, want[i].files);
		assert_int_equal(phase->tenants, want[i].tenants);
	}
	assert_int_equal(tenants[0].phase, 1);
	assert_int_equal(tenants[1].phase, 3);
}

static void one_phase_alone_is_none(void **state)
{
	size_t both[] = { 0, 1 };
	size_t apart[] = { 1, 4 };
	struct census_tenant first = { .known = true, .pending = 2, .places = both };
	struct census_tenant odd = { .known = true, .pending = 2, .places = apart };
	g_autoptr(GArray) none = plan(five, "2", &first, 1);
	g_autoptr(GArray) two = plan(five, NULL, &odd, 1);
	g_autoptr(GArray) nobody = plan(five, NULL, NULL, 0);

	(void)state;
	assert_int_equal(none->len, 0);
	assert_int_equal(two->len, 2); /* what lies between is there already */
	assert_int_equal(nobody->len, 0);
}

static void whom_nobody_could_ask_lacks_all_behind_what_was_seen(void **state)
{
	char version[] = "3";
	struct census_tenant tenants[] = { { .version = version }, { 0 } };
	g_autoptr(GArray) seen = plan(five, NULL, tenants, 1);
	g_autoptr(GArray) never = plan(five, "3", tenants + 1, 1);

	(void)state;
	assert_int_equal(seen->len, 2);
	assert_string_equal(g_array_index(seen, struct store_phase, 0).to_version, "4");
	assert_int_equal(never->len, 2);
	assert_string_equal(g_array_index(never, struct store_phase, 1).to_version, "3");
}

/* ---- the gate ----------------------------------------------------------------------------- */

static void a_gate_stands_between_two_phases(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) row = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	add_phases(fixture);
	id = fixture_start(fixture, &everything);
	assert_gated(fixture, id,
		     "phase 1 (expand) is over: 2 tenants wait at 1; `muster rollout promote r1` "
		     "begins phase 2 (backfill): 1 file up to 2");
	fixture_turns(fixture, 10);
	assert_tasks(fixture, id, "t00=1:done t01=1:done");
	assert_version(fixture, "t00", "1");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id,
		     "phase 2 (backfill) is over: 2 tenants wait at 2; `muster rollout promote r1` "
		     "begins phase 3 (contract): 1 file up to 3");
	assert_version(fixture, "t01", "2");
	must(store_rollout_get_id(fixture->store, id, &row, &err), &err);
	assert_int_equal(row.phase, 2);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_tasks(fixture, id, "t00=3:done t01=3:done");
	assert_version(fixture, "t00", "3");
}

static void a_rollout_within_one_phase_has_no_gate(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start to_expand = { .release = "rel", .to = "1" };
	const struct sched_start to_fill = { .release = "rel", .to = "2" };

	fixture_add_tenants(fixture, 1);
	add_phases(fixture);
	fixture_until(fixture, fixture_start(fixture, &to_expand), ROLLOUT_DONE);
	fixture_until(fixture, fixture_start(fixture, &to_fill), ROLLOUT_DONE);
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	assert_version(fixture, "t00", "3");
}

/* t00 has the first file, t01 two: each is taken when its phase comes, and not before. */
static void tenants_at_different_versions_join_in_their_phase(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start one = { .release = "rel", .selector = "t00,t01", .to = "1" };
	const struct sched_start two = { .release = "rel", .selector = "t01", .to = "2" };
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	add_phases(fixture);
	fixture_until(fixture, fixture_start(fixture, &one), ROLLOUT_DONE);
	id = fixture_start(fixture, &two);
	fixture_until(fixture, id, ROLLOUT_DONE);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_tasks(fixture, id, "t00=1:done t01=2:done t02=1:done");
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.attempt, 0);
	assert_string_equal(task.reason, "nothing to do before phase 3: it is at 2");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id,
		     "phase 2 (backfill) is over: 3 tenants wait at 2; `muster rollout promote r3` "
		     "begins phase 3 (contract): 1 file up to 3");
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.attempt, 0);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_version(fixture, "t00", "3");
	assert_version(fixture, "t01", "3");
	assert_version(fixture, "t02", "3");
}

static void whoever_failed_stays_behind_and_catches_up(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	test_server_exec("create table `%s`.a (id int)", fixture_schema("t01"));
	add_phases(fixture);
	id = fixture_start(fixture, &tolerant);
	assert_gated(fixture, id,
		     "phase 1 (expand) is over: 1 tenant waits at 1, 1 failed; `muster rollout "
		     "promote r1` begins phase 2 (backfill): 1 file up to 2");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_tasks(fixture, id, "t00=2:done t01=1:failed");
	test_server_exec("drop table `%s`.a", fixture_schema("t01"));
	fixture_do(fixture, id, ROLLOUT_RETRY);
	assert_gated(fixture, id,
		     "phase 1 (expand) is over: 1 tenant waits at 1; `muster rollout promote r1` "
		     "begins phase 2 (backfill): 1 file up to 2");
	assert_tasks(fixture, id, "t00=2:done t01=1:done");
	assert_version(fixture, "t01", "1");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id,
		     "phase 2 (backfill) is over: 2 tenants wait at 2; `muster rollout promote r1` "
		     "begins phase 3 (contract): 1 file up to 3");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_version(fixture, "t01", "3");
}

static void when_all_failed_it_has_failed(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	test_server_exec("create table `%s`.a (id int)", fixture_schema("t00"));
	add_phases(fixture);
	id = fixture_start(fixture, &tolerant);
	fixture_until(fixture, id, ROLLOUT_FAILED);
}

static void the_gate_outlives_the_daemon_and_a_pause(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	add_phases(fixture);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_close(fixture);
	fixture_open(fixture);
	fixture_turns(fixture, 10);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_GATED);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	assert_gated(fixture, id,
		     "phase 1 (expand) is over: 2 tenants wait at 1; `muster rollout promote r1` "
		     "begins phase 2 (backfill): 1 file up to 2");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_close(fixture); /* promoted, and nothing of it has run */
	fixture_open(fixture);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_tasks(fixture, id, "t00=2:done t01=2:done");
	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	assert_tasks(fixture, id, "t00=2:done t01=2:done");
}

static void one_can_be_left_out_of_the_next_phase(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	add_phases(fixture);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_GATED);
	must(leave_out(fixture, id, "t00", &err), &err);
	fixture_hold(fixture, "t01", "their audit");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id,
		     "phase 2 (backfill) is over: 1 tenant waits at 2, 1 held, 1 skipped; `muster "
		     "rollout promote r1` begins phase 3 (contract): 1 file up to 3");
	assert_tasks(fixture, id, "t00=1:skipped t01=2:held t02=2:done");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(leave_out(fixture, id, "t02", &err), -1);
	assert_string_equal(err.msg, "r1/t02 is done already");
	assert_version(fixture, "t01", "1");
	assert_version(fixture, "t02", "3");
}

static void the_waves_are_the_same_in_each_phase(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "rel", .waves = "1,rest", .gate = "human" };
	const struct sched_verb full = { .event = ROLLOUT_PROMOTE, .full = true };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	add_phases(fixture);
	id = fixture_start(fixture, &start);
	assert_gated(fixture, id, "wave 1 has ended; promote starts the next");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id,
		     "phase 1 (expand) is over: 2 tenants wait at 1; `muster rollout promote r1` "
		     "begins phase 2 (backfill): 1 file up to 2");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	assert_gated(fixture, id, "wave 1 has ended; promote starts the next");
	assert_tasks(fixture, id, "t00=2:done t01=2:pending");
	must(fixture_verb(fixture, id, &full, &err), &err); /* of waves: the phase still stops */
	assert_gated(fixture, id,
		     "phase 2 (backfill) is over: 2 tenants wait at 2; `muster rollout promote r1` "
		     "begins phase 3 (contract): 1 file up to 3");
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static void promoted_in_full_between_phases_it_goes_on_to_the_end(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_verb full = { .event = ROLLOUT_PROMOTE, .full = true };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	add_phases(fixture);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_GATED);
	must(fixture_verb(fixture, id, &full, &err), &err);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_version(fixture, "t00", "3");
	assert_version(fixture, "t01", "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_are_cut_where_files_that_are_lacked_change),
		cmocka_unit_test(one_phase_alone_is_none),
		cmocka_unit_test(whom_nobody_could_ask_lacks_all_behind_what_was_seen),
		SCENARIO(a_gate_stands_between_two_phases),
		SCENARIO(a_rollout_within_one_phase_has_no_gate),
		SCENARIO(tenants_at_different_versions_join_in_their_phase),
		SCENARIO(whoever_failed_stays_behind_and_catches_up),
		SCENARIO(when_all_failed_it_has_failed),
		SCENARIO(the_gate_outlives_the_daemon_and_a_pause),
		SCENARIO(one_can_be_left_out_of_the_next_phase),
		SCENARIO(the_waves_are_the_same_in_each_phase),
		SCENARIO(promoted_in_full_between_phases_it_goes_on_to_the_end),
	};

	return cmocka_run_group_tests_name("sched_phase", tests, NULL, NULL);
}
