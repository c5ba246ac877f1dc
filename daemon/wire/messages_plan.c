#include "wire_fields.h"

/* clang-format off */

/*      message      member      required in a request, and the type of what is inside */

static const struct wire_field plan_finding_fields[] = {
	TEXT(   wire_plan_finding, code,    false ),
	TEXT(   wire_plan_finding, level,   false ),
	TEXT(   wire_plan_finding, message, false ),
	{ 0 },
};
const struct wire_type wire_plan_finding_type = TYPE(plan_finding);

static const struct wire_field plan_statement_fields[] = {
	TEXT(   wire_plan_statement, migration,     false ),
	INT(    wire_plan_statement, index,         false ),
	TEXT(   wire_plan_statement, file,          false ),
	INT(    wire_plan_statement, line,          false ),
	TEXT(   wire_plan_statement, sql,           false ),
	TEXT(   wire_plan_statement, outcome,       false ),
	TEXT(   wire_plan_statement, message,       false ),
	TEXT(   wire_plan_statement, algorithm,     false ),
	BOOL(   wire_plan_statement, blocks_writes, false ),
	TEXT(   wire_plan_statement, why,           false ),
	TEXT(   wire_plan_statement, strategy,      false ),
	TEXT(   wire_plan_statement, refused,       false ),
	TEXT(   wire_plan_statement, table,         false ),
	TEXT(   wire_plan_statement, largest,       false ),
	INT(    wire_plan_statement, table_bytes,   false ),
	INT(    wire_plan_statement, table_rows,    false ),
	INT(    wire_plan_statement, expected_ms,   false ),
	INT(    wire_plan_statement, blocks_ms,     false ),
	INT(    wire_plan_statement, disk_bytes,    false ),
	TEXT(   wire_plan_statement, phase,         false ),
	TEXTS(  wire_plan_statement, rebuilt,       false ),
	TEXTS(  wire_plan_statement, changes,       false ),
	TEXTS(  wire_plan_statement, cheaper,       false ),
	TEXT(   wire_plan_statement, cheaper_why,   false ),
	INT(    wire_plan_statement, cheaper_statements, false ),
	LIST(   wire_plan_statement, findings,      false, wire_plan_finding ),
	{ 0 },
};
const struct wire_type wire_plan_statement_type = TYPE(plan_statement);

static const struct wire_field plan_estimate_fields[] = {
	INT(    wire_plan_estimate, expected_ms,       false ),
	INT(    wire_plan_estimate, unmeasured,        false ),
	INT(    wire_plan_estimate, blocks_ms,         false ),
	TEXT(   wire_plan_estimate, blocked,           false ),
	INT(    wire_plan_estimate, blocks_unmeasured, false ),
	INT(    wire_plan_estimate, disk_bytes,        false ),
	TEXT(   wire_plan_estimate, longest,           false ),
	INT(    wire_plan_estimate, longest_ms,        false ),
	{ 0 },
};
const struct wire_type wire_plan_estimate_type = TYPE(plan_estimate);

static const struct wire_field plan_tenant_fields[] = {
	TEXT(   wire_plan_tenant, tenant,      false ),
	INT(    wire_plan_tenant, bytes,       false ),
	INT(    wire_plan_tenant, rows,        false ),
	INT(    wire_plan_tenant, expected_ms, false ),
	INT(    wire_plan_tenant, unmeasured,  false ),
	INT(    wire_plan_tenant, blocks_ms,   false ),
	INT(    wire_plan_tenant, disk_bytes,  false ),
	{ 0 },
};
const struct wire_type wire_plan_tenant_type = TYPE(plan_tenant);

static const struct wire_field plan_server_fields[] = {
	TEXT(   wire_plan_server, server,      false ),
	INT(    wire_plan_server, tenants,     false ),
	INT(    wire_plan_server, running,     false ),
	INT(    wire_plan_server, expected_ms, false ),
	INT(    wire_plan_server, disk_bytes,  false ),
	INT(    wire_plan_server, disk_free,   false ),
	{ 0 },
};
const struct wire_type wire_plan_server_type = TYPE(plan_server);

static const struct wire_field phase_fields[] = {
	INT(    wire_phase, seq,     false ),
	TEXT(   wire_phase, phase,   false ),
	TEXT(   wire_phase, state,   false ),
	TEXT(   wire_phase, to,      false ),
	INT(    wire_phase, files,   false ),
	INT(    wire_phase, tenants, false ),
	{ 0 },
};
const struct wire_type wire_phase_type = TYPE(phase);

static const struct wire_field plan_class_fields[] = {
	TEXT(   wire_plan_class, id,            false ),
	TEXT(   wire_plan_class, flavor,        false ),
	TEXT(   wire_plan_class, version,       false ),
	INT(    wire_plan_class, tenants,       false ),
	TEXT(   wire_plan_class, example,       false ),
	TEXTS(  wire_plan_class, examples,      false ),
	TEXTS(  wire_plan_class, pending,       false ),
	LIST(   wire_plan_class, statements,    false, wire_plan_statement ),
	INT(    wire_plan_class, bytes,         false ),
	TEXT(   wire_plan_class, largest,       false ),
	INT(    wire_plan_class, largest_bytes, false ),
	TEXT(   wire_plan_class, problem,       false ),
	TEXTS(  wire_plan_class, warnings,      false ),
	OBJECT( wire_plan_class, estimate,      false, wire_plan_estimate ),
	{ 0 },
};
const struct wire_type wire_plan_class_type = TYPE(plan_class);

static const struct wire_field plan_failing_fields[] = {
	TEXT(   wire_plan_failing, tenant,  false ),
	TEXT(   wire_plan_failing, check,   false ),
	TEXT(   wire_plan_failing, message, false ),
	{ 0 },
};
const struct wire_type wire_plan_failing_type = TYPE(plan_failing);

static const struct wire_field plan_outlier_fields[] = {
	TEXT(   wire_plan_outlier, tenant,     false ),
	TEXT(   wire_plan_outlier, version,    false ),
	TEXT(   wire_plan_outlier, usual,      false ),
	INT(    wire_plan_outlier, like_usual, false ),
	TEXTS(  wire_plan_outlier, diff,       false ),
	{ 0 },
};
const struct wire_type wire_plan_outlier_type = TYPE(plan_outlier);

static const struct wire_field plan_fields[] = {
	TEXT(   wire_plan, release,    false ),
	TEXT(   wire_plan, version,    false ),
	INT(    wire_plan, tenants,    false ),
	INT(    wire_plan, pending,    false ),
	INT(    wire_plan, up_to_date, false ),
	INT(    wire_plan, statements, false ),
	LIST(   wire_plan, classes,    false, wire_plan_class ),
	LIST(   wire_plan, failing,    false, wire_plan_failing ),
	LIST(   wire_plan, unchecked,  false, wire_plan_failing ),
	LIST(   wire_plan, closing,    false, wire_plan_failing ),
	LIST(   wire_plan, outliers,   false, wire_plan_outlier ),
	TEXTS(  wire_plan, ahead,      false ),
	TEXTS(  wire_plan, missing,    false ),
	TEXTS(  wire_plan, held,       false ),
	TEXTS(  wire_plan, regressed,  false ),
	TEXTS(  wire_plan, drifted,    false ),
	TEXTS(  wire_plan, unfinished, false ),
	TEXTS(  wire_plan, unknown,    false ),
	INT(    wire_plan, expected_ms, false ),
	OBJECT( wire_plan, estimate,   false, wire_plan_estimate ),
	LIST(   wire_plan, by_server,  false, wire_plan_server ),
	LIST(   wire_plan, by_tenant,  false, wire_plan_tenant ),
	{ 0 },
};
const struct wire_type wire_plan_type = TYPE(plan);

static const struct wire_field preview_fields[] = {
	TEXT(   wire_preview, release,     false ),
	TEXT(   wire_preview, version,     false ),
	INT(    wire_preview, tenants,     false ),
	INT(    wire_preview, pending,     false ),
	INT(    wire_preview, up_to_date,  false ),
	INT(    wire_preview, statements,  false ),
	INT(    wire_preview, waiting,     false ),
	TEXT(   wire_preview, next_window, false ),
	TEXT(   wire_preview, last_window, false ),
	LIST(   wire_preview, waves,       false, wire_wave ),
	LIST(   wire_preview, phases,      false, wire_phase ),
	TEXTS(  wire_preview, ahead,       false ),
	TEXTS(  wire_preview, missing,     false ),
	TEXTS(  wire_preview, held,        false ),
	TEXTS(  wire_preview, regressed,   false ),
	TEXTS(  wire_preview, drifted,     false ),
	TEXTS(  wire_preview, warnings,    false ),
	OBJECT( wire_preview, plan,        false, wire_plan ),
	{ 0 },
};
const struct wire_type wire_preview_type = TYPE(preview);

static const struct wire_field refusal_fields[] = {
	TEXT(   wire_refusal, code,    false ),
	INT(    wire_refusal, native,  false ),
	TEXT(   wire_refusal, message, false ),
	TEXT(   wire_refusal, hint,    false ),
	LIST(   wire_refusal, failing, false, wire_plan_failing ),
	{ 0 },
};
const struct wire_type wire_refusal_type = TYPE(refusal);

static const struct wire_field tenant_diff_fields[] = {
	TEXT(   wire_tenant_diff, tenant, false ),
	TEXT(   wire_tenant_diff, other,  false ),
	TEXTS(  wire_tenant_diff, diff,   false ),
	TEXTS(  wire_tenant_diff, minor,  false ),
	{ 0 },
};
const struct wire_type wire_tenant_diff_type = TYPE(tenant_diff);

static const struct wire_field plan_ask_fields[] = {
	TEXT(   wire_plan_ask, release,  true  ),
	TEXT(   wire_plan_ask, selector, false ),
	TEXT(   wire_plan_ask, to,       false ),
	INT(    wire_plan_ask, stall_ms, false ),
	BOOL(   wire_plan_ask, no_rewrite, false ),
	BOOL(   wire_plan_ask, readonly, false ),
	TEXT(   wire_plan_ask, method,   false ),
	{ 0 },
};
const struct wire_type wire_plan_ask_type = TYPE(plan_ask);

static const struct wire_field verify_tenant_fields[] = {
	TEXT(   wire_verify_tenant, tenant,   false ),
	TEXT(   wire_verify_tenant, server,   false ),
	TEXT(   wire_verify_tenant, version,  false ),
	TEXT(   wire_verify_tenant, verdict,  false ),
	TEXTS(  wire_verify_tenant, problems, false ),
	TEXT(   wire_verify_tenant, help,     false ),
	TEXTS(  wire_verify_tenant, diff,     false ),
	TEXTS(  wire_verify_tenant, minor,    false ),
	{ 0 },
};
const struct wire_type wire_verify_tenant_type = TYPE(verify_tenant);

static const struct wire_field verify_position_fields[] = {
	TEXT(   wire_verify_position, version, false ),
	TEXT(   wire_verify_position, flavor,  false ),
	INT(    wire_verify_position, tenants, false ),
	BOOL(   wire_verify_position, built,   false ),
	INT(    wire_verify_position, others,  false ),
	TEXT(   wire_verify_position, note,    false ),
	{ 0 },
};
const struct wire_type wire_verify_position_type = TYPE(verify_position);

static const struct wire_field verify_fields[] = {
	TEXT(   wire_verify, release,    false ),
	TEXT(   wire_verify, version,    false ),
	INT(    wire_verify, tenants,    false ),
	LIST(   wire_verify, verified,   false, wire_verify_tenant ),
	LIST(   wire_verify, drifted,    false, wire_verify_tenant ),
	LIST(   wire_verify, altered,    false, wire_verify_tenant ),
	LIST(   wire_verify, incomplete, false, wire_verify_tenant ),
	LIST(   wire_verify, ahead,      false, wire_verify_tenant ),
	LIST(   wire_verify, unfinished, false, wire_verify_tenant ),
	LIST(   wire_verify, unrecorded, false, wire_verify_tenant ),
	LIST(   wire_verify, missing,    false, wire_verify_tenant ),
	LIST(   wire_verify, unproven,   false, wire_verify_tenant ),
	LIST(   wire_verify, unknown,    false, wire_verify_tenant ),
	LIST(   wire_verify, positions,  false, wire_verify_position ),
	{ 0 },
};
const struct wire_type wire_verify_type = TYPE(verify);

static const struct wire_field headway_fields[] = {
	TEXT(   wire_headway, step,  false ),
	INT(    wire_headway, done,  false ),
	INT(    wire_headway, total, false ),
	{ 0 },
};
const struct wire_type wire_headway_type = TYPE(headway);

static const struct wire_field verify_ask_fields[] = {
	TEXT(   wire_verify_ask, release,  true  ),
	TEXT(   wire_verify_ask, selector, false ),
	{ 0 },
};
const struct wire_type wire_verify_ask_type = TYPE(verify_ask);

/* clang-format on */
