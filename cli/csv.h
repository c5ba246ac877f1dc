/*
 * csv - RFC 4180 text, cut into rows that know where they stand.
 *
 * Fields are divided by commas, rows by LF or CRLF; a field in double quotes may hold
 * both, and "" for a quote. A UTF-8 byte order mark in front and empty lines are passed
 * over. Any thread.
 */
#ifndef CSV_H
#define CSV_H

#include <stddef.h>

#include <glib.h>

#include "err.h"

struct csv_field {
	char *text;      /* owned */
	unsigned line;   /* of its first letter, from 1 */
	unsigned column; /* in letters, from 1 */
};

struct csv_row {
	GArray *fields; /* owned; of struct csv_field */
};

struct csv {
	GPtrArray *rows; /* owned; of struct csv_row */
};

/*
 * Cut text. Every line that is broken is told to problem (line, column, sentence) and
 * left out; the rest is read on.
 */
typedef void (*csv_problem_fn)(unsigned line, unsigned column, const char *what, void *ctx);

void csv_parse(struct csv *csv, const char *text, csv_problem_fn problem, void *ctx);
void csv_release(struct csv *csv);
SCOPED_RELEASE(csv);

static inline size_t csv_row_nr(const struct csv_row *row)
{
	return row->fields->len;
}

static inline const struct csv_field *csv_row_field(const struct csv_row *row, size_t i)
{
	return &g_array_index(row->fields, struct csv_field, i);
}

/* Write one field, in quotes when it must be. */
void csv_append(GString *out, const char *field);

#endif /* CSV_H */
