#include "ground.h"
#include "kit.h"

static enum evidence judge(const char *schema, struct ground *ground, const char *sql)
{
	struct release *release = kit_release("0001_a.sql", sql, NULL);
	SCOPED_PTR(db_session) session = test_server_open();
	const struct ground_step step = { 0 };
	enum evidence evidence;
	struct err err;

	assert_int_equal(db_use(session, schema, &err), 0);
	if (ground_judge(ground, session, &release->migrations[0].up.statements[0], &step,
			 &evidence, &err) < 0) {
		fail_msg("%s: %s", sql, err.msg);
	}
	release_unref(release);
	return evidence;
}

static void what_no_transaction_covers_is_found(void **state)
{
	/* clang-format off */
	static const struct {
		const char *sql; enum evidence evidence;
	} cases[] = {
		{ "INSERT INTO safe VALUES (1)",          EVIDENCE_TRANSACTION },
		{ "INSERT INTO plain VALUES (1)",         EVIDENCE_NONE },
		{ "UPDATE safe, plain SET safe.n = 1",    EVIDENCE_NONE },
		{ "INSERT INTO trigger_to_plain VALUES (1)", EVIDENCE_NONE },
		{ "UPDATE over_plain SET n = 1",          EVIDENCE_NONE },
		{ "CALL adds()",                          EVIDENCE_TRANSACTION },
		{ "CALL commits()",                       EVIDENCE_NONE },
		{ "CALL nowhere()",                       EVIDENCE_NONE },
		{ "CREATE TABLE x (n int)",               EVIDENCE_SHAPE },
		{ "TRUNCATE TABLE safe",                  EVIDENCE_NONE },
		{ "SET @a = 1",                           EVIDENCE_RERUN },
	};

	/* clang-format on */
	const char *schema = test_server_schema("ground");
	struct ground *ground = ground_new();

	(void)state;
	test_server_exec("create table %s.safe (n int)", schema);
	test_server_exec("create table %s.trigger_to_plain (n int)", schema);
	test_server_exec("create table %s.plain (n int) engine=MyISAM", schema);
	test_server_exec(
		"create trigger %s.copies after insert on %s.trigger_to_plain for each row "
		"insert into plain values (new.n)",
		schema, schema);
	test_server_exec("create view %s.over_plain as select n from %s.plain", schema, schema);
	test_server_exec("create procedure %s.adds() insert into safe values (1)", schema);
	test_server_exec("create procedure %s.commits() begin insert into safe values (1); commit; "
			 "end",
			 schema);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		enum evidence got = judge(schema, ground, cases[i].sql);

		if (got != cases[i].evidence) {
			fail_msg("%s: %s, not %s", cases[i].sql, evidence_names[got],
				 evidence_names[cases[i].evidence]);
		}
	}
	ground_free(ground);
}

static void what_was_forgotten_is_read_again(void **state)
{
	const char *schema = test_server_schema("ground_new");
	struct ground *ground = ground_new();

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	assert_int_equal(judge(schema, ground, "INSERT INTO t VALUES (1)"), EVIDENCE_TRANSACTION);
	test_server_exec("alter table %s.t engine=MyISAM", schema);
	assert_int_equal(judge(schema, ground, "INSERT INTO t VALUES (1)"), EVIDENCE_TRANSACTION);
	ground_forget(ground);
	assert_int_equal(judge(schema, ground, "INSERT INTO t VALUES (1)"), EVIDENCE_NONE);
	ground_free(ground);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_transaction_covers_is_found),
		cmocka_unit_test(what_was_forgotten_is_read_again),
	};

	return cmocka_run_group_tests_name("ground", tests, NULL, NULL);
}
