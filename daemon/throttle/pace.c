#include "pace.h"

#include <glib.h>

#include "governor.h"

#define LINGER_MS 1000

void pace_works(struct pace *pace, int64_t now_ms)
{
	pace->works_ms = MAX(now_ms, 1);
}

int64_t pace_period_ms(const struct pace *pace, enum pace_need need, int64_t now_ms)
{
	static const int64_t by_need[PACE_NR] = {
		[PACE_CALM] = GOVERNOR_PERIOD_MS,
		[PACE_WATCH] = GOVERNOR_FAST_MS,
		[PACE_AGAIN] = GOVERNOR_AGAIN_MS,
		[PACE_FIRST] = GOVERNOR_FIRST_MS,
	};
	bool works = pace->works_ms > 0 && now_ms - pace->works_ms < LINGER_MS;

	return by_need[need == PACE_CALM && works ? PACE_WATCH : need];
}
