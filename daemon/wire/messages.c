#include "wire_types.h"

#include <glib.h>

#include "wire_fields.h"

/* clang-format off */

/*      message      member      required in a request, and the type of what is inside */

static const struct wire_field error_fields[] = {
	TEXT(   wire_error, code,    false ),
	INT(    wire_error, native,  false ),
	TEXT(   wire_error, message, false ),
	TEXT(   wire_error, hint,    false ),
	{ 0 },
};
const struct wire_type wire_error_type = TYPE(error);

static const struct wire_field server_fields[] = {
	TEXT(   wire_server, name,          false ),
	TEXT(   wire_server, address,       false ),
	TEXT(   wire_server, flavor,        false ),
	TEXT(   wire_server, version,       false ),
	TEXT(   wire_server, state,         false ),
	TEXT(   wire_server, reason,        false ),
	INT(    wire_server, max_running,   false ),
	INT(    wire_server, max_rebuilds,  false ),
	INT(    wire_server, max_chunks,    false ),
	INT(    wire_server, tenants,       false ),
	TEXT(   wire_server, defaults_file, false ),
	TEXT(   wire_server, window,        false ),
	TEXT(   wire_server, next_window,   false ),
	TEXT(   wire_server, freeze,        false ),
	TEXT(   wire_server, replica_of,    false ),
	TEXTS(  wire_server, replicas,      false ),
	TEXT(   wire_server, heartbeat,     false ),
	INT(    wire_server, revision,      false ),
	LABELS( wire_server, labels,        false ),
	{ 0 },
};
const struct wire_type wire_server_type = TYPE(server);

static const struct wire_field window_fields[] = {
	TEXT(   wire_window, scope,       false ),
	TEXT(   wire_window, name,        false ),
	TEXT(   wire_window, window,      false ),
	TEXT(   wire_window, next_window, false ),
	TEXT(   wire_window, freeze,      false ),
	{ 0 },
};
const struct wire_type wire_window_type = TYPE(window);

static const struct wire_field server_check_fields[] = {
	TEXT(   wire_server_check, name,            false ),
	TEXT(   wire_server_check, address,         false ),
	TEXT(   wire_server_check, flavor,          false ),
	TEXT(   wire_server_check, version,         false ),
	TEXT(   wire_server_check, time_zone,       false ),
	TEXT(   wire_server_check, account,         false ),
	INT(    wire_server_check, connections,     false ),
	INT(    wire_server_check, max_connections, false ),
	BOOL(   wire_server_check, read_only,       false ),
	TEXTS(  wire_server_check, missing,         false ),
	TEXT(   wire_server_check, grant,           false ),
	TEXTS(  wire_server_check, closing,         false ),
	{ 0 },
};
const struct wire_type wire_server_check_type = TYPE(server_check);

static const struct wire_field tenant_fields[] = {
	TEXT(   wire_tenant, name,        false ),
	TEXT(   wire_tenant, server,      false ),
	TEXT(   wire_tenant, schema,      false ),
	TEXT(   wire_tenant, version,     false ),
	TEXT(   wire_tenant, mode,        false ),
	TEXT(   wire_tenant, hold,        false ),
	TEXT(   wire_tenant, window,      false ),
	TEXT(   wire_tenant, next_window, false ),
	TEXT(   wire_tenant, freeze,      false ),
	TEXT(   wire_tenant, waits,       false ),
	TEXT(   wire_tenant, class,       false ),
	TEXT(   wire_tenant, unfinished,  false ),
	TEXT(   wire_tenant, regressed,   false ),
	TEXTS(  wire_tenant, drifted,     false ),
	INT(    wire_tenant, bytes,       false ),
	INT(    wire_tenant, revision,    false ),
	LABELS( wire_tenant, labels,      false ),
	{ 0 },
};
const struct wire_type wire_tenant_type = TYPE(tenant);

static const struct wire_field tenant_page_fields[] = {
	LIST(   wire_tenant_page, items, false, wire_tenant ),
	TEXT(   wire_tenant_page, next,  false ),
	{ 0 },
};
const struct wire_type wire_tenant_page_type = TYPE(tenant_page);

static const struct wire_field readonly_fields[] = {
	TEXT(   wire_readonly, tenant,     false ),
	TEXT(   wire_readonly, mode,       false ),
	TEXT(   wire_readonly, method,     false ),
	TEXT(   wire_readonly, since,      false ),
	TEXT(   wire_readonly, expires_at, false ),
	TEXT(   wire_readonly, reason,     false ),
	TEXT(   wire_readonly, owner,      false ),
	TEXT(   wire_readonly, problem,    false ),
	TEXTS(  wire_readonly, holes,      false ),
	{ 0 },
};
const struct wire_type wire_readonly_type = TYPE(readonly);

static const struct wire_field readonly_change_fields[] = {
	TEXT(   wire_readonly_change, tenant,     false ),
	TEXT(   wire_readonly_change, mode,       false ),
	TEXT(   wire_readonly_change, method,     false ),
	TEXT(   wire_readonly_change, why,        false ),
	TEXT(   wire_readonly_change, proof,      false ),
	TEXTS(  wire_readonly_change, holes,      false ),
	TEXT(   wire_readonly_change, expires_at, false ),
	TEXT(   wire_readonly_change, problem,    false ),
	{ 0 },
};
const struct wire_type wire_readonly_change_type = TYPE(readonly_change);

static const struct wire_field route_fields[] = {
	TEXT(   wire_route, tenant,  false ),
	TEXT(   wire_route, server,  false ),
	TEXT(   wire_route, schema,  false ),
	TEXT(   wire_route, version, false ),
	TEXT(   wire_route, mode,    false ),
	TEXT(   wire_route, class,   false ),
	{ 0 },
};
const struct wire_type wire_route_type = TYPE(route);

static const struct wire_field tenant_mode_fields[] = {
	TEXT(   wire_tenant_mode, tenant,     false ),
	TEXT(   wire_tenant_mode, mode,       false ),
	BOOL(   wire_tenant_mode, writes,     false ),
	TEXT(   wire_tenant_mode, version,    false ),
	TEXT(   wire_tenant_mode, since,      false ),
	TEXT(   wire_tenant_mode, expires_at, false ),
	TEXT(   wire_tenant_mode, reason,     false ),
	{ 0 },
};
const struct wire_type wire_tenant_mode_type = TYPE(tenant_mode);

static const struct wire_field problem_fields[] = {
	INT(    wire_problem, line,    false ),
	INT(    wire_problem, column,  false ),
	TEXT(   wire_problem, message, false ),
	TEXT(   wire_problem, field,   false ),
	{ 0 },
};
const struct wire_type wire_problem_type = TYPE(problem);

static const struct wire_field changed_fields[] = {
	INT(    wire_changed, changed,   false ),
	INT(    wire_changed, unchanged, false ),
	TEXTS(  wire_changed, tenants,   false ),
	LIST(   wire_changed, problems,  false, wire_problem ),
	TEXTS(  wire_changed, notes,     false ),
	{ 0 },
};
const struct wire_type wire_changed_type = TYPE(changed);

static const struct wire_field migration_fields[] = {
	TEXT(   wire_migration, version,    false ),
	TEXT(   wire_migration, name,       false ),
	TEXT(   wire_migration, file,       false ),
	TEXT(   wire_migration, checksum,   false ),
	TEXT(   wire_migration, phase,      false ),
	INT(    wire_migration, statements, false ),
	BOOL(   wire_migration, down,       false ),
	{ 0 },
};
const struct wire_type wire_migration_type = TYPE(migration);

static const struct wire_field release_info_fields[] = {
	TEXT(   wire_release_info, id,         false ),
	TEXT(   wire_release_info, name,       false ),
	TEXT(   wire_release_info, format,     false ),
	TEXT(   wire_release_info, checksum,   false ),
	TEXT(   wire_release_info, version,    false ),
	TEXT(   wire_release_info, created_at, false ),
	LIST(   wire_release_info, migrations, false, wire_migration ),
	{ 0 },
};
const struct wire_type wire_release_info_type = TYPE(release_info);

static const struct wire_field counts_fields[] = {
	INT(    wire_counts, total,     false ),
	INT(    wire_counts, pending,   false ),
	INT(    wire_counts, waiting,   false ),
	INT(    wire_counts, running,   false ),
	INT(    wire_counts, verifying, false ),
	INT(    wire_counts, done,      false ),
	INT(    wire_counts, failed,    false ),
	INT(    wire_counts, in_doubt,  false ),
	INT(    wire_counts, skipped,   false ),
	INT(    wire_counts, held,      false ),
	INT(    wire_counts, cancelled, false ),
	{ 0 },
};
const struct wire_type wire_counts_type = TYPE(counts);

static const struct wire_field wave_fields[] = {
	INT(    wire_wave, seq,   false ),
	INT(    wire_wave, size,  false ),
	TEXT(   wire_wave, state, false ),
	TEXT(   wire_wave, gate,  false ),
	{ 0 },
};
const struct wire_type wire_wave_type = TYPE(wave);

static const struct wire_field budget_fields[] = {
	INT(    wire_budget, failed, false ),
	INT(    wire_budget, limit,  false ),
	{ 0 },
};
const struct wire_type wire_budget_type = TYPE(budget);

static const struct wire_field closed_fields[] = {
	INT(    wire_closed, tenants,   false ),
	INT(    wire_closed, min_ms,    false ),
	INT(    wire_closed, median_ms, false ),
	INT(    wire_closed, p95_ms,    false ),
	INT(    wire_closed, max_ms,    false ),
	{ 0 },
};
const struct wire_type wire_closed_type = TYPE(closed);

static const struct wire_field rollout_fields[] = {
	TEXT(   wire_rollout, id,                false ),
	TEXT(   wire_rollout, name,              false ),
	TEXT(   wire_rollout, release,           false ),
	TEXT(   wire_rollout, version,           false ),
	TEXT(   wire_rollout, selector,          false ),
	TEXT(   wire_rollout, state,             false ),
	TEXT(   wire_rollout, reason,            false ),
	TEXT(   wire_rollout, owner,             false ),
	INT(    wire_rollout, revision,          false ),
	OBJECT( wire_rollout, counts,            false, wire_counts ),
	LIST(   wire_rollout, waves,             false, wire_wave ),
	TEXT(   wire_rollout, phase,             false ),
	LIST(   wire_rollout, phases,            false, wire_phase ),
	OBJECT( wire_rollout, budget,            false, wire_budget ),
	TEXT(   wire_rollout, window,            false ),
	TEXT(   wire_rollout, next_window,       false ),
	BOOL(   wire_rollout, over_budget,       false ),
	BOOL(   wire_rollout, throttled,         false ),
	TEXT(   wire_rollout, readonly,          false ),
	INT(    wire_rollout, max_closed_ms,     false ),
	BOOL(   wire_rollout, no_rewrite,        false ),
	TEXT(   wire_rollout, close_method,      false ),
	OBJECT( wire_rollout, closed,            false, wire_closed ),
	TEXTS(  wire_rollout, hooks,             false ),
	INT(    wire_rollout, running_limit,     false ),
	INT(    wire_rollout, stall_ms,          false ),
	INT(    wire_rollout, priority,          false ),
	INT(    wire_rollout, eta_s,             false ),
	REAL(   wire_rollout, rate,              false ),
	TEXT(   wire_rollout, created_at,        false ),
	TEXT(   wire_rollout, started_at,        false ),
	TEXT(   wire_rollout, finished_at,       false ),
	TEXTS(  wire_rollout, available_actions, false ),
	TEXT(   wire_rollout, hint,              false ),
	{ 0 },
};
const struct wire_type wire_rollout_type = TYPE(rollout);

static const struct wire_field task_fields[] = {
	TEXT(   wire_task, rollout,     false ),
	TEXT(   wire_task, tenant,      false ),
	TEXT(   wire_task, server,      false ),
	INT(    wire_task, wave,        false ),
	TEXT(   wire_task, state,       false ),
	TEXT(   wire_task, reason,      false ),
	TEXT(   wire_task, migration,   false ),
	TEXT(   wire_task, kind,        false ),
	INT(    wire_task, statement,   false ),
	INT(    wire_task, statements,  false ),
	INT(    wire_task, attempt,     false ),
	OBJECT( wire_task, error,       false, wire_error ),
	TEXTS(  wire_task, difference,  false ),
	REAL(   wire_task, progress,    false ),
	TEXT(   wire_task, next_window, false ),
	INT(    wire_task, closed_ms,   false ),
	TEXT(   wire_task, started_at,  false ),
	TEXT(   wire_task, finished_at, false ),
	{ 0 },
};
const struct wire_type wire_task_type = TYPE(task);

static const struct wire_field task_page_fields[] = {
	LIST(   wire_task_page, items, false, wire_task ),
	TEXT(   wire_task_page, next,  false ),
	{ 0 },
};
const struct wire_type wire_task_page_type = TYPE(task_page);

static const struct wire_field finding_fields[] = {
	TEXT(   wire_finding, object,  false ),
	TEXT(   wire_finding, problem, false ),
	TEXT(   wire_finding, detail,  false ),
	TEXT(   wire_finding, help,    false ),
	{ 0 },
};
const struct wire_type wire_finding_type = TYPE(finding);

static const struct wire_field health_fields[] = {
	TEXT(   wire_health, status,   false ),
	TEXT(   wire_health, version,  false ),
	INT(    wire_health, protocol, false ),
	INT(    wire_health, uptime_s, false ),
	INT(    wire_health, running,  false ),
	{ 0 },
};
const struct wire_type wire_health_type = TYPE(health);

static const struct wire_field server_add_fields[] = {
	TEXT(   wire_server_add, name,          true  ),
	TEXT(   wire_server_add, host,          false ),
	INT(    wire_server_add, port,          false ),
	TEXT(   wire_server_add, socket,        false ),
	TEXT(   wire_server_add, defaults_file, false ),
	INT(    wire_server_add, max_running,   false ),
	TEXT(   wire_server_add, replica_of,    false ),
	LABELS( wire_server_add, labels,        false ),
	{ 0 },
};
const struct wire_type wire_server_add_type = TYPE(server_add);

static const struct wire_field set_fields[] = {
	TEXTS(  wire_set, set,      false ),
	INT(    wire_set, revision, false ),
	TEXT(   wire_set, reason,   false ),
	{ 0 },
};
const struct wire_type wire_set_type = TYPE(set);

static const struct wire_field discover_fields[] = {
	TEXT(   wire_discover, like,    false ),
	TEXT(   wire_discover, name,    false ),
	LABELS( wire_discover, labels,  false ),
	BOOL(   wire_discover, dry_run, false ),
	BOOL(   wire_discover, accept,  false ),
	{ 0 },
};
const struct wire_type wire_discover_type = TYPE(discover);

static const struct wire_field import_row_fields[] = {
	INT(    wire_import_row, line,   false ),
	TEXT(   wire_import_row, name,   true  ),
	TEXT(   wire_import_row, server, true  ),
	TEXT(   wire_import_row, schema, true  ),
	LABELS( wire_import_row, labels, false ),
	{ 0 },
};
const struct wire_type wire_import_row_type = TYPE(import_row);

static const struct wire_field import_fields[] = {
	LIST(   wire_import, rows,    true , wire_import_row ),
	BOOL(   wire_import, dry_run, false ),
	{ 0 },
};
const struct wire_type wire_import_type = TYPE(import);

static const struct wire_field tenants_change_fields[] = {
	TEXT(   wire_tenants_change, selector, true  ),
	TEXT(   wire_tenants_change, reason,   false ),
	LABELS( wire_tenants_change, labels,   false ),
	TEXTS(  wire_tenants_change, set,      false ),
	{ 0 },
};
const struct wire_type wire_tenants_change_type = TYPE(tenants_change);

static const struct wire_field readonly_on_fields[] = {
	TEXT(   wire_readonly_on, selector,     true  ),
	TEXT(   wire_readonly_on, reason,       true  ),
	INT(    wire_readonly_on, ttl_ms,       true  ),
	TEXT(   wire_readonly_on, method,       false ),
	INT(    wire_readonly_on, drain_ms,     false ),
	TEXT(   wire_readonly_on, at_deadline,  false ),
	BOOL(   wire_readonly_on, accept_holes, false ),
	BOOL(   wire_readonly_on, maintenance,  false ),
	BOOL(   wire_readonly_on, dry_run,      false ),
	TEXTS(  wire_readonly_on, hooks,        false ),
	{ 0 },
};
const struct wire_type wire_readonly_on_type = TYPE(readonly_on);

static const struct wire_field readonly_off_fields[] = {
	TEXT(   wire_readonly_off, selector, true  ),
	TEXT(   wire_readonly_off, reason,   false ),
	{ 0 },
};
const struct wire_type wire_readonly_off_type = TYPE(readonly_off);

static const struct wire_field baseline_fields[] = {
	TEXT(   wire_baseline, selector, true  ),
	TEXT(   wire_baseline, release,  true  ),
	TEXT(   wire_baseline, version,  true  ),
	TEXT(   wire_baseline, reason,   false ),
	{ 0 },
};
const struct wire_type wire_baseline_type = TYPE(baseline);

static const struct wire_field release_file_fields[] = {
	TEXT(   wire_release_file, name, true  ),
	TEXT(   wire_release_file, text, true  ),
	{ 0 },
};
const struct wire_type wire_release_file_type = TYPE(release_file);

static const struct wire_field release_create_fields[] = {
	TEXT(   wire_release_create, name,   false ),
	TEXT(   wire_release_create, format, false ),
	LIST(   wire_release_create, files,  true , wire_release_file ),
	{ 0 },
};
const struct wire_type wire_release_create_type = TYPE(release_create);

static const struct wire_field rollout_start_fields[] = {
	TEXT(   wire_rollout_start, key,        false ),
	TEXT(   wire_rollout_start, release,    true  ),
	TEXT(   wire_rollout_start, selector,   false ),
	TEXT(   wire_rollout_start, to,         false ),
	TEXT(   wire_rollout_start, name,       false ),
	TEXT(   wire_rollout_start, waves,      false ),
	INT(    wire_rollout_start, bake_ms,    false ),
	TEXT(   wire_rollout_start, gate,       false ),
	TEXT(   wire_rollout_start, budget,     false ),
	INT(    wire_rollout_start, running,    false ),
	INT(    wire_rollout_start, per_server, false ),
	INT(    wire_rollout_start, priority,   false ),
	TEXT(   wire_rollout_start, strategy,   false ),
	TEXT(   wire_rollout_start, window,     false ),
	INT(    wire_rollout_start, stall_ms,   false ),
	BOOL(   wire_rollout_start, readonly,   false ),
	INT(    wire_rollout_start, max_closed_ms, false ),
	INT(    wire_rollout_start, drain_ms,   false ),
	BOOL(   wire_rollout_start, accept_holes, false ),
	TEXT(   wire_rollout_start, method,     false ),
	TEXTS(  wire_rollout_start, hooks,      false ),
	TEXT(   wire_rollout_start, reason,     false ),
	BOOL(   wire_rollout_start, dry_run,    false ),
	BOOL(   wire_rollout_start, no_plan,    false ),
	BOOL(   wire_rollout_start, no_rewrite, false ),
	BOOL(   wire_rollout_start, skip_failing, false ),
	{ 0 },
};
const struct wire_type wire_rollout_start_type = TYPE(rollout_start);

static const struct wire_field verb_fields[] = {
	TEXT(   wire_verb, tenant,   false ),
	TEXT(   wire_verb, reason,   false ),
	BOOL(   wire_verb, now,      false ),
	BOOL(   wire_verb, full,     false ),
	INT(    wire_verb, revision, false ),
	{ 0 },
};
const struct wire_type wire_verb_type = TYPE(verb);

static const struct wire_field resolve_fields[] = {
	TEXT(   wire_resolve, as,     true  ),
	TEXT(   wire_resolve, reason, false ),
	{ 0 },
};
const struct wire_type wire_resolve_type = TYPE(resolve);

const struct wire_type *const wire_types[] = {
	&wire_error_type,
	&wire_server_type,
	&wire_window_type,
	&wire_server_check_type,
	&wire_tenant_type,
	&wire_tenant_page_type,
	&wire_log_type,
	&wire_readonly_type,
	&wire_readonly_change_type,
	&wire_route_type,
	&wire_tenant_mode_type,
	&wire_problem_type,
	&wire_changed_type,
	&wire_migration_type,
	&wire_release_info_type,
	&wire_counts_type,
	&wire_wave_type,
	&wire_phase_type,
	&wire_budget_type,
	&wire_closed_type,
	&wire_rollout_type,
	&wire_plan_finding_type,
	&wire_plan_statement_type,
	&wire_plan_class_type,
	&wire_plan_failing_type,
	&wire_plan_outlier_type,
	&wire_plan_type,
	&wire_preview_type,
	&wire_headway_type,
	&wire_refusal_type,
	&wire_tenant_diff_type,
	&wire_task_type,
	&wire_task_page_type,
	&wire_event_type,
	&wire_event_page_type,
	&wire_slots_type,
	&wire_tokens_type,
	&wire_signal_type,
	&wire_paused_type,
	&wire_order_type,
	&wire_throttle_type,
	&wire_label_limit_type,
	&wire_check_type,
	&wire_finding_type,
	&wire_health_type,
	&wire_server_add_type,
	&wire_set_type,
	&wire_discover_type,
	&wire_import_row_type,
	&wire_import_type,
	&wire_tenants_change_type,
	&wire_readonly_on_type,
	&wire_readonly_off_type,
	&wire_baseline_type,
	&wire_release_file_type,
	&wire_release_create_type,
	&wire_plan_ask_type,
	&wire_rollout_start_type,
	&wire_verb_type,
	&wire_resolve_type,
	&wire_throttle_set_type,
	&wire_label_limit_set_type,
	&wire_throttle_verb_type,
	NULL,
};

static const char *const kind_names[] = {
	[WIRE_TEXT]   = "text",
	[WIRE_INT]    = "integer",
	[WIRE_REAL]   = "number",
	[WIRE_MAYBE]  = "number or null",
	[WIRE_BOOL]   = "true or false",
	[WIRE_TEXTS]  = "list of texts",
	[WIRE_LABELS] = "object of texts",
	[WIRE_OBJECT] = "",
	[WIRE_LIST]   = "list of ",
};

/* clang-format on */

char *wire_describe(void)
{
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "# Messages of protocol %d\n", WIRE_PROTOCOL);
	for (size_t i = 0; wire_types[i] != NULL; i++) {
		const struct wire_type *type = wire_types[i];

		g_string_append_printf(out, "\n## %s\n\n| field | kind | |\n|---|---|---|\n",
				       type->name);
		for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
			g_string_append_printf(out, "| `%s` | %s%s | %s |\n", field->name,
					       kind_names[field->kind],
					       field->type == NULL ? "" : field->type->name,
					       field->required ? "required" : "");
		}
	}
	return g_string_free(out, FALSE);
}
