/*
 * What a release would do: the scheduler finds out, this adds what lint says and translates.
 */
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "forecast.h"
#include "lint.h"
#include "ops.h"
#include "ops_plan.h"
#include "sched_holes.h"
#include "sched_plan.h"
#include "store_plan.h"
#include "store_release.h"
#include "store_rollout.h"
#include "view.h"

#define EXAMPLES 5    /* names of a class */
#define SQL_MAX  4096 /* bytes of one statement */

/* ---- one class --------------------------------------------------------------------------- */

static void texts_copy(const GPtrArray *from, struct wire_texts *to)
{
	for (guint i = 0; i < from->len; i++) {
		wire_texts_add(to, g_ptr_array_index(from, i));
	}
}

static void add_findings(const struct lint_report *report, const struct forecast_statement *from,
			 struct wire_plan_statement *to)
{
	for (guint i = 0; report->findings != NULL && i < report->findings->len; i++) {
		const struct lint_finding *found =
			&g_array_index(report->findings, struct lint_finding, i);
		struct wire_plan_finding *finding;

		if (found->migration != from->migration || found->statement != from->number - 1) {
			continue;
		}
		finding = wire_list_add(&wire_plan_finding_type, &to->findings);
		finding->code = g_strdup(lint_rules[found->rule].code);
		finding->level = g_strdup(lint_level_names[lint_rules[found->rule].level]);
		finding->message = g_strdup(found->text);
	}
}

static char *sql_cut(const struct statement *statement)
{
	g_autofree char *valid = NULL;

	if (statement->len <= SQL_MAX) {
		return g_strndup(statement->text, statement->len);
	}
	valid = g_utf8_make_valid(statement->text, SQL_MAX);
	return g_strconcat(valid, "…", NULL);
}

/* from NULL: nothing could be tried. */
static void add_cost(const struct estimate_statement *from, struct wire_plan_statement *to)
{
	to->strategy = g_strdup(from == NULL ? ESTIMATE_DIRECT : from->strategy);
	if (from == NULL) {
		return;
	}
	to->refused = g_strdup(from->refused);
	to->largest = g_strdup(from->tenant);
	to->table_bytes = from->bytes;
	to->table_rows = from->rows;
	to->expected_ms = from->ms;
	to->blocks_ms = from->block_ms;
	to->disk_bytes = from->disk;
}

static void add_estimate(const struct estimate *from, struct wire_plan_estimate *to)
{
	*to = (struct wire_plan_estimate){
		.expected_ms = from->ms,
		.unmeasured = from->unknown,
		.blocks_ms = from->block_ms,
		.blocked = g_strdup(from->blocked),
		.blocks_unmeasured = from->blocks,
		.disk_bytes = from->disk,
		.longest = g_strdup(from->longest),
		.longest_ms = from->longest_ms,
	};
}

static void add_statement(const struct sched_planned *planned, const struct lint_report *report,
			  const struct forecast_statement *from, struct wire_plan_statement *to)
{
	const struct migration *migration = &planned->release->migrations[from->migration];
	const struct statement *statement = &migration->up.statements[from->number - 1];

	to->migration = g_strdup(migration->version);
	to->index = (int64_t)from->number;
	to->file = g_strdup(migration->file);
	to->line = statement->line;
	to->sql = sql_cut(statement);
	to->outcome = g_strdup(forecast_outcome_names[from->outcome]);
	to->message = g_strdup(from->note);
	to->algorithm = g_strdup(from->algorithm);
	to->blocks_writes = from->blocks_writes;
	to->why = g_strdup(from->why);
	to->table = g_strdup(from->table);
	to->phase = g_strdup(release_phase_names[migration->phase]);
	view_texts(from->changes, &to->changes);
	view_texts(from->cheaper, &to->cheaper);
	to->cheaper_why = g_strdup(from->cheaper_why);
	to->cheaper_statements = (int64_t)from->cheaper_nr;
	add_findings(report, from, to);
}

static void add_rebuilt(const struct forecast_class *from, size_t index, struct wire_texts *to)
{
	for (guint i = 0; i < from->tenants->len; i++) {
		const struct forecast_tenant *tenant = g_ptr_array_index(from->tenants, i);

		if (tenant->anew != NULL && tenant->anew[index].row_versions > 0) {
			wire_texts_add(to, tenant->name);
		}
	}
}

static void add_class(const struct sched_planned *planned, const struct lint_report *report,
		      const struct forecast_class *from, struct wire_plan_class *to)
{
	const struct forecast *forecast = from->forecast;

	to->id = g_strdup(from->id);
	to->flavor = g_strdup(from->flavor);
	to->version = g_strdup(from->version);
	to->tenants = from->tenants->len;
	to->example = g_strdup(from->example);
	for (guint i = 0; i < from->tenants->len && i < EXAMPLES; i++) {
		const struct forecast_tenant *tenant = g_ptr_array_index(from->tenants, i);

		wire_texts_add(&to->examples, tenant->name);
	}
	to->bytes = from->bytes;
	to->largest = g_strdup(from->largest);
	to->largest_bytes = from->largest_bytes;
	to->problem = g_strdup(from->why);
	view_texts(from->warnings, &to->warnings);
	if (forecast != NULL) {
		texts_copy(forecast->doubtful, &to->warnings);
	}
	for (size_t i = 0; forecast != NULL && i < forecast->nr_pending; i++) {
		wire_texts_add(&to->pending,
			       planned->release->migrations[forecast->pending[i]].version);
	}
	for (size_t i = 0; forecast != NULL && i < forecast->nr; i++) {
		struct wire_plan_statement *statement =
			wire_list_add(&wire_plan_statement_type, &to->statements);

		add_statement(planned, report, &forecast->statements[i], statement);
		add_cost(from->costs == NULL ? NULL : &from->costs[i], statement);
		add_rebuilt(from, i, &statement->rebuilt);
	}
	add_estimate(&from->cost, &to->estimate);
}

/* ---- how long it takes ------------------------------------------------------------------- */

static void add_tenants(const struct forecast_class *class, struct wire_list *to)
{
	guint nr = class->forecast == NULL ? 0 : g_strv_length(class->forecast->tables);

	for (guint i = 0; class->forecast != NULL && i < class->tenants->len; i++) {
		const struct forecast_tenant *from = g_ptr_array_index(class->tenants, i);
		struct wire_plan_tenant *out = wire_list_add(&wire_plan_tenant_type, to);

		out->tenant = g_strdup(from->name);
		out->expected_ms = from->cost.ms;
		out->unmeasured = from->cost.unknown;
		out->blocks_ms = from->cost.block_ms;
		out->disk_bytes = from->cost.disk;
		for (guint k = 0; from->sizes != NULL && k < nr; k++) {
			out->bytes += MAX(from->sizes[k].bytes, 0);
			out->rows += from->sizes[k].rows;
		}
	}
}

static void add_estimates(const struct forecasts *from, struct wire_plan *to)
{
	const GPtrArray *servers = from->estimates.servers;

	to->expected_ms = from->estimates.ms;
	add_estimate(&from->estimates.all, &to->estimate);
	for (guint i = 0; i < servers->len; i++) {
		const struct estimate_server *server = g_ptr_array_index(servers, i);
		struct wire_plan_server *out =
			wire_list_add(&wire_plan_server_type, &to->by_server);

		out->server = g_strdup(server->name);
		out->tenants = server->tenants;
		out->running = server->slots;
		out->expected_ms = server->ms;
		out->disk_bytes = server->disk;
		out->disk_free = server->free;
	}
	for (guint i = 0; i < from->classes->len; i++) {
		add_tenants(g_ptr_array_index(from->classes, i), &to->by_tenant);
	}
}

/* ---- all --------------------------------------------------------------------------------- */

static void add_failing(const GPtrArray *from, struct wire_list *to)
{
	for (guint i = 0; i < from->len; i++) {
		const struct forecast_failing *failing = g_ptr_array_index(from, i);
		struct wire_plan_failing *out = wire_list_add(&wire_plan_failing_type, to);

		out->tenant = g_strdup(failing->tenant);
		out->check = g_strdup(failing->check);
		out->message = g_strdup(failing->message);
	}
}

static void add_outliers(const struct forecasts *from, struct wire_plan *to)
{
	for (guint i = 0; i < from->outliers->len; i++) {
		const struct forecast_outlier *outlier = g_ptr_array_index(from->outliers, i);
		struct wire_plan_outlier *out =
			wire_list_add(&wire_plan_outlier_type, &to->outliers);

		out->tenant = g_strdup(outlier->tenant);
		out->version = g_strdup(outlier->version);
		out->usual = g_strdup(outlier->usual);
		out->like_usual = (int64_t)outlier->nr_usual;
		view_texts(outlier->diff, &out->diff);
	}
}

static void plan_fill(const struct sched_planned *planned, const struct lint_report *report,
		      struct wire_plan *to)
{
	const struct forecasts *from = planned->forecasts;

	to->release = g_strdup(planned->name);
	to->version = g_strdup(planned->version);
	to->tenants = from->tenants;
	to->pending = from->pending;
	to->up_to_date = from->up_to_date;
	to->statements = from->statements;
	for (guint i = 0; i < from->classes->len; i++) {
		add_class(planned, report, g_ptr_array_index(from->classes, i),
			  wire_list_add(&wire_plan_class_type, &to->classes));
	}
	add_failing(from->failing, &to->failing);
	add_failing(from->unchecked, &to->unchecked);
	add_failing(from->closing, &to->closing);
	add_outliers(from, to);
	add_estimates(from, to);
	texts_copy(from->ahead, &to->ahead);
	texts_copy(from->missing, &to->missing);
	texts_copy(from->held, &to->held);
	texts_copy(from->regressed, &to->regressed);
	texts_copy(from->drifted, &to->drifted);
	texts_copy(from->unfinished, &to->unfinished);
	texts_copy(from->unknown, &to->unknown);
}

static int lint_release(const struct call *call, const struct sched_planned *planned,
			struct lint_report *report, struct err *err)
{
	SCOPED(release_files) files = { 0 };

	if (store_release_files(call->api->store, planned->release_id, &files, err) < 0) {
		return -1;
	}
	return lint_folder(report, &files, planned->release->format, NULL, err);
}

int plan_answer(const struct call *call, const struct sched_planned *planned, struct wire_plan *to,
		struct err *err)
{
	SCOPED(lint_report) report = { 0 };

	if (lint_release(call, planned, &report, err) < 0) {
		return -1;
	}
	plan_fill(planned, &report, to);
	return 0;
}

static void on_planned(void *ctx, const struct sched_planned *planned)
{
	g_autofree struct errand *planning = ctx;
	struct call *call = planning->call;
	struct err err;

	if (planned->err != NULL || call->api == NULL) {
		call_finish(call, planned->err);
		return;
	}
	if (plan_answer(call, planned, call->answer, &err) < 0) {
		call_finish(call, &err);
		return;
	}
	call_finish(call, NULL);
}

static void cancel(void *job)
{
	sched_plan_cancel(job);
}

struct errand *planning_new(struct call *call)
{
	return errand_new(call, cancel);
}

int op_plan(struct call *call, struct err *err)
{
	const struct wire_plan_ask *asked = call->request;
	const struct sched_plan_ask ask = {
		.release = asked->release,
		.selector = asked->selector,
		.to = asked->to,
		.stall_ms = asked->stall_ms,
		.rewrites = !asked->no_rewrite,
		.closes = asked->readonly,
		.close_method = asked->method,
		.headway = &call->headway,
	};
	struct errand *planning;

	if (asked->stall_ms < 0) {
		err_set(err, ERR_INVALID, "stall_ms cannot be negative");
		return OP_FAILED;
	}
	if (sched_holes_method(asked->method, err) < 0) {
		return OP_FAILED;
	}
	planning = planning_new(call);
	return errand_begin(planning,
			    sched_plan_start(call->api->sched, &ask, on_planned, planning, err));
}

/* ---- of a rollout ------------------------------------------------------------------------ */

int op_rollout_plan(struct call *call, struct err *err)
{
	SCOPED(store_rollout) row = { 0 };
	g_autofree char *content = NULL;

	if (store_rollout_get(call->api->store, call->args[0], &row, err) < 0 ||
	    store_plan_get(call->api->store, row.id, &content, err) < 0) {
		return OP_FAILED;
	}
	if (content == NULL) {
		return err_set(err, ERR_NOT_FOUND,
			       "rollout %s was started without a plan (--no-plan, or by an older "
			       "musterd)",
			       row.name);
	}
	return wire_decode(&wire_plan_type, call->answer, content, strlen(content), false, err);
}
