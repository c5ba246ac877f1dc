#include "routing.h"

#include <string.h>

#include <event2/event.h>
#include <glib.h>

#include "call.h"
#include "http.h"
#include "log.h"
#include "route_map.h"
#include "routing_file.h"
#include "store_tenant.h"
#include "view.h"

#define SOON_MS     25   /* changes that follow closely are told together */
#define RETRY_MS    1000 /* after the inventory could not be read */
#define ROWS_SINGLY 64   /* more that changed: all are read in one pass */
#define PULSE_S     15
#define BACKLOG_MAX ((size_t)1024 * 1024) /* bytes sent ahead of a reader */

struct waiter {
	struct routing *routing;
	struct call *call; /* one reference */
	enum route_format format;
	struct event *timer; /* owned */
};

struct stream {
	struct routing *routing;
	struct http_request *http; /* owned */
	bool behind;               /* it is to have the whole map when it has read what was sent */
};

struct target {
	enum route_format format;
	struct routing_file *file; /* owned */
	bool begun;                /* it has a text of ours */
};

struct routing {
	struct event_base *base;
	struct store *store;
	struct route_map *map; /* owned */
	GHashTable *dirty;     /* ids, owned: written and not yet read */
	bool unread;           /* all of them */
	struct event *soon;    /* owned */
	struct event *pulse;   /* owned */
	GPtrArray *waiters;    /* struct waiter *, owned */
	GPtrArray *streams;    /* struct stream *, owned */
	GPtrArray *targets;    /* struct target *, owned */
};

static void arm(struct event *event, int64_t ms)
{
	const struct timeval after = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000),
	};

	CHECK(event_add(event, &after) == 0);
}

/* While nobody is told, nothing is read: a rollout changes hundreds of rows a second. */
static bool is_watched(const struct routing *routing)
{
	return routing->waiters->len + routing->streams->len + routing->targets->len > 0;
}

static void read_soon(struct routing *routing, int64_t ms)
{
	if (is_watched(routing) && event_pending(routing->soon, EV_TIMEOUT, NULL) == 0) {
		arm(routing->soon, ms);
	}
}

/* Within a change of the inventory. */
static void on_tenant(void *ctx, int64_t tenant_id)
{
	struct routing *routing = ctx;

	if (!g_hash_table_contains(routing->dirty, &tenant_id)) {
		g_hash_table_add(routing->dirty, g_memdup2(&tenant_id, sizeof(tenant_id)));
	}
	read_soon(routing, SOON_MS);
}

/* ---- reading ---------------------------------------------------------------------------- */

static int put_row(const struct store_tenant *row, void *ctx, struct err *err)
{
	struct routing *routing = ctx;
	struct wire_route route = { 0 };

	(void)err;
	view_route(row, &route);
	(void)route_map_put(routing->map, row->id, &route);
	return 0;
}

static int read_all(struct routing *routing, struct err *err)
{
	route_map_begin(routing->map);
	if (store_tenant_routes(routing->store, put_row, routing, err) < 0) {
		return -1;
	}
	route_map_end(routing->map);
	return 0;
}

static int read_one(struct routing *routing, int64_t id, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };

	if (store_tenant_get_id(routing->store, id, &row, err) == 0) {
		return put_row(&row, routing, err);
	}
	if (err->code != ERR_NOT_FOUND) {
		return -1;
	}
	(void)route_map_remove(routing->map, id);
	return 0;
}

static int read_dirty(struct routing *routing, struct err *err)
{
	GHashTableIter iter;
	void *id;

	g_hash_table_iter_init(&iter, routing->dirty);
	while (g_hash_table_iter_next(&iter, &id, NULL)) {
		if (read_one(routing, *(const int64_t *)id, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static void tell(struct routing *routing);

static int refresh(struct routing *routing, struct err *err)
{
	bool all = routing->unread || g_hash_table_size(routing->dirty) > ROWS_SINGLY;

	CHECK(!store_in_transaction(routing->store));
	if ((all ? read_all(routing, err) : read_dirty(routing, err)) < 0) {
		routing->unread = true; /* perhaps in part */
		read_soon(routing, RETRY_MS);
		return -1;
	}
	routing->unread = false;
	g_hash_table_remove_all(routing->dirty);
	tell(routing);
	return 0;
}

int routing_read(struct routing *routing, const char **tag, struct err *err)
{
	if (refresh(routing, err) < 0) {
		return -1;
	}
	*tag = route_map_tag(routing->map);
	return 0;
}

static void on_soon(evutil_socket_t fd, short what, void *ctx)
{
	struct err err = { 0 };

	(void)fd;
	(void)what;
	if (refresh(ctx, &err) < 0) {
		log_error("map of tenants not read error=\"%s\"", err.msg);
	}
}

/* ---- who waits -------------------------------------------------------------------------- */

void routing_answer(struct routing *routing, struct call *call, enum route_format format, bool same)
{
	http_header_put(call->http, "ETag", route_map_tag(routing->map));
	http_header_put(call->http, "Cache-Control", "no-cache");
	call->content_type = route_map_types[format];
	call->status = same ? 304 : 0;
	call->text = same ? g_strdup("") : route_map_text(routing->map, format);
}

static void waiter_free(void *data)
{
	struct waiter *waiter = data;

	event_free(waiter->timer);
	g_free(waiter);
}

static void waiter_end(struct waiter *waiter, bool same)
{
	struct routing *routing = waiter->routing;
	struct call *call = waiter->call;

	routing_answer(routing, call, waiter->format, same);
	(void)g_ptr_array_remove_fast(routing->waiters, waiter);
	call_finish(call, NULL);
}

static void on_waited(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	waiter_end(ctx, true);
}

void routing_wait(struct routing *routing, struct call *call, enum route_format format,
		  int64_t wait_s)
{
	struct waiter *waiter = g_new0(struct waiter, 1);

	waiter->routing = routing;
	waiter->call = call;
	waiter->format = format;
	waiter->timer = event_new(routing->base, -1, 0, on_waited, waiter);
	CHECK(waiter->timer != NULL);
	arm(waiter->timer, wait_s * 1000);
	g_ptr_array_add(routing->waiters, waiter);
}

/* ---- streams ---------------------------------------------------------------------------- */

static void stream_free(void *data)
{
	struct stream *stream = data;

	http_stream_end(stream->http);
	g_free(stream);
}

/* False when the stream is over. */
static bool stream_say(struct stream *stream, const char *text)
{
	if (stream->behind || http_stream_backlog(stream->http) >= BACKLOG_MAX) {
		stream->behind = true;
		return true;
	}
	return http_stream_send(stream->http, text, strlen(text));
}

static void on_drained(void *ctx)
{
	struct stream *stream = ctx;

	if (stream->behind) {
		g_autofree char *whole = route_map_whole(stream->routing->map);

		stream->behind = false;
		if (!http_stream_send(stream->http, whole, strlen(whole))) {
			g_ptr_array_remove_fast(stream->routing->streams, stream);
		}
	}
}

static void say_all(struct routing *routing, const char *text)
{
	for (guint i = routing->streams->len; i > 0; i--) {
		if (!stream_say(g_ptr_array_index(routing->streams, i - 1), text)) {
			g_ptr_array_remove_index_fast(routing->streams, i - 1);
		}
	}
}

static void on_pulse(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	say_all(ctx, ": still here\n\n");
}

void routing_stream(struct routing *routing, struct http_request *request, const char *seen)
{
	bool is_new = g_strcmp0(seen, route_map_tag(routing->map)) != 0;
	g_autofree char *hello =
		is_new ? route_map_whole(routing->map) : g_strdup(": nothing has changed\n\n");
	struct stream *stream = g_new0(struct stream, 1);

	stream->routing = routing;
	stream->http = request;
	http_stream_begin(request, "text/event-stream", on_drained, stream);
	g_ptr_array_add(routing->streams, stream);
	if (!http_stream_send(request, hello, strlen(hello))) {
		g_ptr_array_remove_fast(routing->streams, stream);
	}
}

/* ---- files ------------------------------------------------------------------------------ */

static void target_free(void *data)
{
	struct target *target = data;

	routing_file_free(target->file);
	g_free(target);
}

static void target_write(struct routing *routing, struct target *target)
{
	target->begun = true;
	routing_file_put(target->file, route_map_text(routing->map, target->format));
}

static void target_add(struct routing *routing, const char *text)
{
	struct target *target = g_new0(struct target, 1);
	const char *path = states_route_file(text, &target->format);

	CHECK(path != NULL); /* the settings were checked */
	target->file = routing_file_new(path);
	g_ptr_array_add(routing->targets, target);
	if (routing->unread) {
		read_soon(routing, 0);
	} else {
		target_write(routing, target);
	}
}

void routing_files_set(struct routing *routing, char *const *files)
{
	g_ptr_array_set_size(routing->targets, 0);
	for (; files != NULL && *files != NULL; files++) {
		target_add(routing, *files);
	}
}

/* ---- all of them ------------------------------------------------------------------------ */

static void tell(struct routing *routing)
{
	g_autofree char *news = route_map_news(routing->map);

	while (news != NULL && routing->waiters->len > 0) {
		waiter_end(g_ptr_array_index(routing->waiters, 0), false);
	}
	if (news != NULL) {
		say_all(routing, news);
	}
	for (guint i = 0; i < routing->targets->len; i++) {
		struct target *target = g_ptr_array_index(routing->targets, i);

		/* that there is nobody yet is no news, and yet not what the file may say */
		if (news != NULL || !target->begun) {
			target_write(routing, target);
		}
	}
}

struct routing *routing_new(struct event_base *base, struct store *store)
{
	const struct timeval pulse = { .tv_sec = PULSE_S };
	struct routing *routing = g_new0(struct routing, 1);

	routing->base = base;
	routing->store = store;
	routing->map = route_map_new();
	routing->dirty = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	routing->unread = true;
	routing->waiters = g_ptr_array_new_with_free_func(waiter_free);
	routing->streams = g_ptr_array_new_with_free_func(stream_free);
	routing->targets = g_ptr_array_new_with_free_func(target_free);
	routing->soon = event_new(base, -1, 0, on_soon, routing);
	routing->pulse = event_new(base, -1, EV_PERSIST, on_pulse, routing);
	CHECK(routing->soon != NULL && routing->pulse != NULL);
	CHECK(event_add(routing->pulse, &pulse) == 0);
	store_on_tenant(store, on_tenant, routing);
	return routing;
}

void routing_free(struct routing *routing)
{
	struct err err;

	if (routing == NULL) {
		return;
	}
	store_on_tenant(routing->store, NULL, NULL);
	(void)err_set(&err, ERR_CANCELLED, "musterd is stopping");
	while (routing->waiters->len > 0) {
		struct call *call = ((struct waiter *)g_ptr_array_index(routing->waiters, 0))->call;

		g_ptr_array_remove_index_fast(routing->waiters, 0);
		call_finish(call, &err);
	}
	g_ptr_array_unref(routing->waiters);
	g_ptr_array_unref(routing->streams);
	g_ptr_array_unref(routing->targets);
	event_free(routing->soon);
	event_free(routing->pulse);
	g_hash_table_destroy(routing->dirty);
	route_map_free(routing->map);
	g_free(routing);
}
