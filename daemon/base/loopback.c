#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define PORT_MAX 65535

/* "127.0.0.1:3309" in two; the brackets of an IPv6 address go. Owned; NULL: it has no port. */
static char *host_cut(const char *text, uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);
	guint64 number;

	if (colon == NULL ||
	    !g_ascii_string_to_unsigned(colon + 1, 10, 0, PORT_MAX, &number, NULL)) {
		return NULL;
	}
	*port = (uint16_t)number;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		return g_strndup(text + 1, len - 2);
	}
	return memchr(text, ':', len) != NULL ? NULL : g_strndup(text, len);
}

static bool v4_fill(struct loopback *loopback, const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
	    ntohl(address.sin_addr.s_addr) >> 24 != 127) {
		return false;
	}
	memcpy(&loopback->address, &address, sizeof(address));
	loopback->len = sizeof(address);
	return true;
}

static bool v6_fill(struct loopback *loopback, const char *host, uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1 ||
	    !IN6_IS_ADDR_LOOPBACK(&address.sin6_addr)) {
		return false;
	}
	memcpy(&loopback->address, &address, sizeof(address));
	loopback->len = sizeof(address);
	return true;
}

int loopback_parse(struct loopback *loopback, const char *text, struct err *err)
{
	struct loopback parsed = { 0 };
	g_autofree char *host = NULL;
	uint16_t port = 0;

	host = host_cut(text, &port);
	if (host == NULL || (!v4_fill(&parsed, host, port) && !v6_fill(&parsed, host, port))) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" is no loopback address with a port, such as "
			       "\"127.0.0.1:3309\" or \"[::1]:3309\"",
			       text);
	}
	*loopback = parsed;
	return 0;
}
