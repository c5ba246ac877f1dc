#include "db.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <glib.h>
#include <mysql.h>

/* mysql.h itself uses what is banned, so the build leaves it to us to ban it from here on */
#undef BANNED_H
#include "banned.h"

#include "crash.h"
#include "db_fault.h"
#include "db_login.h"
#include "db_meter.h"
#include "db_session.h"

#define CHARSET           "utf8mb4"
#define CONNECT_TIMEOUT_S 10
#define PACKET_MAX        (1024UL * 1024 * 1024) /* what the protocol allows */
#define PACKET_OVERHEAD   16                     /* what goes with a statement, at most */
#define ANSWER_TIMEOUT_S  5 /* of a patient session, once an answer has begun */
#define NUMBER_LOST       2006
#define NUMBER_TLS        2026
#define NUMBER_IDLE       4031 /* MySQL ended an idle session and did not run the statement */
#define NUMBER_TOO_LARGE  1153

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

/* ---- connecting ------------------------------------------------------------------ */

static void option_text(MYSQL *mysql, enum mysql_option option, const char *value)
{
	if (value != NULL) {
		(void)mysql_options(mysql, option, value);
	}
}

#ifdef MARIADB_PACKAGE_VERSION_ID
#	define RESET_KEEPS_CHARSET true
#	define RESET_COMMANDS      1

static void tls_mode(MYSQL *mysql, enum db_tls tls)
{
	my_bool enforce = (my_bool)(tls != DB_TLS_OFF);
	my_bool verify = (my_bool)(tls >= DB_TLS_VERIFY_CA);

	(void)mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
	(void)mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

static void key_options(MYSQL *mysql, const struct db_login *login)
{
	option_text(mysql, MYSQL_SERVER_PUBLIC_KEY, login->server_public_key);
}

static int socket_fd(MYSQL *mysql)
{
	return (int)mysql_get_socket(mysql);
}

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

static void tls_mode(MYSQL *mysql, enum db_tls tls)
{
	static const enum mysql_ssl_mode modes[] = {
		[DB_TLS_DEFAULT] = SSL_MODE_PREFERRED,
		[DB_TLS_OFF] = SSL_MODE_DISABLED,
		[DB_TLS_REQUIRED] = SSL_MODE_REQUIRED,
		[DB_TLS_VERIFY_CA] = SSL_MODE_VERIFY_CA,
		[DB_TLS_VERIFY_IDENTITY] = SSL_MODE_VERIFY_IDENTITY,
	};

	(void)mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[tls]);
}

static void key_options(MYSQL *mysql, const struct db_login *login)
{
	option_text(mysql, MYSQL_SERVER_PUBLIC_KEY, login->server_public_key);
	(void)mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &login->get_public_key);
}

static int socket_fd(MYSQL *mysql)
{
	return mysql->net.fd;
}

static void escape(MYSQL *mysql, char *to, const char *from, unsigned long len)
{
	(void)mysql_real_escape_string_quote(mysql, to, from, len, '\'');
}
#endif

static void tls_options(MYSQL *mysql, const struct db_login *login, enum db_tls tls)
{
	tls_mode(mysql, tls);
	if (tls == DB_TLS_OFF) {
		return;
	}
	option_text(mysql, MYSQL_OPT_SSL_CA, login->ssl_ca);
	option_text(mysql, MYSQL_OPT_SSL_CAPATH, login->ssl_capath);
	option_text(mysql, MYSQL_OPT_SSL_CERT, login->ssl_cert);
	option_text(mysql, MYSQL_OPT_SSL_KEY, login->ssl_key);
	option_text(mysql, MYSQL_OPT_SSL_CIPHER, login->ssl_cipher);
	option_text(mysql, MYSQL_OPT_SSL_CRL, login->ssl_crl);
	option_text(mysql, MYSQL_OPT_SSL_CRLPATH, login->ssl_crlpath);
	option_text(mysql, MYSQL_OPT_TLS_VERSION, login->tls_version);
}

/* No timeout on reading or writing unless asked for: an ALTER may take hours. */
static void link_options(MYSQL *mysql, bool tcp, const struct db_patience *patience)
{
	unsigned protocol = tcp ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
	unsigned timeout = patience == NULL ? CONNECT_TIMEOUT_S : patience->connect_s;
	unsigned answer = ANSWER_TIMEOUT_S;
	unsigned long packet = PACKET_MAX;
	unsigned no = 0; /* a server must not be able to ask for our files */

	(void)mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
	(void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
	(void)mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
	(void)mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	(void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, CHARSET);
	if (patience != NULL) {
		(void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &answer);
		(void)mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &answer);
	}
	(void)mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "musterd");
	(void)mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_version", MUSTER_VERSION);
}

/* Notices within two minutes that the other machine has vanished. */
static void keepalive(int fd)
{
	int on = 1;
	int idle_s = 30;
	int every_s = 15;
	int tries = 6;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof(every_s));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
}

static MYSQL *mysql_new(void)
{
	MYSQL *mysql = mysql_init(NULL);

	CHECK(mysql != NULL); /* out of memory aborts */
	return mysql;
}

/* One try. On failure the handle stays, for its error. */
static bool connect_try(MYSQL *mysql, const struct db_addr *addr, const struct db_login *login,
			enum db_tls tls, const struct db_patience *patience)
{
	bool tcp = addr->socket == NULL && addr->host != NULL;

	link_options(mysql, tcp, patience);
	tls_options(mysql, login, tcp ? tls : DB_TLS_OFF);
	key_options(mysql, login);
	option_text(mysql, MYSQL_DEFAULT_AUTH, login->default_auth);
	option_text(mysql, MYSQL_PLUGIN_DIR, login->plugin_dir);
	option_text(mysql, MYSQL_OPT_BIND, login->bind_address);
	if (mysql_real_connect(mysql, addr->host, login->user,
			       login->password == NULL ? "" : login->password, NULL, addr->port,
			       addr->socket, CLIENT_MULTI_RESULTS) == NULL) {
		return false;
	}
	if (tcp) {
		keepalive(socket_fd(mysql));
	}
	return true;
}

static int connect_failed(MYSQL *mysql, const struct db_addr *addr, const struct db_login *login,
			  struct err *err)
{
	int number = (int)mysql_errno(mysql);
	g_autofree char *where = db_addr_format(addr);
	g_autofree char *text = db_fault_text(number, mysql_error(mysql));

	if (db_fault_classify(DB_UNKNOWN, number) != DB_FAULT_DENIED && number != 3118 &&
	    number != 4151) {
		return err_set_native(err, ERR_UNREACHABLE, number, "%s: %s", where, text);
	}
	if (addr->defaults_file == NULL) {
		return err_set_native(
			err, ERR_DENIED, number,
			"%s: %s (user %s, no password: the server has no option file)", where, text,
			login->user);
	}
	return err_set_native(err, ERR_DENIED, number, "%s: %s (user and password are in %s)",
			      where, text, addr->defaults_file);
}

static MYSQL *connect_login(const struct db_addr *addr, const struct db_login *login,
			    const struct db_patience *patience, struct err *err)
{
	MYSQL *mysql = mysql_new();
	bool ok = connect_try(mysql, addr, login, login->tls, patience);

	if (!ok && login->tls == DB_TLS_DEFAULT && mysql_errno(mysql) == NUMBER_TLS) {
		mysql_close(mysql); /* TLS was only preferred */
		mysql = mysql_new();
		ok = connect_try(mysql, addr, login, DB_TLS_OFF, patience);
	}
	if (!ok) {
		(void)connect_failed(mysql, addr, login, err);
		mysql_close(mysql);
		return NULL;
	}
	if (addr->socket == NULL && addr->host != NULL && login->tls >= DB_TLS_REQUIRED &&
	    mysql_get_ssl_cipher(mysql) == NULL) {
		g_autofree char *where = db_addr_format(addr);

		(void)err_set_native(err, ERR_UNREACHABLE, NUMBER_TLS,
				     "%s: the option file asks for TLS and the server has none",
				     where);
		mysql_close(mysql);
		return NULL;
	}
	return mysql;
}

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
	mysql = connect_login(addr, &login, patience, err);
	if (mysql == NULL) {
		return NULL;
	}
	CRASH_POINT(DB_CONNECTED);
	session = g_new0(struct db_session, 1);
	session->mysql = mysql;
	session->max_packet = PACKET_MAX;
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
	if (db_patience_wait(session, socket_fd(session->mysql), err) < 0) {
		return -1;
	}
	if (mysql_read_query_result(session->mysql) != 0) {
		return fail(session, err);
	}
	CRASH_POINT(DB_ANSWERED);
	return 0;
}

static int submit(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	int sent;

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
	atomic_fetch_add(&session->meter->sent, 1);
	sent = exchange(session, sql, len, err);
	atomic_fetch_add(&session->meter->done, 1);
	return sent;
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

int db_exec(struct db_session *session, const char *sql, size_t len, struct err *err)
{
	uint64_t affected;

	session->affected = 0;
	if (session->pinned != NULL && db_leaves_settings(sql)) {
		db_set_pinned(session, NULL);
	}
	if (submit(session, sql, len, err) < 0) {
		return -1;
	}
	affected = mysql_affected_rows(session->mysql);
	if (affected != UINT64_MAX) { /* a result set */
		session->affected = affected;
	}
	return results_read(session, NULL, err);
}

int db_query(struct db_session *session, struct db_rows *rows, const char *sql, struct err *err)
{
	if (submit(session, sql, strlen(sql), err) < 0) {
		return -1;
	}
	return results_read(session, rows, err);
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
	CRASH_POINT(DB_RESET);
	atomic_fetch_add(&session->meter->sent, RESET_COMMANDS);
	failed = mysql_reset_connection(session->mysql) != 0 ||
		 (!RESET_KEEPS_CHARSET && session->flavor == DB_MARIADB &&
		  mysql_set_character_set(session->mysql, CHARSET) != 0);
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
