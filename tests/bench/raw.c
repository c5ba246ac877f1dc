/*
 * raw - the bare client that muster is measured against.
 *
 * raw SOCKET CONNECTIONS FILE SCHEMA...: that many kept connections with default
 * session settings take schemas from a queue; each makes the schema the default one and
 * runs the statements of FILE, one a line. No bookkeeping whatever. Prints wall
 * seconds, then CPU milliseconds of this client per schema.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <mysql.h>

#define STATEMENTS_MAX 16
#define LINE_MAX_BYTES 4096

struct job {
	const char *socket;
	char statements[STATEMENTS_MAX][LINE_MAX_BYTES];
	size_t nr_statements;
	char **schemas;
	size_t nr_schemas;
	atomic_size_t next;
};

static void die(const char *what, MYSQL *link)
{
	(void)fprintf(stderr, "raw: %s: %s\n", what, link != NULL ? mysql_error(link) : "failed");
	exit(1); /* NOLINT(concurrency-mt-unsafe) */
}

static void run(MYSQL *link, const char *sql)
{
	MYSQL_RES *result;

	if (mysql_real_query(link, sql, strlen(sql)) != 0) {
		die(sql, link);
	}
	result = mysql_store_result(link);
	if (result != NULL) {
		mysql_free_result(result);
	}
}

static void *work(void *arg)
{
	struct job *job = arg;
	MYSQL *link = mysql_init(NULL);
	size_t at;

	if (link == NULL ||
	    mysql_real_connect(link, NULL, "root", "", NULL, 0, job->socket, 0) == NULL) {
		die("connect", link);
	}
	while ((at = atomic_fetch_add(&job->next, 1)) < job->nr_schemas) {
		if (mysql_select_db(link, job->schemas[at]) != 0) {
			die(job->schemas[at], link);
		}
		for (size_t i = 0; i < job->nr_statements; i++) {
			run(link, job->statements[i]);
		}
	}
	mysql_close(link);
	mysql_thread_end();
	return NULL;
}

static void read_statements(struct job *job, const char *path)
{
	FILE *file = fopen(path, "r");

	if (file == NULL) {
		die(path, NULL);
	}
	while (job->nr_statements < STATEMENTS_MAX &&
	       fgets(job->statements[job->nr_statements], LINE_MAX_BYTES, file) != NULL) {
		char *line = job->statements[job->nr_statements];

		line[strcspn(line, ";\n")] = '\0';
		if (line[0] != '\0') {
			job->nr_statements++;
		}
	}
	(void)fclose(file);
}

static double seconds(const struct timespec *time)
{
	return (double)time->tv_sec + (double)time->tv_nsec / 1e9;
}

static double cpu_ms(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

int main(int argc, char **argv)
{
	static struct job job;
	pthread_t threads[64];
	size_t nr_threads;
	struct timespec began;
	struct timespec ended;

	if (argc < 5) {
		(void)fprintf(stderr, "usage: raw SOCKET CONNECTIONS FILE SCHEMA...\n");
		return 64;
	}
	job.socket = argv[1];
	nr_threads = strtoul(argv[2], NULL, 10);
	if (nr_threads == 0 || nr_threads > 64) {
		die("1 to 64 connections", NULL);
	}
	read_statements(&job, argv[3]);
	job.schemas = argv + 4;
	job.nr_schemas = (size_t)argc - 4;
	(void)mysql_library_init(0, NULL, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	for (size_t i = 0; i < nr_threads; i++) {
		if (pthread_create(&threads[i], NULL, work, &job) != 0) {
			die("thread", NULL);
		}
	}
	for (size_t i = 0; i < nr_threads; i++) {
		(void)pthread_join(threads[i], NULL);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	(void)printf("%.3f %.3f\n", seconds(&ended) - seconds(&began),
		     cpu_ms() / (double)job.nr_schemas);
	mysql_library_end();
	return 0;
}
