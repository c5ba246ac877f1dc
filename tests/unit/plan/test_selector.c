#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "selector.h"

/* Labels as the callback sees them: "key=value" texts, NULL at the end. */
struct tenant {
	const char *name;
	const char *server;
	const char *schema;
	const char *version;
	const char *labels[4];
	const char *server_labels[4];
};

/* clang-format off */
static const struct tenant fleet[] = {
	/* name      server  schema          version  labels                       of its server */
	{ "acme",    "db1",  "client_acme",  "0007",  { "tier=gold" },             { "region=eu" } },
	{ "acme-2",  "db1",  "client_acme2", "0006",  { "tier=free" },             { "region=eu" } },
	{ "globex",  "db2",  "client_glob",  NULL,    { "region=us", "tier=free" },{ "region=eu" } },
	{ "a b,c",   "db2",  "odd",          "",      { NULL },                    { "zone=1=2" } },
	{ "caf\xc3\xa9", "db2", "cafe",      "0007",  { "tier=" },                 { NULL } },
};

static const struct {
	const char *selector; const char *want;
} selections[] = {
	/* selector                         tenants, one letter or sign each: a 2 g o c */
	{ NULL,                             "a2goc" },
	{ "",                               "a2goc" },
	{ "  ",                             "a2goc" },
	{ "*",                              "a2goc" },
	{ "acme",                           "a" },
	{ "acme,globex",                    "ag" },
	{ " acme , globex ",                "ag" },
	{ "acme*",                          "a2" },
	{ "acme-?,caf?",                    "2c" },
	{ "*c*e*",                          "a2" },
	{ "*a*,tier=free",                  "2" },
	{ "name=acme",                      "a" },
	{ "name=ac*",                       "a2" },
	{ "name!=acme",                     "2goc" },
	{ "name in (acme, glob*)",          "ag" },
	{ "name not in (acme,glob*)",       "2oc" },
	{ "'a b,c'",                        "o" },
	{ "\"a b,c\",acme",                 "ao" },
	{ "'acme*'",                        "" },
	{ "server=db1",                     "a2" },
	{ "server==db2,!globex",            "oc" },
	{ "schema=client_*",                "a2g" },
	{ "schema in(odd,cafe)",            "oc" },
	{ "version=0007",                   "ac" },
	{ "version!=0007",                  "2go" },
	{ "version=''",                     "go" },
	{ "version=*",                      "a2oc" },
	{ "tier=gold",                      "a" },
	{ "tier!=gold",                     "2goc" },
	{ "tier=*",                         "a2gc" },
	{ "tier!=*",                        "o" },
	{ "tier=''",                        "c" },
	{ "!tier",                          "o" },
	{ "!acme",                          "2goc" },
	{ "!acme*,!'a b,c'",                "gc" },
	{ "tier in (gold, free)",           "a2g" },
	{ "tier notin (gold, free)",        "oc" },
	{ "tier not in (gold)",             "2goc" },
	{ "region=eu",                      "a2" },
	{ "region=us",                      "g" },
	{ "region=eu,tier!=gold",           "2" },
	{ "zone='1=2'",                     "o" },
	{ "region=eu,acme,globex",          "a" },
	{ "acme,region=us,globex",          "g" },
	{ "nothing=*",                      "" },
	{ "in",                             "" },
	{ "in in (in)",                     "" },
	{ "ACME",                           "" },
};

static const struct {
	const char *selector; const char *msg;
} refusals[] = {
	/* selector        what the operator reads behind "selector: position " */
	{ "acme,",         "6: a name, a key or ! is expected, not the end" },
	{ ",acme",         "1: a name, a key or ! is expected, not ," },
	{ "acme globex",   "6: a comma is expected, not g" },
	{ "tier=",         "6: a value is expected, not the end" },
	{ "tier= ,acme",   "7: a value is expected, not ," },
	{ "tier!gold",     "5: a comma is expected, not !" },
	{ "tier===gold",   "7: a value is expected, not =" },
	{ "tier=a=b",      "7: a comma is expected, not =" },
	{ "tier in gold",  "9: ( and a list of values is expected, not g" },
	{ "tier in ()",    "10: a value is expected, not )" },
	{ "tier in (a",    "11: a comma or ) is expected, not the end" },
	{ "tier in (a b)", "12: a comma or ) is expected, not b" },
	{ "tier not (a)",  "10: in is expected, not (" },
	{ "ti*r=gold",     "1: ti*r is not a key: * and ? stand only in values and names" },
	{ "!",             "2: a name or a key is expected, not the end" },
	{ "!tier=gold",    "6: a comma is expected, not =" },
	{ "@list.txt",     "1: a name, a key or ! is expected, not @" },
	{ "a,'b",          "3: this quote is never closed" },
	{ "(acme)",        "1: a name, a key or ! is expected, not (" },
	{ "acme\xc3\xa9 \xc3\xa9", "8: a comma is expected, not \xc3\xa9" },
};

static const struct {
	const char *selector; const char *name; const char *label;
} leftovers[] = {
	/* selector                       name nobody has  label nobody has */
	{ "acme,globex",                  NULL,            NULL },
	{ "acme,globx,acmee",             "globx",         NULL },
	{ "tier=gold,globex",             NULL,            NULL }, /* it exists all the same */
	{ "name in (acme,globex,zoo)",    "zoo",           NULL },
	{ "tier=gold,!globx",             "globx",         NULL },
	{ "!tier",                        NULL,            NULL },
	{ "name!=acmee",                  "acmee",         NULL },
	{ "zoo*",                         NULL,            NULL },
	{ "schema=zoo",                   NULL,            NULL },
	{ "teir!=gold",                   NULL,            "teir" },
	{ "tier!=platinum",               NULL,            NULL },
};

/* clang-format on */

static const char *label(const void *labels, const char *key)
{
	const char *const *list = labels;

	for (size_t i = 0; list[i] != NULL; i++) {
		if (g_str_has_prefix(list[i], key) && list[i][strlen(key)] == '=') {
			return list[i] + strlen(key) + 1;
		}
	}
	return NULL;
}

static bool match(struct selector *selector, const struct tenant *tenant)
{
	const struct selector_subject subject = {
		.name = tenant->name,
		.server = tenant->server,
		.schema = tenant->schema,
		.version = tenant->version,
		.label = label,
		.labels = tenant->labels,
		.server_labels = tenant->server_labels,
	};

	return selector_match(selector, &subject);
}

static void selects_as_written(void **state)
{
	static const char letters[] = "a2goc";

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(selections); i++) {
		g_autoptr(GString) got = g_string_new(NULL);
		struct err err = { 0 };
		SCOPED_PTR(selector) selector = selector_parse(selections[i].selector, &err);

		if (selector == NULL) {
			fail_msg("%s: %s", selections[i].selector, err.msg);
		}
		for (size_t t = 0; t < G_N_ELEMENTS(fleet); t++) {
			if (match(selector, &fleet[t])) {
				g_string_append_c(got, letters[t]);
			}
		}
		if (strcmp(got->str, selections[i].want) != 0) {
			fail_msg("%s: selects \"%s\", not \"%s\"", selections[i].selector, got->str,
				 selections[i].want);
		}
	}
}

static void refuses_with_the_position(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autofree char *want = g_strconcat("selector: position ", refusals[i].msg, NULL);
		struct err err = { 0 };

		assert_null(selector_parse(refusals[i].selector, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, want);
	}
}

static void refuses_what_is_no_text(void **state)
{
	g_autofree char *longer = g_strnfill(SELECTOR_TEXT_MAX + 1, 'a');
	struct err err = { 0 };

	(void)state;
	assert_null(selector_parse("acme,\xc3", &err));
	assert_string_equal(err.msg, "selector: the text is not UTF-8");
	assert_null(selector_parse(longer, &err));
	assert_string_equal(err.msg, "selector: longer than 4194304 bytes");
}

static void names_the_typing_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(leftovers); i++) {
		struct err err = { 0 };
		SCOPED_PTR(selector) selector = selector_parse(leftovers[i].selector, &err);

		assert_non_null(selector);
		for (size_t t = 0; t < G_N_ELEMENTS(fleet); t++) {
			(void)match(selector, &fleet[t]);
		}
		if (g_strcmp0(selector_unmatched(selector), leftovers[i].name) != 0 ||
		    g_strcmp0(selector_unknown_label(selector), leftovers[i].label) != 0) {
			fail_msg("%s: name %s, label %s", leftovers[i].selector,
				 selector_unmatched(selector), selector_unknown_label(selector));
		}
	}
}

static void knows_that_it_takes_all(void **state)
{
	static const char *const some[] = { "acme", "**", "*,acme", "tier=*", "!x", "'*'" };
	static const char *const all[] = { "", " ", "*", " * " };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		SCOPED_PTR(selector) selector = selector_parse(all[i], &err);

		assert_true(selector_is_all(selector));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(some); i++) {
		SCOPED_PTR(selector) selector = selector_parse(some[i], &err);

		assert_false(selector_is_all(selector));
	}
}

static void reserves_its_own_keys(void **state)
{
	(void)state;
	assert_true(selector_is_reserved("name"));
	assert_true(selector_is_reserved("version"));
	assert_false(selector_is_reserved("tier"));
}

static void ten_thousand_names_are_quick(void **state)
{
	g_autoptr(GString) text = g_string_new("name in (");
	struct err err = { 0 };
	int64_t begin = g_get_monotonic_time();
	size_t nr = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		g_string_append_printf(text, "%sclient_%05d", i > 0 ? "," : "", i * 2);
	}
	g_string_append_c(text, ')');
	SCOPED_PTR(selector) selector = selector_parse(text->str, &err);

	assert_non_null(selector);
	for (int i = 0; i < 20000; i++) {
		g_autofree char *name = g_strdup_printf("client_%05d", i);
		const struct selector_subject subject = { .name = name };

		nr += selector_match(selector, &subject) ? 1 : 0;
	}
	print_message("10,000 names over 20,000 tenants: %.1f ms\n",
		      (double)(g_get_monotonic_time() - begin) / 1000);
	assert_int_equal(nr, 10000);
	assert_null(selector_unmatched(selector));
}

static void no_pattern_takes_long(void **state)
{
	g_autofree char *name = g_strnfill(5000, 'a');
	const struct selector_subject subject = { .name = name };
	struct err err = { 0 };
	SCOPED_PTR(selector)
	selector = selector_parse("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", &err);

	(void)state;
	assert_false(selector_match(selector, &subject)); /* a recursive matcher never ends */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects_as_written),
		cmocka_unit_test(refuses_with_the_position),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(names_the_typing_error),
		cmocka_unit_test(knows_that_it_takes_all),
		cmocka_unit_test(reserves_its_own_keys),
		cmocka_unit_test(ten_thousand_names_are_quick),
		cmocka_unit_test(no_pattern_takes_long),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
