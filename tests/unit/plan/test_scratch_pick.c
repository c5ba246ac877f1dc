#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "release.h"
#include "scratch.h"
#include "scratch_pick.h"
#include "shape.h"

#define FACTS_MAX 4

/* clang-format off */
static const struct {
	const char *name;
	const char *file;
	const char *facts[FACTS_MAX][3]; /* besides tables a, b, c, d and their columns */
	const char *picked;              /* of a, b, c, d; "all" */
} cases[] = {
	{ "what is named", "ALTER TABLE a ADD x INT; DROP INDEX i ON `C`", { { NULL } }, "a c" },
	{ "in strings and comments, too", "/* b */ SELECT 'x from d'", { { NULL } }, "b d" },
	{ "a part of a word is no name", "ALTER TABLE ab ADD c_d INT", { { NULL } }, "" },
	{ "a parent needs its children", "DROP TABLE a",
	  { { "table b", "foreign key f", "(x) references a (id)" } }, "a b" },
	{ "a child its parents, and those theirs", "ALTER TABLE c ADD x INT",
	  { { "table b", "foreign key g", "(x) references A (id)" },
	    { "table c", "foreign key f", "(x) references b (id) on delete cascade" } }, "a b c" },
	{ "a constraint that is named brings its table", "ALTER TABLE a ADD CONSTRAINT f CHECK (x > 0)",
	  { { "table d", "check F", "x > 1" } }, "a d" },
	{ "a view may read anything", "DROP TABLE a", { { "view v", "definition", "select 1" } }, "all" },
	{ "a trigger may write anything", "DROP TABLE a", { { "trigger t", "body", "set @x = 1" } }, "all" },
	{ "a procedure, too", "DROP TABLE a", { { "procedure p", "body", "begin end" } }, "all" },
	{ "who calls says nothing", "CALL p()", { { NULL } }, "all" },
	{ "a text that is run", "SET @x = 'DROP TABLE a'; PREPARE s FROM @x; EXECUTE s", { { NULL } }, "all" },
	{ "a name that needs quotes", "DROP TABLE a", { { "table my table", "column x", "int" } }, "all" },
};

/* clang-format on */

static void add(GArray *facts, const char *object, const char *part, const char *text)
{
	const struct shape_fact fact = { .object = g_strdup(object),
					 .part = g_strdup(part),
					 .text = g_strdup(text) };

	g_array_append_val(facts, fact);
}

static void make_shape(struct shape *shape, const char *const (*more)[3])
{
	GArray *facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));

	add(facts, "schema", "collation", "utf8mb4_bin");
	for (const char *name = "abcd"; *name != '\0'; name++) {
		g_autofree char *object = g_strdup_printf("table %c", *name);

		add(facts, object, "column id", "int not null");
	}
	for (size_t i = 0; i < FACTS_MAX && more[i][0] != NULL; i++) {
		add(facts, more[i][0], more[i][1], more[i][2]);
	}
	shape_build(shape, facts);
	g_array_free(facts, TRUE);
}

/* Which of the four tables. Owned. */
static char *describe(GHashTable *picked)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	if (picked == NULL) {
		return g_strdup("all");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_hash_table_contains(picked, names[i])) {
			g_ptr_array_add(found, (gpointer)(uintptr_t)names[i]);
		}
	}
	g_ptr_array_add(found, NULL);
	return g_strjoinv(" ", (char **)found->pdata);
}

static void as_many_tables_as_the_statements_may_touch(void **state)
{
	static const size_t first = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SCOPED(release_files) files = { 0 };
		SCOPED_PTR(release) release = NULL;
		g_autoptr(GHashTable) picked = NULL;
		g_autofree char *found = NULL;
		SCOPED(shape) shape = { 0 };
		struct scratch_work work = { .indices = &first, .nr = 1 };
		struct err err = { 0 };

		release_files_add(&files, "1.sql", cases[i].file, strlen(cases[i].file));
		release = release_parse(&files, NULL, &err);
		if (release == NULL) {
			fail_msg("%s: %s", cases[i].name, err.msg);
		}
		work.release = release;
		make_shape(&shape, cases[i].facts);
		picked = scratch_pick(&work, &shape);
		found = describe(picked);
		if (strcmp(found, cases[i].picked) != 0) {
			fail_msg("%s: %s", cases[i].name, found);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_tables_as_the_statements_may_touch),
	};

	return cmocka_run_group_tests_name("scratch_pick", tests, NULL, NULL);
}
