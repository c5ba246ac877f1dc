#include "store_release.h"

#include <string.h>

#include <glib.h>

#include "store_run.h"
#include "tick.h"

#define PREFIX_MIN 8 /* digits of a checksum that are taken for one */

static int release_find_name(struct store *store, const char *name, struct store_release *release,
			     struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_RELEASE_GET_NAME, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", name);
	return store_query_find(&query, &store_release_fields, release, err);
}

/* 1 found, 0 none, -1 failed; more than one is a failure. */
static int release_find_checksum(struct store *store, const char *prefix,
				 struct store_release *release, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;
	int step;

	if (store_query_begin(&query, store, SQL_RELEASE_GET_CHECKSUM, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":prefix", prefix);
	found = store_query_find(&query, &store_release_fields, release, err);
	if (found <= 0) {
		return found;
	}
	step = store_query_step(&query, err);
	if (step == STORE_ROW) {
		return err_set(err, ERR_INVALID,
			       "more than one release has a checksum that begins with %s; give "
			       "more of it",
			       prefix);
	}
	return step < 0 ? -1 : 1;
}

/* "name", or "name-2", "name-3", … when that is in use. Owned. */
static char *release_free_name(struct store *store, const char *name, struct err *err)
{
	g_autofree char *candidate = g_strdup(name);

	for (int i = 2;; i++) {
		SCOPED(store_release) other = { 0 };
		int found = release_find_name(store, candidate, &other, err);

		if (found < 0) {
			return NULL;
		}
		if (found == 0) {
			return g_steal_pointer(&candidate);
		}
		g_free(candidate);
		candidate = g_strdup_printf("%s-%d", name, i);
	}
}

static int release_insert(struct store *store, struct store_release *release, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	char *name =
		release_free_name(store, release->name != NULL ? release->name : "release", err);

	if (name == NULL) {
		return -1;
	}
	g_free(release->name);
	release->name = name;
	release->created_at = tick_wall_ms();
	if (store_query_begin(&query, store, SQL_RELEASE_INSERT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_release_fields, release);
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	release->id = store_last_id(store);
	return 0;
}

static int release_insert_files(struct store *store, int64_t id, const struct release_files *files,
				struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_RELEASE_FILE_INSERT, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":release_id", id);
	for (size_t i = 0; i < files->nr; i++) {
		const struct release_file *file = &files->files[i];

		store_bind_text(&query, ":name", file->name);
		store_bind_blob(&query, ":content", file->text, file->len);
		if (store_query_run(&query, err) < 0) {
			return -1;
		}
	}
	return 0;
}

int store_release_put(struct store *store, struct store_release *release,
		      const struct release_files *files, struct err *err)
{
	int found = release_find_checksum(store, release->checksum, release, err);

	if (found != 0) {
		return found < 0 ? -1 : 0;
	}
	if (release_insert(store, release, err) < 0) {
		return -1;
	}
	return release_insert_files(store, release->id, files, err);
}

static int release_find_id(struct store *store, int64_t id, struct store_release *release,
			   struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_RELEASE_GET_ID, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	return store_query_find(&query, &store_release_fields, release, err);
}

int store_release_get_id(struct store *store, int64_t id, struct store_release *release,
			 struct err *err)
{
	int found = release_find_id(store, id, release, err);

	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "there is no release %lld", (long long)id);
	}
	return found < 0 ? -1 : 0;
}

static bool looks_like_checksum(const char *word)
{
	size_t len = strspn(word, "0123456789abcdef");

	return len >= PREFIX_MIN && word[len] == '\0';
}

int store_release_get(struct store *store, const char *word, struct store_release *release,
		      struct err *err)
{
	guint64 id;
	int found = release_find_name(store, word, release, err);

	if (found == 0 && g_ascii_string_to_unsigned(word, 10, 1, G_MAXINT64, &id, NULL)) {
		found = release_find_id(store, (int64_t)id, release, err);
	}
	if (found == 0 && looks_like_checksum(word)) {
		found = release_find_checksum(store, word, release, err);
	}
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "no release has the name, id or checksum %s",
			       word);
	}
	return found < 0 ? -1 : 0;
}

static void files_free(GArray *files)
{
	for (guint i = 0; i < files->len; i++) {
		struct release_file *file = &g_array_index(files, struct release_file, i);

		g_free(file->name);
		g_free(file->text);
	}
	(void)g_array_free(files, TRUE);
}

static void files_append(GArray *files, sqlite3_stmt *handle)
{
	const void *content = sqlite3_column_blob(handle, 1);
	size_t len = (size_t)sqlite3_column_bytes(handle, 1);
	struct release_file file = {
		.name = g_strdup((const char *)sqlite3_column_text(handle, 0)),
		.text = g_malloc(len + 1),
		.len = len,
	};

	if (len > 0) {
		memcpy(file.text, content, len);
	}
	file.text[len] = '\0';
	(void)g_array_append_val(files, file);
}

int store_release_files(struct store *store, int64_t id, struct release_files *files,
			struct err *err)
{
	SCOPED(store_query) query = { 0 };
	GArray *read;
	int step;

	if (store_query_begin(&query, store, SQL_RELEASE_FILES, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":release_id", id);
	read = g_array_new(FALSE, FALSE, sizeof(struct release_file));
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		files_append(read, query.stmt->handle);
	}
	if (step < 0) {
		files_free(read);
		return -1;
	}
	files->nr = read->len;
	files->files = (struct release_file *)(void *)g_array_free(read, FALSE);
	return 0;
}

int store_release_each(struct store *store, store_release_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_release) release = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_RELEASE_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_release_fields, &release, err) < 0 ||
		    fn(&release, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}
