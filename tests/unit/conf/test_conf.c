#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "conf.h"
#include "err.h"

/* clang-format off */
static const struct {
	const char *text; const char *msg;
} refusals[] = {
	/* musterd.conf                    what the operator reads */
	{ "\n\nmax_runing = 3;",           "m.conf:3: \"max_runing\" is not a setting; did you mean \"running\"?" },
	{ "runing = 3;",                   "m.conf:1: \"runing\" is not a setting; did you mean \"running\"?" },
	{ "sokcet = \"/a\";",              "m.conf:1: \"sokcet\" is not a setting; did you mean \"socket\"?" },
	{ "x = 3;",                        "m.conf:1: \"x\" is not a setting; see musterd.conf(5)" },
	{ "running = \"3\";",              "m.conf:1: \"running\" must be a number" },
	{ "running = 3.5;",                "m.conf:1: \"running\" must be a number" },
	{ "running = 0;",                  "m.conf:1: \"running\" must be from 1 to 1024, not 0" },
	{ "running = -1;",                 "m.conf:1: \"running\" must be from 1 to 1024, not -1" },
	{ "running = 1025;",               "m.conf:1: \"running\" must be from 1 to 1024, not 1025" },
	{ "running = 4294967300L;",        "m.conf:1: \"running\" must be from 1 to 1024, not 4294967300" },
	{ "running = 4294967300;",         "m.conf:1: \"running\" must be from 1 to 1024, not 4294967300" },
	{ "\nlog_level = \"warn\"; running=4294967300 // many\n", "m.conf:2: \"running\" must be from 1 to 1024, not 4294967300" },
	{ "running : 99999999999999999999;", "m.conf:1: \"running\" must be from 1 to 1024, not 99999999999999999999" },
	{ "running = 0xfffffff;",          "m.conf:1: \"running\" must be from 1 to 1024, not 268435455" },
	{ "server_running = 257;",         "m.conf:1: \"server_running\" must be from 1 to 256, not 257" },
	{ "data_dir = \"muster\";",        "m.conf:1: \"data_dir\" must be an absolute path in quotes" },
	{ "data_dir = \"\";",              "m.conf:1: \"data_dir\" must be an absolute path in quotes" },
	{ "data_dir = true;",              "m.conf:1: \"data_dir\" must be an absolute path in quotes" },
	{ "socket = \"/\";",               "m.conf:1: \"socket\" must be a path of 2 to 107 characters" },
	{ "socket_group = \"a b\";",       "m.conf:1: \"socket_group\" must be the name of a group in quotes" },
	{ "log_level = \"loud\";",         "m.conf:1: \"log_level\" must be \"error\", \"warn\", \"info\" or \"debug\"" },
	{ "stall = 60;",                   "m.conf:1: \"stall\" must be a duration in quotes, such as \"500ms\", \"90s\" or \"15m\"" },
	{ "stall = \"soon\";",             "m.conf:1: \"stall\" must be a duration in quotes, such as \"500ms\", \"90s\" or \"15m\"" },
	{ "stall = \"2h\";",               "m.conf:1: \"stall\" must be from 1s to 1h, not 2h" },
	{ "lock_wait = \"31s\";",          "m.conf:1: \"lock_wait\" must be from 1s to 30s, not 31s" },
	{ "retry = \"99ms\";",             "m.conf:1: \"retry\" must be from 100ms to 1h, not 99ms" },
	{ "lock_wait = \"5s\"; stall = \"4s\";", "m.conf: \"lock_wait\" is one try and \"stall\" all of them, so it cannot be longer" },
	{ "check_listen = \"0.0.0.0:33\";", "m.conf:1: \"check_listen\" must be a loopback address with a port in quotes, such as \"127.0.0.1:3309\"" },
	{ "check_listen = \"localhost\";", "m.conf:1: \"check_listen\" must be a loopback address with a port in quotes, such as \"127.0.0.1:3309\"" },
	{ "budget = \"101%\";",            "m.conf:1: \"budget\" must be a number or a share in quotes, such as \"3\" or \"1%\"" },
	{ "budget = \"-1\";",              "m.conf:1: \"budget\" must be a number or a share in quotes, such as \"3\" or \"1%\"" },
	{ "budget = \"%\";",               "m.conf:1: \"budget\" must be a number or a share in quotes, such as \"3\" or \"1%\"" },
	{ "admins = \"root\";",            "m.conf:1: \"admins\" must be a list such as [ \"alice\", \"@dba\" ]" },
	{ "admins = [ 1 ];",               "m.conf:1: \"admins\" must be a list such as [ \"alice\", \"@dba\" ]" },
	{ "admins = [ \"@\" ];",           "m.conf:1: \"admins\" holds \"@\", which is no user and no \"@group\"" },
	{ "admins = [ \"a b\" ];",         "m.conf:1: \"admins\" holds \"a b\", which is no user and no \"@group\"" },
	{ "running = { x = 1; };",         "m.conf:1: \"running\" must be a number" },
	{ "running = 1;\nrunning = 2;",    "m.conf:2: duplicate setting name; a setting is written: name = value;" },
	{ "running == 1;",                 "m.conf:1: syntax error; a setting is written: name = value;" },
	{ "data_dir = \"/a",               "m.conf:1: syntax error; a setting is written: name = value;" },
};

/* clang-format on */

static void refuses_with_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		SCOPED(conf) conf = { 0 };
		struct err err = { 0 };

		assert_int_equal(conf_parse(&conf, refusals[i].text, "m.conf", &err), -1);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_int_equal(err.code, ERR_INVALID);
		assert_null(conf.data_dir);
	}
}

static void empty_file_is_all_defaults(void **state)
{
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_parse(&conf, "", "m.conf", &err), 0);
	assert_string_equal(conf.data_dir, "/var/lib/muster");
	assert_string_equal(conf.socket, "/run/muster/musterd.sock");
	assert_string_equal(conf.socket_group, "muster");
	assert_string_equal(conf.budget, "1%");
	assert_int_equal(conf.log_level, LOG_LEVEL_INFO);
	assert_int_equal(conf.running, 32);
	assert_int_equal(conf.server_running, 4);
	assert_int_equal(conf.stall_ms, 60000);
	assert_int_equal(conf.lock_wait_ms, 2000);
	assert_int_equal(conf.stop_timeout_ms, 60000);
	assert_int_equal(conf.retry_ms, 5000);
	assert_int_equal(g_strv_length(conf.admins), 0);
	assert_int_equal(g_strv_length(conf.operators), 1);
	assert_string_equal(conf.operators[0], "@muster");
	assert_int_equal(g_strv_length(conf.viewers), 0);
}

static void takes_every_kind(void **state)
{
	static const char text[] = "# by hand\n"
				   "data_dir = \"/srv/muster\";\n"
				   "socket: \"/tmp/s\"\n"
				   "socket_group = \"\";\n"
				   "log_level = \"debug\";\n"
				   "running = 0x10; server_running = 7L;\n"
				   "stall = \"5m\"; lock_wait = \"1500ms\"; retry = \"7\";\n"
				   "budget = \"3\";\n"
				   "admins = [ \"alice\", \"@dba\" ];\n"
				   "viewers = ( \"@all\" );\n";
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_parse(&conf, text, "m.conf", &err), 0);
	assert_string_equal(conf.data_dir, "/srv/muster");
	assert_string_equal(conf.socket, "/tmp/s");
	assert_string_equal(conf.socket_group, "");
	assert_int_equal(conf.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(conf.running, 16);
	assert_int_equal(conf.server_running, 7);
	assert_int_equal(conf.stall_ms, 300000);
	assert_int_equal(conf.lock_wait_ms, 1500);
	assert_int_equal(conf.retry_ms, 7000);
	assert_string_equal(conf.budget, "3");
	assert_string_equal(conf.admins[1], "@dba");
	assert_null(conf.admins[2]);
	assert_string_equal(conf.viewers[0], "@all");
}

/* ---- files ------------------------------------------------------------------------ */

static char *folder; /* of this run */

static int make_folder(void **state)
{
	(void)state;
	folder = g_dir_make_tmp("conf-XXXXXX", NULL);
	return folder == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "m.conf", "part.conf" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		(void)g_remove(path);
	}
	(void)g_rmdir(folder);
	g_free(folder);
	return 0;
}

/* Owned. */
static char *file_with(const char *name, const char *text, gssize len)
{
	char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, len, NULL));
	return path;
}

static void missing_file_is_named(void **state)
{
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, "/nowhere/musterd.conf", &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_string_equal(err.msg, "the configuration cannot be read: /nowhere/musterd.conf: "
				     "No such file or directory");
}

static void folder_and_binary_are_refused(void **state)
{
	g_autofree char *path = file_with("m.conf", "running = 3;\0x", 14);
	g_autofree char *zero = g_strdup_printf("the configuration cannot be read: %s: holds a "
						"zero byte, so it is no text",
						path);
	g_autofree char *big = g_strnfill(CONF_FILE_MAX + 1, ' ');
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, path, &err), -1);
	assert_string_equal(err.msg, zero);
	assert_int_equal(conf_load(&conf, "/", &err), -1);
	assert_string_equal(err.msg, "the configuration cannot be read: /: Is a directory");
	assert_true(g_file_set_contents(path, big, -1, NULL));
	assert_int_equal(conf_load(&conf, path, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "is over 1048576 bytes"));
}

static void included_file_is_named(void **state)
{
	g_autofree char *part = file_with("part.conf", "\nrunning = 0;\n", -1);
	g_autofree char *path = file_with("m.conf", "stall = \"9s\"\n@include \"part.conf\"\n", -1);
	SCOPED(conf) conf = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_load(&conf, path, &err), -1);
	assert_string_equal(err.msg, "part.conf:2: \"running\" must be from 1 to 1024, not 0");
	assert_true(g_file_set_contents(part, "running = 4294967300;", -1, NULL));
	assert_int_equal(conf_load(&conf, path, &err), -1);
	assert_non_null(strstr(err.msg, "not 4294967300"));
	assert_true(g_file_set_contents(part, "running = 9;", -1, NULL));
	assert_int_equal(conf_load(&conf, path, &err), 0);
	assert_int_equal(conf.running, 9);
	assert_int_equal(conf.stall_ms, 9000);
}

/* ---- reload ----------------------------------------------------------------------- */

static void note_change(void *context, const struct conf_change *change)
{
	g_string_append_printf(context, "%s: %s -> %s%s\n", change->name, change->was, change->is,
			       change->restart ? " restart" : "");
}

static void reload_takes_what_it_can_and_says_the_rest(void **state)
{
	g_autoptr(GString) said = g_string_new("");
	SCOPED(conf) conf = { 0 };
	SCOPED(conf) fresh = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_parse(&conf, "running = 3; admins = [ \"a\" ];", "m.conf", &err), 0);
	assert_int_equal(conf_parse(&fresh,
				    "data_dir = \"/x\"; running = 5; stall = \"90s\"; "
				    "budget = \"2\"; operators = [ \"b\", \"@c\" ]; "
				    "log_level = \"warn\";",
				    "m.conf", &err),
			 0);
	assert_int_equal(conf_reload(&conf, &fresh, note_change, said), 7);
	assert_string_equal(said->str, "data_dir: \"/var/lib/muster\" -> \"/x\" restart\n"
				       "admins: [ \"a\" ] -> [ ]\n"
				       "operators: [ \"@muster\" ] -> [ \"b\", \"@c\" ]\n"
				       "log_level: \"info\" -> \"warn\"\n"
				       "running: 3 -> 5\n"
				       "budget: \"1%\" -> \"2\"\n"
				       "stall: \"60s\" -> \"90s\"\n");
	assert_string_equal(conf.data_dir, "/var/lib/muster");
	assert_int_equal(conf.running, 5);
	assert_int_equal(conf.stall_ms, 90000);
	assert_string_equal(conf.budget, "2");
	assert_string_equal(conf.operators[1], "@c");
	assert_null(conf.admins[0]);
	assert_null(fresh.data_dir);
}

static void reload_of_the_same_says_nothing(void **state)
{
	g_autoptr(GString) said = g_string_new("");
	SCOPED(conf) conf = { 0 };
	SCOPED(conf) fresh = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(conf_parse(&conf, "stall = \"60s\";", "m.conf", &err), 0);
	assert_int_equal(conf_parse(&fresh, "stall = \"1m\";", "m.conf", &err), 0);
	assert_int_equal(conf_reload(&conf, &fresh, note_change, said), 0);
	assert_string_equal(said->str, "");
}

/* ---- for people ------------------------------------------------------------------- */

static void sample_is_a_configuration_of_defaults(void **state)
{
	g_autofree char *sample = conf_describe(CONF_SAMPLE);
	g_autoptr(GString) said = g_string_new("");
	g_auto(GStrv) lines = g_strsplit(sample, "\n", -1);
	g_autoptr(GString) opened = g_string_new("");
	SCOPED(conf) defaults = { 0 };
	SCOPED(conf) fresh = { 0 };
	struct err err = { 0 };

	(void)state;
	for (char **line = lines; *line != NULL; line++) {
		bool setting = (*line)[0] == '#' && g_ascii_isalpha((*line)[1]);

		g_string_append_printf(opened, "%s\n", *line + (setting ? 1 : 0));
	}
	assert_non_null(strstr(opened->str, "\nrunning = 32;\n"));
	assert_int_equal(conf_parse(&defaults, sample, "sample", &err), 0);
	assert_int_equal(conf_parse(&fresh, opened->str, "sample", &err), 0);
	assert_int_equal(conf_reload(&defaults, &fresh, note_change, said), 0);
}

static void sample_in_the_tree_is_up_to_date(void **state)
{
	static const char path[] = TESTS_DIR "/../systemd/musterd.conf";
	g_autofree char *sample = conf_describe(CONF_SAMPLE);
	g_autofree char *file = NULL;

	(void)state;
	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, sample, -1, NULL));
	}
	assert_true(g_file_get_contents(path, &file, NULL, NULL));
	assert_string_equal(file, sample);
}

static void readme_table_is_up_to_date(void **state)
{
	static const char path[] = TESTS_DIR "/../README.md";
	g_autofree char *table = conf_describe(CONF_MARKDOWN);
	g_autofree char *readme = NULL;
	g_autofree char *want = NULL;
	g_auto(GStrv) begin = NULL;
	g_auto(GStrv) end = NULL;

	(void)state;
	assert_true(g_file_get_contents(path, &readme, NULL, NULL));
	begin = g_strsplit(readme, "<!-- settings -->\n", 2);
	assert_int_equal(g_strv_length(begin), 2);
	end = g_strsplit(begin[1], "<!-- end of settings -->\n", 2);
	assert_int_equal(g_strv_length(end), 2);
	want = g_strdup_printf("%s<!-- settings -->\n%s<!-- end of settings -->\n%s", begin[0],
			       table, end[1]);
	if (g_getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(path, want, -1, NULL));
		return;
	}
	assert_string_equal(readme, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_with_file_and_line),
		cmocka_unit_test(empty_file_is_all_defaults),
		cmocka_unit_test(takes_every_kind),
		cmocka_unit_test(missing_file_is_named),
		cmocka_unit_test(folder_and_binary_are_refused),
		cmocka_unit_test(included_file_is_named),
		cmocka_unit_test(reload_takes_what_it_can_and_says_the_rest),
		cmocka_unit_test(reload_of_the_same_says_nothing),
		cmocka_unit_test(sample_is_a_configuration_of_defaults),
		cmocka_unit_test(sample_in_the_tree_is_up_to_date),
		cmocka_unit_test(readme_table_is_up_to_date),
	};

	return cmocka_run_group_tests_name("conf", tests, make_folder, remove_folder);
}
