/*
 * alter_type - does a column of the new type take everything the old one takes?
 *
 * Judged from the words alone. Where a setting decides (a character set that is not
 * said), the answer is about the rest.
 *
 * Pure; any thread.
 */
#ifndef ALTER_TYPE_H
#define ALTER_TYPE_H

#include "alter.h"

enum alter_verdict {
	ALTER_SAME,     /* or wider, in the same kind of value */
	ALTER_NARROWER, /* some values no longer fit */
	ALTER_MOVED,    /* values of an ENUM or SET have other numbers or are gone */
	ALTER_RETYPED,  /* another kind of value */
	ALTER_UNSURE,   /* one of the types is not known */
};

/* why, unless NULL: for MOVED what happened to which value, appended. */
enum alter_verdict alter_compare(const struct alter_type *old, const struct alter_type *now,
				 GString *why);

/* VARCHAR(20), INT UNSIGNED, ENUM('a','b'), appended; long lists are cut. */
void alter_type_format(GString *out, const struct alter_type *type);

#endif /* ALTER_TYPE_H */
