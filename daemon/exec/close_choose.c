#include "close_choose.h"

#include <string.h>

#include "close_look.h"
#include "close_prove.h"
#include "close_schema.h"
#include "close_triggers.h"
#include "db.h"
#include "db_fault.h"
#include "states.h"

/* What was found out for the choice. */
struct finding {
	struct db_session *session;
	const char *schema;
	bool unaltered;
	struct close_look look;
	char *unable[CLOSE_METHOD_NR]; /* owned; why not; NULL: it can be used */
};

static void finding_release(struct finding *finding)
{
	close_look_release(&finding->look);
	for (size_t i = 0; i < CLOSE_METHOD_NR; i++) {
		g_free(finding->unable[i]);
	}
}

SCOPED_RELEASE(finding);

void close_choice_release(struct close_choice *choice)
{
	close_plan_release(&choice->plan);
	g_free(choice->why);
	g_free(choice->proof);
	g_clear_pointer(&choice->holes, g_ptr_array_unref);
	*choice = (struct close_choice){ 0 };
}

/* ---- what can be used --------------------------------------------------------------------- */

/* An account that may not read who has which rights can close in other ways. */
static int find_rights(struct finding *finding, struct err *err)
{
	struct db_session *session = finding->session;

	if (close_look_at(session, finding->schema, &finding->look, err) < 0) {
		if (!db_fault_is(db_flavor(session), err, DB_FAULT_DENIED)) {
			return err_prefix(err, "who may write cannot be read");
		}
		finding->unable[CLOSE_PRIVILEGES] =
			g_strdup_printf("who may write cannot be read: %s", err->msg);
		return 0;
	}
	finding->unable[CLOSE_PRIVILEGES] = g_strdup(finding->look.unable);
	return 0;
}

static int find_schema(struct finding *finding, struct err *err)
{
	if (!finding->unaltered) {
		finding->unable[CLOSE_SCHEMA] =
			g_strdup("it would keep the migration that follows out as well");
		return 0;
	}
	finding->unable[CLOSE_SCHEMA] = close_schema_unable(finding->session, err);
	return finding->unable[CLOSE_SCHEMA] == NULL && err->code != ERR_NONE ? -1 : 0;
}

static int find_all(struct finding *finding, struct err *err)
{
	if (find_rights(finding, err) < 0 || find_schema(finding, err) < 0) {
		return -1;
	}
	finding->unable[CLOSE_TRIGGERS] = close_triggers_unable(finding->session, err);
	return finding->unable[CLOSE_TRIGGERS] == NULL && err->code != ERR_NONE ? -1 : 0;
}

/* ---- the choice --------------------------------------------------------------------------- */

static guint holes_nr(const struct finding *finding, enum close_method method)
{
	const GPtrArray *holes = finding->look.holes.of[method];

	return holes == NULL ? 0 : holes->len;
}

static enum close_method what_fits(const struct finding *finding)
{
	bool takes = finding->unable[CLOSE_PRIVILEGES] == NULL;

	if (takes && holes_nr(finding, CLOSE_PRIVILEGES) == 0) {
		return CLOSE_PRIVILEGES;
	}
	if (finding->unable[CLOSE_SCHEMA] == NULL &&
	    (!takes || holes_nr(finding, CLOSE_SCHEMA) == 0)) {
		return CLOSE_SCHEMA;
	}
	return CLOSE_PRIVILEGES;
}

static char *why_fits(const struct finding *finding, enum close_method method)
{
	const char *no_rights = finding->unable[CLOSE_PRIVILEGES];
	const char *no_schema = finding->unable[CLOSE_SCHEMA];

	if (method == CLOSE_SCHEMA && no_rights != NULL) {
		return g_strdup_printf(
			"method privileges cannot be used (%s); muster's own account "
			"cannot write meanwhile, either",
			no_rights);
	}
	if (method == CLOSE_SCHEMA) {
		return g_strdup_printf(
			"method privileges would leave a way open (%s); muster's own account cannot "
			"write meanwhile, either",
			(const char *)g_ptr_array_index(finding->look.holes.of[CLOSE_PRIVILEGES],
							0));
	}
	if (holes_nr(finding, CLOSE_PRIVILEGES) == 0) {
		return g_strdup("it leaves no way to write, and muster's own account can still "
				"migrate");
	}
	return g_strdup_printf("method schema would close more, and cannot be used: %s; method "
			       "triggers stops more: ask for it",
			       no_schema == NULL ? "it would leave as much open" : no_schema);
}

/* Whoever may alter the database may open it: not by mistake, so it is no way to write. */
static void add_openers(const struct finding *finding, char **why)
{
	g_autoptr(GString) text = g_string_new(*why);
	const struct close_plan *plan = &finding->look.plan;
	size_t nr = 0;

	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);
		g_auto(GStrv) takes = g_strsplit(item->takes, ", ", -1);

		if (item->kind == CLOSE_DATABASE &&
		    g_strv_contains((const char *const *)takes, "ALTER")) {
			g_string_append_printf(text, "%s%s@%s",
					       nr++ == 0 ? "; may ALTER it open: " : ", ",
					       item->user, item->host);
		}
	}
	g_free(*why);
	*why = g_strdup(text->str);
}

/* ---- the plan ----------------------------------------------------------------------------- */

static int plan_rights(struct finding *finding, struct close_choice *choice, struct err *err)
{
	if (finding->unable[CLOSE_PRIVILEGES] == NULL) {
		choice->plan = finding->look.plan;
		finding->look.plan = (struct close_plan){ 0 };
	}
	return close_look_grants(finding->session, finding->schema, &choice->plan, err);
}

static int plan_make(struct finding *finding, enum close_method method, struct close_choice *choice,
		     struct err *err)
{
	g_autofree char *rights = NULL;

	switch (method) {
	case CLOSE_PRIVILEGES:
		if (plan_rights(finding, choice, err) < 0) {
			return -1;
		}
		choice->proof = close_prove_outlook(finding->session, &choice->plan);
		break;
	case CLOSE_TRIGGERS:
		if (plan_rights(finding, choice, err) < 0) {
			return -1;
		}
		rights = close_prove_outlook(finding->session, &choice->plan);
		choice->proof = g_strconcat(rights, "; every table must have its triggers", NULL);
		if (close_triggers_plan(finding->session, &choice->plan, err) < 0) {
			return -1;
		}
		break;
	case CLOSE_SCHEMA:
		choice->proof = g_strdup("a write as muster's own account is tried and must be "
					 "refused");
		break;
	case CLOSE_HOOK:
		choice->proof =
			g_strdup("none: nothing is taken from anybody, the application says "
				 "that it has stopped");
		break;
	case CLOSE_METHOD_NR:
		break;
	}
	choice->plan.method = method;
	return 0;
}

static GPtrArray *texts_copy(const GPtrArray *texts)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; texts != NULL && i < texts->len; i++) {
		g_ptr_array_add(copy, g_strdup(g_ptr_array_index(texts, i)));
	}
	return copy;
}

static int refuse_shut(struct db_session *session, const char *schema, struct err *err)
{
	bool is_shut = false;

	if (close_schema_get(session, &is_shut, err) < 0) {
		return -1;
	}
	return !is_shut ? 0
			: err_set(err, ERR_CONFLICT,
				  "the database is READ ONLY, and not by muster: ALTER SCHEMA `%s` "
				  "READ ONLY = 0 opens it",
				  schema);
}

int close_choose(struct db_session *session, const char *schema, const char *wanted, bool unaltered,
		 struct close_choice *choice, struct err *err)
{
	SCOPED(finding) finding = { .session = session, .schema = schema, .unaltered = unaltered };
	SCOPED(close_choice) made = { 0 };
	int asked = wanted == NULL ? -1 : states_find(close_method_names, CLOSE_METHOD_NR, wanted);
	enum close_method method;

	if (wanted != NULL && asked < 0) {
		return err_set(err, ERR_INVALID,
			       "there is no method \"%.32s\": privileges, triggers, schema, hook",
			       wanted);
	}
	if (refuse_shut(session, schema, err) < 0 || find_all(&finding, err) < 0) {
		return -1;
	}
	method = asked < 0 ? what_fits(&finding) : (enum close_method)asked;
	if (finding.unable[method] != NULL) {
		g_autofree char *no_schema =
			asked >= 0
				? g_strdup("")
				: g_strdup_printf("; nor schema: %s", finding.unable[CLOSE_SCHEMA]);

		return err_set(err, ERR_INVALID, "method %s cannot be used here: %s%s",
			       close_method_names[method], finding.unable[method], no_schema);
	}
	made.why = asked < 0 ? why_fits(&finding, method) : g_strdup("it was asked for");
	if (method == CLOSE_SCHEMA) {
		add_openers(&finding, &made.why);
	}
	made.holes = texts_copy(finding.look.holes.of[method]);
	if (plan_make(&finding, method, &made, err) < 0) {
		return -1;
	}
	*choice = made;
	made = (struct close_choice){ 0 };
	return 0;
}
