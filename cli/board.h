/*
 * board - one rollout with the tasks that matter now, as one picture shows it.
 *
 * One thread.
 */
#ifndef BOARD_H
#define BOARD_H

#include "cli.h"
#include "progress.h"
#include "wire.h"

struct board {
	struct wire_rollout rollout;
	struct wire_task_page running;
	struct wire_task_page failed;
	struct wire_list throttles; /* wire_throttle; of the servers it goes to */
};

/* Ask for the rollout alone. cli->answer is its body then. */
NODISCARD int board_load(struct board *board, struct cli *cli, const char *id, struct err *err);

/* Ask for up to limit tasks that run and that failed, too. */
NODISCARD int board_load_tasks(struct board *board, struct cli *cli, int limit, struct err *err);

/* Ask how its servers are, too. */
NODISCARD int board_load_throttles(struct board *board, struct cli *cli, struct err *err);

void board_picture(GString *out, const struct board *board, size_t waves_max,
		   const struct style *style);

void board_release(struct board *board);
SCOPED_RELEASE(board);

#endif /* BOARD_H */
