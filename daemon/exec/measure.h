/*
 * measure - how long the statements of a task took, for those who expect the next ones.
 *
 * Notes statement by statement what ran and for how long; tries that ended in a lock wait do not
 * count. A change of a table is known by the way that the copy has shown (chain.h), and its
 * size is asked for once, behind the last statement. What cannot be told apart is left out.
 *
 * Workers.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"

struct exec_order;
struct exec_result;
struct db_session;
struct migration;
struct step;

#define MEASURE_DDL   "ddl"   /* what changes a schema, and no table that has rows */
#define MEASURE_WRITE "write" /* what writes rows, by the size of the whole tenant */

struct measure {
	const char *algorithm; /* static */
	char *table;           /* owned; NULL: none, or its size does not matter */
	int64_t ms;
};

/* An array of struct measure that frees its members. */
GArray *measures_new(void);

/* This step of the migration ran, and took so long. */
void measures_note(GArray *measures, const struct exec_order *order,
		   const struct migration *migration, const struct step *step, int64_t us);

/*
 * Into result->measures, all when the order wants them, else what took long. The session is behind
 * its last statement. One that cannot be asked leaves out what needs sizes.
 */
void measures_finish(const GArray *measures, struct db_session *session,
		     const struct exec_order *order, struct exec_result *result);

#endif /* MEASURE_H */
