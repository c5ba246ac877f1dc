/*
 * shape - what a schema looks like, as a sorted list of facts.
 *
 * A fact says one thing of one object: (object "table users", part "column email", text
 * "varchar(80) not null"). The schema's own name stands in none of them, nor do counters,
 * statistics, or what a server prints differently from day to day: two schemas that
 * do the same look the same, whatever they are called.
 *
 * A fact that is minor (the order of columns, who defined a view, the index that a foreign
 * key brings with it) is shown in a difference but is not part of the fingerprint.
 *
 * Pure; any thread. Reading one from a server: shape_read.h.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"

#define SHAPE_FINGERPRINT_LEN 64

struct shape_fact {
	char *object; /* owned; "schema", "table users", "view v", "trigger t", "procedure p" … */
	char *part;   /* owned; "column id", "index name", "body"; empty: that the object exists */
	char *text;   /* owned */
	bool minor;
};

struct shape {
	struct shape_fact *facts; /* owned; sorted by object, then part; no pair twice */
	size_t nr;
	char fingerprint[SHAPE_FINGERPRINT_LEN + 1]; /* empty: the schema does not exist */
};

void shape_fact_clear(struct shape_fact *fact);
struct shape_fact shape_fact_copy(const struct shape_fact *fact); /* its texts are owned */

void shape_release(struct shape *shape);
SCOPED_RELEASE(shape);

/*
 * Build from facts in any order; takes them and their texts, leaves the array empty. Of
 * two with the same object and part the first stays.
 */
void shape_build(struct shape *shape, GArray *facts);

void shape_copy(struct shape *to, const struct shape *from);

/* NULL: there is none. Borrowed. */
const struct shape_fact *shape_fact(const struct shape *shape, const char *object,
				    const char *part);
/* Its text. */
const char *shape_find(const struct shape *shape, const char *object, const char *part);

/* The fingerprint of one object, "table users"; false: there is none. */
bool shape_fingerprint_of(const struct shape *shape, const char *object,
			  char fingerprint[SHAPE_FINGERPRINT_LEN + 1]);

/* ---- differences --------------------------------------------------------------------- */

struct shape_change {
	const char *object; /* borrowed from the shapes, as all of these */
	const char *part;
	const char *before; /* NULL: it is new */
	const char *after;  /* NULL: it is gone */
	bool minor;
	const struct shape_fact *from; /* the facts themselves, or NULL */
	const struct shape_fact *to;
};

struct shape_diff {
	struct shape_change *changes; /* owned; in the order of the facts */
	size_t nr;
};

void shape_diff_release(struct shape_diff *diff);
SCOPED_RELEASE(shape_diff);

/* Lives no longer than both shapes. */
void shape_diff_make(struct shape_diff *diff, const struct shape *before,
		     const struct shape *after);

/* Nothing differs, or only what is minor. */
bool shape_is_same_but_minor(const struct shape *a, const struct shape *b);

/*
 * One line per change, for people: "table users, column email: varchar(50) not null ->
 * varchar(80) not null". An object that is all new or all gone is one line. At most max
 * lines (0: all), then "… and N more". NULL-terminated, owned (g_strfreev).
 */
char **shape_diff_lines(const struct shape_diff *diff, size_t max);
char *shape_diff_text(const struct shape_diff *diff, size_t max); /* joined by "; "; owned */

/* The same of what is not minor, between two shapes; and of what is. */
char **shape_major_lines(const struct shape *before, const struct shape *after, size_t max);
char **shape_minor_lines(const struct shape *before, const struct shape *after, size_t max);

/* The lines of what differs between two shapes, joined by newlines. Owned. */
char *shape_difference(const struct shape *before, const struct shape *after, size_t max);

/* ---- as text ------------------------------------------------------------------------- */

/* One fact per line, for the store. Owned. */
char *shape_write(const struct shape *shape);
NODISCARD int shape_parse(struct shape *shape, const char *text, struct err *err);

/* What turns before into after: lines with - and +. Empty: nothing. Owned. */
char *shape_delta(const struct shape *before, const struct shape *after);

/*
 * before with a delta; ERR_INVALID when it removes a major fact that is not there. Minor ones
 * may differ. before and after may not be the same.
 */
NODISCARD int shape_apply(struct shape *after, const struct shape *before, const char *delta,
			  struct err *err);

/* ---- what evidence needs -------------------------------------------------------------- */

/*
 * The tables whose engine is not transactional, and the views, tables with triggers, and
 * routines through which one of them may be written. NULL-terminated, owned (g_strfreev).
 */
char **shape_plain_names(const struct shape *shape);

/* Name in lower case -> body, of procedures and functions. Owned. */
GHashTable *shape_routines(const struct shape *shape);

#endif /* SHAPE_H */
