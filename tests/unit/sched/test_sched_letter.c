#include "throttle_fixture.h"

static void send_sample(struct fixture *fixture)
{
	struct letter *letter = g_new0(struct letter, 1);

	letter->sample = sample_new(fixture->server_id, tick_ms());
	mailbox_send(fixture->sched->letters, letter);
}

static void send_result(struct fixture *fixture)
{
	struct letter *letter = g_new0(struct letter, 1);

	letter->result = g_new0(struct exec_result, 1);
	letter->result->kind = EXEC_TASK;
	letter->result->id = 404; /* no such task */
	letter->result->server_id = 404;
	mailbox_send(fixture->sched->letters, letter);
}

static void only_samples_need_no_turn(void **state)
{
	struct fixture *fixture = *state;

	assert_false(sched_letters_take(fixture->sched)); /* nothing is not a sample */
	send_sample(fixture);
	send_sample(fixture);
	assert_true(sched_letters_take(fixture->sched));
	assert_true(g_queue_is_empty(&fixture->sched->inbox));
}

static void a_word_among_the_samples_is_kept_for_the_turn(void **state)
{
	struct fixture *fixture = *state;
	struct letter *word = g_new0(struct letter, 1);

	word->task_id = 404;
	word->said = g_strdup("nobody waits for this");
	send_sample(fixture);
	mailbox_send(fixture->sched->letters, word);
	send_sample(fixture);
	assert_false(sched_letters_take(fixture->sched));
	assert_int_equal(fixture->sched->inbox.length, 1);
	assert_false(sched_letters_refused(fixture->sched));
	fixture_turns(fixture, 1);
	assert_true(g_queue_is_empty(&fixture->sched->inbox));
}

static void one_that_waits_needs_a_turn_even_after_a_sample(void **state)
{
	struct fixture *fixture = *state;

	send_result(fixture);
	assert_false(sched_letters_take(fixture->sched));
	send_sample(fixture);
	assert_false(sched_letters_take(fixture->sched));
	assert_int_equal(fixture->sched->inbox.length, 1);
	sched_letter_free(g_queue_pop_head(&fixture->sched->inbox));
}

/* A KILL that is late would end the statement of who has the session next. */
static void the_session_of_a_killed_task_is_given_to_nobody(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) row = { 0 };
	struct err err = { 0 };
	struct link *link;

	must(store_server_get(fixture->store, "db1", &row, &err), &err);
	must(sched_link_get(fixture->sched, row.id, &link, &err), &err);
	for (int killed = 0; killed <= 1; killed++) {
		struct letter *letter = g_new0(struct letter, 1);
		struct running *running = g_new0(struct running, 1);
		guint before = link->idle.length;

		running->task_id = 1;
		running->killed = killed;
		running->ended = true;
		g_hash_table_insert(fixture->sched->running,
				    g_memdup2(&running->task_id, sizeof(running->task_id)),
				    running);
		letter->result = g_new0(struct exec_result, 1);
		letter->result->kind = EXEC_TASK;
		letter->result->id = 1;
		letter->result->server_id = row.id;
		letter->result->session = test_server_open();
		letter->refused = true; /* no row of such a task */
		link->tasks++;
		mailbox_send(fixture->sched->letters, letter);
		must(sched_letters_read(fixture->sched, &err), &err);
		assert_int_equal(link->idle.length, before + (killed ? 0 : 1));
		g_hash_table_remove_all(fixture->sched->running);
		sched_letter_free(g_queue_pop_head(&fixture->sched->inbox));
	}
}

/* Behind `server set socket=` it would take the tasks of the new server to the old one. */
static void the_session_of_another_address_is_given_to_nobody(void **state)
{
	static const enum exec_kind kinds[] = { EXEC_TASK, EXEC_CHECK, EXEC_CLAIM };
	struct fixture *fixture = *state;
	struct store_server row = { .id = fixture->server_id, .socket = fixture->dir };
	struct err err = { 0 };
	struct link *link;

	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	row.name = link->row.name;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct letter *letter = g_new0(struct letter, 1);

		letter->result = g_new0(struct exec_result, 1);
		letter->result->kind = kinds[i];
		letter->result->ok = true;
		letter->result->server_id = fixture->server_id;
		letter->result->addr_nr = link->addr_nr;
		letter->result->claim_id = 7;
		letter->result->session = test_server_open();
		letter->refused = kinds[i] != EXEC_CLAIM; /* nobody has sent such an order */
		link->tasks = link->jobs = 1;
		link->claiming = true;
		mailbox_send(fixture->sched->letters, letter);
	}
	link_set_row(link, &row);
	must(sched_letters_read(fixture->sched, &err), &err);
	assert_int_equal(link->idle.length, 0);
	assert_null(link->claim);
	assert_int_equal(link->claim_id, 0);
	assert_false(link->claiming);
	while (!g_queue_is_empty(&fixture->sched->inbox)) {
		sched_letter_free(g_queue_pop_head(&fixture->sched->inbox));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(only_samples_need_no_turn),
		SCENARIO(a_word_among_the_samples_is_kept_for_the_turn),
		SCENARIO(one_that_waits_needs_a_turn_even_after_a_sample),
		SCENARIO(the_session_of_a_killed_task_is_given_to_nobody),
		SCENARIO(the_session_of_another_address_is_given_to_nobody),
	};

	return cmocka_run_group_tests_name("sched_letter", tests, NULL, NULL);
}
