/*
 * db_login - who muster is to a server: what an option file says.
 *
 * The groups [client] and [muster] of a my.cnf file, read by the rules of the stock
 * client (quotes, escapes, comments, !include, !includedir). muster reads it itself,
 * because the client libraries differ: one ignores a missing file and "ssl-mode", the
 * other "ssl-enforce". Settings that are not for logging in (host, database, …) are
 * ignored: where a server is says struct db_addr.
 *
 * Any thread. A message never holds anything of the file but the name of a setting.
 */
#ifndef DB_LOGIN_H
#define DB_LOGIN_H

#include <stdbool.h>

#include "err.h"

/*
 * TLS over TCP; a Unix socket never uses it. By default it is used when the server offers
 * it, and its certificate is not looked at. VERIFY_CA: MariaDB's library compares the
 * name in the certificate, too.
 */
enum db_tls {
	DB_TLS_DEFAULT,
	DB_TLS_OFF,
	DB_TLS_REQUIRED,
	DB_TLS_VERIFY_CA,
	DB_TLS_VERIFY_IDENTITY,
};

struct db_login {
	char *user; /* owned, like all below; NULL: not said */
	char *password;
	char *default_auth;
	char *plugin_dir;
	char *bind_address;
	char *ssl_ca;
	char *ssl_capath;
	char *ssl_cert;
	char *ssl_key;
	char *ssl_cipher;
	char *ssl_crl;
	char *ssl_crlpath;
	char *tls_version;
	char *server_public_key;
	bool get_public_key; /* ask the server for the key that hides the password */
	enum db_tls tls;
};

/*
 * Read path. ERR_INVALID with the path (and line) when it cannot be read or is not an
 * option file. path NULL: no file, everything stays unsaid but user, which is the user
 * of the operating system.
 */
NODISCARD int db_login_read(struct db_login *login, const char *path, struct err *err);

void db_login_release(struct db_login *login); /* overwrites the password */
SCOPED_RELEASE(db_login);

#endif /* DB_LOGIN_H */
