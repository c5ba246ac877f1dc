#include "kit.h"

static struct release *two(void)
{
	return kit_release("0001_a.sql", "CREATE TABLE a (id int); CREATE TABLE a2 (id int);",
			   "0002_b.sql", "CREATE TABLE b (id int);", NULL);
}

static struct exec_result *survey(struct release *release, const char *to, char **schemas)
{
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);

	order->to_version = g_strdup(to);
	order->schemas = g_strdupv(schemas);
	order->with_bytes = true;
	return exec_run(order);
}

static void each_tenant_has_its_standing(void **state)
{
	char *empty = g_strdup(test_server_schema("sv_empty"));
	char *half = g_strdup(test_server_schema("sv_half"));
	char *ahead = g_strdup(test_server_schema("sv_ahead"));
	char *open = g_strdup(test_server_schema("sv_open"));
	char *schemas[] = { empty, half, ahead, open, (char[]){ "no_such_tenant" }, NULL };
	struct release *release = two();
	struct release *first = kit_release(
		"0001_a.sql", "CREATE TABLE a (id int); CREATE TABLE a2 (id int);", NULL);
	struct release *third = kit_release("0003_c.sql", "CREATE TABLE c (id int);", NULL);
	struct release *wrong = kit_release("0001_a.sql", "CREATE TABEL a (id int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	exec_result_free(kit_task(first, half));
	exec_result_free(kit_task(third, ahead));
	exec_result_free(kit_task(wrong, open));
	result = survey(release, NULL, schemas);
	assert_true(result->ok);
	assert_int_equal(result->nr, 5);
	assert_non_null(result->session);

	assert_string_equal(result->standings[0].schema, empty);
	assert_true(result->standings[0].exists);
	assert_false(result->standings[0].has_history);
	assert_null(result->standings[0].version);
	assert_int_equal(result->standings[0].pending, 2);
	assert_int_equal(result->standings[0].statements, 3);

	assert_true(result->standings[1].has_history);
	assert_string_equal(result->standings[1].version, "0001");
	assert_null(result->standings[1].ahead);
	assert_int_equal(result->standings[1].pending, 1);
	assert_int_equal(result->standings[1].statements, 1);
	assert_true(result->standings[1].bytes > 0);

	assert_string_equal(result->standings[2].ahead, "0003");
	assert_string_equal(result->standings[3].open, "0001");
	assert_int_equal(result->standings[3].pending, 2);
	assert_false(result->standings[4].exists);
	release_unref(release);
	release_unref(first);
	release_unref(third);
	release_unref(wrong);
	g_free(empty);
	g_free(half);
	g_free(ahead);
	g_free(open);
}

static void pending_ends_at_the_wanted_version(void **state)
{
	char *schema = g_strdup(test_server_schema("sv_to"));
	char *schemas[] = { schema, NULL };
	struct release *release = two();
	SCOPED_PTR(exec_result) result = survey(release, "0001", schemas);
	SCOPED_PTR(exec_result) unknown = survey(release, "0009", schemas);

	(void)state;
	assert_int_equal(result->standings[0].pending, 1);
	assert_int_equal(result->standings[0].statements, 2);
	assert_false(unknown->ok);
	assert_int_equal(unknown->err.code, ERR_INVALID);
	assert_false(unknown->server_down);
	release_unref(release);
	g_free(schema);
}

static void without_a_release_the_newest_version_counts(void **state)
{
	char *schema = g_strdup(test_server_schema("sv_none"));
	char *schemas[] = { schema, NULL };
	struct release *release = kit_release("9_a.sql", "CREATE TABLE a (id int);", "10_b.sql",
					      "CREATE TABLE b (id int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	exec_result_free(kit_task(release, schema));
	result = survey(NULL, NULL, schemas);
	assert_true(result->ok);
	assert_string_equal(result->standings[0].version, "10");
	assert_int_equal(result->standings[0].pending, 0);
	release_unref(release);
	g_free(schema);
}

static void discover_finds_by_pattern(void **state)
{
	char *schema = g_strdup(test_server_schema("sv_found"));
	g_autofree char *pattern = g_strdup_printf("sv\\_foun_%s", schema + strlen("sv_found"));
	struct exec_order *order = kit_order(EXEC_DISCOVER, NULL, NULL);
	struct exec_order *system = kit_order(EXEC_DISCOVER, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(exec_result) none = NULL;

	(void)state;
	order->word = g_strdup(pattern);
	system->word = g_strdup("mysql");
	result = exec_run(order);
	none = exec_run(system);
	assert_true(result->ok);
	assert_int_equal(result->nr, 1);
	assert_string_equal(result->standings[0].schema, schema);
	assert_true(result->standings[0].exists);
	assert_true(none->ok);
	assert_int_equal(none->nr, 0);
	g_free(schema);
}

/* A server that is stopped, but not gone, lets nobody in; one that is only slow does. */
static void who_is_late_and_lets_nobody_in_is_down(void **state)
{
	char *schemas[] = { g_strdup(test_server_schema("sv_late")), NULL };
	struct release *release = two();
	SCOPED_PTR(db_session) other = test_server_open();
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct err err;

	(void)state;
	exec_result_free(kit_task(release, schemas[0]));
	result = survey(release, NULL, schemas);
	assert_true(result->ok);
	assert_int_equal(db_execf(other, &err, "lock tables %s.muster_history write", schemas[0]),
			 0);
	order->schemas = g_strdupv(schemas);
	order->session = g_steal_pointer(&result->session);
	order->patience_ms = 1000;
	g_clear_pointer(&order->addr.host, g_free);
	g_free(order->addr.socket);
	order->addr.socket = g_strdup("/nowhere/sock");
	exec_result_free(g_steal_pointer(&result));
	result = exec_run(order);
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_UNREACHABLE);
	assert_true(result->server_down);
	g_free(schemas[0]);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tenant_has_its_standing),
		cmocka_unit_test(pending_ends_at_the_wanted_version),
		cmocka_unit_test(without_a_release_the_newest_version_counts),
		cmocka_unit_test(discover_finds_by_pattern),
		cmocka_unit_test(who_is_late_and_lets_nobody_in_is_down),
	};

	return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
