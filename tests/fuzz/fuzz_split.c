/*
 * Reaches split.c, lex.c, compound.c, kind.c, and with what they accept directive.c and lint.c.
 * The first byte chooses the modes. Whatever is accepted holds no empty statement, and
 * the statement keeps its length and lies inside the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "directive.h"
#include "err.h"
#include "lint.h"
#include "release.h"
#include "split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct script *script, size_t size)
{
	g_autoptr(GArray) findings = lint_findings_new();

	for (size_t i = 0; i < script->nr; i++) {
		const struct statement *statement = &script->statements[i];
		g_autofree char *expanded = release_expand(statement, "a`b");

		CHECK(statement->len > 0 && statement->len <= size);
		CHECK(strlen(statement->text) == statement->len);
		CHECK(statement->line > 0 && statement->column > 0);
		CHECK(statement->names_schema || strcmp(expanded, statement->text) == 0);
	}
	lint_script(script, findings);
	for (guint i = 0; i < findings->len; i++) {
		CHECK(g_array_index(findings, struct lint_finding, i).line > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct split_mark));
	SCOPED(script) script = { 0 };
	struct err err = { 0 };
	const char *text = (const char *)data + 1;
	struct split_source source = { "f", text, size - 1, 0 };

	if (size == 0) {
		return 0;
	}
	source.modes = data[0] & 3;
	if (split_text(&script, &source, marks, &err) == 0) {
		GArray *directives = directive_parse_all("f", text, marks, &err);

		check(&script, size - 1);
		if (directives != NULL) {
			g_array_free(directives, TRUE);
		}
	} else {
		CHECK(err.code == ERR_INVALID);
	}
	return 0;
}
