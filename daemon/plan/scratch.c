#include "scratch.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_guard.h"
#include "scratch_copy.h"
#include "scratch_pick.h"
#include "scratch_reach.h"
#include "scratch_state.h"
#include "script.h"
#include "shape_read.h"

#define MARKER       "muster_scratch"
#define MARKER_SAYS  "muster: scratch schema, may be dropped"
#define BIRTH_LOCK   "'muster:scratch'" /* between the database and its marker */
#define LOCK_WAIT_S  5
#define NAME_DIGITS  16
#define UNLIKE_LINES 5
#define NOTHING      "nothing" /* the source of what is nobody's copy */

static void scratch_free(struct scratch *scratch)
{
	if (scratch == NULL) {
		return;
	}
	g_clear_pointer(&scratch->picked, g_hash_table_unref);
	if (scratch->schemas != NULL) {
		g_hash_table_unref(scratch->schemas);
	}
	shape_release(&scratch->shape);
	shape_release(&scratch->foretold);
	g_free(scratch->name);
	g_free(scratch->source);
	g_free(scratch->unlike);
	g_clear_pointer(&scratch->beside, g_ptr_array_unref);
	g_free(scratch);
}

const char *scratch_name(const struct scratch *scratch)
{
	return scratch->name;
}

const struct shape *scratch_shape(const struct scratch *scratch)
{
	return &scratch->shape;
}

const char *scratch_unlike(const struct scratch *scratch)
{
	return scratch->unlike;
}

/* ---- the marker ---------------------------------------------------------------------- */

static int birth_lock(struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "select get_lock(" BIRTH_LOCK ", 10)", err) < 0) {
		return -1;
	}
	if (rows.nr != 1 || g_strcmp0(rows.cells[0][0], "1") != 0) {
		return err_set(err, ERR_BUSY, "another scratch schema is being made");
	}
	return 0;
}

static int birth_unlock(struct db_session *session, struct err *err)
{
	return db_execf(session, err, "do release_lock(" BIRTH_LOCK ")");
}

int scratch_made_by(struct db_session *session, const char *schema, int64_t *epoch, struct err *err)
{
	g_autofree char *quoted = db_quote(session, schema);
	g_autofree char *name = db_quote_name(schema);
	SCOPED(db_rows) found = { 0 };
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &found, err,
		      "select table_comment from information_schema.tables "
		      "where table_schema = %s and table_name = '" MARKER "'",
		      quoted) < 0) {
		return -1;
	}
	if (found.nr != 1 || g_strcmp0(found.cells[0][0], MARKER_SAYS) != 0) {
		return err_set(err, ERR_CONFLICT, "database %s has no marker of muster's", schema);
	}
	if (db_queryf(session, &rows, err, "select epoch from %s." MARKER, name) < 0) {
		return -1;
	}
	*epoch = rows.nr == 0 ? 0 : g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	return 0;
}

static int drop_marked(struct db_session *session, const char *schema, struct err *err)
{
	g_autofree char *name = db_quote_name(schema);
	int64_t epoch;

	if (!g_str_has_prefix(schema, SCRATCH_PREFIX) ||
	    scratch_made_by(session, schema, &epoch, err) < 0) {
		return -1;
	}
	return db_execf(session, err, "drop database %s", name);
}

/* ---- begin and end ------------------------------------------------------------------- */

/* So that whatever the source holds can be made again, whatever rules are in force today. */
static int settle(struct db_session *session, struct err *err)
{
	const struct db_pin pin = { .sql_mode = "",
				    .lock_wait_s = LOCK_WAIT_S,
				    .small_tables = true };

	if (db_pin(session, &pin, err) < 0) {
		return -1;
	}
	return db_execf(session, err,
			"set session foreign_key_checks = 0, sql_quote_show_create = 1");
}

static int make_database(struct scratch *scratch, const char *collation, int64_t epoch,
			 struct err *err)
{
	g_autofree char *source = db_quote(scratch->session, scratch->source);
	g_autofree char *name = db_quote_name(scratch->name);

	if (db_execf(scratch->session, err, "create database %s collate %s", name, collation) < 0 ||
	    db_execf(scratch->session, err,
		     "create table %s." MARKER " (epoch bigint not null, "
		     "source varchar(64) not null, made_at datetime(3) not null, "
		     "primary key (epoch)) "
		     "engine = InnoDB default character set utf8mb4 comment = '" MARKER_SAYS "'",
		     name) < 0) {
		return -1;
	}
	scratch->made = true;
	return db_execf(scratch->session, err,
			"insert into %s." MARKER " values (%" PRId64 ", %s, utc_timestamp(3))",
			name, epoch, source);
}

static int make_marked(struct scratch *scratch, const char *collation, int64_t epoch,
		       struct err *err)
{
	struct err ignored;

	if (birth_lock(scratch->session, err) < 0) {
		return -1;
	}
	if (make_database(scratch, collation, epoch, err) < 0) {
		(void)birth_unlock(scratch->session, &ignored);
		return -1;
	}
	return birth_unlock(scratch->session, err);
}

/* What the copy should look like. */
static void picked_part(const struct scratch *scratch, struct shape *part)
{
	g_autoptr(GArray) facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));

	for (size_t i = 0; i < scratch->foretold.nr; i++) {
		const struct shape_fact *from = &scratch->foretold.facts[i];
		bool is_table = g_str_has_prefix(from->object, "table ");
		g_autofree char *name =
			is_table ? g_utf8_strdown(from->object + strlen("table "), -1) : NULL;
		struct shape_fact fact = *from;

		if (name != NULL && scratch->picked != NULL &&
		    !g_hash_table_contains(scratch->picked, name)) {
			continue;
		}
		fact.object = g_strdup(from->object);
		fact.part = g_strdup(from->part);
		fact.text = g_strdup(from->text);
		g_array_append_val(facts, fact);
	}
	shape_build(part, facts);
}

/* No table needs it; and options say the same in other words, or the copy would not be. */
static bool is_beside(const struct shape_change *change)
{
	static const char *const left_out[] = { "view ", "trigger ", "procedure ", "function ",
						"event " };

	for (size_t i = 0; i < G_N_ELEMENTS(left_out); i++) {
		if (g_str_has_prefix(change->object, left_out[i])) {
			return change->after == NULL;
		}
	}
	return g_str_has_prefix(change->object, "table ") && strcmp(change->part, "options") == 0;
}

/* Owned; NULL: something else differs, too. */
static GPtrArray *all_beside(const struct shape_diff *diff)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < diff->nr; i++) {
		const struct shape_change *change = &diff->changes[i];

		if (change->minor) {
			continue;
		}
		if (!is_beside(change)) {
			return NULL;
		}
		g_ptr_array_add(names, g_utf8_casefold(strchr(change->object, ' ') + 1, -1));
	}
	return g_steal_pointer(&names);
}

bool scratch_is_apart(const struct scratch *scratch, const struct statement *statement)
{
	g_autofree char *text = g_utf8_casefold(statement->text, -1);

	if (scratch->beside == NULL || statement->kind != STATEMENT_DDL) {
		return false;
	}
	for (guint i = 0; i < scratch->beside->len; i++) {
		if (strstr(text, g_ptr_array_index(scratch->beside, i)) != NULL) {
			return false;
		}
	}
	return true;
}

static int compare(struct scratch *scratch, struct err *err)
{
	SCOPED(shape_diff) diff = { 0 };
	SCOPED(shape) wanted = { 0 };

	if (shape_read(scratch->session, scratch->name, &scratch->shape, err) < 0) {
		return -1;
	}
	picked_part(scratch, &wanted);
	if (!shape_is_same_but_minor(&wanted, &scratch->shape)) {
		shape_diff_make(&diff, &wanted, &scratch->shape);
		scratch->unlike = shape_diff_text(&diff, UNLIKE_LINES);
		scratch->beside = all_beside(&diff);
	}
	return 0;
}

static int fill(struct scratch *scratch, const struct scratch_work *work, int64_t epoch,
		struct err *err)
{
	if (settle(scratch->session, err) < 0 ||
	    shape_read(scratch->session, scratch->source, &scratch->foretold, err) < 0) {
		return -1;
	}
	scratch->picked = work == NULL ? NULL : scratch_pick(work, &scratch->foretold);
	scratch->schemas = scratch_reach_read(scratch->session, err);
	if (scratch->schemas == NULL ||
	    make_marked(scratch, shape_find(&scratch->foretold, "schema", "collation"), epoch,
			err) < 0 ||
	    scratch_copy(scratch->session, scratch->source, scratch->name, scratch->schemas,
			 scratch->picked, err) < 0) {
		return -1;
	}
	return compare(scratch, err);
}

char *scratch_name_new(void)
{
	return g_strdup_printf(SCRATCH_PREFIX "%08x%08x", g_random_int(), g_random_int());
}

static bool is_our_name(const char *schema)
{
	const char *digits = schema + strlen(SCRATCH_PREFIX);

	return g_str_has_prefix(schema, SCRATCH_PREFIX) && strlen(digits) == NAME_DIGITS &&
	       strspn(digits, "0123456789abcdef") == NAME_DIGITS;
}

char *scratch_name_beside(const char *name)
{
	size_t last = strlen(SCRATCH_PREFIX) + NAME_DIGITS - 1;
	char *beside;

	if (!is_our_name(name)) {
		return scratch_name_new();
	}
	beside = g_strdup(name);
	beside[last] = "0123456789abcdef"[g_ascii_xdigit_value(name[last]) ^ 1];
	return beside;
}

static struct scratch *scratch_new(struct db_session *session, const char *source, const char *name,
				   int64_t epoch)
{
	struct scratch *scratch = g_new0(struct scratch, 1);

	scratch->session = session;
	scratch->epoch = epoch;
	scratch->source = g_strdup(source);
	scratch->name = g_strdup(name);
	return scratch;
}

/* It could not be made: what there is of it goes. */
static void scratch_abandon(struct scratch *scratch)
{
	struct err ignored;

	if (scratch->made) {
		(void)drop_marked(scratch->session, scratch->name, &ignored);
	}
	scratch_free(scratch);
}

struct scratch *scratch_begin(struct db_session *session, const char *schema, const char *name,
			      const struct scratch_work *work, int64_t epoch, struct err *err)
{
	struct scratch *scratch = scratch_new(session, schema, name, epoch);

	if (fill(scratch, work, epoch, err) == 0) {
		return scratch;
	}
	(void)err_prefix(err, "scratch copy of %s", schema);
	scratch_abandon(scratch);
	return NULL;
}

static int make_empty(struct scratch *scratch, const char *collation, struct err *err)
{
	g_autofree char *quoted = db_quote_name(collation);

	if (settle(scratch->session, err) < 0) {
		return -1;
	}
	scratch->schemas = scratch_reach_read(scratch->session, err);
	if (scratch->schemas == NULL || make_marked(scratch, quoted, scratch->epoch, err) < 0 ||
	    shape_read(scratch->session, scratch->name, &scratch->shape, err) < 0) {
		return -1;
	}
	shape_copy(&scratch->foretold, &scratch->shape);
	return 0;
}

struct scratch *scratch_begin_empty(struct db_session *session, const char *collation,
				    const char *name, int64_t epoch, struct err *err)
{
	struct scratch *scratch = scratch_new(session, NOTHING, name, epoch);

	if (make_empty(scratch, collation, err) == 0) {
		return scratch;
	}
	(void)err_prefix(err, "empty scratch schema");
	scratch_abandon(scratch);
	return NULL;
}

int scratch_end(struct scratch *scratch, struct err *err)
{
	int dropped = drop_marked(scratch->session, scratch->name, err);

	if (dropped < 0) {
		(void)err_prefix(err, "scratch schema %s is left over", scratch->name);
	}
	scratch_free(scratch);
	return dropped;
}

/* ---- left-overs ---------------------------------------------------------------------- */

/* Whoever made it died before it could be marked: it never held anything. */
static int is_empty(struct db_session *session, const char *schema, bool *empty, struct err *err)
{
	g_autofree char *quoted = db_quote(session, schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err,
		      "select (select count(*) from information_schema.tables "
		      "where table_schema = %s) + (select count(*) from "
		      "information_schema.routines where routine_schema = %s) + (select count(*) "
		      "from information_schema.events where event_schema = %s)",
		      quoted, quoted, quoted) < 0) {
		return -1;
	}
	*empty = rows.nr == 1 && g_strcmp0(rows.cells[0][0], "0") == 0;
	return 0;
}

/* Was it made by an earlier daemon? */
static int is_left(struct db_session *session, const char *schema, int64_t epoch, bool *left,
		   struct err *err)
{
	int64_t made_by = 0;
	bool empty = false;

	*left = false;
	if (!is_our_name(schema)) {
		return 0;
	}
	if (is_empty(session, schema, &empty, err) < 0) {
		return -1;
	}
	if (!empty && scratch_made_by(session, schema, &made_by, err) < 0) {
		return err->code == ERR_CONFLICT ? 0 : -1;
	}
	*left = empty || made_by < epoch;
	return 0;
}

static int sweep_one(struct db_session *session, const char *schema, int64_t epoch, size_t *dropped,
		     struct err *err)
{
	g_autofree char *name = db_quote_name(schema);
	bool left = false;

	if (is_left(session, schema, epoch, &left, err) < 0) {
		return -1;
	}
	if (!left) {
		return 0;
	}
	if (db_execf(session, err, "drop database if exists %s", name) < 0) {
		return err_prefix(err, "left-over scratch schema %s", schema);
	}
	(*dropped)++;
	return 0;
}

static char *without(const char *words, const char *name)
{
	g_auto(GStrv) pieces = g_strsplit(words, name, -1);

	return g_strjoinv("", pieces);
}

char *scratch_words(const struct scratch *scratch, const char *words)
{
	g_autofree char *bare = g_strconcat(scratch->name, ".", NULL);
	g_autofree char *quoted = g_strdup_printf("`%s`.", scratch->name);
	g_autofree char *rest = without(words, quoted);

	return without(rest, bare);
}

int scratch_drop(struct db_session *session, const char *name, int64_t epoch, struct err *err)
{
	size_t dropped = 0;

	return sweep_one(session, name, epoch + 1, &dropped, err);
}

/* With the birth lock: none of them is on its way. The caller unlocks, whatever comes. */
static int find_copies(struct db_session *session, struct db_rows *rows, struct err *err)
{
	if (birth_lock(session, err) < 0 ||
	    db_query(session, rows,
		     "select schema_name from information_schema.schemata "
		     "where schema_name like " SCRATCH_LIKE,
		     err) < 0) {
		return err_prefix(err, "left-over scratch schemas");
	}
	return 0;
}

int scratch_sweep(struct db_session *session, int64_t epoch, size_t *dropped, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;
	size_t nr = 0;
	int swept = find_copies(session, &rows, err);

	for (size_t i = 0; i < rows.nr && swept == 0; i++) {
		swept = sweep_one(session, rows.cells[i][0], epoch, &nr, err);
	}
	if (swept < 0) {
		(void)birth_unlock(session, &ignored);
		return -1;
	}
	*dropped = nr;
	return birth_unlock(session, err);
}

char **scratch_left(struct db_session *session, int64_t epoch, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;
	int looked = find_copies(session, &rows, err);

	for (size_t i = 0; i < rows.nr && looked == 0; i++) {
		bool left = false;

		looked = is_left(session, rows.cells[i][0], epoch, &left, err);
		if (left) {
			g_ptr_array_add(names, g_strdup(rows.cells[i][0]));
		}
	}
	if (looked < 0) {
		(void)birth_unlock(session, &ignored);
		return NULL;
	}
	if (birth_unlock(session, err) < 0) {
		return NULL;
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}
