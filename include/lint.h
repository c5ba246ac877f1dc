/*
 * lint - what can be said against a folder of migrations from its text alone.
 *
 * One table of rules. An error is refused by a rollout, too: the folder cannot be read, or
 * a migration leaves its tenant. Warnings and notes are for the people who wrote it: the
 * application's old and new version at work on one tenant, files that are hard to finish
 * or to undo, what another setting of the server would change. A rule that would have to
 * guess is silent, or says that it does not know.
 *
 * Texts that a program puts together at run time are not seen. Pure; any thread.
 */
#ifndef LINT_H
#define LINT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "release.h"
#include "script.h"

enum lint_level {
	LINT_NOTE,
	LINT_WARNING,
	LINT_ERROR,
	LINT_LEVEL_NR,
};

extern const char *const lint_level_names[LINT_LEVEL_NR];

/* In the order of their codes. */
enum lint_rule_id {
	/* MU0xx: it cannot be read */
	LINT_FOLDER,
	LINT_TEXT,
	LINT_DIRECTIVE,
	LINT_ALLOW,
	/* MU1xx: two versions of the application */
	LINT_DROP_TABLE,
	LINT_RENAME_TABLE,
	LINT_DROP_COLUMN,
	LINT_RENAME_COLUMN,
	LINT_REQUIRED_COLUMN,
	LINT_NOT_NULL,
	LINT_NARROWER,
	LINT_RETYPED,
	LINT_ENUM,
	LINT_UNKNOWN_TYPE,
	LINT_UNIQUE,
	LINT_FOREIGN_KEY,
	LINT_PRIMARY_KEY,
	LINT_DEFAULT_LOST,
	LINT_CHECK,
	LINT_UNIQUE_DEFAULT,
	/* MU2xx: it leaves the tenant */
	LINT_DATABASE,
	LINT_OTHER_SCHEMA,
	LINT_CATALOGUE,
	LINT_GLOBAL,
	LINT_BINLOG,
	LINT_LOCK,
	LINT_CHARSET,
	LINT_ACCOUNT,
	LINT_SERVER,
	LINT_PLACEHOLDER,
	LINT_FILE,
	/* MU3xx: how a file ends, halfway or backwards */
	LINT_TAIL,
	LINT_NO_DOWN,
	LINT_LEAK,
	LINT_UNSET,
	LINT_MIXED,
	LINT_COMMITS,
	LINT_UNBOUNDED,
	LINT_TRUNCATE,
	LINT_SOME_SERVERS,
	LINT_HIDDEN,
	LINT_DYNAMIC,
	LINT_IN_DOUBT,
	/* MU4xx: a setting decides */
	LINT_IMPLICIT_DATE,
	LINT_ZERO_DATE,
	LINT_LEFT_OUT,
	LINT_TIMESTAMP,
	LINT_NO_CHARSET,
	LINT_UTF8_ALIAS,
	LINT_NARROW_CHARSET,
	LINT_COLLATION,
	LINT_CONVERT,
	LINT_ROW_FORMAT,
	LINT_ENGINE,
	LINT_NO_KEY,
	LINT_NR,
};

struct lint_rule {
	const char *code; /* "MU103" */
	const char *name; /* "drop-column" */
	enum lint_level level;
	const char *title;   /* one sentence */
	const char *why;     /* who is hurt, and when */
	const char *example; /* SQL that it finds */
	const char *help;    /* what to do instead */
};

extern const struct lint_rule lint_rules[LINT_NR];

/* The rule of a code, whatever the case of its letters; NULL: there is none. */
const struct lint_rule *lint_find(const char *code);

/* May "-- muster: allow=CODE" name it? What cannot be read cannot be allowed. */
bool lint_is_code(const char *code);

#define LINT_WHOLE_FILE ((size_t)-1)

struct lint_finding {
	enum lint_rule_id rule;
	char *file;       /* owned; NULL: the folder itself */
	size_t migration; /* index in the release; the folder and release.cfg: 0 */
	size_t statement; /* index in its script; LINT_WHOLE_FILE */
	unsigned line;    /* 0: no place in the file */
	unsigned column;  /* 0: the line as a whole */
	char *text;       /* owned; a sentence without place and code */
};

/* An array of struct lint_finding that frees its members. */
GArray *lint_findings_new(void);

/* Append what leaves the tenant: the MU2xx of one script. */
void lint_script(const struct script *script, GArray *findings);

struct lint_report {
	GArray *findings; /* owned; in the order of the migrations, then of the places */
	size_t counts[LINT_LEVEL_NR];
	size_t allowed; /* findings that a directive or release.cfg lets pass */
	size_t migrations;
	size_t statements;
};

/*
 * Everything there is to say. after: a version; what it and the migrations before it do
 * is read, for what they made, and only what cannot be read or leaves the tenant is
 * reported of them; NULL: all. ERR_INVALID when after is not a version of the folder.
 */
NODISCARD int lint_folder(struct lint_report *report, const struct release_files *files,
			  const char *format, const char *after, struct err *err);

void lint_report_release(struct lint_report *report);
SCOPED_RELEASE(lint_report);

#endif /* LINT_H */
