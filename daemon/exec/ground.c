#include "ground.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "script.h"
#include "tenant_text.h"

struct ground {
	GPtrArray *plain;     /* of char *, owned, NULL-terminated; NULL: not read */
	GHashTable *routines; /* owned; name in lower case -> body; NULL: not read */
};

struct ground *ground_new(void)
{
	return g_new0(struct ground, 1);
}

void ground_forget(struct ground *ground)
{
	g_clear_pointer(&ground->plain, g_ptr_array_unref);
	g_clear_pointer(&ground->routines, g_hash_table_unref);
}

void ground_free(struct ground *ground)
{
	if (ground != NULL) {
		ground_forget(ground);
		g_free(ground);
	}
}

static int query(struct db_session *session, enum tenant_sql id, struct db_rows *rows,
		 struct err *err)
{
	g_autofree char *sql = tenant_text(session, id, NULL);

	return db_query(session, rows, sql, err);
}

static bool mentions(const char *text, const GPtrArray *names)
{
	for (guint i = 0; text != NULL && i < names->len; i++) {
		if (strcasestr(text, g_ptr_array_index(names, i)) != NULL) {
			return true;
		}
	}
	return false;
}

/* What writes to a plain table by way of a trigger, a view or a routine counts as one. */
static int add_users(struct db_session *session, GPtrArray *names, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	guint before;

	if (query(session, TENANT_PLAIN_USERS, &rows, err) < 0) {
		return -1;
	}
	do {
		before = names->len;
		for (size_t i = 0; i < rows.nr; i++) {
			char **cells = rows.cells[i];

			if (cells[0] != NULL && mentions(cells[1], names)) {
				g_ptr_array_add(names, g_steal_pointer(&cells[0]));
			}
		}
	} while (names->len > before);
	return 0;
}

static int read_plain(struct ground *ground, struct db_session *session, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_rows) rows = { 0 };

	if (ground->plain != NULL) {
		return 0;
	}
	if (query(session, TENANT_PLAIN_TABLES, &rows, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_ptr_array_add(names, g_strdup(rows.cells[i][0]));
	}
	if (names->len > 0 && add_users(session, names, err) < 0) {
		return -1;
	}
	g_ptr_array_add(names, NULL);
	ground->plain = g_steal_pointer(&names);
	return 0;
}

static int read_routines(struct ground *ground, struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (ground->routines != NULL) {
		return 0;
	}
	if (query(session, TENANT_ROUTINES, &rows, err) < 0) {
		return -1;
	}
	ground->routines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (size_t i = 0; i < rows.nr; i++) {
		/* no body: this account may not see it, so it is not known */
		if (rows.cells[i][1] != NULL) {
			g_hash_table_insert(ground->routines, g_utf8_strdown(rows.cells[i][0], -1),
					    g_strdup(rows.cells[i][1]));
		}
	}
	return 0;
}

int ground_judge(struct ground *ground, struct db_session *session,
		 const struct statement *statement, const struct ground_step *step,
		 enum evidence *evidence, struct err *err)
{
	bool is_known = step->before != NULL && step->after != NULL;
	/* of DDL that could not be tried it is taken for granted: recovery looks again */
	struct evidence_facts facts = {
		.shape_known = is_known || statement->kind == STATEMENT_DDL,
		.shape_changed = is_known ? strcmp(step->before, step->after) != 0
					  : statement->kind == STATEMENT_DDL,
	};
	const char *why;

	if (statement->kind == STATEMENT_DML || statement->kind == STATEMENT_CALL) {
		if (read_plain(ground, session, err) < 0) {
			return -1;
		}
		facts.plain_tables = (char *const *)ground->plain->pdata;
	}
	if (statement->kind == STATEMENT_CALL) {
		if (read_routines(ground, session, err) < 0) {
			return -1;
		}
		facts.routines = ground->routines;
	}
	*evidence = evidence_of(statement, &facts, &why);
	return 0;
}
