#include "sched_hook_kit.h"

static void expect_asked(struct fixture *fixture, char *const *words, const char *want)
{
	g_autofree char *set = NULL;
	struct err err = { 0 };

	must(sched_hooks_ask(fixture->sched, words, &set, &err), &err);
	assert_string_equal(set, want);
}

static void what_is_asked_goes_over_the_settings(void **state)
{
	struct fixture *fixture = *state;
	char *usual[] = { (char *)(uintptr_t) "before-close=tells",
			  (char *)(uintptr_t) "after-open=tells", NULL };
	char *other[] = { (char *)(uintptr_t) "before-close=refuses", NULL };
	char *without[] = { (char *)(uintptr_t) "before-close=", NULL };
	char *nowhere[] = { (char *)(uintptr_t) "before-close=gone", NULL };
	g_autofree char *set = NULL;
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };

	hooks_begin(fixture, &hooks);
	expect_asked(fixture, NULL, "");
	hooks_use(fixture, &hooks, usual);
	expect_asked(fixture, NULL, "before-close=tells after-open=tells");
	expect_asked(fixture, other, "before-close=refuses after-open=tells");
	expect_asked(fixture, without, "after-open=tells");
	assert_int_equal(sched_hooks_ask(fixture->sched, nowhere, &set, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(set);
}

static int add_line(const struct store_event *event, void *ctx, struct err *err)
{
	GString *out = ctx;

	(void)err;
	if (strcmp(event->kind, "hook") == 0) {
		g_string_append_printf(out, "%s [%s] %lld\n", event->state,
				       event->output == NULL ? "" : event->output,
				       (long long)event->lost);
	}
	return 0;
}

static void what_it_printed_is_kept_with_its_end(void **state)
{
	struct fixture *fixture = *state;
	char *words[] = { (char *)(uintptr_t) "after-rollout=refuses",
			  (char *)(uintptr_t) "before-rollout=tells", NULL };
	const struct sched_start start = { .release = "rel", .hooks = words };
	g_autoptr(GString) log = g_string_new(NULL);
	g_autofree char *object = NULL;
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (b int);");
	hooks_begin(fixture, &hooks);
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	object = g_strdup_printf("r%lld", (long long)id);
	must(store_event_log(fixture->store, id, object, 100, add_line, log, &err), &err);
	assert_string_equal(log->str, "begun [] 0\npassed [] 0\n"
				      "begun [] 0\nfailed [the queue is full\n] 0\n");
}

static int64_t begin(struct fixture *fixture, struct err *err)
{
	struct hook_ask ask = {
		.event = HOOK_AFTER_ROLLOUT,
		.object = "r1",
		.rollout_id = 1,
		.call = sched_hook_call(fixture->sched, "after-rollout=tells", HOOK_AFTER_ROLLOUT),
	};

	return sched_hook_begin(fixture->sched, &ask, err);
}

static void a_turn_that_is_undone_begins_none(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };

	hooks_begin(fixture, &hooks);
	must(store_begin(fixture->store, &err), &err);
	assert_true(begin(fixture, &err) > 0);
	store_rollback(fixture->store);
	sched_hooks_undo(fixture->sched);
	fixture_turns(fixture, 3);
	hooks_expect(&hooks, "");
	must(store_begin(fixture->store, &err), &err);
	assert_true(begin(fixture, &err) > 0);
	must(store_commit(fixture->store, &err), &err);
	sched_wake(fixture->sched);
	fixture_turns(fixture, 3);
	hooks_expect(&hooks, "after-rollout\n");
}

static void the_scheduler_is_busy_while_one_is_out(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(hooks) hooks = { 0 };
	struct err err = { 0 };

	hooks_begin(fixture, &hooks);
	assert_true(sched_is_idle(fixture->sched));
	must(store_begin(fixture->store, &err), &err);
	assert_true(begin(fixture, &err) > 0);
	must(store_commit(fixture->store, &err), &err);
	assert_false(sched_is_idle(fixture->sched));
	sched_stop(fixture->sched); /* it does not run any more, and says so */
	fixture_turns(fixture, 3);
	assert_true(sched_is_idle(fixture->sched));
	hooks_expect(&hooks, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(what_is_asked_goes_over_the_settings),
		SCENARIO(what_it_printed_is_kept_with_its_end),
		SCENARIO(a_turn_that_is_undone_begins_none),
		SCENARIO(the_scheduler_is_busy_while_one_is_out),
	};

	return cmocka_run_group_tests_name("sched_hook", tests, NULL, NULL);
}
