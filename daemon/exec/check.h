/*
 * check - the questions of a migration that must be answered before or after it.
 *
 * Workers; blocks. Only reads, as far as the migration's author does.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

#include "err.h"

struct migration;
struct visit;

/*
 * All checks of one side, in order. ERR_INVALID with "check at file:line: expected …,
 * got …" for the first that fails.
 */
NODISCARD int check_run(struct visit *visit, const struct migration *migration, bool after,
			struct err *err);

#endif /* CHECK_H */
