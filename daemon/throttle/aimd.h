/*
 * aimd - how much at once: fewer slots by half at once, one more after a while.
 *
 * Between a quarter of one slot and the limit, in quarters: less than one slot is one that
 * rests after each statement, until the statement was so much of the time. Halved when the
 * load asks for it, at most once a second, so that what was halved can show its effect; the
 * least at once when clients are to have their turns, and what was there before at once when
 * they have gone, as nothing was too much; a step more every half second that nothing asks.
 * After a stop it begins again with one slot.
 *
 * Pure; times are passed in.
 */
#ifndef AIMD_H
#define AIMD_H

#include <stdbool.h>
#include <stdint.h>

#define AIMD_SLOT  4 /* quarters */
#define AIMD_LEAST 1

struct aimd {
	int64_t quarters;   /* 0: as many as there are */
	int64_t changed_ms; /* of the last step */
	bool yields;        /* since a step with AIMD_YIELD */
	int64_t kept;       /* quarters before that */
};

enum aimd_wish { AIMD_MORE, AIMD_LESS, AIMD_YIELD, AIMD_STOP };

/* Quarters of a slot now, AIMD_LEAST to most; 0 with AIMD_STOP. */
int64_t aimd_step(struct aimd *aimd, enum aimd_wish wish, int64_t most, int64_t now_ms);

/* When the next step is due by time alone; 0: none is. */
int64_t aimd_due(const struct aimd *aimd);

#endif /* AIMD_H */
