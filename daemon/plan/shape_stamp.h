/*
 * shape_stamp - a cheap look at many schemas: who may look the same?
 *
 * A few questions for all of them, answered in numbers. Those with the same stamp have the same
 * tables with their engines and options, columns with their types, defaults, comments and the
 * kind of key they are in, views, triggers, routines, checks and foreign keys, read as the
 * server prints them; it says nothing of the order of columns within an index. Two that are
 * alike may have different stamps, when a body spells their own name. Reading a shape costs
 * many times as much (shape_read.h).
 *
 * Not asked: views where there are none. Foreign keys of MariaDB are read from InnoDB's own
 * list where the account has PROCESS, which opens no table. Workers; blocks.
 */
#ifndef SHAPE_STAMP_H
#define SHAPE_STAMP_H

#include <stddef.h>

#include <glib.h>

#include "err.h"

struct db_crew;
struct db_session;

/*
 * stamps[nr], owned texts in the order asked; "" for a schema that does not exist. tables: a set
 * of names in lower case, borrowed; NULL: all. Of others MariaDB is not asked for options and
 * checks: to answer that it opens every table, which costs ten times as much as all the rest.
 * crew: who helps with the questions; or NULL.
 */
NODISCARD int shape_stamps(struct db_session *session, const char *const *schemas, size_t nr,
			   GHashTable *tables, struct db_crew *crew, char **stamps,
			   struct err *err);

#endif /* SHAPE_STAMP_H */
