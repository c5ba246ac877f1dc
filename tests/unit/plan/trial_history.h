/*
 * trial_history - a real history of migrations, each statement foretold and then run so.
 *
 * The sets lie in the folder $MUSTER_CASES, or beside the source. For test_trial.c alone.
 */
#ifndef TRIAL_HISTORY_H
#define TRIAL_HISTORY_H

#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "db_guard.h"
#include "release.h"
#include "scratch.h"
#include "test_server.h"
#include "trial.h"
#include "trial_facts.h"

/* NULL: there are none here. Owned. */
static inline char *history_folder(void)
{
	const char *dir = g_getenv("MUSTER_CASES");
	char *path = dir != NULL ? g_strdup(dir)
				 : g_build_filename(TESTS_DIR, "..", "..", "shared", "cases", NULL);

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_free(path);
		return NULL;
	}
	return path;
}

/* As the set has it for this server; NULL: it has no such file. Owned. */
static inline char *history_file(const char *set, const char *name)
{
	bool mariadb = test_server_flavor() == DB_MARIADB;
	const char *const folders[] = { mariadb ? "patch.mariadb" : "patch.mysql", "patch", "stock",
					"migrations", "." };
	char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(folders) && text == NULL; i++) {
		g_autofree char *path = g_build_filename(set, folders[i], name, NULL);

		(void)g_file_get_contents(path, &text, NULL, NULL);
	}
	return text;
}

static inline struct release *history_release(const char *set)
{
	g_autofree char *order = history_file(set, "order.txt");
	g_autofree char *skip = history_file(set, "skip.txt");
	g_auto(GStrv) names = g_strsplit(order, "\n", -1);
	g_auto(GStrv) skipped = g_strsplit(skip == NULL ? "" : skip, "\n", -1);
	g_autoptr(GString) cfg = g_string_new("order = \"order.txt\"; skip = [ ");
	SCOPED(release_files) files = { 0 };
	struct release *release;
	struct err err = { 0 };

	for (size_t i = 0; names[i] != NULL; i++) {
		g_autofree char *text = history_file(set, names[i]);

		if (names[i][0] != '\0') {
			release_files_add(&files, names[i], text, strlen(text));
		}
	}
	for (size_t i = 0; skipped[i] != NULL; i++) {
		if (skipped[i][0] != '\0') {
			g_string_append_printf(cfg, "%s\"%s\"", i == 0 ? "" : ", ", skipped[i]);
		}
	}
	g_string_append(cfg, " ]; sql_mode = \"NO_ENGINE_SUBSTITUTION\";");
	release_files_add(&files, "order.txt", order, strlen(order));
	release_files_add(&files, "release.cfg", cfg->str, cfg->len);
	release = release_parse(&files, NULL, &err);
	if (release == NULL) {
		fail_msg("%s: %s", set, err.msg);
	}
	return release;
}

static inline void history_begin(struct db_session *session, const char *schema)
{
	const struct db_pin pin = { .sql_mode = "NO_ENGINE_SUBSTITUTION",
				    .lock_wait_s = 5,
				    .small_tables = true };
	struct err err = { 0 };

	if (db_reset(session, &err) < 0 || db_use(session, schema, &err) < 0 ||
	    db_pin(session, &pin, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* What the tenant is before: its tables, and rows in them. */
static inline void history_base(struct db_session *session, const char *set, const char *file)
{
	g_autofree char *text = history_file(set, file);
	SCOPED(script) script = { 0 };
	struct err err = { 0 };

	if (text != NULL && script_parse(&script, file, text, strlen(text), &err) < 0) {
		fail_msg("%s", err.msg);
	}
	for (size_t i = 0; i < script.nr; i++) {
		if (db_exec(session, script.statements[i].text, script.statements[i].len, &err) <
		    0) {
			fail_msg("%s: %s: %s", set, script.statements[i].text, err.msg);
		}
	}
}

struct history {
	struct db_session *real;
	struct db_session *runner;
	struct trial_facts facts;
	size_t asked; /* statements that the ladder is for */
	size_t wrong;
};

/* On the copy, and then, asking for nothing dearer, where the rows are. */
static inline void history_step(struct history *history, const struct statement *statement)
{
	SCOPED(trial) trial = { 0 };
	struct err copy = { 0 };
	struct err real = { 0 };
	int tried = trial_run(history->runner, &history->facts, statement->text, statement->modes,
			      &trial, &copy);
	const char *sql = trial.sql == NULL ? statement->text : trial.sql;
	int done = db_exec(history->real, sql, strlen(sql), &real);

	if (statement->kind == STATEMENT_DDL && (tried < 0 || done < 0)) {
		print_error("%s: copy: %s; real: %s\n", sql, copy.msg, real.msg);
		history->wrong++;
	}
	history->asked += trial.applies;
}

static inline void history_run(const char *set)
{
	SCOPED_PTR(release) release = history_release(set);
	SCOPED_PTR(db_session) copier = test_server_open();
	g_autofree char *name = scratch_name_new();
	struct history history = { .real = test_server_open(), .runner = test_server_open() };
	struct scratch *scratch;
	struct err err = { 0 };

	history.facts.schema = test_server_schema("history");
	history_begin(history.real, history.facts.schema);
	history_base(history.real, set, "base.sql");
	history_base(history.real, set, "seed.sql");
	scratch = scratch_begin(copier, history.facts.schema, name, NULL, 1, &err);
	if (scratch == NULL) {
		fail_msg("%s", err.msg);
	}
	for (size_t m = 0; m < release->nr; m++) {
		const struct migration *migration = &release->migrations[m];

		history_begin(history.real, history.facts.schema);
		history_begin(history.runner, scratch_name(scratch));
		for (size_t i = 0; !migration->skipped && i < migration->up.nr; i++) {
			history_step(&history, &migration->up.statements[i]);
		}
	}
	assert_int_equal(scratch_end(scratch, &err), 0);
	trial_facts_release(&history.facts);
	db_session_free(history.real);
	db_session_free(history.runner);
	assert_true(history.asked > 0);
	assert_int_equal(history.wrong, 0);
}

#endif /* TRIAL_HISTORY_H */
