/*
 * aimd - how many slots: fewer by half at once, one more after a while.
 *
 * Between 1 and the limit. Halved when the load asks for it, at most once a second, so that
 * what was halved can show its effect; a step more every half second that nothing asks.
 * After a stop it begins again with 1.
 *
 * Pure; times are passed in.
 */
#ifndef AIMD_H
#define AIMD_H

#include <stdint.h>

struct aimd {
	int64_t slots;      /* 0: as many as there are */
	int64_t changed_ms; /* of the last step */
};

enum aimd_wish { AIMD_MORE, AIMD_LESS, AIMD_STOP };

/* The slots now, 1 to most; 0 with AIMD_STOP. */
int64_t aimd_step(struct aimd *aimd, enum aimd_wish wish, int64_t most, int64_t now_ms);

/* When the next step is due by time alone; 0: none is. */
int64_t aimd_due(const struct aimd *aimd);

#endif /* AIMD_H */
