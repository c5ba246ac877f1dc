/*
 * pace - how often the load of a server is read.
 *
 * Once a second; ten times while something of muster's runs there, and for a second behind it,
 * since one task follows the other; and while a signal is not calm. The first samples come
 * quickly, and a value that is the first past a hard limit is looked at again at once: that takes
 * two values, which need not be two periods apart. So is one past a soft limit, for a quarter
 * of a second and every two seconds at most: what a server runs at one moment says little of the
 * next, and a flood is seen by half of the looks. The milliseconds are those of governor.h.
 *
 * Pure; times are passed in.
 */
#ifndef PACE_H
#define PACE_H

#include <stdint.h>

/* What the signals ask for, the more urgent the later. */
enum pace_need {
	PACE_CALM,  /* nothing */
	PACE_WATCH, /* one of them is not calm, or was not a moment ago */
	PACE_STIR,  /* one is past its soft limit, or was past its hard one a moment ago */
	PACE_AGAIN, /* one is past a hard limit for the first time */
	PACE_FIRST, /* too few samples to say anything */
	PACE_NR,
};

struct pace { /* the empty value: nothing of muster's ran there yet */
	int64_t works_ms;
	int64_t stirred_ms; /* when it began to look closely for that; 0: never */
};

/* Something of muster's runs there at this moment. */
void pace_works(struct pace *pace, int64_t now_ms);

/* Between two samples. */
int64_t pace_period_ms(struct pace *pace, enum pace_need need, int64_t now_ms);

#endif /* PACE_H */
