#include "ran.h"

/* clang-format off */
#define ROLLOUT(state) \
	"{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\"," \
	"\"version\":\"7\",\"state\":\"" state "\",\"reason\":\"\",\"revision\":3," \
	"\"counts\":{\"total\":3,\"done\":1,\"running\":2},\"waves\":[{\"seq\":1,\"size\":3," \
	"\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1}," \
	"\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0," \
	"\"available_actions\":[\"pause\"]}"

/* Three of six had ended when the verb was said; the other two end before it is loaded. */
#define HALF(state, done) \
	"{\"id\":\"r1\",\"name\":\"r1\",\"release\":\"app\"," \
	"\"version\":\"7\",\"state\":\"" state "\",\"reason\":\"\",\"revision\":3," \
	"\"counts\":{\"total\":6,\"done\":" done ",\"skipped\":2},\"waves\":[]," \
	"\"budget\":{\"failed\":0,\"limit\":1},\"over_budget\":false,\"running_limit\":4," \
	"\"eta_s\":2,\"rate\":1.0,\"available_actions\":[]}"
#define EVENT(id, kind, object, state) \
	"id: " id "\ndata: {\"id\":" id ",\"at\":\"2026-01-01T12:00:0" id "Z\",\"uid\":0," \
	"\"actor\":\"a\",\"kind\":\"" kind "\",\"object\":\"" object "\"," \
	"\"state\":\"" state "\",\"text\":null}\n\n"
#define VERB_EVENTS \
	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" \
	EVENT("2", "task", "r1/b", "done") EVENT("3", "rollout", "r1", "running") \
	EVENT("4", "task", "r1/c", "done") EVENT("5", "task", "r1/d", "done") \
	EVENT("6", "rollout", "r1", "gated")
#define VERB(word) \
	{ "rollout " word " r1 --wait", \
	  { RAN_OK "{\"items\":[],\"last\":1}", RAN_OK HALF("running", "1"), \
	    RAN_OK HALF("gated", "3"), VERB_EVENTS }, \
	  NULL, \
	  "12:00:02 b done 4/6\n12:00:03 r1 running\n12:00:04 c done 4/6\n" \
	  "12:00:05 d done 5/6\n12:00:06 r1 gated\nr1: gated, 3/6 done\n", \
	  "  -> muster rollout promote r1\n", 3 }

/* clang-format on */

static void a_verb_counts_on_from_where_the_rollout_stood(void **state)
{
	static const struct ran_row rows[] = { VERB("promote"), VERB("resume"), VERB("retry") };

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void each_change_is_a_line_and_the_end_an_exit_code(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout watch r1",
		  { RAN_OK "{\"items\":[],\"last\":7}",
		    RAN_OK ROLLOUT("gated"),
		    RAN_OK "{\"items\":[],\"last\":7}" },
		  "GET /v1/events?since=-1&limit=1\n"
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/events?since=-1&limit=1\n",
		  "r1 app: gated, 1/3 done\n",
		  "  -> muster rollout promote r1\n", 3 },
		{ "rollout watch r1 -o json",
		  { RAN_OK "{\"items\":[],\"last\":7}",
		    RAN_OK ROLLOUT("done") },
		  "GET /v1/events?since=-1&limit=1\n"
		  "GET /v1/rollouts/r1\n",
		  ROLLOUT("done") "\n",
		  NULL, 0 },
		{ "rollout watch r1 --timeout 0",
		  { RAN_OK "{\"items\":[],\"last\":7}",
		    RAN_OK ROLLOUT("running"),
		    RAN_OK "{\"items\":[],\"last\":7}" },
		  "GET /v1/events?since=-1&limit=1\n"
		  "GET /v1/rollouts/r1\n"
		  "GET /v1/events?since=-1&limit=1\n",
		  "",
		  "muster: the time is over: r1 is running and goes on\n"
		  "  -> muster rollout watch r1\n", 5 },
		{ "rollout retry r1 --wait",
		  { RAN_OK "{\"items\":[],\"last\":7}",
		    RAN_OK ROLLOUT("running"),
		    RAN_OK ROLLOUT("done") },
		  "GET /v1/events?since=-1&limit=1\n"
		  "POST /v1/rollouts/r1/retry {\"tenant\":null,\"reason\":null,\"now\":false,\"full\":false,\"revision\":0}\n"
		  "GET /v1/rollouts/r1\n",
		  "r1 app: done, 1/3 done\n",
		  NULL, 0 },
		{ "rollout start app --key k --wait",
		  { RAN_OK ROLLOUT("scheduled"),
		    RAN_OK ROLLOUT("done") },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":false,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n"
		  "GET /v1/rollouts/r1\n",
		  "r1 app: done, 1/3 done\n",
		  NULL, 0 },
		{ "rollout watch r9",
		  { RAN_OK "{\"items\":[],\"last\":7}",
		    RAN_REFUSE "{\"code\":\"not_found\",\"message\":\"there is no rollout r9\",\"hint\":\"muster rollout list\"}" },
		  "GET /v1/events?since=-1&limit=1\n"
		  "GET /v1/rollouts/r9\n",
		  "",
		  "muster: there is no rollout r9\n"
		  "  -> muster rollout list\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb_counts_on_from_where_the_rollout_stood),
		cmocka_unit_test(each_change_is_a_line_and_the_end_an_exit_code),
	};

	(void)g_setenv("TZ", "UTC", TRUE);
	return cmocka_run_group_tests_name("observe", tests, NULL, NULL);
}
