#include "exits.h"

#include <stdlib.h>

#include <glib.h>

#include "client.h"
#include "states.h"

/* clang-format off */
static const enum wire_exit by_code[ERR_CODE_NR] = {
	[ERR_NONE]            = EXIT_OK,
	[ERR_INVALID]         = EXIT_BAD_INPUT,
	[ERR_NOT_FOUND]       = EXIT_BAD_INPUT,
	[ERR_CONFLICT]        = EXIT_BAD_INPUT,
	[ERR_DENIED]          = EXIT_PERMISSION,
	[ERR_BUSY]            = EXIT_SERVER,
	[ERR_TIMEOUT]         = EXIT_TIMEOUT,
	[ERR_CANCELLED]       = EXIT_ABORTED,
	[ERR_UNREACHABLE]     = EXIT_SERVER,	/* unless it is the daemon that is gone */
	[ERR_UNKNOWN_OUTCOME] = EXIT_SERVER,
	[ERR_DB]              = EXIT_SERVER,
	[ERR_STORE]           = EXIT_UNREACHABLE, /* there, but cannot keep anything */
	[ERR_SYSTEM]          = EXIT_BAD_INPUT,	/* a file that cannot be read */
	[ERR_PROTOCOL]        = EXIT_UNREACHABLE,
};

/* clang-format on */

enum wire_exit exits_of_error(const struct err *err, bool with_revision)
{
	if (client_is_gone(err)) {
		return EXIT_UNREACHABLE;
	}
	if (err->code == ERR_CONFLICT && with_revision) {
		return EXIT_REVISION;
	}
	return by_code[err->code];
}

static int state_of(const struct wire_rollout *rollout)
{
	return rollout->state == NULL
		       ? -1
		       : states_find(rollout_state_names, ROLLOUT_STATE_NR, rollout->state);
}

bool exits_rollout_rests(const struct wire_rollout *rollout)
{
	int state = state_of(rollout);

	if (state == ROLLOUT_PAUSED && rollout->throttled) {
		return false; /* the load of a server has paused it, and lets it go on */
	}
	return state == ROLLOUT_PAUSED || state == ROLLOUT_GATED || state == ROLLOUT_ABORTED ||
	       state == ROLLOUT_DONE || state == ROLLOUT_FAILED;
}

int64_t exits_ended(const struct wire_counts *counts)
{
	return counts->done + counts->failed + counts->in_doubt + counts->skipped + counts->held +
	       counts->cancelled;
}

enum wire_exit exits_of_rollout(const struct wire_rollout *rollout)
{
	const struct wire_counts *counts = &rollout->counts;
	int state = state_of(rollout);

	if (state == ROLLOUT_ABORTED) {
		return EXIT_ABORTED;
	}
	if (!exits_rollout_rests(rollout)) {
		return EXIT_TIMEOUT;
	}
	if (rollout->over_budget && state != ROLLOUT_DONE) {
		return EXIT_ABORTED;
	}
	if (state == ROLLOUT_PAUSED || state == ROLLOUT_GATED) {
		return EXIT_HUMAN;
	}
	if (state == ROLLOUT_FAILED || exits_ended(counts) > counts->done) {
		return EXIT_PROBLEMS;
	}
	return EXIT_OK;
}
