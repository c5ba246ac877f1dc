#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "db.h"
#include "db_fault.h"
#include "test_server.h"

static int open_session(void **state)
{
	*state = test_server_open();
	return 0;
}

static int close_session(void **state)
{
	db_session_free(*state);
	return 0;
}

static void run(struct db_session *session, const char *sql)
{
	struct err err = { 0 };

	if (db_exec(session, sql, strlen(sql), &err) < 0) {
		fail_msg("%s: %s", sql, err.msg);
	}
}

/* Ends the connection of a session from outside. */
static void cut(struct db_session *session)
{
	test_server_exec("kill connection %" G_GUINT64_FORMAT, db_connection_id(session));
}

static void knows_the_server(void **state)
{
	struct db_session *session = *state;
	g_autofree char *version = test_server_value("select version()");
	g_autofree char *packet = test_server_value("select @@max_allowed_packet");
	g_autofree char *packet_seen =
		g_strdup_printf("%" G_GUINT64_FORMAT, db_max_packet(session));

	assert_string_equal(db_version(session), version);
	assert_int_equal(db_flavor(session),
			 strstr(version, "MariaDB") != NULL ? DB_MARIADB : DB_MYSQL);
	assert_true(db_version_number(session) > 50000 && db_version_number(session) < 200000);
	assert_string_equal(packet_seen, packet);
	assert_false(db_is_lost(session));
}

static void rows_come_as_text_and_null(void **state)
{
	struct db_session *session = *state;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	assert_int_equal(
		db_query(session, &rows, "select 1, null, '' union all select 2, 'ä', 'b'", &err),
		0);
	assert_int_equal(rows.nr, 2);
	assert_int_equal(rows.columns, 3);
	assert_string_equal(rows.cells[0][0], "1");
	assert_null(rows.cells[0][1]);
	assert_string_equal(rows.cells[0][2], "");
	assert_string_equal(rows.cells[1][1], "ä");
}

static void columns_are_found_by_name_when_asked_for(void **state)
{
	struct db_session *session = *state;
	SCOPED(db_rows) rows = { 0 };
	SCOPED(db_rows) plain = { 0 };
	struct err err;

	assert_int_equal(db_query_named(session, &rows, "select 1 as One, null as two", &err), 0);
	assert_string_equal(db_rows_cell(&rows, 0, "one"), "1");
	assert_null(db_rows_cell(&rows, 0, "Two"));
	assert_null(db_rows_cell(&rows, 0, "three"));
	assert_null(db_rows_cell(&rows, 1, "one"));
	assert_int_equal(db_query(session, &plain, "select 1 as one", &err), 0);
	assert_null(plain.names);
	assert_null(db_rows_cell(&plain, 0, "one"));
}

static void a_statement_without_rows_gives_none(void **state)
{
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	assert_int_equal(db_query(*state, &rows, "do 1", &err), 0);
	assert_int_equal(rows.nr, 0);
}

static void affected_counts_changed_rows(void **state)
{
	const char *schema = test_server_schema("affected");
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	run(session, "create table t (a int)");
	run(session, "insert into t values (1), (2), (3)");
	assert_int_equal(db_affected(session), 3);
	run(session, "update t set a = 2"); /* one has it already, as the stock client counts */
	assert_int_equal(db_affected(session), 2);
	run(session, "select * from t");
	assert_int_equal(db_affected(session), 0);
}

static void several_results_of_a_procedure_are_read(void **state)
{
	const char *schema = test_server_schema("procs");
	struct db_session *session = *state;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	run(session,
	    "create procedure p() begin select 1; select 2, 3; insert into t values (1); end");
	assert_int_equal(db_exec(session, "call p()", 8, &err), -1); /* the third part fails */
	assert_int_equal(err.native, 1146);
	run(session, "create table t (a int)");
	run(session, "call p()");
	assert_int_equal(db_query(session, &rows, "call p()", &err), 0);
	assert_int_equal(rows.columns, 1); /* the first result */
	run(session, "do 1");              /* and the link is in step */
}

static void several_statements_in_one_packet_are_refused(void **state)
{
	struct err err = { 0 };

	assert_int_equal(db_exec(*state, "do 1; do 2", 10, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(err.native, 1064);
}

/* clang-format off */
static const struct {
	const char *sql; int native; const char *msg;
} refusals[] = {
	/* statement                                    number  how the message begins */
	{ "insert into t values (1, 'p1@x.org')",       1062,   "Duplicate entry '…' for key " },
	{ "insert into t values ('secret', 'b')",       1366,   "Incorrect integer value: '…' for column " },
	{ "update t set b = 'x' where cast(b as date)", 1292,   "" }, /* each words it in its way */
	{ "insert into t values (3, repeat('x', 300))", 1406,   "Data too long for column 'b' at row 1" },
	{ "select * from nowhere",                      1146,   "Table '" },
};

/* clang-format on */

/* Those of one round trip; how many of them ran. */
static size_t together(struct db_session *session, const char *first, const char *second,
		       struct err *err)
{
	const char *const statements[] = { first, second, "select 'end'" };
	struct db_rows rows[3] = { { 0 } };
	size_t done;
	int ran = db_together(session, statements, rows, 3, &done, err);

	assert_int_equal(ran, done == 3 ? 0 : -1);
	if (done == 3) {
		assert_string_equal(rows[2].cells[0][0], "end");
	}
	for (size_t i = 0; i < 3; i++) {
		db_rows_release(&rows[i]);
	}
	return done;
}

static void together_they_run_until_one_fails(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	run(session, "create temporary table mysql.together (id int)");
	assert_int_equal(together(session, "use mysql", "insert into together values (1)", &err),
			 3);
	assert_int_equal(db_affected(session), 0);
	assert_int_equal(together(session, "insert into together values (2), (3)",
				  "select id from together", &err),
			 3);
	assert_int_equal(db_affected(session), 2);
}

static void a_file_has_one_statement_also_behind_several(void **state)
{
	static const char *const both = "set @a = 1; set @a = 2";
	struct db_session *session = *state;
	struct err err = { 0 };

	for (int i = 0; i < 3; i++) {
		assert_int_equal(together(session, "do 1", "select 1", &err), 3);
		assert_int_equal(db_exec(session, both, strlen(both), &err), -1);
		assert_int_equal(err.native, 1064);
		assert_int_equal(together(session, "do 1", "no such statement", &err), 1);
		assert_int_equal(err.native, 1064);
		run(session, "do 'a;b'");
		assert_int_equal(db_reset(session, &err), 0);
		assert_int_equal(db_exec(session, both, strlen(both), &err), -1);
		assert_int_equal(together(session, "do 1", "do 2", &err), 3);
		assert_int_equal(db_reset(session, &err), 0);
	}
}

static void together_on_a_broken_link_they_are_unknown(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	assert_int_equal(together(session, "do 1", "do 2", &err), 3);
	cut(session);
	assert_int_equal(together(session, "do 1", "do 2", &err), 0);
	assert_true(db_is_lost(session));
	assert_true(err.code == ERR_UNKNOWN_OUTCOME || err.code == ERR_UNREACHABLE);
	assert_int_equal(together(session, "do 1", "do 2", &err), 0);
	assert_int_equal(err.code, ERR_UNREACHABLE);
}

static void the_servers_words_without_the_clients_data(void **state)
{
	const char *schema = test_server_schema("refusals");
	struct db_session *session = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };

		assert_int_equal(db_use(session, schema, &err), 0);
		if (i == 0) {
			run(session, "set sql_mode = 'STRICT_ALL_TABLES'");
			run(session, "create table t (a int primary key, b varchar(90) unique)");
			run(session, "insert into t values (1, 'p1@x.org')");
		}
		assert_int_equal(db_exec(session, refusals[i].sql, strlen(refusals[i].sql), &err),
				 -1);
		assert_int_equal(err.code, ERR_DB);
		if (err.native != refusals[i].native ||
		    !g_str_has_prefix(err.msg, refusals[i].msg)) {
			fail_msg("%d: %s", err.native, err.msg);
		}
		assert_null(strstr(err.msg, "p1@x.org"));
		assert_null(strstr(err.msg, "secret"));
	}
}

static void an_unknown_schema_is_refused(void **state)
{
	struct err err = { 0 };

	assert_int_equal(db_use(*state, "no_such_schema", &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(err.native, 1049);
	assert_false(db_is_lost(*state));
}

static void values_and_names_are_quoted(void **state)
{
	static const char *const values[] = { "plain", "it's", "back\\slash", "new\nline", "\"q\"",
					      "ä€😀",   "" };
	struct db_session *session = *state;

	for (size_t mode = 0; mode < 2; mode++) {
		run(session, mode == 0 ? "set sql_mode = ''"
				       : "set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'");
		for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
			g_autofree char *value = db_quote(session, values[i]);
			g_autofree char *name = db_quote_name("odd `name\"");
			SCOPED(db_rows) rows = { 0 };
			struct err err = { 0 };

			assert_int_equal(
				db_queryf(session, &rows, &err, "select %s as %s", value, name), 0);
			assert_string_equal(rows.cells[0][0], values[i]);
		}
	}
}

static void null_is_the_word(void **state)
{
	g_autofree char *quoted = db_quote(*state, NULL);

	assert_string_equal(quoted, "NULL");
}

static void transactions_are_seen(void **state)
{
	struct db_session *session = *state;

	assert_false(db_in_transaction(session));
	run(session, "start transaction");
	assert_true(db_in_transaction(session));
	run(session, "rollback");
	assert_false(db_in_transaction(session));
}

static void a_reset_forgets_the_last_file(void **state)
{
	const char *schema = test_server_schema("reset");
	struct db_session *session = *state;
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	run(session, "create table kept (a int)");
	run(session, "create temporary table left_over (a int)");
	run(session, "set @variable = 7");
	run(session, "start transaction");
	run(session, "insert into kept values (1)");
	assert_int_equal(db_reset(session, &err), 0);
	assert_int_equal(db_query(session, &rows,
				  "select @variable, (select count(*) from kept), "
				  "@@character_set_client",
				  &err),
			 0);
	assert_null(rows.cells[0][0]);
	assert_string_equal(rows.cells[0][1], "0");
	assert_string_equal(rows.cells[0][2], "utf8mb4");
	assert_int_equal(db_exec(session, "select * from left_over", 23, &err), -1);
	assert_int_equal(err.native, 1146);
}

static void a_statement_that_is_too_large_is_not_sent(void **state)
{
	struct db_session *session = *state;
	size_t room = (size_t)db_max_packet(session) - 16;
	g_autofree char *text = g_malloc(room + 2);
	struct err err = { 0 };

	memset(text, ' ', room + 1);
	memcpy(text, "do 1", 4);
	text[room + 1] = '\0';
	assert_int_equal(db_exec(session, text, room + 1, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(err.native, 1153);
	assert_non_null(strstr(err.msg, "max_allowed_packet"));
	assert_int_equal(db_exec(session, text, room, &err), 0); /* the largest that is taken */
	run(session, "do 1");
}

static void a_link_cut_while_idle_is_found_by_reset(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	cut(session);
	assert_int_equal(db_reset(session, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_true(db_is_lost(session));
}

static void a_link_cut_with_a_statement_is_an_unknown_outcome(void **state)
{
	struct db_session *session = *state;
	struct err err = { 0 };

	cut(session);
	assert_int_equal(db_exec(session, "do 1", 4, &err), -1);
	assert_true(db_is_lost(session));
	if (err.native != 4031) {
		assert_int_equal(err.code, ERR_UNKNOWN_OUTCOME);
	}
	/* from now on nothing is sent */
	assert_int_equal(db_exec(session, "do 1", 4, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_string_equal(err.msg, "the link to the server is gone; nothing was sent");
}

struct killer {
	uint64_t id;
	bool whole;
};

static gpointer killer_thread(gpointer data)
{
	const struct killer *killer = data;
	struct db_session *session;
	struct err err = { 0 };

	db_thread_init();
	session = test_server_open();
	for (unsigned i = 0; i < 500; i++) { /* until it sleeps */
		SCOPED(db_rows) rows = { 0 };

		if (db_queryf(session, &rows, &err,
			      "select 1 from information_schema.processlist where id = "
			      "%" G_GUINT64_FORMAT " and info like '%%sleep%%'",
			      killer->id) == 0 &&
		    rows.nr > 0) {
			break;
		}
		g_usleep(10000);
	}
	assert_int_equal(db_kill(session, killer->id, killer->whole, &err), 0);
	db_session_free(session);
	db_thread_end();
	return NULL;
}

static void sleep_and_be_killed(struct db_session *session, bool whole, struct err *err)
{
	struct killer killer = { .id = db_connection_id(session), .whole = whole };
	GThread *thread = g_thread_new("killer", killer_thread, &killer);

	/* a wait for a lock, because a killed SLEEP ends without an error */
	assert_int_equal(db_exec(session, "update t set a = 2 /* sleep */", 30, err), -1);
	g_thread_join(thread);
}

static void a_killed_statement_leaves_the_session(void **state)
{
	const char *schema = test_server_schema("killed");
	struct db_session *session = *state;
	SCOPED_PTR(db_session) other = test_server_open();
	struct err err = { 0 };

	test_server_exec("create table `%s`.t (a int)", schema);
	test_server_exec("insert into `%s`.t values (1)", schema);
	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(db_use(other, schema, &err), 0);
	run(other, "start transaction");
	run(other, "update t set a = 3");
	sleep_and_be_killed(session, false, &err);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(db_fault_classify(db_flavor(session), err.native), DB_FAULT_INTERRUPTED);
	run(session, "do 1");
	sleep_and_be_killed(session, true, &err);
	assert_int_equal(err.code, ERR_UNKNOWN_OUTCOME);
	assert_true(db_is_lost(session));
}

static void killing_who_has_gone_is_fine(void **state)
{
	struct err err = { 0 };
	struct db_session *other = test_server_open();
	uint64_t id = db_connection_id(other);

	db_session_free(other);
	assert_int_equal(db_kill(*state, id, true, &err), 0);
	assert_int_equal(db_kill(*state, id, true, &err), 0);
}

/* ---- connecting ------------------------------------------------------------------ */

static void some_connections_are_left_to_others(void **state)
{
	static const char *const options[] = { "--max-connections=10", NULL };
	struct test_server *server;
	GPtrArray *sessions = g_ptr_array_new();
	struct db_session *session;
	struct err err = { 0 };

	(void)state;
	server = test_server_start(options);
	for (session = db_open(test_server_address(server), &err); session != NULL;
	     session = db_open(test_server_address(server), &err)) {
		g_ptr_array_add(sessions, session);
		assert_true(sessions->len <= 10);
	}
	assert_int_equal(sessions->len, 7);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_int_equal(err.native, 1040);
	assert_non_null(
		strstr(err.msg, "8 of 10 connections are in use; muster leaves 3 to others"));
	db_session_free(g_ptr_array_steal_index(sessions, 0));
	g_ptr_array_set_free_func(sessions, (GDestroyNotify)db_session_free);
	g_ptr_array_unref(sessions);
	test_server_stop(server);
}

static void a_server_that_dies_is_an_unknown_outcome(void **state)
{
	struct test_server *server = test_server_start(NULL);
	SCOPED_PTR(db_session) session = NULL;
	SCOPED_PTR(db_session) idle = NULL;
	struct err err = { 0 };

	(void)state;
	session = db_open(test_server_address(server), &err);
	idle = db_open(test_server_address(server), &err);
	assert_non_null(idle);
	test_server_signal(server, SIGKILL);
	assert_int_equal(db_exec(session, "do 1", 4, &err), -1);
	assert_int_equal(err.code, ERR_UNKNOWN_OUTCOME);
	assert_int_equal(db_use(idle, "mysql", &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	assert_null(db_open(test_server_address(server), &err));
	assert_int_equal(err.code, ERR_UNREACHABLE);
	test_server_stop(server);
}

static bool never(void *ctx, int64_t waited_ms)
{
	*(int64_t *)ctx = waited_ms;
	return false;
}

static void a_patient_session_is_lost_when_its_patience_ends(void **state)
{
	struct test_server *server = test_server_start(NULL);
	int64_t waited_ms = 0;
	const struct db_patience patience = { .connect_s = 1,
					      .step_ms = 100,
					      .step = never,
					      .ctx = &waited_ms };
	struct err err = { 0 };
	struct db_session *session;

	(void)state;
	session = db_open_patient(test_server_address(server), &patience, &err);
	assert_non_null(session);
	assert_int_equal(db_execf(session, &err, "do 1"), 0);
	assert_int_equal(waited_ms, 0);
	test_server_signal(server, SIGSTOP);
	while (db_execf(session, &err, "do 1") == 0) { /* a thread of it may still be running */
	}
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_int_equal(waited_ms, 100);
	assert_true(db_is_lost(session));
	db_session_free(session);
	assert_null(db_open_patient(test_server_address(server), &patience, &err));
	assert_int_equal(err.code, ERR_UNREACHABLE);
	test_server_signal(server, SIGCONT);
	test_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_SESSION(f) cmocka_unit_test_setup_teardown(f, open_session, close_session)
		WITH_SESSION(knows_the_server),
		WITH_SESSION(rows_come_as_text_and_null),
		WITH_SESSION(columns_are_found_by_name_when_asked_for),
		WITH_SESSION(a_statement_without_rows_gives_none),
		WITH_SESSION(affected_counts_changed_rows),
		WITH_SESSION(several_results_of_a_procedure_are_read),
		WITH_SESSION(several_statements_in_one_packet_are_refused),
		WITH_SESSION(together_they_run_until_one_fails),
		WITH_SESSION(a_file_has_one_statement_also_behind_several),
		WITH_SESSION(together_on_a_broken_link_they_are_unknown),
		WITH_SESSION(the_servers_words_without_the_clients_data),
		WITH_SESSION(an_unknown_schema_is_refused),
		WITH_SESSION(values_and_names_are_quoted),
		WITH_SESSION(null_is_the_word),
		WITH_SESSION(transactions_are_seen),
		WITH_SESSION(a_reset_forgets_the_last_file),
		WITH_SESSION(a_statement_that_is_too_large_is_not_sent),
		WITH_SESSION(a_link_cut_while_idle_is_found_by_reset),
		WITH_SESSION(a_link_cut_with_a_statement_is_an_unknown_outcome),
		WITH_SESSION(a_killed_statement_leaves_the_session),
		WITH_SESSION(killing_who_has_gone_is_fine),
		cmocka_unit_test(some_connections_are_left_to_others),
		cmocka_unit_test(a_server_that_dies_is_an_unknown_outcome),
		cmocka_unit_test(a_patient_session_is_lost_when_its_patience_ends),
	};
	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_mysql", tests, NULL, NULL);
}
