#include <pthread.h>

#include "kit.h"

static struct exec_result *survey(struct release *release, char **schemas)
{
	struct exec_order *order = kit_order(EXEC_SURVEY, release, NULL);

	order->schemas = g_strdupv(schemas);
	order->with_shapes = true;
	return exec_run(order);
}

static void those_that_are_alike_are_one_class(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("ss_a"));
	g_autofree char *b = g_strdup(test_server_schema("ss_b"));
	g_autofree char *other = g_strdup(test_server_schema("ss_other"));
	char *schemas[] = { a, b, other, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	test_server_exec("create table %s.t (n int)", a);
	test_server_exec("create table %s.t (n int)", b);
	test_server_exec("create table %s.t (n bigint)", other);
	result = survey(release, schemas);
	assert_true(result->ok);
	assert_int_equal(result->nr_shapes, 2);
	assert_string_equal(result->standings[0].class, result->standings[1].class);
	assert_string_not_equal(result->standings[0].class, result->standings[2].class);
	release_unref(release);
}

static void who_has_nothing_to_do_is_not_read(void **state)
{
	g_autofree char *schema = g_strdup(test_server_schema("ss_done"));
	char *schemas[] = { schema, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	kit_expect(release, schema, TASK_APPLIED, NULL);
	result = survey(release, schemas);
	assert_true(result->ok);
	assert_null(result->standings[0].class);
	assert_int_equal(result->nr_shapes, 0);
	release_unref(release);
}

/* The first of those that were alike is read for all: the others' own changes are seen, too. */
static void who_was_changed_by_hand_is_no_longer_alike(void **state)
{
	static const char *const changes[] = {
		"create trigger %s.tr before insert on %s.t for each row set new.n = 1",
		"create view %s.v as select 1 as one from %s.t",
		"create procedure %s.p() select count(*) from %s.t",
		"alter table %s.t comment = 'was %s'",
		"alter table %s.t add constraint positive check (n > -1), comment = '%s'",
	};
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autofree char *a = g_strdup(test_server_schema("ss_hand_a"));
		g_autofree char *b = g_strdup(test_server_schema("ss_hand_b"));
		g_autofree char *c = g_strdup(test_server_schema("ss_hand_c"));
		g_auto(GStrv) pieces = g_strsplit(changes[i], "%s", -1);
		g_autofree char *change = g_strjoinv(c, pieces);
		char *schemas[] = { a, b, c, NULL };
		SCOPED_PTR(exec_result) result = NULL;

		for (size_t k = 0; k < 3; k++) {
			test_server_exec("create table %s.t (n int)", schemas[k]);
		}
		test_server_exec("%s", change);
		result = survey(release, schemas);
		assert_true(result->ok);
		assert_string_equal(result->standings[0].class, result->standings[1].class);
		assert_string_not_equal(result->standings[0].class, result->standings[2].class);
	}
	release_unref(release);
}

/*
 * What the release does not touch is not asked for of those who are known: when one of them does
 * not look as expected, that is said of it only.
 */
static void what_one_changed_by_hand_is_not_laid_to_others(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("ss_known_a"));
	g_autofree char *b = g_strdup(test_server_schema("ss_known_b"));
	g_autofree char *c = g_strdup(test_server_schema("ss_new_c"));
	char *schemas[] = { a, b, c, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(exec_result) before = NULL;
	SCOPED_PTR(exec_result) after = NULL;
	struct exec_order *order;
	const char *was;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		test_server_exec("create table %s.t (n int)", schemas[i]);
	}
	before = survey(release, schemas);
	was = before->standings[0].fingerprint;
	assert_string_equal(before->standings[2].fingerprint, was);
	test_server_exec("alter table %s.t add constraint positive check (n > -1)", a);
	order = kit_order(EXEC_SURVEY, release, NULL);
	order->schemas = g_strdupv(schemas);
	order->expected_shapes = g_new0(char *, 4);
	order->expected_shapes[0] = g_strdup(was);
	order->expected_shapes[1] = g_strdup(was);
	order->expected_shapes[2] = g_strdup("");
	order->with_shapes = true;
	after = exec_run(order);
	assert_true(after->ok);
	assert_string_not_equal(after->standings[0].fingerprint, was);
	assert_string_equal(after->standings[1].fingerprint, was);
	assert_string_equal(after->standings[2].fingerprint, was);
	assert_int_equal(after->nr_shapes, 2);
	release_unref(release);
}

static void who_is_half_way_is_alike_only_with_those_who_came_as_far(void **state)
{
	g_autofree char *fresh = g_strdup(test_server_schema("ss_fresh"));
	g_autofree char *half = g_strdup(test_server_schema("ss_half"));
	g_autofree char *flown = g_strdup(test_server_schema("ss_flown"));
	char *schemas[] = { fresh, half, flown, NULL };
	struct release *release =
		kit_release("0001_a.sql", "DO 1;\nDO 2;\nINSERT INTO nowhere VALUES (1);", NULL);
	SCOPED_PTR(exec_result) failed = kit_task(release, half);
	SCOPED_PTR(exec_result) flew = kit_task(release, flown);
	SCOPED_PTR(exec_result) result = NULL;
	struct exec_standing *standings;

	(void)state;
	assert_int_equal(failed->event, TASK_REFUSED);
	assert_int_equal(flew->event, TASK_REFUSED);
	test_server_exec("update %s.muster_history set state = 'applying', in_flight = 1, "
			 "chain = '2 x y'",
			 flown);
	result = survey(release, schemas);
	assert_true(result->ok);
	standings = result->standings;
	assert_int_equal(standings[1].done, 2);
	assert_false(standings[1].in_flight);
	assert_true(standings[2].in_flight);
	assert_true(standings[2].foretold);
	assert_non_null(strstr(standings[1].class, "+0001+2-"));
	assert_string_not_equal(standings[0].class, standings[1].class);
	assert_string_equal(standings[0].class, standings[2].class);
	release_unref(release);
}

static void *run_helper(void *order)
{
	struct exec_result *result;

	db_thread_init();
	result = exec_run(order);
	db_thread_end();
	return result;
}

static void a_helper_changes_nothing_of_what_is_found(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("ss_help_a"));
	g_autofree char *b = g_strdup(test_server_schema("ss_help_b"));
	char *schemas[] = { a, b, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	struct exec_order *leader = kit_order(EXEC_SURVEY, release, NULL);
	struct exec_order *helper = exec_order_helper(leader);
	SCOPED_PTR(exec_result) alone = NULL;
	SCOPED_PTR(exec_result) led = NULL;
	SCOPED_PTR(exec_result) helped = NULL;
	void *result = NULL;
	pthread_t thread;

	(void)state;
	test_server_exec("create table %s.t (n int)", a);
	test_server_exec("create table %s.t (n bigint)", b);
	alone = survey(release, schemas);
	leader->schemas = g_strdupv(schemas);
	leader->with_shapes = true;
	kit_address(helper);
	assert_int_equal(pthread_create(&thread, NULL, run_helper, helper), 0);
	led = exec_run(leader);
	assert_int_equal(pthread_join(thread, &result), 0);
	helped = result;
	assert_true(led->ok && helped->ok);
	assert_int_equal(helped->nr, 0);
	assert_int_equal(led->nr_shapes, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(led->standings[i].class, alone->standings[i].class);
	}
	release_unref(release);
}

/* It was not sent: nobody waits for it. */
static void without_its_helper_a_leader_does_all(void **state)
{
	g_autofree char *schema = g_strdup(test_server_schema("ss_left"));
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	struct exec_order *leader = kit_order(EXEC_SURVEY, release, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	char *schemas[] = { schema, NULL };

	(void)state;
	test_server_exec("create table %s.t (n int)", schema);
	exec_order_free(exec_order_helper(leader));
	leader->schemas = g_strdupv(schemas);
	leader->with_shapes = true;
	result = exec_run(leader);
	assert_true(result->ok);
	assert_int_equal(result->nr_shapes, 1);
	release_unref(release);
}

struct change {
	struct db_session *session;
	const char *schema;
	int64_t after_us;
};

static void *change(void *ctx)
{
	const struct change *what = ctx;
	struct err err = { 0 };

	db_thread_init();
	g_usleep((gulong)what->after_us);
	(void)!db_execf(what->session, &err, "alter table %s.t add column late int", what->schema);
	db_thread_end();
	return NULL;
}

#define CHANGES       60
#define CHANGE_GAP_US 250 /* so that some fall between the question who is alike and the reading */

/* The one that is read for all may be changed meanwhile. */
static void what_changes_meanwhile_is_not_laid_to_others(void **state)
{
	g_autofree char *a = g_strdup(test_server_schema("ss_moves_a"));
	g_autofree char *b = g_strdup(test_server_schema("ss_moves_b"));
	char *schemas[] = { a, b, NULL };
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE u (n int);", NULL);
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(exec_result) before = NULL;

	(void)state;
	for (int i = 0; i < CHANGES; i++) {
		struct change what = { session, a, (int64_t)i * CHANGE_GAP_US };
		SCOPED_PTR(exec_result) result = NULL;
		pthread_t thread;

		for (size_t k = 0; k < 2; k++) {
			test_server_exec("create or replace view %s.v as select 1 as one",
					 schemas[k]);
			test_server_exec("drop table if exists %s.t", schemas[k]);
			test_server_exec("create table %s.t (n int)", schemas[k]);
		}
		before = before == NULL ? survey(release, schemas) : before;
		assert_int_equal(pthread_create(&thread, NULL, change, &what), 0);
		result = survey(release, schemas);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_true(result->ok);
		assert_string_equal(result->standings[1].fingerprint,
				    before->standings[1].fingerprint);
	}
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_are_alike_are_one_class),
		cmocka_unit_test(who_has_nothing_to_do_is_not_read),
		cmocka_unit_test(who_was_changed_by_hand_is_no_longer_alike),
		cmocka_unit_test(what_one_changed_by_hand_is_not_laid_to_others),
		cmocka_unit_test(what_changes_meanwhile_is_not_laid_to_others),
		cmocka_unit_test(who_is_half_way_is_alike_only_with_those_who_came_as_far),
		cmocka_unit_test(a_helper_changes_nothing_of_what_is_found),
		cmocka_unit_test(without_its_helper_a_leader_does_all),
	};

	return cmocka_run_group_tests_name("survey_shape", tests, NULL, NULL);
}
