#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"

static void set_fills_and_is_minus_one(void **state)
{
	struct err err = { .native = 7 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_BUSY, "%d of %s", 3, "four"), -1);
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(err.native, 0);
	assert_string_equal(err.msg, "3 of four");
	assert_int_equal(err_set_native(&err, ERR_DB, 1205, "lock"), -1);
	assert_int_equal(err.native, 1205);
}

static void errno_becomes_words(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set_errno(&err, ENOENT, "open %s", "/x"), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_int_equal(err.native, ENOENT);
	assert_string_equal(err.msg, "open /x: No such file or directory");
}

static void prefix_keeps_the_code(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)err_set_native(&err, ERR_DB, 1062, "duplicate");
	assert_int_equal(err_prefix(&err, "tenant %s", "acme"), -1);
	assert_string_equal(err.msg, "tenant acme: duplicate");
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(err.native, 1062);
}

static void own_message_may_be_an_argument(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)err_set(&err, ERR_INVALID, "inner");
	(void)err_set(&err, ERR_DENIED, "outer (%s)", err.msg);
	assert_string_equal(err.msg, "outer (inner)");
}

static void too_long_is_cut(void **state)
{
	g_autofree char *text = g_strnfill((gsize)ERR_MSG_MAX * 2, 'x');
	struct err err = { 0 };

	(void)state;
	(void)err_set(&err, ERR_INVALID, "%s", text);
	assert_int_equal(strlen(err.msg), ERR_MSG_MAX - 1);
	(void)err_prefix(&err, "begin");
	assert_int_equal(strlen(err.msg), ERR_MSG_MAX - 1);
	assert_true(g_str_has_prefix(err.msg, "begin: xxx"));
}

static void every_code_has_its_own_name(void **state)
{
	(void)state;
	for (int code = 0; code < ERR_CODE_NR; code++) {
		assert_non_null(err_code_names[code]);
		assert_int_equal(err_code_parse(err_code_names[code]), code);
	}
	assert_int_equal(err_code_parse("of a newer daemon"), ERR_PROTOCOL);
}

static void failed_check_stops_the_program(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		CHECK(1 + 1 == 3);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_fills_and_is_minus_one),
		cmocka_unit_test(errno_becomes_words),
		cmocka_unit_test(prefix_keeps_the_code),
		cmocka_unit_test(own_message_may_be_an_argument),
		cmocka_unit_test(too_long_is_cut),
		cmocka_unit_test(every_code_has_its_own_name),
		cmocka_unit_test(failed_check_stops_the_program),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
