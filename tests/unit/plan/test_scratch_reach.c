#include "scratch_reach.h"
#include "shape_kit.h"

/* clang-format off */
static const char *const texts[][2] = { /* databases: acme, own, new, my-db */
	{ "insert into acme.users values (1)",                    "acme" },
	{ "insert into `acme` . `users` values (1)",              "acme" },
	{ "insert into ACME.users values (1)",                    "acme" },
	{ "insert into \"acme\".\"users\" values (1)",            "acme" },
	{ "prepare s from 'delete from acme.users'",              "acme" },
	{ "delete from `my-db`.users",                            "my-db" },
	{ "delete from own.users where x.acme = 1 and acme = 2",  NULL },
	{ "set new.a = 'acme'",                                   NULL },
	{ "select acmes.id from acmes",                           NULL },
	{ "select `open quote",                                   NULL },
	{ "",                                                     NULL },
};

/* clang-format on */

static void every_other_database_is_seen(void **state)
{
	static const char *const names[] = { "acme", "own", "new", "my-db" };
	g_autoptr(GHashTable) schemas = g_hash_table_new(g_str_hash, g_str_equal);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_hash_table_add(schemas, (gpointer)(uintptr_t)names[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *other = scratch_reach_find(schemas, "Own", texts[i][0]);

		if (g_strcmp0(other, texts[i][1]) != 0) {
			fail_msg("%s: %s", texts[i][0], other == NULL ? "nothing" : other);
		}
	}
}

static void the_server_names_its_databases(void **state)
{
	const char *schema = test_server_schema("Reach");
	g_autofree char *folded = g_utf8_strdown(schema, -1);
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GHashTable) schemas = NULL;
	struct err err = { 0 };

	(void)state;
	schemas = scratch_reach_read(session, &err);
	assert_non_null(schemas);
	assert_true(g_hash_table_contains(schemas, folded));
	assert_true(g_hash_table_contains(schemas, "mysql"));
	assert_false(g_hash_table_contains(schemas, "information_schema"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_other_database_is_seen),
		cmocka_unit_test(the_server_names_its_databases),
	};

	return cmocka_run_group_tests_name("scratch_reach", tests, NULL, NULL);
}
