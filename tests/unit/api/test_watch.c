#include <malloc.h>

#include "api_fixture.h"
#include "tick.h"

static void stream_open(struct fixture *fixture, const char *query, const char *headers)
{
	g_autofree char *text = g_strdup_printf("GET /v1/events%s HTTP/1.1\r\nHost: m\r\n"
						"Accept: text/event-stream\r\n%s\r\n",
						query, headers);

	fixture->client = client_connect(fixture);
	client_write(fixture, text, strlen(text));
}

static void event_put(struct fixture *fixture, const char *text)
{
	SCOPED(store_event) event = { .uid = -1 };
	struct err err = { 0 };

	store_text_set(&event.actor, "muster");
	store_text_set(&event.kind, "test");
	store_text_set(&event.text, text);
	must(store_begin(fixture->store, &err), &err);
	must(store_event_add(fixture->store, &event, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void event_write(struct fixture *fixture, const char *text)
{
	event_put(fixture, text);
	watch_wake(fixture->api->watch);
}

static void rows_come_as_they_are_committed(void **state)
{
	struct fixture *fixture = *state;

	event_write(fixture, "before");
	stream_open(fixture, "", "");
	said(fixture, "Content-Type: text/event-stream\r\n");
	said(fixture, ": events\n\n");
	event_write(fixture, "after");
	said(fixture, "id: 2\ndata: {\"id\":2,");
	said(fixture, "\"text\":\"after\",\"output\":null}\n\n");
	assert_null(strstr(fixture->seen->str, "before"));
}

static void tasks_come_by_themselves_and_with_other_news(void **state)
{
	struct fixture *fixture = *state;

	stream_open(fixture, "", "");
	said(fixture, ": events\n\n");
	for (int i = 0; i < 3; i++) {
		event_put(fixture, "a task");
		watch_wake_tasks(fixture->api->watch);
	}
	said(fixture, "id: 3\n");
	event_put(fixture, "a task");
	watch_wake_tasks(fixture->api->watch);
	event_write(fixture, "the rollout");
	said(fixture, "id: 4\n");
	said(fixture, "id: 5\n");
}

static void a_client_that_comes_back_misses_nothing(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 5; i++) {
		event_write(fixture, "one of five");
	}
	stream_open(fixture, "?since=2", "");
	said(fixture, "id: 3\n");
	said(fixture, "id: 5\n");
	close(fixture->client);
	g_string_truncate(fixture->seen, 0);
	event_write(fixture, "while away");
	stream_open(fixture, "?since=2", "Last-Event-ID: 5\r\n"); /* a browser repeats its URL */
	said(fixture, "id: 6\n");
	assert_null(strstr(fixture->seen->str, "id: 3\n"));
}

static void many_rows_come_in_order_and_whole(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	for (int i = 0; i < 3000; i++) {
		SCOPED(store_event) event = { .uid = -1 };

		store_text_set(&event.kind, "test");
		store_text_set(&event.text, "a text that makes the row as long as rows are, more "
					    "or less, for people");
		must(store_event_add(fixture->store, &event, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
	stream_open(fixture, "?since=0", "");
	for (int i = 1; i <= 3000; i++) {
		g_autofree char *want = g_strdup_printf("id: %d\ndata: {\"id\":%d,", i, i);

		said(fixture, want);
	}
}

/* A reader that stops reading holds what was sent ahead, not the whole trail. */
static void a_slow_reader_holds_little(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	size_t before;

	stream_open(fixture, "?since=0", "");
	must(store_begin(fixture->store, &err), &err);
	for (int i = 0; i < 20000; i++) {
		SCOPED(store_event) event = { .uid = -1 };

		store_text_set(&event.kind, "test");
		store_text_set(&event.text, "a text that makes the row as long as rows are");
		must(store_event_add(fixture->store, &event, &err), &err);
	}
	must(store_commit(fixture->store, &err), &err);
	before = mallinfo2().uordblks;
	watch_wake(fixture->api->watch);
	for (int i = 0; i < 500; i++) {
		fixture_pump(fixture);
	}
	assert_true(mallinfo2().uordblks < before + 1024 * 1024); /* of 4 MiB in all */
	said(fixture, "id: 1\n");
	said(fixture, "id: 10000\n"); /* it reads again, and nothing is missing */
	said(fixture, "id: 20000\n");
}

static void streams_of_clients_that_left_are_dropped(void **state)
{
	struct fixture *fixture = *state;
	struct http_stats stats = { 0 };
	int64_t end_ms = tick_ms() + ANSWER_MS;

	for (int i = 0; i < 3; i++) {
		stream_open(fixture, "", "");
		said(fixture, ": events\n\n");
		close(fixture->client);
	}
	http_stats_get(fixture->api->http, &stats);
	assert_int_equal(stats.streams, 3);
	fixture->client = -1;
	event_write(fixture, "anybody there?");
	while (stats.streams > 0 && tick_ms() < end_ms) {
		fixture_pump(fixture);
		http_stats_get(fixture->api->http, &stats);
	}
	assert_int_equal(stats.streams, 0);
}

static void a_stream_survives_the_end_of_the_api(void **state)
{
	struct fixture *fixture = *state;

	stream_open(fixture, "", "");
	said(fixture, ": events\n\n"); /* teardown closes the api with it open */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_come_as_they_are_committed),
		TEST(tasks_come_by_themselves_and_with_other_news),
		TEST(a_client_that_comes_back_misses_nothing),
		TEST(many_rows_come_in_order_and_whole),
		TEST(a_slow_reader_holds_little),
		TEST(streams_of_clients_that_left_are_dropped),
		TEST(a_stream_survives_the_end_of_the_api),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
