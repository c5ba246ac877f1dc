#include "store_fixture.h"

static int collect(const struct store_event *event, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%d:%s:%s:%s ", (int)event->id, event->kind,
			       event->state != NULL ? event->state : "-",
			       event->text != NULL ? event->text : "-");
	return 0;
}

static int refuse(const struct store_event *event, void *ctx, struct err *err)
{
	(void)event;
	(*(int *)ctx)++;
	return err_set(err, ERR_BUSY, "enough");
}

static void add(struct fixture *fixture, const char *kind, int64_t rollout_id)
{
	SCOPED(store_event)
	event = {
		.uid = 1000,
		.actor = g_strdup("anna"),
		.kind = g_strdup(kind),
		.state = rollout_id != 0 ? g_strdup("paused") : NULL,
		.text = g_strdup(""),
		.rollout_id = rollout_id,
	};

	WORKS(fixture, store_event_add(fixture->store, &event, &fixture->err));
	assert_true(event.id > 0);
	assert_int_equal(event.at, 1234567);
}

static void reads_on_where_it_stopped(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);

	tick_fake(1, 1234567);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 0);
	fixture_begin(fixture);
	add(fixture, "a", 0);
	add(fixture, "b", 7);
	add(fixture, "c", 8);
	add(fixture, "d", 7);
	fixture_commit(fixture);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 4);

	WORKS(fixture, store_event_each(fixture->store, 0, 0, 2, collect, got, &fixture->err));
	assert_string_equal(got->str, "1:a:-: 2:b:paused: ");
	WORKS(fixture, store_event_each(fixture->store, 2, 0, 100, collect, got, &fixture->err));
	assert_string_equal(got->str, "1:a:-: 2:b:paused: 3:c:paused: 4:d:paused: ");
	g_string_truncate(got, 0);
	WORKS(fixture, store_event_each(fixture->store, 0, 7, 100, collect, got, &fixture->err));
	assert_string_equal(got->str, "2:b:paused: 4:d:paused: ");
	WORKS(fixture, store_event_each(fixture->store, 2, 7, 100, collect, got, &fixture->err));
	assert_string_equal(got->str, "2:b:paused: 4:d:paused: 4:d:paused: ");
}

static int collect_output(const struct store_event *event, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", event->output == NULL ? "-" : event->output);
	return 0;
}

/* That of a rollout is in its log: there may be thousands. */
static void what_was_printed_without_a_rollout_is_read(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);

	tick_fake(1, 1234567);
	fixture_begin(fixture);
	add(fixture, "hook", 0);
	WORKS(fixture, store_event_output(fixture->store, "one", 0, &fixture->err));
	add(fixture, "other", 0);
	add(fixture, "hook", 7);
	WORKS(fixture, store_event_output(fixture->store, "two", 0, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture,
	      store_event_each(fixture->store, 0, 0, 100, collect_output, got, &fixture->err));
	assert_string_equal(got->str, "one - - ");
}

static void a_callback_stops_the_reading(void **state)
{
	struct fixture *fixture = *state;
	int calls = 0;

	tick_fake(1, 1234567);
	fixture_begin(fixture);
	add(fixture, "a", 0);
	add(fixture, "b", 0);
	fixture_commit(fixture);
	assert_int_equal(store_event_each(fixture->store, 0, 0, 100, refuse, &calls, &fixture->err),
			 -1);
	assert_int_equal(calls, 1);
	assert_string_equal(fixture->err.msg, "enough");
	calls = 0; /* and the statement can be used again */
	assert_int_equal(store_event_each(fixture->store, 1, 0, 100, refuse, &calls, &fixture->err),
			 -1);
	assert_int_equal(calls, 1);
}

static void nobody_changes_the_past(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *text = NULL;

	tick_fake(1, 1234567);
	fixture_begin(fixture);
	add(fixture, "a", 0);
	fixture_commit(fixture);
	assert_int_equal(fixture_sql(fixture, "update event set kind = 'b'"), SQLITE_CONSTRAINT);
	assert_int_equal(fixture_sql(fixture, "delete from event"), SQLITE_CONSTRAINT);
	text = fixture_ask(fixture, "select group_concat(kind) from event");
	assert_string_equal(text, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(reads_on_where_it_stopped),
		STORE_TEST(what_was_printed_without_a_rollout_is_read),
		STORE_TEST(a_callback_stops_the_reading),
		STORE_TEST(nobody_changes_the_past),
	};

	return cmocka_run_group_tests_name("store_event", tests, NULL, NULL);
}
