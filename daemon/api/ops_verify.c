/*
 * Are tenants as their history says? The scheduler finds out, this translates.
 */
#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "ops.h"
#include "sched_verify.h"
#include "store_release.h"
#include "verify.h"
#include "view.h"

static struct wire_list *list_of(struct wire_verify *answer, enum verify_verdict verdict)
{
	struct wire_list *const lists[VERIFY_NR] = {
		[VERIFY_OK] = &answer->verified,
		[VERIFY_DRIFTED] = &answer->drifted,
		[VERIFY_ALTERED] = &answer->altered,
		[VERIFY_INCOMPLETE] = &answer->incomplete,
		[VERIFY_AHEAD] = &answer->ahead,
		[VERIFY_UNFINISHED] = &answer->unfinished,
		[VERIFY_UNRECORDED] = &answer->unrecorded,
		[VERIFY_MISSING] = &answer->missing,
		[VERIFY_UNPROVEN] = &answer->unproven,
		[VERIFY_UNKNOWN] = &answer->unknown,
	};

	return lists[verdict];
}

static void add_tenant(const struct verify_tenant *from, struct wire_verify *answer)
{
	struct wire_verify_tenant *to =
		wire_list_add(&wire_verify_tenant_type, list_of(answer, from->verdict));

	to->tenant = g_strdup(from->name);
	to->server = g_strdup(from->server);
	to->version = g_strdup(from->version);
	to->verdict = g_strdup(verify_names[from->verdict]);
	to->help = g_strdup(from->help);
	for (guint i = 0; i < from->problems->len; i++) {
		wire_texts_add(&to->problems, g_ptr_array_index(from->problems, i));
	}
	view_texts(from->diff, &to->diff);
	view_texts(from->minor, &to->minor);
}

static void add_position(const struct verify_position *from, struct wire_verify *answer)
{
	struct wire_verify_position *to =
		wire_list_add(&wire_verify_position_type, &answer->positions);

	to->version = g_strdup(from->version);
	to->flavor = g_strdup(from->flavor);
	to->tenants = from->members->len;
	to->built = from->built;
	to->others = (int64_t)from->others;
	to->note = g_strdup(from->lost ? from->why : from->note);
}

static void fill(const struct sched_verified *verified, struct wire_verify *answer)
{
	const struct verify *verify = verified->verify;

	answer->release = g_strdup(verified->name);
	answer->version = g_strdup(verified->version);
	answer->tenants = (int64_t)verify->nr;
	for (size_t i = 0; i < verify->nr; i++) {
		add_tenant(&verify->tenants[i], answer);
	}
	for (guint i = 0; i < verify->positions->len; i++) {
		add_position(g_ptr_array_index(verify->positions, i), answer);
	}
}

static void on_verified(void *ctx, const struct sched_verified *verified)
{
	g_autofree struct errand *verifying = ctx;
	struct call *call = verifying->call;

	if (verified->err == NULL && call->api != NULL) {
		fill(verified, call->answer);
	}
	call_finish(call, verified->err);
}

static void cancel(void *job)
{
	sched_verify_cancel(job);
}

/* A name that is no release's: what helps is the list of those that are. */
static int check_release(struct call *call, const char *name, struct err *err)
{
	SCOPED(store_release) row = { 0 };

	if (name == NULL || name[0] == '\0' ||
	    store_release_get(call->api->store, name, &row, err) == 0) {
		return 0;
	}
	if (err->code == ERR_NOT_FOUND) {
		call_set_hint(call, g_strdup("muster release list"));
	}
	return -1;
}

int op_tenant_verify(struct call *call, struct err *err)
{
	const struct wire_verify_ask *asked = call->request;
	const struct sched_verify_ask ask = { .release = asked->release,
					      .selector = asked->selector,
					      .headway = &call->headway };
	struct errand *verifying;

	if (check_release(call, asked->release, err) < 0) {
		return OP_FAILED;
	}
	verifying = errand_new(call, cancel);
	return errand_begin(
		verifying, sched_verify_start(call->api->sched, &ask, on_verified, verifying, err));
}
