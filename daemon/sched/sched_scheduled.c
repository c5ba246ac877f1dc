/*
 * From a survey to waves and tasks, or to the preview that a dry run asked for.
 */
#include "census.h"
#include "census_keep.h"
#include "log.h"
#include "release.h"
#include "sched_phase.h"
#include "sched_plan.h"
#include "sched_sorting.h"
#include "sched_state.h"
#include "store_phase.h"
#include "store_plan.h"
#include "store_rollout.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

bool sched_is_kept_out(const struct census_tenant *tenant)
{
	return tenant->ahead != NULL || tenant->regressed != NULL || tenant->drifted != NULL;
}

/* ---- tasks ------------------------------------------------------------------------------ */

bool sched_is_drifted(const struct census_tenant *tenant)
{
	return tenant->drifted != NULL && tenant->ahead == NULL && tenant->regressed == NULL;
}

char *sched_kept_out_text(const struct census_tenant *tenant, int64_t rollout_id)
{
	g_autofree char *help = NULL;
	g_autofree char *text = NULL;

	if (tenant->regressed != NULL) {
		return sched_regressed_reason(tenant->regressed, tenant->version, tenant->server,
					      tenant->schema);
	}
	if (tenant->ahead != NULL) {
		return g_strdup_printf("ahead: its history holds %s, which the release does not",
				       tenant->ahead);
	}
	help = sched_discover_help(tenant->server, tenant->schema, true);
	text = sched_drifted_text(tenant->drifted);
	return g_strdup_printf("drifted: %s; mend it, or accept it with `%s`; then `muster rollout "
			       "retry r%lld -t %s`",
			       text, help, (long long)rollout_id, tenant->name);
}

/* Why a tenant that is in no wave is skipped; NULL: it has nothing to do. Owned. */
static char *skipped_text(const struct sorting *sorting, const struct census_tenant *tenant,
			  int64_t rollout_id)
{
	return sched_is_kept_out(tenant) ? sched_kept_out_text(tenant, rollout_id)
					 : g_strdup(sorting_left_out(sorting, tenant));
}

/* It may be tried again, and then begins where the others have begun. */
static void hold_drifted(struct store_task *task, const struct run *run,
			 const struct census_tenant *tenant)
{
	task->state = TASK_HELD;
	task->reason = sched_kept_out_text(tenant, run->id);
	task->phase = run->phases->len > 0 ? 1 : 0;
}

/* Owned. */
static char *done_text(const struct census_tenant *tenant)
{
	return tenant->altered == NULL
		       ? g_strdup_printf("nothing to do: it is at %s",
					 tenant->version != NULL ? tenant->version : "the start")
		       : g_strdup_printf("nothing to do: it is at %s, but has %s from another "
					 "text than the release",
					 tenant->version, tenant->altered);
}

static void settle_task(struct store_task *task, const struct sorting *sorting,
			const struct census_tenant *tenant)
{
	g_autofree char *skipped = skipped_text(sorting, tenant, task->rollout_id);
	g_autofree char *done = done_text(tenant);

	task->state = skipped != NULL ? TASK_SKIPPED : TASK_DONE;
	task->finished_at = tick_wall_ms();
	store_text_set(&task->reason, skipped != NULL ? skipped : done);
}

/*
 * In which phase it is. One that has nothing to do in the first ones is through them; one that
 * is held, or could not be asked, may turn out to lack something there.
 */
static void set_phase(const struct census_tenant *tenant, struct store_task *task)
{
	task->phase = 1;
	if (task->state != TASK_PENDING || !tenant->known || !tenant->exists ||
	    tenant->phase == 1) {
		return;
	}
	task->phase = tenant->phase - 1;
	task->state = TASK_DONE;
	task->finished_at = tick_wall_ms();
	g_free(task->reason);
	task->reason = g_strdup_printf("nothing to do before phase %lld: it is at %s",
				       (long long)tenant->phase,
				       tenant->version != NULL ? tenant->version : "the start");
}

/* One that was held when its survey began, and may have been released since. */
static int is_held(struct sched *sched, const struct census_tenant *tenant, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };

	if (store_tenant_get_id(sched->store, tenant->id, &row, err) < 0) {
		return err->code == ERR_NOT_FOUND ? 0 : -1; /* removed: its task says so */
	}
	return row.hold != NULL;
}

static int put_task(struct sched *sched, const struct run *run, const struct sorting *sorting,
		    const struct census_tenant *tenant, const struct store_task *place,
		    struct err *err)
{
	/* one that is held may look otherwise when it is released */
	bool is_old = tenant->held || tenant->unseen || sched_is_drifted(tenant);
	SCOPED(store_task)
	task = {
		.rollout_id = run->id,
		.tenant_id = tenant->id,
		.server_id = tenant->server_id,
		.wave = place->wave,
		.rank = place->rank,
		.state = TASK_PENDING,
		.statements = tenant->statements,
		.class = g_strdup(is_old ? NULL : tenant->class),
		.difference = g_strdup(tenant->drifted),
	};
	/* who is held only by now is put aside before it starts */
	int held = tenant->held ? is_held(sched, tenant, err) : 0;

	if (held < 0) {
		return -1;
	}
	if (held > 0) {
		task.state = TASK_HELD;
		store_text_set(&task.reason, "the tenant is held");
	} else if (sched_is_drifted(tenant) && census_fate(tenant) == CENSUS_DRIFTED) {
		hold_drifted(&task, run, tenant);
	} else if (place->wave == 0) {
		settle_task(&task, sorting, tenant);
	}
	if (place->wave > 0 && run->phases->len > 0) {
		set_phase(tenant, &task);
	}
	return store_task_put(sched->store, &task, err);
}

/* They are needed before the run is read again: a task belongs to one of them. */
static int put_phases(struct sched *sched, struct run *run, struct sorting *sorting,
		      struct err *err)
{
	for (guint i = 0; i < sorting->phases->len; i++) {
		struct store_phase *phase = &g_array_index(sorting->phases, struct store_phase, i);

		phase->rollout_id = run->id;
		if (store_phase_put(sched->store, phase, err) < 0) {
			return -1;
		}
	}
	run->row.phase = sorting->phases->len > 0 ? 1 : 0;
	g_array_unref(run->phases);
	run->phases = g_steal_pointer(&sorting->phases);
	return 0;
}

static int put_waves(struct sched *sched, const struct run *run, const struct sorting *sorting,
		     struct err *err)
{
	for (size_t i = 0; i < sorting->plan.nr; i++) {
		const struct wave *wave = &sorting->plan.waves[i];
		const struct store_wave row = {
			.rollout_id = run->id,
			.seq = (int64_t)i + 1,
			.state = WAVE_PENDING,
			.size = (int64_t)wave->count,
		};

		if (store_wave_put(sched->store, &row, err) < 0) {
			return -1;
		}
		for (size_t k = 0; k < wave->count; k++) {
			const struct store_task place = { .wave = row.seq, .rank = (int64_t)k + 1 };

			if (put_task(sched, run, sorting, sorting->work->pdata[wave->first + k],
				     &place, err) < 0) {
				return -1;
			}
		}
	}
	return 0;
}

static int put_settled(struct sched *sched, const struct run *run, const struct sorting *sorting,
		       struct err *err)
{
	for (guint i = 0; i < sorting->settled->len; i++) {
		const struct store_task place = { .rank = (int64_t)i + 1 };

		if (put_task(sched, run, sorting, sorting->settled->pdata[i], &place, err) < 0) {
			return -1;
		}
	}
	return 0;
}

struct scheduled {
	struct sched *sched;
	int64_t rollout_id;
	int64_t planned_ms; /* tick_ms of the census of its plan, whose chains it has; 0: its own */
};

/* All were removed meanwhile. One that is paused finds that out when it is resumed. */
static int survey_failed(struct sched *sched, struct run *run, struct err *err)
{
	if (run->row.state == ROLLOUT_PAUSED) {
		return 0;
	}
	return sched_rollout_move(sched, run, ROLLOUT_SURVEY_FAIL, &sched_self,
				  "the tenants that it named were removed", err);
}

static int on_surveyed(struct sched *sched, const struct census *census, void *ctx, struct err *err)
{
	const struct scheduled *scheduled = ctx;
	SCOPED(sorting) sorting = { 0 };
	g_autofree char *text = NULL;
	struct run *run = NULL;

	if (sched_run_get(sched, scheduled->rollout_id, &run, err) < 0) {
		return -1;
	}
	run->surveying = false;
	if (run->row.surveyed || run->row.state == ROLLOUT_ABORTING ||
	    fsm_is_end(&fsm_rollout, (int)run->row.state)) {
		return 0; /* aborted while its tenants were looked at */
	}
	sorting.left_out = store_left_out(sched->store, run->id, err);
	if (sorting.left_out == NULL || sorting_make(sched, census, &run->row, &sorting, err) < 0) {
		return -1;
	}
	if (sorting.work->len + sorting.settled->len == 0) {
		return survey_failed(sched, run, err);
	}
	if ((scheduled->planned_ms == 0 && sched_chains_put(sched, run, census, err) < 0) ||
	    put_phases(sched, run, &sorting, err) < 0 || put_waves(sched, run, &sorting, err) < 0 ||
	    put_settled(sched, run, &sorting, err) < 0) {
		return -1;
	}
	text = g_strdup_printf("%u of %zu tenants have something to do", sorting.work->len,
			       census->nr);
	run->row.surveyed = true;
	run->looked_ms = scheduled->planned_ms != 0 ? scheduled->planned_ms : tick_ms();
	run->stale = true; /* its waves and tasks are new */
	return run->row.state == ROLLOUT_SCHEDULED
		       ? sched_rollout_move(sched, run, ROLLOUT_SURVEYED, &sched_self, text, err)
		       : store_rollout_put(sched->store, &run->row, err);
}

/* A rollout whose survey failed stays scheduled, and is looked at again. */
static void on_survey_done(void *ctx, const struct err *err)
{
	g_autofree struct scheduled *scheduled = ctx;
	struct run *run = g_hash_table_lookup(scheduled->sched->runs, &scheduled->rollout_id);

	if (err != NULL && err->code != ERR_CANCELLED && run != NULL) {
		log_error("survey failed rollout=r%lld error=\"%s\"",
			  (long long)scheduled->rollout_id, err->msg);
		run->surveying = false;
	}
}

static int survey(struct sched *sched, struct run *run, struct err *err)
{
	struct scheduled *scheduled = g_new0(struct scheduled, 1);
	const struct census_call call = {
		.fn = on_surveyed,
		.done = on_survey_done,
		.ctx = scheduled,
		.rollout_id = run->id,
		.rewrites = run_rewrites(&run->row),
	};
	g_autofree char *text = NULL;

	scheduled->sched = sched;
	scheduled->rollout_id = run->id;
	run->surveying = true;
	if (census_start(sched, run->row.selector, run->row.release_id, run->row.to_version, &call,
			 err) == 0) {
		return 0;
	}
	g_free(scheduled);
	if (err->code == ERR_STORE) {
		run->surveying = false;
		return -1;
	}
	text = g_strdup(err->msg); /* the tenants it named are gone */
	return sched_rollout_move(sched, run, ROLLOUT_SURVEY_FAIL, &sched_self, text, err);
}

int sched_survey_rollout(struct sched *sched, struct run *run, struct err *err)
{
	struct scheduled scheduled = { .sched = sched, .rollout_id = run->id };
	const struct census *census = NULL;
	int rc;

	if (census_take(sched, &run->row, &census, &scheduled.planned_ms, err) < 0) {
		return -1;
	}
	rc = census == NULL ? survey(sched, run, err) : on_surveyed(sched, census, &scheduled, err);
	census_unref(census);
	return rc;
}

/* ---- the dry run ------------------------------------------------------------------------ */

struct preview_run {
	struct store_rollout row; /* owned; never stored */
	void (*fn)(void *ctx, const struct sched_preview *preview);
	void *ctx;
	GPtrArray *names[CENSUS_FATE_NR]; /* owned */
	GPtrArray *warnings;
	GArray *phases; /* owned; struct store_phase */
	struct sched_preview preview;
};

static void preview_run_free(struct preview_run *run)
{
	store_rollout_release(&run->row);
	for (size_t i = 0; i < CENSUS_FATE_NR; i++) {
		g_ptr_array_unref(run->names[i]);
	}
	g_ptr_array_unref(run->warnings);
	g_clear_pointer(&run->phases, g_array_unref);
	g_free(run);
}

static void preview_tenant(struct preview_run *run, const struct census_tenant *tenant)
{
	struct sched_preview *preview = &run->preview;
	enum census_fate fate = census_fate(tenant);

	preview->tenants++;
	if (fate == CENSUS_DONE) {
		preview->up_to_date++;
	} else if (fate == CENSUS_WORK) {
		preview->pending++;
		preview->statements += tenant->statements;
	} else {
		g_ptr_array_add(run->names[fate], g_strdup(tenant->name));
	}
}

static int preview_window(struct sched *sched, struct preview_run *run,
			  const struct census_tenant *tenant, struct err *err)
{
	struct sched_preview *preview = &run->preview;
	int64_t at = 0;

	if (tenant->removed || census_fate(tenant) != CENSUS_WORK) {
		return 0;
	}
	if (sched_window_preview(sched, tenant->id, tenant->server_id, run->row.ignore_window, &at,
				 err) < 0) {
		return -1;
	}
	if (at == 0) {
		return 0;
	}
	preview->waiting++;
	if (at == WINDOW_FOREVER) {
		preview->last_at = -1;
		return 0;
	}
	preview->first_at = preview->first_at == 0 ? at : MIN(preview->first_at, at);
	preview->last_at = preview->last_at < 0 ? -1 : MAX(preview->last_at, at);
	return 0;
}

static int on_previewed(struct sched *sched, const struct census *census, void *ctx,
			struct err *err)
{
	struct preview_run *run = ctx;
	SCOPED(sorting) sorting = { 0 };

	run->preview = (struct sched_preview){ .release = run->row.release };
	for (size_t i = 0; i < CENSUS_FATE_NR; i++) {
		g_ptr_array_set_size(run->names[i], 0);
	}
	g_ptr_array_set_size(run->warnings, 0);
	if (sorting_make(sched, census, &run->row, &sorting, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < census->nr; i++) {
		if (!census->tenants[i].removed) {
			preview_tenant(run, &census->tenants[i]);
		}
		if (preview_window(sched, run, &census->tenants[i], err) < 0) {
			return -1;
		}
	}
	sched_chains_warn(census, true, run->warnings);
	g_clear_pointer(&run->phases, g_array_unref);
	run->phases = g_steal_pointer(&sorting.phases);
	run->preview.phases = (const struct store_phase *)(void *)run->phases->data;
	run->preview.nr_phases = run->phases->len;
	run->preview.nr_waves = sorting.plan.nr;
	for (size_t i = 0; i < sorting.plan.nr; i++) {
		run->preview.wave_sizes[i] = (int64_t)sorting.plan.waves[i].count;
	}
	return 0;
}

static void on_preview_done(struct preview_run *run)
{
	for (size_t i = 0; i < CENSUS_FATE_NR; i++) {
		g_ptr_array_add(run->names[i], NULL);
	}
	g_ptr_array_add(run->warnings, NULL);
	run->preview.ahead = (char *const *)run->names[CENSUS_AHEAD]->pdata;
	run->preview.missing = (char *const *)run->names[CENSUS_MISSING]->pdata;
	run->preview.held = (char *const *)run->names[CENSUS_HELD]->pdata;
	run->preview.regressed = (char *const *)run->names[CENSUS_REGRESSED]->pdata;
	run->preview.drifted = (char *const *)run->names[CENSUS_DRIFTED]->pdata;
	run->preview.warnings = (char *const *)run->warnings->pdata;
	run->fn(run->ctx, &run->preview);
	preview_run_free(run);
}

static void on_preview_planned(void *ctx, const struct sched_planned *planned)
{
	struct preview_run *run = ctx;

	if (planned->err != NULL) {
		run->preview.err = *planned->err;
	}
	run->preview.version = planned->version;
	run->preview.planned = planned;
	on_preview_done(run);
}

struct sched_plan *sched_rollout_preview(struct sched *sched, const struct sched_start *start,
					 void (*fn)(void *ctx, const struct sched_preview *preview),
					 void *ctx, struct err *err)
{
	struct preview_run *run = g_new0(struct preview_run, 1);
	struct sched_plan_ask ask = sched_start_ask(start);
	struct sched_plan *plan = NULL;

	ask.look = on_previewed;
	ask.look_ctx = run;
	run->fn = fn;
	run->ctx = ctx;
	for (size_t i = 0; i < CENSUS_FATE_NR; i++) {
		run->names[i] = g_ptr_array_new_with_free_func(g_free);
	}
	run->warnings = g_ptr_array_new_with_free_func(g_free);
	if (sched_start_parse(sched, start, &run->row, err) == 0) {
		plan = sched_plan_start(sched, &ask, on_preview_planned, run, err);
	}
	if (plan == NULL) {
		preview_run_free(run);
	}
	return plan;
}
