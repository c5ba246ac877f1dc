#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "verdict.h"

/*
 * One statement a letter: S changes the schema, T commits with its row, R may be repeated,
 * N shows nothing and was known to, n shows nothing and was not known to, C is an S in front
 * of which the row counts. Shapes: one letter a step, "-" is not known.
 */
/* clang-format off */
static const struct {
	const char *what;
	const char *statements; const char *shapes; size_t done; enum history_flight flight; char now;
	enum verdict verdict; size_t at;
} cases[] = {
	{ "nothing was in flight",            "SS",  "abc",  1, HISTORY_LANDED,  'x', VERDICT_CLEAR,   1 },
	{ "none took effect",                 "SSS", "abcd", 0, HISTORY_VISIBLE, 'a', VERDICT_CLEAR,   0 },
	{ "one took effect",                  "SSS", "abcd", 0, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "all took effect",                  "SSS", "abcd", 0, HISTORY_VISIBLE, 'd', VERDICT_CLEAR,   3 },
	{ "counted from what is known",       "SSS", "abcd", 1, HISTORY_VISIBLE, 'c', VERDICT_CLEAR,   2 },
	{ "what is known is not undone",      "SSS", "abcd", 1, HISTORY_VISIBLE, 'a', VERDICT_FOREIGN, 1 },
	{ "the schema is foreign",            "SSS", "abcd", 0, HISTORY_VISIBLE, 'x', VERDICT_FOREIGN, 0 },
	{ "what commits with its row stops",  "STS", "abbc", 0, HISTORY_VISIBLE, 'c', VERDICT_FOREIGN, 0 },
	{ "up to what commits with its row",  "STS", "abbc", 0, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "the covered one did nothing",      "TS",  "aab",  0, HISTORY_VISIBLE, 'x', VERDICT_CLEAR,   0 },
	{ "only harmless ones",               "RR",  "---",  0, HISTORY_VISIBLE, 0,   VERDICT_CLEAR,   0 },
	{ "harmless ones are repeated",       "SRS", "abbc", 0, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "made and unmade",                  "SS",  "aba",  0, HISTORY_VISIBLE, 'a', VERDICT_ALIKE,   0 },
	{ "in the middle of made and unmade", "SS",  "aba",  0, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "it was blind",                     "NS",  "aab",  0, HISTORY_BLIND,   'a', VERDICT_BLIND,   0 },
	{ "before it is unmade, and counted", "SC",  "aba",  0, HISTORY_VISIBLE, 'a', VERDICT_CLEAR,   0 },
	{ "unmade, and counted",             "SC",  "aba",  1, HISTORY_VISIBLE, 'a', VERDICT_CLEAR,   2 },
	{ "counted, and not unmade",         "SC",  "aba",  1, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "made once more, and counted",     "SCC", "abab", 1, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "before one known to be blind",     "SNS", "abbc", 0, HISTORY_VISIBLE, 'b', VERDICT_CLEAR,   1 },
	{ "before one not known to be blind", "SnS", "abbc", 0, HISTORY_VISIBLE, 'b', VERDICT_ALIKE,   1 },
	{ "long before it",                   "SnS", "abbc", 0, HISTORY_VISIBLE, 'a', VERDICT_CLEAR,   0 },
	{ "no chain",                         "SS",  "---",  0, HISTORY_VISIBLE, 'a', VERDICT_UNKNOWN, 0 },
	{ "the chain ends too early",         "SS",  "ab-",  0, HISTORY_VISIBLE, 'a', VERDICT_UNKNOWN, 0 },
	{ "the schema could not be read",     "SS",  "abc",  0, HISTORY_VISIBLE, 0,   VERDICT_UNKNOWN, 0 },
	{ "behind the last",                  "SS",  "abc",  2, HISTORY_VISIBLE, 'c', VERDICT_CLEAR,   2 },
};

static const char *const letters[] = { "a", "b", "c", "d", "x" };

/* clang-format on */

static const char *text_of(char letter)
{
	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++) {
		if (letters[i][0] == letter) {
			return letters[i];
		}
	}
	return NULL;
}

static enum evidence evidence_of_letter(char letter)
{
	switch (letter) {
	case 'S':
	case 'C':
		return EVIDENCE_SHAPE;
	case 'T':
		return EVIDENCE_TRANSACTION;
	case 'R':
		return EVIDENCE_RERUN;
	default:
		return EVIDENCE_NONE;
	}
}

static void each_crash_is_judged_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		enum evidence evidence[8];
		bool was_blind[8];
		bool counted[8];
		const char *shapes[9];
		struct verdict_facts facts = {
			.nr = strlen(cases[i].statements),
			.evidence = evidence,
			.was_blind = was_blind,
			.counted = counted,
			.shapes = shapes,
			.done = cases[i].done,
			.flight = cases[i].flight,
			.now = text_of(cases[i].now),
		};
		enum verdict verdict;
		size_t at;

		for (size_t k = 0; k <= facts.nr; k++) {
			shapes[k] = text_of(cases[i].shapes[k]);
		}
		for (size_t k = 0; k < facts.nr; k++) {
			evidence[k] = evidence_of_letter(cases[i].statements[k]);
			was_blind[k] = cases[i].statements[k] == 'N';
			counted[k] = cases[i].statements[k] == 'C';
		}
		verdict = verdict_find(&facts, &at);
		if (verdict != cases[i].verdict || at != cases[i].at) {
			fail_msg("%s: verdict %d at %zu, not %d at %zu", cases[i].what,
				 (int)verdict, at, (int)cases[i].verdict, cases[i].at);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_crash_is_judged_right),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
