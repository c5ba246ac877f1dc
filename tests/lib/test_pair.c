#include "test_pair.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "test_server.h"

struct test_pair {
	char *dir;
	char *login;
	struct db_addr source;
	struct db_addr replica;
	struct db_session *on_source;
	struct db_session *on_replica;
	unsigned replica_port;
	int replica_pid;
	GPid guard;
	int life; /* the guard ends when this closes */
};

static void die(const char *what)
{
	(void)fprintf(stderr, "test_pair: %s\n", what);
	exit(2);
}

static void guard_start(struct test_pair *pair, const char *kind)
{
	char script[] = TESTS_DIR "/lib/pair.sh";
	char *argv[] = { script, (char *)(uintptr_t)kind, pair->dir, NULL };
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = NULL;
	char line[128];
	int out;
	FILE *said;

	if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
				      &pair->guard, &pair->life, &out, NULL, &error)) {
		die(error->message);
	}
	said = fdopen(out, "r");
	if (said == NULL || fgets(line, sizeof(line), said) == NULL) {
		die("the pair does not start");
	}
	words = g_strsplit(line, " ", -1);
	if (g_strv_length(words) != 3) {
		die("the pair does not say where it is");
	}
	pair->replica_port = (unsigned)g_ascii_strtoull(words[1], NULL, 10);
	pair->replica_pid = (int)g_ascii_strtoll(words[2], NULL, 10);
	(void)fclose(said);
}

static struct db_session *open_one(const struct db_addr *addr)
{
	struct err err = { 0 };
	struct db_session *session = db_open(addr, &err);

	if (session == NULL) {
		die(err.msg);
	}
	return session;
}

struct test_pair *test_pair_start(void)
{
	struct test_pair *pair = g_new0(struct test_pair, 1);
	const char *socket = g_getenv("MUSTER_TEST_SOCKET");
	bool is_mysql = socket != NULL && *socket != '\0' && test_server_flavor() == DB_MYSQL;

	pair->dir = g_dir_make_tmp("muster-pair-XXXXXX", NULL);
	if (pair->dir == NULL) {
		die("no temporary folder");
	}
	pair->login = g_build_filename(pair->dir, "login.cnf", NULL);
	pair->source.socket = g_build_filename(pair->dir, "source", "sock", NULL);
	pair->replica.socket = g_build_filename(pair->dir, "replica", "sock", NULL);
	guard_start(pair, is_mysql ? "mysql" : "mariadb");
	pair->on_source = open_one(&pair->source);
	pair->on_replica = open_one(&pair->replica);
	return pair;
}

void test_pair_stop(struct test_pair *pair)
{
	if (pair == NULL) {
		return;
	}
	db_session_free(pair->on_source);
	db_session_free(pair->on_replica);
	(void)close(pair->life);
	(void)waitpid(pair->guard, NULL, 0);
	db_addr_release(&pair->source);
	db_addr_release(&pair->replica);
	g_free(pair->login);
	g_free(pair->dir);
	g_free(pair);
}

const struct db_addr *test_pair_source(const struct test_pair *pair)
{
	return &pair->source;
}

const struct db_addr *test_pair_replica(const struct test_pair *pair)
{
	return &pair->replica;
}

const char *test_pair_login(const struct test_pair *pair)
{
	return pair->login;
}

unsigned test_pair_replica_port(const struct test_pair *pair)
{
	return pair->replica_port;
}

enum db_flavor test_pair_flavor(const struct test_pair *pair)
{
	return db_flavor(pair->on_source);
}

struct db_session *test_pair_on_source(struct test_pair *pair)
{
	return pair->on_source;
}

struct db_session *test_pair_on_replica(struct test_pair *pair)
{
	return pair->on_replica;
}

void test_pair_exec(struct db_session *session, const char *sql)
{
	struct err err = { 0 };

	if (db_exec(session, sql, strlen(sql), &err) < 0) {
		(void)fprintf(stderr, "%s: %s\n", sql, err.msg);
		abort();
	}
}

void test_pair_signal(struct test_pair *pair, int number)
{
	if (kill(pair->replica_pid, number) < 0) {
		die("kill");
	}
}
