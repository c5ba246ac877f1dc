#include "release_phase.h"

#include "directive.h"
#include "states.h"

const char *const release_phase_names[PHASE_NR] = {
	[PHASE_EXPAND] = "expand",
	[PHASE_BACKFILL] = "backfill",
	[PHASE_CONTRACT] = "contract",
};

static int refuse(const struct migration *migration, const struct directive *directive,
		  const char *text, struct err *err)
{
	return err_set(err, ERR_INVALID, "%s:%u:%u: %s", migration->file, directive->line,
		       directive->column, text);
}

/* The one directive that says it; *said stays NULL without one. */
static int find(const struct migration *migration, const GArray *directives,
		const struct directive **said, struct err *err)
{
	for (guint i = 0; directives != NULL && i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (directive->kind != DIRECTIVE_PHASE) {
			continue;
		}
		if (*said != NULL) {
			return refuse(migration, directive,
				      "a file has one phase, and this is its second", err);
		}
		*said = directive;
	}
	return 0;
}

int release_phase_set(struct release *release, size_t index, const GArray *directives,
		      struct err *err)
{
	struct migration *migration = &release->migrations[index];
	const struct migration *before = &release->migrations[index == 0 ? 0 : index - 1];
	enum release_phase last = index == 0 ? PHASE_EXPAND : before->phase;
	const struct directive *said = NULL;

	migration->phase = last;
	migration->part = index == 0 ? 0 : before->part;
	if (find(migration, directives, &said, err) < 0) {
		return -1;
	}
	if (said != NULL) {
		migration->phase =
			(enum release_phase)states_find(release_phase_names, PHASE_NR, said->text);
	}
	if (migration->phase < last && migration->phase != PHASE_EXPAND) {
		g_autofree char *text = g_strdup_printf(
			"phase=%s cannot stand behind %s, which is of the phase %s: the next round "
			"begins with a file that says phase=expand",
			said->text, before->file, release_phase_names[last]);

		return refuse(migration, said, text, err);
	}
	if (index > 0 && migration->phase != last) {
		migration->part++;
	}
	return 0;
}

size_t release_part_end(const struct release *release, size_t index)
{
	size_t part = release->migrations[index].part;

	while (index + 1 < release->nr && release->migrations[index + 1].part == part) {
		index++;
	}
	return index;
}
