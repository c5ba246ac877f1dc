#include "resolve.h"

#include <string.h>

#include <glib.h>

#include "exec.h"
#include "halfway.h"
#include "history.h"
#include "release.h"
#include "visit.h"

/* Several may have failed, and only one can be in doubt: it is settled before another begins. */
static const struct history_row *find_open(const struct history *history, const char *failed)
{
	for (size_t i = 0; i < history->nr; i++) {
		const struct history_row *row = &history->rows[i];
		bool is_meant = failed == NULL ? row->in_flight != HISTORY_LANDED
					       : strcmp(row->version, failed) == 0;

		if (is_meant && (row->state == HISTORY_APPLYING || row->state == HISTORY_FAILED)) {
			return row;
		}
	}
	return NULL;
}

static int parse_at(const char *word, const struct migration *migration, size_t *done,
		    struct err *err)
{
	guint64 number = 0;

	if (!g_ascii_string_to_unsigned(word + strlen("at="), 10, 0, migration->up.nr, &number,
					NULL)) {
		return err_set(err, ERR_INVALID,
			       "\"%s\": %s has %zu statements, so N is a number from 0 to %zu",
			       word, migration->file, migration->up.nr, migration->up.nr);
	}
	*done = number;
	return 0;
}

/* What the word makes of the row. */
static int build_mark(struct history_mark *mark, const char *word, const struct history_row *row,
		      struct err *err)
{
	const struct migration *migration = mark->migration;

	if (g_strcmp0(word, "applied") == 0) {
		mark->state = HISTORY_APPLIED;
		mark->done = migration->up.nr;
		return 0;
	}
	mark->state = HISTORY_FAILED;
	mark->done = MIN(row->done, migration->up.nr);
	mark->error = "resolved by hand";
	if (g_strcmp0(word, "not-applied") == 0) {
		return 0;
	}
	if (word != NULL && g_str_has_prefix(word, "at=")) {
		return parse_at(word, migration, &mark->done, err);
	}
	return err_set(err, ERR_INVALID, "\"%s\" is not applied, not-applied or at=N",
		       word == NULL ? "" : word);
}

static int settle(struct visit *visit, struct history *history, const struct history_row *row,
		  const struct migration *migration, struct err *err)
{
	const struct exec_order *order = visit->order;
	struct history_mark mark = {
		.migration = migration,
		.rollout = order->label,
		.epoch = order->epoch,
		.stall_ms = order->stall_ms,
	};

	static const struct halfway none = { 0 };
	bool is_at = order->word != NULL && g_str_has_prefix(order->word, "at=");
	g_autofree char *chain = NULL;
	struct halfway halfway;

	if (build_mark(&mark, order->word, row, err) < 0) {
		return -1;
	}
	/* N statements are done, and nothing of the next one */
	chain = is_at ? halfway_write(row->chain, 0, &none) : NULL;
	mark.chain = chain;
	halfway_read(&halfway, row->chain, row->done);
	if (mark.state == HISTORY_FAILED && mark.done == 0 && row->done == 0 &&
	    (is_at || halfway.parts == 0)) {
		return history_forget(visit->session, history, migration->version, order->epoch,
				      err);
	}
	return history_put(visit->session, history, &mark, err);
}

static const char *newest_applied(const struct history *history, const struct release *release)
{
	for (size_t i = release->nr; i > 0; i--) {
		const char *version = release->migrations[i - 1].version;
		const struct history_row *row = history_find(history, version);

		if (row != NULL && row->state == HISTORY_APPLIED) {
			return version;
		}
	}
	return NULL;
}

int resolve_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct release *release = visit->order->release;
	SCOPED(history) history = { 0 };
	const struct history_row *row;
	ptrdiff_t index;

	if (history_read(visit->session, &history, err) < 0) {
		return -1;
	}
	row = find_open(&history, visit->order->seen);
	if (row == NULL && visit->order->seen == NULL) {
		return 0;
	}
	if (row == NULL) {
		return err_set(err, ERR_NOT_FOUND,
			       "no migration of %s is unfinished: nothing to resolve",
			       visit->schema);
	}
	index = release_find(release, row->version);
	if (index < 0) {
		return err_set(err, ERR_CONFLICT,
			       "history holds %s unfinished, which the release does not",
			       row->version);
	}
	if (settle(visit, &history, row, &release->migrations[index], err) < 0) {
		return -1;
	}
	result->migration = g_strdup(release->migrations[index].version);
	result->version = g_strdup(newest_applied(&history, release));
	return 0;
}
