/*
 * Which tasks may start now by the windows and freezes of their tenant, its server and its
 * labels. One that may not waits, with the reason and the time of the opening, and is looked
 * at again then; so it is when what it waits for was changed, or the clock was set.
 */
#include <string.h>

#include "log.h"
#include "sched_share.h"
#include "sched_state.h"
#include "store_task.h"
#include "store_tenant.h"
#include "store_window.h"
#include "tick.h"

#define GUESS_MS  30000                            /* of a task, while nothing is known */
#define LEAST_MS  1000                             /* of any task */
#define PARK_MAX  500                              /* tasks in one turn */
#define AGAIN_MS  ((int64_t)30 * 24 * 3600 * 1000) /* look again at what never opens */
#define RULES_MAX 64                               /* that apply to one tenant */

/* What is set for one server, label or tenant. */
struct owner {
	char *whose;           /* owned; NULL: a tenant's, its own */
	char *key;             /* owned; of a label */
	char *value;           /* owned; of a label */
	struct window *window; /* owned; NULL: none */
	char *problem;         /* owned; why the window cannot be read */
	int64_t from_ms;       /* of a freeze */
	int64_t until_ms;      /* 0: none */
	char *reason;          /* owned */
};

/* Whose waiting tasks are to be looked at again. */
struct recheck {
	enum sched_scope scope;
	int64_t id;
};

struct sched_windows {
	bool fresh;          /* read from the store since the last change */
	GHashTable *servers; /* id -> struct owner *, owned */
	GHashTable *tenants; /* the same */
	GPtrArray *labels;   /* struct owner *, owned */
	GArray *rechecks;    /* struct recheck */
};

/* The rules of one tenant; what they point to is the owners'. */
struct rules {
	struct upkeep_rule list[RULES_MAX];
	size_t nr;
};

static void owner_free(void *item)
{
	struct owner *owner = item;

	window_free(owner->window);
	g_free(owner->whose);
	g_free(owner->key);
	g_free(owner->value);
	g_free(owner->problem);
	g_free(owner->reason);
	g_free(owner);
}

struct sched_windows *sched_windows_new(void)
{
	struct sched_windows *windows = g_new0(struct sched_windows, 1);

	windows->servers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, owner_free);
	windows->tenants = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, owner_free);
	windows->labels = g_ptr_array_new_with_free_func(owner_free);
	windows->rechecks = g_array_new(FALSE, FALSE, sizeof(struct recheck));
	return windows;
}

void sched_windows_free(struct sched_windows *windows)
{
	g_hash_table_destroy(windows->servers);
	g_hash_table_destroy(windows->tenants);
	g_ptr_array_unref(windows->labels);
	g_array_unref(windows->rechecks);
	g_free(windows);
}

/* ---- what is set --------------------------------------------------------------------- */

static void owner_put(struct sched_windows *windows, const struct store_window *row,
		      struct owner *owner)
{
	const char *equals = strchr(row->name, '=');

	if (strcmp(row->scope, "label") == 0) {
		owner->whose = g_strdup_printf("label %s", row->name);
		owner->key = g_strndup(row->name, strcspn(row->name, "="));
		owner->value = g_strdup(equals != NULL ? equals + 1 : "");
		g_ptr_array_add(windows->labels, owner);
	} else if (strcmp(row->scope, "server") == 0) {
		owner->whose = g_strdup_printf("server %s", row->name);
		g_hash_table_insert(windows->servers, g_memdup2(&row->id, sizeof(row->id)), owner);
	} else {
		g_hash_table_insert(windows->tenants, g_memdup2(&row->id, sizeof(row->id)), owner);
	}
}

static int owner_read(const struct store_window *row, void *ctx, struct err *err)
{
	struct owner *owner = g_new0(struct owner, 1);
	struct err why = { 0 };

	(void)err;
	if (row->window != NULL) {
		owner->window = window_parse(row->window, &why);
		if (owner->window == NULL) { /* the time zones of this machine are others now */
			owner->problem = g_strdup(why.msg);
			log_error("window cannot be read of=%s/%s error=\"%s\"", row->scope,
				  row->name, why.msg);
		}
	}
	owner->from_ms = row->freeze_from;
	owner->until_ms = row->freeze_until;
	owner->reason = g_strdup(row->freeze_reason);
	owner_put(ctx, row, owner);
	return 0;
}

static int windows_read(struct sched *sched, struct err *err)
{
	struct sched_windows *windows = sched->windows;

	if (windows->fresh) {
		return 0;
	}
	g_hash_table_remove_all(windows->servers);
	g_hash_table_remove_all(windows->tenants);
	g_ptr_array_set_size(windows->labels, 0);
	if (store_window_each(sched->store, owner_read, windows, err) < 0) {
		return -1;
	}
	windows->fresh = true;
	return 0;
}

static bool has_any(const struct sched_windows *windows)
{
	return windows->labels->len + g_hash_table_size(windows->servers) +
		       g_hash_table_size(windows->tenants) >
	       0;
}

/* ---- the rules of one tenant --------------------------------------------------------- */

static void rules_add(struct rules *rules, const struct owner *owner)
{
	if (owner == NULL) {
		return;
	}
	if (rules->nr + 3 > RULES_MAX) { /* rather never than at a wrong time */
		rules->list[RULES_MAX - 1].problem = "more than 60 labels have one";
		rules->nr = RULES_MAX;
		return;
	}
	if (owner->window != NULL || owner->problem != NULL) {
		rules->list[rules->nr++] = (struct upkeep_rule){
			.whose = owner->whose,
			.window = owner->window,
			.problem = owner->problem,
		};
	}
	if (owner->until_ms > 0) {
		rules->list[rules->nr++] = (struct upkeep_rule){
			.whose = owner->whose,
			.from_ms = owner->from_ms,
			.until_ms = owner->until_ms,
			.reason = owner->reason,
		};
	}
}

static void rules_add_labels(struct rules *rules, const struct sched_windows *windows,
			     const struct store_tenant *tenant)
{
	for (guint i = 0; i < windows->labels->len; i++) {
		const struct owner *owner = g_ptr_array_index(windows->labels, i);
		const char *value = store_labels_find(&tenant->labels, owner->key);

		if (value == NULL) {
			value = store_labels_find(&tenant->server_labels, owner->key);
		}
		if (g_strcmp0(value, owner->value) == 0) {
			rules_add(rules, owner);
		}
	}
}

/* A rollout that ignores windows is still kept out by a freeze: somebody gave a reason. */
static void keep_freezes(struct rules *rules)
{
	size_t kept = 0;

	for (size_t i = 0; i < rules->nr; i++) {
		if (rules->list[i].until_ms > 0) {
			rules->list[kept++] = rules->list[i];
		}
	}
	rules->nr = kept;
}

/* tenant NULL: its row is read when labels matter. */
static int rules_find(struct sched *sched, int64_t tenant_id, int64_t server_id,
		      const struct store_tenant *tenant, struct rules *rules, struct err *err)
{
	struct sched_windows *windows = sched->windows;
	SCOPED(store_tenant) row = { 0 };

	*rules = (struct rules){ 0 };
	if (windows_read(sched, err) < 0) {
		return -1;
	}
	rules_add(rules, g_hash_table_lookup(windows->tenants, &tenant_id));
	rules_add(rules, g_hash_table_lookup(windows->servers, &server_id));
	if (windows->labels->len == 0) {
		return 0;
	}
	if (tenant == NULL) {
		if (store_tenant_get_id(sched->store, tenant_id, &row, err) < 0) {
			return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed meanwhile */
		}
		tenant = &row;
	}
	rules_add_labels(rules, windows, tenant);
	return 0;
}

int sched_tenant_upkeep(struct sched *sched, const struct store_tenant *tenant,
			struct upkeep *upkeep, char **reason, struct err *err)
{
	const struct upkeep_need need = { LEAST_MS, true };
	struct rules rules;

	if (rules_find(sched, tenant->id, tenant->server_id, tenant, &rules, err) < 0) {
		return -1;
	}
	upkeep_look(rules.list, rules.nr, tick_wall_ms(), need, upkeep);
	*reason = upkeep->is_open
			  ? NULL
			  : upkeep_reason(rules.list, rules.nr, tick_wall_ms(), need, upkeep);
	return 0;
}

int sched_window_preview(struct sched *sched, int64_t tenant_id, int64_t server_id, bool ignore,
			 int64_t *next_ms, struct err *err)
{
	const struct upkeep_need need = { GUESS_MS, true };
	struct upkeep upkeep;
	struct rules rules;

	if (rules_find(sched, tenant_id, server_id, NULL, &rules, err) < 0) {
		return -1;
	}
	if (ignore) {
		keep_freezes(&rules);
	}
	upkeep_look(rules.list, rules.nr, tick_wall_ms(), need, &upkeep);
	*next_ms = upkeep.is_open ? 0 : upkeep.next_ms;
	return 0;
}

/* ---- may this task start? ------------------------------------------------------------ */

static void pace_add(int64_t bytes, int64_t ms, void *ctx)
{
	expect_add(ctx, bytes, ms);
}

int sched_task_expected(struct sched *sched, struct run *run, int64_t bytes, int64_t *ms,
			struct err *err)
{
	int64_t known = expect_ms(&run->expect, bytes);

	if (known < 0 && !run->expect_read) {
		if (store_task_paces(sched->store, run->row.release_id, pace_add,
				     &run->expect_release, err) < 0) {
			return -1;
		}
		run->expect_read = true;
	}
	*ms = known < 0 ? expect_ms(&run->expect_release, bytes) : known;
	return 0;
}

static int need_find(struct sched *sched, struct run *run, int64_t bytes, struct upkeep_need *need,
		     struct err *err)
{
	int64_t ms = -1;

	if (sched_task_expected(sched, run, bytes, &ms, err) < 0) {
		return -1;
	}
	*need = (struct upkeep_need){ ms < 0 ? GUESS_MS : MAX(ms, LEAST_MS), ms < 0 };
	return 0;
}

static int park(struct sched *sched, struct run *run, struct store_task *task, int64_t next_ms,
		const char *reason, struct err *err)
{
	task->window_at = next_ms;
	task->not_before = next_ms != WINDOW_FOREVER ? next_ms : tick_wall_ms() + AGAIN_MS;
	sched->due_at =
		sched->due_at == 0 ? task->not_before : MIN(sched->due_at, task->not_before);
	return sched_task_move(sched, run, task, TASK_TRANSIENT, &sched_self, reason, err);
}

/* 1: it may start, 0: it waits now, -1: failed. */
static int try_task(struct sched *sched, struct run *run, int64_t server_id,
		    const struct run_task *item, struct err *err)
{
	g_autofree char *reason = NULL;
	g_autofree char *why = NULL;
	SCOPED(store_task) task = { 0 };
	int64_t now = tick_wall_ms();
	struct upkeep_need need;
	struct upkeep upkeep;
	struct rules rules;

	if (rules_find(sched, item->tenant_id, server_id, NULL, &rules, err) < 0) {
		return -1;
	}
	if (run->row.ignore_window) {
		keep_freezes(&rules);
	}
	if (rules.nr == 0) {
		return 1;
	}
	if (store_task_get_id(sched->store, item->id, &task, err) < 0 ||
	    need_find(sched, run, task.bytes, &need, err) < 0) {
		return -1;
	}
	upkeep_look(rules.list, rules.nr, now, need, &upkeep);
	if (upkeep.is_open) {
		return 1;
	}
	why = upkeep_reason(rules.list, rules.nr, now, need, &upkeep);
	reason = task.statement == 0 ? g_strdup(why)
				     : g_strdup_printf("begun, %lld of %lld statements done; %s",
						       (long long)task.statement,
						       (long long)task.statements, why);
	return park(sched, run, &task, upkeep.next_ms, reason, err);
}

int sched_window_next(struct share *share, struct run *run, const struct link *link, int64_t wave,
		      const struct run_task **item, struct err *err)
{
	struct sched *sched = share->sched;

	if (sched_share_next(share, run, link, wave, item) < 0 || windows_read(sched, err) < 0) {
		return -1;
	}
	if (!has_any(sched->windows)) {
		return 0;
	}
	for (int parked = 0; *item != NULL; parked++) {
		int tried = try_task(sched, run, link->id, *item, err);

		if (tried != 0) {
			return tried < 0 ? -1 : 0;
		}
		if (parked == PARK_MAX) {
			*item = NULL;
			sched_wake(sched); /* the others in the next turn */
			return 0;
		}
		if (sched_share_next(share, run, link, wave, item) < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- what was changed ---------------------------------------------------------------- */

void sched_window_changed(struct sched *sched, enum sched_scope scope, int64_t id)
{
	const struct recheck recheck = { scope, id };

	sched->windows->fresh = false;
	sched->labels_at++; /* it may have others now, and count for their limits */
	g_array_append_val(sched->windows->rechecks, recheck);
}

void sched_clock_changed(struct sched *sched)
{
	sched_window_changed(sched, SCHED_SCOPE_ALL, 0);
	sched_wake(sched);
}

void sched_windows_forget(struct sched *sched)
{
	sched->windows->fresh = false;
}

void sched_windows_committed(struct sched *sched)
{
	g_array_set_size(sched->windows->rechecks, 0);
}

struct waking {
	GHashTable *ids[SCHED_SCOPE_NR]; /* of each scope; NULL: none */
	GArray *tasks;                   /* int64_t */
};

static bool is_meant(const struct waking *waking, const struct store_task *task)
{
	const int64_t ids[SCHED_SCOPE_NR] = {
		[SCHED_SCOPE_SERVER] = task->server_id,
		[SCHED_SCOPE_TENANT] = task->tenant_id,
		[SCHED_SCOPE_ROLLOUT] = task->rollout_id,
	};

	for (int scope = 0; scope < SCHED_SCOPE_NR; scope++) {
		if (waking->ids[scope] != NULL &&
		    g_hash_table_contains(waking->ids[scope], &ids[scope])) {
			return true;
		}
	}
	return false;
}

static int waking_add(const struct store_task *task, void *ctx, struct err *err)
{
	struct waking *waking = ctx;

	if (task->window_at == 0 && !sched_task_is_overlong(task)) {
		return 0;
	}
	return is_meant(waking, task) ? sched_task_id_add(task, waking->tasks, err) : 0;
}

static int wake_tasks(struct sched *sched, const GArray *tasks, struct err *err)
{
	for (guint i = 0; i < tasks->len; i++) {
		SCOPED(store_task) task = { 0 };
		struct run *run = NULL;

		if (store_task_get_id(sched->store, g_array_index(tasks, int64_t, i), &task, err) <
			    0 ||
		    sched_run_get(sched, task.rollout_id, &run, err) < 0 ||
		    sched_task_move(sched, run, &task, TASK_WAKE, &sched_self,
				    "what it waited for was changed", err) < 0) {
			return -1;
		}
	}
	return 0;
}

int sched_windows_refresh(struct sched *sched, struct err *err)
{
	const GArray *rechecks = sched->windows->rechecks;
	struct waking waking = { 0 };
	int rc;

	if (rechecks->len == 0) {
		return 0;
	}
	waking.tasks = g_array_new(FALSE, FALSE, sizeof(int64_t));
	for (guint i = 0; i < rechecks->len; i++) {
		const struct recheck *recheck = &g_array_index(rechecks, struct recheck, i);
		GHashTable **ids = &waking.ids[recheck->scope];

		if (*ids == NULL) {
			*ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
		}
		(void)g_hash_table_add(*ids, g_memdup2(&recheck->id, sizeof(recheck->id)));
	}
	rc = store_task_waits_each(sched->store, waking_add, &waking, err);
	if (rc == 0) {
		rc = wake_tasks(sched, waking.tasks, err);
	}
	g_array_unref(waking.tasks);
	for (int scope = 0; scope < SCHED_SCOPE_NR; scope++) {
		g_clear_pointer(&waking.ids[scope], g_hash_table_unref);
	}
	return rc;
}
