/*
 * crowd - no more than so many open connections on one TCP port.
 *
 * When the limit is reached nothing is accepted any more, so that who connects again and again
 * takes no descriptors of the rest of the program; others wait in the queue of the kernel.
 * Looks again every tenth of a second, and accepts when somebody has left. libevent does not tell
 * when a connection ends that never asked anything, so they are counted where they are: among the
 * descriptors of the process, and only when the limit may have been reached.
 *
 * Loop thread only.
 */
#ifndef CROWD_H
#define CROWD_H

#include <stddef.h>

struct crowd;
struct event_base;
struct evconnlistener;

/* base and listener are borrowed and outlive it; port is the one that is listened on. */
struct crowd *crowd_new(struct event_base *base, struct evconnlistener *listener, int port,
			size_t limit);
void crowd_free(struct crowd *crowd); /* NULL is fine */

/* From within the accepting: one more came. */
void crowd_came(struct crowd *crowd);

#endif /* CROWD_H */
