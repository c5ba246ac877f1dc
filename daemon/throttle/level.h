/*
 * level - one signal over time: how bad is it?
 *
 * A level is reached when two of the last three values are past its limit, so that one
 * value alone never does anything, and left when two of them are back below 80 % of it (for a
 * signal that is worse when lower: above 125 %). Limits may change at any time.
 *
 * Pure; times are passed in.
 */
#ifndef LEVEL_H
#define LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVEL_VALUES 3

enum level { LEVEL_OK, LEVEL_SOFT, LEVEL_HARD, LEVEL_CRITICAL, LEVEL_SILENT, LEVEL_NR };

extern const char *const level_names[LEVEL_NR]; /* "ok", "soft", … */

struct level_limits { /* NAN: none */
	double soft;
	double hard;
	double critical;
	bool lower_is_worse;
};

struct level_track {
	double values[LEVEL_VALUES]; /* newest first */
	size_t nr;
	enum level level; /* never LEVEL_SILENT: see governor.h */
	int64_t since_ms; /* when it was reached */
	int64_t at_ms;    /* of the newest value */
};

bool level_has_limit(const struct level_limits *limits);

/* The limit of a level; NAN for LEVEL_OK. */
double level_limit(const struct level_limits *limits, enum level level);

/* The level of one value alone. */
enum level level_of(const struct level_limits *limits, double value);

void level_take(struct level_track *track, const struct level_limits *limits, double value,
		int64_t now_ms);

/* The same values against limits that have changed. */
void level_judge(struct level_track *track, const struct level_limits *limits, int64_t now_ms);

#endif /* LEVEL_H */
