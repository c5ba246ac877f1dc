#include "strategy.h"

/* As it is written: the server chooses the algorithm. */
const struct strategy strategy_direct = {
	.name = "direct",
	.run = ddl_run,
};
