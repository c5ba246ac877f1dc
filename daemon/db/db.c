#include "db.h"

#include <glib.h>

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

void db_rows_release(struct db_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		for (size_t j = 0; j < rows->columns; j++) {
			g_free(rows->cells[i][j]);
		}
		g_free(rows->cells[i]);
	}
	g_free(rows->cells);
	*rows = (struct db_rows){ 0 };
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
