#include "scratch_rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"
#include "rewrite_proof.h"
#include "test_server.h"
#include "trial_facts.h"

/* clang-format off */
static const struct {
	const char *file; size_t nr; const char *cheaper;
} rows[] = {
	{ "ALTER TABLE t ADD z int, ADD INDEX kz (z);", 1,
	  "ALTER TABLE t ADD z int|ALTER TABLE t ADD INDEX kz (z)" },
	{ "ALTER TABLE t MODIFY a bigint;\nALTER TABLE t MODIFY b bigint;\nALTER TABLE o ADD z int;", 2,
	  "ALTER TABLE t MODIFY a bigint, MODIFY b bigint" },
	{ "ALTER TABLE t MODIFY a bigint;\nINSERT INTO o VALUES (1);\nALTER TABLE t MODIFY b bigint;", 1, NULL },
	{ "ALTER TABLE t ADD z int;", 1, NULL },
	{ "ALTER TABLE t ADD z int, DROP b;", 1, NULL },
	{ "ALTER TABLE {SCHEMA}.t ADD z int, ADD INDEX kz (z);", 1, NULL },
	{ "CREATE INDEX i ON t (a);", 1, NULL },
	{ "INSERT INTO o VALUES (1);", 1, NULL },
};

/* clang-format on */

static struct release *release_of(const char *text)
{
	SCOPED(release_files) files = { 0 };
	struct release *release;
	struct err err = { 0 };

	release_files_add(&files, "0001_a.sql", text, strlen(text));
	release = release_parse(&files, NULL, &err);
	if (release == NULL) {
		fail_msg("%s", err.msg);
	}
	return release;
}

static void look(struct rewrite_ground *ground, size_t row)
{
	SCOPED_PTR(release) release = release_of(rows[row].file);
	g_autofree char *cheaper = NULL;
	SCOPED(rewrite) rewrite = { 0 };
	struct err err = { 0 };
	size_t nr = 0;

	if (scratch_rewrite(ground, &release->migrations[0], 0, &nr, &rewrite, &err) < 0) {
		fail_msg("%s: %s", rows[row].file, err.msg);
	}
	cheaper = rewrite.statements == NULL ? NULL : g_strjoinv("|", rewrite.statements);
	if (g_strcmp0(cheaper, rows[row].cheaper) != 0 || nr != rows[row].nr) {
		fail_msg("%s: %zu: %s", rows[row].file, nr, cheaper);
	}
}

static void those_that_belong_together_are_found(void **state)
{
	const char *schema = test_server_schema("srewrite");
	SCOPED_PTR(db_session) copier = test_server_open();
	SCOPED_PTR(db_session) runner = test_server_open();
	SCOPED(trial_facts) facts = { .schema = schema };
	struct rewrite_ground ground = {
		.copier = copier,
		.runner = runner,
		.schema = schema,
		.epoch = 1,
		.facts = &facts,
	};
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a int, b int)", schema);
	test_server_exec("create table %s.o (id int primary key)", schema);
	assert_int_equal(db_use(runner, schema, &err), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		look(&ground, i);
	}
	assert_null(facts.anew); /* no way that was tried counts as run */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_belong_together_are_found),
	};

	return cmocka_run_group_tests_name("scratch_rewrite", tests, NULL, NULL);
}
