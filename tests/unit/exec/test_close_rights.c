#include "close_rights.h"

#include "close_kit.h"
#include "close_plan.h"

static void read_rights(struct db_session *session, char *const *schemas,
			struct close_rights *rights)
{
	struct err err = { 0 };

	if (close_rights_read(session, schemas, rights, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* "anna insert|" of the rows of this user. Owned. */
static char *rows_of(const struct close_rights *rights, enum close_source source,
		     const char *schema, const char *user)
{
	g_autoptr(GPtrArray) rows = close_rights_rows(rights, source, schema);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		char *const *row = g_ptr_array_index(rows, i);

		if (strcmp(row[0], user) == 0) {
			g_string_append_printf(out, "%s %s|", row[2],
					       row[source == CLOSE_ON_DATABASE ? 3 : 4]);
		}
	}
	return g_string_free(out, FALSE);
}

/* What one is told when it is asked alone is what it is told among others. */
static void many_are_told_what_each_is_told_alone(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *first = schema_new("first");
	const char *second = schema_new("second");
	char *schemas[] = { (char *)(uintptr_t)first, (char *)(uintptr_t)second, NULL };
	g_autofree char *own = close_escape(first);
	const char *user = account("many");
	SCOPED(close_rights) many = { 0 };
	struct err err = { 0 };

	(void)state;
	test_server_exec("grant insert on `%s`.* to '%s'@'localhost'", own, user);
	test_server_exec("grant update on `%%`.* to '%s'@'localhost'", user);
	test_server_exec("grant delete on `%s`.t to '%s'@'localhost'", second, user);
	read_rights(session, schemas, &many);
	for (size_t i = 0; schemas[i] != NULL; i++) {
		SCOPED(close_rights) one = { 0 };

		assert_int_equal(db_use(session, schemas[i], &err), 0);
		read_rights(session, NULL, &one);
		for (int source = CLOSE_ON_DATABASE; source <= CLOSE_ON_TABLE; source++) {
			g_autofree char *alone =
				rows_of(&one, (enum close_source)source, schemas[i], user);
			g_autofree char *among =
				rows_of(&many, (enum close_source)source, schemas[i], user);

			assert_string_equal(among, alone);
			assert_int_equal(among[0] == '\0', source == CLOSE_ON_TABLE && i == 0);
		}
	}
	account_gone(user);
}

static void a_foreign_key_is_told_of_its_own_database(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *parent = schema_new("father");
	const char *child = test_server_schema("son");
	char *schemas[] = { (char *)(uintptr_t)child, (char *)(uintptr_t)parent, NULL };
	SCOPED(close_rights) rights = { 0 };
	g_autoptr(GPtrArray) of_child = NULL;
	g_autoptr(GPtrArray) of_parent = NULL;

	(void)state;
	test_server_exec("create table `%s`.c (id int, constraint reach foreign key (id) "
			 "references `%s`.t (id) on update cascade)",
			 child, parent);
	read_rights(session, schemas, &rights);
	test_server_exec("drop table `%s`.c", child);
	of_child = close_rights_rows(&rights, CLOSE_FOREIGN, child);
	of_parent = close_rights_rows(&rights, CLOSE_FOREIGN, parent);
	assert_int_equal(of_child->len, 1);
	assert_int_equal(of_parent->len, 0);
}

static void only_who_may_grant_can_close(void **state)
{
	const char *schema = schema_new("able");
	char *schemas[] = { (char *)(uintptr_t)schema, NULL };
	const char *user = account("able");

	(void)state;
	test_server_exec("grant select on *.* to '%s'@'localhost'", user);
	test_server_exec("grant insert, update, delete on `%%`.* to '%s'@'localhost'", user);
	for (int step = 0; step < 2; step++) {
		SCOPED_PTR(db_session) session = session_of(user, NULL);
		SCOPED(close_rights) rights = { 0 };
		g_autofree char *unable = NULL;

		read_rights(session, schemas, &rights);
		unable = close_rights_unable(&rights, schema);
		if (step == 0) {
			assert_non_null(strstr(unable, "may not grant rights"));
		} else {
			assert_null(unable);
		}
		test_server_exec("grant insert, update, delete on `%%`.* to '%s'@'localhost' with "
				 "grant option",
				 user);
	}
	account_gone(user);
}

static bool is_alone(const char *pattern, const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(close_rights) rights = { 0 };
	struct err err = { 0 };
	bool alone = false;

	assert_int_equal(close_rights_alone(session, &rights, pattern, schema, &alone, &err), 0);
	return alone;
}

static void a_pattern_without_backslashes_may_still_mean_one(void **state)
{
	const char *schema = test_server_schema("only_one");
	g_autofree char *other = g_strdelimit(g_strdup(schema), "_", 'x');

	(void)state;
	assert_true(is_alone(schema, schema));
	assert_false(is_alone("only%", schema));
	test_server_exec("create database `%s`", other);
	assert_false(is_alone(schema, schema));
	test_server_exec("drop database `%s`", other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_told_what_each_is_told_alone),
		cmocka_unit_test(a_foreign_key_is_told_of_its_own_database),
		cmocka_unit_test(only_who_may_grant_can_close),
		cmocka_unit_test(a_pattern_without_backslashes_may_still_mean_one),
	};

	return cmocka_run_group_tests_name("close_rights", tests, NULL, NULL);
}
