#include "release.h"

#include <string.h>

#include <glib.h>

#include "directive.h"
#include "format.h"
#include "lint.h"
#include "modes.h"
#include "release_cfg.h"
#include "split.h"

/* What one reading of a folder carries along. */
struct reader {
	const struct release_files *files;
	const struct release_cfg *cfg;
	unsigned modes;
	GPtrArray *lines; /* every finding, as text */
};

/* ---- versions --------------------------------------------------------------------- */

static size_t digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

static int compare_numbers(const char **a, const char **b)
{
	const char *left = *a + strspn(*a, "0");
	const char *right = *b + strspn(*b, "0");
	size_t left_len = digits_at(left);
	size_t right_len = digits_at(right);

	*a = left + left_len;
	*b = right + right_len;
	if (left_len != right_len) {
		return left_len < right_len ? -1 : 1;
	}
	return memcmp(left, right, left_len);
}

/* End, separators, all the rest: so that 2_4__x stands before 2_4_1__x. */
static int rank_of(char byte)
{
	if (byte == '\0') {
		return 0;
	}
	return byte == '_' || byte == '.' ? 1 : 2;
}

int release_version_compare(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		int left = rank_of(*a);
		int right = rank_of(*b);
		int order = left - right;

		if (order == 0 && g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
			order = compare_numbers(&a, &b);
		} else if (order == 0) {
			order = left == 1 ? 0 : (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
		}
		if (order != 0) {
			return order;
		}
	}
	return 0;
}

ptrdiff_t release_find(const struct release *release, const char *version)
{
	for (size_t i = 0; i < release->nr; i++) {
		if (strcmp(release->migrations[i].version, version) == 0) {
			return (ptrdiff_t)i;
		}
	}
	for (size_t i = 0; i < release->nr; i++) {
		if (release_version_compare(release->migrations[i].version, version) == 0) {
			return (ptrdiff_t)i;
		}
	}
	return -1;
}

ptrdiff_t release_last(const struct release *release, const char *to_version)
{
	return to_version == NULL ? (ptrdiff_t)release->nr - 1 : release_find(release, to_version);
}

/* ---- digests ---------------------------------------------------------------------- */

static void digest_take(GChecksum *sum, const char *text, size_t len)
{
	g_autofree char *head = g_strdup_printf("%zu:", len);

	g_checksum_update(sum, (const guchar *)head, -1);
	while (len > 0) {
		size_t part = MIN(len, (size_t)1 << 30);

		g_checksum_update(sum, (const guchar *)text, (gssize)part);
		text += part;
		len -= part;
	}
}

static void digest_end(GChecksum *sum, char digest[RELEASE_CHECKSUM_LEN + 1])
{
	g_strlcpy(digest, g_checksum_get_string(sum), RELEASE_CHECKSUM_LEN + 1);
	g_checksum_free(sum);
}

/* All of them in one walk: a file with thousands of INSERTs is asked for each. */
static void digest_prefixes(struct migration *migration)
{
	const struct script *up = &migration->up;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	migration->prefixes = g_malloc0_n(up->nr + 1, sizeof(*migration->prefixes));
	for (size_t i = 0; i < up->nr; i++) {
		digest_end(g_checksum_copy(sum), migration->prefixes[i]);
		digest_take(sum, up->statements[i].text, up->statements[i].len);
	}
	digest_end(sum, migration->prefixes[up->nr]);
}

const char *release_prefix_digest(const struct migration *migration, size_t count)
{
	return migration->prefixes[MIN(count, migration->up.nr)];
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const struct release_file *const *)a)->name,
		      (*(const struct release_file *const *)b)->name);
}

static void digest_release(struct release *release, const struct release_files *files)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (size_t i = 0; i < files->nr; i++) {
		g_ptr_array_add(sorted, &files->files[i]);
	}
	g_ptr_array_sort(sorted, by_name);
	CHECK(release->format != NULL);
	digest_take(sum, release->format, strlen(release->format));
	for (guint i = 0; i < sorted->len; i++) {
		const struct release_file *file = sorted->pdata[i];

		digest_take(sum, file->name, strlen(file->name));
		digest_take(sum, file->text, file->len);
	}
	digest_end(sum, release->checksum);
}

/* ---- {SCHEMA} --------------------------------------------------------------------- */

#define SCHEMA_WORD "{SCHEMA}"

static void append_doubled(GString *out, const char *schema, char quote)
{
	for (const char *at = schema; *at != '\0'; at++) {
		if (*at == quote || (*at == '\\' && quote != '`')) {
			g_string_append_c(out, *at);
		}
		g_string_append_c(out, *at);
	}
}

static void append_quoted(GString *out, const char *text, size_t len, const char *schema)
{
	char quote = text[len - 1]; /* the first may be the @ of a variable */
	size_t at = 0;

	while (at < len) {
		const char *found = memmem(text + at, len - at, SCHEMA_WORD, strlen(SCHEMA_WORD));
		size_t plain = found == NULL ? len : (size_t)(found - text);

		g_string_append_len(out, text + at, (gssize)(plain - at));
		if (found == NULL) {
			return;
		}
		append_doubled(out, schema, quote);
		at = plain + strlen(SCHEMA_WORD);
	}
}

static char *expand(const char *text, size_t len, unsigned modes, const char *schema)
{
	struct lex lex = { .text = text, .len = len, .modes = modes };
	GString *out = g_string_sized_new(len + 64);
	struct lex_token token;

	while (lex_next(&lex, &token) != LEX_END) {
		if (token.kind == LEX_SCHEMA) {
			g_string_append_c(out, '`');
			append_doubled(out, schema, '`');
			g_string_append_c(out, '`');
		} else if (token.kind == LEX_NAME || token.kind == LEX_STRING) {
			append_quoted(out, text + token.at, token.len, schema);
		} else {
			g_string_append_len(out, text + token.at, (gssize)token.len);
		}
	}
	return g_string_free(out, FALSE);
}

char *release_expand(const struct statement *statement, const char *schema)
{
	return expand(statement->text, statement->len, statement->modes, schema);
}

char *release_expand_sql(const char *sql, const char *schema)
{
	return expand(sql, strlen(sql), 0, schema);
}

/* ---- one file --------------------------------------------------------------------- */

static void report(struct reader *reader, const struct err *err)
{
	g_ptr_array_add(reader->lines, g_strdup(err->msg));
}

static bool is_allowed(const struct reader *reader, const GArray *directives,
		       const struct lint_finding *finding)
{
	const char *code = lint_codes[finding->rule];

	for (guint i = 0; i < reader->cfg->allow->len; i++) {
		if (strcmp(reader->cfg->allow->pdata[i], code) == 0) {
			return true;
		}
	}
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (directive->kind == DIRECTIVE_ALLOW &&
		    directive->statement == finding->statement &&
		    strcmp(directive->text, code) == 0) {
			return true;
		}
	}
	return false;
}

static void lint(struct reader *reader, const char *file, const struct script *script,
		 const GArray *directives)
{
	g_autoptr(GArray) findings = lint_findings_new();

	lint_script(script, findings);
	for (guint i = 0; i < findings->len; i++) {
		const struct lint_finding *finding =
			&g_array_index(findings, struct lint_finding, i);

		if (!is_allowed(reader, directives, finding)) {
			g_ptr_array_add(reader->lines,
					g_strdup_printf("%s:%u:%u: %s (%s)", file, finding->line,
							finding->column, finding->text,
							lint_codes[finding->rule]));
		}
	}
}

/* Statements and directives of a file; lint's findings are reported, not returned. */
static GArray *read_file(struct reader *reader, const struct release_file *file,
			 struct script *script, struct err *err)
{
	GString *text = release_cfg_replace(reader->cfg, file->text, file->len);
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct split_mark));
	const struct split_source source = { file->name, text->str, text->len, reader->modes };
	GArray *directives = NULL;

	if (split_text(script, &source, marks, err) == 0) {
		directives = directive_parse_all(file->name, text->str, marks, err);
	}
	g_string_free(text, TRUE);
	if (directives != NULL) {
		lint(reader, file->name, script, directives);
	}
	return directives;
}

/* ---- one migration ---------------------------------------------------------------- */

static int add_check(struct reader *reader, struct migration *migration,
		     const struct directive *directive, struct err *err)
{
	g_autofree char *name = g_strdup_printf("%s:%u: check", migration->file, directive->line);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(struct directive));
	SCOPED(script) script = { 0 };
	struct release_check *check;

	if (script_parse(&script, name, directive->text, strlen(directive->text), err) < 0) {
		return -1;
	}
	if (script.nr != 1 || script.statements[0].kind != STATEMENT_QUERY) {
		return err_set(err, ERR_INVALID, "%s:%u:%u: a check is exactly one SELECT",
			       migration->file, directive->line, directive->column);
	}
	lint(reader, name, &script, none);
	migration->checks =
		g_renew(struct release_check, migration->checks, migration->nr_checks + 1);
	check = &migration->checks[migration->nr_checks++];
	check->sql = g_strdup(script.statements[0].text);
	check->expect = g_strdup(directive->value);
	check->after = directive->statement > 0;
	check->line = directive->line;
	return 0;
}

/* Everything from statement first on undoes what stands before it. */
static void part_down(struct migration *migration, size_t first)
{
	size_t nr = migration->up.nr - first;

	migration->has_down = true;
	if (nr > 0) {
		migration->down.nr = nr;
		migration->down.statements =
			g_memdup2(migration->up.statements + first, nr * sizeof(struct statement));
	}
	migration->up.nr = first;
}

static int take_directives(struct reader *reader, struct migration *migration,
			   const GArray *directives, struct err *err)
{
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);
		bool bad = migration->has_down && directive->kind != DIRECTIVE_ALLOW &&
			   directive->kind != DIRECTIVE_STRATEGY;

		if (bad) {
			return err_set(err, ERR_INVALID,
				       "%s:%u:%u: this directive cannot stand in the part that "
				       "undoes the migration",
				       migration->file, directive->line, directive->column);
		}
		if (directive->kind == DIRECTIVE_DOWN) {
			part_down(migration, directive->statement);
		} else if (directive->kind == DIRECTIVE_CHECK &&
			   add_check(reader, migration, directive, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int read_down_file(struct reader *reader, struct migration *migration,
			  const struct release_file *file, struct err *err)
{
	g_autoptr(GArray) directives = read_file(reader, file, &migration->down, err);

	if (directives == NULL) {
		return -1;
	}
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (directive->kind != DIRECTIVE_ALLOW && directive->kind != DIRECTIVE_STRATEGY) {
			return err_set(err, ERR_INVALID, "%s:%u:%u: this directive belongs into %s",
				       file->name, directive->line, directive->column,
				       migration->file);
		}
	}
	migration->has_down = true;
	return 0;
}

static bool is_skipped(const struct reader *reader, const struct migration *migration)
{
	for (guint i = 0; i < reader->cfg->skip->len; i++) {
		const char *word = reader->cfg->skip->pdata[i];

		if (strcmp(word, migration->file) == 0 || strcmp(word, migration->version) == 0) {
			return true;
		}
	}
	return false;
}

static int read_migration(struct reader *reader, struct migration *migration,
			  const struct format_entry *entry, struct err *err)
{
	const struct release_file *file = &reader->files->files[entry->up];
	g_autoptr(GArray) directives = NULL;
	g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
							   (const guchar *)file->text, file->len);

	migration->version = g_strdup(entry->version);
	migration->name = g_strdup(entry->name);
	migration->file = g_strdup(file->name);
	g_strlcpy(migration->checksum, sum, sizeof(migration->checksum));
	migration->skipped = is_skipped(reader, migration);
	if (migration->skipped) {
		return 0;
	}
	directives = read_file(reader, file, &migration->up, err);
	if (directives == NULL || take_directives(reader, migration, directives, err) < 0) {
		return -1;
	}
	if (entry->down == FORMAT_NONE) {
		return 0;
	}
	file = &reader->files->files[entry->down];
	if (migration->has_down) {
		return err_set(
			err, ERR_INVALID,
			"%s has a part that undoes it, and there is %s too; keep one of them",
			migration->file, file->name);
	}
	return read_down_file(reader, migration, file, err);
}

static void migration_release(struct migration *migration)
{
	g_free(migration->version);
	g_free(migration->name);
	g_free(migration->file);
	g_free(migration->prefixes);
	script_release(&migration->up);
	script_release(&migration->down);
	for (size_t i = 0; i < migration->nr_checks; i++) {
		g_free(migration->checks[i].sql);
		g_free(migration->checks[i].expect);
	}
	g_free(migration->checks);
}

/* ---- the release ------------------------------------------------------------------ */

static int check_cfg(const struct release_cfg *cfg, const struct release *release, struct err *err)
{
	for (guint i = 0; i < cfg->allow->len; i++) {
		if (!lint_is_code(cfg->allow->pdata[i])) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE ": lint has no code \"%s\"",
				       (const char *)cfg->allow->pdata[i]);
		}
	}
	for (guint i = 0; i < cfg->skip->len; i++) {
		const char *word = cfg->skip->pdata[i];
		bool found = false;

		for (size_t m = 0; m < release->nr && !found; m++) {
			found = strcmp(word, release->migrations[m].file) == 0 ||
				strcmp(word, release->migrations[m].version) == 0;
		}
		if (!found) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE
				       ": skip names \"%s\", which is neither a file nor a version",
				       word);
		}
	}
	return 0;
}

static int read_cfg(struct release_cfg *cfg, const struct release_files *files, struct err *err)
{
	const struct release_file *file = NULL;

	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->files[i].name, RELEASE_CFG_FILE) == 0) {
			file = &files->files[i];
		}
	}
	if (file != NULL && strlen(file->text) != file->len) {
		return err_set(err, ERR_INVALID, RELEASE_CFG_FILE ":1: a NUL byte in the file");
	}
	return release_cfg_parse(cfg, file == NULL ? NULL : file->text, err);
}

static int read_all(struct reader *reader, struct release *release, const GArray *entries,
		    struct err *err)
{
	release->migrations = g_new0(struct migration, entries->len);
	release->nr = entries->len;
	for (size_t i = 0; i < release->nr; i++) {
		const struct format_entry *entry = &g_array_index(entries, struct format_entry, i);

		if (read_migration(reader, &release->migrations[i], entry, err) < 0) {
			report(reader, err);
		}
	}
	return check_cfg(reader->cfg, release, err);
}

/* A release, or NULL with at least one line. */
static struct release *read_release(const struct release_files *files, const char *format,
				    GPtrArray *lines)
{
	struct release *release = g_atomic_rc_box_new0(struct release);
	g_autoptr(GArray) entries = format_entries_new();
	SCOPED(release_cfg) cfg = { 0 };
	struct reader reader = { .files = files, .cfg = &cfg, .lines = lines };
	struct err err = { 0 };
	int rc = read_cfg(&cfg, files, &err);

	if (rc == 0) {
		release->format = g_strdup(format_read(entries, files, &cfg, format, &err));
		rc = release->format == NULL ? -1 : 0;
	}
	if (rc == 0) {
		release->sql_mode = g_strdup(cfg.sql_mode);
		release->collation = g_strdup(cfg.collation);
		if (cfg.sql_mode != NULL) {
			reader.modes = modes_of(cfg.sql_mode, strlen(cfg.sql_mode));
		}
		rc = read_all(&reader, release, entries, &err);
	}
	if (rc < 0) {
		report(&reader, &err);
	}
	if (lines->len > 0) {
		release_unref(release);
		return NULL;
	}
	digest_release(release, files);
	for (size_t i = 0; i < release->nr; i++) {
		digest_prefixes(&release->migrations[i]);
	}
	return release;
}

struct release *release_parse(const struct release_files *files, const char *format,
			      struct err *err)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	struct release *release = read_release(files, format, lines);

	if (lines->len == 1) {
		err_set(err, ERR_INVALID, "%s", (const char *)lines->pdata[0]);
	} else if (lines->len > 1) {
		err_set(err, ERR_INVALID, "%s; and %u more, muster lint shows them all",
			(const char *)lines->pdata[0], lines->len - 1);
	}
	return release;
}

char **release_lint(const struct release_files *files, const char *format)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	release_unref(read_release(files, format, lines));
	g_ptr_array_add(lines, NULL);
	g_ptr_array_set_free_func(lines, NULL);
	return (char **)g_ptr_array_free(lines, FALSE);
}

struct release *release_ref(struct release *release)
{
	return g_atomic_rc_box_acquire(release);
}

static void release_clear(gpointer data)
{
	struct release *release = data;

	for (size_t i = 0; i < release->nr; i++) {
		migration_release(&release->migrations[i]);
	}
	g_free(release->migrations);
	g_free(release->format);
	g_free(release->sql_mode);
	g_free(release->collation);
}

void release_unref(struct release *release)
{
	if (release != NULL) {
		g_atomic_rc_box_release_full(release, release_clear);
	}
}
