#include "store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "inventory_sql.h"
#include "store_run.h"

#define CHECKED_MAX  (256LL * 1024 * 1024) /* a larger file takes too long to be read whole */
#define HEADER_LEN   100                   /* of a SQLite file */
#define HEADER_MODE  18                    /* there: 1 without a journal, 2 with one */
#define WITH_JOURNAL 2

/* 0 also when there is no such file. */
static int size_of(const char *path, int64_t *size, struct err *err)
{
	struct stat file;

	*size = 0;
	if (stat(path, &file) < 0) {
		return errno == ENOENT ? 0 : err_set_errno(err, errno, "stat %s", path);
	}
	if (!S_ISREG(file.st_mode)) {
		return err_set(err, ERR_STORE,
			       "%s is not a file; move it away, or set data_dir to another folder",
			       path);
	}
	*size = file.st_size;
	return 0;
}

static int header_read(const char *path, unsigned char header[HEADER_LEN], struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0) {
		return err_set_errno(err, errno, "open %s", path);
	}
	got = pread(fd, header, HEADER_LEN, 0);
	(void)close(fd);
	return got == HEADER_LEN ? 0 : store_damaged(path, "it is too short", err);
}

/* SQLite would take the journal for that of whatever file lies there now. */
static int check_journal(const char *path, int64_t size, int64_t journal, struct err *err)
{
	unsigned char header[HEADER_LEN] = { 0 };

	if (size == 0 && journal > 0) {
		return err_set(
			err, ERR_STORE,
			"%s is empty or missing, but its journal %s-wal is not: put the file "
			"back that belongs to it, or remove both %s-wal and %s-shm and restore "
			"a copy made by `musterd --backup`",
			path, path, path, path);
	}
	if (size == 0) {
		return 0;
	}
	if (header_read(path, header, err) < 0) {
		return -1;
	}
	if (journal > 0 && header[HEADER_MODE] != WITH_JOURNAL) {
		return err_set(err, ERR_STORE,
			       "%s was put beside %s-wal, the journal of another inventory: remove "
			       "%s-wal and %s-shm, then start again",
			       path, path, path, path);
	}
	return 0;
}

static int check_owner(struct store *store, struct err *err)
{
	int64_t version;
	int64_t application;
	int64_t changes; /* of its tables; 0: it has none yet */

	if (store_ask(store, "pragma user_version", &version, err) < 0 ||
	    store_ask(store, "pragma application_id", &application, err) < 0 ||
	    store_ask(store, "pragma schema_version", &changes, err) < 0) {
		return -1;
	}
	if (application != STORE_APPLICATION && (changes > 0 || version > 0)) {
		return err_set(err, ERR_STORE,
			       "%s is a SQLite database of another program; set data_dir to a "
			       "folder of musterd's own",
			       store->path);
	}
	if (version > SCHEMA_NR) {
		return err_set(err, ERR_STORE,
			       "%s has schema version %d and this musterd knows only %d: it was "
			       "used by a newer musterd; install that one, or restore a copy made "
			       "by `musterd --backup`",
			       store->path, (int)version, (int)SCHEMA_NR);
	}
	return 0;
}

static int check_pages(struct store *store, struct err *err)
{
	sqlite3_stmt *handle = NULL;
	const char *said;
	int result = 0;
	int code;

	code = sqlite3_prepare_v2(store->db, "pragma quick_check(1)", -1, &handle, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(handle);
	}
	if (code != SQLITE_ROW) {
		result = store_fail(store, sqlite3_extended_errcode(store->db), err);
	} else {
		said = (const char *)sqlite3_column_text(handle, 0);
		if (g_strcmp0(said, "ok") != 0) {
			result = store_damaged(store->path, said, err);
		}
	}
	(void)sqlite3_finalize(handle);
	return result;
}

/*
 * Read only. Without a journal SQLite is told that nobody changes the file, or it would make
 * one; with a journal it must not clear up when the file is closed.
 */
static int look(struct store *store, bool has_journal, struct err *err)
{
	g_autofree char *full = g_canonicalize_filename(store->path, NULL);
	g_autofree char *uri = g_filename_to_uri(full, NULL, NULL);
	g_autofree char *still = g_strconcat(uri, "?immutable=1", NULL);
	char *path = store->path;
	int result;

	store->path = has_journal ? uri : still;
	result = store_connect(store, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	store->path = path;
	return result;
}

static int check_content(const char *path, bool has_journal, bool whole, struct err *err)
{
	struct store store = { .path = g_strdup(path), .lock_fd = -1 };
	int result = look(&store, has_journal, err);

	if (result == 0) {
		(void)sqlite3_db_config(store.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		result = check_owner(&store, err);
	}
	if (result == 0 && whole) {
		result = check_pages(&store, err);
	}
	(void)sqlite3_close(store.db);
	g_free(store.path);
	return result;
}

int store_check(const char *path, struct err *err)
{
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	int64_t journal;
	int64_t size;

	if (size_of(path, &size, err) < 0 || size_of(wal, &journal, err) < 0 ||
	    check_journal(path, size, journal, err) < 0) {
		return -1;
	}
	return size == 0 ? 0 : check_content(path, journal > 0, size <= CHECKED_MAX, err);
}
