#include "governor_state.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "pauses.h"
#include "sample.h"
#include "signal.h"

#define TURN_OF_CORE 0.03
#define TURN_LEAST   0.05
#define TURN_MOST    0.25

struct governor *governor_new(int64_t now_ms)
{
	struct governor *governor = g_new0(struct governor, 1);

	governor->gauges = g_ptr_array_new();
	governor->pauses = pauses_new();
	for (int i = 0; i < SIGNAL_NR; i++) {
		g_ptr_array_add(governor->gauges, gauge_new(signal_kinds[i].name));
	}
	governor->ratio = 1;
	governor->period_ms = GOVERNOR_PERIOD_MS;
	governor->since_ms = now_ms;
	governor->decided_ms = now_ms;
	governor_begin(governor, false, now_ms);
	return governor;
}

void governor_free(struct governor *governor)
{
	if (governor == NULL) {
		return;
	}
	for (guint i = 0; i < governor->gauges->len; i++) {
		gauge_free(g_ptr_array_index(governor->gauges, i));
	}
	g_ptr_array_free(governor->gauges, TRUE);
	pauses_free(governor->pauses);
	g_free(governor->hold.text);
	g_free(governor->slow.text);
	g_free(governor->trouble);
	g_free(governor->where);
	g_free(governor->what);
	g_free(governor);
}

static struct gauge *find(const struct governor *governor, const char *name)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		if (strcmp(gauge->name, name) == 0) {
			return gauge;
		}
	}
	return NULL;
}

static struct gauge *get(struct governor *governor, const char *name)
{
	struct gauge *gauge = find(governor, name);

	if (gauge == NULL) {
		gauge = gauge_new(name);
		g_ptr_array_add(governor->gauges, gauge);
	}
	return gauge;
}

void governor_begin(struct governor *governor, bool sampled, int64_t now_ms)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		gauge_begin(g_ptr_array_index(governor->gauges, i), now_ms);
	}
	governor->heard_ms = now_ms;
	governor->is_sampled = sampled;
	governor->is_heard = false;
	governor->is_mute = false;
	governor->is_known = false;
	governor->samples = 0;
	governor->hot_ms = 0;
	governor_trouble(governor, NULL);
}

void governor_renew(struct governor *governor)
{
	governor->samples = 0;
	governor_trouble(governor, NULL);
}

void governor_forget(struct governor *governor, const char *signal, int64_t now_ms)
{
	struct gauge *gauge = find(governor, signal);

	if (gauge != NULL) {
		gauge_begin(gauge, now_ms);
	}
}

void governor_promise(struct governor *governor, const char *signal)
{
	get(governor, signal)->is_promised = true;
}

void governor_trouble(struct governor *governor, const char *problem)
{
	g_free(governor->trouble);
	governor->trouble = g_strdup(problem);
}

/* ---- samples ------------------------------------------------------------------------ */

static const struct reading *first_good(const struct sample *sample)
{
	for (size_t i = 0; i < sample->nr; i++) {
		if (sample->readings[i].problem == NULL) {
			return &sample->readings[i];
		}
	}
	return NULL;
}

/* Nothing good: that takes no signal away, and says why they are all silent. */
static void take_nothing(struct governor *governor, const struct sample *sample)
{
	for (size_t i = 0; i < sample->nr; i++) {
		const struct reading *reading = &sample->readings[i];
		struct gauge *gauge = find(governor, reading->name);

		governor_trouble(governor, reading->problem);
		if (gauge != NULL && gauge->is_there) {
			gauge_missed(gauge, reading->problem);
		}
	}
}

static void set_cores(struct governor *governor, int64_t cores, int64_t now_ms)
{
	if (cores == 0 || cores == governor->cores) {
		return;
	}
	governor->cores = cores;
	for (guint i = 0; i < governor->gauges->len; i++) {
		struct gauge *gauge = g_ptr_array_index(governor->gauges, i);
		struct gauge_change change = gauge->change;

		gauge_set_limits(gauge, &change, cores, now_ms);
	}
}

void governor_works(struct governor *governor, int64_t now_ms)
{
	pace_works(&governor->pace, now_ms);
}

void governor_take(struct governor *governor, const struct sample *sample, int64_t busy,
		   int64_t now_ms)
{
	if (busy > 0) {
		governor_works(governor, now_ms);
	}
	if (first_good(sample) == NULL) {
		take_nothing(governor, sample);
		return;
	}
	governor->heard_ms = now_ms;
	governor->is_heard = true;
	governor->is_mute = false;
	governor->samples++;
	governor->is_known |= governor->samples >= SAMPLES_FIRST;
	governor->pace_ms = governor->period_ms;
	governor_trouble(governor, NULL);
	g_free(governor->where);
	governor->where = g_strdup(sample->where);
	set_cores(governor, sample->cores, now_ms);
	for (size_t i = 0; i < sample->nr; i++) {
		(void)get(governor, sample->readings[i].name);
	}
	for (guint i = 0; i < governor->gauges->len; i++) {
		struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		gauge_take(gauge, sample_find(sample, gauge->name), busy, now_ms);
	}
}

/* ---- what humans want ---------------------------------------------------------------- */

/* Somebody decided: what was hot before need not cool down. */
static void decided_by_human(struct governor *governor)
{
	governor->hot_ms = 0;
}

void governor_reset_limits(struct governor *governor, int64_t now_ms)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		gauge_set_limits(g_ptr_array_index(governor->gauges, i), NULL, governor->cores,
				 now_ms);
	}
	decided_by_human(governor);
}

void governor_set_limits(struct governor *governor, const char *signal,
			 const struct gauge_change *change, int64_t now_ms)
{
	gauge_set_limits(get(governor, signal), change, governor->cores, now_ms);
	decided_by_human(governor);
}

static void set_order(struct order *order, int64_t until_ms, const char *text)
{
	order->until_ms = until_ms;
	g_free(order->text);
	order->text = g_strdup(text);
}

void governor_hold(struct governor *governor, int64_t until_ms, const char *text)
{
	set_order(&governor->hold, until_ms, text);
}

void governor_ratio(struct governor *governor, double ratio, int64_t until_ms, const char *text)
{
	set_order(&governor->slow, until_ms, text);
	governor->ratio = ratio;
}

void governor_exempt(struct governor *governor, const char *signal, int64_t until_ms,
		     const char *reason)
{
	gauge_exempt(get(governor, signal), until_ms, reason);
	decided_by_human(governor);
}

void governor_exempt_none(struct governor *governor)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		gauge_exempt(g_ptr_array_index(governor->gauges, i), 0, NULL);
	}
}

/* ---- the decision --------------------------------------------------------------------- */

static bool is_on(const struct order *order, int64_t now_ms)
{
	return order->until_ms > now_ms;
}

/* Critical before silent before hard; that clients are at work is no trouble yet. */
static int badness(const struct gauge *gauge, enum level level)
{
	static const int by_level[LEVEL_NR] = {
		[LEVEL_SOFT] = 2,
		[LEVEL_HARD] = 3,
		[LEVEL_SILENT] = 4,
		[LEVEL_CRITICAL] = 5,
	};

	return level == LEVEL_SOFT && gauge_is_clients(gauge) ? 1 : by_level[level];
}

static const struct gauge *worst(const struct governor *governor, int64_t now_ms, enum level *level)
{
	const struct gauge *found = NULL;
	int most = 0;

	*level = LEVEL_OK;
	for (guint i = 0; i < governor->gauges->len; i++) {
		const struct gauge *gauge = g_ptr_array_index(governor->gauges, i);
		enum level its;

		if (!governor_heeds(governor, gauge, now_ms)) {
			continue;
		}
		its = gauge_level(gauge);
		if (badness(gauge, its) > most) {
			found = gauge;
			most = badness(gauge, its);
			*level = its;
		}
	}
	return found;
}

static void say(struct governor *governor, struct verdict *verdict, enum throttle_state state,
		const char *cause, char *what)
{
	g_free(governor->what);
	governor->what = what;
	verdict->state = state;
	verdict->cause = cause;
	verdict->what = what;
}

static void say_gauge(struct governor *governor, struct verdict *verdict, const struct gauge *gauge,
		      enum level level)
{
	static const enum throttle_state states[LEVEL_NR] = {
		[LEVEL_SOFT] = THROTTLE_SLOW,
		[LEVEL_HARD] = THROTTLE_PAUSED,
		[LEVEL_SILENT] = THROTTLE_PAUSED,
		[LEVEL_CRITICAL] = THROTTLE_STOPPED,
	};

	say(governor, verdict, states[level], g_intern_string(gauge->name),
	    gauge_format(gauge, level));
	verdict->level = level;
	verdict->limit = level_limit(&gauge->limits, level);
	verdict->value = gauge->track.nr > 0 ? gauge->track.values[0] : SIGNAL_NO_LIMIT;
	verdict->dated_ms = level == LEVEL_SILENT ? gauge_heard_ms(gauge) : gauge->track.since_ms;
	verdict->detail = level == LEVEL_SILENT || gauge->is_silent  ? gauge_problem(gauge)
			  : gauge->kind == &signal_kinds[SIGNAL_LAG] ? governor->where
								     : NULL;
}

/* No sample at all: more than one signal. */
static bool say_silence(struct governor *governor, struct verdict *verdict)
{
	if (!governor->is_mute) {
		return false;
	}
	say(governor, verdict, THROTTLE_PAUSED, "silence", g_strdup("no signal"));
	verdict->level = LEVEL_SILENT;
	verdict->dated_ms = governor->heard_ms;
	verdict->detail = governor->trouble;
	return true;
}

/* Of what has to come nothing has come yet: that is no pause yet, but nothing starts. */
static bool say_wait(struct governor *governor, struct verdict *verdict, int64_t now_ms)
{
	const struct gauge *gauge = governor_awaits(governor, now_ms);

	if (governor->is_sampled && !governor->is_heard) {
		say(governor, verdict, THROTTLE_PAUSED, "silence",
		    g_strdup("waits for the first sample"));
		verdict->dated_ms = governor->heard_ms;
		verdict->detail = governor->trouble;
	} else if (gauge != NULL) {
		say(governor, verdict, THROTTLE_PAUSED, g_intern_string(gauge->name),
		    g_strdup_printf("waits for the first value of signal %s", gauge->name));
		verdict->dated_ms = gauge_heard_ms(gauge);
		verdict->detail = gauge->problem;
	} else {
		return false;
	}
	verdict->level = LEVEL_SILENT;
	verdict->is_wait = true;
	return true;
}

static bool is_hot(const struct governor *governor, int64_t now_ms)
{
	return governor->hot_ms > 0 && now_ms - governor->hot_ms < GOVERNOR_CALM_MS;
}

/* What forbids the next statement; false: nothing does. */
static bool say_pause(struct governor *governor, struct verdict *verdict, int64_t now_ms)
{
	enum level level;
	const struct gauge *gauge = worst(governor, now_ms, &level);

	if (level == LEVEL_CRITICAL || level == LEVEL_HARD) {
		governor->hot_ms = MAX(now_ms, 1);
		governor->hot = g_intern_string(gauge->name);
	}
	if (level == LEVEL_CRITICAL) {
		say_gauge(governor, verdict, gauge, level);
		return true;
	}
	if (is_on(&governor->hold, now_ms)) {
		say(governor, verdict, THROTTLE_PAUSED, "hold", g_strdup(governor->hold.text));
		return true;
	}
	if (say_silence(governor, verdict)) {
		return true;
	}
	if (level == LEVEL_SILENT || level == LEVEL_HARD) {
		say_gauge(governor, verdict, gauge, level);
		return true;
	}
	if (is_hot(governor, now_ms)) {
		say(governor, verdict, THROTTLE_PAUSED, governor->hot,
		    g_strdup_printf("%s was past its limit and must be calm for %d s",
				    governor->hot, GOVERNOR_CALM_MS / 1000));
		return true;
	}
	return false;
}

/* In quarters of a slot: all of them, or a human's share. */
static int64_t most_quarters(const struct governor *governor, int64_t slots_max, int64_t now_ms)
{
	double slots = (double)slots_max * governor->ratio;

	if (!is_on(&governor->slow, now_ms)) {
		return slots_max * AIMD_SLOT;
	}
	if (slots >= 1) {
		return (int64_t)(slots + 0.5) * AIMD_SLOT;
	}
	return MAX((int64_t)(slots * AIMD_SLOT + 0.5), AIMD_LEAST);
}

double governor_turn(int64_t cores)
{
	return cores == 0 ? GOVERNOR_TURN
			  : CLAMP((double)cores * TURN_OF_CORE, TURN_LEAST, TURN_MOST);
}

/* Somebody else's statements come in between: muster takes turns with them. */
static bool yields(const struct governor *governor, int64_t now_ms)
{
	const struct gauge *gauge = g_ptr_array_index(governor->gauges, SIGNAL_CLIENTS);

	return gauge_counts(gauge, now_ms) && gauge->track.level >= LEVEL_SOFT;
}

static void say_soft(struct governor *governor, struct verdict *verdict, const struct gauge *gauge)
{
	g_autofree char *what = NULL;

	say_gauge(governor, verdict, gauge, LEVEL_SOFT);
	verdict->is_courtesy = gauge_is_clients(gauge);
	if (verdict->share < 1) {
		what = g_strdup_printf("%s: %.0f%% of one slot", governor->what,
				       verdict->share * 100);
		say(governor, verdict, THROTTLE_SLOW, verdict->cause, g_steal_pointer(&what));
	}
}

/* How many, and why not all. */
static void say_slots(struct governor *governor, struct verdict *verdict, int64_t now_ms)
{
	enum level level;
	const struct gauge *gauge = worst(governor, now_ms, &level);
	int64_t most = most_quarters(governor, verdict->slots_max, now_ms);
	enum aimd_wish wish = yields(governor, now_ms) ? AIMD_YIELD
			      : level == LEVEL_SOFT    ? AIMD_LESS
						       : AIMD_MORE;
	int64_t quarters = aimd_step(&governor->aimd, wish, most, now_ms);

	verdict->slots = MAX(quarters / AIMD_SLOT, 1);
	verdict->share = wish == AIMD_YIELD ? governor_turn(governor->cores)
					    : MIN((double)quarters / AIMD_SLOT, 1);
	if (level == LEVEL_SOFT) {
		say_soft(governor, verdict, gauge);
	} else if (is_on(&governor->slow, now_ms) && most < verdict->slots_max * AIMD_SLOT) {
		say(governor, verdict, THROTTLE_SLOW, "ratio", g_strdup(governor->slow.text));
	} else if (verdict->slots < verdict->slots_max || verdict->share < 1) {
		say(governor, verdict, THROTTLE_SLOW, "recovery",
		    g_strdup_printf("slots come back one by one: %lld of %lld",
				    (long long)verdict->slots, (long long)verdict->slots_max));
	} else {
		say(governor, verdict, THROTTLE_GO, NULL, NULL);
	}
}

static void count_pause(struct governor *governor, int64_t now_ms)
{
	int64_t ms = now_ms - governor->decided_ms;

	governor->decided_ms = now_ms;
	if (governor->paused_by == NULL || ms <= 0) {
		return;
	}
	pauses_add(governor->pauses, governor->paused_by, ms);
}

static enum pace_need need(const struct governor *governor, int64_t now_ms)
{
	enum pace_need need = is_hot(governor, now_ms) ? PACE_WATCH : PACE_CALM;

	if (governor->samples < SAMPLES_FIRST || governor_awaits(governor, now_ms) != NULL) {
		return PACE_FIRST;
	}
	for (guint i = 0; i < governor->gauges->len; i++) {
		const struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		if (gauge_counts(gauge, now_ms)) {
			need = MAX(need, gauge_need(gauge));
		}
	}
	return need;
}

static int64_t sooner(int64_t at_ms, int64_t other_ms, int64_t now_ms)
{
	if (other_ms <= now_ms) {
		return at_ms; /* it has been */
	}
	return at_ms == 0 ? other_ms : MIN(at_ms, other_ms);
}

static int64_t next(const struct governor *governor, int64_t now_ms)
{
	int64_t silent_ms = governor->heard_ms + governor_silence_ms(governor);
	int64_t at_ms = governor->is_sampled ? sooner(0, silent_ms, now_ms) : 0;

	at_ms = sooner(at_ms, governor->hold.until_ms, now_ms);
	at_ms = sooner(at_ms, governor->slow.until_ms, now_ms);
	if (governor->paused_by == NULL) {
		at_ms = sooner(at_ms, aimd_due(&governor->aimd), now_ms);
	}
	if (governor->hot_ms > 0) {
		at_ms = sooner(at_ms, governor->hot_ms + GOVERNOR_CALM_MS, now_ms);
	}
	for (guint i = 0; i < governor->gauges->len; i++) {
		const struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		at_ms = sooner(at_ms, gauge->exempt_until, now_ms);
		if (gauge_counts(gauge, now_ms)) {
			silent_ms = gauge_heard_ms(gauge) + governor_quiet_ms(governor, gauge);
			at_ms = sooner(at_ms, silent_ms, now_ms);
		}
	}
	return at_ms;
}

void governor_decide(struct governor *governor, int64_t slots_max, int64_t now_ms,
		     struct verdict *verdict)
{
	*verdict = (struct verdict){
		.slots_max = slots_max,
		.share = 1,
		.value = SIGNAL_NO_LIMIT,
		.limit = SIGNAL_NO_LIMIT,
		.is_known = governor->is_known,
	};
	count_pause(governor, now_ms);
	governor_listen(governor, now_ms);
	if (say_pause(governor, verdict, now_ms)) {
		verdict->slots =
			aimd_step(&governor->aimd, AIMD_STOP, slots_max * AIMD_SLOT, now_ms);
		governor->paused_by = verdict->cause;
	} else if (say_wait(governor, verdict, now_ms)) {
		verdict->slots = 0; /* those that there were are there again when it has come */
		governor->paused_by = NULL;
	} else {
		say_slots(governor, verdict, now_ms);
		governor->paused_by = NULL;
	}
	if (verdict->state != governor->state) {
		governor->state = verdict->state;
		governor->since_ms = now_ms;
	}
	governor->period_ms = pace_period_ms(&governor->pace, need(governor, now_ms), now_ms);
	verdict->since_ms = governor->since_ms;
	verdict->period_ms = governor->period_ms;
	verdict->next_ms = next(governor, now_ms);
}

/* ---- what people see ------------------------------------------------------------------- */

static bool is_shown(const struct gauge *gauge)
{
	return gauge_is_expected(gauge) || gauge->is_refused || gauge->kind == NULL;
}

const struct gauge *governor_gauge(const struct governor *governor, size_t index)
{
	for (guint i = 0; i < governor->gauges->len; i++) {
		const struct gauge *gauge = g_ptr_array_index(governor->gauges, i);

		if (is_shown(gauge) && index-- == 0) {
			return gauge;
		}
	}
	return NULL;
}

struct pauses *governor_pauses(const struct governor *governor)
{
	return governor->pauses;
}
