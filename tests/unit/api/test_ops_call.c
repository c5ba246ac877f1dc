#include "api_fixture.h"

#define PLAN                                                                                        \
	"POST /v1/plan HTTP/1.1\r\nHost: muster\r\nMuster-Call: mine\r\nContent-Length: 18\r\n\r\n" \
	"{\"release\":\"shop\"}"
#define SHOW "GET /v1/calls/mine HTTP/1.1\r\nHost: muster\r\n\r\n"

/* Without the scheduler: no look ends meanwhile. */
static void shown_steps(struct fixture *fixture, struct wire_list *list)
{
	int64_t until = tick_ms() + ANSWER_MS;
	struct reply reply = { 0 };
	struct err err;

	assert_int_equal(write(fixture->client, SHOW, strlen(SHOW)), (ssize_t)strlen(SHOW));
	do {
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
		assert_true(client_read(fixture));
		assert_true(tick_ms() < until);
	} while (!reply_take(fixture, &reply));
	assert_int_equal(reply.status, 200);
	must(wire_decode_list(&wire_headway_type, list, reply.body, strlen(reply.body), &err),
	     &err);
	reply_clear(&reply);
}

static void a_call_that_waits_says_how_far_it_is(void **state)
{
	struct fixture *fixture = *state;
	struct wire_list list = { 0 };
	const struct wire_headway *rows;
	struct reply reply = { 0 };
	int fd;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 2);
	fixture_add_release(fixture, "do 1;");
	ask(fixture, &reply, "GET /healthz", NULL); /* it is connected */
	fd = client_send(fixture, PLAN);
	shown_steps(fixture, &list);
	rows = list.items;
	assert_int_equal(list.nr, 1);
	assert_string_equal(rows[0].step, "read");
	assert_int_equal(rows[0].done, 0);
	assert_int_equal(rows[0].total, 2);
	wire_list_release(&wire_headway_type, &list);
	fixture_answered(fixture);
	close(fd);
	ask_refused(fixture, 404, "no call \"mine\" is waiting for its answer", NULL,
		    "GET /v1/calls/mine", NULL);
	reply_clear(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_that_waits_says_how_far_it_is, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops_call", tests, NULL, NULL);
}
