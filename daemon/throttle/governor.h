/*
 * governor - what the load of one server allows muster to do there.
 *
 * It takes samples and the wishes of humans and answers with a verdict:
 *   go       as many tasks as there are slots
 *   slow     fewer: a signal is past its soft limit, or a human asked for a share; also
 *            while clients are at work, who take turns with muster
 *   paused   no new statement: past a hard limit, silent for three intervals, or held
 *   stopped  past a critical limit: what can be stopped safely is, and rollouts pause
 * What was past a hard limit must be calm for two seconds before it goes on, so that a load that
 * comes and goes does not make it flap. It wants to be told ten times a second while something of
 * muster's runs there or a signal is not calm, else once; a value that is the first past a
 * limit is looked at again at once, so that two of them need not take two periods. A signal that
 * was never given is silent, too, where somebody set a limit for it on this server (gauge.h).
 * Silence ends with a value, or when nobody relies on it any more. Before the first sample, and
 * before the first value of what must come, nothing starts: it waits, which is paused without
 * a pause's consequences (is_wait), until the silence has lasted too long.
 *
 * Pure memory: all times are monotonic and passed in, so that nothing depends on the clock on
 * the wall. One thread at a time.
 */
#ifndef GOVERNOR_H
#define GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gauge.h"
#include "scope.h"

#define GOVERNOR_PERIOD_MS  1000
#define GOVERNOR_FIRST_MS   60
#define GOVERNOR_FAST_MS    100
#define GOVERNOR_AGAIN_MS   20 /* a first value past a limit: was that so for a moment only? */
#define GOVERNOR_CALM_MS    2000
#define GOVERNOR_TURN       0.1  /* see governor_turn */
#define GOVERNOR_SILENCE_MS 1000 /* at least; else three intervals */

enum throttle_state {
	THROTTLE_GO,
	THROTTLE_SLOW,
	THROTTLE_PAUSED,
	THROTTLE_STOPPED,
	THROTTLE_STATE_NR,
};

extern const char *const throttle_state_names[THROTTLE_STATE_NR]; /* "go", "slow", … */

struct governor;
struct pauses;
struct sample;

/* Texts are the governor's, until the next call. */
struct verdict {
	enum throttle_state state;
	int64_t since_ms; /* of the state */
	int64_t slots;
	int64_t slots_max;
	double share;       /* of its time that a slot may use: less than 1 with one slot only */
	int64_t period_ms;  /* how often it wants to be told */
	int64_t next_ms;    /* when it may decide otherwise without a sample; 0: never */
	const char *cause;  /* name of the signal, "hold", "ratio", "silence"; NULL with go */
	const char *what;   /* "threads_running 61 > 32 (hard)"; NULL with go */
	const char *detail; /* why there is no value, which replica; or NULL */
	int64_t dated_ms;   /* since when what is so; 0: it says so itself */
	enum level level;   /* of the signal that decides */
	double value;       /* of that signal, NAN: none does */
	double limit;       /* NAN: none */
	bool is_courtesy;   /* slow only because clients are at work, who feel nothing yet */
	bool is_known;      /* the first samples have come */
	bool is_wait;       /* paused for a moment only, until the first value comes */
};

struct governor *governor_new(int64_t now_ms);
void governor_free(struct governor *governor); /* NULL is fine */
SCOPED_FREE(governor);

/* A sample; busy: statements of muster's own that run there. */
void governor_take(struct governor *governor, const struct sample *sample, int64_t busy,
		   int64_t now_ms);

/* Something of muster's runs there at this moment; also told by governor_take. */
void governor_works(struct governor *governor, int64_t now_ms);

/*
 * Nothing is known again. sampled: samples come from now on, and their silence counts;
 * without, only humans decide. A new governor is not sampled.
 */
void governor_begin(struct governor *governor, bool sampled, int64_t now_ms);

/* Another sampler takes over: the next samples are its first, and what is known stays. */
void governor_renew(struct governor *governor);

/* Nothing is known of this signal again. */
void governor_forget(struct governor *governor, const char *signal, int64_t now_ms);

/* The server has it, until governor_begin: it is waited for, and its silence counts. */
void governor_promise(struct governor *governor, const char *signal);

/* Why no sample can come, for the words; NULL: no reason is known. */
void governor_trouble(struct governor *governor, const char *problem);

/* Limits: first all are the usual ones again, then those that are not. */
void governor_reset_limits(struct governor *governor, int64_t now_ms);
void governor_set_limits(struct governor *governor, const char *signal,
			 const struct gauge_change *change, int64_t now_ms);

/* text: "held by op until 04:00: reason". until_ms 0 ends it. */
void governor_hold(struct governor *governor, int64_t until_ms, const char *text);
void governor_ratio(struct governor *governor, double ratio, int64_t until_ms, const char *text);
void governor_exempt(struct governor *governor, const char *signal, int64_t until_ms,
		     const char *reason);
void governor_exempt_none(struct governor *governor);

/* slots_max: those of the server. */
void governor_decide(struct governor *governor, int64_t slots_max, int64_t now_ms,
		     struct verdict *verdict);

/*
 * "threads_running 61 > 32 (hard) since 03:12:07", ": " and the detail; NULL with go. Owned.
 * wall_ms: what now_ms is on the wall.
 */
char *verdict_reason(const struct verdict *verdict, int64_t now_ms, int64_t wall_ms);

/* The signals that the server has, or refuses to give, by index; NULL behind the last. */
const struct gauge *governor_gauge(const struct governor *governor, size_t index);

/*
 * Which part of the time of one slot muster takes while clients are at work on a host of so
 * many cores (0: not known). One statement of a migration keeps a core busy: the fewer there
 * are, the more of the clients' statements meet it.
 */
double governor_turn(int64_t cores);

/* How long it was paused or stopped, and by what. */
struct pauses *governor_pauses(const struct governor *governor);

#endif /* GOVERNOR_H */
