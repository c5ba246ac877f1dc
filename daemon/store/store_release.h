/* store_release - releases and their files. Loop thread only; in a transaction. */
#ifndef STORE_RELEASE_H
#define STORE_RELEASE_H

#include "release.h"
#include "store.h"
#include "store_rows.h"

typedef int (*store_release_fn)(const struct store_release *release, void *ctx, struct err *err);

/*
 * Insert with its files, or find the one with the same checksum (release is filled from
 * the stored row then). Releases never change. A name in use gets "-2", "-3", ….
 */
NODISCARD int store_release_put(struct store *store, struct store_release *release,
				const struct release_files *files, struct err *err);
NODISCARD int store_release_get_id(struct store *store, int64_t id, struct store_release *release,
				   struct err *err);

/* By name, by id in text, or by a checksum's first 8 or more digits. */
NODISCARD int store_release_get(struct store *store, const char *word,
				struct store_release *release, struct err *err);
NODISCARD int store_release_files(struct store *store, int64_t id, struct release_files *files,
				  struct err *err);
NODISCARD int store_release_each(struct store *store, store_release_fn fn, void *ctx,
				 struct err *err); /* newest first */

#endif /* STORE_RELEASE_H */
