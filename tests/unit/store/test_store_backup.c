#include "store_fixture.h"

static void check_copy(struct fixture *fixture, const char *copy)
{
	SCOPED(store_server) server = { 0 };
	struct store *store = store_open(copy, &fixture->err);

	assert_non_null(store);
	WORKS(fixture, store_server_get(store, "db1", &server, &fixture->err));
	store_close(store);
}

static void a_copy_is_an_inventory(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *copy = g_build_filename(fixture->dir, "copy.db", NULL);
	g_autofree char *wal = g_strconcat(copy, "-wal", NULL);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	WORKS(fixture, store_backup(fixture->store, copy, &fixture->err));
	assert_false(g_file_test(wal, G_FILE_TEST_EXISTS)); /* whole by itself */
	check_copy(fixture, copy);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db2");
	fixture_commit(fixture);
	WORKS(fixture, store_backup(fixture->store, copy, &fixture->err)); /* replaced */
	check_copy(fixture, copy);
}

static void another_process_copies_it_while_it_is_used(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *copy = g_build_filename(fixture->dir, "copy.db", NULL);
	SCOPED(store_server) server = { 0 };
	struct store *store;

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	fixture_begin(fixture);
	(void)fixture_server(fixture, "db2");
	WORKS(fixture, store_backup_file(fixture->path, copy, &fixture->err));
	fixture_commit(fixture);
	check_copy(fixture, copy);
	store = store_open(copy, &fixture->err);
	assert_int_equal(store_server_get(store, "db2", &server, &fixture->err), -1);
	store_close(store); /* db2 was not committed */
}

static void a_copy_that_fails_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *none = g_build_filename(fixture->dir, "none.db", NULL);
	g_autofree char *copy = g_build_filename(fixture->dir, "copy.db", NULL);
	g_autofree char *partial = g_strconcat(copy, ".partial", NULL);

	assert_int_equal(store_backup(fixture->store, "/nonexistent/copy.db", &fixture->err), -1);
	assert_string_equal(fixture->err.msg, "open /nonexistent/copy.db.partial: No such file or "
					      "directory");
	assert_int_equal(store_backup_file(none, copy, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_STORE);
	assert_false(g_file_test(none, G_FILE_TEST_EXISTS));
	assert_true(g_file_set_contents(none, "this is not a database at all, sorry\n", -1, NULL));
	assert_int_equal(store_backup_file(none, copy, &fixture->err), -1);
	assert_false(g_file_test(copy, G_FILE_TEST_EXISTS));
	assert_false(g_file_test(partial, G_FILE_TEST_EXISTS));
}

static void the_inventory_is_no_place_for_a_copy(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *link = g_build_filename(fixture->dir, "link.db", NULL);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	assert_int_equal(symlink(fixture->path, link), 0);
	assert_int_equal(store_backup_file(fixture->path, fixture->path, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_INVALID);
	assert_non_null(strstr(fixture->err.msg, "is the inventory itself"));
	assert_int_equal(store_backup(fixture->store, link, &fixture->err), -1);
	store_close(g_steal_pointer(&fixture->store));
	check_copy(fixture, fixture->path);
	fixture_open(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_copy_is_an_inventory),
		STORE_TEST(another_process_copies_it_while_it_is_used),
		STORE_TEST(a_copy_that_fails_leaves_nothing),
		STORE_TEST(the_inventory_is_no_place_for_a_copy),
	};

	return cmocka_run_group_tests_name("store_backup", tests, NULL, NULL);
}
