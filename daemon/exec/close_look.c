#include "close_look.h"

#include <string.h>

#include "close_context.h"
#include "close_sql.h"
#include "db.h"

/* Columns of the queries below. */
enum { ROW_USER, ROW_HOST, ROW_OBJECT, ROW_TAKES, ROW_KEEPS };

enum { SET_USER, SET_HOST, SET_OBJECT, SET_PART, SET_WORDS };

enum { GLOBAL_USER, GLOBAL_HOST, GLOBAL_TAKES, GLOBAL_LOCKED, GLOBAL_SYSTEM };

void close_look_release(struct close_look *look)
{
	close_plan_release(&look->plan);
	close_holes_release(&look->holes);
	g_free(look->unable);
	*look = (struct close_look){ 0 };
}

/* "concat_ws(', ', if(p.Insert_priv = 'Y', 'INSERT', null), …)" */
static char *list_of(const struct db_session *session, bool writes)
{
	GString *out = g_string_new("concat_ws(', '");

	for (const struct close_privilege *at = close_privileges; at->name != NULL; at++) {
		if (at->writes == writes && (!at->mariadb || db_flavor(session) == DB_MARIADB)) {
			g_string_append_printf(out, ", if(p.%s = 'Y', '%s', null)", at->column,
					       at->name);
		}
	}
	g_string_append_c(out, ')');
	return g_string_free(out, FALSE);
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
	const struct close_context *context;
	const char *schema;
	struct close_look *look;
	char ***rows; /* borrowed */
	size_t nr;
};

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

	for (size_t i = 0; i < group->nr; i++) {
		char *const *row = group->rows[i];

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
	for (size_t i = 0; i < group->nr; i++) {
		char *const *row = group->rows[i];
		bool alone = is_own_row(group, row[ROW_OBJECT]);
		g_autofree char *who = close_account_text(row[ROW_USER], row[ROW_HOST]);

		if (row[ROW_TAKES][0] == '\0') {
			continue;
		}
		if (!alone && close_context_alone(group->session, row[ROW_OBJECT], group->schema,
						  &alone, err) < 0) {
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
	for (size_t i = 0; i < group->nr; i++) {
		if (group->rows[i][ROW_TAKES][0] != '\0') {
			return true;
		}
	}
	return false;
}

static int group_take(struct group *group, struct err *err)
{
	char *const *first = group->rows[0];
	bool has_own = false;

	if (close_context_is_ours(group->context, first[ROW_USER], first[ROW_HOST]) ||
	    !may_write(group) ||
	    is_namesake(group->context, group->look, first[ROW_USER], first[ROW_HOST])) {
		return 0;
	}
	if (first[ROW_USER][0] == '\0' || strcmp(first[ROW_USER], "PUBLIC") == 0) {
		for (size_t i = 0; i < group->nr; i++) {
			if (group->rows[i][ROW_TAKES][0] != '\0') {
				stays(group->look, group->rows[i][ROW_TAKES],
				      g_strdup_printf("any account may write there, by a right of "
						      "\"%s\" on `%s`",
						      first[ROW_USER], group->rows[i][ROW_OBJECT]));
			}
		}
		return 0;
	}
	if (close_context_adds_up(group->context, first[ROW_USER], first[ROW_HOST])) {
		return take_all(group, err);
	}
	for (size_t i = 0; i < group->nr; i++) {
		if (is_own_row(group, group->rows[i][ROW_OBJECT])) {
			add_database(group, group->rows[i]);
			has_own = true;
		}
	}
	if (!has_own) {
		add_shadow(group);
	}
	return 0;
}

static int look_databases(struct group *group, struct err *err)
{
	g_autofree char *takes = list_of(group->session, true);
	g_autofree char *keeps = list_of(group->session, false);
	SCOPED(db_rows) rows = { 0 };
	size_t first = 0;

	if (db_queryf(group->session, &rows, err,
		      "select p.User, p.Host, p.Db, %s, %s from mysql.db as p where %s "
		      "order by p.User, p.Host, p.Db",
		      takes, keeps,
		      group->context->partial_revokes ? "p.Db = database()"
						      : "database() like p.Db") < 0) {
		return -1;
	}
	for (size_t i = 1; i <= rows.nr; i++) {
		if (i < rows.nr &&
		    strcmp(rows.cells[i][ROW_USER], rows.cells[first][ROW_USER]) == 0 &&
		    strcmp(rows.cells[i][ROW_HOST], rows.cells[first][ROW_HOST]) == 0) {
			continue;
		}
		group->rows = rows.cells + first;
		group->nr = i - first;
		if (group_take(group, err) < 0) {
			return -1;
		}
		first = i;
	}
	return 0;
}

/* ---- rights on tables, columns and routines -------------------------------------------- */

/* clang-format off */
static const struct {
	enum close_kind kind; const char *sql;
} sets[] = {
	{ CLOSE_TABLE,
	  "select User, Host, Table_name, '', Table_priv from mysql.tables_priv "
	  "where Db = database() order by User, Host, Table_name" },
	{ CLOSE_COLUMN,
	  "select User, Host, Table_name, Column_name, Column_priv from mysql.columns_priv "
	  "where Db = database() order by User, Host, Table_name, Column_name" },
	{ CLOSE_ROUTINE,
	  "select User, Host, Routine_name, Routine_type, Proc_priv from mysql.procs_priv "
	  "where Db = database() and Routine_type in ('PROCEDURE', 'FUNCTION') "
	  "order by User, Host, Routine_type, Routine_name" },
};

/* clang-format on */

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

static int look_sets(struct group *group, struct err *err)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		SCOPED(db_rows) rows = { 0 };

		if (db_query(group->session, &rows, sets[i].sql, err) < 0) {
			return -1;
		}
		for (size_t row = 0; row < rows.nr; row++) {
			add_set(group->context, group->look, sets[i].kind, rows.cells[row]);
		}
	}
	return 0;
}

/* ---- global rights --------------------------------------------------------------------- */

/* clang-format off */
static const char *const global_sql[DB_FLAVOR_NR] = {
	[DB_MARIADB] =
	  "select p.User, p.Host, %s as takes, "
	  "coalesce(json_value(g.Priv, '$.account_locked') in ('1', 'true'), 0), 0 "
	  "from mysql.user as p "
	  "left join mysql.global_priv as g on g.User = p.User and g.Host = p.Host "
	  "having takes <> '' order by 1, 2",
	[DB_MYSQL] =
	  "select p.User, p.Host, %s as takes, p.account_locked = 'Y' "
	  "and not exists (select 1 from mysql.role_edges as e "
	  "where e.from_user = p.User and e.from_host = p.Host), "
	  "exists (select 1 from mysql.global_grants as g "
	  "where g.user = p.User and g.host = p.Host and g.priv = 'SYSTEM_USER') "
	  "from mysql.user as p having takes <> '' order by 1, 2",
};

/* clang-format on */

/* Already revoked for this schema: nothing of ours. Owned: "INSERT, UPDATE". */
static char *partial_left(struct group *group, char *const *row, struct err *err)
{
	g_autofree char *user = db_quote(group->session, row[GLOBAL_USER]);
	g_autofree char *host = db_quote(group->session, row[GLOBAL_HOST]);
	g_auto(GStrv) names = g_strsplit(row[GLOBAL_TAKES], ", ", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(group->session, &rows, err,
		      "select r.privilege from mysql.user as p, "
		      "json_table(p.User_attributes, '$.Restrictions[*]' columns ("
		      "name varchar(64) path '$.Database', nested path '$.Privileges[*]' columns ("
		      "privilege varchar(64) path '$'))) as r "
		      "where p.User = %s and p.Host = %s and r.name = database()",
		      user, host) < 0) {
		return NULL;
	}
	for (size_t i = 0; names[i] != NULL; i++) {
		bool revoked = false;

		for (size_t k = 0; k < rows.nr; k++) {
			revoked = revoked || g_strcmp0(rows.cells[k][0], names[i]) == 0;
		}
		if (!revoked) {
			g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", names[i]);
		}
	}
	return g_strdup(out->str);
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

static int take_global(struct group *group, char *const *row, struct err *err)
{
	g_autofree char *who = close_account_text(row[GLOBAL_USER], row[GLOBAL_HOST]);
	g_autofree char *takes = NULL;
	struct close_item *item;

	if (close_context_is_ours(group->context, row[GLOBAL_USER], row[GLOBAL_HOST]) ||
	    strcmp(row[GLOBAL_LOCKED], "1") == 0) {
		return 0;
	}
	close_context_keeps(group->context, row[GLOBAL_USER], row[GLOBAL_HOST]);
	if (!group->context->partial_revokes || strcmp(row[GLOBAL_SYSTEM], "1") == 0 ||
	    has_item(&group->look->plan, row[GLOBAL_USER], row[GLOBAL_HOST])) {
		stays(group->look, row[GLOBAL_TAKES],
		      g_strdup_printf("%s may write to every database of the server", who));
		return 0;
	}
	takes = partial_left(group, row, err);
	if (takes == NULL) {
		return -1;
	}
	if (takes[0] == '\0') {
		return 0;
	}
	item = close_plan_add(&group->look->plan, CLOSE_PARTIAL, row[GLOBAL_USER],
			      row[GLOBAL_HOST]);
	text_set(&item->object, group->schema);
	text_set(&item->takes, takes);
	return 0;
}

static int look_global(struct group *group, struct err *err)
{
	g_autofree char *takes = list_of(group->session, true);
	g_autoptr(GString) sql = g_string_new(global_sql[db_flavor(group->session)]);
	SCOPED(db_rows) rows = { 0 };

	(void)g_string_replace(sql, "%s", takes, 1);
	if (db_query(group->session, &rows, sql->str, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		if (take_global(group, rows.cells[i], err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- all of it ------------------------------------------------------------------------- */

int close_look_at(struct db_session *session, const char *schema, struct close_look *look,
		  struct err *err)
{
	SCOPED(close_context) context = { 0 };
	struct group group = { .session = session,
			       .context = &context,
			       .schema = schema,
			       .look = look };

	close_holes_init(&look->holes);
	if (close_context_read(session, &context, err) < 0) {
		return -1;
	}
	look->unable = close_context_unable(session, &context, err);
	if (look->unable == NULL && err->code != ERR_NONE) {
		return -1;
	}
	if (look_databases(&group, err) < 0 || look_sets(&group, err) < 0 ||
	    look_global(&group, err) < 0) {
		return -1;
	}
	return close_holes_find(session, &context, &look->holes, err);
}

int close_look_grants(struct db_session *session, struct close_plan *plan, struct err *err)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);
		g_autofree char *digest = NULL;

		if (item->kind == CLOSE_TRIGGER ||
		    !g_hash_table_add(seen, close_account_text(item->user, item->host))) {
			continue;
		}
		digest = close_grants_digest(session, item->user, item->host, err);
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
