#include "close_run.h"

#include <string.h>

#include <glib.h>

#include "close_choose.h"
#include "close_look.h"
#include "close_plan.h"
#include "close_prove.h"
#include "close_row.h"
#include "close_schema.h"
#include "close_sessions.h"
#include "close_sql.h"
#include "close_triggers.h"
#include "crash.h"
#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "history.h"
#include "tick.h"
#include "visit.h"

enum {
	NO_SUCH_DATABASE = 1049, /* the server's number */
	LOCK_SLICE_S = 1,
	OPEN_DRAIN_MS =
		2000, /* of a session that was refused writes, when they are allowed again */
	OPEN_WAIT_MS = 10000, /* of one whose use of a table keeps it from being opened */
};

/* ---- getting there -------------------------------------------------------------------- */

/* A GRANT must never make an account, and patterns need their backslashes. */
static int settle_in(struct visit *visit, struct err *err)
{
	const struct db_pin pin = {
		.sql_mode = db_flavor(visit->session) == DB_MARIADB ? "NO_AUTO_CREATE_USER" : "",
		.lock_wait_s = 1,
		.small_tables = true,
	};

	visit->schema = visit->order->schema;
	if (db_pin(visit->session, &pin, err) < 0) {
		return -1;
	}
	return db_use(visit->session, visit->schema, err);
}

static char *lock_of(const struct visit *visit)
{
	return g_strconcat(visit->schema, "/write mode", NULL);
}

static int lock(struct visit *visit, struct err *err)
{
	struct exec_order *order = visit->order;
	int64_t end = tick_ms() + order->stall_ms;
	g_autofree char *name = lock_of(visit);

	while (db_lock_claimed(visit->session, name, LOCK_SLICE_S, order->claim_id,
			       &order->claim_lost, err) < 0) {
		if (err->code != ERR_BUSY || order->claim_lost || tick_ms() >= end) {
			return -1;
		}
		if (visit_stops(order)) {
			return err_set(err, ERR_CANCELLED, "stopped while waiting for the lock");
		}
	}
	return 0;
}

/* One that cannot be cleaned is closed: that frees the lock, too. */
static void unlock(struct visit *visit)
{
	g_autofree char *name = lock_of(visit);
	struct err ignored;

	if (visit->session != NULL && !db_is_lost(visit->session) &&
	    db_unlock(visit->session, name, &ignored) < 0) {
		db_session_free(g_steal_pointer(&visit->session));
	}
}

/* ---- who may write -------------------------------------------------------------------- */

static char **texts_of(GPtrArray *texts)
{
	char **out = g_new0(char *, texts->len + 1);

	for (guint i = 0; i < texts->len; i++) {
		out[i] = g_strdup(g_ptr_array_index(texts, i));
	}
	return out;
}

static int tell_closed(struct visit *visit, struct exec_result *result, struct err *err)
{
	SCOPED(close_row) row = { 0 };

	if (close_row_get(visit->session, &row, err) < 0) {
		return -1;
	}
	if (row.restore != NULL) {
		result->closed = g_new0(struct exec_closed, 1);
		result->nr_closed = 1;
		*result->closed = (struct exec_closed){
			.schema = g_strdup(visit->schema),
			.method = g_steal_pointer(&row.method),
			.restore = g_steal_pointer(&row.restore),
			.reason = g_steal_pointer(&row.reason),
			.owner = g_steal_pointer(&row.owner),
		};
	}
	return 0;
}

int close_run_writers(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_close *asked = &visit->order->close;
	SCOPED(close_choice) choice = { 0 };

	if (settle_in(visit, err) < 0 || tell_closed(visit, result, err) < 0) {
		return -1;
	}
	if (result->nr_closed > 0) {
		return 0; /* what could be read now is what an earlier plan has left */
	}
	if (close_choose(visit->session, visit->schema, asked->method, asked->unaltered, &choice,
			 err) < 0) {
		return -1;
	}
	result->method = g_strdup(close_method_names[choice.plan.method]);
	result->restore = close_plan_format(&choice.plan);
	result->why = g_steal_pointer(&choice.why);
	result->proof = g_steal_pointer(&choice.proof);
	result->holes = texts_of(choice.holes);
	return 0;
}

/* ---- closing -------------------------------------------------------------------------- */

/* Nothing can be written where an earlier run has come as far as READ ONLY. */
static int was_kept(struct visit *visit, bool *is_kept, struct err *err)
{
	SCOPED(close_row) row = { 0 };
	bool is_shut = false;

	if (close_schema_get(visit->session, &is_shut, err) < 0 ||
	    (is_shut && close_row_get(visit->session, &row, err) < 0)) {
		return -1;
	}
	*is_kept = is_shut && g_strcmp0(row.restore, visit->order->word) == 0;
	return 0;
}

static int keep(struct visit *visit, struct err *err)
{
	const struct exec_order *order = visit->order;
	char *method = order->close.method;
	const struct close_row row = {
		.method = method,
		.restore = order->word,
		.reason = order->close.reason,
		.owner = order->close.owner,
		.epoch = order->epoch,
	};
	SCOPED(history) history = { 0 };
	bool is_kept = false;

	if (was_kept(visit, &is_kept, err) < 0 || is_kept) {
		return is_kept ? 0 : -1;
	}
	/* a daemon that was overtaken is told so here */
	if (history_read(visit->session, &history, err) < 0 ||
	    history_claim(visit->session, &history, order->epoch, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_KEEP);
	if (close_row_put(visit->session, &row, order->close.expires_at, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_KEPT);
	return 0;
}

static int take_all(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);

		if (item->kind == CLOSE_TRIGGER) {
			continue; /* when those who are in the way have gone */
		}
		if (visit_stops(visit->order)) {
			return err_set(err, ERR_CANCELLED, "stopped while it was being closed");
		}
		if (close_take(visit->session, visit->schema, item, err) < 0) {
			return -1;
		}
	}
	CRASH_POINT(MODE_TAKEN);
	return 0;
}

static struct close_drain drain_of(const struct visit *visit)
{
	const struct exec_close *close = &visit->order->close;

	return (struct close_drain){
		.order = visit->order,
		.schema = visit->schema,
		.until_ms = tick_ms() + close->drain_ms,
		.ends = close->ends,
	};
}

/* Accounts lose rights while it is closed. */
static bool takes_rights(const struct close_plan *plan)
{
	return plan->method == CLOSE_PRIVILEGES || close_plan_seen(plan) > 0;
}

static int drain(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	g_autoptr(GPtrArray) users = NULL;
	struct close_drain how = drain_of(visit);

	if (takes_rights(plan)) {
		if (close_look_users(visit->session, plan, &users, err) < 0) {
			return -1;
		}
		how.users = users;
		if (close_sessions_end(visit->session, &how, err) < 0) {
			return -1;
		}
	}
	if (plan->method == CLOSE_TRIGGERS) {
		how.users = NULL; /* those who lose nothing are refused as well */
	}
	if (close_sessions_settle(visit->session, &how, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_DRAINED);
	return 0;
}

/* What was read when the plan was made is read again: there is nothing left to take. */
static int rights_gone(struct visit *visit, struct err *err)
{
	SCOPED(close_look) look = { 0 };
	g_autofree char *who = NULL;
	const struct close_item *left;

	if (close_look_at(visit->session, visit->schema, &look, err) < 0) {
		return -1;
	}
	if (close_plan_items(&look.plan) > 0) {
		left = close_plan_item(&look.plan, 0);
		who = close_account_text(left->user, left->host);
		return err_set(err, ERR_CONFLICT, "%s has got %s on %s meanwhile", who,
			       left->takes[0] == '\0' ? "rights" : left->takes, left->object);
	}
	return 0;
}

/* Rights, and triggers where the plan has some. *proof is owned. */
static int take_and_prove(struct visit *visit, const struct close_plan *plan, char **proof,
			  struct err *err)
{
	struct db_session *session = visit->session;
	SCOPED(close_prove) prove = { 0 };
	g_autofree char *rights = NULL;

	if (close_prove_begin(session, plan, &prove, err) < 0 || take_all(visit, plan, err) < 0 ||
	    drain(visit, plan, err) < 0) {
		return -1;
	}
	if (plan->method == CLOSE_TRIGGERS) {
		const struct close_drain how = drain_of(visit);

		if (close_triggers_put(session, plan, &how, err) < 0 ||
		    close_triggers_prove(session, err) < 0) {
			return -1;
		}
	}
	if ((takes_rights(plan) && rights_gone(visit, err) < 0) ||
	    close_prove_refused(session, &prove, err) < 0 || close_prove_end(session, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_PROVEN);
	rights = close_prove_text(&prove);
	*proof = g_strconcat(rights,
			     plan->method == CLOSE_TRIGGERS ? "; every table has its triggers" : "",
			     NULL);
	return 0;
}

static int shut_and_prove(struct visit *visit, char **proof, struct err *err)
{
	const struct close_drain how = drain_of(visit);

	CRASH_POINT(MODE_TAKEN);
	if (close_schema_shut(visit->session, &how, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_DRAINED);
	if (close_schema_prove(visit->session, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_PROVEN);
	*proof = g_strdup("a write as muster's own account was refused");
	return 0;
}

/* The application was asked to stop: what it has begun comes to its end. */
static int wait_for_hook(struct visit *visit, char **proof, struct err *err)
{
	const struct close_drain how = drain_of(visit);

	if (close_sessions_settle(visit->session, &how, err) < 0) {
		return -1;
	}
	*proof = g_strdup("no transaction was open; nothing keeps the application from writing");
	return 0;
}

static int close_it(struct visit *visit, char **proof, struct err *err)
{
	SCOPED(close_plan) plan = { 0 };

	if (close_plan_parse(&plan, visit->order->word, visit->schema, err) < 0 ||
	    keep(visit, err) < 0) {
		return -1;
	}
	switch (plan.method) {
	case CLOSE_PRIVILEGES:
	case CLOSE_TRIGGERS:
		return take_and_prove(visit, &plan, proof, err);
	case CLOSE_SCHEMA:
		return shut_and_prove(visit, proof, err);
	case CLOSE_HOOK:
		return wait_for_hook(visit, proof, err);
	case CLOSE_METHOD_NR:
		break;
	}
	CHECK(false);
	return -1;
}

int close_run_close(struct visit *visit, struct exec_result *result, struct err *err)
{
	int done;

	if (settle_in(visit, err) < 0 || lock(visit, err) < 0) {
		return -1;
	}
	done = close_it(visit, &result->proof, err);
	unlock(visit);
	return done;
}

/* ---- opening -------------------------------------------------------------------------- */

static int give_all(struct visit *visit, const struct close_plan *plan, GPtrArray *notes,
		    struct err *err)
{
	for (size_t i = close_plan_items(plan); i-- > 0;) {
		const struct close_item *item = close_plan_item(plan, i);

		if (item->kind != CLOSE_TRIGGER &&
		    close_give(visit->session, visit->schema, item, notes, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static struct close_drain drain_of_open(const struct visit *visit, int64_t within_ms)
{
	return (struct close_drain){
		.order = visit->order,
		.schema = visit->schema,
		.until_ms = tick_ms() + within_ms,
		.ends = true,
	};
}

/* Sessions that chose the database while it was closed are refused until they do so again. */
static int wake(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	g_autoptr(GPtrArray) users = NULL;
	struct close_drain how = drain_of_open(visit, OPEN_DRAIN_MS);

	if (!takes_rights(plan)) {
		return 0; /* no session has lost anything */
	}
	if (close_look_users(visit->session, plan, &users, err) < 0) {
		return -1;
	}
	how.users = users;
	return close_sessions_end(visit->session, &how, err);
}

/* What stands in the database itself. */
static int clear(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	const struct close_drain how = drain_of_open(visit, OPEN_WAIT_MS);

	if (close_schema_open(visit->session, &how, err) < 0) {
		return -1;
	}
	if (plan->method == CLOSE_SCHEMA || plan->method == CLOSE_HOOK) {
		return 0;
	}
	if (close_prove_end(visit->session, err) < 0) {
		return -1;
	}
	return plan->method == CLOSE_TRIGGERS ? close_triggers_drop(visit->session, plan, &how, err)
					      : 0;
}

static int compare(struct visit *visit, const struct close_plan *plan, GPtrArray *notes,
		   struct err *err)
{
	for (size_t i = 0; i < close_plan_seen(plan); i++) {
		const struct close_seen *seen = close_plan_saw_at(plan, i);
		g_autofree char *who = close_account_text(seen->user, seen->host);
		g_autofree char *digest = close_grants_digest(visit->session, seen->user,
							      seen->host, visit->schema, err);

		if (digest == NULL && err->code != ERR_DB) {
			return -1;
		}
		if (digest == NULL) {
			g_ptr_array_add(notes, g_strdup_printf("%s is gone: %s", who, err->msg));
		} else if (strcmp(digest, seen->digest) != 0) {
			g_ptr_array_add(notes,
					g_strdup_printf("the grants of %s are not what they were "
							"before it was closed: somebody has "
							"changed them meanwhile",
							who));
		}
	}
	return 0;
}

static bool has_account(const struct close_plan *plan, const struct close_item *item)
{
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *other = close_plan_item(plan, i);

		if (other->kind != CLOSE_TRIGGER && strcmp(other->user, item->user) == 0 &&
		    strcmp(other->host, item->host) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * All is given back: who has rights now, and had none when the plan was made, has got them while
 * it was closed. Of accounts that had some, compare has told. To look is no reason to stay closed.
 */
static int find_late(struct visit *visit, const struct close_plan *plan, GPtrArray *notes,
		     struct err *err)
{
	SCOPED(close_look) look = { 0 };
	SCOPED(close_plan) told = { 0 };

	if (plan->method != CLOSE_PRIVILEGES) {
		return 0;
	}
	if (close_look_at(visit->session, visit->schema, &look, err) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	for (size_t i = 0; i < close_plan_items(&look.plan); i++) {
		const struct close_item *item = close_plan_item(&look.plan, i);
		g_autofree char *who = close_account_text(item->user, item->host);

		if (!has_account(plan, item) && !has_account(&told, item)) {
			g_ptr_array_add(notes,
					g_strdup_printf("rights were given while it was closed: "
							"%s may write, and could",
							who));
			(void)close_plan_add(&told, item->kind, item->user, item->host);
		}
	}
	return 0;
}

static int open_it(struct visit *visit, bool is_there, GPtrArray *notes, struct err *err)
{
	SCOPED(close_plan) plan = { 0 };

	if (close_plan_parse(&plan, visit->order->word, visit->schema, err) < 0 ||
	    (is_there && clear(visit, &plan, err) < 0) || give_all(visit, &plan, notes, err) < 0 ||
	    compare(visit, &plan, notes, err) < 0 ||
	    (is_there && find_late(visit, &plan, notes, err) < 0)) {
		return -1;
	}
	CRASH_POINT(MODE_GIVEN);
	if (is_there &&
	    (wake(visit, &plan, err) < 0 || close_row_remove(visit->session, err) < 0)) {
		return -1;
	}
	CRASH_POINT(MODE_FORGOTTEN);
	return 0;
}

int close_run_open(struct visit *visit, struct exec_result *result, struct err *err)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
	bool is_there = true;
	int done;

	if (settle_in(visit, err) < 0) {
		if (err->code != ERR_DB || err->native != NO_SUCH_DATABASE) {
			return -1;
		}
		is_there = false; /* dropped: the rights on it are given back all the same */
	}
	if (lock(visit, err) < 0) {
		return -1;
	}
	done = open_it(visit, is_there, notes, err);
	unlock(visit);
	if (done == 0) {
		result->warnings = texts_of(notes);
	}
	return done;
}

/* ---- what a server says ---------------------------------------------------------------- */

static int read_closed(struct visit *visit, const char *schema, struct exec_result *result,
		       struct err *err)
{
	g_autofree char *quoted = db_quote_name(schema);
	struct exec_closed *closed;
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(visit->session, &rows, err,
		      "select method, restore_data, reason, owner from %s.muster_write_mode "
		      "where id = 1",
		      quoted) < 0) {
		return err->code == ERR_DB ? 0 : -1; /* gone meanwhile, or not ours */
	}
	if (rows.nr == 0) {
		return 0;
	}
	result->closed = g_renew(struct exec_closed, result->closed, result->nr_closed + 1);
	closed = &result->closed[result->nr_closed++];
	*closed = (struct exec_closed){
		.schema = g_strdup(schema),
		.method = g_strdup(rows.cells[0][0]),
		.restore = g_strdup(rows.cells[0][1]),
		.reason = g_strdup(rows.cells[0][2]),
		.owner = g_strdup(rows.cells[0][3]),
	};
	return 0;
}

int close_run_closed(struct visit *visit, struct exec_result *result, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows,
		     "select table_schema from information_schema.tables "
		     "where table_name = 'muster_write_mode' order by 1",
		     err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		if (read_closed(visit, rows.cells[i][0], result, err) < 0) {
			return -1;
		}
	}
	return 0;
}
