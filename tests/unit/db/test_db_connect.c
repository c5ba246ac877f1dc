#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "db.h"
#include "test_server.h"

static void connections_carry_our_name(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	(void)state;
	if (db_flavor(session) != DB_MYSQL) { /* MariaDB shows them with performance_schema only */
		return;
	}
	assert_int_equal(db_query(session, &rows,
				  "select attr_value from performance_schema.session_connect_attrs "
				  "where attr_name = 'program_name' and "
				  "processlist_id = connection_id()",
				  &err),
			 0);
	assert_int_equal(rows.nr, 1);
	assert_string_equal(rows.cells[0][0], "musterd");
}

static void nobody_there_is_unreachable(void **state)
{
	struct db_addr addr = { .socket = g_strdup("/nonexistent/sock") };
	struct err err = { 0 };

	(void)state;
	assert_null(db_open(&addr, &err));
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_int_equal(err.native, 2002);
	assert_true(g_str_has_prefix(err.msg, "/nonexistent/sock: "));
	db_addr_release(&addr);
}

static void a_refused_account_is_denied(void **state)
{
	g_autofree char *file =
		g_strdup_printf("%s/muster-login-%d.cnf", g_get_tmp_dir(), (int)getpid());
	struct db_addr addr = { 0 };
	struct err err = { 0 };

	(void)state;
	db_addr_copy(&addr, test_server_addr());
	g_free(addr.defaults_file);
	addr.defaults_file = g_strdup(file);
	assert_true(g_file_set_contents(file, "[client]\nuser=nobody_here\npassword=geheim\n", -1,
					NULL));
	assert_null(db_open(&addr, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.msg, file));
	assert_null(strstr(err.msg, "geheim"));
	(void)g_unlink(file);
	assert_null(db_open(&addr, &err));
	assert_int_equal(err.code, ERR_INVALID);
	db_addr_release(&addr);
}

static void tcp_works_without_and_with_tls_asked_for(void **state)
{
	g_autofree char *port_option = NULL;
	g_autofree char *file =
		g_strdup_printf("%s/muster-tcp-%d.cnf", g_get_tmp_dir(), (int)getpid());
	unsigned port = 20000 + (unsigned)getpid() % 20000;
	const char *options[] = { "--skip-networking=0", "--bind-address=127.0.0.1",
				  "--skip-name-resolve", NULL, NULL };
	struct test_server *server;
	struct db_addr addr = { .host = g_strdup("127.0.0.1"), .port = port };
	SCOPED_PTR(db_session) session = NULL;
	struct err err = { 0 };

	(void)state;
	port_option = g_strdup_printf("--port=%u", port);
	options[3] = port_option;
	server = test_server_start(options);
	addr.defaults_file = g_strdup(file);
	assert_true(g_file_set_contents(file, "[client]\nuser=root\n", -1, NULL));
	session = db_open(&addr, &err);
	if (session == NULL) {
		fail_msg("%s", err.msg);
	}
	assert_int_equal(db_execf(session, &err, "do 1"), 0);
	/* this server has no certificate: who asks for TLS must not get plain text */
	assert_true(g_file_set_contents(file, "[client]\nuser=root\nssl\n", -1, NULL));
	assert_null(db_open(&addr, &err));
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_int_equal(err.native, 2026);
	(void)g_unlink(file);
	db_addr_release(&addr);
	test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_carry_our_name),
		cmocka_unit_test(nobody_there_is_unreachable),
		cmocka_unit_test(a_refused_account_is_denied),
		cmocka_unit_test(tcp_works_without_and_with_tls_asked_for),
	};
	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_connect", tests, NULL, NULL);
}
