#include "position.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "halfway.h"
#include "history.h"
#include "pending.h"
#include "release.h"

struct search {
	struct position *position;
	const struct history *history;
	const struct release *release;
	const char *task;
	const struct history_row **rows; /* owned; by index of the release, NULL: no row */
	size_t nr_live;                  /* rows that are not reverted */
	size_t nr_known;                 /* of these, in the release */
};

void position_release(struct position *position)
{
	g_free(position->reason);
	g_free(position->migration);
	g_free(position->pending);
	*position = (struct position){ 0 };
}

static void end(struct position *position, enum task_event event, const char *version,
		const char *fmt, ...) PRINTF_LIKE(4, 5);

static void end(struct position *position, enum task_event event, const char *version,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	position->event = event;
	position->migration = g_strdup(version);
	position->reason = g_strdup_vprintf(fmt, ap);
	va_end(ap);
}

static void match_rows(struct search *search)
{
	const struct history *history = search->history;
	const struct release *release = search->release;
	g_autoptr(GHashTable) by_version = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < history->nr; i++) {
		struct history_row *row = &history->rows[i];

		if (row->state != HISTORY_REVERTED) {
			g_hash_table_insert(by_version, row->version, row);
			search->nr_live++;
		}
	}
	search->rows = g_new0(const struct history_row *, release->nr);
	for (size_t i = 0; i < release->nr; i++) {
		search->rows[i] = g_hash_table_lookup(by_version, release->migrations[i].version);
		if (search->rows[i] == NULL) {
			continue;
		}
		search->nr_known++;
		if (search->rows[i]->state == HISTORY_APPLIED) {
			search->position->newest = (ptrdiff_t)i;
		}
	}
}

static bool is_ahead(struct search *search)
{
	const struct history *history = search->history;

	if (search->nr_known == search->nr_live) {
		return false;
	}
	for (size_t i = 0; i < history->nr; i++) {
		const struct history_row *row = &history->rows[i];

		if (row->state != HISTORY_REVERTED &&
		    release_find(search->release, row->version) < 0) {
			end(search->position, TASK_AHEAD, row->version,
			    "history holds %s, which the release does not", row->version);
			return true;
		}
	}
	return false;
}

static void doubt(struct search *search, const struct history_row *row)
{
	end(search->position, TASK_DOUBT, row->version,
	    "migration %s is in doubt: %zu of %zu statements are known to be done, of statement "
	    "%zu and those behind it nobody knows; look, then "
	    "`muster task resolve %s --as applied|not-applied|at=N`",
	    row->version, row->done, row->total, MIN(row->done + 1, row->total), search->task);
}

/* May this migration go on where it stopped? */
static bool is_resumable(struct search *search, const struct migration *migration,
			 const struct history_row *row)
{
	if (row->done > migration->up.nr) {
		end(search->position, TASK_REFUSED, row->version,
		    "%s has %zu statements, but %zu were already applied here: give the release a "
		    "file that begins with those",
		    migration->file, migration->up.nr, row->done);
		return false;
	}
	if (row->done > 0 &&
	    strcmp(release_prefix_digest(migration, row->done), row->digest) != 0) {
		end(search->position, TASK_REFUSED, row->version,
		    "the first %zu statements of %s were already applied here and have been "
		    "changed since: restore them and mend only what follows",
		    row->done, migration->file);
		return false;
	}
	return true;
}

/* Of the statement behind those a part may be done. */
static bool begins_with_parts(struct search *search, const struct migration *migration,
			      const struct history_row *row)
{
	struct halfway halfway;
	g_auto(GStrv) parts = NULL;

	halfway_read(&halfway, row->chain, row->done);
	if (halfway.parts == 0) {
		return true;
	}
	if (row->done < migration->up.nr) {
		parts = halfway_parts(&halfway, &migration->up.statements[row->done]);
	}
	if (parts == NULL) {
		end(search->position, TASK_REFUSED, row->version,
		    "statement %zu of %s is rewritten as several, of which the first %zu were "
		    "already applied here, and it has been changed since: let it begin with what "
		    "those did, or undo them by hand and `muster task resolve %s --as at=%zu`",
		    row->done + 1, migration->file, halfway.parts, search->task, row->done);
	}
	return parts != NULL;
}

static bool is_clear(struct search *search, size_t index)
{
	const struct migration *migration = &search->release->migrations[index];
	const struct history_row *row = search->rows[index];

	if (row == NULL) {
		return true;
	}
	if (row->state == HISTORY_APPLIED) {
		g_autofree char *text = NULL;

		if (migration->skipped || strcmp(row->checksum, migration->checksum) == 0) {
			return true;
		}
		text = release_altered(search->release, index);
		end(search->position, TASK_REFUSED, row->version, "%s", text);
		return false;
	}
	if (row->in_flight) {
		doubt(search, row);
		return false;
	}
	return migration->skipped ||
	       (is_resumable(search, migration, row) && begins_with_parts(search, migration, row));
}

static void collect(struct search *search, const char *to_version)
{
	const struct release *release = search->release;
	struct position *position = search->position;
	g_autofree bool *is_applied = g_new0(bool, release->nr);
	struct pending pending;

	for (size_t i = 0; i < release->nr; i++) {
		const struct history_row *row = search->rows[i];

		is_applied[i] = row != NULL && row->state == HISTORY_APPLIED;
	}
	pending_find(&pending, release, to_version, is_applied);
	for (size_t i = 0; i < pending.nr; i++) {
		const struct history_row *row = search->rows[pending.indices[i]];

		if (row != NULL && !release->migrations[pending.indices[i]].skipped) {
			position->done += (int64_t)row->done;
		}
	}
	position->pending = pending.indices;
	position->nr = pending.nr;
	position->statements = pending.statements;
	position->event = position->nr == 0 ? TASK_NOTHING : TASK_TAKE;
}

static void decide(struct search *search, const char *to_version)
{
	const struct release *release = search->release;
	ptrdiff_t last = release_last(release, to_version);

	if (is_ahead(search)) {
		return;
	}
	if (to_version != NULL && last < 0) {
		end(search->position, TASK_REFUSED, to_version,
		    "the release has no migration %s: see `muster release show`", to_version);
		return;
	}
	for (size_t i = 0; i < release->nr; i++) {
		if (!is_clear(search, i)) {
			return;
		}
	}
	collect(search, to_version);
}

void position_find(struct position *position, const struct history *history,
		   const struct release *release, const char *to_version, const char *task)
{
	struct position found = { .newest = -1 };
	struct search search = {
		.position = &found,
		.history = history,
		.release = release,
		.task = task,
	};

	match_rows(&search);
	decide(&search, to_version);
	g_free(search.rows);
	*position = found;
}
