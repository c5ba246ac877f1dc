#include "kit.h"

static struct release *three(void)
{
	return kit_release("0001_a.sql", "CREATE TABLE a (id int); CREATE TABLE a2 (id int);",
			   "0002_b.sql", "CREATE TABLE b (id int);", "0003_c.sql",
			   "CREATE TABLE c (id int);", NULL);
}

static struct exec_result *baseline(struct release *release, const char *at, char **schemas)
{
	struct exec_order *order = kit_order(EXEC_BASELINE, release, NULL);

	order->to_version = g_strdup(at);
	order->schemas = g_strdupv(schemas);
	return exec_run(order);
}

static void records_without_running(void **state)
{
	char *first = g_strdup(test_server_schema("bl_1"));
	char *second = g_strdup(test_server_schema("bl_2"));
	char *schemas[] = { first, (char[]){ "no_such_tenant" }, second, NULL };
	struct release *release = three();
	SCOPED_PTR(exec_result) result = baseline(release, "0002", schemas);
	SCOPED_PTR(exec_result) again = baseline(release, "0002", schemas);

	(void)state;
	assert_true(result->ok);
	assert_int_equal(result->nr, 3);
	assert_string_equal(result->standings[0].version, "0002");
	assert_null(result->standings[0].ahead);
	assert_false(result->standings[1].exists);
	assert_string_equal(result->standings[1].ahead,
			    "database no_such_tenant is not on the server");
	assert_string_equal(result->standings[2].version, "0002");
	kit_assert_history(first, "0001 applied 2/2 0, 0002 applied 1/1 0");
	kit_assert_history(second, "0001 applied 2/2 0, 0002 applied 1/1 0");
	kit_assert_exists(first, "a", false);
	assert_true(again->ok);
	assert_string_equal(again->standings[0].version, "0002");
	kit_expect(release, first, TASK_APPLIED, NULL); /* only the third */
	kit_assert_exists(first, "a", false);
	kit_assert_exists(first, "c", true);
	release_unref(release);
	g_free(first);
	g_free(second);
}

static void what_history_says_otherwise_is_kept(void **state)
{
	char *newer = g_strdup(test_server_schema("bl_newer"));
	char *unknown = g_strdup(test_server_schema("bl_unknown"));
	char *open = g_strdup(test_server_schema("bl_open"));
	char *changed = g_strdup(test_server_schema("bl_changed"));
	char *schemas[] = { newer, unknown, open, changed, NULL };
	struct release *release = three();
	struct release *other = kit_release("0009_z.sql", "CREATE TABLE z (id int);", NULL);
	struct release *wrong = kit_release("0001_a.sql", "CREATE TABEL a (id int);", NULL);
	struct release *edited = kit_release("0001_a.sql", "CREATE TABLE y (id int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	exec_result_free(kit_task(release, newer));
	exec_result_free(kit_task(other, unknown));
	exec_result_free(kit_task(wrong, open));
	exec_result_free(kit_task(edited, changed));
	result = baseline(release, "0002", schemas);
	assert_true(result->ok);
	assert_string_equal(result->standings[0].ahead,
			    "history already holds 0003, newer than 0002");
	assert_string_equal(result->standings[1].ahead,
			    "history holds 0009, which the release does not");
	assert_string_equal(result->standings[2].ahead, "migration 0001 is unfinished here");
	assert_string_equal(result->standings[3].ahead,
			    "migration 0001 was applied here from another file than 0001_a.sql");
	assert_null(result->standings[3].version);
	kit_assert_history(unknown, "0009 applied 1/1 0");
	release_unref(release);
	release_unref(other);
	release_unref(wrong);
	release_unref(edited);
	g_free(newer);
	g_free(unknown);
	g_free(open);
	g_free(changed);
}

/* It was renamed since: a second row for the same file would say that it ran twice. */
static void a_version_that_is_written_otherwise_is_another_one(void **state)
{
	char *schema = g_strdup(test_server_schema("bl_renamed"));
	char *schemas[] = { schema, NULL };
	struct release *before = kit_release("1_a.sql", "CREATE TABLE a (id int);", NULL);
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	exec_result_free(kit_task(before, schema));
	result = baseline(release, "1", schemas); /* the word of a human, though */
	assert_true(result->ok);
	assert_string_equal(result->standings[0].ahead,
			    "history holds 1, which the release does not");
	kit_assert_history(schema, "1 applied 1/1 0");
	release_unref(before);
	release_unref(release);
	g_free(schema);
}

static void without_a_release_it_only_enrols(void **state)
{
	char *schema = g_strdup(test_server_schema("bl_enrol"));
	char *schemas[] = { schema, NULL };
	SCOPED_PTR(exec_result) result = baseline(NULL, NULL, schemas);
	g_autofree char *sql = g_strdup_printf("select epoch from %s.muster_state", schema);

	(void)state;
	assert_true(result->ok);
	assert_true(result->standings[0].has_history);
	assert_null(result->standings[0].version);
	assert_null(result->standings[0].ahead);
	kit_assert_history(schema, "");
	kit_assert_value("5", sql);
	g_free(schema);
}

static void an_unknown_version_is_refused(void **state)
{
	char *schemas[] = { (char[]){ "x" }, NULL };
	struct release *release = three();
	SCOPED_PTR(exec_result) result = baseline(release, "0009", schemas);

	(void)state;
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_INVALID);
	release_unref(release);
}

static void a_server_that_is_down_ends_it_all(void **state)
{
	struct release *release = three();
	struct exec_order *order = kit_order(EXEC_BASELINE, release, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	g_free(order->addr.socket);
	order->addr.socket = g_strdup("/nonexistent/socket");
	order->schemas = g_strsplit("one,two", ",", 0);
	result = exec_run(order);
	assert_false(result->ok);
	assert_true(result->server_down);
	assert_int_equal(result->nr, 2);
	assert_non_null(result->standings[1].ahead);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_without_running),
		cmocka_unit_test(what_history_says_otherwise_is_kept),
		cmocka_unit_test(a_version_that_is_written_otherwise_is_another_one),
		cmocka_unit_test(without_a_release_it_only_enrols),
		cmocka_unit_test(an_unknown_version_is_refused),
		cmocka_unit_test(a_server_that_is_down_ends_it_all),
	};

	return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
