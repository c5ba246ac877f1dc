#include "census.h"
#include "db.h"
#include "sched_fixture.h"
#include "store_tenant.h"

static const struct sched_start everything = { .release = "rel", .budget = "100" };
static const struct sched_start the_next = { .release = "two", .budget = "100" };

/* The first file of "rel" and one more; stored as "two". */
static void add_next_release(struct fixture *fixture)
{
	static const char first[] = "create table a (id int);";
	static const char second[] = "create table b (id int);";
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	struct err err = { 0 };

	release_files_add(&files, "0001_first.sql", first, strlen(first));
	release_files_add(&files, "0002_second.sql", second, strlen(second));
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, "two", NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

/* Two tenants are rolled; then somebody changes the second. */
static void roll_and_stray(struct fixture *fixture)
{
	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	test_server_exec("alter table `%s`.a add column stray int", fixture_schema("t01"));
}

static void a_tenant_that_was_changed_by_hand_is_kept_out(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	roll_and_stray(fixture);
	add_next_release(fixture);
	id = fixture_start(fixture, &the_next);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_non_null(strstr(task.reason, "drifted: "));
	assert_non_null(strstr(task.reason, "stray"));
	assert_non_null(strstr(task.difference, "stray"));
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

static void assert_stray(struct fixture *fixture, int64_t id)
{
	SCOPED(store_task) task = { 0 };

	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_non_null(strstr(task.difference, "stray"));
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

/* The clock stands still: as far as anybody can tell, a task ended after they were looked at. */
static void who_may_have_moved_meanwhile_is_looked_at_again(void **state)
{
	struct fixture *fixture = *state;
	int64_t now_ms = tick_ms();
	int64_t id;

	tick_fake(now_ms, tick_wall_ms());
	roll_and_stray(fixture);
	add_next_release(fixture);
	id = fixture_start(fixture, &the_next);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	tick_fake(now_ms + 1, tick_wall_ms());
	fixture_until(fixture, id, ROLLOUT_DONE);
	tick_fake(-1, -1);
	assert_stray(fixture, id);
}

static void whose_history_could_not_be_read_is_looked_at_again(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	roll_and_stray(fixture);
	test_server_exec("alter table `%s`.muster_history change column epoch away bigint unsigned",
			 fixture_schema("t01"));
	add_next_release(fixture);
	id = fixture_start(fixture, &the_next);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	test_server_exec("alter table `%s`.muster_history change column away epoch bigint unsigned",
			 fixture_schema("t01"));
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_stray(fixture, id);
}

/* Not for ever: the others go on, and it fails by itself. */
static void whose_history_stays_unreadable_holds_up_nobody(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	test_server_exec("create table `%s`.muster_history (away int)", fixture_schema("t01"));
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	assert_int_equal(fixture_count(fixture, id, TASK_FAILED), 1);
}

/* Its first try had come to the end, and nobody heard of it. */
static void what_an_earlier_try_did_is_a_measure(void **state)
{
	struct fixture *fixture = *state;
	struct exec_result result = {
		.event = TASK_NOTHING,
		.fingerprint = (char *)(uintptr_t) "new",
		.version = (char *)(uintptr_t) "0001",
	};
	struct store_task task = { .attempt = 1 };
	SCOPED(store_tenant) early = { 0 };
	SCOPED(store_tenant) late = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, "t00", &early, &err), &err);
	task.tenant_id = early.id;
	must(sched_task_shaped(fixture->sched, &task, &result, &err), &err);
	store_tenant_release(&early);
	must(store_tenant_get(fixture->store, "t00", &early, &err), &err);
	assert_null(early.shape);
	task.attempt = 2;
	must(sched_task_shaped(fixture->sched, &task, &result, &err), &err);
	must(store_tenant_get(fixture->store, "t00", &late, &err), &err);
	assert_string_equal(late.shape, "new");
	assert_string_equal(late.shape_version, "0001");
	must(store_commit(fixture->store, &err), &err);
}

/* Each of them looks like the first in all but this. */
static void what_stands_beside_the_columns_is_compared_too(void **state)
{
	static const struct {
		const char *name;
		const char *sql;
		const char *says;
	} changes[] = {
		{ "t01",
		  "create trigger `%s`.by_hand before insert on a for each row set new.id = 1",
		  "trigger by_hand" },
		{ "t02", "create view `%s`.by_hand as select 1 as one", "view by_hand" },
		{ "t03", "create procedure `%s`.by_hand() do 1", "procedure by_hand" },
		{ "t04", "alter table `%s`.a comment = 'by hand'", "comment" },
	};
	struct fixture *fixture = *state;
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 6);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		const char *schema = fixture_schema(changes[i].name);
		g_auto(GStrv) pieces = g_strsplit(changes[i].sql, "%s", 2);
		g_autofree char *sql = g_strjoinv(schema, pieces);

		must(db_use(session, schema, &err), &err);
		must(db_exec(session, sql, strlen(sql), &err), &err);
	}
	add_next_release(fixture);
	id = fixture_start(fixture, &the_next);
	fixture_until(fixture, id, ROLLOUT_DONE);
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		SCOPED(store_task) task = { 0 };

		fixture_task(fixture, id, changes[i].name, &task);
		assert_int_equal(task.state, TASK_HELD);
		assert_non_null(strstr(task.reason, changes[i].says));
	}
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
}

static void on_preview(void *ctx, const struct sched_preview *preview)
{
	*(int *)ctx = preview->err.code == ERR_NONE ? 1 : -1;
}

static void look_at_all(struct fixture *fixture)
{
	const struct sched_start preview = { .release = "two" };
	struct err err = { 0 };
	int called = 0;

	must(store_begin(fixture->store, &err), &err);
	assert_non_null(sched_rollout_preview(fixture->sched, &preview, on_preview, &called, &err));
	must(store_commit(fixture->store, &err), &err);
	for (unsigned i = 0; i < FIXTURE_TURNS && called == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(called, 1);
}

/* What was changed is seen first when its history says too little: it is no measure then. */
static void drifts_after(struct fixture *fixture, const char *verb, const char *breaks,
			 const char *mends)
{
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	add_next_release(fixture);
	look_at_all(fixture);
	test_server_exec("alter table `%s`.a add column stray int", fixture_schema("t01"));
	test_server_exec("%s `%s`.muster_history %s", verb, fixture_schema("t01"), breaks);
	look_at_all(fixture);
	test_server_exec("%s `%s`.muster_history %s", verb, fixture_schema("t01"), mends);
	id = fixture_start(fixture, &the_next);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_non_null(strstr(task.difference, "stray"));
}

static void what_a_tenant_that_was_put_back_looks_like_is_no_measure(void **state)
{
	drifts_after(*state, "update", "set state = 'reverted'", "set state = 'applied'");
}

static void nor_is_what_one_looks_like_whose_history_cannot_be_read(void **state)
{
	drifts_after(*state, "alter table", "change column epoch away bigint unsigned",
		     "change column away epoch bigint unsigned");
}

/* Of 8 and 9: a table that was there before. */
static char *text_of(char number)
{
	if (number >= '8') {
		return g_strdup_printf("alter table kept add column c%c int, force;", number);
	}
	return g_strdup_printf("create table t%c (s varchar(64) default '%s');", number,
			       number == '2' ? "{SCHEMA}" : "");
}

/* A release of these files, by their numbers, rolled to its end. Its id. */
static int64_t roll(struct fixture *fixture, const char *name, const char *numbers)
{
	const struct sched_start start = { .release = name, .budget = "100" };
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	struct err err = { 0 };
	int64_t id;

	for (const char *number = numbers; *number != '\0'; number++) {
		g_autofree char *file = g_strdup_printf("000%c_next.sql", *number);
		g_autofree char *text = text_of(*number);

		release_files_add(&files, file, text, strlen(text));
	}
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, name, NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_DONE);
	return id;
}

/* A file that names its tenant came in front of one that was applied: the version is the same. */
static void what_could_not_be_foreseen_is_no_drift(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 1);
	(void)roll(fixture, "first", "13");
	assert_int_equal(fixture_count(fixture, roll(fixture, "front", "123"), TASK_DONE), 1);
	assert_int_equal(fixture_count(fixture, roll(fixture, "next", "1234"), TASK_DONE), 1);
}

static void what_a_server_writes_down_as_it_rebuilds_is_no_drift(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 2);
	if (test_server_flavor() != DB_MARIADB) {
		return;
	}
	test_server_exec("create table `%s`.kept (id int) engine = Aria", fixture_schema("t00"));
	test_server_exec("create table `%s`.kept (id int) engine = Aria", fixture_schema("t01"));
	assert_int_equal(fixture_count(fixture, roll(fixture, "first", "1"), TASK_DONE), 2);
	assert_int_equal(fixture_count(fixture, roll(fixture, "built", "18"), TASK_DONE), 2);
	assert_int_equal(fixture_count(fixture, roll(fixture, "again", "189"), TASK_DONE), 2);
}

static void what_several_classes_say_is_told_once(void **state)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	char *lines[] = { (char *)(uintptr_t) "the same", NULL };
	struct census_class classes[4] = { { .chain = lines[0], .warnings = lines },
					   { .chain = lines[0], .warnings = lines },
					   { .chain = lines[0], .warnings = lines },
					   { .why = (char *)(uintptr_t) "a reason" } };
	const struct census census = { .classes = classes, .nr_classes = G_N_ELEMENTS(classes) };

	(void)state;
	sched_chains_warn(&census, true, warnings);
	assert_int_equal(warnings->len, 2);
	assert_string_equal(g_ptr_array_index(warnings, 0), "the same");
	assert_non_null(strstr(g_ptr_array_index(warnings, 1), "a reason"));
}

static void who_keeps_another_text_is_said(void **state)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	char *name = (char *)(uintptr_t) "acme";
	char *version = (char *)(uintptr_t) "0002";
	struct census_tenant tenants[] = {
		{ .name = (char *)(uintptr_t) "zeta", .known = true, .exists = true },
		{ .name = name, .altered = version, .known = true, .exists = true },
		/* its task will refuse it */
		{ .altered = version, .known = true, .exists = true, .pending = 1 },
	};
	const struct census census = { .tenants = tenants, .nr = G_N_ELEMENTS(tenants) };

	(void)state;
	sched_chains_warn(&census, true, warnings);
	assert_int_equal(warnings->len, 1);
	assert_string_equal(g_ptr_array_index(warnings, 0),
			    "acme has 0002 from another text than the release; where nothing else "
			    "is pending, that stays: see `muster tenant verify acme --against "
			    "RELEASE`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_several_classes_say_is_told_once),
		cmocka_unit_test(who_keeps_another_text_is_said),
		cmocka_unit_test_setup_teardown(a_tenant_that_was_changed_by_hand_is_kept_out,
						fixture_setup, fixture_teardown),
		SCENARIO(who_may_have_moved_meanwhile_is_looked_at_again),
		SCENARIO(whose_history_could_not_be_read_is_looked_at_again),
		SCENARIO(whose_history_stays_unreadable_holds_up_nobody),
		SCENARIO(what_an_earlier_try_did_is_a_measure),
		SCENARIO(what_a_server_writes_down_as_it_rebuilds_is_no_drift),
		cmocka_unit_test_setup_teardown(what_stands_beside_the_columns_is_compared_too,
						fixture_setup, fixture_teardown),
		SCENARIO(what_could_not_be_foreseen_is_no_drift),
		SCENARIO(what_a_tenant_that_was_put_back_looks_like_is_no_measure),
		SCENARIO(nor_is_what_one_looks_like_whose_history_cannot_be_read),
	};

	return cmocka_run_group_tests_name("sched_shape", tests, NULL, NULL);
}
