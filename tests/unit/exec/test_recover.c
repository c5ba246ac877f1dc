#include "chain.h"
#include "foretold.h"
#include "kit.h"
#include "rewrite_kit.h"

/* What a daemon that was killed leaves behind. */
static void leave(const char *schema, int done, int in_flight)
{
	test_server_exec("update %s.muster_history set state = 'applying', in_flight = %d, "
			 "statements_done = %d, finished_at = null",
			 schema, in_flight, done);
}

static void dml_that_did_not_commit_runs_again(void **state)
{
	const char *schema = test_server_schema("rc_dml");
	g_autofree char *sum = g_strdup_printf("select sum(n) from %s.t", schema);
	struct release *release = kit_release(
		"0001_a.sql", "INSERT INTO t VALUES (1);INSERT INTO t VALUES (10);", NULL);

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	/* the second one fails, so the row has the digest of the first */
	test_server_exec(
		"create trigger %s.no before insert on %s.t for each row if new.n = 10 then "
		"signal sqlstate '45000' set message_text = 'no'; end if",
		schema, schema);
	kit_expect(release, schema, TASK_REFUSED, "0001_a.sql:1 statement 2 of 2: no");
	test_server_exec("drop trigger %s.no", schema);
	leave(schema, 1, 1);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	kit_assert_history(schema, "0001 applied 2/2 0");
	kit_assert_value("11", sum);
	release_unref(release);
}

static void what_was_blind_is_in_doubt(void **state)
{
	const char *schema = test_server_schema("rc_blind");
	struct release *release = kit_release("0001_a.sql", "INSERT INTO t VALUES (1);", NULL);

	(void)state;
	test_server_exec("create table %s.t (n int) engine=MyISAM", schema);
	kit_expect(release, schema, TASK_APPLIED, NULL);
	leave(schema, 0, 2);
	kit_expect(release, schema, TASK_DOUBT,
		   "0001_a.sql:1 statement 1 of 1 is in doubt: it may have run, and nothing in the "
		   "schema shows it; see `muster task show r12/acme`, then `muster task resolve "
		   "r12/acme --as applied|not-applied|at=N`");
	kit_assert_history(schema, "0001 applying 0/1 2");
	release_unref(release);
}

static void a_file_that_was_changed_since_decides_nothing(void **state)
{
	const char *schema = test_server_schema("rc_changed");
	struct release *was = kit_release("0001_a.sql", "DO 1;", NULL);
	struct release *is = kit_release("0001_a.sql", "DO 2;", NULL);

	(void)state;
	kit_expect(was, schema, TASK_APPLIED, NULL);
	leave(schema, 0, 1);
	kit_expect(is, schema, TASK_DOUBT,
		   "0001_a.sql:1 statement 1 of 1 is in doubt: the file was changed since it began "
		   "here; see `muster task show r12/acme`, then `muster task resolve r12/acme --as "
		   "applied|not-applied|at=N`");
	release_unref(was);
	release_unref(is);
}

/* ---- with a chain -------------------------------------------------------------------- */

static struct chain *chain_of(struct release *release, const char *schema)
{
	SCOPED_PTR(exec_result) result = exec_run(kit_order(EXEC_CHAIN, release, schema));
	struct chain *chain = exec_chain_new();
	struct err err;

	if (!result->ok) {
		fail_msg("chain: %s", result->err.msg);
	}
	assert_int_equal(chain_parse(chain, result->chain_text, &err), 0);
	assert_int_equal(strlen(chain->start.fingerprint), SHAPE_FINGERPRINT_LEN);
	return chain;
}

static struct exec_result *task_with(struct release *release, const char *schema,
				     struct chain *chain)
{
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);

	order->chain = exec_chain_ref(chain);
	return exec_run(order);
}

static void baseline(struct release *release, const char *schema, const char *version)
{
	struct exec_order *order = kit_order(EXEC_BASELINE, release, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	order->to_version = g_strdup(version);
	order->schemas = g_new0(char *, 2);
	order->schemas[0] = g_strdup(schema);
	result = exec_run(order);
	assert_true(result->ok);
}

static const char three_changes[] = "ALTER TABLE t ADD COLUMN a int;\n"
				    "CREATE INDEX i ON t (a);\n"
				    "CREATE TABLE u (id int);\n";

/* As if the daemon had died behind so many of the statements. */
static void die_behind(const char *schema, size_t statements)
{
	if (statements > 0) {
		test_server_exec("alter table %s.t add column a int", schema);
	}
	if (statements > 1) {
		test_server_exec("create index i on %s.t (a)", schema);
	}
	if (statements > 2) {
		test_server_exec("create table %s.u (id int)", schema);
	}
}

static void the_schema_says_how_far_a_file_had_come(void **state)
{
	(void)state;
	for (size_t died = 0; died <= 3; died++) {
		g_autofree char *base = g_strdup_printf("rc_far%zu", died);
		const char *schema = test_server_schema(base);
		struct release *release = kit_release("0001_a.sql", "CREATE TABLE t (id int);",
						      "0002_b.sql", three_changes, NULL);
		SCOPED_PTR(exec_result) result = NULL;
		struct chain *chain;

		chain = chain_of(release, schema);
		/* the first file is applied; of the second only the row and some of its work */
		test_server_exec("create table %s.t (id int)", schema);
		baseline(release, schema, "0001");
		test_server_exec(
			"insert into %s.muster_history (version, name, checksum, state, "
			"statements_total, in_flight, fingerprint_before, epoch, started_at) values "
			"('0002', 'b', '%s', 'applying', 3, 1, '%s', 5, now())",
			schema, release->migrations[1].checksum, chain->steps[0].fingerprint);
		die_behind(schema, died);
		result = task_with(release, schema, chain);
		if (result->event != TASK_APPLIED) {
			fail_msg("died behind %zu: %s", died, result->reason);
		}
		kit_assert_history(schema, "0001 applied 1/1 0, 0002 applied 3/3 0");
		{
			g_autofree char *sql = g_strdup_printf(
				"select length(fingerprint_before) from %s.muster_history where "
				"version = '0002'",
				schema);

			kit_assert_value("64", sql);
		}
		kit_assert_exists(schema, "u", true);
		assert_non_null(result->fingerprint);
		exec_chain_unref(chain);
		release_unref(release);
	}
}

/* The inventory is lost: the tenant's own row says what was to come. */
static void the_row_alone_says_how_far_a_file_had_come(void **state)
{
	(void)state;
	for (size_t died = 0; died <= 3; died++) {
		g_autofree char *base = g_strdup_printf("rc_row%zu", died);
		const char *schema = test_server_schema(base);
		struct release *release = kit_release("0002_b.sql", three_changes, NULL);
		g_autofree char *carried = NULL;
		g_autofree const char **shapes = NULL;
		struct foretold known = { 0 };
		SCOPED_PTR(exec_result) result = NULL;
		struct chain *chain;

		test_server_exec("create table %s.t (id int)", schema);
		chain = chain_of(release, schema);
		shapes = chain_fingerprints(chain, "0002", 3);
		known.shapes = shapes;
		carried = foretold_write(&known, 0, 3);
		baseline(NULL, schema, NULL);
		test_server_exec(
			"insert into %s.muster_history (version, name, checksum, state, "
			"statements_total, in_flight, fingerprint_before, epoch, started_at, chain) "
			"values ('0002', 'b', '%s', 'applying', 3, 1, '%s', 5, now(), '%s')",
			schema, release->migrations[0].checksum, shapes[0], carried);
		die_behind(schema, died);
		result = kit_task(release, schema);
		if (result->event != TASK_APPLIED) {
			fail_msg("died behind %zu: %s", died, result->reason);
		}
		kit_assert_history(schema, "0002 applied 3/3 0");
		kit_assert_exists(schema, "u", true);
		exec_chain_unref(chain);
		release_unref(release);
	}
}

static void a_schema_that_fits_nowhere_is_in_doubt_with_the_difference(void **state)
{
	const char *schema = test_server_schema("rc_nowhere");
	struct release *release = kit_release("0001_a.sql", three_changes, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct chain *chain;

	(void)state;
	test_server_exec("create table %s.t (id int)", schema);
	chain = chain_of(release, schema);
	exec_result_free(task_with(release, schema, chain));
	leave(schema, 0, 1);
	test_server_exec("alter table %s.t add column stray int", schema);
	result = task_with(release, schema, chain);
	assert_int_equal(result->event, TASK_DOUBT);
	assert_non_null(
		strstr(result->reason, "the schema is not as it should be before or after"));
	assert_non_null(result->difference);
	assert_non_null(strstr(result->difference, "stray"));
	exec_chain_unref(chain);
	release_unref(release);
}

/* ---- a schema that comes back -------------------------------------------------------------- */

static void begin_counted(struct release *release, const char *schema, size_t done)
{
	SCOPED(foretold) foretold = { 0 };
	g_autofree char *text = NULL;
	struct chain *chain = chain_of(release, schema);

	foretold_by_chain(&foretold, chain, &release->migrations[0], NULL);
	text = foretold_write(&foretold, 0, 3);
	baseline(NULL, schema, NULL);
	test_server_exec(
		"insert into %s.muster_history (version, name, checksum, state, "
		"statements_total, statements_done, in_flight, fingerprint_before, epoch, "
		"started_at, chain) values ('0001', 'a', '%s', 'applying', 3, %zu, 1, '%s', "
		"5, now(), '%s')",
		schema, release->migrations[0].checksum, done, foretold.shapes[0], text);
	exec_chain_unref(chain);
}

/* Behind so many statements the daemon dies, and the row had counted so many. */
static void what_is_made_again_as_it_was_is_not_in_doubt(void **state)
{
	static const size_t deaths[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 },
					    { 2, 1 }, { 2, 2 }, { 3, 2 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(deaths); i++) {
		g_autofree char *name = g_strdup_printf("rc_back%zu", i);
		const char *schema = test_server_schema(name);
		struct release *release =
			kit_release("0001_a.sql",
				    "CREATE VIEW v AS SELECT 1 AS a;\nDROP VIEW v;\n"
				    "CREATE VIEW v AS SELECT 1 AS a;",
				    NULL);

		begin_counted(release, schema, deaths[i][1]);
		if (deaths[i][0] % 2 == 1) {
			test_server_exec("create view %s.v as select 1 as a", schema);
		}
		kit_expect(release, schema, TASK_APPLIED, NULL);
		kit_assert_history(schema, "0001 applied 3/3 0");
		kit_assert_exists(schema, "v", true);
		release_unref(release);
	}
}

/* ---- between two parts, and around merged statements -------------------------------------- */

/* What is done when the daemon dies: so many of the texts that the file is really run as. */
static void die_within(const char *schema, size_t texts)
{
	if (texts > 0) {
		test_server_exec("alter table %s.t add column z int", schema);
	}
	if (texts > 1) {
		test_server_exec("alter table %s.t add unique index one_name (name)", schema);
	}
	if (texts > 2) {
		test_server_exec("alter table %s.t modify y bigint, modify x bigint", schema);
	}
}

static void begin_rewritten(struct release *release, const char *schema, struct chain *chain)
{
	SCOPED(foretold) foretold = { 0 };
	g_autofree char *text = NULL;

	foretold_by_chain(&foretold, chain, &release->migrations[0], NULL);
	text = foretold_write(&foretold, 0, 4);
	assert_non_null(strchr(text, ':'));
	baseline(NULL, schema, NULL);
	test_server_exec(
		"insert into %s.muster_history (version, name, checksum, state, "
		"statements_total, in_flight, fingerprint_before, epoch, started_at, chain) "
		"values ('0001', 'a', '%s', 'applying', 4, 1, '%s', 5, now(), '%s')",
		schema, release->migrations[0].checksum, foretold.shapes[0], text);
}

/* died: texts that took effect. With the chain, and with nothing but the row. */
static void a_crash_between_parts_goes_on_at_the_next(void **state)
{
	(void)state;
	for (size_t died = 0; died <= 3; died++) {
		for (int alone = 0; alone < 2; alone++) {
			g_autofree char *name = g_strdup_printf("rc_part%zu%d", died, alone);
			const char *schema = test_server_schema(name);
			struct release *release =
				kit_release("0001_a.sql", KIT_SPLIT ";\n" KIT_SET KIT_MERGED, NULL);
			SCOPED_PTR(exec_result) result = NULL;
			struct chain *chain;

			kit_rewrite_table(schema, "grace");
			chain = kit_rewrite_chain(release, schema);
			assert_int_equal(chain->nr_rewrites, 2);
			begin_rewritten(release, schema, chain);
			die_within(schema, died);
			result = alone ? kit_task(release, schema)
				       : kit_rewrite_task(release, schema, chain, NULL);
			if (result->event != TASK_APPLIED) {
				fail_msg("died behind %zu: %s", died, result->reason);
			}
			kit_assert_history(schema, "0001 applied 4/4 0");
			kit_assert_columns(schema, "id,name,y,x,z; PRIMARY,one_name");
			exec_chain_unref(chain);
			release_unref(release);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_between_parts_goes_on_at_the_next),
		cmocka_unit_test(what_is_made_again_as_it_was_is_not_in_doubt),
		cmocka_unit_test(dml_that_did_not_commit_runs_again),
		cmocka_unit_test(what_was_blind_is_in_doubt),
		cmocka_unit_test(a_file_that_was_changed_since_decides_nothing),
		cmocka_unit_test(the_schema_says_how_far_a_file_had_come),
		cmocka_unit_test(the_row_alone_says_how_far_a_file_had_come),
		cmocka_unit_test(a_schema_that_fits_nowhere_is_in_doubt_with_the_difference),
	};

	return cmocka_run_group_tests_name("recover", tests, NULL, NULL);
}
