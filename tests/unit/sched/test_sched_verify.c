#include "sched_verify.h"

#include "sched_fixture.h"
#include "verify.h"

struct seen {
	unsigned answered;
	struct err err;
	enum verify_verdict verdicts[4];
	size_t nr;
	guint positions;
	char *diff; /* the first line of the last tenant */
};

static void on_verified(void *ctx, const struct sched_verified *verified)
{
	struct seen *seen = ctx;
	const struct verify_tenant *tenants = verified->verify->tenants;

	seen->answered++;
	if (verified->err != NULL) {
		seen->err = *verified->err;
		return;
	}
	assert_string_equal(verified->version, "0001");
	seen->nr = verified->verify->nr;
	seen->positions = verified->verify->positions->len;
	for (size_t i = 0; i < seen->nr; i++) {
		seen->verdicts[i] = tenants[i].verdict;
		g_free(seen->diff);
		seen->diff = g_strdup(tenants[i].diff == NULL ? NULL : tenants[i].diff[0]);
	}
}

static struct sched_verify *start(struct fixture *fixture, struct seen *seen, const char *selector,
				  struct err *err)
{
	const struct sched_verify_ask ask = { .release = "rel", .selector = selector };
	struct sched_verify *job;

	must(store_begin(fixture->store, err), err);
	job = sched_verify_start(fixture->sched, &ask, on_verified, seen, err);
	if (job == NULL) {
		store_rollback(fixture->store);
		return NULL;
	}
	must(store_commit(fixture->store, err), err);
	return job;
}

static void turns_until_answered(struct fixture *fixture, const struct seen *seen)
{
	for (unsigned i = 0; i < FIXTURE_TURNS && seen->answered == 0; i++) {
		(void)sched_turn(fixture->sched);
	}
	assert_int_equal(seen->answered, 1);
}

static void roll(struct fixture *fixture, const char *text)
{
	const struct sched_start all = { .release = "rel" };

	fixture_add_release(fixture, text);
	fixture_until(fixture, fixture_start(fixture, &all), ROLLOUT_DONE);
}

static void what_was_rolled_is_as_it_should_be_until_somebody_changes_it(void **state)
{
	struct fixture *fixture = *state;
	struct seen before = { 0 };
	struct seen after = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 3);
	roll(fixture, "create table a (id int);");
	assert_non_null(start(fixture, &before, NULL, &err));
	turns_until_answered(fixture, &before);
	assert_int_equal(before.err.code, ERR_NONE);
	assert_int_equal(before.nr, 3);
	assert_int_equal(before.positions, 1); /* built once for all of them */
	for (size_t i = 0; i < before.nr; i++) {
		assert_int_equal(before.verdicts[i], VERIFY_OK);
	}
	test_server_exec("alter table `%s`.a add column hand int", fixture_schema("t02"));
	assert_non_null(start(fixture, &after, "t01,t02", &err));
	turns_until_answered(fixture, &after);
	assert_int_equal(after.nr, 2);
	assert_int_equal(after.verdicts[0], VERIFY_OK);
	assert_int_equal(after.verdicts[1], VERIFY_DRIFTED);
	assert_string_equal(after.diff, "table a, column hand: new: int");
	g_free(before.diff);
	g_free(after.diff);
}

static void a_server_that_does_not_answer_leaves_its_tenants_unknown(void **state)
{
	struct fixture *fixture = *state;
	struct seen seen = { 0 };
	struct err err = { 0 };
	int64_t gone;

	fixture_add_tenants(fixture, 1);
	roll(fixture, "create table a (id int);");
	gone = fixture_add_server(fixture, "gone", "/nowhere/sock");
	fixture_add_tenant(fixture, "x", gone, 0);
	assert_non_null(start(fixture, &seen, NULL, &err));
	turns_until_answered(fixture, &seen);
	assert_int_equal(seen.nr, 2);
	assert_int_equal(seen.verdicts[0], VERIFY_OK);
	assert_int_equal(seen.verdicts[1], VERIFY_UNKNOWN);
	g_free(seen.diff);
}

static void what_nobody_waits_for_is_not_asked(void **state)
{
	struct fixture *fixture = *state;
	struct sched_verify *job;
	struct seen seen = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	job = start(fixture, &seen, NULL, &err);
	assert_non_null(job);
	sched_verify_cancel(job);
	turns_until_answered(fixture, &seen);
	assert_int_equal(seen.err.code, ERR_CANCELLED);
	assert_true(sched_is_idle(fixture->sched));
}

static void what_cannot_be_meant_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct seen seen = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	assert_null(start(fixture, &seen, NULL, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	fixture_add_release(fixture, "do 1;");
	assert_null(start(fixture, &seen, "nobody", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(seen.answered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(what_was_rolled_is_as_it_should_be_until_somebody_changes_it),
		SCENARIO(a_server_that_does_not_answer_leaves_its_tenants_unknown),
		SCENARIO(what_nobody_waits_for_is_not_asked),
		SCENARIO(what_cannot_be_meant_is_refused),
	};

	return cmocka_run_group_tests_name("sched_verify", tests, NULL, NULL);
}
