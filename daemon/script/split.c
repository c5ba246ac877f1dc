/*
 * Refused beside what script.h names, because the stock client cuts it wrongly, runs it
 * itself or loses it: ; inside an executable comment, DELIMITER behind a statement on one
 * line, inside one, with a backslash or without an argument, a delimiter of letters inside a
 * longer word, the client's own words and backslash commands.
 */
#include "split.h"

#include <stdarg.h>
#include <string.h>

#include "chunk_text.h"
#include "compound.h"
#include "directive.h"
#include "kind.h"
#include "modes.h"

#define DELIMITER_MAX 15 /* the stock client keeps no more */
#define STATEMENT_MAX ((size_t)1 << 30)

struct splitter {
	const char *name;
	struct lex lex;
	char delimiter[DELIMITER_MAX + 1];
	unsigned first_modes;
	GArray *statements; /* owned */
	GArray *marks;      /* borrowed, or NULL */
	struct err *err;
	struct compound compound;
	struct kind kind;
	size_t start; /* of the statement's text, block comments in front included */
	size_t first; /* of its first word */
	bool has_code;
	bool has_text; /* a comment that is kept has begun the text */
	size_t base;   /* where the text begins behind a byte order mark */
	size_t known;  /* line and column are those of this offset */
	unsigned line;
	unsigned column;
};

void split_advance(unsigned *line, unsigned *column, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xC0) != 0x80) {
			++*column;
		}
	}
}

/* Offsets come in rising order, but for a refusal that points back. */
static void locate(struct splitter *s, size_t at)
{
	if (at < s->known) {
		s->known = s->base;
		s->line = 1;
		s->column = 1;
	}
	split_advance(&s->line, &s->column, s->lex.text + s->known, at - s->known);
	s->known = at;
}

static int refuse(struct splitter *s, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);

static int refuse(struct splitter *s, size_t at, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	locate(s, at);
	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	return err_set(s->err, ERR_INVALID, "%s:%u:%u: %s", s->name, s->line, s->column, text);
}

/* ---- statements ------------------------------------------------------------------- */

static void begin(struct splitter *s)
{
	s->has_code = false;
	s->has_text = false;
	s->kind = (struct kind){ 0 };
	compound_clear(&s->compound);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static size_t line_end(const struct splitter *s, size_t at)
{
	const char *end = memchr(s->lex.text + at, '\n', s->lex.len - at);

	return end == NULL ? s->lex.len : (size_t)(end - s->lex.text);
}

static bool at_line_start(const struct splitter *s, size_t at)
{
	while (at > 0 && is_blank(s->lex.text[at - 1])) {
		at--;
	}
	return at == s->base || s->lex.text[at - 1] == '\n' || s->lex.text[at - 1] == '\r';
}

static bool is_mark(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (text[i] == '-' || text[i] == '#' || is_blank(text[i]) || text[i] == '\r')) {
		i++;
	}
	if (len - i < 7 || g_ascii_strncasecmp(text + i, "muster", 6) != 0) {
		return false;
	}
	for (i += 6; i < len && is_blank(text[i]);) {
		i++;
	}
	return i < len && text[i] == ':';
}

static void mark(struct splitter *s, size_t at, size_t end, bool alone)
{
	struct split_mark found = { .at = at, .len = end - at };

	if (s->marks == NULL || (!is_mark(s->lex.text + at, found.len) &&
				 !directive_is_foreign(s->lex.text + at, found.len))) {
		return;
	}
	locate(s, at);
	found.line = s->line;
	found.column = s->column;
	found.statement = s->statements->len;
	found.alone = alone && at_line_start(s, at);
	g_array_append_val(s->marks, found);
}

/*
 * The client sends a comment that follows the delimiter on its line with the
 * statement before it. The offset where the statement's text ends.
 */
static size_t trailing_comment(struct splitter *s, size_t delimiter_end)
{
	const char *text = s->lex.text;
	size_t at = delimiter_end;
	size_t end;

	while (at < s->lex.len && is_blank(text[at])) {
		at++;
	}
	if (at == s->lex.len || (text[at] != '#' && !lex_is_dashes(text + at, s->lex.len - at))) {
		return delimiter_end;
	}
	end = line_end(s, at);
	mark(s, at, end, false);
	s->lex.at = end;
	return end;
}

static size_t trimmed(const char *text, size_t from, size_t end)
{
	while (end > from && g_ascii_isspace(text[end - 1])) {
		end--;
	}
	return end;
}

static int emit(struct splitter *s, size_t end)
{
	struct statement statement = { .modes = s->lex.modes };
	GString *text = g_string_new(NULL);
	size_t delimiter_end = s->lex.at;
	size_t tail;

	locate(s, s->first);
	statement.line = s->line;
	statement.column = s->column;
	tail = trailing_comment(s, delimiter_end);
	if (tail == delimiter_end) {
		end = trimmed(s->lex.text, s->start, end);
	}
	g_string_append_len(text, s->lex.text + s->start, (gssize)(end - s->start));
	g_string_append_len(text, s->lex.text + delimiter_end,
			    (gssize)(trimmed(s->lex.text, delimiter_end, tail) - delimiter_end));
	kind_apply(&s->kind, &s->lex, &statement);
	statement.len = text->len;
	statement.text = g_string_free(text, FALSE);
	g_array_append_val(s->statements, statement);
	if (statement.len > STATEMENT_MAX) {
		return refuse(s, s->first, "this statement is larger than 1 GiB, cut it in pieces");
	}
	if (statement.kind == STATEMENT_SESSION) {
		s->lex.modes =
			modes_follow(s->lex.modes, s->first_modes, statement.text, statement.len);
	}
	begin(s);
	return 0;
}

/* ---- DELIMITER and the client's commands ------------------------------------------ */

/* The first word of text[at..end), quotes around it taken off. */
static size_t delimiter_word(const struct splitter *s, size_t *at, size_t end)
{
	const char *text = s->lex.text;
	size_t from = *at;
	size_t stop;

	while (from < end && (is_blank(text[from]) || text[from] == '\r')) {
		from++;
	}
	if (from < end && strchr("'\"`", text[from]) != NULL) {
		const char *close = memchr(text + from + 1, text[from], end - from - 1);

		*at = from + 1;
		return close == NULL ? end - *at : (size_t)(close - text) - *at;
	}
	for (stop = from; stop < end && !g_ascii_isspace(text[stop]);) {
		stop++;
	}
	*at = from;
	return stop - from;
}

static int set_delimiter(struct splitter *s, const struct lex_token *token)
{
	size_t end = line_end(s, token->at);
	size_t at = token->at + token->len;
	size_t len = delimiter_word(s, &at, end);

	if (!at_line_start(s, token->at)) {
		return refuse(s, token->at,
			      "DELIMITER must stand at the start of a line; the stock client would "
			      "lose the next statement");
	}
	if (len == 0) {
		return refuse(s, token->at, "DELIMITER must be followed by the new delimiter");
	}
	if (len > DELIMITER_MAX || memchr(s->lex.text + at, '\\', len) != NULL ||
	    memchr(s->lex.text + at, '\'', len) != NULL ||
	    memchr(s->lex.text + at, '"', len) != NULL ||
	    memchr(s->lex.text + at, '`', len) != NULL) {
		return refuse(s, at,
			      "a delimiter has at most %d bytes and neither backslash nor quote",
			      DELIMITER_MAX);
	}
	memcpy(s->delimiter, s->lex.text + at, len);
	s->delimiter[len] = '\0';
	s->lex.delimiter_len = len;
	s->lex.at = end;
	begin(s);
	return 0;
}

/* A line "DELIMITER //" while a statement is open; a column may be called delimiter. */
static int delimiter_inside(struct splitter *s, const struct lex_token *token)
{
	size_t at = token->at + token->len;
	size_t len;

	if (at == s->lex.len || !is_blank(s->lex.text[at]) || !at_line_start(s, token->at)) {
		return 0;
	}
	len = delimiter_word(s, &at, line_end(s, at));
	if (len == 0 || lex_is_word_byte(s->lex.text[at]) ||
	    strchr("(,)=", s->lex.text[at]) != NULL) {
		if (len == 0 || s->lex.text[at] != '$') {
			return 0;
		}
	}
	return refuse(s, token->at,
		      "DELIMITER inside a statement; end the statement before it first");
}

static int first_word(struct splitter *s, const struct lex_token *token)
{
	static const char *const commands[] = {
		"CHARSET",  "CLEAR",  "CONNECT",          "EDIT",   "EGO",       "EXIT",
		"GO",       "HELP",   "NOPAGER",          "NOTEE",  "NOWARNING", "PAGER",
		"PRINT",    "PROMPT", "QUERY_ATTRIBUTES", "QUIT",   "REHASH",    "RESETCONNECTION",
		"SANDBOX",  "SOURCE", "STATUS",           "SYSTEM", "TEE",       "USE",
		"WARNINGS", NULL
	};

	if (lex_is_one_of(&s->lex, token, commands)) {
		return refuse(s, token->at,
			      "\"%.*s\" is a command of the mysql client, not a statement; take it "
			      "out of the migration",
			      (int)token->len, s->lex.text + token->at);
	}
	return 0;
}

/* ---- the walk --------------------------------------------------------------------- */

/* A token that belongs to the statement's code. */
static int code(struct splitter *s, const struct lex_token *token)
{
	bool opening = token->kind == LEX_VERSION_OPEN || token->kind == LEX_VERSION_CLOSE;

	if (lex_is_word(&s->lex, token, "DELIMITER")) {
		if (!s->has_code) {
			return set_delimiter(s, token);
		}
		if (delimiter_inside(s, token) < 0) {
			return -1;
		}
	}
	if (!s->has_code && token->kind == LEX_WORD && first_word(s, token) < 0) {
		return -1;
	}
	if (!s->has_code && lex_is_punct(&s->lex, token, '?')) {
		return refuse(s, token->at, "\"?\" is a command of the mysql client");
	}
	if (!s->has_code) {
		s->has_code = true;
		s->first = token->at;
		if (!s->has_text) {
			s->start = token->at;
		}
	}
	if (!opening) {
		kind_next(&s->kind, &s->lex, token);
		compound_next(&s->compound, &s->lex, token);
	}
	return s->compound.too_deep ? refuse(s, token->at, "blocks nested deeper than %d levels",
					     COMPOUND_DEPTH_MAX)
				    : 0;
}

static int delimiter(struct splitter *s, const struct lex_token *token)
{
	if (s->lex.version_depth > 0) {
		return refuse(s, token->at,
			      "a statement ends inside an executable comment /*! … */; the stock "
			      "client would send half of it");
	}
	if (!s->has_code) {
		begin(s); /* a comment, or nothing at all */
		return 0;
	}
	if (strcmp(s->delimiter, ";") == 0 && !compound_may_end(&s->compound)) {
		compound_next(&s->compound, &s->lex, token);
		return 0;
	}
	return emit(s, token->at);
}

static int comment(struct splitter *s, const struct lex_token *token)
{
	bool line = token->kind == LEX_LINE_COMMENT;

	if (line) {
		mark(s, token->at, token->at + token->len, !s->has_code);
	}
	if (s->has_text || s->has_code) {
		return 0;
	}
	if (!line) {
		s->has_text = true;
		s->start = token->at;
	}
	return 0;
}

/*
 * In front of a statement the stock client takes every -- for a comment, also without a
 * blank behind it; the server would not. The comments before it go with it.
 */
static bool client_comment(struct splitter *s, const struct lex_token *token)
{
	const char *text = s->lex.text + token->at;

	if (s->has_code || s->lex.version_depth > 0 || s->lex.len - token->at < 2 ||
	    text[0] != '-' || text[1] != '-') {
		return false;
	}
	s->lex.at = line_end(s, token->at);
	mark(s, token->at, s->lex.at, true);
	s->has_text = false;
	return true;
}

static int step(struct splitter *s, const struct lex_token *token)
{
	switch (token->kind) {
	case LEX_SPACE:
	case LEX_END:
		return 0;
	case LEX_LINE_COMMENT:
	case LEX_COMMENT:
		return comment(s, token);
	case LEX_DELIMITER:
		return delimiter(s, token);
	case LEX_CUT_WORD:
		return refuse(s, token->at,
			      "the delimiter \"%s\" stands inside a longer word; take a delimiter "
			      "without letters",
			      s->delimiter);
	case LEX_BACKSLASH:
		return refuse(s, token->at,
			      "\"%.*s\" is a command of the mysql client, not SQL; take it out of "
			      "the migration",
			      (int)token->len, s->lex.text + token->at);
	case LEX_OPEN_QUOTE:
		return refuse(s, token->at, "the quote that opens here is never closed");
	case LEX_OPEN_COMMENT:
		return refuse(s, token->at, "the comment that opens here is never closed");
	case LEX_PUNCT:
		return client_comment(s, token) ? 0 : code(s, token);
	case LEX_WORD:
	case LEX_NAME:
	case LEX_STRING:
	case LEX_VARIABLE:
	case LEX_SCHEMA:
	case LEX_VERSION_OPEN:
	case LEX_VERSION_CLOSE:
		return code(s, token);
	}
	g_assert_not_reached();
}

static int finish(struct splitter *s)
{
	if (!s->has_code) {
		return 0;
	}
	if (s->lex.version_depth > 0) {
		return refuse(s, s->first, "the comment that opens here is never closed");
	}
	if (strcmp(s->delimiter, ";") == 0 && !compound_may_end(&s->compound)) {
		return refuse(s, s->compound.begin, "the block that begins here has no END");
	}
	return emit(s, s->lex.len);
}

static int check_bytes(struct splitter *s)
{
	const char *text = s->lex.text;
	const char *nul = memchr(text, '\0', s->lex.len);
	const char *end;

	if (nul != NULL) {
		return refuse(s, (size_t)(nul - text),
			      "a NUL byte; write binary data as x'…' instead");
	}
	if (!g_utf8_validate_len(text, s->lex.len, &end)) {
		return refuse(s, (size_t)(end - text), "this is not UTF-8; convert the file");
	}
	return 0;
}

/* The byte order mark, and the line that newer mariadb-dump writes first. */
static void skip_head(struct splitter *s)
{
	static const char *const sandboxes[] = { "/*M!999999\\- enable the sandbox mode */",
						 "/*!999999\\- enable the sandbox mode */" };

	if (s->lex.len >= 3 && memcmp(s->lex.text, "\xEF\xBB\xBF", 3) == 0) {
		s->base = 3;
		s->known = 3;
		s->lex.at = 3;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(sandboxes); i++) {
		size_t len = strlen(sandboxes[i]);

		if (s->lex.len - s->base >= len &&
		    memcmp(s->lex.text + s->base, sandboxes[i], len) == 0) {
			s->lex.at += len;
			return;
		}
	}
}

static void drop_statements(GArray *statements)
{
	for (guint i = 0; i < statements->len; i++) {
		g_free(g_array_index(statements, struct statement, i).text);
	}
	g_array_free(statements, TRUE);
}

static int walk(struct splitter *s)
{
	struct lex_token token;

	if (check_bytes(s) < 0) {
		return -1;
	}
	while (lex_next(&s->lex, &token) != LEX_END) {
		if (step(s, &token) < 0) {
			return -1;
		}
	}
	return finish(s);
}

int split_text(struct script *script, const struct split_source *source, GArray *marks,
	       struct err *err)
{
	struct splitter s = {
		.name = source->name,
		.lex = { .text = source->text,
			 .len = source->len,
			 .modes = source->modes,
			 .delimiter_len = 1 },
		.delimiter = ";",
		.first_modes = source->modes,
		.marks = marks,
		.err = err,
		.line = 1,
		.column = 1,
	};

	s.lex.delimiter = s.delimiter;
	s.statements = g_array_new(FALSE, FALSE, sizeof(struct statement));
	begin(&s);
	skip_head(&s);
	if (walk(&s) < 0) {
		drop_statements(s.statements);
		return -1;
	}
	script->nr = s.statements->len;
	script->statements = (struct statement *)(void *)g_array_free(s.statements, FALSE);
	return 0;
}

int script_parse(struct script *script, const char *name, const char *text, size_t len,
		 struct err *err)
{
	const struct split_source source = { name, text, len, 0 };

	return split_text(script, &source, NULL, err);
}

void script_release(struct script *script)
{
	for (size_t i = 0; i < script->nr; i++) {
		g_free(script->statements[i].text);
		chunk_text_free(script->statements[i].chunk);
	}
	g_free(script->statements);
	*script = (struct script){ 0 };
}
