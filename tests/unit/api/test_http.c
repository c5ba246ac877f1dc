#include <sys/stat.h>

#include "api_fixture.h"

static void the_socket_is_for_owner_and_group(void **state)
{
	struct fixture *fixture = *state;
	struct stat found;

	assert_int_equal(stat(fixture->socket, &found), 0);
	assert_true(S_ISSOCK(found.st_mode));
	assert_int_equal(found.st_mode & 0777, 0660);
}

static void never(struct http_request *request, void *ctx)
{
	(void)ctx;
	http_answer(request, 500, "text/plain", g_strdup("?"));
	fail();
}

static void a_served_socket_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct http_setup setup = { .base = fixture->base,
				    .path = fixture->socket,
				    .fd = -1,
				    .fn = never };
	g_autofree char *want = g_strdup_printf(
		"the socket %s is already served by another musterd", fixture->socket);
	struct reply reply = { 0 };
	struct err err;

	assert_null(http_open(&setup, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, want);
	ask(fixture, &reply, "GET /healthz", NULL); /* the first one still serves */
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
}

/* As systemd gives it: bound and listening already, and not ours to remove. */
static void a_given_socket_is_served_and_stays(void **state)
{
	struct fixture *fixture = *state;
	struct http_setup setup = { .base = fixture->base, .path = fixture->socket, .fn = never };
	g_autofree char *path = g_build_filename(fixture->dir, "given", NULL);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct http *http;
	struct err err = { 0 };

	setup.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(setup.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(setup.fd, 5), 0);
	http = http_open(&setup, &err);
	must(http == NULL ? -1 : 0, &err);
	http_close(http);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(g_unlink(path), 0);
}

static void a_connection_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct http_stats stats = { 0 };
	struct reply reply = { 0 };
	int first;

	ask(fixture, &reply, "GET /healthz", NULL);
	first = fixture->client;
	for (int i = 0; i < 9; i++) {
		ask(fixture, &reply, "GET /healthz", NULL);
		assert_int_equal(reply.status, 200);
	}
	assert_int_equal(fixture->client, first);
	reply_clear(&reply);
	http_stats_get(fixture->api->http, &stats);
	assert_int_equal(stats.requests, 10);
	assert_true(stats.us_sum > 0 && stats.us_max <= stats.us_sum);
}

static void the_client_may_leave_before_the_answer(void **state)
{
	struct fixture *fixture = *state;
	static const char request[] = "GET /v1/servers HTTP/1.1\r\nHost: m\r\n\r\n";
	struct reply reply = { 0 };

	for (int i = 0; i < 20; i++) {
		int fd = client_connect(fixture);

		assert_int_equal(write(fd, request, strlen(request)), strlen(request));
		close(fd);
		fixture_pump(fixture);
	}
	ask(fixture, &reply, "GET /healthz", NULL);
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
}

/* A request that is not answered at once. */
struct late {
	struct http_request *request;
	bool gone;
};

static void on_gone(void *ctx)
{
	((struct late *)ctx)->gone = true;
}

static void answer_later(struct http_request *request, void *ctx)
{
	struct late *late = ctx;

	late->request = request;
	http_on_gone(request, on_gone, late);
}

static int ask_late(struct fixture *fixture, const char *path, struct late *late)
{
	static const char text[] = "POST / HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n{}";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int64_t until = tick_ms() + ANSWER_MS;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*late = (struct late){ 0 };
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	while (late->request == NULL && tick_ms() < until) {
		fixture_pump(fixture);
	}
	assert_non_null(late->request);
	return fd;
}

static void who_waits_is_known_to_have_hung_up(void **state)
{
	struct fixture *fixture = *state;
	struct late late;
	g_autofree char *path = g_build_filename(fixture->dir, "late", NULL);
	const struct http_setup setup = { .base = fixture->base,
					  .path = path,
					  .fd = -1,
					  .fn = answer_later,
					  .ctx = &late };
	struct err err = { 0 };
	struct http *http = http_open(&setup, &err);
	int64_t until = tick_ms() + ANSWER_MS;
	int fd;

	must(http == NULL ? -1 : 0, &err);
	fd = ask_late(fixture, path, &late);
	assert_int_equal(shutdown(fd, SHUT_WR), 0); /* it has said all, and waits */
	fixture_pump(fixture);
	assert_false(late.gone);
	http_answer(late.request, 200, "text/plain", g_strdup("?"));
	close(fd);
	fd = ask_late(fixture, path, &late);
	close(fd);
	while (!late.gone && tick_ms() < until) {
		fixture_pump(fixture);
	}
	assert_true(late.gone);
	http_answer(late.request, 200, "text/plain", g_strdup("?"));
	http_close(http);
}

static void rubbish_is_refused_and_the_next_client_served(void **state)
{
	static const char *const rubbish[] = {
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02",
		"GET / HTTP/9.9\r\n\r\n",
		"POST /v1/servers HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
		"POST /v1/servers HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
	};
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(rubbish); i++) {
		int fd = client_connect(fixture);

		assert_true(write(fd, rubbish[i], strlen(rubbish[i])) > 0);
		for (int k = 0; k < 5; k++) {
			fixture_pump(fixture);
		}
		close(fd);
	}
	ask(fixture, &reply, "GET /healthz", NULL);
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
}

/* As the answer to GET, with its length, without its body; the connection goes on. */
static void head_is_get_without_a_body(void **state)
{
	struct fixture *fixture = *state;
	struct reply head = { 0 };
	struct reply get = { 0 };
	g_autofree char *length = NULL;

	ask(fixture, &get, "GET /healthz", NULL);
	ask_head(fixture, &head, "/healthz");
	assert_int_equal(head.status, 200);
	length = g_strdup_printf("\r\nContent-Length: %zu\r\n", strlen(get.body));
	assert_non_null(strstr(head.head, length));
	assert_non_null(strstr(head.head, "\r\nContent-Type: application/json\r\n"));
	ask_head(fixture, &head, "/v1/servers");
	assert_int_equal(head.status, 405);
	ask(fixture, &get, "GET /healthz", NULL);
	assert_int_equal(get.status, 200);
	reply_clear(&head);
	reply_clear(&get);
}

static void who_asks_through_a_port_is_nobody(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *big = g_strnfill(20000, 'x');
	g_autofree char *line = g_strdup_printf("GET /healthz?%s", big);
	struct reply reply = { 0 };

	api_close(fixture->api);
	fixture_serve_at(fixture, "127.0.0.1:0");
	assert_true(http_port(fixture->api->port) > 0);
	assert_int_equal(http_port(fixture->api->http), 0);
	client_use_port(fixture);
	ask(fixture, &reply, "GET /healthz", NULL);
	assert_int_equal(reply.status, 200);
	ask_head(fixture, &reply, "/healthz");
	assert_int_equal(reply.status, 200);
	ask(fixture, &reply, "GET /v1/servers", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "there is no operation at /v1/servers"));
	ask(fixture, &reply, "POST /v1/pause", "{}");
	assert_int_equal(reply.status, 404);
	ask(fixture, &reply, line, NULL); /* more than a port takes */
	assert_int_equal(reply.status, 400);
	reply_clear(&reply);
}

static void a_port_that_others_reach_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct http_setup setup = { .base = fixture->base, .fd = -1, .fn = never };
	g_autofree char *taken = NULL;
	struct err err;

	setup.port = "0.0.0.0:0";
	assert_null(http_open(&setup, &err));
	assert_int_equal(err.code, ERR_INVALID);
	api_close(fixture->api);
	fixture_serve_at(fixture, "127.0.0.1:0");
	taken = g_strdup_printf("127.0.0.1:%d", http_port(fixture->api->port));
	setup.port = taken;
	assert_null(http_open(&setup, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_non_null(strstr(err.msg, taken));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_socket_is_for_owner_and_group),
		TEST(a_served_socket_is_refused),
		TEST(a_given_socket_is_served_and_stays),
		TEST(a_connection_is_kept),
		TEST(the_client_may_leave_before_the_answer),
		TEST(who_waits_is_known_to_have_hung_up),
		TEST(rubbish_is_refused_and_the_next_client_served),
		TEST(head_is_get_without_a_body),
		TEST(who_asks_through_a_port_is_nobody),
		TEST(a_port_that_others_reach_is_refused),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
