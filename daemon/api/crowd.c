#include "crowd.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <glib.h>

#include "err.h"
#include "log.h"
#include "tick.h"

#define LOOK_US 100000
#define TELL_MS 60000 /* in the log, at most so often */

struct crowd {
	struct evconnlistener *listener; /* borrowed */
	struct event *look;              /* owned */
	int port;
	size_t limit;
	size_t most; /* there cannot be more */
	bool is_full;
	int64_t told_ms; /* 0: never */
};

/* A connection that was accepted at this port? The one that listens is none. */
static bool is_guest(int fd, int port)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in inet;
	socklen_t len = sizeof(address);
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	    (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
		return false;
	}
	memcpy(&inet, &address, sizeof(inet)); /* both have the port at the same place */
	return ntohs(inet.sin_port) == port &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens == 0;
}

static size_t count(int port)
{
	g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
	const char *name;
	size_t nr = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		nr += is_guest((int)g_ascii_strtoll(name, NULL, 10), port) ? 1 : 0;
	}
	return nr;
}

static void look_again(struct crowd *crowd)
{
	const struct timeval after = { .tv_usec = LOOK_US };

	(void)event_add(crowd->look, &after);
}

static void on_look(evutil_socket_t fd, short what, void *ctx)
{
	struct crowd *crowd = ctx;

	(void)fd;
	(void)what;
	crowd->most = count(crowd->port);
	if (crowd->most >= crowd->limit) {
		look_again(crowd);
		return;
	}
	crowd->is_full = false;
	(void)evconnlistener_enable(crowd->listener);
}

static void tell(struct crowd *crowd)
{
	int64_t now_ms = tick_ms();

	if (crowd->told_ms == 0 || now_ms - crowd->told_ms >= TELL_MS) {
		crowd->told_ms = MAX(now_ms, 1);
		log_warn("too many connections, others wait port=%d connections=%zu", crowd->port,
			 crowd->most);
	}
}

void crowd_came(struct crowd *crowd)
{
	crowd->most++;
	if (crowd->most < crowd->limit || crowd->is_full) {
		return;
	}
	crowd->most = count(crowd->port);
	if (crowd->most < crowd->limit) {
		return;
	}
	crowd->is_full = true;
	tell(crowd);
	(void)evconnlistener_disable(crowd->listener);
	look_again(crowd);
}

struct crowd *crowd_new(struct event_base *base, struct evconnlistener *listener, int port,
			size_t limit)
{
	struct crowd *crowd = g_new0(struct crowd, 1);

	crowd->listener = listener;
	crowd->port = port;
	crowd->limit = limit;
	crowd->look = event_new(base, -1, 0, on_look, crowd);
	CHECK(crowd->look != NULL);
	return crowd;
}

void crowd_free(struct crowd *crowd)
{
	if (crowd != NULL) {
		event_free(crowd->look);
		g_free(crowd);
	}
}
