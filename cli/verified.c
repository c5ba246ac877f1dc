#include "verified.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX  60 /* of tenants that are as they should be, but with -o wide */
#define LINES_MAX 8  /* of one tenant, the same */
#define LISTS_NR  10

/* What is to be known first; the rest is told below the table. */
static void get_difference(GString *out, const void *item)
{
	const struct wire_verify_tenant *tenant = item;
	const struct wire_texts *lines = tenant->diff.nr > 0 ? &tenant->diff : &tenant->problems;

	lines = lines->nr == 0 ? &tenant->minor : lines;
	if (lines->nr > 0) {
		g_string_append(out, lines->texts[0]);
	}
	if (lines->nr > 1) {
		g_string_append_printf(out, " (and %zu more)", lines->nr - 1);
	}
}

/* clang-format off */
static const struct column columns[] = {
	{ "TENANT",           "tenant",   0,            NULL },
	{ "SERVER",           "server",   COLUMN_WIDE,  NULL },
	{ "VERSION",          "version",  0,            NULL },
	{ "VERDICT",          "verdict",  COLUMN_STATE, NULL },
	{ "FIRST DIFFERENCE", "diff",     COLUMN_FLEX,  get_difference },
	{ "PROBLEMS",         "problems", COLUMN_HIDE,  NULL },
	{ "MINOR",            "minor",    COLUMN_HIDE,  NULL },
	{ "HELP",             "help",     COLUMN_HIDE,  NULL },
	{ 0 },
};
/* clang-format on */

const struct view verified_view = { &wire_verify_tenant_type, columns, NULL };

/* As they should be: the last. */
static void lists_of(const struct wire_verify *verify, const struct wire_list *lists[LISTS_NR])
{
	const struct wire_list *const all[LISTS_NR] = {
		&verify->drifted,    &verify->altered,    &verify->incomplete, &verify->ahead,
		&verify->unfinished, &verify->unrecorded, &verify->missing,    &verify->unproven,
		&verify->unknown,    &verify->verified,
	};

	memcpy(lists, all, sizeof(all));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct wire_verify_tenant *)a)->tenant,
		      ((const struct wire_verify_tenant *)b)->tenant);
}

void verified_rows(const struct wire_verify *verify, struct wire_list *rows)
{
	const struct wire_list *lists[LISTS_NR];
	struct wire_verify_tenant *items;
	size_t nr = 0;
	size_t fine;

	lists_of(verify, lists);
	for (size_t i = 0; i < LISTS_NR; i++) {
		nr += lists[i]->nr;
	}
	items = g_new0(struct wire_verify_tenant, nr + 1);
	fine = nr - verify->verified.nr;
	*rows = (struct wire_list){ .items = items };
	for (size_t i = 0; i < LISTS_NR; i++) {
		for (size_t k = 0; k < lists[i]->nr; k++) {
			items[rows->nr++] = ((struct wire_verify_tenant *)lists[i]->items)[k];
		}
	}
	qsort(items, fine, sizeof(*items), by_name);
	qsort(items + fine, nr - fine, sizeof(*items), by_name);
}

static const char *plural(int64_t nr)
{
	return nr == 1 ? "" : "s";
}

static void print_lines(GString *out, const struct wire_texts *lines, const struct style *style)
{
	size_t shown = style->output == RENDER_WIDE ? lines->nr : MIN(lines->nr, (size_t)LINES_MAX);

	for (size_t i = 0; i < shown; i++) {
		g_string_append_printf(out, "      %s\n", lines->texts[i]);
	}
	if (shown < lines->nr) {
		g_string_append_printf(out, "      … and %zu more: -o wide\n", lines->nr - shown);
	}
}

static void print_problem(GString *out, const struct wire_verify_tenant *tenant,
			  const struct style *style)
{
	g_string_append_printf(out, "\n%s", tenant->tenant);
	for (size_t i = 0; i < tenant->problems.nr; i++) {
		g_string_append_printf(out, "%s%s", i == 0 ? ": " : "; ",
				       tenant->problems.texts[i]);
	}
	g_string_append_c(out, '\n');
	print_lines(out, &tenant->diff, style);
	print_lines(out, &tenant->minor, style);
	if (tenant->help != NULL) {
		g_string_append_printf(out, "  -> %s\n", tenant->help);
	}
}

static void print_positions(GString *out, const struct wire_verify *verify)
{
	const struct wire_verify_position *items = verify->positions.items;
	bool is_first = true;

	for (size_t i = 0; i < verify->positions.nr; i++) {
		if (items[i].note == NULL) {
			continue;
		}
		g_string_append_printf(
			out, "%s%s on %s, %" PRId64 " tenant%s: %s\n", is_first ? "\n" : "",
			items[i].version == NULL ? "nothing applied" : items[i].version,
			items[i].flavor, items[i].tenants, plural(items[i].tenants), items[i].note);
		is_first = false;
	}
}

void verified_print(GString *out, const struct wire_verify *verify, const struct style *style)
{
	int64_t fine = (int64_t)verify->verified.nr;
	const struct wire_verify_tenant *items;
	bool is_cut = style->output != RENDER_WIDE && fine > ROWS_MAX;
	struct wire_list rows;
	size_t problems;

	verified_rows(verify, &rows);
	problems = rows.nr - verify->verified.nr;
	items = rows.items;
	g_string_append_printf(out,
			       "release %s to version %s: %" PRId64 " tenant%s, %" PRId64
			       " as they should be, %zu not\n\n",
			       verify->release, verify->version, verify->tenants,
			       plural(verify->tenants), fine, problems);
	if (!is_cut || problems > 0) {
		const struct wire_list shown = { .items = rows.items,
						 .nr = is_cut ? problems : rows.nr };

		render_list(out, &verified_view, &shown, style);
	}
	if (is_cut) {
		g_string_append_printf(out, "… and %" PRId64 " as they should be: -o wide\n", fine);
	}
	print_positions(out, verify);
	for (size_t i = 0; i < problems; i++) {
		print_problem(out, &items[i], style);
	}
	g_free(rows.items);
}
