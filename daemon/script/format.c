#include "format.h"

#include <stdbool.h>
#include <string.h>

/* Does the base name (without .sql) fit? Owned results. */
typedef bool format_name_fn(const char *base, char **version, char **name);

static bool read_plain(const char *base, char **version, char **name)
{
	size_t digits = strspn(base, "0123456789");

	if (digits == 0 || (base[digits] != '\0' && base[digits] != '_')) {
		return false;
	}
	*version = g_strndup(base, digits);
	*name = g_strdup(base[digits] == '_' ? base + digits + 1 : "");
	return true;
}

static bool read_flat(const char *base, char **version, char **name)
{
	*version = g_strdup(base);
	*name = g_strdup("");
	return true;
}

static const struct format {
	const char *name;
	format_name_fn *read;
} formats[] = {
	{ "plain", read_plain },
	{ "flat", read_flat },
};

static bool ends_in(const char *text, const char *tail)
{
	size_t len = strlen(text);
	size_t tail_len = strlen(tail);

	return len > tail_len && strcmp(text + len - tail_len, tail) == 0;
}

bool format_is_sql(const char *file)
{
	return ends_in(file, ".sql") && file[0] != '.';
}

static bool is_down(const char *file)
{
	return format_is_sql(file) && ends_in(file, ".down.sql");
}

static bool is_up(const char *file)
{
	return format_is_sql(file) && !is_down(file);
}

static char *base_of(const char *file)
{
	size_t tail = is_down(file) ? strlen(".down.sql") : strlen(".sql");

	return g_strndup(file, strlen(file) - tail);
}

static void entry_clear(gpointer data)
{
	struct format_entry *entry = data;

	g_free(entry->version);
	g_free(entry->name);
}

GArray *format_entries_new(void)
{
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct format_entry));

	g_array_set_clear_func(entries, entry_clear);
	return entries;
}

static struct format_entry *entry_at(GArray *entries, guint i)
{
	return &g_array_index(entries, struct format_entry, i);
}

/* ---- which format ----------------------------------------------------------------- */

static const struct format *find(const char *name, struct err *err)
{
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return &formats[i];
		}
	}
	err_set(err, ERR_INVALID,
		"format \"%s\" is not known to this version of muster; known are plain and flat "
		"(with an order file for names of other tools)",
		name);
	return NULL;
}

static bool fits_plain(const char *file)
{
	g_autofree char *base = base_of(file);
	g_autofree char *version = NULL;
	g_autofree char *name = NULL;

	return read_plain(base, &version, &name);
}

static const struct format *detect(const struct release_files *files, const struct release_cfg *cfg,
				   struct err *err)
{
	const char *plain = NULL;
	const char *other = NULL;

	for (size_t i = 0; i < files->nr; i++) {
		const char *file = files->files[i].name;

		if (!is_up(file)) {
			continue;
		}
		if (fits_plain(file)) {
			plain = file;
		} else {
			other = file;
		}
	}
	if (cfg->order != NULL || plain == NULL) {
		return find("flat", err);
	}
	if (other != NULL) {
		err_set(err, ERR_INVALID,
			"%s begins with a version and %s does not; rename it, or say format = "
			"\"flat\" or order = \"FILE\" in " RELEASE_CFG_FILE,
			plain, other);
		return NULL;
	}
	return find("plain", err);
}

/* ---- entries ---------------------------------------------------------------------- */

static const struct release_file *file_named(const struct release_files *files, const char *name)
{
	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, name) == 0) {
			return &files->files[i];
		}
	}
	return NULL;
}

static size_t find_down(const struct release_files *files, const char *base)
{
	g_autofree char *name = g_strconcat(base, ".down.sql", NULL);
	const struct release_file *file = file_named(files, name);

	return file == NULL ? FORMAT_NONE : (size_t)(file - files->files);
}

/* Left out in silence it would be missed; on another machine it would not be left out. */
static int refuse_odd_case(const struct release_files *files, struct err *err)
{
	for (size_t i = 0; i < files->nr; i++) {
		g_autofree char *lower = g_ascii_strdown(files->files[i].name, -1);

		if (is_down(lower) != is_down(files->files[i].name) ||
		    is_up(lower) != is_up(files->files[i].name)) {
			return err_set(err, ERR_INVALID, "%s: rename it, so that it ends in .sql",
				       files->files[i].name);
		}
	}
	return 0;
}

static int refuse_lonely_down(const struct release_files *files, struct err *err)
{
	g_autoptr(GHashTable) ups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < files->nr; i++) {
		if (is_up(files->files[i].name)) {
			g_hash_table_add(ups, base_of(files->files[i].name));
		}
	}
	for (size_t i = 0; i < files->nr; i++) {
		g_autofree char *base = NULL;

		if (!is_down(files->files[i].name)) {
			continue;
		}
		base = base_of(files->files[i].name);
		if (!g_hash_table_contains(ups, base)) {
			return err_set(err, ERR_INVALID, "%s: there is no %s.sql that it undoes",
				       files->files[i].name, base);
		}
	}
	return 0;
}

static int append(GArray *entries, const struct format *format, const struct release_files *files,
		  size_t up, struct err *err)
{
	g_autofree char *base = base_of(files->files[up].name);
	struct format_entry entry = { .up = up };

	if (!format->read(base, &entry.version, &entry.name)) {
		return err_set(err, ERR_INVALID,
			       "%s: the name of a migration in format %s is like "
			       "0007_add_birthday.sql; rename it",
			       files->files[up].name, format->name);
	}
	entry.down = find_down(files, base);
	g_array_append_val(entries, entry);
	return 0;
}

/* ---- order ------------------------------------------------------------------------ */

static gint by_version(gconstpointer a, gconstpointer b)
{
	const struct format_entry *left = a;
	const struct format_entry *right = b;

	return release_version_compare(left->version, right->version);
}

static int sort_by_version(GArray *entries, const struct release_files *files, struct err *err)
{
	g_array_sort(entries, by_version);
	for (guint i = 1; i < entries->len; i++) {
		const struct format_entry *last = entry_at(entries, i - 1);
		const struct format_entry *entry = entry_at(entries, i);

		if (release_version_compare(last->version, entry->version) == 0) {
			return err_set(err, ERR_INVALID,
				       "%s and %s have the same version %s; rename one of them",
				       files->files[last->up].name, files->files[entry->up].name,
				       entry->version);
		}
	}
	return 0;
}

/* One line of the order file: mark its place. ranks: file name -> place, from 1. */
static int rank_line(GHashTable *ranks, const struct release_files *files, const char *order,
		     unsigned line, const char *word, struct err *err)
{
	g_autofree char *with_tail = g_strconcat(word, ".sql", NULL);
	const struct release_file *file = file_named(files, word);

	if (file == NULL) {
		file = file_named(files, with_tail);
	}
	if (file == NULL || !is_up(file->name)) {
		return err_set(err, ERR_INVALID, "%s:%u: there is no migration \"%s\"", order, line,
			       word);
	}
	if (g_hash_table_contains(ranks, file->name)) {
		return err_set(err, ERR_INVALID, "%s:%u: \"%s\" stands here twice", order, line,
			       word);
	}
	g_hash_table_insert(ranks, file->name, GUINT_TO_POINTER(g_hash_table_size(ranks) + 1));
	return 0;
}

static int read_ranks(GHashTable *ranks, const struct release_files *files, const char *order,
		      struct err *err)
{
	const struct release_file *file = file_named(files, order);
	g_auto(GStrv) lines = NULL;

	if (file == NULL) {
		return err_set(err, ERR_INVALID,
			       "the order file \"%s\" that " RELEASE_CFG_FILE
			       " names does not exist",
			       order);
	}
	lines = g_strsplit(file->text, "\n", -1);
	for (unsigned i = 0; lines[i] != NULL; i++) {
		char *word = g_strstrip(lines[i]);

		if (*word != '\0' && *word != '#' &&
		    rank_line(ranks, files, order, i + 1, word, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static gint by_rank(gconstpointer a, gconstpointer b, gpointer data)
{
	const guint *ranks = data;
	guint left = ranks[((const struct format_entry *)a)->up];
	guint right = ranks[((const struct format_entry *)b)->up];

	return left < right ? -1 : left > right;
}

static int sort_by_order(GArray *entries, const struct release_files *files, const char *order,
			 struct err *err)
{
	g_autoptr(GHashTable) ranks = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree guint *places = g_new0(guint, files->nr);

	if (read_ranks(ranks, files, order, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < entries->len; i++) {
		size_t up = entry_at(entries, i)->up;

		places[up] = GPOINTER_TO_UINT(g_hash_table_lookup(ranks, files->files[up].name));
		if (places[up] == 0) {
			return err_set(
				err, ERR_INVALID,
				"%s is not in the order file %s; add it there, or move it out "
				"of the folder",
				files->files[up].name, order);
		}
	}
	g_array_sort_with_data(entries, by_rank, places);
	return 0;
}

const char *format_read(GArray *entries, const struct release_files *files,
			const struct release_cfg *cfg, const char *wanted, struct err *err)
{
	const struct format *format;
	int rc;

	if (wanted == NULL) {
		wanted = cfg->format;
	}
	format = wanted != NULL ? find(wanted, err) : detect(files, cfg, err);
	if (format == NULL || refuse_odd_case(files, err) < 0 ||
	    refuse_lonely_down(files, err) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < files->nr; i++) {
		if (is_up(files->files[i].name) && append(entries, format, files, i, err) < 0) {
			return NULL;
		}
	}
	if (entries->len == 0) {
		err_set(err, ERR_INVALID, "there is no migration (*.sql)");
		return NULL;
	}
	rc = cfg->order != NULL ? sort_by_order(entries, files, cfg->order, err)
				: sort_by_version(entries, files, err);
	return rc < 0 ? NULL : format->name;
}
