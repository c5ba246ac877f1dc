#include "sched_fixture.h"

static int take(const struct store_event *event, void *ctx, struct err *err)
{
	char **line = ctx;

	(void)err;
	g_free(*line);
	*line = g_strdup_printf("%lld %s %s %s %s %s", (long long)event->uid, event->actor,
				event->kind, event->object, event->state, event->text);
	return 0;
}

static void says_who_did_what_and_why(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *line = NULL;
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_note(fixture->sched, &fixture_actor, 0, "server.add", "server/db9", "unknown",
			"added", &err),
	     &err);
	must(store_event_each(fixture->store, 0, 0, 10, take, &line, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	assert_string_equal(line, "1000 anna server.add server/db9 unknown added (a test)");
}

static void muster_itself_is_named(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *line = NULL;
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_note(fixture->sched, &sched_self, 0, "server", "server/db9", "down", "no answer",
			&err),
	     &err);
	must(store_event_each(fixture->store, 0, 0, 10, take, &line, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	assert_string_equal(line, "-1 muster server server/db9 down no answer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(says_who_did_what_and_why),
		SCENARIO(muster_itself_is_named),
	};

	return cmocka_run_group_tests_name("sched_event", tests, NULL, NULL);
}
