#include "steps.h"

#include <string.h>

#include <glib.h>

#include "foretold.h"
#include "release.h"

#define SAID_MAX 200 /* bytes of one text */

void steps_release(struct steps *steps)
{
	for (size_t i = 0; i < steps->nr; i++) {
		g_free(steps->steps[i].sql);
	}
	g_free(steps->steps);
	*steps = (struct steps){ 0 };
}

static void add(struct steps *steps, const struct step *step)
{
	steps->steps = g_renew(struct step, steps->steps, steps->nr + 1);
	steps->steps[steps->nr++] = *step;
}

static const char *shape_at(const struct foretold *foretold, size_t done)
{
	return foretold->shapes == NULL ? NULL : foretold->shapes[done];
}

static void add_written(struct steps *steps, const struct steps_from *from, size_t index)
{
	const struct step step = {
		.index = index,
		.nr = 1,
		.after = shape_at(from->foretold, index + 1),
	};

	add(steps, &step);
}

/* The parts from this one on. way: what is known of the schemas; or NULL. */
static void add_parts(struct steps *steps, size_t index, char **parts, size_t first,
		      const struct foretold_way *way, enum rewrite_split how)
{
	size_t nr = g_strv_length(parts);

	for (size_t i = first; i < nr; i++) {
		struct step step = {
			.index = index,
			.nr = i + 1 == nr ? 1 : 0,
			.sql = g_strdup(parts[i]),
			.part = i + 1,
			.parts = nr,
			.after = way == NULL ? NULL : foretold_part(way, i),
		};

		if (i + 1 < nr) {
			halfway_set(&step.then, how, (const char *const *)parts, i + 1);
		}
		add(steps, &step);
	}
}

static bool is_same(char **texts, const struct foretold_way *way)
{
	char digest[REWRITE_DIGEST_LEN + 1];

	rewrite_digest((const char *const *)texts, g_strv_length(texts), digest);
	return strcmp(digest, way->digest) == 0;
}

/* What the statement is run as now that a part of it is done. */
static bool add_rest(struct steps *steps, const struct steps_from *from)
{
	const struct script *up = &from->migration->up;
	const struct halfway *halfway = from->halfway;
	const struct foretold_way *way = foretold_way_at(from->foretold, from->done);
	g_auto(GStrv) parts = NULL;

	if (from->done < up->nr) {
		parts = halfway_parts(halfway, &up->statements[from->done]);
	}
	if (parts == NULL) {
		return false;
	}
	if (way != NULL && (way->how != halfway->how || !is_same(parts, way))) {
		way = NULL;
	}
	/* a chain that was made since then begins here; an earlier one knows this schema */
	steps->before = NULL;
	if (way != NULL) {
		steps->before = foretold_part(way, halfway->parts - 1);
	}
	if (way != NULL && steps->before == NULL) {
		steps->before = shape_at(from->foretold, from->done);
	}
	add_parts(steps, from->done, parts, halfway->parts, way, halfway->how);
	if (halfway->parts == g_strv_length(parts)) { /* what followed was taken out */
		const struct step step = {
			.index = from->done,
			.nr = 1,
			.sql = g_strdup("do 0"),
			.after = steps->before,
		};

		add(steps, &step);
	}
	return true;
}

static bool add_merged(struct steps *steps, const struct steps_from *from,
		       const struct foretold_way *way)
{
	const struct script *up = &from->migration->up;
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	char *one[] = { NULL, NULL };
	struct step step = { .index = way->index, .nr = way->nr };

	for (size_t i = way->index; i < way->index + way->nr && i < up->nr; i++) {
		g_ptr_array_add(texts, up->statements[i].text);
	}
	if (texts->len != way->nr) {
		return false;
	}
	step.sql = rewrite_merge((const char *const *)texts->pdata, way->nr,
				 up->statements[way->index].modes);
	one[0] = step.sql;
	if (step.sql == NULL || !is_same(one, way)) {
		g_free(step.sql);
		return false;
	}
	step.after = shape_at(from->foretold, way->index + way->nr);
	add(steps, &step);
	return true;
}

static bool add_split(struct steps *steps, const struct steps_from *from,
		      const struct foretold_way *way)
{
	const struct statement *statement = &from->migration->up.statements[way->index];
	g_auto(GStrv) parts = rewrite_split(statement->text, statement->modes, way->how);

	if (parts == NULL || g_strv_length(parts) != way->nr_parts || !is_same(parts, way)) {
		return false;
	}
	add_parts(steps, way->index, parts, 0, way, way->how);
	return true;
}

static bool add_way(struct steps *steps, const struct steps_from *from,
		    const struct foretold_way *way)
{
	if (way == NULL) {
		return false;
	}
	if (way->how == REWRITE_SPLIT_NR) {
		return from->merges && add_merged(steps, from, way);
	}
	return from->splits && add_split(steps, from, way);
}

bool steps_make(struct steps *steps, const struct steps_from *from)
{
	size_t i = from->done;

	*steps = (struct steps){ .before = shape_at(from->foretold, from->done) };
	if (from->halfway->parts > 0) {
		if (!add_rest(steps, from)) {
			return false;
		}
		i++;
	}
	while (i < from->migration->up.nr) {
		const struct foretold_way *way = foretold_way_at(from->foretold, i);

		if (add_way(steps, from, way)) {
			i += way->nr;
		} else {
			add_written(steps, from, i++);
		}
	}
	return true;
}

static void append_text(GString *out, const char *sql)
{
	g_autofree char *begin = NULL;

	if (strlen(sql) <= SAID_MAX) {
		g_string_append(out, sql);
		return;
	}
	begin = g_utf8_make_valid(sql, SAID_MAX);
	g_string_append_printf(out, "%s…", begin);
}

char *steps_say(const struct steps *steps, size_t index, const struct migration *migration)
{
	const struct step *step = &steps->steps[index];
	g_autoptr(GString) out = NULL;

	if (step->sql == NULL || step->part > 1 || (step->part == 0 && step->nr == 1)) {
		return NULL;
	}
	out = g_string_new(NULL);
	if (step->part == 0) {
		g_string_append_printf(out,
				       "%s: statements %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT
				       " rewritten as 1 statement: ",
				       migration->file, step->index + 1, step->index + step->nr);
		append_text(out, step->sql);
		return g_string_free(g_steal_pointer(&out), FALSE);
	}
	g_string_append_printf(out,
			       "%s: statement %" G_GSIZE_FORMAT " rewritten as %" G_GSIZE_FORMAT
			       " statements",
			       migration->file, step->index + 1, step->parts);
	for (size_t i = 0; i < step->parts; i++) {
		g_string_append(out, i == 0 ? ": " : "; ");
		append_text(out, step[i].sql);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
