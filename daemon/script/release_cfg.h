/*
 * release_cfg - what release.cfg says about a folder of migrations.
 *
 * libconfig syntax, every key optional:
 *   format = "flat";  order = "order.txt";  sql_mode = "…";  collation = "…";
 *   placeholders = { name = "value"; };  skip = [ "0007" ];  allow = [ "MU207" ];
 * An unknown key, a wrong kind and a bad value are refused with file and line. @include
 * is refused: a release is what lies in its folder.
 *
 * Pure; any thread.
 */
#ifndef RELEASE_CFG_H
#define RELEASE_CFG_H

#include <stddef.h>

#include <glib.h>

#include "err.h"

#define RELEASE_CFG_FILE "release.cfg"

struct release_cfg {
	char *format;      /* owned; NULL when not given, as all texts here */
	char *order;       /* owned; a file beside release.cfg */
	char *sql_mode;    /* owned */
	char *collation;   /* owned */
	GPtrArray *names;  /* owned texts: placeholders… */
	GPtrArray *values; /* …and what stands for them */
	GPtrArray *skip;   /* owned texts: file names or versions */
	GPtrArray *allow;  /* owned texts: codes of lint */
};

/* text is NUL-terminated; NULL is an empty file. On failure *cfg is untouched. */
NODISCARD int release_cfg_parse(struct release_cfg *cfg, const char *text, struct err *err);

/* text[0..len) with ${name} replaced for every placeholder; an owned copy. */
GString *release_cfg_replace(const struct release_cfg *cfg, const char *text, size_t len);

void release_cfg_release(struct release_cfg *cfg);
SCOPED_RELEASE(release_cfg);

#endif /* RELEASE_CFG_H */
