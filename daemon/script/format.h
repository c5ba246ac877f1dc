/*
 * format - which files of a folder are migrations, their versions and their order.
 *
 * plain: 0007_add_birthday.sql, numbers of any length; flat: the whole base name is the
 * version, ordered by release.cfg's order file or by nature. Either may have
 * x.down.sql beside x.sql. A name the format cannot read, a version twice, a down
 * without its up, an order file that does not match the folder: refused.
 *
 * Pure; any thread.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "release.h"
#include "release_cfg.h"

#define FORMAT_NONE ((size_t)-1)

/* One migration: where its files are in release_files. */
struct format_entry {
	char *version; /* owned */
	char *name;    /* owned */
	size_t up;
	size_t down; /* FORMAT_NONE when there is none */
};

/*
 * Append the migrations to entries (of struct format_entry, freed with
 * format_entries_free), in the order they are applied. wanted NULL: cfg's format,
 * or detected. The name of the format that was used, or NULL.
 */
const char *format_read(GArray *entries, const struct release_files *files,
			const struct release_cfg *cfg, const char *wanted, struct err *err);

GArray *format_entries_new(void);

/* Is this the name of a migration's file? */
bool format_is_sql(const char *file);

#endif /* FORMAT_H */
