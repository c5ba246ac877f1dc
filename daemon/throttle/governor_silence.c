#include "governor_state.h"

#define SILENT_PERIODS 3

int64_t governor_silence_ms(const struct governor *governor)
{
	int64_t period_ms = MAX(governor->period_ms, governor->pace_ms);
	bool is_new = governor->samples < SAMPLES_FIRST;

	return MAX(SILENT_PERIODS * (is_new ? GOVERNOR_PERIOD_MS : period_ms),
		   (int64_t)GOVERNOR_SILENCE_MS);
}

int64_t governor_quiet_ms(const struct governor *governor, const struct gauge *gauge)
{
	int64_t silence_ms = governor_silence_ms(governor);
	bool is_slow = gauge->kind == NULL || gauge->is_promised || gauge->is_there;

	/* a built-in signal that the first samples do not have is one that it does not give */
	return is_slow && gauge_is_new(gauge)
		       ? MAX(silence_ms, (int64_t)SILENT_PERIODS * GOVERNOR_PERIOD_MS)
		       : silence_ms;
}

void governor_listen(struct governor *governor, int64_t now_ms)
{
	if (governor->is_sampled && now_ms - governor->heard_ms >= governor_silence_ms(governor)) {
		governor->is_mute = true;
	}
	for (guint i = 0; i < governor->gauges->len; i++) {
		struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		gauge_listen(gauge, governor_quiet_ms(governor, gauge), now_ms);
	}
}

bool governor_heeds(const struct governor *governor, const struct gauge *gauge, int64_t now_ms)
{
	return gauge_counts(gauge, now_ms) && (gauge->is_there || governor->is_sampled);
}

const struct gauge *governor_awaits(const struct governor *governor, int64_t now_ms)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		const struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		if (governor->is_sampled && gauge_is_new(gauge) && !gauge->is_silent &&
		    governor_heeds(governor, gauge, now_ms)) {
			return gauge;
		}
	}
	return NULL;
}
