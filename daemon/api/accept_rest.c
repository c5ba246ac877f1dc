#include "accept_rest.h"

#include <errno.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <glib.h>

#include "err.h"
#include "log.h"
#include "tick.h"

#define REST_US 100000
#define TELL_MS 60000 /* in the log, at most so often */

struct accept_rest {
	struct evconnlistener *listener; /* borrowed */
	struct event *over;              /* owned */
	int64_t told_ms;                 /* 0: never */
};

/* evhttp keeps the one pointer that the callback of a listener gets, so ours is looked up. */
static GSList *rests;

static void on_over(evutil_socket_t fd, short what, void *ctx)
{
	struct accept_rest *rest = ctx;

	(void)fd;
	(void)what;
	(void)evconnlistener_enable(rest->listener);
}

static void tell(struct accept_rest *rest, int number)
{
	int64_t now_ms = tick_ms();

	if (rest->told_ms == 0 || now_ms - rest->told_ms >= TELL_MS) {
		rest->told_ms = MAX(now_ms, 1);
		log_warn("no connection can be accepted now, others wait error=\"%s\"",
			 g_strerror(number));
	}
}

static void on_error(struct evconnlistener *listener, void *ctx)
{
	const struct timeval after = { .tv_usec = REST_US };
	int number = errno;

	(void)ctx;
	for (GSList *at = rests; at != NULL; at = at->next) {
		struct accept_rest *rest = at->data;

		if (rest->listener == listener) {
			tell(rest, number);
			(void)evconnlistener_disable(listener);
			(void)event_add(rest->over, &after);
		}
	}
}

struct accept_rest *accept_rest_new(struct event_base *base, struct evconnlistener *listener)
{
	struct accept_rest *rest = g_new0(struct accept_rest, 1);

	rest->listener = listener;
	rest->over = event_new(base, -1, 0, on_over, rest);
	CHECK(rest->over != NULL);
	rests = g_slist_prepend(rests, rest);
	evconnlistener_set_error_cb(listener, on_error);
	return rest;
}

void accept_rest_free(struct accept_rest *rest)
{
	if (rest != NULL) {
		evconnlistener_set_error_cb(rest->listener, NULL);
		rests = g_slist_remove(rests, rest);
		event_free(rest->over);
		g_free(rest);
	}
}
