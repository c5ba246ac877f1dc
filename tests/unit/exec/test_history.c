#include "db_guard.h"
#include "history.h"
#include "kit.h"

static struct db_session *open_in(const char *schema)
{
	struct db_session *session = test_server_open();
	struct err err;

	assert_int_equal(db_use(session, schema, &err), 0);
	return session;
}

static struct history_mark mark_of(struct release *release, size_t index, enum history_state state)
{
	return (struct history_mark){
		.migration = &release->migrations[index],
		.state = state,
		.rollout = "r1/x",
		.epoch = 5,
		.stall_ms = 2000,
	};
}

static void the_first_reading_makes_the_tables(void **state)
{
	const char *schema = test_server_schema("hs_first");
	SCOPED_PTR(db_session) session = open_in(schema);
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(history.nr, 0);
	assert_int_equal(history.epoch, 0);
	assert_false(history.read_only);
	kit_assert_exists(schema, "muster_history", true);
	kit_assert_exists(schema, "muster_state", true);
}

static void a_history_of_an_earlier_musterd_gets_what_it_lacks(void **state)
{
	const char *schema = test_server_schema("hs_older");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1; DO 2;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_APPLYING);
	SCOPED(history) made = { 0 };
	SCOPED(history) widened = { 0 };
	SCOPED(history) read = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &made, &err), 0);
	assert_int_equal(history_put(session, &made, &mark, &err), 0);
	test_server_exec("alter table %s.muster_history drop column chain", schema);
	assert_int_equal(history_read(session, &widened, &err), 0);
	assert_string_equal(widened.rows[0].chain, "");
	mark.chain = "0 a b";
	assert_int_equal(history_put(session, &widened, &mark, &err), 0);
	assert_int_equal(history_read(session, &read, &err), 0);
	assert_string_equal(read.rows[0].chain, "0 a b");
	release_unref(release);
}

/* What was foretold stays while the file goes on, and goes with its end. */
static void what_was_foretold_goes_with_the_end(void **state)
{
	const char *schema = test_server_schema("hs_chain");
	g_autofree char *left =
		g_strdup_printf("select chain is null from %s.muster_history", schema);
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1; DO 2;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_APPLYING);
	SCOPED(history) written = { 0 };
	SCOPED(history) read = { 0 };
	struct err err;

	(void)state;
	mark.chain = "0 a b c";
	assert_int_equal(history_read(session, &written, &err), 0);
	assert_int_equal(history_put(session, &written, &mark, &err), 0);
	mark.chain = NULL;
	mark.done = 1;
	assert_int_equal(history_progress(session, &written, &mark, &err), 0);
	mark.state = HISTORY_FAILED;
	assert_int_equal(history_put(session, &written, &mark, &err), 0);
	assert_string_equal(written.rows[0].chain, "0 a b c");
	assert_int_equal(history_read(session, &read, &err), 0);
	assert_string_equal(read.rows[0].chain, "0 a b c");
	mark.state = HISTORY_APPLIED;
	mark.done = 2;
	assert_int_equal(history_put(session, &written, &mark, &err), 0);
	kit_assert_value("1", left);
	release_unref(release);
}

static void what_is_put_is_read(void **state)
{
	const char *schema = test_server_schema("hs_put");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_it's.sql", "DO 1; DO 2; DO 3;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_FAILED);
	SCOPED(history) written = { 0 };
	SCOPED(history) read = { 0 };
	struct history_row *row;
	struct err err;

	(void)state;
	mark.done = 2;
	mark.error = "it's \\ \xc3\xa4 \xc3"; /* cut within a character */
	assert_int_equal(history_read(session, &written, &err), 0);
	assert_int_equal(history_put(session, &written, &mark, &err), 0);
	assert_int_equal(history_read(session, &read, &err), 0);
	assert_int_equal(read.nr, 1);
	assert_int_equal(read.epoch, 5);
	row = history_find(&read, "0001");
	assert_non_null(row);
	assert_int_equal(row->state, HISTORY_FAILED);
	assert_int_equal(row->done, 2);
	assert_int_equal(row->total, 3);
	assert_false(row->in_flight);
	assert_string_equal(row->checksum, release->migrations[0].checksum);
	assert_string_equal(row->digest, history_find(&written, "0001")->digest);
	assert_true(g_str_has_prefix(row->error, "it's \\ \xc3\xa4 "));
	assert_null(history_find(&read, "0002"));
	release_unref(release);
}

static void several_are_put_whole_or_not_at_all(void **state)
{
	const char *schema = test_server_schema("hs_all");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1;", "0002_b.sql", "DO 2;", NULL);
	struct history_mark marks[] = {
		mark_of(release, 0, HISTORY_APPLIED),
		mark_of(release, 1, HISTORY_APPLIED),
	};
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &history, &err), 0);
	/* behind our back, so that the second insert is a duplicate */
	test_server_exec(
		"insert into %s.muster_history (version, name, checksum, state, "
		"statements_total, started_at) values ('0002', '', '', 'applied', 1, now())",
		schema);
	assert_int_equal(history_put_all(session, &history, marks, 2, &err), -1);
	assert_int_equal(err.native, 1062);
	assert_false(db_in_transaction(session));
	kit_assert_history(schema, "0002 applied 0/1 0");
	assert_int_equal(history.nr, 0);
	release_unref(release);
}

static void an_older_daemon_writes_nothing(void **state)
{
	const char *schema = test_server_schema("hs_epoch");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_APPLYING);
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &history, &err), 0);
	history.epoch = 6;
	assert_int_equal(history_put(session, &history, &mark, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	kit_assert_history(schema, "");
	release_unref(release);
}

/* It woke up, and what it has read is no longer so. */
static void a_daemon_that_was_followed_writes_nothing(void **state)
{
	const char *schema = test_server_schema("hs_fence");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1;", "0002_b.sql", "DO 2;", NULL);
	struct history_mark first = mark_of(release, 0, HISTORY_APPLYING);
	struct history_mark second = mark_of(release, 1, HISTORY_APPLYING);
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(history_put(session, &history, &first, &err), 0);
	test_server_exec("update %s.muster_state set epoch = 6", schema);
	first.state = HISTORY_APPLIED;
	assert_int_equal(history_put(session, &history, &first, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(history_put(session, &history, &second, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(history_forget(session, &history, "0001", 5, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	kit_assert_history(schema, "0001 applying 0/1 0");
	release_unref(release);
}

static void what_is_there_already_is_put_without_complaint(void **state)
{
	const char *schema = test_server_schema("hs_same");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_FAILED);
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(history_put(session, &history, &mark, &err), 0);
	assert_int_equal(history_put(session, &history, &mark, &err), 0);
	kit_assert_history(schema, "0001 failed 0/1 0");
	release_unref(release);
}

static gpointer unlock_later(gpointer data)
{
	struct err err;

	g_usleep(400000);
	assert_int_equal(db_execf(data, &err, "unlock tables"), 0);
	return NULL;
}

static void a_locked_table_is_waited_for(void **state)
{
	const char *schema = test_server_schema("hs_wait");
	SCOPED_PTR(db_session) session = open_in(schema);
	SCOPED_PTR(db_session) other = open_in(schema);
	const struct db_pin pin = { .lock_wait_s = 1 };
	struct release *release = kit_release("0001_a.sql", "DO 1;", NULL);
	struct history_mark mark = mark_of(release, 0, HISTORY_APPLYING);
	SCOPED(history) history = { 0 };
	struct err err;
	GThread *thread;

	(void)state;
	assert_int_equal(db_pin(session, &pin, &err), 0);
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(db_execf(other, &err, "lock tables muster_history write"), 0);
	mark.stall_ms = 0;
	assert_int_equal(history_put(session, &history, &mark, &err), -1);
	assert_int_equal(err.native, 1205);
	mark.stall_ms = 60000;
	thread = g_thread_new("unlock", unlock_later, other);
	assert_int_equal(history_put(session, &history, &mark, &err), 0);
	(void)g_thread_join(thread);
	kit_assert_history(schema, "0001 applying 0/1 0");
	release_unref(release);
}

static void forgets_only_what_has_nothing_done(void **state)
{
	const char *schema = test_server_schema("hs_forget");
	SCOPED_PTR(db_session) session = open_in(schema);
	struct release *release = kit_release("0001_a.sql", "DO 1;", "0002_b.sql", "DO 2;", NULL);
	struct history_mark marks[] = {
		mark_of(release, 0, HISTORY_APPLYING),
		mark_of(release, 1, HISTORY_APPLIED),
	};
	SCOPED(history) history = { 0 };
	struct err err;

	(void)state;
	marks[1].done = 1;
	assert_int_equal(history_read(session, &history, &err), 0);
	assert_int_equal(history_put_all(session, &history, marks, 2, &err), 0);
	assert_int_equal(history_forget(session, &history, "0001", 5, &err), 0);
	assert_int_equal(history_forget(session, &history, "0001", 5, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(history_forget(session, &history, "0002", 5, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(history.nr, 1);
	assert_string_equal(history.rows[0].version, "0002");
	kit_assert_history(schema, "0002 applied 1/1 0");
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_reading_makes_the_tables),
		cmocka_unit_test(a_history_of_an_earlier_musterd_gets_what_it_lacks),
		cmocka_unit_test(what_was_foretold_goes_with_the_end),
		cmocka_unit_test(what_is_put_is_read),
		cmocka_unit_test(several_are_put_whole_or_not_at_all),
		cmocka_unit_test(an_older_daemon_writes_nothing),
		cmocka_unit_test(a_daemon_that_was_followed_writes_nothing),
		cmocka_unit_test(what_is_there_already_is_put_without_complaint),
		cmocka_unit_test(a_locked_table_is_waited_for),
		cmocka_unit_test(forgets_only_what_has_nothing_done),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
