#include "sched_holes.h"

#include "sched_fixture.h"
#include "sched_plan.h"

/* Of the tenants that an event of ours makes different; the server has accounts of its own. */
struct seen {
	unsigned answered;
	GString *failing; /* "t01 " */
	GString *closing;
	guint unchecked;
	char *message; /* of the first */
};

static void take(struct seen *seen, const GPtrArray *list, GString *names)
{
	for (guint i = 0; i < list->len; i++) {
		const struct forecast_failing *failing = g_ptr_array_index(list, i);

		if (strcmp(failing->check, SCHED_HOLES_CHECK) == 0 &&
		    strstr(failing->message, "event late") != NULL) {
			g_string_append_printf(names, "%s ", failing->tenant);
			g_free(seen->message);
			seen->message = g_strdup(failing->message);
		}
	}
}

static void on_planned(void *ctx, const struct sched_planned *planned)
{
	struct seen *seen = ctx;

	seen->answered++;
	if (planned->err != NULL) {
		fail_msg("%s", planned->err->msg);
	}
	take(seen, planned->forecasts->failing, seen->failing);
	take(seen, planned->forecasts->closing, seen->closing);
	seen->unchecked = planned->forecasts->unchecked->len;
}

static void look(struct fixture *fixture, const struct sched_plan_ask *ask, struct seen *seen)
{
	struct err err = { 0 };

	*seen = (struct seen){ .failing = g_string_new(NULL), .closing = g_string_new(NULL) };
	must(store_begin(fixture->store, &err), &err);
	if (sched_plan_start(fixture->sched, ask, on_planned, seen, &err) == NULL) {
		fail_msg("%s", err.msg);
	}
	must(store_commit(fixture->store, &err), &err);
	for (unsigned i = 0; i < FIXTURE_TURNS && seen->answered == 0; i++) {
		(void)sched_turn(fixture->sched);
	}
	assert_int_equal(seen->answered, 1);
	assert_int_equal(seen->unchecked, 0);
}

static void seen_clear(struct seen *seen)
{
	g_string_free(seen->failing, TRUE);
	g_string_free(seen->closing, TRUE);
	g_free(seen->message);
}

/* Two tenants; what runs in t01 by itself keeps its rights. */
static void begin(struct fixture *fixture, const char *release)
{
	fixture_add_tenants(fixture, 2);
	test_server_exec("create event `%s`.late on schedule every 1 day starts now() + interval 1 "
			 "day do select 1",
			 fixture_schema("t01"));
	fixture_add_release(fixture, release);
}

static void who_could_still_be_written_to_is_said_by_name(void **state)
{
	/* clang-format off */
	static const struct {
		struct sched_plan_ask ask;
		const char *failing;
		const char *closing;
	} rows[] = {
		{ { .closes = true }, "", "t01 " },
		{ { .closes = true, .for_rollout = true }, "t01 ", "" },
		{ { .closes = true, .for_rollout = true, .accepts_holes = true }, "", "t01 " },
		{ { .closes = true, .for_rollout = true, .close_method = "hook" }, "", "" },
		{ { .closes = true, .for_rollout = true, .close_method = "triggers" }, "", "" },
		{ { .for_rollout = true }, "", "" },
	};
	/* clang-format on */
	struct fixture *fixture = *state;

	begin(fixture, "create table a (id int);");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct sched_plan_ask ask = rows[i].ask;
		struct seen seen;

		ask.release = "rel";
		look(fixture, &ask, &seen);
		assert_string_equal(seen.failing->str, rows[i].failing);
		assert_string_equal(seen.closing->str, rows[i].closing);
		if (seen.message != NULL) {
			assert_non_null(strstr(seen.message, "--accept-holes"));
			assert_non_null(strstr(seen.message, "muster readonly on t01 "));
		}
		seen_clear(&seen);
	}
}

static void a_file_that_asks_for_it_is_enough(void **state)
{
	const struct sched_plan_ask ask = { .release = "rel", .for_rollout = true };
	struct fixture *fixture = *state;
	struct seen seen;

	begin(fixture, "-- muster: readonly=on\ncreate table a (id int);");
	look(fixture, &ask, &seen);
	assert_string_equal(seen.failing->str, "t01 ");
	seen_clear(&seen);
}

static void a_rollout_closes_in_three_ways(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sched_holes_method(NULL, &err), 0);
	assert_int_equal(sched_holes_method("privileges", &err), 0);
	assert_int_equal(sched_holes_method("triggers", &err), 0);
	assert_int_equal(sched_holes_method("hook", &err), 0);
	assert_int_equal(sched_holes_method("schema", &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(sched_holes_method("force", &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_could_still_be_written_to_is_said_by_name),
		SCENARIO(a_file_that_asks_for_it_is_enough),
		cmocka_unit_test(a_rollout_closes_in_three_ways),
	};

	return cmocka_run_group_tests_name("sched_holes", tests, NULL, NULL);
}
