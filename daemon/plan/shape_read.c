#include "shape_read.h"

#include <string.h>

#include "db.h"
#include "shape_column.h"
#include "shape_rows.h"
#include "shape_unit.h"

#define BATCH_FIRST  100   /* schemas, before it is known how large they are */
#define BATCH_MAX    400   /* MySQL may go through all of its tables for each batch */
#define BATCH_ROWS   40000 /* of one answer, wished */
#define BATCH_TABLES 1500  /* MariaDB: more than its caches hold cost twice as much */
#define FEW          8     /* MariaDB lists every database unless one alone is asked for */
#define NAMES_MAX    300   /* a question is narrowed to so many tables */
#define OWN          "muster_"

struct reader {
	struct db_session *session;
	struct shape_unit *units; /* of this batch */
	size_t nr;
	GHashTable *by_name; /* the server's name of a schema -> unit */
	char *in;            /* "('a', 'b')" */
	size_t rows;         /* of the longest answer */
	size_t tables;       /* of the first one */
	struct shape_seen seen;
};

static const char *cell(char *const *row, size_t i)
{
	return row[i] == NULL ? "" : row[i];
}

/* " and table_name in (…)", or nothing. Owned. */
static char *narrowing(const struct reader *reader, const struct shape_query *query)
{
	GHashTable *names = reader->seen.sets[query->only];
	GString *text = g_string_new(NULL);
	GHashTableIter iter;
	gpointer name;

	if (!query->by_table || g_hash_table_size(names) > NAMES_MAX) {
		return g_string_free(text, FALSE);
	}
	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		g_autofree char *quoted = db_quote(reader->session, name);

		g_string_append_printf(text, "%s%s", text->len == 0 ? " and table_name in (" : ", ",
				       quoted);
	}
	g_string_append_c(text, ')');
	return g_string_free(text, FALSE);
}

static int query_run(struct reader *reader, const struct shape_query *query, struct err *err)
{
	bool is_other = reader->seen.is_mariadb && query->mariadb != NULL;
	g_auto(GStrv) pieces =
		g_strsplit(is_other ? query->mariadb : query->sql, SHAPE_QUERY_IN, -1);
	g_autofree char *joined = g_strjoinv(reader->in, pieces);
	g_autofree char *narrowed = narrowing(reader, query);
	g_autofree char *filled = g_strconcat(joined, narrowed, NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(reader->session, &rows, filled, err) < 0) {
		return err_prefix(err, "%s", query->what);
	}
	reader->tables = reader->tables == 0 ? rows.nr : reader->tables;
	reader->rows = MAX(reader->rows, rows.nr);
	for (size_t i = 0; i < rows.nr; i++) {
		struct shape_unit *unit =
			g_hash_table_lookup(reader->by_name, cell(rows.cells[i], 0));

		if (unit != NULL && !g_str_has_prefix(cell(rows.cells[i], 1), OWN)) {
			query->take(&reader->seen, unit, rows.cells[i]);
		}
	}
	return 0;
}

/* ---- sequences: no table lists what they are ----------------------------------------- */

static int sequence_read(struct reader *reader, struct shape_unit *unit, guint index,
			 struct err *err)
{
	const char *name =
		g_array_index(unit->facts, struct shape_fact, index).object + strlen("sequence ");
	g_autofree char *schema = db_quote_name(unit->schema);
	g_autofree char *quoted = db_quote_name(name);
	g_autofree char *opening = g_strdup_printf("CREATE SEQUENCE %s ", quoted);
	SCOPED(db_rows) rows = { 0 };
	const char *text;

	if (db_queryf(reader->session, &rows, err, "show create sequence %s.%s", schema, quoted) <
	    0) {
		return err_prefix(err, "sequence %s", name);
	}
	text = rows.nr == 1 && rows.columns >= 2 ? cell(rows.cells[0], 1) : "";
	if (g_str_has_prefix(text, opening)) {
		text += strlen(opening);
	}
	shape_unit_fact(unit, "sequence", name, "definition", g_strdup(text));
	return 0;
}

static int sequences_read(struct reader *reader, struct err *err)
{
	bool any = g_hash_table_size(reader->seen.sets[SHAPE_SET_SEQUENCES]) > 0;

	for (size_t i = 0; any && i < reader->nr; i++) {
		struct shape_unit *unit = &reader->units[i];
		guint nr = unit->facts->len;

		for (guint f = 0; f < nr; f++) {
			const struct shape_fact *fact =
				&g_array_index(unit->facts, struct shape_fact, f);

			if (g_str_has_prefix(fact->object, "sequence ") &&
			    sequence_read(reader, unit, f, err) < 0) {
				return -1;
			}
		}
	}
	return 0;
}

/* ---- a batch ------------------------------------------------------------------------- */

static struct shape_unit *unit_find(struct reader *reader, const char *name, bool folds)
{
	g_autofree char *folded = folds ? g_utf8_strdown(name, -1) : NULL;

	for (size_t i = 0; i < reader->nr; i++) {
		g_autofree char *asked = folds ? g_utf8_strdown(reader->units[i].schema, -1) : NULL;

		if (reader->units[i].name == NULL &&
		    strcmp(folds ? asked : reader->units[i].schema, folds ? folded : name) == 0) {
			return &reader->units[i];
		}
	}
	return NULL;
}

/* Which of them exist, under the name that the server gives them. */
static int existing_read(struct reader *reader, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(reader->session, &rows, err,
		      "select schema_name, default_collation_name, @@lower_case_table_names "
		      "from information_schema.schemata where schema_name in %s",
		      reader->in) < 0) {
		return -1;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		char *const *row = rows.cells[i];
		bool folds = strcmp(cell(row, 2), "0") != 0;
		struct shape_unit *unit = unit_find(reader, cell(row, 0), folds);

		if (unit == NULL) {
			continue;
		}
		unit->folds = folds;
		unit->name = g_strdup(cell(row, 0));
		unit->schema = unit->name;
		unit->collation = shape_column_collation(cell(row, 1));
		g_hash_table_insert(reader->by_name, unit->name, unit);
		shape_unit_fact(unit, "schema", "", "", g_strdup(""));
		shape_unit_fact(unit, "schema", "", "collation", g_strdup(unit->collation));
	}
	return 0;
}

static char *in_list(struct db_session *session, const char *const *schemas, size_t nr)
{
	GString *text = g_string_new("(");

	for (size_t i = 0; i < nr; i++) {
		g_autofree char *quoted = db_quote(session, schemas[i]);

		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", quoted);
	}
	g_string_append_c(text, ')');
	return g_string_free(text, FALSE);
}

static int batch_fill(struct reader *reader, struct err *err)
{
	if (existing_read(reader, err) < 0) {
		return -1;
	}
	reader->seen.is_mariadb = db_flavor(reader->session) == DB_MARIADB;
	for (const struct shape_query *query = shape_queries; query->what != NULL; query++) {
		bool is_needed = query->only == SHAPE_SET_ALL ||
				 g_hash_table_size(reader->seen.sets[query->only]) > 0;

		if (is_needed && query_run(reader, query, err) < 0) {
			return -1;
		}
	}
	return sequences_read(reader, err);
}

/* The same schema asked for twice: both get the answer. */
static void duplicates_fill(const char *const *schemas, size_t nr, struct shape *shapes)
{
	g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < nr; i++) {
		const struct shape *other = g_hash_table_lookup(first, schemas[i]);

		if (other == NULL) {
			g_hash_table_insert(first, g_strdup(schemas[i]), &shapes[i]);
		} else if (shapes[i].nr == 0) {
			shape_copy(&shapes[i], other);
		}
	}
}

/* How many schemas the next batch may have. */
static size_t next_batch(const struct reader *reader)
{
	size_t wished = reader->nr * BATCH_ROWS / MAX(reader->rows, (size_t)1);

	if (reader->seen.is_mariadb) {
		wished = MIN(wished, reader->nr * BATCH_TABLES / MAX(reader->tables, (size_t)1));
	}
	return CLAMP(wished, (size_t)1, (size_t)BATCH_MAX);
}

/* nr schemas; *batch becomes how many to read next. */
static int batch_read(struct db_session *session, const char *const *schemas, size_t nr,
		      struct shape *shapes, size_t *batch, struct err *err)
{
	g_autofree struct shape_unit *units = g_new0(struct shape_unit, nr);
	g_autofree char *in = in_list(session, schemas, nr);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
	struct reader reader = { .session = session,
				 .units = units,
				 .nr = nr,
				 .by_name = by_name,
				 .in = in };
	int done;

	for (size_t i = 0; i < nr; i++) {
		shape_unit_init(&units[i], schemas[i]);
	}
	for (size_t i = 0; i < SHAPE_SET_NR; i++) {
		reader.seen.sets[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	}
	done = batch_fill(&reader, err);
	for (size_t i = 0; i < nr; i++) {
		if (done == 0) {
			shape_unit_build(&units[i], &shapes[i]);
		}
		shape_unit_release(&units[i]);
	}
	for (size_t i = 0; i < SHAPE_SET_NR; i++) {
		g_hash_table_unref(reader.seen.sets[i]);
	}
	*batch = next_batch(&reader);
	return done;
}

int shape_read_many(struct db_session *session, const char *const *schemas, size_t nr,
		    struct shape *shapes, struct err *err)
{
	bool one_by_one = nr <= FEW && db_flavor(session) == DB_MARIADB;
	size_t batch = BATCH_FIRST;
	size_t some;

	for (size_t first = 0; first < nr; first += some) {
		some = one_by_one ? 1 : MIN(nr - first, batch);
		if (batch_read(session, schemas + first, some, shapes + first, &batch, err) < 0) {
			for (size_t i = 0; i < first; i++) {
				shape_release(&shapes[i]);
			}
			return err_prefix(err, "schema of %" G_GSIZE_FORMAT " databases", nr);
		}
	}
	duplicates_fill(schemas, nr, shapes);
	return 0;
}

int shape_read(struct db_session *session, const char *schema, struct shape *shape, struct err *err)
{
	if (shape_read_many(session, &schema, 1, shape, err) < 0) {
		return -1;
	}
	if (shape->nr == 0) {
		return err_set(err, ERR_NOT_FOUND, "database %s does not exist", schema);
	}
	return 0;
}
