#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "canned.h"
#include "follow.h"
#include "tick.h"

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define EVENT(id)                                                                   \
	"id: " #id "\ndata: {\"id\":" #id ",\"at\":\"\",\"uid\":0,\"actor\":\"a\"," \
	"\"kind\":\"task\",\"object\":\"r1/x\",\"state\":\"done\",\"text\":null}\n\n"

static void on_event(const struct wire_event *event, void *ctx)
{
	g_string_append_printf(ctx, "%d ", (int)event->id);
}

/* Until that many events came, a failure, or a minute. */
static int follow_some(struct follow *follow, const GString *out, size_t len, struct err *err)
{
	int64_t end = tick_ms() + 60000;

	while (out->len < len && tick_ms() < end) {
		if (follow_wait(follow, 100, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static void a_broken_stream_is_taken_up_behind_the_last_event(void **state)
{
	/* the first breaks off inside event 3, the second sends event 2 once more */
	const char *answers[] = {
		STREAM EVENT(1) EVENT(2) "id: 3\ndata: {\"id\":3,",
		STREAM EVENT(2) EVENT(3) EVENT(4),
		NULL,
	};
	struct canned canned = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *seen = NULL;
	struct err err = { 0 };

	(void)state;
	canned_start(&canned, answers);
	{
		SCOPED_PTR(client) client = client_new(canned.socket);
		SCOPED(follow) follow = { 0 };

		follow_begin(&follow, client, "r 1", 0, on_event, out);
		assert_int_equal(follow_some(&follow, out, strlen("1 2 3 4 "), &err), 0);
	}
	assert_string_equal(out->str, "1 2 3 4 ");
	seen = canned_seen(&canned);
	assert_true(g_str_has_prefix(seen, "GET /v1/events?since=0&rollout=r%201 HTTP/1.1\r\n"));
	assert_non_null(strstr(seen, "GET /v1/events?since=2&rollout=r%201 HTTP/1.1\r\n"));
	assert_non_null(strstr(seen, "\r\nAccept: text/event-stream\r\n"));
	canned_stop(&canned);
}

static void a_refusal_ends_it(void **state)
{
	const char *answers[] = { "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
				  "{\"code\":\"not_found\",\"native\":0,\"message\":\"no r1\","
				  "\"hint\":\"muster rollout list\"}",
				  NULL };
	struct canned canned = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct err err = { 0 };

	(void)state;
	canned_start(&canned, answers);
	{
		SCOPED_PTR(client) client = client_new(canned.socket);
		SCOPED(follow) follow = { 0 };

		follow_begin(&follow, client, NULL, 7, on_event, out);
		assert_int_equal(follow_some(&follow, out, 1, &err), -1);
		assert_string_equal(client_hint(client), "muster rollout list");
	}
	assert_string_equal(err.msg, "no r1");
	canned_stop(&canned);
}

static void rubbish_in_the_stream_ends_it(void **state)
{
	const char *answers[] = { STREAM "data: rubbish\n\n", NULL };
	struct canned canned = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct err err = { 0 };

	(void)state;
	canned_start(&canned, answers);
	{
		SCOPED_PTR(client) client = client_new(canned.socket);
		SCOPED(follow) follow = { 0 };

		follow_begin(&follow, client, NULL, 0, on_event, out);
		assert_int_equal(follow_some(&follow, out, 1, &err), -1);
	}
	assert_int_equal(err.code, ERR_PROTOCOL);
	canned_stop(&canned);
}

static void an_interrupt_is_noticed(void **state)
{
	SCOPED_PTR(client) client = client_new("/nonexistent/m.sock");
	SCOPED(follow) follow = { 0 };

	(void)state;
	follow_begin(&follow, client, NULL, 0, on_event, NULL);
	assert_false(follow_interrupted());
	assert_int_equal(raise(SIGINT), 0);
	assert_true(follow_interrupted());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_stream_is_taken_up_behind_the_last_event),
		cmocka_unit_test(a_refusal_ends_it),
		cmocka_unit_test(rubbish_in_the_stream_ends_it),
		cmocka_unit_test(an_interrupt_is_noticed),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
