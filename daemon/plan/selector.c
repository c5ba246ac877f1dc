#include "selector.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define BLANKS   " \t\r\n"
#define SPECIALS ",=!()\"'"

enum key { KEY_NAME, KEY_SERVER, KEY_SCHEMA, KEY_VERSION, KEY_LABEL };

static const char *const key_names[] = {
	[KEY_NAME] = "name",
	[KEY_SERVER] = "server",
	[KEY_SCHEMA] = "schema",
	[KEY_VERSION] = "version",
};

struct word {
	char *text; /* owned */
	bool seen;  /* a tenant has had it */
};

struct term {
	enum key key;
	char *label;       /* owned; of KEY_LABEL */
	bool label_seen;   /* a tenant has had it */
	bool negated;      /* none of the words */
	bool or_label;     /* "!word": the words are keys of labels, too */
	GPtrArray *words;  /* owned; in the order written */
	GHashTable *found; /* owned; text -> struct word, both borrowed from words */
	GPtrArray *globs;  /* owned */
};

struct selector {
	GPtrArray *terms;   /* owned */
	struct term *names; /* the one term of all bare names, borrowed, or NULL */
};

struct reader {
	const char *text;
	const char *next;
};

/* What one word of the text was. */
struct token {
	char *text; /* owned */
	bool glob;
};

static void token_release(struct token *token)
{
	g_free(token->text);
	*token = (struct token){ 0 };
}

SCOPED_RELEASE(token);

static void word_free(void *data)
{
	struct word *word = data;

	g_free(word->text);
	g_free(word);
}

static void term_free(void *data)
{
	struct term *term = data;

	g_free(term->label);
	g_hash_table_unref(term->found);
	g_ptr_array_unref(term->words);
	g_ptr_array_unref(term->globs);
	g_free(term);
}

static struct term *term_new(struct selector *selector, enum key key)
{
	struct term *term = g_new0(struct term, 1);

	term->key = key;
	term->words = g_ptr_array_new_with_free_func(word_free);
	term->found = g_hash_table_new(g_str_hash, g_str_equal);
	term->globs = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(selector->terms, term);
	return term;
}

/* Empties the token. */
static void term_add(struct term *term, struct token *token)
{
	struct word *word;

	if (token->glob) {
		g_ptr_array_add(term->globs, g_steal_pointer(&token->text));
		return;
	}
	if (g_hash_table_contains(term->found, token->text)) {
		token_release(token);
		return;
	}
	word = g_new0(struct word, 1);
	word->text = g_steal_pointer(&token->text);
	g_ptr_array_add(term->words, word);
	(void)g_hash_table_insert(term->found, word->text, word);
}

static void skip_blanks(struct reader *reader)
{
	reader->next += strspn(reader->next, BLANKS);
}

static size_t bare_len(const struct reader *reader)
{
	return strcspn(reader->next, BLANKS SPECIALS);
}

static const char *letter_end(const char *letter)
{
	letter++;
	while (((unsigned char)*letter & 0xc0) == 0x80) {
		letter++;
	}
	return letter;
}

static int expected(const struct reader *reader, const char *what, struct err *err)
{
	long position = (long)(reader->next - reader->text) + 1;
	const char *end = reader->next;

	if (*end == '\0') {
		return err_set(err, ERR_INVALID,
			       "selector: position %ld: %s is expected, not the end", position,
			       what);
	}
	end = letter_end(end);
	return err_set(err, ERR_INVALID, "selector: position %ld: %s is expected, not %.*s",
		       position, what, (int)(end - reader->next), reader->next);
}

static int read_quoted(struct reader *reader, struct token *token, struct err *err)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char quote = *reader->next;
	const char *next = reader->next + 1;

	for (; *next != '\0'; next++) {
		if (*next == quote) {
			if (next[1] != quote) {
				reader->next = next + 1;
				token->text = g_string_free(g_steal_pointer(&text), FALSE);
				return 0;
			}
			next++;
		}
		(void)g_string_append_c(text, *next);
	}
	return err_set(err, ERR_INVALID, "selector: position %ld: this quote is never closed",
		       (long)(reader->next - reader->text) + 1);
}

/* Read one word and the blanks behind it; what is for the sentence. */
static int read_word(struct reader *reader, struct token *token, const char *what, struct err *err)
{
	size_t len;

	skip_blanks(reader);
	len = bare_len(reader);
	if (*reader->next == '"' || *reader->next == '\'') {
		if (read_quoted(reader, token, err) < 0) {
			return -1;
		}
	} else if (len == 0 || *reader->next == '@') {
		return expected(reader, what, err);
	} else {
		token->text = g_strndup(reader->next, len);
		token->glob = strpbrk(token->text, "*?") != NULL;
		reader->next += len;
	}
	skip_blanks(reader);
	return 0;
}

/* Step over this word, if it is what comes next. */
static bool accept_word(struct reader *reader, const char *word)
{
	if (bare_len(reader) != strlen(word) || strncmp(reader->next, word, strlen(word)) != 0) {
		return false;
	}
	reader->next += strlen(word);
	skip_blanks(reader);
	return true;
}

static bool accept(struct reader *reader, const char *sign)
{
	if (!g_str_has_prefix(reader->next, sign)) {
		return false;
	}
	reader->next += strlen(sign);
	skip_blanks(reader);
	return true;
}

static int read_list(struct reader *reader, struct term *term, struct err *err)
{
	if (!accept(reader, "(")) {
		return expected(reader, "( and a list of values", err);
	}
	do {
		SCOPED(token) token = { 0 };

		if (read_word(reader, &token, "a value", err) < 0) {
			return -1;
		}
		term_add(term, &token);
	} while (accept(reader, ","));
	return accept(reader, ")") ? 0 : expected(reader, "a comma or )", err);
}

static int read_value(struct reader *reader, struct term *term, const char *what, struct err *err)
{
	SCOPED(token) token = { 0 };

	if (read_word(reader, &token, what, err) < 0) {
		return -1;
	}
	term_add(term, &token);
	return 0;
}

static enum key key_find(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
		if (strcmp(key_names[i], word) == 0) {
			return (enum key)i;
		}
	}
	return KEY_LABEL;
}

static struct term *key_term(struct selector *selector, const struct token *token, bool negated)
{
	struct term *term = term_new(selector, key_find(token->text));

	term->negated = negated;
	if (term->key == KEY_LABEL) {
		term->label = g_strdup(token->text);
	}
	return term;
}

static int read_without(struct reader *reader, struct selector *selector, struct err *err)
{
	struct term *term = term_new(selector, KEY_NAME);

	term->negated = true;
	term->or_label = true;
	return read_value(reader, term, "a name or a key", err);
}

/* What follows a word says whether it was a key; -1 failed, 0 it was none, 1 it was. */
static int read_condition(struct reader *reader, struct selector *selector,
			  const struct token *token, struct err *err)
{
	if (accept(reader, "==") || accept(reader, "=")) {
		return read_value(reader, key_term(selector, token, false), "a value", err) < 0 ? -1
												: 1;
	}
	if (accept(reader, "!=")) {
		return read_value(reader, key_term(selector, token, true), "a value", err) < 0 ? -1
											       : 1;
	}
	if (accept_word(reader, "in")) {
		return read_list(reader, key_term(selector, token, false), err) < 0 ? -1 : 1;
	}
	if (accept_word(reader, "not")) {
		if (!accept_word(reader, "in")) {
			return expected(reader, "in", err);
		}
		return read_list(reader, key_term(selector, token, true), err) < 0 ? -1 : 1;
	}
	if (accept_word(reader, "notin")) {
		return read_list(reader, key_term(selector, token, true), err) < 0 ? -1 : 1;
	}
	return 0;
}

static int refuse_glob(const struct reader *reader, const char *start, const struct token *token,
		       struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "selector: position %ld: %.100s is not a key: * and ? stand only in values "
		       "and names",
		       (long)(start - reader->text) + 1, token->text);
}

static int read_term(struct reader *reader, struct selector *selector, struct err *err)
{
	SCOPED(token) token = { 0 };
	const char *start;
	int condition;

	skip_blanks(reader);
	start = reader->next;
	if (accept(reader, "!")) {
		return read_without(reader, selector, err);
	}
	if (read_word(reader, &token, "a name, a key or !", err) < 0) {
		return -1;
	}
	condition = read_condition(reader, selector, &token, err);
	if (condition != 0) {
		return condition > 0 && token.glob ? refuse_glob(reader, start, &token, err)
						   : MIN(condition, 0);
	}
	if (selector->names == NULL) {
		selector->names = term_new(selector, KEY_NAME);
	}
	term_add(selector->names, &token);
	return 0;
}

static int read_terms(struct reader *reader, struct selector *selector, struct err *err)
{
	do {
		if (read_term(reader, selector, err) < 0) {
			return -1;
		}
	} while (accept(reader, ","));
	return *reader->next == '\0' ? 0 : expected(reader, "a comma", err);
}

struct selector *selector_parse(const char *text, struct err *err)
{
	SCOPED_PTR(selector) selector = g_new0(struct selector, 1);
	struct reader reader = { .text = text, .next = text };

	selector->terms = g_ptr_array_new_with_free_func(term_free);
	if (text == NULL) {
		return g_steal_pointer(&selector);
	}
	if (strnlen(text, SELECTOR_TEXT_MAX + 1) > SELECTOR_TEXT_MAX) {
		(void)err_set(err, ERR_INVALID, "selector: longer than %d bytes",
			      SELECTOR_TEXT_MAX);
		return NULL;
	}
	if (!g_utf8_validate(text, -1, NULL)) {
		(void)err_set(err, ERR_INVALID, "selector: the text is not UTF-8");
		return NULL;
	}
	skip_blanks(&reader);
	if (*reader.next != '\0' && read_terms(&reader, selector, err) < 0) {
		return NULL;
	}
	return g_steal_pointer(&selector);
}

void selector_free(struct selector *selector)
{
	if (selector == NULL) {
		return;
	}
	g_ptr_array_unref(selector->terms);
	g_free(selector);
}

/* Only the last * is tried again, so that no pattern takes long. */
static bool glob_match(const char *glob, const char *text)
{
	const char *star = NULL;
	const char *again = NULL;

	while (*text != '\0') {
		if (*glob == '*') {
			star = glob++;
			again = text;
		} else if (*glob == '?') {
			glob++;
			text = letter_end(text);
		} else if (*glob == *text) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star + 1;
			again = letter_end(again);
			text = again;
		} else {
			return false;
		}
	}
	return glob[strspn(glob, "*")] == '\0';
}

static const char *label_find(const struct selector_subject *subject, const char *key)
{
	const char *value = NULL;

	if (subject->label == NULL) {
		return NULL;
	}
	if (subject->labels != NULL) {
		value = subject->label(subject->labels, key);
	}
	if (value == NULL && subject->server_labels != NULL) {
		value = subject->label(subject->server_labels, key);
	}
	return value;
}

static const char *subject_value(const struct term *term, const struct selector_subject *subject)
{
	switch (term->key) {
	case KEY_NAME:
		return subject->name;
	case KEY_SERVER:
		return subject->server;
	case KEY_SCHEMA:
		return subject->schema;
	case KEY_VERSION:
		return subject->version;
	case KEY_LABEL:
		return label_find(subject, term->label);
	}
	abort(); /* no default above, so -Wswitch-enum names a key we forget */
}

static bool has_word(struct term *term, const char *value)
{
	struct word *word = g_hash_table_lookup(term->found, value);
	bool found = word != NULL;

	if (found) {
		word->seen = true;
	}
	for (guint i = 0; i < term->globs->len && !found; i++) {
		found = glob_match(g_ptr_array_index(term->globs, i), value);
	}
	return found;
}

/* Every word is looked up, so that each is known to exist or not. */
static bool has_label(struct term *term, const struct selector_subject *subject)
{
	bool found = false;

	for (guint i = 0; i < term->words->len; i++) {
		struct word *word = g_ptr_array_index(term->words, i);

		if (label_find(subject, word->text) != NULL) {
			word->seen = true;
			found = true;
		}
	}
	return found;
}

static bool term_match(struct term *term, const struct selector_subject *subject)
{
	const char *value = subject_value(term, subject);
	bool found;

	if (value != NULL) {
		term->label_seen = true;
		found = has_word(term, value);
	} else {
		found = term->key == KEY_VERSION && g_hash_table_contains(term->found, "");
	}
	if (term->or_label && has_label(term, subject)) {
		found = true;
	}
	return found != term->negated;
}

bool selector_match(struct selector *selector, const struct selector_subject *subject)
{
	bool all = true;

	for (guint i = 0; i < selector->terms->len; i++) { /* all of them: they remember */
		if (!term_match(g_ptr_array_index(selector->terms, i), subject)) {
			all = false;
		}
	}
	return all;
}

const char *selector_unmatched(const struct selector *selector)
{
	for (guint i = 0; i < selector->terms->len; i++) {
		const struct term *term = g_ptr_array_index(selector->terms, i);

		for (guint w = 0; w < term->words->len && term->key == KEY_NAME; w++) {
			const struct word *word = g_ptr_array_index(term->words, w);

			if (!word->seen) {
				return word->text;
			}
		}
	}
	return NULL;
}

const char *selector_unknown_label(const struct selector *selector)
{
	for (guint i = 0; i < selector->terms->len; i++) {
		const struct term *term = g_ptr_array_index(selector->terms, i);

		if (term->key == KEY_LABEL && !term->label_seen) {
			return term->label;
		}
	}
	return NULL;
}

bool selector_is_all(const struct selector *selector)
{
	const struct term *names = selector->names;

	if (selector->terms->len == 0) {
		return true;
	}
	return selector->terms->len == 1 && names != NULL && names->words->len == 0 &&
	       names->globs->len == 1 && strcmp(g_ptr_array_index(names->globs, 0), "*") == 0;
}

bool selector_is_reserved(const char *key)
{
	return key_find(key) != KEY_LABEL;
}
