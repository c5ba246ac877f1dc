#include "retype.h"

#include <stddef.h>
#include <string.h>

#include <glib.h>

#include "precheck_text.h"
#include "shape.h"

/* Within a family the later ones hold what the earlier ones hold. */
/* clang-format off */
static const struct {
	const char *type; char family; int rank; unsigned long letters;
} types[] = {
	{ "tinyint",    'i', 1, 0 }, { "smallint",   'i', 2, 0 }, { "mediumint", 'i', 3, 0 },
	{ "int",        'i', 4, 0 }, { "bigint",     'i', 5, 0 },
	{ "float",      'f', 1, 0 }, { "double",     'f', 2, 0 },
	{ "char",       'c', 0, 0 }, { "varchar",    'c', 0, 0 },
	{ "tinytext",   'c', 0, 255 }, { "text",     'c', 0, 65535 },
	{ "mediumtext", 'c', 0, 16777215 }, { "longtext", 'c', 0, 4294967295UL },
	{ "tinyblob",   'b', 1, 0 }, { "blob",       'b', 2, 0 }, { "mediumblob", 'b', 3, 0 },
	{ "longblob",   'b', 4, 0 },
	{ "date",       'd', 1, 0 }, { "datetime",   'd', 2, 0 },
};

/* clang-format on */

/* Its row in the table; -1: nothing is known of it but its name. */
static int find(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (precheck_text_is_type(text, types[i].type)) {
			return (int)i;
		}
	}
	return -1;
}

static unsigned long letters_of(const char *text, int type)
{
	return types[type].letters > 0 ? types[type].letters : precheck_text_letters(text);
}

/* "decimal(10,2) not null" -> "decimal(10,2)". Owned. */
static char *words_of(const char *text)
{
	return g_strndup(text, strcspn(text, " "));
}

static bool is_other_word(const char *now, const char *then)
{
	g_autofree char *left = words_of(now);
	g_autofree char *right = words_of(then);

	return strcmp(left, right) != 0;
}

bool retype_is_break(const char *now, const char *then)
{
	int is = find(now);
	int becomes = find(then);
	bool was_unsigned = precheck_text_has(now, " unsigned");

	if (is < 0 || becomes < 0) {
		return is_other_word(now, then);
	}
	if (types[is].family != types[becomes].family) {
		return true;
	}
	if (types[is].family == 'c') {
		return letters_of(then, becomes) < letters_of(now, is);
	}
	if (was_unsigned != precheck_text_has(then, " unsigned")) {
		return !was_unsigned || types[becomes].rank <= types[is].rank;
	}
	return types[becomes].rank < types[is].rank;
}

bool retype_breaks(const struct shape *before, const struct shape *after, const char *table)
{
	g_autofree char *object = g_strconcat("table ", table, NULL);

	for (size_t i = 0; i < after->nr; i++) {
		const struct shape_fact *fact = &after->facts[i];
		const char *now;

		if (strcmp(fact->object, object) != 0 || !g_str_has_prefix(fact->part, "column ")) {
			continue;
		}
		now = shape_find(before, object, fact->part);
		if (now != NULL && retype_is_break(now, fact->text)) {
			return true;
		}
	}
	return false;
}
