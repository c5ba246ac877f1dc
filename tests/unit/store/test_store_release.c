#include "store_fixture.h"

#define SUM_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SUM_C "aaaaaaaaaaaacccccccccccccccccccccccccccccccccccccccccccccccccccc"

#define TEXT(text) ((char[]){ text })

/* clang-format off */
static struct release_file shop_files[] = {
	{ TEXT("0001_init.sql"), TEXT("create table t (id int);\n"), 25 },
	{ TEXT("0002_zero.sql"), TEXT(""),                            0 },
	{ TEXT("release.cfg"),   TEXT("a\0b"),                        3 },
};
/* clang-format on */
static const struct release_files shop = { .files = shop_files, .nr = 3 };

static int64_t put(struct fixture *fixture, const char *name, const char *checksum, char **stored)
{
	SCOPED(store_release)
	release = {
		.name = g_strdup(name),
		.format = g_strdup("plain"),
		.checksum = g_strdup(checksum),
		.migrations = 2,
		.last_version = g_strdup("0002"),
	};

	WORKS(fixture, store_release_put(fixture->store, &release, &shop, &fixture->err));
	*stored = g_steal_pointer(&release.name);
	return release.id;
}

static void files_come_back_byte_for_byte(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_release) release = { 0 };
	SCOPED(release_files) files = { 0 };
	g_autofree char *name = NULL;
	int64_t id;

	tick_fake(1, 1234567);
	fixture_begin(fixture);
	id = put(fixture, "shop", SUM_A, &name);
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture, store_release_get_id(fixture->store, id, &release, &fixture->err));
	assert_string_equal(release.name, "shop");
	assert_string_equal(release.format, "plain");
	assert_string_equal(release.checksum, SUM_A);
	assert_int_equal(release.migrations, 2);
	assert_string_equal(release.last_version, "0002");
	assert_int_equal(release.created_at, 1234567);

	WORKS(fixture, store_release_files(fixture->store, id, &files, &fixture->err));
	assert_int_equal(files.nr, 3);
	for (size_t i = 0; i < files.nr; i++) {
		assert_string_equal(files.files[i].name, shop_files[i].name);
		assert_int_equal(files.files[i].len, shop_files[i].len);
		assert_memory_equal(files.files[i].text, shop_files[i].text, shop_files[i].len + 1);
	}
}

static void the_same_content_is_the_same_release(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *first = NULL;
	g_autofree char *again = NULL;
	g_autofree char *other = NULL;
	int64_t id;

	fixture_begin(fixture);
	id = put(fixture, "shop", SUM_A, &first);
	assert_int_equal(put(fixture, "other-folder", SUM_A, &again), id);
	assert_string_equal(again, "shop");
	assert_int_not_equal(put(fixture, "shop", SUM_B, &other), id);
	assert_string_equal(other, "shop-2");
	g_clear_pointer(&other, g_free);
	(void)put(fixture, "shop", SUM_C, &other);
	assert_string_equal(other, "shop-3");
	fixture_commit(fixture);
}

static void it_is_found_by_name_id_and_checksum(void **state)
{
	struct fixture *fixture = *state;

	/* clang-format off */
	static const struct { const char *word; int64_t id; enum err_code code; } words[] = {
		{ "shop",         1, ERR_NONE },
		{ "2",            2, ERR_NONE },
		{ "bbbbbbbb",     2, ERR_NONE },
		{ SUM_C,          3, ERR_NONE },
		{ "aaaaaaaaaaaac", 3, ERR_NONE },
		{ "aaaaaaaa",     0, ERR_INVALID },   /* two of them */
		{ "bbbbbbb",      0, ERR_NOT_FOUND }, /* too short */
		{ "BBBBBBBB",     0, ERR_NOT_FOUND },
		{ "cccccccc",     0, ERR_NOT_FOUND },
		{ "4",            0, ERR_NOT_FOUND },
		{ "",             0, ERR_NOT_FOUND },
	};

	/* clang-format on */
	static const char *const sums[] = { SUM_A, SUM_B, SUM_C };

	fixture_begin(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(sums); i++) {
		g_autofree char *name = NULL;

		assert_int_equal(put(fixture, "shop", sums[i], &name), i + 1);
	}
	fixture_commit(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		SCOPED(store_release) release = { 0 };
		int result =
			store_release_get(fixture->store, words[i].word, &release, &fixture->err);

		if (words[i].code == ERR_NONE) {
			WORKS(fixture, result);
			assert_int_equal(release.id, words[i].id);
		} else {
			assert_int_equal(result, -1);
			assert_int_equal(fixture->err.code, words[i].code);
		}
	}
}

static int names(const struct store_release *release, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", release->name);
	return 0;
}

static void the_newest_comes_first(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	g_autofree char *a = NULL;
	g_autofree char *b = NULL;

	fixture_begin(fixture);
	(void)put(fixture, "shop", SUM_A, &a);
	(void)put(fixture, "crm", SUM_B, &b);
	fixture_commit(fixture);
	WORKS(fixture, store_release_each(fixture->store, names, got, &fixture->err));
	assert_string_equal(got->str, "crm shop ");
}

static void it_never_changes(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *name = NULL;

	fixture_begin(fixture);
	(void)put(fixture, "shop", SUM_A, &name);
	fixture_commit(fixture);
	assert_int_equal(fixture_sql(fixture, "update release set name = 'x'"), SQLITE_CONSTRAINT);
	assert_int_equal(fixture_sql(fixture, "delete from release"), SQLITE_CONSTRAINT);
	assert_int_equal(fixture_sql(fixture, "update release_file set content = x'00'"),
			 SQLITE_CONSTRAINT);
	assert_int_equal(fixture_sql(fixture, "delete from release_file"), SQLITE_CONSTRAINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(files_come_back_byte_for_byte),
		STORE_TEST(the_same_content_is_the_same_release),
		STORE_TEST(it_is_found_by_name_id_and_checksum),
		STORE_TEST(the_newest_comes_first),
		STORE_TEST(it_never_changes),
	};

	return cmocka_run_group_tests_name("store_release", tests, NULL, NULL);
}
