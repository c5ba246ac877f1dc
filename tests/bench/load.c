/*
 * load - steady clients, and how long their statements take.
 *
 * load SOCKET CONNECTIONS RATE SECONDS SCHEMA...: that many connections, spread over the
 * schemas, send RATE statements a second altogether, each at its own moment whether the one
 * before was quick or not: what waits behind a slow one is slow, too, and its time counts
 * from when it should have been sent. Six of ten read a row of t0 by its key, three change
 * one, one adds one. SIGTERM ends it early. Prints
 *
 *   statements errors p50 p95 p99 max
 *
 * with times in milliseconds; an error is a statement that the server refused.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mysql.h>

#define CONNECTIONS_MAX 64
#define NS              1000000000LL
#define ROWS            90 /* of t0 that are always there */

struct client {
	pthread_t thread;
	const char *socket;
	const char *schema;
	long long first_ns; /* monotonic, of its first statement */
	long long every_ns;
	long long end_ns;
	double *ms; /* owned */
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

static void run(struct client *client, MYSQL *link, unsigned *seed)
{
	char sql[128];
	MYSQL_RES *result;

	statement_make(sql, sizeof(sql), seed);
	if (mysql_real_query(link, sql, strlen(sql)) != 0) {
		client->errors++;
		return;
	}
	result = mysql_store_result(link);
	if (result != NULL) {
		mysql_free_result(result);
	}
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
	for (long long due = client->first_ns; due < client->end_ns; due += client->every_ns) {
		sleep_until(due);
		if (atomic_load(&stopped)) {
			break;
		}
		run(client, link, &seed);
		note(client, (double)(now_ns() - due) / 1e6);
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
	(void)printf("%zu %zu %.3f %.3f %.3f %.3f\n", all.nr, all.errors,
		     share(all.ms, all.nr, 0.5), share(all.ms, all.nr, 0.95),
		     share(all.ms, all.nr, 0.99), share(all.ms, all.nr, 1));
	free(all.ms);
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
	if (nr == 0 || nr > CONNECTIONS_MAX || rate <= 0) {
		die("1 to 64 connections, a rate above 0", NULL);
	}
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)mysql_library_init(0, NULL, NULL);
	begin = now_ns() + NS / 10; /* all are connected by then */
	for (size_t i = 0; i < nr; i++) {
		clients[i].number = (unsigned)i;
		clients[i].socket = argv[1];
		clients[i].schema = argv[5 + i % ((size_t)argc - 5)];
		clients[i].every_ns = (long long)((double)nr / rate * (double)NS);
		clients[i].first_ns = begin + (long long)i * clients[i].every_ns / (long long)nr;
		clients[i].end_ns = begin + (long long)(strtod(argv[4], NULL) * (double)NS);
		if (pthread_create(&clients[i].thread, NULL, work, &clients[i]) != 0) {
			die("thread", NULL);
		}
	}
	for (size_t i = 0; i < nr; i++) {
		(void)pthread_join(clients[i].thread, NULL);
	}
	report(clients, nr);
	mysql_library_end();
	return 0;
}
