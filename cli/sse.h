/*
 * sse - the text/event-stream format, cut into events.
 *
 * Bytes come in any pieces. An event is passed on at its blank line with its last id
 * and its data, several data lines joined by a newline; comments and other fields are
 * passed over; LF, CRLF and CR end a line. One thread.
 */
#ifndef SSE_H
#define SSE_H

#include <stddef.h>

#include <glib.h>

#include "scope.h"

/* data is borrowed for the call, len its bytes. */
typedef void (*sse_fn)(const char *data, size_t len, void *ctx);

struct sse {
	GString *line; /* owned; what has come of it so far */
	GString *data; /* owned */
	gboolean has_data;
	gboolean after_cr;
};

void sse_feed(struct sse *sse, const char *bytes, size_t len, sse_fn fn, void *ctx);
void sse_release(struct sse *sse);
SCOPED_RELEASE(sse);

#endif /* SSE_H */
