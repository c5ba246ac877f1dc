#include "close_prove.h"

#include <string.h>

#include "close_plan.h"
#include "close_sql.h"
#include "db.h"

enum {
	PROBES_MOST = 16, /* views for one tenant */
};

#define VIEW "muster_proof_"

/* Each to no row; %s: the view, the column. */
enum write { WRITE_DELETE, WRITE_UPDATE, WRITE_INSERT, WRITE_NR };

struct probe {
	char *account;          /* owned; for people */
	char *writes[WRITE_NR]; /* owned; NULL: it cannot do that even now */
};

static void probe_free(void *data)
{
	struct probe *probe = data;

	g_free(probe->account);
	for (size_t i = 0; i < WRITE_NR; i++) {
		g_free(probe->writes[i]);
	}
	g_free(probe);
}

void close_prove_release(struct close_prove *prove)
{
	g_clear_pointer(&prove->probes, g_ptr_array_unref);
	g_clear_pointer(&prove->unproven, g_ptr_array_unref);
	g_clear_pointer(&prove->table, g_free);
	g_clear_pointer(&prove->column, g_free);
}

/* ---- whom -------------------------------------------------------------------------------- */

/* A role of MariaDB is nobody's session; a routine is no table. */
static bool can_own(const struct db_session *session, const struct close_item *item)
{
	return item->kind != CLOSE_TRIGGER && item->kind != CLOSE_ROUTINE &&
	       (item->host[0] != '\0' || db_flavor(session) == DB_MYSQL);
}

static bool is_first(const struct close_plan *plan, size_t at)
{
	const struct close_item *item = close_plan_item(plan, at);

	for (size_t i = 0; i < at; i++) {
		const struct close_item *other = close_plan_item(plan, i);

		if (other->kind != CLOSE_TRIGGER && strcmp(other->user, item->user) == 0 &&
		    strcmp(other->host, item->host) == 0) {
			return false;
		}
	}
	return item->kind != CLOSE_TRIGGER;
}

static char *names_of(const GPtrArray *names)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < names->len; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? ", " : "",
				       (const char *)g_ptr_array_index(names, i));
	}
	return g_string_free(out, FALSE);
}

static char *words_of(const GPtrArray *tried, const GPtrArray *unproven, const char *how)
{
	g_autofree char *some = names_of(tried);
	g_autofree char *others = names_of(unproven);
	GString *out = g_string_new("the rights are read again: none is left");

	if (tried->len > 0) {
		g_string_append_printf(out, "; a write as each of %s %s", some, how);
	}
	if (unproven->len > 0) {
		g_string_append_printf(out, "; no write can be tried as %s", others);
	}
	return g_string_free(out, FALSE);
}

char *close_prove_outlook(const struct db_session *session, const struct close_plan *plan)
{
	g_autoptr(GPtrArray) tried = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) unproven = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);
		bool is_tried = can_own(session, item) && tried->len < PROBES_MOST;

		if (is_first(plan, i)) {
			g_ptr_array_add(is_tried ? tried : unproven,
					close_account_text(item->user, item->host));
		}
	}
	return words_of(tried, unproven, "is tried and must be refused");
}

char *close_prove_text(const struct close_prove *prove)
{
	g_autoptr(GPtrArray) tried = g_ptr_array_new();

	for (guint i = 0; i < prove->probes->len; i++) {
		g_ptr_array_add(tried,
				((struct probe *)g_ptr_array_index(prove->probes, i))->account);
	}
	return words_of(tried, prove->unproven, "was tried and refused");
}

/* ---- before ------------------------------------------------------------------------------ */

/* The first text of an answer. Owned; NULL with ERR_NONE: there is none. */
static char *text_of(struct db_session *session, const char *sql, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	*err = (struct err){ 0 };
	if (db_query(session, &rows, sql, err) < 0 || rows.nr == 0) {
		return NULL;
	}
	return g_strdup(rows.cells[0][0]);
}

/* Any table of the application; of one that is named the rest is looked up. */
static char *some_table(struct db_session *session, struct err *err)
{
	return text_of(session,
		       "select table_name from information_schema.tables "
		       "where table_schema = database() and table_type = 'BASE TABLE' "
		       "and table_name not like 'muster\\_%' order by 1 limit 1",
		       err);
}

static char *some_column(struct db_session *session, const char *table, struct err *err)
{
	g_autofree char *quoted = db_quote(session, table);
	g_autofree char *sql =
		g_strdup_printf("select column_name from information_schema.columns "
				"where table_schema = database() and table_name = %s "
				"and extra not like '%%GENERATED%%' "
				"order by ordinal_position limit 1",
				quoted);

	return text_of(session, sql, err);
}

/* What it can do now, and so must not be able to do later. */
static bool try_all(struct db_session *session, struct probe *probe, const char *view,
		    const char *column)
{
	g_autofree char *quoted = db_quote_name(column);
	bool some = false;

	probe->writes[WRITE_DELETE] = g_strdup_printf("delete from %s where 1 = 0", view);
	probe->writes[WRITE_UPDATE] =
		g_strdup_printf("update %s set %s = null where 1 = 0", view, quoted);
	probe->writes[WRITE_INSERT] = g_strdup_printf(
		"insert into %s (%s) select null from dual where 1 = 0", view, quoted);
	for (size_t i = 0; i < WRITE_NR; i++) {
		struct err refused;

		if (db_exec(session, probe->writes[i], strlen(probe->writes[i]), &refused) == 0) {
			some = true;
		} else {
			g_clear_pointer(&probe->writes[i], g_free);
		}
	}
	return some;
}

/* 1: something can be tried as it, 0: nothing. */
static int probe_make(struct db_session *session, const struct close_item *item,
		      const struct close_prove *prove, struct probe *probe, struct err *err)
{
	bool is_named = item->kind == CLOSE_TABLE || item->kind == CLOSE_COLUMN;
	const char *table = is_named ? item->object : prove->table;
	g_autofree char *account = close_account(session, item->user, item->host);
	g_autofree char *view = g_strdup_printf("`" VIEW "%u`", prove->probes->len);
	g_autofree char *column = NULL;
	g_autofree char *quoted = NULL;

	if (table == NULL || (!is_named && prove->column == NULL)) {
		return 0;
	}
	if (item->kind == CLOSE_TABLE) {
		column = some_column(session, table, err);
		if (column == NULL) {
			return err->code == ERR_NONE ? 0 : -1;
		}
	} else {
		column = g_strdup(is_named ? item->part : prove->column);
	}
	quoted = db_quote_name(table);
	if (db_execf(session, err,
		     "create or replace definer = %s sql security definer view %s as "
		     "select * from %s",
		     account, view, quoted) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	return try_all(session, probe, view, column) ? 1 : 0;
}

static int add(struct db_session *session, const struct close_item *item, struct close_prove *prove,
	       struct err *err)
{
	struct probe *probe = g_new0(struct probe, 1);
	bool may = can_own(session, item) && prove->probes->len < PROBES_MOST;
	int made = may ? probe_make(session, item, prove, probe, err) : 0;

	probe->account = close_account_text(item->user, item->host);
	if (made == 1) {
		g_ptr_array_add(prove->probes, probe);
		return 0;
	}
	g_ptr_array_add(prove->unproven, g_strdup(probe->account));
	probe_free(probe);
	return made;
}

/* What accounts that no table is named for are tried on. */
static int find_common(struct db_session *session, struct close_prove *prove, struct err *err)
{
	prove->table = some_table(session, err);
	if (prove->table != NULL) {
		prove->column = some_column(session, prove->table, err);
	}
	return prove->column == NULL && err->code != ERR_NONE ? -1 : 0;
}

int close_prove_begin(struct db_session *session, const struct close_plan *plan,
		      struct close_prove *prove, struct err *err)
{
	prove->probes = g_ptr_array_new_with_free_func(probe_free);
	prove->unproven = g_ptr_array_new_with_free_func(g_free);
	if (close_plan_items(plan) > 0 && find_common(session, prove, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		if (is_first(plan, i) && add(session, close_plan_item(plan, i), prove, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- and after --------------------------------------------------------------------------- */

int close_prove_refused(struct db_session *session, const struct close_prove *prove,
			struct err *err)
{
	for (guint i = 0; i < prove->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(prove->probes, i);

		for (size_t k = 0; k < WRITE_NR; k++) {
			const char *sql = probe->writes[k];

			if (sql == NULL) {
				continue;
			}
			if (db_exec(session, sql, strlen(sql), err) == 0) {
				return err_set(err, ERR_CONFLICT, "%s can still write there",
					       probe->account);
			}
			if (err->code != ERR_DB) {
				return -1;
			}
		}
	}
	return 0;
}

int close_prove_end(struct db_session *session, struct err *err)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "show tables like 'muster\\_proof\\_%'", err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_autofree char *name = db_quote_name(rows.cells[i][0]);

		g_string_append_printf(sql, "%s%s", i == 0 ? "drop view if exists " : ", ", name);
	}
	return rows.nr == 0 ? 0 : db_exec(session, sql->str, sql->len, err);
}
