#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "err.h"
#include "release_cfg.h"

/* clang-format off */
static const struct {
	const char *text; const char *msg;
} refusals[] = {
	{ "format = 1;",             "release.cfg:1: \"format\" must be a text in quotes" },
	{ "\nordr = \"x\";",         "release.cfg:2: unknown key \"ordr\"; known are format, order, sql_mode, "
				     "collation, placeholders, skip and allow" },
	{ "sql_mode = \"a';b\";",    "release.cfg:1: \"sql_mode\" cannot hold \"'\"" },
	{ "collation = \"a b\";",    "release.cfg:1: \"collation\" cannot hold \" \"" },
	{ "skip = \"a\";",           "release.cfg:1: \"skip\" must be a list: [ \"…\", \"…\" ]" },
	{ "skip = [ 1 ];",           "release.cfg:1: \"skip\" must hold texts in quotes only" },
	{ "placeholders = [ ];",     "release.cfg:1: \"placeholders\" must be a group: { name = \"value\"; }" },
	{ "placeholders = { a=1; };", "release.cfg:1: placeholder \"a\" must be a text in quotes" },
	{ "format = \"flat\"\nskip", "release.cfg:2: syntax error" },
	{ "\n  @include \"/etc/passwd\"\n",
	  "release.cfg:2: @include is not allowed; a release is what lies in its folder" },
};

static const struct {
	const char *text; const char *want;
} replacements[] = {
	{ "a ${x} ${xy} b",   "a 1 23 b" },
	{ "${x}${x}",         "11" },
	{ "${z} $x {x} ${x",  "${z} $x {x} ${x" },
	{ "'${x}' -- ${x}",   "'1' -- 1" },
	{ "",                 "" },
	{ "$",                "$" },
	{ "${",               "${" },
};

/* clang-format on */

static void reads_every_key(void **state)
{
	static const char text[] = "format = \"flat\"; order = \"order.txt\";\n"
				   "sql_mode = \"ANSI_QUOTES, NO_ZERO_DATE\"; // why\n"
				   "collation = \"utf8mb4_bin\"; skip = [ \"1\", \"2\" ];\n"
				   "allow = ( \"MU207\" ); placeholders = { a = \"x\"; };\n";
	SCOPED(release_cfg) cfg = { 0 };
	struct err err = { 0 };

	(void)state;
	if (release_cfg_parse(&cfg, text, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	assert_string_equal(cfg.format, "flat");
	assert_string_equal(cfg.order, "order.txt");
	assert_string_equal(cfg.sql_mode, "ANSI_QUOTES, NO_ZERO_DATE");
	assert_string_equal(cfg.collation, "utf8mb4_bin");
	assert_int_equal(cfg.skip->len, 2);
	assert_string_equal(cfg.skip->pdata[1], "2");
	assert_string_equal(cfg.allow->pdata[0], "MU207");
	assert_string_equal(cfg.names->pdata[0], "a");
	assert_string_equal(cfg.values->pdata[0], "x");
}

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		SCOPED(release_cfg) cfg = { 0 };
		struct err err = { 0 };

		assert_int_equal(release_cfg_parse(&cfg, refusals[i].text, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_null(cfg.skip);
	}
}

static void is_empty_when_there_is_no_file(void **state)
{
	SCOPED(release_cfg) cfg = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(release_cfg_parse(&cfg, NULL, &err), 0);
	assert_null(cfg.format);
	assert_int_equal(cfg.skip->len, 0);
}

static void replaces_what_has_a_value(void **state)
{
	SCOPED(release_cfg) cfg = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(
		release_cfg_parse(&cfg, "placeholders = { x = \"1\"; xy = \"23\"; };", &err), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(replacements); i++) {
		GString *got = release_cfg_replace(&cfg, replacements[i].text,
						   strlen(replacements[i].text));

		assert_string_equal(got->str, replacements[i].want);
		g_string_free(got, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(is_empty_when_there_is_no_file),
		cmocka_unit_test(replaces_what_has_a_value),
	};

	return cmocka_run_group_tests_name("release_cfg", tests, NULL, NULL);
}
