/*
 * outcome - what an error means for the task and for its server.
 *
 * The same number of the server means different things before, in and behind a
 * statement of the client's data; here is the one place that tells them apart.
 *
 * Pure; any thread.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>

#include "db.h"
#include "err.h"
#include "states.h"

struct exec_order;

struct outcome {
	enum task_event event;
	struct err err; /* code ERR_NONE when nothing went wrong */
	bool server_down;
	bool server_denied;
};

/* No statement of a migration was in flight: nothing was changed by this attempt. */
void outcome_outside(struct outcome *outcome, enum db_flavor flavor, const struct err *err);

/*
 * The same of an order. Who cannot open a session as the option file is not one that can be read
 * waits, as with a wrong password: both are mended by hand.
 */
void outcome_of_order(struct outcome *outcome, enum db_flavor flavor,
		      const struct exec_order *order, const struct err *err);

/* A statement of a migration ended with this error. */
void outcome_statement(struct outcome *outcome, enum db_flavor flavor, const struct err *err);

/* The statements are done, or one has failed, and the history could not be told. */
void outcome_unrecorded(struct outcome *outcome, enum db_flavor flavor, const struct err *err);

#endif /* OUTCOME_H */
