/*
 * census_run - a census under way: what census.c, which asks where tenants stand, shares with
 * census_trial.c, which asks what their statements do.
 *
 * Loop thread only.
 */
#ifndef CENSUS_RUN_H
#define CENSUS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "census.h"
#include "err.h"
#include "exec.h"
#include "headway.h"

struct release;
struct sched;

struct census_run {
	struct census census;
	unsigned refs;
	struct release *release; /* one reference */
	char *to_version;        /* owned */
	GHashTable *by_schema;   /* "server_id/schema" -> struct census_tenant *, key owned */
	GHashTable *sent;        /* set of "server_id/class", or of its flavor; owned */
	struct census_call call;
	bool is_plan;
	bool with_forecast;
	const bool *cancelled; /* borrowed; or NULL */
	size_t open;           /* portions not yet in */
	size_t to_end;         /* portions whose commit has not yet been reported */
	bool failed;
	struct err err;
};

/* One order's share. The flags make a second reading, after an undone turn, harmless. */
struct census_portion {
	struct census_run *run;
	size_t class; /* of EXEC_CHAIN: index in the census */
	size_t nr;    /* tenants, otherwise; of a helper none */
	bool in;
	bool last;
};

typedef int (*census_answer_fn)(struct sched *sched, const struct exec_result *result, void *ctx,
				struct err *err);

/* "12/name", of a schema or a class of that server. Owned. */
char *census_key(int64_t server_id, const char *name);

/* One more order; takes it. Its answer comes to fn, with a copy of share as ctx. */
void census_send(struct sched *sched, int64_t server_id, struct exec_order *order,
		 const struct census_portion *share, census_answer_fn fn);

/*
 * What fn ends with: nr more of step are done, once, also when the turn is undone. The last one
 * of all portions ends the census.
 */
NODISCARD int census_count_in(struct sched *sched, struct census_portion *portion,
			      enum headway_step step, int64_t nr, struct err *err);

#endif /* CENSUS_RUN_H */
