#include "close_run.h"

#include <string.h>

#include <glib.h>

#include "close_look.h"
#include "close_plan.h"
#include "close_row.h"
#include "close_sessions.h"
#include "close_sql.h"
#include "crash.h"
#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "history.h"
#include "states.h"
#include "tick.h"
#include "visit.h"

enum {
	NO_SUCH_DATABASE = 1049, /* the server's number */
	LOCK_SLICE_S = 1,
	OPEN_DRAIN_MS =
		2000, /* of a session that was refused writes, when they are allowed again */
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

static int refuse_method(const char *method, const char *why, struct err *err)
{
	return err_set(err, ERR_INVALID, "method %s cannot be used here: %s", method, why);
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
	const char *wanted = visit->order->close.method;
	SCOPED(close_look) look = { 0 };

	if (settle_in(visit, err) < 0 || tell_closed(visit, result, err) < 0) {
		return -1;
	}
	if (wanted != NULL && strcmp(wanted, close_method_names[CLOSE_PRIVILEGES]) != 0) {
		return refuse_method(wanted, "known: privileges", err);
	}
	if (close_look_at(visit->session, visit->schema, &look, err) < 0) {
		return err_prefix(err, "who may write cannot be read");
	}
	if (look.unable != NULL) {
		return refuse_method(close_method_names[CLOSE_PRIVILEGES], look.unable, err);
	}
	if (close_look_grants(visit->session, &look.plan, err) < 0) {
		return -1;
	}
	result->method = g_strdup(close_method_names[look.plan.method]);
	result->restore = close_plan_format(&look.plan);
	result->holes = texts_of(look.holes);
	return 0;
}

/* ---- closing -------------------------------------------------------------------------- */

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
		if (visit_stops(visit->order)) {
			return err_set(err, ERR_CANCELLED, "stopped while it was being closed");
		}
		if (close_take(visit->session, visit->schema, close_plan_item(plan, i), err) < 0) {
			return -1;
		}
	}
	CRASH_POINT(MODE_TAKEN);
	return 0;
}

static int drain(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	const struct exec_order *order = visit->order;
	g_autoptr(GPtrArray) users = NULL;
	struct close_drain how = {
		.order = order,
		.schema = visit->schema,
		.until_ms = tick_ms() + order->close.drain_ms,
		.ends = order->close.ends,
	};

	if (close_look_users(visit->session, plan, &users, err) < 0) {
		return -1;
	}
	how.users = users;
	if (close_sessions_end(visit->session, &how, err) < 0 ||
	    close_sessions_settle(visit->session, &how, err) < 0) {
		return -1;
	}
	CRASH_POINT(MODE_DRAINED);
	return 0;
}

/* What was read when the plan was made is read again: there is nothing left to take. */
static int prove(struct visit *visit, struct err *err)
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
	CRASH_POINT(MODE_PROVEN);
	return 0;
}

static int close_it(struct visit *visit, struct err *err)
{
	SCOPED(close_plan) plan = { 0 };

	if (close_plan_parse(&plan, visit->order->word, visit->schema, err) < 0 ||
	    keep(visit, err) < 0 || take_all(visit, &plan, err) < 0 ||
	    drain(visit, &plan, err) < 0) {
		return -1;
	}
	return prove(visit, err);
}

int close_run_close(struct visit *visit, struct exec_result *result, struct err *err)
{
	int done;

	(void)result;
	if (settle_in(visit, err) < 0 || lock(visit, err) < 0) {
		return -1;
	}
	done = close_it(visit, err);
	unlock(visit);
	return done;
}

/* ---- opening -------------------------------------------------------------------------- */

static int give_all(struct visit *visit, const struct close_plan *plan, GPtrArray *notes,
		    struct err *err)
{
	for (size_t i = close_plan_items(plan); i-- > 0;) {
		if (close_give(visit->session, visit->schema, close_plan_item(plan, i), notes,
			       err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Sessions that chose the database while it was closed are refused until they do so again. */
static int wake(struct visit *visit, const struct close_plan *plan, struct err *err)
{
	g_autoptr(GPtrArray) users = NULL;
	struct close_drain how = {
		.order = visit->order,
		.schema = visit->schema,
		.until_ms = tick_ms() + OPEN_DRAIN_MS,
		.ends = true,
	};

	if (close_look_users(visit->session, plan, &users, err) < 0) {
		return -1;
	}
	how.users = users;
	return close_sessions_end(visit->session, &how, err);
}

static int compare(struct visit *visit, const struct close_plan *plan, GPtrArray *notes,
		   struct err *err)
{
	for (size_t i = 0; i < close_plan_seen(plan); i++) {
		const struct close_seen *seen = close_plan_saw_at(plan, i);
		g_autofree char *who = close_account_text(seen->user, seen->host);
		g_autofree char *digest =
			close_grants_digest(visit->session, seen->user, seen->host, err);

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

static int open_it(struct visit *visit, bool is_there, GPtrArray *notes, struct err *err)
{
	SCOPED(close_plan) plan = { 0 };

	if (close_plan_parse(&plan, visit->order->word, visit->schema, err) < 0 ||
	    give_all(visit, &plan, notes, err) < 0 || compare(visit, &plan, notes, err) < 0) {
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
