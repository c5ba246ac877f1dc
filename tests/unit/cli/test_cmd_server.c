#include "ran.h"

/* clang-format off */
#define SERVER \
	"{\"name\":\"db1\",\"address\":\"h:1\",\"flavor\":\"mariadb\"," \
	"\"version\":\"10.11\",\"state\":\"up\",\"max_running\":4,\"tenants\":3," \
	"\"revision\":2,\"labels\":{\"region\":\"eu\"}}"

/* clang-format on */

static void a_server_is_added_with_what_was_said(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "server add db1 --host h --port 1 --defaults-file /f --max-running 4 --replica-of db0 -L region=eu -o json",
		  { RAN_OK SERVER },
		  "POST /v1/servers {\"name\":\"db1\",\"host\":\"h\",\"port\":1,\"socket\":null,\"defaults_file\":\"/f\",\"max_running\":4,\"replica_of\":\"db0\",\"labels\":{\"region\":\"eu\"}}\n",
		  SERVER "\n",
		  NULL, 0 },
		{ "server add db1 --socket /s",
		  { RAN_OK SERVER },
		  "POST /v1/servers {\"name\":\"db1\",\"host\":null,\"port\":0,\"socket\":\"/s\",\"defaults_file\":null,\"max_running\":0,\"replica_of\":null,\"labels\":{}}\n",
		  "name           db1\n"
		  "address        h:1\n"
		  "flavor         mariadb\n"
		  "version        10.11\n"
		  "state          up\n"
		  "tenants        3\n"
		  "at a time      4\n"
		  "labels         region=eu\n"
		  "revision       2\n",
		  NULL, 0 },
		{ "server add db1 --host h -L region",
		  { NULL },
		  "",
		  "",
		  "muster server add: -L: \"region\" is not a label such as region=eu\n"
		  "  -> muster server add --help\n", 64 },
		{ "server add db1 --host h --socket /s",
		  { NULL },
		  "",
		  "",
		  "muster server add: give either --host H or --socket S\n"
		  "  -> muster server add --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void servers_are_listed_shown_set_and_removed(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "server list",
		  { RAN_OK "[" SERVER "]" },
		  "GET /v1/servers\n",
		  "NAME  ADDRESS  FLAVOR   VERSION  STATE  TENANTS  AT A TIME  REASON\n"
		  "db1   h:1      mariadb  10.11    up           3          4\n",
		  NULL, 0 },
		{ "server list",
		  { RAN_OK "[]" },
		  "GET /v1/servers\n",
		  "NAME  ADDRESS  FLAVOR  VERSION  STATE  TENANTS  AT A TIME  REASON\n",
		  "no server yet\n"
		  "  -> muster server add --help\n", 0 },
		{ "server list -o json",
		  { RAN_OK "[]" },
		  "GET /v1/servers\n",
		  "[]\n",
		  NULL, 0 },
		{ "server show db1",
		  { RAN_OK SERVER },
		  "GET /v1/servers/db1\n",
		  "name           db1\n"
		  "address        h:1\n"
		  "flavor         mariadb\n"
		  "version        10.11\n"
		  "state          up\n"
		  "tenants        3\n"
		  "at a time      4\n"
		  "labels         region=eu\n"
		  "revision       2\n",
		  NULL, 0 },
		{ "server set db1 max-running=8 label.a=b -L c=d --reason why --revision 2 -o name",
		  { RAN_OK SERVER },
		  "PATCH /v1/servers/db1 {\"set\":[\"max_running=8\",\"label.a=b\",\"label.c=d\"],\"revision\":2,\"reason\":\"why\"}\n",
		  "db1\n",
		  NULL, 0 },
		{ "server set db1 max-running=8 --revision 1",
		  { RAN_REFUSE "{\"code\":\"conflict\",\"message\":\"somebody changed db1\",\"hint\":\"muster server show db1\"}" },
		  "PATCH /v1/servers/db1 {\"set\":[\"max_running=8\"],\"revision\":1,\"reason\":null}\n",
		  "",
		  "muster: somebody changed db1\n"
		  "  -> muster server show db1\n", 7 },
		{ "server set db1 max-running=8",
		  { RAN_REFUSE "{\"code\":\"conflict\",\"message\":\"somebody changed db1\",\"hint\":\"muster server show db1\"}" },
		  "PATCH /v1/servers/db1 {\"set\":[\"max_running=8\"],\"revision\":0,\"reason\":null}\n",
		  "",
		  "muster: somebody changed db1\n"
		  "  -> muster server show db1\n", 65 },
		{ "server set db1",
		  { NULL },
		  "",
		  "",
		  "muster server set: there is nothing to set: key=value\n"
		  "  -> muster server set --help\n", 64 },
		{ "server remove db1",
		  { RAN_OK SERVER },
		  "DELETE /v1/servers/db1\n",
		  "server db1 is no longer known to muster; nothing on it was changed\n",
		  NULL, 0 },
		{ "server remove \"a b\" -o name",
		  { RAN_OK SERVER },
		  "DELETE /v1/servers/a%20b\n",
		  "db1\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_check_says_what_to_grant(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "server check db1",
		  { RAN_OK "{\"name\":\"db1\",\"version\":\"10.11\",\"account\":\"m@h\",\"missing\":[],\"grant\":null}" },
		  "POST /v1/servers/db1/check\n",
		  "name             db1\n"
		  "version          10.11\n"
		  "account          m@h\n"
		  "connections      0\n"
		  "max connections  0\n"
		  "read only        no\n",
		  NULL, 0 },
		{ "server check db1",
		  { RAN_OK "{\"name\":\"db1\",\"version\":\"10.11\",\"account\":\"m@h\",\"missing\":[\"PROCESS: to name who blocks a change\"],\"grant\":\"GRANT PROCESS ON *.* TO m@h;\"}" },
		  "POST /v1/servers/db1/check\n",
		  "name             db1\n"
		  "version          10.11\n"
		  "account          m@h\n"
		  "connections      0\n"
		  "max connections  0\n"
		  "read only        no\n"
		  "missing          PROCESS: to name who blocks a change\n"
		  "grant            GRANT PROCESS ON *.* TO m@h;\n",
		  "muster: privileges are missing (1); run this on the server as an administrator:\n"
		  "  -> GRANT PROCESS ON *.* TO m@h;\n", 1 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_added_with_what_was_said),
		cmocka_unit_test(servers_are_listed_shown_set_and_removed),
		cmocka_unit_test(a_check_says_what_to_grant),
	};

	return cmocka_run_group_tests_name("cmd_server", tests, NULL, NULL);
}
