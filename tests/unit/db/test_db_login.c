#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "db_login.h"

static char *folder;

static char *file_put(const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

/* clang-format off */
static const struct {
	const char *line; const char *password;
} passwords[] = {
	/* as the stock client reads it */
	{ "password=plain",            "plain" },
	{ "password = spaces around ", "spaces around" },
	{ "password=",                 "" },
	{ "password=\"quo'ted\"",      "quo'ted" },
	{ "password='quo\"ted'",       "quo\"ted" },
	{ "password=cut#comment",      "cut" },
	{ "password=\"kept#inside\"",  "kept#inside" },
	{ "password=a\\sb\\\\c\\tq",   "a b\\c\tq" },
	{ "password=a\\qb",            "a\\qb" },
	{ "password=a=b",              "a=b" },
	{ "password=\"open",           "\"open" },
	{ "password=grün",             "grün" },
};

static const struct {
	const char *lines; enum db_tls tls;
} tls[] = {
	{ "",                                          DB_TLS_DEFAULT },
	{ "ssl",                                       DB_TLS_REQUIRED },
	{ "ssl=1",                                     DB_TLS_REQUIRED },
	{ "ssl=0",                                     DB_TLS_OFF },
	{ "skip-ssl",                                  DB_TLS_OFF },
	{ "disable-ssl",                               DB_TLS_OFF },
	{ "skip_ssl",                                  DB_TLS_OFF },
	{ "ssl-enforce",                               DB_TLS_REQUIRED },
	{ "ssl-mode=required",                         DB_TLS_REQUIRED },
	{ "ssl_mode = VERIFY_CA",                      DB_TLS_VERIFY_CA },
	{ "ssl-mode=VERIFY_IDENTITY",                  DB_TLS_VERIFY_IDENTITY },
	{ "ssl-mode=DISABLED",                         DB_TLS_OFF },
	{ "ssl-mode=PREFERRED",                        DB_TLS_DEFAULT },
	{ "ssl-verify-server-cert",                    DB_TLS_VERIFY_IDENTITY },
	{ "ssl-verify-server-cert\nssl",               DB_TLS_VERIFY_IDENTITY },
	{ "ssl-mode=VERIFY_CA\nskip-ssl-verify-server-cert", DB_TLS_REQUIRED },
	{ "ssl-ca=/ca.pem",                            DB_TLS_REQUIRED },
	{ "ssl-ca=/ca.pem\nskip-ssl",                  DB_TLS_OFF },
};

static const struct {
	const char *text; const char *msg;
} refusals[] = {
	{ "[client\nuser=a\n",           "line 1: the name of a group is not closed by ]" },
	{ "[client]\nssl-mode=MAYBE\n",
	  "line 2: ssl-mode is DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY" },
	{ "[client]\nssl-mode\n",
	  "line 2: ssl-mode is DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY" },
	{ "!frobnicate\n",               "line 1: only !include and !includedir may follow \"!\"" },
	{ "\n!includedir /nonexistent\n", "line 2: folder /nonexistent cannot be read" },
};

/* clang-format on */

static void values_are_read_as_the_stock_client_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(passwords); i++) {
		g_autofree char *text = g_strdup_printf("[client]\n%s\n", passwords[i].line);
		g_autofree char *path = file_put("a.cnf", text);
		SCOPED(db_login) login = { 0 };
		struct err err = { 0 };

		assert_int_equal(db_login_read(&login, path, &err), 0);
		assert_string_equal(login.password, passwords[i].password);
	}
}

static void tls_is_understood_in_every_dialect(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(tls); i++) {
		g_autofree char *text = g_strdup_printf("[muster]\n%s\n", tls[i].lines);
		g_autofree char *path = file_put("a.cnf", text);
		SCOPED(db_login) login = { 0 };
		struct err err = { 0 };

		assert_int_equal(db_login_read(&login, path, &err), 0);
		if (login.tls != tls[i].tls) {
			fail_msg("%s: %d", tls[i].lines, (int)login.tls);
		}
	}
}

static void only_our_groups_count_and_the_last_word_wins(void **state)
{
	g_autofree char *path = file_put("a.cnf", "user=nogroup\n"
						  "[mysqld]\nuser=server\n"
						  "[client]\n# comment\n; another\nuser=first\n"
						  "password=p\nhost=ignored\nunknown\n"
						  "[ muster ]\nuser=second\r\n"
						  "[mysql]\nuser=other\n");
	SCOPED(db_login) login = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_login_read(&login, path, &err), 0);
	assert_string_equal(login.user, "second");
	assert_string_equal(login.password, "p");
}

static void includes_are_followed(void **state)
{
	g_autofree char *sub = g_build_filename(folder, "sub", NULL);
	g_autofree char *text = NULL;
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	g_autofree char *no = NULL;
	g_autofree char *path = NULL;
	SCOPED(db_login) login = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(g_mkdir(sub, 0700), 0);
	one = file_put("sub/1.cnf", "[client]\nuser=one\n");
	two = file_put("sub/2.cnf", "[client]\nuser=two\n");
	no = file_put("sub/3.txt", "[client]\nuser=three\n");
	text = g_strdup_printf("[client]\nuser=zero\n!includedir %s\npassword=after\n", sub);
	path = file_put("a.cnf", text);
	assert_int_equal(db_login_read(&login, path, &err), 0);
	assert_string_equal(login.user, "two");
	assert_string_equal(login.password, "after"); /* the group goes on behind it */
}

static void a_circle_of_includes_ends(void **state)
{
	g_autofree char *path = g_build_filename(folder, "circle.cnf", NULL);
	g_autofree char *text = g_strdup_printf("!include %s\n", path);
	g_autofree char *same = file_put("circle.cnf", text);
	SCOPED(db_login) login = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_string_equal(same, path);
	assert_int_equal(db_login_read(&login, path, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(login.user);
}

static void a_file_that_cannot_be_read_is_an_error_with_its_path(void **state)
{
	SCOPED(db_login) login = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_login_read(&login, "/nonexistent/my.cnf", &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.msg, "option file /nonexistent/my.cnf: No such file or directory");
	assert_int_equal(db_login_read(&login, folder, &err), -1);
	assert_non_null(strstr(err.msg, "not a file of at most 1 MiB"));
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autofree char *path = file_put("a.cnf", refusals[i].text);
		g_autofree char *msg = g_strdup_printf("option file %s: %s", path, refusals[i].msg);
		SCOPED(db_login) login = { 0 };
		struct err err = { 0 };

		assert_int_equal(db_login_read(&login, path, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, msg);
	}
}

static void without_a_file_the_user_is_the_systems(void **state)
{
	SCOPED(db_login) login = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_login_read(&login, NULL, &err), 0);
	assert_string_equal(login.user, g_get_user_name());
	assert_null(login.password);
	assert_int_equal(login.tls, DB_TLS_DEFAULT);
}

static int folder_make(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("muster-login-XXXXXX", NULL);
	return folder == NULL ? -1 : 0;
}

static int folder_drop(void **state)
{
	static const char *const names[] = { "a.cnf",     "circle.cnf", "sub/1.cnf",
					     "sub/2.cnf", "sub/3.txt",  "sub" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		(void)g_remove(path);
	}
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_the_stock_client_does),
		cmocka_unit_test(tls_is_understood_in_every_dialect),
		cmocka_unit_test(only_our_groups_count_and_the_last_word_wins),
		cmocka_unit_test(includes_are_followed),
		cmocka_unit_test(a_circle_of_includes_ends),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error_with_its_path),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(without_a_file_the_user_is_the_systems),
	};

	return cmocka_run_group_tests_name("db_login", tests, folder_make, folder_drop);
}
