#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void restart(struct fixture *fixture)
{
	fixture_close(fixture);
	fixture_open(fixture);
}

static void a_rollout_goes_on_after_a_restart(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 5);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	restart(fixture); /* results that were on their way are lost with it */
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 5);
}

static void a_restart_between_any_two_turns_does_no_harm(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);\ninsert into a values (1);");
	id = fixture_start(fixture, &everything);
	for (unsigned i = 0; i < 60 && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 1 + i % 4);
		restart(fixture);
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	for (unsigned i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("t%02u", i);
		g_autofree char *rows =
			test_server_value("select count(*) from `%s`.a", fixture_schema(name));

		assert_string_equal(rows, "1"); /* applied once, in each */
	}
}

static void paused_stays_paused(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *reason = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	restart(fixture);
	fixture_turns(fixture, 20);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_PAUSED);
	reason = fixture_reason(fixture, id);
	assert_string_equal(reason, "paused by anna: a test");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_rollout_goes_on_after_a_restart),
		SCENARIO(a_restart_between_any_two_turns_does_no_harm),
		SCENARIO(paused_stays_paused),
	};

	return cmocka_run_group_tests_name("sched_recover", tests, NULL, NULL);
}
