/*
 * How tenants get into the inventory: one by one, from a file, or found on a server.
 * All or nothing: with one problem nobody is enrolled.
 */
#include <inttypes.h>
#include <string.h>

#include "api_state.h"
#include "call.h"
#include "exec.h"
#include "labels.h"
#include "name.h"
#include "ops.h"
#include "ops_tenant.h"
#include "shell.h"
#include "store_server.h"
#include "store_tenant.h"
#include "view.h"

#define SCHEMA_PLACE "{schema}"

/* ---- one row ------------------------------------------------------------------------- */

enum enrolled { ENROL_FAILED = -1, ENROL_SAME, ENROL_NEW, ENROL_CHANGED };

/* What helps is a look at that tenant. */
static void point_at(struct call *call, const char *tenant)
{
	g_autofree char *word = shell_word(tenant);

	call_set_hint(call, g_strdup_printf("muster tenant show %s", word));
}

/* The field of the row that is wrong. */
static void blame(struct call *call, const char *field)
{
	g_free(call->field);
	call->field = g_strdup(field);
}

/* The tenant of this name, and whether it is the one that is meant. */
static enum enrolled again_enrol(struct call *call, struct store_tenant *row,
				 const struct wire_import_row *asked, struct err *err)
{
	if (strcmp(row->server, asked->server) != 0 || strcmp(row->schema, asked->schema) != 0) {
		err_set(err, ERR_CONFLICT, "tenant %s is already there, as schema %s on server %s",
			row->name, row->schema, row->server);
		point_at(call, row->name);
		blame(call, strcmp(row->server, asked->server) != 0 ? "server" : "schema");
		return ENROL_FAILED;
	}
	if (!labels_merge(&row->labels, &asked->labels)) {
		return ENROL_SAME;
	}
	if (store_tenant_put(call->api->store, row, err) < 0 ||
	    call_note(call, "tenant.label", "tenant", row->name, "labelled", err) < 0) {
		return ENROL_FAILED;
	}
	return ENROL_CHANGED;
}

static int server_find(struct call *call, const char *name, int64_t *id, struct err *err)
{
	SCOPED(store_server) server = { 0 };

	if (store_server_get(call->api->store, name, &server, err) < 0) {
		call_set_hint(call, g_strdup("muster server list"));
		blame(call, "server");
		return -1;
	}
	*id = server.id;
	return 0;
}

/* Two tenants cannot be one database. */
static int schema_check(struct call *call, const struct wire_import_row *asked, int64_t server_id,
			struct err *err)
{
	SCOPED(store_tenant) other = { 0 };
	struct err found = { 0 };

	if (store_tenant_get_schema(call->api->store, server_id, asked->schema, &other, &found) <
	    0) {
		return found.code == ERR_NOT_FOUND ? 0 : err_set(err, found.code, "%s", found.msg);
	}
	point_at(call, other.name);
	blame(call, "schema");
	return err_set(err, ERR_CONFLICT, "schema %s on server %s is tenant %s already",
		       asked->schema, asked->server, other.name);
}

static enum enrolled new_enrol(struct call *call, struct store_tenant *row,
			       const struct wire_import_row *asked, struct err *err)
{
	g_autofree char *text =
		g_strdup_printf("schema %s on server %s", asked->schema, asked->server);

	if (server_find(call, asked->server, &row->server_id, err) < 0 ||
	    schema_check(call, asked, row->server_id, err) < 0) {
		return ENROL_FAILED;
	}
	store_text_set(&row->name, asked->name);
	store_text_set(&row->server, asked->server);
	store_text_set(&row->schema, asked->schema);
	row->mode = TENANT_RW;
	(void)labels_merge(&row->labels, &asked->labels);
	if (store_tenant_put(call->api->store, row, err) < 0 ||
	    call_note(call, "tenant.add", "tenant", asked->name, text, err) < 0) {
		return ENROL_FAILED;
	}
	sched_tenant_added(call->api->sched, row);
	return ENROL_NEW;
}

static bool is_system_schema(const char *schema)
{
	static const char *const names[] = { "mysql", "information_schema", "performance_schema",
					     "sys", "ndbinfo" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_ascii_strcasecmp(names[i], schema) == 0) {
			return true;
		}
	}
	return false;
}

static int row_check(struct call *call, const struct wire_import_row *asked, struct err *err)
{
	blame(call, "schema");
	if (asked->schema[0] == '\0') {
		return err_set(err, ERR_INVALID, "tenant %s: the schema is empty", asked->name);
	}
	if (is_system_schema(asked->schema)) {
		return err_set(err, ERR_INVALID,
			       "tenant %s: \"%s\" is a schema of the server, never a client's",
			       asked->name, asked->schema);
	}
	blame(call, "name");
	if (name_check_of("tenant", asked->name, err) < 0) {
		return -1;
	}
	blame(call, NULL);
	return name_check_labels(&asked->labels, err);
}

/* row is filled with what is stored now. */
static enum enrolled enrol(struct call *call, const struct wire_import_row *asked,
			   struct store_tenant *row, struct err *err)
{
	if (row_check(call, asked, err) < 0) {
		return ENROL_FAILED;
	}
	if (store_tenant_get(call->api->store, asked->name, row, err) == 0) {
		return again_enrol(call, row, asked, err);
	}
	if (err->code != ERR_NOT_FOUND) {
		return ENROL_FAILED;
	}
	return new_enrol(call, row, asked, err);
}

int op_tenant_add(struct call *call, struct err *err)
{
	const struct wire_import_row *asked = call->request;
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_tenant) stored = { 0 };

	if (enrol(call, asked, &row, err) == ENROL_FAILED ||
	    store_tenant_get_id(call->api->store, row.id, &stored, err) < 0) {
		return OP_FAILED;
	}
	if (view_tenant(call->api, &stored, call->answer, err) < 0) {
		return OP_FAILED;
	}
	return OP_DONE;
}

/* ---- many ---------------------------------------------------------------------------- */

static void problem_add(struct wire_changed *answer, int64_t line, const char *field,
			const char *message)
{
	struct wire_problem *problem = wire_list_add(&wire_problem_type, &answer->problems);

	problem->line = line;
	problem->field = g_strdup(field);
	problem->message = g_strdup(message);
}

/* -1 only when the store fails: a row that is wrong is a problem and the others are read on. */
static int many_add(struct call *call, const struct wire_import_row *asked, struct err *err)
{
	struct wire_changed *answer = call->answer;
	SCOPED(store_tenant) row = { 0 };

	switch (enrol(call, asked, &row, err)) {
	case ENROL_FAILED:
		if (err->code == ERR_STORE) {
			return -1;
		}
		problem_add(answer, asked->line, call->field, err->msg);
		return 0;
	case ENROL_SAME:
		answer->unchanged++;
		return 0;
	case ENROL_NEW:
	case ENROL_CHANGED:
		answer->changed++;
		wire_texts_add(&answer->tenants, asked->name);
		return 0;
	}
	CHECK(false);
	return -1;
}

/* With problems nothing stays changed, and the answer says only what is wrong. */
static int many_end(struct call *call, bool dry_run, struct err *err)
{
	struct wire_changed *answer = call->answer;
	struct wire_list problems = answer->problems;

	if (problems.nr == 0 && !dry_run) {
		return store_savepoint_release(call->api->store, err);
	}
	store_savepoint_undo(call->api->store);
	answer->problems = (struct wire_list){ 0 };
	wire_release(&wire_changed_type, answer);
	answer->problems = problems;
	return 0;
}

int op_tenant_import(struct call *call, struct err *err)
{
	const struct wire_import *asked = call->request;
	const struct wire_import_row *rows = asked->rows.items;

	if (store_savepoint(call->api->store, err) < 0) {
		return OP_FAILED;
	}
	for (size_t i = 0; i < asked->rows.nr; i++) {
		if (many_add(call, &rows[i], err) < 0) {
			return OP_FAILED;
		}
	}
	return many_end(call, asked->dry_run, err);
}

/* ---- discovered ---------------------------------------------------------------------- */

int tenant_pattern_check(const char *pattern, struct err *err)
{
	if (pattern != NULL && strstr(pattern, SCHEMA_PLACE) == NULL) {
		return err_set(err, ERR_INVALID,
			       "the name \"%.64s\" must hold %s, or all tenants would have the "
			       "same name",
			       pattern, SCHEMA_PLACE);
	}
	return 0;
}

static char *pattern_fill(const char *pattern, const char *schema)
{
	const char *place;

	if (pattern == NULL) {
		return g_strdup(schema);
	}
	place = strstr(pattern, SCHEMA_PLACE);
	return g_strdup_printf("%.*s%s%s", (int)(place - pattern), pattern, schema,
			       place + strlen(SCHEMA_PLACE));
}

static void note_regressed(struct wire_changed *answer, const struct store_tenant *row,
			   const char *gone, const struct exec_standing *standing)
{
	g_autofree char *text = sched_regressed_text(gone, standing->version);
	g_autofree char *help = sched_discover_help(row->server, row->schema, true);
	g_autofree char *note =
		g_strdup_printf("%s: regressed: %s\n  -> %s", row->name, text, help);

	wire_texts_add(&answer->notes, note);
}

/* What another life of the daemon began. */
static void note_unfinished(struct wire_changed *answer, const char *tenant,
			    const struct exec_standing *standing)
{
	g_autofree char *note = NULL;

	if (standing->problem != NULL) {
		note = g_strdup_printf("%s: its history cannot be read: %s", tenant,
				       standing->problem);
	} else if (standing->open != NULL) {
		note = g_strdup_printf("%s: migration %s is unfinished\n  -> muster rollout start "
				       "DIR -l %s",
				       tenant, standing->open, tenant);
	}
	if (note != NULL) {
		wire_texts_add(&answer->notes, note);
	}
}

/* One that is enrolled already keeps its name; only what was seen is new. */
static int known_see(struct call *call, const struct store_tenant *row,
		     const struct exec_standing *standing, struct err *err)
{
	const struct wire_discover *asked = call->request;
	struct wire_changed *answer = call->answer;
	const char *gone = sched_tenant_regressed(row, standing);

	answer->unchanged++;
	if (!asked->accept && sched_tenant_is_stale(call->api->sched, row->id, standing)) {
		return 0;
	}
	if (gone != NULL && !asked->accept) {
		note_regressed(answer, row, gone, standing);
	}
	note_unfinished(answer, row->name, standing);
	return sched_tenant_looked(call->api->sched, row, standing, asked->accept, err);
}

static int found_add(struct call *call, const struct store_server *server,
		     const struct exec_standing *standing, struct err *err)
{
	const struct wire_discover *asked = call->request;
	struct wire_changed *answer = call->answer;
	g_autofree char *name = pattern_fill(asked->name, standing->schema);
	struct wire_import_row wanted = {
		.name = name,
		.server = server->name,
		.schema = standing->schema,
		.labels = asked->labels,
	};
	size_t before = answer->problems.nr;
	SCOPED(store_tenant) row = { 0 };

	if (many_add(call, &wanted, err) < 0) {
		return -1;
	}
	if (answer->problems.nr > before) {
		return 0;
	}
	if (store_tenant_get(call->api->store, name, &row, err) < 0) {
		return -1;
	}
	note_unfinished(answer, name, standing);
	return sched_tenant_looked(call->api->sched, &row, standing, true, err);
}

static int standing_take(struct call *call, const struct store_server *server,
			 const struct exec_standing *standing, struct err *err)
{
	SCOPED(store_tenant) row = { 0 };

	if (store_tenant_get_schema(call->api->store, server->id, standing->schema, &row, err) ==
	    0) {
		return known_see(call, &row, standing, err);
	}
	return err->code == ERR_NOT_FOUND ? found_add(call, server, standing, err) : -1;
}

int tenant_discovered(struct call *call, const struct store_server *server,
		      const struct exec_result *result, struct err *err)
{
	const struct wire_discover *asked = call->request;

	if (store_savepoint(call->api->store, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < result->nr; i++) {
		if (standing_take(call, server, &result->standings[i], err) < 0) {
			return -1;
		}
	}
	if (asked->dry_run) {
		store_savepoint_undo(call->api->store);
		return 0;
	}
	return many_end(call, false, err);
}
