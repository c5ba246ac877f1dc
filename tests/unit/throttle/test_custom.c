#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "custom.h"
#include "test_server.h"
#include "tick.h"

/* clang-format off */
static const struct {
	enum signal_source source; const char *text; bool ok;
} texts[] = {
	{ SIGNAL_SQL,  "select count(*) from queue.jobs",              true },
	{ SIGNAL_SQL,  " /* jobs */ -- of all\n (SELECT 1)",           true },
	{ SIGNAL_SQL,  "with a as (select 1 as b) select b from a",    true },
	{ SIGNAL_SQL,  "update t set a = 1",                           false },
	{ SIGNAL_SQL,  "/*!50000 delete */ from t",                    false },
	{ SIGNAL_SQL,  "selection",                                    false },
	{ SIGNAL_SQL,  "call p()",                                     false },
	{ SIGNAL_SQL,  "/* open",                                      false },
	{ SIGNAL_SQL,  "-- only a comment",                            false },
	{ SIGNAL_SQL,  "",                                             false },
	{ SIGNAL_HTTP, "http://deploys.example/freeze",                true },
	{ SIGNAL_HTTP, "HTTPS://[::1]:8080/x?y=z",                     true },
	{ SIGNAL_HTTP, "file:///etc/passwd",                           false },
	{ SIGNAL_HTTP, "deploys.example",                              false },
	{ SIGNAL_HTTP, "http://",                                      false },
	{ SIGNAL_HTTP, "http://a b/",                                  false },
	{ SIGNAL_FILE, "/run/muster/stop",                             true },
	{ SIGNAL_FILE, "stop",                                         false },
	{ SIGNAL_FILE, "",                                             false },
	{ SIGNAL_BUILT_IN, "lag",                                      false },
};

static const struct {
	const char *sql; double want; const char *wrong; /* NULL: it works */
} queries[] = {
	{ "select 42",                                42,   NULL },
	{ "select 1.5 + 1",                           2.5,  NULL },
	{ "select -1e3",                              -1000, NULL },
	{ "(select count(*) from information_schema.schemata where 1 = 0)", 0, NULL },
	{ "select 1 union select 2",                  0,    "2 rows of 1 column" },
	{ "select 1 from dual where 1 = 0",           0,    "0 rows of 1 column" },
	{ "select 1, 2",                              0,    "1 row of 2 columns" },
	{ "select null",                              0,    "gives NULL" },
	{ "select 'many'",                            0,    "gives a text" },
	{ "select '0x10'",                            0,    "gives a text" },
	{ "select 'inf'",                             0,    "gives a text" },
	{ "select ''",                                0,    "gives a text" },
	{ "select ' 1'",                              0,    "gives a text" },
	{ "select 1; select 2",                       0,    "syntax" },
	{ "select no_such.f(1)",                      0,    "no_such" },
	{ "select * from no_such.table_here",         0,    "no_such" },
	{ "drop database mysql",                      0,    "is no SELECT" },
};

static const struct {
	const char *answer; bool then_silent; double want; /* -1: a problem */
} answers[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",               false, 0 },
	{ "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",                 false, 0 },
	{ "HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n",           false, 1 },
	{ "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",                 false, 1 },
	{ "HTTP/1.1 204 Nothing\r\n\r\n",                                 false, 1 },
	{ "HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", false, 1 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow",             true,  -1 },
	{ "HTTP/1.1 200 O",                                               true,  -1 },
	{ "",                                                             false, -1 },
	{ "SSH-2.0-OpenSSH\r\n\r\n",                                      false, -1 },
};

/* clang-format on */

static void a_text_that_cannot_work_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct err err = { 0 };

		if ((custom_check(texts[i].source, texts[i].text, &err) == 0) != texts[i].ok) {
			fail_msg("%s: %s", texts[i].text, err.msg);
		}
		assert_int_equal(err.code, texts[i].ok ? ERR_NONE : ERR_INVALID);
	}
}

/* ---- SQL -------------------------------------------------------------------------- */

static void a_select_gives_one_number_or_nothing(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(custom_sql_begin(session, &err), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
		double value = 0;
		int failed = custom_sql(session, queries[i].sql, &value, &err);

		if (queries[i].wrong == NULL
			    ? failed < 0 || value != queries[i].want
			    : failed == 0 || strstr(err.msg, queries[i].wrong) == NULL) {
			fail_msg("%s: %g %s", queries[i].sql, value, err.msg);
		}
		assert_false(db_in_transaction(session));
	}
}

static void a_select_changes_nothing(void **state)
{
	const char *schema = test_server_schema("custom_write");
	SCOPED_PTR(db_session) session = test_server_open();
	g_autofree char *sql = g_strdup_printf("select %s.f()", schema);
	g_autofree char *left = NULL;
	struct err err = { 0 };
	double value;

	(void)state;
	test_server_exec("create table %s.t (a int) engine = InnoDB", schema);
	test_server_exec("insert into %s.t values (1)", schema);
	test_server_exec("set global log_bin_trust_function_creators = 1");
	test_server_exec("create function %s.f() returns int deterministic modifies sql data "
			 "begin delete from %s.t; return 1; end",
			 schema, schema);
	assert_int_equal(custom_sql_begin(session, &err), 0);
	assert_int_equal(custom_sql(session, sql, &value, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	left = test_server_value("select count(*) from %s.t", schema);
	assert_string_equal(left, "1");
}

static void a_slow_select_is_ended(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };
	int64_t from = tick_ms();
	double value;

	(void)state;
	assert_int_equal(custom_sql_begin(session, &err), 0);
	assert_int_equal(
		custom_sql(
			session,
			"select count(*) from (select a.table_name from "
			"information_schema.columns a, information_schema.columns b, "
			"information_schema.columns c where "
			"sha2(concat(a.column_name, b.column_name, c.column_name), 512) = 'x') d",
			&value, &err),
		-1);
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.msg, "takes longer than the 1 s"));
	assert_true(tick_ms() - from < 20000);
	assert_int_equal(custom_sql(session, "select 1", &value, &err), 0);
}

/* ---- HTTP ------------------------------------------------------------------------- */

struct httpd {
	pthread_t thread;
	int listener;
	int end; /* an eventfd: whoever is silent may go */
	const char *answer;
	bool then_silent;
	char url[64];
};

static void *httpd_run(void *arg)
{
	struct httpd *httpd = arg;
	int fd = accept(httpd->listener, NULL, NULL);
	char request[4096];
	uint64_t go;

	assert_true(fd >= 0);
	/* who was told to stop may hang up before it has asked */
	if (read(fd, request, sizeof(request)) > 0) {
		(void)!write(fd, httpd->answer, strlen(httpd->answer));
		if (httpd->then_silent) {
			(void)!read(httpd->end, &go, sizeof(go));
		}
	}
	(void)close(fd);
	return NULL;
}

static void httpd_start(struct httpd *httpd, const char *answer, bool then_silent)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);

	*httpd = (struct httpd){ .answer = answer, .then_silent = then_silent };
	httpd->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	httpd->end = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(bind(httpd->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(httpd->listener, 1), 0);
	assert_int_equal(getsockname(httpd->listener, (struct sockaddr *)&at, &len), 0);
	(void)g_snprintf(httpd->url, sizeof(httpd->url), "http://127.0.0.1:%d/check",
			 ntohs(at.sin_port));
	assert_int_equal(pthread_create(&httpd->thread, NULL, httpd_run, httpd), 0);
}

static void httpd_end(struct httpd *httpd)
{
	assert_int_equal(eventfd_write(httpd->end, 1), 0);
	assert_int_equal(pthread_join(httpd->thread, NULL), 0);
	(void)close(httpd->end);
	(void)close(httpd->listener);
}

static void only_200_is_a_permission(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		struct httpd httpd;
		struct err err = { 0 };
		int64_t from = tick_ms();
		double value = -1;
		int failed;

		httpd_start(&httpd, answers[i].answer, answers[i].then_silent);
		failed = custom_http(httpd.url, 0, &value, &err);
		httpd_end(&httpd);
		if (failed != (answers[i].want < 0 ? -1 : 0) || value != answers[i].want) {
			fail_msg("row %zu: %g %s", i, value, err.msg);
		}
		assert_true(tick_ms() - from < 10000);
		if (failed < 0) {
			assert_non_null(strstr(err.msg, httpd.url));
		}
	}
}

static void nobody_there_is_a_problem(void **state)
{
	struct err err = { 0 };
	double value = -1;

	(void)state;
	assert_int_equal(custom_http("http://127.0.0.1:1/", 0, &value, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_int_equal(custom_http("http://no-such-host.invalid/", 0, &value, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_non_null(strstr(err.msg, "no-such-host.invalid"));
	assert_true(value == -1);
}

static void a_body_without_end_is_not_taken(void **state)
{
	g_autoptr(GString) answer = g_string_new("HTTP/1.1 200 OK\r\n\r\n");
	struct httpd httpd;
	struct err err = { 0 };
	double value = -1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		g_string_append(answer, "more of it");
	}
	httpd_start(&httpd, answer->str, true);
	assert_int_equal(custom_http(httpd.url, 0, &value, &err), -1);
	httpd_end(&httpd);
}

static void who_must_stop_does_not_wait_for_an_answer(void **state)
{
	int stop_fd = eventfd(1, EFD_CLOEXEC);
	struct httpd httpd;
	struct err err = { 0 };
	int64_t from = tick_ms();
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	double value;

	(void)state;
	httpd_start(&httpd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow", true);
	assert_int_equal(custom_http(httpd.url, stop_fd, &value, &err), -1);
	assert_true(tick_ms() - from < 1900);
	/* it has not even asked: somebody must */
	assert_int_equal(getsockname(httpd.listener, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(write(fd, "x", 1), 1);
	httpd_end(&httpd);
	(void)close(fd);
	(void)close(stop_fd);
}

/* ---- file ------------------------------------------------------------------------- */

static void a_file_stops_while_it_is_there(void **state)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "muster-stop-XXXXXX", NULL);
	g_autofree char *below = NULL;
	struct err err = { 0 };
	double value = -1;
	int fd = g_mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(custom_file(path, &value, &err), 0);
	assert_true(value == 1);
	below = g_build_filename(path, "below", NULL);
	assert_int_equal(custom_file(below, &value, &err), 0);
	assert_true(value == 0);
	(void)remove(path);
	assert_int_equal(custom_file(path, &value, &err), 0);
	assert_true(value == 0);
}

static void one_that_cannot_be_looked_for_is_a_problem(void **state)
{
	g_autofree char *path = g_strnfill(5000, 'x');
	struct err err = { 0 };
	double value = -1;

	(void)state;
	path[0] = '/';
	assert_int_equal(custom_file(path, &value, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_true(value == -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_cannot_work_is_refused),
		cmocka_unit_test(a_select_gives_one_number_or_nothing),
		cmocka_unit_test(a_select_changes_nothing),
		cmocka_unit_test(a_slow_select_is_ended),
		cmocka_unit_test(only_200_is_a_permission),
		cmocka_unit_test(nobody_there_is_a_problem),
		cmocka_unit_test(a_body_without_end_is_not_taken),
		cmocka_unit_test(who_must_stop_does_not_wait_for_an_answer),
		cmocka_unit_test(a_file_stops_while_it_is_there),
		cmocka_unit_test(one_that_cannot_be_looked_for_is_a_problem),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("custom", tests, NULL, NULL);
}
