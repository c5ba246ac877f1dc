#include "close_survey.h"

#include <glib.h>

#include "close_look.h"
#include "close_plan.h"
#include "close_rights.h"
#include "close_sql.h"
#include "close_triggers.h"
#include "db.h"
#include "db_fault.h"
#include "db_guard.h"
#include "exec.h"
#include "states.h"
#include "visit.h"

static void tell(struct exec_result *result, const char *schema, bool unable, const char *text)
{
	struct exec_hole *hole;

	result->gaps = g_renew(struct exec_hole, result->gaps, result->nr_gaps + 1);
	hole = &result->gaps[result->nr_gaps++];
	*hole = (struct exec_hole){ .schema = g_strdup(schema),
				    .unable = unable,
				    .text = g_strdup(text) };
}

static char *unable_of(const struct close_rights *rights, const char *schema, bool is_trusted,
		       enum close_method method, const struct close_look *look)
{
	const struct close_context *context = &rights->context;
	g_autofree char *account = close_account_text(context->user, context->host);

	if (method == CLOSE_PRIVILEGES) {
		return g_strdup(look->unable);
	}
	return close_triggers_lack(account, close_rights_has(rights, schema, "TRIGGER", false),
				   is_trusted || close_rights_has(rights, schema, "SUPER", false));
}

/* Takes unable. */
static void tell_look(struct exec_result *result, const char *schema, enum close_method method,
		      const struct close_look *look, char *unable)
{
	g_autofree char *owned = unable;
	const GPtrArray *holes = look->holes.of[method];

	if (owned != NULL) {
		tell(result, schema, true, owned);
		return;
	}
	for (guint i = 0; i < holes->len; i++) {
		tell(result, schema, false, g_ptr_array_index(holes, i));
	}
}

/* Who may not read who has which rights: only what it may itself is left to be asked. */
static int tell_unread(struct visit *visit, enum close_method method, struct exec_result *result,
		       struct err *err)
{
	bool is_denied = db_fault_is(db_flavor(visit->session), err, DB_FAULT_DENIED);
	struct err why;

	(void)err_prefix(err, "who may write cannot be read");
	why = *err;
	for (char *const *at = visit->order->schemas; is_denied && *at != NULL; at++) {
		g_autofree char *unable = NULL;

		if (method == CLOSE_PRIVILEGES) {
			tell(result, *at, true, why.msg);
			continue;
		}
		if (db_use(visit->session, *at, err) < 0) {
			return -1;
		}
		unable = close_triggers_unable(visit->session, err);
		if (unable == NULL && err->code != ERR_NONE) {
			return -1;
		}
		if (unable != NULL) {
			tell(result, *at, true, unable);
		}
	}
	return is_denied ? 0 : -1;
}

static int look_all(struct visit *visit, enum close_method method, struct exec_result *result,
		    struct err *err)
{
	SCOPED(close_rights) rights = { 0 };
	bool is_trusted = true;

	if (close_rights_read(visit->session, visit->order->schemas, &rights, err) < 0) {
		return tell_unread(visit, method, result, err);
	}
	if (method == CLOSE_TRIGGERS &&
	    close_triggers_trusted(visit->session, &is_trusted, err) < 0) {
		return -1;
	}
	for (char *const *at = visit->order->schemas; *at != NULL; at++) {
		SCOPED(close_look) look = { 0 };

		if (close_look_of(visit->session, &rights, *at, &look, err) < 0) {
			return -1;
		}
		tell_look(result, *at, method, &look,
			  unable_of(&rights, *at, is_trusted, method, &look));
	}
	return 0;
}

int close_survey_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	static const struct db_pin pin = { .sql_mode = "", .lock_wait_s = 1 };
	const char *asked = visit->order->close.method;
	enum close_method method = CLOSE_PRIVILEGES;

	if (asked != NULL) {
		method = (enum close_method)states_find(close_method_names, CLOSE_METHOD_NR, asked);
	}
	CHECK(method == CLOSE_PRIVILEGES || method == CLOSE_TRIGGERS);
	return db_pin(visit->session, &pin, err) < 0 ? -1 : look_all(visit, method, result, err);
}
