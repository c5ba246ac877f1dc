/*
 * picks - the selector that a command line means.
 *
 * "@file" anywhere a term may stand is replaced by name in (…) of the names in the file,
 * one in a line, comments behind a # that begins a line or stands behind a blank. Names on the
 * command line are one selector. The grammar itself is the daemon's (plan/selector.h). Any thread.
 */
#ifndef PICKS_H
#define PICKS_H

#include <stddef.h>

#include <glib.h>

#include "err.h"

/* Owned; text NULL gives NULL. ERR_SYSTEM, ERR_INVALID: the file, with its line. */
NODISCARD int picks_expand(char **selector, const char *text, struct err *err);

/* "a,b*,c": tenants by name; globs stay globs. Owned. */
char *picks_of_words(char *const *words, size_t nr);

#endif /* PICKS_H */
