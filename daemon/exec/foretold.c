#include "foretold.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "halfway.h"
#include "history.h"
#include "release.h"
#include "states.h"

enum { CARRIED_MAX = 500 }; /* statements */

void foretold_release(struct foretold *foretold)
{
	g_free(foretold->shapes);
	g_free(foretold->counted);
	g_strfreev(foretold->words);
	for (size_t i = 0; i < foretold->nr_ways; i++) {
		g_strfreev(foretold->ways[i].shapes);
	}
	g_free(foretold->ways);
	*foretold = (struct foretold){ 0 };
}

const struct foretold_way *foretold_way_at(const struct foretold *foretold, size_t index)
{
	for (size_t i = 0; i < foretold->nr_ways; i++) {
		if (foretold->ways[i].index == index) {
			return &foretold->ways[i];
		}
	}
	return NULL;
}

const char *foretold_part(const struct foretold_way *way, size_t part)
{
	return part >= way->nr_parts || strcmp(way->shapes[part], "-") == 0 ? NULL
									    : way->shapes[part];
}

/* Takes the shapes of the way. */
static void add_way(struct foretold *foretold, const struct foretold_way *way)
{
	foretold->ways = g_renew(struct foretold_way, foretold->ways, foretold->nr_ways + 1);
	foretold->ways[foretold->nr_ways] = *way;
	foretold->ways[foretold->nr_ways++].nr_parts = g_strv_length(way->shapes);
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

static void take_rewrites(struct foretold *foretold, const struct chain *chain,
			  const struct migration *migration)
{
	for (size_t i = 0; i < chain->nr_rewrites; i++) {
		const struct chain_rewrite *rewrite = &chain->rewrites[i];
		struct foretold_way way = {
			.index = rewrite->number - 1,
			.nr = rewrite->nr,
			.how = rewrite->how,
		};

		if (strcmp(rewrite->version, migration->version) != 0 ||
		    rewrite->number - 1 + rewrite->nr > migration->up.nr) {
			continue;
		}
		g_strlcpy(way.digest, rewrite->digest, sizeof(way.digest));
		way.shapes = g_strdupv(rewrite->shapes);
		add_way(foretold, &way);
	}
}

void foretold_by_chain(struct foretold *foretold, const struct chain *chain,
		       const struct migration *migration, const struct history_row *row)
{
	g_autofree const char **shapes =
		chain_fingerprints(chain, migration->version, migration->up.nr);

	*foretold = (struct foretold){ 0 };
	if (shapes != NULL && (row == NULL || row->done <= migration->up.nr) && fits(shapes, row)) {
		foretold->shapes = g_steal_pointer(&shapes);
		take_rewrites(foretold, chain, migration);
	}
}

/* "kind:DIGEST:A,B" of a statement that is run in parts. False: it is nothing of the sort. */
static bool read_parts(struct foretold *foretold, const char *word, size_t index)
{
	g_auto(GStrv) fields = g_strsplit(word, ":", -1);
	struct foretold_way way = { .index = index, .nr = 1 };
	int how;

	if (g_strv_length(fields) != 3 || strlen(fields[1]) != REWRITE_DIGEST_LEN) {
		return false;
	}
	how = states_find(rewrite_split_names, REWRITE_SPLIT_NR, fields[0]);
	if (how < 0 || *fields[2] == '\0') {
		return false;
	}
	way.how = (enum rewrite_split)how;
	g_strlcpy(way.digest, fields[1], sizeof(way.digest));
	way.shapes = g_strsplit(fields[2], ",", -1);
	add_way(foretold, &way);
	return true;
}

bool foretold_comes_back(const struct foretold *foretold, size_t index)
{
	const char *after = foretold->shapes == NULL ? NULL : foretold->shapes[index + 1];

	if (after == NULL || foretold->nr_ways > 0 ||
	    g_strcmp0(after, foretold->shapes[index]) == 0) {
		return false;
	}
	for (size_t k = 0; k < index; k++) {
		if (g_strcmp0(after, foretold->shapes[k]) == 0) {
			return true;
		}
	}
	return false;
}

/* What is said of statement k; word is that of the text. */
static const char *shape_of(struct foretold *foretold, const char *word, size_t k, size_t from)
{
	if (strcmp(word, "=") == 0) {
		return k == from ? NULL : foretold->shapes[k - 1];
	}
	if (strchr(word, ':') != NULL) {
		const struct foretold_way *way;

		if (k == from || !read_parts(foretold, word, k - 1)) {
			return NULL;
		}
		way = &foretold->ways[foretold->nr_ways - 1];
		return foretold_part(way, way->nr_parts - 1);
	}
	if (*word == '!' && k > from) {
		foretold->counted[k - 1] = true;
		return word + 1;
	}
	return strcmp(word, "-") == 0 ? NULL : word;
}

void foretold_by_row(struct foretold *foretold, const struct history_row *row, size_t nr)
{
	const char *text = row->chain == NULL ? "" : row->chain;
	g_autofree char *line = g_strndup(text, halfway_before(text));
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	guint64 from = 0;
	size_t more = g_strv_length(words);

	*foretold = (struct foretold){ 0 };
	if (more < 2 || !g_ascii_string_to_unsigned(words[0], 10, 0, nr, &from, NULL) ||
	    from + more - 2 != nr) {
		return;
	}
	foretold->shapes = g_new0(const char *, nr + 1);
	foretold->counted = g_new0(bool, nr + 1);
	for (size_t k = from; k <= nr; k++) {
		foretold->shapes[k] = shape_of(foretold, words[k - from + 1], k, from);
	}
	foretold->words = g_steal_pointer(&words);
}

static void append_word(GString *text, const struct foretold *foretold, size_t k)
{
	const char **shapes = foretold->shapes;
	const struct foretold_way *way = foretold_way_at(foretold, k - 1);
	bool is_same = shapes[k] != NULL && g_strcmp0(shapes[k], shapes[k - 1]) == 0;

	if (way != NULL && way->how != REWRITE_SPLIT_NR) {
		g_autofree char *parts = g_strjoinv(",", way->shapes);

		g_string_append_printf(text, " %s:%s:%s", rewrite_split_names[way->how],
				       way->digest, parts);
		return;
	}
	g_string_append_printf(text, " %s%s", foretold_comes_back(foretold, k - 1) ? "!" : "",
			       is_same ? "=" : (shapes[k] == NULL ? "-" : shapes[k]));
}

char *foretold_write(const struct foretold *foretold, size_t done, size_t nr)
{
	const char **shapes = foretold->shapes;
	GString *text;

	if (shapes == NULL || shapes[done] == NULL || nr - done > CARRIED_MAX) {
		return g_strdup("");
	}
	text = g_string_new(NULL);
	g_string_append_printf(text, "%" G_GSIZE_FORMAT " %s", done, shapes[done]);
	for (size_t k = done + 1; k <= nr; k++) {
		append_word(text, foretold, k);
	}
	return g_string_free(text, FALSE);
}
