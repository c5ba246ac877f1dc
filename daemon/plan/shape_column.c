#include "shape_column.h"

#include <string.h>

#include <glib.h>

char *shape_column_collation(const char *collation)
{
	if (g_str_has_prefix(collation, "utf8_")) {
		return g_strconcat("utf8mb3_", collation + strlen("utf8_"), NULL);
	}
	return g_strdup(collation);
}

bool shape_column_drop_word(char *list, const char *word)
{
	size_t len = strlen(word);
	char *at = strstr(list, word);

	if (at != NULL && (at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0')) {
		len += at[len] == ' ' ? 1 : 0;
		memmove(at, at + len, strlen(at + len) + 1);
	}
	g_strstrip(list);
	return *list != '\0';
}

/*
 * How wide an integer is displayed says nothing about it: only with zerofill, and
 * tinyint(1), by which applications know their booleans.
 */
static char *plain_type(const char *type)
{
	static const char *const integers[] = { "tinyint(", "smallint(", "mediumint(",
						"bigint(",  "int(",      "year(" };
	const char *close = strchr(type, ')');

	if (close == NULL || strstr(type, "zerofill") != NULL ||
	    g_str_has_prefix(type, "tinyint(1)")) {
		return g_strdup(type);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(integers); i++) {
		if (g_str_has_prefix(type, integers[i])) {
			return g_strdup_printf("%.*s%s", (int)strlen(integers[i]) - 1, type,
					       close + 1);
		}
	}
	return g_strdup(type);
}

char *shape_column_type(const char *type, const char *collation, const char *usual)
{
	g_autofree char *plain = plain_type(type);
	g_autofree char *ours = shape_column_collation(collation);
	g_autofree char *theirs = shape_column_collation(usual);

	if (*ours == '\0' || strcmp(ours, theirs) == 0) {
		return g_steal_pointer(&plain);
	}
	return g_strdup_printf("%s collate %s", plain, ours);
}

/* "current_timestamp" and "CURRENT_TIMESTAMP()" alike; the precision stays. */
static char *plain_moment(const char *text)
{
	g_autofree char *small = g_ascii_strdown(text, -1);

	if (!g_str_has_prefix(small, "current_timestamp")) {
		return NULL;
	}
	if (g_str_has_suffix(small, "()")) {
		small[strlen(small) - 2] = '\0';
	}
	return g_steal_pointer(&small);
}

static bool is_number_type(const char *type)
{
	static const char *const types[] = { "tinyint", "smallint", "mediumint", "int", "bigint",
					     "decimal", "float",    "double",    "bit", "year" };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_has_prefix(type, types[i])) {
			return true;
		}
	}
	return false;
}

static char *quoted(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "'", -1);
	g_autofree char *doubled = g_strjoinv("''", parts);

	return g_strdup_printf("'%s'", doubled);
}

/* MariaDB gives SQL, MySQL the bare value unless it is an expression. Owned; NULL: none. */
static char *default_of(const struct shape_column *column)
{
	const char *value = column->default_value;
	char *moment = value == NULL ? NULL : plain_moment(value);

	if (value == NULL || moment != NULL) {
		return moment;
	}
	if (column->is_mariadb) {
		return strcmp(value, "NULL") == 0 ? NULL : g_strdup(value);
	}
	if (strstr(column->extra, "DEFAULT_GENERATED") != NULL) {
		return g_strdup_printf("(%s)", value);
	}
	return is_number_type(column->type) ? g_strdup(value) : quoted(value);
}

static const char *storage_of(const struct shape_column *column)
{
	if (strstr(column->extra, "VIRTUAL GENERATED") != NULL) {
		return "virtual";
	}
	return strstr(column->extra, "STORED GENERATED") != NULL ? "stored" : NULL;
}

/* What is left of extra: "auto_increment", "invisible", "on update current_timestamp(3)". */
static void append_extra(GString *text, const char *extra)
{
	static const char *const known[] = { "default_generated", "virtual generated",
					     "stored generated" };
	g_autofree char *left = g_ascii_strdown(extra, -1);
	char *moment = strstr(left, "current_timestamp()");

	if (moment != NULL) {
		char *end = moment + strlen("current_timestamp");

		memmove(end, end + 2, strlen(end + 2) + 1);
	}
	g_strdelimit(left, ",", ' ');
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (!shape_column_drop_word(left, known[i])) {
			return;
		}
	}
	g_string_append_printf(text, " %s", left);
}

char *shape_column_text(const struct shape_column *column)
{
	g_autofree char *type =
		shape_column_type(column->type, column->collation, column->table_collation);
	g_autofree char *value = default_of(column);
	const char *storage = storage_of(column);
	GString *text = g_string_new(type);

	if (!column->is_nullable) {
		g_string_append(text, " not null");
	}
	if (storage != NULL) {
		g_string_append_printf(text, " as (%s) %s", column->generated, storage);
	} else if (value != NULL) {
		g_string_append_printf(text, " default %s", value);
	}
	if (column->srs != NULL) {
		g_string_append_printf(text, " srid %s", column->srs);
	}
	append_extra(text, column->extra);
	if (*column->comment != '\0') {
		g_string_append_printf(text, " comment '%s'", column->comment);
	}
	return g_string_free(text, FALSE);
}
