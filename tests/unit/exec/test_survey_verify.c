#include "survey_verify.h"

#include "db_catalog.h"
#include "kit.h"
#include "visit.h"

static struct exec_result *look(struct release *release, const char *a, const char *b)
{
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);

	order->schemas = g_new0(char *, 3);
	order->schemas[0] = g_strdup(a);
	order->schemas[1] = g_strdup(b);
	order->with_shapes = true;
	order->every_shape = true;
	order->verifies = true;
	return exec_run(order);
}

static void another_text_of_an_applied_file_is_named(void **state)
{
	const char *schema = test_server_schema("sv_text");
	const char *other = test_server_schema("sv_text_other");
	struct release *was = kit_release("0001_a.sql", "CREATE TABLE t (n int);", "0002_b.sql",
					  "CREATE TABLE u (n int);", NULL);
	struct release *is = kit_release("0001_a.sql", "CREATE TABLE t (n int);", "0002_b.sql",
					 "CREATE TABLE u (m int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(was, schema, TASK_APPLIED, NULL);
	kit_expect(is, other, TASK_APPLIED, NULL);
	result = look(is, schema, other);
	assert_true(result->ok);
	assert_int_equal(result->nr, 2);
	assert_string_equal(result->standings[0].altered[0], "0002");
	assert_null(result->standings[0].altered[1]);
	assert_null(result->standings[1].altered[0]);
	assert_false(result->standings[0].moved);
	assert_string_not_equal(result->standings[0].look, result->standings[1].look);
	release_unref(was);
	release_unref(is);
}

/* A stamp (shape_stamp.h) says nothing of a second key on a column. */
static void nobody_stands_for_another(void **state)
{
	const char *schema = test_server_schema("sv_key");
	const char *other = test_server_schema("sv_key_other");
	struct release *release =
		kit_release("0001_a.sql", "CREATE TABLE t (n int, m int, KEY by_n (n, m));", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_expect(release, other, TASK_APPLIED, NULL);
	test_server_exec("alter table %s.t drop key by_n, add key by_n (n)", other);
	result = look(release, schema, other);
	assert_true(result->ok);
	assert_string_not_equal(result->standings[0].fingerprint, result->standings[1].fingerprint);
	assert_int_equal(result->nr_shapes, 2);
	release_unref(release);
}

static void what_is_minor_is_another_look_of_the_same_schema(void **state)
{
	const char *schema = test_server_schema("sv_minor");
	const char *other = test_server_schema("sv_minor_other");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int, m int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_expect(release, other, TASK_APPLIED, NULL);
	test_server_exec("alter table %s.t modify m int first", other);
	result = look(release, schema, other);
	assert_true(result->ok);
	assert_string_equal(result->standings[0].fingerprint, result->standings[1].fingerprint);
	assert_string_not_equal(result->standings[0].look, result->standings[1].look);
	assert_int_equal(result->nr_shapes, 2);
	release_unref(release);
}

static void how_it_began_is_read(void **state)
{
	const char *schema = test_server_schema("sv_before");
	const char *empty = test_server_schema("sv_before_empty");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set fingerprint_before = repeat('b', 64)",
			 schema);
	result = look(release, schema, empty);
	assert_true(result->ok);
	assert_true(g_str_has_prefix(result->standings[0].before, "bbbb"));
	assert_null(result->standings[1].before);
	release_unref(release);
}

static void a_history_that_moves_meanwhile_is_seen(void **state)
{
	const char *schema = test_server_schema("sv_moved");
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int);", NULL);
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);
	struct exec_standing standing = { 0 };
	struct exec_result result = { .standings = &standing, .nr = 1 };
	struct visit visit = { .order = order, .session = test_server_open() };
	SCOPED(db_positions) before = { 0 };
	struct err err = { 0 };

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	assert_int_equal(db_positions_get(visit.session, &before, &schema, 1,
					  DB_POSITIONS_CHECKSUMS, NULL, &err),
			 0);
	assert_int_equal(survey_verify_again(&visit, &before, &result, &err), 0);
	assert_false(standing.moved);
	test_server_exec("update %s.muster_history set state = 'applying'", schema);
	assert_int_equal(survey_verify_again(&visit, &before, &result, &err), 0);
	assert_true(standing.moved);
	db_session_free(visit.session);
	exec_order_free(order);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_text_of_an_applied_file_is_named),
		cmocka_unit_test(nobody_stands_for_another),
		cmocka_unit_test(what_is_minor_is_another_look_of_the_same_schema),
		cmocka_unit_test(how_it_began_is_read),
		cmocka_unit_test(a_history_that_moves_meanwhile_is_seen),
	};

	return cmocka_run_group_tests_name("survey_verify", tests, NULL, NULL);
}
