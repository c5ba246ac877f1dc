/*
 * Jobs: orders to one server that are no tasks, a few at once beside those (link.h).
 */
#include "crash.h"
#include "sched_guard.h"
#include "sched_state.h"

/* Somebody waits for the effect: on call, or a client who cannot write. */
static bool is_urgent(const struct job_run *run)
{
	return run->order->kind == EXEC_KILL || run->order->kind == EXEC_OPEN;
}

static int is_calm(const void *run, const void *unused)
{
	(void)unused;
	return is_urgent(run) ? 1 : 0;
}

static int helps(const void *run, const void *unused)
{
	(void)unused;
	return ((const struct job_run *)run)->order->helps ? 0 : 1;
}

/* A trial does not wait for the end of a look, for which whoever helps with that keeps a place. */
static void enqueue(GQueue *waiting, struct job_run *run)
{
	GList *behind = NULL;

	if (is_urgent(run)) {
		behind = g_queue_find_custom(waiting, NULL, is_calm);
	} else if (run->order->kind == EXEC_CHAIN) {
		behind = g_queue_find_custom(waiting, NULL, helps);
	}
	g_queue_insert_before(waiting, behind, run);
}

void sched_job_start(struct sched *sched, const struct store_server *server,
		     struct exec_order *order, const struct sched_job *job)
{
	sched_job_start_unless(sched, server, order, job, NULL);
}

void sched_job_start_unless(struct sched *sched, const struct store_server *server,
			    struct exec_order *order, const struct sched_job *job,
			    const bool *cancelled)
{
	struct job_run *run = g_new0(struct job_run, 1);
	struct link *link = g_hash_table_lookup(sched->links, &server->id);

	if (link == NULL) {
		link = link_new(server->id);
		link_set_row(link, server);
		link->stale = true; /* the turn adds what the row leaves to the settings */
		g_hash_table_insert(sched->links, g_memdup2(&server->id, sizeof(server->id)), link);
	}
	run->id = ++sched->next_job;
	run->server_id = server->id;
	run->order = order;
	run->job = *job;
	run->cancelled = cancelled;
	if (order->kind == EXEC_CHAIN || order->kind == EXEC_BUILD) {
		order->live = &run->live;
	}
	order->id = run->id;
	order->server_id = server->id;
	order->epoch = sched->epoch;
	if (order->kind == EXEC_CHECK && order->word == NULL) {
		order->word = g_strdup(sched->daemon);
	}
	g_hash_table_insert(sched->jobs, g_memdup2(&run->id, sizeof(run->id)), run);
	enqueue(&link->waiting_jobs, run);
	if (order->kind == EXEC_SURVEY && !order->in_passing) {
		(void)sched_guard_need(sched, link); /* its load is known when tasks can start */
	}
	sched_wake(sched);
}

/* What could not be sent comes back as if a worker had said so. */
static void send_back(struct sched *sched, struct link *link, struct job_run *run,
		      const struct err *why)
{
	struct exec_result *result = g_new0(struct exec_result, 1);
	struct letter *letter = g_new0(struct letter, 1);

	result->kind = run->order->kind;
	result->id = run->id;
	result->server_id = run->server_id;
	result->err = *why;
	exec_order_free(g_steal_pointer(&run->order));
	link->jobs++; /* until it is read */
	letter->result = result;
	mailbox_send(sched->letters, letter);
}

static void send_one(struct sched *sched, struct link *link, struct job_run *run)
{
	struct pool *pool = is_urgent(run) ? sched->urgent : sched->probes;

	run->order->session = link_take_session(link);
	run->order->claim_id = sched_claim_needed(run->order->kind) ? link->claim_id : 0;
	link_address(link, &run->order->addr);
	link->jobs++;
	pool_send(pool, g_steal_pointer(&run->order));
	CRASH_POINT(JOB_SENT);
}

static bool is_unwanted(const struct job_run *run)
{
	return run->cancelled != NULL && *run->cancelled;
}

static bool is_cancelled(struct sched *sched, struct link *link, struct job_run *run)
{
	struct err err;

	if (!is_unwanted(run)) {
		return false;
	}
	err_set(&err, ERR_CANCELLED, "nobody waits for it any more");
	send_back(sched, link, run, &err);
	return true;
}

/* What is urgent has one place more: a trial of many files keeps its own for minutes. */
static bool has_place(const struct link *link, const struct job_run *run)
{
	return link->jobs < link_jobs_max(link) + (is_urgent(run) ? 1 : 0);
}

/* Those that write wait for the claim of the server; the others pass them. */
static void send_from(struct sched *sched, struct link *link)
{
	GQueue held = G_QUEUE_INIT;
	struct job_run *run;

	while ((run = g_queue_peek_head(&link->waiting_jobs)) != NULL && has_place(link, run)) {
		(void)g_queue_pop_head(&link->waiting_jobs);
		if (is_cancelled(sched, link, run)) {
			continue;
		}
		if (!sched_claim_needed(run->order->kind) || link->claim_id != 0) {
			send_one(sched, link, run);
		} else if (link->claim_failed) {
			send_back(sched, link, run, &link->claim_err);
		} else {
			link->claim_wanted = true;
			g_queue_push_tail(&held, run);
		}
	}
	while ((run = g_queue_pop_tail(&held)) != NULL) {
		g_queue_push_head(&link->waiting_jobs, run);
	}
	link->claim_failed = false;
}

/* A trial of many files would keep its place for minutes. */
static void stop_unwanted(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->jobs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct job_run *run = value;

		if (is_unwanted(run)) {
			atomic_store(&run->live.stop, 1);
		}
	}
}

void sched_jobs_send(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	stop_unwanted(sched);
	g_hash_table_iter_init(&iter, sched->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		send_from(sched, value);
	}
}

int sched_job_ended(struct sched *sched, const struct exec_result *result, struct err *err)
{
	struct job_run *run = g_hash_table_lookup(sched->jobs, &result->id);

	CHECK(run != NULL);
	run->ended = true;
	run->failed = false;
	if (store_savepoint(sched->store, err) < 0) {
		return -1;
	}
	if (run->job.fn(sched, result, run->job.ctx, err) == 0) {
		CRASH_POINT(JOB_ENDED);
		return store_savepoint_release(sched->store, err);
	}
	store_savepoint_undo(sched->store);
	sched_forget(sched);
	run->failed = true;
	run->err = *err;
	return err->code == ERR_STORE ? -1 : 0; /* -1: the turn is undone, the job read again */
}

/* Collected first: an answer may start another job. */
void sched_jobs_finish(struct sched *sched)
{
	g_autoptr(GPtrArray) ended = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->jobs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		if (((struct job_run *)value)->ended) {
			g_ptr_array_add(ended, value);
		}
	}
	for (guint i = 0; i < ended->len; i++) {
		struct job_run *run = g_ptr_array_index(ended, i);
		g_autofree int64_t *id = g_memdup2(&run->id, sizeof(run->id));

		if (run->job.done != NULL) {
			run->job.done(run->job.ctx, run->failed ? &run->err : NULL);
		}
		g_hash_table_remove(sched->jobs, id);
	}
}

void sched_jobs_cancel(struct sched *sched)
{
	GHashTableIter iter;
	struct err err;
	void *value;

	err_set(&err, ERR_CANCELLED, "musterd is stopping");
	g_hash_table_iter_init(&iter, sched->jobs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct job_run *run = value;

		exec_order_free(run->order);
		if (run->job.done != NULL) {
			run->job.done(run->job.ctx, &err);
		}
	}
	g_hash_table_remove_all(sched->jobs);
}
