#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "canned.h"
#include "client.h"

/* clang-format off */
static const struct {
	const char *answer; enum err_code code; bool gone; const char *msg; const char *hint;
} refusals[] = {
	{ "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
	  "{\"code\":\"not_found\",\"native\":0,\"message\":\"there is no rollout r9\",\"hint\":\"muster rollout list\"}",
	  ERR_NOT_FOUND, false, "there is no rollout r9", "muster rollout list" },
	{ "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"
	  "{\"code\":\"unreachable\",\"native\":0,\"message\":\"db1 is down\"}",
	  ERR_UNREACHABLE, false, "db1 is down", NULL },
	{ "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\noops",
	  ERR_PROTOCOL, false, "what answers on SOCKET does not speak as musterd does (HTTP status 500)", NULL },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
	  ERR_UNREACHABLE, true, "musterd on SOCKET broke off the answer (Transferred a partial file)", NULL },
	{ "",
	  ERR_UNREACHABLE, true, "musterd on SOCKET broke off the answer (Server returned nothing (no headers, no data))", NULL },
};

/* clang-format on */

static void what_goes_wrong_is_said_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const char *answers[] = { refusals[i].answer, NULL };
		struct canned canned = { 0 };
		struct err err = { 0 };
		char *answer = NULL;
		g_auto(GStrv) parts = g_strsplit(refusals[i].msg, "SOCKET", -1);
		g_autofree char *msg = NULL;

		canned_start(&canned, answers);
		msg = g_strjoinv(canned.socket, parts);
		{
			SCOPED_PTR(client) client = client_new(canned.socket);

			assert_int_equal(
				client_request(client, "GET", "/v1/x", NULL, &answer, &err), -1);
			assert_string_equal(err.msg, msg);
			assert_int_equal(err.code, refusals[i].code);
			assert_int_equal(client_is_gone(&err), refusals[i].gone);
			if (refusals[i].hint == NULL) {
				assert_null(client_hint(client));
			} else {
				assert_string_equal(client_hint(client), refusals[i].hint);
			}
		}
		assert_null(answer);
		canned_stop(&canned);
	}
}

static void a_request_says_what_it_speaks(void **state)
{
	const char *answers[] = { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", NULL };
	struct canned canned = { 0 };
	struct err err = { 0 };
	g_autofree char *answer = NULL;
	g_autofree char *seen = NULL;

	(void)state;
	canned_start(&canned, answers);
	{
		SCOPED_PTR(client) client = client_new(canned.socket);

		assert_int_equal(client_request(client, "PATCH", "/v1/tenants/a%20b/..",
						"{\"a\":1}", &answer, &err),
				 0);
		assert_int_equal(client_status(client), 200);
	}
	seen = canned_seen(&canned);
	assert_string_equal(answer, "{}");
	assert_true(g_str_has_prefix(seen, "PATCH /v1/tenants/a%20b/.. HTTP/1.1\r\n"));
	assert_non_null(strstr(seen, "\r\nMuster-Protocol: 1\r\n"));
	assert_non_null(strstr(seen, "\r\nContent-Length: 7\r\n"));
	assert_non_null(strstr(seen, "\r\nContent-Type: application/json\r\n"));
	canned_stop(&canned);
}

static void no_daemon_is_said_with_the_way_out(void **state)
{
	SCOPED_PTR(client) client = client_new("/nonexistent/m.sock");
	struct err err = { 0 };
	char *answer = NULL;

	(void)state;
	assert_int_equal(client_request(client, "GET", "/healthz", NULL, &answer, &err), -1);
	assert_true(client_is_gone(&err));
	assert_string_equal(err.msg,
			    "no musterd answers on /nonexistent/m.sock (No such file or "
			    "directory): start it with \"systemctl start musterd\" or name its "
			    "socket with --socket");
}

static void names_are_safe_in_a_path(void **state)
{
	g_autofree char *path = client_path("/v1/tenants/", "a/b ?ä", "/x");

	(void)state;
	assert_string_equal(path, "/v1/tenants/a%2Fb%20%3F%C3%A4/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_wrong_is_said_in_words),
		cmocka_unit_test(a_request_says_what_it_speaks),
		cmocka_unit_test(no_daemon_is_said_with_the_way_out),
		cmocka_unit_test(names_are_safe_in_a_path),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
