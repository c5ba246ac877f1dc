/*
 * scratch_copy - the definitions of one schema, made again in another.
 *
 * For scratch.c alone. Workers; blocks. Only reads from the source.
 */
#ifndef SCRATCH_COPY_H
#define SCRATCH_COPY_H

#include <glib.h>

#include "err.h"

struct db_session;

/*
 * Make everything that source holds in the empty schema to, which becomes the default one of the
 * session; of its tables only the picked ones (scratch_pick.h; NULL: all). What cannot be made and
 * is no table or sequence is left out, and so is what names one of the schemas (scratch_reach.h).
 * A table whose rows lie elsewhere is ERR_CONFLICT.
 */
NODISCARD int scratch_copy(struct db_session *session, const char *source, const char *to,
			   GHashTable *schemas, GHashTable *picked, struct err *err);

/* text of CREATE TABLE without its AUTO_INCREMENT=n; of any CREATE without DEFINER=. Owned. */
char *scratch_copy_uncounted(const char *text);
char *scratch_copy_undefined(const char *text);

#endif /* SCRATCH_COPY_H */
