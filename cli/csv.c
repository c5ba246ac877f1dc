#include "csv.h"

#include <stdbool.h>
#include <string.h>

struct reader {
	const char *at;
	unsigned line;
	unsigned column;
	csv_problem_fn problem;
	void *ctx;
};

static void field_clear(void *data)
{
	struct csv_field *field = data;

	g_free(field->text);
}

static void row_free(void *data)
{
	struct csv_row *row = data;

	g_array_unref(row->fields);
	g_free(row);
}

static void step(struct reader *reader)
{
	if (*reader->at == '\n') {
		reader->line++;
		reader->column = 1;
	} else if (((unsigned char)*reader->at & 0xc0u) != 0x80u) {
		reader->column++; /* a letter, not one of its further bytes */
	}
	reader->at++;
}

static bool at_end_of_line(const struct reader *reader)
{
	const char *at = reader->at;

	return *at == '\0' || *at == '\n' || (*at == '\r' && (at[1] == '\n' || at[1] == '\0'));
}

static void to_next_line(struct reader *reader)
{
	while (*reader->at != '\0' && *reader->at != '\n') {
		step(reader);
	}
	if (*reader->at == '\n') {
		step(reader);
	}
}

/* False: a sentence was told, the reader stands anywhere. */
static bool read_quoted(struct reader *reader, GString *text)
{
	const struct reader start = *reader;

	for (step(reader); *reader->at != '\0'; step(reader)) {
		if (*reader->at == '"' && reader->at[1] != '"') {
			step(reader);
			if (*reader->at == ',' || at_end_of_line(reader)) {
				return true;
			}
			reader->problem(reader->line, reader->column,
					"a comma is missing behind the closing quote", reader->ctx);
			return false;
		}
		if (*reader->at == '"') {
			step(reader);
		}
		g_string_append_c(text, *reader->at);
	}
	*reader = start; /* the lines behind it are read, too */
	reader->problem(reader->line, reader->column, "the quote is never closed", reader->ctx);
	return false;
}

static bool read_bare(struct reader *reader, GString *text)
{
	for (; *reader->at != ',' && !at_end_of_line(reader); step(reader)) {
		if (*reader->at == '"') {
			reader->problem(reader->line, reader->column,
					"a quote inside a field; put the whole field in quotes and "
					"double the quotes in it",
					reader->ctx);
			return false;
		}
		g_string_append_c(text, *reader->at);
	}
	return true;
}

static bool read_row(struct reader *reader, struct csv_row *row)
{
	for (;;) {
		struct csv_field field = { .line = reader->line, .column = reader->column };
		g_autoptr(GString) text = g_string_new(NULL);
		bool good =
			*reader->at == '"' ? read_quoted(reader, text) : read_bare(reader, text);

		if (!good) {
			return false;
		}
		field.text = g_string_free(g_steal_pointer(&text), FALSE);
		g_array_append_val(row->fields, field);
		if (*reader->at != ',') {
			return true;
		}
		step(reader);
	}
}

void csv_parse(struct csv *csv, const char *text, csv_problem_fn problem, void *ctx)
{
	struct reader reader = { .at = text,
				 .line = 1,
				 .column = 1,
				 .problem = problem,
				 .ctx = ctx };

	csv->rows = g_ptr_array_new_with_free_func(row_free);
	if (g_str_has_prefix(text, "\xef\xbb\xbf")) {
		reader.at += 3;
	}
	while (*reader.at != '\0') {
		struct csv_row *row;

		if (at_end_of_line(&reader)) {
			to_next_line(&reader);
			continue;
		}
		row = g_new0(struct csv_row, 1);
		row->fields = g_array_new(FALSE, FALSE, sizeof(struct csv_field));
		g_array_set_clear_func(row->fields, field_clear);
		if (read_row(&reader, row)) {
			g_ptr_array_add(csv->rows, row);
		} else {
			row_free(row);
		}
		to_next_line(&reader);
	}
}

void csv_release(struct csv *csv)
{
	if (csv->rows != NULL) {
		g_ptr_array_unref(csv->rows);
	}
	*csv = (struct csv){ 0 };
}

void csv_append(GString *out, const char *field)
{
	if (strpbrk(field, ",\"\r\n") == NULL) {
		g_string_append(out, field);
		return;
	}
	g_string_append_c(out, '"');
	for (; *field != '\0'; field++) {
		if (*field == '"') {
			g_string_append_c(out, '"');
		}
		g_string_append_c(out, *field);
	}
	g_string_append_c(out, '"');
}
