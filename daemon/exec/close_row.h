/*
 * close_row - what a closed tenant itself keeps: how to open it (table muster_write_mode).
 *
 * Written before anything is taken away and removed after everything was given back. The
 * tenant is the session's default schema. Workers; blocks.
 */
#ifndef CLOSE_ROW_H
#define CLOSE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct db_session;

/* Owned texts; all NULL: the tenant is not closed. */
struct close_row {
	char *method;
	char *restore;
	char *reason;
	char *owner;
	uint64_t epoch;
};

void close_row_release(struct close_row *row);
SCOPED_RELEASE(close_row);

/* A tenant without the table is one that is not closed. */
NODISCARD int close_row_get(struct db_session *session, struct close_row *row, struct err *err);

/*
 * Make the table when it is missing and write the row. ERR_CONFLICT when there is one with
 * other restore data: the tenant is closed already, by somebody else.
 */
NODISCARD int close_row_put(struct db_session *session, const struct close_row *row,
			    int64_t expires_at_ms, struct err *err);

NODISCARD int close_row_remove(struct db_session *session, struct err *err);

#endif /* CLOSE_ROW_H */
