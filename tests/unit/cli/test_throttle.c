#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "throttle.h"

/* clang-format off */
#define OVER \
	"{\"name\":\"threads_running\",\"value\":61,\"soft\":16,\"hard\":32,\"critical\":100," \
	"\"age_s\":0.12,\"unit\":\"\",\"state\":\"hard\",\"consequence\":\"nothing starts\"}"
#define DISK \
	"{\"name\":\"disk_free\",\"value\":11.25,\"soft\":10,\"hard\":5,\"critical\":2," \
	"\"age_s\":0.12,\"unit\":\"%\",\"state\":\"ok\"}"
#define RATE \
	"{\"name\":\"connect_rate\",\"value\":0.8,\"soft\":500,\"hard\":2000,\"critical\":null," \
	"\"age_s\":75,\"unit\":\"1/s\",\"state\":\"ok\"}"
#define STOPPED \
	"{\"name\":\"lag\",\"value\":null,\"infinite\":true,\"soft\":3,\"hard\":10,\"critical\":null," \
	"\"age_s\":0.5,\"unit\":\"s\",\"state\":\"hard\",\"consequence\":\"nothing starts\"," \
	"\"exempt_until\":\"2026-11-22T04:00:00Z\",\"exempt_reason\":\"rebuilt\"}"
#define SILENT \
	"{\"name\":\"sql:jobs\",\"value\":null,\"soft\":null,\"hard\":50,\"critical\":null," \
	"\"age_s\":null,\"unit\":\"\",\"state\":\"silent\",\"consequence\":\"nothing starts\"," \
	"\"problem\":\"two rows\",\"source\":\"select 1\"}"
#define UNLIMITED \
	"{\"name\":\"http:jobs\",\"value\":null,\"soft\":null,\"hard\":null,\"critical\":null," \
	"\"age_s\":null,\"unit\":\"\",\"state\":\"silent\",\"consequence\":null," \
	"\"problem\":\"refused\",\"source\":\"http://localhost/\"}"
#define DB1 \
	"{\"server\":\"db1\",\"state\":\"paused\",\"reason\":\"threads_running 61 > 32 (hard)\"," \
	"\"since\":\"2026-11-22T03:12:07Z\",\"slots\":{\"now\":0,\"max\":4}," \
	"\"signals\":[" DISK "," STOPPED "," RATE "," OVER "]," \
	"\"paused_s\":751.2,\"paused\":[{\"reason\":\"threads_running\",\"paused_s\":560.0}," \
	"{\"reason\":\"lag\",\"paused_s\":191.2}],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":100}"
#define DB2 \
	"{\"server\":\"db2\",\"state\":\"go\",\"reason\":null,\"since\":\"2026-11-22T03:00:00Z\"," \
	"\"slots\":{\"now\":4,\"max\":4},\"signals\":[" RATE "," DISK "]," \
	"\"paused_s\":0.0,\"paused\":[],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":1000}"
#define DB5 \
	"{\"server\":\"db5\",\"state\":\"go\",\"reason\":null,\"since\":\"2026-11-22T03:00:00Z\"," \
	"\"slots\":{\"now\":4,\"max\":4},\"signals\":[" DISK "," UNLIMITED "]," \
	"\"paused_s\":0.0,\"paused\":[],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":1000}"
#define DB3 \
	"{\"server\":\"db3\",\"state\":\"paused\",\"reason\":\"held by op until 04:00: backup\"," \
	"\"since\":\"2026-11-22T03:30:00Z\",\"slots\":{\"now\":0,\"max\":2},\"signals\":[]," \
	"\"paused_s\":61.0,\"paused\":[{\"reason\":\"hold\",\"paused_s\":61.0}]," \
	"\"hold\":{\"by\":\"op\",\"reason\":\"backup\",\"until\":\"2026-11-22T04:00:00Z\"}," \
	"\"ratio\":0.5,\"ratio_until\":\"2026-11-22T05:00:00Z\",\"running\":0,\"sampled\":false,\"period_ms\":1000}"
#define DB4 \
	"{\"server\":\"db4\",\"state\":\"paused\",\"reason\":\"signal sql:jobs silent\"," \
	"\"since\":\"2026-11-22T03:30:00Z\",\"slots\":{\"now\":0,\"max\":2}," \
	"\"signals\":[" OVER "," SILENT "]," \
	"\"paused_s\":0.0,\"paused\":[],\"hold\":null,\"ratio\":1.0,\"running\":2,\"sampled\":true,\"period_ms\":1000}"

/* clang-format on */

static void decode(struct wire_list *list, const char *text)
{
	struct err err = { 0 };

	wire_list_release(&wire_throttle_type, list);
	if (wire_decode_list(&wire_throttle_type, list, text, strlen(text), &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void numbers_are_short_and_say_what_is_not_there(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{ 61, "61" },
		{ 0.25, "0.25" },
		{ 12.345, "12.3" },
		{ 1234567, "1.23M" },
		{ 9999, "9999" },
		{ 20000, "20k" },
		{ 5e6, "5M" },
		{ 123.456, "123" },
		{ 0, "0" },
		{ (double)NAN, "-" },
		{ (double)INFINITY, "infinite" },
		{ -3, "-3" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		throttle_number(out, rows[i].value);
		assert_string_equal(out->str, rows[i].text);
	}
}

static void values_have_their_unit(void **state)
{
	static const char *const texts[] = { "11.2%", "infinite", "0.8/s", "61" };
	static const char *const limits[] = { "10/5/2", "3/10/-", "500/2000/-", "16/32/100" };
	struct wire_list list = { 0 };
	const struct wire_throttle *throttle;
	const struct wire_signal *signals;

	(void)state;
	decode(&list, "[" DB1 "]");
	throttle = list.items;
	signals = throttle->signals.items;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		throttle_value(out, &signals[i]);
		assert_string_equal(out->str, texts[i]);
		g_string_truncate(out, 0);
		throttle_limits(out, &signals[i]);
		assert_string_equal(out->str, limits[i]);
	}
	wire_list_release(&wire_throttle_type, &list);
}

/* Level first, an exempt one counts as good, then how near the value is to its limit. */
static void the_worst_signal_is_the_one_that_matters(void **state)
{
	static const struct {
		const char *list;
		const char *worst;
	} rows[] = {
		{ "[" DB1 "]", "threads_running" }, { "[" DB2 "]", "disk_free" },
		{ "[" DB4 "]", "sql:jobs" },        { "[" DB3 "]", NULL },
		{ "[" DB5 "]", "disk_free" },
	};
	struct wire_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct wire_signal *worst;

		decode(&list, rows[i].list);
		worst = throttle_worst(list.items);
		if (rows[i].worst == NULL) {
			assert_null(worst);
		} else {
			assert_string_equal(worst->name, rows[i].worst);
		}
	}
	wire_list_release(&wire_throttle_type, &list);
}

static void a_server_is_explained(void **state)
{
	/* clang-format off */
	static const struct { const char *list; const char *text; } rows[] = {
		{ "[" DB1 "]",
		  "db1  paused: threads_running 61 > 32 (hard)\n"
		  "  slots 0 of 4, 2 in use, since 2026-11-22 03:12:07, looked at every 100 ms\n"
		  "  paused 12m 31s in all: threads_running 9m 20s, lag 3m 11s\n"
		  "  SIGNAL              VALUE  SOFT  HARD  CRITICAL     AGE  STATE  CONSEQUENCE\n"
		  "  disk_free           11.2%    10     5         2    0.1s  ok\n"
		  "  lag              infinite     3    10         -    0.5s  hard   passed over until 2026-11-22 04:00:00: rebuilt\n"
		  "  connect_rate        0.8/s   500  2000         -  1m 15s  ok\n"
		  "  threads_running        61    16    32       100    0.1s  hard   nothing starts\n"
		  "  -> muster throttle exempt db1 threads_running --for 10m --reason WHY\n" },
		{ "[" DB2 "]",
		  "db2  go\n"
		  "  slots 4 of 4, 2 in use, since 2026-11-22 03:00:00, looked at every 1000 ms\n"
		  "  SIGNAL        VALUE  SOFT  HARD  CRITICAL     AGE  STATE  CONSEQUENCE\n"
		  "  connect_rate  0.8/s   500  2000         -  1m 15s  ok\n"
		  "  disk_free     11.2%    10     5         2    0.1s  ok\n" },
		{ "[" DB3 "]",
		  "db3  paused: held by op until 04:00: backup\n"
		  "  slots 0 of 2, 0 in use, since 2026-11-22 03:30:00\n"
		  "  held by op until 2026-11-22 04:00:00: backup\n"
		  "  only 50% of its slots may be used until 2026-11-22 05:00:00\n"
		  "  paused 1m 01s in all: hold 1m 01s\n"
		  "  nobody looks at it now\n"
		  "  -> muster throttle release db3\n" },
		{ "[" DB4 "]",
		  "db4  paused: signal sql:jobs silent\n"
		  "  slots 0 of 2, 2 in use, since 2026-11-22 03:30:00, looked at every 1000 ms\n"
		  "  SIGNAL           VALUE  SOFT  HARD  CRITICAL   AGE  STATE   CONSEQUENCE\n"
		  "  threads_running     61    16    32       100  0.1s  hard    nothing starts\n"
		  "  sql:jobs             -     -    50         -     -  silent  nothing starts: two rows\n"
		  "  -> muster throttle exempt db4 sql:jobs --for 10m --reason WHY\n" },
	};
	/* clang-format on */
	static const struct style plain = { .output = RENDER_TABLE };
	struct wire_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		decode(&list, rows[i].list);
		throttle_block(out, list.items, &plain);
		assert_string_equal(out->str, rows[i].text);
	}
	wire_list_release(&wire_throttle_type, &list);
}

static void csv_has_a_line_for_each_signal(void **state)
{
	struct wire_list list = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	decode(&list, "[" DB4 "," DB3 "]");
	throttle_csv(out, &list);
	assert_string_equal(
		out->str,
		"server,state,reason,since,slots_now,slots_max,paused_s,signal,value,unit,soft,"
		"hard,critical,age_s,signal_state,consequence,problem,exempt_until\r\n"
		"db4,paused,signal sql:jobs silent,2026-11-22T03:30:00Z,0,2,0,threads_running,61,,"
		"16,32,100,0.12,hard,nothing starts,,\r\n"
		"db4,paused,signal sql:jobs silent,2026-11-22T03:30:00Z,0,2,0,sql:jobs,,,,50,,,"
		"silent,nothing starts,two rows,\r\n"
		"db3,paused,held by op until 04:00: backup,2026-11-22T03:30:00Z,0,2,61,,,,,,,,,,,"
		"\r\n");
	wire_list_release(&wire_throttle_type, &list);
}

/* Those that do not go come first; the rest is counted. */
static void a_picture_has_the_servers_that_do_not_go(void **state)
{
	static const struct style plain = { .output = RENDER_TABLE, .width = 60 };
	static const struct style color = { .output = RENDER_TABLE, .color = true };
	struct wire_list list = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	decode(&list, "[" DB2 "," DB1 "," DB3 "]");
	throttle_lines(out, list.items, list.nr, 2, &plain);
	assert_string_equal(out->str, "  db1 paused, 0/4 slots: threads_running 61 > 32 (hard)\n"
				      "  db3 paused, 0/2 slots: held by op until 04:00: backup\n"
				      "  and 1 more servers\n"
				      "    -> muster throttle show\n");
	g_string_truncate(out, 0);
	throttle_lines(out, list.items, 1, 2, &color);
	assert_string_equal(out->str, "  db2 go, 4/4 slots: disk_free 11.2%\n");
	g_string_truncate(out, 0);
	throttle_lines(out, NULL, 0, 2, &color);
	assert_string_equal(out->str, "");
	throttle_line(out, (const struct wire_throttle *)list.items + 2, &color);
	assert_string_equal(out->str, "\033[33m  db3 paused, 0/2 slots: held by op until 04:00: "
				      "backup\033[0m\n");
	wire_list_release(&wire_throttle_type, &list);
}

static void each_change_is_told_once(void **state)
{
	static const struct {
		const char *list;
		const char *lines;
	} rows[] = {
		{ "[" DB2 "]", "" },
		{ "[" DB1 "," DB2 "]",
		  "03:12:07 db1 throttle paused 0/4: threads_running 61 > 32 (hard)\n" },
		{ "[" DB1 "," DB2 "]", "" },
		{ "[" DB2 "," DB3 "]",
		  "03:30:00 db3 throttle paused 0/2: held by op until 04:00: backup\n" },
		{ "[{\"server\":\"db1\",\"state\":\"go\",\"since\":\"2026-11-22T03:13:00Z\","
		  "\"slots\":{\"now\":1,\"max\":4}}]",
		  "03:13:00 db1 throttle go 1/4\n" },
		{ "[{\"server\":\"db1\",\"state\":\"go\",\"since\":\"2026-11-22T03:13:00Z\"}]",
		  "" },
	};

	GHashTable *told = throttle_told_new();
	struct wire_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);

		decode(&list, rows[i].list);
		throttle_changes(out, told, &list);
		assert_string_equal(out->str, rows[i].lines);
	}
	wire_list_release(&wire_throttle_type, &list);
	g_hash_table_unref(told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_short_and_say_what_is_not_there),
		cmocka_unit_test(values_have_their_unit),
		cmocka_unit_test(the_worst_signal_is_the_one_that_matters),
		cmocka_unit_test(a_server_is_explained),
		cmocka_unit_test(csv_has_a_line_for_each_signal),
		cmocka_unit_test(a_picture_has_the_servers_that_do_not_go),
		cmocka_unit_test(each_change_is_told_once),
	};

	(void)g_setenv("TZ", "UTC", TRUE);
	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
