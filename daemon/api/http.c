#include "http.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <glib.h>

#include "accept_rest.h"
#include "crowd.h"
#include "http_listen.h"
#include "log.h"
#include "wire.h"

#define HEADERS_MAX      ((ssize_t)8 * 1024 * 1024) /* bytes; a selector may name 10,000 tenants */
#define PORT_INPUT_MAX   ((ssize_t)16 * 1024)       /* bytes that a port takes of a request */
#define PORT_IDLE_S      10                         /* the same as below, on a port */
#define PORT_CROWD_MAX   256                        /* connections on a port */
#define IDLE_S           120  /* a kept connection without a request, a stalled write */
#define STREAM_INPUT_MAX 4096 /* bytes a client may send into a stream */
#define GROUPS_MAX       1024

struct http {
	struct event_base *base; /* borrowed */
	struct evhttp *server;
	http_fn fn;
	void *ctx;
	char *path;               /* owned; NULL: the socket is not ours to remove */
	int port;                 /* 0: a Unix socket */
	struct crowd *crowd;      /* owned; NULL: a Unix socket */
	struct accept_rest *rest; /* owned */
	GHashTable *open;         /* struct request *, those not answered */
	struct http_stats stats;
};

/* What the callers see, and what is ours of it. */
struct request {
	struct http_request seen; /* first: the two are cast into each other */
	struct http *http;        /* NULL: closed meanwhile */
	struct evhttp_request *raw;
	bool streams;
	void (*drained)(void *ctx);
	void *ctx;
	void (*gone)(void *ctx); /* NULL: nobody wants to know */
	void *gone_ctx;
	struct event *hangup; /* owned; NULL: it is not watched */
};

static struct request *request_of(struct http_request *seen)
{
	return (struct request *)(void *)seen;
}

/* ---- requests ------------------------------------------------------------------------ */

static const char *method_name(enum evhttp_cmd_type type)
{
	static const struct {
		enum evhttp_cmd_type type;
		const char *name;
	} names[] = {
		{ EVHTTP_REQ_GET, "GET" },     { EVHTTP_REQ_POST, "POST" },
		{ EVHTTP_REQ_PATCH, "PATCH" }, { EVHTTP_REQ_DELETE, "DELETE" },
		{ EVHTTP_REQ_HEAD, "HEAD" },   { EVHTTP_REQ_PUT, "PUT" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (names[i].type == type) {
			return names[i].name;
		}
	}
	return "another method";
}

static void peer_get(struct http_peer *peer, struct evhttp_request *raw)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(raw);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
	struct ucred cred = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t len = sizeof(cred);
	gid_t groups[GROUPS_MAX];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) {
		log_warn("peer without credentials error=\"%s\"", g_strerror(errno));
	}
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	len = sizeof(groups);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0 && len > 0) {
		peer->groups = g_memdup2(groups, len);
		peer->nr_groups = len / sizeof(gid_t);
	}
}

static void hangup_clear(struct request *own)
{
	g_clear_pointer(&own->hangup, event_free);
}

static void request_free(struct request *request)
{
	hangup_clear(request);
	g_free(request->seen.peer.groups);
	g_free(request);
}

static void on_request(struct evhttp_request *raw, void *ctx)
{
	struct http *http = ctx;
	struct request *request = g_new0(struct request, 1);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(raw);
	struct evbuffer *input = evhttp_request_get_input_buffer(raw);
	const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);

	request->http = http;
	request->raw = raw;
	request->seen.began_us = g_get_monotonic_time();
	request->seen.method = method_name(evhttp_request_get_command(raw));
	request->seen.path = path == NULL ? "" : path;
	request->seen.query = uri == NULL ? NULL : evhttp_uri_get_query(uri);
	request->seen.body_len = evbuffer_get_length(input);
	request->seen.body = (const char *)evbuffer_pullup(input, -1);
	request->seen.by_port = http->port != 0;
	request->seen.peer = (struct http_peer){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
	if (!request->seen.by_port) {
		peer_get(&request->seen.peer, raw);
	}
	g_hash_table_add(http->open, request);
	http->fn(&request->seen, http->ctx);
}

const char *http_header(const struct http_request *request, const char *name)
{
	const struct request *own = (const struct request *)(const void *)request;

	return own->raw == NULL
		       ? NULL
		       : evhttp_find_header(evhttp_request_get_input_headers(own->raw), name);
}

static void on_gone(struct evhttp_connection *connection, void *arg)
{
	struct request *own = arg;
	void (*gone)(void *ctx) = own->gone;

	(void)connection;
	hangup_clear(own);
	own->gone = NULL;
	if (gone != NULL) {
		gone(own->gone_ctx);
	}
}

/* Of a client that only has nothing more to say POLLHUP is not set: it waits for the answer. */
static void on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct pollfd end = { .fd = fd };

	(void)what;
	if (poll(&end, 1, 0) > 0 && (end.revents & (POLLHUP | POLLERR)) != 0) {
		on_gone(NULL, arg);
	}
}

/* libevent does not read from a connection while its request is worked on, and sees no end. */
static void watch_hangup(struct request *own, struct evhttp_connection *connection)
{
	struct bufferevent *buffer = evhttp_connection_get_bufferevent(connection);

	hangup_clear(own);
	own->hangup =
		event_new(own->http->base, bufferevent_getfd(buffer), EV_CLOSED, on_hangup, own);
	CHECK(own->hangup != NULL);
	event_add(own->hangup, NULL);
}

void http_on_gone(struct http_request *request, void (*fn)(void *ctx), void *ctx)
{
	struct request *own = request_of(request);
	struct evhttp_connection *connection =
		own->http == NULL ? NULL : evhttp_request_get_connection(own->raw);

	own->gone = fn;
	own->gone_ctx = ctx;
	if (connection != NULL) {
		evhttp_connection_set_closecb(connection, fn == NULL ? NULL : on_gone, own);
	}
	if (connection != NULL && fn != NULL) {
		watch_hangup(own, connection);
	} else {
		hangup_clear(own);
	}
}

bool http_give_up(struct http_request *request)
{
	bool is_minded = request_of(request)->gone != NULL;

	on_gone(NULL, request_of(request));
	return is_minded;
}

/* The request leaves our books; how long it took is counted. */
static void request_count(struct request *own)
{
	struct http_stats *stats = &own->http->stats;
	int64_t us = g_get_monotonic_time() - own->seen.began_us;

	stats->requests++;
	stats->us_sum += us;
	stats->us_max = us > stats->us_max ? us : stats->us_max;
}

static void headers_put(struct request *own, const char *content_type)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(own->raw);
	char protocol[16];

	g_snprintf(protocol, sizeof(protocol), "%d", WIRE_PROTOCOL);
	evhttp_add_header(headers, "Muster-Protocol", protocol);
	evhttp_add_header(headers, "Content-Type", content_type);
	if (evhttp_find_header(headers, "Cache-Control") == NULL) {
		evhttp_add_header(headers, "Cache-Control", "no-store");
	}
}

void http_header_put(struct http_request *request, const char *name, const char *value)
{
	const struct request *own = request_of(request);
	struct evkeyvalq *headers =
		own->raw == NULL ? NULL : evhttp_request_get_output_headers(own->raw);

	if (headers != NULL) {
		(void)evhttp_remove_header(headers, name);
		(void)evhttp_add_header(headers, name, value);
	}
}

/* Of the body that is not sent. */
static void length_put(struct request *own, size_t len)
{
	char number[24];

	g_snprintf(number, sizeof(number), "%zu", len);
	evhttp_add_header(evhttp_request_get_output_headers(own->raw), "Content-Length", number);
}

static void body_free(const void *data, size_t len, void *body)
{
	(void)data;
	(void)len;
	g_free(body);
}

void http_answer(struct http_request *request, int status, const char *content_type, char *body)
{
	struct request *own = request_of(request);
	struct evbuffer *output;

	if (own->http == NULL) { /* the server was closed, and raw with it */
		g_free(body);
		request_free(own);
		return;
	}
	http_on_gone(request, NULL, NULL);
	request_count(own);
	log_debug("request method=%s path=%s status=%d uid=%u us=%" G_GINT64_FORMAT,
		  own->seen.method, own->seen.path, status, (unsigned)own->seen.peer.uid,
		  g_get_monotonic_time() - own->seen.began_us);
	headers_put(own, content_type);
	if (evhttp_request_get_command(own->raw) == EVHTTP_REQ_HEAD) {
		length_put(own, strlen(body));
		g_free(body);
	} else {
		output = evhttp_request_get_output_buffer(own->raw);
		evbuffer_add_reference(output, body, strlen(body), body_free, body);
	}
	g_hash_table_remove(own->http->open, own);
	evhttp_send_reply(own->raw, status, NULL, NULL);
	request_free(own);
}

/* ---- streams ------------------------------------------------------------------------- */

static struct bufferevent *stream_buffer(const struct request *own)
{
	struct evhttp_connection *connection =
		own->http == NULL ? NULL : evhttp_request_get_connection(own->raw);

	return connection == NULL ? NULL : evhttp_connection_get_bufferevent(connection);
}

void http_stream_begin(struct http_request *request, const char *content_type,
		       void (*drained)(void *ctx), void *ctx)
{
	struct request *own = request_of(request);
	struct timeval stalled = { .tv_sec = IDLE_S };
	struct bufferevent *buffer = stream_buffer(own);

	own->drained = drained;
	own->ctx = ctx;
	if (buffer == NULL) {
		return;
	}
	own->streams = true;
	request_count(own);
	own->http->stats.streams++;
	headers_put(own, content_type);
	/* nothing more is expected from the client, and it may be silent for ever */
	bufferevent_set_timeouts(buffer, NULL, &stalled);
	bufferevent_setwatermark(buffer, EV_READ, 0, STREAM_INPUT_MAX);
	evhttp_send_reply_start(own->raw, HTTP_OK, NULL);
}

static void on_drained(struct evhttp_connection *connection, void *arg)
{
	struct request *own = arg;

	(void)connection;
	own->drained(own->ctx);
}

bool http_stream_send(struct http_request *request, const char *text, size_t len)
{
	struct request *own = request_of(request);
	struct evbuffer *chunk;

	if (stream_buffer(own) == NULL) {
		return false;
	}
	chunk = evbuffer_new();
	CHECK(chunk != NULL);
	evbuffer_add(chunk, text, len);
	evhttp_send_reply_chunk_with_cb(own->raw, chunk, on_drained, own);
	evbuffer_free(chunk);
	return true;
}

size_t http_stream_backlog(const struct http_request *request)
{
	const struct request *own = (const struct request *)(const void *)request;
	struct bufferevent *buffer = stream_buffer(own);

	return buffer == NULL ? 0 : evbuffer_get_length(bufferevent_get_output(buffer));
}

void http_stream_end(struct http_request *request)
{
	struct request *own = request_of(request);

	if (own->http != NULL) {
		own->http->stats.streams -= own->streams ? 1 : 0;
		g_hash_table_remove(own->http->open, own);
		evhttp_send_reply_end(own->raw);
	}
	request_free(own);
}

/* ---- life ---------------------------------------------------------------------------- */

void http_stats_get(const struct http *http, struct http_stats *stats)
{
	*stats = http->stats;
}

int http_port(const struct http *http)
{
	return http->port;
}

static struct evhttp *server_new(struct http *http, struct event_base *base)
{
	bool by_port = http->port != 0;
	struct evhttp *server = evhttp_new(base);

	CHECK(server != NULL);
	evhttp_set_gencb(server, on_request, http);
	evhttp_set_max_headers_size(server, by_port ? PORT_INPUT_MAX : HEADERS_MAX);
	evhttp_set_max_body_size(server, by_port ? PORT_INPUT_MAX : (ssize_t)WIRE_BODY_MAX);
	evhttp_set_timeout(server, by_port ? PORT_IDLE_S : IDLE_S);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
						   EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
						   EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
						   EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
	return server;
}

/* For each connection; NULL: libevent makes the buffers itself. */
static struct bufferevent *on_connection(struct event_base *base, void *ctx)
{
	struct http *http = ctx;

	(void)base;
	crowd_came(http->crowd);
	return NULL;
}

static int server_accept(struct http *http, struct event_base *base, int fd)
{
	struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(http->server, fd);

	if (bound == NULL) {
		return -1;
	}
	http->rest = accept_rest_new(base, evhttp_bound_socket_get_listener(bound));
	if (http->port != 0) {
		http->crowd = crowd_new(base, evhttp_bound_socket_get_listener(bound), http->port,
					PORT_CROWD_MAX);
		evhttp_set_bevcb(http->server, on_connection, http);
	}
	return 0;
}

static int setup_listen(const struct http_setup *setup, struct err *err)
{
	if (setup->fd >= 0) {
		return http_listen_given(setup->fd, err);
	}
	return setup->path == NULL ? http_listen_port(setup->port, err)
				   : http_listen_socket(setup->path, setup->group, err);
}

struct http *http_open(const struct http_setup *setup, struct err *err)
{
	struct http *http;
	int fd = setup_listen(setup, err);

	if (fd < 0) {
		return NULL;
	}
	http = g_new0(struct http, 1);
	http->base = setup->base;
	http->fn = setup->fn;
	http->ctx = setup->ctx;
	http->path = setup->fd >= 0 ? NULL : g_strdup(setup->path);
	http->port = setup->path == NULL ? http_listen_number(fd) : 0;
	http->open = g_hash_table_new(NULL, NULL);
	http->server = server_new(http, setup->base);
	if (server_accept(http, setup->base, fd) < 0) {
		err_set(err, ERR_SYSTEM, "libevent cannot serve %s",
			setup->path == NULL ? setup->port : setup->path);
		close(fd);
		http_close(http);
		return NULL;
	}
	return http;
}

void http_close(struct http *http)
{
	GHashTableIter iter;
	gpointer request;

	if (http == NULL) {
		return;
	}
	g_hash_table_iter_init(&iter, http->open);
	while (g_hash_table_iter_next(&iter, &request, NULL)) {
		hangup_clear(request);
		((struct request *)request)->http = NULL;
		((struct request *)request)->raw = NULL;
	}
	crowd_free(http->crowd);
	accept_rest_free(http->rest);
	evhttp_free(http->server);
	if (http->path != NULL) {
		unlink(http->path);
	}
	g_hash_table_destroy(http->open);
	g_free(http->path);
	g_free(http);
}
