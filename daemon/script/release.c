#include "release.h"

#include <string.h>

#include <glib.h>

#include "directive.h"
#include "format.h"
#include "lint.h"
#include "modes.h"
#include "release_cfg.h"
#include "release_chunk.h"
#include "release_phase.h"
#include "release_read.h"
#include "split.h"

/* What one reading of a folder carries along. */
struct reader {
	struct release_reading *reading;
	const struct release_files *files;
	const struct release_cfg *cfg;
	unsigned modes;
	size_t migration;
	enum lint_rule_id refused; /* the rule of the error that is on its way */
};

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

/* ---- one file --------------------------------------------------------------------- */

/* ":12" -> 12 and what stands behind; 0: something else is here. */
static unsigned take_number(const char **at)
{
	unsigned number = 0;

	if (**at != ':' || !g_ascii_isdigit((*at)[1])) {
		return 0;
	}
	for (++*at; g_ascii_isdigit(**at); ++*at) {
		number = number * 10 + (unsigned)(**at - '0');
	}
	return number;
}

/* "file:12:3: sentence" -> its parts; what has no place belongs to the folder. */
static void place(struct lint_finding *finding, const struct reader *reader, const char *message)
{
	for (size_t i = 0; i < reader->files->nr; i++) {
		const char *name = reader->files->files[i].name;
		const char *at = message + strlen(name);

		if (g_str_has_prefix(message, name) && *at == ':') {
			finding->file = g_strdup(name);
			finding->line = take_number(&at);
			finding->column = take_number(&at);
			finding->text = g_strdup(g_str_has_prefix(at, ": ") ? at + 2 : at);
			return;
		}
	}
	finding->text = g_strdup(message);
}

static void report(struct reader *reader, const struct err *err)
{
	struct lint_finding finding = {
		.rule = reader->refused,
		.migration = reader->migration,
		.statement = LINT_WHOLE_FILE,
	};

	place(&finding, reader, err->msg);
	g_array_append_val(reader->reading->findings, finding);
}

bool release_allows(struct release_reading *reading, const GArray *directives,
		    enum lint_rule_id rule, size_t statement)
{
	const char *code = lint_rules[rule].code;

	for (guint i = 0; i < directives->len; i++) {
		struct directive *directive = &g_array_index(directives, struct directive, i);

		if (directive->kind == DIRECTIVE_ALLOW && strcmp(directive->text, code) == 0 &&
		    (statement == LINT_WHOLE_FILE || directive->statement == statement)) {
			g_hash_table_add(reading->used, directive);
			return true;
		}
	}
	for (guint i = 0; i < reading->cfg.allow->len; i++) {
		if (strcmp(reading->cfg.allow->pdata[i], code) == 0) {
			return true;
		}
	}
	return false;
}

/* What leaves the tenant. check: the line of the directive that holds the script, or 0. */
static void lint(struct reader *reader, const char *file, const struct script *script,
		 const GArray *directives, unsigned check)
{
	g_autoptr(GArray) findings = lint_findings_new();

	lint_script(script, findings);
	for (guint i = 0; i < findings->len; i++) {
		struct lint_finding *finding = &g_array_index(findings, struct lint_finding, i);

		if (release_allows(reader->reading, directives, finding->rule,
				   finding->statement)) {
			reader->reading->allowed++;
			continue;
		}
		finding->file = g_strdup(file);
		finding->migration = reader->migration;
		if (check > 0) {
			char *text = g_strdup_printf("in this check: %s", finding->text);

			g_free(finding->text);
			finding->text = text;
			finding->line = check;
			finding->column = 1;
		}
		g_array_append_val(reader->reading->findings, *finding);
		*finding = (struct lint_finding){ 0 };
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

	reader->refused = LINT_TEXT;
	if (split_text(script, &source, marks, err) == 0) {
		reader->refused = LINT_DIRECTIVE;
		directives = directive_parse_all(file->name, text->str, marks, err);
	}
	g_string_free(text, TRUE);
	if (directives != NULL) {
		lint(reader, file->name, script, directives, 0);
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
	lint(reader, migration->file, &script, none, directive->line);
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

/* One that names a strategy other than auto is for the statement behind it. */
static void take_strategy(struct migration *migration, const struct directive *directive)
{
	if (directive->statement < migration->up.nr && strcmp(directive->text, "auto") != 0) {
		migration->up.statements[directive->statement].as_written = true;
	}
}

static int take_directives(struct reader *reader, struct migration *migration,
			   const GArray *directives, struct err *err)
{
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (migration->has_down && !directive_is_for_down(directive)) {
			return err_set(err, ERR_INVALID,
				       "%s:%u:%u: this directive cannot stand in the part that "
				       "undoes the migration",
				       migration->file, directive->line, directive->column);
		}
		migration->readonly = migration->readonly || directive_is_closing(directive);
		if (directive->kind == DIRECTIVE_DOWN) {
			part_down(migration, directive->statement);
		} else if (directive->kind == DIRECTIVE_STRATEGY) {
			take_strategy(migration, directive);
		} else if (directive->kind == DIRECTIVE_CHECK &&
			   add_check(reader, migration, directive, err) < 0) {
			return -1;
		}
	}
	return release_chunk_set(migration, directives, err);
}

static int read_down_file(struct reader *reader, struct migration *migration,
			  const struct release_file *file, struct err *err)
{
	GArray *directives = read_file(reader, file, &migration->down, err);

	reader->reading->down->pdata[reader->migration] = directives;
	if (directives == NULL) {
		return -1;
	}
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (!directive_is_for_down(directive)) {
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
	GArray *directives;
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
	reader->reading->directives->pdata[reader->migration] = directives;
	if (directives == NULL || take_directives(reader, migration, directives, err) < 0) {
		return -1;
	}
	if (entry->down == FORMAT_NONE) {
		return 0;
	}
	file = &reader->files->files[entry->down];
	reader->refused = LINT_FOLDER;
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

/* Of the migration that was read last. */
static int set_phase(struct reader *reader, struct err *err)
{
	const struct release_reading *reading = reader->reading;

	reader->refused = LINT_DIRECTIVE;
	return release_phase_set(reading->release, reader->migration,
				 reading->directives->pdata[reader->migration], err);
}

static int read_all(struct reader *reader, const GArray *entries, struct err *err)
{
	struct release_reading *reading = reader->reading;
	struct release *release = reading->release;

	release->migrations = g_new0(struct migration, entries->len);
	release->nr = entries->len;
	reading->readable = g_new0(bool, entries->len);
	g_ptr_array_set_size(reading->directives, (gint)entries->len);
	g_ptr_array_set_size(reading->down, (gint)entries->len);
	for (size_t i = 0; i < release->nr; i++) {
		const struct format_entry *entry = &g_array_index(entries, struct format_entry, i);

		reader->migration = i;
		reading->readable[i] =
			read_migration(reader, &release->migrations[i], entry, err) == 0 &&
			set_phase(reader, err) == 0;
		if (!reading->readable[i]) {
			report(reader, err);
		}
	}
	reader->migration = 0;
	reader->refused = LINT_FOLDER;
	return check_cfg(reader->cfg, release, err);
}

static void free_directives(gpointer directives)
{
	if (directives != NULL) {
		g_array_unref(directives);
	}
}

static void begin(struct release_reading *reading)
{
	*reading = (struct release_reading){
		.release = g_atomic_rc_box_new0(struct release),
		.directives = g_ptr_array_new_with_free_func(free_directives),
		.down = g_ptr_array_new_with_free_func(free_directives),
		.findings = lint_findings_new(),
		.used = g_hash_table_new(g_direct_hash, g_direct_equal),
	};
}

void release_read(struct release_reading *reading, const struct release_files *files,
		  const char *format)
{
	g_autoptr(GArray) entries = format_entries_new();
	struct reader reader = { .reading = reading, .files = files, .cfg = &reading->cfg };
	struct release *release;
	struct err err = { 0 };
	int rc;

	begin(reading);
	release = reading->release;
	reader.refused = LINT_FOLDER;
	rc = read_cfg(&reading->cfg, files, &err);
	if (rc == 0) {
		release->format =
			g_strdup(format_read(entries, files, &reading->cfg, format, &err));
		rc = release->format == NULL ? -1 : 0;
	}
	if (rc == 0) {
		release->sql_mode = g_strdup(reading->cfg.sql_mode);
		release->collation = g_strdup(reading->cfg.collation);
		if (release->sql_mode != NULL) {
			reader.modes = modes_of(release->sql_mode, strlen(release->sql_mode));
		}
		rc = read_all(&reader, entries, &err);
	}
	if (rc < 0) {
		report(&reader, &err);
	}
}

void release_reading_release(struct release_reading *reading)
{
	if (reading->release == NULL) {
		return; /* never begun */
	}
	release_unref(reading->release);
	release_cfg_release(&reading->cfg);
	g_free(reading->readable);
	g_ptr_array_unref(reading->directives);
	g_ptr_array_unref(reading->down);
	g_array_unref(reading->findings);
	g_hash_table_unref(reading->used);
	*reading = (struct release_reading){ 0 };
}

/* "file:line:column: sentence (code)" */
static void say(struct err *err, const GArray *findings)
{
	const struct lint_finding *first = &g_array_index(findings, struct lint_finding, 0);
	g_autoptr(GString) text = g_string_new(NULL);

	if (first->file != NULL) {
		g_string_append_printf(text, "%s:", first->file);
	}
	if (first->line > 0) {
		g_string_append_printf(text, "%u:", first->line);
	}
	if (first->column > 0) {
		g_string_append_printf(text, "%u:", first->column);
	}
	g_string_append_printf(text, "%s%s (%s)", text->len > 0 ? " " : "", first->text,
			       lint_rules[first->rule].code);
	if (findings->len > 1) {
		g_string_append_printf(text, "; and %u more, muster lint shows them all",
				       findings->len - 1);
	}
	err_set(err, ERR_INVALID, "%s", text->str);
}

struct release *release_parse(const struct release_files *files, const char *format,
			      struct err *err)
{
	SCOPED(release_reading) reading = { 0 };

	release_read(&reading, files, format);
	if (reading.findings->len > 0) {
		say(err, reading.findings);
		return NULL;
	}
	digest_release(reading.release, files);
	for (size_t i = 0; i < reading.release->nr; i++) {
		digest_prefixes(&reading.release->migrations[i]);
	}
	return release_ref(reading.release);
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
