#include "progress.h"

#include <string.h>

#include "exits.h"
#include "human.h"
#include "shell.h"
#include "states.h"
#include "throttle.h"

#define BAR_CELLS      40
#define WAVE_BAR_CELLS 16

/* clang-format off */
/* What an operator does next in each state; %s is the rollout. */
static const struct {
	const char *state;
	const char *command;
} next_commands[] = {
	{ "scheduled", "muster rollout watch %s" },
	{ "running",   "muster rollout watch %s" },
	{ "pausing",   "muster rollout watch %s" },
	{ "paused",    "muster rollout resume %s" },
	{ "gated",     "muster rollout promote %s" },
	{ "aborting",  "muster rollout watch %s" },
	{ "aborted",   "muster task list %s" },
	{ "failed",    "muster rollout retry %s" },
};

/* The counts that a picture names, in this order, when they are not 0. */
static const struct {
	const char *name;
	size_t offset;
} count_words[] = {
	{ "done",      offsetof(struct wire_counts, done) },
	{ "running",   offsetof(struct wire_counts, running) },
	{ "verifying", offsetof(struct wire_counts, verifying) },
	{ "waiting",   offsetof(struct wire_counts, waiting) },
	{ "pending",   offsetof(struct wire_counts, pending) },
	{ "failed",    offsetof(struct wire_counts, failed) },
	{ "in_doubt",  offsetof(struct wire_counts, in_doubt) },
	{ "skipped",   offsetof(struct wire_counts, skipped) },
	{ "held",      offsetof(struct wire_counts, held) },
	{ "cancelled", offsetof(struct wire_counts, cancelled) },
};

/* clang-format on */

/* Those that are not done are to be looked at: the worst of them. */
static char *list_command(const struct wire_rollout *rollout)
{
	const struct wire_counts *counts = &rollout->counts;
	const char *state = counts->in_doubt > 0  ? task_state_names[TASK_IN_DOUBT]
			    : counts->held > 0    ? task_state_names[TASK_HELD]
			    : counts->skipped > 0 ? task_state_names[TASK_SKIPPED]
						  : NULL;

	return g_strdup_printf("muster task list %s%s%s", rollout->id,
			       state != NULL ? " --state " : "", state != NULL ? state : "");
}

/* It paused itself, and until fewer have failed or more may, it cannot be resumed. */
static bool is_over_budget(const struct wire_rollout *rollout)
{
	return rollout->over_budget && rollout->budget.failed > rollout->budget.limit;
}

char *progress_next_command(const struct wire_rollout *rollout)
{
	const struct wire_counts *counts = &rollout->counts;

	if (rollout->state == NULL) {
		return NULL;
	}
	if (strcmp(rollout->state, "paused") == 0 && rollout->throttled) {
		return g_strdup("muster throttle show");
	}
	if (rollout->hint != NULL && exits_rollout_rests(rollout)) {
		return g_strdup(rollout->hint);
	}
	if (strcmp(rollout->state, "paused") == 0 && is_over_budget(rollout)) {
		return counts->failed > 0 ? g_strdup_printf("muster rollout retry %s", rollout->id)
					  : list_command(rollout);
	}
	if ((strcmp(rollout->state, "failed") == 0 && counts->failed == 0) ||
	    (strcmp(rollout->state, "done") == 0 && exits_ended(counts) > counts->done)) {
		return list_command(rollout);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(next_commands); i++) {
		if (strcmp(rollout->state, next_commands[i].state) == 0) {
			g_auto(GStrv) parts = g_strsplit(next_commands[i].command, "%s", 2);

			return g_strconcat(parts[0], rollout->id, parts[1], NULL);
		}
	}
	return NULL;
}

static void append_head(GString *out, const struct wire_rollout *rollout, const struct style *style)
{
	const char *state = rollout->state != NULL ? rollout->state : "";

	g_string_append_printf(out, "%s", rollout->id);
	if (rollout->name != NULL && strcmp(rollout->name, rollout->id) != 0) {
		g_string_append_printf(out, " %s", rollout->name);
	}
	g_string_append_printf(out, "  %s%s%s", render_color(state, style), state,
			       render_color(state, style)[0] != '\0' ? render_plain(style) : "");
	if (rollout->reason != NULL && rollout->reason[0] != '\0') {
		g_string_append(out, ": ");
		human_text(out, rollout->reason, style->width > 60 ? style->width - 40 : 0);
	}
	g_string_append_c(out, '\n');
}

static void append_what(GString *out, const struct wire_rollout *rollout, const struct style *style)
{
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append_printf(line, "  release %s to version %s",
			       rollout->release != NULL ? rollout->release : "?",
			       rollout->version != NULL ? rollout->version : "?");
	if (rollout->selector != NULL && rollout->selector[0] != '\0') {
		g_string_append_printf(line, ", tenants %.120s%s", rollout->selector,
				       strlen(rollout->selector) > 120 ? "…" : "");
	}
	if (rollout->owner != NULL && rollout->owner[0] != '\0') {
		g_string_append_printf(line, ", by %s", rollout->owner);
	}
	human_text(out, line->str, style->width);
	g_string_append_c(out, '\n');
}

static void append_bar(GString *out, const struct wire_rollout *rollout, const struct style *style)
{
	const struct wire_counts *counts = &rollout->counts;
	bool unknown = counts->total == 0 && !exits_rollout_rests(rollout); /* not yet counted */
	int64_t whole = unknown ? 1 : counts->total;
	size_t cells = BAR_CELLS;

	if (style->width > 0) {
		cells = CLAMP(style->width / 2, 10, BAR_CELLS);
	}
	g_string_append(out, "  ");
	human_bar(out, counts->done, whole, cells, style->fine);
	g_string_append_printf(out, " %3d%%  %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " done\n",
			       human_percent(counts->done, whole), counts->done, counts->total);
}

static void append_counts(GString *out, const struct wire_counts *counts, const struct style *style)
{
	bool first = true;

	for (size_t i = 0; i < G_N_ELEMENTS(count_words); i++) {
		const char *base = (const char *)counts;
		int64_t count = *(const int64_t *)(const void *)(base + count_words[i].offset);
		const char *color = render_color(count_words[i].name, style);

		if (count == 0) {
			continue;
		}
		g_string_append_printf(out, "%s%s%" G_GINT64_FORMAT " %s%s", first ? "  " : ", ",
				       color, count, count_words[i].name,
				       color[0] != '\0' ? render_plain(style) : "");
		first = false;
	}
	if (!first) {
		g_string_append_c(out, '\n');
	}
}

static void append_pace(GString *out, const struct wire_rollout *rollout)
{
	g_string_append_printf(out,
			       "  budget %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
			       " failures%s, at most %" G_GINT64_FORMAT " at a time%s",
			       rollout->budget.failed, rollout->budget.limit,
			       is_over_budget(rollout) ? " (over budget)" : "",
			       rollout->running_limit,
			       rollout->no_rewrite ? ", statements as written" : "");
	if (rollout->stall_ms > 0) {
		g_string_append_printf(out, ", stall %.*f s", rollout->stall_ms % 1000 != 0 ? 1 : 0,
				       (double)rollout->stall_ms / 1000);
	}
	if (!exits_rollout_rests(rollout)) {
		g_string_append(out, ", ");
		human_rate(out, rollout->rate);
		if (rollout->eta_s >= 0) {
			g_string_append(out, ", ends in ");
			human_duration(out, rollout->eta_s);
		}
	}
	g_string_append_c(out, '\n');
}

void progress_closed(GString *out, const struct wire_closed *closed)
{
	g_string_append_printf(out,
			       "%" G_GINT64_FORMAT " tenant%s, shortest %.3f s, median %.3f s, "
			       "p95 %.3f s, longest %.3f s",
			       closed->tenants, closed->tenants == 1 ? "" : "s",
			       (double)closed->min_ms / 1000, (double)closed->median_ms / 1000,
			       (double)closed->p95_ms / 1000, (double)closed->max_ms / 1000);
}

static void append_closed(GString *out, const struct wire_closed *closed)
{
	if (closed->tenants > 0) {
		g_string_append(out, "  closed for writes: ");
		progress_closed(out, closed);
		g_string_append_c(out, '\n');
	}
}

/* The wave that matters now: the first that is not done, else the last. */
static size_t current_wave(const struct wire_rollout *rollout)
{
	const struct wire_wave *waves = rollout->waves.items;

	for (size_t i = 0; i < rollout->waves.nr; i++) {
		if (waves[i].state != NULL && strcmp(waves[i].state, "done") != 0) {
			return i;
		}
	}
	return rollout->waves.nr > 0 ? rollout->waves.nr - 1 : 0;
}

static void append_wave(GString *out, const struct wire_wave *wave, int64_t ended,
			const struct style *style)
{
	const char *state = wave->state != NULL ? wave->state : "";
	int64_t part = strcmp(state, "pending") == 0 ? 0 : CLAMP(ended, 0, wave->size);

	if (strcmp(state, "done") == 0) {
		part = wave->size;
	}
	g_string_append_printf(out, "  wave %-3" G_GINT64_FORMAT " ", wave->seq);
	human_bar(out, part, wave->size, WAVE_BAR_CELLS, style->fine);
	g_string_append_printf(out, " %6" G_GINT64_FORMAT "  %s%s%s", wave->size,
			       render_color(state, style), state,
			       render_color(state, style)[0] != '\0' ? render_plain(style) : "");
	if (wave->gate != NULL && wave->gate[0] != '\0') {
		g_string_append_printf(out, ", waits for %s", wave->gate);
	}
	g_string_append_c(out, '\n');
}

/* A window of the waves around the one that runs. */
static void append_waves(GString *out, const struct progress *progress, const struct style *style)
{
	const struct wire_rollout *rollout = progress->rollout;
	const struct wire_wave *waves = rollout->waves.items;
	int64_t ended = exits_ended(&rollout->counts);
	size_t max = progress->waves_max == 0 ? SIZE_MAX : progress->waves_max;
	size_t current = current_wave(rollout);
	size_t first = 0;

	if (rollout->waves.nr > max && current > max / 2) {
		first = MIN(current - max / 2, rollout->waves.nr - max);
	}
	for (size_t i = 0; i < rollout->waves.nr; i++) {
		if (i >= first && i - first < max) {
			append_wave(out, &waves[i], ended, style);
		}
		ended -= waves[i].size;
	}
	if (rollout->waves.nr > max) {
		g_string_append_printf(out, "  (%zu waves in all)\n", rollout->waves.nr);
	}
}

void progress_phases(GString *out, const struct wire_list *list, const struct style *style)
{
	const struct wire_phase *phases = list->items;

	for (size_t i = 0; i < list->nr; i++) {
		const struct wire_phase *phase = &phases[i];
		const char *color = render_color(phase->state, style);

		g_string_append_printf(out,
				       "  phase %" G_GINT64_FORMAT " %-8s %s%s%s, %" G_GINT64_FORMAT
				       " file%s up to %s, %" G_GINT64_FORMAT " tenant%s\n",
				       phase->seq, phase->phase, color, phase->state,
				       color[0] != '\0' ? render_plain(style) : "", phase->files,
				       phase->files == 1 ? "" : "s", phase->to, phase->tenants,
				       phase->tenants == 1 ? "" : "s");
	}
}

static void append_running(GString *out, const struct wire_task *task, const struct style *style)
{
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_append_printf(
		line, "  %-24s %-10s statement %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "  %s",
		task->tenant, task->state != NULL ? task->state : "", task->statement,
		task->statements, task->migration != NULL ? task->migration : "");
	if (task->reason != NULL && task->reason[0] != '\0') {
		g_string_append_printf(line, "  %s", task->reason);
	}
	human_text(out, line->str, style->width);
	g_string_append_c(out, '\n');
}

static void append_failed(GString *out, const struct wire_task *task, const struct style *style)
{
	g_autoptr(GString) line = g_string_new(NULL);
	const char *why = task->error.message != NULL && task->error.message[0] != '\0'
				  ? task->error.message
				  : task->reason;
	const char *color = render_color(task->state, style);
	g_autofree char *word = shell_word(task->tenant);

	g_string_append_printf(line, "  %s %s: %s", task->tenant,
			       task->state != NULL ? task->state : "", why != NULL ? why : "?");
	g_string_append(out, color);
	human_text(out, line->str, style->width);
	g_string_append(out, color[0] != '\0' ? render_plain(style) : "");
	g_string_append_printf(out, "\n    -> muster task show %s/%s\n", task->rollout, word);
}

static void append_tasks(GString *out, const struct progress *progress, const struct style *style)
{
	const struct wire_counts *counts = &progress->rollout->counts;
	int64_t failed = counts->failed + counts->in_doubt;

	for (size_t i = 0; i < progress->nr_running; i++) {
		append_running(out, &progress->running[i], style);
	}
	for (size_t i = 0; i < progress->nr_failed; i++) {
		append_failed(out, &progress->failed[i], style);
	}
	if (progress->nr_failed > 0 && failed > (int64_t)progress->nr_failed) {
		g_string_append_printf(
			out,
			"  and %" G_GINT64_FORMAT " more\n    -> muster task list %s --state %s\n",
			failed - (int64_t)progress->nr_failed, progress->rollout->id,
			task_state_names[counts->failed > 0 ? TASK_FAILED : TASK_IN_DOUBT]);
	}
}

void progress_block(GString *out, const struct progress *progress, const struct style *style)
{
	const struct wire_rollout *rollout = progress->rollout;
	g_autofree char *next = progress_next_command(rollout);

	append_head(out, rollout, style);
	append_what(out, rollout, style);
	append_bar(out, rollout, style);
	append_counts(out, &rollout->counts, style);
	append_pace(out, rollout);
	append_closed(out, &rollout->closed);
	progress_phases(out, &rollout->phases, style);
	append_waves(out, progress, style);
	throttle_lines(out, progress->throttles,
		       exits_rollout_rests(rollout) ? 0 : progress->nr_throttles,
		       progress->waves_max == 0 ? SIZE_MAX : progress->waves_max, style);
	append_tasks(out, progress, style);
	if (next != NULL && exits_rollout_rests(rollout)) {
		g_string_append_printf(out, "  -> %s\n", next);
	}
}

void progress_summary(GString *out, const struct wire_rollout *rollout)
{
	const struct wire_counts *counts = &rollout->counts;
	int64_t failed = counts->failed + counts->in_doubt;

	g_string_append_printf(out, "%s", rollout->id);
	if (rollout->name != NULL && strcmp(rollout->name, rollout->id) != 0) {
		g_string_append_printf(out, " %s", rollout->name);
	}
	g_string_append_printf(out, ": %s, %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " done",
			       rollout->state, counts->done, counts->total);
	if (failed > 0) {
		g_string_append_printf(out, ", %" G_GINT64_FORMAT " failed", failed);
	}
	if (rollout->reason != NULL && rollout->reason[0] != '\0') {
		g_string_append(out, " (");
		human_text(out, rollout->reason, 0);
		g_string_append_c(out, ')');
	}
	g_string_append_c(out, '\n');
}

/* "r12/acme" -> "acme"; NULL for an event that is not of a task. */
static const char *tenant_of(const struct wire_event *event)
{
	const char *slash;

	if (event->kind == NULL || event->object == NULL ||
	    !g_str_has_prefix(event->kind, "task")) {
		return NULL;
	}
	slash = strchr(event->object, '/');
	return slash != NULL ? slash + 1 : NULL;
}

/* What an operator calls it: "acme" for r12/acme, "wave 2" for r12/wave/2. */
static void append_subject(GString *out, const struct wire_event *event)
{
	const char *tenant = tenant_of(event);
	const char *wave = event->object != NULL ? strstr(event->object, "/wave/") : NULL;

	if (tenant != NULL) {
		g_string_append(out, tenant);
	} else if (wave != NULL) {
		g_string_append_printf(out, "wave %s", wave + strlen("/wave/"));
	} else {
		g_string_append(out, event->object != NULL ? event->object : "");
	}
}

/* Is there something to say that the state does not? */
static bool has_words(const struct wire_event *event)
{
	static const enum task_state plain[] = { TASK_RUNNING, TASK_VERIFYING, TASK_DONE };

	for (size_t i = 0; i < G_N_ELEMENTS(plain) && tenant_of(event) != NULL; i++) {
		if (strcmp(event->state, task_state_names[plain[i]]) == 0) {
			return false;
		}
	}
	return event->text != NULL && event->text[0] != '\0';
}

bool progress_is_end(const struct wire_event *event)
{
	static const enum task_state ends[] = { TASK_DONE,    TASK_FAILED, TASK_IN_DOUBT,
						TASK_SKIPPED, TASK_HELD,   TASK_CANCELLED };

	for (size_t i = 0; event->state != NULL && i < G_N_ELEMENTS(ends); i++) {
		if (strcmp(event->state, task_state_names[ends[i]]) == 0) {
			return tenant_of(event) != NULL;
		}
	}
	return false;
}

void progress_line(GString *out, const struct wire_event *event, int64_t ended, int64_t total)
{
	if (event->state == NULL || event->state[0] == '\0') {
		return;
	}
	human_clock(out, event->at != NULL ? event->at : "");
	g_string_append_c(out, ' ');
	append_subject(out, event);
	g_string_append_printf(out, " %s", event->state);
	if (progress_is_end(event)) {
		g_string_append_printf(out, " %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, ended,
				       total);
	}
	if (has_words(event)) {
		g_string_append(out, ": ");
		human_text(out, event->text, 0);
	}
	g_string_append_c(out, '\n');
}
