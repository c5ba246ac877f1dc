#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "crash.h"
#include "inventory_sql.h"
#include "store_check.h"
#include "store_fault.h"
#include "store_run.h"

/*
 * full: a committed turn survives a power cut, because what is acted on must be known
 * afterwards. The cache and the journal are bounded for a small resident size.
 */
static const char setup[] = "pragma journal_mode = wal;"
			    "pragma synchronous = full;"
			    "pragma foreign_keys = on;"
			    "pragma cache_size = -4096;"
			    "pragma temp_store = memory;"
			    "pragma journal_size_limit = 16777216;"
			    "pragma trusted_schema = off;";

static int run(struct store *store, const char *sql, struct err *err)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : store_fail(store, sqlite3_extended_errcode(store->db), err);
}

/* Begin, commit and their kind happen thousands of times a minute: they are prepared, too. */
static const char *const step_texts[STORE_STEP_NR] = {
	[STORE_STEP_BEGIN] = "begin immediate",
	[STORE_STEP_COMMIT] = "commit",
	[STORE_STEP_SAVEPOINT] = "savepoint part",
	[STORE_STEP_RELEASE] = "release part",
};

static int step(struct store *store, enum store_step which, struct err *err)
{
	sqlite3_stmt **handle = &store->steps[which];
	int code = SQLITE_OK;

	if (*handle == NULL) {
		code = sqlite3_prepare_v3(store->db, step_texts[which], -1,
					  SQLITE_PREPARE_PERSISTENT, handle, NULL);
	}
	if (code == SQLITE_OK) {
		(void)sqlite3_step(*handle);
		code = sqlite3_reset(*handle);
	}
	return code == SQLITE_OK ? 0 : store_fail(store, sqlite3_extended_errcode(store->db), err);
}

/* Who holds the lock, for the sentence only: the lock itself is the kernel's. */
static int lock_refused(const char *path, int fd, struct err *err)
{
	char pid[16] = { 0 };

	if (pread(fd, pid, sizeof(pid) - 1, 0) <= 0) {
		g_strlcpy(pid, "unknown", sizeof(pid));
	}
	g_strchomp(pid);
	return err_set(err, ERR_CONFLICT,
		       "%s is in use by another musterd (pid %s); stop that one first", path, pid);
}

static int lock_take(struct store *store, struct err *err)
{
	g_autofree char *name = g_strconcat(store->path, ".lock", NULL);
	g_autofree char *pid = g_strdup_printf("%ld\n", (long)getpid());
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		return err_set_errno(err, errno, "open %s", name);
	}
	store->lock_fd = fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		return errno == EWOULDBLOCK ? lock_refused(store->path, fd, err)
					    : err_set_errno(err, errno, "lock %s", name);
	}
	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, strlen(pid), 0) < 0) {
		return err_set_errno(err, errno, "write %s", name);
	}
	return 0;
}

/* Each file in a transaction of its own, together with the number that says so. */
static int upgrade_one(struct store *store, int64_t version, struct err *err)
{
	const struct inventory_sql_text *file = &inventory_sql_texts[version];
	g_autofree char *done = g_strdup_printf("pragma application_id = %d;"
						"pragma user_version = %d;",
						STORE_APPLICATION, (int)version + 1);

	if (run(store, "begin immediate", err) < 0) {
		return -1;
	}
	if (run(store, file->text, err) < 0 || run(store, done, err) < 0 ||
	    run(store, "commit", err) < 0) {
		(void)sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
		return err_prefix(err, "schema %s", file->name);
	}
	return 0;
}

static int upgrade(struct store *store, struct err *err)
{
	int64_t version;

	if (store_ask(store, "pragma user_version", &version, err) < 0) {
		return -1;
	}
	for (; version < SCHEMA_NR; version++) {
		if (upgrade_one(store, version, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int prepare_all(struct store *store, struct err *err)
{
	for (size_t i = 0; i < SQL_NR; i++) {
		int code = sqlite3_prepare_v3(store->db, store_sql_texts[i].text, -1,
					      SQLITE_PREPARE_PERSISTENT, &store->stmts[i].handle,
					      NULL);

		if (code != SQLITE_OK) {
			(void)store_fail(store, code, err);
			return err_prefix(err, "statement %s", store_sql_texts[i].name);
		}
	}
	return 0;
}

struct store *store_open(const char *path, struct err *err)
{
	struct store *store = g_new0(struct store, 1);

	store->path = g_strdup(path);
	store->lock_fd = -1;
	/* nobody asks how much it uses; refused when it has begun already, which only costs */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	store_fault_install();
	if (lock_take(store, err) < 0 || store_check(path, err) < 0 ||
	    store_file_make(path, err) < 0 ||
	    store_connect(store, SQLITE_OPEN_READWRITE, err) < 0 || run(store, setup, err) < 0 ||
	    upgrade(store, err) < 0 || prepare_all(store, err) < 0) {
		store_close(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (store == NULL) {
		return;
	}
	store_rollback(store);
	for (size_t i = 0; i < SQL_NR; i++) {
		(void)sqlite3_finalize(store->stmts[i].handle);
		g_free(store->stmts[i].places);
	}
	for (size_t i = 0; i < STORE_STEP_NR; i++) {
		(void)sqlite3_finalize(store->steps[i]);
	}
	CHECK(sqlite3_close(store->db) == SQLITE_OK);
	if (store->lock_fd >= 0) {
		(void)close(store->lock_fd);
	}
	g_free(store->path);
	g_free(store);
}

/* SQLite takes a new level only between transactions. */
static int begin(struct store *store, bool soft, struct err *err)
{
	CHECK(!store->in_tx);
	if (store->soft != soft) {
		if (run(store, soft ? "pragma synchronous = normal" : "pragma synchronous = full",
			err) < 0) {
			return -1;
		}
		store->soft = soft;
	}
	if (step(store, STORE_STEP_BEGIN, err) < 0) {
		return -1;
	}
	store->in_tx = true;
	store->undone = 0;
	store->depth = 0;
	return 0;
}

int store_begin(struct store *store, struct err *err)
{
	return begin(store, false, err);
}

int store_begin_soft(struct store *store, struct err *err)
{
	return begin(store, true, err);
}

int store_settle(struct store *store, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (begin(store, false, err) < 0) {
		return -1;
	}
	if (store_query_begin(&query, store, SQL_SETTLE, err) < 0 ||
	    store_query_run(&query, err) < 0) {
		store_rollback(store);
		return -1;
	}
	return store_commit(store, err);
}

int store_commit(struct store *store, struct err *err)
{
	int result;

	CHECK(store->in_tx && store->depth == 0);
	CRASH_POINT(STORE_COMMIT);
	result = store_lives(store, err) < 0 ? -1 : step(store, STORE_STEP_COMMIT, err);
	if (result == 0) {
		CRASH_COMMITTED();
		CRASH_POINT(STORE_COMMITTED);
	}
	store_rollback(store);
	return result;
}

void store_rollback(struct store *store)
{
	if (store->in_tx && sqlite3_get_autocommit(store->db) == 0) {
		(void)sqlite3_exec(store->db, "rollback", NULL, NULL, NULL);
	}
	store->in_tx = false;
	store->depth = 0;
	CRASH_UNDONE();
}

bool store_in_transaction(const struct store *store)
{
	return store->in_tx;
}

static void on_update(void *arg, int what, const char *database, const char *table,
		      sqlite3_int64 row)
{
	const struct store *store = arg;

	(void)what;
	(void)database;
	if (strcmp(table, "tenant") == 0) {
		store->tenant_fn(store->tenant_ctx, row);
	}
}

void store_on_tenant(struct store *store, void (*fn)(void *ctx, int64_t tenant_id), void *ctx)
{
	store->tenant_fn = fn;
	store->tenant_ctx = ctx;
	(void)sqlite3_update_hook(store->db, fn == NULL ? NULL : on_update, store);
}

/* SQLite finds the innermost savepoint of a name, so one name is enough. */
int store_savepoint(struct store *store, struct err *err)
{
	CHECK(store->in_tx);
	if (store_lives(store, err) < 0 || step(store, STORE_STEP_SAVEPOINT, err) < 0) {
		return -1;
	}
	store->depth++;
	return 0;
}

int store_savepoint_release(struct store *store, struct err *err)
{
	CHECK(store->depth > 0);
	store->depth--;
	return store_lives(store, err) < 0 ? -1 : step(store, STORE_STEP_RELEASE, err);
}

void store_savepoint_undo(struct store *store)
{
	CHECK(store->depth > 0);
	store->depth--;
	/* fails only when SQLite has undone the whole turn, which undid this part, too */
	(void)sqlite3_exec(store->db, "rollback to part; release part", NULL, NULL, NULL);
}
