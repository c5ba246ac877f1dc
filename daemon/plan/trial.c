#include "trial.h"

#include <string.h>

#include <glib.h>

#include "alter.h"
#include "clause.h"
#include "db.h"
#include "lex.h"
#include "trial_facts.h"

/* What the text says that the ladder needs to know. */
struct words {
	struct clause clause;
	bool columns; /* some come or go, or change place */
	bool types;   /* some change what they are */
	bool formats; /* the format of rows */
	bool renames; /* the table */
	bool moves;   /* its rows, to another engine or into partitions */
	bool light;   /* a change of partitions that touches whole ones only */
	bool keys;    /* nothing but keys come and go */
	bool whole;   /* columns come and go, which INPLACE does by writing the table anew */
};

struct climb {
	struct db_session *session;
	struct ladder_server server;
	struct words words;
	const char *sql;
	char *refusal; /* owned; the server's last; NULL: it has refused nothing */
};

/* ---- words ------------------------------------------------------------------------------ */

/* Without the clauses of MariaDB's grammar: parts are made or go as a whole, no row moves. */
static const char *const light_forms[][3] = {
	{ "DROP", "PARTITION", NULL },    { "TRUNCATE", "PARTITION", NULL },
	{ "ADD", "PARTITION", "VALUES" }, { "EXCHANGE", "PARTITION", "WITHOUT" },
	{ "CONVERT", "PARTITION", "TO" },
};

static bool has_word(struct lex lex, const char *word)
{
	struct lex_token token;

	while (lex_next_code(&lex, &token) != LEX_END) {
		if (lex_is_word(&lex, &token, word)) {
			return true;
		}
	}
	return false;
}

/* lex stands where the changes begin. */
static bool is_light(const struct lex *lex)
{
	for (size_t i = 0; i < G_N_ELEMENTS(light_forms); i++) {
		struct lex at = *lex;
		struct lex_token token;

		(void)lex_next_code(&at, &token);
		if (!lex_is_word(&at, &token, light_forms[i][0])) {
			continue;
		}
		(void)lex_next_code(&at, &token);
		if (lex_is_word(&at, &token, light_forms[i][1])) {
			return light_forms[i][2] == NULL || has_word(at, light_forms[i][2]);
		}
	}
	return false;
}

static bool is_of_columns(enum alter_kind kind)
{
	return kind == ALTER_ADD_COLUMN || kind == ALTER_DROP_COLUMN || kind == ALTER_CHANGE_COLUMN;
}

static bool is_of_keys(enum alter_kind kind)
{
	return kind == ALTER_ADD_KEY || kind == ALTER_ADD_UNIQUE || kind == ALTER_DROP_KEY;
}

static bool words_read(struct words *words, const char *sql, unsigned modes)
{
	g_autoptr(GArray) changes = alter_changes_new();
	struct lex lex = { .text = sql, .len = strlen(sql), .modes = modes };

	if (!clause_read(&words->clause, sql, modes)) {
		return false;
	}
	alter_read(&lex, changes);
	words->keys = changes->len > 0;
	for (guint i = 0; i < changes->len; i++) {
		enum alter_kind kind = g_array_index(changes, struct alter_change, i).kind;

		words->types |= kind == ALTER_CHANGE_COLUMN || kind == ALTER_CONVERT;
		words->formats |= kind == ALTER_ROW_FORMAT;
		words->columns |= is_of_columns(kind);
		words->renames |= kind == ALTER_RENAME_TABLE;
		words->moves |= kind == ALTER_ENGINE;
		words->keys &= is_of_keys(kind);
		words->whole |= kind == ALTER_ADD_COLUMN || kind == ALTER_DROP_COLUMN;
	}
	lex.at = words->clause.at;
	words->moves |= has_word(lex, "PARTITION") || has_word(lex, "PARTITIONING");
	words->light = words->clause.form == CLAUSE_ALTER_TABLE && is_light(&lex);
	return true;
}

/* ---- one rung --------------------------------------------------------------------------- */

/*
 * MariaDB lets nothing but LOCK=EXCLUSIVE go with RENAME TO, which is a moment all the same.
 * INSTANT alone is a promise there, but of a table whose rows move.
 */
static struct ladder_ask ask_for(const struct climb *climb, enum ladder_rung rung)
{
	struct ladder_ask ask = ladder_ask(rung, &climb->server);

	if (rung == LADDER_INSTANT && climb->words.renames && !climb->words.moves) {
		ask.lock = NULL;
	}
	return ask;
}

static bool is_same(const char *a, const char *b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

/* Does the statement, as it is written, leave room for this? */
static bool is_open_to(const struct clause *clause, const struct ladder_ask *ask)
{
	if (ask->algorithm == NULL ||
	    (clause->algorithm != NULL && !is_same(clause->algorithm, ask->algorithm))) {
		return false;
	}
	if (clause->lock == NULL || ask->lock == NULL) {
		return true;
	}
	return is_same(clause->lock, "NONE") == is_same(ask->lock, "NONE");
}

static char *pinned(const struct climb *climb, enum ladder_rung rung)
{
	struct ladder_ask ask = ask_for(climb, rung);

	return clause_write(&climb->words.clause, climb->sql, ask.algorithm, ask.lock);
}

static bool says_blocked(const struct clause *clause)
{
	return clause->lock != NULL && !is_same(clause->lock, "NONE");
}

static enum ladder_answer try_rung(struct climb *climb, enum ladder_rung rung, char **pinned_sql)
{
	g_autofree char *sql = pinned(climb, rung);
	struct err err;

	if (db_exec(climb->session, sql, strlen(sql), &err) == 0) {
		*pinned_sql = g_steal_pointer(&sql);
		return LADDER_TAKEN;
	}
	g_free(climb->refusal);
	climb->refusal = g_strdup(err.msg);
	return err.code == ERR_DB ? ladder_judge(err.native, &climb->server) : LADDER_WRONG;
}

/* ---- the climb -------------------------------------------------------------------------- */

/* What the server does when it is left the choice that the statement leaves it. */
static enum ladder_rung rung_as_written(const struct words *words)
{
	const char *algorithm = words->clause.algorithm;

	if (words->light) {
		return LADDER_INPLACE;
	}
	if (algorithm == NULL || is_same(algorithm, "COPY") || words->moves) {
		return LADDER_COPY;
	}
	return is_same(algorithm, "INSTANT") ? LADDER_INSTANT : LADDER_INPLACE_LOCKED;
}

/* No rung was taken: the statement as it is, and its words say what it costs. */
static int run_plain(struct climb *climb, struct trial *trial, struct err *err)
{
	if (db_exec(climb->session, climb->sql, strlen(climb->sql), err) < 0) {
		return -1;
	}
	trial->rung = rung_as_written(&climb->words);
	trial->why = g_strdup_printf("the server takes it only as it is written%s%s",
				     climb->refusal == NULL ? "" : ": ",
				     climb->refusal == NULL ? "" : climb->refusal);
	return 0;
}

static int climb_up(struct climb *climb, struct trial *trial, struct err *err)
{
	enum ladder_answer answer = LADDER_NEXT;

	for (int rung = 0; rung < LADDER_NR && answer == LADDER_NEXT; rung++) {
		struct ladder_ask ask = ask_for(climb, (enum ladder_rung)rung);

		if (is_open_to(&climb->words.clause, &ask)) {
			trial->rung = (enum ladder_rung)rung;
			answer = try_rung(climb, trial->rung, &trial->sql);
		}
	}
	if (answer != LADDER_TAKEN) {
		return run_plain(climb, trial, err);
	}
	trial->why = g_steal_pointer(&climb->refusal);
	return 0;
}

/* What the copy cannot show. The statement is the real one's from here on. */
static int correct(struct climb *climb, struct trial_facts *facts, struct trial *trial,
		   struct err *err)
{
	struct ladder_facts real = { .columns = climb->words.columns };
	struct trial_fact fact;
	enum ladder_rung rung;

	if (facts == NULL || trial->rung != LADDER_INSTANT || !real.columns) {
		return 0;
	}
	if (trial_facts_get(facts, climb->session, trial->table, &fact, err) < 0) {
		return -1;
	}
	if (facts->unread != NULL) {
		g_free(trial->why);
		trial->why = g_strdup_printf("what is inside of the real table is not known: %s",
					     facts->unread);
		return 0;
	}
	real.hidden_fulltext = fact.hidden_fulltext;
	real.row_versions = fact.row_versions;
	rung = ladder_correct(trial->rung, &real, &climb->server);
	if (rung == trial->rung) {
		return 0;
	}
	trial->rung = rung;
	g_free(trial->why);
	trial->why = g_strdup(fact.hidden_fulltext
				      ? "the table once had a FULLTEXT key and keeps its hidden "
					"column: it is rebuilt"
				      : "columns came and went at once too often: the table is "
					"rebuilt");
	g_free(trial->sql);
	trial->sql = pinned(climb, rung);
	return 0;
}

/* ---- the format of rows ----------------------------------------------------------------- */

/*
 * Which types MariaDB changes in place depends on the row format, and a definition does not
 * say the one that was the server's default when the table was made. For the time of the climb
 * the copy gets the oldest one if the real table has it.
 */
static bool may_differ(const struct climb *climb, const struct trial_facts *facts)
{
	const struct words *words = &climb->words;

	return facts != NULL && climb->server.mariadb && words->clause.table != NULL &&
	       words->types && !words->formats && !words->renames && !words->moves;
}

static int has_other_format(struct climb *climb, struct trial_facts *facts, bool *other,
			    struct err *err)
{
	const char *table = climb->words.clause.table;
	g_autofree char *quoted = db_quote(climb->session, table);
	SCOPED(db_rows) rows = { 0 };
	struct trial_fact fact;

	*other = false;
	if (trial_facts_get(facts, climb->session, table, &fact, err) < 0) {
		return -1;
	}
	if (!fact.redundant) {
		return 0;
	}
	if (db_queryf(climb->session, &rows, err,
		      "select 1 from information_schema.tables where table_schema = database() "
		      "and table_name = %s and engine = 'InnoDB' and row_format <> 'Redundant' "
		      "and create_options not like '%%row_format%%'",
		      quoted) < 0) {
		return -1;
	}
	*other = rows.nr == 1;
	return 0;
}

static int set_format(struct climb *climb, const char *format, struct err *err)
{
	g_autofree char *name = db_quote_name(climb->words.clause.table);

	return db_execf(climb->session, err, "alter table %s row_format = %s", name, format);
}

/* A copy that cannot have that format is asked as it is. */
static int borrow_format(struct climb *climb, struct trial_facts *facts, bool *borrowed,
			 struct err *err)
{
	*borrowed = false;
	if (!may_differ(climb, facts)) {
		return 0;
	}
	if (has_other_format(climb, facts, borrowed, err) < 0) {
		return -1;
	}
	if (*borrowed && set_format(climb, "redundant", err) < 0) {
		*borrowed = false;
		return err->code == ERR_DB ? 0 : -1;
	}
	return 0;
}

static int climb_as_real(struct climb *climb, struct trial_facts *facts, struct trial *trial,
			 struct err *err)
{
	struct err back = { 0 };
	bool borrowed;
	int done;

	if (borrow_format(climb, facts, &borrowed, err) < 0) {
		return -1;
	}
	done = climb_up(climb, trial, err);
	if (borrowed && set_format(climb, "default", &back) < 0 && done == 0) {
		*err = back;
		return err_prefix(err, "the copy's row format");
	}
	return done;
}

/* ---- is the table written anew? --------------------------------------------------------- */

/* NULL: it need not be asked, or the server has too much to look at for that. Owned. */
static int identity_of(struct climb *climb, struct trial_facts *facts, char **identity,
		       struct err *err)
{
	const struct words *words = &climb->words;
	SCOPED(db_rows) rows = { 0 };
	bool small;

	*identity = NULL;
	if (facts == NULL || climb->server.mariadb || words->clause.table == NULL || words->keys ||
	    words->whole) {
		return 0;
	}
	if (trial_facts_small(facts, climb->session, &small, err) < 0) {
		return -1;
	}
	if (!small || db_query(climb->session, &rows, "select database()", err) < 0) {
		return small ? -1 : 0;
	}
	return rows.nr == 0 || rows.cells[0][0] == NULL
		       ? 0
		       : trial_facts_identity(climb->session, rows.cells[0][0], words->clause.table,
					      identity, err);
}

/* A key is built beside the rows, but for the first FULLTEXT one, which takes a lock. */
static bool is_beside(const struct climb *climb, enum ladder_rung rung)
{
	return rung <= LADDER_NOCOPY || climb->words.light ||
	       (!climb->server.mariadb && climb->words.keys && rung == LADDER_INPLACE);
}

/*
 * MariaDB says so itself: what need not be written anew is taken as NOCOPY. MySQL calls both
 * INPLACE; there the copy is looked at where the words leave it open.
 */
static int find_rebuild(struct climb *climb, struct trial_facts *facts, const char *before,
			struct trial *trial, struct err *err)
{
	g_autofree char *after = NULL;

	trial->rebuilds = !is_beside(climb, trial->rung);
	if (!trial->rebuilds || before == NULL || trial->rung >= LADDER_COPY_ONLINE) {
		return 0;
	}
	if (identity_of(climb, facts, &after, err) < 0) {
		return -1;
	}
	trial->rebuilds = after == NULL || strcmp(before, after) != 0;
	return 0;
}

static void climb_end(struct climb *climb)
{
	clause_release(&climb->words.clause);
	g_free(climb->refusal);
}

int trial_run(struct db_session *session, struct trial_facts *facts, const char *sql,
	      unsigned modes, struct trial *trial, struct err *err)
{
	struct climb climb = {
		.session = session,
		.server = { .mariadb = db_flavor(session) == DB_MARIADB,
			    .version = (int)db_version_number(session) },
		.sql = sql,
	};
	g_autofree char *identity = NULL;
	struct trial found = { 0 };
	int done;

	if (!words_read(&climb.words, sql, modes)) {
		*trial = found;
		return db_exec(session, sql, strlen(sql), err);
	}
	found.applies = true;
	found.table = g_strdup(climb.words.clause.table);
	done = identity_of(&climb, facts, &identity, err);
	done = done < 0 ? done : climb_as_real(&climb, facts, &found, err);
	if (done == 0 && facts != NULL && found.table != NULL && found.rung >= LADDER_COPY_ONLINE) {
		trial_facts_forget(facts, found.table);
	} else if (done == 0 && found.table != NULL) {
		done = correct(&climb, facts, &found, err);
	}
	if (done == 0) {
		done = find_rebuild(&climb, facts, identity, &found, err);
	}
	found.insists = climb.words.clause.algorithm != NULL &&
			is_same(climb.words.clause.algorithm, "INSTANT");
	found.versions = !climb.server.mariadb && found.rung == LADDER_INSTANT && climb.words.whole;
	found.blocks_writes = ladder_blocks_writes(found.rung) || says_blocked(&climb.words.clause);
	climb_end(&climb);
	if (done < 0) {
		trial_release(&found);
	}
	*trial = found;
	return done;
}

void trial_release(struct trial *trial)
{
	g_free(trial->table);
	g_free(trial->sql);
	g_free(trial->why);
	*trial = (struct trial){ 0 };
}
