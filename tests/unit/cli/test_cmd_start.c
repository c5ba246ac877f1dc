#include "ran.h"

/* clang-format off */
#define ROLLOUT(state) \
	"{\"id\":\"r1\",\"name\":\"app\",\"release\":\"app\"," \
	"\"version\":\"7\",\"state\":\"" state "\",\"reason\":\"\",\"revision\":3," \
	"\"counts\":{\"total\":3,\"done\":1,\"running\":2},\"waves\":[{\"seq\":1,\"size\":3," \
	"\"state\":\"running\",\"gate\":null}],\"budget\":{\"failed\":0,\"limit\":1}," \
	"\"over_budget\":false,\"running_limit\":4,\"eta_s\":2,\"rate\":1.0," \
	"\"available_actions\":[\"pause\"]}"
#define RELEASE \
	"{\"id\":\"1\",\"name\":\"app\",\"format\":\"plain\"," \
	"\"checksum\":\"0123456789abcdef\",\"version\":\"0001\"," \
	"\"created_at\":\"2026-11-21T02:04:05.000Z\",\"migrations\":[{\"version\":\"0001\"," \
	"\"name\":\"a\",\"file\":\"0001_a.sql\",\"checksum\":\"ff\",\"statements\":1," \
	"\"down\":false}]}"
#define PREVIEW \
	"{\"release\":\"app\",\"version\":\"0001\",\"tenants\":4," \
	"\"pending\":2,\"up_to_date\":1,\"statements\":2,\"waves\":[{\"seq\":1,\"size\":2," \
	"\"state\":\"pending\",\"gate\":null}],\"ahead\":[\"zed\"],\"missing\":[]," \
	"\"held\":[]}"

/* clang-format on */

static void a_rollout_is_started_with_its_policy(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout start app --key k -l region=eu --to 7 --name n --waves '1,rest' --bake 90s --gate human --budget 5% --running 8 --per-server 2 --priority -3 --strategy direct --stall 10s --reason why",
		  { RAN_OK ROLLOUT("scheduled") },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":\"region=eu\",\"to\":\"7\",\"name\":\"n\",\"waves\":\"1,rest\",\"bake_ms\":90000,\"gate\":\"human\",\"budget\":\"5%\",\"running\":8,\"per_server\":2,\"priority\":-3,\"strategy\":\"direct\",\"window\":null,\"stall_ms\":10000,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":\"why\",\"dry_run\":false,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  "r1 app: scheduled, 1/3 done\n"
		  "  -> muster rollout watch r1\n",
		  NULL, 0 },
		{ "rollout start mig --key k -o name",
		  { RAN_OK RELEASE,
		    RAN_OK ROLLOUT("running") },
		  "POST /v1/releases {\"name\":\"mig\",\"format\":null,\"files\":[{\"name\":\"0001_a.sql\",\"text\":\"DO 1;\\u000a\"}]}\n"
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":false,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  "r1\n",
		  NULL, 0 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_dry_run_says_what_would_happen(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout start app --key k --dry-run",
		  { RAN_OK PREVIEW },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":true,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  "release app to version 0001: 4 tenants, 2 with something to do (2 statements), 1 up to date\n"
		  "  1 ahead of the release, will be skipped: zed\n"
		  "\n"
		  "WAVE  SIZE  STATE    GATE\n"
		  "   1     2  pending\n"
		  "\n"
		  "nothing was changed\n",
		  NULL, 1 },
		{ "rollout start app --key k --dry-run",
		  { RAN_OK "{\"release\":\"app\",\"version\":\"0001\",\"tenants\":1,\"pending\":0,\"up_to_date\":1,\"statements\":0,\"waves\":[],\"ahead\":[],\"missing\":[],\"held\":[]}" },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":true,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  "release app to version 0001: 1 tenant, 0 with something to do (0 statements), 1 up to date\n"
		  "\n"
		  "nothing was changed\n",
		  NULL, 0 },
		{ "rollout start app --key k --window ignore --dry-run",
		  { RAN_OK "{\"release\":\"app\",\"version\":\"0001\",\"tenants\":3,\"pending\":3,\"up_to_date\":0,\"statements\":3,\"waiting\":2,\"next_window\":\"T\",\"last_window\":\"U\",\"waves\":[]}" },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":\"ignore\",\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":true,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  "release app to version 0001: 3 tenants, 3 with something to do (3 statements), 0 up to date\n"
		  "  2 would wait for a window: the first opens T, the last U\n"
		  "\n"
		  "nothing was changed\n",
		  NULL, 1 },
		{ "rollout start app --key k --dry-run -o json",
		  { RAN_OK PREVIEW },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":true,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":false}\n",
		  PREVIEW "\n",
		  NULL, 1 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

#define REFUSE "HTTP/1.1 422 Refused\r\nConnection: close\r\n\r\n"
#define REFUSAL                                                                          \
	"{\"code\":\"conflict\",\"native\":0,\"message\":\"1 of 4 tenants would fail\"," \
	"\"hint\":\"muster rollout start app --skip-failing\","                          \
	"\"failing\":[{\"tenant\":\"acme\",\"check\":\"nulls\",\"message\":\"7.sql:1: no\"}]}"

static void who_would_fail_is_listed_and_the_exit_code_is_2(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout start app --key k",
		  { REFUSE REFUSAL },
		  NULL,
		  "\n"
		  "would fail:\n"
		  "  acme: 7.sql:1: no\n",
		  "muster: 1 of 4 tenants would fail\n"
		  "  -> muster rollout start app --skip-failing\n", 2 },
		{ "rollout start app --key k -o json",
		  { REFUSE REFUSAL },
		  NULL,
		  REFUSAL "\n",
		  "muster: 1 of 4 tenants would fail\n"
		  "  -> muster rollout start app --skip-failing\n", 2 },
		{ "rollout start app --key k --skip-failing",
		  { RAN_REFUSE "{\"code\":\"conflict\",\"message\":\"no\",\"hint\":\"muster x\"}" },
		  "POST /v1/rollouts {\"key\":\"k\",\"release\":\"app\",\"selector\":null,\"to\":null,\"name\":null,\"waves\":null,\"bake_ms\":0,\"gate\":null,\"budget\":null,\"running\":0,\"per_server\":0,\"priority\":0,\"strategy\":null,\"window\":null,\"stall_ms\":0,\"readonly\":false,\"max_closed_ms\":0,\"drain_ms\":0,\"accept_holes\":false,\"method\":null,\"hooks\":[],\"reason\":null,\"dry_run\":false,\"no_plan\":false,\"no_rewrite\":false,\"skip_failing\":true}\n",
		  "",
		  "muster: no\n"
		  "  -> muster x\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

static void a_start_that_cannot_be_meant_is_refused(void **state)
{
	/* clang-format off */
	static const struct ran_row rows[] = {
		{ "rollout start app --timeout 5s",
		  { NULL },
		  "",
		  "",
		  "muster rollout start: --timeout means something only with --wait\n"
		  "  -> muster rollout start --help\n", 64 },
		{ "rollout start app --no-plan --skip-failing",
		  { NULL },
		  "",
		  "",
		  "muster rollout start: --no-plan does without what --skip-failing and --dry-run need\n"
		  "  -> muster rollout start --help\n", 64 },
		{ "rollout start ./nothing",
		  { NULL },
		  "",
		  "",
		  "muster: there is no folder ./nothing\n"
		  "  -> muster rollout start --help\n", 65 },
		{ "rollout start app -l @nothing",
		  { NULL },
		  "",
		  "",
		  "muster: cannot read nothing: No such file or directory\n"
		  "  -> muster rollout start --help\n", 65 },
	};
	/* clang-format on */

	(void)state;
	ran_table(rows, G_N_ELEMENTS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rollout_is_started_with_its_policy),
		cmocka_unit_test(a_dry_run_says_what_would_happen),
		cmocka_unit_test(who_would_fail_is_listed_and_the_exit_code_is_2),
		cmocka_unit_test(a_start_that_cannot_be_meant_is_refused),
	};

	return cmocka_run_group_tests_name("cmd_start", tests, ran_folder_setup,
					   ran_folder_teardown);
}
