#include "pace.h"

#include <glib.h>

#include "governor.h"

#define LINGER_MS    1000
#define STIR_MS      250
#define STIR_REST_MS 2000

void pace_works(struct pace *pace, int64_t now_ms)
{
	pace->works_ms = MAX(now_ms, 1);
}

/* For a moment only, and not again too soon. */
static bool looks_closely(struct pace *pace, int64_t now_ms)
{
	if (pace->stirred_ms == 0 || now_ms - pace->stirred_ms >= STIR_REST_MS) {
		pace->stirred_ms = MAX(now_ms, 1);
	}
	return now_ms - pace->stirred_ms < STIR_MS;
}

int64_t pace_period_ms(struct pace *pace, enum pace_need need, int64_t now_ms)
{
	static const int64_t by_need[PACE_NR] = {
		[PACE_CALM] = GOVERNOR_PERIOD_MS, [PACE_WATCH] = GOVERNOR_FAST_MS,
		[PACE_STIR] = GOVERNOR_AGAIN_MS,  [PACE_AGAIN] = GOVERNOR_AGAIN_MS,
		[PACE_FIRST] = GOVERNOR_FIRST_MS,
	};
	bool works = pace->works_ms > 0 && now_ms - pace->works_ms < LINGER_MS;

	if (need == PACE_CALM && works) {
		return by_need[PACE_WATCH];
	}
	if (need == PACE_STIR && !looks_closely(pace, now_ms)) {
		return by_need[PACE_WATCH];
	}
	return by_need[need];
}
