#include "sched_holes.h"

#include <string.h>

#include <glib.h>

#include "census.h"
#include "close_plan.h"
#include "release.h"
#include "sched_mode.h"
#include "sched_state.h"
#include "shell.h"
#include "states.h"

#define SHOWN 5 /* ways to write, of one tenant */

/* The tenants of one server. */
struct look {
	struct sched_holes_ask ask;
	GHashTable *names;  /* owned; schema -> name, both owned */
	GPtrArray *schemas; /* borrowed, of names */
	GPtrArray *found;   /* owned; struct found * */
};

struct found {
	const char *tenant; /* of names */
	bool unable;
	char *text; /* owned */
};

static void found_free(void *data)
{
	struct found *found = data;

	g_free(found->text);
	g_free(found);
}

static void look_free(void *data)
{
	struct look *look = data;

	g_hash_table_unref(look->names);
	g_ptr_array_unref(look->schemas);
	g_ptr_array_unref(look->found);
	g_free(look);
}

int sched_holes_method(const char *method, struct err *err)
{
	int known = method == NULL ? CLOSE_PRIVILEGES
				   : states_find(close_method_names, CLOSE_METHOD_NR, method);

	/* nothing can be migrated under READ ONLY = 1 */
	return known >= 0 && known != CLOSE_SCHEMA
		       ? 0
		       : err_set(err, ERR_INVALID,
				 "method: \"%.32s\" does not close a tenant for a rollout: it is "
				 "privileges, triggers or hook",
				 method);
}

/* ---- whom -------------------------------------------------------------------------------- */

static bool has_asking(const struct release *release, const struct census_tenant *tenant)
{
	for (int64_t i = 0; i < tenant->pending; i++) {
		if (release->migrations[tenant->places[i]].readonly) {
			return true;
		}
	}
	return false;
}

static bool is_closed_for_it(struct sched *sched, const struct sched_holes_ask *ask,
			     const struct census_tenant *tenant)
{
	return census_fate(tenant) == CENSUS_WORK && tenant->known && tenant->pending > 0 &&
	       (ask->every || has_asking(ask->release, tenant)) &&
	       sched_mode_find(sched, tenant->id) == NULL;
}

/* ---- what was found ---------------------------------------------------------------------- */

/* Of one tenant. Owned. */
static char *text_of(const struct look *look, const char *name, const struct exec_hole *holes,
		     size_t nr)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *word = shell_word(name);
	const char *method =
		look->ask.method == NULL ? close_method_names[CLOSE_PRIVILEGES] : look->ask.method;

	for (size_t i = 0; i < nr && i < SHOWN; i++) {
		g_string_append_printf(all, "%s%s", i > 0 ? "; " : "", holes[i].text);
	}
	if (nr > SHOWN) {
		g_string_append_printf(all, "; and %zu more", nr - SHOWN);
	}
	if (holes->unable) {
		return g_strdup_printf("it could not be closed for writes: method %s cannot be "
				       "used here: %s; `muster readonly on %s --ttl 1m --reason "
				       "look --dry-run` says what can",
				       method, all->str, word);
	}
	return g_strdup_printf("writes would still get through while it is closed: %s; "
			       "--accept-holes closes it all the same, and `muster readonly on %s "
			       "--ttl 1m --reason look --dry-run` shows every way",
			       all->str, word);
}

static void take(struct look *look, const struct exec_hole *holes, size_t nr)
{
	const char *name = g_hash_table_lookup(look->names, holes->schema);
	struct found *found = g_new0(struct found, 1);

	CHECK(name != NULL);
	found->tenant = name;
	found->unable = holes->unable;
	found->text = text_of(look, name, holes, nr);
	g_ptr_array_add(look->found, found);
}

/* May be called again when the turn was undone. */
static int on_answer(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct look *look = ctx;
	const struct exec_hole *holes = result->gaps;
	size_t first = 0;

	(void)sched;
	g_ptr_array_set_size(look->found, 0);
	if (!result->ok) {
		*err = result->err;
		return -1;
	}
	for (size_t i = 1; i <= result->nr_gaps; i++) {
		if (i == result->nr_gaps || holes[i].unable != holes[first].unable ||
		    strcmp(holes[i].schema, holes[first].schema) != 0) {
			take(look, &holes[first], i - first);
			first = i;
		}
	}
	return 0;
}

static void tell_unasked(const struct look *look, const struct err *err)
{
	for (guint i = 0; i < look->schemas->len; i++) {
		const struct sched_hole hole = {
			.tenant = g_hash_table_lookup(look->names,
						      g_ptr_array_index(look->schemas, i)),
			.unasked = true,
			.text = err->msg,
		};

		look->ask.told(look->ask.ctx, &hole);
	}
}

static void on_done(void *ctx, const struct err *err)
{
	struct look *look = ctx;

	if (err != NULL) {
		tell_unasked(look, err);
	}
	for (guint i = 0; err == NULL && i < look->found->len; i++) {
		const struct found *found = g_ptr_array_index(look->found, i);
		const struct sched_hole hole = { .tenant = found->tenant,
						 .unable = found->unable,
						 .text = found->text };

		look->ask.told(look->ask.ctx, &hole);
	}
	look->ask.done(look->ask.ctx);
	look_free(look);
}

/* ---- asking ------------------------------------------------------------------------------ */

static struct look *look_new(const struct sched_holes_ask *ask)
{
	struct look *look = g_new0(struct look, 1);

	look->ask = *ask;
	look->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	look->schemas = g_ptr_array_new();
	look->found = g_ptr_array_new_with_free_func(found_free);
	return look;
}

static void add(struct look *look, const struct census_tenant *tenant)
{
	char *schema = g_strdup(tenant->schema);

	g_hash_table_insert(look->names, schema, g_strdup(tenant->name));
	g_ptr_array_add(look->schemas, schema);
}

/* Takes look. 1: it was sent; 0: it has nobody. */
static size_t send(struct sched *sched, int64_t server_id, struct look *look)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);
	const struct sched_job job = { on_answer, on_done, look };
	struct exec_order *order;

	if (look->schemas->len == 0) {
		look_free(look);
		return 0;
	}
	order = exec_order_new(EXEC_HOLES);
	order->close.method = g_strdup(look->ask.method);
	order->schemas = g_new0(char *, look->schemas->len + 1);
	for (guint i = 0; i < look->schemas->len; i++) {
		order->schemas[i] = g_strdup(g_ptr_array_index(look->schemas, i));
	}
	sched_job_start_unless(sched, &link->row, order, &job, look->ask.cancelled);
	return 1;
}

size_t sched_holes_start(struct sched *sched, const struct sched_holes_ask *ask)
{
	const struct census *census = ask->census;
	struct look *look = NULL;
	size_t nr = 0;

	if (g_strcmp0(ask->method, close_method_names[CLOSE_HOOK]) == 0) {
		return 0;
	}
	for (size_t i = 0; i < census->nr; i++) {
		const struct census_tenant *tenant = &census->tenants[i];

		look = look != NULL ? look : look_new(ask);
		if (is_closed_for_it(sched, ask, tenant)) {
			add(look, tenant);
		}
		if (i + 1 == census->nr || tenant[1].server_id != tenant->server_id) {
			nr += send(sched, tenant->server_id, g_steal_pointer(&look));
		}
	}
	return nr;
}
