#include "sched_fixture.h"

#include <fcntl.h>
#include <string.h>

#include "err.h"
#include "log.h"

static unsigned told;

static void on_unwritten(void *ctx, const struct err *err)
{
	(void)ctx;
	assert_string_equal(err->msg, "the disk is full");
	told++;
}

static void it_is_said_why_until_a_turn_is_written(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	told = 0;
	sched_on_unwritten(fixture->sched, on_unwritten, NULL);
	assert_null(sched_unwritten(fixture->sched));
	(void)err_set(&err, ERR_STORE, "the disk is full");
	sched_unwritten_note(fixture->sched, &err);
	assert_string_equal(sched_unwritten(fixture->sched), "the disk is full");
	assert_int_equal(told, 0); /* one turn may be late */
	sched_unwritten_note(fixture->sched, &err);
	assert_int_equal(told, 1);
	sched_wake(fixture->sched);
	fixture_turns(fixture, 1);
	assert_null(sched_unwritten(fixture->sched));
}

static void what_a_turn_refuses_by_itself_is_no_fault_of_the_inventory(void **state)
{
	struct fixture *fixture = *state;
	struct err err;

	(void)err_set(&err, ERR_INVALID, "a letter that makes no sense");
	sched_unwritten_note(fixture->sched, &err);
	assert_null(sched_unwritten(fixture->sched));
}

/* A disk that is full for a night: each turn would have said once more what none has done. */
static void the_log_says_nothing_of_a_turn_that_was_not_written(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = g_build_filename(fixture->dir, "log", NULL);
	int log = open(path, O_CREAT | O_WRONLY, 0600);
	int saved = dup(STDERR_FILENO);
	g_autofree char *said = NULL;
	struct err err;

	(void)err_set(&err, ERR_STORE, "the disk is full");
	assert_true(dup2(log, STDERR_FILENO) >= 0);
	for (size_t i = 0; i < 3; i++) {
		sched_unwritten_begin();
		log_warn("task done");
		sched_unwritten_note(fixture->sched, &err);
	}
	sched_unwritten_begin();
	log_warn("task done");
	sched_unwritten_end(fixture->sched);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(log);
	assert_true(g_file_get_contents(path, &said, NULL, NULL));
	(void)g_unlink(path);
	assert_string_equal(said, "turn undone error=\"the disk is full\"\ntask done\n"
				  "turns are written again undone=3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(it_is_said_why_until_a_turn_is_written),
		SCENARIO(the_log_says_nothing_of_a_turn_that_was_not_written),
		SCENARIO(what_a_turn_refuses_by_itself_is_no_fault_of_the_inventory),
	};

	return cmocka_run_group_tests_name("sched_unwritten", tests, NULL, NULL);
}
