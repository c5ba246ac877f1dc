/*
 * One statement, key range by key range. Each range is one transaction together with the
 * position behind it: after a crash, or a commit of which nobody knows, the position in the
 * tenant tells. A range is tried again only when the server has said that it was rolled back.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "chunk_key.h"
#include "chunk_mark.h"
#include "chunk_range.h"
#include "chunk_size.h"
#include "crash.h"
#include "db.h"
#include "db_fault.h"
#include "db_guard.h"
#include "exec.h"
#include "log.h"
#include "release.h"
#include "shell.h"
#include "strategy.h"
#include "tick.h"
#include "visit.h"

#define SAY_MS 1000

struct chunk_run {
	const struct ddl *ddl;
	const struct statement *statement;
	size_t number;
	struct chunk_key key;
	struct chunk_mark mark;
	struct chunk_size size;
	int64_t began_ms; /* with so many rows done before */
	int64_t before;
	int64_t said_ms;
	int64_t busy_us;    /* in ranges */
	int64_t stall_end;  /* 0: the last range was not held up */
	int64_t backoff_ms; /* before the next try */
	struct err *err;
};

enum chunk_end {
	CHUNK_DONE,
	CHUNK_AGAIN, /* it was rolled back */
	CHUNK_STOPPED,
	CHUNK_FAILED,
};

static void run_release(struct chunk_run *run)
{
	chunk_key_release(&run->key);
	chunk_mark_release(&run->mark);
}

static struct chunk_walk walk_of(const struct chunk_run *run)
{
	return (struct chunk_walk){
		.session = run->ddl->session,
		.key = &run->key,
		.table = run->statement->chunk->table,
	};
}

/* ---- what people see ------------------------------------------------------------------------ */

static void show(const struct chunk_run *run)
{
	struct exec_live *live = run->ddl->order->live;

	if (live != NULL) {
		atomic_store(&live->rows_of, MAX(run->mark.total, run->mark.done));
		atomic_store(&live->rows, run->mark.done);
	}
}

static void show_end(const struct chunk_run *run)
{
	struct exec_live *live = run->ddl->order->live;

	if (live != NULL) {
		atomic_store(&live->rows_of, 0);
		atomic_store(&live->rows, 0);
		/* one that was begun in another visit took longer than is known here */
		live->took_us = run->before == 0 ? run->busy_us : -1;
	}
}

static void say(struct chunk_run *run)
{
	const struct exec_order *order = run->ddl->order;
	const struct chunk_mark *mark = &run->mark;
	int64_t total = MAX(mark->total, mark->done);
	int64_t now_ms = tick_ms();
	int64_t rate = mark->done - run->before;
	g_autofree char *words = NULL;

	if (order->say == NULL || total == 0 || now_ms - run->said_ms < SAY_MS) {
		return;
	}
	run->said_ms = now_ms;
	words = g_strdup_printf(
		"statement %zu of %s: %" PRId64 " of about %" PRId64 " rows (%d %%), about %" PRId64
		" s left",
		run->number, run->ddl->version, mark->done, total, (int)(mark->done * 100 / total),
		rate > 0 ? (total - mark->done) * (now_ms - run->began_ms) / rate / 1000 : 0);
	order->say(order->say_ctx, order->id, words);
}

/* What was said last is not true any more. */
static void say_end(const struct chunk_run *run)
{
	const struct exec_order *order = run->ddl->order;
	g_autofree char *words = NULL;

	if (order->say != NULL && run->said_ms > run->began_ms) {
		words = g_strdup_printf("statement %zu of %s: %" PRId64 " rows were gone through",
					run->number, run->ddl->version, run->mark.done);
		order->say(order->say_ctx, order->id, words);
	}
}

/* ---- where it is ---------------------------------------------------------------------------- */

/* A position of this very statement, of other words or along another key. */
static int refuse_changed(const struct chunk_run *run, const struct chunk_mark *found)
{
	const char *label = run->ddl->order->label;
	g_autofree char *task = shell_word(label == NULL ? "R/T" : label);

	return err_set(run->err, ERR_CONFLICT,
		       "%" PRId64 " rows of %s were already gone through by other words of this "
		       "statement, or along another key: give the release those again, or finish "
		       "by hand and `muster task resolve %s --as at=%zu`",
		       found->done, run->statement->chunk->table, task, run->number);
}

static int begin_fresh(struct chunk_run *run)
{
	const struct chunk_walk walk = walk_of(run);

	return chunk_range_last(&walk, &run->mark.high, run->err) < 0 ||
			       chunk_range_guess(&walk, &run->mark.total, run->err) < 0
		       ? -1
		       : 0;
}

static int find_place(struct chunk_run *run)
{
	SCOPED(chunk_mark) found = { 0 };

	chunk_mark_init(&run->mark, run->ddl->version, run->number, run->statement, &run->key);
	if (chunk_mark_get(&found, run->ddl->session, run->err) < 0) {
		return -1;
	}
	if (strcmp(found.place, run->mark.place) != 0) {
		return begin_fresh(run);
	}
	if (strcmp(found.digest, run->mark.digest) != 0) {
		return refuse_changed(run, &found);
	}
	log_info("goes on within a statement task=%s version=%s statement=%zu rows=%" PRId64,
		 run->ddl->order->label == NULL ? "-" : run->ddl->order->label, run->ddl->version,
		 run->number, found.done);
	run->mark = found;
	found = (struct chunk_mark){ 0 };
	return 0;
}

static bool is_at_end(const struct chunk_mark *mark)
{
	return mark->high == NULL ||
	       (mark->low != NULL &&
		g_strv_equal((const char *const *)mark->low, (const char *const *)mark->high));
}

/* ---- one transaction -------------------------------------------------------------------------- */

/* What a transaction does, behind its start. */
typedef int chunk_work_fn(struct chunk_run *run, const struct chunk_mark *next, const char *sql);

static int work_range(struct chunk_run *run, const struct chunk_mark *next, const char *sql)
{
	struct db_session *session = run->ddl->session;

	if (db_exec(session, sql, strlen(sql), run->err) < 0) {
		return -1;
	}
	CRASH_POINT(CHUNK_RAN);
	if (chunk_mark_put(session, next, run->ddl->order->epoch, run->err) < 0) {
		return -1;
	}
	CRASH_POINT(CHUNK_KEPT);
	return 0;
}

/* Nothing is left of the statement: its position goes, and the history says that it is done. */
static int work_end(struct chunk_run *run, const struct chunk_mark *next, const char *sql)
{
	(void)next;
	(void)sql;
	if (run->mark.low != NULL &&
	    chunk_mark_put(run->ddl->session, NULL, run->ddl->order->epoch, run->err) < 0) {
		return -1;
	}
	return run->ddl->cover(run->ddl->cover_ctx, run->err);
}

static int transact(struct chunk_run *run, chunk_work_fn *work, const struct chunk_mark *next,
		    const char *sql)
{
	struct db_session *session = run->ddl->session;
	struct err ignored;

	if (db_execf(session, run->err, "start transaction") < 0) {
		return -1;
	}
	if (work(run, next, sql) == 0 && db_execf(session, run->err, "commit") == 0) {
		return 0;
	}
	if (!db_is_lost(session) && db_execf(session, &ignored, "rollback") < 0) {
		*run->err = ignored; /* what is open now is lost, and that counts for more */
	}
	return -1;
}

/* The transaction is gone whole, and the server has said so. */
static enum chunk_end judge(const struct chunk_run *run)
{
	struct db_session *session = run->ddl->session;
	enum db_fault fault;

	if (run->err->code != ERR_DB || db_is_lost(session)) {
		return CHUNK_FAILED;
	}
	fault = db_fault_classify(db_flavor(session), run->err->native);
	if (fault == DB_FAULT_INTERRUPTED && ddl_stops(run->ddl)) {
		return CHUNK_STOPPED;
	}
	return fault == DB_FAULT_LOCK_WAIT || fault == DB_FAULT_DEADLOCK ? CHUNK_AGAIN
									 : CHUNK_FAILED;
}

static enum chunk_end attempt(struct chunk_run *run, chunk_work_fn *work,
			      const struct chunk_mark *next, const char *sql)
{
	struct exec_live *live = run->ddl->order->live;
	int64_t began_us = tick_us();
	int done;

	if (live != NULL) {
		atomic_store(run->ddl->may_stop ? &live->killable : &live->keeps, 1);
	}
	done = transact(run, work, next, sql);
	run->busy_us += tick_us() - began_us;
	if (live != NULL) {
		atomic_store(&live->killable, 0);
		atomic_store(&live->keeps, 0);
	}
	return done == 0 ? CHUNK_DONE : judge(run);
}

/* ---- one range ------------------------------------------------------------------------------ */

static bool is_slow(const struct chunk_run *run)
{
	const struct exec_live *live = run->ddl->order->live;

	return live != NULL && atomic_load(&live->slow) != 0;
}

/* The position behind the next range, and the statement for it. Owned; NULL: err. */
static char *prepare(struct chunk_run *run, struct chunk_mark *next)
{
	const struct chunk_walk walk = walk_of(run);
	g_autofree char *range = NULL;
	g_autofree char *text = NULL;

	*next = run->mark;
	next->high = g_strdupv(run->mark.high);
	next->low = NULL;
	next->rows = chunk_size_next(&run->size, is_slow(run));
	if (chunk_range_next(&walk, run->mark.low, run->mark.high, &next->rows, &next->low,
			     run->err) < 0) {
		return NULL;
	}
	next->done = run->mark.done + next->rows;
	range = chunk_range_words(&run->key, run->statement->chunk->alias, run->mark.low,
				  next->low);
	if (range == NULL) {
		(void)err_set(run->err, ERR_INVALID,
			      "the server gave a value that is none of key %s", run->key.index);
		return NULL;
	}
	text = release_expand_chunk(run->statement, run->ddl->schema, range);
	return ddl_text(run->ddl, text, run->number, run->err);
}

static enum chunk_end run_range(struct chunk_run *run)
{
	SCOPED(chunk_mark) next = { 0 };
	g_autofree char *sql = prepare(run, &next);
	int64_t began_us = tick_us();
	enum chunk_end end;

	if (sql == NULL) {
		return judge(run);
	}
	end = attempt(run, work_range, &next, sql);
	if (end != CHUNK_DONE) {
		return end;
	}
	CRASH_POINT(CHUNK_COMMITTED);
	chunk_size_took(&run->size, next.rows, tick_us() - began_us);
	chunk_mark_release(&run->mark);
	run->mark = next;
	next = (struct chunk_mark){ 0 };
	return CHUNK_DONE;
}

static enum chunk_end run_end(struct chunk_run *run)
{
	return attempt(run, work_end, NULL, NULL);
}

/* ---- until the end -------------------------------------------------------------------------- */

/* It was held up: a pause that grows, as long as the stall that is allowed. */
static enum chunk_end wait_for_locks(struct chunk_run *run)
{
	g_autofree char *blockers = db_blockers(run->ddl->session, run->ddl->schema);
	const char *who = blockers == NULL ? "a session that this account may not see" : blockers;
	int64_t stall_ms = run->ddl->order->stall_ms;

	chunk_size_failed(&run->size);
	if (run->stall_end == 0) {
		run->stall_end = tick_ms() + stall_ms;
		run->backoff_ms = DDL_BACKOFF_MS;
	}
	if (tick_ms() >= run->stall_end) {
		(void)err_set_native(run->err, ERR_DB, run->err->native,
				     "gave up after %" PRId64 " s of lock waits; held by %s",
				     (stall_ms + 999) / 1000, who);
		return CHUNK_FAILED;
	}
	ddl_say_waits(run->ddl, run->number, who);
	return ddl_pause(run->ddl, &run->backoff_ms, run->stall_end) ? CHUNK_AGAIN : CHUNK_STOPPED;
}

/* The throttle is asked in front of each range; its time is not that of locks. */
static bool may_go_on(struct chunk_run *run)
{
	int64_t began_ms = tick_ms();
	bool goes = visit_go_or_park(run->ddl->order, run->ddl->may_stop);

	if (run->stall_end > 0) {
		run->stall_end += tick_ms() - began_ms;
	}
	return goes;
}

static enum chunk_end run_once(struct chunk_run *run, enum chunk_end (*step)(struct chunk_run *))
{
	enum chunk_end end;

	do {
		end = may_go_on(run) ? step(run) : CHUNK_STOPPED;
		if (end == CHUNK_AGAIN) {
			end = wait_for_locks(run);
		}
	} while (end == CHUNK_AGAIN);
	run->stall_end = 0;
	return end;
}

static enum chunk_end run_all(struct chunk_run *run)
{
	enum chunk_end end = CHUNK_DONE;

	run->before = run->mark.done;
	run->began_ms = tick_ms();
	run->said_ms = run->began_ms;
	show(run);
	while (end == CHUNK_DONE && !is_at_end(&run->mark)) {
		end = run_once(run, run_range);
		show(run);
		say(run);
	}
	if (end != CHUNK_DONE) {
		return end;
	}
	CRASH_POINT(CHUNK_ENDED);
	end = run_once(run, run_end);
	if (end == CHUNK_DONE) {
		say_end(run);
	}
	return end;
}

static enum ddl_end chunk_run(const struct ddl *ddl, const struct statement *statement,
			      size_t number, struct err *err)
{
	static const enum ddl_end ends[] = {
		[CHUNK_DONE] = DDL_DONE,
		[CHUNK_AGAIN] = DDL_FAILED,
		[CHUNK_STOPPED] = DDL_STOPPED,
		[CHUNK_FAILED] = DDL_FAILED,
	};
	struct chunk_run run = { .ddl = ddl, .statement = statement, .number = number, .err = err };
	enum chunk_end end = CHUNK_FAILED;

	if (chunk_key_find(&run.key, ddl->session, statement->chunk, err) == 0 &&
	    find_place(&run) == 0) {
		chunk_size_init(&run.size, statement->chunk->rows, run.mark.rows);
		end = run_all(&run);
	}
	if (end == CHUNK_FAILED && run.mark.done > 0) {
		(void)err_prefix(err, "behind %" PRId64 " rows that are done", run.mark.done);
	}
	show_end(&run);
	run_release(&run);
	return ends[end];
}

const struct strategy strategy_chunk = {
	.name = "chunk",
	.run = chunk_run,
};
