#include "store_rows.h"

#include <string.h>

#include <glib.h>

#include "store_run.h"

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in them */
/* _Generic yields 0 and refuses, at compile time, a member of another type. */
#define MEMBER(T, m, ctype) (offsetof(struct T, m) + _Generic(((struct T *)0)->m, ctype: 0U))
#define INT(T, m)	    { #m, STORE_INT, MEMBER(T, m, int64_t), NULL, 0 }
#define TEXT(T, m)	    { #m, STORE_TEXT, MEMBER(T, m, char *), NULL, 0 }
#define BOOL(T, m)	    { #m, STORE_BOOL, MEMBER(T, m, bool), NULL, 0 }
#define STATE(T, m, of, nr) { #m, STORE_STATE, MEMBER(T, m, enum of), of##_names, nr }
#define FIELDS(T)	    { T##_members, G_N_ELEMENTS(T##_members), sizeof(struct T) }
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct store_field store_server_members[] = {
	INT(store_server, id),
	TEXT(store_server, name),
	TEXT(store_server, host),
	INT(store_server, port),
	TEXT(store_server, socket),
	TEXT(store_server, defaults_file),
	INT(store_server, max_running),
	INT(store_server, max_rebuilds),
	INT(store_server, max_chunks),
	STATE(store_server, state, server_state, SERVER_STATE_NR),
	TEXT(store_server, reason),
	TEXT(store_server, flavor),
	TEXT(store_server, version),
	TEXT(store_server, window),
	INT(store_server, freeze_from),
	INT(store_server, freeze_until),
	TEXT(store_server, freeze_reason),
	TEXT(store_server, replica_of),
	TEXT(store_server, replicas),
	TEXT(store_server, heartbeat),
	INT(store_server, revision),
};

static const struct store_field store_tenant_members[] = {
	INT(store_tenant, id),
	TEXT(store_tenant, name),
	INT(store_tenant, server_id),
	TEXT(store_tenant, server),
	TEXT(store_tenant, schema),
	TEXT(store_tenant, version),
	TEXT(store_tenant, open),
	TEXT(store_tenant, regressed),
	TEXT(store_tenant, shape),
	TEXT(store_tenant, shape_version),
	TEXT(store_tenant, drifted),
	STATE(store_tenant, mode, tenant_mode, TENANT_MODE_NR),
	TEXT(store_tenant, hold),
	TEXT(store_tenant, window),
	INT(store_tenant, freeze_from),
	INT(store_tenant, freeze_until),
	TEXT(store_tenant, freeze_reason),
	INT(store_tenant, bytes),
	INT(store_tenant, revision),
};

static const struct store_field store_release_members[] = {
	INT(store_release, id),
	TEXT(store_release, name),
	TEXT(store_release, format),
	TEXT(store_release, checksum),
	INT(store_release, migrations),
	TEXT(store_release, last_version),
	INT(store_release, created_at),
};

static const struct store_field store_rollout_members[] = {
	INT(store_rollout, id),
	TEXT(store_rollout, name),
	INT(store_rollout, release_id),
	TEXT(store_rollout, release),
	STATE(store_rollout, state, rollout_state, ROLLOUT_STATE_NR),
	TEXT(store_rollout, reason),
	INT(store_rollout, revision),
	TEXT(store_rollout, selector),
	TEXT(store_rollout, to_version),
	TEXT(store_rollout, waves),
	INT(store_rollout, bake_ms),
	BOOL(store_rollout, gate_human),
	INT(store_rollout, budget_limit),
	INT(store_rollout, running_limit),
	INT(store_rollout, per_server_limit),
	TEXT(store_rollout, strategy),
	INT(store_rollout, stall_ms),
	TEXT(store_rollout, owner),
	TEXT(store_rollout, start_reason),
	BOOL(store_rollout, ignore_window),
	BOOL(store_rollout, over_budget),
	BOOL(store_rollout, surveyed),
	INT(store_rollout, priority),
	BOOL(store_rollout, throttled),
	INT(store_rollout, readonly),
	INT(store_rollout, max_closed_ms),
	INT(store_rollout, drain_ms),
	BOOL(store_rollout, accept_holes),
	BOOL(store_rollout, no_rewrite),
	TEXT(store_rollout, close_method),
	TEXT(store_rollout, hooks),
	INT(store_rollout, hooks_begun),
	INT(store_rollout, phase),
	BOOL(store_rollout, phase_open),
	INT(store_rollout, created_at),
	INT(store_rollout, started_at),
	INT(store_rollout, ended_at),
};

static const struct store_field store_wave_members[] = {
	INT(store_wave, rollout_id),
	INT(store_wave, seq),
	STATE(store_wave, state, wave_state, WAVE_STATE_NR),
	INT(store_wave, size),
	INT(store_wave, bake_until),
	TEXT(store_wave, gate),
};

static const struct store_field store_task_members[] = {
	INT(store_task, id),
	INT(store_task, rollout_id),
	INT(store_task, tenant_id),
	INT(store_task, server_id),
	TEXT(store_task, tenant),
	TEXT(store_task, server),
	TEXT(store_task, schema),
	TEXT(store_task, seen),
	TEXT(store_task, hold),
	INT(store_task, removed_at),
	INT(store_task, wave),
	INT(store_task, rank),
	STATE(store_task, state, task_state, TASK_STATE_NR),
	TEXT(store_task, reason),
	TEXT(store_task, migration),
	INT(store_task, statement),
	INT(store_task, statements),
	INT(store_task, attempt),
	TEXT(store_task, err_code),
	INT(store_task, err_native),
	TEXT(store_task, err_message),
	INT(store_task, not_before),
	INT(store_task, window_at),
	INT(store_task, started_at),
	INT(store_task, finished_at),
	INT(store_task, bytes),
	TEXT(store_task, class),
	STATE(store_task, kind, task_kind, TASK_KIND_NR),
	TEXT(store_task, difference),
	INT(store_task, closed_ms),
	INT(store_task, phase),
};

static const struct store_field store_phase_members[] = {
	INT(store_phase, rollout_id),
	INT(store_phase, seq),
	TEXT(store_phase, name),
	TEXT(store_phase, to_version),
	INT(store_phase, files),
	INT(store_phase, tenants),
};

static const struct store_field store_mode_members[] = {
	INT(store_mode, tenant_id),
	TEXT(store_mode, tenant),
	INT(store_mode, server_id),
	TEXT(store_mode, schema),
	STATE(store_mode, mode, tenant_mode, TENANT_MODE_NR),
	TEXT(store_mode, method),
	TEXT(store_mode, restore),
	TEXT(store_mode, reason),
	TEXT(store_mode, owner),
	BOOL(store_mode, maintenance),
	INT(store_mode, drain_ms),
	BOOL(store_mode, ends),
	INT(store_mode, asked_at),
	INT(store_mode, since),
	INT(store_mode, expires_at),
	TEXT(store_mode, failed),
	TEXT(store_mode, failed_code),
	INT(store_mode, rollout_id),
	INT(store_mode, task_id),
	TEXT(store_mode, hooks),
	INT(store_mode, hooks_begun),
};

static const struct store_field store_event_members[] = {
	INT(store_event, id),
	INT(store_event, at),
	INT(store_event, uid),
	TEXT(store_event, actor),
	TEXT(store_event, kind),
	TEXT(store_event, object),
	TEXT(store_event, state),
	TEXT(store_event, text),
	INT(store_event, rollout_id),
	TEXT(store_event, output),
	INT(store_event, lost),
};

static const struct store_field store_rule_members[] = {
	INT(store_rule, server_id),
	STATE(store_rule, kind, store_rule_kind, STORE_RULE_KIND_NR),
	TEXT(store_rule, name),
	TEXT(store_rule, soft),
	TEXT(store_rule, hard),
	TEXT(store_rule, critical),
	TEXT(store_rule, source),
	TEXT(store_rule, amount),
	INT(store_rule, until_at),
	INT(store_rule, for_ms),
	TEXT(store_rule, owner),
	TEXT(store_rule, reason),
};

static const struct store_field store_window_members[] = {
	TEXT(store_window, scope),
	INT(store_window, id),
	TEXT(store_window, name),
	TEXT(store_window, window),
	INT(store_window, freeze_from),
	INT(store_window, freeze_until),
	TEXT(store_window, freeze_reason),
};
/* clang-format on */

const struct store_fields store_server_fields = FIELDS(store_server);
const struct store_fields store_tenant_fields = FIELDS(store_tenant);
const struct store_fields store_release_fields = FIELDS(store_release);
const struct store_fields store_rollout_fields = FIELDS(store_rollout);
const struct store_fields store_wave_fields = FIELDS(store_wave);
const struct store_fields store_task_fields = FIELDS(store_task);
const struct store_fields store_phase_fields = FIELDS(store_phase);
const struct store_fields store_mode_fields = FIELDS(store_mode);
const struct store_fields store_event_fields = FIELDS(store_event);
const struct store_fields store_window_fields = FIELDS(store_window);
const struct store_fields store_rule_fields = FIELDS(store_rule);

const char *const store_rule_kind_names[STORE_RULE_KIND_NR] = {
	[STORE_RULE_LIMIT] = "limit", [STORE_RULE_HOLD] = "hold",   [STORE_RULE_EXEMPT] = "exempt",
	[STORE_RULE_RATIO] = "ratio", [STORE_RULE_LABEL] = "label",
};

void store_row_release(const struct store_fields *fields, void *row)
{
	for (size_t i = 0; i < fields->nr; i++) {
		const struct store_field *field = &fields->fields[i];

		if (field->kind == STORE_TEXT) {
			char **text = (void *)((char *)row + field->offset);

			g_free(*text);
		}
	}
	memset(row, 0, fields->size);
}

void store_labels_release(struct store_labels *labels)
{
	for (size_t i = 0; i < labels->nr; i++) {
		g_free(labels->labels[i].key);
		g_free(labels->labels[i].value);
	}
	g_free(labels->labels);
	*labels = (struct store_labels){ 0 };
}

/* Where key is, or where it would have to be put. */
static size_t label_place(const struct store_labels *labels, const char *key, bool *found)
{
	size_t low = 0;
	size_t high = labels->nr;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(labels->labels[middle].key, key);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static void label_insert(struct store_labels *labels, size_t place, const char *key,
			 const char *value)
{
	labels->labels = g_renew(struct store_label, labels->labels, labels->nr + 1);
	memmove(&labels->labels[place + 1], &labels->labels[place],
		(labels->nr - place) * sizeof(*labels->labels));
	labels->labels[place] = (struct store_label){
		.key = g_strdup(key),
		.value = g_strdup(value),
	};
	labels->nr++;
}

void store_labels_put(struct store_labels *labels, const char *key, const char *value)
{
	bool found;
	size_t place = label_place(labels, key, &found);

	if (found) {
		store_text_set(&labels->labels[place].value, value);
	} else {
		label_insert(labels, place, key, value);
	}
}

void store_labels_append(struct store_labels *labels, const char *key, const char *value)
{
	label_insert(labels, labels->nr, key, value);
}

const char *store_labels_find(const struct store_labels *labels, const char *key)
{
	bool found;
	size_t place = label_place(labels, key, &found);

	return found ? labels->labels[place].value : NULL;
}

void store_server_release(struct store_server *server)
{
	store_labels_release(&server->labels);
	store_row_release(&store_server_fields, server);
}

void store_tenant_release(struct store_tenant *tenant)
{
	store_labels_release(&tenant->labels);
	store_labels_release(&tenant->server_labels);
	store_row_release(&store_tenant_fields, tenant);
}

void store_release_release(struct store_release *release)
{
	store_row_release(&store_release_fields, release);
}

void store_rollout_release(struct store_rollout *rollout)
{
	store_row_release(&store_rollout_fields, rollout);
}

void store_wave_release(struct store_wave *wave)
{
	store_row_release(&store_wave_fields, wave);
}

void store_task_release(struct store_task *task)
{
	store_row_release(&store_task_fields, task);
}

void store_phase_release(struct store_phase *phase)
{
	store_row_release(&store_phase_fields, phase);
}

void store_rule_release(struct store_rule *rule)
{
	store_row_release(&store_rule_fields, rule);
}

void store_mode_release(struct store_mode *mode)
{
	store_row_release(&store_mode_fields, mode);
}

void store_event_release(struct store_event *event)
{
	store_row_release(&store_event_fields, event);
}

void store_window_release(struct store_window *window)
{
	store_row_release(&store_window_fields, window);
}

void store_text_set(char **text, const char *value)
{
	char *copy = g_strdup(value); /* value may be part of *text */

	g_free(*text);
	*text = copy;
}
