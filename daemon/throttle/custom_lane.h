/*
 * custom_lane - reads an operator's own signals onto a panel, one after the other.
 *
 * With a connection of its own where there is a SELECT among them, so that a slow one is
 * nobody else's trouble. One thread; blocks as custom.h and line.h say, and less when
 * stop_fd becomes readable.
 */
#ifndef CUSTOM_LANE_H
#define CUSTOM_LANE_H

#include <stddef.h>

#include "err.h"
#include "signal.h"

struct custom_lane;
struct db_addr;
struct panel;

/* customs are copied; panel is borrowed. ERR_INVALID: a name or a text can never work. */
NODISCARD struct custom_lane *custom_lane_new(const struct db_addr *addr,
					      const struct custom_signal *customs, size_t nr,
					      struct panel *panel, int stop_fd, struct err *err);
void custom_lane_free(struct custom_lane *lane); /* NULL is fine */

void custom_lane_turn(struct custom_lane *lane);

#endif /* CUSTOM_LANE_H */
