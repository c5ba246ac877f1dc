/*
 * shape_stamp - a cheap look at many schemas: whose columns are the same?
 *
 * One question for all of them, answered in numbers. The same stamp means the same tables and
 * columns, with their types, defaults, comments and the kind of key they are in, read as the
 * server prints them; it says nothing of triggers, views, routines and options. Reading
 * a shape costs many times as much (shape_read.h). Workers; blocks.
 */
#ifndef SHAPE_STAMP_H
#define SHAPE_STAMP_H

#include <stddef.h>

#include "err.h"

struct db_session;

/* stamps[nr], owned texts in the order asked; "" for a schema without tables. */
NODISCARD int shape_stamps(struct db_session *session, const char *const *schemas, size_t nr,
			   char **stamps, struct err *err);

#endif /* SHAPE_STAMP_H */
