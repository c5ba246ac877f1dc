#include "measure.h"

#include "chain.h"
#include "kit.h"
#include "ladder.h"
#include "release.h"
#include "steps.h"

static const char statements[] = "ALTER TABLE t ADD a int;\nCREATE INDEX i ON t (id);\n"
				 "CREATE TABLE n (a int);\nINSERT INTO t (id) VALUES (7);\n"
				 "SET @a = 1;\nALTER TABLE gone ENGINE=InnoDB;\n";

/* What a trial has found of them; way NULL: it changes no table. */
static void step(struct chain *chain, size_t number, const char *way, const char *table)
{
	g_autofree char *version = g_strdup("0001");
	g_autofree char *name = g_strdup(table);
	struct chain_step made = { .version = version, .number = number, .table = name };

	made.way = way;
	chain_add(chain, &made);
}

static struct exec_order *order_for(struct release *release, const char *schema)
{
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);

	order->chain = exec_chain_new();
	order->bytes = 12345;
	step(order->chain, 1, ladder_names[LADDER_INSTANT], "t");
	step(order->chain, 2, ladder_names[LADDER_NOCOPY], "t");
	step(order->chain, 3, NULL, NULL);
	step(order->chain, 4, NULL, NULL);
	step(order->chain, 5, NULL, NULL);
	step(order->chain, 6, ladder_names[LADDER_INPLACE], "gone");
	return order;
}

static GArray *noted(const struct exec_order *order, const struct release *release, int64_t us)
{
	GArray *measures = measures_new();

	for (size_t i = 0; i < release->migrations[0].up.nr; i++) {
		const struct step written = { .index = i, .nr = 1 };

		measures_note(measures, order, &release->migrations[0], &written, us + (int64_t)i);
	}
	return measures;
}

static void finish(const GArray *measures, const struct exec_order *order,
		   struct exec_result *result)
{
	SCOPED_PTR(db_session) session = test_server_open();

	measures_finish(measures, session, order, result);
}

static void each_kind_is_measured_by_what_it_depends_on(void **state)
{
	const char *schema = test_server_schema("me_kinds");
	struct release *release = kit_release("0001_a.sql", statements, NULL);
	SCOPED_PTR(exec_order) order = order_for(release, schema);
	SCOPED_PTR(exec_result) result = g_new0(struct exec_result, 1);
	g_autoptr(GArray) measures = noted(order, release, 1500);

	(void)state;
	test_server_exec("create table %s.t (id int primary key) engine=InnoDB", schema);
	order->measures = true;
	finish(measures, order, result);
	assert_int_equal(result->nr_measures, 4); /* SET is nothing, and one table is gone */
	assert_string_equal(result->measures[0].algorithm, "instant");
	assert_int_equal(result->measures[0].bytes, 0);
	assert_int_equal(result->measures[0].ms, 2);
	assert_string_equal(result->measures[1].algorithm, "nocopy");
	assert_true(result->measures[1].bytes >= 16384);
	assert_string_equal(result->measures[2].algorithm, MEASURE_DDL);
	assert_int_equal(result->measures[2].bytes, 12345);
	assert_string_equal(result->measures[3].algorithm, MEASURE_WRITE);
	assert_int_equal(result->measures[3].bytes, 12345);
	release_unref(release);
}

static void what_was_quick_counts_only_when_it_is_asked_for(void **state)
{
	const char *schema = test_server_schema("me_quick");
	struct release *release = kit_release("0001_a.sql", statements, NULL);
	SCOPED_PTR(exec_order) order = order_for(release, schema);
	SCOPED_PTR(exec_result) quick = g_new0(struct exec_result, 1);
	SCOPED_PTR(exec_result) slow = g_new0(struct exec_result, 1);
	g_autoptr(GArray) little = noted(order, release, 1500);
	g_autoptr(GArray) much = noted(order, release, 3000000);

	(void)state;
	test_server_exec("create table %s.t (id int primary key) engine=InnoDB", schema);
	finish(little, order, quick);
	assert_int_equal(quick->nr_measures, 0);
	finish(much, order, slow);
	assert_int_equal(slow->nr_measures, 4);
	assert_int_equal(slow->measures[1].ms, 3001);
	release_unref(release);
}

static void without_a_chain_only_what_its_text_tells_is_measured(void **state)
{
	const char *schema = test_server_schema("me_none");
	struct release *release = kit_release("0001_a.sql", statements, NULL);
	SCOPED_PTR(exec_order) order = kit_order(EXEC_TASK, release, schema);
	SCOPED_PTR(exec_result) result = g_new0(struct exec_result, 1);
	g_autoptr(GArray) measures = noted(order, release, 1500);

	(void)state;
	order->measures = true;
	measures_finish(measures, NULL, order, result);
	assert_int_equal(result->nr_measures, 1);
	assert_string_equal(result->measures[0].algorithm, MEASURE_WRITE);
	release_unref(release);
}

static void what_runs_in_place_of_statements_is_measured_by_its_own_way(void **state)
{
	const char *schema = test_server_schema("me_parts");
	struct release *release = kit_release("0001_a.sql", statements, NULL);
	SCOPED_PTR(exec_order) order = order_for(release, schema);
	SCOPED_PTR(exec_result) result = g_new0(struct exec_result, 1);
	g_autoptr(GArray) measures = measures_new();
	g_autofree char *version = g_strdup("0001");
	char *ways[] = { g_strdup("copy"), g_strdup("instant"), NULL };
	const struct chain_rewrite rewrite = { .version = version, .number = 1, .ways = ways };
	char sql[] = "ALTER TABLE t ADD a int";
	const struct step steps[] = {
		{ .index = 0, .sql = sql, .part = 2, .parts = 2, .nr = 1 },
		{ .index = 0, .sql = sql, .nr = 2 },
		{ .index = 0, .sql = sql, .nr = 1 }, /* the rest of one that has no rest */
		{ .index = 1, .sql = sql, .nr = 2 }, /* of which no way is known */
	};

	(void)state;
	chain_rewrite_add(order->chain, &rewrite);
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		measures_note(measures, order, &release->migrations[0], &steps[i], 1500);
	}
	test_server_exec("create table %s.t (id int primary key) engine=InnoDB", schema);
	order->measures = true;
	finish(measures, order, result);
	assert_int_equal(result->nr_measures, 2);
	assert_string_equal(result->measures[0].algorithm, "instant");
	assert_string_equal(result->measures[1].algorithm, "copy");
	assert_true(result->measures[1].bytes >= 16384);
	g_free(ways[0]);
	g_free(ways[1]);
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_measured_by_what_it_depends_on),
		cmocka_unit_test(what_was_quick_counts_only_when_it_is_asked_for),
		cmocka_unit_test(without_a_chain_only_what_its_text_tells_is_measured),
		cmocka_unit_test(what_runs_in_place_of_statements_is_measured_by_its_own_way),
	};

	return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
