#include "inventory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

enum need { NEED_NAME, NEED_SERVER, NEED_SCHEMA, NEED_NR };

static const char *const need_names[NEED_NR] = { "name", "server", "schema" };

struct reading {
	const struct csv_row *header;
	int needs[NEED_NR]; /* column of each; -1: not there */
	GHashTable *lines;  /* owned; name -> line + 1 */
	struct wire_import *import;
	struct wire_list *problems;
};

static void tell(struct wire_list *problems, unsigned line, unsigned column, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void tell(struct wire_list *problems, unsigned line, unsigned column, const char *fmt, ...)
{
	struct wire_problem *problem = wire_list_add(&wire_problem_type, problems);
	va_list ap;

	problem->line = line;
	problem->column = column;
	va_start(ap, fmt);
	problem->message = g_strdup_vprintf(fmt, ap);
	va_end(ap);
}

static void on_problem(unsigned line, unsigned column, const char *what, void *ctx)
{
	tell(ctx, line, column, "%s", what);
}

static const char *label_key(const char *title)
{
	return g_str_has_prefix(title, "label.") ? title + strlen("label.") : title;
}

static int need_of(const char *title)
{
	for (int need = 0; need < NEED_NR; need++) {
		if (strcmp(title, need_names[need]) == 0) {
			return need;
		}
	}
	return -1;
}

static void read_title(struct reading *reading, size_t i)
{
	const struct csv_field *field = csv_row_field(reading->header, i);
	int need = need_of(g_strstrip(field->text));

	if (need >= 0) {
		reading->needs[need] = (int)i;
	}
	if (label_key(field->text)[0] == '\0') {
		tell(reading->problems, field->line, field->column, "this column has no title");
	}
	for (size_t before = 0; before < i; before++) {
		if (strcmp(label_key(csv_row_field(reading->header, before)->text),
			   label_key(field->text)) == 0) {
			tell(reading->problems, field->line, field->column,
			     "the column \"%s\" is there twice", field->text);
			return;
		}
	}
}

static void read_header(struct reading *reading)
{
	for (int need = 0; need < NEED_NR; need++) {
		reading->needs[need] = -1;
	}
	for (size_t i = 0; i < csv_row_nr(reading->header); i++) {
		read_title(reading, i);
	}
	for (int need = 0; need < NEED_NR; need++) {
		if (reading->needs[need] < 0) {
			tell(reading->problems, csv_row_field(reading->header, 0)->line, 1,
			     "the first line must name the columns, and \"%s\" is not among them",
			     need_names[need]);
		}
	}
}

/* The three that must be there; false: told. */
static bool check_needs(struct reading *reading, const struct csv_row *row)
{
	size_t before = reading->problems->nr;
	const struct csv_field *name;
	gpointer line;

	for (int need = 0; need < NEED_NR; need++) {
		const struct csv_field *field = csv_row_field(row, (size_t)reading->needs[need]);

		if (g_strstrip(field->text)[0] == '\0') {
			tell(reading->problems, field->line, field->column, "the %s is empty",
			     need_names[need]);
		}
	}
	name = csv_row_field(row, (size_t)reading->needs[NEED_NAME]);
	line = g_hash_table_lookup(reading->lines, name->text);
	if (line != NULL && name->text[0] != '\0') {
		tell(reading->problems, name->line, name->column,
		     "the tenant \"%s\" is already in line %u", name->text, GPOINTER_TO_UINT(line));
	}
	g_hash_table_insert(reading->lines, name->text, GUINT_TO_POINTER(name->line));
	return reading->problems->nr == before;
}

static void read_row(struct reading *reading, const struct csv_row *row)
{
	const struct csv_field *first = csv_row_field(row, 0);
	struct wire_import_row *import;

	if (csv_row_nr(row) != csv_row_nr(reading->header)) {
		tell(reading->problems, first->line, first->column,
		     "%zu fields where the first line names %zu columns", csv_row_nr(row),
		     csv_row_nr(reading->header));
		return;
	}
	if (!check_needs(reading, row)) {
		return;
	}
	import = wire_list_add(&wire_import_row_type, &reading->import->rows);
	import->line = first->line;
	import->name = g_strdup(csv_row_field(row, (size_t)reading->needs[NEED_NAME])->text);
	import->server = g_strdup(csv_row_field(row, (size_t)reading->needs[NEED_SERVER])->text);
	import->schema = g_strdup(csv_row_field(row, (size_t)reading->needs[NEED_SCHEMA])->text);
	for (size_t i = 0; i < csv_row_nr(row); i++) {
		const char *title = csv_row_field(reading->header, i)->text;
		const char *value = csv_row_field(row, i)->text;

		if (need_of(title) < 0 && value[0] != '\0') {
			wire_labels_put(&import->labels, label_key(title), value);
		}
	}
}

static int by_place(const void *a, const void *b)
{
	const struct wire_problem *left = a;
	const struct wire_problem *right = b;

	if (left->line != right->line) {
		return left->line < right->line ? -1 : 1;
	}
	return left->column < right->column ? -1 : left->column > right->column;
}

static void sort_problems(struct wire_list *problems)
{
	if (problems->nr > 1) {
		qsort(problems->items, problems->nr, sizeof(struct wire_problem), by_place);
	}
}

static void read_rows(struct reading *reading, const struct csv *csv)
{
	const struct wire_problem *first = reading->problems->items;
	size_t before = reading->problems->nr;

	reading->header = g_ptr_array_index(csv->rows, 0);
	if (before > 0 && first->line < csv_row_field(reading->header, 0)->line) {
		return; /* the titles are what is broken */
	}
	read_header(reading);
	if (reading->problems->nr > before) {
		return; /* without columns every line would be bad */
	}
	for (guint i = 1; i < csv->rows->len; i++) {
		read_row(reading, g_ptr_array_index(csv->rows, i));
	}
	if (csv->rows->len == 1) {
		tell(reading->problems, 2, 1, "there is no tenant behind the first line");
	}
}

void inventory_parse(struct wire_import *import, const char *text, struct wire_list *problems)
{
	SCOPED(csv) csv = { 0 };
	struct reading reading = { .import = import, .problems = problems };
	const char *bad = NULL;

	if (!g_utf8_validate(text, -1, &bad)) {
		unsigned line = 1;

		for (const char *at = text; at < bad; at++) {
			line += *at == '\n' ? 1 : 0;
		}
		tell(problems, line, 1, "the text is not UTF-8");
		return;
	}
	csv_parse(&csv, text, on_problem, problems);
	if (csv.rows->len == 0) {
		if (problems->nr == 0) {
			tell(problems, 1, 1, "the file is empty");
		}
		return;
	}
	reading.lines = g_hash_table_new(g_str_hash, g_str_equal);
	read_rows(&reading, &csv);
	g_hash_table_unref(reading.lines);
	sort_problems(problems);
}

/* The field of that title in the row of that line, or NULL. */
static const struct csv_field *field_at(const struct csv *csv, int64_t line, const char *title)
{
	const struct csv_row *header = g_ptr_array_index(csv->rows, 0);

	for (guint i = 1; i < csv->rows->len; i++) {
		const struct csv_row *row = g_ptr_array_index(csv->rows, i);

		for (size_t j = 0; csv_row_field(row, 0)->line == line && j < csv_row_nr(header) &&
				   j < csv_row_nr(row);
		     j++) {
			if (strcmp(g_strstrip(csv_row_field(header, j)->text), title) == 0) {
				return csv_row_field(row, j);
			}
		}
	}
	return NULL;
}

static void ignore(unsigned line, unsigned column, const char *what, void *ctx)
{
	(void)line;
	(void)column;
	(void)what;
	(void)ctx;
}

void inventory_place(const char *text, struct wire_list *problems)
{
	struct wire_problem *items = problems->items;
	SCOPED(csv) csv = { 0 };

	csv_parse(&csv, text, ignore, NULL);
	for (size_t i = 0; i < problems->nr && csv.rows->len > 0; i++) {
		const struct csv_field *field =
			items[i].field != NULL && items[i].column == 0
				? field_at(&csv, items[i].line, items[i].field)
				: NULL;

		if (field != NULL) {
			items[i].line = field->line;
			items[i].column = field->column;
		}
	}
	sort_problems(problems);
}

void inventory_report(GString *out, const char *file, const struct wire_list *problems)
{
	const struct wire_problem *items = problems->items;

	for (size_t i = 0; i < problems->nr; i++) {
		g_string_append_printf(out, "%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ": %s\n",
				       file, items[i].line, MAX(items[i].column, 1),
				       items[i].message);
	}
}
