/*
 * release_chunk - which statements of a file run key range by key range.
 *
 * A directive in front of a statement says so (directive.h), and a word in its WHERE says where
 * the range goes (chunk_text.h); one of the two alone is refused. Private to release*.c. Any
 * thread.
 */
#ifndef RELEASE_CHUNK_H
#define RELEASE_CHUNK_H

#include <glib.h>

#include "err.h"

struct migration;

/* Directives are those of its file. Refused with "file:line:column: …". */
NODISCARD int release_chunk_set(struct migration *migration, const GArray *directives,
				struct err *err);

#endif /* RELEASE_CHUNK_H */
