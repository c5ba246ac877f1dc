#include "release_chunk.h"

#include "chunk_text.h"
#include "directive.h"
#include "lint_walk.h"
#include "release.h"
#include "split.h"

/* What is wrong at an offset of a statement's text. */
static int at_offset(const struct migration *migration, const struct statement *statement,
		     size_t at, struct err *err)
{
	size_t first = lint_first_word(statement);
	unsigned line = statement->line;
	unsigned column = statement->column;
	struct err why = *err;

	if (at > first) {
		split_advance(&line, &column, statement->text + first, at - first);
	}
	return err_set(err, ERR_INVALID, "%s:%u:%u: %s", migration->file, line, column, why.msg);
}

static int take_chunk(struct migration *migration, const struct directive *directive,
		      struct err *err)
{
	const struct chunk_order order = { directive->text, directive->value, directive->rows };
	struct statement *statement;
	size_t at;

	if (directive->statement >= migration->up.nr) {
		return err_set(err, ERR_INVALID,
			       "%s:%u:%u: no statement stands behind this chunk directive",
			       migration->file, directive->line, directive->column);
	}
	statement = &migration->up.statements[directive->statement];
	if (chunk_text_read(statement, &order, &at, err) < 0) {
		return at_offset(migration, statement, at, err);
	}
	return 0;
}

/* No server knows the word: it would be a syntax error there. */
static int check_marks(const struct migration *migration, struct err *err)
{
	for (size_t i = 0; i < migration->up.nr; i++) {
		const struct statement *statement = &migration->up.statements[i];
		size_t at;

		if (statement->kind == STATEMENT_DML && statement->chunk == NULL &&
		    chunk_text_has(statement, &at)) {
			(void)err_set(err, ERR_INVALID,
				      ":chunk needs a directive on the line in front of its "
				      "statement: -- muster: chunk table=NAME");
			return at_offset(migration, statement, at, err);
		}
	}
	return 0;
}

int release_chunk_set(struct migration *migration, const GArray *directives, struct err *err)
{
	for (guint i = 0; i < directives->len; i++) {
		const struct directive *directive = &g_array_index(directives, struct directive, i);

		if (directive->kind == DIRECTIVE_CHUNK &&
		    take_chunk(migration, directive, err) < 0) {
			return -1;
		}
	}
	return check_marks(migration, err);
}
