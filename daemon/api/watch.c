#include "watch.h"

#include <inttypes.h>

#include <event2/event.h>
#include <glib.h>

#include "api_state.h"
#include "log.h"
#include "store_event.h"
#include "tick.h"
#include "view.h"
#include "wire.h"

#define HEARTBEAT_S  15
#define BACKLOG_MAX  ((size_t)256 * 1024) /* bytes sent ahead of a reader */
#define ROWS_AT_ONCE 500
#define PAUSE_MS     20 /* at least, between two feeds: a rollout commits hundreds of times a second */
#define TASKS_MS     100 /* the same, when all that is new is how single tasks went */

struct stream {
	struct watch *watch;
	struct http_request *http; /* owned */
	int64_t since;
	int64_t rollout_id;
	bool full; /* more rows wait for the reader */
};

struct watch {
	struct api *api;
	struct event *soon;  /* owned; a feed is due */
	int64_t fed_ms;      /* tick_ms of the last feed */
	struct event *pulse; /* owned; heartbeat */
	GPtrArray *streams;  /* struct stream *, owned */
};

static void stream_free(void *data)
{
	struct stream *stream = data;

	http_stream_end(stream->http);
	g_free(stream);
}

struct batch {
	GString *text;
	int64_t last;
	int64_t rows;
};

static int row_append(const struct store_event *row, void *ctx, struct err *err)
{
	struct batch *batch = ctx;
	struct wire_event event = { 0 };
	g_autofree char *json = NULL;

	(void)err;
	view_event(row, &event);
	json = wire_encode(&wire_event_type, &event);
	g_string_append_printf(batch->text, "id: %" PRId64 "\ndata: %s\n\n", row->id, json);
	batch->last = row->id;
	batch->rows++;
	wire_release(&wire_event_type, &event);
	return 0;
}

/* False when the stream is over. */
static bool stream_feed(struct stream *stream)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct batch batch = { .text = text, .last = stream->since };
	struct err err;

	stream->full = http_stream_backlog(stream->http) >= BACKLOG_MAX;
	if (stream->full) {
		return true; /* on_drained goes on */
	}
	if (store_event_each(stream->watch->api->store, stream->since, stream->rollout_id,
			     ROWS_AT_ONCE, row_append, &batch, &err) < 0) {
		log_error("event stream ended error=\"%s\"", err.msg);
		return false;
	}
	stream->full = batch.rows == ROWS_AT_ONCE;
	stream->since = batch.last;
	return batch.rows == 0 || http_stream_send(stream->http, text->str, text->len);
}

static void feed_now(struct watch *watch)
{
	event_active(watch->soon, EV_TIMEOUT, 0);
}

static void on_drained(void *ctx)
{
	struct stream *stream = ctx;

	if (stream->full) {
		feed_now(stream->watch);
	}
}

static void on_soon(evutil_socket_t fd, short what, void *ctx)
{
	struct watch *watch = ctx;

	(void)fd;
	(void)what;
	watch->fed_ms = tick_ms();
	for (guint i = watch->streams->len; i > 0; i--) {
		if (!stream_feed(g_ptr_array_index(watch->streams, i - 1))) {
			g_ptr_array_remove_index_fast(watch->streams, i - 1);
		}
	}
}

static void on_pulse(evutil_socket_t fd, short what, void *ctx)
{
	static const char beat[] = ": still here\n\n";
	struct watch *watch = ctx;

	(void)fd;
	(void)what;
	for (guint i = watch->streams->len; i > 0; i--) {
		struct stream *stream = g_ptr_array_index(watch->streams, i - 1);

		if (http_stream_backlog(stream->http) < BACKLOG_MAX &&
		    !http_stream_send(stream->http, beat, sizeof(beat) - 1)) {
			g_ptr_array_remove_index_fast(watch->streams, i - 1);
		}
	}
}

struct watch *watch_new(struct api *api)
{
	struct timeval every = { .tv_sec = HEARTBEAT_S };
	struct watch *watch = g_new0(struct watch, 1);

	watch->api = api;
	watch->streams = g_ptr_array_new_with_free_func(stream_free);
	watch->soon = event_new(api->base, -1, 0, on_soon, watch);
	watch->pulse = event_new(api->base, -1, EV_PERSIST, on_pulse, watch);
	CHECK(watch->soon != NULL && watch->pulse != NULL);
	CHECK(event_add(watch->pulse, &every) == 0);
	return watch;
}

void watch_free(struct watch *watch)
{
	if (watch == NULL) {
		return;
	}
	g_ptr_array_unref(watch->streams);
	event_free(watch->soon);
	event_free(watch->pulse);
	g_free(watch);
}

static void wake(struct watch *watch, int64_t pause_ms)
{
	int64_t left_ms = watch->fed_ms + pause_ms - tick_ms();
	const struct timeval left = { .tv_usec = (suseconds_t)(left_ms * 1000) };

	if (watch->streams->len == 0) {
		return;
	}
	if (left_ms > 0) {
		CHECK(event_add(watch->soon, &left) == 0);
	} else {
		feed_now(watch);
	}
}

void watch_wake(struct watch *watch)
{
	wake(watch, PAUSE_MS); /* sooner than what may be due already */
}

void watch_wake_tasks(struct watch *watch)
{
	if (event_pending(watch->soon, EV_TIMEOUT, NULL) == 0) {
		wake(watch, TASKS_MS);
	}
}

void watch_add(struct watch *watch, struct http_request *request, int64_t since, int64_t rollout_id)
{
	static const char hello[] = ": events\n\n"; /* the client sees that it is connected */
	struct stream *stream = g_new0(struct stream, 1);

	stream->watch = watch;
	stream->http = request;
	stream->since = since;
	stream->rollout_id = rollout_id;
	http_stream_begin(request, "text/event-stream", on_drained, stream);
	g_ptr_array_add(watch->streams, stream);
	if (!http_stream_send(request, hello, sizeof(hello) - 1)) {
		g_ptr_array_remove_fast(watch->streams, stream);
		return;
	}
	feed_now(watch);
}
