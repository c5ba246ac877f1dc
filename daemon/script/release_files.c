#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <glib.h>

#include "format.h"
#include "release.h"
#include "release_cfg.h"

#define TOTAL_MAX ((size_t)256 * 1024 * 1024)

void release_files_add(struct release_files *files, const char *name, const char *text, size_t len)
{
	struct release_file *file;

	files->files = g_renew(struct release_file, files->files, files->nr + 1);
	file = &files->files[files->nr++];
	file->name = g_strdup(name);
	file->text = g_malloc(len + 1);
	memcpy(file->text, text, len);
	file->text[len] = '\0';
	file->len = len;
}

void release_files_release(struct release_files *files)
{
	for (size_t i = 0; i < files->nr; i++) {
		g_free(files->files[i].name);
		g_free(files->files[i].text);
	}
	g_free(files->files);
	*files = (struct release_files){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct release_file *)a)->name,
		      ((const struct release_file *)b)->name);
}

static void close_dir(DIR **dir)
{
	if (*dir != NULL) {
		closedir(*dir);
	}
}

/* Read one regular file; *total counts what was read so far. */
static int read_file(struct release_files *files, const char *dir, const char *name, size_t *total,
		     struct err *err)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *text = NULL;
	GError *error = NULL;
	struct stat info;
	gsize len;

	if (stat(path, &info) < 0) {
		return err_set_errno(err, errno, "read %s", path);
	}
	if (!S_ISREG(info.st_mode)) {
		return err_set(err, ERR_INVALID, "%s is not a regular file", path);
	}
	if ((size_t)info.st_size > TOTAL_MAX - *total) {
		return err_set(err, ERR_INVALID, "%s holds more than %zu MiB of migrations", dir,
			       TOTAL_MAX >> 20);
	}
	if (!g_file_get_contents(path, &text, &len, &error)) {
		err_set(err, ERR_SYSTEM, "%s", error->message);
		g_error_free(error);
		return -1;
	}
	*total += len;
	if (*total > TOTAL_MAX) { /* grew meanwhile */
		return err_set(err, ERR_INVALID, "%s holds more than %zu MiB of migrations", dir,
			       TOTAL_MAX >> 20);
	}
	release_files_add(files, name, text, len);
	return 0;
}

static bool is_wanted(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	return format_is_sql(lower) || strcmp(name, RELEASE_CFG_FILE) == 0;
}

static bool is_folder(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);

	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static int read_folder(struct release_files *files, const char *dir, size_t *total, struct err *err)
{
	__attribute__((cleanup(close_dir))) DIR *stream = opendir(dir);
	const struct dirent *entry;

	if (stream == NULL) {
		return err_set_errno(err, errno, "open %s", dir);
	}
	for (;;) {
		errno = 0;
		entry = readdir(stream); /* NOLINT(concurrency-mt-unsafe): our own stream */
		if (entry == NULL) {
			return errno == 0 ? 0 : err_set_errno(err, errno, "read %s", dir);
		}
		if (is_wanted(entry->d_name) && !is_folder(dir, entry->d_name) &&
		    read_file(files, dir, entry->d_name, total, err) < 0) {
			return -1;
		}
	}
}

/* The order file is read only when release.cfg names it. */
static int read_order(struct release_files *files, const char *dir, size_t *total, struct err *err)
{
	SCOPED(release_cfg) cfg = { 0 };
	const char *text = NULL;

	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, RELEASE_CFG_FILE) == 0) {
			text = files->files[i].text;
		}
	}
	if (release_cfg_parse(&cfg, text, err) < 0) {
		return -1;
	}
	if (cfg.order == NULL) {
		return 0;
	}
	if (is_wanted(cfg.order)) {
		return err_set(err, ERR_INVALID, "\"%s\" cannot be the order file", cfg.order);
	}
	return read_file(files, dir, cfg.order, total, err);
}

static bool has_migration(const struct release_files *files)
{
	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, RELEASE_CFG_FILE) != 0) {
			return true;
		}
	}
	return false;
}

int release_files_read(struct release_files *files, const char *dir, struct err *err)
{
	SCOPED(release_files) found = { 0 };
	size_t total = 0;

	if (read_folder(&found, dir, &total, err) < 0) {
		return -1;
	}
	if (!has_migration(&found)) {
		return err_set(err, ERR_INVALID,
			       "%s holds no migration; put files like 0001_add_birthday.sql there",
			       dir);
	}
	if (read_order(&found, dir, &total, err) < 0) {
		return err_prefix(err, "%s", dir);
	}
	qsort(found.files, found.nr, sizeof(found.files[0]), by_name);
	*files = found;
	found = (struct release_files){ 0 };
	return 0;
}
