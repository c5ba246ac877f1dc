/*
 * ran - one whole run of muster in a child process, and what came of it.
 *
 * ran_table runs rows of a table: the command line, what a canned daemon answers, what it must
 * have been asked, what is printed and the exit code. Header only, for each test binary of its
 * own.
 */
#ifndef RAN_H
#define RAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "canned.h"
#include "cli.h"

/* A group of tests in a folder of its own, with a release, and a good and a bad list. */
static inline int ran_folder_setup(void **state)
{
	char *folder = g_dir_make_tmp("cmd-XXXXXX", NULL);

	(void)g_setenv("TZ", "UTC", TRUE);
	assert_non_null(folder);
	assert_int_equal(g_chdir(folder), 0);
	assert_int_equal(g_mkdir("mig", 0700), 0);
	assert_true(g_file_set_contents("mig/0001_a.sql", "DO 1;\n", -1, NULL));
	assert_true(g_file_set_contents("bad.csv", "name,server,schema\na,b\n", -1, NULL));
	assert_true(g_file_set_contents("good.csv", "name,server,schema,region\nacme,db1,s,eu\n",
					-1, NULL));
	assert_true(g_file_set_contents("half.csv", "name,server,schema\na,nodb,s\nb,d,\"t\nc,d\n",
					-1, NULL));
	*state = folder;
	return 0;
}

static inline int ran_folder_teardown(void **state)
{
	static const char *const gone[] = { "mig/0001_a.sql", "mig", "bad.csv", "good.csv",
					    "half.csv" };

	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
		(void)g_remove(gone[i]);
	}
	(void)g_rmdir(*state);
	g_free(*state);
	return 0;
}

struct ran {
	char *out;
	char *err;
	int code;
};

static inline void ran_child(const char *line)
{
	g_auto(GStrv) argv = NULL;
	int argc = 0;
	int code;

	if (!g_shell_parse_argv(line, &argc, &argv, NULL)) {
		_exit(99);
	}
	code = cli_main(argc, argv);
	(void)fflush(stderr);
	_exit(code);
}

static inline char *ran_read_back(FILE *file)
{
	GString *text = g_string_new(NULL);
	int byte;

	rewind(file);
	while ((byte = fgetc(file)) != EOF) {
		g_string_append_c(text, (char)byte);
	}
	(void)fclose(file);
	return g_string_free(text, FALSE);
}

static inline void ran_run(struct ran *ran, const char *line)
{
	FILE *out = tmpfile();
	FILE *err = tmpfile();
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (dup2(fileno(out), 1) < 0 || dup2(fileno(err), 2) < 0) {
			_exit(98);
		}
		ran_child(line);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	*ran = (struct ran){ .out = ran_read_back(out),
			     .err = ran_read_back(err),
			     .code = WEXITSTATUS(status) };
}

static inline void ran_free(struct ran *ran)
{
	g_free(ran->out);
	g_free(ran->err);
	*ran = (struct ran){ 0 };
}

/* What a daemon says: a good answer, a refusal. */
#define RAN_OK     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define RAN_REFUSE "HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n"

struct ran_row {
	const char *line;       /* behind "muster" */
	const char *answers[6]; /* until NULL */
	const char *asked;      /* "METHOD PATH BODY" a line; NULL: not looked at */
	const char *out;        /* NULL: not looked at */
	const char *err;        /* NULL: nothing may be there */
	int code;
};

static inline void ran_table(const struct ran_row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct canned canned = { 0 };
		struct ran ran = { 0 };
		g_autofree char *line = NULL;
		g_autofree char *asked = NULL;

		canned_start(&canned, rows[i].answers);
		line = g_strdup_printf("muster --socket %s %s", canned.socket, rows[i].line);
		ran_run(&ran, line);
		asked = canned_asked(&canned);
		canned_stop(&canned);
		assert_string_equal(ran.err, rows[i].err != NULL ? rows[i].err : "");
		if (rows[i].out != NULL) {
			assert_string_equal(ran.out, rows[i].out);
		}
		if (rows[i].asked != NULL) {
			assert_string_equal(asked, rows[i].asked);
		}
		assert_int_equal(ran.code, rows[i].code);
		ran_free(&ran);
	}
}

#endif /* RAN_H */
