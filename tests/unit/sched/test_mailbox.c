#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "mailbox.h"

#define SENDERS  4
#define MESSAGES 5000

static struct mailbox *box_new(void)
{
	struct err err = { 0 };
	struct mailbox *box = mailbox_new(&err);

	assert_non_null(box);
	return box;
}

static bool is_readable(const struct mailbox *box)
{
	struct pollfd poller = { .fd = mailbox_fd(box), .events = POLLIN };

	return poll(&poller, 1, 0) == 1;
}

static void keeps_the_order(void **state)
{
	struct mailbox *box = box_new();
	int values[3] = { 1, 2, 3 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		mailbox_send(box, &values[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		assert_ptr_equal(mailbox_take(box), &values[i]);
	}
	assert_null(mailbox_take(box));
	mailbox_free(box);
}

static void is_readable_until_it_is_empty(void **state)
{
	struct mailbox *box = box_new();
	int value = 0;

	(void)state;
	assert_false(is_readable(box));
	mailbox_send(box, &value);
	mailbox_send(box, &value);
	assert_true(is_readable(box));
	assert_non_null(mailbox_take(box));
	assert_true(is_readable(box)); /* one is left */
	assert_non_null(mailbox_take(box));
	assert_null(mailbox_take(box));
	assert_false(is_readable(box));
	mailbox_free(box);
}

static void *send_many(void *arg)
{
	struct mailbox *box = arg;
	static int value;

	for (size_t i = 0; i < MESSAGES; i++) {
		mailbox_send(box, &value);
	}
	return NULL;
}

static void nothing_is_lost_between_threads(void **state)
{
	struct mailbox *box = box_new();
	pthread_t senders[SENDERS];

	(void)state;
	for (size_t i = 0; i < SENDERS; i++) {
		assert_int_equal(pthread_create(&senders[i], NULL, send_many, box), 0);
	}
	for (size_t i = 0; i < (size_t)SENDERS * MESSAGES; i++) {
		assert_non_null(mailbox_wait(box));
	}
	for (size_t i = 0; i < SENDERS; i++) {
		assert_int_equal(pthread_join(senders[i], NULL), 0);
	}
	assert_null(mailbox_take(box));
	mailbox_free(box);
}

static void a_closed_box_is_emptied_first(void **state)
{
	struct mailbox *box = box_new();
	int value = 0;

	(void)state;
	mailbox_send(box, &value);
	mailbox_close(box);
	assert_ptr_equal(mailbox_wait(box), &value);
	assert_null(mailbox_wait(box));
	mailbox_free(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(is_readable_until_it_is_empty),
		cmocka_unit_test(nothing_is_lost_between_threads),
		cmocka_unit_test(a_closed_box_is_emptied_first),
	};

	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
