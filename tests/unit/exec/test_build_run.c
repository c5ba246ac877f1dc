#include "kit.h"
#include "shape.h"

static struct exec_result *build(struct release *release, const size_t *indices, size_t nr)
{
	struct exec_order *order = kit_order(EXEC_BUILD, release, NULL);

	order->word = g_strdup("utf8mb4_general_ci");
	order->indices = g_memdup2(indices, nr * sizeof(*indices));
	order->nr_indices = nr;
	return exec_run(order);
}

static void assert_nothing_is_left(void)
{
	kit_assert_value("0", "select count(*) from information_schema.schemata where schema_name "
			      "like 'muster\\_scratch\\_%'");
}

/* The fingerprint of what was built; "" when there is none. */
static void built(const struct exec_result *result, struct shape *shape)
{
	struct err err = { 0 };

	assert_int_equal(result->nr_shapes, 1);
	assert_int_equal(shape_parse(shape, result->shapes[0].text, &err), 0);
}

static struct exec_result *look_at(const char *schema)
{
	struct exec_order *order = kit_order(EXEC_SURVEY, NULL, NULL);

	order->schemas = g_new0(char *, 2);
	order->schemas[0] = g_strdup(schema);
	order->with_shapes = true;
	order->every_shape = true;
	return exec_run(order);
}

static void what_is_built_looks_as_what_was_rolled(void **state)
{
	static const size_t indices[] = { 0, 1 };
	const char *schema = test_server_schema("br_same");
	struct release *release = kit_release(
		"0001_a.sql",
		"CREATE TABLE t (id int primary key, n int not null);\n"
		"INSERT INTO t VALUES (1, 2);\n"
		"CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW SET new.n = new.n + 1;\n",
		"0002_b.sql",
		"ALTER TABLE t ADD KEY by_n (n);\nCREATE VIEW v AS SELECT n FROM t;\n", NULL);
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(exec_result) seen = NULL;
	SCOPED(shape) shape = { 0 };

	(void)state;
	test_server_exec("alter database %s collate utf8mb4_general_ci", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	seen = look_at(schema);
	result = build(release, indices, 2);
	assert_true(result->ok);
	assert_null(result->reason);
	assert_null(result->warnings[0]);
	built(result, &shape);
	assert_string_equal(shape.fingerprint, seen->standings[0].fingerprint);
	assert_string_not_equal(result->fingerprint, shape.fingerprint);
	assert_nothing_is_left();
	release_unref(release);
}

static void only_the_wanted_files_are_built(void **state)
{
	static const size_t second[] = { 1 };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (n int);", "0002_b.sql",
					      "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) nothing = build(release, NULL, 0);
	SCOPED_PTR(exec_result) result = build(release, second, 1);
	SCOPED(shape) empty = { 0 };
	SCOPED(shape) shape = { 0 };

	(void)state;
	built(nothing, &empty);
	assert_string_equal(nothing->fingerprint, empty.fingerprint);
	built(result, &shape);
	assert_null(shape_find(&shape, "table t", ""));
	assert_non_null(shape_find(&shape, "table u", ""));
	release_unref(release);
}

static void what_does_not_begin_with_nothing_says_where(void **state)
{
	static const size_t indices[] = { 0 };
	struct release *release = kit_release(
		"0001_a.sql", "CREATE TABLE t (n int);\nALTER TABLE nowhere ADD n int;", NULL);
	SCOPED_PTR(exec_result) result = build(release, indices, 1);

	(void)state;
	assert_true(result->ok);
	assert_int_equal(result->nr_shapes, 0);
	assert_string_equal(result->reason,
			    "0001_a.sql:2 statement 2 of 2: Table 'nowhere' doesn't exist");
	assert_nothing_is_left();
	release_unref(release);
}

/* What another database is named in may write there for good; rows alone are no matter. */
static void what_must_not_run_there_is_named(void **state)
{
	static const size_t indices[] = { 0 };
	const char *other = test_server_schema("br_other");
	g_autofree char *text = g_strdup_printf("CREATE TABLE t (n varchar(200));\n"
						"INSERT INTO t VALUES ('%s.x');\n"
						"CREATE TABLE u (n int COMMENT 'as %s.x');\n",
						other, other);
	struct release *release = kit_release("0001_a.sql", text, NULL);
	SCOPED_PTR(exec_result) result = build(release, indices, 1);
	SCOPED(shape) shape = { 0 };

	(void)state;
	assert_true(result->ok);
	assert_int_equal(g_strv_length(result->warnings), 1);
	assert_true(g_str_has_prefix(result->warnings[0],
				     "0001_a.sql:3 statement 3 of 3: not run on the copy: "));
	built(result, &shape);
	assert_null(shape_find(&shape, "table u", ""));
	assert_nothing_is_left();
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_looks_as_what_was_rolled),
		cmocka_unit_test(only_the_wanted_files_are_built),
		cmocka_unit_test(what_does_not_begin_with_nothing_says_where),
		cmocka_unit_test(what_must_not_run_there_is_named),
	};

	return cmocka_run_group_tests_name("build_run", tests, NULL, NULL);
}
