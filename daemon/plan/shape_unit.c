#include "shape_unit.h"

#include <string.h>

#include "modes.h"
#include "shape_name.h"

void shape_unit_init(struct shape_unit *unit, const char *schema)
{
	*unit = (struct shape_unit){
		.schema = schema,
		.facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact)),
		.pieces = g_array_new(FALSE, FALSE, sizeof(struct shape_piece)),
		.tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
}

static void piece_clear(struct shape_piece *piece)
{
	g_free(piece->object);
	g_free(piece->part);
	g_free(piece->head);
	g_free(piece->item);
	g_free(piece->middle);
	g_free(piece->other);
	g_free(piece->tail);
}

void shape_unit_release(struct shape_unit *unit)
{
	if (unit->facts == NULL) {
		return;
	}
	for (guint i = 0; i < unit->facts->len; i++) {
		struct shape_fact *fact = &g_array_index(unit->facts, struct shape_fact, i);

		g_free(fact->object);
		g_free(fact->part);
		g_free(fact->text);
	}
	for (guint i = 0; i < unit->pieces->len; i++) {
		piece_clear(&g_array_index(unit->pieces, struct shape_piece, i));
	}
	g_array_unref(unit->facts);
	g_array_unref(unit->pieces);
	g_hash_table_unref(unit->tables);
	g_hash_table_unref(unit->objects);
	g_hash_table_unref(unit->rules);
	g_free(unit->name);
	g_free(unit->collation);
	*unit = (struct shape_unit){ 0 };
}

static char *object_of(const char *kind, const char *name)
{
	return *name == '\0' ? g_strdup(kind) : g_strdup_printf("%s %s", kind, name);
}

static void add(struct shape_unit *unit, const char *kind, const char *name, const char *part,
		bool minor)
{
	const struct shape_fact fact = { .object = object_of(kind, name),
					 .part = g_strdup(part),
					 .minor = minor };

	g_array_append_val(unit->facts, fact);
}

static struct shape_fact *newest(const struct shape_unit *unit)
{
	return &g_array_index(unit->facts, struct shape_fact, unit->facts->len - 1);
}

void shape_unit_fact(struct shape_unit *unit, const char *kind, const char *name, const char *part,
		     char *text)
{
	add(unit, kind, name, part, false);
	newest(unit)->text = g_steal_pointer(&text);
}

void shape_unit_minor(struct shape_unit *unit, const char *kind, const char *name, const char *part,
		      char *text)
{
	add(unit, kind, name, part, true);
	newest(unit)->text = g_steal_pointer(&text);
}

void shape_unit_piece(struct shape_unit *unit, const struct shape_piece *piece)
{
	g_array_append_vals(unit->pieces, piece, 1);
}

char *shape_unit_plain(const struct shape_unit *unit, const char *text, const char *sql_mode)
{
	const struct shape_name name = { .schema = unit->schema,
					 .folds = unit->folds,
					 .objects = unit->objects };

	return shape_name_replace(&name, text,
				  sql_mode == NULL ? 0 : modes_of(sql_mode, strlen(sql_mode)));
}

/* ---- pieces -> facts ----------------------------------------------------------------- */

static gint compare_pieces(gconstpointer a, gconstpointer b)
{
	const struct shape_piece *left = a;
	const struct shape_piece *right = b;
	int object = strcmp(left->object, right->object);
	int part = object != 0 ? object : strcmp(left->part, right->part);

	return part != 0 ? part : (left->seq > right->seq) - (left->seq < right->seq);
}

/* "(a, b)" of nr pieces. */
static void append_list(GString *text, const struct shape_piece *pieces, guint nr, bool others)
{
	g_string_append_c(text, '(');
	for (guint i = 0; i < nr; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ",
				       others ? pieces[i].other : pieces[i].item);
	}
	g_string_append_c(text, ')');
}

/* Join pieces[first..) of one fact; returns where the next one begins. */
static guint join(struct shape_unit *unit, guint first)
{
	const struct shape_piece *one = &g_array_index(unit->pieces, struct shape_piece, first);
	GString *text = g_string_new(one->head);
	struct shape_fact fact;
	guint nr = 1;

	while (first + nr < unit->pieces->len && strcmp(one[nr].object, one->object) == 0 &&
	       strcmp(one[nr].part, one->part) == 0) {
		nr++;
	}
	if (one->item != NULL) {
		append_list(text, one, nr, false);
	}
	if (one->middle != NULL) {
		g_string_append(text, one->middle);
		append_list(text, one, nr, true);
	}
	g_string_append(text, one->tail == NULL ? "" : one->tail);
	fact = (struct shape_fact){
		.object = g_strdup(one->object),
		.part = g_strdup(one->part),
		.text = g_string_free(text, FALSE),
		.minor = strcmp(one->part, "columns") == 0,
	};
	g_array_append_val(unit->facts, fact);
	return first + nr;
}

/* The name that the server gives to the index which a foreign key needs. */
static bool is_given_name(const char *index, const char *key, const char *columns)
{
	size_t first = strcspn(columns + 1, ",)");

	return strcmp(index, key) == 0 ||
	       (strlen(index) == first && strncmp(index, columns + 1, first) == 0);
}

/* Does the foreign key bring the index with it? Both are of one table. */
static bool brings(const struct shape_fact *key, const struct shape_fact *index)
{
	return g_str_has_prefix(key->part, "foreign key ") &&
	       strcmp(key->object, index->object) == 0 &&
	       strncmp(key->text, index->text, strlen(index->text)) == 0 &&
	       key->text[strlen(index->text)] == ' ' &&
	       is_given_name(index->part + strlen("index "), key->part + strlen("foreign key "),
			     index->text);
}

/*
 * The index of a foreign key goes when another one can take its place, but stays when a
 * dump has made it an index of its own.
 */
static void mark_brought(struct shape_unit *unit)
{
	struct shape_fact *facts = (struct shape_fact *)(void *)unit->facts->data;
	g_autoptr(GPtrArray) keys = g_ptr_array_new();

	for (guint i = 0; i < unit->facts->len; i++) {
		if (g_str_has_prefix(facts[i].part, "foreign key ")) {
			g_ptr_array_add(keys, &facts[i]);
		}
	}
	for (guint i = 0; i < unit->facts->len && keys->len > 0; i++) {
		for (guint k = 0; k < keys->len && g_str_has_prefix(facts[i].part, "index "); k++) {
			facts[i].minor = facts[i].minor || brings(keys->pdata[k], &facts[i]);
		}
	}
}

void shape_unit_build(struct shape_unit *unit, struct shape *shape)
{
	g_array_sort(unit->pieces, compare_pieces);
	for (guint i = 0; i < unit->pieces->len;) {
		i = join(unit, i);
	}
	mark_brought(unit);
	shape_build(shape, unit->facts);
}
