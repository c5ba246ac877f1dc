#include "mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	GQueue messages;
	bool closed;
	bool waited; /* its receiver blocks and needs no descriptor */
	int fd;
};

struct mailbox *mailbox_new(struct err *err)
{
	struct mailbox *box;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0) {
		err_set_errno(err, errno, "eventfd");
		return NULL;
	}
	box = g_new0(struct mailbox, 1);
	box->fd = fd;
	CHECK(pthread_mutex_init(&box->lock, NULL) == 0);
	CHECK(pthread_cond_init(&box->filled, NULL) == 0);
	g_queue_init(&box->messages);
	return box;
}

void mailbox_free(struct mailbox *box)
{
	if (box == NULL) {
		return;
	}
	g_queue_clear(&box->messages);
	(void)pthread_cond_destroy(&box->filled);
	(void)pthread_mutex_destroy(&box->lock);
	(void)close(box->fd);
	g_free(box);
}

void mailbox_send(struct mailbox *box, void *message)
{
	const uint64_t one = 1;
	bool wakes;

	CHECK(message != NULL);
	(void)pthread_mutex_lock(&box->lock);
	/* readable already while something is inside */
	wakes = !box->waited && g_queue_is_empty(&box->messages);
	g_queue_push_tail(&box->messages, message);
	(void)pthread_mutex_unlock(&box->lock);
	/* not before: whoever wakes up would have to wait for the lock */
	(void)pthread_cond_signal(&box->filled);
	if (wakes && write(box->fd, &one, sizeof(one)) < 0) {
		CHECK(errno == EAGAIN); /* the counter is full: readable as it is */
	}
}

void *mailbox_take(struct mailbox *box)
{
	uint64_t seen;
	void *message;

	(void)pthread_mutex_lock(&box->lock);
	message = g_queue_pop_head(&box->messages);
	/* under the lock: a send after this read makes it readable again */
	if (message == NULL && read(box->fd, &seen, sizeof(seen)) < 0) {
		CHECK(errno == EAGAIN);
	}
	(void)pthread_mutex_unlock(&box->lock);
	return message;
}

void *mailbox_wait(struct mailbox *box)
{
	void *message;

	(void)pthread_mutex_lock(&box->lock);
	box->waited = true;
	while (g_queue_is_empty(&box->messages) && !box->closed) {
		(void)pthread_cond_wait(&box->filled, &box->lock);
	}
	message = g_queue_pop_head(&box->messages);
	(void)pthread_mutex_unlock(&box->lock);
	return message;
}

void mailbox_close(struct mailbox *box)
{
	(void)pthread_mutex_lock(&box->lock);
	box->closed = true;
	(void)pthread_cond_broadcast(&box->filled);
	(void)pthread_mutex_unlock(&box->lock);
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}
