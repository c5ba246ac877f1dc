#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <pthread.h>
#include <unistd.h>

#include "db_catalog.h"
#include "db_crew.h"
#include "test_server.h"

static struct db_session *session;

static int setup(void **state)
{
	(void)state;
	session = test_server_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db_session_free(session);
	return 0;
}

/* The table as schema/tenant/history_create.sql makes it. */
static void history_create(const char *schema)
{
	g_autofree char *sql = NULL;
	struct err err = { 0 };

	assert_true(g_file_get_contents(TESTS_DIR "/../schema/tenant/history_create.sql", &sql,
					NULL, NULL));
	assert_int_equal(db_use(session, schema, &err), 0);
	if (db_exec(session, sql, strlen(sql), &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void history_add(const char *schema, const char *version, const char *state)
{
	test_server_exec("insert into `%s`.muster_history (version, name, checksum, state, "
			 "statements_total, started_at) values ('%s', 'n', repeat('0', 64), '%s', "
			 "1, now())",
			 schema, version, state);
}

static void expect_position(const struct db_position *position, const char *schema,
			    const char *applied, const char *open)
{
	g_autofree char *joined = g_strjoinv(" ", position->applied);

	assert_string_equal(position->schema, schema);
	assert_string_equal(joined, applied);
	if (g_strcmp0(position->open, open) != 0) {
		fail_msg("%s: open is %s", schema, position->open);
	}
}

static void positions_are_what_the_histories_say(void **state)
{
	const char *several = test_server_schema("pos_several");
	const char *empty = test_server_schema("pos_empty");
	const char *never = test_server_schema("pos-never");
	const char *asked[] = { several, "pos_not_there", empty, never, several };
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(several);
	history_create(empty);
	history_add(several, "0001", "applied");
	history_add(several, "0010", "applied");
	history_add(several, "0002", "applied"); /* order of application, not of names */
	history_add(several, "0003", "reverted");
	history_add(several, "0004", "failed");
	assert_int_equal(db_positions_get(session, &positions, asked, 5, 0, NULL, &err), 0);
	assert_int_equal(positions.nr, 5);
	expect_position(&positions.positions[0], several, "0001 0010 0002", "0004");
	expect_position(&positions.positions[1], "pos_not_there", "", NULL);
	expect_position(&positions.positions[2], empty, "", NULL);
	expect_position(&positions.positions[3], never, "", NULL);
	expect_position(&positions.positions[4], several, "0001 0010 0002", "0004");
	assert_true(positions.positions[0].exists && positions.positions[0].has_history);
	assert_false(positions.positions[1].exists || positions.positions[1].has_history);
	assert_true(positions.positions[2].exists && positions.positions[2].has_history);
	assert_true(positions.positions[3].exists && !positions.positions[3].has_history);
}

static void of_texts_the_beginning_is_read_unless_more_is_asked_for(void **state)
{
	const char *schema = test_server_schema("pos_texts");
	const char *empty = test_server_schema("pos_texts_empty");
	const char *asked[] = { schema, empty };
	SCOPED(db_positions) plain = { 0 };
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(schema);
	history_create(empty);
	history_add(schema, "0001", "applied");
	history_add(schema, "0002", "failed");
	history_add(schema, "0003", "applied");
	test_server_exec("update `%s`.muster_history set checksum = repeat('3', 64), "
			 "fingerprint_before = repeat('f', 64) where version = '0003'",
			 schema);
	assert_int_equal(db_positions_get(session, &plain, asked, 2, 0, NULL, &err), 0);
	assert_string_equal(plain.positions[0].checksums[1], "33333333");
	assert_null(plain.positions[0].before);
	assert_int_equal(
		db_positions_get(session, &positions, asked, 2, DB_POSITIONS_CHECKSUMS, NULL, &err),
		0);
	expect_position(&positions.positions[0], schema, "0001 0003", "0002");
	assert_int_equal(g_strv_length(positions.positions[0].checksums), 2);
	assert_true(g_str_has_prefix(positions.positions[0].checksums[0], "0000"));
	assert_true(g_str_has_prefix(positions.positions[0].checksums[1], "3333"));
	assert_string_equal(positions.positions[0].before, ""); /* of the first one */
	assert_null(positions.positions[1].before);
}

static void a_long_history_is_read_whole(void **state)
{
	const char *schema = test_server_schema("pos_long");
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(schema);
	for (size_t i = 0; i < 400; i++) { /* far over the default group_concat_max_len of MySQL */
		g_autofree char *version = g_strdup_printf("%04" G_GSIZE_FORMAT "_%0100d", i, 7);

		history_add(schema, version, "applied");
	}
	assert_int_equal(db_positions_get(session, &positions, &schema, 1, 0, NULL, &err), 0);
	assert_int_equal(g_strv_length(positions.positions[0].applied), 400);
	assert_true(g_str_has_prefix(positions.positions[0].applied[399], "0399_"));
}

static void an_odd_version_is_not_cut_in_two(void **state)
{
	const char *schema = test_server_schema("pos_odd");
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(schema);
	history_add(schema, "one\ntwo", "applied");
	assert_int_equal(db_positions_get(session, &positions, &schema, 1, 0, NULL, &err), 0);
	expect_position(&positions.positions[0], schema, "one\ntwo", NULL);
}

static void one_broken_history_does_not_hide_the_others(void **state)
{
	const char *good = test_server_schema("pos_good");
	const char *broken = test_server_schema("pos_broken");
	const char *asked[] = { broken, good };
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(good);
	history_add(good, "1", "applied");
	test_server_exec("create table `%s`.muster_history (something int)", broken);
	assert_int_equal(db_positions_get(session, &positions, asked, 2, 0, NULL, &err), 0);
	expect_position(&positions.positions[1], good, "1", NULL);
	assert_null(positions.positions[1].problem);
	assert_true(positions.positions[0].has_history);
	assert_non_null(strstr(positions.positions[0].problem, "Unknown column"));
}

static void *help(void *crew)
{
	struct db_session *helper;

	db_thread_init();
	helper = test_server_open();
	db_crew_help(crew, helper);
	db_session_free(helper);
	db_thread_end();
	return NULL;
}

static void batches_are_read_by_two(void **state)
{
	const size_t nr = 250;
	struct db_crew *crew = db_crew_new();
	pthread_t helper;
	g_autoptr(GPtrArray) asked = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		g_autofree char *name = g_strdup_printf("pos_many_%" G_GSIZE_FORMAT, i);
		g_autofree char *version = g_strdup_printf("v%" G_GSIZE_FORMAT, i);

		g_ptr_array_add(asked, g_strdup(test_server_schema(name)));
		history_create(g_ptr_array_index(asked, i));
		history_add(g_ptr_array_index(asked, i), version, "applied");
	}
	db_crew_begin(crew);
	assert_int_equal(pthread_create(&helper, NULL, help, crew), 0);
	assert_int_equal(db_positions_get(session, &positions, (const char *const *)asked->pdata,
					  nr, DB_POSITIONS_BYTES, crew, &err),
			 0);
	db_crew_end(crew);
	assert_int_equal(pthread_join(helper, NULL), 0);
	db_crew_unref(crew);
	for (size_t i = 0; i < nr; i++) {
		g_autofree char *version = g_strdup_printf("v%" G_GSIZE_FORMAT, i);

		expect_position(&positions.positions[i], g_ptr_array_index(asked, i), version,
				NULL);
	}
}

static void the_session_is_left_as_it_was(void **state)
{
	const char *schema = test_server_schema("pos_session");
	SCOPED(db_positions) positions = { 0 };
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	(void)state;
	history_create(schema);
	assert_int_equal(
		db_positions_get(session, &positions, &schema, 1, DB_POSITIONS_BYTES, NULL, &err),
		0);
	assert_int_equal(db_query(session, &rows,
				  "select @@group_concat_max_len = @@global.group_concat_max_len",
				  &err),
			 0);
	assert_string_equal(rows.cells[0][0], "1");
}

static void sizes_follow_the_data(void **state)
{
	const char *small = test_server_schema("size_small");
	const char *large = test_server_schema("size-large");
	const char *asked[] = { small, large };
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table `%s`.t (a int primary key)", small);
	test_server_exec("create table `%s`.t (a int primary key auto_increment, b longtext)",
			 large);
	test_server_exec("insert into `%s`.t (b) values (repeat('x', 2000000))", large);
	test_server_exec("analyze table `%s`.t", large);
	test_server_exec("analyze table `%s`.t", small);
	assert_int_equal(
		db_positions_get(session, &positions, asked, 2, DB_POSITIONS_BYTES, NULL, &err), 0);
	assert_true(positions.positions[0].bytes >= 16384);
	assert_true(positions.positions[0].bytes < 200000);
	assert_true(positions.positions[1].bytes >= 2000000);
}

static void asking_for_nothing_is_fine(void **state)
{
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		db_positions_get(session, &positions, NULL, 0, DB_POSITIONS_BYTES, NULL, &err), 0);
	assert_int_equal(positions.nr, 0);
}

static void a_lost_link_fails_the_whole(void **state)
{
	const char *schema = test_server_schema("pos_lost");
	SCOPED_PTR(db_session) other = test_server_open();
	SCOPED(db_positions) positions = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("kill connection %" G_GUINT64_FORMAT, db_connection_id(other));
	assert_int_equal(
		db_positions_get(other, &positions, &schema, 1, DB_POSITIONS_BYTES, NULL, &err),
		-1);
	assert_int_equal(positions.nr, 0);
	assert_true(db_is_lost(other));
}

/* ---- lists ----------------------------------------------------------------------- */

static void schemas_match_the_pattern_and_are_sorted(void **state)
{
	const char *b = test_server_schema("list_b");
	const char *a = test_server_schema("list_a");
	const char *other = test_server_schema("listXa");
	g_autofree char *escaped = g_strdup_printf("list\\_%%\\_%d", (int)getpid());
	g_autofree char *wild = g_strdup_printf("list_a\\_%d", (int)getpid());
	g_auto(GStrv) exact = NULL;
	g_auto(GStrv) any = NULL;
	struct err err = { 0 };

	(void)state;
	exact = db_schemas(session, escaped, &err);
	assert_int_equal(g_strv_length(exact), 2);
	assert_string_equal(exact[0], a);
	assert_string_equal(exact[1], b);
	any = db_schemas(session, wild, &err);
	assert_int_equal(g_strv_length(any), 2);
	assert_true(g_strv_contains((const char *const *)any, other));
}

static void system_schemas_are_never_seen(void **state)
{
	static const char *const hidden[] = { "mysql", "information_schema", "performance_schema",
					      "sys", "muster_probe" };
	const char *mine = test_server_schema("list_mine");
	g_auto(GStrv) all = NULL;
	struct err err = { 0 };

	(void)state;
	test_server_exec("create database if not exists muster_probe");
	all = db_schemas(session, NULL, &err);
	test_server_exec("drop database muster_probe");
	assert_true(g_strv_contains((const char *const *)all, mine));
	for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++) {
		assert_false(g_strv_contains((const char *const *)all, hidden[i]));
	}
}

static void patterns_are_the_same_under_any_sql_mode(void **state)
{
	const char *mine = test_server_schema("list_mode");
	g_autofree char *pattern = g_strdup_printf("list\\_mode\\_%d", (int)getpid());
	SCOPED_PTR(db_session) other = test_server_open();
	g_auto(GStrv) found = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_execf(other, &err, "set sql_mode = 'NO_BACKSLASH_ESCAPES'"), 0);
	found = db_schemas(other, pattern, &err);
	assert_non_null(found);
	assert_int_equal(g_strv_length(found), 1);
	assert_string_equal(found[0], mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_are_what_the_histories_say),
		cmocka_unit_test(of_texts_the_beginning_is_read_unless_more_is_asked_for),
		cmocka_unit_test(a_long_history_is_read_whole),
		cmocka_unit_test(an_odd_version_is_not_cut_in_two),
		cmocka_unit_test(one_broken_history_does_not_hide_the_others),
		cmocka_unit_test(batches_are_read_by_two),
		cmocka_unit_test(the_session_is_left_as_it_was),
		cmocka_unit_test(sizes_follow_the_data),
		cmocka_unit_test(asking_for_nothing_is_fine),
		cmocka_unit_test(a_lost_link_fails_the_whole),
		cmocka_unit_test(schemas_match_the_pattern_and_are_sorted),
		cmocka_unit_test(system_schemas_are_never_seen),
		cmocka_unit_test(patterns_are_the_same_under_any_sql_mode),
	};
	struct err err;

	if (db_library_init(&err) < 0) {
		return 1;
	}
	return cmocka_run_group_tests_name("db_catalog", tests, setup, teardown);
}
