/*
 * metrics - what musterd counts, as OpenMetrics text.
 *
 * States of servers, tenants, rollouts and of the tasks of open rollouts; statements; turns
 * of the loop; requests; the throttles of the servers. Loop thread only.
 */
#ifndef METRICS_H
#define METRICS_H

#include "err.h"

struct api;

char *metrics_text(const struct api *api, struct err *err); /* owned */

#endif /* METRICS_H */
