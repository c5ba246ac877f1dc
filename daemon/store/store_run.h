/*
 * store_run - running a prepared statement and moving rows between columns and structs.
 *
 * For the files of this folder only. A kind of row is described once, by a table of
 * its members; a member named version is the parameter :version and the column
 * version. What a statement does not have is left alone, so one table serves an
 * insert, an update and a join. Positions are looked up once per statement.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "store.h"
#include "store_rows.h"
#include "store_sql.h"

#define STORE_APPLICATION 0x6d757374 /* "must" in the file's header */

enum store_kind { STORE_INT, STORE_TEXT, STORE_BOOL, STORE_STATE };

struct store_field {
	const char *name;
	enum store_kind kind;
	size_t offset;
	const char *const *names; /* of STORE_STATE */
	int names_nr;
};

struct store_fields {
	const struct store_field *fields;
	size_t nr;
	size_t size; /* of the struct */
};

extern const struct store_fields store_server_fields;
extern const struct store_fields store_tenant_fields;
extern const struct store_fields store_release_fields;
extern const struct store_fields store_rollout_fields;
extern const struct store_fields store_wave_fields;
extern const struct store_fields store_task_fields;
extern const struct store_fields store_phase_fields;
extern const struct store_fields store_mode_fields;
extern const struct store_fields store_event_fields;
extern const struct store_fields store_rule_fields;
extern const struct store_fields store_window_fields;

struct store_place {
	int param;  /* 0: the statement has none */
	int column; /* -1: the statement has none */
};

struct store_stmt {
	sqlite3_stmt *handle;
	const struct store_fields *fields; /* that places speak of */
	struct store_place *places;        /* owned */
	bool busy;
};

enum store_step {
	STORE_STEP_BEGIN,
	STORE_STEP_COMMIT,
	STORE_STEP_SAVEPOINT,
	STORE_STEP_RELEASE,
	STORE_STEP_NR,
};

struct store {
	sqlite3 *db;
	char *path;  /* owned */
	int lock_fd; /* -1: none */
	bool soft;   /* pragma synchronous is normal */
	bool in_tx;  /* between begin and commit or rollback */
	int undone;  /* extended code of what made SQLite undo it, or 0 */
	int depth;   /* savepoints */
	void (*tenant_fn)(void *ctx, int64_t tenant_id);
	void *tenant_ctx;
	sqlite3_stmt *steps[STORE_STEP_NR]; /* owned; NULL until first used */
	struct store_stmt stmts[SQL_NR];
};

/* The statement of a scope; a statement that is in use is prepared a second time. */
struct store_query {
	struct store *store;
	struct store_stmt *stmt;
	struct store_stmt spare;
};

enum { STORE_DONE, STORE_ROW };

NODISCARD int store_query_begin(struct store_query *query, struct store *store, enum store_sql sql,
				struct err *err);
void store_query_release(struct store_query *query);
SCOPED_RELEASE(store_query);

/* The text or the bytes are borrowed until the query's release. */
void store_bind_int(struct store_query *query, const char *param, int64_t value);
void store_bind_text(struct store_query *query, const char *param, const char *value);
void store_bind_blob(struct store_query *query, const char *param, const char *value, size_t len);
void store_bind_row(struct store_query *query, const struct store_fields *fields, const void *row);

/* STORE_ROW, STORE_DONE or -1. */
NODISCARD int store_query_step(struct store_query *query, struct err *err);

/* For a statement without rows: step, and make it ready for the next values. */
NODISCARD int store_query_run(struct store_query *query, struct err *err);

/* Fill *row, which is released first. ERR_STORE for a state that this program has no name of. */
NODISCARD int store_query_read(struct store_query *query, const struct store_fields *fields,
			       void *row, struct err *err);

/* The first column of the only row: absent when there is none. -1 failed. */
NODISCARD int store_query_int(struct store_query *query, int64_t absent, int64_t *value,
			      struct err *err);

/* Read one row into *row: 1 found, 0 none, -1 failed. */
NODISCARD int store_query_find(struct store_query *query, const struct store_fields *fields,
			       void *row, struct err *err);

int64_t store_last_id(const struct store *store);
int64_t store_changes(const struct store *store);

/* Fill *err from what SQLite said last, with what to do about it. Always -1. */
int store_fail(struct store *store, int code, struct err *err);

/* The file is not to be trusted. Always -1. */
int store_damaged(const char *path, const char *detail, struct err *err);

/* The number that a statement of ours (a pragma, a count) gives. */
NODISCARD int store_ask(struct store *store, const char *sql, int64_t *value, struct err *err);

/* Fails when SQLite has undone the transaction behind our back: nothing may be written then. */
NODISCARD int store_lives(struct store *store, struct err *err);

/* Open store->path with SQLITE_OPEN_…; make an empty file that nobody else can read. */
NODISCARD int store_connect(struct store *store, int flags, struct err *err);
NODISCARD int store_file_make(const char *path, struct err *err);

/* True when *err is "this exists already"; column (or NULL: any) is like "tenant.name". */
bool store_is_duplicate(const struct err *err, const char *column);

/* Free what the row owns but labels, and make it empty. */
void store_row_release(const struct store_fields *fields, void *row);

/* The labels of one owner, as sql gives them; replace all of them. */
NODISCARD int store_labels_read(struct store *store, enum store_sql sql, int64_t id,
				struct store_labels *labels, struct err *err);
NODISCARD int store_labels_write(struct store *store, enum store_sql clear, enum store_sql put,
				 int64_t id, const struct store_labels *labels, struct err *err);

/* Append without a search; the keys come in order. */
void store_labels_append(struct store_labels *labels, const char *key, const char *value);

#endif /* STORE_RUN_H */
