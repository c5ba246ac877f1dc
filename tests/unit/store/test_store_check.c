#include "store_check.h"

#include <sys/stat.h>

#include "store_fixture.h"

#define PAGE 4096L

/* An inventory of some hundred pages, closed; its WAL is kept beside it when asked for. */
static void fill(struct fixture *fixture, bool keep_wal)
{
	g_autofree char *text = g_strnfill(500, 'x');
	g_autofree char *wal = g_strconcat(fixture->path, "-wal", NULL);
	g_autofree char *copy = g_strconcat(fixture->path, ".copy", NULL);
	g_autofree char *kept = NULL;
	gsize len = 0;

	fixture_begin(fixture);
	for (int i = 0; i < 400; i++) {
		SCOPED(store_event) event = { .kind = g_strdup("note"), .text = g_strdup(text) };

		WORKS(fixture, store_event_add(fixture->store, &event, &fixture->err));
	}
	fixture_commit(fixture);
	if (!keep_wal) {
		store_close(g_steal_pointer(&fixture->store));
		return;
	}
	/* as a kill leaves it: the file and its WAL, taken while both are open */
	assert_true(g_file_get_contents(fixture->path, &kept, &len, NULL));
	assert_true(g_file_set_contents(copy, kept, (gssize)len, NULL));
	g_clear_pointer(&kept, g_free);
	assert_true(g_file_get_contents(wal, &kept, &len, NULL));
	assert_true(len > 0);
	store_close(g_steal_pointer(&fixture->store));
	assert_int_equal(g_rename(copy, fixture->path), 0);
	assert_true(g_file_set_contents(wal, kept, (gssize)len, NULL));
}

static void overwrite(const char *path, long at, size_t len)
{
	g_autofree char *rubbish = g_strnfill(len, 'Z');
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(rubbish, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static char *digest_of(const char *path)
{
	g_autofree char *bytes = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &bytes, &len, NULL)) {
		return g_strdup("none");
	}
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, len);
}

/* The file and its journal: what a refusal must not change. */
static char *state_of(const struct fixture *fixture)
{
	g_autofree char *wal = g_strconcat(fixture->path, "-wal", NULL);
	g_autofree char *file = digest_of(fixture->path);
	g_autofree char *journal = digest_of(wal);

	return g_strdup_printf("%s %s", file, journal);
}

/* Refused with the words, and left as it was, however often it is tried. */
static void refuse(struct fixture *fixture, const char *about, const char *words)
{
	g_autofree char *before = state_of(fixture);

	for (int i = 0; i < 2; i++) {
		g_autofree char *after = NULL;

		fixture->err = (struct err){ 0 };
		if (store_open(fixture->path, &fixture->err) != NULL) {
			fail_msg("%s: it was opened", about);
		}
		after = state_of(fixture);
		if (strstr(fixture->err.msg, words) == NULL || strcmp(before, after) != 0) {
			fail_msg("%s: \"%s\"%s", about, fixture->err.msg,
				 strcmp(before, after) == 0 ? "" : " and it was changed");
		}
		assert_false(store_is_transient(&fixture->err));
	}
}

#define BACKUP "restore a copy made by `musterd --backup`"

/* clang-format off */
static const struct {
	const char *about; long at; size_t len;
} damages[] = {
	{ "the magic words",               0,           16 },
	{ "the page size",                 16,          2 },
	{ "the header",                    0,           100 },
	{ "the schema",                    100,         200 },
	{ "the first page",                0,           4096 },
	{ "the root of a table",           PAGE,        4096 },
	{ "the start of a page's content", 3 * PAGE,    8 },
	{ "several pages in the middle",   20 * PAGE,   8 * 4096 },
	{ "from the second page on",       PAGE,        50 * 4096 },
};

/* clang-format on */

static void damage_is_refused_and_nothing_changed(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *whole = NULL;
	gsize len = 0;

	fill(fixture, false);
	assert_true(g_file_get_contents(fixture->path, &whole, &len, NULL));
	assert_true(len > 60 * PAGE);
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		assert_true(g_file_set_contents(fixture->path, whole, (gssize)len, NULL));
		overwrite(fixture->path, damages[i].at, damages[i].len);
		refuse(fixture, damages[i].about, BACKUP);
	}
	assert_true(g_file_set_contents(fixture->path, whole, (gssize)len, NULL));
	fixture_open(fixture); /* it was the damage, not the file */
}

/* clang-format off */
static const struct {
	const char *about; long size;
} cuts[] = {
	{ "half a header",           50 },
	{ "the first page alone",    PAGE },
	{ "in the middle of a page", 10 * PAGE + 17 },
	{ "the last page is gone",   -PAGE },
	{ "half of it",              30 * PAGE },
};

/* clang-format on */

static void a_truncated_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *whole = NULL;
	gsize len = 0;

	fill(fixture, false);
	assert_true(g_file_get_contents(fixture->path, &whole, &len, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
		long size = cuts[i].size < 0 ? (long)len + cuts[i].size : cuts[i].size;

		assert_true(g_file_set_contents(fixture->path, whole, size, NULL));
		refuse(fixture, cuts[i].about, BACKUP);
	}
}

/* A damaged end of the journal is a crash as SQLite knows it: what came before is there. */
static void a_damaged_journal_gives_an_older_inventory_or_none(void **state)
{
	static const long places[] = { 0, 8, 32, 56, 20 * PAGE, 40 * PAGE };
	struct fixture *fixture = *state;
	g_autofree char *wal = g_strconcat(fixture->path, "-wal", NULL);
	g_autofree char *file = NULL;
	g_autofree char *journal = NULL;
	gsize file_len = 0;
	gsize journal_len = 0;

	fill(fixture, true);
	assert_true(g_file_get_contents(fixture->path, &file, &file_len, NULL));
	assert_true(g_file_get_contents(wal, &journal, &journal_len, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *found = NULL;

		assert_true(g_file_set_contents(fixture->path, file, (gssize)file_len, NULL));
		assert_true(g_file_set_contents(wal, journal, (gssize)journal_len, NULL));
		overwrite(wal, places[i], 24);
		fixture->store = store_open(fixture->path, &fixture->err);
		if (fixture->store == NULL) {
			assert_int_equal(fixture->err.code, ERR_STORE);
			continue;
		}
		found = fixture_ask(fixture, "pragma integrity_check");
		assert_string_equal(found, "ok");
		store_close(g_steal_pointer(&fixture->store));
	}
}

static void a_whole_journal_is_read(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture, true);
	fixture_open(fixture);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 400);
}

static void a_journal_without_its_file_is_kept(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture, true);
	assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
	refuse(fixture, "an empty file", "is empty or missing, but its journal");
	assert_int_equal(g_unlink(fixture->path), 0);
	refuse(fixture, "no file", "is empty or missing, but its journal");
	assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

/* The backup was put back, but what a kill left beside the old file is still there. */
static void a_copy_beside_the_journal_of_another_is_refused(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *copy = g_build_filename(fixture->dir, "copy.db", NULL);
	g_autofree char *wal = g_strconcat(fixture->path, "-wal", NULL);
	g_autofree char *shm = g_strconcat(fixture->path, "-shm", NULL);

	WORKS(fixture, store_backup(fixture->store, copy, &fixture->err));
	fill(fixture, true);
	assert_int_equal(g_rename(copy, fixture->path), 0);
	refuse(fixture, "a copy beside a journal", "the journal of another inventory: remove ");
	assert_int_equal(g_unlink(wal), 0);
	(void)g_unlink(shm);
	fixture_open(fixture);
	assert_int_equal(store_event_last(fixture->store, &fixture->err), 0);
}

static void what_is_no_inventory_is_refused(void **state)
{
	struct fixture *fixture = *state;

	store_close(g_steal_pointer(&fixture->store));
	assert_true(g_file_set_contents(fixture->path, "[settings]\n", -1, NULL));
	refuse(fixture, "a short text", BACKUP);
	assert_int_equal(g_unlink(fixture->path), 0);
	assert_int_equal(g_mkdir(fixture->path, 0700), 0);
	refuse(fixture, "a folder", "is not a file");
	assert_int_equal(g_rmdir(fixture->path), 0);
}

static void an_inventory_of_the_future_is_refused_and_kept(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture, false);
	assert_int_equal(fixture_sql(fixture, "pragma user_version = 999"), SQLITE_OK);
	refuse(fixture, "a newer one", "has schema version 999");
}

static void what_may_not_be_read_is_said(void **state)
{
	struct fixture *fixture = *state;

	fill(fixture, false);
	if (geteuid() == 0) {
		skip(); /* root may read everything */
	}
	assert_int_equal(chmod(fixture->path, 0), 0);
	assert_int_equal(store_check(fixture->path, &fixture->err), -1);
	assert_non_null(strstr(fixture->err.msg, "Permission denied"));
}

static void there_is_none_yet(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *none = g_build_filename(fixture->dir, "none.db", NULL);

	WORKS(fixture, store_check(none, &fixture->err));
	assert_false(g_file_test(none, G_FILE_TEST_EXISTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(damage_is_refused_and_nothing_changed),
		STORE_TEST(a_truncated_file_is_refused),
		STORE_TEST(a_damaged_journal_gives_an_older_inventory_or_none),
		STORE_TEST(a_whole_journal_is_read),
		STORE_TEST(a_journal_without_its_file_is_kept),
		STORE_TEST(a_copy_beside_the_journal_of_another_is_refused),
		STORE_TEST(what_is_no_inventory_is_refused),
		STORE_TEST(an_inventory_of_the_future_is_refused_and_kept),
		STORE_TEST(what_may_not_be_read_is_said),
		STORE_TEST(there_is_none_yet),
	};

	return cmocka_run_group_tests_name("store_check", tests, NULL, NULL);
}
