#include "ran.h"

/* clang-format off */
#define DB1 \
	"{\"server\":\"db1\",\"state\":\"paused\",\"reason\":\"threads_running 61 > 32 (hard) since 03:12:07\"," \
	"\"since\":\"2026-11-22T03:12:07Z\",\"slots\":{\"now\":0,\"max\":4}," \
	"\"signals\":[{\"name\":\"threads_running\",\"value\":61,\"soft\":16,\"hard\":32," \
	"\"critical\":100,\"age_s\":0.12,\"unit\":\"\",\"state\":\"hard\"," \
	"\"consequence\":\"nothing starts\"}]," \
	"\"paused_s\":751.2,\"paused\":[],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":100}"
#define DB2 \
	"{\"server\":\"db2\",\"state\":\"go\",\"reason\":null,\"since\":\"2026-11-22T03:00:00Z\"," \
	"\"slots\":{\"now\":4,\"max\":4},\"signals\":[]," \
	"\"paused_s\":0.0,\"paused\":[],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":1000}"
#define BLOCK2 \
	"db2  go\n" \
	"  slots 4 of 4, 2 in use, since 2026-11-22 03:00:00, looked at every 1000 ms\n" \
	"  no signal was read yet\n"
#define BAD "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"

/* clang-format on */

static void servers_are_shown(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "throttle show",
		  { RAN_OK "[" DB1 "," DB2 "]" },
		  "GET /v1/throttle\n",
		  "SERVER  STATE   SLOTS  SIGNAL           VALUE     LIMITS   AGE  SINCE                 PAUSED  REASON\n"
		  "db1     paused    0/4  threads_running     61  16/32/100  0.1s  2026-11-22 03:12:07  12m 31s  threads_running 61 > 32 (hard) since 03:12:07\n"
		  "db2     go        4/4                                           2026-11-22 03:00:00       0s\n",
		  NULL, 0 },
		{ "throttle show db2",
		  { RAN_OK "[" DB2 "]" }, "GET /v1/throttle/db2\n", BLOCK2, NULL, 0 },
		{ "throttle show --server db2",
		  { RAN_OK "[" DB2 "]" }, "GET /v1/throttle/db2\n", BLOCK2, NULL, 0 },
		{ "throttle show db2 --server db2 -o json",
		  { RAN_OK "[" DB2 "]" }, "GET /v1/throttle/db2\n", "[" DB2 "]\n", NULL, 0 },
		{ "throttle show -o name",
		  { RAN_OK "[" DB1 "," DB2 "]" }, "GET /v1/throttle\n", "db1\ndb2\n", NULL, 0 },
		{ "throttle show -o wide",
		  { RAN_OK "[" DB2 "," DB2 "]" }, "GET /v1/throttle\n", BLOCK2 "\n" BLOCK2, NULL, 0 },
		{ "throttle show -o csv",
		  { RAN_OK "[" DB2 "]" }, "GET /v1/throttle\n",
		  "server,state,reason,since,slots_now,slots_max,paused_s,signal,value,unit,soft,hard,critical,age_s,signal_state,consequence,problem,exempt_until\r\n"
		  "db2,go,,2026-11-22T03:00:00Z,4,4,0,,,,,,,,,,,\r\n", NULL, 0 },
		{ "throttle show",
		  { RAN_OK "[]" }, "GET /v1/throttle\n",
		  "SERVER  STATE  SLOTS  SIGNAL  VALUE  LIMITS  AGE  SINCE  PAUSED  REASON\n",
		  "no server yet\n  -> muster server add --help\n", 0 },
		{ "throttle show db1 --server db2",
		  { NULL }, "", "",
		  "muster throttle show: name the server once, as a word or with --server\n"
		  "  -> muster throttle show --help\n", 64 },
		{ "throttle show db9",
		  { "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
		    "{\"code\":\"not_found\",\"message\":\"no server is named db9\",\"hint\":\"muster server list\"}" },
		  "GET /v1/throttle/db9\n", "",
		  "muster: no server is named db9\n  -> muster server list\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void limits_are_set(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "throttle set db1 threads_running soft=20 hard=50 critical=- --reason why -o name",
		  { RAN_OK "[" DB1 "]" },
		  "PATCH /v1/throttle/db1 {\"signal\":\"threads_running\",\"set\":[\"soft=20\",\"hard=50\",\"critical=-\"],\"reason\":\"why\"}\n",
		  "db1\n", NULL, 0 },
		{ "throttle set lag hard=5 -o name",
		  { RAN_OK "[" DB1 "," DB2 "]" },
		  "PATCH /v1/throttle {\"signal\":\"lag\",\"set\":[\"hard=5\"],\"reason\":null}\n",
		  "db1\ndb2\n", NULL, 0 },
		{ "throttle set lag hard=5 --server db2",
		  { RAN_OK "[" DB2 "]" },
		  "PATCH /v1/throttle/db2 {\"signal\":\"lag\",\"set\":[\"hard=5\"],\"reason\":null}\n",
		  BLOCK2, NULL, 0 },
		{ "throttle set sql:jobs 'query=select count(*) from j where a = 1' hard=5 -o name",
		  { RAN_OK "[]" },
		  "PATCH /v1/throttle {\"signal\":\"sql:jobs\",\"set\":[\"query=select count(*) from j where a = 1\",\"hard=5\"],\"reason\":null}\n",
		  "", NULL, 0 },
		{ "throttle set db1 --ratio 0.5 --for 30m -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/db1/ratio {\"signal\":null,\"ratio\":0.5,\"for_ms\":1800000,\"reason\":null}\n",
		  "db1\n", NULL, 0 },
		{ "throttle set --ratio 1 -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/ratio {\"signal\":null,\"ratio\":1.0,\"for_ms\":0,\"reason\":null}\n",
		  "db1\n", NULL, 0 },
		{ "throttle set db1 moon hard=5",
		  { BAD "{\"code\":\"invalid\",\"message\":\"there is no signal moon; known: lag\",\"hint\":\"muster throttle show db1\"}" },
		  NULL, "",
		  "muster: there is no signal moon; known: lag\n  -> muster throttle show db1\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void humans_hold_release_and_exempt(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "throttle hold db1 --for 30m --reason backup -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/db1/hold {\"signal\":null,\"ratio\":0.0,\"for_ms\":1800000,\"reason\":\"backup\"}\n",
		  "db1\n", NULL, 0 },
		{ "throttle hold --for 30m --reason backup -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/hold {\"signal\":null,\"ratio\":0.0,\"for_ms\":1800000,\"reason\":\"backup\"}\n",
		  "db1\n", NULL, 0 },
		{ "throttle release db1 -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/db1/release {\"signal\":null,\"ratio\":0.0,\"for_ms\":0,\"reason\":null}\n",
		  "db1\n", NULL, 0 },
		{ "throttle exempt db1 lag --for 10m --reason 'is rebuilt' -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/db1/exempt {\"signal\":\"lag\",\"ratio\":0.0,\"for_ms\":600000,\"reason\":\"is rebuilt\"}\n",
		  "db1\n", NULL, 0 },
		{ "throttle exempt lag --for 10m --reason r -o name",
		  { RAN_OK "[" DB1 "]" },
		  "POST /v1/throttle/exempt {\"signal\":\"lag\",\"ratio\":0.0,\"for_ms\":600000,\"reason\":\"r\"}\n",
		  "db1\n", NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void labels_have_limits(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "throttle label",
		  { RAN_OK "[{\"label\":\"tier=gold\",\"running\":2,\"now\":1}]" },
		  "GET /v1/limits\n",
		  "LABEL      AT A TIME  NOW\n"
		  "tier=gold          2    1\n", NULL, 0 },
		{ "throttle label tier=gold 2 --reason why -o csv",
		  { RAN_OK "[{\"label\":\"tier=gold\",\"running\":2,\"now\":1}]" },
		  "PATCH /v1/limits {\"label\":\"tier=gold\",\"running\":2,\"reason\":\"why\"}\n",
		  "label,running,now\r\ntier=gold,2,1\r\n", NULL, 0 },
		{ "throttle label tier=gold - -o json",
		  { RAN_OK "[]" },
		  "PATCH /v1/limits {\"label\":\"tier=gold\",\"running\":-1,\"reason\":null}\n",
		  "[]\n", NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

/* Nothing is asked of the daemon, and one sentence says what is missing. */
static void what_cannot_be_meant_is_refused(void **state)
{
	/* clang-format off */
	static const struct { const char *line; const char *command; const char *sentence; } rows[] = {
		{ "throttle hold db1 --reason r", "hold", "say for how long: --for 30m" },
		{ "throttle hold db1 --for 30m", "hold", "say why: --reason TEXT" },
		{ "throttle hold db1 --for 30m --reason ''", "hold", "say why: --reason TEXT" },
		{ "throttle hold db1 --for soon --reason r", "hold",
		  "--for: \"soon\" is not a duration such as 90s, 15m or 2h" },
		{ "throttle exempt lag --reason r", "exempt", "say for how long: --for 30m" },
		{ "throttle exempt --for 1m --reason r", "exempt", "[SERVER] SIGNAL is missing" },
		{ "throttle set", "set", "say which signal: threads_running, lag, sql:NAME, …" },
		{ "throttle set hard=5", "set", "say which signal: threads_running, lag, sql:NAME, …" },
		{ "throttle set db1", "set", "there is nothing to set: soft=N, hard=N, critical=N" },
		{ "throttle set db1 lag", "set", "there is nothing to set: soft=N, hard=N, critical=N" },
		{ "throttle set db1 lag fast hard=5", "set", "\"fast\" is one word too many" },
		{ "throttle set db1 lag hard=5 fast", "set", "\"fast\" is not of the form key=value" },
		{ "throttle set db1 lag hard=5 --server db2", "set",
		  "name the server once, as a word or with --server" },
		{ "throttle set db1 --ratio 1.5 --for 1m", "set",
		  "--ratio: \"1.5\" is not a number above 0 and up to 1" },
		{ "throttle label gold 2", "label", "\"gold\" is not a label such as region=eu" },
		{ "throttle label tier=gold", "label", "say how many at once, or \"-\" for no limit" },
		{ "throttle label tier=gold few", "label", "\"few\" is not a number from 0" },
		{ "throttle set db1 --ratio 0 --for 1m", "set",
		  "--ratio: \"0\" is not a number above 0 and up to 1" },
		{ "throttle set db1 --ratio half --for 1m", "set",
		  "--ratio: \"half\" is not a number above 0 and up to 1" },
		{ "throttle set db1 --ratio nan --for 1m", "set",
		  "--ratio: \"nan\" is not a number above 0 and up to 1" },
		{ "throttle set db1 --ratio 0.5", "set", "say for how long: --for 30m" },
		{ "throttle set db1 lag --ratio 0.5 --for 1m", "set", "\"lag\" is one word too many" },
		{ "throttle set db1 hard=5 --ratio 0.5 --for 1m", "set",
		  "--ratio goes without a signal" },
	};

	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *want =
			g_strdup_printf("muster throttle %s: %s\n  -> muster throttle %s --help\n",
					rows[i].command, rows[i].sentence, rows[i].command);
		const struct ran_row row = { rows[i].line, { NULL }, "", "", want, 64 };

		ran_table(&row, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_shown),
		cmocka_unit_test(limits_are_set),
		cmocka_unit_test(humans_hold_release_and_exempt),
		cmocka_unit_test(labels_have_limits),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
	};

	(void)g_setenv("TZ", "UTC", TRUE);
	return cmocka_run_group_tests_name("cmd_throttle", tests, NULL, NULL);
}
