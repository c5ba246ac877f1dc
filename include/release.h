/*
 * release - a folder of migrations, read, ordered, checked and summed.
 *
 * A release is immutable: muster stores the files as they were and parses them
 * again with release_parse. The checksum covers names, contents and release.cfg.
 * Formats: DESIGN section 4; "plain" and "flat" are tables in format.c.
 *
 * Pure but for release_files_read. Parsed releases are shared between threads by
 * reference count and never change. The CLI links this too.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "script.h"

#define RELEASE_CHECKSUM_LEN 64 /* hex of SHA-256 */

/* One file of the folder, exactly as it is. */
struct release_file {
	char *name; /* owned; base name */
	char *text; /* owned; NUL-terminated for convenience, may be binary rubbish */
	size_t len;
};

struct release_files {
	struct release_file *files; /* owned; sorted by name */
	size_t nr;
};

/*
 * Read every regular file of the folder that can matter (*.sql, release.cfg, the
 * order file it names). ERR_SYSTEM when the folder cannot be read, ERR_INVALID when
 * it is larger than 256 MiB or holds no migration.
 */
NODISCARD int release_files_read(struct release_files *files, const char *dir, struct err *err);

/* Append a copy; the caller keeps name and text. */
void release_files_add(struct release_files *files, const char *name, const char *text, size_t len);

void release_files_release(struct release_files *files);
SCOPED_RELEASE(release_files);

/* A question that must be answered before or after the statements. */
struct release_check {
	char *sql;    /* owned */
	char *expect; /* owned; NULL: no row may come back; else the one value */
	bool after;   /* stands behind the first statement of the file */
	unsigned line;
};

/* What a file is for. Application code of before and after it can run beside it. */
enum release_phase {
	PHASE_EXPAND,   /* adds what the new code needs */
	PHASE_BACKFILL, /* fills it */
	PHASE_CONTRACT, /* takes away what only the old code needed */
	PHASE_NR,
};

extern const char *const release_phase_names[PHASE_NR];

struct migration {
	char *version; /* owned; "0007", "20260101120000"; flat: "upgrade-0.8.2" */
	char *name;    /* owned; "add_birthday"; empty when the version is all there is */
	char *file;    /* owned */
	char checksum[RELEASE_CHECKSUM_LEN + 1]; /* of the up statements' file */
	struct script up;
	char (*prefixes)[RELEASE_CHECKSUM_LEN + 1]; /* owned; release_prefix_digest */
	struct script down;                         /* nr 0 when there is none */
	bool has_down;
	struct release_check *checks; /* owned */
	size_t nr_checks;
	enum release_phase phase; /* its own word, else of the file before it, else expand */
	size_t part;              /* files in a row that are of one phase are a part; from 0 */
	bool readonly;            /* its tenant is to be closed for writes while it runs */
	bool skipped; /* release.cfg says skip: counts as applied, runs nothing, is not read */
};

struct release {
	char *format; /* owned: "plain", "flat" */
	char checksum[RELEASE_CHECKSUM_LEN + 1];
	char *sql_mode;               /* owned; NULL: the server's own */
	char *collation;              /* owned; NULL: utf8mb4 with the server's default */
	struct migration *migrations; /* owned; in the order they are applied */
	size_t nr;
};

/*
 * Build a release from its files. format NULL detects. The result starts with one
 * reference. Refused with ERR_INVALID, "file:line:column: sentence (code of lint)".
 */
NODISCARD struct release *release_parse(const struct release_files *files, const char *format,
					struct err *err);

struct release *release_ref(struct release *release);
void release_unref(struct release *release); /* NULL is fine */

static inline void release_scoped_free(struct release **release)
{
	release_unref(*release);
}

/* Index of the migration with this version, to the letter, as histories have it; or -1. */
ptrdiff_t release_find(const struct release *release, const char *version);

/* The same by the word of a human, who may say 7 for 0007. */
ptrdiff_t release_find_word(const struct release *release, const char *word);

/* What is told where this migration was applied from another text. Owned. */
char *release_altered(const struct release *release, size_t index);

/* Index of the migration that a rollout ends with, by the same word; NULL: the newest. Or -1. */
ptrdiff_t release_last(const struct release *release, const char *to_version);

/* Index of the last migration that is of the same part as this one. */
size_t release_part_end(const struct release *release, size_t index);

/*
 * Order two versions of any release: runs of digits as numbers of any length, the
 * rest as bytes; "_" and "." separate alike. <0, 0, >0.
 */
int release_version_compare(const char *a, const char *b);

/*
 * SHA-256 hex over the first count statements of up: two files whose digests agree differ
 * only in what has not run yet. Borrowed.
 */
const char *release_prefix_digest(const struct migration *migration, size_t count);

/*
 * The statement for one tenant: {SCHEMA} becomes the quoted schema name; inside
 * quotes the name as it is, with that quote doubled; in comments it stays. Owned.
 */
char *release_expand(const struct statement *statement, const char *schema);

/*
 * The same of a statement that runs range by range: its :chunk becomes range. release_expand
 * makes it TRUE, which is all rows.
 */
char *release_expand_chunk(const struct statement *statement, const char *schema,
			   const char *range);

/* The same for the question of a release_check. */
char *release_expand_sql(const char *sql, const char *schema);

#endif /* RELEASE_H */
