#include "link.h"

#define BACKOFF_MAX_MS 60000

static void row_free(void *ctx)
{
	struct store_server *row = ctx;

	store_server_release(row);
	g_free(row);
}

struct link *link_new(int64_t id)
{
	struct link *link = g_new0(struct link, 1);

	link->id = id;
	link->replicas = g_ptr_array_new_with_free_func(row_free);
	link->copies = g_ptr_array_new_with_free_func(g_free);
	g_queue_init(&link->idle);
	g_queue_init(&link->waiting_jobs);
	return link;
}

static void close_idle(struct link *link)
{
	struct db_session *session;

	while ((session = g_queue_pop_head(&link->idle)) != NULL) {
		exec_session_free(session);
	}
}

void link_free(struct link *link)
{
	if (link == NULL) {
		return;
	}
	close_idle(link);
	link_drop_claim(link);
	g_free(link->rival);
	g_queue_clear(&link->waiting_jobs);
	store_server_release(&link->row);
	g_ptr_array_unref(link->replicas);
	g_ptr_array_unref(link->copies);
	g_free(link->reason);
	g_free(link);
}

static bool same_address(const struct store_server *a, const struct store_server *b)
{
	return g_strcmp0(a->host, b->host) == 0 && a->port == b->port &&
	       g_strcmp0(a->socket, b->socket) == 0 &&
	       g_strcmp0(a->defaults_file, b->defaults_file) == 0;
}

/* What a link needs of it. */
static struct store_server copy_of(const struct store_server *row)
{
	return (struct store_server){
		.id = row->id,
		.name = g_strdup(row->name),
		.host = g_strdup(row->host),
		.port = row->port,
		.socket = g_strdup(row->socket),
		.defaults_file = g_strdup(row->defaults_file),
		.max_running = row->max_running,
		.max_rebuilds = row->max_rebuilds,
		.max_chunks = row->max_chunks,
		.state = row->state,
		.replicas = g_strdup(row->replicas),
		.heartbeat = g_strdup(row->heartbeat),
	};
}

void link_add_replica(struct link *link, const struct store_server *row)
{
	struct store_server copy = copy_of(row);

	g_ptr_array_add(link->replicas, g_memdup2(&copy, sizeof(copy)));
}

void link_set_row(struct link *link, const struct store_server *row)
{
	struct store_server copy = copy_of(row);

	if (link->row.name != NULL && !same_address(&link->row, &copy)) {
		link->addr_nr++;
		close_idle(link);
		link_drop_claim(link);
		link->retry_at = link->state == SERVER_UP ? 0 : 1; /* ask again at once */
	}
	store_server_release(&link->row);
	link->row = copy;
	g_ptr_array_set_size(link->replicas, 0);
	link->stale = false;
}

/* Sessions that an order or the claim has. */
static int64_t in_use(const struct link *link)
{
	return link->tasks + link->jobs + (link->claim != NULL || link->claiming ? 1 : 0);
}

static int64_t sessions(const struct link *link)
{
	return in_use(link) + (int64_t)link->idle.length;
}

static int64_t sessions_max(const struct link *link)
{
	return link->row.max_running + LINK_JOBS_MAX;
}

bool link_is_away(const struct link *link)
{
	return link->state == SERVER_DOWN || link->state == SERVER_DENIED;
}

bool link_awaits_probe(const struct link *link)
{
	return link_is_away(link) && link->rival == NULL && !link->probing;
}

bool link_has_slot(const struct link *link, int64_t limit)
{
	int64_t most = link->row.max_running;

	if (limit > 0 && limit < most) {
		most = limit;
	}
	return !link_is_away(link) && link->tasks < most && in_use(link) < sessions_max(link);
}

struct db_session *link_take_session(struct link *link)
{
	return g_queue_pop_tail(&link->idle); /* the one used last: its caches are warm */
}

int64_t link_jobs_max(const struct link *link)
{
	bool is_claimed = link->claim != NULL || link->claiming || link->claim_wanted;

	/* a rollout that looks around before its tasks begin uses one of their sessions */
	return is_claimed && link->tasks > 0 ? LINK_JOBS_MAX - 1 : LINK_JOBS_MAX;
}

bool link_take_claim(struct link *link, struct db_session **session)
{
	*session = g_steal_pointer(&link->claim);
	if (*session == NULL) {
		if (link->idle.length == 0 && sessions(link) >= sessions_max(link)) {
			return false;
		}
		*session = link_take_session(link);
	}
	link->claiming = true;
	return true;
}

void link_give_claim(struct link *link, struct db_session *session)
{
	link->claiming = false;
	exec_session_free(g_steal_pointer(&link->claim));
	link->claim = session;
}

void link_drop_claim(struct link *link)
{
	exec_session_free(g_steal_pointer(&link->claim));
	link->claim_id = 0;
}

void link_give_session(struct link *link, struct db_session *session, int64_t now_ms)
{
	link->idle_since = now_ms;
	if (session == NULL) {
		return;
	}
	if (sessions(link) >= sessions_max(link) || link->proof == LINK_PROOF_ENTRY) {
		exec_session_free(session);
		return;
	}
	g_queue_push_tail(&link->idle, session);
}

void link_trim(struct link *link, int64_t now_ms, int64_t idle_ms)
{
	if (link->tasks + link->jobs == 0 && now_ms - link->idle_since >= idle_ms) {
		close_idle(link);
		if (!link->claiming && link->rival == NULL) {
			link_drop_claim(link);
		}
	}
}

bool link_saw_up(struct link *link)
{
	bool changed = link->state != SERVER_UP;

	link->state = SERVER_UP;
	link->proof = LINK_PROOF_ANY;
	link->backoff_ms = 0;
	link->retry_at = 0;
	g_clear_pointer(&link->reason, g_free);
	g_clear_pointer(&link->rival, g_free);
	return changed;
}

bool link_saw_down(struct link *link, enum server_state state, const char *reason, int64_t now_ms,
		   int64_t retry_ms)
{
	bool changed = link->state != state;

	if (changed || now_ms >= link->retry_at) {
		link->backoff_ms = link->backoff_ms == 0
					   ? retry_ms
					   : MIN(link->backoff_ms * 2, BACKOFF_MAX_MS);
		link->retry_at = now_ms + link->backoff_ms;
	}
	link->state = state;
	store_text_set(&link->reason, reason);
	g_clear_pointer(&link->rival, g_free);
	link->claim_due = 0; /* what broke may have been its session, too */
	close_idle(link);
	return changed;
}

void link_must_prove(struct link *link, enum link_proof proof)
{
	link->proof = MAX(link->proof, proof);
}

void link_address(const struct link *link, struct exec_addr *addr)
{
	*addr = (struct exec_addr){
		.host = g_strdup(link->row.host),
		.port = link->row.port,
		.socket = g_strdup(link->row.socket),
		.defaults_file = g_strdup(link->row.defaults_file),
		.nr = link->addr_nr,
	};
}
