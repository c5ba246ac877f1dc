/*
 * shape_read - the shapes of many schemas of one server.
 *
 * Workers; blocks. At most eleven queries on information_schema per batch of schemas, all
 * filtered by schema; what nobody has (partitions, views, programs' parameters) is not asked
 * for. Nothing is locked and no statistics are read. What belongs to muster, every
 * name that begins with "muster_", is left out; events are, too. What the account may not
 * see (a routine's body, a view's definition) is a fact that says so.
 */
#ifndef SHAPE_READ_H
#define SHAPE_READ_H

#include <stddef.h>

#include "err.h"
#include "shape.h"

struct db_session;

/*
 * Fill shapes[nr] (all empty, the caller's), in the order asked. A schema that does not
 * exist leaves an empty shape, its fingerprint "".
 */
NODISCARD int shape_read_many(struct db_session *session, const char *const *schemas, size_t nr,
			      struct shape *shapes, struct err *err);

/* One of them; ERR_NOT_FOUND when it does not exist. */
NODISCARD int shape_read(struct db_session *session, const char *schema, struct shape *shape,
			 struct err *err);

#endif /* SHAPE_READ_H */
