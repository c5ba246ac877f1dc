#include "db.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <glib.h>

#include "db_session.h"

#define HOST_LEN_MAX       255 /* of a name in the DNS */
#define HEADROOM_MIN       3
#define HEADROOM_PERCENT   5
#define NUMBER_TOO_MANY    1040
#define NUMBER_NO_SUCH_PID 1094

const char *const db_flavor_names[DB_FLAVOR_NR] = {
	[DB_UNKNOWN] = "unknown",
	[DB_MARIADB] = "mariadb",
	[DB_MYSQL] = "mysql",
};

void db_addr_copy(struct db_addr *to, const struct db_addr *from)
{
	struct db_addr copy = {
		.host = g_strdup(from->host),
		.port = from->port,
		.socket = g_strdup(from->socket),
		.defaults_file = g_strdup(from->defaults_file),
	};

	db_addr_release(to);
	*to = copy;
}

void db_addr_release(struct db_addr *addr)
{
	g_free(addr->host);
	g_free(addr->socket);
	g_free(addr->defaults_file);
	*addr = (struct db_addr){ 0 };
}

char *db_addr_format(const struct db_addr *addr)
{
	const char *host = addr->host == NULL ? "localhost" : addr->host;
	unsigned port = addr->port == 0 ? 3306 : addr->port;

	if (addr->socket != NULL) {
		return g_strdup(addr->socket);
	}
	if (strchr(host, ':') != NULL) {
		return g_strdup_printf("[%s]:%u", host, port);
	}
	return g_strdup_printf("%s:%u", host, port);
}

/* A name or an address of either family, perhaps with a zone. */
static bool is_host(const char *host)
{
	size_t len = strlen(host);

	for (const char *at = host; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && strchr("-_.:%", *at) == NULL) {
			return false;
		}
	}
	return len > 0 && len <= HOST_LEN_MAX;
}

int db_addr_check(const struct db_addr *addr, struct err *err)
{
	struct sockaddr_un un;

	if (addr->socket != NULL && strlen(addr->socket) >= sizeof(un.sun_path)) {
		return err_set(err, ERR_INVALID, "socket %s: longer than the %zu bytes of a socket",
			       addr->socket, sizeof(un.sun_path) - 1);
	}
	if (addr->socket == NULL && addr->host != NULL && !is_host(addr->host)) {
		return err_set(err, ERR_INVALID,
			       "\"%.100s\" is neither the name of a host nor an address",
			       addr->host);
	}
	return 0;
}

void db_rows_release(struct db_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		for (size_t j = 0; j < rows->columns; j++) {
			g_free(rows->cells[i][j]);
		}
		g_free(rows->cells[i]);
	}
	for (size_t j = 0; rows->names != NULL && j < rows->columns; j++) {
		g_free(rows->names[j]);
	}
	g_free(rows->names);
	g_free(rows->cells);
	*rows = (struct db_rows){ 0 };
}

const char *db_rows_cell(const struct db_rows *rows, size_t row, const char *name)
{
	for (size_t j = 0; rows->names != NULL && row < rows->nr && j < rows->columns; j++) {
		if (g_ascii_strcasecmp(rows->names[j], name) == 0) {
			return rows->cells[row][j];
		}
	}
	return NULL;
}

char *db_quote_name(const char *name)
{
	GString *quoted = g_string_new("`");

	for (const char *c = name; *c != '\0'; c++) {
		g_string_append(quoted, *c == '`' ? "``" : (char[]){ *c, '\0' });
	}
	g_string_append_c(quoted, '`');
	return g_string_free(quoted, FALSE);
}

unsigned db_version_number(const struct db_session *session)
{
	unsigned parts[3] = { 0 };
	const char *text = db_version(session);
	char *at = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(parts) && g_ascii_isdigit(*text); i++) {
		parts[i] = (unsigned)g_ascii_strtoull(text, &at, 10);
		text = *at == '.' ? at + 1 : at;
	}
	return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

int db_execf(struct db_session *session, struct err *err, const char *fmt, ...)
{
	g_autofree char *sql = NULL;
	va_list ap;

	va_start(ap, fmt);
	sql = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	return db_exec(session, sql, strlen(sql), err);
}

int db_queryf(struct db_session *session, struct db_rows *rows, struct err *err, const char *fmt,
	      ...)
{
	g_autofree char *sql = NULL;
	va_list ap;

	va_start(ap, fmt);
	sql = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	return db_query(session, rows, sql, err);
}

int db_query_named(struct db_session *session, struct db_rows *rows, const char *sql,
		   struct err *err)
{
	int failed;

	session->named = true;
	failed = db_query(session, rows, sql, err);
	session->named = false;
	return failed;
}

int db_kill(struct db_session *session, uint64_t connection_id, bool whole, struct err *err)
{
	struct err refused = { 0 };

	if (db_execf(session, &refused, "kill %s %" G_GUINT64_FORMAT,
		     whole ? "connection" : "query", connection_id) == 0 ||
	    (refused.code == ERR_DB && refused.native == NUMBER_NO_SUCH_PID)) {
		return 0;
	}
	*err = refused;
	return -1;
}

/* clang-format off */
static const char *const plain_words[] = {
	"alter", "commit", "create", "delete", "do", "drop", "insert", "kill", "rename",
	"replace", "rollback", "select", "start", "truncate", "update", "with",
};

/* clang-format on */

bool db_leaves_settings(const char *sql)
{
	size_t len;

	sql += strspn(sql, " \t\r\n");
	while (g_str_has_prefix(sql, "/*") && sql[2] != '!' && sql[2] != 'M') {
		const char *end = strstr(sql + 2, "*/");

		if (end == NULL) {
			return true;
		}
		sql = end + 2 + strspn(end + 2, " \t\r\n");
	}
	len = strspn(sql, G_CSET_a_2_z G_CSET_A_2_Z);
	for (size_t i = 0; i < G_N_ELEMENTS(plain_words); i++) {
		if (strlen(plain_words[i]) == len &&
		    g_ascii_strncasecmp(sql, plain_words[i], len) == 0) {
			return false;
		}
	}
	return true;
}

/* ---- what is known of a session ------------------------------------------------- */

const char *db_pinned(const struct db_session *session)
{
	return session->pinned;
}

void db_set_pinned(struct db_session *session, const char *settings)
{
	g_free(session->pinned);
	session->pinned = g_strdup(settings);
}

enum db_flavor db_flavor(const struct db_session *session)
{
	return session->flavor;
}

const char *db_version(const struct db_session *session)
{
	return session->version;
}

uint64_t db_max_packet(const struct db_session *session)
{
	return session->max_packet;
}

bool db_is_lost(const struct db_session *session)
{
	return session->lost;
}

uint64_t db_affected(const struct db_session *session)
{
	return session->affected;
}

/* ---- what is left to others ---------------------------------------------------- */

static int64_t cell_number(const struct db_rows *rows, size_t column)
{
	return rows->nr == 0 || rows->cells[0][column] == NULL
		       ? 0
		       : g_ascii_strtoll(rows->cells[0][column], NULL, 10);
}

int db_headroom_check(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) limits = { 0 };
	SCOPED(db_rows) status = { 0 };
	int64_t max;
	int64_t used;
	int64_t keep;

	if (db_query(session, &limits, "select @@max_connections, @@max_allowed_packet", err) < 0 ||
	    db_query(session, &status, "show global status like 'Threads_connected'", err) < 0) {
		return -1;
	}
	session->max_packet = (uint64_t)cell_number(&limits, 1);
	max = cell_number(&limits, 0);
	used = status.columns < 2 ? 0 : cell_number(&status, 1);
	keep = MAX(HEADROOM_MIN, max * HEADROOM_PERCENT / 100);
	if (max - used < keep) {
		return err_set_native(err, ERR_UNREACHABLE, NUMBER_TOO_MANY,
				      "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
				      " connections are in use; muster leaves %" G_GINT64_FORMAT
				      " to others",
				      used, max, keep);
	}
	return 0;
}
