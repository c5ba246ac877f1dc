#include <errno.h>
#include <poll.h>

#include <glib.h>

#include "db_session.h"

/* The library would ask for the answer, find none, and wait then: one call more. */
static void wait_for_ever(int fd)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	while (fd >= 0 && poll(&answer, 1, -1) < 0 && errno == EINTR) {
	}
}

int db_patience_wait(struct db_session *session, int fd, struct err *err)
{
	const struct db_patience *patience = session->patience;
	int64_t waited_ms = 0;

	if (patience == NULL) {
		wait_for_ever(fd);
		return 0;
	}
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = fd, .events = POLLIN },
			{ .fd = patience->stop_fd > 0 ? patience->stop_fd : -1, .events = POLLIN },
		};
		int ready = poll(fds, G_N_ELEMENTS(fds), (int)patience->step_ms);

		if (ready < 0 && errno == EINTR) {
			continue;
		}
		if (ready > 0 && fds[0].revents != 0) {
			return 0;
		}
		waited_ms += patience->step_ms;
		if (ready != 0 || !patience->step(patience->ctx, waited_ms)) {
			session->lost = true;
			return err_set(err, ERR_TIMEOUT, "the server does not answer");
		}
	}
}
