#include <sys/wait.h>

#include "api_fixture.h"

static void a_second_api_on_the_socket_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct api_setup setup = {
		.base = fixture->base,
		.store = fixture->store,
		.sched = fixture->sched,
		.socket = fixture->socket,
		.fd = -1,
	};
	struct err err;

	assert_null(api_open(&setup, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "is already served by another musterd"));
}

static void the_socket_goes_with_the_api_and_comes_again(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	api_close(fixture->api);
	assert_int_equal(access(fixture->socket, F_OK), -1);
	fixture_serve(fixture);
	ask(fixture, &reply, "GET /healthz", NULL);
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
}

/* A process of another user, that may open the socket and says what it was answered. */
static int status_as(struct fixture *fixture, uid_t uid, const char *request)
{
	pid_t child;
	int status;

	assert_int_equal(chmod(fixture->dir, 0755), 0);
	assert_int_equal(chmod(fixture->socket, 0666), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char answer[64] = "";
		int fd;

		if (setgid(uid) < 0 || setuid(uid) < 0) {
			_exit(99);
		}
		fd = client_connect(fixture);
		(void)!write(fd, request, strlen(request));
		for (int i = 0; i < 5000 && answer[0] == '\0'; i++) {
			(void)!read(fd, answer, sizeof(answer) - 1);
			g_usleep(1000);
		}
		_exit((int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10) / 2); /* fits a byte */
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		fixture_pump(fixture);
	}
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) * 2;
}

#define REQUEST(line) line " HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n{}"

static void who_asks_decides_what_may_be_done(void **state)
{
	static char daemon_user[] = "daemon";
	static char bin_group[] = "@bin";
	static char *operators[] = { daemon_user, NULL };
	static char *viewers[] = { bin_group, NULL };
	const struct role_policy roles = { .operators = operators, .viewers = viewers };
	struct fixture *fixture = *state;

	if (geteuid() != 0) {
		print_message("only root can be somebody else\n");
		skip();
	}
	api_set_policy(fixture->api, &roles, 4);
	assert_int_equal(status_as(fixture, 1, REQUEST("GET /v1/servers")), 200);
	assert_int_equal(status_as(fixture, 1, REQUEST("POST /v1/pause")), 200);
	assert_int_equal(status_as(fixture, 1, REQUEST("DELETE /v1/servers/x")), 402); /* 403 */
	assert_int_equal(status_as(fixture, 2, REQUEST("GET /v1/servers")), 200);
	assert_int_equal(status_as(fixture, 2, REQUEST("POST /v1/pause")), 402);
	assert_int_equal(status_as(fixture, 65534, REQUEST("GET /healthz")), 200);
	assert_int_equal(status_as(fixture, 65534, REQUEST("GET /v1/servers")), 402);
	assert_int_equal(status_as(fixture, 0, REQUEST("DELETE /v1/servers/x")), 404);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_api_on_the_socket_is_refused),
		TEST(the_socket_goes_with_the_api_and_comes_again),
		TEST(who_asks_decides_what_may_be_done),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
