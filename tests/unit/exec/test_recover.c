#include "kit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dml_that_did_not_commit_runs_again),
		cmocka_unit_test(what_was_blind_is_in_doubt),
		cmocka_unit_test(a_file_that_was_changed_since_decides_nothing),
	};

	return cmocka_run_group_tests_name("recover", tests, NULL, NULL);
}
