/*
 * mailbox - pointers handed from one thread to another, in order.
 *
 * What is sent is taken: the sender never touches it again. Many senders; one
 * receiver that waits on the descriptor (the loop) or blocks in mailbox_wait (a
 * worker). The only lock of the program is inside.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stddef.h>

#include "err.h"

struct mailbox;

NODISCARD struct mailbox *mailbox_new(struct err *err);

/* What is still inside is lost; drain it first. NULL is fine. */
void mailbox_free(struct mailbox *box);

/* Takes message, which is not NULL. Any thread. */
void mailbox_send(struct mailbox *box, void *message);

/* The oldest message, or NULL when it is empty. Never blocks. */
void *mailbox_take(struct mailbox *box);

/* The oldest message; blocks until there is one. NULL: closed and empty. */
void *mailbox_wait(struct mailbox *box);

/* Wakes all who wait, for good. */
void mailbox_close(struct mailbox *box);

/* Readable while something may be inside; mailbox_take until NULL clears it. */
int mailbox_fd(const struct mailbox *box);

#endif /* MAILBOX_H */
