/*
 * follow - the event stream, one event at a time, across restarts of the daemon.
 *
 * The stream is taken up again behind the last event that was seen, so none is missed
 * and none comes twice. While no daemon answers it is tried once a second, for at most
 * FOLLOW_GIVE_UP_MS. Waiting ends early on SIGINT and SIGTERM between follow_begin and
 * follow_release, which also reports them. One thread, one follow at a time.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "client.h"
#include "err.h"
#include "sse.h"
#include "wire.h"

#define FOLLOW_GIVE_UP_MS 60000

typedef void (*follow_fn)(const struct wire_event *event, void *ctx);

struct follow {
	struct client *client; /* borrowed */
	char *rollout;         /* owned; NULL: every event */
	int64_t last;          /* id of the newest event seen */
	struct client_stream *stream;
	struct sse sse;
	follow_fn fn;
	void *ctx;
	int64_t gone_since; /* tick_ms; 0: the daemon answers */
	int64_t next_try;
	int got;           /* events in this call of follow_wait */
	struct err broken; /* of an event that cannot be read */
};

/* From behind event since on. */
void follow_begin(struct follow *follow, struct client *client, const char *rollout, int64_t since,
		  follow_fn fn, void *ctx);
void follow_release(struct follow *follow);
SCOPED_RELEASE(follow);

/*
 * Wait up to timeout_ms for events and pass them on: how many came. -1: the daemon
 * refused or has been gone for too long. Returns early with 0 when interrupted.
 */
NODISCARD int follow_wait(struct follow *follow, int timeout_ms, struct err *err);

/* Was the program asked to stop? */
bool follow_interrupted(void);

#endif /* FOLLOW_H */
