#include "foretold.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "history.h"
#include "release.h"

enum { CARRIED_MAX = 500 }; /* statements */

void foretold_release(struct foretold *foretold)
{
	g_free(foretold->shapes);
	g_strfreev(foretold->words);
	*foretold = (struct foretold){ 0 };
}

/* Has the file begun, so that its beginning can no longer be chosen? */
static bool has_begun(const struct history_row *row)
{
	return row != NULL && (row->done > 0 || row->in_flight != HISTORY_LANDED);
}

/*
 * A chain made in the middle of the file was made from tenants that looked like this one when
 * nothing ran.
 */
static bool fits(const char *const *shapes, const struct history_row *row)
{
	if (!has_begun(row)) {
		return shapes[0] != NULL;
	}
	if (shapes[0] == NULL) {
		return row->in_flight == HISTORY_LANDED && shapes[row->done] != NULL;
	}
	return strcmp(shapes[0], row->fingerprint) == 0;
}

void foretold_by_chain(struct foretold *foretold, const struct chain *chain,
		       const struct migration *migration, const struct history_row *row)
{
	g_autofree const char **shapes =
		chain_fingerprints(chain, migration->version, migration->up.nr);

	*foretold = (struct foretold){ 0 };
	if (shapes != NULL && (row == NULL || row->done <= migration->up.nr) && fits(shapes, row)) {
		foretold->shapes = g_steal_pointer(&shapes);
	}
}

void foretold_by_row(struct foretold *foretold, const struct history_row *row, size_t nr)
{
	g_auto(GStrv) words = g_strsplit(row->chain == NULL ? "" : row->chain, " ", -1);
	guint64 from = 0;
	size_t more = g_strv_length(words);

	*foretold = (struct foretold){ 0 };
	if (more < 2 || !g_ascii_string_to_unsigned(words[0], 10, 0, nr, &from, NULL) ||
	    from + more - 2 != nr) {
		return;
	}
	foretold->shapes = g_new0(const char *, nr + 1);
	for (size_t k = from; k <= nr; k++) {
		const char *word = words[k - from + 1];

		if (strcmp(word, "=") == 0) {
			foretold->shapes[k] = k == from ? NULL : foretold->shapes[k - 1];
		} else {
			foretold->shapes[k] = strcmp(word, "-") == 0 ? NULL : word;
		}
	}
	foretold->words = g_steal_pointer(&words);
}

char *foretold_write(const char *const *shapes, size_t done, size_t nr)
{
	GString *text;

	if (shapes == NULL || shapes[done] == NULL || nr - done > CARRIED_MAX) {
		return g_strdup("");
	}
	text = g_string_new(NULL);
	g_string_append_printf(text, "%" G_GSIZE_FORMAT " %s", done, shapes[done]);
	for (size_t k = done + 1; k <= nr; k++) {
		bool is_same = shapes[k] != NULL && g_strcmp0(shapes[k], shapes[k - 1]) == 0;

		g_string_append_printf(text, " %s",
				       is_same ? "=" : (shapes[k] == NULL ? "-" : shapes[k]));
	}
	return g_string_free(text, FALSE);
}
