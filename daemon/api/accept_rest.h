/*
 * accept_rest - what listens rests for a moment when nothing can be accepted.
 *
 * Without a free descriptor accept fails, and who waits stays in the queue: the loop would ask again
 * at once, and libevent would log each time, hundreds of thousands of lines a second. With it the
 * listener is asked ten times a second, the log tells it once a minute, and the rest of the program
 * goes on meanwhile.
 *
 * Loop thread only.
 */
#ifndef ACCEPT_REST_H
#define ACCEPT_REST_H

struct accept_rest;
struct event_base;
struct evconnlistener;

/* base and listener are borrowed and outlive it; the listener's callback for errors is its own. */
struct accept_rest *accept_rest_new(struct event_base *base, struct evconnlistener *listener);
void accept_rest_free(struct accept_rest *rest); /* NULL is fine */

#endif /* ACCEPT_REST_H */
