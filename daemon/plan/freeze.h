/*
 * freeze - a time in which nothing may be migrated: "2026-12-24 until 2027-01-02: holidays".
 *
 *   freeze = [ [ moment ] "until" ] moment [ ": " reason ]
 *   moment = YYYY-MM-DD [ (" " | "T") HH:MM[:SS] ] [ "Z" | [ " " ] zone ]
 *
 * Without its begin it begins now. A date alone is its midnight; without a zone the begin
 * takes that of the end, and the end is in UTC. Where a clock is set back it lasts the longer
 * of the two; an end in an hour that is skipped is the end of that hour.
 *
 * Wall milliseconds since 1970 (UTC). Pure.
 */
#ifndef FREEZE_H
#define FREEZE_H

#include <stdint.h>

#include "err.h"

struct freeze {
	int64_t from_ms;
	int64_t until_ms;
	char *reason; /* owned; NULL: the text gives none */
};

/* ERR_INVALID in one sentence that names the wrong word; also when the end is over at now_ms. */
NODISCARD int freeze_parse(const char *text, int64_t now_ms, struct freeze *freeze,
			   struct err *err);
void freeze_release(struct freeze *freeze);
SCOPED_RELEASE(freeze);

#endif /* FREEZE_H */
