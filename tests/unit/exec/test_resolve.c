#include "kit.h"

static struct release *one(void)
{
	return kit_release("0001_a.sql",
			   "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n"
			   "CREATE TABLE c (id int);\n",
			   NULL);
}

/* A tenant whose migration is in doubt behind its first statements. */
static char *in_doubt(struct release *release, const char *name, size_t done)
{
	char *schema = g_strdup(test_server_schema(name));

	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set state = 'applying', in_flight = 1, "
			 "statements_done = %zu, done_digest = '%s'",
			 schema, done, release_prefix_digest(&release->migrations[0], done));
	return schema;
}

/* failed: the migration, NULL: the one in doubt */
static struct exec_result *resolve_one(struct release *release, const char *schema,
				       const char *word, const char *failed)
{
	struct exec_order *order = kit_order(EXEC_RESOLVE, release, schema);

	order->word = g_strdup(word);
	order->seen = g_strdup(failed);
	return exec_run(order);
}

static struct exec_result *resolve(struct release *release, const char *schema, const char *word)
{
	return resolve_one(release, schema, word, NULL);
}

static void applied_counts_as_applied(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_applied", 0);
	SCOPED_PTR(exec_result) result = resolve(release, schema, "applied");

	(void)state;
	assert_true(result->ok);
	assert_string_equal(result->migration, "0001");
	assert_string_equal(result->version, "0001");
	assert_non_null(result->session);
	kit_assert_history(schema, "0001 applied 3/3 0");
	kit_expect(release, schema, TASK_NOTHING, NULL);
	release_unref(release);
}

static void not_applied_forgets_what_never_began(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_not", 0);
	SCOPED_PTR(exec_result) result = resolve(release, schema, "not-applied");

	(void)state;
	assert_true(result->ok);
	assert_null(result->version);
	kit_assert_history(schema, "");
	release_unref(release);
}

static void not_applied_keeps_what_is_known_to_be_done(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_part", 2);
	SCOPED_PTR(exec_result) result = resolve(release, schema, "not-applied");

	(void)state;
	assert_true(result->ok);
	kit_assert_history(schema, "0001 failed 2/3 0");
	test_server_exec("drop table %s.c", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL); /* a and b exist */
	kit_assert_exists(schema, "c", true);
	release_unref(release);
}

static void at_goes_on_behind_that_statement(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_at", 0);
	SCOPED_PTR(exec_result) result = resolve(release, schema, "at=2");

	(void)state;
	assert_true(result->ok);
	kit_assert_history(schema, "0001 failed 2/3 0");
	test_server_exec("drop table %s.c", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_exists(schema, "c", true);
	release_unref(release);
}

static void wrong_words_change_nothing(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_words", 0);
	SCOPED_PTR(exec_result) beyond = resolve(release, schema, "at=4");
	SCOPED_PTR(exec_result) word = resolve(release, schema, "maybe");

	(void)state;
	assert_false(beyond->ok);
	assert_int_equal(beyond->err.code, ERR_INVALID);
	assert_string_equal(beyond->err.msg, "\"at=4\": 0001_a.sql has 3 statements, so N is a "
					     "number from 0 to 3");
	assert_false(word->ok);
	assert_string_equal(word->err.msg, "\"maybe\" is not applied, not-applied or at=N");
	kit_assert_history(schema, "0001 applying 0/3 1");
	release_unref(release);
}

static void nothing_open_is_said(void **state)
{
	struct release *release = one();
	char *schema = g_strdup(test_server_schema("rs_none"));
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	result = resolve_one(release, schema, "applied", "0001");
	assert_false(result->ok);
	assert_int_equal(result->err.code, ERR_NOT_FOUND);
	assert_non_null(result->session);
	release_unref(release);
	g_free(schema);
}

/* Another rollout has settled it, and failed behind it. */
static void what_is_in_doubt_no_more_is_not_settled_twice(void **state)
{
	struct release *release = one();
	g_autofree char *schema = in_doubt(release, "rs_twice", 1);
	SCOPED_PTR(exec_result) first = resolve(release, schema, "at=2");
	SCOPED_PTR(exec_result) stale = resolve(release, schema, "applied");
	SCOPED_PTR(exec_result) failed = resolve_one(release, schema, "at=1", "0001");

	(void)state;
	assert_true(first->ok);
	assert_true(stale->ok);
	assert_null(stale->migration);
	assert_true(failed->ok);
	kit_assert_history(schema, "0001 failed 1/3 0");
	release_unref(release);
}

static void of_several_that_are_open_the_one_in_doubt_is_settled(void **state)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);",
					      "0002_b.sql", "CREATE TABLE b (id int);", NULL);
	char *schema = g_strdup(test_server_schema("rs_several"));
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set state = 'failed', statements_done = 0, "
			 "in_flight = version = '0001'",
			 schema);
	result = resolve(release, schema, "applied");
	assert_true(result->ok);
	assert_string_equal(result->migration, "0001");
	kit_assert_history(schema, "0001 applied 1/1 0, 0002 failed 0/1 0");
	release_unref(release);
	g_free(schema);
}

/* A tenant whose first statement was left between two parts. */
static char *halfway(struct release *release, const char *name)
{
	char *schema = g_strdup(test_server_schema(name));

	kit_expect(release, schema, TASK_APPLIED, NULL);
	test_server_exec("update %s.muster_history set state = 'failed', statements_done = 0, "
			 "done_digest = '', chain = '0 aa\\nhalfway 1 1 kind 0123456789abcdef'",
			 schema);
	return schema;
}

static void parts_that_are_known_to_be_done_count_unless_a_number_is_given(void **state)
{
	static const struct {
		const char *word;
		const char *chain;
		const char *history;
	} words[] = {
		{ "not-applied", "0 aa\nhalfway 1 1 kind 0123456789abcdef", "0001 failed 0/3 0" },
		{ "at=1", "0 aa", "0001 failed 1/3 0" },
		{ "at=0", NULL, "" },
		{ "applied", "-", "0001 applied 3/3 0" },
	};
	struct release *release = one();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *name = g_strdup_printf("rs_parts%zu", i);
		g_autofree char *schema = halfway(release, name);
		SCOPED_PTR(exec_result)
		result = resolve_one(release, schema, words[i].word, "0001");
		g_autofree char *sql = g_strdup_printf(
			"select coalesce(chain, '-') from %s.muster_history", schema);

		assert_true(result->ok);
		kit_assert_history(schema, words[i].history);
		if (words[i].chain != NULL) {
			kit_assert_value(words[i].chain, sql);
		}
	}
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_that_are_known_to_be_done_count_unless_a_number_is_given),
		cmocka_unit_test(applied_counts_as_applied),
		cmocka_unit_test(not_applied_forgets_what_never_began),
		cmocka_unit_test(not_applied_keeps_what_is_known_to_be_done),
		cmocka_unit_test(at_goes_on_behind_that_statement),
		cmocka_unit_test(wrong_words_change_nothing),
		cmocka_unit_test(nothing_open_is_said),
		cmocka_unit_test(what_is_in_doubt_no_more_is_not_settled_twice),
		cmocka_unit_test(of_several_that_are_open_the_one_in_doubt_is_settled),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
