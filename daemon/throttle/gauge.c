#include "gauge.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "sample.h"
#include "signal.h"

struct gauge *gauge_new(const char *name)
{
	struct gauge *gauge = g_new0(struct gauge, 1);
	int id = signal_find(name);

	gauge->name = g_strdup(name);
	gauge->kind = id < 0 ? NULL : &signal_kinds[id];
	gauge->own_rate = id == SIGNAL_THREADS_RUNNING;
	gauge_set_limits(gauge, NULL, 0, 0);
	return gauge;
}

void gauge_free(struct gauge *gauge)
{
	if (gauge == NULL) {
		return;
	}
	g_free(gauge->name);
	g_free(gauge->problem);
	g_free(gauge->exempt_reason);
	g_free(gauge);
}

/* What says go or stop has a limit without being told. */
static void usual(const struct gauge *gauge, int64_t cores, struct level_limits *limits)
{
	bool is_switch =
		g_str_has_prefix(gauge->name, "http:") || g_str_has_prefix(gauge->name, "file:");
	double factor = 1;

	if (gauge->kind == NULL) {
		*limits = (struct level_limits){
			.soft = SIGNAL_NO_LIMIT,
			.hard = is_switch ? 0 : SIGNAL_NO_LIMIT,
			.critical = SIGNAL_NO_LIMIT,
		};
		return;
	}
	if (gauge->kind->per_core && cores > SIGNAL_CORES) {
		factor = (double)cores / SIGNAL_CORES;
	}
	*limits = (struct level_limits){
		.soft = gauge->kind->soft * factor,
		.hard = gauge->kind->hard * factor,
		.critical = gauge->kind->critical * factor,
		.lower_is_worse = gauge->kind->lower_is_worse,
	};
}

void gauge_set_limits(struct gauge *gauge, const struct gauge_change *change, int64_t cores,
		      int64_t now_ms)
{
	struct level_limits *limits = &gauge->limits;

	gauge->change = change != NULL ? *change : (struct gauge_change){ 0 };
	gauge->expected_ms = gauge->expected_ms == 0 ? now_ms : gauge->expected_ms;
	usual(gauge, cores, limits);
	limits->soft = gauge->change.has_soft ? gauge->change.soft : limits->soft;
	limits->hard = gauge->change.has_hard ? gauge->change.hard : limits->hard;
	limits->critical = gauge->change.has_critical ? gauge->change.critical : limits->critical;
	level_judge(&gauge->track, limits, now_ms);
}

void gauge_exempt(struct gauge *gauge, int64_t until_ms, const char *reason)
{
	gauge->exempt_until = until_ms;
	g_free(gauge->exempt_reason);
	gauge->exempt_reason = g_strdup(reason);
}

void gauge_missed(struct gauge *gauge, const char *problem)
{
	if (g_strcmp0(gauge->problem, problem) != 0) {
		g_free(gauge->problem);
		gauge->problem = g_strdup(problem);
	}
}

void gauge_begin(struct gauge *gauge, int64_t now_ms)
{
	gauge->is_there = false;
	gauge->is_promised = false;
	gauge->is_silent = false;
	gauge->is_refused = false;
	gauge->expected_ms = now_ms;
	gauge->track = (struct level_track){ 0 };
	gauge_missed(gauge, NULL);
}

void gauge_take(struct gauge *gauge, const struct reading *reading, int64_t busy, int64_t now_ms)
{
	double own = gauge->own_rate ? (double)busy : 0;

	if (reading == NULL) {
		return;
	}
	gauge->is_refused = reading->is_refused;
	if (reading->is_refused && !gauge->is_there) {
		gauge_missed(gauge, reading->problem);
		return;
	}
	if (!gauge->is_there) {
		gauge->is_there = true;
		gauge->expected_ms = now_ms;
	}
	if (reading->problem != NULL || isnan(reading->value)) {
		gauge_missed(gauge,
			     reading->problem != NULL ? reading->problem : "it has no value");
		return;
	}
	gauge_missed(gauge, NULL);
	gauge->is_silent = false;
	level_take(&gauge->track, &gauge->limits, MAX(reading->value - own, 0), now_ms);
}

static bool is_set(bool has, double limit)
{
	return has && !isnan(limit);
}

/* Some limit is not the usual one, and not taken away. */
static bool is_changed(const struct gauge_change *change)
{
	return is_set(change->has_soft, change->soft) || is_set(change->has_hard, change->hard) ||
	       is_set(change->has_critical, change->critical);
}

bool gauge_is_expected(const struct gauge *gauge)
{
	return gauge->is_there || gauge->is_promised ||
	       (gauge->change.is_asked && level_has_limit(&gauge->limits)) ||
	       (gauge->is_refused && is_changed(&gauge->change));
}

const char *gauge_problem(const struct gauge *gauge)
{
	if (gauge->problem == NULL && !gauge->is_there && gauge_is_expected(gauge)) {
		return gauge->is_silent ? "this server does not give it" : "no value has come yet";
	}
	return gauge->problem;
}

bool gauge_counts(const struct gauge *gauge, int64_t now_ms)
{
	return gauge_is_expected(gauge) && level_has_limit(&gauge->limits) &&
	       gauge->exempt_until <= now_ms;
}

int64_t gauge_heard_ms(const struct gauge *gauge)
{
	return gauge->track.nr > 0 ? MAX(gauge->track.at_ms, gauge->expected_ms)
				   : gauge->expected_ms;
}

bool gauge_is_new(const struct gauge *gauge)
{
	return gauge->track.nr == 0;
}

void gauge_listen(struct gauge *gauge, int64_t silence_ms, int64_t now_ms)
{
	if (!gauge_is_expected(gauge)) {
		gauge->is_silent = false;
	} else if (now_ms - gauge_heard_ms(gauge) >= silence_ms) {
		gauge->is_silent = true;
	}
}

enum level gauge_level(const struct gauge *gauge)
{
	/* what was critical does not become less by falling silent */
	return gauge->is_silent && gauge->track.level < LEVEL_CRITICAL ? LEVEL_SILENT
								       : gauge->track.level;
}

bool gauge_is_clients(const struct gauge *gauge)
{
	return gauge->kind == &signal_kinds[SIGNAL_CLIENTS];
}

/* Clients that work as they did are what every day is like: only that it changes is news. */
static bool is_restless(const struct gauge *gauge, enum level newest)
{
	bool is_level = gauge->track.level != LEVEL_OK;
	bool is_past = newest != LEVEL_OK;

	return gauge_is_clients(gauge) && gauge->track.level <= LEVEL_SOFT ? is_level != is_past
									   : is_level || is_past;
}

static enum level level_at(const struct gauge *gauge, size_t age)
{
	return age < gauge->track.nr ? level_of(&gauge->limits, gauge->track.values[age])
				     : LEVEL_OK;
}

enum pace_need gauge_need(const struct gauge *gauge)
{
	enum level newest = level_at(gauge, 0);
	bool may_be_hard = gauge->track.level < LEVEL_HARD && !isnan(gauge->limits.hard);

	if (newest >= LEVEL_HARD && newest > gauge->track.level) {
		return PACE_AGAIN;
	}
	if (may_be_hard && (newest == LEVEL_SOFT || level_at(gauge, 1) >= LEVEL_HARD)) {
		return PACE_STIR;
	}
	return is_restless(gauge, newest) ? PACE_WATCH : PACE_CALM;
}

char *gauge_format(const struct gauge *gauge, enum level level)
{
	char value[SIGNAL_VALUE_MAX];
	char limit[SIGNAL_VALUE_MAX];
	double at = level_limit(&gauge->limits, level);
	bool is_past;

	if (level == LEVEL_SILENT) {
		return g_strdup_printf("signal %s silent", gauge->name);
	}
	is_past = signal_is_past(gauge->track.values[0], at, gauge->limits.lower_is_worse);
	(void)signal_value_format(value, gauge->track.values[0]);
	(void)signal_value_format(limit, at);
	return g_strdup_printf("%s %s %s %s (%s)", gauge->name, value,
			       !is_past                       ? "near"
			       : gauge->limits.lower_is_worse ? "<"
							      : ">",
			       limit, level_names[level]);
}
