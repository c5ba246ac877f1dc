#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "evidence_head.h"
#include "script.h"

/* clang-format off */
static const struct {
	const char *sql; const char *first; const char about; /* Account, Server, Event, - */
} heads[] = {
	{ "GRANT SELECT ON t TO u",                           "GRANT",  'a' },
	{ "CREATE OR REPLACE USER u",                         "CREATE", 'a' },
	{ "RENAME USER a TO b",                               "RENAME", 'a' },
	{ "RENAME TABLE user TO role",                        "RENAME", '-' },
	{ "ALTER TABLE user ADD a int",                       "ALTER",  '-' },
	{ "DROP SERVER s",                                    "DROP",   's' },
	{ "CREATE UNDO TABLESPACE x ADD DATAFILE 'x.ibu'",    "CREATE", 's' },
	{ "CREATE SPATIAL INDEX i ON t (p)",                  "CREATE", '-' },
	{ "CREATE OR REPLACE DEFINER=`a`@`b` EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
	                                                      "CREATE", 'e' },
	{ "CREATE TABLE event (a int)",                       "CREATE", '-' },
	{ "SET STATEMENT max_statement_time=9 FOR DROP EVENT e", "DROP", 'e' },
	{ "SET @x = 1",                                       "SET",    '-' },
	{ "/*!50003 CREATE */ EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", "CREATE", 'e' },
};

/* clang-format on */

static void parse(struct script *script, const char *sql)
{
	struct err err = { 0 };

	if (script_parse(script, "a.sql", sql, strlen(sql), &err) < 0 || script->nr != 1) {
		fail_msg("%s: %s", sql, err.msg);
	}
}

static void the_first_words_say_what_it_is_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
		SCOPED(script) script = { 0 };
		struct head head;

		parse(&script, heads[i].sql);
		head_read(&head, &script.statements[0]);
		assert_true(head_is(&head, 0, heads[i].first));
		assert_true(head_has(&head, heads[i].first));
		assert_int_equal(head_is_account(&head), heads[i].about == 'a');
		assert_int_equal(head_is_server(&head), heads[i].about == 's');
		assert_int_equal(head_is_event(&head), heads[i].about == 'e');
	}
}

static void words_in_quotes_and_comments_do_not_count(void **state)
{
	static const char *const drop[] = { "DROP", NULL };
	SCOPED(script) script = { 0 };

	(void)state;
	parse(&script, "ALTER TABLE t /* DROP */ ADD `drop` int COMMENT 'DROP it', ADD INDEX (a)");
	assert_false(head_text_has(&script.statements[0], drop));
	assert_true(head_text_has_pair(&script.statements[0], "ADD", "INDEX"));
	assert_false(head_text_has_pair(&script.statements[0], "INDEX", "ADD"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_words_say_what_it_is_about),
		cmocka_unit_test(words_in_quotes_and_comments_do_not_count),
	};

	return cmocka_run_group_tests_name("evidence_head", tests, NULL, NULL);
}
