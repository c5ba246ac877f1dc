#include "recover.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "crash.h"
#include "exec.h"
#include "foretold.h"
#include "ground.h"
#include "history.h"
#include "journal.h"
#include "log.h"
#include "outcome.h"
#include "release.h"
#include "shape_read.h"
#include "steps.h"
#include "verdict.h"
#include "visit.h"

enum { DIFFERENCE_MAX = 100 }; /* lines */

struct recovery {
	struct visit *visit;
	struct history *history;
	const char *task; /* "r12/acme", for the command that helps */
	const struct history_row *row;
	const struct migration *migration;
	struct ground *ground;   /* owned */
	struct halfway halfway;  /* as the row says */
	struct steps steps;      /* from what the row says is done */
	enum evidence *evidence; /* owned; of each step */
	bool *was_blind;         /* owned */
	bool *counted;           /* owned */
	const char **shapes;     /* owned; around the steps */
	struct foretold foretold;
	struct shape now;  /* what the schema looks like; empty: not read */
	char **difference; /* the caller's */
	struct outcome *outcome;
};

static void recovery_release(struct recovery *recovery)
{
	ground_free(recovery->ground);
	g_free(recovery->evidence);
	g_free(recovery->was_blind);
	g_free(recovery->counted);
	g_free(recovery->shapes);
	steps_release(&recovery->steps);
	foretold_release(&recovery->foretold);
	shape_release(&recovery->now);
}

SCOPED_RELEASE(recovery);

static void doubt(struct recovery *recovery, size_t done, const char *why)
{
	const struct migration *migration = recovery->migration;
	size_t number = MIN(done + 1, MAX(migration->up.nr, (size_t)1));
	unsigned line = done < migration->up.nr ? migration->up.statements[done].line : 1;

	recovery->outcome->event = TASK_DOUBT;
	(void)err_set(&recovery->outcome->err, ERR_CONFLICT,
		      "%s:%u statement %zu of %zu is in doubt: %s; see `muster task show %s`, then "
		      "`muster task resolve %s --as applied|not-applied|at=N`",
		      migration->file, line, number, migration->up.nr, why, recovery->task,
		      recovery->task);
}

static int judge(struct recovery *recovery, size_t index, struct err *err)
{
	const struct step *step = &recovery->steps.steps[index];
	const struct statement *statement = &recovery->migration->up.statements[step->index];
	struct ground_step ground = { 0 };
	enum evidence told;

	recovery->shapes[index + 1] = step->after;
	if (step->sql != NULL) {
		recovery->evidence[index] = step->part > 0 ? EVIDENCE_SHAPE : EVIDENCE_RERUN;
		return 0;
	}
	if (ground_judge(recovery->ground, recovery->visit->session, statement, &ground, &told,
			 err) < 0) {
		return -1;
	}
	recovery->was_blind[index] = told == EVIDENCE_NONE;
	recovery->counted[index] =
		recovery->foretold.counted != NULL && recovery->foretold.counted[step->index];
	ground.before = recovery->shapes[index];
	ground.after = recovery->shapes[index + 1];
	return ground_judge(recovery->ground, recovery->visit->session, statement, &ground,
			    &recovery->evidence[index], err);
}

/* The row was written by whoever ran it; else the chain counts, if it was made for it. */
static void look_ahead(struct recovery *recovery)
{
	foretold_by_row(&recovery->foretold, recovery->row, recovery->migration->up.nr);
	if (recovery->foretold.shapes == NULL) {
		foretold_by_chain(&recovery->foretold, recovery->visit->order->chain,
				  recovery->migration, recovery->row);
	}
}

/*
 * What was merged counts as it is written: what the schema looks like between the statements is
 * only never met. False: the file does not begin with what is done.
 */
static bool find_steps(struct recovery *recovery)
{
	const struct steps_from from = {
		.migration = recovery->migration,
		.foretold = &recovery->foretold,
		.done = recovery->row->done,
		.halfway = &recovery->halfway,
		.splits = true,
	};

	halfway_read(&recovery->halfway, recovery->row->chain, recovery->row->done);
	look_ahead(recovery);
	return steps_make(&recovery->steps, &from);
}

static void make_room(struct recovery *recovery, size_t nr)
{
	recovery->evidence = g_new0(enum evidence, nr);
	recovery->was_blind = g_new0(bool, nr);
	recovery->counted = g_new0(bool, nr);
	recovery->shapes = g_new0(const char *, nr + 1);
}

static int gather(struct recovery *recovery, struct err *err)
{
	size_t nr = recovery->steps.nr;

	recovery->ground = ground_new();
	make_room(recovery, nr);
	recovery->shapes[0] = recovery->steps.before;
	if (recovery->foretold.shapes != NULL &&
	    shape_read(recovery->visit->session, recovery->visit->schema, &recovery->now, err) <
		    0) {
		return -1;
	}
	for (size_t i = 0; i < nr; i++) {
		if (judge(recovery, i, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* The words of a doubt, by verdict. */
static const char *const doubts[] = {
	[VERDICT_BLIND] = "it may have run, and nothing in the schema shows it",
	[VERDICT_FOREIGN] = "the schema is not as it should be before or after any statement",
	[VERDICT_ALIKE] = "the schema looks the same before and after it",
	[VERDICT_UNKNOWN] = "what it does to the schema is not known",
};

/* The statement that the step is of; behind the last step: as many as the file has. */
static size_t index_of(const struct recovery *recovery, size_t step)
{
	return step < recovery->steps.nr ? recovery->steps.steps[step].index
					 : recovery->migration->up.nr;
}

static int settle(struct recovery *recovery, size_t steps, struct err *err)
{
	const char *version = recovery->migration->version;
	SCOPED(journal)
	journal = {
		.visit = recovery->visit,
		.history = recovery->history,
		.migration = recovery->migration,
		.foretold = &recovery->foretold,
		.done = index_of(recovery, steps),
		.halfway = steps == 0 ? recovery->halfway : recovery->steps.steps[steps - 1].then,
	};

	CRASH_POINT(RECOVERY_DECIDED);
	log_info("recovered task=%s version=%s known=%zu done=%zu parts=%zu of=%zu", recovery->task,
		 version, recovery->row->done, journal.done, journal.halfway.parts,
		 recovery->migration->up.nr);
	if (journal_close(&journal, HISTORY_APPLYING, NULL, err) < 0) {
		return -1;
	}
	CRASH_POINT(RECOVERY_SETTLED);
	return 0;
}

/* How far in the chain the schema should be when the first done statements took effect. */
static size_t steps_until(const struct chain *chain, const char *version, size_t done)
{
	for (size_t i = 0; i < chain->nr; i++) {
		if (strcmp(chain->steps[i].version, version) == 0 &&
		    chain->steps[i].number > done) {
			return i;
		}
	}
	return chain->nr;
}

/* How the schema differs from what it should be before the statement in doubt. */
static void explain(struct recovery *recovery, size_t done)
{
	const struct chain *chain = recovery->visit->order->chain;
	SCOPED(shape) wanted = { 0 };
	struct err err;

	if (chain == NULL || recovery->now.fingerprint[0] == '\0' ||
	    chain_shape(chain, steps_until(chain, recovery->migration->version, done), &wanted,
			&err) < 0) {
		return;
	}
	*recovery->difference = shape_difference(&wanted, &recovery->now, DIFFERENCE_MAX);
}

static int decide(struct recovery *recovery, struct err *err)
{
	struct verdict_facts facts = { 0 };
	enum verdict verdict;
	size_t done;

	CRASH_POINT(RECOVERY_BEGUN);
	if (!find_steps(recovery)) {
		doubt(recovery, recovery->row->done,
		      "it does not begin with the part of it that is done already");
		return 0;
	}
	if (gather(recovery, err) < 0) {
		return -1;
	}
	facts = (struct verdict_facts){
		.nr = recovery->steps.nr,
		.evidence = recovery->evidence,
		.was_blind = recovery->was_blind,
		.counted = recovery->counted,
		.shapes = recovery->shapes,
		.flight = recovery->row->in_flight,
		.now = recovery->now.fingerprint[0] == '\0' ? NULL : recovery->now.fingerprint,
	};
	verdict = verdict_find(&facts, &done);
	if (verdict == VERDICT_CLEAR) {
		return settle(recovery, done, err) < 0 ? -1 : 1;
	}
	doubt(recovery, index_of(recovery, done), doubts[verdict]);
	explain(recovery, index_of(recovery, done));
	return 0;
}

static int recover_one(struct recovery *recovery, struct err *err)
{
	const struct release *release = recovery->visit->order->release;
	ptrdiff_t index = release_find(release, recovery->row->version);

	if (index < 0) {
		return 1; /* ahead: nobody touches it */
	}
	recovery->migration = &release->migrations[index];
	if (recovery->migration->skipped ||
	    strcmp(recovery->row->checksum, recovery->migration->checksum) != 0) {
		doubt(recovery, recovery->row->done, "the file was changed since it began here");
		return 0;
	}
	return decide(recovery, err);
}

int recover_run(struct visit *visit, struct history *history, const char *task,
		struct outcome *outcome, char **difference, struct err *err)
{
	*difference = NULL;
	for (size_t i = 0; i < history->nr; i++) {
		SCOPED(recovery)
		recovery = {
			.visit = visit,
			.history = history,
			.task = task,
			.row = &history->rows[i],
			.outcome = outcome,
			.difference = difference,
		};
		int settled = 1;

		if (history->rows[i].state == HISTORY_APPLYING &&
		    history->rows[i].in_flight != HISTORY_LANDED) {
			settled = recover_one(&recovery, err);
		}
		if (settled <= 0) {
			return settled;
		}
	}
	return 1;
}
