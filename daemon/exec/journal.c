#include "journal.h"

#include <string.h>
#include <strings.h>

#include <glib.h>

#include "crash.h"
#include "db.h"
#include "exec.h"
#include "foretold.h"
#include "ground.h"
#include "release.h"
#include "steps.h"
#include "strategy.h"
#include "tenant_text.h"
#include "visit.h"

void journal_release(struct journal *journal)
{
	ground_free(g_steal_pointer(&journal->ground));
}

/* A file that goes on keeps the word of the day when it began. */
static const char *fingerprint_of(const struct journal *journal)
{
	const struct history_row *row = history_find(journal->history, journal->migration->version);

	if (row != NULL && row->done > 0) {
		return row->fingerprint;
	}
	return journal->foretold == NULL || journal->foretold->shapes == NULL
		       ? NULL
		       : journal->foretold->shapes[0];
}

static struct history_mark mark_of(const struct journal *journal, enum history_state state)
{
	const struct exec_order *order = journal->visit->order;

	return (struct history_mark){
		.migration = journal->migration,
		.state = state,
		.done = journal->done,
		.fingerprint = fingerprint_of(journal),
		.rollout = order->label,
		.epoch = order->epoch,
		.stall_ms = order->stall_ms,
	};
}

static const struct statement *statement_at(const struct journal *journal, size_t index)
{
	return &journal->migration->up.statements[index];
}

static int judge(struct journal *journal, size_t index, enum evidence *evidence, struct err *err)
{
	const char **shapes = journal->foretold == NULL ? NULL : journal->foretold->shapes;
	const struct ground_step step = {
		.before = shapes == NULL ? NULL : shapes[index],
		.after = shapes == NULL ? NULL : shapes[index + 1],
	};

	return ground_judge(journal->ground, journal->visit->session, statement_at(journal, index),
			    &step, evidence, err);
}

static bool is_end(const struct statement *statement, enum evidence evidence)
{
	return statement->kind == STATEMENT_TRANSACTION && evidence == EVIDENCE_TRANSACTION;
}

/* MUSTER_NO_JOURNAL is for tests/bench/journal.sh alone: what does remembering cost? */
#ifdef MUSTER_NO_JOURNAL
static const bool writes_rows = false;
#else
static const bool writes_rows = true;
#endif

/* ---- the row ------------------------------------------------------------------------- */

/* The session as our own rows need it, whatever the file has done to it. */
static int make_plain(struct journal *journal, struct err *err)
{
	struct db_session *session = journal->visit->session;
	g_autofree char *sql = NULL;

	if (db_in_transaction(session) && db_execf(session, err, "rollback") < 0) {
		return -1;
	}
	if (!journal->visit->dirty) {
		return 0;
	}
	sql = tenant_text(session, TENANT_SESSION_PLAIN, NULL);
	return db_exec(session, sql, strlen(sql), err);
}

int journal_close(struct journal *journal, enum history_state state, const char *error,
		  struct err *err)
{
	const struct history_row *row = history_find(journal->history, journal->migration->version);
	struct history_mark mark = mark_of(journal, state);
	struct visit *visit = journal->visit;
	g_autofree char *chain = NULL;
	bool unlocked = false;

	if (journal->closed || !writes_rows) {
		return 0;
	}
	if (journal->halfway.parts > 0 && state != HISTORY_APPLIED) {
		chain = halfway_write(row == NULL ? NULL : row->chain, journal->done,
				      &journal->halfway);
	}
	mark.chain = chain;
	mark.error = error;
	if (journal->ends_visit && state == HISTORY_APPLIED && visit->locked && !visit->dirty) {
		mark.unlock = visit->schema;
		mark.unlocked = &unlocked;
	}
	CRASH_POINT(JOURNAL_CLOSE);
	if (make_plain(journal, err) < 0 ||
	    history_put(visit->session, journal->history, &mark, err) < 0) {
		visit->locked = visit->locked && !unlocked;
		return -1;
	}
	visit->locked = visit->locked && !unlocked;
	CRASH_POINT(JOURNAL_CLOSED);
	journal->flight = HISTORY_LANDED;
	journal->closed = state == HISTORY_APPLIED;
	return 0;
}

static int progress(struct journal *journal, size_t done, enum history_flight flight,
		    enum history_state state, struct err *err)
{
	struct history_mark mark = mark_of(journal, state);

	mark.done = done;
	mark.in_flight = flight;
	if (!writes_rows) {
		return 0;
	}
	return history_progress(journal->visit->session, journal->history, &mark, err);
}

/* ---- one statement ------------------------------------------------------------------- */

static struct ddl ddl_of(const struct journal *journal, bool may_stop)
{
	return (struct ddl){
		.session = journal->visit->session,
		.order = journal->visit->order,
		.schema = journal->visit->schema,
		.version = journal->migration->version,
		.may_stop = may_stop,
	};
}

static enum ddl_end run_plain(struct journal *journal, size_t index, bool may_stop, struct err *err)
{
	struct ddl ddl = ddl_of(journal, may_stop);

	ddl.leaves_parts = journal->flight == HISTORY_BLIND;
	if (ddl.leaves_parts && db_in_transaction(ddl.session)) {
		ddl.may_stop = false; /* what was done before it in there would not be undone */
	}
	return strategy_direct.run(&ddl, statement_at(journal, index), index + 1, err);
}

/* The row is to say that what stands before it is done, and nothing else. */
static int announce(struct journal *journal, size_t index, struct err *err)
{
	const struct history_row *row = history_find(journal->history, journal->migration->version);

	return row != NULL && row->done == index
		       ? 0
		       : progress(journal, index, HISTORY_VISIBLE, HISTORY_APPLYING, err);
}

/* What a statement that runs in our transaction leaves behind it. */
struct covered {
	struct journal *journal;
	size_t done;
	bool closes;
};

static int cover(void *ctx, struct err *err)
{
	struct covered *covered = ctx;

	CRASH_POINT(JOURNAL_COVERED);
	return progress(covered->journal, covered->done,
			covered->closes ? HISTORY_LANDED : HISTORY_VISIBLE,
			covered->closes ? HISTORY_APPLIED : HISTORY_APPLYING, err);
}

static enum ddl_end run_covered(struct journal *journal, size_t index, bool may_stop,
				struct err *err)
{
	struct covered covered = {
		.journal = journal,
		.done = index + 1,
		.closes = journal->ends_file && index + 1 == journal->migration->up.nr,
	};
	const struct statement *statement = statement_at(journal, index);
	const struct strategy *strategy = &strategy_direct;
	struct ddl ddl = ddl_of(journal, may_stop);
	enum ddl_end end;

	ddl.cover = cover;
	ddl.cover_ctx = &covered;
	if (statement->chunk != NULL) {
		strategy = &strategy_chunk;
		if (announce(journal, index, err) < 0) {
			return DDL_FAILED;
		}
	}
	end = strategy->run(&ddl, statement, index + 1, err);
	if (end == DDL_DONE) {
		journal->flight = covered.closes ? HISTORY_LANDED : HISTORY_VISIBLE;
		journal->closed = covered.closes;
	}
	return end;
}

static enum ddl_end run_blind(struct journal *journal, size_t index, bool may_stop, struct err *err)
{
	enum ddl_end end;

	if (progress(journal, index, HISTORY_BLIND, HISTORY_APPLYING, err) < 0) {
		return DDL_FAILED;
	}
	journal->flight = HISTORY_BLIND;
	CRASH_POINT(JOURNAL_BLIND);
	end = run_plain(journal, index, may_stop, err);
	if (end != DDL_DONE) {
		return end;
	}
	CRASH_POINT(JOURNAL_BLINDED);
	journal->done = index + 1; /* also when the row cannot say so now: it is not run again */
	journal->flight = HISTORY_VISIBLE;
	return progress(journal, index + 1, HISTORY_VISIBLE, HISTORY_APPLYING, err) < 0 ? DDL_FAILED
											: DDL_DONE;
}

/* Each range commits with its position, so a transaction has to be what covers it. */
static int check_chunk(const struct journal *journal, const struct statement *statement,
		       enum evidence evidence, struct err *err)
{
	if (statement->chunk == NULL) {
		return 0;
	}
	if (db_in_transaction(journal->visit->session) ||
	    !db_autocommits(journal->visit->session)) {
		return err_set(err, ERR_INVALID,
			       "a statement that runs range by range commits each of them, and "
			       "stands in a transaction of the file: put COMMIT in front of it");
	}
	if (evidence != EVIDENCE_TRANSACTION) {
		return err_set(err, ERR_INVALID,
			       "it writes to a table that is not transactional, so nobody could "
			       "tell which ranges are done: convert the table to InnoDB first, or "
			       "write the statement without the chunk directive");
	}
	return 0;
}

/* ---- the file's own transactions ------------------------------------------------------- */

/*
 * Does the transaction that begins here hold what it does not cover? Then a rollback
 * by a crash leaves a part of it behind.
 */
static int is_leaky(struct journal *journal, size_t index, bool *leaky, struct err *err)
{
	const struct script *up = &journal->migration->up;

	*leaky = false;
	for (size_t i = index; i < up->nr; i++) {
		enum evidence evidence;

		if (judge(journal, i, &evidence, err) < 0) {
			return -1;
		}
		if (is_end(&up->statements[i], evidence)) {
			return 0;
		}
		*leaky = *leaky || evidence == EVIDENCE_NONE;
	}
	return 0;
}

static enum ddl_end run_opening(struct journal *journal, size_t index, bool may_stop,
				struct err *err)
{
	bool leaky;

	if (is_leaky(journal, index, &leaky, err) < 0) {
		return DDL_FAILED;
	}
	if (leaky && progress(journal, index, HISTORY_BLIND, HISTORY_APPLYING, err) < 0) {
		return DDL_FAILED;
	}
	journal->flight = leaky ? HISTORY_BLIND : journal->flight;
	return run_plain(journal, index, may_stop, err);
}

/*
 * Within the file's transaction: what ends it takes the row along. ROLLBACK undoes the row,
 * too, which is right.
 */
static enum ddl_end run_inside(struct journal *journal, size_t index, bool may_stop,
			       struct err *err)
{
	const struct statement *statement = statement_at(journal, index);
	enum history_flight flight = HISTORY_VISIBLE;
	enum evidence evidence;
	size_t done;

	if (check_chunk(journal, statement, EVIDENCE_TRANSACTION, err) < 0) {
		return DDL_FAILED;
	}
	if (statement->kind == STATEMENT_DML || statement->kind == STATEMENT_QUERY) {
		return run_plain(journal, index, may_stop, err);
	}
	if (judge(journal, index, &evidence, err) < 0) {
		return DDL_FAILED;
	}
	if (evidence == EVIDENCE_NONE) {
		flight = HISTORY_BLIND;
	}
	if (flight == HISTORY_BLIND) {
		journal->flight = flight;
	}
	done = is_end(statement, evidence) ? index + 1 : index;
	if (progress(journal, done, flight, HISTORY_APPLYING, err) < 0) {
		return DDL_FAILED;
	}
	return run_plain(journal, index, may_stop, err);
}

static enum ddl_end run_outside(struct journal *journal, size_t index, bool may_stop,
				struct err *err)
{
	const struct statement *statement = statement_at(journal, index);
	enum evidence evidence = EVIDENCE_TRANSACTION;

	if (!db_autocommits(journal->visit->session) || statement->kind == STATEMENT_TRANSACTION) {
		return check_chunk(journal, statement, evidence, err) < 0
			       ? DDL_FAILED
			       : run_opening(journal, index, may_stop, err);
	}
	if (judge(journal, index, &evidence, err) < 0 ||
	    check_chunk(journal, statement, evidence, err) < 0) {
		return DDL_FAILED;
	}
	if (evidence == EVIDENCE_NONE) {
		return run_blind(journal, index, may_stop, err);
	}
	if (evidence == EVIDENCE_TRANSACTION) {
		return run_covered(journal, index, may_stop, err);
	}
	return run_plain(journal, index, may_stop, err);
}

/* A group that leaked has ended well: the row may say so again. */
static int land(struct journal *journal, struct err *err)
{
	if (journal->flight != HISTORY_BLIND) {
		return 0;
	}
	journal->flight = HISTORY_VISIBLE;
	return progress(journal, journal->done, HISTORY_VISIBLE, HISTORY_APPLYING, err);
}

/*
 * A statement that failed may have committed what stood before it, or undone it: the row
 * went the same way.
 */
static int look_again(struct journal *journal, struct err *err)
{
	struct db_session *session = journal->visit->session;
	SCOPED(history) read = { 0 };
	const struct history_row *row;

	if (db_execf(session, err, "do 0") < 0) {
		return -1;
	}
	if (db_in_transaction(session)) {
		return 0;
	}
	if (history_read(session, &read, err) < 0) {
		return -1;
	}
	row = history_find(&read, journal->migration->version);
	journal->done = row == NULL ? 0 : row->done;
	return 0;
}

int journal_open(struct journal *journal, struct err *err)
{
	struct history_mark mark = mark_of(journal, HISTORY_APPLYING);
	g_autofree char *known = journal->foretold == NULL
					 ? g_strdup("")
					 : foretold_write(journal->foretold, journal->done,
							  journal->migration->up.nr);
	g_autofree char *chain = halfway_write(known, journal->done, &journal->halfway);

	if (journal->ground == NULL) {
		journal->ground = ground_new();
	}
	mark.chain = chain;
	mark.in_flight = HISTORY_VISIBLE;
	journal->flight = HISTORY_VISIBLE;
	if (!writes_rows) {
		return 0;
	}
	if (history_put(journal->visit->session, journal->history, &mark, err) < 0) {
		return -1;
	}
	CRASH_POINT(JOURNAL_OPENED);
	return 0;
}

static bool comes_back(const struct journal *journal, size_t index)
{
	return journal->foretold != NULL && foretold_comes_back(journal->foretold, index);
}

enum ddl_end journal_run(struct journal *journal, size_t index, bool may_stop, struct err *err)
{
	const struct statement *statement = statement_at(journal, index);
	struct db_session *session = journal->visit->session;
	bool inside = db_in_transaction(session);
	struct err ignored; /* a lost link shows itself at the next word */
	enum ddl_end end;

	journal->visit->dirty = journal->visit->dirty || statement->leaves_session;
	CRASH_POINT(JOURNAL_RUN);
	/* in a transaction of the file whatever changes the schema is counted anyway */
	if (!inside && comes_back(journal, index) && announce(journal, index, err) < 0) {
		return DDL_FAILED;
	}
	end = inside ? run_inside(journal, index, may_stop, err)
		     : run_outside(journal, index, may_stop, err);
	if (statement->kind == STATEMENT_DDL || statement->kind == STATEMENT_CALL) {
		ground_forget(journal->ground);
	}
	if (end == DDL_FAILED && inside && !db_is_lost(session)) {
		(void)look_again(journal, &ignored);
		return end;
	}
	if (end != DDL_DONE || db_in_transaction(session)) {
		return end;
	}
	CRASH_POINT(JOURNAL_RAN);
	journal->done = index + 1;
	if ((inside || statement->kind == STATEMENT_TRANSACTION) && land(journal, err) < 0) {
		return DDL_FAILED;
	}
	return DDL_DONE;
}

enum ddl_end journal_run_step(struct journal *journal, const struct step *step, bool may_stop,
			      struct err *err)
{
	const struct ddl ddl = ddl_of(journal, may_stop);
	struct statement statement = *statement_at(journal, step->index);
	enum ddl_end end;

	statement.text = step->sql;
	statement.len = strlen(step->sql);
	CRASH_POINT(JOURNAL_RUN);
	end = strategy_direct.run(&ddl, &statement, step->index + 1, err);
	ground_forget(journal->ground);
	if (end != DDL_DONE) {
		return end;
	}
	CRASH_POINT(JOURNAL_RAN);
	journal->done = step->index + step->nr;
	journal->halfway = step->then;
	if (journal->halfway.parts > 0) {
		CRASH_POINT(JOURNAL_PART);
	}
	return DDL_DONE;
}

enum ddl_end journal_run_again(struct journal *journal, size_t index, struct err *err)
{
	journal->visit->dirty = true;
	return run_plain(journal, index, true, err);
}
