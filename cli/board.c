#include "board.h"

#include "states.h"

int board_load(struct board *board, struct cli *cli, const char *id, struct err *err)
{
	g_autofree char *path = client_path("/v1/rollouts/", id, "");
	struct wire_rollout rollout = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_rollout_type,
				 .out = &rollout };

	if (cli_ask(cli, &ask, err) < 0) {
		return -1;
	}
	wire_release(&wire_rollout_type, &board->rollout);
	board->rollout = rollout;
	return 0;
}

static int load_page(struct wire_task_page *page, struct cli *cli, const char *id,
		     const char *query, struct err *err)
{
	g_autofree char *path = client_path("/v1/rollouts/", id, query);
	struct wire_task_page got = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_task_page_type,
				 .out = &got };

	if (cli_ask(cli, &ask, err) < 0) {
		return -1;
	}
	wire_release(&wire_task_page_type, page);
	*page = got;
	return 0;
}

static int load_state(struct wire_task_page *page, struct cli *cli, const char *id,
		      enum task_state state, int limit, struct err *err)
{
	g_autofree char *query =
		g_strdup_printf("/tasks?state=%s&limit=%d", task_state_names[state], limit);

	return load_page(page, cli, id, query, err);
}

int board_load_tasks(struct board *board, struct cli *cli, int limit, struct err *err)
{
	const struct wire_counts *counts = &board->rollout.counts;
	const char *id = board->rollout.id;

	wire_release(&wire_task_page_type, &board->running);
	wire_release(&wire_task_page_type, &board->failed);
	if (counts->running > 0 &&
	    load_state(&board->running, cli, id, TASK_RUNNING, limit, err) < 0) {
		return -1;
	}
	if (counts->failed > 0) {
		return load_state(&board->failed, cli, id, TASK_FAILED, limit, err);
	}
	if (counts->in_doubt > 0) {
		return load_state(&board->failed, cli, id, TASK_IN_DOUBT, limit, err);
	}
	return 0;
}

int board_load_throttles(struct board *board, struct cli *cli, struct err *err)
{
	g_autofree char *path = client_path("/v1/throttle?rollout=", board->rollout.id, "");
	struct wire_list got = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_throttle_type,
				 .list = &got };

	if (cli_ask(cli, &ask, err) < 0) {
		return -1;
	}
	wire_list_release(&wire_throttle_type, &board->throttles);
	board->throttles = got;
	return 0;
}

void board_picture(GString *out, const struct board *board, size_t waves_max,
		   const struct style *style)
{
	const struct progress progress = {
		.rollout = &board->rollout,
		.running = board->running.items.items,
		.nr_running = board->running.items.nr,
		.failed = board->failed.items.items,
		.nr_failed = board->failed.items.nr,
		.throttles = board->throttles.items,
		.nr_throttles = board->throttles.nr,
		.waves_max = waves_max,
	};

	progress_block(out, &progress, style);
}

void board_release(struct board *board)
{
	wire_release(&wire_rollout_type, &board->rollout);
	wire_release(&wire_task_page_type, &board->running);
	wire_release(&wire_task_page_type, &board->failed);
	wire_list_release(&wire_throttle_type, &board->throttles);
}
