#include "ran.h"

/* clang-format off */
#define TENANT \
	"{\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\"," \
	"\"version\":\"7\",\"mode\":\"rw\",\"hold\":null,\"labels\":{}}"

/* clang-format on */

static void tenants_are_found_added_and_shown(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant discover --server db1 --like 'client\\_%' --name 'eu-{schema}' -L a=b",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/servers/db1/discover {\"like\":\"client\\\\_%\",\"name\":\"eu-{schema}\",\"labels\":{\"a\":\"b\"},\"dry_run\":false,\"accept\":false}\n",
		  "2 tenants added: a, b (1 as before)\n",
		  NULL, 0 },
		{ "tenant discover --server db1 --dry-run -o name",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/servers/db1/discover {\"like\":null,\"name\":null,\"labels\":{},\"dry_run\":true,\"accept\":false}\n",
		  "a\n"
		  "b\n",
		  NULL, 0 },
		{ "tenant discover --like x",
		  { NULL },
		  "",
		  "",
		  "muster tenant discover: say on which server: --server S\n"
		  "  -> muster tenant discover --help\n", 64 },
		{ "tenant add acme --server db1 --schema s -L a=b -o name",
		  { RAN_OK TENANT },
		  "POST /v1/tenants {\"line\":0,\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"labels\":{\"a\":\"b\"}}\n",
		  "acme\n",
		  NULL, 0 },
		{ "tenant add acme --server db1",
		  { NULL },
		  "",
		  "",
		  "muster tenant add: say where the database is: --server S --schema DB\n"
		  "  -> muster tenant add --help\n", 64 },
		{ "tenant list 'a*' b -l region=eu -o name",
		  { RAN_OK "{\"items\":[" TENANT "],\"next\":null}" },
		  "GET /v1/tenants?selector=a%2A%2Cb%2Cregion%3Deu&limit=1000\n",
		  "acme\n",
		  NULL, 0 },
		{ "tenant show acme",
		  { RAN_OK TENANT },
		  "GET /v1/tenants/acme\n",
		  "name      acme\n"
		  "server    db1\n"
		  "schema    s\n"
		  "version   7\n"
		  "mode      rw\n"
		  "size      0 B\n"
		  "revision  0\n",
		  NULL, 0 },
		{ "tenant show acme",
		  { RAN_OK "{\"name\":\"acme\",\"server\":\"db1\",\"schema\":\"s\",\"drifted\":[\"view v: new\",\"table t: gone\"],\"labels\":{}}" },
		  "GET /v1/tenants/acme\n",
		  "name      acme\n"
		  "server    db1\n"
		  "schema    s\n"
		  "size      0 B\n"
		  "revision  0\n"
		  "  differs: view v: new\n"
		  "  differs: table t: gone\n",
		  NULL, 0 },
		{ "tenant set acme label.a=b -o name",
		  { RAN_OK TENANT },
		  "PATCH /v1/tenants/acme {\"set\":[\"label.a=b\"],\"revision\":0,\"reason\":null}\n",
		  "acme\n",
		  NULL, 0 },
		{ "tenant set 'a=b' window=- -o name",
		  { RAN_OK TENANT },
		  "PATCH /v1/tenants/a%3Db {\"set\":[\"window=-\"],\"revision\":0,\"reason\":null}\n",
		  "acme\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_change_names_its_tenants_or_a_selector(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant hold acme beta --reason audit",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/tenants/hold {\"selector\":\"acme,beta\",\"reason\":\"audit\",\"labels\":{},\"set\":[]}\n",
		  "2 tenants held: a, b (1 as before)\n",
		  NULL, 0 },
		{ "tenant set acme beta window='Sun 02:00-05:00 UTC' --reason why",
		  { RAN_OK "{\"changed\":2,\"unchanged\":0,\"tenants\":[\"acme\",\"beta\"],\"problems\":[]}" },
		  "POST /v1/tenants/set {\"selector\":\"acme,beta\",\"reason\":\"why\",\"labels\":{},\"set\":[\"window=Sun 02:00-05:00 UTC\"]}\n",
		  "2 tenants set: acme, beta\n",
		  NULL, 0 },
		{ "tenant set -l region=eu freeze=-",
		  { RAN_OK "{\"changed\":1,\"unchanged\":0,\"tenants\":[\"a\"],\"problems\":[]}" },
		  "POST /v1/tenants/set {\"selector\":\"region=eu\",\"reason\":null,\"labels\":{},\"set\":[\"freeze=-\"]}\n",
		  "1 tenant set: a\n",
		  NULL, 0 },
		{ "tenant set acme beta window=- --revision 3",
		  { NULL },
		  "",
		  "",
		  "muster tenant set: --revision is of one tenant\n"
		  "  -> muster tenant set --help\n", 64 },
		{ "tenant set acme beta",
		  { NULL },
		  "",
		  "",
		  "muster tenant set: there is nothing to set: key=value\n"
		  "  -> muster tenant set --help\n", 64 },
		{ "tenant hold -l region=eu --reason audit",
		  { RAN_OK "{\"changed\":1,\"unchanged\":0,\"tenants\":[\"a\"],\"problems\":[]}" },
		  "POST /v1/tenants/hold {\"selector\":\"region=eu\",\"reason\":\"audit\",\"labels\":{},\"set\":[]}\n",
		  "1 tenant held: a\n",
		  NULL, 0 },
		{ "tenant hold --reason audit",
		  { NULL },
		  "",
		  "",
		  "muster tenant hold: which tenants? Give names or -l SEL (-l '*' is all)\n"
		  "  -> muster tenant hold --help\n", 64 },
		{ "tenant hold acme",
		  { NULL },
		  "",
		  "",
		  "muster tenant hold: say why, the next one will wonder: --reason TEXT\n"
		  "  -> muster tenant hold --help\n", 64 },
		{ "tenant release -l '*'",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/tenants/release {\"selector\":\"*\",\"reason\":null,\"labels\":{},\"set\":[]}\n",
		  "2 tenants released: a, b (1 as before)\n",
		  NULL, 0 },
		{ "tenant label acme beta tier=gold old= -L x=y",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/tenants/label {\"selector\":\"acme,beta\",\"reason\":null,\"labels\":{\"tier\":\"gold\",\"old\":\"\",\"x\":\"y\"},\"set\":[]}\n",
		  "2 tenants labelled: a, b (1 as before)\n",
		  NULL, 0 },
		{ "tenant label acme",
		  { NULL },
		  "",
		  "",
		  "muster tenant label: which label? Give k=v (k= removes it)\n"
		  "  -> muster tenant label --help\n", 64 },
		{ "tenant label acme a=b beta",
		  { NULL },
		  "",
		  "",
		  "muster tenant label: \"beta\" stands behind the labels and is none\n"
		  "  -> muster tenant label --help\n", 64 },
		{ "tenant remove acme --reason moved",
		  { RAN_OK "{\"changed\":1,\"unchanged\":0,\"tenants\":[\"acme\"],\"problems\":[]}" },
		  "POST /v1/tenants/remove {\"selector\":\"acme\",\"reason\":\"moved\",\"labels\":{},\"set\":[]}\n",
		  "1 tenant removed from the inventory, their databases untouched: acme\n",
		  NULL, 0 },
		{ "tenant baseline acme --release app --at 0007 --reason old",
		  { RAN_OK "{\"changed\":2,\"unchanged\":1,\"tenants\":[\"a\",\"b\"],\"problems\":[]}" },
		  "POST /v1/tenants/baseline {\"selector\":\"acme\",\"release\":\"app\",\"version\":\"0007\",\"reason\":\"old\"}\n",
		  "2 tenants recorded: a, b (1 as before)\n",
		  NULL, 0 },
		{ "tenant baseline acme --release app",
		  { NULL },
		  "",
		  "",
		  "muster tenant baseline: say what they already have: --release R --at V\n"
		  "  -> muster tenant baseline --help\n", 64 },
		{ "tenant baseline --release app --at 7",
		  { NULL },
		  "",
		  "",
		  "muster tenant baseline: which tenants? Give names or -l SEL (-l '*' is all)\n"
		  "  -> muster tenant baseline --help\n", 64 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void problems_of_single_tenants_change_nothing(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "tenant baseline -l '*' --release app --at 7",
		  { RAN_OK "{\"changed\":0,\"unchanged\":1,\"tenants\":[],\"problems\":[{\"line\":0,\"column\":0,\"message\":\"acme has another history\"}]}" },
		  "POST /v1/tenants/baseline {\"selector\":\"*\",\"release\":\"app\",\"version\":\"7\",\"reason\":null}\n",
		  "",
		  "muster: acme has another history\n"
		  "muster: nothing was changed\n"
		  "  -> muster tenant list\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tenants_are_found_added_and_shown),
		cmocka_unit_test(a_change_names_its_tenants_or_a_selector),
		cmocka_unit_test(problems_of_single_tenants_change_nothing),
	};

	return cmocka_run_group_tests_name("cmd_tenant", tests, NULL, NULL);
}
