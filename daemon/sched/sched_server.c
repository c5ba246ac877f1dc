/*
 * Servers: the rows that links remember, and what a result says of a server's health.
 */
#include "db.h"
#include "glance.h"
#include "log.h"
#include "sampler.h"
#include "sched_guard.h"
#include "sched_state.h"
#include "store_server.h"
#include "tick.h"

static int add_replica(const struct store_server *row, void *ctx, struct err *err)
{
	(void)err;
	link_add_replica(ctx, row);
	return 0;
}

int sched_link_get(struct sched *sched, int64_t server_id, struct link **link, struct err *err)
{
	struct link *found = g_hash_table_lookup(sched->links, &server_id);
	SCOPED(store_server) row = { 0 };
	struct guard *guard;

	if (found != NULL && !found->stale) {
		*link = found;
		return 0;
	}
	if (store_server_get_id(sched->store, server_id, &row, err) < 0) {
		return -1;
	}
	if (row.max_running == 0) {
		row.max_running = sched->policy.server_running;
	}
	if (found == NULL) {
		found = link_new(server_id);
		g_hash_table_insert(sched->links, g_memdup2(&server_id, sizeof(server_id)), found);
	}
	link_set_row(found, &row);
	if (store_server_replicas(sched->store, row.name, add_replica, found, err) < 0) {
		found->stale = true;
		return -1;
	}
	guard = g_hash_table_lookup(sched->guards, &server_id);
	if (guard != NULL) {
		guard->is_stale = true; /* its address may be another */
	}
	*link = found;
	return 0;
}

/* Rows that changed, or a server that is gone. */
int sched_links_refresh(struct sched *sched, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct link *link = value;

		if (!link->stale || sched_link_get(sched, link->id, &link, err) == 0) {
			continue;
		}
		if (err->code != ERR_NOT_FOUND) {
			return -1;
		}
		if (link->tasks + link->jobs + (int64_t)link->waiting_jobs.length == 0 &&
		    !link->claiming) {
			g_hash_table_iter_remove(&iter);
		}
	}
	return 0;
}

int sched_server_address(const struct store_server *row, struct err *err)
{
	const struct db_addr addr = {
		.host = row->host,
		.socket = row->socket != NULL && row->socket[0] != '\0' ? row->socket : NULL,
	};

	return db_addr_check(&addr, err);
}

void sched_server_changed(struct sched *sched, int64_t server_id)
{
	struct link *link = g_hash_table_lookup(sched->links, &server_id);

	glance_forget(sched, server_id);
	if (link != NULL) {
		link->stale = true;
		link->retry_at = 1; /* what was wrong may have been set right: ask at once */
	}
}

/* Servers in a ring replicate from each other. */
#define SOURCES_MAX 16

int sched_replica_changed(struct sched *sched, const char *source, struct err *err)
{
	g_autofree char *name = g_strdup(source);

	for (int i = 0; i < SOURCES_MAX && name != NULL; i++) {
		SCOPED(store_server) row = { 0 };
		struct link *link;

		if (store_server_get(sched->store, name, &row, err) < 0) {
			return -1;
		}
		link = g_hash_table_lookup(sched->links, &row.id);
		if (link != NULL) {
			link->stale = true;
		}
		g_free(name);
		name = g_strdup(row.replica_of);
	}
	return 0;
}

char **sched_replicas(const struct sched *sched, int64_t server_id)
{
	const struct guard *guard = g_hash_table_lookup(sched->guards, &server_id);

	return guard == NULL || guard->sampler == NULL ? g_new0(char *, 1)
						       : sampler_replicas(guard->sampler);
}

int sched_link_note(struct sched *sched, struct link *link, const struct exec_result *result,
		    struct err *err)
{
	SCOPED(store_server) row = { 0 };
	g_autofree char *object = NULL;
	struct exec_info info = { 0 };

	if (store_server_get_id(sched->store, link->id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
	}
	if (result->info != NULL) {
		exec_info_get(result, &info);
	} else {
		info.flavor = row.flavor;
		info.version = row.version;
	}
	if (row.state == link->state && g_strcmp0(row.reason, link->reason) == 0 &&
	    g_strcmp0(row.flavor, info.flavor) == 0 && g_strcmp0(row.version, info.version) == 0) {
		return 0; /* no news */
	}
	row.state = link->state;
	store_text_set(&row.reason, link->reason);
	if (result->info != NULL) {
		store_text_set(&row.flavor, info.flavor);
		store_text_set(&row.version, info.version);
	}
	if (store_server_put(sched->store, &row, err) < 0) {
		return -1;
	}
	object = g_strdup_printf("server/%s", row.name);
	if (link->state == SERVER_UP) {
		log_info("server up server=%s", row.name);
	} else {
		log_warn("server %s server=%s reason=\"%s\"", server_state_names[link->state],
			 row.name, link->reason);
	}
	return sched_note(sched, &sched_self, 0, "server", object, server_state_names[link->state],
			  link->reason, err);
}

int sched_link_wake(struct sched *sched, const struct link *link, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct run *run = value;

		if ((run->stale && run_load(run, sched->store, err) < 0) ||
		    sched_task_move_all(sched, run, TASK_WAITING, TASK_WAKE, link->id, NULL, err) <
			    0) {
			return -1;
		}
	}
	return 0;
}

bool sched_link_proves(const struct link *link, const struct exec_result *result)
{
	struct exec_info info = { .read_only = true };

	if (link->proof == LINK_PROOF_ANY) {
		return true;
	}
	if (result->info != NULL) {
		exec_info_get(result, &info);
	}
	return link->proof == LINK_PROOF_ENTRY ? result->entry == EXEC_ENTERED : !info.read_only;
}

static int saw_down(struct sched *sched, struct link *link, const struct exec_result *result,
		    struct err *err)
{
	enum server_state state = result->server_denied ? SERVER_DENIED : SERVER_DOWN;
	bool changed =
		link_saw_down(link, state, result->err.msg, tick_ms(), sched->policy.retry_ms);

	if (result->entry == EXEC_SHUT_OUT) {
		link_must_prove(link, LINK_PROOF_ENTRY);
	} else if (result->answers) {
		link_must_prove(link, LINK_PROOF_CHECK);
	}
	return changed ? sched_link_note(sched, link, result, err) : 0;
}

/* It answers those who are in, or it answers and is still read only. */
static int still_down(struct sched *sched, struct link *link, const struct exec_result *result,
		      struct err *err)
{
	g_autofree char *reason = g_strdup(link->reason);

	if (result->info == NULL) {
		return 0;
	}
	(void)link_saw_down(link, link->state, reason, tick_ms(), sched->policy.retry_ms);
	return sched_link_note(sched, link, result, err);
}

int sched_link_saw(struct sched *sched, struct link *link, const struct exec_result *result,
		   struct err *err)
{
	bool was_away = link_is_away(link);
	bool changed;

	if (result->server_down || result->server_denied) {
		return saw_down(sched, link, result, err);
	}
	if (link->rival != NULL) { /* its own order ends that */
		return result->info != NULL ? sched_link_note(sched, link, result, err) : 0;
	}
	if (link->state != SERVER_UP && !result->ok && result->kind != EXEC_TASK) {
		return 0; /* says nothing of the server */
	}
	if (!sched_link_proves(link, result)) {
		return still_down(sched, link, result, err);
	}
	sched_claim_saw_up(sched, link);
	changed = link_saw_up(link);
	if (!changed && result->info == NULL) {
		return 0;
	}
	if (sched_link_note(sched, link, result, err) < 0) {
		return -1;
	}
	return was_away ? sched_link_wake(sched, link, err) : 0;
}

static int probed(struct sched *sched, const struct exec_result *result, void *ctx, struct err *err)
{
	struct link *link = g_hash_table_lookup(sched->links, &result->server_id);

	(void)ctx;
	(void)err;
	if (link != NULL) {
		link->probing = false;
	}
	return 0; /* sched_link_saw has taken the news */
}

bool sched_link_is_awaited(const struct sched *sched, const struct link *link)
{
	return link_awaits_probe(link) &&
	       (g_hash_table_size(sched->runs) > 0 || link->copies->len > 0);
}

void sched_links_probe(struct sched *sched, int64_t now_ms)
{
	static const struct sched_job job = { .fn = probed };
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct link *link = value;

		if (sched_link_is_awaited(sched, link) && now_ms >= link->retry_at) {
			link->probing = true;
			sched_job_start(sched, &link->row, exec_order_new(EXEC_CHECK), &job);
		}
	}
}
