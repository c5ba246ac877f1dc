/*
 * metrics_throttle - how loaded the servers are, as families of OpenMetrics text.
 *
 * State, slots, signals with their limits, and the time paused by reason, each with the
 * server's name. A signal without a value has no sample. Loop thread only.
 */
#ifndef METRICS_THROTTLE_H
#define METRICS_THROTTLE_H

#include <glib.h>

#include "err.h"

struct sched;

NODISCARD int metrics_throttle(GString *out, struct sched *sched, struct err *err);

#endif /* METRICS_THROTTLE_H */
