/*
 * crash_proxy LISTEN TARGET CONTROL - a link that can break.
 *
 * Takes connections at LISTEN (a path, or PORT on 127.0.0.1) and forwards each to the
 * Unix socket TARGET. Reads commands from CONTROL, a FIFO, one per line; each is answered
 * on stdout by "ok COMMAND", and one that waited for its moment by "fired COMMAND" then.
 * up is from client to server, down from server to client.
 *
 *   pass                  forward everything; forget what waits, let held bytes go
 *   cut                   end every connection now, both sides; new ones pass
 *   refuse                the same, and end new ones at once, until pass
 *   after DIR N ACTION    when N more bytes went in that direction, exactly there
 *   at TEXT WHEN ACTION   when TEXT comes up in one packet (~ is a blank, * is anything
 *                         between two parts); WHEN: before (the server gets nothing of that
 *                         packet), within (its first half), sent (all of it) or answered
 *                         (and the answer came, which the client does not get)
 *   delay MS              every packet is late by so much, until pass
 *   hold                  nothing is forwarded, and nothing is closed, until pass
 *   count                 how many bytes went up and down: "ok count UP DOWN"
 *
 * ACTION: cut (that connection), half (that direction only is closed), hold (that
 * connection forwards nothing more, until pass). Each fires once.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "err.h"

#define BUFFER_SIZE 65536
#define NEVER       INT64_MAX

enum way { UP, DOWN, WAY_NR };

enum moment {
	MOMENT_NONE,
	MOMENT_BYTES,
	MOMENT_BEFORE,
	MOMENT_WITHIN,
	MOMENT_SENT,
	MOMENT_ANSWERED
};

enum action { ACTION_CUT, ACTION_HALF, ACTION_HOLD };

/* One direction of a connection. */
struct flow {
	char *bytes; /* owned */
	size_t nr;
	size_t sent;
	int64_t due_ms;
	bool closed; /* nothing more goes this way */
};

struct conn {
	int fds[WAY_NR]; /* UP: the client's, read for what goes up; DOWN: the server's */
	struct flow flows[WAY_NR];
	bool held;
	bool asked; /* what was waited for went up here; its answer is the moment */
	bool over;
};

static struct {
	int listener;
	int control;
	const char *target;
	GPtrArray *conns; /* struct conn *, owned */
	bool refuse;
	bool hold;
	int64_t delay_ms;
	int64_t bytes[WAY_NR];
	/* what is waited for */
	enum moment moment;
	enum action action;
	enum way way;
	int64_t left;
	char *pattern; /* owned */
	char *line;    /* owned; the command, for "fired" */
} proxy;

static const char *const way_names[] = { "up", "down", NULL };
static const char *const moment_names[] = {
	"-", "-", "before", "within", "sent", "answered", NULL
};
static const char *const action_names[] = { "cut", "half", "hold", NULL };

static void say(const char *what, const char *line)
{
	(void)printf("%s %s\n", what, line);
	(void)fflush(stdout);
}

static void die(const char *what)
{
	(void)fprintf(stderr, "crash_proxy: %s: %s\n", what, g_strerror(errno));
	exit(1);
}

static int64_t now_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

/* ---- connections ---------------------------------------------------------------------- */

static void conn_free(void *data)
{
	struct conn *conn = data;

	for (int way = UP; way < WAY_NR; way++) {
		(void)close(conn->fds[way]);
		g_free(conn->flows[way].bytes);
	}
	g_free(conn);
}

static int open_target(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(un.sun_path, proxy.target, sizeof(un.sun_path));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int open_path(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)unlink(path);
	g_strlcpy(un.sun_path, path, sizeof(un.sun_path));
	return bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 ? -1 : fd;
}

static int open_port(const char *port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 ? -1 : fd;
}

static void set_nonblocking(int fd)
{
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void take_connection(void)
{
	int client = accept(proxy.listener, NULL, NULL);
	struct conn *conn;
	int server;

	if (client < 0) {
		return;
	}
	server = proxy.refuse ? -1 : open_target();
	if (server < 0) {
		(void)close(client);
		return;
	}
	set_nonblocking(client);
	set_nonblocking(server);
	conn = g_new0(struct conn, 1);
	conn->fds[UP] = client;
	conn->fds[DOWN] = server;
	conn->flows[UP].bytes = g_malloc(BUFFER_SIZE);
	conn->flows[DOWN].bytes = g_malloc(BUFFER_SIZE);
	g_ptr_array_add(proxy.conns, conn);
}

static void close_way(struct conn *conn, enum way way)
{
	conn->flows[way].closed = true;
	conn->flows[way].nr = 0;
	(void)shutdown(conn->fds[way == UP ? DOWN : UP], SHUT_WR);
	(void)shutdown(conn->fds[way], SHUT_RD);
}

/* ---- the moment ----------------------------------------------------------------------- */

static void fire(struct conn *conn, enum way way)
{
	proxy.moment = MOMENT_NONE;
	switch (proxy.action) {
	case ACTION_CUT:
		conn->over = true;
		break;
	case ACTION_HALF:
		close_way(conn, way);
		break;
	case ACTION_HOLD:
		conn->held = true;
		break;
	}
	say("fired", proxy.line);
}

static bool is_match(const char *bytes, size_t nr)
{
	g_autofree char *text = g_malloc(nr + 1);

	for (size_t i = 0; i < nr; i++) {
		text[i] = g_ascii_isprint(bytes[i]) ? bytes[i] : '.';
	}
	text[nr] = '\0';
	return g_pattern_match_simple(proxy.pattern, text);
}

/* How many of the bytes that have come may go on; all of them but in the moment itself. */
static size_t allowed(struct conn *conn, enum way way, size_t nr)
{
	const char *bytes = conn->flows[way].bytes;

	switch (proxy.moment) {
	case MOMENT_BYTES:
		return way == proxy.way ? (size_t)MIN((int64_t)nr, proxy.left) : nr;
	case MOMENT_ANSWERED:
		if (way == DOWN) {
			return conn->asked ? 0 : nr;
		}
		conn->asked = conn->asked || is_match(bytes, nr);
		return nr;
	case MOMENT_BEFORE:
	case MOMENT_WITHIN:
	case MOMENT_SENT:
		if (way == DOWN || !is_match(bytes, nr)) {
			return nr;
		}
		conn->asked = true;
		return proxy.moment == MOMENT_BEFORE ? 0
		       : proxy.moment == MOMENT_SENT ? nr
						     : nr / 2;
	case MOMENT_NONE:
		break;
	}
	return nr;
}

/* Whether it has come, now that these bytes went. */
static bool is_moment(const struct conn *conn, enum way way, size_t went)
{
	switch (proxy.moment) {
	case MOMENT_BYTES:
		if (way == proxy.way) {
			proxy.left -= (int64_t)went;
		}
		return way == proxy.way && proxy.left == 0;
	case MOMENT_ANSWERED:
		return way == DOWN && conn->asked;
	case MOMENT_BEFORE:
	case MOMENT_WITHIN:
	case MOMENT_SENT:
		return way == UP && conn->asked;
	case MOMENT_NONE:
		break;
	}
	return false;
}

/* ---- forwarding ------------------------------------------------------------------------ */

static void flow_read(struct conn *conn, enum way way)
{
	struct flow *flow = &conn->flows[way];
	ssize_t len = read(conn->fds[way], flow->bytes, BUFFER_SIZE);

	if (len < 0 && errno == EAGAIN) {
		return;
	}
	if (len <= 0) {
		close_way(conn, way);
		conn->over = conn->over || len < 0 || conn->flows[way == UP ? DOWN : UP].closed;
		return;
	}
	flow->nr = (size_t)len;
	flow->sent = 0;
	flow->due_ms = now_ms() + proxy.delay_ms;
}

static void flow_write(struct conn *conn, enum way way)
{
	struct flow *flow = &conn->flows[way];
	size_t end = flow->sent == 0 ? allowed(conn, way, flow->nr) : flow->nr;
	ssize_t len = 0;

	if (end > flow->sent) {
		len = send(conn->fds[way == UP ? DOWN : UP], flow->bytes + flow->sent,
			   end - flow->sent, MSG_NOSIGNAL);
		if (len < 0 && errno == EAGAIN) {
			return;
		}
		if (len < 0) {
			conn->over = true;
			return;
		}
	}
	proxy.bytes[way] += len;
	flow->sent += (size_t)len;
	if (is_moment(conn, way, (size_t)len)) {
		conn->asked = false;
		fire(conn, way);
	}
	if (flow->sent >= flow->nr) {
		flow->nr = 0;
		flow->sent = 0;
	}
}

static bool is_held(const struct conn *conn)
{
	return proxy.hold || conn->held;
}

/* What to wait for: a flow with bytes wants to write them when they are due. */
static void watch(const struct conn *conn, struct pollfd fds[WAY_NR], int64_t *due_ms)
{
	for (int way = UP; way < WAY_NR; way++) {
		fds[way].fd = conn->fds[way];
		fds[way].events = 0;
	}
	for (int way = UP; way < WAY_NR && !is_held(conn); way++) {
		const struct flow *flow = &conn->flows[way];

		if (flow->closed) {
			continue;
		}
		if (flow->nr == 0) {
			fds[way].events |= POLLIN;
		} else if (flow->due_ms <= now_ms()) {
			fds[way == UP ? DOWN : UP].events |= POLLOUT;
		} else {
			*due_ms = MIN(*due_ms, flow->due_ms);
		}
	}
	for (int way = UP; way < WAY_NR; way++) {
		if (fds[way].events == 0) {
			fds[way].fd = -1; /* a peer that is gone must not wake us for ever */
		}
	}
}

static void serve(struct conn *conn, const struct pollfd fds[WAY_NR])
{
	for (int way = UP; way < WAY_NR && !conn->over && !is_held(conn); way++) {
		const struct flow *flow = &conn->flows[way];
		short to = fds[way == UP ? DOWN : UP].revents;

		if (flow->closed) {
			continue;
		}
		if (flow->nr == 0 && (fds[way].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
			flow_read(conn, (enum way)way);
		} else if (flow->nr > 0 && (to & (POLLOUT | POLLHUP | POLLERR)) != 0) {
			flow_write(conn, (enum way)way);
		}
	}
}

static void drop_ended(void)
{
	for (guint i = proxy.conns->len; i > 0; i--) {
		const struct conn *conn = g_ptr_array_index(proxy.conns, i - 1);

		if (conn->over || (conn->flows[UP].closed && conn->flows[DOWN].closed)) {
			(void)g_ptr_array_remove_index_fast(proxy.conns, i - 1);
		}
	}
}

/* ---- commands -------------------------------------------------------------------------- */

static int find(const char *const *names, const char *name)
{
	for (int i = 0; name != NULL && names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0) {
			return i;
		}
	}
	errno = EINVAL;
	die(name == NULL ? "a word is missing" : name);
	return -1;
}

static void pass(void)
{
	proxy.moment = MOMENT_NONE;
	proxy.refuse = false;
	proxy.hold = false;
	proxy.delay_ms = 0;
	for (guint i = 0; i < proxy.conns->len; i++) {
		struct conn *conn = g_ptr_array_index(proxy.conns, i);

		conn->held = false;
		conn->asked = false;
	}
}

static void cut(void)
{
	for (guint i = 0; i < proxy.conns->len; i++) {
		((struct conn *)g_ptr_array_index(proxy.conns, i))->over = true;
	}
}

static void wait_for(char *const *words, const char *line)
{
	g_free(proxy.line);
	proxy.line = g_strdup(line);
	proxy.action = (enum action)find(action_names, words[3]);
	if (strcmp(words[0], "after") == 0) {
		proxy.moment = MOMENT_BYTES;
		proxy.way = (enum way)find(way_names, words[1]);
		proxy.left = g_ascii_strtoll(words[2], NULL, 10);
		return;
	}
	g_free(proxy.pattern);
	proxy.pattern = g_strdelimit(g_strdup_printf("*%s*", words[1]), "~", ' ');
	proxy.moment = (enum moment)find(moment_names, words[2]);
}

static void obey(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 4);

	if (strcmp(words[0], "pass") == 0) {
		pass();
	} else if (strcmp(words[0], "cut") == 0) {
		cut();
	} else if (strcmp(words[0], "refuse") == 0) {
		proxy.refuse = true;
		cut();
	} else if (strcmp(words[0], "hold") == 0) {
		proxy.hold = true;
	} else if (strcmp(words[0], "delay") == 0 && words[1] != NULL) {
		proxy.delay_ms = g_ascii_strtoll(words[1], NULL, 10);
	} else if (strcmp(words[0], "count") == 0) {
		(void)printf("ok count %lld %lld\n", (long long)proxy.bytes[UP],
			     (long long)proxy.bytes[DOWN]);
		(void)fflush(stdout);
		return;
	} else if (g_strv_length(words) == 4) {
		wait_for(words, line);
	} else {
		errno = EINVAL;
		die(line);
	}
	say("ok", line);
}

static void read_commands(GString *pending)
{
	char bytes[512];
	ssize_t len = read(proxy.control, bytes, sizeof(bytes));
	const char *end;

	if (len <= 0) {
		return;
	}
	g_string_append_len(pending, bytes, len);
	while ((end = strchr(pending->str, '\n')) != NULL) {
		g_autofree char *line = g_strndup(pending->str, (gsize)(end - pending->str));

		g_string_erase(pending, 0, (gssize)(end - pending->str) + 1);
		obey(line);
	}
}

/* ---- the loop -------------------------------------------------------------------------- */

static void turn(GArray *fds, GString *pending)
{
	int64_t due_ms = NEVER;
	guint nr = proxy.conns->len;
	struct pollfd *at;
	int64_t wait_ms;

	g_array_set_size(fds, 2 + nr * WAY_NR);
	at = (struct pollfd *)(void *)fds->data;
	at[0] = (struct pollfd){ .fd = proxy.listener, .events = POLLIN };
	at[1] = (struct pollfd){ .fd = proxy.control, .events = POLLIN };
	for (guint i = 0; i < nr; i++) {
		watch(g_ptr_array_index(proxy.conns, i), at + 2 + (gsize)i * WAY_NR, &due_ms);
	}
	wait_ms = due_ms == NEVER ? -1 : MAX(due_ms - now_ms(), 0);
	if (poll(at, fds->len, (int)wait_ms) < 0 && errno != EINTR) {
		die("poll");
	}
	for (guint i = 0; i < nr; i++) {
		serve(g_ptr_array_index(proxy.conns, i), at + 2 + (gsize)i * WAY_NR);
	}
	if ((at[0].revents & POLLIN) != 0) {
		take_connection();
	}
	if ((at[1].revents & POLLIN) != 0) {
		read_commands(pending);
	}
	drop_ended();
}

int main(int argc, char **argv)
{
	g_autoptr(GArray) fds = g_array_new(FALSE, TRUE, sizeof(struct pollfd));
	GString *pending = g_string_new(NULL);

	if (argc != 4) {
		(void)fputs("usage: crash_proxy LISTEN TARGET CONTROL\n", stderr);
		return 64;
	}
	proxy.target = argv[2];
	proxy.conns = g_ptr_array_new_with_free_func(conn_free);
	/* a FIFO of ours to write to, too: it never ends when a script has closed it */
	proxy.control = open(argv[3], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	proxy.listener = strchr(argv[1], '/') != NULL ? open_path(argv[1]) : open_port(argv[1]);
	if (proxy.control < 0 || proxy.listener < 0 || listen(proxy.listener, 128) < 0) {
		die(proxy.control < 0 ? argv[3] : argv[1]);
	}
	say("ok", "listening");
	for (;;) {
		turn(fds, pending);
	}
}
