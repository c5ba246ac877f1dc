#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "log.h"

#define OUTPUT_MAX 4096

/* What write_lines writes to stderr. */
static const char *caught(char out[OUTPUT_MAX], void (*write_lines)(void))
{
	int saved = dup(STDERR_FILENO);
	int ends[2];
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	write_lines();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(ends[1]);
	len = read(ends[0], out, OUTPUT_MAX - 1);
	assert_true(len >= 0);
	(void)close(ends[0]);
	out[len] = '\0';
	return out;
}

static void write_all(void)
{
	log_error("e n=%d", 1);
	log_warn("w");
	log_info("i");
	log_debug("d");
}

static void write_hostile(void)
{
	log_info("tenant=%s", "a\n<3>forged\rline");
}

static void write_kept(void)
{
	log_keep();
	log_info("undone");
	log_kept(false);
	log_keep();
	log_info("done");
	log_warn("written behind");
	log_kept(true);
	log_info("at once");
	log_kept(false);
}

static int plain(void **state)
{
	(void)state;
	g_unsetenv("JOURNAL_STREAM");
	log_set_level(LOG_LEVEL_INFO);
	return 0;
}

static void levels_filter(void **state)
{
	char out[OUTPUT_MAX];

	(void)state;
	assert_string_equal(caught(out, write_all), "e n=1\nw\ni\n");
	log_set_level(LOG_LEVEL_ERROR);
	assert_string_equal(caught(out, write_all), "e n=1\n");
	log_set_level(LOG_LEVEL_DEBUG);
	assert_string_equal(caught(out, write_all), "e n=1\nw\ni\nd\n");
}

static void what_was_undone_is_not_told(void **state)
{
	char out[OUTPUT_MAX];

	(void)state;
	assert_string_equal(caught(out, write_kept), "done\nwritten behind\nat once\n");
}

static void journal_gets_the_level(void **state)
{
	char out[OUTPUT_MAX];

	(void)state;
	g_setenv("JOURNAL_STREAM", "8:1", 1);
	log_set_level(LOG_LEVEL_DEBUG);
	assert_string_equal(caught(out, write_all), "<3>e n=1\n<4>w\n<6>i\n<7>d\n");
}

static void data_cannot_forge_a_line(void **state)
{
	char out[OUTPUT_MAX];

	(void)state;
	assert_string_equal(caught(out, write_hostile), "tenant=a <3>forged line\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(levels_filter, plain),
		cmocka_unit_test_setup(what_was_undone_is_not_told, plain),
		cmocka_unit_test_setup(journal_gets_the_level, plain),
		cmocka_unit_test_setup(data_cannot_forge_a_line, plain),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
