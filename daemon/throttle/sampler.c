#include "sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <glib.h>

#include "custom_lane.h"
#include "load.h"
#include "panel.h"
#include "replica.h"
#include "replica_list.h"
#include "replicas.h"
#include "scout.h"
#include "tick.h"

#define STACK_SIZE      ((size_t)512 * 1024)
#define SCOUT_PERIOD_MS (2 * SAMPLER_PERIOD_MS)
#define SCOUT_FIRST_MS  3000 /* so long the first sample waits for those who do not answer */

enum lane { LANE_LOAD, LANE_CUSTOM, LANE_REPLICAS, LANE_SCOUT, LANE_NR };

struct sampler {
	int64_t server_id;
	sampler_fn fn;
	void *ctx;
	struct panel *panel;        /* owned */
	struct load *load;          /* owned; of its lane until that has ended */
	struct custom_lane *custom; /* the same; NULL: none */
	struct replicas *replicas;  /* owned; NULL: none are wanted */
	struct scout *scout;        /* owned; NULL: only those that are named */
	bool scouted;               /* once; of the server's thread */
	pthread_mutex_t lock;
	pthread_cond_t woken;
	int64_t period_ms;
	bool stopped;
	bool found;  /* replicas may have been: they are read at once */
	int stop_fd; /* readable when stopped: whoever waits for a server looks at it */
	atomic_uint running;
	pthread_t threads[LANE_NR];
	bool started[LANE_NR];
};

struct lane_kind {
	const char *name;
	void (*turn)(struct sampler *sampler, int64_t period_ms);
	void (*end)(struct sampler *sampler);
	int64_t period_least_ms;
};

struct lane_start {
	struct sampler *sampler;
	const struct lane_kind *kind;
};

/* ---- what the lanes do ------------------------------------------------------------ */

static void emit(void *ctx)
{
	struct sampler *sampler = ctx;
	struct sample *sample = panel_sample(sampler->panel, sampler->server_id, tick_ms());

	(void)pthread_mutex_lock(&sampler->lock);
	if (!sampler->stopped) {
		sampler->fn(sampler->ctx, g_steal_pointer(&sample));
	}
	(void)pthread_mutex_unlock(&sampler->lock);
	sample_free(sample);
}

static void load_lane(struct sampler *sampler, int64_t period_ms)
{
	load_turn(sampler->load, period_ms);
}

static void load_end(struct sampler *sampler)
{
	g_clear_pointer(&sampler->load, load_free);
}

static void custom_turn(struct sampler *sampler, int64_t period_ms)
{
	(void)period_ms;
	custom_lane_turn(sampler->custom);
}

static void custom_end(struct sampler *sampler)
{
	g_clear_pointer(&sampler->custom, custom_lane_free);
}

static void replicas_lane(struct sampler *sampler, int64_t period_ms)
{
	replicas_turn(sampler->replicas, period_ms);
}

static void scout_lane(struct sampler *sampler, int64_t period_ms)
{
	(void)period_ms;
	scout_turn(sampler->scout, INT64_MAX);
}

/* What others still use is freed when all have ended. */
static void nothing_to_end(struct sampler *sampler)
{
	(void)sampler;
}

/* Before the first sample, so that nothing starts that one of them would be late by. */
static void scout_first(struct sampler *sampler)
{
	sampler->scouted = true;
	scout_turn(sampler->scout, tick_ms() + SCOUT_FIRST_MS);
	(void)pthread_mutex_lock(&sampler->lock);
	sampler->found = true;
	(void)pthread_cond_broadcast(&sampler->woken);
	(void)pthread_mutex_unlock(&sampler->lock);
}

/* On the thread of the server, over its connection. */
static int look(void *ctx, struct db_session *session, struct err *err)
{
	struct sampler *sampler = ctx;
	SCOPED(replica_list) list = { 0 };

	if (replica_list_read(session, &list, err) < 0) {
		return -1;
	}
	replicas_set_source(sampler->replicas, list.source_id, list.readers);
	if (sampler->scout != NULL) {
		scout_see(sampler->scout, &list);
	}
	if (sampler->scout != NULL && !sampler->scouted) {
		scout_first(sampler);
	}
	return 0;
}

static const struct lane_kind lanes[LANE_NR] = {
	[LANE_LOAD] = { "sampler", load_lane, load_end, 0 },
	[LANE_CUSTOM] = { "sampler-own", custom_turn, custom_end, SAMPLER_PERIOD_MS },
	[LANE_REPLICAS] = { "sampler-repl", replicas_lane, nothing_to_end, 0 },
	[LANE_SCOUT] = { "sampler-scout", scout_lane, nothing_to_end, SCOUT_PERIOD_MS },
};

/* ---- threads ---------------------------------------------------------------------- */

/* Under the lock: once. */
static bool is_called(struct sampler *sampler, const struct lane_kind *kind)
{
	bool is = sampler->found && kind == &lanes[LANE_REPLICAS];

	sampler->found = sampler->found && !is;
	return is;
}

/* Until a period after from_ms, or until the period changes; false when stopped. */
static bool sleep_until_due(struct sampler *sampler, const struct lane_kind *kind, int64_t from_ms,
			    int64_t *period_ms)
{
	bool stopped;

	(void)pthread_mutex_lock(&sampler->lock);
	for (;;) {
		int64_t at_ms = from_ms + MAX(sampler->period_ms, kind->period_least_ms);
		struct timespec at = { .tv_sec = at_ms / 1000, .tv_nsec = at_ms % 1000 * 1000000 };

		if (sampler->stopped || tick_ms() >= at_ms || is_called(sampler, kind)) {
			break;
		}
		(void)pthread_cond_timedwait(&sampler->woken, &sampler->lock, &at);
	}
	*period_ms = MAX(sampler->period_ms, kind->period_least_ms);
	stopped = sampler->stopped;
	(void)pthread_mutex_unlock(&sampler->lock);
	return !stopped;
}

static void *lane_run(void *arg)
{
	g_autofree struct lane_start *start = arg;
	struct sampler *sampler = start->sampler;
	const struct lane_kind *kind = start->kind;
	int64_t period_ms = 0;
	int64_t from_ms = tick_ms() - SAMPLER_PERIOD_MS * 2;

	db_thread_init();
	while (sleep_until_due(sampler, kind, from_ms, &period_ms)) {
		from_ms = MAX(from_ms + period_ms, tick_ms() - period_ms / 2);
		kind->turn(sampler, period_ms);
	}
	kind->end(sampler);
	db_thread_end();
	(void)atomic_fetch_sub(&sampler->running, 1);
	return NULL;
}

/* Signals belong to the loop: a thread starts with all of them blocked. */
static int lane_start(struct sampler *sampler, enum lane lane, struct err *err)
{
	struct lane_start *start = g_new0(struct lane_start, 1);
	pthread_attr_t attr;
	sigset_t all;
	sigset_t old;
	int failed;

	*start = (struct lane_start){ .sampler = sampler, .kind = &lanes[lane] };
	(void)atomic_fetch_add(&sampler->running, 1);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	CHECK(pthread_attr_init(&attr) == 0);
	CHECK(pthread_attr_setstacksize(&attr, STACK_SIZE) == 0);
	failed = pthread_create(&sampler->threads[lane], &attr, lane_run, start);
	(void)pthread_attr_destroy(&attr);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed != 0) {
		(void)atomic_fetch_sub(&sampler->running, 1);
		g_free(start);
		return err_set_errno(err, failed, "a thread to watch a server");
	}
	(void)pthread_setname_np(sampler->threads[lane], lanes[lane].name);
	sampler->started[lane] = true;
	return 0;
}

/* ---- the object ------------------------------------------------------------------- */

static struct sampler *sampler_make(const struct sampler_config *config, sampler_fn fn, void *ctx,
				    struct err *err)
{
	struct sampler *sampler = g_new0(struct sampler, 1);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	pthread_condattr_t attr;

	for (size_t i = 0; i < config->customs_nr; i++) {
		g_ptr_array_add(names, config->customs[i].name);
	}
	CHECK(pthread_mutex_init(&sampler->lock, NULL) == 0);
	CHECK(pthread_condattr_init(&attr) == 0);
	CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&sampler->woken, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
	sampler->server_id = config->server_id;
	sampler->fn = fn;
	sampler->ctx = ctx;
	sampler->period_ms = SAMPLER_PERIOD_MS;
	sampler->panel = panel_new((const char *const *)names->pdata, names->len);
	sampler->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (sampler->stop_fd < 0) {
		(void)err_set_errno(err, errno, "a descriptor to watch a server");
		g_clear_pointer(&sampler, sampler_free);
	}
	return sampler;
}

static int customs_begin(struct sampler *sampler, const struct sampler_config *config,
			 struct err *err)
{
	if (config->customs_nr == 0) {
		return 0;
	}
	sampler->custom = custom_lane_new(&config->addr, config->customs, config->customs_nr,
					  sampler->panel, sampler->stop_fd, err);
	return sampler->custom == NULL ? -1 : 0;
}

static int replicas_begin(struct sampler *sampler, const struct sampler_config *config,
			  struct err *err)
{
	if (config->replicas_nr == 0 && !config->discover) {
		return 0;
	}
	if (config->heartbeat != NULL && replica_heartbeat_check(config->heartbeat, err) < 0) {
		return -1;
	}
	sampler->replicas = replicas_new(config->heartbeat, sampler->panel, sampler->stop_fd);
	for (size_t i = 0; i < config->replicas_nr; i++) {
		(void)replicas_add(sampler->replicas, config->replicas[i].name,
				   &config->replicas[i].addr, config->replicas[i].number,
				   config->replicas[i].seen_at);
	}
	if (config->discover) {
		sampler->scout =
			scout_new(sampler->replicas, config->addr.defaults_file, sampler->stop_fd);
	}
	load_set_look(sampler->load, look);
	return 0;
}

static int lanes_start(struct sampler *sampler, struct err *err)
{
	const bool wanted[LANE_NR] = {
		[LANE_LOAD] = true,
		[LANE_CUSTOM] = sampler->custom != NULL,
		[LANE_REPLICAS] = sampler->replicas != NULL,
		[LANE_SCOUT] = sampler->scout != NULL,
	};

	for (int i = 0; i < LANE_NR; i++) {
		if (wanted[i] && lane_start(sampler, (enum lane)i, err) < 0) {
			return -1;
		}
	}
	return 0;
}

struct sampler *sampler_new(const struct sampler_config *config, sampler_fn fn, void *ctx,
			    struct err *err)
{
	SCOPED_PTR(sampler) sampler = sampler_make(config, fn, ctx, err);

	if (sampler == NULL) {
		return NULL;
	}
	sampler->load = load_new(&config->addr, sampler->panel, config->probe, sampler->stop_fd,
				 emit, sampler);
	if (customs_begin(sampler, config, err) < 0 || replicas_begin(sampler, config, err) < 0 ||
	    lanes_start(sampler, err) < 0) {
		return NULL;
	}
	return g_steal_pointer(&sampler);
}

void sampler_set_period(struct sampler *sampler, int64_t period_ms)
{
	(void)pthread_mutex_lock(&sampler->lock);
	if (sampler->period_ms != period_ms) {
		sampler->period_ms = period_ms;
		(void)pthread_cond_broadcast(&sampler->woken);
	}
	(void)pthread_mutex_unlock(&sampler->lock);
}

char **sampler_replicas(const struct sampler *sampler)
{
	return sampler->replicas == NULL ? g_new0(char *, 1) : replicas_names(sampler->replicas);
}

GArray *sampler_found(const struct sampler *sampler)
{
	return sampler->replicas == NULL ? g_array_new(FALSE, FALSE, sizeof(struct replica_found))
					 : replicas_found(sampler->replicas);
}

void sampler_stop(struct sampler *sampler)
{
	(void)pthread_mutex_lock(&sampler->lock);
	sampler->stopped = true;
	(void)pthread_cond_broadcast(&sampler->woken);
	(void)pthread_mutex_unlock(&sampler->lock);
	if (sampler->stop_fd >= 0) {
		(void)eventfd_write(sampler->stop_fd, 1);
	}
}

bool sampler_has_ended(const struct sampler *sampler)
{
	return atomic_load(&sampler->running) == 0;
}

void sampler_free(struct sampler *sampler)
{
	if (sampler == NULL) {
		return;
	}
	sampler_stop(sampler);
	for (size_t i = 0; i < LANE_NR; i++) {
		if (sampler->started[i]) {
			(void)pthread_join(sampler->threads[i], NULL);
		}
	}
	load_free(sampler->load);
	custom_lane_free(sampler->custom);
	scout_free(sampler->scout);
	replicas_free(sampler->replicas);
	panel_free(sampler->panel);
	(void)pthread_cond_destroy(&sampler->woken);
	(void)pthread_mutex_destroy(&sampler->lock);
	if (sampler->stop_fd >= 0) {
		(void)close(sampler->stop_fd);
	}
	g_free(sampler);
}

int sampler_library_init(struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		return err_set(err, ERR_SYSTEM, "the HTTP library does not start");
	}
	return 0;
}

void sampler_library_end(void)
{
	curl_global_cleanup();
}
