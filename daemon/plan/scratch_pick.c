#include "scratch_pick.h"

#include <stdbool.h>
#include <string.h>

#include "lex.h"
#include "scratch.h"
#include "shape.h"
#include "touched.h"

#define TABLE       "table "
#define FOREIGN_KEY "foreign key "
#define CHECK_RULE  "check "

/* ---- names ----------------------------------------------------------------------------- */

static bool is_plain(const char *name)
{
	for (; *name != '\0'; name++) {
		if (!lex_is_word_byte(*name)) {
			return false;
		}
	}
	return true;
}

/* ---- what stands against it ------------------------------------------------------------ */

static bool is_simple(const struct shape *shape)
{
	for (size_t i = 0; i < shape->nr; i++) {
		const char *object = shape->facts[i].object;

		if (strcmp(object, "schema") == 0) {
			continue;
		}
		if (!g_str_has_prefix(object, TABLE) || !is_plain(object + strlen(TABLE))) {
			return false;
		}
	}
	return true;
}

/* ---- constraints ----------------------------------------------------------------------- */

/* Both ends of a foreign key are needed, or none. True: there is one more now. */
static bool tie(GHashTable *picked, const struct shape_fact *fact)
{
	const char *other = strstr(fact->text, " references ");
	g_autofree char *child = g_utf8_strdown(fact->object + strlen(TABLE), -1);
	g_autofree char *parent = NULL;
	guint before = g_hash_table_size(picked);

	if (other == NULL) {
		return false;
	}
	other += strlen(" references ");
	parent = g_utf8_strdown(other, (gssize)strcspn(other, " "));
	if (g_hash_table_contains(picked, child)) {
		g_hash_table_add(picked, g_steal_pointer(&parent));
	} else if (g_hash_table_contains(picked, parent)) {
		g_hash_table_add(picked, g_steal_pointer(&child));
	}
	return g_hash_table_size(picked) > before;
}

static bool tie_all(GHashTable *picked, const struct shape *shape)
{
	bool is_more = false;

	for (size_t i = 0; i < shape->nr; i++) {
		const struct shape_fact *fact = &shape->facts[i];

		if (g_str_has_prefix(fact->part, FOREIGN_KEY) && tie(picked, fact)) {
			is_more = true;
		}
	}
	return is_more;
}

/* Names of constraints are taken for the whole schema: one that is named brings its table. */
static void pick_named(GHashTable *picked, const struct shape *shape)
{
	for (size_t i = 0; i < shape->nr; i++) {
		const struct shape_fact *fact = &shape->facts[i];
		g_autofree char *name = NULL;

		if (g_str_has_prefix(fact->part, FOREIGN_KEY)) {
			name = g_utf8_strdown(fact->part + strlen(FOREIGN_KEY), -1);
		} else if (g_str_has_prefix(fact->part, CHECK_RULE)) {
			name = g_utf8_strdown(fact->part + strlen(CHECK_RULE), -1);
		}
		if (name != NULL && g_hash_table_contains(picked, name)) {
			g_hash_table_add(picked, g_utf8_strdown(fact->object + strlen(TABLE), -1));
		}
	}
}

GHashTable *scratch_pick(const struct scratch_work *work, const struct shape *shape)
{
	g_autoptr(GHashTable) picked =
		is_simple(shape) ? touched_words(work->release, work->indices, work->nr) : NULL;

	if (picked == NULL) {
		return NULL;
	}
	pick_named(picked, shape);
	while (tie_all(picked, shape)) {
	}
	return g_steal_pointer(&picked);
}
