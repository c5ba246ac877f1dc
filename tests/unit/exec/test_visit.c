#include <inttypes.h>

#include "db_guard.h"
#include "kit.h"
#include "tick.h"
#include "visit.h"

static void a_session_closed_while_idle_is_replaced(void **state)
{
	const char *schema = test_server_schema("idle");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = NULL;
	uint64_t old;

	(void)state;
	order->session = test_server_open();
	old = db_connection_id(order->session);
	test_server_exec("kill connection %" PRIu64, old);
	result = exec_run(order);
	assert_int_equal(result->event, TASK_APPLIED);
	assert_int_not_equal(db_connection_id(result->session), old);
	release_unref(release);
}

static void one_session_serves_many_tenants(void **state)
{
	char *first = g_strdup(test_server_schema("many1"));
	const char *second = test_server_schema("many2");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	SCOPED_PTR(exec_result) result = kit_task(release, first);
	struct exec_order *order = kit_order(EXEC_TASK, release, second);
	uint64_t id = db_connection_id(result->session);
	SCOPED_PTR(exec_result) next = NULL;

	(void)state;
	order->session = g_steal_pointer(&result->session);
	next = exec_run(order);
	assert_int_equal(next->event, TASK_APPLIED);
	assert_int_equal(db_connection_id(next->session), id);
	kit_assert_exists(second, "a", true);
	release_unref(release);
	g_free(first);
}

/* A kept session goes to a tenant in one round trip, where nothing is in its way. */
static void on_a_kept_session_it_waits_for_the_lock(void **state)
{
	char *first = g_strdup(test_server_schema("kept1"));
	const char *second = test_server_schema("kept2");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	SCOPED_PTR(exec_result) result = kit_task(release, first);
	struct exec_order *order = kit_order(EXEC_TASK, release, second);
	SCOPED_PTR(db_session) other = test_server_open();
	SCOPED_PTR(exec_result) next = NULL;
	struct err err;

	(void)state;
	assert_int_equal(db_lock(other, second, 0, &err), 0);
	order->session = g_steal_pointer(&result->session);
	order->stall_ms = 1;
	next = exec_run(order);
	assert_int_equal(next->event, TASK_TRANSIENT);
	assert_non_null(strstr(next->reason, " is locked by connection "));
	kit_assert_exists(second, "muster_history", false);
	release_unref(release);
	g_free(first);
}

static void the_lock_is_given_back(void **state)
{
	const char *schema = test_server_schema("unlock");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	SCOPED_PTR(exec_result) result = kit_task(release, schema);
	SCOPED_PTR(db_session) other = test_server_open();
	struct err err;

	(void)state;
	assert_non_null(result->session);
	assert_int_equal(db_lock(other, schema, 0, &err), 0);
	release_unref(release);
}

static void a_file_that_leaves_something_is_cleaned_away(void **state)
{
	const char *schema = test_server_schema("dirty");
	struct release *release =
		kit_release("0001_a.sql", "SET @left = 1; CREATE TABLE a (id int);", NULL);
	SCOPED_PTR(exec_result) result = kit_task(release, schema);
	SCOPED_PTR(db_session) other = test_server_open();
	SCOPED(db_rows) rows = { 0 };
	struct err err;

	(void)state;
	assert_non_null(result->session);
	assert_int_equal(db_query(result->session, &rows, "select @left", &err), 0);
	assert_null(rows.cells[0][0]);
	assert_int_equal(db_lock(other, schema, 0, &err), 0);
	release_unref(release);
}

static void the_session_is_pinned_to_the_release(void **state)
{
	const char *schema = test_server_schema("pin");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TABLE a AS SELECT @@sql_mode AS m, @@collation_connection AS c, "
		"@@time_zone AS z, @@lock_wait_timeout AS w;",
		"release.cfg", "sql_mode = \"ANSI_QUOTES\";\ncollation = \"utf8mb4_bin\";\n", NULL);
	g_autofree char *sql =
		g_strdup_printf("select concat_ws(' ', m, c, z, w) from %s.a", schema);

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_value("ANSI_QUOTES utf8mb4_bin +00:00 1", sql);
	release_unref(release);
}

static void a_stop_ends_the_wait_for_the_lock(void **state)
{
	const char *schema = test_server_schema("stop");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(db_session) other = test_server_open();
	struct exec_live live = { .migration = -1 };
	SCOPED_PTR(exec_result) result = NULL;
	struct kit_stopper stopper;
	struct err err;

	(void)state;
	assert_int_equal(db_lock(other, schema, 0, &err), 0);
	order->live = &live;
	order->stall_ms = 60000;
	kit_stopper_start(&stopper, &live, 100);
	result = exec_run(order);
	kit_stopper_join(&stopper);
	assert_int_equal(result->event, TASK_PARK);
	kit_assert_exists(schema, "muster_history", false);
	release_unref(release);
}

static void say_and_let_go(void *ctx, int64_t id, const char *text)
{
	struct exec_live *live = ctx;

	(void)id;
	if (g_str_has_prefix(text, "waits: ")) {
		assert_int_equal(atomic_load(&live->waiting), 1);
		atomic_store(&live->wait, 0);
	}
}

static void a_throttled_server_is_waited_for_between_statements(void **state)
{
	struct exec_live live = { .migration = -1, .wait = 1 };
	struct exec_order order = { .live = &live, .say = say_and_let_go, .say_ctx = &live };

	(void)state;
	assert_true(visit_go(&order, true));
	assert_int_equal(live.waiting, 0);
	assert_true(visit_go(&order, false)); /* nothing to wait for any more */
}

static void who_is_asked_to_stop_meanwhile_parks(void **state)
{
	struct exec_live live = { .migration = -1, .wait = 1, .stop = 1 };
	struct exec_order order = { .live = &live };
	struct kit_stopper stopper;

	(void)state;
	assert_false(visit_go(&order, true));
	assert_int_equal(live.waiting, 1); /* that is why: it tried nothing */
	live = (struct exec_live){ .migration = -1, .stop = 1 };
	assert_false(visit_go(&order, true));
	assert_true(visit_go(&order, false)); /* what it holds cannot be brought back */
	live = (struct exec_live){ .migration = -1, .wait = 1 };
	kit_stopper_start(&stopper, &live, 50);
	assert_false(visit_go(&order, true));
	kit_stopper_join(&stopper);
}

static void who_keeps_what_is_done_parks_at_once(void **state)
{
	struct exec_live live = { .migration = -1, .wait = 1 };
	struct exec_order order = { .live = &live };
	int64_t began_ms = tick_ms();

	(void)state;
	assert_false(visit_go_or_park(&order, true));
	assert_true(tick_ms() - began_ms < 5000);
	assert_int_equal(live.waiting, 1);
	live = (struct exec_live){ .migration = -1 };
	assert_true(visit_go_or_park(&order, true));
	live.stop = 1;
	assert_false(visit_go_or_park(&order, true));
	assert_true(visit_go_or_park(&order, false));
}

static void with_a_share_of_the_time_it_rests_for_the_rest(void **state)
{
	struct exec_live live = { .migration = -1, .share = 25 };
	struct exec_order order = { .live = &live };
	int64_t from_us;

	(void)state;
	from_us = tick_us();
	live.rested_us = from_us - 20000; /* so long it has worked */
	assert_true(visit_go(&order, true));
	assert_true(tick_us() - from_us >= 60000);
	assert_true(live.rested_us >= from_us + 60000);
	live.rested_us = tick_us() - INT64_C(3600000000); /* an hour: no longer than two seconds */
	from_us = tick_us();
	assert_true(visit_go(&order, true));
	assert_true(tick_us() - from_us >= 2000000);
	assert_true(tick_us() - from_us < INT64_C(600000000));
}

static void who_must_stop_does_not_rest(void **state)
{
	struct exec_live live = { .migration = -1, .share = 25, .stop = 1 };
	struct exec_order order = { .live = &live };
	int64_t from_us = tick_us();

	(void)state;
	for (int i = 0; i < 100; i++) { /* or it would take more than a minute and a half */
		live.rested_us = 1;
		assert_false(visit_go(&order, true));
	}
	assert_true(tick_us() - from_us < INT64_C(60000000));
}

static void nothing_starts_on_a_throttled_server(void **state)
{
	const char *schema = test_server_schema("throttled");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	struct exec_live live = { .migration = -1, .wait = 1 };
	SCOPED_PTR(exec_result) result = NULL;
	struct kit_stopper stopper;

	(void)state;
	order->live = &live;
	kit_stopper_start(&stopper, &live, 200);
	result = exec_run(order);
	kit_stopper_join(&stopper);
	assert_int_equal(result->event, TASK_PARK);
	kit_assert_exists(schema, "a", false);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_closed_while_idle_is_replaced),
		cmocka_unit_test(one_session_serves_many_tenants),
		cmocka_unit_test(on_a_kept_session_it_waits_for_the_lock),
		cmocka_unit_test(the_lock_is_given_back),
		cmocka_unit_test(a_file_that_leaves_something_is_cleaned_away),
		cmocka_unit_test(the_session_is_pinned_to_the_release),
		cmocka_unit_test(a_stop_ends_the_wait_for_the_lock),
		cmocka_unit_test(a_throttled_server_is_waited_for_between_statements),
		cmocka_unit_test(who_is_asked_to_stop_meanwhile_parks),
		cmocka_unit_test(who_keeps_what_is_done_parks_at_once),
		cmocka_unit_test(with_a_share_of_the_time_it_rests_for_the_rest),
		cmocka_unit_test(who_must_stop_does_not_rest),
		cmocka_unit_test(nothing_starts_on_a_throttled_server),
	};

	return cmocka_run_group_tests_name("visit", tests, NULL, NULL);
}
