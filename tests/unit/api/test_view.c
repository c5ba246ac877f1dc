#include "api_fixture.h"

#include "view.h"

static char text[] = "x";
static char code[] = "db";

static void a_server_without_a_number_shows_the_daemons(void **state)
{
	struct fixture *fixture = *state;
	struct store_server row = { .name = text, .host = text, .port = 3306 };
	struct wire_server out = { 0 };
	struct err err = { 0 };

	must(view_server(fixture->api, &row, &out, &err), &err);
	assert_int_equal(out.max_running, 4);
	assert_string_equal(out.address, "x:3306");
	wire_release(&wire_server_type, &out);
	row.max_running = 9;
	row.socket = text;
	must(view_server(fixture->api, &row, &out, &err), &err);
	assert_int_equal(out.max_running, 9);
	assert_string_equal(out.address, "x");
	wire_release(&wire_server_type, &out);
}

/* clang-format off */
static const struct {
	enum task_state state; int64_t done; int64_t all; double progress; const char *hint;
} tasks[] = {
	/* state           done all  progress  what helps when there is an error */
	{ TASK_PENDING,    0,   0,   0.0,      NULL },
	{ TASK_RUNNING,    1,   4,   0.25,     NULL },
	{ TASK_FAILED,     3,   4,   0.75,     "muster rollout retry r7 -t x" },
	{ TASK_IN_DOUBT,   2,   4,   0.5,      "muster task resolve r7/x --as …" },
	{ TASK_DONE,       0,   0,   1.0,      NULL },
	{ TASK_RUNNING,    9,   4,   1.0,      NULL },
};

/* clang-format on */

static void a_task_shows_how_far_it_is(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
		struct store_task row = {
			.id = 99,
			.rollout_id = 7,
			.tenant = text,
			.state = tasks[i].state,
			.statement = tasks[i].done,
			.statements = tasks[i].all,
			.err_code = code,
		};
		struct wire_task out = { 0 };

		view_task(fixture->api, &row, &out);
		assert_string_equal(out.rollout, "r7");
		assert_true(out.progress == tasks[i].progress);
		if (tasks[i].hint == NULL) {
			assert_null(out.error.hint);
		} else {
			assert_string_equal(out.error.hint, tasks[i].hint);
		}
		wire_release(&wire_task_type, &out);
	}
}

static void a_time_that_has_not_come_is_null(void **state)
{
	struct fixture *fixture = *state;
	struct store_task row = { .id = 99, .tenant = text, .started_at = 1000 };
	struct wire_task out = { 0 };

	view_task(fixture->api, &row, &out);
	assert_string_equal(out.started_at, "1970-01-01T00:00:01.000Z");
	assert_null(out.finished_at);
	assert_null(out.error.code);
	wire_release(&wire_task_type, &out);
}

static void a_tenant_has_its_own_labels_only(void **state)
{
	struct store_tenant row = { .name = text, .mode = TENANT_RO };
	struct wire_tenant out = { 0 };
	struct fixture *fixture = *state;
	struct err err = { 0 };

	store_labels_put(&row.labels, "tier", "gold");
	store_labels_put(&row.server_labels, "region", "eu");
	assert_int_equal(view_tenant(fixture->api, &row, &out, &err), 0);
	assert_string_equal(out.mode, "ro");
	assert_int_equal(out.labels.nr, 1);
	assert_null(out.class);
	wire_release(&wire_tenant_type, &out);
	store_labels_release(&row.labels);
	store_labels_release(&row.server_labels);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_server_without_a_number_shows_the_daemons),
		TEST(a_task_shows_how_far_it_is),
		TEST(a_time_that_has_not_come_is_null),
		TEST(a_tenant_has_its_own_labels_only),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
