#include "directive.h"

#include <stdbool.h>
#include <string.h>

#include "chunk_text.h"
#include "lint.h"
#include "release.h"
#include "states.h"

#define WORDS_MAX 8

struct word {
	char *key;   /* owned; before "=", or NULL */
	char *value; /* owned; quotes taken off */
	bool quoted;
};

struct words {
	struct word words[WORDS_MAX];
	size_t nr;
};

static void words_release(struct words *words)
{
	for (size_t i = 0; i < words->nr; i++) {
		g_free(words->words[i].key);
		g_free(words->words[i].value);
	}
	*words = (struct words){ 0 };
}

SCOPED_RELEASE(words);

/* Where a message points, and what it calls the thing. */
struct place {
	const char *name;
	const struct split_mark *mark;
	struct err *err;
};

static int refuse(const struct place *place, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int refuse(const struct place *place, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	return err_set(place->err, ERR_INVALID, "%s:%u:%u: %s", place->name, place->mark->line,
		       place->mark->column, text);
}

/* ---- words ------------------------------------------------------------------------ */

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* From an opening quote to its close; a backslash keeps the next byte. NULL: no close. */
static const char *quoted(const char *at, GString *out)
{
	char quote = *at++;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && (at[1] == quote || at[1] == '\\')) {
			at++;
		} else if (*at == quote) {
			return at + 1;
		}
		g_string_append_c(out, *at);
	}
	return NULL;
}

static const char *next_word(const char *at, struct word *word)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *key = at;
	size_t key_len = strspn(at, "abcdefghijklmnopqrstuvwxyz_");

	if (key_len > 0 && at[key_len] == '=') {
		at += key_len + 1;
	} else {
		key_len = 0;
	}
	word->quoted = *at == '"' || *at == '\'';
	if (word->quoted) {
		at = quoted(at, value);
	} else {
		for (; *at != '\0' && !is_blank(*at); at++) {
			g_string_append_c(value, *at);
		}
	}
	word->key = key_len > 0 ? g_strndup(key, key_len) : NULL;
	word->value = g_strdup(value->str);
	return at;
}

static int cut_words(struct words *words, const char *text, const struct place *place)
{
	for (const char *at = text; *at != '\0';) {
		if (is_blank(*at)) {
			at++;
			continue;
		}
		if (words->nr == WORDS_MAX) {
			return refuse(place, "too many words in this directive");
		}
		at = next_word(at, &words->words[words->nr++]);
		if (at == NULL) {
			return refuse(place, "a quote in this directive is never closed");
		}
		if (*at != '\0' && !is_blank(*at)) {
			return refuse(place, "a blank is missing behind a quote in this directive");
		}
	}
	return 0;
}

static const char *value_of(const struct words *words, const char *key)
{
	for (size_t i = 0; i < words->nr; i++) {
		if (words->words[i].key != NULL && strcmp(words->words[i].key, key) == 0) {
			return words->words[i].value;
		}
	}
	return NULL;
}

/* ---- one function per directive --------------------------------------------------- */

static int read_check(struct directive *directive, const struct words *words,
		      const struct place *place)
{
	const char *expect = value_of(words, "expect");
	bool bare;

	if (words->nr != 3 || words->words[1].key != NULL || !words->words[1].quoted ||
	    words->words[2].key == NULL || expect == NULL) {
		return refuse(place, "a check is written: -- muster: check \"SELECT …\" "
				     "expect=empty, or expect=VALUE");
	}
	bare = !words->words[2].quoted;
	directive->kind = DIRECTIVE_CHECK;
	directive->text = g_strdup(words->words[1].value);
	directive->value = bare && strcmp(expect, "empty") == 0 ? NULL : g_strdup(expect);
	return 0;
}

static int read_allow(struct directive *directive, const struct words *words,
		      const struct place *place)
{
	const char *code = words->words[0].value;
	const char *reason = value_of(words, "reason");

	if (words->nr != 2 || reason == NULL || *reason == '\0') {
		return refuse(place, "an exception is written: -- muster: allow=CODE "
				     "reason=\"why this is right\"");
	}
	if (!lint_is_code(code)) {
		return refuse(place, "lint has no code \"%s\"", code);
	}
	directive->kind = DIRECTIVE_ALLOW;
	directive->text = g_strdup(code);
	directive->value = g_strdup(reason);
	return 0;
}

static int read_strategy(struct directive *directive, const struct words *words,
			 const struct place *place)
{
	const char *strategy = words->words[0].value;

	if (words->nr != 1) {
		return refuse(place, "strategy=%s stands alone on its line", strategy);
	}
	if (strcmp(strategy, "auto") != 0 && strcmp(strategy, "direct") != 0 &&
	    strcmp(strategy, "cold") != 0) {
		return refuse(place,
			      "this version of muster has no strategy \"%s\"; use auto, direct or "
			      "cold",
			      strategy);
	}
	directive->kind = DIRECTIVE_STRATEGY;
	directive->text = g_strdup(strategy);
	return 0;
}

static int read_readonly(struct directive *directive, const struct words *words,
			 const struct place *place)
{
	if (words->nr != 1 || strcmp(words->words[0].value, "on") != 0) {
		return refuse(place, "a file that needs its tenant closed for writes says: "
				     "-- muster: readonly=on");
	}
	directive->kind = DIRECTIVE_READONLY;
	return 0;
}

static int read_phase(struct directive *directive, const struct words *words,
		      const struct place *place)
{
	const char *phase = words->words[0].value;

	if (words->nr != 1 || states_find(release_phase_names, PHASE_NR, phase) < 0) {
		return refuse(place, "the phase of a file is written: -- muster: phase=expand, "
				     "phase=backfill or phase=contract");
	}
	directive->kind = DIRECTIVE_PHASE;
	directive->text = g_strdup(phase);
	return 0;
}

static int read_rows(struct directive *directive, const char *text, const struct place *place)
{
	guint64 rows = 0;

	if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, CHUNK_ROWS_MAX, &rows, NULL)) {
		return refuse(place, "rows=%s: a chunk has 1 to %d rows", text, CHUNK_ROWS_MAX);
	}
	directive->rows = (int64_t)rows;
	return 0;
}

static int read_chunk(struct directive *directive, const struct words *words,
		      const struct place *place)
{
	static const char *const keys[] = { "table", "key", "rows", NULL };
	const char *table = value_of(words, "table");
	const char *key = value_of(words, "key");

	for (size_t i = 1; i < words->nr; i++) {
		const struct word *word = &words->words[i];

		if (word->key == NULL || !g_strv_contains(keys, word->key)) {
			return refuse(place,
				      "\"%s\" is no word of a chunk directive, which is "
				      "written: -- muster: chunk table=NAME [key=INDEX] "
				      "[rows=N]",
				      word->key != NULL ? word->key : word->value);
		}
	}
	if (table == NULL || *table == '\0' || (key != NULL && *key == '\0')) {
		return refuse(place, "a chunk directive is written: -- muster: chunk table=NAME "
				     "[key=INDEX] [rows=N]");
	}
	if (read_rows(directive, value_of(words, "rows"), place) < 0) {
		return -1;
	}
	directive->kind = DIRECTIVE_CHUNK;
	directive->text = g_strdup(table);
	directive->value = g_strdup(key);
	return 0;
}

static int read_down(struct directive *directive, const struct words *words,
		     const struct place *place)
{
	if (words->nr != 1) {
		return refuse(place, "\"down\" stands alone on its line");
	}
	directive->kind = DIRECTIVE_DOWN;
	return 0;
}

typedef int directive_read_fn(struct directive *directive, const struct words *words,
			      const struct place *place);

/* clang-format off */
static const struct {
	const char *word;
	bool key;		 /* written word=value */
	directive_read_fn *read; /* NULL: refused with the sentence */
	const char *refusal;
} directives[] = {
	{ "check",    false, read_check,    NULL },
	{ "allow",    true,  read_allow,    NULL },
	{ "strategy", true,  read_strategy, NULL },
	{ "down",     false, read_down,     NULL },
	{ "chunk",    false, read_chunk,    NULL },
	{ "mirror",   false, NULL, "this version of muster has no strategy \"mirror\"; write the "
				   "triggers and the copying as statements" },
	{ "unmirror", false, NULL, "this version of muster has no strategy \"mirror\"; drop the "
				   "triggers by statements" },
	{ "phase",    true,  read_phase,    NULL },
	{ "readonly", true,  read_readonly, NULL },
};

/* clang-format on */

static int read_words(struct directive *directive, const struct words *words,
		      const struct place *place)
{
	const struct word *first = &words->words[0];
	const char *word = first->key != NULL ? first->key : first->value;

	for (size_t i = 0; i < G_N_ELEMENTS(directives); i++) {
		if (strcmp(directives[i].word, word) != 0 ||
		    directives[i].key != (first->key != NULL)) {
			continue;
		}
		return directives[i].read != NULL ? directives[i].read(directive, words, place)
						  : refuse(place, "%s", directives[i].refusal);
	}
	return refuse(place,
		      "unknown directive \"%s\"; this version knows check, allow=, strategy=, "
		      "chunk, phase=, readonly= and down",
		      word);
}

/* clang-format off */
static const struct {
	const char *tool; const char *part; enum directive_kind kind;
} foreign[] = {
	{ "+goose",   " up",   DIRECTIVE_UP },
	{ "+goose",   " down", DIRECTIVE_DOWN },
	{ "+migrate", " up",   DIRECTIVE_UP },
	{ "+migrate", " down", DIRECTIVE_DOWN },
	{ "migrate",  ":up",   DIRECTIVE_UP },
	{ "migrate",  ":down", DIRECTIVE_DOWN },
};

/* clang-format on */

/* Does the comment part a file in the way of another tool? */
static bool find_foreign(const char *comment, size_t len, enum directive_kind *kind)
{
	while (len > 0 && (*comment == '-' || is_blank(*comment))) {
		comment++;
		len--;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++) {
		size_t tool = strlen(foreign[i].tool);
		size_t all = tool + strlen(foreign[i].part);

		if (len >= all && g_ascii_strncasecmp(comment, foreign[i].tool, tool) == 0 &&
		    g_ascii_strncasecmp(comment + tool, foreign[i].part, all - tool) == 0 &&
		    (len == all || is_blank(comment[all]))) {
			*kind = foreign[i].kind;
			return true;
		}
	}
	return false;
}

bool directive_is_foreign(const char *comment, size_t len)
{
	enum directive_kind kind;

	return find_foreign(comment, len, &kind);
}

int directive_parse(struct directive *directive, const char *name, const char *text,
		    const struct split_mark *mark, struct err *err)
{
	static const char prefix[] = "-- muster:";
	const struct place place = { name, mark, err };
	g_autofree char *line = g_strndup(text + mark->at, mark->len);
	SCOPED(words) words = { 0 };
	SCOPED(directive) parsed = { 0 };

	parsed.statement = mark->statement;
	parsed.line = mark->line;
	parsed.column = mark->column;
	if (mark->alone && find_foreign(line, mark->len, &parsed.kind)) {
		*directive = parsed;
		return 0;
	}
	if (!g_str_has_prefix(line, prefix) && mark->alone) {
		return refuse(&place, "a directive begins with \"%s\", exactly so", prefix);
	}
	if (!mark->alone) {
		return refuse(&place, "a directive stands on a line of its own, in front of a "
				      "statement; end the statement before it first");
	}
	if (cut_words(&words, line + strlen(prefix), &place) < 0) {
		return -1;
	}
	if (words.nr == 0) {
		return refuse(&place, "an empty directive");
	}
	if (read_words(&parsed, &words, &place) < 0) {
		return -1;
	}
	*directive = parsed;
	parsed = (struct directive){ 0 };
	return 0;
}

static bool is_cold(const struct directive *directive)
{
	return directive->kind == DIRECTIVE_STRATEGY && strcmp(directive->text, "cold") == 0;
}

bool directive_is_closing(const struct directive *directive)
{
	return directive->kind == DIRECTIVE_READONLY || is_cold(directive);
}

bool directive_is_for_down(const struct directive *directive)
{
	return directive->kind == DIRECTIVE_ALLOW ||
	       (directive->kind == DIRECTIVE_STRATEGY && !is_cold(directive));
}

void directive_release(struct directive *directive)
{
	g_free(directive->text);
	g_free(directive->value);
	*directive = (struct directive){ 0 };
}

static void clear(gpointer data)
{
	directive_release(data);
}

static char *way_of(const struct directive *directive)
{
	return directive->kind == DIRECTIVE_CHUNK ? g_strdup("chunk")
						  : g_strdup_printf("strategy=%s", directive->text);
}

/* A statement that runs by ranges may be closed for writes, too. */
static bool contradicts(const struct directive *a, const struct directive *b)
{
	if (a->kind == DIRECTIVE_CHUNK && b->kind == DIRECTIVE_STRATEGY) {
		return g_strcmp0(b->text, "direct") == 0;
	}
	if (a->kind == DIRECTIVE_STRATEGY && b->kind == DIRECTIVE_CHUNK) {
		return contradicts(b, a);
	}
	if (a->kind == DIRECTIVE_STRATEGY && b->kind == DIRECTIVE_STRATEGY) {
		return g_strcmp0(a->text, b->text) != 0;
	}
	return a->kind == DIRECTIVE_CHUNK && b->kind == DIRECTIVE_CHUNK;
}

/* One statement is applied in one way: against those that stand before this one. */
static int check_strategy(const char *name, const GArray *all, const struct directive *own,
			  struct err *err)
{
	for (guint i = 0; i < all->len; i++) {
		const struct directive *other = &g_array_index(all, struct directive, i);
		g_autofree char *way = NULL;
		g_autofree char *other_way = NULL;

		if (other->statement != own->statement || !contradicts(own, other)) {
			continue;
		}
		way = way_of(own);
		other_way = way_of(other);
		return err_set(err, ERR_INVALID,
			       "%s:%u:%u: %s contradicts %s of line %u, which is for the same "
			       "statement",
			       name, own->line, own->column, way, other_way, other->line);
	}
	return 0;
}

GArray *directive_parse_all(const char *name, const char *text, const GArray *marks,
			    struct err *err)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct directive));

	g_array_set_clear_func(all, clear);
	for (guint i = 0; i < marks->len; i++) {
		struct directive directive = { 0 };

		if (directive_parse(&directive, name, text,
				    &g_array_index(marks, struct split_mark, i), err) < 0 ||
		    check_strategy(name, all, &directive, err) < 0) {
			directive_release(&directive);
			g_array_free(all, TRUE);
			return NULL;
		}
		g_array_append_val(all, directive);
	}
	return all;
}
