/*
 * How the schemas of two tenants differ: both are read at once, the answer leaves when both
 * are there.
 */
#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "exec.h"
#include "ops.h"
#include "shape.h"
#include "store_server.h"
#include "store_tenant.h"
#include "view.h"

#define LINES_MAX 500

struct diffing;

struct side {
	struct diffing *all;
	char *tenant; /* owned */
	char *schema; /* owned */
	struct store_server server;
	char *text; /* owned; the shape; NULL: not yet read */
};

struct diffing {
	struct call *call;
	struct side sides[2];
	size_t left; /* jobs not ended */
	struct err failed;
};

static void diffing_free(struct diffing *all)
{
	for (size_t i = 0; i < G_N_ELEMENTS(all->sides); i++) {
		g_free(all->sides[i].tenant);
		g_free(all->sides[i].schema);
		g_free(all->sides[i].text);
		store_server_release(&all->sides[i].server);
	}
	g_free(all);
}

static int compare(const struct diffing *all, struct wire_tenant_diff *answer, struct err *err)
{
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };
	g_auto(GStrv) major = NULL;
	g_auto(GStrv) minor = NULL;

	if (shape_parse(&before, all->sides[0].text, err) < 0 ||
	    shape_parse(&after, all->sides[1].text, err) < 0) {
		return -1;
	}
	answer->tenant = g_strdup(all->sides[0].tenant);
	answer->other = g_strdup(all->sides[1].tenant);
	major = shape_major_lines(&before, &after, LINES_MAX);
	minor = shape_minor_lines(&before, &after, LINES_MAX);
	view_texts(major, &answer->diff);
	view_texts(minor, &answer->minor);
	return 0;
}

static void finish(struct diffing *all)
{
	struct call *call = all->call;
	struct err err;

	if (all->failed.code != ERR_NONE) {
		call_finish(call, &all->failed);
	} else if (compare(all, call->answer, &err) < 0) {
		call_finish(call, &err);
	} else {
		call_finish(call, NULL);
	}
	diffing_free(all);
}

/* May be called again when the turn was undone. */
static int on_read(struct sched *sched, const struct exec_result *result, void *ctx,
		   struct err *err)
{
	struct side *side = ctx;

	(void)sched;
	g_clear_pointer(&side->text, g_free);
	if (!result->ok) {
		*err = result->err;
		return err_prefix(err, "tenant %s", side->tenant);
	}
	if (result->nr != 1 || !result->standings[0].exists || result->nr_shapes != 1) {
		call_set_hint(side->all->call, g_strdup("muster doctor"));
		return err_set(err, ERR_NOT_FOUND, "tenant %s: its database %s is not there",
			       side->tenant, side->schema);
	}
	side->text = g_strdup(result->shapes[0].text);
	return 0;
}

static void on_done(void *ctx, const struct err *err)
{
	struct side *side = ctx;

	if (err != NULL) {
		side->all->failed = *err;
	}
	if (--side->all->left == 0) {
		finish(side->all);
	}
}

static int side_find(struct diffing *all, size_t index, struct err *err)
{
	struct side *side = &all->sides[index];
	SCOPED(store_tenant) row = { 0 };

	if (store_tenant_get(all->call->api->store, all->call->args[index], &row, err) < 0 ||
	    store_server_get_id(all->call->api->store, row.server_id, &side->server, err) < 0) {
		return -1;
	}
	side->all = all;
	side->tenant = g_strdup(row.name);
	side->schema = g_strdup(row.schema);
	return 0;
}

static void side_read(struct side *side)
{
	struct exec_order *order = exec_order_new(EXEC_SURVEY);

	order->schemas = g_new0(char *, 2);
	order->schemas[0] = g_strdup(side->schema);
	order->with_shapes = true;
	order->every_shape = true;
	side->all->left++;
	sched_job_start(side->all->call->api->sched, &side->server, order,
			&(struct sched_job){ on_read, on_done, side });
}

int op_tenant_diff(struct call *call, struct err *err)
{
	struct diffing *all = g_new0(struct diffing, 1);

	all->call = call;
	if (side_find(all, 0, err) < 0 || side_find(all, 1, err) < 0) {
		diffing_free(all);
		return OP_FAILED;
	}
	call_defer(call);
	side_read(&all->sides[0]);
	side_read(&all->sides[1]);
	return OP_LATER;
}
