#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"

static struct release *parse(const char *text, struct err *err)
{
	SCOPED(release_files) files = { 0 };

	release_files_add(&files, "0001_a.sql", text, strlen(text));
	return release_parse(&files, NULL, err);
}

static void a_directive_is_for_the_statement_behind_it(void **state)
{
	struct err err;
	struct release *release = parse("SELECT 1;\n"
					"-- muster: chunk table=t key=\"a b\" rows=9\n"
					"UPDATE t SET a = 1 WHERE :chunk;\n"
					"DELETE FROM t WHERE a;",
					&err);

	(void)state;
	assert_non_null(release);
	assert_null(release->migrations[0].up.statements[0].chunk);
	assert_non_null(release->migrations[0].up.statements[1].chunk);
	assert_string_equal(release->migrations[0].up.statements[1].chunk->key, "a b");
	assert_null(release->migrations[0].up.statements[2].chunk);
	release_unref(release);
}

/* clang-format off */
static const struct {
	const char *text; const char *msg;
} refused[] = {
	{ "-- muster: chunk table=t\n", "0001_a.sql:1:1: no statement stands behind this chunk directive (MU003)" },
	{ "-- muster: chunk table=t\n\n  /* x */ UPDATE t\n\tSET a = 1 WHERE b OR :chunk",
	  "0001_a.sql:4:20: beside :chunk there is no OR on the same level: put it in parentheses, WHERE "
	  ":chunk AND (a OR b) (MU003)" },
	{ "UPDATE t SET a = 1\nWHERE :chunk",
	  "0001_a.sql:2:7: :chunk needs a directive on the line in front of its statement: -- muster: chunk "
	  "table=NAME (MU003)" },
	{ "-- muster: chunk table=t\nALTER TABLE t ADD a INT",
	  "0001_a.sql:2:1: behind a chunk directive stands one UPDATE, DELETE, INSERT … SELECT or REPLACE … "
	  "SELECT (MU003)" },
	{ "CREATE TABLE a (i INT);\n-- muster: down\n-- muster: chunk table=t\nDELETE FROM t WHERE :chunk",
	  "0001_a.sql:3:1: this directive cannot stand in the part that undoes the migration (MU003)" },
};

/* clang-format on */

static void refuses_with_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		struct err err;
		struct release *release = parse(refused[i].text, &err);

		if (release != NULL || strcmp(err.msg, refused[i].msg) != 0) {
			fail_msg("%s: %s", refused[i].text, release != NULL ? "taken" : err.msg);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directive_is_for_the_statement_behind_it),
		cmocka_unit_test(refuses_with_the_place),
	};

	return cmocka_run_group_tests_name("release_chunk", tests, NULL, NULL);
}
