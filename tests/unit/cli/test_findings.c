#include "golden.h"

static void people_read_them_as_reviewed(void **state)
{
	const struct style plain = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	SCOPED(lint_report) report = { 0 };
	struct wire_list findings = { 0 };

	(void)state;
	golden_report(&report, &findings);
	findings_print(out, &findings, &report, &plain);
	golden_is("lint", "human.txt", out->str);
	wire_list_release(&finding_type, &findings);
}

static void programs_read_every_field(void **state)
{
	struct wire_list findings = { 0 };
	struct wire_list back = { 0 };
	SCOPED(lint_report) report = { 0 };
	g_autofree char *json = NULL;
	const struct finding *first;
	struct err err = { 0 };

	(void)state;
	golden_report(&report, &findings);
	json = wire_encode_list(&finding_type, &findings);
	assert_int_equal(wire_decode_list(&finding_type, &back, json, strlen(json), &err), 0);
	assert_int_equal(back.nr, report.findings->len);
	first = (const struct finding *)back.items + 1;
	assert_string_equal(first->code, "MU107");
	assert_string_equal(first->name, "narrower");
	assert_string_equal(first->level, "warning");
	assert_string_equal(first->file, "migrations/0002_tighter.sql");
	assert_int_equal(first->line, 2);
	assert_int_equal(first->column, 9);
	assert_string_equal(first->help, lint_rules[LINT_NARROWER].help);
	wire_list_release(&finding_type, &findings);
	wire_list_release(&finding_type, &back);
}

static void a_folder_without_findings_is_said_to_be_clean(void **state)
{
	const struct style plain = { 0 };
	g_autoptr(GString) out = g_string_new(NULL);
	struct lint_report report = { .findings = lint_findings_new(),
				      .migrations = 1,
				      .statements = 2,
				      .allowed = 3 };
	struct wire_list findings = { 0 };

	(void)state;
	findings_print(out, &findings, &report, &plain);
	assert_string_equal(out->str, "no findings, 3 let pass: 1 migration, 2 statements\n");
	lint_report_release(&report);
}

static void a_line_names_what_is_known_of_the_place(void **state)
{
	char code[] = "MU001";
	char file[] = "m/release.cfg";
	char message[] = "no";
	struct finding finding = { .code = code, .file = file, .message = message };
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	findings_line(out, &finding);
	assert_string_equal(out->str, "m/release.cfg: no (MU001)");
	g_string_truncate(out, 0);
	finding.line = 3;
	findings_line(out, &finding);
	assert_string_equal(out->str, "m/release.cfg:3: no (MU001)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_them_as_reviewed),
		cmocka_unit_test(programs_read_every_field),
		cmocka_unit_test(a_folder_without_findings_is_said_to_be_clean),
		cmocka_unit_test(a_line_names_what_is_known_of_the_place),
	};

	return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
