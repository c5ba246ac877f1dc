#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "scratch.h"
#include "test_server.h"
#include "trial.h"
#include "trial_facts.h"
#include "trial_history.h"
#include "trial_matrix.h"

/* Where the real tables are, and the copy that is asked. */
struct ground {
	const char *schema;
	struct db_session *real;
	struct db_session *runner;
	struct db_session *copier;
	struct scratch *scratch;
	struct trial_facts facts;
	bool mariadb;
	bool copies_online;
};

/* ---- making ------------------------------------------------------------------------- */

static char *table_of(size_t index)
{
	while (matrix[index].base == NULL) {
		index--;
	}
	return g_strdup_printf("t%zu", index);
}

/* {T} is the table of the row. */
static char *expand(const char *sql, const char *table)
{
	g_auto(GStrv) parts = g_strsplit(sql, "{T}", -1);

	return g_strjoinv(table, parts);
}

static void must_run(struct db_session *session, const char *name, const char *sql)
{
	struct err err = { 0 };

	if (db_exec(session, sql, strlen(sql), &err) < 0) {
		fail_msg("%s: %s: %s", name, sql, err.msg);
	}
}

/* Statements, each ended by a semicolon and a blank. */
static void must_run_all(struct db_session *session, const char *name, const char *table,
			 const char *script)
{
	g_autofree char *expanded = script == NULL ? NULL : expand(script, table);
	g_auto(GStrv) statements = expanded == NULL ? NULL : g_strsplit(expanded, "; ", -1);

	for (size_t i = 0; statements != NULL && statements[i] != NULL; i++) {
		if (statements[i][0] != '\0') {
			must_run(session, name, statements[i]);
		}
	}
}

static const char *want_of(const struct ground *ground, const struct matrix_row *row)
{
	return ground->mariadb ? row->mariadb : row->mysql;
}

static void make_tables(const struct ground *ground)
{
	must_run(ground->real, "seq", "create table seq (n int primary key)");
	must_run(ground->real, "seq",
		 "insert into seq with recursive s as (select 1 n union all select n + 1 from s "
		 "where n < 60) select n from s");
	for (size_t i = 0; i < G_N_ELEMENTS(matrix); i++) {
		g_autofree char *table = table_of(i);
		if (want_of(ground, &matrix[i]) != NULL) {
			must_run_all(ground->real, matrix[i].name, table, matrix[i].base);
			for (int k = 0; k < MAX(matrix[i].repeat, 1); k++) {
				must_run_all(ground->real, matrix[i].name, table, matrix[i].setup);
			}
		}
	}
}

static void use(struct db_session *session, const char *schema)
{
	struct err err = { 0 };

	if (db_use(session, schema, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static int ground_begin(void **state)
{
	struct ground *ground = g_new0(struct ground, 1);
	g_autofree char *name = scratch_name_new();
	struct err err = { 0 };

	ground->schema = test_server_schema("trial");
	ground->real = test_server_open();
	ground->runner = test_server_open();
	ground->copier = test_server_open();
	ground->facts.schema = ground->schema;
	ground->mariadb = test_server_flavor() == DB_MARIADB;
	ground->copies_online = ground->mariadb && db_version_number(ground->real) >= 110200;
	use(ground->real, ground->schema);
	make_tables(ground);
	ground->scratch = scratch_begin(ground->copier, ground->schema, name, NULL, 1, &err);
	if (ground->scratch == NULL) {
		fail_msg("%s", err.msg);
	}
	use(ground->runner, scratch_name(ground->scratch));
	*state = ground;
	return 0;
}

static int ground_end(void **state)
{
	struct ground *ground = *state;
	struct err err = { 0 };
	int ended = scratch_end(ground->scratch, &err);

	trial_facts_release(&ground->facts);
	db_session_free(ground->real);
	db_session_free(ground->runner);
	db_session_free(ground->copier);
	g_free(ground);
	return ended;
}

/* ---- the whole matrix --------------------------------------------------------------- */

/* What is expected of a row: "inplace", "inplace ?1265" (its rows are refused), "!1832". */
struct want {
	char *rung;  /* owned */
	int refused; /* the copy refuses it */
	int rows;    /* only the real table does */
};

static struct want want_read(const char *text)
{
	struct want want = { 0 };
	const char *rows = strchr(text, '?');

	if (text[0] == '!') {
		want.refused = (int)strtol(text + 1, NULL, 10);
	} else {
		want.rung = g_strndup(text, strcspn(text, " "));
		want.rows = rows == NULL ? 0 : (int)strtol(rows + 1, NULL, 10);
	}
	return want;
}

/* MariaDB from 11.2 on copies without a lock. */
static const char *name_of(const struct ground *ground, const struct want *want)
{
	if (strcmp(want->rung, "copy") == 0 && ground->copies_online) {
		return ladder_names[LADDER_COPY_ONLINE];
	}
	return strcmp(want->rung, "copy!") == 0 ? ladder_names[LADDER_COPY] : want->rung;
}

/* What changes when the real table is written anew. Owned. */
static char *identity_of(const struct ground *ground, const char *table)
{
	char *identity = NULL;
	struct err err = { 0 };

	if (trial_facts_identity(ground->copier, ground->schema, table, &identity, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	return identity;
}

/* Nothing of the old table is left; of one in partitions some may be. */
static bool is_anew(const char *before, const char *after)
{
	g_auto(GStrv) old = before == NULL ? NULL : g_strsplit(before, ",", -1);
	g_auto(GStrv) now = after == NULL ? NULL : g_strsplit(after, ",", -1);

	for (char **id = old; id != NULL && *id != NULL; id++) {
		if (now == NULL || g_strv_contains((const char *const *)now, *id)) {
			return false;
		}
	}
	return old != NULL;
}

/* The real table is asked for nothing dearer: it would refuse a promise that is wrong. */
static char *keeps_its_promise(const struct ground *ground, const struct trial *trial,
			       const struct want *want, const char *sql)
{
	const char *pinned = trial->sql == NULL ? sql : trial->sql;
	g_autofree char *before = identity_of(ground, trial->table);
	struct err err = { 0 };
	int done = db_exec(ground->real, pinned, strlen(pinned), &err);
	g_autofree char *after = identity_of(ground, trial->table);

	if (want->rows != 0 ? done == 0 || err.native != want->rows : done < 0) {
		return g_strdup_printf("the real table: %s: %s", pinned,
				       done < 0 ? err.msg : "its rows were taken");
	}
	if (done == 0 && trial->rung < LADDER_COPY_ONLINE && db_affected(ground->real) != 0) {
		return g_strdup_printf("the real table: %s: rows were copied", pinned);
	}
	if (done == 0 && !trial->rebuilds && is_anew(before, after)) {
		return g_strdup_printf("the real table: %s: it was rebuilt", pinned);
	}
	return NULL;
}

/* NULL: all is as foretold. */
static char *try_change(const struct ground *ground, struct trial_facts *facts,
			const struct want *want, const char *table, const char *sql)
{
	SCOPED(trial) trial = { 0 };
	struct err err = { 0 };
	int done = trial_run(ground->runner, facts, sql, 0, &trial, &err);

	if (want->refused != 0) {
		return done < 0 && err.native == want->refused
			       ? NULL
			       : g_strdup_printf("not refused by %d: %s", want->refused,
						 done < 0 ? err.msg : ladder_names[trial.rung]);
	}
	if (done < 0) {
		return g_strdup(err.msg);
	}
	if (strcmp(ladder_names[trial.rung], name_of(ground, want)) != 0) {
		return g_strdup_printf("is %s: %s", ladder_names[trial.rung], trial.why);
	}
	assert_true(trial.applies);
	assert_string_equal(trial.table, table);
	assert_int_equal(trial.blocks_writes, ladder_blocks_writes(trial.rung));
	return keeps_its_promise(ground, &trial, want, sql);
}

/* A whole statement, or what stands behind the table's name. */
static char *statement_of(const struct matrix_row *row, const char *table)
{
	char *change = expand(row->change, table);
	char *whole;

	if (g_str_has_prefix(change, "CREATE ") || strstr(change, " i ON ") != NULL) {
		return change;
	}
	whole = g_strdup_printf("ALTER TABLE %s %s", table, change);
	g_free(change);
	return whole;
}

static bool is_foretold(struct ground *ground, const struct matrix_row *row, const char *table)
{
	g_autofree char *sql = statement_of(row, table);
	struct want want = want_read(want_of(ground, row));
	g_autofree char *wrong = NULL;

	must_run_all(ground->runner, row->name, table, row->session);
	must_run_all(ground->real, row->name, table, row->session);
	wrong = try_change(ground, &ground->facts, &want, table, sql);
	must_run_all(ground->runner, row->name, table, row->reset);
	must_run_all(ground->real, row->name, table, row->reset);
	if (wrong != NULL) {
		print_error("%s: %s: wanted %s: %s\n", row->name, sql, want_of(ground, row), wrong);
	}
	g_free(want.rung);
	return wrong == NULL;
}

static void every_kind_of_change_is_foretold(void **state)
{
	struct ground *ground = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(matrix); i++) {
		g_autofree char *table = table_of(i);

		if (want_of(ground, &matrix[i]) != NULL) {
			wrong += !is_foretold(ground, &matrix[i], table);
		}
	}
	assert_null(ground->facts.unread);
	assert_int_equal(wrong, 0);
}

/* ---- what is written ---------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *sql; const char *mariadb; const char *mysql; bool blocks;
} written[] = {
	{ "ALTER TABLE w ADD z1 INT, ALGORITHM=INPLACE",                  "inplace",        "inplace",        false },
	{ "ALTER TABLE w ADD z2 INT, LOCK=NONE",                          "instant",        "inplace",        false },
	{ "ALTER TABLE w ADD z3 INT, LOCK=SHARED",                        "inplace-locked", "inplace-locked", true },
	{ "ALTER TABLE w LOCK=EXCLUSIVE, ADD z4 INT",                     "inplace-locked", "inplace-locked", true },
	{ "ALTER TABLE w ADD z5 INT, ALGORITHM=COPY, LOCK=SHARED",        "copy",           "copy",           true },
	{ "ALTER TABLE w ADD z6 INT, ALGORITHM = DEFAULT, LOCK DEFAULT",  "instant",        "instant",        false },
	{ "ALTER TABLE w ADD z7 INT, ALGORITHM=INSTANT",                  "instant",        "instant",        false },
	{ "ALTER TABLE w RENAME TO w2, ALGORITHM=INPLACE",                "inplace-locked", "inplace-locked", true },
	{ "CREATE FULLTEXT INDEX i ON w2 (tx) ALGORITHM=INPLACE",         "inplace-locked", "inplace-locked", true },
	{ "/*!40000 ALTER TABLE `w2` ADD z8 INT */",                      "inplace-locked", "copy",           true },
	{ "DROP INDEX `i` ON w2 -- it is\n",                              "nocopy",         "inplace",        false },
};

static const struct {
	const char *sql; int native;
} refused[] = {
	{ "ALTER TABLE w2 MODIFY v BIGINT, ALGORITHM=INSTANT",                      1846 },
	{ "ALTER TABLE w2 ADD FULLTEXT INDEX ft (tx), ALGORITHM=INPLACE, LOCK=NONE", 1846 },
	{ "ALTER TABLE nobody ADD a INT",                                           1146 },
	{ "ALTER TABLE w2 ADD z1 INT",                                              1060 },
	{ "ALTER TABLE w2 APPEND a INT",                                              1064 },
};

/* clang-format on */

static void what_is_written_is_never_weakened(void **state)
{
	struct ground *ground = *state;

	must_run(ground->runner, "w",
		 "create table w (id int primary key, v int, tx text) engine=InnoDB");
	for (size_t i = 0; i < G_N_ELEMENTS(written); i++) {
		const char *want = ground->mariadb ? written[i].mariadb : written[i].mysql;
		SCOPED(trial) trial = { 0 };
		struct err err = { 0 };

		if (trial_run(ground->runner, NULL, written[i].sql, 0, &trial, &err) < 0) {
			fail_msg("%s: %s", written[i].sql, err.msg);
		}
		if (strcmp(ladder_names[trial.rung], want) != 0 ||
		    trial.blocks_writes != written[i].blocks) {
			fail_msg("%s: %s: %s", written[i].sql, ladder_names[trial.rung], trial.why);
		}
	}
}

static void a_refusal_is_that_of_the_statement_as_it_is_written(void **state)
{
	struct ground *ground = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		struct trial trial = { .applies = true };
		struct err err = { 0 };

		assert_int_equal(trial_run(ground->runner, NULL, refused[i].sql, 0, &trial, &err),
				 -1);
		assert_int_equal(err.code, ERR_DB);
		if (!ground->mariadb && refused[i].native == 1846) {
			assert_true(err.native == 1845 || err.native == 1846);
		} else {
			assert_int_equal(err.native, refused[i].native);
		}
		assert_false(trial.applies);
		assert_null(trial.sql);
		if (refused[i].native == 1064) {
			assert_null(strstr(err.msg, "ALGORITHM"));
		}
	}
}

static void other_statements_only_run(void **state)
{
	struct ground *ground = *state;
	struct trial trial = { .applies = true };
	struct err err = { 0 };

	assert_int_equal(
		trial_run(ground->runner, NULL, "CREATE TABLE other (a int)", 0, &trial, &err), 0);
	assert_false(trial.applies);
	assert_null(trial.table);
	must_run(ground->runner, "other", "insert into other values (1)");
}

/* ---- the format of rows ------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *sql; enum ladder_rung rung;
} redundant[] = {
	{ "ALTER TABLE old MODIFY v VARCHAR(25) CHARACTER SET utf8mb4",  LADDER_INSTANT },
	{ "ALTER TABLE old MODIFY n INT NULL",                           LADDER_INSTANT },
	{ "ALTER TABLE old MODIFY ch CHAR(10) CHARACTER SET utf8mb4",    LADDER_COPY },
	/* a copied table has the format of today */
	{ "ALTER TABLE old MODIFY ch2 CHAR(10) CHARACTER SET utf8mb4",   LADDER_INSTANT },
	{ "ALTER TABLE old MODIFY v VARCHAR(26) CHARACTER SET utf8mb4, ROW_FORMAT=COMPACT", LADDER_INPLACE },
};

/* clang-format on */

static void make_old(const char *schema)
{
	g_autofree char *format = test_server_value("select @@global.innodb_default_row_format");

	test_server_exec("set global innodb_default_row_format = redundant");
	test_server_exec("create table %s.old (id int primary key, n int not null, "
			 "ch char(10) character set utf8mb3, "
			 "ch2 char(10) character set utf8mb3, v varchar(20) character set utf8mb3)",
			 schema);
	test_server_exec("insert into %s.old values (1, 1, 'a', 'a', 'b')", schema);
	test_server_exec("set global innodb_default_row_format = %s", format);
}

static void a_row_format_that_nobody_wrote_down_counts(void **state)
{
	struct ground *ground = *state;
	SCOPED(trial_facts) facts = { 0 };
	SCOPED_PTR(db_session) copier = NULL;
	g_autofree char *name = NULL;
	struct scratch *scratch;
	const char *schema;
	struct err err = { 0 };

	if (!ground->mariadb) {
		skip();
	}
	schema = test_server_schema("old");
	facts.schema = schema;
	copier = test_server_open();
	name = scratch_name_new();
	make_old(schema);
	scratch = scratch_begin(copier, schema, name, NULL, 1, &err);
	assert_non_null(scratch);
	use(ground->runner, name);
	use(ground->real, schema);
	for (size_t i = 0; i < G_N_ELEMENTS(redundant); i++) {
		const struct want want = {
			.rung = (char *)(uintptr_t)ladder_names[redundant[i].rung]
		};
		g_autofree char *wrong = NULL;
		g_autofree char *options = NULL;

		wrong = try_change(ground, &facts, &want, "old", redundant[i].sql);
		if (wrong != NULL) {
			fail_msg("%s: %s", redundant[i].sql, wrong);
		}
		options = test_server_value("select row_format from information_schema.tables "
					    "where table_schema = '%s' and table_name = 'old'",
					    name);
		assert_string_equal(options, strstr(redundant[i].sql, "COMPACT") == NULL
						     ? "Dynamic"
						     : "Compact");
	}
	use(ground->runner, scratch_name(ground->scratch));
	use(ground->real, ground->schema);
	assert_int_equal(scratch_end(scratch, &err), 0);
}

/* ---- real histories ----------------------------------------------------------------- */

/* Others by name: MUSTER_TRIAL_SETS="uaa semaphore". */
static void every_real_history_is_foretold(void **state)
{
	g_autofree char *folder = history_folder();
	const char *asked = g_getenv("MUSTER_TRIAL_SETS");
	g_auto(GStrv) sets = NULL;

	(void)state;
	if (folder == NULL) {
		skip();
	}
	sets = g_strsplit(asked == NULL ? "fineract-registry openfga guacamole" : asked, " ", -1);
	for (size_t i = 0; sets[i] != NULL; i++) {
		g_autofree char *set = g_build_filename(folder, sets[i], NULL);

		history_run(set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_change_is_foretold),
		cmocka_unit_test(what_is_written_is_never_weakened),
		cmocka_unit_test(a_refusal_is_that_of_the_statement_as_it_is_written),
		cmocka_unit_test(other_statements_only_run),
		cmocka_unit_test(a_row_format_that_nobody_wrote_down_counts),
		cmocka_unit_test(every_real_history_is_foretold),
	};

	return cmocka_run_group_tests_name("trial", tests, ground_begin, ground_end);
}
