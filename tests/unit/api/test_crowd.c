#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <glib.h>

#include "crowd.h"

#define LIMIT   4
#define GUESTS  7
#define ROUNDS  200
#define WAIT_MS 5000

struct house {
	struct event_base *base;
	struct evconnlistener *listener;
	struct crowd *crowd;
	int port;
	int inside[GUESTS];
	size_t nr;
};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
		      int len, void *ctx)
{
	struct house *house = ctx;

	(void)listener;
	(void)from;
	(void)len;
	assert_true(house->nr < GUESTS);
	house->inside[house->nr++] = fd;
	crowd_came(house->crowd);
}

static void open_house(struct house *house)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);

	*house = (struct house){ .base = event_base_new() };
	house->listener = evconnlistener_new_bind(house->base, on_accept, house,
						  LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 64,
						  (struct sockaddr *)&address, sizeof(address));
	assert_non_null(house->listener);
	assert_int_equal(getsockname(evconnlistener_get_fd(house->listener),
				     (struct sockaddr *)&address, &len),
			 0);
	house->port = ntohs(address.sin_port);
	house->crowd = crowd_new(house->base, house->listener, house->port, LIMIT);
}

static int knock(const struct house *house)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) },
				       .sin_port = htons((uint16_t)house->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void wait_for(struct house *house, size_t nr)
{
	gint64 end = g_get_monotonic_time() + (gint64)WAIT_MS * 1000;

	while (house->nr < nr) {
		if (g_get_monotonic_time() > end) {
			fail_msg("%zu came in, not %zu", house->nr, nr);
		}
		assert_int_not_equal(event_base_loop(house->base, EVLOOP_NONBLOCK), -1);
		g_usleep(1000);
	}
	for (int i = 0; i < ROUNDS; i++) { /* and nobody else */
		(void)event_base_loop(house->base, EVLOOP_NONBLOCK);
		g_usleep(1000);
	}
	assert_int_equal(house->nr, nr);
}

static void others_come_in_when_somebody_has_left(void **state)
{
	struct house house;
	int guests[GUESTS];

	(void)state;
	open_house(&house);
	for (int i = 0; i < GUESTS; i++) {
		guests[i] = knock(&house);
	}
	wait_for(&house, LIMIT);
	close(house.inside[0]);
	close(house.inside[1]);
	wait_for(&house, LIMIT + 2);
	close(house.inside[2]);
	wait_for(&house, GUESTS);
	for (int i = 0; i < GUESTS; i++) {
		close(guests[i]);
	}
	for (int i = 3; i < GUESTS; i++) {
		close(house.inside[i]);
	}
	crowd_free(house.crowd);
	evconnlistener_free(house.listener);
	event_base_free(house.base);
	crowd_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_come_in_when_somebody_has_left),
	};

	return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
