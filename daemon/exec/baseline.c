#include "baseline.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "exec.h"
#include "history.h"
#include "outcome.h"
#include "release.h"
#include "visit.h"

enum { NO_SUCH_DATABASE = 1049 }; /* the server's number */

/* Does this row stand in the way of saying "this tenant is at that version"? */
static int row_agrees(const struct history_row *row, const struct release *release, size_t nr,
		      struct err *err)
{
	ptrdiff_t index = release_find(release, row->version);

	if (row->state == HISTORY_REVERTED) {
		return 0;
	}
	if (index < 0) {
		return err_set(err, ERR_CONFLICT, "history holds %s, which the release does not",
			       row->version);
	}
	if (row->state != HISTORY_APPLIED) {
		return err_set(err, ERR_CONFLICT, "migration %s is unfinished here", row->version);
	}
	if ((size_t)index >= nr) {
		return err_set(err, ERR_CONFLICT, "history already holds %s, newer than %s",
			       row->version, release->migrations[nr - 1].version);
	}
	if (!release->migrations[index].skipped &&
	    strcmp(row->checksum, release->migrations[index].checksum) != 0) {
		return err_set(err, ERR_CONFLICT,
			       "migration %s was applied here from another file than %s",
			       row->version, release->migrations[index].file);
	}
	return 0;
}

/* The newest version of the baseline is the last of this many migrations. */
static int count_wanted(const struct exec_order *order, size_t *nr, struct err *err)
{
	const struct release *release = order->release;
	ptrdiff_t last;

	if (release == NULL) {
		*nr = 0;
		return 0;
	}
	last = release_last(release, order->to_version);
	if (last < 0) {
		return err_set(err, ERR_INVALID,
			       "the release has no migration %s: see `muster release show`",
			       order->to_version == NULL ? "at all" : order->to_version);
	}
	*nr = (size_t)last + 1;
	return 0;
}

static int put_missing(struct visit *visit, struct history *history, size_t nr, struct err *err)
{
	const struct exec_order *order = visit->order;
	g_autofree struct history_mark *marks = g_new0(struct history_mark, nr);
	size_t nr_marks = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct migration *migration = &order->release->migrations[i];
		const struct history_row *row = history_find(history, migration->version);

		if (row != NULL && row->state == HISTORY_APPLIED) {
			continue;
		}
		marks[nr_marks++] = (struct history_mark){
			.migration = migration,
			.state = HISTORY_APPLIED,
			.done = migration->up.nr,
			.rollout = "baseline",
			.epoch = order->epoch,
			.stall_ms = order->stall_ms,
		};
	}
	return history_put_all(visit->session, history, marks, nr_marks, err);
}

static int record(struct visit *visit, size_t nr, struct exec_standing *standing, struct err *err)
{
	const struct release *release = visit->order->release;
	SCOPED(history) history = { 0 };

	standing->exists = true;
	if (history_read(visit->session, &history, err) < 0) {
		return -1;
	}
	standing->has_history = true;
	if (history.read_only) {
		return err_set(err, ERR_UNREACHABLE, "server is read only");
	}
	for (size_t i = 0; release != NULL && i < history.nr; i++) {
		if (row_agrees(&history.rows[i], release, nr, err) < 0) {
			return -1;
		}
	}
	if (release == NULL) {
		return history_claim(visit->session, &history, visit->order->epoch, err);
	}
	if (put_missing(visit, &history, nr, err) < 0) {
		return -1;
	}
	standing->version = g_strdup(release->migrations[nr - 1].version);
	return 0;
}

/* 0: this tenant is dealt with, well or not. -1: no use to go on with this server. */
static int baseline_one(struct exec_order *order, size_t nr, struct exec_standing *standing,
			struct err *err)
{
	struct visit visit = { 0 };
	struct outcome outcome;
	int done = visit_begin(&visit, order, standing->schema, err);

	if (done == 0) {
		done = record(&visit, nr, standing, err);
	} else if (err->code == ERR_DB && err->native == NO_SUCH_DATABASE) {
		(void)err_set_native(err, ERR_DB, err->native, "database %s is not on the server",
				     standing->schema);
	}
	visit_end(&visit);
	if (done == 0) {
		return 0;
	}
	outcome_of_order(&outcome, DB_UNKNOWN, order, err);
	if (outcome.server_down || outcome.server_denied || order->claim_lost) {
		return -1;
	}
	standing->ahead = g_strdup(err->msg);
	return 0;
}

void baseline_run(struct exec_order *order, struct exec_result *result)
{
	size_t nr_schemas = order->schemas == NULL ? 0 : g_strv_length(order->schemas);
	struct outcome outcome;
	struct err err;
	size_t nr = 0;

	if (count_wanted(order, &nr, &err) < 0) {
		result->err = err;
		return;
	}
	result->standings = g_new0(struct exec_standing, nr_schemas);
	result->nr = nr_schemas;
	result->ok = true;
	for (size_t i = 0; i < nr_schemas; i++) {
		result->standings[i].schema = g_strdup(order->schemas[i]);
	}
	for (size_t i = 0; i < nr_schemas && result->ok; i++) {
		if (baseline_one(order, nr, &result->standings[i], &err) < 0) {
			outcome_of_order(&outcome, DB_UNKNOWN, order, &err);
			result->ok = false;
			result->err = err;
			result->server_down = outcome.server_down;
			result->server_denied = outcome.server_denied;
		}
	}
	for (size_t i = 0; i < nr_schemas && !result->ok; i++) {
		struct exec_standing *standing = &result->standings[i];

		if (standing->version == NULL && standing->ahead == NULL) {
			standing->ahead = g_strdup(err.msg);
		}
	}
}
