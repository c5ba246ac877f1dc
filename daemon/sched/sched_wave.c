/*
 * How a rollout goes on by itself: waves open, bake, wait at gates and close; the budget
 * pauses it; it ends.
 */
#include "crash.h"
#include "sched_close.h"
#include "sched_hook.h"
#include "sched_phase.h"
#include "sched_state.h"
#include "store_rollout.h"
#include "tick.h"
#include "upkeep.h"

int sched_wave_move(struct sched *sched, struct run *run, struct run_wave *wave,
		    enum wave_event event, struct err *err)
{
	const struct fsm_edge *edge = fsm_next(&fsm_wave, (int)wave->row.state, (int)event, err);
	enum wave_state from = wave->row.state;
	g_autofree char *object = NULL;

	CHECK(edge != NULL); /* only our own code moves waves */
	wave->row.state = (enum wave_state)edge->to;
	sched->settle = true;
	if (store_wave_put(sched->store, &wave->row, err) < 0) {
		return -1;
	}
	CRASH_EDGE("wave", wave_state_names[from], wave_event_names[event]);
	object = g_strdup_printf("r%lld/wave/%lld", (long long)run->id, (long long)wave->row.seq);
	return sched_note(sched, &sched_self, run->id, "wave", object,
			  wave_state_names[wave->row.state], edge->why, err);
}

/* The wave rests until a human opens its gate: also when it was paused there and resumed. */
static int wait_at_gate(struct sched *sched, struct run *run, const struct run_wave *wave,
			struct err *err)
{
	g_autofree char *text = g_strdup_printf("wave %lld has ended; promote starts the next",
						(long long)wave->row.seq);

	return sched_rollout_move(sched, run, ROLLOUT_GATE, &sched_self, text, err);
}

/* All tasks of the wave have ended. */
static int wave_ended(struct sched *sched, struct run *run, struct run_wave *wave, struct err *err)
{
	bool last = run_is_last_wave(run, wave->row.seq);

	if (!last && run->row.bake_ms > 0 && wave->row.state == WAVE_RUNNING) {
		wave->row.bake_until = tick_wall_ms() + run->row.bake_ms;
		store_text_set(&wave->row.gate, "bake");
		return sched_wave_move(sched, run, wave, WAVE_BAKE, err);
	}
	if (!last && run->row.gate_human) {
		store_text_set(&wave->row.gate, "promote");
		if (sched_wave_move(sched, run, wave, WAVE_GATE, err) < 0) {
			return -1;
		}
		return wait_at_gate(sched, run, wave, err);
	}
	store_text_set(&wave->row.gate, NULL);
	return sched_wave_move(sched, run, wave, WAVE_CLOSE, err);
}

/* Which tenants are not where they should be; NULL: none. */
static char *left_behind(const struct run *run)
{
	static const struct {
		enum task_state state;
		const char *word;
	} kinds[] = {
		{ TASK_FAILED, "failed" },
		{ TASK_HELD, "held" },
		{ TASK_SKIPPED, "skipped" },
	};

	g_autoptr(GString) text = g_string_new(NULL);
	int64_t ended = run_failed(run) + run_count(run, -1, TASK_DONE) +
			run_count(run, -1, TASK_SKIPPED) + run_count(run, -1, TASK_HELD);

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		int64_t nr = kinds[i].state == TASK_FAILED ? run_failed(run)
							   : run_count(run, -1, kinds[i].state);

		if (nr > 0) {
			g_string_append_printf(text, "%s%lld %s", text->len > 0 ? ", " : "",
					       (long long)nr, kinds[i].word);
		}
	}
	return text->len == 0 ? NULL
			      : g_strdup_printf("it has ended; of %lld tenants %s",
						(long long)ended, text->str);
}

int sched_wave_recount(struct sched *sched, struct run *run, struct err *err)
{
	g_autofree char *text = NULL;

	if (run->row.state != ROLLOUT_FAILED && run->row.state != ROLLOUT_DONE) {
		return 0;
	}
	text = left_behind(run);
	store_text_set(&run->row.reason, text);
	return store_rollout_put(sched->store, &run->row, err);
}

static int finish(struct sched *sched, struct run *run, struct err *err)
{
	g_autofree char *text = left_behind(run);
	bool is_good = run_failed(run) == 0;
	int may = sched_rollout_hook(sched, run, HOOK_AFTER_ROLLOUT, is_good ? "done" : "failed",
				     err);

	if (may <= 0) {
		return may;
	}
	return sched_rollout_move(sched, run, is_good ? ROLLOUT_END_GOOD : ROLLOUT_END_BAD,
				  &sched_self, text, err);
}

/* No wave is left: what is done now stops before the next phase, or was all. */
static int waves_ended(struct sched *sched, struct run *run, struct err *err)
{
	int stopped;

	if (run_open_count(run, RUN_WAVES_MAX - 1) > 0 || sched_close_pending(sched, run->id)) {
		return 0;
	}
	stopped = sched_phase_ended(sched, run, err);
	return stopped != 0 ? stopped : finish(sched, run, err);
}

/* Never longer than it was meant: when the clock was set back it begins anew. 1: it bakes, 0: no. */
static int bakes(struct sched *sched, const struct run *run, struct run_wave *wave, struct err *err)
{
	int64_t now = tick_wall_ms();

	if (wave->row.bake_until > now + run->row.bake_ms) {
		wave->row.bake_until = now + run->row.bake_ms;
		if (store_wave_put(sched->store, &wave->row, err) < 0) {
			return -1;
		}
	}
	return now < wave->row.bake_until;
}

static bool is_baking(const struct run_wave *wave)
{
	return wave != NULL && wave->row.state == WAVE_BAKING;
}

int sched_wave_rebake(struct sched *sched, struct run *run, int64_t was_ms, struct err *err)
{
	struct run_wave *wave = run_current_wave(run);

	if (!is_baking(wave)) {
		return 0;
	}
	wave->row.bake_until += run->row.bake_ms - was_ms;
	return store_wave_put(sched->store, &wave->row, err);
}

char *sched_rollout_bakes(const struct sched *sched, int64_t rollout_id)
{
	struct run *run = g_hash_table_lookup(sched->runs, &rollout_id);
	g_autofree char *until = NULL;
	const struct run_wave *wave;

	if (run == NULL || run->stale || run->row.state != ROLLOUT_RUNNING) {
		return NULL;
	}
	wave = run_current_wave(run);
	if (!is_baking(wave)) {
		return NULL;
	}
	until = upkeep_moment(wave->row.bake_until);
	return g_strdup_printf("wave %lld bakes until %s", (long long)wave->row.seq, until);
}

/* One step of the current wave; 1: moved, look again. */
static int step_wave(struct sched *sched, struct run *run, struct err *err)
{
	struct run_wave *wave = run_current_wave(run);
	int baking;
	bool open;

	if (wave == NULL) {
		return waves_ended(sched, run, err);
	}
	open = run_open_count(run, wave->row.seq) > 0;
	switch (wave->row.state) {
	case WAVE_PENDING:
		return sched_wave_move(sched, run, wave, WAVE_OPEN, err) < 0 ? -1 : 1;
	case WAVE_RUNNING:
		return open ? 0 : wave_ended(sched, run, wave, err) < 0 ? -1 : 1;
	case WAVE_BAKING:
	case WAVE_GATED:
		if (open) { /* a retry put tasks back */
			return sched_wave_move(sched, run, wave, WAVE_OPEN, err) < 0 ? -1 : 1;
		}
		if (wave->row.state == WAVE_GATED) {
			return wait_at_gate(sched, run, wave, err);
		}
		baking = bakes(sched, run, wave, err);
		if (baking != 0) {
			return MIN(baking, 0);
		}
		return wave_ended(sched, run, wave, err) < 0 ? -1 : 1;
	case WAVE_DONE:
	case WAVE_CANCELLED:
	case WAVE_STATE_NR:
		break;
	}
	return 0;
}

static int over_budget(struct sched *sched, struct run *run, struct err *err)
{
	g_autofree char *text =
		g_strdup_printf("failure budget used up: %lld failed, %lld allowed",
				(long long)run_failed(run), (long long)run->row.budget_limit);

	run->row.over_budget = true;
	sched_running_stop(sched, run->id);
	return sched_rollout_move(sched, run, ROLLOUT_OVER_BUDGET, &sched_self, text, err);
}

static int cancel_waves(struct sched *sched, struct run *run, struct err *err)
{
	for (size_t i = 1; i < RUN_WAVES_MAX && run->waves[i].row.seq != 0; i++) {
		struct run_wave *wave = &run->waves[i];

		if (fsm_has(&fsm_wave, (int)wave->row.state, WAVE_CANCEL) &&
		    sched_wave_move(sched, run, wave, WAVE_CANCEL, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Paused, and why: "quiet" must not hide the words of the one who paused it. */
static int quiet(struct sched *sched, struct run *run, struct err *err)
{
	g_autofree char *why = g_strdup(run->row.reason);
	int may = run->row.state != ROLLOUT_ABORTING
			  ? 1
			  : sched_rollout_hook(sched, run, HOOK_AFTER_ROLLOUT, "aborted", err);

	if (may <= 0) {
		return may;
	}
	if (run->row.state == ROLLOUT_ABORTING && cancel_waves(sched, run, err) < 0) {
		return -1;
	}
	return sched_rollout_move(sched, run, ROLLOUT_QUIET, &sched_self, why, err);
}

static int cancel_open(struct sched *sched, struct run *run, struct err *err)
{
	static const enum task_state states[] = { TASK_PENDING, TASK_WAITING, TASK_HELD };

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (sched_task_move_all(sched, run, states[i], TASK_CANCEL, 0, NULL, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int advance_running(struct sched *sched, struct run *run, struct err *err)
{
	int moved = 1;

	if (run_failed(run) > run->row.budget_limit) {
		return over_budget(sched, run, err);
	}
	while (moved > 0 && run->row.state == ROLLOUT_RUNNING) {
		moved = step_wave(sched, run, err);
	}
	return moved;
}

int sched_advance(struct sched *sched, struct run *run, struct err *err)
{
	if (run->row.state == ROLLOUT_RUNNING && run->row.surveyed &&
	    advance_running(sched, run, err) < 0) {
		return -1;
	}
	if (run->row.state == ROLLOUT_ABORTING && cancel_open(sched, run, err) < 0) {
		return -1;
	}
	if ((run->row.state == ROLLOUT_PAUSING || run->row.state == ROLLOUT_ABORTING) &&
	    run_running(run) == 0 && !sched_close_pending(sched, run->id)) {
		return quiet(sched, run, err);
	}
	return 0;
}
