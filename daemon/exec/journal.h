/*
 * journal - a statement of a migration and what is remembered of it, together.
 *
 * The tenant's row of the migration always says enough to tell, after a crash at any
 * point, which statements took effect:
 *
 *   the schema shows it     DDL: nothing is written; the row says "visible", and the
 *                           schema is compared with what it should be after each statement.
 *                           Where it will look as it did before (made and unmade, dropped and
 *                           made again), the row counts what is done before that runs
 *   a transaction covers it DML: committed together with the row
 *   harmless to repeat      SET, SELECT: nothing is written
 *   none of these           the row says "blind" before and the truth after it
 *
 * What a file does inside a transaction of its own is remembered inside that transaction,
 * before the statement that ends it, also when that is an implicit commit.
 * evidence.h tells the four apart.
 *
 * Workers; blocks. One journal per migration and visit.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "ddl.h"
#include "halfway.h"
#include "history.h"
#include "scope.h"

struct foretold;
struct ground;
struct step;
struct visit;

struct journal {
	struct visit *visit;               /* borrowed */
	struct history *history;           /* borrowed; kept up to date */
	const struct migration *migration; /* borrowed */
	const struct foretold *foretold;   /* borrowed; NULL: nothing is known */
	size_t done;                       /* statements whose effect is committed */
	struct halfway halfway;            /* of the one behind those: so are these parts */
	enum history_flight flight;        /* as the row says */
	bool closed;                       /* the row says applied */
	bool ends_file;                    /* nothing follows the last statement */
	bool ends_visit;                   /* nor the file: its end may give back the lock */
	struct ground *ground;             /* owned */
};

void journal_release(struct journal *journal);
SCOPED_RELEASE(journal);

/* The row says applying from here on; what follows done may be running. */
NODISCARD int journal_open(struct journal *journal, struct err *err);

/*
 * Run one statement. Done outside of a transaction of the file, it counts: journal->done is
 * index + 1. ends_file lets the last statement take the end of the migration into its
 * transaction: closed is set then.
 */
enum ddl_end journal_run(struct journal *journal, size_t index, bool may_stop, struct err *err);

/*
 * The same of a step that is not as written (steps.h), outside of a transaction of the file:
 * done and halfway say where it leads. The schema alone tells whether it took effect.
 */
enum ddl_end journal_run_step(struct journal *journal, const struct step *step, bool may_stop,
			      struct err *err);

/* Once more, for what it leaves in the session: SET, PREPARE. */
enum ddl_end journal_run_again(struct journal *journal, size_t index, struct err *err);

/* Write where the migration stands; nothing runs any more. error may be NULL. */
NODISCARD int journal_close(struct journal *journal, enum history_state state, const char *error,
			    struct err *err);

#endif /* JOURNAL_H */
