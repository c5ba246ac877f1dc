/*
 * api_fixture - the api on a real Unix socket, over a real inventory and a scheduler without
 * threads, and a client that speaks HTTP to it. ask_* pump the loop until the answer is there.
 */
#ifndef API_FIXTURE_H
#define API_FIXTURE_H

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "api_state.h"
#include "store_event.h"
#include "store_release.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "test_server.h"
#include "tick.h"
#include "wire.h"

#define ANSWER_MS 60000 /* before a test gives up */

struct fixture {
	char *dir;
	char *socket;
	struct event_base *base;
	struct store *store;
	struct sched *sched;
	struct api *api;
	int client;    /* a kept connection; -1: none */
	GString *seen; /* bytes the client has read and not used */
};

struct reply {
	int status;
	char *body;
	char *head;
};

static inline void must(int rc, const struct err *err)
{
	if (rc < 0) {
		fail_msg("%s", err->msg);
	}
}

static inline void fixture_serve_at(struct fixture *fixture, const char *port)
{
	struct api_setup setup = {
		.port = port,
		.base = fixture->base,
		.store = fixture->store,
		.sched = fixture->sched,
		.socket = fixture->socket,
		.fd = -1,
		.server_running = 4,
	};
	struct err err = { 0 };

	fixture->api = api_open(&setup, &err);
	if (fixture->api == NULL) {
		fail_msg("%s", err.msg);
	}
}

static inline void fixture_serve(struct fixture *fixture)
{
	fixture_serve_at(fixture, NULL);
}

static inline int fixture_setup(void **state)
{
	static const struct sched_policy policy = {
		.running = 8,
		.server_running = 4,
		.stall_ms = 2000,
		.lock_wait_ms = 1000,
		.retry_ms = 10,
		.budget = "1",
	};
	struct fixture *fixture = g_new0(struct fixture, 1);
	g_autofree char *inventory = NULL;
	struct err err = { 0 };

	(void)signal(SIGPIPE, SIG_IGN);
	fixture->dir = g_dir_make_tmp("muster-api-XXXXXX", NULL);
	fixture->socket = g_build_filename(fixture->dir, "s", NULL);
	inventory = g_build_filename(fixture->dir, "inventory.db", NULL);
	fixture->base = event_base_new();
	fixture->store = store_open(inventory, &err);
	if (fixture->store == NULL) {
		fail_msg("%s", err.msg);
	}
	fixture->sched = sched_new(fixture->store, &policy, &err);
	assert_non_null(fixture->sched);
	must(sched_recover(fixture->sched, &err), &err);
	fixture->client = -1;
	fixture->seen = g_string_new(NULL);
	fixture_serve(fixture);
	*state = fixture;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	static const char *const files[] = { "inventory.db", "inventory.db-wal", "inventory.db-shm",
					     "inventory.db.lock", "s" };
	struct fixture *fixture = *state;

	if (fixture->client >= 0) {
		close(fixture->client);
	}
	sched_free(fixture->sched);
	api_close(fixture->api);
	event_base_free(fixture->base);
	store_close(fixture->store);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(fixture->dir, files[i], NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(fixture->dir);
	g_string_free(fixture->seen, TRUE);
	g_free(fixture->socket);
	g_free(fixture->dir);
	g_free(fixture);
	return 0;
}

static inline void reply_clear(struct reply *reply)
{
	g_free(reply->body);
	g_free(reply->head);
	*reply = (struct reply){ 0 };
}

static inline int client_connect(const struct fixture *fixture)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	g_strlcpy(address.sun_path, fixture->socket, sizeof(address.sun_path));
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The next questions go to the port of the api instead. */
static inline void client_use_port(struct fixture *fixture)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((uint16_t)http_port(fixture->api->port));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(evutil_make_socket_nonblocking(fd), 0);
	if (fixture->client >= 0) {
		close(fixture->client);
	}
	fixture->client = fd;
}

/* One round of everything the program's loop would do. */
static inline void fixture_pump(struct fixture *fixture)
{
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	(void)sched_turn(fixture->sched);
}

/* Read what there is. False at the end of the stream. */
static inline bool client_read(struct fixture *fixture)
{
	char space[8192];
	ssize_t nr = read(fixture->client, space, sizeof(space));

	if (nr > 0) {
		g_string_append_len(fixture->seen, space, nr);
	}
	return nr > 0 || (nr < 0 && errno == EAGAIN);
}

/* Pump until the stream has said it, and forget everything before. */
static inline void said(struct fixture *fixture, const char *text)
{
	int64_t until = tick_ms() + ANSWER_MS;

	while (tick_ms() < until) {
		const char *found = strstr(fixture->seen->str, text);

		if (found != NULL) {
			g_string_erase(fixture->seen, 0,
				       (found - fixture->seen->str) + (gssize)strlen(text));
			return;
		}
		fixture_pump(fixture);
		assert_true(client_read(fixture));
	}
	fail_msg("not said: %s; but: %s", text, fixture->seen->str);
}

static inline void client_write(struct fixture *fixture, const char *text, size_t len)
{
	int64_t until = tick_ms() + ANSWER_MS;

	while (len > 0) {
		ssize_t nr = write(fixture->client, text, len);

		assert_true(tick_ms() < until);
		if (nr > 0) {
			text += nr;
			len -= (size_t)nr;
		} else {
			assert_int_equal(errno, EAGAIN);
		}
		fixture_pump(fixture);
	}
}

/* True when seen holds a whole answer, which is cut off it. */
static inline bool reply_take(struct fixture *fixture, struct reply *reply)
{
	const char *end = strstr(fixture->seen->str, "\r\n\r\n");
	const char *length;
	size_t head;
	size_t body;

	if (end == NULL) {
		return false;
	}
	head = (size_t)(end - fixture->seen->str) + 4;
	length = strstr(fixture->seen->str, "Content-Length: ");
	body = length == NULL ? 0 : (size_t)strtoul(length + 16, NULL, 10);
	if (fixture->seen->len < head + body) {
		return false;
	}
	reply->status = (int)strtol(fixture->seen->str + strlen("HTTP/1.1 "), NULL, 10);
	reply->head = g_strndup(fixture->seen->str, head);
	reply->body = g_strndup(fixture->seen->str + head, body);
	g_string_erase(fixture->seen, 0, (gssize)(head + body));
	return true;
}

/* headers end with \r\n each; body NULL: none. */
static inline void ask_with(struct fixture *fixture, struct reply *reply, const char *line,
			    const char *headers, const char *body)
{
	g_autofree char *text = g_strdup_printf(
		"%s HTTP/1.1\r\nHost: muster\r\n%sContent-Length: %zu\r\n\r\n%s", line, headers,
		body == NULL ? (size_t)0 : strlen(body), body == NULL ? "" : body);
	int64_t until = tick_ms() + ANSWER_MS;

	reply_clear(reply);
	if (fixture->client < 0) {
		fixture->client = client_connect(fixture);
	}
	client_write(fixture, text, strlen(text));
	while (tick_ms() < until) {
		fixture_pump(fixture);
		if (!client_read(fixture)) {
			break;
		}
		if (reply_take(fixture, reply)) {
			return;
		}
	}
	fail_msg("no answer to %s; so far: %s", line, fixture->seen->str);
}

/* Send on a connection of its own, serve until the call is there, without the scheduler. */
static inline int client_send(struct fixture *fixture, const char *request)
{
	int64_t until = tick_ms() + ANSWER_MS;
	int fd = client_connect(fixture);

	assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	while (g_hash_table_size(fixture->api->calls) == 0 && tick_ms() < until) {
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(g_hash_table_size(fixture->api->calls), 1);
	return fd;
}

/* Until nobody waits for an answer any more. */
static inline void fixture_answered(struct fixture *fixture)
{
	int64_t until = tick_ms() + ANSWER_MS;

	while (g_hash_table_size(fixture->api->calls) > 0 && tick_ms() < until) {
		fixture_pump(fixture);
	}
	assert_int_equal(g_hash_table_size(fixture->api->calls), 0);
}

static inline void ask(struct fixture *fixture, struct reply *reply, const char *line,
		       const char *body)
{
	ask_with(fixture, reply, line, "", body);
}

/* HEAD: the answer ends with its head, whatever length it names. */
static inline void ask_head(struct fixture *fixture, struct reply *reply, const char *path)
{
	g_autofree char *text = g_strdup_printf("HEAD %s HTTP/1.1\r\nHost: muster\r\n\r\n", path);
	int64_t until = tick_ms() + ANSWER_MS;
	const char *end = NULL;

	reply_clear(reply);
	if (fixture->client < 0) {
		fixture->client = client_connect(fixture);
	}
	client_write(fixture, text, strlen(text));
	while (end == NULL && tick_ms() < until) {
		fixture_pump(fixture);
		assert_true(client_read(fixture));
		end = strstr(fixture->seen->str, "\r\n\r\n");
	}
	assert_non_null(end);
	reply->status = (int)strtol(fixture->seen->str + strlen("HTTP/1.1 "), NULL, 10);
	reply->head = g_strndup(fixture->seen->str, (gsize)(end - fixture->seen->str) + 4);
	assert_int_equal(strlen(reply->head), fixture->seen->len); /* and no body */
	g_string_truncate(fixture->seen, 0);
}

/* The answer must be 200; decoded into an empty struct of the type. */
static inline void ask_for(struct fixture *fixture, const struct wire_type *type, void *object,
			   const char *line, const char *body)
{
	struct reply reply = { 0 };
	struct err err = { 0 };

	ask(fixture, &reply, line, body);
	if (reply.status != 200) {
		fail_msg("%s: %d %s", line, reply.status, reply.body);
	}
	must(wire_decode(type, object, reply.body, strlen(reply.body), false, &err), &err);
	reply_clear(&reply);
}

static inline void ask_for_list(struct fixture *fixture, const struct wire_type *type,
				struct wire_list *list, const char *line, const char *body)
{
	struct reply reply = { 0 };
	struct err err = { 0 };

	ask(fixture, &reply, line, body);
	if (reply.status != 200) {
		fail_msg("%s: %d %s", line, reply.status, reply.body);
	}
	must(wire_decode_list(type, list, reply.body, strlen(reply.body), &err), &err);
	reply_clear(&reply);
}

/* The request must be refused with this status; the message is compared, hint NULL: none. */
static inline void ask_refused(struct fixture *fixture, int status, const char *message,
			       const char *hint, const char *line, const char *body)
{
	struct wire_error error = { 0 };
	struct reply reply = { 0 };
	struct err err = { 0 };

	ask(fixture, &reply, line, body);
	must(wire_decode(&wire_error_type, &error, reply.body, strlen(reply.body), false, &err),
	     &err);
	assert_string_equal(error.message, message);
	assert_int_equal(reply.status, status);
	if (hint == NULL) {
		assert_null(error.hint);
	} else {
		assert_non_null(error.hint);
		assert_string_equal(error.hint, hint);
	}
	wire_release(&wire_error_type, &error);
	reply_clear(&reply);
}

static inline void fixture_add_server(struct fixture *fixture, const char *name)
{
	g_autofree char *body =
		g_strdup_printf("{\"name\":\"%s\",\"host\":\"%s.invalid\"}", name, name);
	struct wire_server server = { 0 };

	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers", body);
	wire_release(&wire_server_type, &server);
}

/* A release "shop" of two files; the second holds the statement. */
static inline void fixture_add_release(struct fixture *fixture, const char *statement)
{
	g_autofree char *body = g_strdup_printf(
		"{\"name\":\"shop\",\"files\":["
		"{\"name\":\"0001_users.sql\",\"text\":\"create table users (id int primary key);\"},"
		"{\"name\":\"0002_more.sql\",\"text\":\"%s\"}]}",
		statement);
	struct wire_release_info info = { 0 };

	ask_for(fixture, &wire_release_info_type, &info, "POST /v1/releases", body);
	wire_release(&wire_release_info_type, &info);
}

/* A tenant "t0", "t1", … with an empty database of its own on db1. */
static inline void fixture_add_databases(struct fixture *fixture, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		g_autofree char *name = g_strdup_printf("t%u", i);
		g_autofree char *body = NULL;
		const char *schema = test_server_schema(name);
		struct wire_tenant tenant = { 0 };

		body = g_strdup_printf("{\"name\":\"%s\",\"server\":\"db1\",\"schema\":\"%s\"}",
				       name, schema);
		ask_for(fixture, &wire_tenant_type, &tenant, "POST /v1/tenants", body);
		wire_release(&wire_tenant_type, &tenant);
	}
}

/* Start a rollout and pump until it is in the state. */
static inline void fixture_rollout_until(struct fixture *fixture, const char *state)
{
	int64_t until = tick_ms() + ANSWER_MS;
	bool there = false;

	while (!there) {
		struct wire_rollout rollout = { 0 };

		ask_for(fixture, &wire_rollout_type, &rollout, "GET /v1/rollouts/r1", NULL);
		there = strcmp(rollout.state, state) == 0;
		if (!there && tick_ms() > until) {
			fail_msg("r1 is %s (%s), not %s", rollout.state, rollout.reason, state);
		}
		wire_release(&wire_rollout_type, &rollout);
	}
}

/* "db1" is the private MariaDB of this test binary. */
static inline void fixture_add_real_server(struct fixture *fixture)
{
	g_autofree char *body =
		g_strdup_printf("{\"name\":\"db1\",\"socket\":\"%s\"}", test_server_addr()->socket);
	struct wire_server server = { 0 };

	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers", body);
	wire_release(&wire_server_type, &server);
}

static inline void fixture_add_tenant(struct fixture *fixture, const char *name, const char *server,
				      const char *labels)
{
	g_autofree char *body = g_strdup_printf("{\"name\":\"%s\",\"server\":\"%s\","
						"\"schema\":\"%s\",\"labels\":%s}",
						name, server, name, labels);
	struct wire_tenant tenant = { 0 };

	ask_for(fixture, &wire_tenant_type, &tenant, "POST /v1/tenants", body);
	wire_release(&wire_tenant_type, &tenant);
}

static inline int64_t fixture_last_event(struct fixture *fixture)
{
	struct err err = { 0 };
	int64_t last = store_event_last(fixture->store, &err);

	must(last < 0 ? -1 : 0, &err);
	return last;
}

/* "kind object: text" of the newest event. Owned. */
static inline char *fixture_newest(struct fixture *fixture)
{
	struct wire_event_page page = { 0 };
	const struct wire_event *event;
	char *text;

	ask_for(fixture, &wire_event_page_type, &page, "GET /v1/events?since=-1", NULL);
	assert_int_equal(page.items.nr, 1);
	event = page.items.items;
	text = g_strdup_printf("%s %s: %s", event->kind, event->object, event->text);
	wire_release(&wire_event_page_type, &page);
	return text;
}

#endif /* API_FIXTURE_H */
