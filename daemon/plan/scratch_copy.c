#include "scratch_copy.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "lex.h"
#include "modes.h"
#include "scratch_reach.h"
#include "shape_name.h"

#define OWN "muster_"

struct copy {
	struct db_session *session;
	struct shape_name name;
	GHashTable *schemas; /* borrowed; all there are */
	GHashTable *picked;  /* borrowed; NULL: all */
	const char *source;  /* borrowed; quoted */
};

/* ---- texts --------------------------------------------------------------------------- */

static char *without(const char *text, size_t at, size_t end)
{
	return g_strdup_printf("%.*s%s", (int)at, text, text + end);
}

static struct lex lex_of(const char *text)
{
	return (struct lex){ .text = text, .len = strlen(text) };
}

char *scratch_copy_uncounted(const char *text)
{
	struct lex lex = lex_of(text);
	struct lex_token token;
	int depth = 0;

	while (lex_next_code(&lex, &token) != LEX_END) {
		size_t at = token.at;

		depth += lex_is_punct(&lex, &token, '(');
		depth -= lex_is_punct(&lex, &token, ')');
		if (depth == 0 && lex_is_word(&lex, &token, "AUTO_INCREMENT") &&
		    lex_next_code(&lex, &token) == LEX_PUNCT &&
		    lex_next_code(&lex, &token) == LEX_WORD) {
			return without(text, at, token.at + token.len);
		}
	}
	return g_strdup(text);
}

char *scratch_copy_undefined(const char *text)
{
	struct lex lex = lex_of(text);
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		size_t at = token.at;
		size_t end;

		if (!lex_is_word(&lex, &token, "DEFINER")) {
			continue;
		}
		(void)lex_next_code(&lex, &token); /* = */
		if (lex_next_code(&lex, &token) == LEX_END) {
			break;
		}
		end = token.at + token.len;
		if (text[end] == '@') { /* the account's host */
			(void)lex_next_code(&lex, &token);
			end = token.at + token.len;
		}
		return without(text, at, end);
	}
	return g_strdup(text);
}

/* ---- reading and making -------------------------------------------------------------- */

static int show_create(struct copy *copy, struct db_rows *rows, const char *kind, const char *name,
		       struct err *err)
{
	g_autofree char *quoted = db_quote_name(name);

	if (db_queryf(copy->session, rows, err, "show create %s %s.%s", kind, copy->source,
		      quoted) < 0) {
		return err_prefix(err, "%s %s", kind, name);
	}
	return 0;
}

static const char *cell(const struct db_rows *rows, size_t column)
{
	return rows->nr == 1 && column < rows->columns ? rows->cells[0][column] : NULL;
}

static int set_mode(struct copy *copy, const char *sql_mode, struct err *err)
{
	g_autofree char *quoted = db_quote(copy->session, sql_mode);

	return db_execf(copy->session, err, "set session sql_mode = %s", quoted);
}

/* As it is, else with this account as its definer. What it may write must be the copy's. */
static int make(struct copy *copy, const char *text, struct err *err)
{
	g_autofree char *other = scratch_reach_find(copy->schemas, copy->name.to, text);
	g_autofree char *plain = NULL;

	if (other != NULL) {
		return err_set(err, ERR_DB, "it names database %s", other);
	}
	if (db_exec(copy->session, text, strlen(text), err) == 0) {
		return 0;
	}
	plain = scratch_copy_undefined(text);
	if (err->code != ERR_DB || strcmp(plain, text) == 0) {
		return -1;
	}
	return db_exec(copy->session, plain, strlen(plain), err);
}

/* Only the server's refusal lets the copy go on without it. */
static int forgive(int made, const struct err *err)
{
	return made < 0 && err->code != ERR_DB ? -1 : 0;
}

/* Rows written to a copy of such a table are rows of somebody else. */
static bool lies_elsewhere(const char *text)
{
	static const char *const engines[] = { "FEDERATED",  "CONNECT", "SPIDER", "S3",
					       "MRG_MYISAM", "OQGRAPH", NULL };
	struct lex lex = lex_of(text);
	struct lex_token token;
	struct lex_token last = { 0 };
	struct lex_token engine = { 0 };

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &engine, "ENGINE") && lex_is_punct(&lex, &last, '=') &&
		    lex_is_one_of(&lex, &token, engines)) {
			return true;
		}
		engine = last;
		last = token;
	}
	return false;
}

static int copy_table(struct copy *copy, const char *kind, const char *name, struct err *err)
{
	g_autofree char *renamed = NULL;
	g_autofree char *text = NULL;
	SCOPED(db_rows) rows = { 0 };

	if (show_create(copy, &rows, kind, name, err) < 0) {
		return -1;
	}
	if (cell(&rows, 1) == NULL) {
		return err_set(err, ERR_DB, "%s %s: its definition may not be seen", kind, name);
	}
	if (lies_elsewhere(cell(&rows, 1))) {
		return err_set(err, ERR_CONFLICT, "table %s has its rows elsewhere: not copied",
			       name);
	}
	renamed = shape_name_replace(&copy->name, cell(&rows, 1), 0);
	text = scratch_copy_uncounted(renamed);
	if (db_exec(copy->session, text, strlen(text), err) < 0) {
		return err_prefix(err, "copy of %s %s", kind, name);
	}
	return 0;
}

/* Something with a sql_mode of its own: column 1, its text in column 2. */
static int copy_program(struct copy *copy, const char *kind, const char *name, struct err *err)
{
	g_autofree char *text = NULL;
	SCOPED(db_rows) rows = { 0 };
	const char *mode;
	int made;

	made = show_create(copy, &rows, kind, name, err);
	if (made < 0 || cell(&rows, 2) == NULL) {
		return forgive(made, err);
	}
	mode = cell(&rows, 1) == NULL ? "" : cell(&rows, 1);
	text = shape_name_replace(&copy->name, cell(&rows, 2), modes_of(mode, strlen(mode)));
	if (set_mode(copy, mode, err) < 0) {
		return -1;
	}
	made = make(copy, text, err);
	if (forgive(made, err) < 0) {
		return -1;
	}
	return set_mode(copy, "", err);
}

/* ---- one kind after the other -------------------------------------------------------- */

static bool is_picked(const struct copy *copy, const char *name)
{
	g_autofree char *folded = g_utf8_strdown(name, -1);

	return copy->picked == NULL || g_hash_table_contains(copy->picked, folded);
}

/* Names of rows whose second column has this word in it. */
static int copy_tables(struct copy *copy, const struct db_rows *tables, const char *type,
		       struct err *err)
{
	bool is_sequence = strcmp(type, "SEQUENCE") == 0;

	for (size_t i = 0; i < tables->nr; i++) {
		const char *name = tables->cells[i][0];

		if (strstr(tables->cells[i][1], type) != NULL && !g_str_has_prefix(name, OWN) &&
		    is_picked(copy, name) &&
		    copy_table(copy, is_sequence ? "sequence" : "table", name, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* One round over the views that are still missing; 1: some were made. */
static int views_round(struct copy *copy, GPtrArray *views, struct err *err)
{
	guint before = views->len;

	for (guint i = 0; i < views->len;) {
		g_autofree char *text = NULL;
		SCOPED(db_rows) rows = { 0 };
		int made = show_create(copy, &rows, "view", views->pdata[i], err);

		if (made == 0 && cell(&rows, 1) != NULL) {
			text = shape_name_replace(&copy->name, cell(&rows, 1), 0);
			made = make(copy, text, err);
			if (made == 0) {
				g_ptr_array_remove_index(views, i);
				continue;
			}
		}
		if (forgive(made, err) < 0) {
			return -1;
		}
		i++;
	}
	return views->len < before;
}

/* A view needs what it reads from: those that read from others come later. */
static int copy_views(struct copy *copy, const struct db_rows *tables, struct err *err)
{
	g_autoptr(GPtrArray) views = g_ptr_array_new();
	int more = 1;

	for (size_t i = 0; i < tables->nr; i++) {
		if (strstr(tables->cells[i][1], "VIEW") != NULL &&
		    !g_str_has_prefix(tables->cells[i][0], OWN)) {
			g_ptr_array_add(views, tables->cells[i][0]);
		}
	}
	while (more > 0 && views->len > 0) {
		more = views_round(copy, views, err);
	}
	return more < 0 ? -1 : 0;
}

/* sql names kind and name of each, in the order they are made. */
static int copy_programs(struct copy *copy, const char *sql, struct err *err)
{
	g_autofree char *schema = db_quote(copy->session, copy->name.schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(copy->session, &rows, err, "%s = %s order by 3, 4, 5, 6", sql, schema) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_autofree char *kind = g_ascii_strdown(rows.cells[i][0], -1);

		if (!g_str_has_prefix(rows.cells[i][1], OWN) &&
		    !g_str_has_prefix(rows.cells[i][2], OWN) &&
		    copy_program(copy, kind, rows.cells[i][1], err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int copy_all(struct copy *copy, const struct db_rows *tables, struct err *err)
{
	static const char routines[] = "select routine_type, routine_name, routine_name, 0, 0, 0 "
				       "from information_schema.routines where routine_schema";
	static const char triggers[] =
		"select 'trigger', trigger_name, event_object_table, action_timing, "
		"event_manipulation, action_order from information_schema.triggers "
		"where event_object_schema";

	if (copy_tables(copy, tables, "SEQUENCE", err) < 0 ||
	    copy_tables(copy, tables, "BASE TABLE", err) < 0 ||
	    copy_tables(copy, tables, "SYSTEM VERSIONED", err) < 0 ||
	    copy_programs(copy, routines, err) < 0 || copy_views(copy, tables, err) < 0 ||
	    copy_programs(copy, triggers, err) < 0) {
		return -1;
	}
	return 0;
}

static int folding_get(struct copy *copy, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(copy->session, &rows, "select @@lower_case_table_names", err) < 0) {
		return -1;
	}
	copy->name.folds = g_strcmp0(cell(&rows, 0), "0") != 0;
	return 0;
}

int scratch_copy(struct db_session *session, const char *source, const char *to,
		 GHashTable *schemas, GHashTable *picked, struct err *err)
{
	g_autoptr(GHashTable) objects =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *quoted = db_quote_name(source);
	struct copy copy = {
		.session = session,
		.name = { .schema = source, .to = to, .objects = objects },
		.schemas = schemas,
		.picked = picked,
		.source = quoted,
	};
	SCOPED(db_rows) tables = { 0 };

	if (db_use(session, to, err) < 0 || folding_get(&copy, err) < 0 ||
	    db_queryf(session, &tables, err, "show full tables from %s", quoted) < 0) {
		return -1;
	}
	for (size_t i = 0; i < tables.nr; i++) {
		g_hash_table_add(objects, g_utf8_strdown(tables.cells[i][0], -1));
	}
	return copy_all(&copy, &tables, err);
}
