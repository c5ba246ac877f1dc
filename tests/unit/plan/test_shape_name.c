#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "lex.h"
#include "shape_name.h"

/* clang-format off */
static const struct {
	const char *text; const char *without; const char *other; unsigned modes; bool folds;
} cases[] = { /* the schema is "acme" with tables users, acme; the other name is "sc" */
	{ "select `acme`.`users`.`id` from `acme`.`users`",
	  "select `users`.`id` from `users`",
	  "select `sc`.`users`.`id` from `sc`.`users`", 0, false },
	{ "insert into acme . users values (1)", "insert into  users values (1)",
	  "insert into `sc`. users values (1)", 0, false },
	/* a table of the same name */
	{ "select `acme`.`acme`.`id`, acme.id from acme.acme", "select `acme`.`id`, acme.id from acme",
	  "select `sc`.`acme`.`id`, acme.id from `sc`.acme", 0, false },
	/* an alias of the same name */
	{ "select acme.id from other acme", "select acme.id from other acme",
	  "select acme.id from other acme", 0, false },
	/* what is not there any more */
	{ "select 1 from `acme`.`gone`", "select 1 from `gone`", "select 1 from `sc`.`gone`", 0, false },
	{ "select acme.f(1)", "select f(1)", "select `sc`.f(1)", 0, false },
	{ "call acme.p", "call p", "call `sc`.p", 0, false },
	/* not a name */
	{ "select 'acme.users' /* acme.users */ -- acme.users",
	  "select 'acme.users' /* acme.users */ -- acme.users",
	  "select 'acme.users' /* acme.users */ -- acme.users", 0, false },
	{ "select \"acme\".\"users\".\"id\"", "select \"users\".\"id\"",
	  "select `sc`.\"users\".\"id\"", LEX_ANSI_QUOTES, false },
	{ "select x.acme.users, acmes.users, @acme.users",
	  "select x.acme.users, acmes.users, @acme.users",
	  "select x.acme.users, acmes.users, @acme.users", 0, false },
	/* upper case */
	{ "select * from ACME.users", "select * from ACME.users", "select * from ACME.users", 0, false },
	{ "select * from ACME.users", "select * from users", "select * from `sc`.users", 0, true },
};

/* clang-format on */

static void only_qualifiers_change(void **state)
{
	g_autoptr(GHashTable) objects = g_hash_table_new(g_str_hash, g_str_equal);

	(void)state;
	g_hash_table_add(objects, (gpointer)(uintptr_t) "users");
	g_hash_table_add(objects, (gpointer)(uintptr_t) "acme");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct shape_name name = { .schema = "acme",
					   .folds = cases[i].folds,
					   .objects = objects };
		g_autofree char *without = shape_name_replace(&name, cases[i].text, cases[i].modes);
		g_autofree char *other = NULL;

		name.to = "sc";
		other = shape_name_replace(&name, cases[i].text, cases[i].modes);
		assert_string_equal(without, cases[i].without);
		assert_string_equal(other, cases[i].other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_qualifiers_change) };

	return cmocka_run_group_tests_name("shape_name", tests, NULL, NULL);
}
