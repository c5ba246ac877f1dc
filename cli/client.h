/*
 * client - requests to musterd over its Unix socket, and its event stream.
 *
 * One connection is kept for requests, each stream has its own. Nothing is opened
 * before the first request. A request is sent once and never repeated: whether it may be
 * is the caller's question.
 *
 * Failures: ERR_CANCELLED when the user interrupts; ERR_UNREACHABLE with native -1 when
 * no daemon answers (client_is_gone), else the daemon's own words with its code; what
 * helps is then in client_hint. One thread.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "wire.h"

struct client;
struct client_stream;

struct client *client_new(const char *socket);
void client_free(struct client *client);
SCOPED_FREE(client);

/* Name the object in a path: "/v1/servers/", "db 1" -> "/v1/servers/db%201". Owned. */
char *client_path(const char *collection, const char *name, const char *rest);

/*
 * Send and wait. body NULL: none. On success *answer is the daemon's body, owned.
 */
NODISCARD int client_request(struct client *client, const char *method, const char *path,
			     const char *body, char **answer, struct err *err);

/*
 * A request that ends with its client (a plan, a start) is waited for as long as musterd works on
 * it, any other one for ten minutes.
 */
void client_set_patient(struct client *client, bool patient);

/*
 * While a request takes longer than a second, fn is given the daemon's answer to how far it has
 * come ([headway], wire_plan.h), twice a second at most. fn NULL: nobody looks.
 */
typedef void (*client_wait_fn)(const char *answer, void *ctx);
void client_watch(struct client *client, client_wait_fn fn, void *ctx);

/* The command that helps after the last failure, or NULL. Borrowed until the next call. */
const char *client_hint(const struct client *client);

/* What the daemon said in the last failure, whole, or NULL. Borrowed until the next call. */
const char *client_refusal(const struct client *client);

/* HTTP status of the last answer; 0: none. */
long client_status(const struct client *client);

/* Is this failure "no daemon answers"? */
bool client_is_gone(const struct err *err);

/* Called with bytes of the stream as they come. */
typedef void (*client_bytes_fn)(const char *bytes, size_t len, void *ctx);

/* Start GET path as an event stream; bytes arrive in client_stream_poll. Owned. */
struct client_stream *client_stream_open(struct client *client, const char *path,
					 client_bytes_fn fn, void *ctx);
void client_stream_free(struct client_stream *stream);
SCOPED_FREE(client_stream);

/*
 * Wait up to timeout_ms for bytes. True while the stream is open; on false *err is
 * ERR_UNREACHABLE (closed or never opened: open another one) or what the daemon said.
 */
bool client_stream_poll(struct client_stream *stream, int timeout_ms, struct err *err);

/* Has the daemon accepted the stream? It may have nothing to say yet. */
bool client_stream_is_open(const struct client_stream *stream);

#endif /* CLIENT_H */
