#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "release.h"

#define FILES 4

struct folder {
	const char *files[FILES][2]; /* name, text */
};

/* clang-format off */
static const struct {
	struct folder folder; const char *format; const char *order;
} releases[] = {
	/* files                                                        format   versions */
	{ { { { "0002_b.sql", "" }, { "0001_a.sql", "" }, { "10_c.sql", "" } } },
	  "plain", "0001 0002 10" },
	{ { { { "20260101120000_x.sql", "SELECT 1" }, { "3.sql", "" } } },
	  "plain", "3 20260101120000" },
	{ { { { "99999999999999999999999.sql", "" }, { "100000000000000000000000.sql", "" } } },
	  "plain", "99999999999999999999999 100000000000000000000000" },
	{ { { { "v1.10.sql", "" }, { "v1.9.sql", "" }, { "v1.9.1.sql", "" } } },
	  "flat", "v1.9 v1.9.1 v1.10" },
	{ { { { "V4_100__b.sql", "" }, { "V4_99_1__a.sql", "" } } },
	  "flat", "V4_99_1__a V4_100__b" },
	{ { { { "b.sql", "" }, { "1_a.sql", "" }, { "release.cfg", "order=\"o\";" },
	      { "o", "# first\nb\r\n\n1_a.sql" } } },
	  "flat", "b 1_a" },
	{ { { { "b.sql", "" }, { "1_a.sql", "" }, { "release.cfg", "format=\"flat\";" } } },
	  "flat", "1_a b" },
	{ { { { "1_a.sql", "SELECT 1" }, { "1_a.down.sql", "SELECT 2" } } }, "plain", "1" },
	{ { { { "a.sql", "-- muster: allow=MU207 reason=\"dump\"\nLOCK TABLES t WRITE" } } },
	  "flat", "a" },
	{ { { { "a.sql", "LOCK TABLES t WRITE" }, { "release.cfg", "allow=[\"MU207\"];" } } },
	  "flat", "a" },
	{ { { { "a.sql", "CREATE TABLE ${p}_t (a int)" },
	      { "release.cfg", "placeholders={p=\"shop\";};" } } }, "flat", "a" },
	{ { { { "1_a.sql", "USE x; \\g" }, { "2_b.sql", "" },
	      { "release.cfg", "skip=[\"1_a.sql\"];" } } }, "plain", "1 2" },
	{ { { { "1_a.sql", "SELECT \"a\\\"" }, { "release.cfg", "sql_mode=\"ANSI_QUOTES\";" } } },
	  "plain", "1" },
};

static const struct {
	struct folder folder; const char *format; const char *msg;
} refusals[] = {
	/* files, format, what the operator reads */
	{ { { { "1_a.sql", "" }, { "01_b.sql", "" } } }, NULL,
	  "1_a.sql and 01_b.sql have the same version 01; rename one of them (MU001)" },
	{ { { { "1_a.sql", "" }, { "b.sql", "" } } }, NULL,
	  "1_a.sql begins with a version and b.sql does not; rename it, or say format = \"flat\" or "
	  "order = \"FILE\" in release.cfg (MU001)" },
	{ { { { "b.sql", "" } } }, "plain",
	  "b.sql: the name of a migration in format plain is like 0007_add_birthday.sql; rename it (MU001)" },
	{ { { { "b.sql", "" } } }, "goose",
	  "format \"goose\" is not known to this version of muster; known are plain and flat (with an "
	  "order file for names of other tools) (MU001)" },
	{ { { { "1_a.sql", "" }, { "2_b.down.sql", "" } } }, NULL,
	  "2_b.down.sql: there is no 2_b.sql that it undoes (MU001)" },
	{ { { { "1_a.SQL", "" } } }, NULL, "1_a.SQL: rename it, so that it ends in .sql (MU001)" },
	{ { { { "release.cfg", "" } } }, NULL, "there is no migration (*.sql) (MU001)" },
	{ { { { "a.sql", "" }, { "release.cfg", "order=\"o\";" } } }, NULL,
	  "the order file \"o\" that release.cfg names does not exist (MU001)" },
	{ { { { "a.sql", "" }, { "release.cfg", "order=\"o\";" }, { "o", "a\n\nb\n" } } }, NULL,
	  "o:3: there is no migration \"b\" (MU001)" },
	{ { { { "a.sql", "" }, { "release.cfg", "order=\"o\";" }, { "o", "a\na.sql\n" } } }, NULL,
	  "o:2: \"a.sql\" stands here twice (MU001)" },
	{ { { { "a.sql", "" }, { "b.sql", "" }, { "release.cfg", "order=\"o\";" }, { "o", "a" } } },
	  NULL, "b.sql is not in the order file o; add it there, or move it out of the folder (MU001)" },
	{ { { { "a.sql", "" }, { "release.cfg", "skip=[\"b\"];" } } }, NULL,
	  "release.cfg: skip names \"b\", which is neither a file nor a version (MU001)" },
	{ { { { "a.sql", "" }, { "release.cfg", "allow=[\"MU999\"];" } } }, NULL,
	  "release.cfg: lint has no code \"MU999\" (MU001)" },
	{ { { { "a.sql", "SELECT 1;\nSELECT '" } } }, NULL,
	  "a.sql:2:8: the quote that opens here is never closed (MU002)" },
	{ { { { "a.sql", "SELECT '" }, { "b.sql", "SELECT `" } } }, NULL,
	  "a.sql:1:8: the quote that opens here is never closed (MU002); and 1 more, muster lint shows them "
	  "all" },
	{ { { { "a.sql", "LOCK TABLES t WRITE" } } }, NULL,
	  "a.sql:1:1: muster guards each tenant itself, and a lock on tables blocks its history and "
	  "the client; take it out (MU207)" },
	{ { { { "a.sql", "SELECT 1;\n-- muster: down\nSELECT 2;" }, { "a.down.sql", "" } } }, NULL,
	  "a.sql has a part that undoes it, and there is a.down.sql too; keep one of them (MU001)" },
	{ { { { "a.sql", "-- muster: down\n-- muster: down\n" } } }, NULL,
	  "a.sql:2:1: this directive cannot stand in the part that undoes the migration (MU003)" },
	{ { { { "a.sql", "-- muster: down\n-- muster: strategy=cold\nSELECT 1" } } }, NULL,
	  "a.sql:2:1: this directive cannot stand in the part that undoes the migration (MU003)" },
	{ { { { "a.sql", "-- muster: check \"DELETE FROM t\" expect=empty\n" } } }, NULL,
	  "a.sql:1:1: a check is exactly one SELECT (MU003)" },
	{ { { { "a.sql", "" }, { "a.down.sql", "-- muster: down\n" } } }, NULL,
	  "a.down.sql:1:1: this directive belongs into a.sql (MU003)" },
	{ { { { "a.sql", "-- muster: check \"SELECT a FROM o.t\" expect=1\n" } } }, NULL,
	  "a.sql:1:1: in this check: \"o.t\" names a schema; a migration stays inside its tenant, leave "
	  "the schema out or write {SCHEMA}.t (MU203)" },
};

/* clang-format on */

static void fill(struct release_files *files, const struct folder *folder)
{
	for (size_t i = 0; i < FILES && folder->files[i][0] != NULL; i++) {
		release_files_add(files, folder->files[i][0], folder->files[i][1],
				  strlen(folder->files[i][1]));
	}
}

static struct release *parse(const struct folder *folder, const char *format, struct err *err)
{
	SCOPED(release_files) files = { 0 };

	fill(&files, folder);
	return release_parse(&files, format, err);
}

static void reads_formats_in_their_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(releases); i++) {
		SCOPED_PTR(release) release = NULL;
		g_autoptr(GString) order = g_string_new(NULL);
		struct err err = { 0 };

		release = parse(&releases[i].folder, NULL, &err);
		if (release == NULL) {
			fail_msg("release %zu: %s", i, err.msg);
		}
		for (size_t m = 0; m < release->nr; m++) {
			g_string_append_printf(order, "%s%s", m > 0 ? " " : "",
					       release->migrations[m].version);
		}
		assert_string_equal(release->format, releases[i].format);
		assert_string_equal(order->str, releases[i].order);
	}
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };
		struct release *release = parse(&refusals[i].folder, refusals[i].format, &err);

		if (release != NULL) {
			release_unref(release);
			fail_msg("accepted: %s", refusals[i].msg);
		}
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
	}
}

static void parts_up_down_and_checks(void **state)
{
	static const struct folder folder = { { { "7_a.sql",
						  "-- muster: check \"SELECT 1\" expect=empty\n"
						  "INSERT INTO t VALUES ({SCHEMA}.f());\n"
						  "-- muster: check \"SELECT 'x'\" expect=x\n"
						  "-- muster: down\nDELETE FROM t; SELECT 3;" } } };
	SCOPED_PTR(release) release = NULL;
	struct err err = { 0 };
	const struct migration *migration;

	(void)state;
	release = parse(&folder, NULL, &err);
	assert_non_null(release);
	migration = &release->migrations[0];
	assert_string_equal(migration->version, "7");
	assert_string_equal(migration->name, "a");
	assert_string_equal(migration->file, "7_a.sql");
	assert_int_equal(migration->up.nr, 1);
	assert_true(migration->up.statements[0].names_schema);
	assert_true(migration->has_down);
	assert_int_equal(migration->down.nr, 2);
	assert_string_equal(migration->down.statements[0].text, "DELETE FROM t");
	assert_int_equal(migration->nr_checks, 2);
	assert_null(migration->checks[0].expect);
	assert_false(migration->checks[0].after);
	assert_string_equal(migration->checks[1].expect, "x");
	assert_true(migration->checks[1].after);
	assert_int_equal(migration->checks[1].line, 3);
}

static void takes_the_parts_of_other_tools(void **state)
{
	static const struct folder folder = {
		{ { "1_a.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;" },
		  { "2_b.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;" } }
	};
	SCOPED_PTR(release) release = NULL;
	struct err err = { 0 };

	(void)state;
	release = parse(&folder, NULL, &err);
	assert_non_null(release);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(release->migrations[i].up.nr, 1);
		assert_int_equal(release->migrations[i].down.nr, 1);
	}
}

static void finds_a_version_however_it_is_padded(void **state)
{
	static const struct folder folder = { { { "0007_a.sql", "" }, { "0008_b.sql", "" } } };
	SCOPED_PTR(release) release = NULL;
	struct err err = { 0 };

	(void)state;
	release = parse(&folder, NULL, &err);
	assert_non_null(release);
	assert_int_equal(release_find(release, "0008"), 1);
	assert_int_equal(release_find(release, "7"), -1);
	assert_int_equal(release_find_word(release, "7"), 0);
	assert_int_equal(release_find_word(release, "9"), -1);
	assert_int_equal(release_last(release, NULL), (ptrdiff_t)release->nr - 1);
	assert_int_equal(release_last(release, "7"), 0);
	assert_int_equal(release_last(release, "9"), -1);
}

static void sums_depend_on_every_byte_and_not_on_order(void **state)
{
	static const struct folder a = { { { "1.sql", "SELECT 1" }, { "2.sql", "" } } };
	static const struct folder b = { { { "2.sql", "" }, { "1.sql", "SELECT 1" } } };
	static const struct folder c = { { { "1.sql", "SELECT 1" },
					   { "2.sql", "" },
					   { "release.cfg", "collation=\"utf8mb4_bin\";" } } };
	SCOPED_PTR(release) one = NULL;
	SCOPED_PTR(release) two = NULL;
	SCOPED_PTR(release) three = NULL;
	struct err err = { 0 };

	(void)state;
	one = parse(&a, NULL, &err);
	two = parse(&b, NULL, &err);
	three = parse(&c, NULL, &err);
	assert_string_equal(one->checksum, two->checksum);
	assert_string_not_equal(one->checksum, three->checksum);
	assert_string_equal(three->collation, "utf8mb4_bin");
	assert_string_equal(one->migrations[0].checksum, /* as sha256sum prints it */
			    "e004ebd5b5532a4b85984a62f8ad48a8"
			    "1aa3460c1ca07701f386135d72cdecf5");
	assert_string_not_equal(one->migrations[0].checksum, one->migrations[1].checksum);
}

static void prefix_digest_ignores_what_has_not_run(void **state)
{
	static const struct folder a = { { { "1.sql", "SELECT 1; SELECT x" } } };
	static const struct folder b = { { { "1.sql", "SELECT 1; SELECT 2" } } };
	SCOPED_PTR(release) first = NULL;
	SCOPED_PTR(release) second = NULL;
	const struct migration *one;
	const struct migration *two;
	struct err err;

	(void)state;
	first = parse(&a, NULL, &err);
	second = parse(&b, NULL, &err);
	one = &first->migrations[0];
	two = &second->migrations[0];
	assert_string_equal(release_prefix_digest(one, 1), release_prefix_digest(two, 1));
	assert_int_equal(strlen(release_prefix_digest(one, 1)), RELEASE_CHECKSUM_LEN);
	assert_string_not_equal(release_prefix_digest(one, 0), release_prefix_digest(one, 1));
	assert_string_not_equal(release_prefix_digest(one, 2), release_prefix_digest(two, 2));
	assert_string_equal(release_prefix_digest(one, 1), /* of "8:SELECT 1": stored in tenants */
			    "fae35e932384b10179a59401efb4584e"
			    "6d0d411ce6303c23328affd9739d252f");
}

static void lives_as_long_as_its_last_reference(void **state)
{
	static const struct folder folder = { { { "1.sql", "SELECT 1" } } };
	struct err err = { 0 };
	struct release *release = parse(&folder, NULL, &err);

	(void)state;
	assert_ptr_equal(release_ref(release), release);
	release_unref(release);
	assert_string_equal(release->migrations[0].version, "1");
	release_unref(release);
	release_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_formats_in_their_order),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(parts_up_down_and_checks),
		cmocka_unit_test(takes_the_parts_of_other_tools),
		cmocka_unit_test(finds_a_version_however_it_is_padded),
		cmocka_unit_test(sums_depend_on_every_byte_and_not_on_order),
		cmocka_unit_test(prefix_digest_ignores_what_has_not_run),
		cmocka_unit_test(lives_as_long_as_its_last_reference),
	};

	return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
