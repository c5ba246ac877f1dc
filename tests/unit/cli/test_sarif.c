#include "golden.h"
#include "sarif.h"

/* One rule and one result in a line, and no version that changes with every release. */
static char *readable(const char *sarif)
{
	GString *text = g_string_new(sarif);

	g_string_replace(text, "\"version\":\"" MUSTER_VERSION "\"", "\"version\":\"X\"", 1);
	g_string_replace(text, "},{", "},\n{", 0);
	g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

static void code_hosts_read_it_as_reviewed(void **state)
{
	SCOPED(lint_report) report = { 0 };
	struct wire_list findings = { 0 };
	g_autofree char *sarif = NULL;
	g_autofree char *text = NULL;

	(void)state;
	golden_report(&report, &findings);
	sarif = sarif_format(&findings);
	text = readable(sarif);
	golden_is("lint", "sarif.json", text);
	wire_list_release(&finding_type, &findings);
}

static void a_place_is_a_uri(void **state)
{
	static const struct {
		const char *file;
		const char *uri;
	} rows[] = {
		{ "migrations/1_a.sql", "\"uri\":\"migrations/1_a.sql\"" },
		{ "./migrations/1_a.sql", "\"uri\":\"migrations/1_a.sql\"" },
		{ "/srv/a b/1_%.sql", "\"uri\":\"file:///srv/a%20b/1_%25.sql\"" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct wire_list findings = { 0 };
		struct finding *finding = wire_list_add(&finding_type, &findings);
		g_autofree char *sarif = NULL;

		finding->code = g_strdup("MU001");
		finding->level = g_strdup("error");
		finding->file = g_strdup(rows[i].file);
		finding->message = g_strdup("no");
		sarif = sarif_format(&findings);
		assert_non_null(strstr(sarif, rows[i].uri));
		assert_non_null(strstr(sarif, "\"startLine\":1,\"startColumn\":1"));
		wire_list_release(&finding_type, &findings);
	}
}

static void nothing_found_is_a_document_too(void **state)
{
	const struct wire_list none = { 0 };
	g_autofree char *sarif = sarif_format(&none);

	(void)state;
	assert_true(g_str_has_suffix(sarif, "\"results\":[]}]}"));
	assert_null(strstr(sarif, ":null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_hosts_read_it_as_reviewed),
		cmocka_unit_test(a_place_is_a_uri),
		cmocka_unit_test(nothing_found_is_a_document_too),
	};

	return cmocka_run_group_tests_name("sarif", tests, NULL, NULL);
}
