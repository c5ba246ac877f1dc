#include "shape.h"

#include <string.h>

#define SHORT_MAX   120 /* bytes of a text that is shown whole */
#define EXCERPT_MAX 60

/* ---- for people ---------------------------------------------------------------------- */

static bool is_short(const char *text)
{
	return strlen(text) <= SHORT_MAX && strchr(text, '\n') == NULL;
}

/* One line of it, from a little in front of where it differs. Owned. */
static char *excerpt(const char *text, size_t differs)
{
	size_t first = differs > EXCERPT_MAX / 3 ? differs - EXCERPT_MAX / 3 : 0;
	g_autofree char *cut = NULL;

	while (first > 0 && ((unsigned char)text[first] & 0xc0) == 0x80) {
		first--; /* not inside a character */
	}
	cut = g_strndup(text + first, EXCERPT_MAX);
	g_strdelimit(cut, "\n\r\t", ' ');
	return g_strdup_printf("%s%s%s", first > 0 ? "…" : "", g_strstrip(cut),
			       strlen(text + first) > EXCERPT_MAX ? "…" : "");
}

static char *describe(const struct shape_change *change)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	size_t differs = 0;

	if (change->before == NULL || change->after == NULL) {
		const char *text = change->before == NULL ? change->after : change->before;
		g_autofree char *cut = is_short(text) ? g_strdup(text) : excerpt(text, 0);

		return g_strdup_printf("%s%s%s", change->before == NULL ? "new" : "gone",
				       *cut == '\0' ? "" : ": ", cut);
	}
	if (is_short(change->before) && is_short(change->after)) {
		return g_strdup_printf("%s -> %s",
				       *change->before == '\0' ? "none" : change->before,
				       *change->after == '\0' ? "none" : change->after);
	}
	while (change->before[differs] != '\0' &&
	       change->before[differs] == change->after[differs]) {
		differs++;
	}
	before = excerpt(change->before, differs);
	after = excerpt(change->after, differs);
	return g_strdup_printf("\"%s\" -> \"%s\"", before, after);
}

/* Is the change that of a whole object? Its first fact has an empty part. */
static bool is_whole(const struct shape_change *change)
{
	return *change->part == '\0' && (change->before == NULL || change->after == NULL);
}

static char *line_of(const struct shape_change *change)
{
	g_autofree char *what = NULL;

	if (is_whole(change)) {
		return g_strdup_printf("%s: %s", change->object,
				       change->before == NULL ? "new" : "gone");
	}
	what = describe(change);
	return g_strdup_printf("%s%s%s: %s%s", change->object, *change->part == '\0' ? "" : ", ",
			       change->part, what, change->minor ? " (minor)" : "");
}

char **shape_diff_lines(const struct shape_diff *diff, size_t max)
{
	GPtrArray *lines = g_ptr_array_new();
	const char *whole = NULL;
	size_t left = 0;

	for (size_t i = 0; i < diff->nr; i++) {
		const struct shape_change *change = &diff->changes[i];

		if (whole != NULL && strcmp(whole, change->object) == 0) {
			continue;
		}
		whole = is_whole(change) ? change->object : NULL;
		if (max > 0 && lines->len >= max) {
			left++;
		} else {
			g_ptr_array_add(lines, line_of(change));
		}
	}
	if (left > 0) {
		g_ptr_array_add(lines, g_strdup_printf("… and %" G_GSIZE_FORMAT " more", left));
	}
	g_ptr_array_add(lines, NULL);
	return (char **)g_ptr_array_free(lines, FALSE);
}

char *shape_diff_text(const struct shape_diff *diff, size_t max)
{
	g_auto(GStrv) lines = shape_diff_lines(diff, max);

	return g_strjoinv("; ", lines);
}

static char **lines_between(const struct shape *before, const struct shape *after, bool minor,
			    size_t max)
{
	SCOPED(shape_diff) diff = { 0 };
	size_t kept = 0;

	shape_diff_make(&diff, before, after);
	for (size_t i = 0; i < diff.nr; i++) {
		if (diff.changes[i].minor == minor) {
			diff.changes[kept++] = diff.changes[i];
		}
	}
	diff.nr = kept;
	return shape_diff_lines(&diff, max);
}

char **shape_major_lines(const struct shape *before, const struct shape *after, size_t max)
{
	return lines_between(before, after, false, max);
}

char **shape_minor_lines(const struct shape *before, const struct shape *after, size_t max)
{
	return lines_between(before, after, true, max);
}

char *shape_difference(const struct shape *before, const struct shape *after, size_t max)
{
	SCOPED(shape_diff) diff = { 0 };
	g_auto(GStrv) lines = NULL;

	shape_diff_make(&diff, before, after);
	lines = shape_diff_lines(&diff, max);
	return g_strjoinv("\n", lines);
}

/* ---- for the store ------------------------------------------------------------------- */

static void write_escaped(GString *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '\\':
			g_string_append(out, "\\\\");
			break;
		case '\n':
			g_string_append(out, "\\n");
			break;
		case '\r':
			g_string_append(out, "\\r");
			break;
		case '\t':
			g_string_append(out, "\\t");
			break;
		default:
			g_string_append_c(out, *text);
		}
	}
}

/* "object <tab> part <tab> text", with ~ in front when minor. */
static void write_fact(GString *out, const struct shape_fact *fact)
{
	g_string_append_c(out, fact->minor ? '~' : '=');
	write_escaped(out, fact->object);
	g_string_append_c(out, '\t');
	write_escaped(out, fact->part);
	g_string_append_c(out, '\t');
	write_escaped(out, fact->text);
	g_string_append_c(out, '\n');
}

char *shape_write(const struct shape *shape)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < shape->nr; i++) {
		write_fact(out, &shape->facts[i]);
	}
	return g_string_free(out, FALSE);
}

static void facts_release(GArray *facts)
{
	for (guint i = 0; i < facts->len; i++) {
		shape_fact_clear(&g_array_index(facts, struct shape_fact, i));
	}
	g_array_set_size(facts, 0);
}

/* One line without its end; false: it is none of ours. */
static bool parse_fact(struct shape_fact *fact, const char *line)
{
	g_auto(GStrv) fields = NULL;

	if (*line != '~' && *line != '=') {
		return false;
	}
	fields = g_strsplit(line + 1, "\t", -1);
	if (g_strv_length(fields) != 3 || *fields[0] == '\0') {
		return false;
	}
	*fact = (struct shape_fact){
		.object = g_strcompress(fields[0]),
		.part = g_strcompress(fields[1]),
		.text = g_strcompress(fields[2]),
		.minor = *line == '~',
	};
	return true;
}

int shape_parse(struct shape *shape, const char *text, struct err *err)
{
	g_autoptr(GArray) facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		struct shape_fact fact;

		if (*lines[i] == '\0' && lines[i + 1] == NULL) {
			break;
		}
		if (!parse_fact(&fact, lines[i])) {
			facts_release(facts);
			return err_set(err, ERR_INVALID,
				       "stored schema, line %" G_GSIZE_FORMAT ": is no fact",
				       i + 1);
		}
		g_array_append_val(facts, fact);
	}
	shape_build(shape, facts);
	return 0;
}

char *shape_delta(const struct shape *before, const struct shape *after)
{
	SCOPED(shape_diff) diff = { 0 };
	GString *out = g_string_new(NULL);

	shape_diff_make(&diff, before, after);
	for (size_t i = 0; i < diff.nr; i++) {
		if (diff.changes[i].from != NULL) {
			g_string_append_c(out, '-');
			write_fact(out, diff.changes[i].from);
		}
		if (diff.changes[i].to != NULL) {
			g_string_append_c(out, '+');
			write_fact(out, diff.changes[i].to);
		}
	}
	return g_string_free(out, FALSE);
}

/* What one line does to before: of its facts some go, others come. Minor ones may differ. */
struct patch {
	const struct shape *before;
	bool *goes;   /* of each fact */
	GArray *come; /* struct shape_fact, owned */
};

static int patch_major(const struct patch *patch, const struct shape_fact *gone, struct err *err)
{
	const struct shape_fact *there = shape_fact(patch->before, gone->object, gone->part);

	if (there == NULL || there->minor || strcmp(there->text, gone->text) != 0) {
		return err_set(err, ERR_INVALID,
			       "difference of schemas: it removes what the schema does not have");
	}
	patch->goes[there - patch->before->facts] = true;
	return 0;
}

static void patch_minor(const struct patch *patch, const struct shape_fact *fact)
{
	const struct shape_fact *there = shape_fact(patch->before, fact->object, fact->part);

	if (there != NULL && there->minor) {
		patch->goes[there - patch->before->facts] = true;
	}
}

static int patch_line(const struct patch *patch, const char *line, struct err *err)
{
	struct shape_fact fact;
	int done = 0;

	if ((*line != '+' && *line != '-') || !parse_fact(&fact, line + 1)) {
		return err_set(err, ERR_INVALID, "difference of schemas: a line is no fact");
	}
	if (fact.minor) {
		patch_minor(patch, &fact);
	} else if (*line == '-') {
		done = patch_major(patch, &fact, err);
	}
	if (*line == '+') {
		g_array_append_val(patch->come, fact);
	} else {
		shape_fact_clear(&fact);
	}
	return done;
}

/* Those of before that stay. Owned. */
static GArray *patch_rest(const struct patch *patch)
{
	const struct shape *before = patch->before;
	GArray *facts = g_array_sized_new(FALSE, FALSE, sizeof(struct shape_fact),
					  (guint)before->nr + patch->come->len);

	for (size_t i = 0; i < before->nr; i++) {
		const struct shape_fact *fact = &before->facts[i];

		if (!patch->goes[i]) {
			const struct shape_fact copy = shape_fact_copy(fact);

			g_array_append_val(facts, copy);
		}
	}
	return facts;
}

int shape_apply(struct shape *after, const struct shape *before, const char *delta, struct err *err)
{
	g_auto(GStrv) lines = g_strsplit(delta, "\n", -1);
	g_autofree bool *goes = g_new0(bool, before->nr);
	g_autoptr(GArray) come = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));
	const struct patch patch = { .before = before, .goes = goes, .come = come };
	g_autoptr(GArray) facts = NULL;

	for (size_t i = 0; lines[i] != NULL; i++) {
		if (*lines[i] != '\0' && patch_line(&patch, lines[i], err) < 0) {
			facts_release(come);
			return -1;
		}
	}
	facts = patch_rest(&patch);
	g_array_append_vals(facts, come->data, come->len);
	shape_build(after, facts);
	return 0;
}
