#include "db.h"

#include <limits.h>

#include <glib.h>
#include <mysql.h>

/* mysql.h itself uses what is banned, so the build leaves it to us to ban it from here on */
#undef BANNED_H
#include "banned.h"

#include "crash.h"
#include "db_connect.h"
#include "db_fault.h"
#include "db_login.h"
#include "db_meter.h"
#include "db_session.h"

#define PACKET_OVERHEAD  16 /* what goes with a statement, at most */
#define NUMBER_LOST      2006
#define NUMBER_IDLE      4031 /* MySQL ended an idle session and did not run the statement */
#define NUMBER_TOO_LARGE 1153

/* ---- errors ---------------------------------------------------------------------- */

static int gone(struct err *err)
{
	return err_set_native(err, ERR_UNREACHABLE, NUMBER_LOST,
			      "the link to the server is gone; nothing was sent");
}

static int fail(struct db_session *session, struct err *err)
{
	int number = (int)mysql_errno(session->mysql);
	g_autofree char *text = db_fault_text(number, mysql_error(session->mysql));

	if (db_fault_classify(session->flavor, number) != DB_FAULT_LOST) {
		return err_set_native(err, ERR_DB, number, "%s", text);
	}
	session->lost = true;
	if (session->flavor == DB_MYSQL && number == NUMBER_IDLE) {
		return err_set_native(err, ERR_UNREACHABLE, number,
				      "the link to the server is gone: %s", text);
	}
	return err_set_native(err, ERR_UNKNOWN_OUTCOME, number,
			      "the link to the server broke while a statement ran: %s", text);
}

/* For what touches nothing of a client: a broken link is just that. */
static int fail_harmless(struct db_session *session, struct err *err)
{
	(void)fail(session, err);
	if (err->code == ERR_UNKNOWN_OUTCOME) {
		(void)err_set_native(err, ERR_UNREACHABLE, err->native,
				     "the link to the server is gone: %s",
				     mysql_error(session->mysql));
	}
	return -1;
}

/* ---- sessions -------------------------------------------------------------------- */

#ifdef MARIADB_PACKAGE_VERSION_ID
#	define RESET_KEEPS_CHARSET true
#	define RESET_COMMANDS      1

static void escape(MYSQL *mysql, char *to, const char *from, unsigned long len)
{
	(void)mysql_real_escape_string(mysql, to, from, len);
}
#else
/*
 * Oracle's library logs in with a collation that MariaDB does not know and names the character
 * set afterwards. A reset takes MariaDB back to the login, that is to its own default.
 */
#	define RESET_KEEPS_CHARSET false
#	define RESET_COMMANDS      2

static void escape(MYSQL *mysql, char *to, const char *from, unsigned long len)
{
	(void)mysql_real_escape_string_quote(mysql, to, from, len, '\'');
}
#endif

static void session_learn(struct db_session *session)
{
	const char *info = mysql_get_server_info(session->mysql);

	if (g_str_has_prefix(info, "5.5.5-")) {
		info += strlen("5.5.5-"); /* MariaDB's disguise for old replicas */
	}
	session->version = g_strdup(info);
	session->flavor = strstr(info, "MariaDB") != NULL ? DB_MARIADB : DB_MYSQL;
}

struct db_session *db_open(const struct db_addr *addr, struct err *err)
{
	return db_open_patient(addr, NULL, err);
}

struct db_session *db_open_patient(const struct db_addr *addr, const struct db_patience *patience,
				   struct err *err)
{
	SCOPED(db_login) login = { 0 };
	SCOPED_PTR(db_session) session = NULL;
	MYSQL *mysql;

	if (db_addr_check(addr, err) < 0 || db_login_read(&login, addr->defaults_file, err) < 0) {
		return NULL;
	}
	CRASH_POINT(DB_CONNECT);
	mysql = db_connect(addr, &login, patience, err);
	if (mysql == NULL) {
		return NULL;
	}
	CRASH_POINT(DB_CONNECTED);
	session = g_new0(struct db_session, 1);
	session->mysql = mysql;
	session->max_packet = DB_PACKET_MAX;
	session->patience = patience;
	session->meter = db_meter_of(addr);
	session_learn(session);
	if (db_headroom_check(session, err) < 0) {
		g_autofree char *where = db_addr_format(addr);

		if (err->code == ERR_UNKNOWN_OUTCOME) {
			err->code = ERR_UNREACHABLE; /* only questions were asked */
		}
		(void)err_prefix(err, "%s", where);
		return NULL;
	}
	return g_steal_pointer(&session);
}

void db_set_patience(struct db_session *session, const struct db_patience *patience)
{
	session->patience = patience;
}

void db_session_free(struct db_session *session)
{
	if (session == NULL) {
		return;
	}
	mysql_close(session->mysql);
	g_free(session->version);
	g_free(session->pinned);
	g_free(session->lock_schema);
	g_free(session->lock_name);
	g_free(session);
}

/* ---- statements ------------------------------------------------------------------ */

static int exchange(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	CRASH_POINT(DB_SEND);
	if (mysql_send_query(session->mysql, sql, len) != 0) {
		return fail(session, err);
	}
	CRASH_POINT(DB_SENT);
	if (db_patience_wait(session, db_connect_fd(session->mysql), err) < 0) {
		return -1;
	}
	if (mysql_read_query_result(session->mysql) != 0) {
		return fail(session, err);
	}
	CRASH_POINT(DB_ANSWERED);
	return 0;
}

/* Count and send; so many statements are in it. */
static int send_counted(struct db_session *session, const char *sql, size_t len, size_t nr,
			struct err *err)
{
	int sent;

	atomic_fetch_add(&session->meter->sent, nr);
	sent = exchange(session, sql, len, err);
	atomic_fetch_add(&session->meter->done, nr);
	return sent;
}

static int let_several(struct db_session *session, bool on, struct err *err)
{
	enum enum_mysql_set_option option =
		on ? MYSQL_OPTION_MULTI_STATEMENTS_ON : MYSQL_OPTION_MULTI_STATEMENTS_OFF;
	int failed;

	atomic_fetch_add(&session->meter->sent, 1);
	failed = mysql_set_server_option(session->mysql, option);
	atomic_fetch_add(&session->meter->done, 1);
	if (failed != 0) {
		return fail_harmless(session, err);
	}
	session->several = on ? DB_SEVERAL_ON : DB_SEVERAL_OFF;
	return 0;
}

/* What stands between us and the server may not know of it: then each goes by itself. */
static int ask_for_several(struct db_session *session, struct err *err)
{
	if (session->several == DB_SEVERAL_ON || session->several == DB_SEVERAL_NEVER ||
	    let_several(session, true, err) == 0) {
		return 0;
	}
	if (session->several == DB_SEVERAL_OFF) {
		session->several = DB_SEVERAL_NEVER;
	}
	return session->lost ? -1 : 0;
}

/*
 * A file's statement is one for the server, too: where the splitter took two for one, it is to be
 * refused and not run in part. What has no such character is one for everybody.
 */
static int let_one(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	bool may_be_several =
		session->several == DB_SEVERAL_ON || session->several == DB_SEVERAL_UNSURE;

	if (!may_be_several || memchr(sql, ';', len) == NULL ||
	    let_several(session, false, err) == 0) {
		return 0;
	}
	session->lost = true; /* nothing was sent, nor ever is */
	err->code = ERR_UNREACHABLE;
	return -1;
}

static int submit(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	if (session->lost) {
		return gone(err);
	}
	if (len + PACKET_OVERHEAD > session->max_packet) {
		return err_set_native(
			err, ERR_DB, NUMBER_TOO_LARGE,
			"the statement has %zu bytes, the server's max_allowed_packet "
			"is %" G_GUINT64_FORMAT,
			len, session->max_packet);
	}
	return let_one(session, sql, len, err) < 0 ? -1 : send_counted(session, sql, len, 1, err);
}

static void rows_keep(struct db_rows *rows, GPtrArray *kept)
{
	rows->nr = kept->len;
	rows->cells = (char ***)(void *)g_ptr_array_steal(kept, NULL);
}

static char **row_copy(char *const *row, size_t columns)
{
	char **copy = g_new0(char *, columns);

	for (size_t i = 0; i < columns; i++) {
		copy[i] = g_strdup(row[i]);
	}
	return copy;
}

static char **names_copy(MYSQL_RES *result, size_t columns)
{
	const MYSQL_FIELD *fields = mysql_fetch_fields(result);
	char **names = g_new0(char *, columns);

	for (size_t i = 0; i < columns; i++) {
		names[i] = g_strdup(fields[i].name);
	}
	return names;
}

/*
 * Read the result that is waiting, if there is one. Row by row from the wire: what is
 * thrown away needs no memory. rows NULL: keep nothing.
 */
static int result_read(struct db_session *session, struct db_rows *rows, struct err *err)
{
	MYSQL_RES *result = mysql_use_result(session->mysql);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	struct db_rows read = { 0 };

	if (result == NULL) {
		return mysql_errno(session->mysql) == 0 ? 0 : fail(session, err);
	}
	read.columns = mysql_num_fields(result);
	for (MYSQL_ROW row = mysql_fetch_row(result); row != NULL; row = mysql_fetch_row(result)) {
		if (rows != NULL) {
			g_ptr_array_add(kept, row_copy(row, read.columns));
		}
	}
	rows_keep(&read, kept);
	if (rows != NULL && session->named) {
		read.names = names_copy(result, read.columns);
	}
	mysql_free_result(result);
	if (mysql_errno(session->mysql) != 0) {
		db_rows_release(&read);
		return fail(session, err);
	}
	if (rows != NULL) {
		*rows = read;
	}
	return 0;
}

/* Read all results; a procedure gives several, the first is kept. */
static int results_read(struct db_session *session, struct db_rows *rows, struct err *err)
{
	SCOPED(db_rows) first = { 0 };
	int more;

	if (result_read(session, rows == NULL ? NULL : &first, err) < 0) {
		return -1;
	}
	for (more = mysql_next_result(session->mysql); more == 0;
	     more = mysql_next_result(session->mysql)) {
		if (result_read(session, NULL, err) < 0) {
			return -1;
		}
	}
	if (more > 0) {
		return fail(session, err);
	}
	if (rows != NULL) {
		*rows = first;
		first = (struct db_rows){ 0 };
	}
	return 0;
}

static void learn_affected(struct db_session *session)
{
	uint64_t affected = mysql_affected_rows(session->mysql);

	session->affected = affected == UINT64_MAX ? 0 : affected; /* a result set */
}

int db_exec(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	session->affected = 0;
	if (session->pinned != NULL && db_leaves_settings(sql)) {
		db_set_pinned(session, NULL);
	}
	if (submit(session, sql, len, err) < 0) {
		return -1;
	}
	learn_affected(session);
	return results_read(session, NULL, err);
}

int db_query(struct db_session *session, struct db_rows *rows, const char *sql, struct err *err)
{
	if (submit(session, sql, strlen(sql), err) < 0) {
		return -1;
	}
	return results_read(session, rows, err);
}

/* The first one's answer has come. */
static int read_together(struct db_session *session, struct db_rows *rows, size_t nr, size_t *done,
			 struct err *err)
{
	int more = 0;

	learn_affected(session);
	while (*done < nr && more == 0) {
		if (result_read(session, &rows[*done], err) < 0) {
			return -1;
		}
		(*done)++;
		more = mysql_next_result(session->mysql);
	}
	if (more > 0) {
		return fail(session, err);
	}
	if (more == 0 || *done < nr) {
		session->lost = true; /* who knows what was answered to what */
		return err_set(err, ERR_UNKNOWN_OUTCOME,
			       "%zu statements had another number of answers", nr);
	}
	return 0;
}

static int run_apart(struct db_session *session, const char *const *statements,
		     struct db_rows *rows, size_t nr, size_t *done, struct err *err)
{
	for (; *done < nr; (*done)++) {
		const char *sql = statements[*done];

		if (submit(session, sql, strlen(sql), err) < 0) {
			return -1;
		}
		if (*done == 0) {
			learn_affected(session);
		}
		if (results_read(session, &rows[*done], err) < 0) {
			return -1;
		}
	}
	return 0;
}

int db_together(struct db_session *session, const char *const *statements, struct db_rows *rows,
		size_t nr, size_t *done, struct err *err)
{
	g_autoptr(GString) sql = g_string_new(statements[0]);

	*done = 0;
	session->affected = 0;
	if (session->lost) {
		return gone(err);
	}
	for (size_t i = 1; i < nr; i++) {
		g_string_append_printf(sql, ";%s", statements[i]);
	}
	if (ask_for_several(session, err) < 0) {
		return -1;
	}
	if (session->several != DB_SEVERAL_ON || sql->len + PACKET_OVERHEAD > session->max_packet) {
		return run_apart(session, statements, rows, nr, done, err);
	}
	return send_counted(session, sql->str, sql->len, nr, err) < 0
		       ? -1
		       : read_together(session, rows, nr, done, err);
}

int db_use(struct db_session *session, const char *schema, struct err *err)
{
	int failed;

	if (session->lost) {
		return gone(err);
	}
	CRASH_POINT(DB_USE);
	atomic_fetch_add(&session->meter->sent, 1);
	failed = mysql_select_db(session->mysql, schema);
	atomic_fetch_add(&session->meter->done, 1);
	return failed == 0 ? 0 : fail_harmless(session, err);
}

int db_reset(struct db_session *session, struct err *err)
{
	bool failed;

	if (session->lost) {
		return gone(err);
	}
	session->affected = 0;
	db_set_pinned(session, NULL);
	session->several = session->several == DB_SEVERAL_ON ? DB_SEVERAL_UNSURE : session->several;
	CRASH_POINT(DB_RESET);
	atomic_fetch_add(&session->meter->sent, RESET_COMMANDS);
	failed = mysql_reset_connection(session->mysql) != 0 ||
		 (!RESET_KEEPS_CHARSET && session->flavor == DB_MARIADB &&
		  mysql_set_character_set(session->mysql, DB_CHARSET) != 0);
	atomic_fetch_add(&session->meter->done, RESET_COMMANDS);
	return failed ? fail_harmless(session, err) : 0;
}

/* ---- small things ---------------------------------------------------------------- */

uint64_t db_connection_id(const struct db_session *session)
{
	return mysql_thread_id(session->mysql);
}

bool db_autocommits(const struct db_session *session)
{
	const MYSQL *mysql = session->mysql;

	return (mysql->server_status & SERVER_STATUS_AUTOCOMMIT) != 0;
}

bool db_in_transaction(const struct db_session *session)
{
	const MYSQL *mysql = session->mysql;

	return (mysql->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

/* No server, character set or sql_mode sees anything in these: names, numbers, digests. */
static bool is_plain(const char *text)
{
	static const bool plain[UCHAR_MAX + 1] = {
		[' '] = true, ['+'] = true, [','] = true, ['-'] = true, ['.'] = true,
		['/'] = true, [':'] = true, ['@'] = true, ['_'] = true,
	};

	while (g_ascii_isalnum(*text) || plain[(unsigned char)*text]) {
		text++;
	}
	return *text == '\0';
}

char *db_quote(const struct db_session *session, const char *text)
{
	size_t len;
	char *quoted;

	if (text == NULL) {
		return g_strdup("NULL");
	}
	if (is_plain(text)) {
		return g_strconcat("'", text, "'", NULL);
	}
	len = strlen(text);
	quoted = g_malloc0(len * 2 + 3);
	quoted[0] = '\'';
	escape(session->mysql, quoted + 1, text, len);
	quoted[strlen(quoted)] = '\'';
	return quoted;
}

int db_library_init(struct err *err)
{
	(void)g_get_user_name(); /* made at its first use: while there is one thread */
	if (mysql_library_init(0, NULL, NULL) != 0) {
		return err_set(err, ERR_SYSTEM, "the MySQL client library does not start");
	}
	return 0;
}

void db_library_end(void)
{
	db_meters_end();
	mysql_library_end();
}

void db_thread_init(void)
{
	(void)mysql_thread_init();
}

void db_thread_end(void)
{
	mysql_thread_end();
}
