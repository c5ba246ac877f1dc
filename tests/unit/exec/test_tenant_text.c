#include "kit.h"
#include "tenant_text.h"

static void values_are_put_in_quoted(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	const struct tenant_param params[] = {
		{ .name = "epoch", .number = 41 },
		{ .name = "unused", .text = "x" },
		{ 0 },
	};
	const struct tenant_param version[] = {
		{ .name = "version", .text = "0'1 :epoch" },
		{ .name = "epoch", .number = 41 },
		{ 0 },
	};
	g_autofree char *put = tenant_text(session, TENANT_STATE_PUT, params);
	g_autofree char *forget = tenant_text(session, TENANT_HISTORY_DELETE, version);

	(void)state;
	assert_string_equal(put, "insert into muster_state (id, epoch, updated_at)\n"
				 "values (1, 41, utc_timestamp(3))\n"
				 "on duplicate key update updated_at = if(epoch <= 41, "
				 "utc_timestamp(3), updated_at),\n"
				 "\tepoch = greatest(epoch, 41)");
	assert_string_equal(forget, "delete from muster_history\n"
				    "where version = '0\\'1 :epoch' and statements_done = 0\n"
				    "and exists (select 1 from muster_state where id = 1 and epoch "
				    "<= 41)");
}

static void what_needs_no_value_is_the_file_without_its_comment(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();

	(void)state;
	for (int id = 0; id < TENANT_NR; id++) {
		g_autofree char *text = NULL;

		if (strchr(tenant_sql_texts[id].text, ':') != NULL && id != TENANT_HISTORY_CREATE &&
		    id != TENANT_STATE_CREATE) {
			continue;
		}
		text = tenant_text(session, id, NULL);
		assert_false(g_str_has_prefix(text, "--"));
		assert_false(g_str_has_suffix(text, "\n"));
	}
}

static void bytes_are_written_in_hex(void **state)
{
	g_autofree char *some = tenant_hex("a\xc3\xa9\x01");
	g_autofree char *none = tenant_hex("");

	(void)state;
	assert_string_equal(some, "61c3a901");
	assert_string_equal(none, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_put_in_quoted),
		cmocka_unit_test(what_needs_no_value_is_the_file_without_its_comment),
		cmocka_unit_test(bytes_are_written_in_hex),
	};

	return cmocka_run_group_tests_name("tenant_text", tests, NULL, NULL);
}
