/*
 * routing - the map of tenants (route_map.h), kept in step with the inventory, and who is told.
 *
 * The inventory says which rows were written; a moment later they are read and those who wait
 * are told together: requests that hold until something changes, streams, and the files
 * that routing_files_set names. routing_read is exact at any time. Loop thread only,
 * outside of a transaction.
 */
#ifndef ROUTING_H
#define ROUTING_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "states.h"

struct call;
struct event_base;
struct http_request;
struct routing;
struct store;

struct routing *routing_new(struct event_base *base, struct store *store); /* both borrowed */
void routing_free(struct routing *routing); /* ends streams and who waits; NULL is fine */

/* Read what was written; then the tag is that of now. Borrowed until the next change. */
NODISCARD int routing_read(struct routing *routing, const char **tag, struct err *err);

/* Fill the answer of the call; same: it has that already, 304. */
void routing_answer(struct routing *routing, struct call *call, enum route_format format,
		    bool same);

/* Answer the deferred call when something has changed or after so many seconds. */
void routing_wait(struct routing *routing, struct call *call, enum route_format format,
		  int64_t wait_s);

/* Takes request: it becomes a stream. seen: the tag it has, or NULL. */
void routing_stream(struct routing *routing, struct http_request *request, const char *seen);

/* "FORMAT:PATH", ends with NULL; NULL: none. */
void routing_files_set(struct routing *routing, char *const *files);

#endif /* ROUTING_H */
