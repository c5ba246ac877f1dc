#include "ran.h"

/* clang-format off */
#define WINDOW \
	"{\"scope\":\"label\",\"name\":\"region=au\",\"window\":\"Sun 02:00-05:00 UTC\"," \
	"\"next_window\":null,\"freeze\":\"T until U: sold\"}"

/* clang-format on */

static void a_label_is_set_and_shown_where_a_tenant_or_server_would_be(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant set label:region=au window='Sun 02:00-05:00 UTC' -o name",
		  { RAN_OK WINDOW },
		  "PATCH /v1/labels/region%3Dau {\"set\":[\"window=Sun 02:00-05:00 UTC\"],\"revision\":0,\"reason\":null}\n",
		  "label/region=au\n",
		  NULL, 0 },
		{ "server set label:region=au freeze=- --reason moved -o name",
		  { RAN_OK WINDOW },
		  "PATCH /v1/labels/region%3Dau {\"set\":[\"freeze=-\"],\"revision\":0,\"reason\":\"moved\"}\n",
		  "label/region=au\n",
		  NULL, 0 },
		{ "tenant show label:region=au",
		  { RAN_OK WINDOW },
		  "GET /v1/labels/region%3Dau\n",
		  "for     label\n"
		  "name    region=au\n"
		  "window  Sun 02:00-05:00 UTC\n"
		  "freeze  T until U: sold\n",
		  NULL, 0 },
		{ "window list",
		  { RAN_OK "[" WINDOW "]" },
		  "GET /v1/windows\n",
		  "FOR    NAME       WINDOW               OPENS  FREEZE\n"
		  "label  region=au  Sun 02:00-05:00 UTC         T until U: sold\n",
		  NULL, 0 },
		{ "window list",
		  { RAN_OK "[]" },
		  "GET /v1/windows\n",
		  "FOR  NAME  WINDOW  OPENS  FREEZE\n",
		  "no window and no freeze is set\n"
		  "  -> muster tenant set --help\n", 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_is_set_and_shown_where_a_tenant_or_server_would_be),
	};

	return cmocka_run_group_tests_name("cmd_window", tests, NULL, NULL);
}
