#include "close_look.h"

#include "close_kit.h"
#include "close_sql.h"

static void look(const char *schema, struct close_look *look)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };

	if (db_use(session, schema, &err) < 0 || close_look_at(session, schema, look, &err) < 0 ||
	    close_look_grants(session, schema, &look->plan, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* "database INSERT|" and so on, of one user. Owned. */
static char *plan_of(const struct close_look *look, const char *user)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < close_plan_items(&look->plan); i++) {
		const struct close_item *item = close_plan_item(&look->plan, i);

		if (strcmp(item->user, user) == 0) {
			g_string_append_printf(out, "%s %s%s%s%s%s\n", close_kind_names[item->kind],
					       item->takes, item->part[0] == '\0' ? "" : " of ",
					       item->part, item->lends[0] == '\0' ? "" : " but ",
					       item->lends);
		}
	}
	return g_string_free(out, FALSE);
}

/* clang-format off */
static const struct {
	const char *grants[3]; /* what and on what; %s: the schema */
	const char *plan;
} rows[] = {
	{ { "grant select, insert, update on `%s`.*" },
	  "database INSERT, UPDATE\n" },
	{ { "grant insert on `%s`.*" },
	  "database INSERT but CREATE TEMPORARY TABLES\n" },
	{ { "grant select, execute on `%s`.*" }, "" },
	{ { "grant select, delete on `%%`.*" },
	  "shadow  but SELECT\n" },
	{ { "grant delete on `%%`.*" },
	  "shadow  but CREATE TEMPORARY TABLES\n" },
	{ { "grant select on `%s`.*", "grant insert on `%%`.*" }, "" },
	{ { "grant select, insert on `%s`.t", "grant update (v), select (id) on `%s`.t" },
	  "table INSERT\ncolumn UPDATE of v\n" },
	{ { "grant execute, alter routine on procedure `%s`.p" },
	  "routine ALTER ROUTINE of PROCEDURE\n" },
	{ { "grant select on `%s`.t" }, "" },
};

/* clang-format on */

static void grant(const char *text, const char *schema, const char *user)
{
	bool is_pattern = strstr(text, ".*") != NULL;
	g_autofree char *name = is_pattern ? close_escape(schema) : g_strdup(schema);
	g_auto(GStrv) parts = g_strsplit(text, "%s", -1);
	g_autofree char *sql = g_strjoinv(name, parts);
	g_autoptr(GString) plain = g_string_new(sql);

	(void)g_string_replace(plain, "%%", "%", 0);
	test_server_exec("%s to '%s'@'localhost'", plain->str, user);
}

static void what_lets_write_is_planned_and_nothing_else(void **state)
{
	const char *schema = schema_new("look");

	(void)state;
	test_server_exec("create procedure `%s`.p() sql security invoker select 1", schema);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(close_look) seen = { 0 };
		const char *user = account("looked");
		g_autofree char *plan = NULL;

		for (size_t g = 0; g < 3 && rows[i].grants[g] != NULL; g++) {
			grant(rows[i].grants[g], schema, user);
		}
		look(schema, &seen);
		plan = plan_of(&seen, user);
		if (strcmp(plan, rows[i].plan) != 0) {
			fail_msg("%s: %s instead of %s", rows[i].grants[0], plan, rows[i].plan);
		}
		assert_null(seen.unable);
		account_gone(user);
	}
}

static void after_it_was_carried_out_nothing_is_left(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *schema = schema_new("left");
	const char *user = account("left");
	SCOPED(close_look) before = { 0 };
	SCOPED(close_look) after = { 0 };
	g_autofree char *plan = NULL;
	struct err err = { 0 };

	(void)state;
	grant("grant insert on `%s`.*", schema, user);
	grant("grant all on `%%`.*", schema, user);
	grant("grant insert on `%s`.t", schema, user);
	look(schema, &before);
	assert_int_equal(close_plan_items(&before.plan), 2);
	assert_int_equal(close_plan_seen(&before.plan), 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
			close_take(session, schema, close_plan_item(&before.plan, i), &err), 0);
	}
	look(schema, &after);
	plan = plan_of(&after, user);
	assert_string_equal(plan, "");
	account_gone(user);
}

static void global_rights_are_a_hole_unless_the_account_is_locked(void **state)
{
	const char *schema = schema_new("global");
	const char *user = account("global");
	g_autofree char *want =
		g_strdup_printf("%s@localhost may write to every database of the server", user);

	(void)state;
	test_server_exec("grant insert on *.* to '%s'@'localhost'", user);
	for (int locked = 0; locked < 2; locked++) {
		SCOPED(close_look) seen = { 0 };
		bool found = false;

		look(schema, &seen);
		for (guint i = 0; i < seen.holes.of[CLOSE_PRIVILEGES]->len; i++) {
			found = found ||
				strcmp(g_ptr_array_index(seen.holes.of[CLOSE_PRIVILEGES], i),
				       want) == 0;
		}
		assert_int_equal(found, locked == 0);
		test_server_exec("alter user '%s'@'localhost' account lock", user);
	}
	account_gone(user);
}

/* Whoever has our name has sessions that look like ours: they are never ended. */
static void a_namesake_of_ours_is_a_hole(void **state)
{
	const char *schema = schema_new("namesake");
	g_autofree char *pattern = close_escape(schema);
	SCOPED(close_look) seen = { 0 };
	g_autofree char *plan = NULL;
	bool found = false;

	(void)state;
	test_server_exec("create user 'root'@'10.9.8.7'");
	test_server_exec("grant insert on `%s`.* to 'root'@'10.9.8.7'", pattern);
	look(schema, &seen);
	test_server_exec("drop user 'root'@'10.9.8.7'");
	plan = plan_of(&seen, "root");
	assert_string_equal(plan, "");
	for (guint i = 0; i < seen.holes.of[CLOSE_PRIVILEGES]->len; i++) {
		found = found ||
			g_str_has_prefix(g_ptr_array_index(seen.holes.of[CLOSE_PRIVILEGES], i),
					 "root@10.9.8.7 has the name of muster's own");
	}
	assert_true(found);
}

static void users_of_a_plan_are_those_that_lose_something(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *schema = schema_new("users");
	const char *writer = account("writer");
	const char *reader = account("reader");
	g_autoptr(GPtrArray) users = NULL;
	SCOPED(close_look) seen = { 0 };
	struct err err = { 0 };

	(void)state;
	grant("grant insert on `%s`.*", schema, writer);
	grant("grant select on `%s`.*", schema, reader);
	look(schema, &seen);
	assert_int_equal(close_look_users(session, &seen.plan, &users, &err), 0);
	assert_int_equal(users->len, 1);
	assert_string_equal(g_ptr_array_index(users, 0), writer);
	account_gone(writer);
	account_gone(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lets_write_is_planned_and_nothing_else),
		cmocka_unit_test(after_it_was_carried_out_nothing_is_left),
		cmocka_unit_test(global_rights_are_a_hole_unless_the_account_is_locked),
		cmocka_unit_test(a_namesake_of_ours_is_a_hole),
		cmocka_unit_test(users_of_a_plan_are_those_that_lose_something),
	};

	return cmocka_run_group_tests_name("close_look", tests, NULL, NULL);
}
