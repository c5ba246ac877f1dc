#include "db_guard.h"

#include <glib.h>

#include "crash.h"
#include "db_session.h"

#define LOCK_PREFIX          "muster:"
#define CLAIM_NAME           "'muster:fleet'" /* no schema's lock is called so: theirs are hex */
#define LOCK_NAME_MAX        64               /* MySQL's limit; MariaDB's is 192 bytes */
#define MARIADB_IDLE_TIMEOUT 100300           /* first versions that know the variable */
#define MYSQL_EXECUTION_TIME 50708
#define MYSQL_PARALLEL_READ  80014
#define MYSQL_DDL_THREADS    80027

static void pin_flavor(GString *sql, const struct db_session *session, const struct db_pin *pin)
{
	unsigned version = db_version_number(session);

	if (db_flavor(session) == DB_MARIADB) {
		g_string_append(sql, ", max_statement_time = 0"); /* it would end an ALTER too */
		if (version >= MARIADB_IDLE_TIMEOUT) {
			g_string_append(sql, ", idle_transaction_timeout = 0");
		}
		return;
	}
	if (version >= MYSQL_EXECUTION_TIME) {
		g_string_append(sql, ", max_execution_time = 0");
	}
	if (!pin->small_tables) {
		return;
	}
	if (version >= MYSQL_PARALLEL_READ) {
		g_string_append(sql, ", innodb_parallel_read_threads = 1");
	}
	if (version >= MYSQL_DDL_THREADS) {
		g_string_append(sql, ", innodb_ddl_threads = 1, innodb_ddl_buffer_size = 1048576");
	}
}

/* Owned. */
static GString *pin_text(const struct db_session *session, const struct db_pin *pin)
{
	GString *sql = g_string_new("set names utf8mb4");
	unsigned wait_s = MAX(pin->lock_wait_s, 1U);

	if (pin->collation != NULL) {
		g_autofree char *collation = db_quote(session, pin->collation);

		g_string_append_printf(sql, " collate %s", collation);
	}
	if (pin->sql_mode != NULL) {
		g_autofree char *sql_mode = db_quote(session, pin->sql_mode);

		g_string_append_printf(sql, ", sql_mode = %s", sql_mode);
	} else {
		g_string_append(sql, ", sql_mode = @@global.sql_mode");
	}
	g_string_append_printf(sql,
			       ", time_zone = '+00:00', autocommit = 1, foreign_key_checks = 1, "
			       "unique_checks = 1, lock_wait_timeout = %u, "
			       "innodb_lock_wait_timeout = %u, wait_timeout = 120",
			       wait_s, wait_s);
	pin_flavor(sql, session, pin);
	return sql;
}

bool db_is_pinned(const struct db_session *session, const struct db_pin *pin)
{
	g_autoptr(GString) sql = pin_text(session, pin);

	return g_strcmp0(db_pinned(session), sql->str) == 0;
}

int db_pin(struct db_session *session, const struct db_pin *pin, struct err *err)
{
	g_autoptr(GString) sql = pin_text(session, pin);

	if (g_strcmp0(db_pinned(session), sql->str) == 0) {
		return 0;
	}
	db_set_pinned(session, NULL);
	if (db_exec(session, sql->str, sql->len, err) == 0) {
		db_set_pinned(session, sql->str);
		CRASH_POINT(DB_PINNED);
		return 0;
	}
	if (err->code == ERR_UNKNOWN_OUTCOME) {
		err->code = ERR_UNREACHABLE; /* what broke with the link was only the session */
	}
	return err_prefix(err, "session settings");
}

/* ---- the lock of a tenant -------------------------------------------------------- */

/*
 * Quoted, the session's own; lower-case hex, for MySQL compares the names of locks without
 * case. What is locked is unlocked next, so the last one is kept.
 */
static const char *lock_name(struct db_session *session, const char *schema)
{
	g_autofree char *digest = NULL;

	if (g_strcmp0(session->lock_schema, schema) == 0) {
		return session->lock_name;
	}
	digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, schema, -1);
	g_free(session->lock_schema);
	g_free(session->lock_name);
	session->lock_schema = g_strdup(schema);
	session->lock_name = g_strdup_printf("'%s%.*s'", LOCK_PREFIX,
					     LOCK_NAME_MAX - (int)strlen(LOCK_PREFIX), digest);
	return session->lock_name;
}

void db_holder_release(struct db_holder *holder)
{
	g_free(holder->words);
	*holder = (struct db_holder){ 0 };
}

/* cells: id, user, host, time, command, begins with the mark */
static void holder_parse(struct db_holder *holder, char *const *cells)
{
	holder->id = g_ascii_strtoull(cells[0], NULL, 10);
	if (cells[1] == NULL) {
		holder->words = g_strdup_printf("connection %s", cells[0]);
		return;
	}
	holder->words = g_strdup_printf("connection %s (%s@%s)", cells[0], cells[1],
					cells[2] == NULL ? "?" : cells[2]);
	holder->seconds = cells[3] == NULL ? 0 : g_ascii_strtoll(cells[3], NULL, 10);
	holder->idle = g_strcmp0(cells[4], "Sleep") == 0;
	holder->marked = g_strcmp0(cells[5], "1") == 0;
}

/* name is quoted. */
static int holder_get(struct db_session *session, const char *name, struct db_holder *holder,
		      struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	const char *source =
		db_flavor(session) == DB_MYSQL ? "performance_schema" : "information_schema";

	*holder = (struct db_holder){ 0 };
	if (db_queryf(session, &rows, err,
		      "select u.id, p.user, p.host, p.time, p.command, "
		      "p.info like '/* muster:%%' from (select is_used_lock(%s) as id) u "
		      "left join %s.processlist p on p.id = u.id",
		      name, source) < 0) {
		return -1;
	}
	if (rows.nr > 0 && rows.cells[0][0] != NULL) {
		holder_parse(holder, rows.cells[0]);
	}
	return 0;
}

int db_lock_holder(struct db_session *session, const char *schema, struct db_holder *holder,
		   struct err *err)
{
	const char *name = lock_name(session, schema);

	return holder_get(session, name, holder, err);
}

static const char *holder_words(const struct db_holder *holder)
{
	return holder->words == NULL ? "somebody who has just gone" : holder->words;
}

int db_lock(struct db_session *session, const char *schema, unsigned wait_s, struct err *err)
{
	bool lost = false;

	return db_lock_claimed(session, schema, wait_s, 0, &lost, err);
}

static int claim_refused(struct db_session *session, const char *schema, bool *lost,
			 struct err *err)
{
	struct err unlocked;

	*lost = true;
	if (db_unlock(session, schema, &unlocked) < 0 && unlocked.code == ERR_UNREACHABLE) {
		*err = unlocked;
		return -1;
	}
	return err_set(err, ERR_BUSY,
		       "the claim of the server was lost: it is claimed again before anything is "
		       "written");
}

/*
 * A lock that is held already is not counted twice: one db_unlock frees it. The claim is
 * looked at when the lock has been taken, not before. Owned.
 */
static char *lock_text(struct db_session *session, const char *schema, unsigned wait_s,
		       uint64_t claim_id)
{
	const char *name = lock_name(session, schema);

	return g_strdup_printf(
		"select if(if(is_used_lock(%s) = connection_id(), 1, get_lock(%s, %u)) = 1, "
		"if(%" G_GUINT64_FORMAT " in (0, is_used_lock(" CLAIM_NAME ")), 1, 2), 0)",
		name, name, wait_s, claim_id);
}

/* Is this the one cell of the answer? */
static bool answers(const struct db_rows *rows, const char *cell)
{
	return rows->nr == 1 && g_strcmp0(rows->cells[0][0], cell) == 0;
}

int db_lock_claimed(struct db_session *session, const char *schema, unsigned wait_s,
		    uint64_t claim_id, bool *lost, struct err *err)
{
	g_autofree char *sql = lock_text(session, schema, wait_s, claim_id);
	const char *name = lock_name(session, schema);
	SCOPED(db_holder) holder = { 0 };
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, sql, err) < 0) {
		return err_prefix(err, "lock of %s", schema);
	}
	if (answers(&rows, "1")) {
		CRASH_POINT(DB_LOCKED);
		return 0;
	}
	if (answers(&rows, "2")) {
		return claim_refused(session, schema, lost, err);
	}
	if (holder_get(session, name, &holder, err) < 0) {
		return -1;
	}
	return err_set(err, ERR_BUSY,
		       "%s is locked by %s, for %" G_GINT64_FORMAT
		       " s: another musterd works there, or a statement that one left behind",
		       schema, holder_words(&holder), holder.seconds);
}

enum { ENTER_USE, ENTER_LOCK, ENTER_ASK, ENTER_NR };

/* What was sent changes nothing that a client owns. */
static int enter_failed(struct err *err, size_t done, const char *schema)
{
	if (err->code == ERR_UNKNOWN_OUTCOME) {
		err->code = ERR_UNREACHABLE;
	}
	return done == ENTER_LOCK ? err_prefix(err, "lock of %s", schema) : -1;
}

int db_enter(struct db_session *session, const char *schema, struct db_entry *entry,
	     struct err *err)
{
	g_autofree char *name = db_quote_name(schema);
	g_autofree char *use = g_strconcat("use ", name, NULL);
	g_autofree char *lock = lock_text(session, schema, 0, entry->claim_id);
	const char *const statements[ENTER_NR] = {
		[ENTER_USE] = use,
		[ENTER_LOCK] = lock,
		[ENTER_ASK] = entry->ask,
	};
	SCOPED(db_rows) used = { 0 };
	SCOPED(db_rows) locked = { 0 };
	struct db_rows rows[ENTER_NR] = { { 0 } };
	size_t done;
	int ran;

	CRASH_POINT(DB_USE);
	ran = db_together(session, statements, rows, ENTER_NR, &done, err);
	used = rows[ENTER_USE];
	locked = rows[ENTER_LOCK];
	db_rows_release(&entry->rows);
	entry->rows = rows[ENTER_ASK];
	if (ran < 0 && (done < ENTER_ASK || db_is_lost(session))) {
		return enter_failed(err, done, schema);
	}
	if (answers(&locked, "2")) {
		return claim_refused(session, schema, &entry->lost, err);
	}
	if (!answers(&locked, "1")) {
		return err_set(err, ERR_BUSY, "%s is locked", schema);
	}
	CRASH_POINT(DB_LOCKED);
	entry->asked = ran < 0 ? *err : (struct err){ 0 };
	return 0;
}

int db_lock_check(struct db_session *session, const char *schema, struct err *err)
{
	const char *name = lock_name(session, schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err, "select is_used_lock(%s) = connection_id()", name) < 0) {
		return err_prefix(err, "lock of %s", schema);
	}
	if (rows.nr == 1 && g_strcmp0(rows.cells[0][0], "1") == 0) {
		return 0;
	}
	return err_set(err, ERR_CONFLICT, "this session does not hold the lock of %s any more",
		       schema);
}

int db_unlock(struct db_session *session, const char *schema, struct err *err)
{
	const char *name = lock_name(session, schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err, "select release_lock(%s)", name) < 0) {
		return err_prefix(err, "lock of %s", schema);
	}
	if (rows.nr == 1 && g_strcmp0(rows.cells[0][0], "1") == 0) {
		CRASH_POINT(DB_UNLOCKED);
		return 0;
	}
	return err_set(err, ERR_CONFLICT, "this session does not hold the lock of %s any more",
		       schema);
}

int db_unlock_behind(struct db_session *session, const char *sql, const char *schema,
		     bool *unlocked, struct err *err)
{
	g_autofree char *unlock =
		g_strdup_printf("select release_lock(%s)", lock_name(session, schema));
	const char *const statements[] = { sql, unlock };
	SCOPED(db_rows) none = { 0 };
	SCOPED(db_rows) given = { 0 };
	struct db_rows rows[2] = { { 0 } };
	size_t done;
	int ran = db_together(session, statements, rows, 2, &done, err);

	none = rows[0];
	given = rows[1];
	if (ran < 0 && done == 0) {
		return -1;
	}
	*unlocked = ran == 0 && answers(&given, "1");
	if (*unlocked) {
		CRASH_POINT(DB_UNLOCKED);
	}
	return 0;
}

/* ---- the claim of a server ------------------------------------------------------- */

/*
 * Two locks: the server's one claim, and beside it one that tells the daemons apart. Gives
 * who holds the one and the other, and who asks.
 */
static int claim_take(struct db_session *session, const struct db_claim *claim, uint64_t ids[3],
		      struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_execf(session, err, "set session wait_timeout = %u", claim->lost_s) < 0 ||
	    db_queryf(session, &rows, err,
		      "select if(is_used_lock(" CLAIM_NAME ") = connection_id(), 1, "
		      "get_lock(" CLAIM_NAME ", %u)), "
		      "if(is_used_lock(" CLAIM_NAME ") = connection_id(), "
		      "get_lock('muster:fleet:%s', 0), 0), is_used_lock(" CLAIM_NAME "), "
		      "is_used_lock('muster:fleet:%s'), connection_id()",
		      claim->wait_s, claim->daemon, claim->daemon) < 0) {
		return -1;
	}
	for (size_t i = 0; i < 3; i++) {
		const char *cell = rows.cells[0][i + 2];

		ids[i] = cell == NULL ? 0 : g_ascii_strtoull(cell, NULL, 10);
	}
	return 0;
}

int db_claim(struct db_session *session, const struct db_claim *claim, uint64_t *holder,
	     struct err *err)
{
	SCOPED(db_holder) who = { 0 };
	uint64_t ids[3] = { 0 };

	if (claim_take(session, claim, ids, err) < 0) {
		if (err->code == ERR_UNKNOWN_OUTCOME) {
			err->code = ERR_UNREACHABLE; /* a lock ends with its session */
		}
		return err_prefix(err, "claim of the server");
	}
	if (ids[0] != 0 && (ids[0] == ids[2] || ids[0] == ids[1])) {
		*holder = ids[0];
		return 0;
	}
	if (holder_get(session, CLAIM_NAME, &who, err) < 0) {
		return -1;
	}
	return err_set(err, ERR_BUSY, "another musterd works on this server: %s",
		       holder_words(&who));
}

char *db_claim_rival(struct db_session *session, const char *daemon)
{
	SCOPED(db_holder) who = { 0 };
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;

	if (db_queryf(session, &rows, &ignored,
		      "select is_used_lock(" CLAIM_NAME "), is_used_lock('muster:fleet:%s')",
		      daemon) < 0 ||
	    rows.nr != 1 || rows.cells[0][0] == NULL ||
	    g_strcmp0(rows.cells[0][0], rows.cells[0][1]) == 0) {
		return NULL;
	}
	if (holder_get(session, CLAIM_NAME, &who, &ignored) < 0 || who.words == NULL) {
		return NULL; /* it has gone while we looked */
	}
	return g_steal_pointer(&who.words);
}

/* ---- who is in the way ----------------------------------------------------------- */

/*
 * Each gives: connection, user, host, seconds in a transaction (or NULL), seconds in
 * its command, the longest first. The first query that names somebody wins.
 */
/* clang-format off */
static const struct {
	enum db_flavor flavor; const char *sql;
} blocker_queries[] = {
	{ DB_MYSQL,
	  "select t.processlist_id, t.processlist_user, t.processlist_host, "
	  "timestampdiff(second, min(x.trx_started), now()) as open_s, t.processlist_time as busy_s "
	  "from performance_schema.metadata_locks l "
	  "join performance_schema.threads t on t.thread_id = l.owner_thread_id "
	  "left join information_schema.innodb_trx x on x.trx_mysql_thread_id = t.processlist_id "
	  "where l.lock_status = 'GRANTED' and t.processlist_id <> connection_id() "
	  "and ((l.object_type = 'TABLE' and l.object_schema = {schema}) "
	  "or (l.object_type = 'GLOBAL' and l.lock_type = 'SHARED')) "
	  "group by 1, 2, 3, 5 order by coalesce(open_s, busy_s) desc limit 1" },
	{ DB_MARIADB,
	  "select p.id, p.user, p.host, "
	  "timestampdiff(second, min(x.trx_started), now()) as open_s, p.time as busy_s "
	  "from information_schema.metadata_lock_info l "
	  "join information_schema.processlist p on p.id = l.thread_id "
	  "left join information_schema.innodb_trx x on x.trx_mysql_thread_id = p.id "
	  "where l.table_schema = {schema} and l.thread_id <> connection_id() "
	  "group by 1, 2, 3, 5 order by coalesce(open_s, busy_s) desc limit 1" },
	{ DB_UNKNOWN,
	  "select p.id, p.user, p.host, timestampdiff(second, x.trx_started, now()), p.time "
	  "from information_schema.innodb_trx x "
	  "join information_schema.processlist p on p.id = x.trx_mysql_thread_id "
	  "where p.db = {schema} and p.id <> connection_id() order by x.trx_started limit 1" },
	{ DB_UNKNOWN,
	  "select id, user, host, null, time from information_schema.processlist "
	  "where db = {schema} and id <> connection_id() and command not in ('Sleep', 'Daemon') "
	  "order by time desc limit 1" },
};

/* clang-format on */

static char *blocker_format(char *const *row)
{
	const char *user = row[1] == NULL ? "?" : row[1];
	const char *host = row[2] == NULL ? "?" : row[2];

	if (row[3] != NULL) {
		return g_strdup_printf("connection %s %s@%s, in a transaction for %s s", row[0],
				       user, host, row[3]);
	}
	return g_strdup_printf("connection %s %s@%s, in a statement for %s s", row[0], user, host,
			       row[4] == NULL ? "?" : row[4]);
}

char *db_blockers(struct db_session *session, const char *schema)
{
	g_autofree char *quoted = db_quote(session, schema);
	struct err err;

	for (size_t i = 0; i < G_N_ELEMENTS(blocker_queries) && !db_is_lost(session); i++) {
		SCOPED(db_rows) rows = { 0 };
		enum db_flavor flavor = blocker_queries[i].flavor;
		g_autoptr(GString) sql = g_string_new(blocker_queries[i].sql);

		if (flavor != DB_UNKNOWN && flavor != db_flavor(session)) {
			continue;
		}
		(void)g_string_replace(sql, "{schema}", quoted, 1);
		if (db_query(session, &rows, sql->str, &err) == 0 && rows.nr > 0 &&
		    rows.cells[0][0] != NULL) {
			return blocker_format(rows.cells[0]);
		}
	}
	return NULL;
}
