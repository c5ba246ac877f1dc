/*
 * load - steady clients, and how long their statements take.
 *
 * load SOCKET CONNECTIONS RATE SECONDS SCHEMA...: that many connections, spread over the
 * schemas, send RATE statements a second altogether, each at its own moment whether the one
 * before was quick or not: what waits behind a slow one is slow, too, and its time counts
 * from when it should have been sent. Six of ten read a row of t0 by its key, three change
 * one, one adds one. RATE 0 is a flood: every connection sends one transaction behind the other, as
 * quickly as they are answered, each of two changed rows, one taken away and written again, and a
 * commit; t0 should have thousands of rows then. SIGTERM ends it early. Prints
 *
 *   statements errors p50 p95 p99 max cpu
 *
 * with times in milliseconds; an error is a statement that the server refused, cpu what this
 * program has used of the processors itself. Where the environment has LOAD_SPAN, the file it names
 * gets the monotonic nanoseconds at which the first statement was sent and the last answered.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <mysql.h>

#define CONNECTIONS_MAX 256
#define NS              1000000000LL
#define ROWS            90   /* of t0 that are always there */
#define ROWS_FLOOD      9000 /* of t0 that a flood works on, where they are there */

struct client {
	pthread_t thread;
	const char *socket;
	const char *schema;
	long long first_ns; /* monotonic, of its first statement */
	long long every_ns;
	long long end_ns;
	long long sent_ns; /* when its first statement really was */
	long long done_ns; /* when its last was answered */
	double *ms;        /* owned */
	size_t nr;
	size_t room;
	size_t errors;
	unsigned number;
};

static atomic_bool stopped;

static void die(const char *what, MYSQL *link)
{
	(void)fprintf(stderr, "load: %s: %s\n", what, link != NULL ? mysql_error(link) : "failed");
	exit(1); /* NOLINT(concurrency-mt-unsafe) */
}

static void on_signal(int number)
{
	(void)number;
	atomic_store(&stopped, true);
}

static long long now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS + now.tv_nsec;
}

static void sleep_until(long long ns)
{
	const struct timespec until = { .tv_sec = ns / NS, .tv_nsec = ns % NS };

	while (!atomic_load(&stopped) &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
	}
}

/* A generator of its own, so that no two threads share one. */
static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void statement_make(char *sql, size_t size, unsigned *seed)
{
	unsigned kind = next_random(seed) % 10;
	unsigned row = 1 + next_random(seed) % ROWS;

	if (kind < 6) {
		(void)snprintf(sql, size, "select a, b from t0 where id = %u", row);
	} else if (kind < 9) {
		(void)snprintf(sql, size, "update t0 set a = a + 1 where id = %u", row);
	} else {
		(void)snprintf(sql, size, "insert into t0 (a, b) values (%u, 'load')", row);
	}
}

static void send(struct client *client, MYSQL *link, const char *sql)
{
	MYSQL_RES *result;

	if (mysql_real_query(link, sql, strlen(sql)) != 0) {
		client->errors++;
		return;
	}
	result = mysql_store_result(link);
	if (result != NULL) {
		mysql_free_result(result);
	}
}

static void run(struct client *client, MYSQL *link, unsigned *seed)
{
	char sql[128];

	statement_make(sql, sizeof(sql), seed);
	send(client, link, sql);
}

static void run_flood(struct client *client, MYSQL *link, unsigned *seed)
{
	static const char *const steps[] = {
		"update t0 set a = a + 1 where id = %u",
		"update t0 set b = 'flood' where id = %u",
		"delete from t0 where id = %u",
		"insert ignore into t0 (id, a, b) values (%u, 1, 'load')",
	};
	unsigned row = 0;
	char sql[128];

	send(client, link, "begin");
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		row = i == 3 ? row : 1 + next_random(seed) % ROWS_FLOOD;
		(void)snprintf(sql, sizeof(sql), steps[i],
			       row); /* NOLINT(clang-diagnostic-format-nonliteral) */
		send(client, link, sql);
	}
	send(client, link, "commit");
}

static void note(struct client *client, double ms)
{
	if (client->nr == client->room) {
		client->room = client->room == 0 ? 4096 : client->room * 2;
		client->ms = realloc(client->ms, client->room * sizeof(*client->ms));
		if (client->ms == NULL) {
			die("memory", NULL);
		}
	}
	client->ms[client->nr++] = ms;
}

static void *work(void *arg)
{
	struct client *client = arg;
	MYSQL *link = mysql_init(NULL);
	unsigned seed = client->number * 7919u + 1;

	if (link == NULL || mysql_real_connect(link, NULL, "root", "", client->schema, 0,
					       client->socket, 0) == NULL) {
		die("connect", link);
	}
	for (long long due = client->first_ns; due < client->end_ns;
	     due = client->every_ns == 0 ? now_ns() : due + client->every_ns) {
		sleep_until(due);
		if (atomic_load(&stopped)) {
			break;
		}
		client->sent_ns = client->sent_ns == 0 ? now_ns() : client->sent_ns;
		(client->every_ns == 0 ? run_flood : run)(client, link, &seed);
		client->done_ns = now_ns();
		note(client, (double)(client->done_ns - due) / 1e6);
	}
	mysql_close(link);
	mysql_thread_end();
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double share(const double *ms, size_t nr, double part)
{
	size_t at = (size_t)((double)nr * part);

	return nr == 0 ? 0 : ms[at < nr ? at : nr - 1];
}

static double ms_of(const struct timeval *time)
{
	return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

static double cpu_ms(void)
{
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_SELF, &used);
	return ms_of(&used.ru_utime) + ms_of(&used.ru_stime);
}

static void report(struct client *clients, size_t nr)
{
	struct client all = { 0 };

	for (size_t i = 0; i < nr; i++) {
		for (size_t k = 0; k < clients[i].nr; k++) {
			note(&all, clients[i].ms[k]);
		}
		all.errors += clients[i].errors;
		free(clients[i].ms);
	}
	qsort(all.ms, all.nr, sizeof(*all.ms), by_size);
	(void)printf("%zu %zu %.3f %.3f %.3f %.3f %.0f\n", all.nr, all.errors,
		     share(all.ms, all.nr, 0.5), share(all.ms, all.nr, 0.95),
		     share(all.ms, all.nr, 0.99), share(all.ms, all.nr, 1), cpu_ms());
	free(all.ms);
}

static void span(const struct client *clients, size_t nr)
{
	const char *path = getenv("LOAD_SPAN"); /* NOLINT(concurrency-mt-unsafe) */
	FILE *file = path == NULL ? NULL : fopen(path, "we");
	long long first = LLONG_MAX;
	long long last = 0;

	if (file == NULL) {
		return;
	}
	for (size_t i = 0; i < nr; i++) {
		if (clients[i].sent_ns > 0 && clients[i].sent_ns < first) {
			first = clients[i].sent_ns;
		}
		last = clients[i].done_ns > last ? clients[i].done_ns : last;
	}
	(void)fprintf(file, "%lld %lld\n", first, last);
	(void)fclose(file);
}

int main(int argc, char **argv)
{
	static struct client clients[CONNECTIONS_MAX];
	const struct sigaction stop = { .sa_handler = on_signal };
	size_t nr;
	double rate;
	long long begin;

	if (argc < 6) {
		(void)fprintf(stderr, "usage: load SOCKET CONNECTIONS RATE SECONDS SCHEMA...\n");
		return 64;
	}
	nr = strtoul(argv[2], NULL, 10);
	rate = strtod(argv[3], NULL);
	if (nr == 0 || nr > CONNECTIONS_MAX || rate < 0) {
		die("1 to 256 connections, a rate of 0 or more", NULL);
	}
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)mysql_library_init(0, NULL, NULL);
	begin = now_ns() + NS / 10; /* all are connected by then */
	for (size_t i = 0; i < nr; i++) {
		clients[i].number = (unsigned)i;
		clients[i].socket = argv[1];
		clients[i].schema = argv[5 + i % ((size_t)argc - 5)];
		clients[i].every_ns = rate > 0 ? (long long)((double)nr / rate * (double)NS) : 0;
		clients[i].first_ns = begin + (long long)i * clients[i].every_ns / (long long)nr;
		clients[i].end_ns = begin + (long long)(strtod(argv[4], NULL) * (double)NS);
		if (pthread_create(&clients[i].thread, NULL, work, &clients[i]) != 0) {
			die("thread", NULL);
		}
	}
	for (size_t i = 0; i < nr; i++) {
		(void)pthread_join(clients[i].thread, NULL);
	}
	span(clients, nr);
	report(clients, nr);
	mysql_library_end();
	return 0;
}
