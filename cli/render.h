/*
 * render - answers as tables, CSV, names or JSON.
 *
 * A view says for one message which columns people see. Columns name fields of the
 * message; the few that need words of their own have a function. JSON is the daemon's
 * own; CSV holds every column with the field's name and its value as it is on the wire.
 * Tables are aligned; lines are cut only to fit a terminal. Any thread.
 */
#ifndef RENDER_H
#define RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "wire.h"

enum render_output {
	RENDER_TABLE,
	RENDER_WIDE,
	RENDER_JSON,
	RENDER_JSONL,
	RENDER_CSV,
	RENDER_NAME,
	RENDER_OUTPUT_NR,
};

extern const char *const render_output_names[RENDER_OUTPUT_NR];

enum {
	COLUMN_WIDE = 1,   /* only with -o wide and csv */
	COLUMN_RIGHT = 2,  /* numbers */
	COLUMN_FLEX = 4,   /* gives way when the terminal is narrow */
	COLUMN_STATE = 8,  /* coloured by its word */
	COLUMN_TIME = 16,  /* RFC 3339, shown in local time */
	COLUMN_BYTES = 32, /* a size */
	COLUMN_HIDE = 64,  /* only csv */
};

struct column {
	const char *title; /* NULL ends a table */
	const char *field; /* name in JSON and CSV */
	unsigned flags;
	void (*get)(GString *out, const void *item); /* NULL: the field itself */
};

struct view {
	const struct wire_type *type;
	const struct column *columns;
	void (*name)(GString *out, const void *item); /* NULL: the first column's field */
};

struct style {
	enum render_output output;
	size_t width; /* of the terminal; 0: not a terminal */
	bool color;
	bool fine;    /* the terminal has more than ASCII */
	bool no_head; /* CSV: further rows of what has its head already */
};

/* Ends with a newline unless there is nothing at all. */
void render_list(GString *out, const struct view *view, const struct wire_list *list,
		 const struct style *style);

/* One item: a line for each column. Empty ones are left out but with wide. */
void render_item(GString *out, const struct view *view, const void *item,
		 const struct style *style);

/* One field as text, as CSV has it. */
void render_field(GString *out, const struct wire_type *type, const char *field, const void *item);

/* The colour that a state has, "" for none; and the end of it. */
const char *render_color(const char *state, const struct style *style);
const char *render_plain(const struct style *style);

/* k=v,k=v */
void render_labels(GString *out, const struct wire_labels *labels);

#endif /* RENDER_H */
