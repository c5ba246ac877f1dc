#include "ran.h"

static void a_file_is_imported_whole_or_not_at_all(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant import good.csv",
		  { RAN_OK "{\"changed\":1,\"unchanged\":0,\"tenants\":[\"acme\"],\"problems\":[]}" },
		  "POST /v1/tenants/import {\"rows\":[{\"line\":2,\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"labels\":{\"region\":\"eu\"}}],\"dry_run\":false}\n",
		  "1 tenants imported, 0 as before\n",
		  NULL, 0 },
		{ "tenant import bad.csv",
		  { NULL },
		  "",
		  "",
		  "bad.csv:2:1: 2 fields where the first line names 3 columns\n"
		  "muster: nothing was imported; 1 line of bad.csv must be mended first\n"
		  "  -> muster tenant import --help\n", 65 },
		{ "tenant import good.csv",
		  { RAN_OK "{\"changed\":0,\"unchanged\":0,\"tenants\":[],\"problems\":[{\"line\":2,\"column\":0,\"message\":\"no server is named db1\",\"field\":\"server\"}]}" },
		  "POST /v1/tenants/import {\"rows\":[{\"line\":2,\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"labels\":{\"region\":\"eu\"}}],\"dry_run\":false}\n",
		  "",
		  "good.csv:2:6: no server is named db1\n"
		  "muster: nothing was imported; 1 line of good.csv must be mended first\n"
		  "  -> muster tenant import --help\n", 65 },
		{ "tenant import half.csv",
		  { RAN_OK "{\"changed\":0,\"unchanged\":0,\"tenants\":[],\"problems\":[{\"line\":2,\"column\":0,\"message\":\"no server is named nodb\",\"field\":\"server\"}]}" },
		  "POST /v1/tenants/import {\"rows\":[{\"line\":2,\"name\":\"a\",\"server\":\"nodb\",\"schema\":\"s\",\"labels\":{}}],\"dry_run\":true}\n",
		  "",
		  "half.csv:2:3: no server is named nodb\n"
		  "half.csv:3:5: the quote is never closed\n"
		  "half.csv:4:1: 2 fields where the first line names 3 columns\n"
		  "muster: nothing was imported; 3 lines of half.csv must be mended first\n"
		  "  -> muster tenant import --help\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_imported_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("cmd_import", tests, ran_folder_setup,
					   ran_folder_teardown);
}
