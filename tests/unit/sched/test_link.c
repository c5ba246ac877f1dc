#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "link.h"

static struct link *link_with(int64_t max_running)
{
	struct link *link = link_new(7);
	struct store_server row = { .id = 7, .max_running = max_running };

	store_text_set(&row.name, "db1");
	store_text_set(&row.socket, "/run/a.sock");
	link_set_row(link, &row);
	store_server_release(&row);
	return link;
}

static void has_as_many_slots_as_it_may(void **state)
{
	struct link *link = link_with(2);

	(void)state;
	assert_true(link_has_slot(link, 0));
	link->tasks = 1;
	assert_true(link_has_slot(link, 0));
	assert_false(link_has_slot(link, 1)); /* the rollout's own limit is lower */
	link->tasks = 2;
	assert_false(link_has_slot(link, 0));
	assert_false(link_has_slot(link, 9)); /* a higher one does not help */
	link_free(link);
}

static void back_off_doubles_up_to_a_minute(void **state)
{
	static const int64_t waits[] = { 5000, 10000, 20000, 40000, 60000, 60000 };
	struct link *link = link_with(2);
	int64_t now = 1000;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
		assert_int_equal(link_saw_down(link, SERVER_DOWN, "no answer", now, 5000), i == 0);
		assert_int_equal(link->retry_at, now + waits[i]);
		assert_false(link_has_slot(link, 0));
		now = link->retry_at;
	}
	link_free(link);
}

/* Ten tasks fail at the same moment: that is one fact, not ten. */
static void news_that_is_known_does_not_prolong(void **state)
{
	struct link *link = link_with(2);

	(void)state;
	(void)link_saw_down(link, SERVER_DOWN, "no answer", 1000, 5000);
	(void)link_saw_down(link, SERVER_DOWN, "no answer", 1001, 5000);
	assert_int_equal(link->retry_at, 6000);
	assert_string_equal(link->reason, "no answer");
	link_free(link);
}

static void comes_back_whole(void **state)
{
	struct link *link = link_with(2);

	(void)state;
	(void)link_saw_down(link, SERVER_DENIED, "wrong password", 1000, 5000);
	assert_true(link_saw_up(link));
	assert_false(link_saw_up(link));
	assert_true(link_has_slot(link, 0));
	assert_null(link->reason);
	assert_int_equal(link->retry_at, 0);
	link_free(link);
}

/* The latest proof that anything asked for counts, until it is up. */
static void what_is_to_be_proved_does_not_get_less(void **state)
{
	struct link *link = link_with(2);

	(void)state;
	(void)link_saw_down(link, SERVER_DENIED, "wrong password", 1000, 5000);
	link_must_prove(link, LINK_PROOF_ENTRY);
	link_must_prove(link, LINK_PROOF_ANY);
	assert_int_equal(link->proof, LINK_PROOF_ENTRY);
	(void)link_saw_up(link);
	assert_int_equal(link->proof, LINK_PROOF_ANY);
	link_free(link);
}

static void another_address_is_asked_at_once(void **state)
{
	struct link *link = link_with(2);
	struct store_server row = { .id = 7, .max_running = 2 };

	(void)state;
	(void)link_saw_down(link, SERVER_DOWN, "no answer", 1000, 5000);
	store_text_set(&row.name, "db1");
	store_text_set(&row.socket, "/run/b.sock");
	link_set_row(link, &row);
	assert_int_equal(link->retry_at, 1);
	assert_int_equal(link->addr_nr, 1);
	row.max_running = 3;
	link_set_row(link, &row);
	assert_int_equal(link->addr_nr, 1);
	store_server_release(&row);
	link_free(link);
}

/* Slots, and two more: one of them is the claim's as soon as something waits for it. */
static void the_claim_counts_among_its_connections(void **state)
{
	struct link *link = link_with(2);
	struct db_session *session = NULL;

	(void)state;
	assert_int_equal(link_jobs_max(link), 2);
	link->claim_wanted = true;
	assert_int_equal(link_jobs_max(link), 2); /* no task needs its session yet */
	link->tasks = 2;
	assert_int_equal(link_jobs_max(link), 1);
	link->jobs = 2; /* they were sent before */
	assert_false(link_take_claim(link, &session));
	assert_false(link->claiming);
	link->jobs = 1;
	assert_true(link_take_claim(link, &session));
	assert_null(session); /* the worker opens one */
	link->claim_wanted = false;
	assert_int_equal(link_jobs_max(link), 1);
	link->tasks = 1;
	link->jobs = 2; /* sent while no task ran */
	assert_false(link_has_slot(link, 0));
	link->jobs = 1;
	assert_true(link_has_slot(link, 0));
	link_give_claim(link, NULL); /* it could not be opened */
	assert_int_equal(link_jobs_max(link), 2);
	link_free(link);
}

static void the_claim_goes_with_the_address_and_with_idleness(void **state)
{
	struct link *link = link_with(2);
	struct store_server row = { .id = 7, .max_running = 2 };

	(void)state;
	link->claim_id = 11;
	link->idle_since = 1000;
	link_trim(link, 60999, 60000);
	assert_int_equal(link->claim_id, 11);
	link_trim(link, 61000, 60000);
	assert_int_equal(link->claim_id, 0);
	link->claim_id = 12;
	store_text_set(&row.name, "db1");
	store_text_set(&row.socket, "/run/b.sock");
	link_set_row(link, &row);
	assert_int_equal(link->claim_id, 0);
	store_server_release(&row);
	link_free(link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_as_many_slots_as_it_may),
		cmocka_unit_test(back_off_doubles_up_to_a_minute),
		cmocka_unit_test(news_that_is_known_does_not_prolong),
		cmocka_unit_test(comes_back_whole),
		cmocka_unit_test(what_is_to_be_proved_does_not_get_less),
		cmocka_unit_test(another_address_is_asked_at_once),
		cmocka_unit_test(the_claim_counts_among_its_connections),
		cmocka_unit_test(the_claim_goes_with_the_address_and_with_idleness),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
