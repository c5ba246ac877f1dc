#include "sched_plan.h"

#include "census.h"
#include "forecast.h"
#include "sched_fixture.h"
#include "store_chain.h"
#include "store_plan.h"

struct seen {
	unsigned answered;
	struct err err;
	int64_t pending;
	guint classes;
	guint failing;
	char *version;
	char *note; /* of the first statement of the first class */
};

static void on_planned(void *ctx, const struct sched_planned *planned)
{
	struct seen *seen = ctx;
	const struct forecast_class *class;

	seen->answered++;
	if (planned->err != NULL) {
		seen->err = *planned->err;
		return;
	}
	seen->pending = planned->forecasts->pending;
	seen->classes = planned->forecasts->classes->len;
	seen->failing = planned->forecasts->failing->len;
	seen->version = g_strdup(planned->version);
	class = seen->classes == 0 ? NULL : g_ptr_array_index(planned->forecasts->classes, 0);
	if (class != NULL && class->forecast != NULL) {
		seen->note = g_strdup(class->forecast->statements[0].note);
	}
}

static struct sched_plan *start(struct fixture *fixture, struct seen *seen,
				const struct sched_plan_ask *ask, struct err *err)
{
	struct sched_plan *plan;

	must(store_begin(fixture->store, err), err);
	plan = sched_plan_start(fixture->sched, ask, on_planned, seen, err);
	if (plan == NULL) {
		store_rollback(fixture->store);
		return NULL;
	}
	must(store_commit(fixture->store, err), err);
	return plan;
}

static void turns_until_answered(struct fixture *fixture, const struct seen *seen)
{
	for (unsigned i = 0; i < FIXTURE_TURNS && seen->answered == 0; i++) {
		(void)sched_turn(fixture->sched);
	}
	assert_int_equal(seen->answered, 1);
}

static void seen_clear(struct seen *seen)
{
	g_free(seen->version);
	g_free(seen->note);
}

static void a_plan_is_answered_and_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_plan_ask ask = { .release = "rel" };
	g_autofree char *tables = NULL;
	struct err err = { 0 };
	struct seen seen = { 0 };

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	assert_non_null(start(fixture, &seen, &ask, &err));
	turns_until_answered(fixture, &seen);
	assert_int_equal(seen.err.code, ERR_NONE);
	assert_int_equal(seen.pending, 3);
	assert_int_equal(seen.classes, 1);
	assert_int_equal(seen.failing, 0);
	assert_string_equal(seen.version, "0001");
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema in ('%s', '%s', '%s')",
				   fixture_schema("t00"), fixture_schema("t01"),
				   fixture_schema("t02"));
	assert_string_equal(tables, "0");
	seen_clear(&seen);
}

static void every_member_of_a_class_that_fails_would_fail(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_plan_ask ask = { .release = "rel", .selector = "t00,t01" };
	struct err err = { 0 };
	struct seen seen = { 0 };

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "alter table nowhere add x int;");
	assert_non_null(start(fixture, &seen, &ask, &err));
	turns_until_answered(fixture, &seen);
	assert_int_equal(seen.failing, 2);
	assert_true(g_str_has_prefix(seen.note, "0001_first.sql:1 statement 1 of 1: "));
	seen_clear(&seen);
}

static void what_nobody_waits_for_is_not_asked(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_plan_ask ask = { .release = "rel" };
	struct sched_plan *plan;
	struct err err = { 0 };
	struct seen seen = { 0 };

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	plan = start(fixture, &seen, &ask, &err);
	assert_non_null(plan);
	sched_plan_cancel(plan);
	turns_until_answered(fixture, &seen);
	assert_int_equal(seen.err.code, ERR_CANCELLED);
	assert_true(sched_is_idle(fixture->sched));
	seen_clear(&seen);
}

/* On the loop, as the api does it. */
struct begun {
	struct fixture *fixture;
	unsigned answered;
	size_t classes; /* that it must have found; 0: any */
	int64_t id;
};

static void on_to_begin(void *ctx, const struct sched_planned *planned)
{
	static const struct sched_start start = { .release = "rel", .key = "k" };
	static const struct sched_actor actor = { .name = "test" };
	struct begun *begun = ctx;
	struct store *store = begun->fixture->store;
	SCOPED(store_rollout) row = { 0 };
	struct err err = { 0 };

	assert_null(planned->err);
	assert_true(begun->classes == 0 || planned->census->nr_classes == begun->classes);
	must(store_begin(store, &err), &err);
	must(sched_plan_begin(begun->fixture->sched, &start, planned, "{}", &actor, &row, &err),
	     &err);
	must(store_commit(store, &err), &err);
	begun->answered++;
	begun->id = row.id;
}

static void begin(struct begun *begun, const struct sched_plan_ask *ask)
{
	struct fixture *fixture = begun->fixture;
	struct err err = { 0 };

	begun->answered = 0;
	must(store_begin(fixture->store, &err), &err);
	assert_non_null(sched_plan_start(fixture->sched, ask, on_to_begin, begun, &err));
	must(store_commit(fixture->store, &err), &err);
	for (unsigned i = 0; i < FIXTURE_TURNS && begun->answered == 0; i++) {
		(void)sched_turn(fixture->sched);
	}
	assert_int_equal(begun->answered, 1);
}

static void a_rollout_goes_on_with_what_was_planned(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_plan_ask ask = { .release = "rel", .for_rollout = true };
	struct begun begun = { .fixture = fixture, .classes = 2 };
	SCOPED(store_task) task = { 0 };
	g_autofree char *content = NULL;
	struct err err = { 0 };
	bool has = false;
	int64_t first;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	test_server_exec("create table `%s`.a (other int)", fixture_schema("t01"));
	begin(&begun, &ask);
	first = begun.id;
	begun.classes = 0;
	begin(&begun, &ask); /* the same request, sent twice: one rollout */
	assert_int_equal(begun.id, first);
	must(store_plan_get(fixture->store, first, &content, &err), &err);
	assert_string_equal(content, "{}");
	fixture_until(fixture, first, ROLLOUT_DONE);
	fixture_task(fixture, first, "t01", &task);
	assert_int_equal(task.state, TASK_SKIPPED);
	assert_true(g_str_has_prefix(task.reason, "left out, it would fail: 0001_first.sql:1 "));
	fixture_task(fixture, first, "t02", &task);
	assert_int_equal(task.state, TASK_DONE);
	must(store_chain_has(fixture->store, first, task.server_id, task.class, &has, &err), &err);
	assert_true(has);
}

/* Its tasks are there in the first turn: no server was asked once more. */
static void what_a_plan_has_seen_is_not_asked_again(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_plan_ask ask = { .release = "rel", .for_rollout = true };
	struct begun begun = { .fixture = fixture, .classes = 1 };
	SCOPED(store_task) task = { 0 };

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	begin(&begun, &ask);
	(void)sched_turn(fixture->sched);
	assert_int_equal(g_hash_table_size(fixture->sched->jobs), 0);
	fixture_task(fixture, begun.id, "t01", &task);
	assert_non_null(task.class);
	fixture_until(fixture, begun.id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, begun.id, TASK_DONE), 2);
}

static void what_is_not_there_is_refused_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct seen seen = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	assert_null(start(fixture, &seen, &(struct sched_plan_ask){ .release = "none" }, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_null(start(fixture, &seen, &(struct sched_plan_ask){ .release = "rel", .to = "7" },
			  &err));
	assert_string_equal(err.msg, "release rel has no version \"7\": see \"muster release show "
				     "rel\"");
	assert_null(start(fixture, &seen,
			  &(struct sched_plan_ask){ .release = "rel", .selector = "t99" }, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(seen.answered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_plan_is_answered_and_leaves_nothing),
		SCENARIO(every_member_of_a_class_that_fails_would_fail),
		SCENARIO(a_rollout_goes_on_with_what_was_planned),
		SCENARIO(what_a_plan_has_seen_is_not_asked_again),
		SCENARIO(what_nobody_waits_for_is_not_asked),
		SCENARIO(what_is_not_there_is_refused_at_once),
	};

	return cmocka_run_group_tests_name("sched_plan", tests, NULL, NULL);
}
