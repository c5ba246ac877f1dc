#include "api_fixture.h"

#include "call.h"
#include "ops.h"

/* Status and code of every kind of error, through a request that ends with it. */
static enum err_code forced;

static int op_force(struct call *call, struct err *err)
{
	(void)call;
	return err_set_native(err, forced, 7, "it went wrong");
}

static int op_twice(struct call *call, struct err *err)
{
	struct wire_health *health = call->answer;

	(void)err;
	health->status = g_strdup("later");
	call_defer(call);
	call_defer(call);
	call_finish(call, NULL); /* this one is sent */
	return OP_LATER;
}

/* clang-format off */
static const struct op force = {
	"GET", "/force/{x}", "a b", OP_SERVER, ROLE_VIEWER, false, NULL, &wire_health_type, false,
	op_force, 0
};
static const struct op twice = {
	"GET", "/twice", NULL, OP_ADMIN, ROLE_VIEWER, false, NULL, &wire_health_type, false,
	op_twice, 0
};

static const struct {
	enum err_code code; int status; const char *hint;
} statuses[] = {
	{ ERR_INVALID,         400, "null" },
	{ ERR_NOT_FOUND,       404, "\"muster server list\"" },
	{ ERR_CONFLICT,        409, "\"muster server show x1\"" },
	{ ERR_DENIED,          403, "\"muster server show x1\"" },
	{ ERR_BUSY,            429, "null" },
	{ ERR_TIMEOUT,         504, "null" },
	{ ERR_CANCELLED,       409, "null" },
	{ ERR_UNREACHABLE,     502, "\"muster server show x1\"" },
	{ ERR_UNKNOWN_OUTCOME, 502, "null" },
	{ ERR_DB,              502, "\"muster server check x1\"" },
	{ ERR_STORE,           503, "\"journalctl -u musterd\"" },
	{ ERR_SYSTEM,          500, "null" },
	{ ERR_PROTOCOL,        400, "null" },
};

/* clang-format on */

/* A server of its own whose requests all go to one operation. */
struct bench {
	struct fixture *fixture;
	const struct op *op;
	struct call *last; /* kept by op_twice */
};

static void on_request(struct http_request *request, void *ctx)
{
	struct bench *bench = ctx;
	struct call *call = call_new(bench->fixture->api, request);
	struct err err = { 0 };

	call->op = bench->op;
	call->args[0] = g_strdup("x1");
	call_prepare(call);
	if (call_params_read(call, request->query, call->op->params, &err) < 0 ||
	    call->op->fn(call, &err) == OP_FAILED) {
		call_finish(call, &err);
		return;
	}
	bench->last = call;
	call_unref(call);
}

static struct http *bench_open(struct bench *bench)
{
	struct http_setup setup = { .base = bench->fixture->base,
				    .fd = -1,
				    .fn = on_request,
				    .ctx = bench };
	struct http *http;
	struct err err = { 0 };

	g_free(bench->fixture->socket);
	bench->fixture->socket = g_build_filename(bench->fixture->dir, "bench", NULL);
	setup.path = bench->fixture->socket;
	http = http_open(&setup, &err);
	must(http == NULL ? -1 : 0, &err);
	return http;
}

static void each_error_has_its_status_and_its_help(void **state)
{
	struct bench bench = { .fixture = *state, .op = &force };
	struct http *http = bench_open(&bench);
	struct reply reply = { 0 };

	assert_int_equal(G_N_ELEMENTS(statuses), ERR_CODE_NR - 1);
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autofree char *want =
			g_strdup_printf("{\"code\":\"%s\",\"native\":7,"
					"\"message\":\"it went wrong\","
					"\"hint\":%s}",
					err_code_names[statuses[i].code], statuses[i].hint);

		forced = statuses[i].code;
		ask(bench.fixture, &reply, "GET /", NULL);
		assert_string_equal(reply.body, want);
		assert_int_equal(reply.status, statuses[i].status);
	}
	reply_clear(&reply);
	http_close(http);
}

static void only_known_parameters_are_taken(void **state)
{
	struct bench bench = { .fixture = *state, .op = &force };
	struct http *http = bench_open(&bench);
	struct reply reply = { 0 };

	forced = ERR_SYSTEM;
	ask(bench.fixture, &reply, "GET /?a=1&b=%20", NULL);
	assert_int_equal(reply.status, 500);
	ask(bench.fixture, &reply, "GET /?a=1&c=2", NULL);
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "there is no parameter \\\"c\\\"; known here: a b"));
	ask(bench.fixture, &reply, "GET /?a", NULL);
	assert_int_equal(reply.status, 400);
	reply_clear(&reply);
	http_close(http);
}

static int op_wait(struct call *call, struct err *err)
{
	(void)err;
	call->patient = call_param(call, "a") != NULL;
	call_defer(call);
	return OP_LATER;
}

static const struct op waits = { "GET",       "/waits", "a",  OP_ADMIN,
				 ROLE_VIEWER, false,    NULL, &wire_health_type,
				 false,       op_wait,  0 };

static void reply_read(struct bench *bench, struct reply *reply)
{
	while (!reply_take(bench->fixture, reply)) {
		fixture_pump(bench->fixture);
		assert_true(client_read(bench->fixture));
	}
}

static const struct err full = { .code = ERR_STORE, .msg = "the disk is full" };

/* Somebody asks, and has to wait. */
static void ask_in_vain(struct bench *bench, const char *request)
{
	bench->fixture->client = client_send(bench->fixture, request);
	call_send_away(bench->last, &full);
	call_send_away(bench->last, &full); /* said once */
}

static void who_waits_is_sent_away_with_the_reason(void **state)
{
	struct bench bench = { .fixture = *state, .op = &waits };
	struct http *http = bench_open(&bench);
	struct reply reply = { 0 };

	ask_in_vain(&bench, "GET / HTTP/1.1\r\n\r\n");
	call_finish(bench.last, NULL); /* it was done in the end, and nobody hears it */
	reply_read(&bench, &reply);
	assert_int_equal(reply.status, 503);
	assert_non_null(strstr(reply.body, "not done yet: the disk is full"));
	reply_clear(&reply);
	http_close(http);
}

static unsigned cancelled;
static struct errand *errand;

static void on_cancel(void *job)
{
	(void)job;
	cancelled++;
}

static int op_look(struct call *call, struct err *err)
{
	static char job;

	(void)err;
	errand = errand_new(call, on_cancel);
	return errand_begin(errand, &job);
}

static void a_look_that_cannot_end_is_given_up(void **state)
{
	static const struct op look = { "GET",       "/look", NULL, OP_ADMIN,
					ROLE_VIEWER, false,   NULL, &wire_health_type,
					false,       op_look, 0 };
	struct bench bench = { .fixture = *state, .op = &look };
	struct http *http = bench_open(&bench);
	struct reply reply = { 0 };

	ask_in_vain(&bench, "GET / HTTP/1.1\r\n\r\n");
	assert_int_equal(cancelled, 1);
	g_free(errand);
	call_finish(bench.last, &full);
	reply_read(&bench, &reply);
	assert_non_null(strstr(reply.body, "given up: the disk is full"));
	reply_clear(&reply);
	http_close(http);
}

static void who_waits_for_a_change_goes_on_waiting(void **state)
{
	struct bench bench = { .fixture = *state, .op = &waits };
	struct http *http = bench_open(&bench);

	ask_in_vain(&bench, "GET /?a=1 HTTP/1.1\r\n\r\n");
	assert_non_null(bench.last->http);
	call_finish(bench.last, NULL);
	http_close(http);
}

static void an_answer_is_sent_once(void **state)
{
	struct bench bench = { .fixture = *state, .op = &twice };
	struct http *http = bench_open(&bench);
	struct reply reply = { 0 };
	struct err late = { .code = ERR_SYSTEM };

	ask(bench.fixture, &reply, "GET /", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"status\":\"later\""));
	assert_int_equal(g_hash_table_size(bench.fixture->api->calls), 1);
	call_finish(bench.last, &late); /* goes nowhere, and frees */
	assert_int_equal(g_hash_table_size(bench.fixture->api->calls), 0);
	reply_clear(&reply);
	http_close(http);
}

static void revisions_are_compared_in_words(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(revision_check("db1", 0, 4, &err), 0);
	assert_int_equal(revision_check("db1", 4, 4, &err), 0);
	assert_int_equal(revision_check("db1", 3, 4, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, "db1 has revision 4, not 3: somebody changed it meanwhile; "
				     "look at it and try again");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_error_has_its_status_and_its_help),
		TEST(only_known_parameters_are_taken),
		TEST(who_waits_is_sent_away_with_the_reason),
		TEST(a_look_that_cannot_end_is_given_up),
		TEST(who_waits_for_a_change_goes_on_waiting),
		TEST(an_answer_is_sent_once),
		cmocka_unit_test(revisions_are_compared_in_words),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
