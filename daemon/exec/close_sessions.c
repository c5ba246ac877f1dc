#include "close_sessions.h"

#include <string.h>

#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "tick.h"
#include "visit.h"

enum {
	LOCK_WAIT = 1205, /* the server's number */
	LOOK_PAUSE_US = 20000,
};

/* Columns of the queries below. */
enum { SEEN_ID, SEEN_USER, SEEN_HOST, SEEN_SECONDS, SEEN_BUSY };

/* clang-format off */
static const struct {
	const char *last;	/* the newest session */
	const char *sessions;	/* id, user, host, seconds, busy */
	const char *holders;	/* who holds such a lock on a table of the schema */
	const char *writes;	/* the locks of a write */
} queries[DB_FLAVOR_NR] = {
	[DB_MARIADB] = {
	  "select max(id) from information_schema.processlist",
	  "select p.id, p.user, p.host, p.time, p.command <> 'Sleep' "
	  "from information_schema.processlist as p "
	  "where p.db = {schema} and p.id <= {last} and p.id <> connection_id() and {users}",
	  "select p.id, p.user, p.host, p.time, 1 "
	  "from information_schema.metadata_lock_info as l "
	  "join information_schema.processlist as p on p.id = l.thread_id "
	  "where l.table_schema = {schema} and {locks} "
	  "and l.thread_id <> connection_id() and {users} group by 1, 2, 3, 4",
	  "l.lock_mode in ('MDL_SHARED_WRITE', 'MDL_SHARED_UPGRADABLE', "
	  "'MDL_SHARED_NO_READ_WRITE')" },
	[DB_MYSQL] = {
	  "select max(id) from performance_schema.processlist",
	  "select p.id, p.user, p.host, p.time, p.command <> 'Sleep' "
	  "from performance_schema.processlist as p "
	  "where p.db = {schema} and p.id <= {last} and p.id <> connection_id() and {users}",
	  "select p.id, p.user, p.host, p.time, 1 "
	  "from performance_schema.metadata_locks as l "
	  "join performance_schema.threads as h on h.thread_id = l.owner_thread_id "
	  "join performance_schema.processlist as p on p.id = h.processlist_id "
	  "where l.object_type = 'TABLE' and l.object_schema = {schema} "
	  "and l.lock_status = 'GRANTED' and {locks} "
	  "and p.id <> connection_id() and {users} group by 1, 2, 3, 4",
	  "l.lock_type in ('SHARED_WRITE', 'SHARED_WRITE_LOW_PRIO', 'SHARED_UPGRADABLE', "
	  "'SHARED_NO_READ_WRITE')" },
};

/* clang-format on */

static char *users_of(const struct db_session *session, const struct close_drain *drain)
{
	GString *out;

	if (drain->users == NULL) {
		return g_strdup("p.user <> left(current_user(), char_length(current_user()) - 1 - "
				"char_length(substring_index(current_user(), '@', -1)))");
	}
	out = g_string_new("p.user in (NULL");
	for (guint i = 0; i < drain->users->len; i++) {
		g_autofree char *quoted = db_quote(session, g_ptr_array_index(drain->users, i));

		g_string_append_printf(out, ", %s", quoted);
	}
	g_string_append_c(out, ')');
	return g_string_free(out, FALSE);
}

static char *query_of(const struct db_session *session, const struct close_drain *drain,
		      const char *text, const char *last)
{
	g_autofree char *schema = db_quote(session, drain->schema);
	g_autofree char *users = users_of(session, drain);
	GString *sql = g_string_new(text);

	(void)g_string_replace(sql, "{schema}", schema, 0);
	(void)g_string_replace(sql, "{last}", last, 0);
	(void)g_string_replace(sql, "{users}", users, 0);
	return g_string_free(sql, FALSE);
}

static bool is_true(const char *cell)
{
	return g_strcmp0(cell, "1") == 0;
}

static char *words_of(char *const *row, bool in_transaction)
{
	return g_strdup_printf("connection %s %s@%s, %s for %s s", row[SEEN_ID],
			       row[SEEN_USER] == NULL ? "?" : row[SEEN_USER],
			       row[SEEN_HOST] == NULL ? "?" : row[SEEN_HOST],
			       in_transaction ? "in a transaction" : "in a statement",
			       row[SEEN_SECONDS] == NULL ? "?" : row[SEEN_SECONDS]);
}

/*
 * The connections that have a transaction open. innodb_trx would be simpler and is of no use:
 * it shows what it has shown before to whoever asks more than ten times a second, and any
 * monitoring counts.
 */
static GHashTable *open_transactions(struct db_session *session, struct err *err)
{
	g_autoptr(GHashTable) open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = NULL;
	SCOPED(db_rows) rows = { 0 };
	bool in_list = false;
	bool is_open = false;

	if (db_query(session, &rows, "SHOW ENGINE INNODB STATUS", err) < 0) {
		return NULL;
	}
	lines = g_strsplit(rows.nr == 0 ? "" : rows.cells[0][2], "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *id = strstr(lines[i], " thread id ");

		in_list = in_list || g_str_has_prefix(lines[i], "LIST OF TRANSACTIONS");
		if (g_str_has_prefix(lines[i], "---TRANSACTION ")) {
			is_open = in_list && strstr(lines[i], ", not started") == NULL;
		} else if (is_open && id != NULL) {
			id += strlen(" thread id ");
			(void)g_hash_table_add(open, g_strndup(id, strspn(id, "0123456789")));
			is_open = false;
		}
	}
	return g_steal_pointer(&open);
}

/* Idle ones have nothing to lose. */
static int end_some(struct db_session *session, const struct close_drain *drain,
		    const struct db_rows *rows, struct err *err)
{
	bool is_over = tick_ms() >= drain->until_ms;
	g_autoptr(GHashTable) open = open_transactions(session, err);

	if (open == NULL) {
		return -1;
	}
	for (size_t i = 0; i < rows->nr; i++) {
		char *const *row = rows->cells[i];
		bool in_transaction = g_hash_table_contains(open, row[SEEN_ID]);
		bool is_idle = !is_true(row[SEEN_BUSY]) && !in_transaction;
		g_autofree char *words = words_of(row, in_transaction);

		if (!is_idle && is_over && !drain->ends) {
			return err_set(err, ERR_TIMEOUT, "%s is still there", words);
		}
		if ((is_idle || is_over) &&
		    db_kill(session, g_ascii_strtoull(row[SEEN_ID], NULL, 10), true, err) < 0) {
			return err_prefix(err, "%s cannot be ended", words);
		}
	}
	return 0;
}

int close_sessions_end(struct db_session *session, const struct close_drain *drain, struct err *err)
{
	g_autofree char *last = NULL;
	g_autofree char *sql = NULL;

	for (;;) {
		SCOPED(db_rows) rows = { 0 };

		if (last == NULL) {
			if (db_query(session, &rows, queries[db_flavor(session)].last, err) < 0) {
				return -1;
			}
			last = g_strdup(rows.cells[0][0]);
			sql = query_of(session, drain, queries[db_flavor(session)].sessions, last);
			continue;
		}
		if (visit_stops(drain->order)) {
			return err_set(err, ERR_CANCELLED, "stopped while sessions were ended");
		}
		if (db_query(session, &rows, sql, err) < 0) {
			return -1;
		}
		if (rows.nr == 0) {
			return 0;
		}
		if (end_some(session, drain, &rows, err) < 0) {
			return -1;
		}
		g_usleep(LOOK_PAUSE_US);
	}
}

/* ---- open writes ------------------------------------------------------------------------ */

static char *lock_text(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	GString *sql;

	if (db_query(session, &rows,
		     "select table_schema, table_name from information_schema.tables "
		     "where table_schema = database() "
		     "and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by 2",
		     err) < 0) {
		return NULL;
	}
	sql = g_string_new("LOCK TABLES ");
	for (size_t i = 0; i < rows.nr; i++) {
		g_autofree char *schema = db_quote_name(rows.cells[i][0]);
		g_autofree char *table = db_quote_name(rows.cells[i][1]);

		g_string_append_printf(sql, "%s%s.%s READ", i > 0 ? ", " : "", schema, table);
	}
	return g_string_free(sql, FALSE);
}

/* Where the server cannot tell who it is, nobody is ended. */
static int end_holders(struct db_session *session, const struct close_drain *drain,
		       const char *locks, struct err *err)
{
	g_autofree char *text = query_of(session, drain, queries[db_flavor(session)].holders, "0");
	g_autoptr(GString) sql = g_string_new(text);
	g_autofree char *who = NULL;
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;

	(void)g_string_replace(sql, "{locks}", locks, 1);
	if (db_query(session, &rows, sql->str, &ignored) == 0 && rows.nr > 0) {
		return end_some(session, drain, &rows, err);
	}
	who = db_blockers(session, drain->schema);
	return err_set(err, ERR_TIMEOUT,
		       "a transaction is open that has used the tenant, and the server does not "
		       "say which%s%s",
		       who == NULL ? "" : "; perhaps ", who == NULL ? "" : who);
}

/* Until it is not refused any more because somebody holds one of these locks. */
static int insist(struct db_session *session, const struct close_drain *drain, const char *sql,
		  const char *locks, struct err *err)
{
	while (db_exec(session, sql, strlen(sql), err) < 0) {
		if (err->code != ERR_DB || err->native != LOCK_WAIT) {
			return -1;
		}
		if (visit_stops(drain->order)) {
			return err_set(err, ERR_CANCELLED,
				       "stopped while a transaction was waited for");
		}
		if (tick_ms() >= drain->until_ms && end_holders(session, drain, locks, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int close_sessions_insist(struct db_session *session, const struct close_drain *drain,
			  const char *sql, struct err *err)
{
	return insist(session, drain, sql, "1 = 1", err);
}

int close_sessions_settle(struct db_session *session, const struct close_drain *drain,
			  struct err *err)
{
	g_autofree char *sql = lock_text(session, err);

	if (sql == NULL ||
	    insist(session, drain, sql, queries[db_flavor(session)].writes, err) < 0) {
		return -1;
	}
	return db_execf(session, err, "UNLOCK TABLES");
}
