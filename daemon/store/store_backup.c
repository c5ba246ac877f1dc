#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "store_check.h"
#include "store_run.h"

static int copy_pages(struct store *from, struct store *to, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", from->db, "main");
	int code;

	if (backup == NULL) {
		return store_fail(to, sqlite3_extended_errcode(to->db), err);
	}
	(void)sqlite3_backup_step(backup, -1);
	code = sqlite3_backup_finish(backup);
	return code == SQLITE_OK ? 0 : store_fail(to, code, err);
}

/* One file that is whole by itself: without a journal beside it. */
static int copy_to(struct store *from, const char *path, struct err *err)
{
	struct store to = { .path = g_strdup(path), .lock_fd = -1 };
	int result;

	result = store_connect(&to, SQLITE_OPEN_READWRITE, err);
	if (result == 0) {
		result = copy_pages(from, &to, err);
	}
	if (result == 0 &&
	    sqlite3_exec(to.db, "pragma journal_mode = delete", NULL, NULL, NULL) != SQLITE_OK) {
		result = store_fail(&to, sqlite3_extended_errcode(to.db), err);
	}
	(void)sqlite3_close(to.db);
	g_free(to.path);
	return result;
}

static bool same_file(const char *a, const char *b)
{
	struct stat one;
	struct stat other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static int backup(struct store *from, const char *path, struct err *err)
{
	g_autofree char *partial = g_strconcat(path, ".partial", NULL);

	if (same_file(from->path, path)) {
		return err_set(err, ERR_INVALID,
			       "%s is the inventory itself; give the copy another name", path);
	}
	if (unlink(partial) < 0 && errno != ENOENT) {
		return err_set_errno(err, errno, "remove %s", partial);
	}
	if (store_file_make(partial, err) < 0) {
		return -1;
	}
	if (copy_to(from, partial, err) < 0 || store_check(partial, err) < 0) {
		(void)unlink(partial);
		return err_prefix(err, "backup to %s", path);
	}
	if (rename(partial, path) < 0) {
		(void)err_set_errno(err, errno, "rename %s to %s", partial, path);
		(void)unlink(partial);
		return -1;
	}
	return 0;
}

int store_backup(struct store *store, const char *path, struct err *err)
{
	CHECK(!store->in_tx);
	return backup(store, path, err);
}

int store_backup_file(const char *inventory, const char *path, struct err *err)
{
	struct store from = { .path = g_strdup(inventory), .lock_fd = -1 };
	int result = store_connect(&from, SQLITE_OPEN_READONLY, err);

	if (result == 0) {
		result = backup(&from, path, err);
	}
	(void)sqlite3_close(from.db);
	g_free(from.path);
	return result;
}
