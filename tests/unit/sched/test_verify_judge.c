#include "verify_judge.h"

#include "verify_kit.h"

/* text NULL: the server has refused a statement. */
static void build_and_judge(struct verify *verify, const char *text, char **unrun)
{
	g_autofree char *start = kit_fingerprint(KIT_SCHEMA);
	struct exec_shape shape = { .text = (char *)(uintptr_t)text };
	char refused[] = "0001_a.sql:1 statement 1 of 1: no";
	const struct exec_result result = {
		.ok = true,
		.fingerprint = start,
		.reason = text == NULL ? refused : NULL,
		.warnings = unrun,
		.shapes = &shape,
		.nr_shapes = text == NULL ? 0 : 1,
	};

	verify_positions(verify, kit_flavor, NULL);
	for (guint i = 0; i < verify->positions->len; i++) {
		verify_built(g_ptr_array_index(verify->positions, i), &result);
	}
	verify_judge(verify);
}

static const struct verify_position *only(const struct verify *verify)
{
	assert_int_equal(verify->positions->len, 1);
	return g_ptr_array_index(verify->positions, 0);
}

static void assert_verdict(const struct verify *verify, size_t index, enum verify_verdict verdict,
			   const char *problem, const char *help)
{
	const struct verify_tenant *tenant = &verify->tenants[index];
	const char *seen =
		tenant->problems->len == 0 ? NULL : g_ptr_array_index(tenant->problems, 0);

	if (tenant->verdict != verdict || g_strcmp0(seen, problem) != 0 ||
	    g_strcmp0(tenant->help, help) != 0) {
		fail_msg("t%zu is %s: %s -> %s", index, verify_names[tenant->verdict], seen,
			 tenant->help);
	}
}

static void what_the_release_builds_decides(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE "=table t\tcolumn b\tint\n",
					     KIT_TABLE "~table t\torder\tb, a\n", NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_verdict(&verify, 0, VERIFY_OK, NULL, NULL);
	assert_verdict(&verify, 1, VERIFY_DRIFTED,
		       "1 difference from what the release builds at 0001",
		       "muster tenant diff t0 t1");
	assert_string_equal(verify.tenants[1].diff[0], "table t, column b: new: int");
	assert_verdict(&verify, 2, VERIFY_OK, NULL, NULL); /* what is minor is shown, no more */
	assert_null(verify.tenants[2].diff[0]);
	assert_non_null(verify.tenants[2].minor[0]);
	assert_null(only(&verify)->note);
	assert_true(only(&verify)->built);
	assert_string_equal(only(&verify)->collation, "utf8mb4_general_ci");
}

static void most_others_decide_where_nothing_can_be_built(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE, KIT_SCHEMA, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	build_and_judge(&verify, NULL, NULL);
	assert_string_equal(only(&verify)->note,
			    "no release builds this (0001_a.sql:1 statement 1 of 1: no): compared "
			    "with the 2 that look alike at 0001");
	assert_verdict(&verify, 0, VERIFY_OK, NULL, NULL);
	assert_verdict(&verify, 2, VERIFY_DRIFTED,
		       "1 difference from the 2 that look alike at 0001",
		       "muster tenant diff t0 t2");
	assert_string_equal(verify.tenants[2].diff[0], "table t: gone");
}

static void alone_it_is_not_proven(void **state)
{
	static const char *const texts[] = { KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	build_and_judge(&verify, NULL, NULL);
	assert_verdict(&verify, 0, VERIFY_UNPROVEN,
		       "no release builds this (0001_a.sql:1 statement 1 of 1: no): there is no "
		       "other that looks alike at 0001",
		       "muster release show rel");
}

/* The older tables are compared with each other, what the release makes with the release. */
static void what_was_there_before_the_release_is_compared_with_most(void **state)
{
	static const char *const texts[] = { KIT_TABLE KIT_OLD, KIT_TABLE KIT_OLD, KIT_TABLE,
					     KIT_SCHEMA
					     "=table t\t\t\n=table t\tcolumn a\tbigint\n" KIT_OLD,
					     NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	/* somebody looks as it was built: the release is right, and old is too much */
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_verdict(&verify, 2, VERIFY_OK, NULL, NULL);
	assert_string_equal(verify.tenants[0].diff[0], "table old: new");
	verify_release(&verify);

	kit_begin(&verify, release, (const char *const[]){ texts[0], texts[1], texts[3], NULL });
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_string_equal(only(&verify)->note,
			    "the release does not build all of this (table old): for that, "
			    "compared with the 2 that look alike at 0001");
	assert_verdict(&verify, 0, VERIFY_OK, NULL, NULL);
	assert_verdict(&verify, 2, VERIFY_DRIFTED,
		       "1 difference from what the release builds at 0001",
		       "muster tenant diff t0 t2");
	assert_string_equal(verify.tenants[2].diff[0], "table t, column a: int -> bigint");
}

/* All have it, but their history says that they began with nothing. */
static void what_began_empty_is_held_against_the_release_alone(void **state)
{
	static const char *const texts[] = { KIT_TABLE KIT_OLD, KIT_TABLE KIT_OLD, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify.tenants[1].before = kit_fingerprint(KIT_SCHEMA);
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_null(only(&verify)->note);
	assert_verdict(&verify, 0, VERIFY_DRIFTED,
		       "1 difference from what the release builds at 0001",
		       "muster tenant verify t0 --against rel -o wide");
}

static void what_was_not_run_makes_nobody_drifted(void **state)
{
	static const char *const texts[] = { KIT_TABLE KIT_OLD, KIT_TABLE KIT_OLD, NULL };
	char line[] = "0001_a.sql:1 statement 1 of 1: not run on the copy";
	char *unrun[] = { line, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	build_and_judge(&verify, KIT_TABLE, unrun);
	assert_verdict(&verify, 0, VERIFY_OK, NULL, NULL);
	assert_non_null(strstr(only(&verify)->note, "not run on the copy"));
	verify_release(&verify);

	kit_begin(&verify, release, texts); /* unless it made no difference */
	build_and_judge(&verify, KIT_TABLE KIT_OLD, unrun);
	assert_null(only(&verify)->note);
}

static void the_history_is_looked_at_too(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE, KIT_TABLE,
					     KIT_TABLE, KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify.tenants[1].altered = g_strsplit("0001", " ", -1);
	g_free(verify.tenants[2].version);
	verify.tenants[2].version = g_strdup("0003");
	verify.tenants[2].places[0] = 1;
	verify.tenants[2].nr_places = 1;
	verify.tenants[3].server_id = 2;
	g_free(verify.tenants[4].look);
	verify.tenants[4].look = NULL;
	verify.tenants[4].open = g_strdup("0002");
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_verdict(&verify, 0, VERIFY_OK, NULL, NULL);
	assert_verdict(&verify, 1, VERIFY_ALTERED,
		       "0001 was applied from another text than the release has",
		       "muster release show rel");
	assert_verdict(&verify, 2, VERIFY_INCOMPLETE, "0002 is not applied, though 0003 is",
		       "muster plan rel -l t2");
	assert_verdict(&verify, 3, VERIFY_OK, NULL, NULL);
	assert_verdict(&verify, 4, VERIFY_UNFINISHED, "it is in the middle of migration 0002",
		       "muster doctor");
	/* one each: another history, another kind of server */
	assert_int_equal(verify.positions->len, 3);
	assert_int_equal(
		((const struct verify_position *)g_ptr_array_index(verify.positions, 1))->nr, 2);
}

static void who_cannot_be_compared_is_told_why(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE, KIT_TABLE,
					     KIT_TABLE, KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify_miss(&verify.tenants[0], "server db1: gone");
	verify.tenants[1].exists = false;
	verify.tenants[2].has_history = false;
	verify.tenants[3].ahead = g_strdup("0099");
	verify.tenants[4].moved = true;
	build_and_judge(&verify, KIT_TABLE, NULL);
	assert_int_equal(verify.positions->len, 0);
	assert_verdict(&verify, 0, VERIFY_UNKNOWN, "server db1: gone", "muster server check db1");
	assert_verdict(&verify, 1, VERIFY_MISSING, "its database s1 is not there", "muster doctor");
	assert_verdict(&verify, 2, VERIFY_UNRECORDED,
		       "it has no history: nobody knows what it should look like",
		       "muster tenant baseline t2 --release rel --at VERSION");
	assert_verdict(&verify, 3, VERIFY_AHEAD,
		       "its history holds 0099, which the release does not", "muster release list");
	assert_verdict(&verify, 4, VERIFY_UNFINISHED, "it is in the middle of a rollout",
		       "muster doctor");
}

static void a_server_that_went_away_says_nothing_of_its_tenants(void **state)
{
	static const char *const texts[] = { KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };
	struct exec_result result = { .server_down = true };

	(void)state;
	kit_begin(&verify, release, texts);
	err_set(&result.err, ERR_UNREACHABLE, "the server is away");
	verify_positions(&verify, kit_flavor, NULL);
	verify_built(g_ptr_array_index(verify.positions, 0), &result);
	verify_judge(&verify);
	assert_verdict(&verify, 0, VERIFY_UNKNOWN, "the server is away", "muster server check db1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_release_builds_decides),
		cmocka_unit_test(most_others_decide_where_nothing_can_be_built),
		cmocka_unit_test(alone_it_is_not_proven),
		cmocka_unit_test(what_was_there_before_the_release_is_compared_with_most),
		cmocka_unit_test(what_began_empty_is_held_against_the_release_alone),
		cmocka_unit_test(what_was_not_run_makes_nobody_drifted),
		cmocka_unit_test(the_history_is_looked_at_too),
		cmocka_unit_test(who_cannot_be_compared_is_told_why),
		cmocka_unit_test(a_server_that_went_away_says_nothing_of_its_tenants),
	};

	return cmocka_run_group_tests_name("verify_judge", tests, NULL, NULL);
}
