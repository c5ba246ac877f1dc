/*
 * watch - the event stream: rows of the audit trail as they are committed.
 *
 * A stream is a place in the trail. After a commit, some milliseconds later when commits
 * follow closely, every stream is given the rows behind its place, as server-sent events
 * "id: N\ndata: {event}\n\n"; a client that comes back with "since" or "Last-Event-ID" misses
 * nothing. A client that reads slowly holds no memory: its rows stay in the inventory until
 * it has read what was sent. A comment every 15 seconds finds out who has gone.
 *
 * Loop thread only.
 */
#ifndef WATCH_H
#define WATCH_H

#include <stdint.h>

struct api;
struct http_request;
struct watch;

struct watch *watch_new(struct api *api); /* api is borrowed */
void watch_free(struct watch *watch);     /* ends all streams; NULL is fine */

/* Rows were committed. They are sent in a moment, outside of the caller. */
void watch_wake(struct watch *watch);

/* The same of rows about single tasks alone, of which a rollout has hundreds a second. */
void watch_wake_tasks(struct watch *watch);

/* Takes request: it becomes a stream of rows with id > since. rollout_id 0: all. */
void watch_add(struct watch *watch, struct http_request *request, int64_t since,
	       int64_t rollout_id);

#endif /* WATCH_H */
