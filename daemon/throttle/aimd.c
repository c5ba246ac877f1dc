#include "aimd.h"

#include <glib.h>

#define LESS_MS 1000
#define MORE_MS 500
#define STEPS   8 /* from nothing to a large limit */

static void set(struct aimd *aimd, int64_t quarters, int64_t now_ms)
{
	aimd->quarters = quarters;
	aimd->changed_ms = now_ms;
}

/* Whole slots but for what is less than one. */
static int64_t half(int64_t quarters)
{
	int64_t half = quarters / 2;

	return half > AIMD_SLOT ? half - half % AIMD_SLOT : MAX(half, AIMD_LEAST);
}

static int64_t more(int64_t quarters, int64_t most)
{
	if (quarters < AIMD_SLOT) {
		return quarters * 2;
	}
	return quarters + MAX(most / AIMD_SLOT / STEPS, 1) * AIMD_SLOT;
}

int64_t aimd_step(struct aimd *aimd, enum aimd_wish wish, int64_t most, int64_t now_ms)
{
	int64_t now = aimd->quarters == 0 || aimd->quarters > most ? most : aimd->quarters;
	bool yielded = aimd->yields;

	aimd->yields = false;
	switch (wish) {
	case AIMD_STOP:
		set(aimd, AIMD_SLOT, now_ms);
		return 0;
	case AIMD_YIELD:
		aimd->kept = yielded ? aimd->kept : aimd->quarters;
		aimd->yields = true;
		set(aimd, AIMD_LEAST, now_ms);
		break;
	case AIMD_LESS:
		if (aimd->quarters == 0 || now_ms - aimd->changed_ms >= LESS_MS) {
			set(aimd, half(now), now_ms);
		}
		break;
	case AIMD_MORE:
		if (yielded) {
			set(aimd, aimd->kept, now_ms);
		} else if (aimd->quarters != 0 && now_ms - aimd->changed_ms >= MORE_MS) {
			set(aimd, more(now, most), now_ms);
		}
		if (aimd->quarters >= most) {
			aimd->quarters = 0;
		}
		break;
	}
	return aimd->quarters == 0 ? most : MIN(aimd->quarters, most);
}

int64_t aimd_due(const struct aimd *aimd)
{
	return aimd->quarters == 0 ? 0 : aimd->changed_ms + MORE_MS;
}
