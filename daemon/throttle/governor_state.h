/*
 * governor_state - what a governor holds. Not for other modules than governor*.c.
 */
#ifndef GOVERNOR_STATE_H
#define GOVERNOR_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "aimd.h"
#include "governor.h"
#include "pace.h"

#define SAMPLES_FIRST 3 /* that come fast: a level takes two values, a rate two samples each */

struct order { /* of a human */
	int64_t until_ms;
	char *text; /* owned */
};

struct governor {
	GPtrArray *gauges;     /* struct gauge *, owned; those of signal.h first */
	struct pauses *pauses; /* owned */
	struct order hold;
	struct order slow;
	double ratio;
	struct aimd aimd;
	struct pace pace;
	int64_t cores;
	int64_t heard_ms; /* of the last sample with something good in it */
	bool is_sampled;
	bool is_heard;         /* such a sample has come since it began */
	bool is_mute;          /* none came for too long: only one ends that */
	bool is_known;         /* enough of them have come since it began */
	size_t samples;        /* good ones, of this sampler */
	char *trouble;         /* owned */
	char *where;           /* owned; the replica that is furthest behind, or NULL */
	int64_t hot_ms;        /* last moment past a hard limit; 0: long ago */
	const char *hot;       /* which signal that was; interned */
	const char *paused_by; /* what the last verdict was paused by; interned */
	int64_t period_ms;     /* last wanted */
	int64_t pace_ms;    /* what was wanted when the last sample came: the next may be as late */
	int64_t decided_ms; /* last decision */
	enum throttle_state state;
	int64_t since_ms;
	char *what; /* owned; of the last verdict */
};

/* ---- governor_silence.c: what should have come, and has not --------------------------- */

/* After how long without a good sample there is no signal. */
int64_t governor_silence_ms(const struct governor *governor);

/* The same for one signal: one that never came has three calm intervals. */
int64_t governor_quiet_ms(const struct governor *governor, const struct gauge *gauge);

/* Who has been quiet for so long falls silent, and stays so until a value comes. */
void governor_listen(struct governor *governor, int64_t now_ms);

/* It may decide: without samples only where somebody's signal was there before. */
bool governor_heeds(const struct governor *governor, const struct gauge *gauge, int64_t now_ms);

/* The first signal that has to come, has not yet, and is not silent; NULL: none. */
const struct gauge *governor_awaits(const struct governor *governor, int64_t now_ms);

#endif /* GOVERNOR_STATE_H */
