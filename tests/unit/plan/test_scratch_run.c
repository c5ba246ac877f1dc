#include "halfway.h"
#include "release.h"
#include "rewrite.h"
#include "scratch.h"
#include "shape_kit.h"

static struct release *release_of(const char *first, const char *second)
{
	SCOPED(release_files) files = { 0 };
	struct release *release;
	struct err err = { 0 };

	release_files_add(&files, "0001_a.sql", first, strlen(first));
	release_files_add(&files, "0002_b.sql", second, strlen(second));
	release = release_parse(&files, NULL, &err);
	if (release == NULL) {
		fail_msg("release: %s", err.msg);
	}
	return release;
}

static void run_work(struct chain *chain, const char *schema, const struct scratch_work *work)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(db_session) runner = test_server_open();
	g_autofree char *name = scratch_name_new();
	struct scratch *scratch;
	struct err err = { 0 };

	scratch = scratch_begin(session, schema, name, work, 1000, &err);
	if (scratch == NULL || scratch_run(scratch, runner, work, chain, &err) < 0 ||
	    scratch_end(scratch, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* The schema has the first done statements of the first file already. */
static void run_behind(struct chain *chain, const char *schema, const char *first,
		       const char *second, size_t done, const struct halfway *halfway)
{
	static const size_t both[] = { 0, 1 };
	SCOPED_PTR(release) release = release_of(first, second);
	const struct scratch_work work = { .release = release,
					   .indices = both,
					   .nr = 2,
					   .begun = 0,
					   .done = done,
					   .halfway = halfway,
					   .rewrites = true };

	run_work(chain, schema, &work);
}

static void run(struct chain *chain, const char *schema, const char *first, const char *second)
{
	run_behind(chain, schema, first, second, 0, NULL);
}

#define FIRST                                                                     \
	"-- 1\nCREATE TABLE fresh (id int PRIMARY KEY, users_id int unsigned);\n" \
	"INSERT INTO fresh (id) VALUES (1), (2);\n"                               \
	"ALTER TABLE {SCHEMA}.fresh ADD INDEX by_user (users_id);\n"
#define SECOND                                                                  \
	"SET @x = 1;\nALTER TABLE users DROP KEY nm, ADD seen datetime NULL;\n" \
	"UPDATE fresh SET users_id = @x;\n"                                     \
	"CREATE TRIGGER seen BEFORE UPDATE ON users FOR EACH ROW SET NEW.seen = NOW();\n"

/* The very same statements on the source: at every step the chain knew its fingerprint. */
static void assert_foretold(const struct chain *chain, const struct release *release,
			    struct db_session *session, const char *schema)
{
	for (size_t m = 0; m < release->nr; m++) {
		for (size_t i = 0; i < release->migrations[m].up.nr; i++) {
			const struct chain_step *step =
				chain_find(chain, release->migrations[m].version, i + 1);
			g_autofree char *sql =
				release_expand(&release->migrations[m].up.statements[i], schema);
			SCOPED(shape) now = { 0 };

			kit_run(session, schema, sql);
			kit_read(&now, schema);
			assert_string_equal(step->fingerprint, now.fingerprint);
		}
	}
}

static void a_chain_foretells_what_a_tenant_will_look_like(void **state)
{
	const char *schema = kit_schema("foretold");
	SCOPED_PTR(db_session) session = kit_open(schema);
	struct release *release = release_of(FIRST, SECOND);
	SCOPED(chain) chain = { 0 };
	SCOPED(shape) before = { 0 };

	(void)state;
	kit_read(&before, schema);
	run(&chain, schema, FIRST, SECOND);
	assert_null(chain.failure.version);
	assert_null(chain.unlike);
	assert_int_equal(chain.nr, 7);
	assert_string_equal(chain.start.fingerprint, before.fingerprint);
	assert_foretold(&chain, release, session, schema);
	release_unref(release);
}

/* Tables that no statement names are not copied, and stand in the foretold shapes all the same. */
static void a_part_of_the_schema_foretells_the_whole(void **state)
{
	static const char first[] = "ALTER TABLE child ADD x int, ADD KEY x (x);\n";
	static const char second[] = "CREATE TABLE fresh (id int);\nDROP TABLE child;\n";
	const char *schema = test_server_schema("part");
	SCOPED_PTR(db_session) session = kit_open(schema);
	SCOPED(chain) chain = { 0 };
	struct release *release;

	(void)state;
	kit_run(session, schema, "create table parent (id int primary key)");
	kit_run(session, schema,
		"create table child (id int, constraint fk foreign key (id) "
		"references parent (id))");
	kit_run(session, schema, "create table other (id int primary key, note text)");
	run(&chain, schema, first, second);
	assert_null(chain.unlike);
	assert_null(chain.failure.version);
	assert_non_null(shape_find(&chain.start, "table other", "column note"));
	release = release_of(first, second);
	assert_foretold(&chain, release, session, schema);
	release_unref(release);
}

/* On the copy it is all rows of none; what it goes along is looked at. */
static void what_runs_by_ranges_needs_a_key(void **state)
{
	static const char chunked[] = "-- muster: chunk table=t\n"
				      "UPDATE t SET n = 1 WHERE :chunk AND n = 0;\n";
	static const char late[] = "CREATE TABLE t (id int primary key, n int);\n";
	const char *schema = test_server_schema("ranges");
	SCOPED(chain) without = { 0 };
	SCOPED(chain) with = { 0 };

	(void)state;
	run(&with, schema, late, chunked);
	assert_null(with.failure.version);
	assert_int_equal(with.nr, 2);
	assert_int_equal(with.steps[1].kind, TASK_KIND_CHUNK);
	assert_null(with.steps[1].note);
	run(&without, schema, "CREATE TABLE t (id int, n int);\n", chunked);
	assert_non_null(without.failure.version);
	assert_non_null(strstr(without.failure.message, ":2 statement 1 of 1: table t has no key "
							"along which its rows could be changed"));
}

static void what_changed_is_kept_per_step(void **state)
{
	const char *schema = kit_schema("kept");
	SCOPED(chain) chain = { 0 };
	SCOPED(shape) at = { 0 };
	struct err err = { 0 };

	(void)state;
	run(&chain, schema, FIRST, SECOND);
	assert_string_not_equal(chain.steps[0].delta, "");
	assert_string_equal(chain.steps[1].delta, "");
	assert_string_equal(chain.steps[2].delta, "+=table fresh\tindex by_user\t(users_id)\n");
	assert_int_equal(chain_shape(&chain, 3, &at, &err), 0);
	assert_string_equal(shape_find(&at, "table fresh", "index by_user"), "(users_id)");
	assert_string_equal(at.fingerprint, chain.steps[2].fingerprint);
}

static void every_step_says_what_it_does_on_the_server(void **state)
{
	static const enum task_kind kinds[] = {
		TASK_KIND_INSTANT, TASK_KIND_INSTANT, TASK_KIND_DATA,
		TASK_KIND_REBUILD, TASK_KIND_REBUILD, TASK_KIND_UNKNOWN,
	};

	const char *schema = kit_schema("weighed");
	SCOPED(chain) chain = { 0 };

	(void)state;
	run(&chain, schema,
	    "CREATE TABLE fresh (id int PRIMARY KEY);\nALTER TABLE fresh ADD note int;\n"
	    "INSERT INTO fresh VALUES (1, 1);\n",
	    "ALTER TABLE fresh ADD KEY note (note);\n"
	    "ALTER TABLE fresh MODIFY note varchar(9);\n"
	    "CREATE EVENT e ON SCHEDULE EVERY 1 HOUR DO DELETE FROM users;\n");
	assert_null(chain.failure.version);
	assert_int_equal(chain.nr, G_N_ELEMENTS(kinds));
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		assert_string_equal(task_kind_names[chain.steps[i].kind],
				    task_kind_names[kinds[i]]);
	}
}

static void a_refused_statement_ends_the_chain(void **state)
{
	const char *schema = kit_schema("ended");
	SCOPED(chain) chain = { 0 };

	(void)state;
	run(&chain, schema, "CREATE TABLE fresh (id int);\n",
	    "CREATE TABLE more (id int);\nALTER TABLE nobody ADD x int;\nDROP TABLE more;\n");
	assert_int_equal(chain.nr, 2);
	assert_string_equal(chain.failure.version, "0002");
	assert_int_equal(chain.failure.number, 2);
	assert_int_equal(chain.failure.native, 1146);
	assert_true(g_str_has_prefix(chain.failure.message, "0002_b.sql:2 statement 2 of 3: "));
	assert_non_null(strstr(chain.failure.message, "Table 'nobody' doesn't exist"));
}

static void a_copy_without_rows_is_no_reason_to_fail(void **state)
{
	const char *schema = kit_schema("rowless");
	SCOPED(chain) chain = { 0 };
	SCOPED(chain) wrong = { 0 };

	(void)state;
	run(&chain, schema, "CREATE TABLE fresh (id int NOT NULL);\n",
	    "INSERT INTO fresh VALUES ((SELECT id FROM users WHERE email = 'a'));\n"
	    "ALTER TABLE fresh ADD x int;\n");
	assert_int_equal(chain.nr, 3);
	assert_null(chain.failure.version);
	assert_true(g_str_has_prefix(chain.steps[1].note, "not run to its end on the empty copy"));
	assert_null(chain.steps[2].note);
	run(&wrong, schema, "INSERT INTO users (nosuch) VALUES (1);\n", "DROP TABLE users;\n");
	assert_int_equal(wrong.nr, 0);
	assert_int_equal(wrong.failure.native, 1054);
}

static void what_reaches_outside_is_left_alone(void **state)
{
	const char *schema = kit_schema("outside");
	g_autofree char *users = NULL;
	SCOPED(chain) chain = { 0 };

	(void)state;
	run(&chain, schema,
	    "-- muster: allow=MU209 reason=\"x\"\nCREATE USER scratch_made_me;\n"
	    "CREATE EVENT e ON SCHEDULE EVERY 1 HOUR DO DELETE FROM users;\n",
	    "CREATE TABLE fresh (id int);\n");
	assert_int_equal(chain.nr, 3);
	assert_non_null(chain.steps[0].note);
	assert_non_null(chain.steps[1].note);
	assert_string_equal(chain.steps[1].fingerprint, chain.start.fingerprint);
	users = test_server_value("select count(*) from mysql.user where user = 'scratch_made_me'");
	assert_string_equal(users, "0");
}

/* A trigger, a routine and a statement that would write to somebody else's database. */
static void no_other_database_is_written(void **state)
{
	const char *schema = kit_schema("neighbour");
	const char *shared = test_server_schema("shared");
	SCOPED_PTR(db_session) session = kit_open(schema);
	g_autofree char *trigger = g_strdup_printf("create trigger tells after insert on h "
						   "for each row insert into %s.log values (1)",
						   shared);
	g_autofree char *dynamic = g_strdup_printf(
		"PREPARE s FROM 'insert into %s.log values (2)';\nINSERT INTO h VALUES (9);\n"
		"INSERT INTO {SCHEMA}.h VALUES (8);\n",
		schema);
	g_autofree char *rows = NULL;
	g_autofree char *own = NULL;
	SCOPED(chain) chain = { 0 };
	SCOPED(shape) shape = { 0 };

	(void)state;
	test_server_exec("create table %s.log (a int)", shared);
	kit_run(session, schema, trigger);
	kit_read(&shape, schema);
	run(&chain, schema, dynamic, "ALTER TABLE h ADD x int;\n");
	assert_int_equal(chain.nr, 4);
	assert_string_equal(chain.unlike, "trigger tells: gone");
	assert_string_equal(chain.start.fingerprint, shape.fingerprint);
	assert_non_null(chain.steps[0].note);
	assert_null(chain.steps[1].note);
	kit_run(session, schema, "alter table h add x int");
	shape_release(&shape);
	kit_read(&shape, schema);
	assert_string_equal(chain.steps[3].fingerprint, shape.fingerprint);
	rows = test_server_value("select count(*) from %s.log", shared);
	own = test_server_value("select count(*) from %s.log", schema);
	assert_string_equal(rows, "0");
	assert_string_equal(own, "0");
}

static void each_file_finds_a_fresh_session(void **state)
{
	const char *schema = kit_schema("fresh");
	SCOPED(chain) chain = { 0 };

	(void)state;
	run(&chain, schema,
	    "SET SESSION sql_mode = 'ANSI_QUOTES';\nCREATE TEMPORARY TABLE t (a int);\n"
	    "START TRANSACTION;\nINSERT INTO orders (d) VALUES (1);\n",
	    "CREATE TABLE t (a varchar(9) DEFAULT \"x\");\nCREATE TABLE u LIKE t;\n");
	assert_null(chain.failure.version);
	assert_int_equal(chain.nr, 6);
	assert_string_not_equal(chain.steps[5].delta, "");
}

static void a_file_that_has_begun_is_tried_from_there_on(void **state)
{
	const char *schema = kit_schema("begun");
	const char *first = "SET sql_mode = 'ANSI_QUOTES';\nCREATE TABLE half (id int);\n"
			    "ALTER TABLE half ADD a int;\nSET @made = 1;\n"
			    "CREATE TABLE \"more\" (id int);\n";
	SCOPED_PTR(db_session) session = kit_open(schema);
	g_autofree const char **shapes = NULL;
	SCOPED(chain) chain = { 0 };
	SCOPED(shape) now = { 0 };

	(void)state;
	kit_run(session, schema, "CREATE TABLE half (id int)");
	kit_read(&now, schema);
	run_behind(&chain, schema, first, "DO 1;", 2, NULL);
	assert_null(chain.failure.version);
	assert_int_equal(chain.nr, 4);
	assert_int_equal(chain.steps[0].number, 3);
	shapes = chain_fingerprints(&chain, "0001", 5);
	assert_null(shapes[0]);
	assert_null(shapes[1]);
	assert_string_equal(shapes[2], now.fingerprint);
	assert_string_equal(shapes[4], shapes[3]);
	assert_string_not_equal(shapes[5], shapes[4]);
}

static void the_source_is_never_written(void **state)
{
	const char *schema = kit_schema("untouched");
	SCOPED(chain) chain = { 0 };
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };
	g_autofree char *left = NULL;
	g_autofree char *rows = NULL;

	(void)state;
	kit_read(&before, schema);
	run(&chain, schema,
	    "CALL pr(1, @x);\nINSERT INTO users (email) VALUES ('b');\nDELETE FROM users;\n",
	    "ALTER TABLE users DROP COLUMN born, DROP KEY nm;\nDROP TABLE orders;\n");
	assert_null(chain.failure.version);
	kit_read(&after, schema);
	kit_assert_same(&before, &after);
	rows = test_server_value("select group_concat(email) from %s.users", schema);
	assert_string_equal(rows, "a");
	left = test_server_value("select count(*) from information_schema.schemata "
				 "where schema_name like 'muster\\_scratch\\_%%'");
	assert_string_equal(left, "0");
}

/* The end is the same as that of a run which looks at every step. */
static void only_the_end_is_looked_at_when_nothing_else_is_wanted(void **state)
{
	static const size_t both[] = { 0, 1 };
	const char *schema = kit_schema("ended");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(db_session) runner = test_server_open();
	SCOPED_PTR(release) release = release_of(FIRST, SECOND);
	g_autofree char *name = scratch_name_new();
	const struct scratch_work work = { .release = release,
					   .indices = both,
					   .nr = 2,
					   .only_end = true };
	SCOPED(chain) chain = { 0 };
	SCOPED(chain) quick = { 0 };
	struct scratch *scratch;
	struct err err = { 0 };

	(void)state;
	run(&chain, schema, FIRST, SECOND);
	scratch = scratch_begin(session, schema, name, &work, 1000, &err);
	assert_non_null(scratch);
	assert_int_equal(scratch_run(scratch, runner, &work, &quick, &err), 0);
	assert_int_equal(quick.nr, 0);
	assert_string_equal(scratch_shape(scratch)->fingerprint,
			    chain.steps[chain.nr - 1].fingerprint);
	assert_int_equal(scratch_end(scratch, &err), 0);
}

/* Whatever the server says of the release's session, it says of every tenant's. */
static void a_session_that_the_server_refuses_ends_the_chain(void **state)
{
	static const size_t both[] = { 0, 1 };
	SCOPED_PTR(release) release = release_of(FIRST, SECOND);
	const struct scratch_work work = { .release = release, .indices = both, .nr = 2 };
	SCOPED(chain) chain = { 0 };

	(void)state;
	release->sql_mode = g_strdup("NO_SUCH_MODE");
	run_work(&chain, kit_schema("pinned"), &work);
	assert_int_equal(chain.nr, 0);
	assert_int_equal(chain.failure.native, 1231);
	assert_true(g_str_has_prefix(chain.failure.message,
				     "0001_a.sql:2 statement 1 of 3: session settings: "));
}

/* A table, with the parts of a statement run on it one after the other: what it looks like. */
static void assert_parts(const struct chain_rewrite *rewrite, struct db_session *session,
			 const char *schema, char **parts)
{
	assert_int_equal(g_strv_length(rewrite->shapes), g_strv_length(parts));
	for (size_t i = 0; parts[i] != NULL; i++) {
		SCOPED(shape) now = { 0 };

		kit_run(session, schema, parts[i]);
		kit_read(&now, schema);
		assert_string_equal(rewrite->shapes[i], now.fingerprint);
	}
}

static void what_is_cheaper_is_kept_with_the_schemas_between_its_parts(void **state)
{
	static const char first[] = "ALTER TABLE wide ADD seen datetime, ADD KEY by_seen (seen);\n";
	static const char second[] = "SELECT 1;\n";
	const char *schema = kit_schema("parts");
	SCOPED_PTR(db_session) session = kit_open(schema);
	g_auto(GStrv) parts = rewrite_split(
		"ALTER TABLE wide ADD seen datetime, ADD KEY by_seen (seen)", 0, REWRITE_BY_KIND);
	SCOPED(chain) chain = { 0 };
	SCOPED(chain) rest = { 0 };
	struct halfway halfway;

	(void)state;
	kit_run(session, schema, "CREATE TABLE wide (id int PRIMARY KEY)");
	run(&chain, schema, first, second);
	assert_int_equal(chain.nr_rewrites, 1);
	assert_string_equal(chain.rewrites[0].version, "0001");
	assert_int_equal(chain.rewrites[0].number, 1);
	assert_int_equal(chain.rewrites[0].nr, 1);
	assert_string_equal(chain.rewrites[0].shapes[1], chain.steps[0].fingerprint);
	/* the tenant is between the two: only what is left is tried */
	kit_run(session, schema, parts[0]);
	halfway_set(&halfway, REWRITE_BY_KIND, (const char *const *)parts, 1);
	run_behind(&rest, schema, first, second, 0, &halfway);
	assert_null(rest.failure.version);
	assert_int_equal(rest.nr, 2);
	assert_string_equal(rest.start.fingerprint, chain.rewrites[0].shapes[0]);
	assert_string_equal(rest.steps[0].fingerprint, chain.steps[0].fingerprint);
	assert_int_equal(rest.nr_rewrites, 1);
	assert_string_equal(rest.rewrites[0].shapes[0], "-");
	assert_string_equal(rest.rewrites[0].shapes[1], chain.steps[0].fingerprint);
	assert_string_equal(rest.rewrites[0].digest, chain.rewrites[0].digest);
	kit_run(session, schema, "ALTER TABLE wide DROP seen");
	assert_parts(&chain.rewrites[0], session, schema, parts);
}

/* Behind a crash it could not be told from what a later statement ends at. */
static void what_could_be_mistaken_for_another_state_stays_as_it_is_written(void **state)
{
	static const char first[] = "ALTER TABLE wide ADD seen datetime, ADD KEY by_seen (seen);\n"
				    "DROP INDEX by_seen ON wide;\n";
	const char *schema = kit_schema("alike");
	SCOPED_PTR(db_session) session = kit_open(schema);
	SCOPED(chain) chain = { 0 };

	(void)state;
	kit_run(session, schema, "CREATE TABLE wide (id int PRIMARY KEY)");
	run(&chain, schema, first, "SELECT 1;\n");
	assert_null(chain.failure.version);
	assert_int_equal(chain.nr_rewrites, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_be_mistaken_for_another_state_stays_as_it_is_written),
		cmocka_unit_test(what_is_cheaper_is_kept_with_the_schemas_between_its_parts),
		cmocka_unit_test(a_chain_foretells_what_a_tenant_will_look_like),
		cmocka_unit_test(a_part_of_the_schema_foretells_the_whole),
		cmocka_unit_test(what_runs_by_ranges_needs_a_key),
		cmocka_unit_test(what_changed_is_kept_per_step),
		cmocka_unit_test(every_step_says_what_it_does_on_the_server),
		cmocka_unit_test(a_refused_statement_ends_the_chain),
		cmocka_unit_test(a_copy_without_rows_is_no_reason_to_fail),
		cmocka_unit_test(what_reaches_outside_is_left_alone),
		cmocka_unit_test(no_other_database_is_written),
		cmocka_unit_test(each_file_finds_a_fresh_session),
		cmocka_unit_test(a_file_that_has_begun_is_tried_from_there_on),
		cmocka_unit_test(the_source_is_never_written),
		cmocka_unit_test(a_session_that_the_server_refuses_ends_the_chain),
		cmocka_unit_test(only_the_end_is_looked_at_when_nothing_else_is_wanted),
	};

	return cmocka_run_group_tests_name("scratch_run", tests, NULL, NULL);
}
