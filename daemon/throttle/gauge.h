/*
 * gauge - one signal of one server: its limits, its values, who exempted it.
 *
 * Its level is that of its values (level.h), or LEVEL_SILENT when no good value came for
 * too long although there should be one; only a value ends that. It counts while it is expected,
 * has a limit and is not exempt. Expected is what the server has, or must have (replicas that are
 * named must tell their lag); also what it never gave, where somebody has set a limit for this
 * very server, or for all of them and this one refuses to tell.
 *
 * Pure; times are passed in.
 */
#ifndef GAUGE_H
#define GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "level.h"
#include "pace.h"

struct reading;
struct signal_kind;

/* What differs from the usual limits; NAN takes one away. */
struct gauge_change {
	bool is_asked; /* somebody relies on it here */
	bool has_soft;
	bool has_hard;
	bool has_critical;
	double soft;
	double hard;
	double critical;
};

struct gauge {
	char *name;                     /* owned */
	const struct signal_kind *kind; /* NULL: an operator's own */
	bool own_rate;                  /* muster's own statements are in its values */
	struct gauge_change change;
	struct level_limits limits; /* in force */
	struct level_track track;
	bool is_there;        /* the server has it */
	bool is_promised;     /* it must have it */
	bool is_silent;       /* what should have come did not come for too long */
	bool is_refused;      /* it has it, and this account may not see it */
	int64_t expected_ms;  /* since when a good value is waited for; 0: nobody said yet */
	char *problem;        /* owned; why there is no newer value, or NULL */
	int64_t exempt_until; /* 0: it is not */
	char *exempt_reason;  /* owned */
};

struct gauge *gauge_new(const char *name);
void gauge_free(struct gauge *gauge); /* NULL is fine */

/* cores of the server, 0: not known. change NULL: the usual limits. */
void gauge_set_limits(struct gauge *gauge, const struct gauge_change *change, int64_t cores,
		      int64_t now_ms);

/* until_ms 0 ends it. */
void gauge_exempt(struct gauge *gauge, int64_t until_ms, const char *reason);

/* Nothing is known of it: from now on it will be seen whether the server has it. */
void gauge_begin(struct gauge *gauge, int64_t now_ms);

/*
 * What a sample says of it. reading NULL: nothing, and if it was there before, it is late.
 * busy: statements of muster's own that ran then.
 */
void gauge_take(struct gauge *gauge, const struct reading *reading, int64_t busy, int64_t now_ms);

/* Nothing came, and this is why. */
void gauge_missed(struct gauge *gauge, const char *problem);

bool gauge_is_expected(const struct gauge *gauge);
bool gauge_counts(const struct gauge *gauge, int64_t now_ms);
enum level gauge_level(const struct gauge *gauge);

/* No good value has come yet. */
bool gauge_is_new(const struct gauge *gauge);

/* It falls silent when that is so for silence_ms; no longer expected, it is not silent. */
void gauge_listen(struct gauge *gauge, int64_t silence_ms, int64_t now_ms);

/* Statements of clients, whose limit only says that there are some. */
bool gauge_is_clients(const struct gauge *gauge);

/* How soon its next value is wanted. */
enum pace_need gauge_need(const struct gauge *gauge);

/* Why there is no newer value, or NULL. */
const char *gauge_problem(const struct gauge *gauge);

/* When the last good value came, or when it began to be waited for. */
int64_t gauge_heard_ms(const struct gauge *gauge);

/* "threads_running 61 > 32 (hard)"; "signal lag silent". Owned. */
char *gauge_format(const struct gauge *gauge, enum level level);

#endif /* GAUGE_H */
