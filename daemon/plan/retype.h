/*
 * retype - does a change of columns keep old and new application code apart?
 *
 * A column that becomes of another kind (a number a text, a text a date) or narrower is read and
 * written otherwise by the two: what the new one needs the old one breaks. A wider one serves
 * both. Pure; any thread.
 */
#ifndef RETYPE_H
#define RETYPE_H

#include <stdbool.h>

struct shape;

/* Of one column, as shapes write types: "varchar(80) not null", "int unsigned". */
bool retype_is_break(const char *now, const char *then);

/* Of some column of the table that is there before and after. */
bool retype_breaks(const struct shape *before, const struct shape *after, const char *table);

#endif /* RETYPE_H */
