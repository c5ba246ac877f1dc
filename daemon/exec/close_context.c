#include "close_context.h"

#include <string.h>

#include "db.h"

struct edge {
	char *role; /* owned; "user@host" */
	char *user; /* owned; who has it */
	char *host; /* owned */
};

/* clang-format off */
static const struct {
	const char *itself;	/* who we are, whether patterns are none, roles of everybody */
	const char *edges;	/* role, its host, who has it, that one's host */
	const char *active;	/* roles of ours */
} queries[DB_FLAVOR_NR] = {
	[DB_MARIADB] = {
	  "select current_user(), 0, ''",
	  "select Role, '', User, Host from mysql.roles_mapping",
	  "select role_name, '' from information_schema.enabled_roles where role_name is not null",
	},
	[DB_MYSQL] = {
	  "select current_user(), @@global.partial_revokes, @@global.mandatory_roles",
	  "select from_user, from_host, to_user, to_host from mysql.role_edges",
	  "select role_name, role_host from information_schema.enabled_roles "
	  "where role_name is not null",
	},
};

/* clang-format on */

static void edge_free(void *data)
{
	struct edge *edge = data;

	g_free(edge->role);
	g_free(edge->user);
	g_free(edge->host);
	g_free(edge);
}

void close_context_release(struct close_context *context)
{
	g_free(context->user);
	g_free(context->host);
	g_clear_pointer(&context->ours, g_hash_table_unref);
	g_clear_pointer(&context->edges, g_ptr_array_unref);
	g_clear_pointer(&context->keepers, g_hash_table_unref);
	*context = (struct close_context){ 0 };
}

static char *key_of(const char *user, const char *host)
{
	return g_strconcat(user, "@", host, NULL);
}

static int read_itself(struct db_session *session, struct close_context *context, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	const char *at;

	if (db_query(session, &rows, queries[db_flavor(session)].itself, err) < 0) {
		return -1;
	}
	at = strrchr(rows.cells[0][0], '@');
	CHECK(at != NULL);
	context->user = g_strndup(rows.cells[0][0], (gsize)(at - rows.cells[0][0]));
	context->host = g_strdup(at + 1);
	context->partial_revokes = strcmp(rows.cells[0][1], "1") == 0;
	context->has_mandatory = rows.cells[0][2] != NULL && rows.cells[0][2][0] != '\0';
	(void)g_hash_table_add(context->ours, g_strdup(rows.cells[0][0]));
	close_context_forget(context);
	return 0;
}

static int read_edges(struct db_session *session, struct close_context *context, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, queries[db_flavor(session)].edges, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		struct edge *edge = g_new0(struct edge, 1);

		edge->role = key_of(rows.cells[i][0], rows.cells[i][1]);
		edge->user = g_strdup(rows.cells[i][2]);
		edge->host = g_strdup(rows.cells[i][3]);
		g_ptr_array_add(context->edges, edge);
	}
	return 0;
}

static int read_active(struct db_session *session, struct close_context *context, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, queries[db_flavor(session)].active, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		(void)g_hash_table_add(context->ours, key_of(rows.cells[i][0], rows.cells[i][1]));
	}
	return 0;
}

int close_context_read(struct db_session *session, struct close_context *context, struct err *err)
{
	SCOPED(close_context) read = { .is_mysql = db_flavor(session) == DB_MYSQL };

	read.ours = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	read.keepers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	read.edges = g_ptr_array_new_with_free_func(edge_free);
	if (read_itself(session, &read, err) < 0 || read_edges(session, &read, err) < 0 ||
	    read_active(session, &read, err) < 0) {
		return -1;
	}
	*context = read;
	read = (struct close_context){ 0 };
	return 0;
}

bool close_context_is_ours(const struct close_context *context, const char *user, const char *host)
{
	g_autofree char *key = key_of(user, host);

	return g_hash_table_contains(context->ours, key);
}

bool close_context_adds_up(const struct close_context *context, const char *user, const char *host)
{
	g_autofree char *key = key_of(user, host);

	if (!context->is_mysql) {
		return false;
	}
	for (guint i = 0; i < context->edges->len; i++) {
		const struct edge *edge = g_ptr_array_index(context->edges, i);

		if (strcmp(edge->role, key) == 0 ||
		    (strcmp(edge->user, user) == 0 && strcmp(edge->host, host) == 0)) {
			return true;
		}
	}
	return context->has_mandatory;
}

void close_context_keeps(const struct close_context *context, const char *user, const char *host)
{
	(void)g_hash_table_add(context->keepers, key_of(user, host));
}

void close_context_forget(const struct close_context *context)
{
	g_hash_table_remove_all(context->keepers);
	close_context_keeps(context, context->user, context->host);
}

bool close_context_is_keeper(const struct close_context *context, const char *account)
{
	return g_hash_table_contains(context->keepers, account);
}

static bool has_text(const GPtrArray *texts, const char *text)
{
	for (guint i = 0; i < texts->len; i++) {
		if (strcmp(g_ptr_array_index(texts, i), text) == 0) {
			return true;
		}
	}
	return false;
}

/* Whoever has the role, and whoever has a role that has it. Roles may be in a circle. */
static void add_members(const struct close_context *context, const char *role, GHashTable *visited,
			GPtrArray *users)
{
	if (!g_hash_table_add(visited, g_strdup(role))) {
		return;
	}
	for (guint i = 0; i < context->edges->len; i++) {
		const struct edge *edge = g_ptr_array_index(context->edges, i);
		g_autofree char *member = key_of(edge->user, edge->host);

		if (strcmp(edge->role, role) != 0) {
			continue;
		}
		if (!has_text(users, edge->user)) {
			g_ptr_array_add(users, g_strdup(edge->user));
		}
		add_members(context, member, visited, users); /* NOLINT(misc-no-recursion) */
	}
}

void close_context_members(const struct close_context *context, const char *user, const char *host,
			   GPtrArray *users)
{
	g_autoptr(GHashTable) visited =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *key = key_of(user, host);

	if (host[0] != '\0' && !has_text(users, user)) {
		g_ptr_array_add(users, g_strdup(user));
	}
	add_members(context, key, visited, users);
}
