#include <pthread.h>

#include "sched_fixture.h"
#include "store_chain.h"
#include "store_tenant.h"

static const struct sched_start everything = { .release = "rel", .budget = "100" };
static const struct sched_start the_next = { .release = "two", .budget = "100" };

/* Held before it began; the others have begun, and it rests. */
static int64_t start_without(struct fixture *fixture, const struct sched_start *start,
			     const char *held)
{
	int64_t id;

	fixture_hold(fixture, held, "not yet");
	id = fixture_start(fixture, start);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	return id;
}

static void release_and_resume(struct fixture *fixture, int64_t id, const char *held)
{
	fixture_hold(fixture, held, NULL);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
}

static bool has_chain(struct fixture *fixture, int64_t id, const char *tenant)
{
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	bool has = false;

	fixture_task(fixture, id, tenant, &task);
	if (task.class != NULL) {
		must(store_chain_has(fixture->store, id, task.server_id, task.class, &has, &err),
		     &err);
	}
	return has;
}

static void who_was_held_is_looked_at_when_it_is_released(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	test_server_exec("create table `%s`.other (id int)", fixture_schema("t01"));
	fixture_add_release(fixture, "create table a (id int);\ncreate table b (id int);");
	fixture_hold(fixture, "t02", "not yet");
	id = start_without(fixture, &everything, "t01");
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_null(task.class);
	fixture_hold(fixture, "t02", NULL);
	release_and_resume(fixture, id, "t01");
	assert_true(has_chain(fixture, id, "t00"));
	assert_true(has_chain(fixture, id, "t01"));
	assert_true(has_chain(fixture, id, "t02"));
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 3);
}

/* NULL: all of them. */
static void retry(struct fixture *fixture, int64_t id, const char *tenant)
{
	const struct sched_verb verb = { .event = ROLLOUT_RETRY, .tenant = tenant };
	g_autofree char *word = g_strdup_printf("r%lld", (long long)id);
	SCOPED(store_rollout) rollout = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_rollout_verb(fixture->sched, word, &verb, &fixture_actor, &rollout, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	assert_int_equal(rollout.state, ROLLOUT_RUNNING);
	sched_wake(fixture->sched);
}

static void who_was_changed_while_it_was_held_is_kept_out(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	release_files_add(&files, "0001_first.sql", "create table a (id int);", 24);
	release_files_add(&files, "0002_second.sql", "create table b (id int);", 24);
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, "two", NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	id = start_without(fixture, &the_next, "t01");
	test_server_exec("alter table `%s`.a add column stray int", fixture_schema("t01"));
	release_and_resume(fixture, id, "t01");
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_non_null(strstr(task.reason, "drifted: "));
	assert_non_null(strstr(task.difference, "stray"));
	test_server_exec("alter table `%s`.a drop column stray", fixture_schema("t01"));
	retry(fixture, id, "t01");
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
}

/* It looked as planned when the rollout began, and has waited since. */
static void who_was_changed_while_the_rollout_rested_is_kept_out(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = {
		.release = "rel",
		.waves = "1,rest",
		.gate = "human",
	};
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	test_server_exec("create table `%s`.stray (id int)", fixture_schema("t02"));
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t02", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_non_null(strstr(task.reason, "drifted: table stray: new; mend it, or accept it with "
					    "`muster tenant discover --server db1 --like "));
	assert_non_null(strstr(task.reason, "; then `muster rollout retry r1 -t t02`"));
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
	fixture_close(fixture);
	fixture_open(fixture);
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
	retry(fixture, id, NULL); /* nothing was mended */
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
	test_server_exec("drop table `%s`.stray", fixture_schema("t02"));
	retry(fixture, id, NULL);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 3);
}

static void must_drift(struct fixture *fixture, const char *name)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	must(store_tenant_shape(fixture->store, tenant.id, "known", NULL, "table stray: new", &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
}

/* It had drifted, and the look that another try begins with sees nothing. */
static void who_had_drifted_is_kept_out_when_nothing_is_seen(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = start_without(fixture, &everything, "t01");
	test_server_exec("create table `%s`.muster_history (away int)", fixture_schema("t01"));
	must_drift(fixture, "t01");
	release_and_resume(fixture, id, "t01");
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_string_equal(task.difference, "table stray: new");
	test_server_exec("drop table `%s`.muster_history", fixture_schema("t01"));
}

static void who_was_brought_there_while_it_was_held_is_done(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t other;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = start_without(fixture, &everything, "t01");
	fixture_hold(fixture, "t01", NULL);
	other = fixture_start(fixture,
			      &(struct sched_start){ .release = "rel", .selector = "t01" });
	fixture_until(fixture, other, ROLLOUT_DONE);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_DONE);
	assert_int_equal(task.attempt, 0); /* no worker ever took it */
}

static void who_failed_is_tried_from_where_it_stands(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	g_autofree char *left = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);\nalter table kept add m int;\n"
				     "create table b (id int);");
	test_server_exec("create table `%s`.kept (id int)", fixture_schema("t00"));
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	test_server_exec("create table `%s`.kept (id int)", fixture_schema("t01"));
	retry(fixture, id, NULL);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_non_null(strstr(task.class, "+0001+1-"));
	assert_true(has_chain(fixture, id, "t01"));
	left = test_server_value("select count(*) from information_schema.schemata where "
				 "schema_name like 'muster\\_scratch\\_%%'");
	assert_string_equal(left, "0");
}

static void set_socket(struct fixture *fixture, const char *socket)
{
	fixture_move_server(fixture, socket);
	sched_forget(fixture->sched);
	sched_wake(fixture->sched);
}

static void who_was_away_during_the_survey_is_looked_at_later(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);\ncreate table b (id int);");
	set_socket(fixture, "/nonexistent/sock");
	id = fixture_start(fixture, &everything);
	fixture_turns(fixture, 20);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 0);
	set_socket(fixture, test_server_addr()->socket);
	for (unsigned i = 0; i < 2000 && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 1);
		g_usleep(10000); /* the probe of a server that is down has its own time */
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_true(has_chain(fixture, id, "t00"));
	assert_true(has_chain(fixture, id, "t01"));
}

/*
 * A thread: ends every session that tries the release out on a copy, for longer than a worker
 * begins anew by itself.
 */
static void *break_trials(void *unused)
{
	SCOPED_PTR(db_session) session = test_server_open();
	int64_t until = tick_ms() + 6000;

	(void)unused;
	while (tick_ms() < until) {
		SCOPED(db_rows) rows = { 0 };
		g_autofree char *kill = NULL;
		struct err err;

		must(db_queryf(session, &rows, &err,
			       "select id from information_schema.processlist where db like "
			       "'muster\\_scratch%%' and info like '%%comment%%'"),
		     &err);
		if (rows.nr > 0) {
			kill = g_strdup_printf("kill %s", rows.cells[0][0]);
			/* it may be gone already */
			(void)!db_exec(session, kill, strlen(kill), &err);
		}
		g_usleep(2000);
	}
	return NULL;
}

static void a_trial_that_is_lost_with_its_link_is_made_again(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) text = g_string_new("create table a (id int);\n");
	pthread_t breaker;
	int64_t id;

	for (int i = 0; i < 150; i++) {
		g_string_append_printf(text, "alter table a comment = 'number %d';\n", i);
	}
	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, text->str);
	id = fixture_start(fixture, &everything);
	assert_int_equal(pthread_create(&breaker, NULL, break_trials, NULL), 0);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(pthread_join(breaker, NULL), 0);
	assert_true(has_chain(fixture, id, "t00"));
	assert_true(has_chain(fixture, id, "t01"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_was_held_is_looked_at_when_it_is_released),
		SCENARIO(who_was_changed_while_the_rollout_rested_is_kept_out),
		SCENARIO(who_was_changed_while_it_was_held_is_kept_out),
		SCENARIO(who_had_drifted_is_kept_out_when_nothing_is_seen),
		SCENARIO(who_was_brought_there_while_it_was_held_is_done),
		SCENARIO(who_failed_is_tried_from_where_it_stands),
		SCENARIO(a_trial_that_is_lost_with_its_link_is_made_again),
		SCENARIO(who_was_away_during_the_survey_is_looked_at_later),
	};

	return cmocka_run_group_tests_name("sched_prepare", tests, NULL, NULL);
}
