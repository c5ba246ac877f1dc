#include "sched_phase.h"

#include "census.h"
#include "log.h"
#include "release.h"
#include "sched_state.h"
#include "store_phase.h"
#include "store_rollout.h"
#include "store_tenant.h"

/* ---- the plan --------------------------------------------------------------------------- */

struct plan {
	const struct release *release;
	ptrdiff_t last;       /* index of the migration that the rollout ends with */
	bool *lacked;         /* owned; by migration: by some tenant */
	int64_t *tenants;     /* owned; by part: how many lack any file of it */
	const void **counted; /* owned; by part: the tenant that was counted last */
};

static void plan_release(struct plan *plan)
{
	g_free(plan->lacked);
	g_free(plan->tenants);
	g_free(plan->counted);
}

SCOPED_RELEASE(plan);

static void lack(struct plan *plan, const struct census_tenant *tenant, size_t index)
{
	size_t part = plan->release->migrations[index].part;

	plan->lacked[index] = true;
	if (plan->counted[part] != tenant) {
		plan->counted[part] = tenant;
		plan->tenants[part]++;
	}
}

/* Where a tenant begins that nobody could ask. */
static size_t begins_unknown(const struct plan *plan, const struct census_tenant *tenant)
{
	return tenant->version == NULL ? 0
				       : (size_t)(release_find(plan->release, tenant->version) + 1);
}

/* The first migration that it lacks. */
static size_t begins_at(const struct plan *plan, const struct census_tenant *tenant)
{
	if (!tenant->known) {
		return begins_unknown(plan, tenant);
	}
	return tenant->pending > 0 ? tenant->places[0] : plan->release->nr;
}

static void take(struct plan *plan, const struct census_tenant *tenant)
{
	if (tenant->known) {
		for (int64_t i = 0; i < tenant->pending; i++) {
			lack(plan, tenant, tenant->places[i]);
		}
		return;
	}
	for (size_t i = begins_unknown(plan, tenant); (ptrdiff_t)i <= plan->last; i++) {
		lack(plan, tenant, i);
	}
}

static void phase_clear(void *phase)
{
	store_phase_release(phase);
}

static GArray *cut(const struct plan *plan)
{
	GArray *phases = g_array_new(FALSE, FALSE, sizeof(struct store_phase));
	const struct release *release = plan->release;
	size_t part = SIZE_MAX;

	g_array_set_clear_func(phases, phase_clear);
	for (size_t i = 0; (ptrdiff_t)i <= plan->last; i++) {
		const struct migration *migration = &release->migrations[i];

		if (!plan->lacked[i]) {
			continue;
		}
		if (migration->part != part) {
			size_t end = MIN(release_part_end(release, i), (size_t)plan->last);
			const struct store_phase phase = {
				.seq = phases->len + 1,
				.name = g_strdup(release_phase_names[migration->phase]),
				.to_version = g_strdup(release->migrations[end].version),
				.tenants = plan->tenants[migration->part],
			};

			g_array_append_val(phases, phase);
			part = migration->part;
		}
		g_array_index(phases, struct store_phase, phases->len - 1).files++;
	}
	return phases;
}

/* A part that ends before the tenant begins is nothing to it. */
static int64_t first_of(const struct plan *plan, const GArray *phases, const size_t *ends,
			const struct census_tenant *tenant)
{
	size_t begin = begins_at(plan, tenant);

	for (guint i = 0; i < phases->len; i++) {
		if (begin <= ends[i]) {
			return i + 1;
		}
	}
	return phases->len;
}

static void set_first(const struct plan *plan, const GArray *phases, const GPtrArray *tenants)
{
	g_autofree size_t *ends = g_new0(size_t, phases->len);

	for (guint i = 0; i < phases->len; i++) {
		ends[i] = (size_t)release_find(
			plan->release, g_array_index(phases, struct store_phase, i).to_version);
	}
	for (guint i = 0; i < tenants->len; i++) {
		struct census_tenant *tenant = g_ptr_array_index(tenants, i);

		tenant->phase = first_of(plan, phases, ends, tenant);
	}
}

GArray *sched_phases_plan(const struct release *release, const char *to_version,
			  const GPtrArray *tenants)
{
	SCOPED(plan)
	plan = {
		.release = release,
		.last = release_last(release, to_version),
		.lacked = g_new0(bool, release->nr),
		.tenants = g_new0(int64_t, release->nr),
		.counted = g_new0(const void *, release->nr),
	};
	GArray *phases;

	for (guint i = 0; i < tenants->len; i++) {
		take(&plan, g_ptr_array_index(tenants, i));
	}
	phases = cut(&plan);
	if (phases->len < 2) {
		g_array_set_size(phases, 0);
	}
	set_first(&plan, phases, tenants);
	return phases;
}

/* ---- the gate --------------------------------------------------------------------------- */

static const struct store_phase *phase_of(const struct run *run, int64_t seq)
{
	return &g_array_index(run->phases, struct store_phase, seq - 1);
}

/* The tasks that are through a phase: their ids. Owned; NULL on failure. */
static GArray *tasks_of(struct sched *sched, const struct run *run, int64_t phase, struct err *err)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

	if (store_phase_tasks(sched->store, run->id, phase, sched_task_id_add, ids, err) < 0) {
		return NULL;
	}
	return g_steal_pointer(&ids);
}

static void add_behind(GString *text, const struct run *run)
{
	static const enum task_state states[] = { TASK_FAILED, TASK_IN_DOUBT, TASK_HELD,
						  TASK_SKIPPED };

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		int64_t count = run_count(run, -1, states[i]);

		if (count > 0) {
			g_string_append_printf(text, ", %lld %s", (long long)count,
					       states[i] == TASK_IN_DOUBT
						       ? "in doubt"
						       : task_state_names[states[i]]);
		}
	}
}

/* "phase 1 (expand) is over: 11 tenants wait at 0003, 1 failed; `muster …` begins …" */
static char *gate_text(const struct run *run, int64_t seq, guint tenants)
{
	const struct store_phase *over = phase_of(run, seq);
	const struct store_phase *next = phase_of(run, seq + 1);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "phase %lld (%s) is over: %u tenant%s at %s", (long long)seq,
			       over->name, tenants, tenants == 1 ? " waits" : "s wait",
			       over->to_version);
	add_behind(text, run);
	g_string_append_printf(text,
			       "; `muster rollout promote r%lld` begins phase %lld (%s): %lld "
			       "file%s up to %s",
			       (long long)run->id, (long long)next->seq, next->name,
			       (long long)next->files, next->files == 1 ? "" : "s",
			       next->to_version);
	return g_string_free(text, FALSE);
}

/* The gates are open. */
static int go_on(struct sched *sched, struct run *run, struct err *err)
{
	g_autofree char *object = g_strdup_printf("r%lld", (long long)run->id);
	g_autofree char *text = NULL;

	if (sched_phase_begin(sched, run, &sched_self, err) < 0) {
		return -1;
	}
	text = g_strdup_printf("phase %lld (%s) begins: its gate was opened before",
			       (long long)run->row.phase, phase_of(run, run->row.phase)->name);
	store_text_set(&run->row.reason, text);
	if (store_rollout_put(sched->store, &run->row, err) < 0) {
		return -1;
	}
	return sched_note(sched, &sched_self, run->id, "rollout", object,
			  rollout_state_names[run->row.state], text, err);
}

int sched_phase_ended(struct sched *sched, struct run *run, struct err *err)
{
	g_autoptr(GArray) ids = NULL;
	g_autofree char *text = NULL;
	int64_t least;

	if (run->phases->len == 0) {
		return 0;
	}
	least = store_phase_least(sched->store, run->id, run->phases->len, err);
	if (least <= 0) {
		return (int)least;
	}
	if (run->row.phase_open) {
		return go_on(sched, run, err) < 0 ? -1 : 1;
	}
	ids = tasks_of(sched, run, least, err);
	if (ids == NULL) {
		return -1;
	}
	text = gate_text(run, least, ids->len);
	return sched_rollout_move(sched, run, ROLLOUT_GATE, &sched_self, text, err) < 0 ? -1 : 1;
}

bool sched_phase_follows(const struct run *run, const struct store_task *task)
{
	return task->phase > 0 && task->phase < run->phases->len &&
	       !fsm_is_end(&fsm_rollout, (int)run->row.state);
}

/* ---- the next one ----------------------------------------------------------------------- */

/* What it did in the phase before is told by the audit trail. */
static void forget(struct store_task *task)
{
	task->attempt = 0;
	task->statement = 0;
	task->statements = 0;
	task->started_at = 0;
	task->finished_at = 0;
	store_text_set(&task->migration, NULL);
}

/* A tenant that is held by now is held in the phase, too. */
static int hold(struct sched *sched, struct run *run, struct store_task *task, struct err *err)
{
	SCOPED(store_tenant) tenant = { 0 };
	g_autofree char *text = NULL;

	if (store_tenant_get_id(sched->store, task->tenant_id, &tenant, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed: its task will say so */
	}
	if (tenant.hold == NULL) {
		return 0;
	}
	text = g_strdup_printf("the tenant is held: %s", tenant.hold);
	return sched_task_move(sched, run, task, TASK_HOLD, &sched_self, text, err);
}

static int begin_one(struct sched *sched, struct run *run, int64_t task_id,
		     const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_task) task = { 0 };
	g_autofree char *text = NULL;
	struct run_wave *wave;

	if (store_task_get_id(sched->store, task_id, &task, err) < 0) {
		return -1;
	}
	task.phase++;
	forget(&task);
	text = g_strdup_printf("phase %lld (%s) begins", (long long)task.phase,
			       phase_of(run, task.phase)->name);
	if (sched_task_move(sched, run, &task, TASK_PROMOTE, actor, text, err) < 0 ||
	    hold(sched, run, &task, err) < 0) {
		return -1;
	}
	wave = &run->waves[task.wave];
	return wave->row.state != WAVE_DONE ? 0
					    : sched_wave_move(sched, run, wave, WAVE_AGAIN, err);
}

int sched_phase_begin(struct sched *sched, struct run *run, const struct sched_actor *actor,
		      struct err *err)
{
	int64_t least = store_phase_least(sched->store, run->id, run->phases->len, err);
	g_autoptr(GArray) ids = NULL;

	if (least <= 0) {
		return (int)least; /* they were skipped at the gate */
	}
	ids = tasks_of(sched, run, least, err);
	if (ids == NULL) {
		return -1;
	}
	for (guint i = 0; i < ids->len; i++) {
		if (begin_one(sched, run, g_array_index(ids, int64_t, i), actor, err) < 0) {
			return -1;
		}
	}
	run->row.phase = MAX(run->row.phase, least + 1);
	log_info("phase begins rollout=r%lld phase=%lld name=%s tenants=%u", (long long)run->id,
		 (long long)(least + 1), phase_of(run, least + 1)->name, ids->len);
	return 0;
}
