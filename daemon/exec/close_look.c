#include "close_look.h"

#include <string.h>

#include "close_context.h"
#include "close_rights.h"
#include "close_sql.h"
#include "db.h"

/* Columns of the queries below. */
enum { ROW_USER, ROW_HOST, ROW_OBJECT, ROW_TAKES, ROW_KEEPS };

enum { SET_USER, SET_HOST, SET_OBJECT, SET_PART, SET_WORDS };

enum { GLOBAL_USER, GLOBAL_HOST, GLOBAL_TAKES, GLOBAL_LOCKED, GLOBAL_SYSTEM };

enum { REVOKED_PRIVILEGE = 2 }; /* behind the same two */

void close_look_release(struct close_look *look)
{
	close_plan_release(&look->plan);
	close_holes_release(&look->holes);
	g_free(look->unable);
	*look = (struct close_look){ 0 };
}

/* Of "Insert,Update,Grant" those that are taken away: "INSERT, UPDATE". Owned. */
static char *takes_of_words(const char *words)
{
	g_auto(GStrv) list = g_strsplit(words, ",", -1);
	GString *out = g_string_new(NULL);

	for (const struct close_privilege *at = close_privileges; at->name != NULL; at++) {
		for (size_t i = 0; at->writes && at->word != NULL && list[i] != NULL; i++) {
			if (g_ascii_strcasecmp(list[i], at->word) == 0) {
				g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "",
						       at->name);
			}
		}
	}
	return g_string_free(out, FALSE);
}

static void text_set(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

/* Are there rights among these that no trigger stands in the way of? */
static bool may_reshape(const char *takes)
{
	g_auto(GStrv) names = g_strsplit(takes, ", ", -1);

	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], "INSERT") != 0 && strcmp(names[i], "UPDATE") != 0 &&
		    strcmp(names[i], "DELETE") != 0) {
			return true;
		}
	}
	return false;
}

/* Rights that cannot be taken away. Takes text. */
static void stays(struct close_look *look, const char *takes, char *text)
{
	if (may_reshape(takes)) {
		close_holes_add(&look->holes, 1U << CLOSE_TRIGGERS,
				g_strdup_printf("%s; triggers do not keep it from emptying, "
						"altering or dropping tables",
						text));
	}
	close_holes_add(&look->holes, 1U << CLOSE_PRIVILEGES, text);
}

/* ---- rights on databases --------------------------------------------------------------- */

/* All rows of one account that match the schema; rows of an account stand together. */
struct group {
	struct db_session *session;
	struct close_rights *rights;
	const struct close_context *context; /* of the rights */
	const char *schema;
	struct close_look *look;
	const GPtrArray *all; /* borrowed; of all accounts */
	guint first;
	guint nr;
};

static char *const *row_of(const struct group *group, guint i)
{
	return g_ptr_array_index(group->all, group->first + i);
}

static void add_database(struct group *group, char *const *row)
{
	struct close_item *item;

	if (row[ROW_TAKES][0] == '\0') {
		return;
	}
	item = close_plan_add(&group->look->plan, CLOSE_DATABASE, row[ROW_USER], row[ROW_HOST]);
	text_set(&item->object, row[ROW_OBJECT]);
	text_set(&item->takes, row[ROW_TAKES]);
	text_set(&item->lends, row[ROW_KEEPS][0] == '\0' ? CLOSE_PLACEHOLDER : "");
}

/* What holds now is the row whose pattern goes furthest. */
static void add_shadow(struct group *group)
{
	char *const *best = NULL;
	bool writes = false;
	struct close_item *item;

	for (guint i = 0; i < group->nr; i++) {
		char *const *row = row_of(group, i);

		writes = writes || row[ROW_TAKES][0] != '\0';
		if (best == NULL || close_reach(row[ROW_OBJECT]) > close_reach(best[ROW_OBJECT])) {
			best = row;
		}
	}
	if (!writes) {
		return;
	}
	item = close_plan_add(&group->look->plan, CLOSE_SHADOW, best[ROW_USER], best[ROW_HOST]);
	g_free(item->object);
	item->object = close_escape(group->schema);
	text_set(&item->lends, best[ROW_KEEPS][0] == '\0' ? CLOSE_PLACEHOLDER : best[ROW_KEEPS]);
}

static bool is_own_row(const struct group *group, const char *pattern)
{
	if (group->context->partial_revokes) {
		return strcmp(pattern, group->schema) == 0;
	}
	return close_is_literal(pattern, group->schema);
}

/* Rights are added up: every row must go, and one that others need cannot. */
static int take_all(struct group *group, struct err *err)
{
	for (guint i = 0; i < group->nr; i++) {
		char *const *row = row_of(group, i);
		bool alone = is_own_row(group, row[ROW_OBJECT]);
		g_autofree char *who = close_account_text(row[ROW_USER], row[ROW_HOST]);

		if (row[ROW_TAKES][0] == '\0') {
			continue;
		}
		if (!alone && close_rights_alone(group->session, group->rights, row[ROW_OBJECT],
						 group->schema, &alone, err) < 0) {
			return -1;
		}
		if (alone) {
			add_database(group, row);
		} else {
			stays(group->look, row[ROW_TAKES],
			      g_strdup_printf("%s has rights on `%s` and on roles, which MySQL "
					      "adds up: they cannot be taken away for one database",
					      who, row[ROW_OBJECT]));
		}
	}
	return 0;
}

/* Its sessions could not be told from ours, which must never be ended. */
static bool is_namesake(const struct close_context *context, struct close_look *look,
			const char *user, const char *host)
{
	if (strcmp(user, context->user) != 0 || host[0] == '\0') {
		return false;
	}
	close_holes_add(&look->holes, 1U << CLOSE_PRIVILEGES | 1U << CLOSE_TRIGGERS,
			g_strdup_printf("%s@%s has the name of muster's own account: its rights "
					"stay",
					user, host));
	close_context_keeps(context, user, host);
	return true;
}

static bool may_write(const struct group *group)
{
	for (guint i = 0; i < group->nr; i++) {
		if (row_of(group, i)[ROW_TAKES][0] != '\0') {
			return true;
		}
	}
	return false;
}

static int group_take(struct group *group, struct err *err)
{
	char *const *first = row_of(group, 0);
	bool has_own = false;

	if (close_context_is_ours(group->context, first[ROW_USER], first[ROW_HOST]) ||
	    !may_write(group) ||
	    is_namesake(group->context, group->look, first[ROW_USER], first[ROW_HOST])) {
		return 0;
	}
	if (first[ROW_USER][0] == '\0' || strcmp(first[ROW_USER], "PUBLIC") == 0) {
		for (guint i = 0; i < group->nr; i++) {
			if (row_of(group, i)[ROW_TAKES][0] != '\0') {
				stays(group->look, row_of(group, i)[ROW_TAKES],
				      g_strdup_printf("any account may write there, by a right of "
						      "\"%s\" on `%s`",
						      first[ROW_USER],
						      row_of(group, i)[ROW_OBJECT]));
			}
		}
		return 0;
	}
	if (close_context_adds_up(group->context, first[ROW_USER], first[ROW_HOST])) {
		return take_all(group, err);
	}
	for (guint i = 0; i < group->nr; i++) {
		if (is_own_row(group, row_of(group, i)[ROW_OBJECT])) {
			add_database(group, row_of(group, i));
			has_own = true;
		}
	}
	if (!has_own) {
		add_shadow(group);
	}
	return 0;
}

static bool is_next(const GPtrArray *rows, guint i)
{
	char *const *row = g_ptr_array_index(rows, i);
	char *const *before = g_ptr_array_index(rows, i - 1);

	return strcmp(row[ROW_USER], before[ROW_USER]) != 0 ||
	       strcmp(row[ROW_HOST], before[ROW_HOST]) != 0;
}

static int look_databases(struct group *group, struct err *err)
{
	g_autoptr(GPtrArray) rows =
		close_rights_rows(group->rights, CLOSE_ON_DATABASE, group->schema);

	group->all = rows;
	group->first = 0;
	for (guint i = 1; i <= rows->len; i++) {
		if (i < rows->len && !is_next(rows, i)) {
			continue;
		}
		group->nr = i - group->first;
		if (group_take(group, err) < 0) {
			return -1;
		}
		group->first = i;
	}
	return 0;
}

static const struct {
	enum close_source source;
	enum close_kind kind;
} sets[] = {
	{ CLOSE_ON_TABLE, CLOSE_TABLE },
	{ CLOSE_ON_COLUMN, CLOSE_COLUMN },
	{ CLOSE_ON_ROUTINE, CLOSE_ROUTINE },
};

static void add_set(const struct close_context *context, struct close_look *look,
		    enum close_kind kind, char *const *row)
{
	g_autofree char *takes = takes_of_words(row[SET_WORDS]);
	struct close_item *item;

	if (takes[0] == '\0' || close_context_is_ours(context, row[SET_USER], row[SET_HOST]) ||
	    is_namesake(context, look, row[SET_USER], row[SET_HOST])) {
		return;
	}
	item = close_plan_add(&look->plan, kind, row[SET_USER], row[SET_HOST]);
	text_set(&item->object, row[SET_OBJECT]);
	text_set(&item->part, row[SET_PART]);
	text_set(&item->takes, takes);
}

static void look_sets(const struct group *group)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		g_autoptr(GPtrArray) rows =
			close_rights_rows(group->rights, sets[i].source, group->schema);

		for (guint row = 0; row < rows->len; row++) {
			add_set(group->context, group->look, sets[i].kind,
				g_ptr_array_index(rows, row));
		}
	}
}

/* ---- global rights --------------------------------------------------------------------- */

static bool is_revoked(const GPtrArray *revoked, char *const *row, const char *privilege)
{
	for (guint i = 0; i < revoked->len; i++) {
		char *const *other = g_ptr_array_index(revoked, i);

		if (strcmp(other[GLOBAL_USER], row[GLOBAL_USER]) == 0 &&
		    strcmp(other[GLOBAL_HOST], row[GLOBAL_HOST]) == 0 &&
		    g_strcmp0(other[REVOKED_PRIVILEGE], privilege) == 0) {
			return true;
		}
	}
	return false;
}

/* Already revoked for this schema: nothing of ours. Owned: "INSERT, UPDATE". */
static char *partial_left(const struct group *group, char *const *row)
{
	g_autoptr(GPtrArray) revoked =
		close_rights_rows(group->rights, CLOSE_REVOKED, group->schema);
	g_auto(GStrv) names = g_strsplit(row[GLOBAL_TAKES], ", ", -1);
	GString *out = g_string_new(NULL);

	for (size_t i = 0; names[i] != NULL; i++) {
		if (!is_revoked(revoked, row, names[i])) {
			g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", names[i]);
		}
	}
	return g_string_free(out, FALSE);
}

static bool has_item(const struct close_plan *plan, const char *user, const char *host)
{
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);

		if (strcmp(item->user, user) == 0 && strcmp(item->host, host) == 0) {
			return true;
		}
	}
	return false;
}

static void take_global(const struct group *group, char *const *row)
{
	g_autofree char *who = close_account_text(row[GLOBAL_USER], row[GLOBAL_HOST]);
	g_autofree char *takes = NULL;
	struct close_item *item;

	if (close_context_is_ours(group->context, row[GLOBAL_USER], row[GLOBAL_HOST]) ||
	    strcmp(row[GLOBAL_LOCKED], "1") == 0) {
		return;
	}
	close_context_keeps(group->context, row[GLOBAL_USER], row[GLOBAL_HOST]);
	if (!group->context->partial_revokes || strcmp(row[GLOBAL_SYSTEM], "1") == 0 ||
	    has_item(&group->look->plan, row[GLOBAL_USER], row[GLOBAL_HOST])) {
		stays(group->look, row[GLOBAL_TAKES],
		      g_strdup_printf("%s may write to every database of the server", who));
		return;
	}
	takes = partial_left(group, row);
	if (takes[0] == '\0') {
		return;
	}
	item = close_plan_add(&group->look->plan, CLOSE_PARTIAL, row[GLOBAL_USER],
			      row[GLOBAL_HOST]);
	text_set(&item->object, group->schema);
	text_set(&item->takes, takes);
}

static void look_global(const struct group *group)
{
	g_autoptr(GPtrArray) rows = close_rights_rows(group->rights, CLOSE_GLOBAL, group->schema);

	for (guint i = 0; i < rows->len; i++) {
		take_global(group, g_ptr_array_index(rows, i));
	}
}

/* ---- all of it ------------------------------------------------------------------------- */

int close_look_of(struct db_session *session, struct close_rights *rights, const char *schema,
		  struct close_look *look, struct err *err)
{
	struct group group = { .session = session,
			       .rights = rights,
			       .context = &rights->context,
			       .schema = schema,
			       .look = look };

	close_holes_init(&look->holes);
	close_context_forget(group.context);
	look->unable = close_rights_unable(rights, schema);
	if (look_databases(&group, err) < 0) {
		return -1;
	}
	look_sets(&group);
	look_global(&group);
	close_holes_find(rights, schema, &look->holes);
	return 0;
}

int close_look_at(struct db_session *session, const char *schema, struct close_look *look,
		  struct err *err)
{
	SCOPED(close_rights) rights = { 0 };

	if (close_rights_read(session, NULL, &rights, err) < 0) {
		return -1;
	}
	return close_look_of(session, &rights, schema, look, err);
}

int close_look_grants(struct db_session *session, const char *schema, struct close_plan *plan,
		      struct err *err)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);
		g_autofree char *digest = NULL;

		if (item->kind == CLOSE_TRIGGER ||
		    !g_hash_table_add(seen, close_account_text(item->user, item->host))) {
			continue;
		}
		digest = close_grants_digest(session, item->user, item->host, schema, err);
		if (digest == NULL) {
			return -1;
		}
		close_plan_saw(plan, item->user, item->host, digest);
	}
	return 0;
}

int close_look_users(struct db_session *session, const struct close_plan *plan, GPtrArray **users,
		     struct err *err)
{
	SCOPED(close_context) context = { 0 };
	GPtrArray *found;

	if (close_context_read(session, &context, err) < 0) {
		return -1;
	}
	if (context.has_mandatory) {
		*users = NULL;
		return 0;
	}
	found = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);

		if (item->kind != CLOSE_TRIGGER) {
			close_context_members(&context, item->user, item->host, found);
		}
	}
	*users = found;
	return 0;
}
