#include "verdict.h"

#include <string.h>

/* The row says less, so it has not run. */
static bool was_not_counted(const struct verdict_facts *facts, size_t at)
{
	return at > facts->done && facts->counted[at];
}

/* Behind this many the row would say more: what follows commits together with it, or counts. */
static size_t last_possible(const struct verdict_facts *facts)
{
	size_t at = facts->done;

	while (at < facts->nr && !was_not_counted(facts, at) &&
	       (facts->evidence[at] == EVIDENCE_SHAPE || facts->evidence[at] == EVIDENCE_RERUN)) {
		at++;
	}
	return at;
}

static bool is_at(const struct verdict_facts *facts, size_t step)
{
	return facts->shapes[step] != NULL && strcmp(facts->shapes[step], facts->now) == 0;
}

static bool all_harmless(const struct verdict_facts *facts, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (facts->evidence[i] != EVIDENCE_RERUN) {
			return false;
		}
	}
	return true;
}

static bool all_known(const struct verdict_facts *facts, size_t from, size_t to)
{
	for (size_t i = from; i <= to; i++) {
		if (facts->shapes[i] == NULL) {
			return false;
		}
	}
	return facts->now != NULL;
}

/*
 * The first step that looks as the schema does counts: what lies between it and another
 * one like it may only be harmless to repeat.
 */
static enum verdict compare(const struct verdict_facts *facts, size_t last, size_t *done)
{
	size_t first = facts->done;
	size_t other;

	while (first <= last && !is_at(facts, first)) {
		first++;
	}
	if (first > last) {
		return VERDICT_FOREIGN;
	}
	*done = first;
	for (other = last; !is_at(facts, other); other--) {
	}
	if (!all_harmless(facts, first, other)) {
		return VERDICT_ALIKE;
	}
	/* the next one shows nothing, and the journal did not know that when it ran */
	if (other == last && last < facts->nr && facts->evidence[last] == EVIDENCE_NONE &&
	    !facts->was_blind[last]) {
		*done = last;
		return VERDICT_ALIKE;
	}
	return VERDICT_CLEAR;
}

enum verdict verdict_find(const struct verdict_facts *facts, size_t *done)
{
	size_t last = last_possible(facts);

	*done = facts->done;
	if (facts->flight == HISTORY_LANDED) {
		return VERDICT_CLEAR;
	}
	if (facts->flight == HISTORY_BLIND) {
		return VERDICT_BLIND;
	}
	if (all_harmless(facts, facts->done, last) &&
	    (last == facts->nr || facts->evidence[last] == EVIDENCE_TRANSACTION ||
	     facts->was_blind[last] || was_not_counted(facts, last))) {
		return VERDICT_CLEAR;
	}
	if (!all_known(facts, facts->done, last)) {
		return VERDICT_UNKNOWN;
	}
	return compare(facts, last, done);
}
