#include "render.h"

#include <math.h>
#include <string.h>

#include "csv.h"
#include "human.h"

#define GAP         2
#define COLUMNS_MAX 24
#define FLEX_LEAST  10

const char *const render_output_names[RENDER_OUTPUT_NR] = {
	[RENDER_TABLE] = "table", [RENDER_WIDE] = "wide", [RENDER_JSON] = "json",
	[RENDER_JSONL] = "jsonl", [RENDER_CSV] = "csv",   [RENDER_NAME] = "name",
};

/* The columns that are shown, the text of every cell, and the widths. */
struct grid {
	const struct column *columns[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t nr;
	GPtrArray *cells; /* owned; rows * nr owned texts */
};

static void grid_release(struct grid *grid)
{
	g_clear_pointer(&grid->cells, g_ptr_array_unref);
}

SCOPED_RELEASE(grid);

/* clang-format off */
static const struct {
	const char *word;
	const char *color;
} colors[] = {
	{ "done",      "\033[32m" }, { "up",        "\033[32m" },
	{ "running",   "\033[36m" }, { "verifying", "\033[36m" },
	{ "failed",    "\033[31m" }, { "in_doubt",  "\033[31m" }, { "aborted",   "\033[31m" },
	{ "aborting",  "\033[31m" }, { "down",      "\033[31m" }, { "denied",    "\033[31m" },
	{ "paused",    "\033[33m" }, { "pausing",   "\033[33m" }, { "gated",     "\033[33m" },
	{ "go",        "\033[32m" }, { "slow",      "\033[36m" }, { "stopped",   "\033[31m" },
	{ "soft",      "\033[36m" }, { "hard",      "\033[33m" }, { "critical",  "\033[31m" },
	{ "silent",    "\033[31m" }, { "ok",        "\033[32m" }, { "drifted",   "\033[31m" },
	{ "held",      "\033[33m" }, { "skipped",   "\033[33m" }, { "waiting",   "\033[33m" },
};

/* clang-format on */

const char *render_color(const char *state, const struct style *style)
{
	for (size_t i = 0; style->color && state != NULL && i < G_N_ELEMENTS(colors); i++) {
		if (strcmp(colors[i].word, state) == 0) {
			return colors[i].color;
		}
	}
	return "";
}

const char *render_plain(const struct style *style)
{
	return style->color ? "\033[0m" : "";
}

void render_labels(GString *out, const struct wire_labels *labels)
{
	for (size_t i = 0; i < labels->nr; i++) {
		g_string_append_printf(out, "%s%s=%s", i > 0 ? "," : "", labels->labels[i].key,
				       labels->labels[i].value);
	}
}

static void append_texts(GString *out, const struct wire_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? "; " : "", texts->texts[i]);
	}
}

static const struct wire_field *find_field(const struct wire_type *type, const char *name)
{
	for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
		if (strcmp(field->name, name) == 0) {
			return field;
		}
	}
	return NULL;
}

void render_field(GString *out, const struct wire_type *type, const char *field, const void *item)
{
	const struct wire_field *found = find_field(type, field);
	const char *at;

	CHECK(found != NULL);
	at = (const char *)item + found->offset;
	switch (found->kind) {
	case WIRE_TEXT:
		g_string_append(out, *(char *const *)(const void *)at != NULL
					     ? *(char *const *)(const void *)at
					     : "");
		break;
	case WIRE_INT:
		g_string_append_printf(out, "%" G_GINT64_FORMAT,
				       *(const int64_t *)(const void *)at);
		break;
	case WIRE_REAL:
		g_string_append_printf(out, "%.3g", *(const double *)(const void *)at);
		break;
	case WIRE_MAYBE:
		if (!isnan(*(const double *)(const void *)at)) {
			g_string_append_printf(out, "%.3g", *(const double *)(const void *)at);
		}
		break;
	case WIRE_BOOL:
		g_string_append(out, *(const bool *)(const void *)at ? "yes" : "no");
		break;
	case WIRE_TEXTS:
		append_texts(out, (const void *)at);
		break;
	case WIRE_LABELS:
		render_labels(out, (const void *)at);
		break;
	case WIRE_OBJECT:
	case WIRE_LIST:
		CHECK(false); /* a view gives a function for these */
		break;
	}
}

static char *cell_raw(const struct view *view, const struct column *column, const void *item)
{
	GString *text = g_string_new(NULL);

	if (column->get != NULL) {
		column->get(text, item);
	} else {
		render_field(text, view->type, column->field, item);
	}
	return g_string_free(text, FALSE);
}

/* As people see it: local time, sizes with units, no control characters. */
static char *cell_text(const struct view *view, const struct column *column, const void *item)
{
	g_autofree char *raw = cell_raw(view, column, item);
	GString *text = g_string_new(NULL);

	if (raw[0] == '\0') {
		return g_string_free(text, FALSE);
	}
	if ((column->flags & COLUMN_TIME) != 0) {
		human_time(text, raw);
	} else if ((column->flags & COLUMN_BYTES) != 0) {
		human_bytes(text, g_ascii_strtoll(raw, NULL, 10));
	} else {
		human_text(text, raw, 0);
	}
	return g_string_free(text, FALSE);
}

static bool is_shown(const struct column *column, const struct style *style)
{
	if (style->output == RENDER_CSV) {
		return true;
	}
	if ((column->flags & COLUMN_HIDE) != 0) {
		return false;
	}
	return style->output == RENDER_WIDE || (column->flags & COLUMN_WIDE) == 0;
}

static void grid_columns(struct grid *grid, const struct view *view, const struct style *style)
{
	for (const struct column *column = view->columns; column->title != NULL; column++) {
		if (is_shown(column, style)) {
			CHECK(grid->nr < COLUMNS_MAX);
			grid->columns[grid->nr] = column;
			grid->widths[grid->nr++] = human_width(column->title);
		}
	}
}

static const void *list_item(const struct view *view, const struct wire_list *list, size_t i)
{
	return (const char *)list->items + i * view->type->size;
}

static void grid_fill(struct grid *grid, const struct view *view, const struct wire_list *list)
{
	grid->cells = g_ptr_array_new_full((guint)(list->nr * grid->nr), g_free);
	for (size_t i = 0; i < list->nr; i++) {
		for (size_t c = 0; c < grid->nr; c++) {
			char *text = cell_text(view, grid->columns[c], list_item(view, list, i));

			grid->widths[c] = MAX(grid->widths[c], human_width(text));
			g_ptr_array_add(grid->cells, text);
		}
	}
}

/* Take what is too much for the terminal from the columns that can give way. */
static void grid_fit(struct grid *grid, size_t width)
{
	size_t total = 0;

	for (size_t c = 0; c < grid->nr; c++) {
		total += grid->widths[c] + (c > 0 ? GAP : 0);
	}
	for (size_t c = grid->nr; width > 0 && c-- > 0 && total > width;) {
		size_t over = total - width;
		size_t spare = grid->widths[c] > FLEX_LEAST ? grid->widths[c] - FLEX_LEAST : 0;

		if ((grid->columns[c]->flags & COLUMN_FLEX) != 0) {
			grid->widths[c] -= MIN(over, spare);
			total -= MIN(over, spare);
		}
	}
}

static void append_cell(GString *out, const struct grid *grid, size_t c, const char *text,
			const struct style *style)
{
	unsigned flags = grid->columns[c]->flags;
	const char *color = (flags & COLUMN_STATE) != 0 ? render_color(text, style) : "";
	size_t width = MIN(human_width(text), grid->widths[c]);
	int pad = (int)(grid->widths[c] - width);

	if ((flags & COLUMN_RIGHT) != 0) {
		g_string_append_printf(out, "%*s", pad, "");
	}
	g_string_append(out, color);
	human_text(out, text, grid->widths[c]);
	g_string_append(out, color[0] != '\0' ? render_plain(style) : "");
	if ((flags & COLUMN_RIGHT) == 0 && c + 1 < grid->nr) {
		g_string_append_printf(out, "%*s", pad, "");
	}
}

static void trim_blanks(GString *out)
{
	while (out->len > 0 && out->str[out->len - 1] == ' ') {
		g_string_truncate(out, out->len - 1);
	}
}

static void render_table(GString *out, const struct view *view, const struct wire_list *list,
			 const struct style *style)
{
	SCOPED(grid) grid = { 0 };

	grid_columns(&grid, view, style);
	grid_fill(&grid, view, list);
	grid_fit(&grid, style->width);
	for (size_t i = 0; i <= list->nr; i++) {
		for (size_t c = 0; c < grid.nr; c++) {
			const char *text =
				i == 0 ? grid.columns[c]->title
				       : g_ptr_array_index(grid.cells, (i - 1) * grid.nr + c);

			if (c > 0) {
				g_string_append_printf(out, "%*s", GAP, "");
			}
			append_cell(out, &grid, c, text, style);
		}
		trim_blanks(out);
		g_string_append_c(out, '\n');
	}
}

static void append_csv_row(GString *out, const struct view *view, const void *item)
{
	for (const struct column *column = view->columns; column->title != NULL; column++) {
		g_autofree char *text =
			item != NULL ? cell_raw(view, column, item) : g_strdup(column->field);

		if (column != view->columns) {
			g_string_append_c(out, ',');
		}
		csv_append(out, text);
	}
	g_string_append(out, "\r\n");
}

static void append_name(GString *out, const struct view *view, const void *item)
{
	if (view->name != NULL) {
		view->name(out, item);
	} else {
		render_field(out, view->type, view->columns[0].field, item);
	}
	g_string_append_c(out, '\n');
}

static void append_json(GString *out, const struct view *view, const void *item)
{
	g_autofree char *json = wire_encode(view->type, item);

	g_string_append(out, json);
	g_string_append_c(out, '\n');
}

static void append_each(GString *out, const struct view *view, const struct wire_list *list,
			void (*append)(GString *, const struct view *, const void *))
{
	for (size_t i = 0; i < list->nr; i++) {
		append(out, view, list_item(view, list, i));
	}
}

void render_list(GString *out, const struct view *view, const struct wire_list *list,
		 const struct style *style)
{
	switch (style->output) {
	case RENDER_TABLE:
	case RENDER_WIDE:
		render_table(out, view, list, style);
		break;
	case RENDER_JSON: {
		g_autofree char *json = wire_encode_list(view->type, list);

		g_string_append(out, json);
		g_string_append_c(out, '\n');
		break;
	}
	case RENDER_JSONL:
		append_each(out, view, list, append_json);
		break;
	case RENDER_CSV:
		if (!style->no_head) {
			append_csv_row(out, view, NULL);
		}
		append_each(out, view, list, append_csv_row);
		break;
	case RENDER_NAME:
		append_each(out, view, list, append_name);
		break;
	case RENDER_OUTPUT_NR:
		break;
	}
}

static void render_lines(GString *out, const struct view *view, const void *item,
			 const struct style *style)
{
	size_t widest = 0;

	for (const struct column *column = view->columns; column->title != NULL; column++) {
		widest = MAX(widest, human_width(column->title));
	}
	for (const struct column *column = view->columns; column->title != NULL; column++) {
		g_autofree char *text = cell_text(view, column, item);
		g_autofree char *title = g_ascii_strdown(column->title, -1);
		const char *color =
			(column->flags & COLUMN_STATE) != 0 ? render_color(text, style) : "";

		if ((text[0] == '\0' && style->output != RENDER_WIDE) ||
		    (column->flags & COLUMN_HIDE) != 0) {
			continue;
		}
		g_string_append_printf(out, "%-*s  %s%s%s", (int)widest, title, color, text,
				       color[0] != '\0' ? render_plain(style) : "");
		trim_blanks(out);
		g_string_append_c(out, '\n');
	}
}

void render_item(GString *out, const struct view *view, const void *item, const struct style *style)
{
	switch (style->output) {
	case RENDER_TABLE:
	case RENDER_WIDE:
		render_lines(out, view, item, style);
		break;
	case RENDER_JSON:
	case RENDER_JSONL:
		append_json(out, view, item);
		break;
	case RENDER_CSV:
		append_csv_row(out, view, NULL);
		append_csv_row(out, view, item);
		break;
	case RENDER_NAME:
		append_name(out, view, item);
		break;
	case RENDER_OUTPUT_NR:
		break;
	}
}
