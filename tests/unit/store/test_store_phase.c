#include "store_phase.h"

#include "store_fixture.h"

static int add_phase(const struct store_phase *phase, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%d:%s:%s:%d:%d ", (int)phase->seq, phase->name,
			       phase->to_version, (int)phase->files, (int)phase->tenants);
	return 0;
}

static void phases_are_listed_in_order(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	char contract[] = "contract";
	char expand[] = "expand";
	char three[] = "3";
	char one[] = "1";
	struct store_phase second = { .seq = 2, .name = contract, .to_version = three };
	struct store_phase first = { .seq = 1, .name = expand, .to_version = one };

	fixture_begin(fixture);
	first.rollout_id = second.rollout_id = fixture_rollout(fixture, ROLLOUT_RUNNING);
	first.files = 2;
	second.tenants = 5;
	WORKS(fixture, store_phase_put(fixture->store, &second, &fixture->err));
	WORKS(fixture, store_phase_put(fixture->store, &first, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture,
	      store_phase_each(fixture->store, first.rollout_id, add_phase, got, &fixture->err));
	assert_string_equal(got->str, "1:expand:1:2:0 2:contract:3:0:5 ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_phase_each(fixture->store, 99, add_phase, got, &fixture->err));
	assert_int_equal(got->len, 0);
}

static void put(struct fixture *fixture, int64_t id, enum task_state to, int64_t phase)
{
	SCOPED(store_task) task = { 0 };

	WORKS(fixture, store_task_get_id(fixture->store, id, &task, &fixture->err));
	task.state = to;
	task.phase = phase;
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
}

static int add_name(const struct store_task *task, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", task->tenant);
	return 0;
}

/* a and c are through phase 2, b failed in phase 1, d is in none, e through the last of three. */
static void only_tasks_that_are_done_are_through_a_phase(void **state)
{
	static const struct {
		enum task_state state;
		int64_t phase;
	} tasks[] = { { TASK_DONE, 2 },
		      { TASK_FAILED, 1 },
		      { TASK_DONE, 2 },
		      { TASK_DONE, 0 },
		      { TASK_DONE, 3 } };
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	int64_t server;
	int64_t rollout;

	fixture_begin(fixture);
	server = fixture_server(fixture, "db1");
	rollout = fixture_rollout(fixture, ROLLOUT_RUNNING);
	for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
		const char name[] = { (char)('a' + i), '\0' };
		int64_t tenant = fixture_tenant(fixture, server, name);
		int64_t id = fixture_task(fixture, rollout, tenant, 1, (int64_t)i + 1);

		put(fixture, id, tasks[i].state, tasks[i].phase);
	}
	fixture_commit(fixture);
	assert_int_equal(store_phase_least(fixture->store, rollout, 3, &fixture->err), 2);
	assert_int_equal(store_phase_least(fixture->store, rollout, 2, &fixture->err), 0);
	WORKS(fixture, store_phase_tasks(fixture->store, rollout, 2, add_name, got, &fixture->err));
	assert_string_equal(got->str, "a c ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(phases_are_listed_in_order, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(only_tasks_that_are_done_are_through_a_phase,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_phase", tests, NULL, NULL);
}
