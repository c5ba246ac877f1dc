#include "alter.h"

#include "alter_parts.h"

/* ---- CREATE ----------------------------------------------------------------------- */

/* Columns or LIKE in parentheses; true: there are columns that are not said. */
static bool create_columns(struct alter_reader *r)
{
	if (!alter_is_punct(&r->at, '(')) {
		return alter_is(&r->at, "LIKE");
	}
	if (alter_next_is(&r->at, "LIKE") || alter_next_is(&r->at, "SELECT")) {
		alter_skip(&r->at);
		return true;
	}
	alter_read_definitions(r);
	return false;
}

static void create_table(struct alter_reader *r, size_t offset, bool replace)
{
	bool guarded = alter_take_if(&r->at);
	g_autofree char *name = alter_name(&r->at);
	guint index;
	bool partial;

	if (name == NULL) {
		return;
	}
	r->table = name;
	if (replace) {
		alter_add(r, ALTER_DROP_TABLE, offset)->if_exists = true;
	}
	index = r->changes->len;
	alter_add(r, ALTER_CREATE_TABLE, offset)->if_exists = guarded;
	r->created = true;
	partial = create_columns(r);
	while (!alter_is_end(r)) {
		if (alter_is(&r->at, "SELECT") || alter_is(&r->at, "WITH")) {
			partial = true;
			break;
		}
		if (!alter_read_option(r)) {
			alter_skip(&r->at);
		}
	}
	g_array_index(r->changes, struct alter_change, index).partial = partial;
	r->table = NULL;
}

static void create_index(struct alter_reader *r, size_t offset, enum alter_kind kind)
{
	bool guarded = alter_take_if(&r->at);
	g_autofree char *index = alter_name(&r->at);
	g_autofree char *table = NULL;
	struct alter_change *change;

	while (!alter_is_end(r) && !alter_is(&r->at, "ON")) {
		alter_step(&r->at);
	}
	(void)alter_take(&r->at, "ON");
	table = alter_name(&r->at);
	if (table == NULL) {
		return;
	}
	r->table = table;
	change = alter_add(r, kind, offset);
	change->name = g_steal_pointer(&index);
	change->if_exists = guarded;
	change->columns = alter_read_key_columns(&r->at);
	r->table = NULL;
}

static void create_view(struct alter_reader *r, size_t offset)
{
	bool guarded = alter_take_if(&r->at);
	g_autofree char *name = alter_name(&r->at);

	r->table = name;
	if (name != NULL) {
		alter_add(r, ALTER_CREATE_VIEW, offset)->if_exists = guarded;
	}
	r->table = NULL;
}

static void read_create(struct alter_reader *r, size_t offset)
{
	static const char *const others[] = { "PROCEDURE", "FUNCTION", "TRIGGER",  "EVENT",
					      "PACKAGE",   "DATABASE", "SCHEMA",   "USER",
					      "ROLE",      "SERVER",   "SEQUENCE", "TEMPORARY",
					      NULL };
	enum alter_kind kind = ALTER_ADD_KEY;
	bool replace = false;

	for (; !alter_is_end(r) && !alter_is_one_of(r, others); alter_step(&r->at)) {
		if (alter_take(&r->at, "TABLE")) {
			create_table(r, offset, replace);
			return;
		}
		if (alter_take(&r->at, "VIEW")) {
			create_view(r, offset);
			return;
		}
		if (alter_take(&r->at, "INDEX")) {
			create_index(r, offset, kind);
			return;
		}
		kind = alter_is(&r->at, "UNIQUE") ? ALTER_ADD_UNIQUE : kind;
		replace |= alter_is(&r->at, "REPLACE");
	}
}

/* ---- ALTER ------------------------------------------------------------------------ */

static void clause_add(struct alter_reader *r)
{
	bool guarded;

	if (alter_is(&r->at, "PARTITION") || alter_is_period(r) || alter_read_key(r)) {
		return;
	}
	(void)alter_take(&r->at, "COLUMN");
	guarded = alter_take_if(&r->at);
	if (!alter_is_punct(&r->at, '(')) {
		alter_read_definition(r, ALTER_ADD_COLUMN, NULL, guarded);
		return;
	}
	alter_read_definitions(r);
}

/* DROP PARTITION [IF EXISTS] a, b; TRUNCATE PARTITION a: the first is named */
static void clause_partition(struct alter_reader *r, size_t offset)
{
	bool guarded = alter_take_if(&r->at);
	char *name = alter_name(&r->at);
	struct alter_change *change;

	if (name != NULL) {
		change = alter_add(r, ALTER_LOSE_PARTITION, offset);
		change->name = name;
		change->if_exists = guarded;
	}
	while (!alter_is_end(r)) {
		alter_step(&r->at); /* nothing else may follow */
	}
}

static void clause_drop(struct alter_reader *r)
{
	static const char *const others[] = { "CHECK", NULL };
	size_t offset = r->at.now.at;
	enum alter_kind kind = ALTER_DROP_COLUMN;
	struct alter_change *change;
	bool guarded;
	char *name;

	if (alter_is_one_of(r, others) || alter_is_period(r)) {
		return;
	}
	if (alter_take(&r->at, "PARTITION")) {
		clause_partition(r, offset);
		return;
	}
	if (alter_take(&r->at, "PRIMARY")) {
		(void)alter_add(r, ALTER_DROP_PRIMARY, offset);
		return;
	}
	if (alter_take(&r->at, "FOREIGN")) {
		kind = ALTER_DROP_FOREIGN;
		(void)alter_take(&r->at, "KEY");
	} else if (alter_take(&r->at, "INDEX") || alter_take(&r->at, "KEY") ||
		   alter_take(&r->at, "CONSTRAINT")) {
		kind = ALTER_DROP_KEY;
	} else {
		(void)alter_take(&r->at, "COLUMN");
	}
	guarded = alter_take_if(&r->at);
	offset = r->at.now.at;
	name = alter_name(&r->at);
	if (name != NULL) {
		change = alter_add(r, kind, offset);
		change->name = name;
		change->if_exists = guarded;
	}
}

static void clause_change(struct alter_reader *r, bool renames)
{
	bool guarded;
	char *old;

	(void)alter_take(&r->at, "COLUMN");
	guarded = alter_take_if(&r->at);
	if (renames) {
		old = alter_name(&r->at);
	} else {
		struct alter_cursor ahead = r->at;

		old = alter_name(&ahead);
	}
	if (old != NULL) {
		alter_read_definition(r, ALTER_CHANGE_COLUMN, old, guarded);
	}
}

/* ALTER [COLUMN] c SET DEFAULT x, or DROP DEFAULT */
static void clause_alter(struct alter_reader *r)
{
	static const char *const others[] = { "INDEX", "KEY", "CHECK", "CONSTRAINT", NULL };
	size_t offset = r->at.now.at;
	char *name;

	if (alter_is_one_of(r, others)) {
		return;
	}
	(void)alter_take(&r->at, "COLUMN");
	name = alter_name(&r->at);
	if (alter_is(&r->at, "SET") && alter_next_is(&r->at, "DEFAULT")) {
		alter_add(r, ALTER_SET_DEFAULT, offset)->name = name;
	} else if (alter_is(&r->at, "DROP") && alter_next_is(&r->at, "DEFAULT")) {
		alter_add(r, ALTER_DROP_DEFAULT, offset)->name = name;
	} else {
		g_free(name);
	}
}

static void clause_rename(struct alter_reader *r)
{
	size_t offset = r->at.now.at;
	bool column = alter_take(&r->at, "COLUMN");
	struct alter_change *change;
	char *old = NULL;
	char *name;

	if (alter_is(&r->at, "INDEX") || alter_is(&r->at, "KEY")) {
		return;
	}
	if (column) {
		(void)alter_take_if(&r->at);
		old = alter_name(&r->at);
	}
	if (!alter_take(&r->at, "TO") && !alter_take(&r->at, "AS")) {
		(void)alter_take_punct(&r->at, '=');
	}
	name = alter_name(&r->at);
	if (name == NULL || (column && old == NULL)) {
		g_free(old);
		g_free(name);
		return;
	}
	change = alter_add(r, column ? ALTER_RENAME_COLUMN : ALTER_RENAME_TABLE, offset);
	change->name = old;
	change->other = name;
}

/* CONVERT TO CHARACTER SET x [COLLATE y] */
static void clause_convert(struct alter_reader *r)
{
	size_t offset = r->at.now.at;
	struct alter_change *change;

	(void)alter_take(&r->at, "TO");
	(void)(alter_take(&r->at, "CHARSET") || alter_take(&r->at, "CHARACTER") ||
	       alter_take(&r->at, "CHAR"));
	(void)alter_take(&r->at, "SET");
	change = alter_add(r, ALTER_CONVERT, offset);
	if (!alter_is_end(r) && !alter_is_punct(&r->at, ',')) {
		change->other = alter_word(&r->at);
	}
	if (alter_take(&r->at, "COLLATE")) {
		(void)alter_take_punct(&r->at, '=');
		change->name = alter_word(&r->at);
	}
}

/* They may stand side by side without a comma. */
static void read_options(struct alter_reader *r)
{
	bool more = true;

	while (more && !alter_is_end(r) && !alter_is_punct(&r->at, ',')) {
		more = alter_read_option(r);
	}
}

static void read_clause(struct alter_reader *r)
{
	if (alter_take(&r->at, "ADD")) {
		clause_add(r);
	} else if (alter_take(&r->at, "DROP")) {
		clause_drop(r);
	} else if (alter_take(&r->at, "CHANGE")) {
		clause_change(r, true);
	} else if (alter_take(&r->at, "MODIFY")) {
		clause_change(r, false);
	} else if (alter_take(&r->at, "ALTER")) {
		clause_alter(r);
	} else if (alter_take(&r->at, "RENAME")) {
		clause_rename(r);
	} else if (alter_take(&r->at, "CONVERT")) {
		clause_convert(r);
	} else if (alter_is(&r->at, "TRUNCATE") && alter_next_is(&r->at, "PARTITION")) {
		size_t offset = r->at.now.at;

		alter_step(&r->at);
		alter_step(&r->at);
		clause_partition(r, offset);
	} else {
		read_options(r);
	}
}

static void clause_table(struct alter_reader *r)
{
	g_autofree char *name = NULL;

	(void)alter_take_if(&r->at);
	name = alter_name(&r->at);
	if (name == NULL) {
		return;
	}
	r->table = name;
	while (!alter_is_end(r)) {
		read_clause(r);
		while (!alter_is_end(r) && !alter_is_punct(&r->at, ',')) {
			alter_skip(&r->at);
		}
		(void)alter_take_punct(&r->at, ',');
	}
	r->table = NULL;
}

/* ALTER [ONLINE] [IGNORE] TABLE … */
static void read_alter(struct alter_reader *r, size_t offset)
{
	static const char *const words[] = { "ONLINE", "OFFLINE", "IGNORE", NULL };

	(void)offset;
	while (alter_is_one_of(r, words)) {
		alter_step(&r->at);
	}
	if (alter_take(&r->at, "TABLE")) {
		clause_table(r);
	}
}

/* ---- DROP, RENAME, TRUNCATE ------------------------------------------------------- */

static void drop_list(struct alter_reader *r, enum alter_kind kind)
{
	bool guarded = alter_take_if(&r->at);

	while (!alter_is_end(r)) {
		size_t offset = r->at.now.at;
		g_autofree char *name = alter_name(&r->at);

		if (name == NULL) {
			return;
		}
		r->table = name;
		alter_add(r, kind, offset)->if_exists = guarded;
		r->table = NULL;
		if (!alter_take_punct(&r->at, ',')) {
			return;
		}
	}
}

static void read_drop(struct alter_reader *r, size_t offset)
{
	if (alter_take(&r->at, "TABLE") || alter_take(&r->at, "TABLES")) {
		drop_list(r, ALTER_DROP_TABLE);
	} else if (alter_take(&r->at, "VIEW")) {
		drop_list(r, ALTER_DROP_VIEW);
	} else if (alter_take(&r->at, "INDEX")) {
		create_index(r, offset, ALTER_DROP_KEY);
	}
}

static void read_rename(struct alter_reader *r, size_t offset)
{
	(void)offset;
	if (!alter_take(&r->at, "TABLE") && !alter_take(&r->at, "TABLES")) {
		return;
	}
	(void)alter_take_if(&r->at);
	while (!alter_is_end(r)) {
		size_t at = r->at.now.at;
		g_autofree char *old = alter_name(&r->at);

		while (!alter_is_end(r) && !alter_is(&r->at, "TO") &&
		       !alter_is_punct(&r->at, ',')) {
			alter_step(&r->at); /* WAIT 5 */
		}
		if (old == NULL || !alter_take(&r->at, "TO")) {
			return;
		}
		r->table = old;
		alter_add(r, ALTER_RENAME_TABLE, at)->other = alter_name(&r->at);
		r->table = NULL;
		if (!alter_take_punct(&r->at, ',')) {
			return;
		}
	}
}

static void read_truncate(struct alter_reader *r, size_t offset)
{
	g_autofree char *name = NULL;

	(void)alter_take(&r->at, "TABLE");
	name = alter_name(&r->at);
	r->table = name;
	if (name != NULL) {
		(void)alter_add(r, ALTER_TRUNCATE, offset);
	}
	r->table = NULL;
}

typedef void alter_read_fn(struct alter_reader *r, size_t offset);

void alter_read(const struct lex *piece, GArray *changes)
{
	static const struct {
		const char *word;
		alter_read_fn *read; /* called behind the word */
	} verbs[] = {
		{ "CREATE", read_create }, { "ALTER", read_alter },       { "DROP", read_drop },
		{ "RENAME", read_rename }, { "TRUNCATE", read_truncate },
	};
	struct alter_reader r = { .at = { .lex = *piece }, .changes = changes };
	size_t offset;

	alter_step(&r.at);
	offset = r.at.now.at;
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (alter_take(&r.at, verbs[i].word)) {
			verbs[i].read(&r, offset);
			return;
		}
	}
}
