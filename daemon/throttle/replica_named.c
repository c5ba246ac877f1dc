#include "replica_named.h"

#include <string.h>

#include <glib.h>

#include "db.h"

#define PORT_MAX 65535

static bool is_end(const struct db_addr *addr)
{
	return addr->host == NULL && addr->socket == NULL;
}

void replica_named_free(struct db_addr *addrs)
{
	for (struct db_addr *at = addrs; at != NULL && !is_end(at); at++) {
		db_addr_release(at);
	}
	g_free(addrs);
}

/* Where the host ends: a colon inside of brackets, or one of several, is no port's. */
static const char *host_end(const char *word)
{
	const char *colon = strrchr(word, ':');

	if (word[0] == '[') {
		const char *bracket = strchr(word, ']');

		return bracket == NULL ? NULL : bracket + 1;
	}
	return colon == NULL || strchr(word, ':') != colon ? word + strlen(word) : colon;
}

static bool port_read(const char *text, unsigned *port)
{
	guint64 number = 0;

	if (*text == '\0') {
		return true;
	}
	if (*text != ':' || !g_ascii_string_to_unsigned(text + 1, 10, 1, PORT_MAX, &number, NULL)) {
		return false;
	}
	*port = (unsigned)number;
	return true;
}

static int word_parse(const char *word, struct db_addr *addr, struct err *err)
{
	SCOPED(db_addr) read = { 0 };
	const char *end = host_end(word);
	bool in_brackets = word[0] == '[';

	if (word[0] == '/') {
		read.socket = g_strdup(word);
		if (db_addr_check(&read, err) < 0) {
			return -1;
		}
	} else if (end != NULL && port_read(end, &read.port)) {
		read.host = in_brackets ? g_strndup(word + 1, (gsize)(end - word - 2))
					: g_strndup(word, (gsize)(end - word));
	}
	if (read.socket == NULL && (read.host == NULL || db_addr_check(&read, err) < 0)) {
		return err_set(err, ERR_INVALID,
			       "replicas: \"%.100s\" is no address: HOST, HOST:PORT or the path of "
			       "a socket, with commas between them",
			       word);
	}
	*addr = read;
	read = (struct db_addr){ 0 };
	return 0;
}

struct db_addr *replica_named_parse(const char *text, struct err *err)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	guint nr = g_strv_length(words);
	struct db_addr *addrs;

	if (nr == 0) {
		err_set(err, ERR_INVALID, "replicas: there is no address");
		return NULL;
	}
	if (nr > REPLICA_NAMED_MAX) {
		err_set(err, ERR_INVALID, "replicas: at most %d addresses", REPLICA_NAMED_MAX);
		return NULL;
	}
	addrs = g_new0(struct db_addr, nr + 1);
	for (guint i = 0; i < nr; i++) {
		if (word_parse(g_strstrip(words[i]), &addrs[i], err) < 0) {
			replica_named_free(addrs);
			return NULL;
		}
	}
	return addrs;
}

char *replica_named_format(const char *text, struct err *err)
{
	struct db_addr *addrs = replica_named_parse(text, err);
	GString *out;

	if (addrs == NULL) {
		return NULL;
	}
	out = g_string_new(NULL);
	for (const struct db_addr *at = addrs; !is_end(at); at++) {
		g_autofree char *one = db_addr_format(at);

		g_string_append_printf(out, "%s%s", out->len > 0 ? "," : "", one);
	}
	replica_named_free(addrs);
	return g_string_free(out, FALSE);
}
