#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "db_catalog.h"
#include "test_server.h"

#define ALL_ON_DATABASE                                                                     \
	"select, insert, update, delete, create, alter, drop, index, references, trigger, " \
	"create view, show view, create routine, alter routine, execute, event, "           \
	"create temporary tables, lock tables"

/* An account of this test, its option file and a session of it. */
struct account {
	char *name;
	char *file;
	struct db_session *session;
};

static void account_make(struct account *account, const char *name)
{
	account->name = g_strdup_printf("%s_%d", name, (int)getpid());
	account->file = g_strdup_printf("%s/muster-%s.cnf", g_get_tmp_dir(), account->name);
	test_server_exec("drop user if exists `%s`@localhost", account->name);
	test_server_exec("create user `%s`@localhost identified by 'pw'", account->name);
}

static void account_login(struct account *account)
{
	g_autofree char *text = g_strdup_printf("[client]\nuser=%s\npassword=pw\n", account->name);
	struct db_addr addr = { 0 };
	struct err err = { 0 };

	assert_true(g_file_set_contents(account->file, text, -1, NULL));
	db_addr_copy(&addr, test_server_addr());
	g_free(addr.defaults_file);
	addr.defaults_file = g_strdup(account->file);
	account->session = db_open(&addr, &err);
	if (account->session == NULL) {
		fail_msg("%s", err.msg);
	}
	db_addr_release(&addr);
}

static void account_drop(struct account *account)
{
	db_session_free(account->session);
	test_server_exec("drop user `%s`@localhost", account->name);
	(void)g_unlink(account->file);
	g_free(account->name);
	g_free(account->file);
}

static bool is_missing(const struct db_server_info *info, const char *privilege)
{
	for (size_t i = 0; info->missing[i] != NULL; i++) {
		if (g_str_has_prefix(info->missing[i], privilege)) {
			return true;
		}
	}
	return false;
}

static void run_all(const char *statements)
{
	g_auto(GStrv) list = g_strsplit(statements, "; ", -1);

	for (size_t i = 0; list[i] != NULL; i++) {
		test_server_exec("%s", list[i]);
	}
}

static void root_lacks_nothing(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(db_server_info) info = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_server_info_get(session, &info, &err), 0);
	if (info.missing[0] != NULL) {
		fail_msg("%s", info.missing[0]);
	}
	assert_null(info.grant);
	assert_null(info.closing[0]);
	assert_int_equal(info.flavor, test_server_flavor());
	assert_string_equal(info.version, db_version(session));
	assert_string_equal(info.account, "root@localhost");
	assert_true(info.connections >= 1 && info.connections < info.max_connections);
	assert_false(info.read_only);
	assert_true(g_str_has_prefix(info.time_zone, "SYSTEM ("));
}

static void what_is_missing_is_named_and_the_grant_gives_it(void **state)
{
	struct account account = { 0 };
	SCOPED(db_server_info) before = { 0 };
	SCOPED(db_server_info) after = { 0 };
	struct err err = { 0 };

	(void)state;
	account_make(&account, "few");
	test_server_exec("grant select, insert on *.* to `%s`@localhost", account.name);
	account_login(&account);
	assert_int_equal(db_server_info_get(account.session, &before, &err), 0);
	assert_false(is_missing(&before, "SELECT"));
	assert_false(is_missing(&before, "INSERT"));
	assert_true(is_missing(&before, "ALTER: for migrations"));
	assert_true(is_missing(&before, "PROCESS: to name who blocks a change"));
	assert_non_null(before.grant);
	run_all(before.grant);
	db_session_free(account.session);
	account_login(&account);
	assert_int_equal(db_server_info_get(account.session, &after, &err), 0);
	if (after.missing[0] != NULL) {
		fail_msg("%s", after.missing[0]);
	}
	assert_null(after.grant);
	account_drop(&account);
}

static void rights_on_a_pattern_are_enough_but_for_the_global_ones(void **state)
{
	struct account account = { 0 };
	SCOPED(db_server_info) info = { 0 };
	struct err err = { 0 };

	(void)state;
	account_make(&account, "pattern");
	test_server_exec("grant " ALL_ON_DATABASE " on `client\\_%%`.* to `%s`@localhost",
			 account.name);
	account_login(&account);
	assert_int_equal(db_server_info_get(account.session, &info, &err), 0);
	assert_int_equal(g_strv_length(info.missing), 3);
	assert_true(is_missing(&info, "PROCESS: "));
	assert_true(is_missing(&info, "ALL on muster\\_scratch\\_%: "));
	assert_true(is_missing(&info, "SELECT on mysql.innodb_table_stats: "));
	run_all(info.grant);
	account_drop(&account);
}

/* clang-format off */
static const struct {
	const char *what; const char *on; const char *option; size_t lacks;
} closings[] = {
	{ "all",    "*.*",            "with grant option", 0 },
	{ "all",    "*.*",            "",                  1 },
	{ "all",    "`client\\_%`.*", "with grant option", 3 },
	{ "all",    "`client\\_%`.*", "",                  4 },
	{ "select", "mysql.*",        "with grant option", 3 },
	{ "super",  "*.*",            "",                  2 },
};

/* clang-format on */

static void what_closing_needs_besides_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(closings); i++) {
		struct account account = { 0 };
		SCOPED(db_server_info) info = { 0 };
		struct err err = { 0 };

		account_make(&account, "closes");
		test_server_exec("grant %s on %s to `%s`@localhost %s", closings[i].what,
				 closings[i].on, account.name, closings[i].option);
		account_login(&account);
		assert_int_equal(db_server_info_get(account.session, &info, &err), 0);
		if (g_strv_length(info.closing) != closings[i].lacks) {
			g_autofree char *lacks = g_strjoinv("; ", info.closing);

			fail_msg("%s on %s: %s", closings[i].what, closings[i].on, lacks);
		}
		account_drop(&account);
	}
}

static void rights_on_system_schemas_do_not_count(void **state)
{
	struct account account = { 0 };
	SCOPED(db_server_info) info = { 0 };
	struct err err = { 0 };

	(void)state;
	account_make(&account, "system");
	test_server_exec("grant select, insert, update on `mysql`.* to `%s`@localhost",
			 account.name);
	account_login(&account);
	assert_int_equal(db_server_info_get(account.session, &info, &err), 0);
	assert_true(is_missing(&info, "SELECT: "));
	assert_true(is_missing(&info, "UPDATE: "));
	assert_false(is_missing(&info, "SELECT on mysql.innodb_table_stats"));
	account_drop(&account);
}

static void active_roles_count(void **state)
{
	g_autofree char *role = g_strdup_printf("role_%d", (int)getpid());
	struct account account = { 0 };
	SCOPED(db_server_info) info = { 0 };
	struct err err = { 0 };

	(void)state;
	account_make(&account, "member");
	test_server_exec("drop role if exists `%s`", role);
	test_server_exec("create role `%s`", role);
	test_server_exec("grant " ALL_ON_DATABASE ", process on *.* to `%s`", role);
	test_server_exec("grant `%s` to `%s`@localhost", role, account.name);
	if (test_server_flavor() == DB_MYSQL) {
		test_server_exec("set default role `%s` to `%s`@localhost", role, account.name);
	} else {
		test_server_exec("set default role `%s` for `%s`@localhost", role, account.name);
	}
	account_login(&account);
	assert_int_equal(db_server_info_get(account.session, &info, &err), 0);
	if (info.missing[0] != NULL) {
		fail_msg("%s", info.missing[0]);
	}
	test_server_exec("drop role `%s`", role);
	account_drop(&account);
}

static void sizes_come_another_way_without_the_statistics(void **state)
{
	const char *schema = test_server_schema("client_sizes");
	struct account account = { 0 };
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table `%s`.t (a int primary key)", schema);
	account_make(&account, "sizes");
	test_server_exec("grant select on `%s`.* to `%s`@localhost", schema, account.name);
	account_login(&account);
	assert_int_equal(db_positions_get(account.session, &positions, &schema, 1,
					  DB_POSITIONS_BYTES, NULL, &err),
			 0);
	assert_true(positions.positions[0].exists);
	assert_true(positions.positions[0].bytes >= 16384);
	account_drop(&account);
}

static void with_the_binary_log_triggers_take_more(void **state)
{
	static const char *const options[] = { "--log-bin=binlog", "--server-id=1", NULL };
	struct test_server *server = test_server_start(options);
	g_autofree char *file =
		g_strdup_printf("%s/muster-binlog-%d.cnf", g_get_tmp_dir(), (int)getpid());
	SCOPED_PTR(db_session) root = NULL;
	SCOPED_PTR(db_session) session = NULL;
	SCOPED(db_server_info) info = { 0 };
	struct db_addr addr = { 0 };
	struct err err = { 0 };

	(void)state;
	root = db_open(test_server_address(server), &err);
	assert_non_null(root);
	assert_int_equal(db_execf(root, &err, "create user app@localhost identified by 'pw'"), 0);
	assert_int_equal(
		db_execf(root, &err, "grant " ALL_ON_DATABASE ", process on *.* to app@localhost"),
		0);
	assert_true(g_file_set_contents(file, "[client]\nuser=app\npassword=pw\n", -1, NULL));
	db_addr_copy(&addr, test_server_address(server));
	g_free(addr.defaults_file);
	addr.defaults_file = g_strdup(file);
	session = db_open(&addr, &err);
	assert_non_null(session);
	assert_int_equal(db_server_info_get(session, &info, &err), 0);
	assert_int_equal(g_strv_length(info.missing), 1);
	assert_true(is_missing(&info, "BINLOG ADMIN: "));
	assert_string_equal(info.grant, "GRANT BINLOG ADMIN ON *.* TO 'app'@'localhost'");
	assert_int_equal(db_execf(root, &err, "%s", info.grant), 0);
	(void)g_unlink(file);
	db_addr_release(&addr);
	test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_lacks_nothing),
		cmocka_unit_test(what_is_missing_is_named_and_the_grant_gives_it),
		cmocka_unit_test(rights_on_a_pattern_are_enough_but_for_the_global_ones),
		cmocka_unit_test(what_closing_needs_besides_is_named),
		cmocka_unit_test(rights_on_system_schemas_do_not_count),
		cmocka_unit_test(active_roles_count),
		cmocka_unit_test(sizes_come_another_way_without_the_statistics),
		cmocka_unit_test(with_the_binary_log_triggers_take_more),
	};
	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_info", tests, NULL, NULL);
}
