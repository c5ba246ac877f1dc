#include "lint_tables.h"

#include <string.h>

struct lint_tables {
	GHashTable *tables; /* owned; name -> struct lint_table */
	bool ignored;       /* the CREATE TABLE IF NOT EXISTS under way does nothing */
};

/* ---- memory ----------------------------------------------------------------------- */

static void column_free(gpointer data)
{
	struct lint_column *column = data;

	alter_column_release(&column->def);
	g_free(column);
}

static void key_clear(gpointer data)
{
	struct lint_key *key = data;

	g_free(key->name);
	if (key->columns != NULL) {
		g_ptr_array_unref(key->columns);
	}
}

static void table_free(gpointer data)
{
	struct lint_table *table = data;

	g_free(table->name);
	g_hash_table_unref(table->columns);
	g_array_unref(table->keys);
	g_free(table);
}

struct lint_tables *lint_tables_new(void)
{
	struct lint_tables *tables = g_new0(struct lint_tables, 1);

	tables->tables = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, table_free);
	return tables;
}

void lint_tables_free(struct lint_tables *tables)
{
	if (tables != NULL) {
		g_hash_table_unref(tables->tables);
		g_free(tables);
	}
}

void lint_tables_forget(struct lint_tables *tables)
{
	g_hash_table_remove_all(tables->tables);
}

/* ---- finding ---------------------------------------------------------------------- */

const struct lint_table *lint_tables_find(const struct lint_tables *tables, const char *name)
{
	return name == NULL ? NULL : g_hash_table_lookup(tables->tables, name);
}

const struct lint_column *lint_table_column(const struct lint_table *table, const char *name)
{
	g_autofree char *lower = NULL;

	if (table == NULL || name == NULL) {
		return NULL;
	}
	lower = g_ascii_strdown(name, -1);
	return g_hash_table_lookup(table->columns, lower);
}

/* The table, made up as one from outside when it is not known yet. */
static struct lint_table *get(struct lint_tables *tables, const char *name)
{
	struct lint_table *table = g_hash_table_lookup(tables->tables, name);

	if (table == NULL) {
		table = g_new0(struct lint_table, 1);
		table->name = g_strdup(name);
		table->born = LINT_OUTSIDE;
		table->columns =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, column_free);
		table->keys = g_array_new(FALSE, TRUE, sizeof(struct lint_key));
		g_array_set_clear_func(table->keys, key_clear);
		g_hash_table_insert(tables->tables, table->name, table);
	}
	return table;
}

/* ---- columns ---------------------------------------------------------------------- */

static struct lint_column *put(struct lint_table *table, const char *name, size_t born)
{
	char *lower = g_ascii_strdown(name, -1);
	struct lint_column *column = g_new0(struct lint_column, 1);

	column->born = born;
	g_hash_table_replace(table->columns, lower, column);
	return column;
}

static void add_key(struct lint_table *table, enum alter_kind kind, const char *name,
		    GPtrArray *columns)
{
	const struct lint_key key = {
		.name = name == NULL ? NULL : g_ascii_strdown(name, -1),
		.kind = kind,
		.columns = columns == NULL ? NULL : g_ptr_array_ref(columns),
		.gone = LINT_OUTSIDE,
	};

	g_array_append_val(table->keys, key);
}

static void add_own_key(struct lint_table *table, const struct alter_column *column,
			enum alter_kind kind)
{
	g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(columns, g_ascii_strdown(column->name, -1));
	add_key(table, kind, column->name, columns);
}

static void define(struct lint_table *table, const struct alter_column *def, size_t born,
		   struct lint_place place)
{
	struct lint_column *column = put(table, def->name, born);

	alter_column_copy(&column->def, def);
	column->known = true;
	column->said = place;
	if (def->unique) {
		add_own_key(table, def, ALTER_ADD_UNIQUE);
	}
	if (def->primary) {
		add_own_key(table, def, ALTER_ADD_PRIMARY);
	}
}

static void remove_column(struct lint_table *table, const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	g_hash_table_remove(table->columns, lower);
}

static void change_column(struct lint_table *table, const struct alter_change *change,
			  struct lint_place place)
{
	const struct lint_column *old = lint_table_column(table, change->name);
	size_t born = old == NULL ? LINT_OUTSIDE : old->born;

	remove_column(table, change->name);
	define(table, &change->column, born, place);
}

static void rename_column(struct lint_table *table, const struct alter_change *change)
{
	g_autofree char *old = g_ascii_strdown(change->name, -1);
	struct lint_column *column;
	char *key = NULL;

	if (!g_hash_table_steal_extended(table->columns, old, (gpointer *)&key,
					 (gpointer *)&column)) {
		return;
	}
	g_free(key);
	g_free(column->def.name);
	column->def.name = g_strdup(change->other);
	g_hash_table_replace(table->columns, g_ascii_strdown(change->other, -1), column);
}

static void set_default(struct lint_table *table, const struct alter_change *change)
{
	g_autofree char *lower = g_ascii_strdown(change->name, -1);
	struct lint_column *column = g_hash_table_lookup(table->columns, lower);

	if (column != NULL) {
		column->def.has_default = change->kind == ALTER_SET_DEFAULT;
		column->def.null_default = false;
	}
}

/* ---- keys ------------------------------------------------------------------------- */

static void drop_keys(struct lint_table *table, const struct alter_change *change, size_t migration)
{
	g_autofree char *lower = change->name == NULL ? NULL : g_ascii_strdown(change->name, -1);

	for (guint i = 0; i < table->keys->len; i++) {
		struct lint_key *key = &g_array_index(table->keys, struct lint_key, i);
		bool meant = change->kind == ALTER_DROP_PRIMARY
				     ? key->kind == ALTER_ADD_PRIMARY
				     : g_strcmp0(key->name, lower) == 0 && lower != NULL;

		if (meant && key->gone == LINT_OUTSIDE) {
			key->gone = migration;
		}
	}
}

/* Columns of a primary key cannot be NULL, whatever their definition says. */
static void make_primary(struct lint_table *table, const GPtrArray *columns)
{
	for (guint i = 0; columns != NULL && i < columns->len; i++) {
		struct lint_column *column =
			columns->pdata[i] == NULL
				? NULL
				: g_hash_table_lookup(table->columns, columns->pdata[i]);

		if (column != NULL) {
			column->def.not_null = true;
		}
	}
}

/* ---- tables ----------------------------------------------------------------------- */

static void create_table(struct lint_tables *tables, const struct alter_change *change,
			 size_t migration)
{
	struct lint_table *table;

	tables->ignored = change->if_exists && g_hash_table_contains(tables->tables, change->table);
	if (tables->ignored) {
		return;
	}
	g_hash_table_remove(tables->tables, change->table);
	table = get(tables, change->table);
	table->born = migration;
	table->whole = !change->partial;
}

static void rename_table(struct lint_tables *tables, const struct alter_change *change)
{
	struct lint_table *table = NULL;

	if (!g_hash_table_steal_extended(tables->tables, change->table, NULL, (gpointer *)&table)) {
		g_hash_table_remove(tables->tables, change->other);
		return;
	}
	g_free(table->name);
	table->name = g_strdup(change->other);
	g_hash_table_replace(tables->tables, table->name, table);
}

/* IF NOT EXISTS in front of a column that is there: nothing happens. */
static bool is_there(const struct lint_table *table, const struct alter_change *change)
{
	return change->if_exists && lint_table_column(table, change->column.name) != NULL;
}

static void change_table(struct lint_table *table, const struct alter_change *change,
			 struct lint_place place)
{
	if (change->kind == ALTER_ADD_COLUMN && !is_there(table, change)) {
		define(table, &change->column, change->created ? table->born : place.migration,
		       place);
	} else if (change->kind == ALTER_CHANGE_COLUMN) {
		change_column(table, change, place);
	} else if (change->kind == ALTER_DROP_COLUMN) {
		remove_column(table, change->name);
	} else if (change->kind == ALTER_RENAME_COLUMN) {
		rename_column(table, change);
	} else if (change->kind == ALTER_SET_DEFAULT || change->kind == ALTER_DROP_DEFAULT) {
		set_default(table, change);
	} else if (change->kind == ALTER_ADD_KEY || change->kind == ALTER_ADD_UNIQUE) {
		add_key(table, change->kind, change->name, change->columns);
	} else if (change->kind == ALTER_ADD_PRIMARY) {
		add_key(table, change->kind, "primary", change->columns);
		make_primary(table, change->columns);
	} else if (change->kind == ALTER_DROP_KEY || change->kind == ALTER_DROP_PRIMARY) {
		drop_keys(table, change, place.migration);
	}
}

void lint_tables_apply(struct lint_tables *tables, const struct alter_change *change,
		       struct lint_place place)
{
	if (change->table == NULL || (change->created && tables->ignored)) {
		return;
	}
	if (change->kind == ALTER_CREATE_TABLE) {
		create_table(tables, change, place.migration);
	} else if (change->kind == ALTER_CREATE_VIEW) {
		get(tables, change->table)->born = place.migration;
	} else if (change->kind == ALTER_DROP_TABLE || change->kind == ALTER_DROP_VIEW) {
		g_hash_table_remove(tables->tables, change->table);
	} else if (change->kind == ALTER_RENAME_TABLE && change->other != NULL) {
		rename_table(tables, change);
	} else {
		change_table(get(tables, change->table), change, place);
	}
}
