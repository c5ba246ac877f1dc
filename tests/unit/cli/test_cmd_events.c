#include "ran.h"

static void the_newest_events_are_listed(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "events",
		  { RAN_OK "{\"items\":[{\"id\":8,\"at\":\"2026-11-21T02:04:05.000Z\",\"uid\":0,\"actor\":\"anna\",\"kind\":\"rollout\",\"object\":\"r1\",\"state\":\"paused\",\"text\":\"lunch\",\"output\":null},{\"id\":9,\"at\":\"2026-11-21T02:04:05.000Z\",\"uid\":0,\"actor\":\"anna\",\"kind\":\"rollout\",\"object\":\"r1\",\"state\":\"paused\",\"text\":\"lunch\",\"output\":null}],\"last\":9}" },
		  "GET /v1/events?since=-100&limit=1000\n",
		  "TIME                 ACTOR  EVENT    OBJECT  STATE   WHY\n"
		  "2026-11-21 02:04:05  anna   rollout  r1      paused  lunch\n"
		  "2026-11-21 02:04:05  anna   rollout  r1      paused  lunch\n",
		  NULL, 0 },
		{ "events --rollout \"r 1\" -o jsonl",
		  { RAN_OK "{\"items\":[{\"id\":8,\"at\":\"2026-11-21T02:04:05.000Z\",\"uid\":0,\"actor\":\"anna\",\"kind\":\"rollout\",\"object\":\"r1\",\"state\":\"paused\",\"text\":\"lunch\",\"output\":null}],\"last\":8}" },
		  "GET /v1/events?since=0&limit=1000&rollout=r%201\n",
		  "{\"id\":8,\"at\":\"2026-11-21T02:04:05.000Z\",\"uid\":0,\"actor\":\"anna\",\"kind\":\"rollout\",\"object\":\"r1\",\"state\":\"paused\",\"text\":\"lunch\",\"output\":null}\n",
		  NULL, 0 },
		{ "events --since 5 -o csv",
		  { RAN_OK "{\"items\":[],\"last\":5}" },
		  "GET /v1/events?since=5&limit=1000\n",
		  "at,actor,kind,object,state,text,id,uid,output\r\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_events_are_listed),
	};

	(void)g_setenv("TZ", "UTC", TRUE);
	return cmocka_run_group_tests_name("cmd_events", tests, NULL, NULL);
}
