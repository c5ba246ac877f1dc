/*
 * How far a call has come that is not answered yet.
 */
#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "http.h"
#include "ops.h"

#define KEY "Muster-Call"

static bool is_asked_for(const struct call *call, const struct call *asking)
{
	const char *key;

	if (call == asking || call->http == NULL || call->actor.uid != asking->actor.uid) {
		return false;
	}
	key = http_header(call->http, KEY);
	return key != NULL && g_str_equal(key, asking->args[0]);
}

static void add_steps(const struct headway *headway, struct wire_list *to)
{
	for (int step = 0; step < HEADWAY_NR; step++) {
		struct wire_headway *row;

		if (headway->total[step] == 0) {
			continue;
		}
		row = wire_list_add(&wire_headway_type, to);
		row->step = g_strdup(headway_names[step]);
		row->done = headway->done[step];
		row->total = headway->total[step];
	}
}

int op_call_show(struct call *call, struct err *err)
{
	GHashTableIter iter;
	void *other;

	g_hash_table_iter_init(&iter, call->api->calls);
	while (g_hash_table_iter_next(&iter, &other, NULL)) {
		if (is_asked_for(other, call)) {
			add_steps(&((const struct call *)other)->headway, &call->list);
			return 0;
		}
	}
	return err_set(err, ERR_NOT_FOUND, "no call \"%.64s\" is waiting for its answer",
		       call->args[0]);
}
