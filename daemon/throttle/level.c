#include "level.h"

#include <math.h>

#include <glib.h>

#include "signal.h"

#define LEAVE_SHARE 0.8
#define ENOUGH      2

const char *const level_names[LEVEL_NR] = { "ok", "soft", "hard", "critical", "silent" };

double level_limit(const struct level_limits *limits, enum level level)
{
	const double by_level[LEVEL_NR] = {
		[LEVEL_OK] = SIGNAL_NO_LIMIT,     [LEVEL_SOFT] = limits->soft,
		[LEVEL_HARD] = limits->hard,      [LEVEL_CRITICAL] = limits->critical,
		[LEVEL_SILENT] = SIGNAL_NO_LIMIT,
	};

	return by_level[level];
}

bool level_has_limit(const struct level_limits *limits)
{
	return !isnan(limits->soft) || !isnan(limits->hard) || !isnan(limits->critical);
}

enum level level_of(const struct level_limits *limits, double value)
{
	for (int level = LEVEL_CRITICAL; level > LEVEL_OK; level--) {
		if (signal_is_past(value, level_limit(limits, (enum level)level),
				   limits->lower_is_worse)) {
			return (enum level)level;
		}
	}
	return LEVEL_OK;
}

/* Where a level is left. Lower ones are shares of a hundred, which must stay reachable. */
static double leave_at(double limit, bool lower_is_worse)
{
	if (lower_is_worse) {
		return limit + MIN(limit / LEAVE_SHARE - limit, (100 - limit) / 2);
	}
	return limit * LEAVE_SHARE;
}

static bool is_reached(const struct level_track *track, double limit, bool lower_is_worse)
{
	int past = 0;

	for (size_t i = 0; i < track->nr; i++) {
		past += signal_is_past(track->values[i], limit, lower_is_worse) ? 1 : 0;
	}
	return past >= ENOUGH;
}

static enum level judged(const struct level_track *track, const struct level_limits *limits)
{
	for (int level = LEVEL_CRITICAL; level > LEVEL_OK; level--) {
		double limit = level_limit(limits, (enum level)level);
		bool is_held = (enum level)level <= track->level;

		if (is_held) {
			limit = leave_at(limit, limits->lower_is_worse);
		}
		if (is_reached(track, limit, limits->lower_is_worse)) {
			return (enum level)level;
		}
	}
	return LEVEL_OK;
}

void level_judge(struct level_track *track, const struct level_limits *limits, int64_t now_ms)
{
	enum level level = judged(track, limits);

	if (level != track->level) {
		track->level = level;
		track->since_ms = now_ms;
	}
}

void level_take(struct level_track *track, const struct level_limits *limits, double value,
		int64_t now_ms)
{
	for (size_t i = LEVEL_VALUES - 1; i > 0; i--) {
		track->values[i] = track->values[i - 1];
	}
	track->values[0] = value;
	track->nr = MIN(track->nr + 1, (size_t)LEVEL_VALUES);
	track->at_ms = now_ms;
	level_judge(track, limits, now_ms);
}
