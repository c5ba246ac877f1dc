#include "test_server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#define READY_TIMEOUT_S 60

struct test_server {
	struct db_addr addr;
	char *dir;
	pid_t guard; /* ends the server and removes dir when we are gone */
	pid_t pid;   /* of the server */
	int life;    /* the guard reads the other end */
};

static struct test_server *shared; /* the one of test_server_addr */
static struct db_session *admin;
static GPtrArray *schemas;

static void die(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fputs("test_server: ", stderr);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
	abort();
}

/* ---- an empty data folder, made once and copied ---------------------------------- */

/* Run a command; its output, when asked for, is the caller's. */
static bool run(char **output, ...) __attribute__((sentinel));

static bool run(char **output, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = NULL;
	int flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL;
	int status = 0;
	va_list ap;
	bool ok;

	va_start(ap, output);
	for (const char *word = va_arg(ap, const char *); word != NULL;
	     word = va_arg(ap, const char *)) {
		g_ptr_array_add(argv, g_strdup(word));
	}
	va_end(ap);
	g_ptr_array_add(argv, NULL);
	ok = g_spawn_sync(NULL, (char **)argv->pdata, NULL, (GSpawnFlags)flags, NULL, NULL, &text,
			  NULL, &status, NULL) &&
	     g_spawn_check_wait_status(status, NULL);
	if (output != NULL) {
		*output = g_steal_pointer(&text);
	}
	return ok;
}

static char *template_path(void)
{
	g_autofree char *version = NULL;
	g_autofree char *name = NULL;

	if (!run(&version, "mariadbd", "--version", NULL)) {
		die("mariadbd is missing: apt-get install mariadb-server");
	}
	g_strcanon(g_strstrip(version), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS ".", '-');
	name = g_strdup_printf("muster-test-template-%u-%s", (unsigned)getuid(), version);
	return g_build_filename(g_get_tmp_dir(), name, NULL);
}

static void template_make(const char *path)
{
	g_autofree char *temp = g_strdup_printf("%s.XXXXXX", path);
	g_autofree char *datadir = NULL;

	if (g_mkdtemp(temp) == NULL) {
		die("%s: %s", temp, g_strerror(errno));
	}
	datadir = g_strdup_printf("--datadir=%s/data", temp);
	if (!run(NULL, "mariadb-install-db", "--no-defaults", "--skip-test-db",
		 "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M", "--force",
		 datadir, getuid() == 0 ? "--user=root" : NULL, NULL)) {
		die("mariadb-install-db cannot fill %s", temp);
	}
	/* two test binaries at once: the second finds the folder of the first */
	if (rename(temp, path) < 0) {
		(void)run(NULL, "rm", "-rf", temp, NULL);
	}
}

static void data_copy(const char *dir)
{
	g_autofree char *template = template_path();
	g_autofree char *from = g_build_filename(template, "data", NULL);
	struct stat st = { 0 };

	if (stat(from, &st) < 0) {
		template_make(template);
	}
	if (stat(from, &st) < 0 || st.st_uid != getuid()) {
		die("%s is not ours", from);
	}
	if (!run(NULL, "cp", "-a", "--sparse=always", "--reflink=auto", from, dir, NULL)) {
		die("cannot copy %s to %s", from, dir);
	}
}

/* ---- the server and its guard ---------------------------------------------------- */

static void server_exec(const char *dir, const char *const *options)
{
	GPtrArray *argv = g_ptr_array_new();
	g_autofree char *log = g_build_filename(dir, "log", NULL);
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

	g_ptr_array_add(argv, g_strdup("mariadbd"));
	g_ptr_array_add(argv, g_strdup("--no-defaults"));
	g_ptr_array_add(argv, g_strdup_printf("--datadir=%s/data", dir));
	g_ptr_array_add(argv, g_strdup_printf("--socket=%s/sock", dir));
	g_ptr_array_add(argv, g_strdup_printf("--pid-file=%s/pid", dir));
	/* one that starts clears the temporary tables of others in a shared folder */
	g_ptr_array_add(argv, g_strdup_printf("--tmpdir=%s", dir));
	g_ptr_array_add(argv, g_strdup_printf("--user=%s", g_get_user_name()));
	g_ptr_array_add(argv, g_strdup("--skip-networking"));
	g_ptr_array_add(argv, g_strdup("--innodb-log-file-size=8M"));
	g_ptr_array_add(argv, g_strdup("--innodb-buffer-pool-size=64M"));
	g_ptr_array_add(argv, g_strdup("--innodb-flush-log-at-trx-commit=0"));
	g_ptr_array_add(argv, g_strdup("--innodb-use-native-aio=OFF"));
	g_ptr_array_add(argv, g_strdup("--performance-schema=OFF"));
	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		g_ptr_array_add(argv, g_strdup(options[i]));
	}
	g_ptr_array_add(argv, NULL);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execvp("mariadbd", (char **)argv->pdata);
	_exit(127);
}

/*
 * A process between us and the server: it waits until our end of the pipe closes, by
 * exit, abort or kill -9, and then cleans up.
 */
static void guard_run(const char *dir, const char *const *options, int life, int report)
{
	pid_t server;
	char byte;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	server = fork();
	if (server == 0) {
		server_exec(dir, options);
	}
	(void)!write(report, &server, sizeof(server));
	(void)close(report);
	while (read(life, &byte, 1) < 0 && errno == EINTR) {
	}
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	(void)execlp("rm", "rm", "-rf", dir, (char *)NULL);
	_exit(127);
}

static void guard_start(struct test_server *server, const char *const *options)
{
	int life[2];
	int report[2];

	if (pipe2(life, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0) {
		die("pipe: %s", g_strerror(errno));
	}
	server->guard = fork();
	if (server->guard == 0) {
		(void)close(life[1]);
		(void)close(report[0]);
		guard_run(server->dir, options, life[0], report[1]);
	}
	(void)close(life[0]);
	(void)close(report[1]);
	server->life = life[1];
	if (server->guard < 0 ||
	    read(report[0], &server->pid, sizeof(server->pid)) != (ssize_t)sizeof(server->pid)) {
		die("cannot start mariadbd");
	}
	(void)close(report[0]);
}

static void ready_wait(const struct test_server *server)
{
	gint64 until = g_get_monotonic_time() + (gint64)READY_TIMEOUT_S * G_USEC_PER_SEC;
	struct err err = { 0 };

	while (g_get_monotonic_time() < until && kill(server->pid, 0) == 0) {
		struct db_session *session = db_open(&server->addr, &err);

		if (session != NULL) {
			db_session_free(session);
			return;
		}
		if (err.code == ERR_DENIED) {
			break; /* it runs, and waiting helps nobody */
		}
		g_usleep(10000);
	}
	die("mariadbd in %s does not start: %s", server->dir, err.msg);
}

struct test_server *test_server_start(const char *const *options)
{
	struct test_server *server = g_new0(struct test_server, 1);
	GError *error = NULL;

	server->dir = g_dir_make_tmp("muster-test-XXXXXX", &error);
	if (server->dir == NULL) {
		die("%s", error->message);
	}
	data_copy(server->dir);
	server->addr.socket = g_build_filename(server->dir, "sock", NULL);
	server->addr.defaults_file = g_build_filename(server->dir, "my.cnf", NULL);
	if (!g_file_set_contents(server->addr.defaults_file, "[client]\nuser=root\n", -1, &error)) {
		die("%s", error->message);
	}
	guard_start(server, options);
	ready_wait(server);
	return server;
}

const struct db_addr *test_server_address(const struct test_server *server)
{
	return &server->addr;
}

void test_server_signal(struct test_server *server, int number)
{
	if (kill(server->pid, number) < 0) {
		die("kill: %s", g_strerror(errno));
	}
}

void test_server_stop(struct test_server *server)
{
	if (server == NULL) {
		return;
	}
	(void)close(server->life);
	while (waitpid(server->guard, NULL, 0) < 0 && errno == EINTR) {
	}
	db_addr_release(&server->addr);
	g_free(server->dir);
	g_free(server);
}

/* ---- the shared one -------------------------------------------------------------- */

static void shared_end(void)
{
	for (size_t i = 0; admin != NULL && i < schemas->len; i++) {
		struct err err;

		(void)!db_execf(admin, &err, "drop database if exists `%s`",
				(const char *)g_ptr_array_index(schemas, i));
	}
	g_clear_pointer(&schemas, g_ptr_array_unref);
	g_clear_pointer(&admin, db_session_free);
	if (shared != NULL && shared->guard == 0) {
		db_addr_release(&shared->addr);
		g_free(shared);
		shared = NULL;
	}
	test_server_stop(g_steal_pointer(&shared));
}

const struct db_addr *test_server_addr(void)
{
	const char *socket = g_getenv("MUSTER_TEST_SOCKET");

	if (shared == NULL && socket != NULL && *socket != '\0') {
		shared = g_new0(struct test_server, 1);
		shared->addr.socket = g_strdup(socket);
		if (strcmp(g_get_user_name(), "root") != 0) {
			die("MUSTER_TEST_SOCKET: run as root, for that is the account used");
		}
	} else if (shared == NULL) {
		shared = test_server_start(NULL);
	} else {
		return &shared->addr;
	}
	schemas = g_ptr_array_new_with_free_func(g_free);
	(void)atexit(shared_end);
	return &shared->addr;
}

struct db_session *test_server_open(void)
{
	struct err err = { 0 };
	struct db_session *session = db_open(test_server_addr(), &err);

	if (session == NULL) {
		die("%s", err.msg);
	}
	return session;
}

static struct db_session *admin_get(void)
{
	if (admin == NULL) {
		admin = test_server_open();
	}
	return admin;
}

void test_server_exec(const char *fmt, ...)
{
	g_autofree char *sql = NULL;
	struct err err = { 0 };
	va_list ap;

	va_start(ap, fmt);
	sql = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	if (db_exec(admin_get(), sql, strlen(sql), &err) < 0) {
		die("%s: %s", sql, err.msg);
	}
}

char *test_server_value(const char *fmt, ...)
{
	g_autofree char *sql = NULL;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };
	va_list ap;

	va_start(ap, fmt);
	sql = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	if (db_query(admin_get(), &rows, sql, &err) < 0) {
		die("%s: %s", sql, err.msg);
	}
	return rows.nr == 0 ? NULL : g_strdup(rows.cells[0][0]);
}

const char *test_server_schema(const char *name)
{
	char *schema = g_strdup_printf("%s_%d", name, (int)getpid());

	(void)admin_get();
	g_ptr_array_add(schemas, schema);
	test_server_exec("drop database if exists `%s`", schema);
	test_server_exec("create database `%s` character set utf8mb4", schema);
	return schema;
}

enum db_flavor test_server_flavor(void)
{
	return db_flavor(admin_get());
}
