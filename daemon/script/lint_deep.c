#include "lint_deep.h"

#include <stdarg.h>
#include <string.h>

#include "alter_parts.h"
#include "lint_walk.h"
#include "release.h"
#include "split.h"

/* ---- findings --------------------------------------------------------------------- */

void lint_at(struct lint_deep *deep, size_t statement)
{
	deep->index = statement;
	deep->statement = &deep->script->statements[statement];
	deep->first = lint_first_word(deep->statement);
}

static void append(struct lint_deep *deep, struct lint_finding *finding, size_t at)
{
	finding->migration = deep->migration;
	finding->file = g_strdup(deep->release->migrations[deep->migration].file);
	finding->line = deep->statement->line;
	finding->column = deep->statement->column;
	if (at > deep->first) {
		split_advance(&finding->line, &finding->column, deep->statement->text + deep->first,
			      at - deep->first);
	}
	g_array_append_val(deep->findings, *finding);
}

void lint_say(struct lint_deep *deep, enum lint_rule_id rule, size_t at, const char *fmt, ...)
{
	struct lint_finding finding = { .rule = rule, .statement = deep->index };
	va_list args;

	va_start(args, fmt);
	finding.text = lint_text(fmt, args);
	va_end(args);
	append(deep, &finding, at);
}

void lint_say_once(struct lint_deep *deep, enum lint_rule_id rule, size_t at, const char *fmt, ...)
{
	struct lint_finding finding = { .rule = rule, .statement = LINT_WHOLE_FILE };
	va_list args;

	if (deep->once[rule].finding > 0) {
		deep->once[rule].more++;
		return;
	}
	va_start(args, fmt);
	finding.text = lint_text(fmt, args);
	va_end(args);
	append(deep, &finding, at);
	deep->once[rule].finding = deep->findings->len;
}

/* "… (and 3 more in this file)" */
static void say_how_many(struct lint_deep *deep)
{
	for (size_t rule = 0; rule < LINT_NR; rule++) {
		struct lint_finding *finding;
		char *text;

		if (deep->once[rule].more == 0) {
			continue;
		}
		finding = &g_array_index(deep->findings, struct lint_finding,
					 deep->once[rule].finding - 1);
		text = g_strdup_printf("%s (and %zu more in this file)", finding->text,
				       deep->once[rule].more);
		g_free(finding->text);
		finding->text = text;
	}
}

bool lint_is_new(const struct lint_deep *deep, size_t born)
{
	return born != LINT_OUTSIDE && born >= MIN(deep->base, deep->migration);
}

bool lint_is_new_table(const struct lint_deep *deep, const char *table)
{
	const struct lint_table *known = lint_tables_find(deep->tables, table);

	return known != NULL && lint_is_new(deep, known->born);
}

char *lint_said(const struct lint_deep *deep, struct lint_place place)
{
	return g_strdup_printf("%s:%u", deep->release->migrations[place.migration].file,
			       place.line);
}

/* ---- what a file holds ------------------------------------------------------------ */

static void put(GHashTable *set, const char *name)
{
	if (name != NULL) {
		g_hash_table_add(set, g_strdup(name));
	}
}

static void gather_change(struct lint_deep *deep, const struct alter_change *change)
{
	if (change->kind == ALTER_CREATE_TABLE || change->kind == ALTER_CREATE_VIEW) {
		put(deep->made, change->table);
		put(deep->created, change->table);
	} else if (change->kind == ALTER_RENAME_TABLE) {
		put(deep->made, change->other);
	} else if (change->kind == ALTER_ADD_PRIMARY || change->kind == ALTER_ADD_UNIQUE) {
		put(deep->keyed, change->table);
	} else if (change->kind == ALTER_DROP_FOREIGN) {
		put(deep->unlinked, change->table);
	}
	deep->changes_tables |= change->kind != ALTER_CREATE_VIEW &&
				change->kind != ALTER_DROP_VIEW && change->kind != ALTER_TRUNCATE &&
				change->kind != ALTER_LOSE_PARTITION;
}

/* CREATE [OR REPLACE] TEMPORARY TABLE [IF NOT EXISTS] x; CREATE … PROCEDURE x */
static void gather_name(struct lint_deep *deep, const struct piece *piece)
{
	struct alter_cursor at = { .lex = piece->lex };
	bool temporary = false;

	alter_step(&at);
	if (!alter_take(&at, "CREATE")) {
		return;
	}
	while (at.now.kind != LEX_END && !alter_is_punct(&at, '(')) {
		bool table = alter_is(&at, "TABLE");

		temporary |= alter_is(&at, "TEMPORARY");
		if (!table && !alter_is(&at, "PROCEDURE")) {
			alter_step(&at);
			continue;
		}
		alter_step(&at);
		(void)alter_take_if(&at);
		if (table && !temporary) {
			return;
		}
		g_autofree char *name = alter_name(&at);

		if (table) {
			put(deep->temporary, name);
		} else if (name != NULL) {
			g_hash_table_add(deep->programs, g_ascii_strdown(name, -1));
		}
		return;
	}
}

/* Are the statements of a body run by this file? */
static bool is_run(const struct lint_deep *deep, const struct statement *statement,
		   const struct piece *piece)
{
	return !piece->body || deep->calls || statement->kind == STATEMENT_CALL;
}

/* All changes of a statement, in an owned array. */
static GArray *gather_statement(struct lint_deep *deep, const struct statement *statement)
{
	GArray *changes = alter_changes_new();
	struct piece_walk walk;
	struct piece piece;

	piece_begin(&walk, statement);
	while (piece_next(&walk, &piece)) {
		if (is_run(deep, statement, &piece)) {
			alter_read(&piece.lex, changes);
			gather_name(deep, &piece);
		}
	}
	for (guint i = 0; i < changes->len; i++) {
		gather_change(deep, &g_array_index(changes, struct alter_change, i));
	}
	return changes;
}

static void changes_free(gpointer changes)
{
	g_array_unref(changes);
}

/* One array for each statement. */
static GPtrArray *gather(struct lint_deep *deep)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(changes_free);

	for (size_t i = 0; i < deep->script->nr; i++) {
		deep->calls |= deep->script->statements[i].kind == STATEMENT_CALL;
	}
	for (size_t i = 0; i < deep->script->nr; i++) {
		g_ptr_array_add(all, gather_statement(deep, &deep->script->statements[i]));
	}
	lint_shape_begin(deep);
	return all;
}

/* ---- one statement ---------------------------------------------------------------- */

static void judge(struct lint_deep *deep, const struct alter_change *change)
{
	lint_compat(deep, change);
	lint_settings_change(deep, change);
	lint_shape_change(deep, change);
}

/* Follow a table that was there before the file through the names that it is given. */
static void follow(struct lint_deep *deep, const struct alter_change *change)
{
	const struct lint_table *table = lint_tables_find(deep->tables, change->table);
	const char *origin = g_hash_table_lookup(deep->origins, change->table);
	bool made = table != NULL ? lint_is_new(deep, table->born)
				  : g_hash_table_contains(deep->created, change->table);

	if (change->kind == ALTER_RENAME_TABLE && change->other != NULL &&
	    (origin != NULL || !made)) {
		g_hash_table_replace(deep->origins, g_strdup(change->other),
				     g_strdup(origin != NULL ? origin : change->table));
	}
	if (change->kind == ALTER_RENAME_TABLE || change->kind == ALTER_CREATE_TABLE ||
	    change->kind == ALTER_DROP_TABLE) {
		g_hash_table_remove(deep->origins, change->table);
	}
}

static void apply(struct lint_deep *deep, const struct alter_change *change)
{
	struct lint_place place = { deep->migration, deep->statement->line };
	unsigned column = deep->statement->column;

	if (change->at > deep->first) {
		split_advance(&place.line, &column, deep->statement->text + deep->first,
			      change->at - deep->first);
	}
	follow(deep, change);
	lint_tables_apply(deep->tables, change, place);
}

/* The clauses of one ALTER see the table as it was; the statements of a body do not. */
static void walk_changes(struct lint_deep *deep)
{
	for (guint i = 0; i < deep->changes->len; i++) {
		const struct alter_change *change =
			&g_array_index(deep->changes, struct alter_change, i);

		judge(deep, change);
		if (deep->program) {
			apply(deep, change);
		}
	}
	for (guint i = 0; i < deep->changes->len && !deep->program; i++) {
		apply(deep, &g_array_index(deep->changes, struct alter_change, i));
	}
}

static void walk_statement(struct lint_deep *deep)
{
	struct piece_walk walk;
	struct piece piece;

	piece_begin(&walk, deep->statement);
	deep->program = walk.program;
	lint_shape_statement(deep);
	while (piece_next(&walk, &piece)) {
		SCOPED(dml) dml = { 0 };

		if (!is_run(deep, deep->statement, &piece)) {
			continue;
		}
		dml_read(&dml, &piece.lex);
		lint_shape_piece(deep, &piece, &dml);
		if (dml.kind == DML_INSERT && !piece.body) {
			lint_settings_rows(deep, &dml);
		}
	}
	walk_changes(deep);
}

/* ---- one file --------------------------------------------------------------------- */

static GHashTable *set_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void setting_clear(gpointer data)
{
	struct lint_setting *setting = data;

	g_free(setting->name);
	g_free(setting->first);
}

static void file_begin(struct lint_deep *deep, size_t migration)
{
	deep->migration = migration;
	deep->script = &deep->release->migrations[migration].up;
	deep->made = set_new();
	deep->created = set_new();
	deep->origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	deep->rekeyed = set_new();
	deep->keyed = set_new();
	deep->unlinked = set_new();
	deep->temporary = set_new();
	deep->assigned = set_new();
	deep->unset = set_new();
	deep->settings = g_array_new(FALSE, FALSE, sizeof(struct lint_setting));
	g_array_set_clear_func(deep->settings, setting_clear);
	deep->calls = false;
	deep->changes_tables = false;
	deep->in_transaction = false;
	memset(deep->once, 0, sizeof(deep->once));
}

static void file_end(struct lint_deep *deep)
{
	g_hash_table_unref(deep->made);
	g_hash_table_unref(deep->created);
	g_hash_table_unref(deep->origins);
	g_hash_table_unref(deep->rekeyed);
	g_hash_table_unref(deep->keyed);
	g_hash_table_unref(deep->unlinked);
	g_hash_table_unref(deep->temporary);
	g_hash_table_unref(deep->assigned);
	g_hash_table_unref(deep->unset);
	g_array_unref(deep->settings);
}

static void walk_file(struct lint_deep *deep, size_t migration)
{
	g_autoptr(GPtrArray) all = NULL;

	file_begin(deep, migration);
	all = gather(deep);
	for (size_t i = 0; i < deep->script->nr; i++) {
		lint_at(deep, i);
		deep->changes = all->pdata[i];
		walk_statement(deep);
	}
	lint_shape_end(deep);
	say_how_many(deep);
	file_end(deep);
}

void lint_deep(const struct release *release, const bool *readable, size_t base, GArray *findings)
{
	struct lint_deep deep = {
		.findings = findings,
		.release = release,
		.tables = lint_tables_new(),
		.programs = set_new(),
		.base = base,
	};

	for (size_t i = 0; i < release->nr; i++) {
		if (readable[i] && !release->migrations[i].skipped) {
			walk_file(&deep, i);
		} else {
			lint_tables_forget(deep.tables);
		}
	}
	lint_tables_free(deep.tables);
	g_hash_table_unref(deep.programs);
}
