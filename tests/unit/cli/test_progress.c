#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "progress.h"

static char mend[] = "mend 0002, then muster rollout start DIR";
static char id[] = "r12", name[] = "shop", running[] = "running", release[] = "app-7",
	    version[] = "0007", done[] = "done", pending[] = "pending", paused[] = "paused",
	    gated[] = "gated", failed[] = "failed", aborted[] = "aborted", human[] = "promote",
	    owner[] = "anna", acme[] = "acme", beta[] = "beta", migration[] = "0007_x.sql",
	    message[] = "no such column", over[] = "3 tenants failed";

static struct wire_wave waves[] = {
	{ .seq = 1, .size = 1, .state = done },
	{ .seq = 2, .size = 18, .state = running },
	{ .seq = 3, .size = 341, .state = pending, .gate = human },
};

static struct wire_rollout the_rollout(void)
{
	return (struct wire_rollout){
		.id = id,
		.name = name,
		.release = release,
		.version = version,
		.state = running,
		.owner = owner,
		.counts = { .total = 360, .done = 9, .running = 2, .pending = 348, .failed = 1 },
		.waves = { .items = waves, .nr = G_N_ELEMENTS(waves) },
		.budget = { .failed = 1, .limit = 4 },
		.running_limit = 4,
		.rate = 2.25,
		.eta_s = 156,
	};
}

static void the_picture_says_how_it_stands(void **state)
{
	const struct style style = { .output = RENDER_TABLE };
	const struct wire_rollout rollout = the_rollout();
	const struct wire_task tasks[] = {
		{ .rollout = id,
		  .tenant = acme,
		  .state = running,
		  .statement = 1,
		  .statements = 3,
		  .migration = migration },
	};
	const struct wire_task broken[] = {
		{ .rollout = id, .tenant = beta, .state = failed, .error = { .message = message } },
	};
	const struct progress progress = { .rollout = &rollout,
					   .running = tasks,
					   .nr_running = 1,
					   .failed = broken,
					   .nr_failed = 1 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	progress_block(out, &progress, &style);
	assert_string_equal(out->str,
			    "r12 shop  running\n"
			    "  release app-7 to version 0007, by anna\n"
			    "  [#---------------------------------------]   2%  9/360 done\n"
			    "  9 done, 2 running, 348 pending, 1 failed\n"
			    "  budget 1 of 4 failures, at most 4 at a time, 2.2/s, ends in 2m 36s\n"
			    "  wave 1   [################]      1  done\n"
			    "  wave 2   [########--------]     18  running\n"
			    "  wave 3   [----------------]    341  pending, waits for promote\n"
			    "  acme                     running    statement 1/3  0007_x.sql\n"
			    "  beta failed: no such column\n"
			    "    -> muster task show r12/beta\n");
}

static void many_waves_are_a_window_around_the_one_that_runs(void **state)
{
	const struct style style = { .output = RENDER_TABLE };
	struct wire_wave many[20] = { 0 };
	struct wire_rollout rollout = the_rollout();
	const struct progress progress = { .rollout = &rollout, .waves_max = 4 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	for (int i = 0; i < 20; i++) {
		many[i] = (struct wire_wave){ .seq = i + 1,
					      .size = 18,
					      .state = i < 9    ? done
						       : i == 9 ? running
								: pending };
	}
	rollout.waves = (struct wire_list){ .items = many, .nr = 20 };
	progress_block(out, &progress, &style);
	assert_null(strstr(out->str, "wave 7 "));
	assert_non_null(strstr(out->str, "wave 8 "));
	assert_non_null(strstr(out->str, "wave 10 "));
	assert_non_null(strstr(out->str, "wave 11 "));
	assert_null(strstr(out->str, "wave 12 "));
	assert_non_null(strstr(out->str, "(20 waves in all)"));
}

/* clang-format off */
static const struct { char *state; bool over; int64_t failed; int64_t in_doubt; int64_t limit; const char *want; } nexts[] = {
	{ running, false, 0, 0, 0, "muster rollout watch r12" },
	{ paused,  false, 0, 0, 0, "muster rollout resume r12" },
	{ paused,  true,  1, 0, 0, "muster rollout retry r12" },
	{ paused,  true,  0, 1, 0, "muster task list r12 --state in_doubt" },
	{ paused,  true,  0, 0, 0, "muster rollout resume r12" }, /* retried or skipped */
	{ paused,  true,  1, 0, 2, "muster rollout resume r12" }, /* more may fail now */
	{ gated,   false, 0, 0, 0, "muster rollout promote r12" },
	{ failed,  false, 1, 0, 0, "muster rollout retry r12" },
	{ failed,  false, 0, 0, 0, "muster task list r12" },
	{ aborted, false, 0, 0, 0, "muster task list r12" },
	{ done,    false, 0, 0, 0, NULL },
};

static struct { const char *kind; const char *object; const char *state; const char *text; const char *want; } lines[] = {
	{ "task.done",     "r12/acme", "done",    "applied",        "02:04:05 acme done 3/360\n" },
	{ "task.failed",   "r12/acme", "failed",  "no\nsuch table", "02:04:05 acme failed 3/360: no such table\n" },
	{ "task.take",     "r12/acme", "running", NULL,             "02:04:05 acme running\n" },
	{ "rollout.pause", "r12",      "paused",  "asked by anna",  "02:04:05 r12 paused: asked by anna\n" },
	{ "task.take",     "r12/acme", "running", "a worker",       "02:04:05 acme running\n" },
	{ "wave.open",     "r12/wave/2", "running", "next",         "02:04:05 wave 2 running: next\n" },
	{ "server.add",    "server/d", NULL,      "new",            "" },
};

/* clang-format on */

static void the_next_command_leads_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(nexts); i++) {
		const int64_t failures = nexts[i].failed + nexts[i].in_doubt;
		const struct wire_rollout rollout = {
			.id = id,
			.state = nexts[i].state,
			.over_budget = nexts[i].over,
			.budget = { .failed = failures, .limit = nexts[i].limit },
			.counts = { .failed = nexts[i].failed, .in_doubt = nexts[i].in_doubt }
		};
		g_autofree char *next = progress_next_command(&rollout);

		if (nexts[i].want == NULL) {
			assert_null(next);
		} else {
			assert_string_equal(next, nexts[i].want);
		}
	}
}

static void what_a_retry_cannot_help_is_not_retried(void **state)
{
	struct wire_rollout rollout = { .id = id,
					.state = failed,
					.hint = mend,
					.counts = { .failed = 1 } };
	g_autofree char *ended = progress_next_command(&rollout);
	g_autofree char *stands = NULL;
	g_autofree char *runs = NULL;

	(void)state;
	assert_string_equal(ended, mend);
	rollout.state = paused;
	rollout.over_budget = true;
	stands = progress_next_command(&rollout);
	assert_string_equal(stands, mend);
	rollout.state = running;
	runs = progress_next_command(&rollout);
	assert_string_equal(runs, "muster rollout watch r12");
}

/* It ended with exit code 2: those that were left out are to be seen. */
static void who_was_left_out_is_listed(void **state)
{
	struct wire_rollout rollout = { .id = id, .state = done, .counts = { .skipped = 2 } };
	g_autofree char *skips = progress_next_command(&rollout);
	g_autofree char *holds = NULL;

	(void)state;
	assert_string_equal(skips, "muster task list r12 --state skipped");
	rollout.counts.held = 1;
	holds = progress_next_command(&rollout);
	assert_string_equal(holds, "muster task list r12 --state held");
}

/* Paused by a load: where to look is the throttle, and nothing waits for a human. */
static void a_load_that_pauses_is_looked_at(void **state)
{
	const struct wire_rollout rollout = { .id = id, .state = paused, .throttled = true };
	g_autofree char *next = progress_next_command(&rollout);

	(void)state;
	assert_string_equal(next, "muster throttle show");
}

static void servers_are_in_the_picture_while_it_goes(void **state)
{
	static char server[] = "db1";
	static char slow[] = "slow";
	static char why[] = "lag 4 > 3 (soft)";
	static const struct style plain = { .output = RENDER_TABLE };
	static const char want[] = "\n  db1 slow, 2/4 slots: lag 4 > 3 (soft)\n";
	const struct wire_throttle throttle = { .server = server,
						.state = slow,
						.reason = why,
						.slots = { .now = 2, .max = 4 } };
	struct wire_rollout rollout = { .id = id, .state = running };
	const struct progress progress = { .rollout = &rollout,
					   .throttles = &throttle,
					   .nr_throttles = 1 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	progress_block(out, &progress, &plain);
	assert_non_null(strstr(out->str, want));
	rollout.state = paused; /* what was seen of them is old then */
	g_string_truncate(out, 0);
	progress_block(out, &progress, &plain);
	assert_null(strstr(out->str, "db1"));
}

static void an_event_is_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autofree char *at = g_strdup("2026-11-21T02:04:05.000Z");
		g_autofree char *kind = g_strdup(lines[i].kind);
		g_autofree char *object = g_strdup(lines[i].object);
		g_autofree char *now = g_strdup(lines[i].state);
		g_autofree char *text = g_strdup(lines[i].text);
		const struct wire_event event = { .at = at,
						  .kind = kind,
						  .object = object,
						  .state = now,
						  .text = text };
		g_autoptr(GString) out = g_string_new(NULL);

		progress_line(out, &event, 3, 360);
		assert_string_equal(out->str, lines[i].want);
	}
}

static void a_summary_is_one_line(void **state)
{
	struct wire_rollout rollout = the_rollout();
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	rollout.state = paused;
	rollout.reason = over;
	progress_summary(out, &rollout);
	assert_string_equal(out->str,
			    "r12 shop: paused, 9/360 done, 1 failed (3 tenants failed)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picture_says_how_it_stands),
		cmocka_unit_test(many_waves_are_a_window_around_the_one_that_runs),
		cmocka_unit_test(the_next_command_leads_on),
		cmocka_unit_test(what_a_retry_cannot_help_is_not_retried),
		cmocka_unit_test(who_was_left_out_is_listed),
		cmocka_unit_test(a_load_that_pauses_is_looked_at),
		cmocka_unit_test(servers_are_in_the_picture_while_it_goes),
		cmocka_unit_test(an_event_is_one_line),
		cmocka_unit_test(a_summary_is_one_line),
	};

	(void)g_setenv("TZ", "UTC", TRUE);
	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
