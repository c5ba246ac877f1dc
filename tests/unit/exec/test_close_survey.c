#include "close_survey.h"

#include "close_kit.h"

/* "schema: text|" of those whose text has the word. Takes order. Owned. */
static char *told(struct exec_order *order, const char *word)
{
	SCOPED_PTR(exec_result) result = exec_run(order);
	GString *out = g_string_new(NULL);

	if (!result->ok) {
		fail_msg("%s", result->err.msg);
	}
	for (size_t i = 0; i < result->nr_gaps; i++) {
		if (strstr(result->gaps[i].text, word) != NULL) {
			g_string_append_printf(out, "%s%s: %s|",
					       result->gaps[i].unable ? "unable " : "",
					       result->gaps[i].schema, result->gaps[i].text);
		}
	}
	return g_string_free(out, FALSE);
}

static struct exec_order *asked(const char *first, const char *second, const char *method)
{
	struct exec_order *order = kit_order(EXEC_HOLES, NULL, NULL);
	const char *const schemas[] = { first, second, NULL };

	order->schemas = g_strdupv((char **)(uintptr_t)schemas);
	order->close.method = g_strdup(method);
	return order;
}

static void who_may_write_everywhere_is_told_of_each(void **state)
{
	const char *first = schema_new("one");
	const char *second = schema_new("two");
	const char *user = account("everywhere");
	g_autofree char *want = NULL;

	(void)state;
	want = g_strdup_printf("%s: %s@localhost may write to every database of the server|"
			       "%s: %s@localhost may write to every database of the server|",
			       first, user, second, user);
	test_server_exec("grant insert on *.* to '%s'@'localhost'", user);
	must_be(want, told(asked(first, second, NULL), user));
	/* triggers refuse it too */
	must_be("", told(asked(first, second, "triggers"), user));
	account_gone(user);
}

static void what_is_in_one_of_them_is_told_of_that_one(void **state)
{
	const char *first = schema_new("with");
	const char *second = schema_new("without");
	const char *user = account("taken");
	g_autofree char *want = g_strdup_printf(
		"%s: procedure ours runs with the rights of root@localhost, which stay|", first);

	(void)state;
	test_server_exec("create procedure `%s`.ours() insert into t (v) values (1)", first);
	test_server_exec("grant insert on `%%`.* to '%s'@'localhost'", user);
	must_be(want, told(asked(first, second, NULL), "procedure"));
	/* what can be taken away is no hole */
	must_be("", told(asked(first, second, NULL), user));
	account_gone(user);
}

/* Whoever has our name and rights on one database keeps those, and none on the next. */
static void who_keeps_rights_on_one_keeps_them_there_alone(void **state)
{
	const char *first = schema_new("kept");
	const char *second = schema_new("none");
	g_autofree char *want = g_strdup_printf("%s: root@10.9.8.6 has the name of muster's own "
						"account: its rights stay|",
						first);

	(void)state;
	test_server_exec("create user 'root'@'10.9.8.6'");
	test_server_exec("grant insert on `%s`.t to 'root'@'10.9.8.6'", first);
	test_server_exec("create definer = 'root'@'10.9.8.6' procedure `%s`.theirs() select 1",
			 second);
	must_be(want, told(asked(first, second, NULL), "10.9.8.6"));
	test_server_exec("drop user 'root'@'10.9.8.6'");
}

/* As asked(), by the account of a file. */
static struct exec_order *asked_by(const char *defaults_file, const char *schema,
				   const char *method)
{
	struct exec_order *order = asked(schema, NULL, method);

	g_free(order->addr.defaults_file);
	order->addr.defaults_file = g_strdup(defaults_file);
	return order;
}

static void an_account_that_can_take_nothing_is_told_so(void **state)
{
	const char *schema = schema_new("poor");
	const char *user = account("poor");
	g_autofree char *path = g_strdup_printf("%s/%s.cnf", g_get_tmp_dir(), user);
	g_autofree char *text = g_strdup_printf("[client]\nuser=%s\n", user);
	g_autofree char *triggers = NULL;

	(void)state;
	test_server_exec("grant insert, update, delete on `%%`.* to '%s'@'localhost'", user);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(g_chmod(path, 0600), 0);
	for (int reads = 0; reads < 2; reads++) {
		g_autofree char *told_of = NULL;

		told_of = told(asked_by(path, schema, NULL), "");
		assert_true(g_str_has_prefix(told_of, "unable "));
		assert_non_null(strstr(told_of, reads == 0 ? "who may write cannot be read"
							   : "may not grant rights"));
		test_server_exec("grant select on *.* to '%s'@'localhost'", user);
	}
	triggers = told(asked_by(path, schema, "triggers"), "lacks TRIGGER");
	assert_true(g_str_has_prefix(triggers, "unable "));
	(void)g_unlink(path);
	account_gone(user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_write_everywhere_is_told_of_each),
		cmocka_unit_test(what_is_in_one_of_them_is_told_of_that_one),
		cmocka_unit_test(who_keeps_rights_on_one_keeps_them_there_alone),
		cmocka_unit_test(an_account_that_can_take_nothing_is_told_so),
	};

	return cmocka_run_group_tests_name("close_survey", tests, NULL, NULL);
}
