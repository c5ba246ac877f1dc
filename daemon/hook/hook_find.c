#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "hook.h"

/* What only root and musterd itself can have put there. */
static int check_owner(const char *path, const struct stat *found, struct err *err)
{
	if (found->st_uid != 0 && found->st_uid != geteuid()) {
		return err_set(err, ERR_INVALID,
			       "hook: %.200s must be owned by root or by the user of musterd: "
			       "chown root it",
			       path);
	}
	if ((found->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return err_set(err, ERR_INVALID,
			       "hook: %.200s can be written by others: chmod go-w it", path);
	}
	return 0;
}

static int check_dir(const char *dir, struct err *err)
{
	struct stat found;

	if (stat(dir, &found) < 0) {
		(void)err_set_errno(err, errno,
				    "hook: the folder %.200s (hooks_dir in musterd.conf)", dir);
		err->code = ERR_INVALID;
		return -1;
	}
	if (!S_ISDIR(found.st_mode)) {
		return err_set(err, ERR_INVALID, "hook: %.200s (hooks_dir) is no folder", dir);
	}
	return check_owner(dir, &found, err);
}

int hook_find(const char *dir, const char *name, char **path, struct err *err)
{
	g_autofree char *full = g_build_filename(dir, name, NULL);
	struct stat found;

	if (check_dir(dir, err) < 0) {
		return -1;
	}
	if (lstat(full, &found) < 0) {
		(void)err_set_errno(err, errno, "hook: %.200s", full);
		err->code = ERR_INVALID;
		return -1;
	}
	if (!S_ISREG(found.st_mode)) {
		return err_set(err, ERR_INVALID,
			       "hook: %.200s is no plain file: put the executable itself there",
			       full);
	}
	if (check_owner(full, &found, err) < 0) {
		return -1;
	}
	if (faccessat(AT_FDCWD, full, X_OK, AT_EACCESS) < 0) {
		return err_set(err, ERR_INVALID,
			       "hook: musterd may not execute %.200s: chmod +x it", full);
	}
	if (path != NULL) {
		*path = g_steal_pointer(&full);
	}
	return 0;
}
