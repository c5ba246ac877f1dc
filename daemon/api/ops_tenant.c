/*
 * Operations on tenants that are there. How they get there: ops_enrol.c.
 */
#include "ops_tenant.h"

#include <string.h>

#include "api_state.h"
#include "call.h"
#include "labels.h"
#include "name.h"
#include "ops.h"
#include "ops_window.h"
#include "selector.h"
#include "store_tenant.h"
#include "view.h"

/* Rows looked at for one page: bounds the time a list takes, whatever it selects. */
#define SCAN_MAX 2000

/* ---- choosing ------------------------------------------------------------------------ */

static const char *label_find(const void *labels, const char *key)
{
	return store_labels_find(labels, key);
}

bool tenant_is_selected(struct selector *selector, const struct store_tenant *row)
{
	struct selector_subject subject = {
		.name = row->name,
		.server = row->server,
		.schema = row->schema,
		.version = row->version,
		.label = label_find,
		.labels = &row->labels,
		.server_labels = &row->server_labels,
	};

	return selector_match(selector, &subject);
}

struct pick {
	struct selector *selector;
	GArray *ids;
};

static int row_pick(const struct store_tenant *row, void *ctx, struct err *err)
{
	struct pick *pick = ctx;

	(void)err;
	if (tenant_is_selected(pick->selector, row)) {
		g_array_append_val(pick->ids, row->id);
	}
	return 0;
}

int tenants_pick(const struct api *api, const char *text, GArray *ids, struct err *err)
{
	SCOPED_PTR(selector) selector = selector_parse(text, err);
	struct pick pick = { .selector = selector, .ids = ids };
	const char *missing;

	if (selector == NULL) {
		return -1;
	}
	if (store_tenant_each(api->store, NULL, 0, row_pick, &pick, err) < 0) {
		return -1;
	}
	missing = selector_unmatched(selector);
	if (missing != NULL) {
		return err_set(err, ERR_NOT_FOUND, "no tenant is named %.128s", missing);
	}
	if (ids->len == 0) {
		return err_set(err, ERR_NOT_FOUND, "no tenant is selected by \"%.256s\"",
			       text == NULL ? "*" : text);
	}
	return 0;
}

/* ---- list, show, set ----------------------------------------------------------------- */

struct page {
	const struct api *api;
	struct wire_tenant_page *out;
	struct selector *selector;
	int64_t limit;
	int64_t seen;
	bool full;
	bool more; /* rows behind a full page */
};

static int row_list(const struct store_tenant *row, void *ctx, struct err *err)
{
	struct page *page = ctx;

	page->seen++;
	if (page->full) {
		page->more = true;
		return 0;
	}
	if (tenant_is_selected(page->selector, row) &&
	    view_tenant(page->api, row, wire_list_add(&wire_tenant_type, &page->out->items), err) <
		    0) {
		return -1;
	}
	g_free(page->out->next);
	page->out->next = g_strdup(row->name);
	page->full = (int64_t)page->out->items.nr == page->limit;
	return 0;
}

/* A page may hold fewer than asked, even none: next says whether there is more. */
int op_tenant_list(struct call *call, struct err *err)
{
	static const int64_t limits[2] = { 1, WIRE_PAGE_MAX };
	SCOPED_PTR(selector) selector = selector_parse(call_param(call, "selector"), err);
	struct page page = {
		.api = call->api,
		.out = call->answer,
		.selector = selector,
		.limit = WIRE_PAGE_MAX,
	};
	int64_t scan;

	if (selector == NULL || call_param_int(call, "limit", &page.limit, limits, err) < 0) {
		return OP_FAILED;
	}
	scan = selector_is_all(selector) ? page.limit + 1 : SCAN_MAX;
	if (store_tenant_each(call->api->store, call_param(call, "after"), scan, row_list, &page,
			      err) < 0) {
		return OP_FAILED;
	}
	if (page.seen < scan && !page.more) {
		g_clear_pointer(&page.out->next, g_free);
	}
	return OP_DONE;
}

int op_tenant_show(struct call *call, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };

	if (store_tenant_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return view_tenant(call->api, &row, call->answer, err);
}

static int key_set(struct store_tenant *row, const char *text, const char *reason, struct err *err)
{
	const struct window_slot slot = WINDOW_SLOT(row);
	g_autofree char *key = NULL;
	g_autofree char *value = NULL;

	if (name_cut(text, &key, &value, err) < 0) {
		return -1;
	}
	if (g_str_has_prefix(key, "label.")) {
		return label_set(&row->labels, key + strlen("label."), value, err);
	}
	if (window_is_key(key)) {
		return window_key_set(&slot, key, value, reason, err);
	}
	return err_set(err, ERR_INVALID,
		       "a tenant has no \"%.64s\" to set; known: window freeze label.KEY (one that "
		       "moved is removed and added again)",
		       key);
}

static int keys_set(struct store_tenant *row, const struct wire_texts *set, const char *reason,
		    struct err *err)
{
	for (size_t i = 0; i < set->nr; i++) {
		if (key_set(row, set->texts[i], reason, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Labels count, too: windows may be set for them. */
static int tenant_store(struct call *call, struct store_tenant *row, struct err *err)
{
	if (store_tenant_put(call->api->store, row, err) < 0) {
		return -1;
	}
	sched_window_changed(call->api->sched, SCHED_SCOPE_TENANT, row->id);
	return 0;
}

int op_tenant_set(struct call *call, struct err *err)
{
	const struct wire_set *asked = call->request;
	SCOPED(store_tenant) row = { 0 };
	g_autofree char *text = texts_join("set", &asked->set);

	call->actor.reason = asked->reason;
	if (store_tenant_get(call->api->store, call->args[0], &row, err) < 0 ||
	    revision_check(row.name, asked->revision, row.revision, err) < 0) {
		return OP_FAILED;
	}
	if (keys_set(&row, &asked->set, asked->reason, err) < 0 ||
	    tenant_store(call, &row, err) < 0 ||
	    call_note(call, "tenant.set", "tenant", row.name, text, err) < 0) {
		return OP_FAILED;
	}
	return view_tenant(call->api, &row, call->answer, err);
}

/* ---- hold, release, label, remove: all that a selector names --------------------------- */

/* 1: changed, 0: it was so already, -1: failed. */
typedef int (*change_fn)(struct call *call, struct store_tenant *row, struct err *err);

static int hold_put(struct call *call, struct store_tenant *row, const char *hold, struct err *err)
{
	if (g_strcmp0(row->hold, hold) == 0) {
		return 0;
	}
	store_text_set(&row->hold, hold);
	if (store_tenant_put(call->api->store, row, err) < 0 ||
	    sched_tenant_changed(call->api->sched, row, &call->actor, err) < 0) {
		return -1;
	}
	return 1;
}

static int change_hold(struct call *call, struct store_tenant *row, struct err *err)
{
	const struct wire_tenants_change *asked = call->request;
	bool said = asked->reason != NULL && asked->reason[0] != '\0';
	g_autofree char *hold =
		said ? g_strdup(asked->reason) : g_strdup_printf("held by %s", call->actor.name);

	return hold_put(call, row, hold, err);
}

static int change_release(struct call *call, struct store_tenant *row, struct err *err)
{
	return hold_put(call, row, NULL, err);
}

static int change_label(struct call *call, struct store_tenant *row, struct err *err)
{
	const struct wire_tenants_change *asked = call->request;

	if (!labels_merge(&row->labels, &asked->labels)) {
		return 0;
	}
	return tenant_store(call, row, err) < 0 ? -1 : 1;
}

static int change_set(struct call *call, struct store_tenant *row, struct err *err)
{
	const struct wire_tenants_change *asked = call->request;

	if (keys_set(row, &asked->set, asked->reason, err) < 0) {
		return -1;
	}
	return tenant_store(call, row, err) < 0 ? -1 : 1;
}

static int change_remove(struct call *call, struct store_tenant *row, struct err *err)
{
	return store_tenant_remove(call->api->store, row->id, err) < 0 ? -1 : 1;
}

/* clang-format off */
static const struct {
	change_fn fn; const char *kind; const char *text;
} changes[TENANT_CHANGE_NR] = {
	[TENANT_CHANGE_HOLD]    = { change_hold,    "tenant.hold",    "held" },
	[TENANT_CHANGE_RELEASE] = { change_release, "tenant.release", "released" },
	[TENANT_CHANGE_LABEL]   = { change_label,   "tenant.label",   "labelled" },
	[TENANT_CHANGE_REMOVE]  = { change_remove,  "tenant.remove",
				    "removed; its database was not touched" },
	[TENANT_CHANGE_SET]     = { change_set,     "tenant.set",     "set" },
};

/* clang-format on */

static int one_change(struct call *call, int64_t id, const char *text, struct err *err)
{
	int change = call->op->arg;
	struct wire_changed *answer = call->answer;
	SCOPED(store_tenant) row = { 0 };
	int changed;

	if (store_tenant_get_id(call->api->store, id, &row, err) < 0) {
		return -1;
	}
	changed = changes[change].fn(call, &row, err);
	if (changed < 0) {
		return -1;
	}
	if (changed == 0) {
		answer->unchanged++;
		return 0;
	}
	answer->changed++;
	wire_texts_add(&answer->tenants, row.name);
	return call_note(call, changes[change].kind, "tenant", row.name, text, err);
}

int op_tenant_change(struct call *call, struct err *err)
{
	const struct wire_tenants_change *asked = call->request;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_autofree char *text = texts_join(changes[call->op->arg].text, &asked->set);

	call->actor.reason = asked->reason;
	if (name_check_labels(&asked->labels, err) < 0 ||
	    tenants_pick(call->api, asked->selector, ids, err) < 0) {
		return OP_FAILED;
	}
	if (call->op->arg == TENANT_CHANGE_LABEL && asked->labels.nr == 0) {
		return err_set(err, ERR_INVALID, "say which labels to set: key=value");
	}
	if (call->op->arg == TENANT_CHANGE_SET && asked->set.nr == 0) {
		return err_set(err, ERR_INVALID, "say what to set: key=value");
	}
	for (guint i = 0; i < ids->len; i++) {
		if (one_change(call, g_array_index(ids, int64_t, i), text, err) < 0) {
			return OP_FAILED;
		}
	}
	return OP_DONE;
}
