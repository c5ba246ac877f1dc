/*
 * Windows and freezes. What they mean for tasks: sched_window.c.
 */
#include "ops_window.h"

#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "freeze.h"
#include "labels.h"
#include "name.h"
#include "ops.h"
#include "store_window.h"
#include "tick.h"
#include "upkeep.h"
#include "view.h"

/* ---- setting ------------------------------------------------------------------------- */

bool window_is_key(const char *key)
{
	return strcmp(key, "window") == 0 || strcmp(key, "freeze") == 0;
}

static bool is_nothing(const char *value)
{
	return value[0] == '\0' || strcmp(value, "-") == 0;
}

static int window_set(const struct window_slot *slot, const char *value, struct err *err)
{
	SCOPED_PTR(window) window = window_parse(value, err);

	if (window == NULL) {
		return -1;
	}
	store_text_set(slot->window, window_text(window));
	return 0;
}

static int freeze_set(const struct window_slot *slot, const char *value, const char *reason,
		      struct err *err)
{
	SCOPED(freeze) freeze = { 0 };

	if (freeze_parse(value, tick_wall_ms(), &freeze, err) < 0) {
		return -1;
	}
	if (freeze.reason != NULL) {
		reason = freeze.reason;
	}
	if (reason == NULL || reason[0] == '\0') {
		return err_set(err, ERR_INVALID,
			       "freeze: say why, the next one will wonder: --reason TEXT");
	}
	*slot->freeze_from = freeze.from_ms;
	*slot->freeze_until = freeze.until_ms;
	store_text_set(slot->freeze_reason, reason);
	return 0;
}

int window_key_set(const struct window_slot *slot, const char *key, const char *value,
		   const char *reason, struct err *err)
{
	bool is_window = strcmp(key, "window") == 0;

	if (!is_nothing(value)) {
		return is_window ? window_set(slot, value, err)
				 : freeze_set(slot, value, reason, err);
	}
	if (is_window) {
		store_text_set(slot->window, NULL);
		return 0;
	}
	*slot->freeze_from = 0;
	*slot->freeze_until = 0;
	store_text_set(slot->freeze_reason, NULL);
	return 0;
}

/* ---- showing ------------------------------------------------------------------------- */

static char *second_text(int64_t wall_ms)
{
	char text[TICK_TEXT_MAX];
	const char *full = tick_format(text, wall_ms);

	return g_strdup_printf("%.19sZ", full); /* without its milliseconds */
}

char *window_freeze_text(int64_t from_ms, int64_t until_ms, const char *reason)
{
	g_autofree char *from = NULL;
	g_autofree char *until = NULL;

	if (until_ms <= tick_wall_ms()) {
		return NULL;
	}
	from = second_text(from_ms);
	until = second_text(until_ms);
	return g_strdup_printf("%s until %s: %s", from, until, reason != NULL ? reason : "");
}

struct own {
	struct window *window; /* owned */
	struct err err;        /* why it cannot be read */
	struct upkeep_rule rules[2];
	size_t nr;
	struct upkeep upkeep;
};

static const struct upkeep_need any = { .is_guess = true };

static void own_look(struct own *own, const char *window, int64_t from_ms, int64_t until_ms)
{
	if (window != NULL) {
		own->window = window_parse(window, &own->err);
		own->rules[own->nr++] = (struct upkeep_rule){
			.window = own->window,
			.problem = own->window == NULL ? own->err.msg : NULL,
		};
	}
	if (until_ms > 0) {
		own->rules[own->nr++] = (struct upkeep_rule){
			.from_ms = from_ms,
			.until_ms = until_ms,
		};
	}
	upkeep_look(own->rules, own->nr, tick_wall_ms(), any, &own->upkeep);
}

char *window_next_text(const char *window, int64_t from_ms, int64_t until_ms)
{
	char text[TICK_TEXT_MAX];
	struct own own = { 0 };

	own_look(&own, window, from_ms, until_ms);
	window_free(own.window);
	if (own.upkeep.is_open || own.upkeep.next_ms == WINDOW_FOREVER) {
		return NULL;
	}
	return g_strdup(tick_format(text, own.upkeep.next_ms));
}

static int window_view(const struct store_window *row, struct wire_window *out)
{
	out->scope = g_strdup(row->scope);
	out->name = g_strdup(row->name);
	out->window = g_strdup(row->window);
	out->freeze = window_freeze_text(row->freeze_from, row->freeze_until, row->freeze_reason);
	out->next_window = window_next_text(row->window, row->freeze_from, row->freeze_until);
	return 0;
}

static int window_add(const struct store_window *row, void *ctx, struct err *err)
{
	(void)err;
	return window_view(row, wire_list_add(&wire_window_type, ctx));
}

int op_window_list(struct call *call, struct err *err)
{
	return store_window_each(call->api->store, window_add, &call->list, err);
}

/* ---- labels -------------------------------------------------------------------------- */

int op_label_show(struct call *call, struct err *err)
{
	SCOPED(store_window) row = { 0 };

	if (label_check(call->args[0], err) < 0 ||
	    store_label_window_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return window_view(&row, call->answer);
}

static int label_key_set(struct store_window *row, const char *text, const char *reason,
			 struct err *err)
{
	const struct window_slot slot = WINDOW_SLOT(row);
	g_autofree char *key = NULL;
	g_autofree char *value = NULL;

	if (name_cut(text, &key, &value, err) < 0) {
		return -1;
	}
	if (!window_is_key(key)) {
		return err_set(err, ERR_INVALID,
			       "a label has no \"%.64s\" to set; known: window freeze", key);
	}
	return window_key_set(&slot, key, value, reason, err);
}

int op_label_set(struct call *call, struct err *err)
{
	const struct wire_set *asked = call->request;
	g_autofree char *text = texts_join("set", &asked->set);
	SCOPED(store_window) row = { 0 };

	call->actor.reason = asked->reason;
	if (label_check(call->args[0], err) < 0 ||
	    store_label_window_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	for (size_t i = 0; i < asked->set.nr; i++) {
		if (label_key_set(&row, asked->set.texts[i], asked->reason, err) < 0) {
			return OP_FAILED;
		}
	}
	if (store_label_window_put(call->api->store, &row, err) < 0 ||
	    call_note(call, "label.set", "label", row.name, text, err) < 0) {
		return OP_FAILED;
	}
	sched_window_changed(call->api->sched, SCHED_SCOPE_ALL, 0);
	return window_view(&row, call->answer);
}
