#include "replica_list.h"

#include <glib.h>

#define NEW_NAMES 80022 /* MySQL, SHOW REPLICAS */

void replica_list_release(struct replica_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		db_addr_release(&list->addrs[i]);
	}
	g_free(list->addrs);
	*list = (struct replica_list){ 0 };
}

static void add(struct replica_list *list, const char *host, unsigned port)
{
	for (size_t i = 0; i < list->nr; i++) {
		if (g_ascii_strcasecmp(list->addrs[i].host, host) == 0 &&
		    list->addrs[i].port == port) {
			return;
		}
	}
	list->addrs = g_renew(struct db_addr, list->addrs, list->nr + 1);
	list->addrs[list->nr++] = (struct db_addr){ .host = g_strdup(host), .port = port };
}

static bool is_text(const char *cell)
{
	return cell != NULL && *cell != '\0';
}

/* "10.0.0.9:51234", "[::1]:51234", "localhost": a client's port says nothing. */
static char *host_of(const char *client)
{
	const char *colon = strrchr(client, ':');
	size_t len = colon == NULL ? strlen(client) : (size_t)(colon - client);

	if (client[0] == '[' && len > 2 && client[len - 1] == ']') {
		return g_strndup(client + 1, len - 2);
	}
	return g_strndup(client, len);
}

void replica_list_parse(struct replica_list *list, const struct db_rows *reported,
			const struct db_rows *readers, unsigned port)
{
	g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(unsigned));

	for (size_t i = 0; i < reported->nr; i++) {
		const char *host = db_rows_cell(reported, i, "Host");
		const char *text = db_rows_cell(reported, i, "Port");
		unsigned at = text == NULL ? 0 : (unsigned)g_ascii_strtoull(text, NULL, 10);

		if (is_text(host)) {
			add(list, host, at == 0 ? port : at);
		} else if (at != 0) {
			g_array_append_val(ports, at); /* of some reader */
		}
	}
	if (reported->nr > ports->len) {
		return; /* they say where they are */
	}
	g_array_append_val(ports, port);
	for (size_t i = 0; i < readers->nr; i++) {
		const char *client = db_rows_cell(readers, i, "host");
		g_autofree char *host = is_text(client) ? host_of(client) : NULL;

		for (guint j = 0; is_text(host) && j < ports->len; j++) {
			add(list, host, g_array_index(ports, unsigned, j));
		}
	}
}

static const char *report_query(const struct db_session *session)
{
	return db_flavor(session) == DB_MYSQL && db_version_number(session) >= NEW_NAMES
		       ? "show replicas"
		       : "show slave hosts";
}

int replica_list_read(struct db_session *session, struct replica_list *list, struct err *err)
{
	SCOPED(replica_list) read = { 0 };
	SCOPED(db_rows) self = { 0 };
	SCOPED(db_rows) reported = { 0 };
	SCOPED(db_rows) readers = { 0 };
	struct err denied;

	if (db_query(session, &self, "select @@server_id, @@port", err) < 0) {
		return -1;
	}
	read.source_id = g_ascii_strtoll(self.cells[0][0], NULL, 10);
	/* without the right, there is nothing reported */
	if (db_query_named(session, &reported, report_query(session), &denied) < 0 &&
	    db_is_lost(session)) {
		*err = denied;
		return -1;
	}
	if (db_query_named(session, &readers,
			   "select host from information_schema.processlist "
			   "where command like 'Binlog Dump%'",
			   err) < 0) {
		return -1;
	}
	read.readers = (int64_t)readers.nr;
	replica_list_parse(&read, &reported, &readers,
			   (unsigned)g_ascii_strtoull(self.cells[0][1], NULL, 10));
	*list = read;
	read = (struct replica_list){ 0 };
	return 0;
}
