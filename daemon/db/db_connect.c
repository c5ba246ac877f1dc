#include "db_connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <glib.h>
#include <mysql.h>

/* mysql.h itself uses what is banned, so the build leaves it to us to ban it from here on */
#undef BANNED_H
#include "banned.h"

#include "db_fault.h"
#include "db_login.h"

#define CONNECT_TIMEOUT_S 10
#define ANSWER_TIMEOUT_S  5 /* of a patient session, once an answer has begun */
#define NUMBER_TLS        2026

static void option_text(MYSQL *mysql, enum mysql_option option, const char *value)
{
	if (value != NULL) {
		(void)mysql_options(mysql, option, value);
	}
}

#ifdef MARIADB_PACKAGE_VERSION_ID
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

int db_connect_fd(void *mysql)
{
	return (int)mysql_get_socket(mysql);
}
#else
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

int db_connect_fd(void *mysql)
{
	return ((MYSQL *)mysql)->net.fd;
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
	unsigned long packet = DB_PACKET_MAX;
	unsigned no = 0; /* a server must not be able to ask for our files */

	(void)mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
	(void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
	(void)mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
	(void)mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no);
	(void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, DB_CHARSET);
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
		keepalive(db_connect_fd(mysql));
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

void *db_connect(const struct db_addr *addr, const struct db_login *login,
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
