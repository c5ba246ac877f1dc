/*
 * http - HTTP/1.1 on a Unix socket or a port of this machine: requests in, answers out.
 *
 * Knows nothing of operations (ops.h) and messages. A request is handed to one
 * function, which answers it at once or later, exactly once, by http_answer or as a
 * stream. A client that hangs up changes nothing for whoever works on its
 * request, unless it asked to be told: the answer is then thrown away.
 *
 * An answer to HEAD is the one to GET without its body. Of who asks through a port nothing
 * is known (http_peer.uid is -1), and what it may send is small; there are only so many of them at
 * once (crowd.h), and who says nothing for ten seconds is gone.
 *
 * The socket has mode 0660. A socket file that nobody serves any more is replaced; one
 * that is served is refused. The program ignores SIGPIPE. Loop thread only.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

struct event_base;
struct http;

struct http_peer {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* owned; also its supplementary groups */
	size_t nr_groups;
};

struct http_request {
	const char *method; /* "GET"; static */
	const char *path;   /* as sent, still percent-encoded; borrowed */
	const char *query;  /* behind the "?", or NULL; borrowed */
	const char *body;   /* borrowed; not NUL-terminated */
	size_t body_len;
	struct http_peer peer;
	bool by_port; /* not through the Unix socket */
	int64_t began_us;
};

/* Takes request: exactly one of http_answer and http_stream_end frees it. */
typedef void (*http_fn)(struct http_request *request, void *ctx);

/* Requests answered so far and the time between their last byte and the answer. */
struct http_stats {
	int64_t requests;
	int64_t us_sum;
	int64_t us_max;
	int64_t streams; /* open now */
};

struct http_setup {
	struct event_base *base; /* borrowed; outlives http */
	const char *path;        /* of the socket; NULL: port says where */
	const char *group;       /* that owns the socket; NULL or "": that of the process */
	int fd;                  /* >= 0: a listening socket given by systemd; taken */
	const char *port;        /* "127.0.0.1:3309", as loopback.h reads it */
	http_fn fn;
	void *ctx;
};

/* ERR_CONFLICT when the socket is served; a group that does not exist is only logged. */
NODISCARD struct http *http_open(const struct http_setup *setup, struct err *err);

/* The port that is served, as a number; 0: it is a Unix socket. */
int http_port(const struct http *http);

/* Requests that are not answered yet stay valid; their answers go nowhere. NULL is fine. */
void http_close(struct http *http);

void http_stats_get(const struct http *http, struct http_stats *stats);

/* A header of the request, or NULL. Borrowed. */
const char *http_header(const struct http_request *request, const char *name);

/* A header of the answer, before it is sent; a second one of a name is the one that counts. */
void http_header_put(struct http_request *request, const char *name, const char *value);

/*
 * fn is called when the client hangs up before the answer; it may not answer then. NULL: nobody
 * wants to know any more.
 */
void http_on_gone(struct http_request *request, void (*fn)(void *ctx), void *ctx);

/* As if the client had hung up, though it can still be answered. True: somebody wanted to know. */
bool http_give_up(struct http_request *request);

/* Takes request and body (g_free). */
void http_answer(struct http_request *request, int status, const char *content_type, char *body);

/*
 * An answer that goes on. drained is called when everything sent so far has left.
 * http_stream_send copies text and says false when the client has gone.
 */
void http_stream_begin(struct http_request *request, const char *content_type,
		       void (*drained)(void *ctx), void *ctx);
NODISCARD bool http_stream_send(struct http_request *request, const char *text, size_t len);
size_t http_stream_backlog(const struct http_request *request); /* bytes that wait */
void http_stream_end(struct http_request *request);

#endif /* HTTP_H */
