#include "close_row.h"

#include "close_kit.h"

static struct close_row row_of(char *restore)
{
	static char method[] = "privileges";
	static char reason[] = "it's time";
	static char owner[] = "anna";

	return (struct close_row){ .method = method,
				   .restore = restore,
				   .reason = reason,
				   .owner = owner,
				   .epoch = 7 };
}

static void what_gives_back_is_never_replaced(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const char *schema = test_server_schema("row");
	char one[] = "one\ttab\n";
	char two[] = "two";
	const struct close_row first = row_of(one);
	const struct close_row second = row_of(two);
	SCOPED(close_row) seen = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(close_row_get(session, &seen, &err), 0);
	assert_null(seen.restore);
	assert_int_equal(close_row_remove(session, &err), 0);
	assert_int_equal(close_row_put(session, &first, 5000, &err), 0);
	assert_int_equal(close_row_put(session, &first, 5000, &err), 0);
	assert_int_equal(close_row_put(session, &second, 5000, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "closed already, by anna (it's time)"));
	assert_int_equal(close_row_get(session, &seen, &err), 0);
	assert_string_equal(seen.restore, one);
	assert_int_equal(seen.epoch, 7);
	assert_int_equal(close_row_remove(session, &err), 0);
	assert_int_equal(close_row_put(session, &second, 5000, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_gives_back_is_never_replaced),
	};

	return cmocka_run_group_tests_name("close_row", tests, NULL, NULL);
}
