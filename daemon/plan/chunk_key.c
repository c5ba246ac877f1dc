#include "chunk_key.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "script.h"

#define INDEX_KINDS "a primary key, or a unique key without NULL"

/* ---- types ------------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *type;
	enum chunk_form form;
} forms[] = {
	{ "tinyint",  CHUNK_NUMBER }, { "smallint", CHUNK_NUMBER }, { "mediumint", CHUNK_NUMBER },
	{ "int",      CHUNK_NUMBER }, { "bigint",   CHUNK_NUMBER }, { "decimal",   CHUNK_NUMBER },
	{ "year",     CHUNK_NUMBER }, { "date",     CHUNK_MOMENT }, { "datetime",  CHUNK_MOMENT },
	{ "uuid",     CHUNK_MOMENT }, { "char",     CHUNK_TEXT },   { "varchar",   CHUNK_TEXT },
	{ "binary",   CHUNK_BYTES },  { "varbinary", CHUNK_BYTES },
};

/* clang-format on */

static bool form_of(const char *type, enum chunk_form *form)
{
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (g_ascii_strcasecmp(forms[i].type, type) == 0) {
			*form = forms[i].form;
			return true;
		}
	}
	return false;
}

/* ---- values ----------------------------------------------------------------------------- */

char *chunk_key_select(const struct chunk_column *column)
{
	return column->form == CHUNK_TEXT || column->form == CHUNK_BYTES
		       ? g_strdup_printf("hex(%s)", column->name)
		       : g_strdup(column->name);
}

static bool is_made_of(const char *value, const char *bytes)
{
	return strspn(value, bytes) == strlen(value);
}

char **chunk_key_values(char *const *values, size_t nr)
{
	char **copy = g_new0(char *, nr + 1);

	for (size_t i = 0; i < nr; i++) {
		copy[i] = g_strdup(values[i] == NULL ? "" : values[i]);
	}
	return copy;
}

char *chunk_key_literal(const struct chunk_column *column, const char *value)
{
	switch (column->form) {
	case CHUNK_NUMBER:
		return *value != '\0' && is_made_of(value, "-.0123456789") ? g_strdup(value) : NULL;
	case CHUNK_MOMENT:
		return is_made_of(value, "-.: 0123456789abcdefABCDEF")
			       ? g_strdup_printf("'%s'", value)
			       : NULL;
	case CHUNK_TEXT:
		return is_made_of(value, "0123456789ABCDEF")
			       ? g_strdup_printf("_%s X'%s' collate %s", column->charset, value,
						 column->collation)
			       : NULL;
	case CHUNK_BYTES:
		return is_made_of(value, "0123456789ABCDEF") ? g_strdup_printf("X'%s'", value)
							     : NULL;
	}
	return NULL;
}

/* ---- the indexes of the table ------------------------------------------------------------- */

struct search {
	const struct statement_chunk *chunk;
	const struct db_rows *parts;   /* SHOW INDEX */
	const struct db_rows *columns; /* name, type, character set, collation */
};

static const char *cell(const struct search *search, size_t part, const char *name)
{
	const char *text = db_rows_cell(search->parts, part, name);

	return text == NULL ? "" : text;
}

static bool is_same(const char *a, const char *b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

static char *const *column_row(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->columns->nr; i++) {
		if (search->columns->cells[i][0] != NULL &&
		    strcmp(search->columns->cells[i][0], name) == 0) {
			return search->columns->cells[i];
		}
	}
	return NULL;
}

/* Why no range can follow this part of an index; NULL: one can. */
static const char *why_not_part(const struct search *search, size_t part)
{
	char *const *column = column_row(search, cell(search, part, "Column_name"));
	enum chunk_form form;

	if (strcmp(cell(search, part, "Non_unique"), "0") != 0) {
		return "it is not unique";
	}
	if (strcmp(cell(search, part, "Null"), "YES") == 0) {
		return "a column of it may be NULL";
	}
	if (cell(search, part, "Sub_part")[0] != '\0') {
		return "it holds only the beginning of a column";
	}
	if (!is_same(cell(search, part, "Index_type"), "BTREE") ||
	    strcmp(cell(search, part, "Collation"), "A") != 0) {
		return "it does not hold its values in ascending order";
	}
	if (is_same(cell(search, part, "Visible"), "NO") ||
	    is_same(cell(search, part, "Ignored"), "YES")) {
		return "the server does not use it";
	}
	if (column == NULL) {
		return "it holds an expression";
	}
	if (!form_of(column[1] == NULL ? "" : column[1], &form)) {
		return "a column of it has a type whose values cannot be compared as texts (it may "
		       "be of integers, DECIMAL, CHAR, VARCHAR, BINARY, VARBINARY, DATE and "
		       "DATETIME)";
	}
	return NULL;
}

/* The parts of one index stand together, in their order. */
static size_t end_of(const struct search *search, size_t first)
{
	size_t end = first + 1;

	while (end < search->parts->nr &&
	       strcmp(cell(search, end, "Key_name"), cell(search, first, "Key_name")) == 0) {
		end++;
	}
	return end;
}

static const char *why_not(const struct search *search, size_t first)
{
	const char *why = NULL;
	size_t end = end_of(search, first);

	for (size_t part = first; part < end && why == NULL; part++) {
		why = why_not_part(search, part);
	}
	return end - first > CHUNK_COLUMNS_MAX ? "it has too many columns" : why;
}

static bool is_named(const struct search *search, size_t first)
{
	g_autoptr(GString) columns = g_string_new(NULL);
	const char *wanted = search->chunk->key;

	for (size_t part = first; part < end_of(search, first); part++) {
		g_string_append_printf(columns, "%s%s", part > first ? "," : "",
				       cell(search, part, "Column_name"));
	}
	return is_same(wanted, cell(search, first, "Key_name")) || is_same(wanted, columns->str);
}

static int refuse(const struct search *search, const char *index, const char *why, struct err *err)
{
	const char *table = search->chunk->table;

	if (index == NULL && search->chunk->key != NULL) {
		return err_set(err, ERR_INVALID,
			       "table %s has no key %s, along which its rows could be changed "
			       "range by range: name " INDEX_KINDS,
			       table, search->chunk->key);
	}
	if (index == NULL) {
		return err_set(err, ERR_INVALID,
			       "table %s has no key along which its rows could be changed range by "
			       "range: give it " INDEX_KINDS
			       ", or write the statement without the directive",
			       table);
	}
	return err_set(err, ERR_INVALID,
		       "key %s of table %s cannot be followed range by range: %s; name another "
		       "one with key=, " INDEX_KINDS ", or write the statement without the "
		       "directive",
		       index, table, why);
}

/* The first of the wanted ones that can be followed; its first part in *first. */
static int choose(const struct search *search, size_t *first, struct err *err)
{
	const char *refused = NULL;
	const char *why = NULL;

	for (size_t part = 0; part < search->parts->nr; part = end_of(search, part)) {
		const char *problem;

		if (search->chunk->key != NULL && !is_named(search, part)) {
			continue;
		}
		problem = why_not(search, part);
		if (problem == NULL) {
			*first = part;
			return 0;
		}
		if (refused == NULL) {
			refused = cell(search, part, "Key_name");
			why = problem;
		}
	}
	return refuse(search, refused, why, err);
}

/* A row that moves may be met again in a later range. */
static int check_assigned(const struct search *search, const char *column, struct err *err)
{
	g_autofree char *name = g_utf8_strdown(column, -1);

	if (search->chunk->assigned == NULL ||
	    !g_strv_contains((const char *const *)search->chunk->assigned, name)) {
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "the statement changes column %s, along which it goes through table %s: a "
		       "row could be met again; name another key with key=",
		       column, search->chunk->table);
}

static int fill(struct chunk_key *key, const struct search *search, size_t first, struct err *err)
{
	for (size_t part = first; part < end_of(search, first); part++) {
		const char *name = cell(search, part, "Column_name");
		char *const *row = column_row(search, name);
		struct chunk_column *column = &key->columns[key->nr];

		if (check_assigned(search, name, err) < 0) {
			return -1;
		}
		key->nr++;
		(void)form_of(row[1], &column->form);
		column->name = db_quote_name(name);
		column->charset = g_strdup(row[2]);
		column->collation = g_strdup(row[3]);
	}
	key->index = db_quote_name(cell(search, first, "Key_name"));
	return 0;
}

int chunk_key_find(struct chunk_key *key, struct db_session *session,
		   const struct statement_chunk *chunk, struct err *err)
{
	g_autofree char *name = db_quote_name(chunk->table);
	g_autofree char *text = db_quote(session, chunk->table);
	SCOPED(db_rows) columns = { 0 };
	SCOPED(db_rows) parts = { 0 };
	SCOPED(chunk_key) found = { 0 };
	g_autofree char *sql = g_strdup_printf("show index from %s", name);
	const struct search search = { chunk, &parts, &columns };
	size_t first = 0;

	if (db_query_named(session, &parts, sql, err) < 0 ||
	    db_queryf(session, &columns, err,
		      "select column_name, data_type, character_set_name, collation_name from "
		      "information_schema.columns where table_schema = database() and "
		      "table_name = %s",
		      text) < 0) {
		return -1;
	}
	if (choose(&search, &first, err) < 0 || fill(&found, &search, first, err) < 0) {
		return -1;
	}
	*key = found;
	found = (struct chunk_key){ 0 };
	return 0;
}

void chunk_key_release(struct chunk_key *key)
{
	for (size_t i = 0; i < key->nr; i++) {
		g_free(key->columns[i].name);
		g_free(key->columns[i].charset);
		g_free(key->columns[i].collation);
	}
	g_free(key->index);
	*key = (struct chunk_key){ 0 };
}
