/* What a sampler hands over, and waiting for it. */
#ifndef SEEN_H
#define SEEN_H

#include <math.h>
#include <pthread.h>
#include <time.h>

#include "sample.h"
#include "sampler.h"
#include "tick.h"

#define SEEN_TIMEOUT_MS 60000

struct seen {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct sample *last; /* owned */
	size_t nr;
};

static inline void seen_init(struct seen *seen)
{
	pthread_condattr_t attr;

	*seen = (struct seen){ 0 };
	CHECK(pthread_mutex_init(&seen->lock, NULL) == 0);
	CHECK(pthread_condattr_init(&attr) == 0);
	CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&seen->more, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
}

static inline void seen_release(struct seen *seen)
{
	sample_free(seen->last);
	(void)pthread_cond_destroy(&seen->more);
	(void)pthread_mutex_destroy(&seen->lock);
}

/* For sampler_new. */
static inline void seen_take(void *ctx, struct sample *sample)
{
	struct seen *seen = ctx;

	(void)pthread_mutex_lock(&seen->lock);
	sample_free(seen->last);
	seen->last = sample;
	seen->nr++;
	(void)pthread_cond_broadcast(&seen->more);
	(void)pthread_mutex_unlock(&seen->lock);
}

typedef bool (*seen_fn)(const struct reading *reading, double limit);

static inline bool seen_any(const struct reading *reading, double limit)
{
	(void)limit;
	return reading != NULL;
}

static inline bool seen_none(const struct reading *reading, double limit)
{
	(void)limit;
	return reading == NULL;
}

static inline bool seen_good(const struct reading *reading, double limit)
{
	(void)limit;
	return reading != NULL && reading->problem == NULL;
}

static inline bool seen_above(const struct reading *reading, double limit)
{
	return seen_good(reading, 0) && reading->value > limit;
}

static inline bool seen_below(const struct reading *reading, double limit)
{
	return seen_good(reading, 0) && reading->value < limit;
}

static inline bool seen_problem(const struct reading *reading, double limit)
{
	(void)limit;
	return reading != NULL && reading->problem != NULL;
}

static inline void seen_deadline(struct timespec *at)
{
	int64_t at_ms = tick_ms() + SEEN_TIMEOUT_MS;

	*at = (struct timespec){ .tv_sec = at_ms / 1000, .tv_nsec = at_ms % 1000 * 1000000 };
}

/*
 * Wait for a sample, later than all that were there, whose reading of this name is so. Its
 * text (the problem, or the place of the lag) is owned by the caller and "" when there is none.
 */
static inline char *seen_wait(struct seen *seen, const char *name, seen_fn is, double limit)
{
	struct timespec at;
	const struct reading *reading = NULL;
	char *text = NULL;
	size_t before;

	seen_deadline(&at);
	(void)pthread_mutex_lock(&seen->lock);
	before = seen->nr;
	while (text == NULL) {
		if (pthread_cond_timedwait(&seen->more, &seen->lock, &at) != 0) {
			break;
		}
		reading = sample_find(seen->last, name);
		if (seen->nr > before && is(reading, limit)) {
			text = g_strdup(reading != NULL && reading->problem != NULL
						? reading->problem
					: seen->last->where == NULL ? ""
								    : seen->last->where);
		}
	}
	if (text == NULL) {
		reading = seen->last == NULL ? NULL : sample_find(seen->last, name);
		g_printerr("%s, of %zu samples: %g %s\n", name, seen->nr,
			   reading == NULL ? (double)NAN : reading->value,
			   reading == NULL || reading->problem == NULL ? "" : reading->problem);
	}
	(void)pthread_mutex_unlock(&seen->lock);
	CHECK(text != NULL);
	return text;
}

static inline void seen_until(struct seen *seen, const char *name, seen_fn is, double limit)
{
	g_free(seen_wait(seen, name, is, limit));
}

/* Of the last sample. */
static inline int64_t seen_at(struct seen *seen)
{
	int64_t at_ms;

	(void)pthread_mutex_lock(&seen->lock);
	at_ms = seen->last->at_ms;
	(void)pthread_mutex_unlock(&seen->lock);
	return at_ms;
}

static inline size_t seen_nr(struct seen *seen)
{
	size_t nr;

	(void)pthread_mutex_lock(&seen->lock);
	nr = seen->nr;
	(void)pthread_mutex_unlock(&seen->lock);
	return nr;
}

#endif /* SEEN_H */
