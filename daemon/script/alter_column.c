#include "alter_column.h"

#include <string.h>

/* ---- the cursor ------------------------------------------------------------------- */

void alter_step(struct alter_cursor *at)
{
	lex_next_code(&at->lex, &at->now);
}

bool alter_is(const struct alter_cursor *at, const char *word)
{
	return lex_is_word(&at->lex, &at->now, word);
}

bool alter_is_punct(const struct alter_cursor *at, char punct)
{
	return lex_is_punct(&at->lex, &at->now, punct);
}

bool alter_next_is(const struct alter_cursor *at, const char *word)
{
	struct alter_cursor ahead = *at;

	alter_step(&ahead);
	return alter_is(&ahead, word);
}

bool alter_take(struct alter_cursor *at, const char *word)
{
	if (!alter_is(at, word)) {
		return false;
	}
	alter_step(at);
	return true;
}

bool alter_take_punct(struct alter_cursor *at, char punct)
{
	if (!alter_is_punct(at, punct)) {
		return false;
	}
	alter_step(at);
	return true;
}

void alter_skip(struct alter_cursor *at)
{
	size_t depth = 0;

	do {
		depth += alter_is_punct(at, '(');
		depth -= depth > 0 && alter_is_punct(at, ')');
		alter_step(at);
	} while (depth > 0 && at->now.kind != LEX_END);
}

void alter_skip_item(struct alter_cursor *at)
{
	while (at->now.kind != LEX_END && !alter_is_punct(at, ',') && !alter_is_punct(at, ')')) {
		alter_skip(at);
	}
}

char *alter_word(struct alter_cursor *at)
{
	const char *text = at->lex.text + at->now.at;
	size_t len = at->now.len;
	bool quoted = (at->now.kind == LEX_NAME || at->now.kind == LEX_STRING) && len >= 2;
	char *word = quoted ? g_strndup(text + 1, len - 2) : g_strndup(text, len);

	alter_step(at);
	return word;
}

char *alter_name(struct alter_cursor *at)
{
	char *name;

	if (at->now.kind != LEX_WORD && at->now.kind != LEX_NAME && at->now.kind != LEX_SCHEMA) {
		return NULL;
	}
	name = alter_word(at);
	while (alter_is_punct(at, '.')) {
		alter_step(at);
		if (at->now.kind == LEX_WORD || at->now.kind == LEX_NAME) {
			g_free(name);
			name = alter_word(at);
		}
	}
	return name;
}

/* ---- types ------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *word;
	enum alter_family family;
	int64_t bytes; /* -1: what stands in (…) */
	bool fixed;
} types[] = {
	{ "TINYINT",    ALTER_INTEGER,   1, false },
	{ "BOOL",       ALTER_INTEGER,   1, false },
	{ "BOOLEAN",    ALTER_INTEGER,   1, false },
	{ "INT1",       ALTER_INTEGER,   1, false },
	{ "SMALLINT",   ALTER_INTEGER,   2, false },
	{ "INT2",       ALTER_INTEGER,   2, false },
	{ "MEDIUMINT",  ALTER_INTEGER,   3, false },
	{ "INT3",       ALTER_INTEGER,   3, false },
	{ "INT",        ALTER_INTEGER,   4, false },
	{ "INTEGER",    ALTER_INTEGER,   4, false },
	{ "INT4",       ALTER_INTEGER,   4, false },
	{ "BIGINT",     ALTER_INTEGER,   8, false },
	{ "INT8",       ALTER_INTEGER,   8, false },
	{ "SERIAL",     ALTER_INTEGER,   8, false },
	{ "DECIMAL",    ALTER_DECIMAL,  -1, false },
	{ "DEC",        ALTER_DECIMAL,  -1, false },
	{ "NUMERIC",    ALTER_DECIMAL,  -1, false },
	{ "FIXED",      ALTER_DECIMAL,  -1, false },
	{ "NUMBER",     ALTER_DECIMAL,  -1, false },
	{ "FLOAT",      ALTER_FLOAT,     4, false },
	{ "FLOAT4",     ALTER_FLOAT,     4, false },
	{ "DOUBLE",     ALTER_FLOAT,     8, false },
	{ "FLOAT8",     ALTER_FLOAT,     8, false },
	{ "REAL",       ALTER_FLOAT,     8, false },
	{ "BIT",        ALTER_BIT,      -1, false },
	{ "CHAR",       ALTER_CHARS,    -1, true  },
	{ "CHARACTER",  ALTER_CHARS,    -1, true  },
	{ "NCHAR",      ALTER_CHARS,    -1, true  },
	{ "VARCHAR",    ALTER_CHARS,    -1, false },
	{ "NVARCHAR",   ALTER_CHARS,    -1, false },
	{ "VARCHAR2",   ALTER_CHARS,    -1, false },
	{ "TINYTEXT",   ALTER_TEXT,      1, false },
	{ "TEXT",       ALTER_TEXT,      2, false },
	{ "MEDIUMTEXT", ALTER_TEXT,      3, false },
	{ "LONG",       ALTER_TEXT,      3, false },
	{ "LONGTEXT",   ALTER_TEXT,      4, false },
	{ "CLOB",       ALTER_TEXT,      4, false },
	{ "BINARY",     ALTER_BYTES,    -1, true  },
	{ "VARBINARY",  ALTER_BYTES,    -1, false },
	{ "TINYBLOB",   ALTER_BLOB,      1, false },
	{ "BLOB",       ALTER_BLOB,      2, false },
	{ "MEDIUMBLOB", ALTER_BLOB,      3, false },
	{ "LONGBLOB",   ALTER_BLOB,      4, false },
	{ "DATE",       ALTER_DATE,     -1, false },
	{ "TIME",       ALTER_TIME,     -1, false },
	{ "DATETIME",   ALTER_DATETIME, -1, false },
	{ "TIMESTAMP",  ALTER_TIMESTAMP, -1, false },
	{ "YEAR",       ALTER_YEAR,     -1, false },
	{ "ENUM",       ALTER_ENUM,     -1, false },
	{ "SET",        ALTER_SET,      -1, false },
	{ "JSON",       ALTER_JSON,     -1, false },
	{ "UUID",       ALTER_OTHER,    -1, false },
	{ "INET4",      ALTER_OTHER,    -1, false },
	{ "INET6",      ALTER_OTHER,    -1, false },
	{ "VECTOR",     ALTER_OTHER,    -1, false },
	{ "GEOMETRY",   ALTER_OTHER,    -1, false },
	{ "POINT",      ALTER_OTHER,    -1, false },
	{ "LINESTRING", ALTER_OTHER,    -1, false },
	{ "POLYGON",    ALTER_OTHER,    -1, false },
};

/* clang-format on */

static int64_t number_of(const struct alter_cursor *at)
{
	g_autofree char *digits = g_strndup(at->lex.text + at->now.at, at->now.len);

	return at->now.kind == LEX_WORD && g_ascii_isdigit(*digits)
		       ? g_ascii_strtoll(digits, NULL, 10)
		       : -1;
}

/* What stands in the parentheses behind the type: numbers, or the values of an ENUM. */
static void read_arguments(struct alter_cursor *at, struct alter_type *type)
{
	bool list = type->family == ALTER_ENUM || type->family == ALTER_SET;
	size_t nr = 0;

	if (!alter_take_punct(at, '(')) {
		return;
	}
	if (list) {
		type->values = g_ptr_array_new_with_free_func(g_free);
	}
	while (at->now.kind != LEX_END && !alter_is_punct(at, ')')) {
		if (list && at->now.kind == LEX_STRING) {
			g_ptr_array_add(type->values,
					g_strndup(at->lex.text + at->now.at, at->now.len));
		} else if (!list && number_of(at) >= 0) {
			*(nr++ == 0 ? &type->length : &type->scale) = number_of(at);
		}
		alter_step(at);
	}
	(void)alter_take_punct(at, ')');
}

/* CHARACTER VARYING(20) and LONG VARCHAR are one type each. */
static void read_second_word(struct alter_cursor *at, struct alter_type *type)
{
	if (type->family == ALTER_CHARS && alter_take(at, "VARYING")) {
		type->fixed = false;
	} else if (type->family == ALTER_FLOAT) {
		(void)alter_take(at, "PRECISION");
	} else if (alter_is(at, "VARCHAR") || alter_is(at, "VARBINARY")) {
		alter_step(at);
	}
}

static void read_type(struct alter_cursor *at, struct alter_type *type)
{
	int64_t bytes = -1;

	(void)alter_take(at, "NATIONAL");
	type->length = -1;
	if (at->now.kind != LEX_WORD) {
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (alter_is(at, types[i].word)) {
			type->family = types[i].family;
			type->fixed = types[i].fixed;
			bytes = types[i].bytes;
			break;
		}
	}
	type->word = g_ascii_strup(at->lex.text + at->now.at, (gssize)at->now.len);
	alter_step(at);
	read_second_word(at, type);
	read_arguments(at, type);
	if (bytes >= 0) {
		type->length = bytes; /* the width of an integer's display says nothing */
		type->scale = 0;
	}
}

/* ---- attributes ------------------------------------------------------------------- */

static bool is_zero_date(const struct alter_cursor *at)
{
	static const char zero[] = "0000-00-00";

	return at->now.kind == LEX_STRING && at->now.len > strlen(zero) &&
	       memcmp(at->lex.text + at->now.at + 1, zero, strlen(zero)) == 0;
}

static void read_default(struct alter_cursor *at, struct alter_column *column)
{
	column->has_default = true;
	column->null_default = alter_is(at, "NULL");
	column->zero_default = is_zero_date(at);
	column->now_default = alter_is_punct(at, '(') || alter_is(at, "CURRENT_TIMESTAMP") ||
			      alter_is(at, "NOW") || alter_is(at, "UUID");
	alter_skip(at);
}

static void read_not(struct alter_cursor *at, struct alter_column *column)
{
	column->not_null |= alter_take(at, "NULL");
}

static void read_null(struct alter_cursor *at, struct alter_column *column)
{
	(void)at;
	column->says_null = true;
}

static void read_auto_increment(struct alter_cursor *at, struct alter_column *column)
{
	(void)at;
	column->auto_increment = true;
}

static void read_unsigned(struct alter_cursor *at, struct alter_column *column)
{
	(void)at;
	column->type.is_unsigned = true;
}

static void read_unique(struct alter_cursor *at, struct alter_column *column)
{
	column->unique = true;
	(void)alter_take(at, "KEY");
}

/* KEY alone is PRIMARY KEY, too. */
static void read_primary(struct alter_cursor *at, struct alter_column *column)
{
	column->primary = true;
	(void)alter_take(at, "KEY");
}

static void read_word(struct alter_cursor *at, char **text)
{
	(void)alter_take_punct(at, '=');
	if (at->now.kind != LEX_END) {
		g_free(*text);
		*text = alter_word(at);
	}
}

static void read_charset(struct alter_cursor *at, struct alter_column *column)
{
	read_word(at, &column->type.charset);
}

static void read_character(struct alter_cursor *at, struct alter_column *column)
{
	if (alter_take(at, "SET")) {
		read_charset(at, column);
	}
}

static void read_collation(struct alter_cursor *at, struct alter_column *column)
{
	read_word(at, &column->type.collation);
}

static void read_generated(struct alter_cursor *at, struct alter_column *column)
{
	column->generated = true;
	alter_skip(at);
}

/* Behind ON. */
static void read_action(struct alter_cursor *at)
{
	alter_step(at); /* DELETE */
	if (!alter_take(at, "CASCADE") && !alter_take(at, "RESTRICT") &&
	    (alter_take(at, "SET") || alter_take(at, "NO"))) {
		alter_step(at); /* NULL, DEFAULT, ACTION */
	}
}

static void read_reference(struct alter_cursor *at, struct alter_column *column)
{
	column->references = true;
	g_free(alter_name(at));
	while (at->now.kind != LEX_END) {
		if (alter_is_punct(at, '(')) {
			alter_skip(at);
		} else if (alter_take(at, "ON")) {
			read_action(at);
		} else if (alter_take(at, "MATCH")) {
			alter_step(at);
		} else {
			return;
		}
	}
}

static void read_check(struct alter_cursor *at, struct alter_column *column)
{
	column->check = true;
	alter_skip(at);
}

/* A text, a name, what ON UPDATE sets: none of our business. */
static void read_nothing(struct alter_cursor *at, struct alter_column *column)
{
	(void)column;
	alter_skip(at);
}

typedef void alter_attribute_fn(struct alter_cursor *at, struct alter_column *column);

static const struct {
	const char *word;
	alter_attribute_fn *read; /* called behind the word */
} attributes[] = {
	{ "NOT", read_not },
	{ "NULL", read_null },
	{ "DEFAULT", read_default },
	{ "AUTO_INCREMENT", read_auto_increment },
	{ "UNSIGNED", read_unsigned },
	{ "ZEROFILL", read_unsigned },
	{ "UNIQUE", read_unique },
	{ "PRIMARY", read_primary },
	{ "KEY", read_primary },
	{ "CHARSET", read_charset },
	{ "CHARACTER", read_character },
	{ "CHAR", read_character },
	{ "COLLATE", read_collation },
	{ "AS", read_generated },
	{ "REFERENCES", read_reference },
	{ "CHECK", read_check },
	{ "COMMENT", read_nothing },
	{ "CONSTRAINT", read_nothing },
	{ "UPDATE", read_nothing },
	{ "AFTER", read_nothing },
};

static void read_attribute(struct alter_cursor *at, struct alter_column *column)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		if (alter_take(at, attributes[i].word)) {
			attributes[i].read(at, column);
			return;
		}
	}
	alter_skip(at);
}

void alter_read_column(struct alter_cursor *at, struct alter_column *column)
{
	column->name = alter_name(at);
	read_type(at, &column->type);
	if (column->type.word != NULL && strcmp(column->type.word, "SERIAL") == 0) {
		column->type.is_unsigned = true;
		column->not_null = true;
		column->auto_increment = true;
		column->unique = true;
	}
	while (at->now.kind != LEX_END && !alter_is_punct(at, ',') && !alter_is_punct(at, ')')) {
		read_attribute(at, column);
	}
	column->not_null |= column->primary;
}

void alter_column_copy(struct alter_column *to, const struct alter_column *from)
{
	*to = *from;
	to->name = g_strdup(from->name);
	to->type.word = g_strdup(from->type.word);
	to->type.charset = g_strdup(from->type.charset);
	to->type.collation = g_strdup(from->type.collation);
	if (from->type.values != NULL) {
		to->type.values = g_ptr_array_new_with_free_func(g_free);
		for (guint i = 0; i < from->type.values->len; i++) {
			g_ptr_array_add(to->type.values, g_strdup(from->type.values->pdata[i]));
		}
	}
}

void alter_column_release(struct alter_column *column)
{
	g_free(column->name);
	g_free(column->type.word);
	g_free(column->type.charset);
	g_free(column->type.collation);
	if (column->type.values != NULL) {
		g_ptr_array_unref(column->type.values);
	}
	*column = (struct alter_column){ 0 };
}
