#include "scratch_rewrite.h"

#include <string.h>

#include <glib.h>

#include "clause.h"
#include "db.h"
#include "release.h"
#include "rewrite.h"
#include "rewrite_proof.h"
#include "trial_facts.h"

#define MERGED_MAX 20 /* statements */

/* Has its text more than one change, or could it be one of several? */
static bool is_change(const struct statement *statement)
{
	SCOPED(clause) clause = { 0 };

	return statement->kind == STATEMENT_DDL && !statement->names_schema &&
	       !statement->as_written && clause_read(&clause, statement->text, statement->modes) &&
	       clause.form == CLAUSE_ALTER_TABLE;
}

/* As many from index on as can be merged; 1: only itself. texts: of all from index on. */
static size_t run_of(const struct script *up, size_t index, const char *const *texts)
{
	size_t nr = 1;

	while (index + nr < up->nr && nr < MERGED_MAX && is_change(&up->statements[index + nr])) {
		g_autofree char *merged = rewrite_merge(texts, nr + 1, up->statements[index].modes);

		if (merged == NULL) {
			break;
		}
		nr++;
	}
	return nr;
}

static bool is_splittable(const char *text, unsigned modes)
{
	for (int how = 0; how < REWRITE_SPLIT_NR; how++) {
		g_auto(GStrv) parts = rewrite_split(text, modes, (enum rewrite_split)how);

		if (parts != NULL) {
			return true;
		}
	}
	return false;
}

/* What the ways do to the real table while they are tried is not what the release does. */
static int find(const struct rewrite_ground *ground, const char *const *texts, size_t nr,
		struct rewrite *rewrite, struct err *err)
{
	struct rewrite_ground apart = *ground;
	struct trial_facts facts = { 0 };
	struct trial_fact ignored;
	GHashTableIter iter;
	void *name;
	int found;

	if (ground->facts != NULL) {
		if (trial_facts_get(ground->facts, ground->runner, "", &ignored, err) < 0) {
			return -1;
		}
		facts = *ground->facts;
		facts.anew = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		if (ground->facts->anew != NULL) {
			g_hash_table_iter_init(&iter, ground->facts->anew);
			while (g_hash_table_iter_next(&iter, &name, NULL)) {
				g_hash_table_add(facts.anew, g_strdup(name));
			}
		}
		apart.facts = &facts;
	}
	found = rewrite_find(&apart, texts, nr, rewrite, err);
	if (facts.anew != NULL) {
		g_hash_table_unref(facts.anew);
	}
	return found;
}

int scratch_rewrite(const struct rewrite_ground *ground, const struct migration *migration,
		    size_t index, size_t *nr, struct rewrite *rewrite, struct err *err)
{
	const struct script *up = &migration->up;
	g_autoptr(GPtrArray) texts = g_ptr_array_new();

	*nr = 1;
	if (!is_change(&up->statements[index])) {
		return 0;
	}
	for (size_t i = index; i < up->nr; i++) {
		g_ptr_array_add(texts, up->statements[i].text);
	}
	*nr = run_of(up, index, (const char *const *)texts->pdata);
	if (*nr == 1 && !is_splittable(up->statements[index].text, ground->modes)) {
		return 0;
	}
	if (find(ground, (const char *const *)texts->pdata, *nr, rewrite, err) == 0) {
		return 0;
	}
	return err->code == ERR_DB && !db_is_lost(ground->runner) ? 0 : -1;
}
