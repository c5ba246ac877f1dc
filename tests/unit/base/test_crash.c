#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "crash.h"

/* What a process that is to crash at this point comes to: 0, or the signal that ended it. */
static int end_of(const char *at, void (*life)(void))
{
	int status = 0;
	pid_t child;

	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		g_setenv("MUSTERD_CRASH_AT", at, 1);
		life();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void pass_twice(void)
{
	CRASH_POINT(TURN_DECIDED);
	CRASH_POINT(TURN_DECIDED);
	CRASH_POINT(TURN_ACTED);
}

static void commit(void)
{
	CRASH_EDGE("task", "running", "applied");
	CRASH_COMMITTED();
}

static void take_only(void)
{
	CRASH_EDGE("task", "running", "applied");
}

static void take_spoken(void)
{
	CRASH_EDGE("rollout", "running", "over budget");
}

static void roll_back(void)
{
	CRASH_EDGE("task", "running", "applied");
	CRASH_UNDONE();
	CRASH_COMMITTED();
}

#ifdef MUSTER_CRASH_POINTS

static void dies_at_the_nth_pass_of_its_point(void **state)
{
	static const struct {
		const char *at;
		void (*life)(void);
		int end;
	} cases[] = {
		{ "turn/decided", pass_twice, SIGKILL },
		{ "turn/decided:2", pass_twice, SIGKILL },
		{ "turn/decided:3", pass_twice, 0 },
		{ "turn/acted", pass_twice, SIGKILL },
		{ "turn/settled", pass_twice, 0 },
		{ "task/running/applied/before", take_only, SIGKILL },
		{ "task/running/applied/after", take_only, 0 },
		{ "task/running/applied/after", commit, SIGKILL },
		{ "task/running/applied/after", roll_back, 0 },
		{ "task/running/refused/before", commit, 0 },
		{ "rollout/running/over-budget/before", take_spoken, SIGKILL },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		print_message("%s\n", cases[i].at);
		assert_int_equal(end_of(cases[i].at, cases[i].life), cases[i].end);
	}
}

static void traced(void)
{
	pass_twice();
	commit();
}

static void writes_down_what_it_passes(void **state)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "crash-XXXXXX", NULL);
	g_autofree char *seen = NULL;
	int fd = g_mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	g_setenv("MUSTERD_CRASH_TRACE", path, 1);
	assert_int_equal(end_of("turn/settled", traced), 0);
	g_unsetenv("MUSTERD_CRASH_TRACE");
	assert_true(g_file_get_contents(path, &seen, NULL, NULL));
	assert_string_equal(seen, "turn/decided\nturn/decided\nturn/acted\n"
				  "task/running/applied/before\ntask/running/applied/after\n");
	(void)g_unlink(path);
}

static void every_point_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < CRASH_POINT_NR; i++) {
		assert_non_null(crash_point_names[i]);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(crash_point_names[i], crash_point_names[j]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dies_at_the_nth_pass_of_its_point),
		cmocka_unit_test(writes_down_what_it_passes),
		cmocka_unit_test(every_point_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}

#else

static void other_builds_know_no_point(void **state)
{
	(void)state;
	assert_int_equal(end_of("turn/decided", pass_twice), 0);
	assert_int_equal(end_of("task/running/applied/before", take_only), 0);
	assert_int_equal(end_of("task/running/applied/after", commit), 0);
	assert_int_equal(end_of("task/running/applied/before", roll_back), 0);
	assert_int_equal(end_of("rollout/running/over-budget/before", take_spoken), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_builds_know_no_point),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}

#endif
