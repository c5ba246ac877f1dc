/*
 * findings - what lint found, for people and for programs.
 *
 * In front of each file stands the folder as it was given, so that a place can be opened.
 * The JSON of one finding: code, name, level, file, line, column, message, help. One thread.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <stdint.h>

#include <glib.h>

#include "lint.h"
#include "render.h"
#include "wire.h"

struct finding {
	char *code;
	char *name;
	char *level;
	char *file;     /* the folder, when no file is to blame */
	int64_t line;   /* 0: no place */
	int64_t column; /* 0: the line as a whole */
	char *message;
	char *help; /* what to do instead */
};

extern const struct wire_type finding_type;
extern const struct view view_lint;

/* A list of struct finding; to be released with finding_type. */
void findings_fill(struct wire_list *list, const struct lint_report *report, const char *dir);

/* One line each, then how many there are, and where they are explained. */
void findings_print(GString *out, const struct wire_list *list, const struct lint_report *report,
		    const struct style *style);

/* "dir/file:3:1: sentence (code)", appended. */
void findings_line(GString *out, const struct finding *finding);

#endif /* FINDINGS_H */
