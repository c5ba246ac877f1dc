#include "close_triggers.h"

#include <string.h>

#include <glib.h>

#include "close_plan.h"
#include "close_sessions.h"
#include "close_sql.h"
#include "crash.h"
#include "db.h"
#include "db_fault.h"
#include "tenant_text.h"
#include "visit.h"

enum {
	DIGITS = 16, /* of a table's name in that of its trigger */
};

static const char *const verbs[] = { "INSERT", "UPDATE", "DELETE" };

/* The name of who asks, without the host; it may hold a @ itself. */
#define USER_NAME \
	"left(user(), char_length(user()) - 1 - char_length(substring_index(user(), '@', -1)))"

/* Tables whose rows the application may change. */
#define ARE_TABLES                                                                            \
	"t.table_schema = database() and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED') " \
	"and t.table_name not like 'muster\\_%'"

#define IS_TRUSTED "not @@global.log_bin or @@global.log_bin_trust_function_creators"

char *close_triggers_lack(const char *account, bool has_trigger, bool is_trusted)
{
	if (!has_trigger) {
		return g_strdup_printf("%s lacks TRIGGER on the database", account);
	}
	if (!is_trusted) {
		return g_strdup("the server has a binary log and no "
				"log_bin_trust_function_creators");
	}
	return NULL;
}

int close_triggers_trusted(struct db_session *session, bool *is_trusted, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "select " IS_TRUSTED, err) < 0) {
		return -1;
	}
	*is_trusted = strcmp(rows.cells[0][0], "1") == 0;
	return 0;
}

char *close_triggers_unable(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	*err = (struct err){ 0 };
	if (db_query(session, &rows,
		     "select coalesce(sum(privilege_type = 'TRIGGER'), 0), "
		     "coalesce(sum(privilege_type = 'SUPER'), 0) or " IS_TRUSTED ", "
		     "current_user() from " CLOSE_OWN_RIGHTS " as r",
		     err) < 0) {
		return NULL;
	}
	return close_triggers_lack(rows.cells[0][2], strcmp(rows.cells[0][0], "0") != 0,
				   strcmp(rows.cells[0][1], "0") != 0);
}

/* ---- the plan -------------------------------------------------------------------------- */

static char *name_of(const char *table, const char *verb)
{
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, table, -1);
	g_autofree char *lower = g_ascii_strdown(verb, -1);

	return g_strdup_printf(CLOSE_TRIGGER_NAME "%s_%.*s", lower, DIGITS, digest);
}

static void add(struct close_plan *plan, const char *user, const char *table, const char *verb)
{
	struct close_item *item = close_plan_add(plan, CLOSE_TRIGGER, user, "");

	g_free(item->object);
	g_free(item->part);
	g_free(item->takes);
	item->object = g_strdup(table);
	item->part = name_of(table, verb);
	item->takes = g_strdup(verb);
}

int close_triggers_plan(struct db_session *session, struct close_plan *plan, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows,
		     "select t.table_name, " USER_NAME
		     " from information_schema.tables as t where " ARE_TABLES " order by 1",
		     err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		for (size_t verb = 0; verb < G_N_ELEMENTS(verbs); verb++) {
			add(plan, rows.cells[i][1], rows.cells[i][0], verbs[verb]);
		}
	}
	return 0;
}

/* ---- there and away -------------------------------------------------------------------- */

/* Names of accounts are told apart byte by byte. */
static char *create_text(const char *schema, const struct close_item *item)
{
	g_autofree char *quoted_schema = db_quote_name(schema);
	g_autofree char *name = db_quote_name(item->part);
	g_autofree char *table = db_quote_name(item->object);
	g_autofree char *hex = tenant_hex(item->user);

	return g_strdup_printf(
		"CREATE TRIGGER %s.%s BEFORE %s ON %s.%s FOR EACH ROW "
		"IF cast(" USER_NAME " as binary) <> x'%s' THEN "
		"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed for writes by muster'; END IF",
		quoted_schema, name, item->takes, quoted_schema, table, hex);
}

static char *drop_text(const char *schema, const struct close_item *item)
{
	g_autofree char *quoted_schema = db_quote_name(schema);
	g_autofree char *name = db_quote_name(item->part);

	return g_strdup_printf("DROP TRIGGER IF EXISTS %s.%s", quoted_schema, name);
}

/* The names that are there. */
static GHashTable *names_there(struct db_session *session, struct err *err)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows,
		     "select trigger_name from information_schema.triggers "
		     "where trigger_schema = database() "
		     "and trigger_name like 'muster\\_closed\\_%'",
		     err) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		(void)g_hash_table_add(names, g_strdup(rows.cells[i][0]));
	}
	return g_steal_pointer(&names);
}

static int change(struct db_session *session, const struct close_drain *drain, const char *sql,
		  struct err *err)
{
	CRASH_POINT(MODE_CHANGE);
	if (close_sessions_insist(session, drain, sql, err) < 0) {
		/* a table that has gone has no triggers */
		return db_fault_is_no_table(err) ? 0 : -1;
	}
	CRASH_POINT(MODE_CHANGED);
	return 0;
}

/* Those that are there go, or those that are not come. */
static int change_all(struct db_session *session, const struct close_plan *plan,
		      const struct close_drain *drain, bool puts, struct err *err)
{
	g_autoptr(GHashTable) there = names_there(session, err);

	if (there == NULL) {
		return -1;
	}
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);
		g_autofree char *sql = NULL;

		if (item->kind != CLOSE_TRIGGER ||
		    g_hash_table_contains(there, item->part) == puts) {
			continue;
		}
		if (puts && visit_stops(drain->order)) {
			return err_set(err, ERR_CANCELLED, "stopped while it was being closed");
		}
		sql = puts ? create_text(drain->schema, item) : drop_text(drain->schema, item);
		if (change(session, drain, sql, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int close_triggers_put(struct db_session *session, const struct close_plan *plan,
		       const struct close_drain *drain, struct err *err)
{
	return change_all(session, plan, drain, true, err);
}

int close_triggers_drop(struct db_session *session, const struct close_plan *plan,
			const struct close_drain *drain, struct err *err)
{
	return change_all(session, plan, drain, false, err);
}

/* ---- the proof ------------------------------------------------------------------------- */

int close_triggers_prove(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows,
		     "select t.table_name from information_schema.tables as t "
		     "left join (select event_object_table as name, count(*) as nr "
		     "from information_schema.triggers where trigger_schema = database() "
		     "and trigger_name like 'muster\\_closed\\_%' group by 1) as g "
		     "on g.name = t.table_name "
		     "where " ARE_TABLES " and coalesce(g.nr, 0) < 3 limit 1",
		     err) < 0) {
		return -1;
	}
	if (rows.nr > 0) {
		return err_set(err, ERR_CONFLICT, "table %s has not all of the triggers",
			       rows.cells[0][0]);
	}
	return 0;
}
