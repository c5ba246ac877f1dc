#include "scratch.h"
#include "shape_kit.h"

#define EPOCH 41

static char *exists(const char *schema)
{
	return test_server_value(
		"select count(*) from information_schema.schemata where schema_name = '%s'",
		schema);
}

static void assert_exists(const char *schema, bool there)
{
	g_autofree char *count = exists(schema);

	assert_string_equal(count, there ? "1" : "0");
}

static struct scratch *begin(struct db_session *session, const char *schema)
{
	struct err err = { 0 };
	g_autofree char *name = scratch_name_new();
	struct scratch *scratch = scratch_begin(session, schema, name, NULL, EPOCH, &err);

	if (scratch == NULL) {
		fail_msg("%s", err.msg);
	}
	return scratch;
}

static void a_copy_is_like_its_source_and_goes_again(void **state)
{
	const char *schema = kit_schema("begun");
	SCOPED_PTR(db_session) session = test_server_open();
	struct scratch *scratch = NULL;
	g_autofree char *name = NULL;
	g_autofree char *rows = NULL;
	g_autofree char *marked = NULL;
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };
	SCOPED(shape) copy = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table %s.muster_history (a int)", schema);
	kit_read(&before, schema);
	scratch = begin(session, schema);
	name = g_strdup(scratch_name(scratch));
	if (scratch_unlike(scratch) != NULL) {
		fail_msg("unlike: %s", scratch_unlike(scratch));
	}
	kit_read(&copy, name);
	assert_string_equal(copy.fingerprint, before.fingerprint);
	rows = test_server_value("select concat(epoch, ' ', source) from %s.muster_scratch", name);
	marked = g_strdup_printf("%d %s", EPOCH, schema);
	assert_string_equal(rows, marked);
	assert_int_equal(scratch_end(scratch, &err), 0);
	assert_exists(name, false);
	kit_read(&after, schema);
	kit_assert_same(&before, &after);
}

static void an_empty_one_is_nobodys_copy(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autofree char *name = scratch_name_new();
	struct err err = { 0 };
	struct scratch *scratch =
		scratch_begin_empty(session, "utf8mb4_general_ci", name, EPOCH, &err);

	(void)state;
	if (scratch == NULL) {
		fail_msg("%s", err.msg);
	}
	assert_null(scratch_unlike(scratch));
	assert_string_equal(shape_find(scratch_shape(scratch), "schema", "collation"),
			    "utf8mb4_general_ci");
	assert_exists(name, true);
	assert_int_equal(scratch_end(scratch, &err), 0);
	assert_exists(name, false);
	assert_null(scratch_begin_empty(session, "no_such_collation", name, EPOCH, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_exists(name, false);
}

static void what_cannot_be_copied_is_said(void **state)
{
	const char *schema = test_server_schema("broken");
	SCOPED_PTR(db_session) session = kit_open(schema);
	struct scratch *scratch;
	struct err err = { 0 };

	(void)state;
	kit_run(session, schema, "create table a (id int)");
	kit_run(session, schema, "create view on_a as select * from a");
	kit_run(session, schema, "create view whole as select 1 as one");
	kit_run(session, schema, "drop table a");
	scratch = begin(session, schema);
	assert_string_equal(scratch_unlike(scratch), "view on_a: gone");
	assert_int_equal(scratch_end(scratch, &err), 0);
}

static void a_refusal_is_an_ordinary_error(void **state)
{
	const char *schema = kit_schema("refused");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(db_session) admin = test_server_open();
	struct err err = { 0 };

	(void)state;
	kit_run(admin, schema, "create user 'narrow'@'localhost'");
	kit_run(admin, schema, "grant all on {SCHEMA}.* to 'narrow'@'localhost'");
	{
		struct db_addr addr = { 0 };
		g_autofree char *file =
			g_strdup_printf("%s/narrow_%s.cnf", g_get_tmp_dir(), schema);
		SCOPED_PTR(db_session) narrow = NULL;

		db_addr_copy(&addr, test_server_addr());
		assert_true(g_file_set_contents(file, "[client]\nuser=narrow\n", -1, NULL));
		g_free(addr.defaults_file);
		addr.defaults_file = g_strdup(file);
		narrow = db_open(&addr, &err);
		assert_non_null(narrow);
		assert_null(scratch_begin(narrow, schema, "muster_scratch_0123456789abcdef", NULL,
					  EPOCH, &err));
		assert_true(err.code == ERR_DB || err.code == ERR_DENIED);
		assert_int_equal(err.native, 1044);
		assert_int_equal(db_execf(narrow, &err, "do 1"), 0);
		(void)remove(file);
		db_addr_release(&addr);
	}
	kit_run(admin, schema, "drop user 'narrow'@'localhost'");
	assert_null(scratch_begin(session, "no_such_schema", "muster_scratch_0123456789abcdef",
				  NULL, EPOCH, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void only_marked_leftovers_of_earlier_daemons_are_swept(void **state)
{
	static const char *const theirs[] = {
		"muster_scratch_not_hex_at_all0",  /* not our kind of name */
		"muster_scratch_0123456789abcdee", /* holds something, no marker */
	};
	const char *schema = kit_schema("swept");
	SCOPED_PTR(db_session) first = test_server_open();
	SCOPED_PTR(db_session) second = test_server_open();
	g_autofree char *old = NULL;
	g_auto(GStrv) found = NULL;
	struct scratch *left;
	struct scratch *now;
	size_t dropped = 99;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(theirs); i++) {
		test_server_exec("create database %s", theirs[i]);
		test_server_exec("create table %s.precious (a int)", theirs[i]);
	}
	test_server_exec("create database muster_scratch_0123456789abcdef"); /* died too early */
	left = begin(first, schema);
	old = g_strdup(scratch_name(left));
	test_server_exec("update %s.muster_scratch set epoch = %d", old, EPOCH - 1);
	now = begin(second, schema);
	found = scratch_left(first, EPOCH, &err);
	assert_non_null(found);
	assert_int_equal(g_strv_length(found), 2);
	assert_true(g_strv_contains((const char *const *)found, old));
	assert_true(g_strv_contains((const char *const *)found, "muster_scratch_0123456789abcdef"));
	assert_exists(old, true);
	assert_int_equal(scratch_sweep(first, EPOCH, &dropped, &err), 0);
	assert_int_equal(dropped, 2);
	assert_exists(old, false);
	assert_exists("muster_scratch_0123456789abcdef", false);
	assert_exists(scratch_name(now), true);
	for (size_t i = 0; i < G_N_ELEMENTS(theirs); i++) {
		assert_exists(theirs[i], true);
		test_server_exec("drop database %s", theirs[i]);
	}
	assert_int_equal(scratch_end(now, &err), 0);
	assert_int_equal(scratch_end(left, &err), -1); /* not there any more: nothing is dropped */
	assert_int_equal(scratch_sweep(first, EPOCH, &dropped, &err), 0);
	assert_int_equal(dropped, 0);
}

static void a_copy_whose_session_is_gone_is_dropped_by_its_name(void **state)
{
	const char *schema = kit_schema("gone");
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED_PTR(db_session) other = test_server_open();
	struct scratch *scratch = begin(session, schema);
	g_autofree char *name = g_strdup(scratch_name(scratch));
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_kill(other, db_connection_id(session), true, &err), 0);
	assert_int_equal(scratch_end(scratch, &err), -1);
	assert_exists(name, true);
	assert_int_equal(scratch_drop(other, name, EPOCH, &err), 0);
	assert_exists(name, false);
	assert_int_equal(scratch_drop(other, name, EPOCH, &err), 0);
	assert_int_equal(scratch_drop(other, schema, EPOCH, &err), 0); /* no copy: left alone */
	assert_exists(schema, true);
}

static void who_knows_a_copy_knows_the_copy_of_it(void **state)
{
	g_autofree char *name = scratch_name_new();
	g_autofree char *beside = scratch_name_beside(name);
	g_autofree char *back = scratch_name_beside(beside);
	g_autofree char *other = scratch_name_beside("acme");

	(void)state;
	assert_string_not_equal(beside, name);
	assert_int_equal(strlen(beside), strlen(name));
	assert_string_equal(back, name);
	assert_true(g_str_has_prefix(other, SCRATCH_PREFIX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_knows_a_copy_knows_the_copy_of_it),
		cmocka_unit_test(a_copy_whose_session_is_gone_is_dropped_by_its_name),
		cmocka_unit_test(a_copy_is_like_its_source_and_goes_again),
		cmocka_unit_test(an_empty_one_is_nobodys_copy),
		cmocka_unit_test(what_cannot_be_copied_is_said),
		cmocka_unit_test(a_refusal_is_an_ordinary_error),
		cmocka_unit_test(only_marked_leftovers_of_earlier_daemons_are_swept),
	};

	return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
