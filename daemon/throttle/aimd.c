#include "aimd.h"

#include <glib.h>

#define LESS_MS 1000
#define MORE_MS 500
#define STEPS   8 /* from nothing to a large limit */

static void set(struct aimd *aimd, int64_t slots, int64_t now_ms)
{
	aimd->slots = slots;
	aimd->changed_ms = now_ms;
}

int64_t aimd_step(struct aimd *aimd, enum aimd_wish wish, int64_t most, int64_t now_ms)
{
	int64_t now = aimd->slots == 0 || aimd->slots > most ? most : aimd->slots;

	switch (wish) {
	case AIMD_STOP:
		set(aimd, 1, now_ms);
		return 0;
	case AIMD_LESS:
		if (aimd->slots == 0 || now_ms - aimd->changed_ms >= LESS_MS) {
			set(aimd, MAX(now / 2, 1), now_ms);
		}
		break;
	case AIMD_MORE:
		if (aimd->slots != 0 && now_ms - aimd->changed_ms >= MORE_MS) {
			set(aimd, now + MAX(most / STEPS, 1), now_ms);
		}
		if (aimd->slots >= most) {
			aimd->slots = 0;
		}
		break;
	}
	return aimd->slots == 0 ? most : MIN(aimd->slots, most);
}

int64_t aimd_due(const struct aimd *aimd)
{
	return aimd->slots == 0 ? 0 : aimd->changed_ms + MORE_MS;
}
