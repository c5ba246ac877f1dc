/*
 * headway - how far a long look at many tenants has come.
 *
 * Whoever waits for the look owns it and may read it between two turns; it outlives the look. What
 * is expected grows while the look goes on. NULL is nobody who waits. Loop thread only.
 */
#ifndef HEADWAY_H
#define HEADWAY_H

#include <stdint.h>

enum headway_step {
	HEADWAY_READ,  /* tenants: where they stand and what they look like */
	HEADWAY_TRY,   /* classes: what their statements do to an empty copy */
	HEADWAY_BUILD, /* positions: what a release makes from nothing */
	HEADWAY_CHECK, /* tenants: whether their rows fit */
	HEADWAY_NR,
};

extern const char *const headway_names[HEADWAY_NR];

struct headway {
	int64_t total[HEADWAY_NR];
	int64_t done[HEADWAY_NR];
};

/* So many more are to be done. */
void headway_expect(struct headway *headway, enum headway_step step, int64_t nr);

/* So many of them are. */
void headway_take(struct headway *headway, enum headway_step step, int64_t nr);

#endif /* HEADWAY_H */
