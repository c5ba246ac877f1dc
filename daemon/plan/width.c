#include "width.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <glib.h>

#include "precheck_text.h"
#include "shape.h"

#define LONGEST 32 /* of a value of variable length */
#define ROW_ID  6  /* what stands for a primary key where there is none */
#define ENTRY   8  /* head of an entry, and its place in the page */
#define OTHER   8  /* a type that is not known here */

/* Pages are filled up to fifteen sixteenths. */
#define FULL_OF  15
#define FULL_PER 16

enum { FIXED, BY_LETTERS, VARYING };

/* clang-format off */
static const struct {
	const char *type; int kind; int bytes; /* VARYING: where no length is written */
} types[] = {
	{ "tinyint",    FIXED, 1 }, { "smallint", FIXED, 2 }, { "mediumint", FIXED, 3 },
	{ "int",        FIXED, 4 }, { "bigint",   FIXED, 8 },
	{ "float",      FIXED, 4 }, { "double",   FIXED, 8 },
	{ "date",       FIXED, 3 }, { "time",     FIXED, 5 }, { "datetime", FIXED, 8 },
	{ "timestamp",  FIXED, 6 }, { "year",     FIXED, 1 }, { "enum",     FIXED, 2 },
	{ "set",        FIXED, 8 }, { "bit",      FIXED, 8 }, { "decimal",  FIXED, 8 },
	{ "uuid",       FIXED, 16 }, { "inet6",   FIXED, 16 }, { "inet4",   FIXED, 4 },
	{ "char",       BY_LETTERS, 1 }, { "binary", BY_LETTERS, 1 },
	{ "varchar",    VARYING, 2 * LONGEST }, { "varbinary", VARYING, 2 * LONGEST },
	{ "tinytext",   VARYING, 2 * LONGEST }, { "text", VARYING, 2 * LONGEST },
	{ "mediumtext", VARYING, 2 * LONGEST }, { "longtext", VARYING, 2 * LONGEST },
	{ "tinyblob",   VARYING, 2 * LONGEST }, { "blob", VARYING, 2 * LONGEST },
	{ "mediumblob", VARYING, 2 * LONGEST }, { "longblob", VARYING, 2 * LONGEST },
};

/* clang-format on */

/* "varbinary(20)" -> 20; 0: it says nothing. */
static int64_t declared(const char *text)
{
	const char *open = text + strcspn(text, "( ");

	return *open == '(' ? g_ascii_strtoll(open + 1, NULL, 10) : 0;
}

int64_t width_of_column(const char *text)
{
	int64_t length = declared(text);

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (!precheck_text_is_type(text, types[i].type)) {
			continue;
		}
		if (types[i].kind == FIXED) {
			return types[i].bytes;
		}
		if (types[i].kind == BY_LETTERS) {
			return MAX(length, types[i].bytes);
		}
		return MIN((length > 0 ? length + 1 : types[i].bytes) / 2, LONGEST);
	}
	return OTHER;
}

/* Of the columns in "unique (a, b(10))". */
static int64_t width_of_list(const struct shape *shape, const char *object, const char *text)
{
	const char *list = strchr(text, '(');
	g_auto(GStrv) items = list == NULL ? NULL : precheck_text_items(list);
	int64_t width = 0;

	if (items == NULL) {
		return OTHER;
	}
	for (char **item = items; *item != NULL; item++) {
		g_autofree char *column = NULL;
		g_autofree char *part = NULL;
		const char *type = NULL;
		unsigned long prefix = 0;
		int64_t own;

		if (precheck_text_item(*item, &column, &prefix)) {
			part = g_strconcat("column ", column, NULL);
			type = shape_find(shape, object, part);
		}
		own = type == NULL ? OTHER : width_of_column(type);
		width += prefix > 0 ? MIN(own, (int64_t)prefix) : own;
	}
	return width;
}

static bool is_new(const struct shape *before, const struct shape_fact *fact)
{
	return g_str_has_prefix(fact->part, "index ") &&
	       g_strcmp0(shape_find(before, fact->object, fact->part), fact->text) != 0;
}

int64_t width_of_new_keys(const struct shape *before, const struct shape *after, const char *table)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);
	const char *primary = shape_find(after, object, "primary key");
	int64_t row = primary == NULL ? ROW_ID : width_of_list(after, object, primary);
	int64_t width = 0;

	for (size_t i = 0; i < after->nr; i++) {
		const struct shape_fact *fact = &after->facts[i];

		if (strcmp(fact->object, object) == 0 && is_new(before, fact)) {
			width += width_of_list(after, object, fact->text) + row + ENTRY;
		}
	}
	return (width * FULL_PER + FULL_OF - 1) / FULL_OF;
}
