#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "panel.h"
#include "replica_list.h"
#include "replicas.h"
#include "sample.h"
#include "test_pair.h"
#include "test_server.h"
#include "tick.h"

#define PERIOD_MS  100
#define TIMEOUT_MS 60000

static struct test_pair *pair;
static struct panel *panel;
static struct replicas *replicas;

static int setup(void **state)
{
	(void)state;
	pair = test_pair_start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_pair_stop(pair);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	panel = panel_new(NULL, 0);
	replicas = replicas_new(NULL, panel, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	replicas_free(replicas);
	panel_free(panel);
	return 0;
}

/*
 * Turns until there is a lag above (or, negative, below) the limit, or with (double)NAN a problem.
 * Owned: the place or the problem.
 */
static char *until(double limit)
{
	int64_t end_ms = tick_ms() + TIMEOUT_MS;

	while (tick_ms() < end_ms) {
		SCOPED_PTR(sample) sample = NULL;
		const struct reading *lag;

		replicas_turn(replicas, PERIOD_MS);
		sample = panel_sample(panel, 1, tick_ms());
		lag = sample_find(sample, "lag");
		if (lag != NULL && lag->problem != NULL) {
			if (isnan(limit)) {
				return g_strdup(lag->problem);
			}
		} else if (lag != NULL && !isnan(limit) &&
			   (limit < 0 ? lag->value < -limit : lag->value > limit)) {
			return g_strdup(sample->where);
		}
		g_usleep(10000);
	}
	fail_msg("no lag like %g", limit);
	return NULL;
}

static void exec(const char *mysql, const char *mariadb)
{
	test_pair_exec(test_pair_on_replica(pair),
		       test_pair_flavor(pair) == DB_MYSQL ? mysql : mariadb);
}

static void without_a_replica_there_is_no_lag(void **state)
{
	SCOPED_PTR(sample) sample = NULL;

	(void)state;
	replicas_turn(replicas, PERIOD_MS);
	sample = panel_sample(panel, 1, tick_ms());
	assert_null(sample_find(sample, "lag"));
}

static void one_is_expected_once(void **state)
{
	const struct db_addr addr = { .host = (char *)(uintptr_t) "db8", .port = 3306 };
	const struct db_addr same = { .host = (char *)(uintptr_t) "db8" };
	const struct db_addr alias = { .host = (char *)(uintptr_t) "db8.example" };

	(void)state;
	assert_true(replicas_add(replicas, "r1", &addr, 5, 0));
	assert_true(replicas_has(replicas, &same));
	assert_false(replicas_has(replicas, &alias));
	assert_false(replicas_add(replicas, NULL, &same, 0, 0));
	assert_false(replicas_add(replicas, NULL, &alias, 5, 0));
	assert_true(replicas_add(replicas, NULL, &alias, 6, 0));
}

static void who_was_found_is_told_with_when_it_last_replicated(void **state)
{
	const struct db_addr nowhere = { .host = (char *)(uintptr_t) "127.0.0.1", .port = 1 };
	g_autoptr(GArray) found = NULL;
	const struct replica_found *first;
	const struct replica_found *second;

	(void)state;
	assert_true(replicas_add(replicas, NULL, test_pair_replica(pair), 0, 1000));
	assert_true(replicas_add(replicas, NULL, &nowhere, 0, 2000));
	assert_true(replicas_add(replicas, "named", test_pair_source(pair), 0, 0));
	replicas_set_source(replicas, 1, 1);
	replicas_turn(replicas, PERIOD_MS);
	found = replicas_found(replicas);
	assert_int_equal(found->len, 2);
	first = &g_array_index(found, struct replica_found, 0);
	second = &g_array_index(found, struct replica_found, 1);
	assert_true(first->seen_at > tick_wall_ms() - TIMEOUT_MS);
	assert_string_equal(second->where, "127.0.0.1:1");
	assert_int_equal(second->seen_at, 2000);
}

static void one_that_was_found_and_is_named_counts_once(void **state)
{
	const struct db_addr other = { .host = (char *)(uintptr_t) "127.0.0.1", .port = 1 };
	g_auto(GStrv) names = NULL;
	g_autoptr(GArray) found = NULL;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_query(test_pair_on_replica(pair), &rows, "select @@server_id", &err),
			 0);
	assert_true(replicas_add(replicas, NULL, &other,
				 g_ascii_strtoll(rows.cells[0][0], NULL, 10), 1000));
	assert_true(replicas_add(replicas, "replica1", test_pair_replica(pair), 0, 0));
	replicas_set_source(replicas, 1, 1);
	replicas_turn(replicas, PERIOD_MS); /* now its number is known */
	names = replicas_names(replicas);
	assert_int_equal(g_strv_length(names), 1);
	assert_string_equal(names[0], "replica1");
	found = replicas_found(replicas);
	assert_int_equal(found->len, 0);
	g_free(until(-5));
}

static void one_that_was_found_and_has_moved_is_not_missed_where_it_was(void **state)
{
	const struct db_addr before = { .host = (char *)(uintptr_t) "127.0.0.1", .port = 1 };
	SCOPED(db_rows) rows = { 0 };
	g_auto(GStrv) names = NULL;
	g_autoptr(GArray) found = NULL;
	struct err err = { 0 };
	int64_t id;

	(void)state;
	assert_int_equal(db_query(test_pair_on_replica(pair), &rows, "select @@server_id", &err),
			 0);
	id = g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	assert_true(replicas_add(replicas, NULL, &before, id, 1000));
	assert_false(replicas_add(replicas, NULL, test_pair_replica(pair), id, 2000));
	replicas_set_source(replicas, 1, 1);
	replicas_turn(replicas, PERIOD_MS); /* it does not answer there */
	assert_true(replicas_add(replicas, NULL, test_pair_replica(pair), id, 2000));
	assert_false(replicas_has(replicas, &before));
	names = replicas_names(replicas);
	assert_int_equal(g_strv_length(names), 1);
	g_free(until(-5));
	found = replicas_found(replicas);
	assert_int_equal(found->len, 2);
	assert_int_equal(g_array_index(found, struct replica_found, 0).seen_at, 0);
	assert_int_equal(g_array_index(found, struct replica_found, 1).server_id, id);
	assert_true(replicas_add(replicas, NULL, &before, 99, 3000)); /* another is there now */
}

static void one_that_was_not_asked_yet_is_a_problem(void **state)
{
	const struct db_addr addr = { .host = (char *)(uintptr_t) "127.0.0.1", .port = 1 };
	SCOPED_PTR(sample) sample = NULL;
	const struct reading *lag;

	(void)state;
	assert_true(replicas_add(replicas, NULL, &addr, 0, 1000));
	sample = panel_sample(panel, 1, tick_ms());
	lag = sample_find(sample, "lag");
	assert_non_null(lag);
	assert_string_equal(lag->problem, "replica 127.0.0.1:1 was not asked yet");
}

static void the_worst_is_named(void **state)
{
	g_autofree char *where = NULL;
	g_autofree char *stopped = NULL;

	(void)state;
	assert_true(replicas_add(replicas, "replica1", test_pair_replica(pair), 0, 0));
	replicas_set_source(replicas, 1, 1);
	where = until(-1);
	assert_string_equal(where, "replica1");
	exec("stop replica sql_thread", "stop slave sql_thread");
	stopped = until(1e9);
	assert_string_equal(stopped, "replica1: its SQL thread does not run");
	exec("start replica", "start slave");
	g_free(until(-5));
}

static void one_that_cannot_be_asked_is_a_problem_though_others_can(void **state)
{
	const struct db_addr nowhere = { .socket = (char *)(uintptr_t) "/no/such/sock" };
	g_autofree char *why = NULL;
	g_autofree char *stopped = NULL;

	(void)state;
	assert_true(replicas_add(replicas, "gone", &nowhere, 0, 0));
	assert_true(replicas_add(replicas, "replica1", test_pair_replica(pair), 0, 0));
	why = until((double)NAN);
	assert_true(g_str_has_prefix(why, "replica gone: "));
	exec("stop replica sql_thread", "stop slave sql_thread");
	stopped = until(1e9); /* that one is known to stand still says more */
	assert_true(g_str_has_prefix(stopped, "replica1: "));
	exec("start replica", "start slave");
}

static void one_that_is_no_replica_any_more_is_a_problem(void **state)
{
	g_autofree char *why = NULL;

	(void)state;
	assert_true(replicas_add(replicas, "master", test_pair_source(pair), 0, 0));
	why = until((double)NAN);
	assert_string_equal(why, "replica master: it is no replica");
}

static void one_that_the_server_does_not_see_is_a_problem(void **state)
{
	g_autofree char *why = NULL;

	(void)state;
	assert_true(replicas_add(replicas, "replica1", test_pair_replica(pair), 0, 0));
	replicas_set_source(replicas, 1, -1); /* it may not say */
	g_free(until(-5));
	replicas_set_source(replicas, 1, 1);
	g_free(until(-5));
	replicas_set_source(replicas, 1, 0);
	why = until((double)NAN);
	assert_string_equal(why, "0 of 1 replicas read the binary log of the server");
	replicas_set_source(replicas, 1, 2);
	g_free(until(-5));
}

static void a_hung_one_is_a_problem_and_comes_back(void **state)
{
	g_autofree char *why = NULL;

	(void)state;
	assert_true(replicas_add(replicas, "replica1", test_pair_replica(pair), 0, 0));
	g_free(until(-5));
	test_pair_signal(pair, SIGSTOP);
	why = until((double)NAN);
	assert_non_null(strstr(why, "replica1"));
	test_pair_signal(pair, SIGCONT);
	g_free(until(-5));
}

#define FRESH(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(without_a_replica_there_is_no_lag),
		FRESH(one_is_expected_once),
		FRESH(who_was_found_is_told_with_when_it_last_replicated),
		FRESH(one_that_was_found_and_is_named_counts_once),
		FRESH(one_that_was_found_and_has_moved_is_not_missed_where_it_was),
		FRESH(one_that_was_not_asked_yet_is_a_problem),
		FRESH(the_worst_is_named),
		FRESH(one_that_cannot_be_asked_is_a_problem_though_others_can),
		FRESH(one_that_is_no_replica_any_more_is_a_problem),
		FRESH(one_that_the_server_does_not_see_is_a_problem),
		FRESH(a_hung_one_is_a_problem_and_comes_back),
	};

	return cmocka_run_group_tests_name("replicas", tests, setup, teardown);
}
