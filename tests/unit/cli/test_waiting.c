#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "waiting.h"

static const struct {
	const char *answer;
	const char *text;
} answers[] = {
	{ "[]", NULL },
	{ "{", NULL },
	{ "[{\"step\":\"read\",\"done\":0,\"total\":2000}]", "reading tenants: 0 of 2000" },
	{ "[{\"step\":\"read\",\"done\":1000,\"total\":2000},"
	  "{\"step\":\"try\",\"done\":1,\"total\":3}]",
	  "reading tenants: 1000 of 2000" },
	{ "[{\"step\":\"read\",\"done\":9,\"total\":9},{\"step\":\"try\",\"done\":1,\"total\":3}]",
	  "trying the statements on empty copies: 1 of 3" },
	{ "[{\"step\":\"read\",\"done\":9,\"total\":9},{\"step\":\"check\",\"done\":9,\"total\":9}]",
	  "checking the rows of tenants: 9 of 9" },
	{ "[{\"step\":\"dream\",\"done\":1,\"total\":2}]", "dream: 1 of 2" }, /* a newer daemon */
};

static void the_step_that_goes_on_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		g_autofree char *text = waiting_text(answers[i].answer);

		if (g_strcmp0(text, answers[i].text) != 0) {
			fail_msg("%s: %s", answers[i].answer, text);
		}
	}
}

static void what_was_not_shown_is_not_wiped_away(void **state)
{
	struct waiting waiting = { 0 };

	(void)state;
	waiting_show("[]", &waiting);
	assert_false(waiting.is_shown);
	waiting_show("[{\"step\":\"read\",\"done\":1,\"total\":2}]", &waiting);
	assert_true(waiting.is_shown);
	waiting_end(&waiting);
	assert_false(waiting.is_shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_step_that_goes_on_is_told),
		cmocka_unit_test(what_was_not_shown_is_not_wiped_away),
	};

	return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
