/*
 * The claim of a server: before anything is written there, one session of this daemon holds
 * it (claim.h). It is taken in the background at the first need, looked after while the server
 * is in use, and given up when that has been idle. While another daemon has it, nothing starts.
 * At the start it is taken where an earlier daemon has left copies of schemas, to drop them.
 */
#include "crash.h"
#include "log.h"
#include "sched_state.h"
#include "store_server.h"
#include "tick.h"

#define CLAIM_LOOK_MS  15000 /* a quarter of what the server waits for a silent session */
#define CLAIM_WAIT_MS  1000  /* the session of a daemon that has just ended goes by itself */
#define RIVAL_RETRY_MS 2000
#define RIVAL_IDLE_MS  30000 /* nobody waits for the server */

static const bool needs_claim[EXEC_KIND_NR] = {
	[EXEC_TASK] = true,  [EXEC_BASELINE] = true, [EXEC_RESOLVE] = true,
	[EXEC_CHAIN] = true, [EXEC_SWEEP] = true,    [EXEC_WRITERS] = true,
	[EXEC_CLOSE] = true, [EXEC_OPEN] = true,     [EXEC_BUILD] = true,
};

bool sched_claim_needed(enum exec_kind kind)
{
	return needs_claim[kind];
}

bool sched_claim_held(struct link *link)
{
	if (link->claim_id == 0) {
		link->claim_wanted = true;
	}
	return link->claim_id != 0;
}

static int64_t retry_ms(const struct sched *sched)
{
	int64_t most = g_hash_table_size(sched->runs) > 0 ? RIVAL_RETRY_MS : RIVAL_IDLE_MS;

	return MIN(most, MAX(sched->policy.retry_ms, 1));
}

static int swept(struct sched *sched, const struct exec_result *result, void *ctx, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	(void)ctx;
	(void)err;
	if (link == NULL) {
		return 0; /* removed meanwhile */
	}
	if (!result->ok) {
		log_warn("left-over scratch schemas not dropped server=%s error=\"%s\"",
			 link->row.name, result->err.msg);
		link->swept = false; /* with the next claim */
	} else if (link->sweeping > 0) {
		g_ptr_array_remove_range(link->copies, 0, link->sweeping);
	}
	link->sweeping = 0;
	return 0;
}

/* Once a start those of an earlier daemon; and those of our own that went with their link. */
static void sweep(struct sched *sched, struct link *link)
{
	static const struct sched_job job = { .fn = swept };
	struct exec_order *order;

	if (link->sweeping > 0 || (link->swept && link->copies->len == 0)) {
		return;
	}
	order = exec_order_new(EXEC_SWEEP);
	order->schemas = g_new0(char *, link->copies->len + 1);
	for (guint i = 0; i < link->copies->len; i++) {
		order->schemas[i] = g_strdup(g_ptr_array_index(link->copies, i));
	}
	link->swept = true;
	link->sweeping = link->copies->len;
	sched_job_start(sched, &link->row, order, &job);
}

void sched_claim_left(struct link *link, const struct exec_result *result)
{
	bool was_trial = result->kind == EXEC_CHAIN || result->kind == EXEC_BUILD;

	for (char **name = result->left_over; was_trial && name != NULL && *name != NULL; name++) {
		g_ptr_array_add(link->copies, g_strdup(*name));
	}
}

/* Only where something is left the claim is taken, and then it is swept. */
static int looked(struct sched *sched, const struct exec_result *result, void *ctx, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	(void)ctx;
	(void)err;
	if (link == NULL) {
		return 0; /* removed meanwhile */
	}
	link->owes_look = result->server_down || result->server_denied;
	if (result->ok && result->left_over[0] != NULL && !link->swept) {
		log_info("left-over scratch schemas found server=%s number=%u", link->row.name,
			 g_strv_length(result->left_over));
		link->claim_wanted = true;
	}
	return 0;
}

static void look(struct sched *sched, struct link *link)
{
	static const struct sched_job job = { .fn = looked };

	link->owes_look = false;
	if (!link->swept) {
		sched_job_start(sched, &link->row, exec_order_new(EXEC_LEFT), &job);
	}
}

void sched_claim_saw_up(struct sched *sched, struct link *link)
{
	if (link->owes_look) {
		look(sched, link);
	}
	link->claim_wanted = link->claim_wanted || (link->copies->len > 0 && link->claim_id == 0);
}

static int server_id_add(const struct store_server *server, void *ctx, struct err *err)
{
	(void)err;
	if (server->replica_of == NULL) { /* of a replica they go where they were made */
		g_array_append_val(ctx, server->id);
	}
	return 0;
}

int sched_claims_recover(struct sched *sched, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_server_each(sched->store, server_id_add, ids, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		struct link *link = NULL;
		int64_t tenants = 0;

		if (store_server_tenants(sched->store, g_array_index(ids, int64_t, i), &tenants,
					 err) < 0) {
			return -1;
		}
		if (tenants == 0) {
			continue; /* nothing was tried there */
		}
		if (sched_link_get(sched, g_array_index(ids, int64_t, i), &link, err) < 0) {
			return -1;
		}
		look(sched, link);
	}
	return 0;
}

static int got_it(struct sched *sched, struct link *link, const struct exec_result *result,
		  struct err *err)
{
	bool was_away = link_is_away(link);
	bool is_idle = link->rival != NULL && g_hash_table_size(sched->runs) == 0 &&
		       link->waiting_jobs.length == 0;

	if (link->claim_id == 0) {
		link->idle_since = tick_ms();
		sched_modes_scan(sched, &link->row);
	}
	sweep(sched, link);
	if (link->claim_id != 0 && link->claim_id != result->claim_id) {
		log_warn("claim of the server was lost and taken again server=%s", link->row.name);
	}
	link->claim_id = result->claim_id;
	link->claim_due = tick_ms() + CLAIM_LOOK_MS;
	link->claim_failed = false;
	if (is_idle) {
		link_drop_claim(link); /* it was only asked for whether the other has gone */
	}
	CRASH_POINT(CLAIM_TAKEN);
	if (!sched_link_proves(link, result) || !link_saw_up(link)) {
		return 0;
	}
	if (sched_link_note(sched, link, result, err) < 0) {
		return -1;
	}
	return was_away ? sched_link_wake(sched, link, err) : 0;
}

/* Another daemon works there: the tasks wait with that reason, and it is asked for again. */
static int shut_out(struct sched *sched, struct link *link, const struct exec_result *result,
		    struct err *err)
{
	g_autofree char *reason =
		g_strdup_printf("%s: stop one of the two, see `muster server show %s`",
				result->err.msg, link->row.name);

	(void)link_saw_down(link, SERVER_DENIED, reason, tick_ms(), sched->policy.retry_ms);
	link->proof = LINK_PROOF_ANY; /* the claim itself is it */
	link->retry_at = tick_ms() + retry_ms(sched);
	link->rival = g_strdup(reason);
	(void)err_set(&link->claim_err, ERR_CONFLICT, "server %s: %s", link->row.name, reason);
	return sched_link_note(sched, link, result, err); /* writes only what is news */
}

int sched_claim_ended(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	if (link == NULL || result->addr_nr != link->addr_nr) {
		return 0; /* removed meanwhile, or it is another server now */
	}
	link->claim_wanted = false;
	if (result->ok) {
		return got_it(sched, link, result, err);
	}
	if (link->claim_id != 0) {
		log_warn("claim of the server was lost server=%s error=\"%s\"", link->row.name,
			 result->err.msg);
	}
	link->claim_id = 0;
	link->claim_failed = true;
	link->claim_err = result->err;
	if (result->err.code == ERR_BUSY) {
		return shut_out(sched, link, result, err);
	}
	return sched_link_saw(sched, link, result, err);
}

static bool is_due(const struct link *link, int64_t now_ms)
{
	if (link->claiming) {
		return false;
	}
	return link->claim_wanted || (link->claim_id != 0 && now_ms >= link->claim_due) ||
	       (link->rival != NULL && now_ms >= link->retry_at);
}

static void send_claim(struct sched *sched, struct link *link)
{
	struct exec_order *order;
	struct db_session *session = NULL;

	if (!link_take_claim(link, &session)) {
		return; /* no connection to spare: when an order has come back */
	}
	order = exec_order_new(EXEC_CLAIM);
	order->server_id = link->id;
	order->session = session;
	order->epoch = sched->epoch;
	order->word = g_strdup(sched->daemon);
	order->stall_ms = link->rival == NULL ? CLAIM_WAIT_MS : 0;
	link_address(link, &order->addr);
	pool_send(sched->urgent, order); /* a stopped server keeps the thread */
	CRASH_POINT(CLAIM_SENT);
}

void sched_claims_send(struct sched *sched, int64_t now_ms)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		if (is_due(value, now_ms)) {
			send_claim(sched, value);
		}
	}
}

int64_t sched_claims_due(struct sched *sched, int64_t now_ms)
{
	int64_t due = -1;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct link *link = value;
		int64_t at = link->rival != NULL ? link->retry_at : link->claim_due;

		if (!link->claiming && (link->claim_id != 0 || link->rival != NULL)) {
			at = MAX(at - now_ms, 0);
			due = due < 0 ? at : MIN(due, at);
		}
	}
	return due;
}
