#include "scratch_found.h"

#include <string.h>

#include "chain.h"
#include "ladder.h"
#include "shape.h"
#include "trial.h"

/* What a migration passed through on the copy. */
struct passed {
	const struct chain *chain;
	const char *version;
	size_t done;       /* of its statements, before the chain begins */
	GPtrArray *shapes; /* of shapes_of */
};

static void found_free(void *data)
{
	struct scratch_found *found = data;

	rewrite_release(&found->rewrite);
	g_strfreev(found->shapes);
	g_free(found);
}

GPtrArray *scratch_found_new(void)
{
	return g_ptr_array_new_with_free_func(found_free);
}

/* What the tenant would look like behind each text; NULL: it cannot be said. Owned. */
static char **foretell(const struct shape *before, const struct rewrite *rewrite)
{
	g_autoptr(GPtrArray) shapes = g_ptr_array_new_with_free_func(g_free);
	struct err ignored;

	for (guint i = 0; i < rewrite->deltas->len; i++) {
		const char *delta = g_ptr_array_index(rewrite->deltas, i);
		SCOPED(shape) then = { 0 };

		if (shape_apply(&then, before, delta, &ignored) < 0) {
			return NULL;
		}
		g_ptr_array_add(shapes, g_strdup(then.fingerprint));
	}
	g_ptr_array_add(shapes, NULL);
	return (char **)g_ptr_array_steal(shapes, NULL);
}

bool scratch_found_add(GPtrArray *found, const struct shape *before, size_t index, size_t nr,
		       struct rewrite *rewrite)
{
	char **shapes = rewrite->statements == NULL ? NULL : foretell(before, rewrite);
	struct scratch_found *added;

	if (shapes == NULL) {
		return false;
	}
	added = g_new0(struct scratch_found, 1);
	*added = (struct scratch_found){ .index = index,
					 .nr = nr,
					 .rewrite = *rewrite,
					 .shapes = shapes };
	*rewrite = (struct rewrite){ 0 };
	g_ptr_array_add(found, added);
	return true;
}

/* The schemas that the file as it is written passes through; the first is the one before it. */
static GPtrArray *shapes_of(struct chain *chain, const char *version)
{
	GPtrArray *shapes = g_ptr_array_new();

	for (size_t i = 0; i < chain->nr; i++) {
		if (strcmp(chain->steps[i].version, version) != 0) {
			continue;
		}
		if (shapes->len == 0) {
			g_ptr_array_add(shapes, i == 0 ? chain->start.fingerprint
						       : chain->steps[i - 1].fingerprint);
		}
		g_ptr_array_add(shapes, chain->steps[i].fingerprint);
	}
	return shapes;
}

static guint times(const GPtrArray *shapes, const char *shape)
{
	guint nr = 0;

	for (guint i = 0; i < shapes->len; i++) {
		nr += strcmp(g_ptr_array_index(shapes, i), shape) == 0;
	}
	return nr;
}

/* Did each of them run on the copy, and change what it looks like? */
static bool is_seen(const struct passed *passed, const struct scratch_found *found)
{
	const GPtrArray *shapes = passed->shapes;
	guint first = (guint)(found->index - passed->done);

	for (size_t i = 0; i < found->nr; i++) {
		const struct chain_step *step =
			chain_find(passed->chain, passed->version, found->index + 1 + i);

		if (step == NULL || step->note != NULL || first + i + 1 >= shapes->len ||
		    strcmp(g_ptr_array_index(shapes, first + i),
			   g_ptr_array_index(shapes, first + i + 1)) == 0) {
			return false;
		}
	}
	return true;
}

static bool is_told_apart(const struct passed *passed, const struct scratch_found *found)
{
	GPtrArray *shapes = passed->shapes;
	guint end = (guint)(found->index - passed->done + found->nr);
	guint parts = g_strv_length(found->shapes);

	if (!is_seen(passed, found) ||
	    strcmp(g_ptr_array_index(shapes, end), found->shapes[parts - 1]) != 0) {
		return false;
	}
	for (guint i = 0; i + 1 < parts; i++) {
		g_ptr_array_add(shapes, found->shapes[i]);
	}
	for (guint i = 0; i + 1 < parts; i++) {
		if (times(shapes, found->shapes[i]) != 1) {
			return false;
		}
	}
	return true;
}

static enum task_kind kind_of(const struct rewrite *rewrite)
{
	enum task_kind kind = TASK_KIND_INSTANT;

	for (size_t i = 0; i < rewrite->nr; i++) {
		kind = rewrite->trials[i].rung == LADDER_INSTANT ? kind : TASK_KIND_REBUILD;
	}
	return kind;
}

static void keep(struct chain *chain, const char *version, const struct scratch_found *found)
{
	g_autofree char *copied = g_strdup(version);
	g_autoptr(GPtrArray) ways = g_ptr_array_new_with_free_func(g_free);
	struct chain_rewrite kept = {
		.version = copied,
		.number = found->index + 1,
		.nr = found->nr,
		.how = found->rewrite.how,
		.shapes = found->shapes,
	};

	for (size_t i = 0; i < found->rewrite.nr; i++) {
		g_ptr_array_add(ways, g_strdup(ladder_names[found->rewrite.trials[i].rung]));
	}
	g_ptr_array_add(ways, NULL);
	kept.ways = (char **)(void *)ways->pdata;
	rewrite_digest((const char *const *)found->rewrite.statements, found->rewrite.nr,
		       kept.digest);
	chain_rewrite_add(chain, &kept);
	for (size_t i = 0; i < chain->nr; i++) {
		struct chain_step *step = &chain->steps[i];

		if (strcmp(step->version, kept.version) == 0 && step->number >= kept.number &&
		    step->number < kept.number + kept.nr) {
			step->kind = kind_of(&found->rewrite);
		}
	}
}

bool scratch_found_keep(const struct scratch_found *found, struct chain *chain, const char *version,
			size_t done)
{
	g_autoptr(GPtrArray) shapes = shapes_of(chain, version);
	const struct passed passed = { .chain = chain,
				       .version = version,
				       .done = done,
				       .shapes = shapes };

	if (!is_told_apart(&passed, found)) {
		return false;
	}
	keep(chain, version, found);
	return true;
}
