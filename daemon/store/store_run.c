#include "store_run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#define BUSY_MS         2000 /* the loop stands still meanwhile */
#define LOOKASIDE_BYTES 1200 /* what the rows of a turn need is not asked of malloc */
#define LOOKASIDE_SLOTS 200

/* What the operator can do about it, by SQLite's primary code. */
#define WAY_OUT                                                                                      \
	"stop musterd and restore a copy made by `musterd --backup`, or move the file away, start, " \
	"and let `muster server add` and `muster tenant discover` find everything again"

/* clang-format off */
static const struct {
	int code; enum err_code err; const char *advice;
} failures[] = {
	{ SQLITE_FULL,     ERR_STORE, "the disk is full; free some space, nothing is lost and work goes on then" },
	{ SQLITE_BUSY,     ERR_STORE, "another program keeps it locked; close that program" },
	{ SQLITE_LOCKED,   ERR_STORE, "another program keeps it locked; close that program" },
	{ SQLITE_CORRUPT,  ERR_STORE, "the file is damaged; " WAY_OUT },
	{ SQLITE_NOTADB,   ERR_STORE, "the file is not an inventory or is damaged; " WAY_OUT },
	{ SQLITE_READONLY, ERR_STORE, "the file cannot be written; check the owner and the mode of the file and its folder" },
	{ SQLITE_CANTOPEN, ERR_STORE, "the file cannot be opened; check the owner and the mode of the file and its folder" },
	{ SQLITE_PERM,     ERR_STORE, "the file cannot be opened; check the owner and the mode of the file and its folder" },
	{ SQLITE_IOERR,    ERR_STORE, "the disk refuses to read or write; look into the kernel's log and at the free space" },
};

/* Extended codes that have nothing to do with the file. */
static const struct {
	int code; enum err_code err; const char *advice;
} conflicts[] = {
	{ SQLITE_CONSTRAINT_UNIQUE,     ERR_CONFLICT, "this exists already" },
	{ SQLITE_CONSTRAINT_PRIMARYKEY, ERR_CONFLICT, "this exists already" },
	{ SQLITE_CONSTRAINT_FOREIGNKEY, ERR_CONFLICT, "something else refers to this, or this refers to nothing" },
	{ SQLITE_CONSTRAINT_TRIGGER,    ERR_CONFLICT, "this can only be added" },
};

/* A disk that is full shows as these, too, when the file beside the database cannot grow. */
static const int transient[] = {
	SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE,
	SQLITE_IOERR_SHMMAP, SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC,
};

/* clang-format on */

int store_fail(struct store *store, int code, struct err *err)
{
	const char *path = store->path;
	const char *detail = store->db != NULL ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);

	if ((code & 0xff) == SQLITE_NOMEM) {
		g_error("out of memory in SQLite");
	}
	if (store->in_tx && sqlite3_get_autocommit(store->db) != 0) {
		store->undone = code;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(conflicts); i++) {
		if (conflicts[i].code == code) {
			return err_set_native(err, conflicts[i].err, code, "%s: %s (%s)", path,
					      conflicts[i].advice, detail);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
		if (failures[i].code == (code & 0xff)) {
			return err_set_native(err, failures[i].err, code, "%s: %s (%s)", path,
					      failures[i].advice, detail);
		}
	}
	return err_set_native(err, ERR_STORE, code, "%s: %s", path, detail);
}

int store_damaged(const char *path, const char *detail, struct err *err)
{
	const char *last = strrchr(detail, '\n'); /* a check has a head line */

	return err_set_native(err, ERR_STORE, SQLITE_CORRUPT,
			      "%s: the file is damaged; " WAY_OUT " (%s)", path,
			      last == NULL ? detail : last + 1);
}

bool store_is_transient(const struct err *err)
{
	if (err->code != ERR_STORE) {
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(transient); i++) {
		if (err->native == transient[i] || (err->native & 0xff) == transient[i]) {
			return true;
		}
	}
	return false;
}

bool store_is_duplicate(const struct err *err, const char *column)
{
	return err->code == ERR_CONFLICT &&
	       (err->native == SQLITE_CONSTRAINT_UNIQUE ||
		err->native == SQLITE_CONSTRAINT_PRIMARYKEY) &&
	       (column == NULL || strstr(err->msg, column) != NULL);
}

int store_lives(struct store *store, struct err *err)
{
	if (!store->in_tx || sqlite3_get_autocommit(store->db) == 0) {
		return 0;
	}
	return err_set_native(err, ERR_STORE, store->undone,
			      "%s: everything since the last commit was undone (%s)", store->path,
			      sqlite3_errstr(store->undone));
}

static int query_prepare_spare(struct store_query *query, struct store *store, enum store_sql sql,
			       struct err *err)
{
	int code = sqlite3_prepare_v3(store->db, store_sql_texts[sql].text, -1, 0,
				      &query->spare.handle, NULL);

	return code == SQLITE_OK ? 0 : store_fail(store, code, err);
}

int store_query_begin(struct store_query *query, struct store *store, enum store_sql sql,
		      struct err *err)
{
	struct store_stmt *stmt = &store->stmts[sql];

	CHECK(query->stmt == NULL);
	if (store_lives(store, err) < 0) {
		return -1;
	}
	CHECK(store->in_tx || sqlite3_stmt_readonly(stmt->handle) != 0);
	if (stmt->busy) {
		if (query_prepare_spare(query, store, sql, err) < 0) {
			return -1;
		}
		stmt = &query->spare;
	}
	stmt->busy = true;
	query->store = store;
	query->stmt = stmt;
	return 0;
}

void store_query_release(struct store_query *query)
{
	if (query->stmt == NULL) {
		return;
	}
	(void)sqlite3_reset(query->stmt->handle);
	(void)sqlite3_clear_bindings(query->stmt->handle);
	query->stmt->busy = false;
	(void)sqlite3_finalize(query->spare.handle);
	g_free(query->spare.places);
	*query = (struct store_query){ 0 };
}

static int param_place(struct store_query *query, const char *param)
{
	int place = sqlite3_bind_parameter_index(query->stmt->handle, param);

	CHECK(place > 0);
	return place;
}

/* A bind fails only for want of memory or by a bug of ours. */
static void bind_check(struct store_query *query, int code)
{
	if (code != SQLITE_OK) {
		g_error("%s: %s", query->store->path, sqlite3_errstr(code));
	}
}

void store_bind_int(struct store_query *query, const char *param, int64_t value)
{
	bind_check(query,
		   sqlite3_bind_int64(query->stmt->handle, param_place(query, param), value));
}

static int bind_text_at(struct store_query *query, int place, const char *value)
{
	return sqlite3_bind_text(query->stmt->handle, place, value, -1, SQLITE_STATIC);
}

void store_bind_text(struct store_query *query, const char *param, const char *value)
{
	bind_check(query, bind_text_at(query, param_place(query, param), value));
}

void store_bind_blob(struct store_query *query, const char *param, const char *value, size_t len)
{
	/* a NULL pointer would be SQL NULL, also when it is nothing but empty */
	bind_check(query, sqlite3_bind_blob64(query->stmt->handle, param_place(query, param),
					      len > 0 ? value : "", len, SQLITE_STATIC));
}

static int column_find(sqlite3_stmt *handle, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(handle); i++) {
		if (strcmp(sqlite3_column_name(handle, i), name) == 0) {
			return i;
		}
	}
	return -1;
}

static void places_find(struct store_stmt *stmt, const struct store_fields *fields)
{
	if (stmt->fields == fields) {
		return;
	}
	g_free(stmt->places);
	stmt->places = g_new0(struct store_place, fields->nr);
	stmt->fields = fields;
	for (size_t i = 0; i < fields->nr; i++) {
		g_autofree char *param = g_strconcat(":", fields->fields[i].name, NULL);

		stmt->places[i].param = sqlite3_bind_parameter_index(stmt->handle, param);
		stmt->places[i].column = column_find(stmt->handle, fields->fields[i].name);
	}
}

static int state_get(const void *member)
{
	int state;

	memcpy(&state, member, sizeof(state));
	return state;
}

static int bind_field(struct store_query *query, int place, const struct store_field *field,
		      const void *member)
{
	sqlite3_stmt *handle = query->stmt->handle;
	int state;

	switch (field->kind) {
	case STORE_INT:
		return sqlite3_bind_int64(handle, place, *(const int64_t *)member);
	case STORE_TEXT:
		return bind_text_at(query, place, *(char *const *)member);
	case STORE_BOOL:
		return sqlite3_bind_int(handle, place, *(const bool *)member ? 1 : 0);
	case STORE_STATE:
		state = state_get(member);
		CHECK(state >= 0 && state < field->names_nr);
		return bind_text_at(query, place, field->names[state]);
	}
	abort(); /* no default above, so -Wswitch-enum names a kind we forget */
}

void store_bind_row(struct store_query *query, const struct store_fields *fields, const void *row)
{
	places_find(query->stmt, fields);
	for (size_t i = 0; i < fields->nr; i++) {
		const struct store_field *field = &fields->fields[i];
		int place = query->stmt->places[i].param;

		if (place > 0) {
			bind_check(query, bind_field(query, place, field,
						     (const char *)row + field->offset));
		}
	}
}

int store_query_step(struct store_query *query, struct err *err)
{
	int code = sqlite3_step(query->stmt->handle);

	if (code == SQLITE_ROW) {
		return STORE_ROW;
	}
	return code == SQLITE_DONE ? STORE_DONE : store_fail(query->store, code, err);
}

int store_query_run(struct store_query *query, struct err *err)
{
	int step = store_query_step(query, err);

	CHECK(step != STORE_ROW);
	(void)sqlite3_reset(query->stmt->handle);
	return step < 0 ? -1 : 0;
}

static int read_state(struct store_query *query, int column, const struct store_field *field,
		      void *member, struct err *err)
{
	const char *text = (const char *)sqlite3_column_text(query->stmt->handle, column);
	int state = text != NULL ? states_find(field->names, field->names_nr, text) : -1;

	if (state < 0) {
		return err_set(err, ERR_STORE, "%s: \"%s\" is not a %s that this musterd knows",
			       query->store->path, text != NULL ? text : "null", field->name);
	}
	memcpy(member, &state, sizeof(state));
	return 0;
}

static int read_field(struct store_query *query, int column, const struct store_field *field,
		      void *member, struct err *err)
{
	sqlite3_stmt *handle = query->stmt->handle;

	switch (field->kind) {
	case STORE_INT:
		*(int64_t *)member = sqlite3_column_int64(handle, column);
		return 0;
	case STORE_TEXT:
		store_text_set(member, (const char *)sqlite3_column_text(handle, column));
		return 0;
	case STORE_BOOL:
		*(bool *)member = sqlite3_column_int(handle, column) != 0;
		return 0;
	case STORE_STATE:
		return read_state(query, column, field, member, err);
	}
	abort(); /* no default above, so -Wswitch-enum names a kind we forget */
}

int store_query_read(struct store_query *query, const struct store_fields *fields, void *row,
		     struct err *err)
{
	places_find(query->stmt, fields);
	for (size_t i = 0; i < fields->nr; i++) {
		const struct store_field *field = &fields->fields[i];
		int column = query->stmt->places[i].column;

		if (column >= 0 &&
		    read_field(query, column, field, (char *)row + field->offset, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int store_query_int(struct store_query *query, int64_t absent, int64_t *value, struct err *err)
{
	int step = store_query_step(query, err);

	if (step < 0) {
		return -1;
	}
	*value = step == STORE_ROW ? sqlite3_column_int64(query->stmt->handle, 0) : absent;
	return 0;
}

int store_query_find(struct store_query *query, const struct store_fields *fields, void *row,
		     struct err *err)
{
	int step = store_query_step(query, err);

	if (step != STORE_ROW) {
		return step < 0 ? -1 : 0;
	}
	return store_query_read(query, fields, row, err) < 0 ? -1 : 1;
}

int64_t store_last_id(const struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

int64_t store_changes(const struct store *store)
{
	return sqlite3_changes(store->db);
}

int store_labels_read(struct store *store, enum store_sql sql, int64_t id,
		      struct store_labels *labels, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_labels) read = { 0 };
	int step;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		store_labels_append(&read, (const char *)sqlite3_column_text(query.stmt->handle, 0),
				    (const char *)sqlite3_column_text(query.stmt->handle, 1));
	}
	if (step < 0) {
		return -1;
	}
	store_labels_release(labels);
	*labels = read;
	read = (struct store_labels){ 0 };
	return 0;
}

int store_labels_write(struct store *store, enum store_sql clear, enum store_sql put, int64_t id,
		       const struct store_labels *labels, struct err *err)
{
	SCOPED(store_query) gone = { 0 };
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&gone, store, clear, err) < 0) {
		return -1;
	}
	store_bind_int(&gone, ":id", id);
	if (store_query_run(&gone, err) < 0 || store_query_begin(&query, store, put, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	for (size_t i = 0; i < labels->nr; i++) {
		store_bind_text(&query, ":key", labels->labels[i].key);
		store_bind_text(&query, ":value", labels->labels[i].value);
		if (store_query_run(&query, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int store_connect(struct store *store, int flags, struct err *err)
{
	int code = sqlite3_open_v2(store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK) {
		return store_fail(store, code, err);
	}
	(void)sqlite3_extended_result_codes(store->db, 1);
	(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES,
				LOOKASIDE_SLOTS);
	(void)sqlite3_busy_timeout(store->db, BUSY_MS);
	return 0;
}

int store_ask(struct store *store, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *handle = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &handle, NULL);

	if (code == SQLITE_OK) {
		code = sqlite3_step(handle);
	}
	if (code == SQLITE_ROW) {
		*value = sqlite3_column_int64(handle, 0);
	} else {
		(void)store_fail(store, sqlite3_extended_errcode(store->db), err);
	}
	(void)sqlite3_finalize(handle);
	return code == SQLITE_ROW ? 0 : -1;
}

/* SQLite would make the file readable for everybody. */
int store_file_make(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		return err_set_errno(err, errno, "open %s", path);
	}
	(void)close(fd);
	return 0;
}
