/*
 * Hooks of a tenant that is closed and opened. Before and after each way the next step waits
 * for the hook's end; to open, whatever that says.
 */
#include "hook.h"
#include "sched_hook.h"
#include "sched_mode.h"
#include "store_mode.h"
#include "store_rollout.h"
#include "store_tenant.h"

/* The event that comes next; HOOK_EVENT_NR: none. */
static enum hook_event next_event(const struct mode_run *run)
{
	switch (run->row.mode) {
	case TENANT_CLOSING:
		return run->shut ? HOOK_AFTER_CLOSE : HOOK_BEFORE_CLOSE;
	case TENANT_OPENING:
		return run->given_at > 0 ? HOOK_AFTER_OPEN : HOOK_BEFORE_OPEN;
	case TENANT_RW:
	case TENANT_RO:
	case TENANT_MAINTENANCE:
	case TENANT_MODE_NR:
		break;
	}
	return HOOK_EVENT_NR;
}

static bool is_due(const struct mode_run *run, enum hook_event event)
{
	return event != HOOK_EVENT_NR && (run->hooks_done & HOOK_BIT(event)) == 0 &&
	       hook_set_has(run->row.hooks, event);
}

bool sched_mode_hook_due(const struct mode_run *run)
{
	return run->hook_id != 0 || is_due(run, next_event(run));
}

/* ---- begin -------------------------------------------------------------------------------- */

static char *time_text(int64_t wall_ms)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(wall_ms / 1000);

	return at == NULL ? NULL : g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ");
}

static int add_rollout(struct sched *sched, const struct store_mode *row, struct hook_call *call,
		       struct err *err)
{
	g_autofree char *id = g_strdup_printf("r%lld", (long long)row->rollout_id);
	SCOPED(store_rollout) rollout = { 0 };

	if (row->rollout_id == 0) {
		hook_call_fact(call, "rollout", NULL);
		hook_call_fact(call, "release", NULL);
		return 0;
	}
	if (store_rollout_get_id(sched->store, row->rollout_id, &rollout, err) < 0) {
		return -1;
	}
	hook_call_fact(call, "rollout", id);
	hook_call_fact(call, "release", rollout.release);
	hook_call_fact(call, "to", rollout.to_version);
	return 0;
}

static int add_facts(struct sched *sched, const struct store_mode *row, struct hook_call *call,
		     struct err *err)
{
	g_autofree char *expires = time_text(row->expires_at);
	SCOPED(store_tenant) tenant = { 0 };

	if (store_tenant_get_id(sched->store, row->tenant_id, &tenant, err) < 0) {
		return -1;
	}
	hook_call_fact(call, "tenant", row->tenant);
	hook_call_fact(call, "server", tenant.server);
	hook_call_fact(call, "schema", row->schema);
	hook_call_fact(call, "mode", tenant_mode_names[row->mode]);
	hook_call_fact(call, "version", tenant.version);
	hook_call_fact(call, "method", row->method);
	hook_call_fact(call, "owner", row->owner);
	hook_call_fact(call, "reason", row->reason);
	hook_call_fact(call, "expires_at", expires);
	hook_call_fact(call, "failed", row->failed);
	return add_rollout(sched, row, call, err);
}

static char *object_of(const struct store_mode *row)
{
	return row->rollout_id == 0
		       ? g_strdup_printf("tenant/%s", row->tenant)
		       : g_strdup_printf("r%lld/%s", (long long)row->rollout_id, row->tenant);
}

static int begin(struct sched *sched, struct mode_run *run, enum hook_event event, struct err *err)
{
	SCOPED_PTR(hook_call) call = sched_hook_call(sched, run->row.hooks, event);
	g_autofree char *object = object_of(&run->row);
	struct hook_ask ask = {
		.event = event,
		.object = object,
		.tenant_id = run->row.tenant_id,
		.rollout_id = run->row.rollout_id,
		.again = (run->row.hooks_begun & HOOK_BIT(event)) != 0,
	};
	int64_t id;

	if (add_facts(sched, &run->row, call, err) < 0) {
		return -1;
	}
	run->row.hooks_begun |= HOOK_BIT(event);
	sched->modes_stale = true;
	if (store_mode_put(sched->store, &run->row, err) < 0) {
		return -1;
	}
	ask.call = g_steal_pointer(&call);
	id = sched_hook_begin(sched, &ask, err);
	run->hook_id = MAX(id, 0);
	return id < 0 ? -1 : 0;
}

int sched_mode_hooks_decide(struct sched *sched, struct err *err)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->modes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct mode_run *run = value;
		enum hook_event event = next_event(run);

		if (run->hook_id == 0 && !run->in_flight && is_due(run, event) &&
		    begin(sched, run, event, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* When muster takes nothing, the application alone can say that it does not write. */
char *sched_mode_proof(const struct store_mode *row, const char *proof)
{
	bool is_told = g_strcmp0(row->method, "hook") == 0;
	g_autofree char *after = hook_set_get(row->hooks, HOOK_AFTER_CLOSE);
	g_autofree char *before = hook_set_get(row->hooks, HOOK_BEFORE_CLOSE);
	const char *last = after != NULL ? after : is_told ? before : NULL;

	if (last == NULL) {
		return g_strdup(proof);
	}
	return is_told ? g_strdup_printf("hook %s says so, exit code 0; no transaction was open",
					 last)
		       : g_strdup_printf("%s; hook %s says so, too, exit code 0", proof, last);
}

/* ---- the end ------------------------------------------------------------------------------ */

static int closing_ended(struct sched *sched, const struct mode_run *run, struct store_mode *row,
			 const struct hook_job *job, const struct exec_result *result,
			 struct err *err)
{
	if (row->mode != TENANT_CLOSING) {
		return 0; /* opened meanwhile */
	}
	if (!result->ok) {
		struct err why = result->err;

		(void)err_prefix(&why, "%s", hook_event_names[job->event]);
		return sched_mode_not_closed(sched, row, &why, err);
	}
	if (job->event == HOOK_BEFORE_CLOSE) {
		return 0; /* the order that closes it follows */
	}
	return sched_mode_closed(sched, row, run->proof, err);
}

static int follow(struct sched *sched, const struct mode_run *run, struct store_mode *row,
		  const struct hook_job *job, const struct exec_result *result, struct err *err)
{
	if (job->event == HOOK_BEFORE_CLOSE || job->event == HOOK_AFTER_CLOSE) {
		return closing_ended(sched, run, row, job, result, err);
	}
	return job->event == HOOK_AFTER_OPEN && row->mode == TENANT_OPENING
		       ? sched_mode_opened(sched, row, err)
		       : 0;
}

int sched_mode_hook_ended(struct sched *sched, const struct hook_job *job,
			  const struct exec_result *result, struct err *err)
{
	struct mode_run *run = sched_mode_find(sched, job->tenant_id);
	SCOPED(store_mode) row = { 0 };

	if (run == NULL || run->hook_id != job->id || (sched->stopping && !result->ok)) {
		return 0; /* removed meanwhile; or stopped: the next start opens, and asks again */
	}
	if (store_mode_get(sched->store, job->tenant_id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1;
	}
	run->hooks_done |= HOOK_BIT(job->event);
	row.hooks_begun &= ~HOOK_BIT(job->event);
	sched->modes_stale = true;
	if (store_mode_put(sched->store, &row, err) < 0) {
		return -1;
	}
	return follow(sched, run, &row, job, result, err);
}

void sched_mode_hook_lost(struct sched *sched, const struct hook_job *job)
{
	struct mode_run *run = sched_mode_find(sched, job->tenant_id);

	if (run != NULL && run->hook_id == job->id) {
		run->hooks_done |= HOOK_BIT(job->event);
	}
}
