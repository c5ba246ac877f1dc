#include "ran.h"

#define CLOSED                                                            \
	"{\"tenant\":\"acme\",\"mode\":\"ro\",\"method\":\"privileges\"," \
	"\"why\":\"it fits\",\"proof\":\"tried\",\"holes\":[],\"expires_at\":null,\"problem\":null}"
#define HOLED                                                             \
	"{\"tenant\":\"acme\",\"mode\":\"rw\",\"method\":\"privileges\"," \
	"\"why\":\"it fits\",\"proof\":\"tried\",\"holes\":[\"root@% may write\"],\"expires_at\":null,\"problem\":null}"
#define WITH_HOLE                                                                                       \
	"{\"tenant\":\"beta\",\"mode\":\"rw\",\"method\":\"privileges\","                               \
	"\"why\":\"it fits\",\"proof\":\"tried\",\"holes\":[\"root@% may write\"],\"expires_at\":null," \
	"\"problem\":\"writes would still get through: root@% may write; --accept-holes closes it all the same\"}"
#define LONGER                                                            \
	"{\"tenant\":\"acme\",\"mode\":\"ro\",\"method\":\"privileges\"," \
	"\"why\":\"it was closed already\",\"proof\":null,\"holes\":[],\"expires_at\":null,\"problem\":null}"
#define FAILED                                                                                           \
	"{\"tenant\":\"beta\",\"mode\":\"rw\",\"method\":null,\"why\":null,\"proof\":null,\"holes\":[]," \
	"\"expires_at\":null,\"problem\":\"it is closing: wait until it is ro\"}"

static void closing_says_what_came_of_it(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "readonly on acme --ttl 15m --reason move -o name",
		  { RAN_OK "[" CLOSED "]" },
		  "POST /v1/readonly/on {\"selector\":\"acme\",\"reason\":\"move\",\"ttl_ms\":900000,"
		  "\"method\":null,\"drain_ms\":0,\"at_deadline\":null,\"accept_holes\":false,"
		  "\"maintenance\":false,\"dry_run\":false,\"hooks\":[]}\n",
		  "acme\n",
		  NULL, 0 },
		{ "readonly on -l region=eu --ttl 1h --reason x --drain 5s --at-deadline open "
		  "--method privileges --accept-holes --maintenance --hook before-close=drain "
		  "--hook after-open= -o json",
		  { RAN_OK "[" CLOSED "]" },
		  "POST /v1/readonly/on {\"selector\":\"region=eu\",\"reason\":\"x\","
		  "\"ttl_ms\":3600000,\"method\":\"privileges\",\"drain_ms\":5000,"
		  "\"at_deadline\":\"open\",\"accept_holes\":true,\"maintenance\":true,"
		  "\"dry_run\":false,\"hooks\":[\"before-close=drain\",\"after-open=\"]}\n",
		  "[" CLOSED "]\n",
		  NULL, 0 },
		{ "readonly on acme --ttl 15m --reason move --dry-run -o name",
		  { RAN_OK "[" HOLED "]" }, NULL, "acme\n", NULL, 1 },
		{ "readonly on acme beta --ttl 15m --reason move --dry-run",
		  { RAN_OK "[" HOLED "," FAILED "]" }, NULL,
		  "acme: method privileges: it fits\n  proof: tried\n"
		  "  stays open: root@% may write\n",
		  "muster: tenant beta: it is closing: wait until it is ro\n  -> muster readonly list\n", 2 },
		{ "readonly on acme --ttl 15m --reason move --accept-holes -o name",
		  { RAN_OK "[" HOLED "]" }, NULL, "acme\n", NULL, 0 },
		{ "readonly on acme beta --ttl 15m --reason move -o name",
		  { RAN_OK "[" CLOSED "," FAILED "]" }, NULL, "acme\nbeta\n",
		  "muster: tenant beta: it is closing: wait until it is ro\n  -> muster readonly list\n", 2 },
		{ "readonly on acme beta --ttl 15m --reason move -o name",
		  { RAN_OK "[" CLOSED "," WITH_HOLE "]" }, NULL, "acme\nbeta\n",
		  "muster: tenant beta: writes would still get through: root@% may write; "
		  "--accept-holes closes it all the same\n"
		  "  -> muster readonly on beta --ttl 1m --reason look --dry-run\n", 2 },
		{ "readonly on acme --ttl 15m --reason move -o name",
		  { RAN_OK "[" LONGER "]" }, NULL, "acme\n",
		  "muster: tenant acme: it was closed already\n", 0 },
		{ "readonly off acme --reason done -o name",
		  { RAN_OK "[" CLOSED "]" },
		  "POST /v1/readonly/off {\"selector\":\"acme\",\"reason\":\"done\"}\n",
		  "acme\n", NULL, 0 },
		{ "readonly list -o json",
		  { RAN_OK "[]" }, "GET /v1/readonly\n", "[]\n", NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void half_a_command_is_not_sent(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "readonly on acme --reason move", { NULL }, "", "",
		  "muster readonly on: say for how long at the most: --ttl 15m\n"
		  "  -> muster readonly on --help\n", 64 },
		{ "readonly on acme --ttl 0 --reason move", { NULL }, "", "",
		  "muster readonly on: --ttl must be more than 0: say for how long at the most\n"
		  "  -> muster readonly on --help\n", 64 },
		{ "readonly on acme --ttl 1m", { NULL }, "", "",
		  "muster readonly on: say why, the next one will wonder: --reason TEXT\n"
		  "  -> muster readonly on --help\n", 64 },
		{ "readonly on --ttl 1m --reason move", { NULL }, "", "",
		  "muster readonly on: which tenants? Give names or -l SEL (-l '*' is all)\n"
		  "  -> muster readonly on --help\n", 64 },
		{ "readonly off", { NULL }, "", "",
		  "muster readonly off: which tenants? Give names or -l SEL (-l '*' is all)\n"
		  "  -> muster readonly off --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_says_what_came_of_it),
		cmocka_unit_test(half_a_command_is_not_sent),
	};

	return cmocka_run_group_tests_name("cmd_readonly", tests, NULL, NULL);
}
