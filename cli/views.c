#include "views.h"

#include <string.h>

#include "exits.h"
#include "human.h"
#include "progress.h"
#include "states.h"
#include "throttle.h"

static void append_texts(GString *out, const struct wire_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? "; " : "", texts->texts[i]);
	}
}

static void get_missing_rights(GString *out, const void *item)
{
	const struct wire_server_check *check = item;

	append_texts(out, &check->missing);
}

static void get_closing_rights(GString *out, const void *item)
{
	const struct wire_server_check *check = item;

	append_texts(out, &check->closing);
}

static void get_short_checksum(GString *out, const void *item)
{
	const struct wire_release_info *release = item;

	g_string_append_len(out, release->checksum, (gssize)strnlen(release->checksum, 12));
}

static void get_progress(GString *out, const void *item)
{
	const struct wire_rollout *rollout = item;

	g_string_append_printf(out, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, rollout->counts.done,
			       rollout->counts.total);
}

static void get_failed(GString *out, const void *item)
{
	const struct wire_rollout *rollout = item;

	g_string_append_printf(out, "%" G_GINT64_FORMAT,
			       rollout->counts.failed + rollout->counts.in_doubt);
}

static void get_budget(GString *out, const void *item)
{
	const struct wire_rollout *rollout = item;

	g_string_append_printf(out, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
			       rollout->budget.failed, rollout->budget.limit);
}

static void get_closed(GString *out, const void *item)
{
	const struct wire_rollout *rollout = item;

	if (rollout->closed.tenants > 0) {
		progress_closed(out, &rollout->closed);
	}
}

static void get_eta(GString *out, const void *item)
{
	const struct wire_rollout *rollout = item;

	if (rollout->eta_s >= 0 && !exits_rollout_rests(rollout)) {
		human_duration(out, rollout->eta_s);
	}
}

static void get_statement(GString *out, const void *item)
{
	const struct wire_task *task = item;

	if (task->statements > 0) {
		g_string_append_printf(out, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
				       task->statement, task->statements);
	}
}

/* Why: the error when there is one, else the reason; of a skipped task why it was skipped. */
static void get_why(GString *out, const void *item)
{
	const struct wire_task *task = item;
	const char *error = task->error.message;
	bool skipped = g_strcmp0(task->state, task_state_names[TASK_SKIPPED]) == 0;

	if (error != NULL && error[0] != '\0' && !skipped) {
		g_string_append(out, error);
	} else if (task->reason != NULL) {
		g_string_append(out, task->reason);
	}
}

static void get_error_code(GString *out, const void *item)
{
	const struct wire_task *task = item;

	if (task->error.code != NULL && strcmp(task->error.code, "none") != 0) {
		g_string_append(out, task->error.code);
		if (task->error.native != 0) {
			g_string_append_printf(out, " %" G_GINT64_FORMAT, task->error.native);
		}
	}
}

static void name_task(GString *out, const void *item)
{
	const struct wire_task *task = item;

	g_string_append_printf(out, "%s/%s", task->rollout, task->tenant);
}

static void get_waves(GString *out, const void *item)
{
	const struct wire_preview *preview = item;
	const struct wire_wave *waves = preview->waves.items;

	for (size_t i = 0; i < preview->waves.nr; i++) {
		g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i > 0 ? " + " : "",
				       waves[i].size);
	}
}

static void get_slots(GString *out, const void *item)
{
	const struct wire_throttle *throttle = item;

	g_string_append_printf(out, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, throttle->slots.now,
			       throttle->slots.max);
}

static void get_worst(GString *out, const void *item)
{
	const struct wire_signal *worst = throttle_worst(item);

	if (worst != NULL) {
		g_string_append(out, worst->name);
	}
}

static void get_worst_value(GString *out, const void *item)
{
	const struct wire_signal *worst = throttle_worst(item);

	if (worst != NULL) {
		throttle_value(out, worst);
	}
}

static void get_worst_limits(GString *out, const void *item)
{
	const struct wire_signal *worst = throttle_worst(item);

	if (worst != NULL) {
		throttle_limits(out, worst);
	}
}

static void get_worst_age(GString *out, const void *item)
{
	const struct wire_signal *worst = throttle_worst(item);

	if (worst != NULL) {
		throttle_age(out, worst->age_s);
	}
}

static void get_paused(GString *out, const void *item)
{
	const struct wire_throttle *throttle = item;

	human_duration(out, (int64_t)(throttle->paused_s + 0.5));
}

static void get_since(GString *out, const void *item)
{
	const struct wire_throttle *throttle = item;

	if (throttle->since != NULL) {
		human_time(out, throttle->since);
	}
}

static void get_value(GString *out, const void *item)
{
	throttle_value(out, item);
}

static void get_soft(GString *out, const void *item)
{
	throttle_number(out, ((const struct wire_signal *)item)->soft);
}

static void get_hard(GString *out, const void *item)
{
	throttle_number(out, ((const struct wire_signal *)item)->hard);
}

static void get_critical(GString *out, const void *item)
{
	throttle_number(out, ((const struct wire_signal *)item)->critical);
}

static void get_age(GString *out, const void *item)
{
	throttle_age(out, ((const struct wire_signal *)item)->age_s);
}

/* Why there is no value, else what the value does, else until when it does nothing. */
static void get_consequence(GString *out, const void *item)
{
	const struct wire_signal *signal = item;

	if (signal->exempt_until != NULL) {
		g_string_append(out, "passed over until ");
		human_time(out, signal->exempt_until);
		g_string_append_printf(out, ": %s",
				       signal->exempt_reason != NULL ? signal->exempt_reason : "");
		return;
	}
	g_string_append(out, signal->consequence != NULL ? signal->consequence : "");
	if (signal->problem != NULL) {
		g_string_append_printf(out, "%s%s", signal->consequence != NULL ? ": " : "",
				       signal->problem);
	}
}

static void get_classes(GString *out, const void *item)
{
	g_string_append_printf(out, "%zu", ((const struct wire_plan *)item)->classes.nr);
}

static void get_failing(GString *out, const void *item)
{
	g_string_append_printf(out, "%zu", ((const struct wire_plan *)item)->failing.nr);
}

static void get_outliers(GString *out, const void *item)
{
	g_string_append_printf(out, "%zu", ((const struct wire_plan *)item)->outliers.nr);
}

/* clang-format off */
static const struct column server_columns[] = {
	/* title           field            flags                        own words */
	{ "NAME",          "name",          0,                           NULL },
	{ "ADDRESS",       "address",       0,                           NULL },
	{ "FLAVOR",        "flavor",        0,                           NULL },
	{ "VERSION",       "version",       COLUMN_FLEX,                 NULL },
	{ "STATE",         "state",         COLUMN_STATE,                NULL },
	{ "TENANTS",       "tenants",       COLUMN_RIGHT,                NULL },
	{ "AT A TIME",     "max_running",   COLUMN_RIGHT,                NULL },
	{ "REASON",        "reason",        COLUMN_FLEX,                 NULL },
	{ "LABELS",        "labels",        COLUMN_WIDE,                 NULL },
	{ "DEFAULTS FILE", "defaults_file", COLUMN_WIDE,                 NULL },
	{ "REVISION",      "revision",      COLUMN_WIDE | COLUMN_RIGHT,  NULL },
	{ "WINDOW",        "window",        COLUMN_WIDE | COLUMN_FLEX,   NULL },
	{ "OPENS",         "next_window",   COLUMN_WIDE | COLUMN_TIME,   NULL },
	{ "FREEZE",        "freeze",        COLUMN_WIDE | COLUMN_FLEX,   NULL },
	{ "REPLICA OF",    "replica_of",    COLUMN_WIDE,                 NULL },
	{ "REPLICAS",      "replicas",      COLUMN_WIDE | COLUMN_FLEX,   NULL },
	{ "HEARTBEAT",     "heartbeat",     COLUMN_WIDE,                 NULL },
	{ 0 },
};

static const struct column server_check_columns[] = {
	{ "NAME",            "name",            0,           NULL },
	{ "ADDRESS",         "address",         0,           NULL },
	{ "FLAVOR",          "flavor",          0,           NULL },
	{ "VERSION",         "version",         0,           NULL },
	{ "TIME ZONE",       "time_zone",       0,           NULL },
	{ "ACCOUNT",         "account",         0,           NULL },
	{ "CONNECTIONS",     "connections",     0,           NULL },
	{ "MAX CONNECTIONS", "max_connections", 0,           NULL },
	{ "READ ONLY",       "read_only",       0,           NULL },
	{ "MISSING",         "missing",         0,           get_missing_rights },
	{ "GRANT",           "grant",           0,           NULL },
	{ "CLOSING LACKS",   "closing",         0,           get_closing_rights },
	{ 0 },
};

static const struct column tenant_columns[] = {
	{ "NAME",     "name",     0,                          NULL },
	{ "SERVER",   "server",   0,                          NULL },
	{ "SCHEMA",   "schema",   0,                          NULL },
	{ "VERSION",  "version",  0,                          NULL },
	{ "MODE",     "mode",     0,                          NULL },
	{ "HOLD",     "hold",     COLUMN_FLEX,                NULL },
	{ "LABELS",   "labels",   COLUMN_FLEX,                NULL },
	{ "CLASS",    "class",    COLUMN_WIDE,                NULL },
	{ "SIZE",     "bytes",    COLUMN_WIDE | COLUMN_RIGHT | COLUMN_BYTES, NULL },
	{ "REVISION", "revision", COLUMN_WIDE | COLUMN_RIGHT, NULL },
	{ "OPEN",     "unfinished", COLUMN_WIDE,              NULL },
	{ "WAS",      "regressed", COLUMN_WIDE,               NULL },
	{ "WINDOW",   "window",   COLUMN_WIDE | COLUMN_FLEX,  NULL },
	{ "OPENS",    "next_window", COLUMN_WIDE | COLUMN_TIME, NULL },
	{ "FREEZE",   "freeze",   COLUMN_WIDE | COLUMN_FLEX,  NULL },
	{ "WAITS",    "waits",    COLUMN_WIDE | COLUMN_FLEX,  NULL },
	{ 0 },
};

static const struct column window_columns[] = {
	{ "FOR",         "scope",       0,           NULL },
	{ "NAME",        "name",        0,           NULL },
	{ "WINDOW",      "window",      COLUMN_FLEX, NULL },
	{ "OPENS",       "next_window", COLUMN_TIME, NULL },
	{ "FREEZE",      "freeze",      COLUMN_FLEX, NULL },
	{ 0 },
};

static void get_holes(GString *out, const void *item)
{
	const struct wire_readonly_change *change = item;

	append_texts(out, &change->holes);
}

static void get_open_ways(GString *out, const void *item)
{
	const struct wire_readonly *closed = item;

	append_texts(out, &closed->holes);
}

static const struct column readonly_columns[] = {
	{ "TENANT",  "tenant",     0,                         NULL },
	{ "MODE",    "mode",       COLUMN_STATE,              NULL },
	{ "METHOD",  "method",     0,                         NULL },
	{ "SINCE",   "since",      COLUMN_TIME,               NULL },
	{ "EXPIRES", "expires_at", COLUMN_TIME,               NULL },
	{ "OWNER",   "owner",      0,                         NULL },
	{ "REASON",  "reason",     COLUMN_FLEX,               NULL },
	{ "STAYS OPEN", "holes",   COLUMN_FLEX,               get_open_ways },
	{ "PROBLEM", "problem",    COLUMN_WIDE | COLUMN_FLEX, NULL },
	{ 0 },
};

static const struct column readonly_change_columns[] = {
	{ "TENANT",  "tenant",     0,            NULL },
	{ "MODE",    "mode",       COLUMN_STATE, NULL },
	{ "METHOD",  "method",     0,            NULL },
	{ "EXPIRES", "expires_at", COLUMN_TIME,  NULL },
	{ "STAYS OPEN", "holes",   COLUMN_FLEX,  get_holes },
	{ "WHY",     "why",        COLUMN_WIDE | COLUMN_FLEX, NULL },
	{ "PROOF",   "proof",      COLUMN_WIDE | COLUMN_FLEX, NULL },
	{ "PROBLEM", "problem",    COLUMN_FLEX,  NULL },
	{ 0 },
};

static const struct column route_columns[] = {
	{ "TENANT",  "tenant",  0,            NULL },
	{ "SERVER",  "server",  0,            NULL },
	{ "SCHEMA",  "schema",  0,            NULL },
	{ "VERSION", "version", 0,            NULL },
	{ "MODE",    "mode",    COLUMN_STATE, NULL },
	{ "CLASS",   "class",   0,            NULL },
	{ 0 },
};

static const struct column release_columns[] = {
	{ "NAME",     "name",       0,                         NULL },
	{ "VERSION",  "version",    0,                         NULL },
	{ "FORMAT",   "format",     0,                         NULL },
	{ "CREATED",  "created_at", COLUMN_TIME,               NULL },
	{ "CHECKSUM", "checksum",   0,                         get_short_checksum },
	{ "ID",       "id",         COLUMN_WIDE,               NULL },
	{ 0 },
};

static const struct column migration_columns[] = {
	{ "VERSION",    "version",    0,            NULL },
	{ "NAME",       "name",       COLUMN_FLEX,  NULL },
	{ "PHASE",      "phase",      0,            NULL },
	{ "STATEMENTS", "statements", COLUMN_RIGHT, NULL },
	{ "DOWN",       "down",       0,            NULL },
	{ "FILE",       "file",       COLUMN_FLEX,  NULL },
	{ "CHECKSUM",   "checksum",   COLUMN_WIDE,  NULL },
	{ 0 },
};

static const struct column rollout_columns[] = {
	{ "ID",       "id",          0,                          NULL },
	{ "NAME",     "name",        COLUMN_FLEX,                NULL },
	{ "RELEASE",  "release",     0,                          NULL },
	{ "VERSION",  "version",     0,                          NULL },
	{ "STATE",    "state",       COLUMN_STATE,               NULL },
	{ "DONE",     "done",        COLUMN_RIGHT,               get_progress },
	{ "FAILED",   "failed",      COLUMN_RIGHT,               get_failed },
	{ "BUDGET",   "budget",      COLUMN_RIGHT,               get_budget },
	{ "ETA",      "eta_s",       COLUMN_RIGHT,               get_eta },
	{ "REASON",   "reason",      COLUMN_FLEX,                NULL },
	{ "SELECTOR", "selector",    COLUMN_WIDE | COLUMN_FLEX,  NULL },
	{ "OWNER",    "owner",       COLUMN_WIDE,                NULL },
	{ "CREATED",  "created_at",  COLUMN_WIDE | COLUMN_TIME,  NULL },
	{ "FINISHED", "finished_at", COLUMN_WIDE | COLUMN_TIME,  NULL },
	{ "REVISION", "revision",    COLUMN_WIDE | COLUMN_RIGHT, NULL },
	{ "WINDOW",   "window",      COLUMN_WIDE,                NULL },
	{ "OPENS",    "next_window", COLUMN_WIDE | COLUMN_TIME,  NULL },
	{ "PRIORITY", "priority",    COLUMN_WIDE | COLUMN_RIGHT, NULL },
	{ "CLOSED",   "closed",      COLUMN_WIDE | COLUMN_FLEX,  get_closed },
	{ 0 },
};

static const struct column wave_columns[] = {
	{ "WAVE",  "seq",   COLUMN_RIGHT, NULL },
	{ "SIZE",  "size",  COLUMN_RIGHT, NULL },
	{ "STATE", "state", COLUMN_STATE, NULL },
	{ "GATE",  "gate",  COLUMN_FLEX,  NULL },
	{ 0 },
};

static const struct column plan_columns[] = {
	{ "RELEASE",    "release",    0, NULL },
	{ "VERSION",    "version",    0, NULL },
	{ "TENANTS",    "tenants",    0, NULL },
	{ "PENDING",    "pending",    0, NULL },
	{ "UP TO DATE", "up_to_date", 0, NULL },
	{ "STATEMENTS", "statements", 0, NULL },
	{ "CLASSES",    "classes",    0, get_classes },
	{ "FAILING",    "failing",    0, get_failing },
	{ "OUTLIERS",   "outliers",   0, get_outliers },
	{ "AHEAD",      "ahead",      0, NULL },
	{ "MISSING",    "missing",    0, NULL },
	{ "HELD",       "held",       0, NULL },
	{ "REGRESSED",  "regressed",  0, NULL },
	{ "DRIFTED",    "drifted",    0, NULL },
	{ "UNFINISHED", "unfinished", 0, NULL },
	{ "UNKNOWN",    "unknown",    0, NULL },
	{ 0 },
};

static const struct column tenant_diff_columns[] = {
	{ "FROM",  "tenant", 0,           NULL },
	{ "TO",    "other",  0,           NULL },
	{ "DIFF",  "diff",   COLUMN_FLEX, NULL },
	{ "MINOR", "minor",  COLUMN_FLEX, NULL },
	{ 0 },
};

static const struct column preview_columns[] = {
	{ "RELEASE",    "release",    0, NULL },
	{ "VERSION",    "version",    0, NULL },
	{ "TENANTS",    "tenants",    0, NULL },
	{ "PENDING",    "pending",    0, NULL },
	{ "UP TO DATE", "up_to_date", 0, NULL },
	{ "STATEMENTS", "statements", 0, NULL },
	{ "WAITING",    "waiting",    0, NULL },
	{ "WINDOW",     "next_window", 0, NULL },
	{ "WAVES",      "waves",      0, get_waves },
	{ "AHEAD",      "ahead",      0, NULL },
	{ "MISSING",    "missing",    0, NULL },
	{ "HELD",       "held",       0, NULL },
	{ "REGRESSED",  "regressed",  0, NULL },
	{ 0 },
};

static const struct column task_columns[] = {
	{ "TENANT",    "tenant",      0,                          NULL },
	{ "SERVER",    "server",      0,                          NULL },
	{ "WAVE",      "wave",        COLUMN_RIGHT,               NULL },
	{ "STATE",     "state",       COLUMN_STATE,               NULL },
	{ "STATEMENT", "statement",   COLUMN_RIGHT,               get_statement },
	{ "MIGRATION", "migration",   COLUMN_FLEX,                NULL },
	{ "ATTEMPT",   "attempt",     COLUMN_RIGHT,               NULL },
	{ "WHY",       "why",         COLUMN_FLEX,                get_why },
	{ "ERROR",     "error",       COLUMN_WIDE,                get_error_code },
	{ "STARTED",   "started_at",  COLUMN_WIDE | COLUMN_TIME,  NULL },
	{ "FINISHED",  "finished_at", COLUMN_WIDE | COLUMN_TIME,  NULL },
	{ "ROLLOUT",   "rollout",     COLUMN_WIDE,                NULL },
	{ 0 },
};

static const struct column event_columns[] = {
	{ "TIME",   "at",     COLUMN_TIME,                NULL },
	{ "ACTOR",  "actor",  0,                          NULL },
	{ "EVENT",  "kind",   0,                          NULL },
	{ "OBJECT", "object", 0,                          NULL },
	{ "STATE",  "state",  COLUMN_STATE,               NULL },
	{ "WHY",    "text",   COLUMN_FLEX,                NULL },
	{ "ID",     "id",     COLUMN_WIDE | COLUMN_RIGHT, NULL },
	{ "UID",    "uid",    COLUMN_WIDE | COLUMN_RIGHT, NULL },
	{ "OUTPUT", "output", COLUMN_HIDE,                NULL },
	{ 0 },
};

static const struct column throttle_columns[] = {
	{ "SERVER", "server",   0,                           NULL },
	{ "STATE",  "state",    COLUMN_STATE,                NULL },
	{ "SLOTS",  "slots",    COLUMN_RIGHT,                get_slots },
	{ "SIGNAL", "signals",  0,                           get_worst },
	{ "VALUE",  "value",    COLUMN_RIGHT,                get_worst_value },
	{ "LIMITS", "limits",   COLUMN_RIGHT,                get_worst_limits },
	{ "AGE",    "age_s",    COLUMN_RIGHT,                get_worst_age },
	{ "SINCE",  "since",    0,                           get_since },
	{ "PAUSED", "paused_s", COLUMN_RIGHT,                get_paused },
	{ "REASON", "reason",   COLUMN_FLEX,                 NULL },
	{ 0 },
};

static const struct column label_limit_columns[] = {
	{ "LABEL",     "label",   0,            NULL },
	{ "AT A TIME", "running", COLUMN_RIGHT, NULL },
	{ "NOW",       "now",     COLUMN_RIGHT, NULL },
	{ 0 },
};

static const struct column signal_columns[] = {
	{ "SIGNAL",      "name",        0,            NULL },
	{ "VALUE",       "value",       COLUMN_RIGHT, get_value },
	{ "SOFT",        "soft",        COLUMN_RIGHT, get_soft },
	{ "HARD",        "hard",        COLUMN_RIGHT, get_hard },
	{ "CRITICAL",    "critical",    COLUMN_RIGHT, get_critical },
	{ "AGE",         "age_s",       COLUMN_RIGHT, get_age },
	{ "STATE",       "state",       COLUMN_STATE, NULL },
	{ "CONSEQUENCE", "consequence", COLUMN_FLEX,  get_consequence },
	{ "SOURCE",      "source",      COLUMN_WIDE | COLUMN_FLEX, NULL },
	{ 0 },
};

static const struct column finding_columns[] = {
	{ "OBJECT",  "object",  0,           NULL },
	{ "PROBLEM", "problem", 0,           NULL },
	{ "DETAIL",  "detail",  COLUMN_FLEX, NULL },
	{ "HELP",    "help",    0,           NULL },
	{ 0 },
};

static const struct column changed_columns[] = {
	{ "CHANGED",   "changed",   0,           NULL },
	{ "UNCHANGED", "unchanged", 0,           NULL },
	{ "TENANTS",   "tenants",   0,           NULL },
	{ "NOTES",     "notes",     0,           NULL },
	{ 0 },
};

/* clang-format on */

static void name_event(GString *out, const void *item)
{
	render_field(out, &wire_event_type, "object", item);
}

/* "server/db1", "label/region=eu" */
static void name_window(GString *out, const void *item)
{
	const struct wire_window *window = item;

	g_string_append_printf(out, "%s/%s", window->scope, window->name);
}

static void name_finding(GString *out, const void *item)
{
	render_field(out, &wire_finding_type, "object", item);
}

static void name_changed(GString *out, const void *item)
{
	const struct wire_changed *changed = item;

	for (size_t i = 0; i < changed->tenants.nr; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "", changed->tenants.texts[i]);
	}
}

const struct view view_server = { &wire_server_type, server_columns, NULL };
const struct view view_server_check = { &wire_server_check_type, server_check_columns, NULL };
const struct view view_tenant = { &wire_tenant_type, tenant_columns, NULL };
const struct view view_window = { &wire_window_type, window_columns, name_window };
const struct view view_readonly = { &wire_readonly_type, readonly_columns, NULL };
const struct view view_readonly_change = { &wire_readonly_change_type, readonly_change_columns,
					   NULL };
const struct view view_route = { &wire_route_type, route_columns, NULL };
const struct view view_release = { &wire_release_info_type, release_columns, NULL };
const struct view view_migration = { &wire_migration_type, migration_columns, NULL };
const struct view view_rollout = { &wire_rollout_type, rollout_columns, NULL };
const struct view view_wave = { &wire_wave_type, wave_columns, NULL };
const struct view view_plan = { &wire_plan_type, plan_columns, NULL };
const struct view view_tenant_diff = { &wire_tenant_diff_type, tenant_diff_columns, NULL };
const struct view view_preview = { &wire_preview_type, preview_columns, NULL };
const struct view view_task = { &wire_task_type, task_columns, name_task };
const struct view view_event = { &wire_event_type, event_columns, name_event };
const struct view view_finding = { &wire_finding_type, finding_columns, name_finding };
const struct view view_throttle = { &wire_throttle_type, throttle_columns, NULL };
const struct view view_label_limit = { &wire_label_limit_type, label_limit_columns, NULL };
const struct view view_signal = { &wire_signal_type, signal_columns, NULL };
const struct view view_changed = { &wire_changed_type, changed_columns, name_changed };
