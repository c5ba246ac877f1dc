#include "estimate.h"

#include <string.h>

#include "chunk_size.h"
#include "forecast.h"
#include "forecasts.h"
#include "ladder.h"
#include "measure.h"
#include "rates.h"
#include "release.h"

void estimate_statements_free(struct estimate_statement *statements, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		g_free(statements[i].refused);
	}
	g_free(statements);
}

static void server_free(void *data)
{
	struct estimate_server *server = data;

	g_free(server->name);
	g_array_unref(server->disks);
	g_free(server);
}

void estimates_release(struct estimates *estimates)
{
	if (estimates->servers != NULL) {
		g_ptr_array_unref(estimates->servers);
	}
	*estimates = (struct estimates){ 0 };
}

/* ---- one statement in one tenant ---------------------------------------------------------- */

/* What it is compared with; NULL: nothing ran like that, and nobody can say. */
static const char *algorithm_of(const struct forecast_statement *from,
				const struct statement *statement)
{
	if (from->algorithm != NULL) {
		return from->algorithm;
	}
	if (statement->kind == STATEMENT_DML) {
		return MEASURE_WRITE;
	}
	return from->outcome == FORECAST_FINE ? MEASURE_DDL : NULL;
}

/*
 * Does it take any time that counts? Not when it is never reached, only sets something, or its
 * work is done by another one.
 */
static bool is_counted(const struct forecast_statement *from, const struct statement *statement)
{
	return !from->covered &&
	       (from->outcome == FORECAST_FINE || from->outcome == FORECAST_UNSEEN) &&
	       (statement->kind == STATEMENT_DDL || statement->kind == STATEMENT_DML ||
		statement->kind == STATEMENT_CALL);
}

static bool is_instant(const struct forecast_statement *from)
{
	return from->algorithm == NULL ||
	       strcmp(from->algorithm, ladder_names[LADDER_INSTANT]) == 0;
}

/* A table that is not listed has no rows yet. */
static struct estimate_size size_of(const struct forecast *forecast,
				    const struct forecast_statement *from,
				    const struct forecast_tenant *tenant)
{
	for (size_t i = 0; from->table != NULL && forecast->tables[i] != NULL; i++) {
		if (strcmp(forecast->tables[i], from->table) == 0) {
			return tenant->sizes != NULL ? tenant->sizes[i]
						     : (struct estimate_size){ .bytes = -1 };
		}
	}
	return (struct estimate_size){ 0 };
}

/* How long writes wait for it; -1: not known. A range holds its rows until it is committed. */
static int64_t block_of(const struct forecast_statement *from, const struct statement *statement,
			int64_t ms)
{
	const int64_t range_ms = CHUNK_TIME_US / 1000;

	if (statement->chunk != NULL) {
		return ms < 0 ? range_ms : MIN(ms, range_ms);
	}
	return from->blocks_writes || statement->kind == STATEMENT_DML ? ms : 0;
}

/*
 * A table that is written anew stands beside the old one; new keys stay, and unless rows are put in
 * one by one they are sorted in files of the same size. A key has no more than its rows have.
 */
static void add_disk(struct estimate_statement *cost, const struct forecast_statement *from)
{
	bool is_copy = from->algorithm != NULL &&
		       (strcmp(from->algorithm, ladder_names[LADDER_COPY]) == 0 ||
			strcmp(from->algorithm, ladder_names[LADDER_COPY_ONLINE]) == 0);

	if (from->algorithm == NULL || cost->bytes <= 0) {
		return;
	}
	cost->kept = MIN(from->adds * cost->rows, cost->bytes);
	cost->disk = cost->kept + (is_copy ? 0 : cost->kept) + (from->rebuilds ? cost->bytes : 0);
}

/* In place, beside those who write: what the server then does with a new or dropped column. */
static struct estimate_statement cost_anew(const struct estimate_work *work,
					   const struct forecast_tenant *tenant,
					   const struct estimate_anew *anew)
{
	int64_t bytes = anew->size.bytes;

	return (struct estimate_statement){
		.tenant = tenant->name,
		.bytes = bytes,
		.rows = anew->size.rows,
		.disk = MAX(bytes, 0),
		.ms = bytes < 0 ? -1
				: rates_ms(work->rates, tenant->server_id,
					   ladder_names[LADDER_INPLACE], bytes),
	};
}

/* How long a statement takes there, and how long writes wait for it; -1: nobody knows. */
struct span {
	int64_t ms;
	int64_t block_ms;
};

static int64_t plus(int64_t sum, int64_t ms)
{
	return sum < 0 || ms < 0 ? -1 : sum + ms;
}

/* The texts that run in place of it, one after the other. */
static struct span span_of_parts(const struct estimate_work *work,
				 const struct forecast_statement *from, int64_t server_id,
				 int64_t bytes)
{
	struct span span = { 0 };

	for (size_t i = 0; from->cheaper[i] != NULL; i++) {
		const struct forecast_part *part = &from->parts[i];
		bool is_instant_part = strcmp(part->algorithm, ladder_names[LADDER_INSTANT]) == 0;
		int64_t size = is_instant_part ? 0 : bytes;
		int64_t ms =
			size < 0 ? -1 : rates_ms(work->rates, server_id, part->algorithm, size);

		span.ms = plus(span.ms, ms);
		if (part->blocks_writes) {
			span.block_ms = ms < 0 || span.block_ms < 0 ? -1 : MAX(span.block_ms, ms);
		}
	}
	return span;
}

static struct span span_of(const struct estimate_work *work, const struct forecast_statement *from,
			   const struct statement *statement, int64_t server_id, int64_t bytes)
{
	const char *algorithm = algorithm_of(from, statement);
	struct span span = { 0 };

	if (from->cheaper != NULL) {
		return span_of_parts(work, from, server_id, bytes);
	}
	span.ms = algorithm == NULL || bytes < 0
			  ? -1
			  : rates_ms(work->rates, server_id, algorithm, bytes);
	span.block_ms = block_of(from, statement, span.ms);
	return span;
}

/* Everything but the strategy. */
static struct estimate_statement cost_of(const struct estimate_work *work,
					 const struct forecast *forecast,
					 const struct forecast_statement *from,
					 const struct forecast_tenant *tenant)
{
	const struct migration *migration = &work->release->migrations[from->migration];
	const struct statement *statement = &migration->up.statements[from->number - 1];
	size_t index = (size_t)(from - forecast->statements);
	struct estimate_statement cost = { .tenant = tenant->name };
	struct estimate_size size = { 0 };
	int64_t bytes = tenant->bytes;
	struct span span;

	if (!is_counted(from, statement)) {
		return cost;
	}
	if (tenant->anew != NULL && tenant->anew[index].row_versions > 0) {
		return cost_anew(work, tenant, &tenant->anew[index]);
	}
	if (from->algorithm != NULL) {
		size = is_instant(from) ? size : size_of(forecast, from, tenant);
		bytes = size.bytes;
	} else if (statement->chunk != NULL) {
		size = size_of(forecast, from, tenant);
	}
	span = span_of(work, from, statement, tenant->server_id, bytes);
	cost.bytes = size.bytes;
	cost.rows = size.rows;
	cost.ms = span.ms;
	cost.block_ms = span.block_ms;
	add_disk(&cost, from);
	return cost;
}

/* ---- sums --------------------------------------------------------------------------------- */

static void add_cost(struct estimate *to, const struct estimate_statement *cost)
{
	to->unknown += cost->ms < 0 ? 1 : 0;
	to->ms += MAX(cost->ms, 0);
	to->blocks += cost->block_ms < 0 ? 1 : 0;
	to->disk = MAX(to->disk, to->kept + cost->disk);
	to->kept += cost->kept;
	if (cost->block_ms > to->block_ms) {
		to->block_ms = cost->block_ms;
		to->blocked = cost->tenant;
	}
}

/* How many statements nobody knows of is that of one tenant: there is no more to learn. */
static void add_tenant(struct estimate *to, const struct estimate *tenant, const char *name)
{
	to->ms += tenant->ms;
	to->unknown = MAX(to->unknown, tenant->unknown);
	to->blocks = MAX(to->blocks, tenant->blocks);
	to->disk = MAX(to->disk, tenant->disk);
	to->kept = MAX(to->kept, tenant->kept);
	if (tenant->block_ms > to->block_ms) {
		to->block_ms = tenant->block_ms;
		to->blocked = name;
	}
	if (tenant->ms > to->longest_ms) {
		to->longest_ms = tenant->ms;
		to->longest = name;
	}
}

/* The tenant that it takes longest in; where nobody knows, that of the largest table. */
static bool is_worse(const struct estimate_statement *cost, const struct estimate_statement *than)
{
	if (than->tenant == NULL) {
		return true;
	}
	if (cost->ms != than->ms && cost->ms >= 0 && than->ms >= 0) {
		return cost->ms > than->ms;
	}
	return cost->bytes > than->bytes;
}

/* What nobody knows of one is not known of both. */
static int64_t most_of(int64_t a, int64_t b)
{
	return a < 0 || b < 0 ? -1 : MAX(a, b);
}

static void keep_worst(struct estimate_statement *worst, const struct estimate_statement *cost)
{
	if (is_worse(cost, worst)) {
		worst->tenant = cost->tenant;
		worst->bytes = cost->bytes;
		worst->rows = cost->rows;
	}
	worst->ms = most_of(worst->ms, cost->ms);
	worst->block_ms = most_of(worst->block_ms, cost->block_ms);
	worst->disk = MAX(worst->disk, cost->disk);
	worst->kept = MAX(worst->kept, cost->kept);
}

/* ---- which way it goes -------------------------------------------------------------------- */

enum way { WAY_SHADOW, WAY_MIRROR, WAY_WINDOW, WAY_CHUNK };

/* help: what to do when the way is built, and does not begin by itself; NULL: it does. */
static const struct {
	const char *strategy;
	const char *needs;
	const char *why;
	const char *help;
} ways[] = {
	[WAY_SHADOW] = { "shadow", "needs shadow", "a copy of the table beside it", NULL },
	[WAY_MIRROR] = { "mirror", "needs mirror",
			 "a second column in step with the first, as old and new application code "
			 "cannot share this one",
			 "-- muster: mirror in front of it" },
	[WAY_WINDOW] = { ESTIMATE_COLD, "needs window",
			 "a time without writes: the table has no primary key", "" },
	[WAY_CHUNK] = { "chunk", "needs chunk", "a few rows at a time",
			"-- muster: chunk table=NAME in front of it" },
};

static enum way way_of(const struct forecast_statement *from, const struct statement *statement)
{
	if (statement->kind == STATEMENT_DML) {
		return WAY_CHUNK;
	}
	if (!from->keyed) {
		return WAY_WINDOW;
	}
	return from->retypes ? WAY_MIRROR : WAY_SHADOW;
}

/* A closed tenant needs no machinery but what closes it. */
static bool is_built(const struct estimate_work *work, enum way way)
{
	return way == WAY_WINDOW || work->is_built(ways[way].strategy);
}

/* What the way round takes. Owned. */
static char *help_of(const struct estimate_work *work, enum way way)
{
	if (!is_built(work, way)) {
		return g_strdup("which is not built yet");
	}
	return way == WAY_WINDOW ? g_strdup_printf("`muster rollout start %s --readonly` closes "
						   "each tenant meanwhile",
						   work->name)
				 : g_strdup(ways[way].help);
}

static char *text_of_ms(int64_t ms)
{
	if (ms < 1000) {
		return g_strdup_printf("%lldms", (long long)ms);
	}
	if (ms < 10000 && ms % 1000 != 0) {
		return g_strdup_printf("%.1fs", (double)ms / 1000);
	}
	return g_strdup_printf("%llds", (long long)((ms + 500) / 1000));
}

/* How long writes wait in that tenant is more than they may. */
static void refuse(struct forecasts *forecasts, const struct estimate_work *work,
		   const struct forecast_statement *from, struct estimate_statement *worst,
		   const struct estimate_statement *cost)
{
	const struct migration *migration = &work->release->migrations[from->migration];
	const struct statement *statement = &migration->up.statements[from->number - 1];
	enum way way = way_of(from, statement);
	g_autofree char *waits = text_of_ms(cost->block_ms);
	g_autofree char *most = text_of_ms(work->stall_ms);
	g_autofree char *help = help_of(work, way);
	g_autofree char *text = g_strdup_printf(
		"writes would wait for about %s, more than --stall %s: it %s (%s), %s; "
		"`muster rollout start %s --stall %llds` lets it run directly",
		waits, most, ways[way].needs, ways[way].why, help, work->name,
		(long long)cost->block_ms / 1000 + 1);
	g_autofree char *line =
		g_strdup_printf("%s:%u: %s", migration->file, statement->line, text);

	forecasts_fail(forecasts, cost->tenant, "stall", line);
	if (worst->refused == NULL || cost->block_ms >= worst->block_ms) {
		worst->strategy = ways[way].needs;
		g_free(worst->refused);
		worst->refused = g_steal_pointer(&text);
	}
}

/* It goes round, if the way begins by itself; else its tenant is refused. */
static void go_round(struct forecasts *forecasts, const struct estimate_work *work,
		     const struct forecast_statement *from, struct estimate_statement *worst,
		     const struct estimate_statement *cost)
{
	const struct migration *migration = &work->release->migrations[from->migration];
	enum way way = way_of(from, &migration->up.statements[from->number - 1]);

	if (ways[way].help == NULL && is_built(work, way)) {
		worst->strategy = ways[way].strategy;
	} else {
		refuse(forecasts, work, from, worst, cost);
	}
}

/* ---- all ---------------------------------------------------------------------------------- */

static struct estimate_server *server_of(struct estimates *estimates,
					 const struct estimate_work *work, int64_t server_id)
{
	struct estimate_facts facts = { .server_id = server_id, .free = -1 };
	struct estimate_server *server;

	for (guint i = 0; i < estimates->servers->len; i++) {
		server = g_ptr_array_index(estimates->servers, i);
		if (server->server_id == server_id) {
			return server;
		}
	}
	server = g_new0(struct estimate_server, 1);
	work->server(work->ctx, &facts);
	server->name = g_strdup(facts.name);
	server->server_id = server_id;
	server->slots = MAX(facts.slots, 1);
	server->free = facts.free;
	server->disks = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_ptr_array_add(estimates->servers, server);
	return server;
}

static char *text_of_bytes(int64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
		value /= 1024;
		unit++;
	}
	return g_strdup_printf("%.1f %s", value, units[unit]);
}

/* A server whose disk is full in the middle of it may not come up again by itself. */
static void refuse_disk(struct forecasts *forecasts, const struct estimate_server *server,
			const struct forecast_tenant *tenant)
{
	g_autofree char *needs = text_of_bytes(tenant->cost.disk);
	g_autofree char *has = text_of_bytes(server->free);
	g_autofree char *text = g_strdup_printf(
		"about %s of disk are needed at once, and server %s has %s free: make room there",
		needs, server->name, has);

	forecasts_fail(forecasts, tenant->name, "disk", text);
}

static void take_tenant(struct estimates *estimates, struct forecasts *forecasts,
			const struct estimate_work *work, const struct forecast_tenant *tenant)
{
	struct estimate_server *server = server_of(estimates, work, tenant->server_id);
	int64_t passing = tenant->cost.disk - tenant->cost.kept;

	server->tenants++;
	server->sum_ms += tenant->cost.ms;
	server->longest_ms = MAX(server->longest_ms, tenant->cost.ms);
	server->disk += tenant->cost.kept;
	g_array_append_val(server->disks, passing);
	if (server->free >= 0 && tenant->cost.disk > server->free) {
		refuse_disk(forecasts, server, tenant);
	}
}

static void take_statement(struct forecasts *forecasts, const struct estimate_work *work,
			   struct forecast_class *class, size_t index)
{
	const struct forecast_statement *from = &class->forecast->statements[index];
	const struct migration *migration = &work->release->migrations[from->migration];
	const struct statement *statement = &migration->up.statements[from->number - 1];
	struct estimate_statement *worst = &class->costs[index];
	bool is_cold = work->closes || migration->readonly;

	worst->strategy = statement->chunk != NULL ? ESTIMATE_CHUNK
			  : is_cold                ? ESTIMATE_COLD
						   : ESTIMATE_DIRECT;
	for (guint i = 0; i < class->tenants->len; i++) {
		struct forecast_tenant *tenant = g_ptr_array_index(class->tenants, i);
		struct estimate_statement cost = cost_of(work, class->forecast, from, tenant);

		keep_worst(worst, &cost);
		add_cost(&tenant->cost, &cost);
		if (!is_cold && cost.block_ms > work->stall_ms) {
			go_round(forecasts, work, from, worst, &cost);
		}
	}
}

static void take_class(struct estimates *estimates, struct forecasts *forecasts,
		       const struct estimate_work *work, struct forecast_class *class)
{
	if (class->forecast == NULL) {
		return;
	}
	class->costs = g_new0(struct estimate_statement, class->forecast->nr);
	for (size_t i = 0; i < class->forecast->nr; i++) {
		take_statement(forecasts, work, class, i);
	}
	for (guint i = 0; i < class->tenants->len; i++) {
		const struct forecast_tenant *tenant = g_ptr_array_index(class->tenants, i);

		add_tenant(&class->cost, &tenant->cost, tenant->name);
		add_tenant(&estimates->all, &tenant->cost, tenant->name);
		take_tenant(estimates, forecasts, work, tenant);
	}
}

static int most_first(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	if (left == right) {
		return 0;
	}
	return left > right ? -1 : 1;
}

/* As many tasks as it takes work beside each other, and the largest may meet. */
static void finish_server(struct estimate_server *server)
{
	g_array_sort(server->disks, most_first);
	for (guint i = 0; i < server->disks->len && i < server->slots; i++) {
		server->disk += g_array_index(server->disks, int64_t, i);
	}
	server->ms = MAX(server->sum_ms / server->slots, server->longest_ms);
}

static int by_name(const void *a, const void *b)
{
	const struct estimate_server *left = *(const struct estimate_server *const *)a;
	const struct estimate_server *right = *(const struct estimate_server *const *)b;

	return g_strcmp0(left->name, right->name);
}

void estimates_make(struct estimates *estimates, struct forecasts *forecasts,
		    const struct estimate_work *work)
{
	int64_t sum_ms = 0;

	estimates->servers = g_ptr_array_new_with_free_func(server_free);
	for (guint i = 0; i < forecasts->classes->len; i++) {
		take_class(estimates, forecasts, work, g_ptr_array_index(forecasts->classes, i));
	}
	for (guint i = 0; i < estimates->servers->len; i++) {
		struct estimate_server *server = g_ptr_array_index(estimates->servers, i);

		finish_server(server);
		sum_ms += server->sum_ms;
		estimates->ms = MAX(estimates->ms, server->ms);
	}
	estimates->ms = MAX(estimates->ms, sum_ms / MAX(work->running, 1));
	g_ptr_array_sort(estimates->servers, by_name);
}
