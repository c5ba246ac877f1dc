#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "hook.h"
#include "hook_kit.h"
#include "tick.h"

#define LONG_MS   60000
#define PATIENT_S 30

static atomic_int never;

/* clang-format off */
static const struct {
	const char *script; enum err_code code; int exit_code; const char *output; const char *says;
} ends[] = {
	{ "#!/bin/sh\necho fine\n",                ERR_NONE,     0,  "fine\n",         NULL },
	{ "#!/bin/sh\nexit 0\n",                   ERR_NONE,     0,  "",               NULL },
	{ "#!/bin/sh\necho a; echo b >&2; exit 3\n", ERR_CONFLICT, 3, "a\nb\n",        "said no, exit code 3: a b" },
	{ "#!/bin/sh\nexit 1\n",                   ERR_CONFLICT, 1,  "",               "exit code 1: it printed nothing" },
	{ "#!/bin/sh\nkill -9 $$\n",               ERR_CONFLICT, -1, "",               "died of signal 9" },
	{ "#!/bin/sh\ncat\n",                      ERR_NONE,     0,  "{\"tenant\": \"acme\"}\n", NULL },
	{ "#!/bin/sh\ncat /dev/stdin\n",           ERR_NONE,     0,  "{\"tenant\": \"acme\"}\n", NULL },
	{ "#!/bin/sh\necho $MUSTER_TENANT $HOME $SECRET; pwd\n", ERR_NONE, 0, "acme\n/\n", NULL },
	{ "#!/bin/sh\nprintf 'a\\377b'\n",         ERR_NONE,     0,  "a\xef\xbf\xbd" "b", NULL },
	{ "#!/nonexistent/interpreter\n",          ERR_INVALID,  -1, NULL,             "cannot be run" },
	{ "no script and no program\n",            ERR_INVALID,  -1, NULL,             "cannot be run" },
};

/* clang-format on */

static int run(const struct kit *kit, const char *name, int64_t limit_ms, const atomic_int *stop,
	       struct hook_end *end, struct err *err)
{
	SCOPED_PTR(hook_call) call = hook_call_new(kit->dir, name);

	hook_call_fact(call, "tenant", "acme");
	hook_call_limit(call, tick_ms() + limit_ms, limit_ms);
	*err = (struct err){ 0 };
	return hook_run(call, stop, end, err);
}

static void its_end_and_its_output_are_told(void **state)
{
	const struct kit *kit = *state;

	g_setenv("SECRET", "of the daemon", TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		SCOPED(hook_end) end = { 0 };
		struct err err;
		int done;

		kit_put(kit, "drain", ends[i].script, 0755);
		done = run(kit, "drain", LONG_MS, &never, &end, &err);
		if (done != (ends[i].code == ERR_NONE ? 0 : -1) || err.code != ends[i].code ||
		    end.exit_code != ends[i].exit_code ||
		    g_strcmp0(end.output, ends[i].output) != 0) {
			fail_msg("row %zu: code %d exit %d \"%s\" %s", i, (int)err.code,
				 end.exit_code, end.output, err.msg);
		}
		assert_int_equal(end.ran, ends[i].output != NULL);
		assert_int_equal(end.lost, 0);
		if (ends[i].says != NULL) {
			assert_non_null(strstr(err.msg, ends[i].says));
		}
	}
}

static void much_output_is_cut_in_front_and_counted(void **state)
{
	const struct kit *kit = *state;
	SCOPED(hook_end) end = { 0 };
	struct err err;

	kit_put(kit, "loud",
		"#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' x\necho the end\nexit 4\n", 0755);
	assert_int_equal(run(kit, "loud", LONG_MS, &never, &end, &err), -1);
	assert_int_equal(end.exit_code, 4);
	assert_int_equal(strlen(end.output), HOOK_OUTPUT_MAX);
	assert_int_equal(end.lost, 1000000 + strlen("the end\n") - HOOK_OUTPUT_MAX);
	assert_true(g_str_has_suffix(end.output, "xthe end\n"));
	assert_non_null(strstr(err.msg, "the end"));
}

static void one_that_takes_too_long_is_ended(void **state)
{
	const struct kit *kit = *state;
	SCOPED(hook_end) end = { 0 };
	struct err err;

	kit_put(kit, "slow", "#!/bin/sh\nexec sleep 600\n", 0755);
	assert_int_equal(run(kit, "slow", 1000, &never, &end, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_non_null(strstr(err.msg, "took longer than 1.0 s (hook_timeout)"));
	assert_true(end.ran);
	assert_int_equal(end.exit_code, -1);
}

static void one_whose_time_is_over_is_not_begun(void **state)
{
	const struct kit *kit = *state;
	g_autofree char *mark = kit_path(kit, "mark");
	g_autofree char *script = g_strdup_printf("#!/bin/sh\ntouch %s\n", mark);
	const atomic_int stop = 1;
	SCOPED(hook_end) late = { 0 };
	SCOPED(hook_end) stopped = { 0 };
	struct err err;

	kit_put(kit, "marks", script, 0755);
	assert_int_equal(run(kit, "marks", 0, &never, &late, &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(run(kit, "marks", LONG_MS, &stop, &stopped, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_false(late.ran || stopped.ran);
	assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
}

/* ---- its group ----------------------------------------------------------------------------- */

struct stopper {
	const char *path; /* when it is there */
	atomic_int stop;
};

static bool is_there(const char *path)
{
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void *stop_when_there(void *arg)
{
	struct stopper *stopper = arg;
	int64_t until = tick_ms() + PATIENT_S * 1000;

	while (!is_there(stopper->path) && tick_ms() < until) {
		g_usleep(5000);
	}
	atomic_store(&stopper->stop, 1);
	return NULL;
}

/* Gone, or a zombie that whoever has inherited it does not look at. */
static bool is_dead(const char *pid)
{
	g_autofree char *path =
		g_strdup_printf("/proc/%s/stat", g_strstrip((char *)(uintptr_t)pid));
	g_autofree char *text = NULL;

	return !g_file_get_contents(path, &text, NULL, NULL) || strstr(text, ") Z ") != NULL;
}

static void await_death(const char *pid_path)
{
	g_autofree char *pid = NULL;
	int64_t until = tick_ms() + PATIENT_S * 1000;

	assert_true(g_file_get_contents(pid_path, &pid, NULL, NULL));
	while (!is_dead(pid) && tick_ms() < until) {
		g_usleep(5000);
	}
	assert_true(is_dead(pid));
}

static void one_that_ignores_sigterm_is_killed_with_its_children(void **state)
{
	const struct kit *kit = *state;
	g_autofree char *pid_path = kit_path(kit, "pid");
	g_autofree char *script = g_strdup_printf("#!/bin/sh\n"
						  "trap '' TERM\n"
						  "(trap '' TERM; while :; do sleep 1; done) &\n"
						  "echo $! >%s.new; mv %s.new %s\n"
						  "while :; do sleep 1; done\n",
						  pid_path, pid_path, pid_path);
	struct stopper stopper = { .path = pid_path };
	SCOPED(hook_end) end = { 0 };
	struct err err;
	pthread_t thread;

	kit_put(kit, "stubborn", script, 0755);
	assert_int_equal(pthread_create(&thread, NULL, stop_when_there, &stopper), 0);
	assert_int_equal(run(kit, "stubborn", LONG_MS, &stopper.stop, &end, &err), -1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_true(end.ran);
	await_death(pid_path);
}

static void what_it_leaves_in_the_background_is_killed(void **state)
{
	const struct kit *kit = *state;
	g_autofree char *pid_path = kit_path(kit, "pid");
	g_autofree char *script =
		g_strdup_printf("#!/bin/sh\nsleep 600 &\necho $! >%s\necho done\n", pid_path);
	SCOPED(hook_end) end = { 0 };
	struct err err;

	kit_put(kit, "leaves", script, 0755);
	assert_int_equal(run(kit, "leaves", LONG_MS, &never, &end, &err), 0);
	assert_string_equal(end.output, "done\n");
	await_death(pid_path);
}

static void no_other_descriptor_is_open(void **state)
{
	const struct kit *kit = *state;
	int open_fd = open("/dev/null", O_RDONLY); /* without close-on-exec, as a library might */
	SCOPED(hook_end) end = { 0 };
	struct err err;

	assert_true(open_fd >= 0);
	kit_put(kit, "counts", "#!/bin/sh\nls /proc/$$/fd\nexit 0\n", 0755);
	assert_int_equal(run(kit, "counts", LONG_MS, &never, &end, &err), 0);
	(void)close(open_fd);
	/* 10 and above: the shell's own, for its script */
	assert_true(g_str_has_prefix(end.output, "0\n1\n"));
	for (int fd = 3; fd < 10; fd++) {
		g_autofree char *line = g_strdup_printf("\n%d\n", fd);

		assert_null(strstr(end.output, line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(its_end_and_its_output_are_told, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(much_output_is_cut_in_front_and_counted, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(one_that_takes_too_long_is_ended, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(one_whose_time_is_over_is_not_begun, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(
			one_that_ignores_sigterm_is_killed_with_its_children, kit_setup,
			kit_teardown),
		cmocka_unit_test_setup_teardown(what_it_leaves_in_the_background_is_killed,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(no_other_descriptor_is_open, kit_setup,
						kit_teardown),
	};

	return cmocka_run_group_tests_name("hook_run", tests, NULL, NULL);
}
