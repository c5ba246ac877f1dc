/*
 * bench_survey SOCKET CONNECTIONS [TABLE...] <SCHEMAS: what the daemon asks of these tenants
 * before it decides anything, with as many connections as it uses: one leads, the others help.
 * With tables: as of tenants whose looks are known, of which only these tables are asked in full.
 * Prints the seconds of each part, and how many different stamps there were.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "db.h"
#include "db_catalog.h"
#include "db_crew.h"
#include "shape_read.h"
#include "shape_stamp.h"

struct bench {
	struct db_session **sessions; /* owned; the first one leads */
	pthread_t *helpers;           /* owned */
	size_t nr;                    /* of sessions */
	struct db_crew *crew;
	const char **schemas; /* owned, of borrowed names */
	size_t nr_schemas;
	GHashTable *tables; /* borrowed; NULL: all */
	char **stamps;      /* owned */
	size_t different;
};

struct helper {
	struct db_crew *crew;
	struct db_session *session;
};

static void must(int done, const struct err *err)
{
	if (done < 0) {
		(void)fprintf(stderr, "bench_survey: %s\n", err->msg);
		exit(1);
	}
}

static void *help(void *arg)
{
	g_autofree struct helper *helper = arg;

	db_thread_init();
	db_crew_help(helper->crew, helper->session);
	db_thread_end();
	return NULL;
}

static void ask_positions(struct bench *bench)
{
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	must(db_positions_get(bench->sessions[0], &positions, bench->schemas, bench->nr_schemas,
			      DB_POSITIONS_BYTES, bench->crew, &err),
	     &err);
}

static void ask_stamps(struct bench *bench)
{
	struct err err = { 0 };

	must(shape_stamps(bench->sessions[0], bench->schemas, bench->nr_schemas, bench->tables,
			  bench->crew, bench->stamps, &err),
	     &err);
}

/* One of each stamp. */
static void ask_shapes(struct bench *bench)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(const char *));
	g_autofree struct shape *shapes = NULL;
	struct err err = { 0 };

	for (size_t i = 0; i < bench->nr_schemas; i++) {
		if (g_hash_table_add(seen, bench->stamps[i])) {
			g_array_append_val(names, bench->schemas[i]);
		}
	}
	bench->different = names->len;
	shapes = g_new0(struct shape, names->len);
	must(shape_read_many(bench->sessions[0], (const char *const *)(void *)names->data,
			     names->len, shapes, &err),
	     &err);
	for (guint i = 0; i < names->len; i++) {
		shape_release(&shapes[i]);
	}
}

static double now(void)
{
	struct timespec time = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double run(void (*part)(struct bench *), struct bench *bench)
{
	double from = now();

	part(bench);
	return now() - from;
}

static GPtrArray *read_names(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	char line[256];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		g_ptr_array_add(names, g_strdup(g_strchomp(line)));
	}
	return names;
}

static void begin(struct bench *bench, const GPtrArray *names, const char *socket)
{
	SCOPED(db_addr) addr = { .socket = g_strdup(socket) };
	struct err err = { 0 };

	bench->sessions = g_new0(struct db_session *, bench->nr);
	bench->helpers = g_new0(pthread_t, bench->nr);
	bench->crew = db_crew_new();
	bench->nr_schemas = names->len;
	bench->schemas = g_memdup2(names->pdata, names->len * sizeof(char *));
	bench->stamps = g_new0(char *, names->len + 1);
	for (size_t i = 0; i < bench->nr; i++) {
		bench->sessions[i] = db_open(&addr, &err);
		must(bench->sessions[i] == NULL ? -1 : 0, &err);
	}
	db_crew_begin(bench->crew);
	for (size_t i = 1; i < bench->nr; i++) {
		const struct helper helper = { bench->crew, bench->sessions[i] };

		CHECK(pthread_create(&bench->helpers[i], NULL, help,
				     g_memdup2(&helper, sizeof(helper))) == 0);
	}
}

static void end(struct bench *bench)
{
	db_crew_end(bench->crew);
	for (size_t i = 0; i < bench->nr; i++) {
		if (i > 0) {
			(void)pthread_join(bench->helpers[i], NULL);
		}
		db_session_free(bench->sessions[i]);
	}
	db_crew_unref(bench->crew);
	g_strfreev(bench->stamps);
	g_free(bench->schemas);
	g_free(bench->sessions);
	g_free(bench->helpers);
}

int main(int argc, char **argv)
{
	g_autoptr(GHashTable) tables = g_hash_table_new(g_str_hash, g_str_equal);
	struct bench bench = {
		.nr = argc > 2 ? (size_t)g_ascii_strtoull(argv[2], NULL, 10) : 0,
		.tables = argc > 3 ? tables : NULL,
	};
	g_autoptr(GPtrArray) names = NULL;
	struct err err = { 0 };
	double positions;
	double stamps;
	double shapes;

	if (bench.nr == 0 || db_library_init(&err) < 0) {
		(void)fprintf(stderr, "bench_survey SOCKET CONNECTIONS [TABLE...] <SCHEMAS\n");
		return 64;
	}
	for (int i = 3; i < argc; i++) {
		(void)g_hash_table_add(tables, argv[i]);
	}
	names = read_names();
	begin(&bench, names, argv[1]);
	positions = run(ask_positions, &bench);
	stamps = run(ask_stamps, &bench);
	shapes = run(ask_shapes, &bench);
	(void)printf("positions %.3f stamps %.3f shapes %.3f different %zu\n", positions, stamps,
		     shapes, bench.different);
	end(&bench);
	return 0;
}
