#include "kit.h"
#include "outcome.h"

/* clang-format off */
static const struct {
	enum err_code code; int native;
	enum task_event outside; enum task_event statement; bool down; bool denied;
} cases[] = {
	/* error                     nothing in flight  in a statement   down   denied */
	{ ERR_UNREACHABLE, 2002,      TASK_TRANSIENT,  TASK_TRANSIENT, true,  false },
	{ ERR_UNREACHABLE, 1040,      TASK_TRANSIENT,  TASK_TRANSIENT, true,  false },
	{ ERR_UNKNOWN_OUTCOME, 2013,  TASK_TRANSIENT,  TASK_LOST,      true,  false },
	{ ERR_DENIED, 1045,           TASK_TRANSIENT,  TASK_REFUSED,   false, true  },
	{ ERR_BUSY, 0,                TASK_TRANSIENT,  TASK_TRANSIENT, false, false },
	{ ERR_CANCELLED, 0,           TASK_PARK,       TASK_PARK,      false, false },
	{ ERR_CONFLICT, 0,            TASK_REFUSED,    TASK_REFUSED,   false, false },
	{ ERR_INVALID, 0,             TASK_REFUSED,    TASK_REFUSED,   false, false },
	{ ERR_DB, 1064,               TASK_REFUSED,    TASK_REFUSED,   false, false },
	{ ERR_DB, 1049,               TASK_REFUSED,    TASK_REFUSED,   false, false },
	{ ERR_DB, 1142,               TASK_REFUSED,    TASK_REFUSED,   false, false },
	{ ERR_DB, 1205,               TASK_TRANSIENT,  TASK_REFUSED,   false, false },
	{ ERR_DB, 1213,               TASK_TRANSIENT,  TASK_REFUSED,   false, false },
	{ ERR_DB, 1317,               TASK_TRANSIENT,  TASK_REFUSED,   false, false },
	{ ERR_DB, 1290,               TASK_TRANSIENT,  TASK_TRANSIENT, true,  false },
	{ ERR_DB, 1021,               TASK_REFUSED,    TASK_REFUSED,   true,  false },
};

/* clang-format on */

static void means_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct err err = { .code = cases[i].code, .native = cases[i].native, .msg = "x" };
		struct outcome outside = { 0 };
		struct outcome statement = { 0 };

		outcome_outside(&outside, DB_MARIADB, &err);
		outcome_statement(&statement, DB_MARIADB, &err);
		if (outside.event != cases[i].outside || statement.event != cases[i].statement ||
		    outside.server_down != cases[i].down ||
		    statement.server_down != cases[i].down ||
		    outside.server_denied != cases[i].denied) {
			fail_msg("case %zu: %s, %s", i, task_event_names[outside.event],
				 task_event_names[statement.event]);
		}
		assert_int_equal(outside.err.code, cases[i].code);
	}
}

static void a_full_server_is_told(void **state)
{
	struct err err = { .code = ERR_DB, .native = 1114, .msg = "The table 'a' is full" };
	struct outcome outcome = { 0 };

	(void)state;
	outcome_statement(&outcome, DB_MARIADB, &err);
	assert_string_equal(outcome.err.msg, "server has no room: The table 'a' is full");
}

static void what_cannot_be_recorded_is_in_doubt(void **state)
{
	struct err err = { .code = ERR_DB, .native = 1205, .msg = "Lock wait timeout exceeded" };
	struct outcome outcome = { 0 };

	(void)state;
	outcome_unrecorded(&outcome, DB_MARIADB, &err);
	assert_int_equal(outcome.event, TASK_LOST);
	assert_string_equal(outcome.err.msg,
			    "what was done could not be recorded: Lock wait timeout exceeded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_what_the_table_says),
		cmocka_unit_test(a_full_server_is_told),
		cmocka_unit_test(what_cannot_be_recorded_is_in_doubt),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
