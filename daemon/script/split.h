/*
 * split - script_parse with what the release reader needs beside it.
 *
 * script.h holds the promise. Here are the starting modes (release.cfg's sql_mode decides
 * how quotes are read) and the marks: the comments that may be directives.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "lex.h"
#include "script.h"

/* A line comment that may be a directive. */
struct split_mark {
	size_t at; /* offset in the text */
	size_t len;
	unsigned line;
	unsigned column;
	size_t statement; /* index of the next statement; how many stand before it */
	bool alone;       /* on a line of its own, between statements */
};

struct split_source {
	const char *name; /* for messages */
	const char *text;
	size_t len;
	unsigned modes; /* those of enum lex_mode the session begins with */
};

/* As script_parse. marks gets struct split_mark appended and may be NULL. */
NODISCARD int split_text(struct script *script, const struct split_source *source, GArray *marks,
			 struct err *err);

/* Move on from *line, *column over text[0..len): newlines, and characters of UTF-8. */
void split_advance(unsigned *line, unsigned *column, const char *text, size_t len);

#endif /* SPLIT_H */
