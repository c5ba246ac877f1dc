/*
 * bench_sampler SAMPLERS PERIOD_MS SECONDS SOCKET...: so many samplers on these servers in
 * turn, as the daemon starts them. Prints samples and the milliseconds of processor that
 * all their threads took, without those of the start, and waits for a line.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#include "sampler.h"
#include "tick.h"

static atomic_uint samples;
static atomic_uint problems;

static void take(void *ctx, struct sample *sample)
{
	const struct reading *running = sample_find(sample, "threads_running");

	(void)ctx;
	(void)atomic_fetch_add(&samples, 1);
	if (running == NULL || running->problem != NULL) {
		(void)atomic_fetch_add(&problems, 1);
	}
	sample_free(sample);
}

static double cpu_ms(void)
{
	struct timespec used = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1000 + (double)used.tv_nsec / 1e6;
}

static void run(struct sampler **samplers, unsigned nr, int64_t seconds)
{
	double before;

	(void)sleep(3); /* all have connected */
	before = cpu_ms();
	atomic_store(&samples, 0);
	atomic_store(&problems, 0);
	(void)printf("begin\n");
	(void)fflush(stdout);
	(void)sleep((unsigned)seconds);
	(void)printf("samples %u problems %u cpu_ms %.1f\n", atomic_load(&samples),
		     atomic_load(&problems), cpu_ms() - before);
	(void)fflush(stdout);
	(void)getchar(); /* the server's threads are looked at */
	for (unsigned i = 0; i < nr; i++) {
		sampler_stop(samplers[i]);
	}
}

int main(int argc, char **argv)
{
	unsigned nr = argc > 4 ? (unsigned)g_ascii_strtoull(argv[1], NULL, 10) : 0;
	g_autofree struct sampler **samplers = g_new0(struct sampler *, nr);
	struct err err = { 0 };

	if (nr == 0 || db_library_init(&err) < 0 || sampler_library_init(&err) < 0) {
		(void)fprintf(stderr, "bench_sampler SAMPLERS PERIOD_MS SECONDS SOCKET...\n");
		return 64;
	}
	for (unsigned i = 0; i < nr; i++) {
		const struct sampler_config config = {
			.server_id = i,
			.addr = { .socket = argv[4 + i % (unsigned)(argc - 4)] },
			.discover = true,
			.probe = g_getenv("NO_PROBE") == NULL,
		};

		samplers[i] = sampler_new(&config, take, NULL, &err);
		if (samplers[i] == NULL) {
			(void)fprintf(stderr, "%s\n", err.msg);
			return 1;
		}
		sampler_set_period(samplers[i], g_ascii_strtoll(argv[2], NULL, 10));
	}
	run(samplers, nr, g_ascii_strtoll(argv[3], NULL, 10));
	for (unsigned i = 0; i < nr; i++) {
		sampler_free(samplers[i]);
	}
	return 0;
}
