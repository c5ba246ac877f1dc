#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "close_plan.h"

#define HEADER "muster-write-mode 1\n"

static void what_was_planned_is_read_back(void **state)
{
	SCOPED(close_plan) plan = { .method = CLOSE_PRIVILEGES };
	SCOPED(close_plan) read = { 0 };
	g_autofree char *text = NULL;
	g_autofree char *again = NULL;
	struct close_item *item;
	struct err err = { 0 };

	(void)state;
	item = close_plan_add(&plan, CLOSE_DATABASE, "o'h\tara\n", "%");
	g_free(item->object);
	item->object = close_escape("client_1");
	g_free(item->takes);
	item->takes = g_strdup("INSERT, DELETE HISTORY");
	g_free(item->lends);
	item->lends = g_strdup(CLOSE_PLACEHOLDER);
	close_plan_saw(&plan, "müller", "10.0.0.%", "abc");
	text = close_plan_format(&plan);
	if (close_plan_parse(&read, text, "client_1", &err) < 0) {
		fail_msg("%s", err.msg);
	}
	again = close_plan_format(&read);
	assert_string_equal(text, again);
	assert_string_equal(close_plan_item(&read, 0)->user, "o'h\tara\n");
	assert_string_equal(close_plan_saw_at(&read, 0)->user, "müller");
}

/* Whoever may write in the tenant may write this text: it must not be good for more. */
static void what_is_not_about_the_schema_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"muster-write-mode 2\nmethod\tprivileges\n",
		HEADER "method\tmagic\n",
		HEADER "database\ta\t%\tother\t\tINSERT\t\n",
		HEADER "database\ta\t%\tclient\\\\_%\t\tINSERT\t\n",
		HEADER "database\ta\t%\t%\t\tINSERT\t\n",
		HEADER "database\ta\t%\tclient_1\t\tINSERT, SUPER\t\n",
		HEADER "database\ta\t%\tclient_1\t\tSELECT\t\n",
		HEADER "database\ta\t%\tclient_1\t\tINSERT\tGRANT OPTION\n",
		HEADER "database\t\t%\tclient_1\t\tINSERT\t\n",
		HEADER "shadow\ta\t%\tclient_1\t\t\tINSERT\n",
		HEADER "partial\ta\t%\tother\t\tINSERT\t\n",
		HEADER "routine\ta\t%\tp\tPACKAGE\tALTER ROUTINE\t\n",
		HEADER "table\ta\t%\t\t\tINSERT\t\n",
		HEADER "table\ta\t%\tt\t\tINSERT\n",
		HEADER "trigger\ta\t\tt\tsomething\tINSERT\t\n",
		HEADER "trigger\ta\t\t\tmuster_closed_x\tINSERT\t\n",
		HEADER "trigger\ta\t\tt\tmuster_closed_x\tSELECT\t\n",
		HEADER "somebody\ta\t%\tt\t\tINSERT\t\n",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		SCOPED(close_plan) plan = { 0 };
		struct err err = { 0 };

		if (close_plan_parse(&plan, texts[i], "client_1", &err) == 0) {
			fail_msg("taken: %s", texts[i]);
		}
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(close_plan_items(&plan), 0);
	}
}

static void a_pattern_means_one_schema_or_more(void **state)
{
	/* clang-format off */
	static const struct {
		const char *pattern; const char *schema; bool literal; bool namesake;
	} rows[] = {
		{ "acme",        "acme",     true,  true  },
		{ "client\\_1",  "client_1", true,  true  },
		{ "client_1",    "client_1", false, true  },
		{ "client\\_%",  "client_1", false, false },
		{ "%",           "client_1", false, false },
		{ "client\\_11", "client_1", false, false },
		{ "a\\_b_c",     "a_b_c",    false, true  },
		{ "a\\\\b",      "a\\b",     true,  true  },
	};

	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (close_is_literal(rows[i].pattern, rows[i].schema) != rows[i].literal ||
		    close_is_namesake(rows[i].pattern, rows[i].schema) != rows[i].namesake) {
			fail_msg("%s for %s", rows[i].pattern, rows[i].schema);
		}
	}
}

static void a_name_as_a_pattern_means_itself_alone(void **state)
{
	static const char *const names[] = { "acme", "client_1", "50%_off", "back\\slash" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *pattern = close_escape(names[i]);

		assert_true(close_is_literal(pattern, names[i]));
	}
}

static void the_pattern_that_goes_further_is_preferred(void **state)
{
	(void)state;
	assert_true(close_reach("client\\_1") > close_reach("client\\_%"));
	assert_true(close_reach("client\\_%") > close_reach("client%"));
	assert_true(close_reach("client%") > close_reach("%"));
}

static void a_pattern_fits_as_the_server_says(void **state)
{
	static const struct {
		const char *pattern;
		const char *schema;
		bool fits;
	} fits[] = {
		{ "acme", "acme", true },
		{ "acme", "acmes", false },
		{ "acmes", "acme", false },
		{ "client_1", "clientx1", true },
		{ "client\\_1", "clientx1", false },
		{ "client\\_1", "client_1", true },
		{ "client\\_%", "client_", true },
		{ "client\\_%", "client_17", true },
		{ "client\\_%", "clients", false },
		{ "%", "", true },
		{ "%_7%", "client_17_old", true },
		{ "%17", "17_17_17", true },
		{ "%17", "17_17_1", false },
		{ "_", "é", true },
		{ "__", "é", false },
		{ "", "", true },
		{ "Acme", "acme", false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(fits); i++) {
		if (close_matches(fits[i].pattern, fits[i].schema) != fits[i].fits) {
			fail_msg("%s for %s", fits[i].pattern, fits[i].schema);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_planned_is_read_back),
		cmocka_unit_test(what_is_not_about_the_schema_is_refused),
		cmocka_unit_test(a_pattern_means_one_schema_or_more),
		cmocka_unit_test(a_name_as_a_pattern_means_itself_alone),
		cmocka_unit_test(a_pattern_fits_as_the_server_says),
		cmocka_unit_test(the_pattern_that_goes_further_is_preferred),
	};

	return cmocka_run_group_tests_name("close_plan", tests, NULL, NULL);
}
