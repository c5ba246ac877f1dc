/*
 * Who may write in a tenant: its mode moves along fsm_mode, each step in the transaction of a
 * turn, and orders follow from the rows. What a row says that it is closing or opening is
 * worked on until it is closed or open; a lease that ends, or a new start of the daemon,
 * opens.
 */
#include "sched_mode.h"

#include "crash.h"
#include "log.h"
#include "sched_close.h"
#include "sched_hook.h"
#include "sched_state.h"
#include "store_server.h"
#include "store_task.h"
#include "tick.h"

#define RETRY_FIRST_MS 1000
#define RETRY_MOST_MS  10000 /* a client stays closed for so long after its server has come back */
#define SET_BACK_MS    1000  /* less is the drift of a clock */

struct mode_run *sched_mode_find(struct sched *sched, int64_t tenant_id)
{
	return g_hash_table_lookup(sched->modes, &tenant_id);
}

int64_t sched_mode_left_ms(const struct mode_run *run, const struct store_mode *row)
{
	int64_t left_ms = row->expires_at - tick_wall_ms();
	bool is_read = run != NULL && run->row.expires_at == row->expires_at;

	return is_read ? MIN(left_ms, run->deadline_ms - tick_ms()) : left_ms;
}

int64_t sched_mode_ends_at(struct sched *sched, const struct store_mode *row)
{
	int64_t left_ms = sched_mode_left_ms(sched_mode_find(sched, row->tenant_id), row);
	int64_t now = tick_wall_ms();

	return row->expires_at - now - left_ms > SET_BACK_MS ? now + left_ms : row->expires_at;
}

void mode_run_free(void *data)
{
	struct mode_run *run = data;

	store_mode_release(&run->row);
	g_free(run->proof);
	g_strfreev(run->holes);
	g_free(run);
}

/* ---- what is in the store --------------------------------------------------------------- */

static void copy_row(struct store_mode *to, const struct store_mode *from)
{
	store_mode_release(to);
	*to = *from;
	to->tenant = g_strdup(from->tenant);
	to->schema = g_strdup(from->schema);
	to->method = g_strdup(from->method);
	to->restore = g_strdup(from->restore);
	to->reason = g_strdup(from->reason);
	to->owner = g_strdup(from->owner);
	to->failed = g_strdup(from->failed);
	to->failed_code = g_strdup(from->failed_code);
	to->hooks = g_strdup(from->hooks);
}

static int load_one(const struct store_mode *row, void *ctx, struct err *err)
{
	struct sched *sched = ctx;
	struct mode_run *run = sched_mode_find(sched, row->tenant_id);

	(void)err;
	if (run == NULL) {
		run = g_new0(struct mode_run, 1);
		g_hash_table_insert(sched->modes,
				    g_memdup2(&row->tenant_id, sizeof(row->tenant_id)), run);
	}
	if (run->row.expires_at != row->expires_at) {
		run->deadline_ms = tick_ms() + row->expires_at - tick_wall_ms();
	}
	copy_row(&run->row, row);
	run->seen = true;
	return 0;
}

/* One whose order is still out stays until that is back; its row says that it is open. */
static gboolean is_gone(void *key, void *value, void *unused)
{
	struct mode_run *run = value;

	(void)key;
	(void)unused;
	if (!run->seen) {
		run->row.mode = TENANT_RW;
	}
	return !run->seen && !run->in_flight && run->hook_id == 0;
}

static int load(struct sched *sched, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct mode_run *)value)->seen = false;
	}
	if (store_mode_each(sched->store, load_one, sched, err) < 0) {
		return -1;
	}
	(void)g_hash_table_foreach_remove(sched->modes, is_gone, NULL);
	sched->modes_stale = false;
	return 0;
}

/* ---- one step --------------------------------------------------------------------------- */

int sched_mode_move(struct sched *sched, struct store_mode *row, enum tenant_event event,
		    const struct sched_actor *actor, const char *text, struct err *err)
{
	const struct fsm_edge *edge = fsm_next(&fsm_mode, (int)row->mode, (int)event, err);
	g_autofree char *object = g_strdup_printf("tenant/%s", row->tenant);
	enum tenant_mode from = row->mode;

	if (edge == NULL) {
		return err_prefix(err, "tenant %s", row->tenant);
	}
	row->mode = (enum tenant_mode)edge->to;
	sched->settle = true; /* nothing is changed on a server that the inventory may forget */
	sched->modes_stale = true;
	if (store_mode_move(sched->store, row, err) < 0) {
		return -1;
	}
	CRASH_EDGE("tenant", tenant_mode_names[from], tenant_event_names[event]);
	log_info("tenant mode tenant=%s mode=%s why=\"%s\"", row->tenant,
		 tenant_mode_names[row->mode], text != NULL ? text : edge->why);
	return sched_note(sched, actor, 0, "tenant.mode", object, tenant_mode_names[row->mode],
			  text != NULL ? text : edge->why, err);
}

/* The row as it is now; 1: there, 0: the tenant is open. */
static int row_get(struct sched *sched, int64_t tenant_id, struct store_mode *row, struct err *err)
{
	if (store_mode_get(sched->store, tenant_id, row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	return 1;
}

/* ---- closing has ended ------------------------------------------------------------------- */

/* Not the tenant's fault: nothing is known of it, and it is asked again. */
static bool is_outside(const struct exec_result *result)
{
	return result->server_down || result->server_denied || result->claim_lost ||
	       result->err.code == ERR_UNREACHABLE || result->err.code == ERR_UNKNOWN_OUTCOME;
}

static void put_off(struct mode_run *run, const struct err *err, const char *what)
{
	run->retry_ms = run->retry_ms == 0 ? RETRY_FIRST_MS : MIN(run->retry_ms * 2, RETRY_MOST_MS);
	run->retry_at = tick_ms() + run->retry_ms;
	run->failed = true;
	run->err = *err;
	log_warn("tenant not yet %s tenant=%s error=\"%s\"", what, run->row.tenant, err->msg);
}

int sched_mode_closed(struct sched *sched, struct store_mode *row, const char *proof,
		      struct err *err)
{
	g_autofree char *shown = sched_mode_proof(row, proof);
	g_autofree char *text = g_strdup_printf("no write gets through any more: %s", shown);

	row->since = tick_wall_ms();
	if (sched_mode_move(sched, row, TENANT_CLOSED, &sched_self, text, err) < 0) {
		return -1;
	}
	return !row->maintenance
		       ? 0
		       : sched_mode_move(sched, row, TENANT_MAINTAIN, &sched_self, NULL, err);
}

int sched_mode_not_closed(struct sched *sched, struct store_mode *row, const struct err *why,
			  struct err *err)
{
	g_autofree char *text = g_strdup_printf("it could not be closed: %s", why->msg);

	store_text_set(&row->failed, why->msg);
	store_text_set(&row->failed_code, err_code_names[why->code]);
	return sched_mode_move(sched, row, TENANT_FAIL, &sched_self, text, err);
}

int sched_mode_close_ended(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct mode_run *run = sched_mode_find(sched, result->id);
	SCOPED(store_mode) row = { 0 };
	int found;

	CHECK(run != NULL);
	run->ended = true;
	found = row_get(sched, result->id, &row, err);
	if (found <= 0 || row.mode != TENANT_CLOSING) {
		return found < 0 ? -1 : 0; /* opened meanwhile: that order follows */
	}
	if (result->ok && hook_set_has(row.hooks, HOOK_AFTER_CLOSE)) {
		run->shut = true;
		store_text_set(&run->proof, result->proof);
		return 0;
	}
	if (result->ok) {
		return sched_mode_closed(sched, &row, result->proof, err);
	}
	if (is_outside(result) || sched->stopping) {
		put_off(run, &result->err, "closed");
		return 0;
	}
	return sched_mode_not_closed(sched, &row, &result->err, err);
}

/* ---- opening has ended ------------------------------------------------------------------- */

static int say_notes(struct sched *sched, const struct store_mode *row,
		     const struct exec_result *result, struct err *err)
{
	g_autofree char *object = g_strdup_printf("tenant/%s", row->tenant);

	for (size_t i = 0; result->warnings != NULL && result->warnings[i] != NULL; i++) {
		log_warn("tenant opened with a difference tenant=%s note=\"%s\"", row->tenant,
			 result->warnings[i]);
		if (sched_note(sched, &sched_self, 0, "tenant.mode", object, NULL,
			       result->warnings[i], err) < 0) {
			return -1;
		}
	}
	if (result->warnings != NULL) {
		sched_modes_say(sched, row->tenant_id, result->warnings);
	}
	return 0;
}

int sched_mode_opened(struct sched *sched, struct store_mode *row, struct err *err)
{
	const struct mode_run *run = sched_mode_find(sched, row->tenant_id);
	int64_t given_at = run != NULL && run->given_at > 0 ? run->given_at : tick_wall_ms();

	if (row->task_id != 0 &&
	    store_task_closed(sched->store, row->task_id, given_at - row->asked_at, err) < 0) {
		return -1;
	}
	return sched_mode_move(sched, row, TENANT_OPENED, &sched_self, NULL, err);
}

static int on_opened(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct mode_run *run = ctx;
	SCOPED(store_mode) row = { 0 };
	int found = row_get(sched, run->row.tenant_id, &row, err);

	if (found <= 0 || row.mode != TENANT_OPENING) {
		return found < 0 ? -1 : 0;
	}
	if (!result->ok) {
		*err = result->err;
		return -1;
	}
	if (say_notes(sched, &row, result, err) < 0) {
		return -1;
	}
	run->given_at = tick_wall_ms();
	if (hook_set_has(row.hooks, HOOK_AFTER_OPEN) &&
	    (run->hooks_done & HOOK_BIT(HOOK_AFTER_OPEN)) == 0) {
		return 0; /* that hook is run first */
	}
	return sched_mode_opened(sched, &row, err);
}

static void on_open_done(void *ctx, const struct err *err)
{
	struct mode_run *run = ctx;

	run->in_flight = false;
	if (err != NULL) {
		put_off(run, err, "opened");
	} else {
		run->retry_ms = 0;
	}
}

/* ---- orders ------------------------------------------------------------------------------ */

static void send_open(struct sched *sched, struct mode_run *run, const struct store_server *server)
{
	struct exec_order *order = exec_order_new(EXEC_OPEN);

	order->schema = g_strdup(run->row.schema);
	order->word = g_strdup(run->row.restore);
	order->stall_ms = sched->policy.stall_ms;
	run->in_flight = true;
	sched_job_start(sched, server, order, &(struct sched_job){ on_opened, on_open_done, run });
}

/* Like a task: it may wait for what the tenant's sessions do. */
static void send_close(struct sched *sched, struct mode_run *run, struct link *link)
{
	struct exec_order *order = exec_order_new(EXEC_CLOSE);
	const struct store_mode *row = &run->row;

	order->id = row->tenant_id;
	order->server_id = link->id;
	order->session = link_take_session(link);
	link_address(link, &order->addr);
	order->epoch = sched->epoch;
	order->claim_id = link->claim_id;
	order->schema = g_strdup(row->schema);
	order->word = g_strdup(row->restore);
	order->live = &run->live;
	order->stall_ms = sched->policy.stall_ms;
	order->close = (struct exec_close){
		.method = g_strdup(row->method),
		.reason = g_strdup(row->reason),
		.owner = g_strdup(row->owner),
		.expires_at = row->expires_at,
		.drain_ms = row->drain_ms,
		.ends = row->ends,
	};
	atomic_store(&run->live.stop, 0);
	run->in_flight = true;
	link->tasks++;
	CRASH_POINT(ORDER_SEND);
	pool_send(sched->tasks, order);
	CRASH_POINT(ORDER_SENT);
}

static void send_one(struct sched *sched, struct mode_run *run)
{
	SCOPED(store_server) server = { 0 };
	struct link *link = NULL;
	struct err err = { 0 };

	if (store_server_get_id(sched->store, run->row.server_id, &server, &err) < 0 ||
	    sched_link_get(sched, server.id, &link, &err) < 0) {
		put_off(run, &err, "moved");
		return;
	}
	if (run->row.mode == TENANT_OPENING) {
		send_open(sched, run, &server);
	} else if (sched_claim_held(link) &&
		   (run->row.task_id != 0 || link_has_slot(link, 0))) { /* a task has its own */
		send_close(sched, run, link);
	} else { /* its slot or its claim is told; a server that is away is asked for that again */
		run->retry_at = link_is_away(link) ? tick_ms() + RETRY_FIRST_MS : 0;
	}
}

static gboolean is_over(void *key, void *value, void *unused)
{
	const struct mode_run *run = value;

	(void)key;
	(void)unused;
	return run->row.mode == TENANT_RW && !run->in_flight && run->hook_id == 0;
}

/* A server with a closed tenant is in use: no other daemon may open what is closed here. */
static void keep_claim(struct sched *sched, int64_t server_id)
{
	struct link *link = g_hash_table_lookup(sched->links, &server_id);

	if (link != NULL) {
		link->idle_since = tick_ms();
	}
}

void sched_modes_send(struct sched *sched)
{
	bool wake = false;
	GHashTableIter iter;
	void *value;

	(void)g_hash_table_foreach_remove(sched->modes, is_over, NULL);
	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct mode_run *run = value;

		if (run->ended) {
			run->ended = false;
			run->in_flight = false;
		}
		keep_claim(sched, run->row.server_id);
		if (!run->in_flight && sched_mode_hook_due(run)) {
			wake |= run->hook_id == 0; /* the next turn begins it */
		} else if (!run->in_flight && !sched->stopping && tick_ms() >= run->retry_at &&
			   (run->row.mode == TENANT_CLOSING || run->row.mode == TENANT_OPENING)) {
			send_one(sched, run);
		}
	}
	if (wake && !sched->stopping) {
		sched_wake(sched);
	}
}

void sched_modes_undo(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	sched->modes_stale = true;
	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct mode_run *)value)->ended = false;
	}
}

void sched_mode_stop(struct sched *sched, struct mode_run *run)
{
	atomic_store(&run->live.stop, 1);
	sched_hook_stop(sched, run->hook_id);
}

void sched_modes_stop(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		sched_mode_stop(sched, value);
	}
	if (g_hash_table_size(sched->modes) > 0 && !sched->stopping) {
		log_warn("tenants stay closed until musterd is started again tenants=%u",
			 g_hash_table_size(sched->modes));
	}
}

/* ---- the turn ---------------------------------------------------------------------------- */

static bool is_leased(const struct store_mode *row)
{
	return row->mode == TENANT_CLOSING || row->mode == TENANT_RO ||
	       row->mode == TENANT_MAINTENANCE;
}

static int expire(struct sched *sched, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct mode_run *run = value;

		if (!is_leased(&run->row) || sched_mode_left_ms(run, &run->row) > 0 ||
		    sched_close_works(sched, run->row.tenant_id)) {
			continue; /* a task ends before its lease does */
		}
		sched_mode_stop(sched, run);
		run->retry_at = 0;
		run->retry_ms = 0;
		if (sched_mode_move(sched, &run->row, TENANT_EXPIRE, &sched_self, NULL, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int sched_modes_decide(struct sched *sched, struct err *err)
{
	if (sched->modes_stale && load(sched, err) < 0) {
		return -1;
	}
	return expire(sched, err);
}

/* When something is to be done for it; -1: never by itself. */
static int64_t due_of(const struct sched *sched, const struct mode_run *run)
{
	bool may_expire = is_leased(&run->row) && !sched_close_works(sched, run->row.tenant_id);
	bool is_pending = !sched->stopping && !run->in_flight && run->hook_id == 0 &&
			  (run->row.mode == TENANT_OPENING ||
			   (run->row.mode == TENANT_CLOSING && run->retry_at > 0));
	int64_t retry = is_pending ? MAX(run->retry_at - tick_ms(), 0) : -1;
	int64_t lease = may_expire ? MAX(sched_mode_left_ms(run, &run->row), 0) : -1;

	return lease < 0 ? retry : retry < 0 ? lease : MIN(lease, retry);
}

int64_t sched_modes_due(struct sched *sched)
{
	int64_t due = sched_waiters_due(sched);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		int64_t at = due_of(sched, value);

		due = at < 0 ? due : due < 0 ? at : MIN(due, at);
	}
	return due;
}

/* ---- the start --------------------------------------------------------------------------- */

static int collect(const struct store_mode *row, void *ctx, struct err *err)
{
	(void)err;
	if (is_leased(row)) {
		g_array_append_val((GArray *)ctx, row->tenant_id);
	}
	return 0;
}

int sched_modes_recover(struct sched *sched, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_mode_each(sched->store, collect, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		SCOPED(store_mode) row = { 0 };

		if (store_mode_get(sched->store, g_array_index(ids, int64_t, i), &row, err) < 0 ||
		    sched_mode_move(sched, &row, TENANT_RESTART, &sched_self, NULL, err) < 0) {
			return -1;
		}
	}
	return 0;
}
