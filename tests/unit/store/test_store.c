#include "store_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "inventory_sql.h"
#include "states.h"

static void keeps_what_was_committed(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture, store_server_get(fixture->store, "db1", &server, &fixture->err));
	assert_int_equal(server.max_running, 4);
}

static void forgets_what_was_not(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	assert_true(store_in_transaction(fixture->store));
	store_rollback(fixture->store);
	store_rollback(fixture->store); /* harmless */
	assert_false(store_in_transaction(fixture->store));
	assert_int_equal(store_server_get(fixture->store, "db1", &server, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_reopen(fixture); /* as after a crash */
	assert_int_equal(store_server_get(fixture->store, "db1", &server, &fixture->err), -1);
}

static void undoes_a_part_alone(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };

	fixture_begin(fixture);
	(void)fixture_server(fixture, "before");
	WORKS(fixture, store_savepoint(fixture->store, &fixture->err));
	(void)fixture_server(fixture, "outer");
	WORKS(fixture, store_savepoint(fixture->store, &fixture->err));
	(void)fixture_server(fixture, "inner");
	store_savepoint_undo(fixture->store);
	WORKS(fixture, store_savepoint_release(fixture->store, &fixture->err));
	WORKS(fixture, store_savepoint(fixture->store, &fixture->err));
	(void)fixture_server(fixture, "last");
	store_savepoint_undo(fixture->store);
	fixture_commit(fixture);

	WORKS(fixture, store_server_get(fixture->store, "before", &server, &fixture->err));
	WORKS(fixture, store_server_get(fixture->store, "outer", &server, &fixture->err));
	assert_int_equal(store_server_get(fixture->store, "inner", &server, &fixture->err), -1);
	assert_int_equal(store_server_get(fixture->store, "last", &server, &fixture->err), -1);
}

static void a_second_daemon_is_refused(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *want =
		g_strdup_printf("%s is in use by another musterd (pid %ld); stop that one first",
				fixture->path, (long)getpid());

	assert_null(store_open(fixture->path, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_string_equal(fixture->err.msg, want);
	fixture_reopen(fixture); /* and the lock goes with the one that has it */
}

static void an_empty_file_becomes_an_inventory(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *version = NULL;

	store_close(g_steal_pointer(&fixture->store));
	assert_int_equal(g_unlink(fixture->path), 0);
	assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
	fixture_open(fixture);
	version = fixture_ask(fixture, "pragma user_version");
	assert_int_equal(g_ascii_strtoll(version, NULL, 10), SCHEMA_NR);
}

static void nobody_else_may_read_it(void **state)
{
	struct fixture *fixture = *state;
	struct stat file;

	assert_int_equal(stat(fixture->path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
}

static void refuses_a_file_of_the_future(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *want = g_strdup_printf("has schema version 999 and this musterd knows "
						"only %d: it was used by a newer musterd",
						SCHEMA_NR);

	store_close(g_steal_pointer(&fixture->store));
	assert_int_equal(fixture_sql(fixture, "pragma user_version = 999"), SQLITE_OK);
	assert_null(store_open(fixture->path, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_STORE);
	assert_non_null(strstr(fixture->err.msg, want));
}

static void refuses_a_file_of_another_program(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *mode = NULL;

	store_close(g_steal_pointer(&fixture->store));
	assert_int_equal(g_unlink(fixture->path), 0);
	assert_int_equal(fixture_sql(fixture, "create table photos (id integer)"), SQLITE_OK);
	assert_null(store_open(fixture->path, &fixture->err));
	assert_non_null(strstr(fixture->err.msg, "is a SQLite database of another program"));
	mode = fixture_ask(fixture, "pragma journal_mode"); /* and leaves it as it was */
	assert_string_equal(mode, "delete");
}

static void refuses_rubbish_with_advice(void **state)
{
	struct fixture *fixture = *state;

	store_close(g_steal_pointer(&fixture->store));
	assert_true(g_file_set_contents(fixture->path, "this is not a database at all, sorry\n", -1,
					NULL));
	assert_null(store_open(fixture->path, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_STORE);
	assert_false(store_is_transient(&fixture->err));
	assert_non_null(strstr(fixture->err.msg,
			       "restore a copy made by `musterd --backup`, or move the "
			       "file away"));
}

/* Write over the middle of the file: the header stays good. */
static void damage(struct fixture *fixture)
{
	char rubbish[4096];
	FILE *file = fopen(fixture->path, "r+");

	memset(rubbish, 0x5a, sizeof(rubbish));
	assert_non_null(file);
	for (long page = 1; page < 8; page++) {
		assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
		assert_int_equal(fwrite(rubbish, sizeof(rubbish), 1, file), 1);
	}
	assert_int_equal(fclose(file), 0);
}

static void finds_damage_when_it_opens(void **state)
{
	struct fixture *fixture = *state;

	store_close(g_steal_pointer(&fixture->store));
	damage(fixture);
	assert_null(store_open(fixture->path, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_STORE);
	assert_non_null(strstr(fixture->err.msg, "the file is damaged"));
	assert_non_null(strstr(fixture->err.msg, "restore a copy made by `musterd --backup`"));
}

static void says_what_the_folder_lacks(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };

	(void)fixture;
	assert_null(store_open("/nonexistent/folder/inventory.db", &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_string_equal(err.msg, "open /nonexistent/folder/inventory.db.lock: "
				     "No such file or directory");
}

/* The same rows until one fails; *nr is how many did not. */
static int fill(struct fixture *fixture, const char *prefix, size_t *nr)
{
	g_autofree char *text = g_strnfill(2000, 'x');

	for (*nr = 0; *nr < 2000; (*nr)++) {
		SCOPED(store_event) event = { .kind = g_strdup(prefix), .text = g_strdup(text) };

		if (store_event_add(fixture->store, &event, &fixture->err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* What a full disk must be for the daemon: a pause, and nothing half done. */
static void check_full(struct fixture *fixture)
{
	struct err err = { 0 };
	size_t nr;
	int result;

	fixture_begin(fixture);
	result = fill(fixture, "lost", &nr);
	if (result == 0) {
		result = store_commit(fixture->store, &fixture->err);
		assert_false(store_in_transaction(fixture->store));
	}
	assert_int_equal(result, -1);
	assert_int_equal(fixture->err.code, ERR_STORE);
	if (!store_is_transient(&fixture->err)) {
		fail_msg("not transient: %s", fixture->err.msg);
	}
	if (store_in_transaction(fixture->store)) {
		assert_int_equal(store_commit(fixture->store, &err), -1);
		assert_true(store_is_transient(&err));
	}
	assert_int_equal(store_event_last(fixture->store, &err), 1);
}

static void goes_on(struct fixture *fixture)
{
	size_t nr;

	fixture_begin(fixture);
	WORKS(fixture, fill(fixture, "kept", &nr));
	fixture_commit(fixture);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 2001);
}

static void add_one(struct fixture *fixture)
{
	SCOPED(store_event) event = { .kind = g_strdup("first") };

	fixture_begin(fixture);
	WORKS(fixture, store_event_add(fixture->store, &event, &fixture->err));
	fixture_commit(fixture);
}

static void a_file_that_cannot_grow_is_a_pause(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old;
	struct rlimit small;

	add_one(fixture);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 1024 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	check_full(fixture);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	goes_on(fixture);
}

/* A disk of our own, in a mount namespace that ends with this process. */
static bool mount_small(const char *dir)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
		return false;
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		return false;
	}
	return mount("tmpfs", dir, "tmpfs", 0, "size=1m") == 0;
}

static void full_disk_child(struct fixture *fixture)
{
	g_autofree char *ballast = g_build_filename(fixture->dir, "ballast", NULL);
	g_autofree char *half = g_strnfill(448 * 1024, 'x');

	if (!mount_small(fixture->dir)) {
		_exit(77);
	}
	fixture_open(fixture);
	add_one(fixture);
	assert_true(g_file_set_contents(ballast, half, 448 * 1024, NULL));
	check_full(fixture);
	assert_non_null(strstr(fixture->err.msg, "the disk is full; free some space"));
	assert_int_equal(g_unlink(ballast), 0);
	add_one(fixture);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 2);
	_exit(0);
}

static void a_full_disk_is_a_pause(void **state)
{
	struct fixture *fixture = *state;
	int status;
	pid_t pid;

	store_close(g_steal_pointer(&fixture->store));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		full_disk_child(fixture);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("this machine lets nobody mount a small disk\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void somebody_elses_lock_is_a_pause(void **state)
{
	struct fixture *fixture = *state;
	sqlite3 *other = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "begin immediate", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store_begin(fixture->store, &fixture->err), -1);
	assert_true(store_is_transient(&fixture->err));
	assert_non_null(strstr(fixture->err.msg, "another program keeps it locked"));
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	fixture_begin(fixture);
	fixture_commit(fixture);
}

/* clang-format off */
static const struct {
	const char *table; const char *const *names; int nr;
} checks[] = {
	{ "rollout", rollout_state_names, ROLLOUT_STATE_NR },
	{ "wave",    wave_state_names,    WAVE_STATE_NR },
	{ "task",    task_state_names,    TASK_STATE_NR },
	{ "server",  server_state_names,  SERVER_STATE_NR },
	{ "tenant",  tenant_mode_names,   TENANT_MODE_NR },
};

/* clang-format on */

/* The quoted words of "check (state …)" or "check (mode …)" in a table's text. */
static GPtrArray *check_words(struct fixture *fixture, const char *table)
{
	g_autofree char *ask =
		g_strdup_printf("select sql from sqlite_schema where name = '%s'", table);
	g_autofree char *sql = fixture_ask(fixture, ask);
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const char *next = strstr(sql, "check (state ");

	next = next != NULL ? next : strstr(sql, "check (mode ");
	assert_non_null(next);
	for (const char *end = strchr(next, ')');
	     (next = strchr(next, '\'')) != NULL && next < end;) {
		size_t len = strcspn(next + 1, "'");

		g_ptr_array_add(words, g_strndup(next + 1, len));
		next += len + 2;
	}
	return words;
}

static void states_are_those_of_the_program(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		g_autoptr(GPtrArray) words = check_words(*state, checks[i].table);

		assert_int_equal(words->len, checks[i].nr);
		for (int w = 0; w < checks[i].nr; w++) {
			assert_string_equal(g_ptr_array_index(words, w), checks[i].names[w]);
		}
	}
}

/* Kinds of turns may follow one another in any order; none loses what was committed. */
static void soft_turns_and_full_ones_mix(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(store_begin_soft(fixture->store, &err), 0);
		assert_int_equal(store_commit(fixture->store, &err), 0);
		assert_int_equal(store_settle(fixture->store, &err), 0);
		assert_false(store_in_transaction(fixture->store));
		assert_int_equal(store_begin(fixture->store, &err), 0);
		assert_int_equal(store_commit(fixture->store, &err), 0);
	}
	{
		g_autofree char *settled = fixture_ask(fixture, "select nr from settled");

		assert_string_equal(settled, "3");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(soft_turns_and_full_ones_mix),
		STORE_TEST(keeps_what_was_committed),
		STORE_TEST(forgets_what_was_not),
		STORE_TEST(undoes_a_part_alone),
		STORE_TEST(a_second_daemon_is_refused),
		STORE_TEST(an_empty_file_becomes_an_inventory),
		STORE_TEST(nobody_else_may_read_it),
		STORE_TEST(refuses_a_file_of_the_future),
		STORE_TEST(refuses_a_file_of_another_program),
		STORE_TEST(refuses_rubbish_with_advice),
		STORE_TEST(finds_damage_when_it_opens),
		STORE_TEST(says_what_the_folder_lacks),
		STORE_TEST(a_file_that_cannot_grow_is_a_pause),
		STORE_TEST(a_full_disk_is_a_pause),
		STORE_TEST(somebody_elses_lock_is_a_pause),
		STORE_TEST(states_are_those_of_the_program),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
