#include "call.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <glib.h>

#include "api_state.h"
#include "ops.h"
#include "shell.h"
#include "store_event.h"
#include "watch.h"

#define NAMES_MAX 1024  /* users remembered by name */
#define ENTRY_MAX 65536 /* bytes of one line of passwd */
#define JSON      "application/json"

/* ---- who asks ------------------------------------------------------------------------ */

static char *name_of(uid_t uid)
{
	g_autofree char *space = g_malloc(ENTRY_MAX);
	struct passwd record;
	struct passwd *found = NULL;

	(void)getpwuid_r(uid, &record, space, ENTRY_MAX, &found);
	return found == NULL ? g_strdup_printf("uid %u", (unsigned)uid) : g_strdup(record.pw_name);
}

/* Remembered, because the lookup may leave the machine. */
static const char *actor_name(struct api *api, uid_t uid)
{
	char *name = g_hash_table_lookup(api->names, GUINT_TO_POINTER(uid));

	if (name == NULL) {
		if (g_hash_table_size(api->names) >= NAMES_MAX) {
			g_hash_table_remove_all(api->names);
		}
		name = name_of(uid);
		g_hash_table_insert(api->names, GUINT_TO_POINTER(uid), name);
	}
	return name;
}

/* ---- life ---------------------------------------------------------------------------- */

struct call *call_new(struct api *api, struct http_request *http)
{
	struct call *call = g_new0(struct call, 1);

	call->api = api;
	call->http = http;
	call->refs = 1;
	call->actor.uid = (int64_t)http->peer.uid;
	call->actor_name = g_strdup(actor_name(api, http->peer.uid));
	call->actor.name = call->actor_name;
	g_hash_table_add(api->calls, call);
	return call;
}

static void request_release(struct call *call)
{
	if (call->request != NULL) {
		wire_release(call->op->request, call->request);
		g_free(call->request);
	}
}

static void answer_release(struct call *call)
{
	if (call->answer_type == NULL) {
		return;
	}
	wire_list_release(call->answer_type, &call->list);
	if (call->answer != NULL) {
		wire_release(call->answer_type, call->answer);
		g_clear_pointer(&call->answer, g_free);
	}
}

void call_unref(struct call *call)
{
	if (--call->refs > 0) {
		return;
	}
	if (call->api != NULL) {
		g_hash_table_remove(call->api->calls, call);
	}
	request_release(call);
	answer_release(call);
	if (call->params != NULL) {
		evhttp_clear_headers(call->params);
		g_free(call->params);
	}
	for (size_t i = 0; i < CALL_ARGS_MAX; i++) {
		g_free(call->args[i]);
	}
	g_free(call->actor_name);
	g_free(call->text);
	g_free(call->hint);
	g_free(call->field);
	g_free(call);
}

void call_orphan(struct call *call)
{
	call->api = NULL;
	if (call->http != NULL) {
		http_answer(g_steal_pointer(&call->http), HTTP_SERVUNAVAIL, JSON, g_strdup("{}"));
	}
}

/* ---- parameters of the query --------------------------------------------------------- */

static bool word_listed(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; at != NULL && len > 0;) {
		size_t here = strcspn(at, " ");

		if (here == len && memcmp(at, word, len) == 0) {
			return true;
		}
		at = at[here] == ' ' ? at + here + 1 : NULL;
	}
	return false;
}

int call_params_read(struct call *call, const char *query, const char *allowed, struct err *err)
{
	if (query == NULL || query[0] == '\0') {
		return 0;
	}
	call->params = g_new0(struct evkeyvalq, 1);
	if (evhttp_parse_query_str(query, call->params) < 0) {
		g_clear_pointer(&call->params, g_free);
		return err_set(err, ERR_INVALID, "the query \"%.128s\" is not a=b&c=d", query);
	}
	for (const struct evkeyval *at = call->params->tqh_first; at != NULL;
	     at = at->next.tqe_next) {
		if (!word_listed(allowed, at->key)) {
			return err_set(err, ERR_INVALID,
				       "there is no parameter \"%.64s\"; known here: %s", at->key,
				       allowed == NULL ? "none" : allowed);
		}
	}
	return 0;
}

const char *call_param(const struct call *call, const char *name)
{
	return call->params == NULL ? NULL : evhttp_find_header(call->params, name);
}

char **call_words(const struct wire_texts *texts)
{
	char **words = g_new0(char *, texts->nr + 1);

	for (size_t i = 0; i < texts->nr; i++) {
		words[i] = g_strdup(texts->texts[i]);
	}
	return words;
}

int call_param_int(const struct call *call, const char *name, int64_t *value,
		   const int64_t limits[2], struct err *err)
{
	const char *text = call_param(call, name);
	gint64 number;

	if (text == NULL || text[0] == '\0') {
		return 0;
	}
	if (!g_ascii_string_to_signed(text, 10, limits[0], limits[1], &number, NULL)) {
		return err_set(err, ERR_INVALID,
			       "parameter %s=%.32s must be a number from %" PRId64 " to %" PRId64,
			       name, text, limits[0], limits[1]);
	}
	*value = number;
	return 0;
}

/* ---- what an operation says ---------------------------------------------------------- */

void call_answer_as(struct call *call, const struct wire_type *type)
{
	answer_release(call);
	call->answer_type = type;
	call->answer = g_malloc0(type->size);
}

void call_prepare(struct call *call)
{
	if (call->op->is_list) {
		call->answer_type = call->op->answer;
	} else if (call->op->answer != NULL) {
		call_answer_as(call, call->op->answer);
	}
}

int call_transact(struct api *api, int (*fn)(void *ctx, struct err *err), void *ctx,
		  struct err *err)
{
	int result;

	if (store_begin(api->store, err) < 0) {
		return -1;
	}
	result = fn(ctx, err);
	if (result >= 0 && store_commit(api->store, err) == 0) {
		watch_wake(api->watch);
	} else {
		result = -1;
		store_rollback(api->store);
		sched_forget(api->sched);
	}
	sched_wake(api->sched);
	return result;
}

int call_note(struct call *call, const char *kind, const char *family, const char *name,
	      const char *text, struct err *err)
{
	const char *reason = call->actor.reason;
	struct store_event event = { .uid = call->actor.uid };
	g_autofree char *object = g_strdup_printf("%s/%s", family, name);
	g_autofree char *why = NULL;
	int rc;

	if (reason != NULL && reason[0] != '\0') {
		why = g_strdup_printf("%s (%s)", text, reason);
	}
	store_text_set(&event.actor, call->actor.name);
	store_text_set(&event.kind, kind);
	store_text_set(&event.object, object);
	store_text_set(&event.text, why == NULL ? text : why);
	rc = store_event_add(call->api->store, &event, err);
	store_event_release(&event);
	return rc;
}

int revision_check(const char *what, int64_t asked, int64_t is, struct err *err)
{
	if (asked == 0 || asked == is) {
		return 0;
	}
	return err_set(err, ERR_CONFLICT,
		       "%s has revision %" PRId64 ", not %" PRId64
		       ": somebody changed it meanwhile; look at it and try again",
		       what, is, asked);
}

/* ---- answers ------------------------------------------------------------------------- */

/* clang-format off */
static const int statuses[ERR_CODE_NR] = {
	[ERR_NONE]            = 500, /* an error without a code is a bug of ours */
	[ERR_INVALID]         = 400,
	[ERR_NOT_FOUND]       = 404,
	[ERR_CONFLICT]        = 409,
	[ERR_DENIED]          = 403,
	[ERR_BUSY]            = 429,
	[ERR_TIMEOUT]         = 504,
	[ERR_CANCELLED]       = 409,
	[ERR_UNREACHABLE]     = 502,
	[ERR_UNKNOWN_OUTCOME] = 502,
	[ERR_DB]              = 502,
	[ERR_STORE]           = 503,
	[ERR_SYSTEM]          = 500,
	[ERR_PROTOCOL]        = 400,
};

/* The command that helps; %1 and %2 are the names in the path. */
static const struct {
	enum op_family family; enum err_code code; bool named; const char *command;
} hints[] = {
	{ OP_SERVER,  ERR_NOT_FOUND,   true,  "muster server list" },
	{ OP_SERVER,  ERR_CONFLICT,    true,  "muster server show %1" },
	{ OP_SERVER,  ERR_CONFLICT,    false, "muster server list" },
	{ OP_SERVER,  ERR_UNREACHABLE, true,  "muster server show %1" },
	{ OP_SERVER,  ERR_DENIED,      true,  "muster server show %1" },
	{ OP_SERVER,  ERR_DB,          true,  "muster server check %1" },
	{ OP_TENANT,  ERR_NOT_FOUND,   true,  "muster tenant list" },
	{ OP_TENANT,  ERR_NOT_FOUND,   false, "muster tenant list" },
	{ OP_TENANT,  ERR_CONFLICT,    true,  "muster tenant show %1" },
	{ OP_TENANT,  ERR_CONFLICT,    false, "muster rollout list" },
	{ OP_TENANT,  ERR_UNREACHABLE, false, "muster server list" },
	{ OP_RELEASE, ERR_NOT_FOUND,   true,  "muster release list" },
	{ OP_ROLLOUT, ERR_NOT_FOUND,   true,  "muster rollout list" },
	{ OP_ROLLOUT, ERR_NOT_FOUND,   false, "muster release list" },
	{ OP_ROLLOUT, ERR_CONFLICT,    true,  "muster rollout show %1" },
	{ OP_ROLLOUT, ERR_CONFLICT,    false, "muster rollout list" },
	{ OP_THROTTLE, ERR_NOT_FOUND,  true,  "muster server list" },
	{ OP_THROTTLE, ERR_INVALID,    true,  "muster throttle show %1" },
	{ OP_THROTTLE, ERR_INVALID,    false, "muster throttle show" },
	{ OP_TASK,    ERR_NOT_FOUND,   true,  "muster task list %1" },
	{ OP_TASK,    ERR_CONFLICT,    true,  "muster task show %1/%2" },
};

/* clang-format on */

static char *command_fill(const char *command, char *const args[CALL_ARGS_MAX])
{
	GString *out = g_string_new(NULL);

	for (; *command != '\0'; command++) {
		if (command[0] == '%' && (command[1] == '1' || command[1] == '2')) {
			const char *arg = args[command[1] - '1'];
			g_autofree char *word = shell_word(arg == NULL ? "" : arg);

			g_string_append(out, word);
			command++;
		} else {
			g_string_append_c(out, *command);
		}
	}
	return g_string_free(out, FALSE);
}

static char *hint_find(const struct call *call, enum err_code code)
{
	bool named = call->args[0] != NULL;

	if (code == ERR_STORE) {
		return g_strdup("journalctl -u musterd");
	}
	for (size_t i = 0; call->op != NULL && i < G_N_ELEMENTS(hints); i++) {
		if (hints[i].family == call->op->family && hints[i].code == code &&
		    hints[i].named == named) {
			return command_fill(hints[i].command, call->args);
		}
	}
	return NULL;
}

void call_set_hint(struct call *call, char *hint)
{
	g_free(call->hint);
	call->hint = hint;
}

/* A sentence that names the command that helps ("…" or `…`) knows better than the table. */
static char *command_of(const char *sentence)
{
	static const char *const marks[] = { "\"muster ", "`muster " };

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		const char *found = strstr(sentence, marks[i]);
		const char *end = found == NULL ? NULL : strchr(found + 1, marks[i][0]);

		if (end != NULL) {
			return g_strndup(found + 1, (size_t)(end - found - 1));
		}
	}
	return NULL;
}

/* Owned, or NULL. */
static char *hint_of(const struct call *call, const struct err *err)
{
	char *named = call->hint != NULL ? g_strdup(call->hint) : command_of(err->msg);

	return named != NULL ? named : hint_find(call, err->code);
}

static void error_send(struct call *call, int status, const struct err *err)
{
	struct wire_error error = {
		.code = g_strdup(err_code_names[err->code]),
		.native = err->native,
		.message = g_strdup(err->msg),
		.hint = hint_of(call, err),
	};

	http_answer(g_steal_pointer(&call->http), status, JSON,
		    wire_encode(&wire_error_type, &error));
	wire_release(&wire_error_type, &error);
}

static void answer_send(struct call *call)
{
	const char *type = JSON;
	char *body;

	if (call->text != NULL) {
		body = g_steal_pointer(&call->text);
		type = call->content_type;
	} else if (call->op->is_list) {
		body = wire_encode_list(call->answer_type, &call->list);
	} else {
		body = wire_encode(call->answer_type, call->answer);
	}
	http_answer(g_steal_pointer(&call->http), call->status == 0 ? HTTP_OK : call->status, type,
		    body);
}

void call_refuse(struct call *call, int status, const struct err *err)
{
	if (call->http != NULL) {
		error_send(call, status, err);
	}
	call_unref(call);
}

void call_send_away(struct call *call, const struct err *why)
{
	struct err err = *why;

	if (call->http == NULL || call->patient) {
		return;
	}
	(void)err_prefix(&err, http_give_up(call->http) ? "given up" : "not done yet");
	if (call->http != NULL) {
		error_send(call, statuses[err.code], &err);
	}
}

void call_defer(struct call *call)
{
	call->refs++;
}

struct errand *errand_new(struct call *call, void (*cancel)(void *job))
{
	struct errand *errand = g_new0(struct errand, 1);

	errand->call = call;
	errand->cancel = cancel;
	return errand;
}

static void on_gone(void *ctx)
{
	struct errand *errand = ctx;

	errand->cancel(errand->job);
}

int errand_begin(struct errand *errand, void *job)
{
	if (job == NULL) {
		g_free(errand);
		return OP_FAILED;
	}
	errand->job = job;
	call_defer(errand->call);
	http_on_gone(errand->call->http, on_gone, errand);
	return OP_LATER;
}

void call_finish(struct call *call, const struct err *err)
{
	if (err != NULL) {
		call_refuse(call, statuses[err->code], err);
		return;
	}
	if (call->http != NULL) {
		answer_send(call);
	}
	call_unref(call);
}
