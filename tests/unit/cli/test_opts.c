#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "command.h"
#include "opts.h"

#define START "rollout start"

/* A line of words cut at blanks, as the shell would give it. */
static int parse(struct opts *opts, const char *path, const char *line, struct err *err)
{
	static char *words[32]; /* the values stay borrowed until the next call */
	static char text[512];
	int nr = 0;

	g_strlcpy(text, line, sizeof(text));
	for (char *at = text; *at != '\0';) {
		words[nr++] = at;
		at += strcspn(at, " ");
		if (*at == ' ') {
			*at++ = '\0';
		}
	}
	return opts_parse(opts, nr, words, command_get(path)->options | OPTS_GLOBAL, err);
}

/* clang-format off */
static const struct {
	const char *path; const char *line; enum opt_id id; const char *text; unsigned words;
} reads[] = {
	/* command       arguments                              option            value       words */
	{ START,         "rollout start m --waves 1,rest",      OPT_WAVES,        "1,rest",   3 },
	{ START,         "rollout start m --waves=1,rest",      OPT_WAVES,        "1,rest",   3 },
	{ START,         "--waves 1 rollout start m",           OPT_WAVES,        "1",        3 },
	{ START,         "rollout --waves 1 start m",           OPT_WAVES,        "1",        3 },
	{ START,         "rollout start -l a=b m",              OPT_SELECTOR,     "a=b",      3 },
	{ START,         "rollout start -la=b m",               OPT_SELECTOR,     "a=b",      3 },
	{ START,         "rollout start m --waves 1 --waves 2", OPT_WAVES,        "2",        3 },
	{ START,         "rollout start --reason= m",           OPT_REASON,       "",         3 },
	{ START,         "rollout start -o json m",             OPT_OUTPUT,       "json",     3 },
	{ START,         "-o json rollout start m",             OPT_OUTPUT,       "json",     3 },
	{ START,         "--socket /d rollout start m",         OPT_SOCKET,       "/d",       3 },
	{ START,         "rollout start m --socket /d",         OPT_SOCKET,       "/d",       3 },
	{ START,         "rollout start -- --waves",            OPT_WAVES,        NULL,       3 },
	{ START,         "rollout start -",                     OPT_WAVES,        NULL,       3 },
	{ "server add",  "server add db --socket /s",           OPT_DB_SOCKET,    "/s",       3 },
	{ "server add",  "server add db --socket /s",           OPT_SOCKET,       NULL,       3 },
	{ "server add",  "--socket /d server add db --host h",  OPT_SOCKET,       "/d",       3 },
	{ "server add",  "--socket /d server add --socket /s x", OPT_DB_SOCKET,   "/s",       3 },
};

static const struct {
	const char *line; const char *msg;
} refusals[] = {
	/* arguments of rollout start    what the operator reads */
	{ "rollout start --wave 1",      "there is no option --wave here; did you mean --waves?" },
	{ "rollout start --wavse=1",     "there is no option --wavse here; did you mean --waves?" },
	{ "rollout start --xyzzy",       "there is no option --xyzzy here" },
	{ "rollout start -z",            "there is no option -z here" },
	{ "rollout start --waves",       "--waves needs a value: W" },
	{ "rollout start --selector=",   "--selector is empty: leave it out or give it a value: SEL" },
	{ "rollout start --socket=",     "--socket is empty: leave it out or give it a value: PATH" },
	{ "rollout start --to a\xff",    "--to: the text is not UTF-8" },
	{ "rollout start -l",            "-l needs a value: SEL" },
	{ "rollout start --wait=yes",    "--wait takes no value" },
	{ "rollout start --running x",   "--running: \"x\" is not a number from 0" },
	{ "rollout start --running -1",  "--running: \"-1\" is not a number from 0" },
	{ "rollout start --bake soon",   "--bake: \"soon\" is not a duration such as 90s, 15m or 2h" },
	{ "rollout start --gate maybe",  "--gate: \"maybe\" is not one of none, human" },
	{ "rollout start -o xml",        "--output: \"xml\" is not one of table, wide, json, jsonl, csv, name, sarif" },
};

/* clang-format on */

static void reads_options_wherever_they_stand(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
		SCOPED(opts) opts = { 0 };
		struct err err = { 0 };

		assert_int_equal(parse(&opts, reads[i].path, reads[i].line, &err), 0);
		if (reads[i].text == NULL) {
			assert_null(opts_text(&opts, reads[i].id));
		} else {
			assert_string_equal(opts_text(&opts, reads[i].id), reads[i].text);
		}
		assert_int_equal(opts.words->len, reads[i].words);
	}
}

static void refuses_in_one_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		SCOPED(opts) opts = { 0 };
		struct err err = { 0 };

		assert_int_equal(parse(&opts, START, refusals[i].line, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_null(opts.words); /* left empty */
	}
}

static void keeps_numbers_durations_and_repeated_texts(void **state)
{
	SCOPED(opts) opts = { 0 };
	SCOPED(opts) labels = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse(&opts, START, "rollout start m --bake 90s --running 8 --wait", &err),
			 0);
	assert_int_equal(opts_number(&opts, OPT_BAKE, -1), 90000);
	assert_int_equal(opts_number(&opts, OPT_RUNNING, -1), 8);
	assert_int_equal(opts_number(&opts, OPT_STALL, -1), -1);
	assert_true(opts_flag(&opts, OPT_WAIT));
	assert_false(opts_flag(&opts, OPT_DRY_RUN));

	assert_int_equal(parse(&labels, "server add", "server add a -L x=1 --label y=2", &err), 0);
	assert_int_equal(labels.texts[OPT_LABEL]->len, 2);
	assert_string_equal(g_ptr_array_index(labels.texts[OPT_LABEL], 1), "y=2");
}

static void words_are_found_without_knowing_the_command(void **state)
{
	g_auto(GStrv) line =
		g_strsplit("-o json --waves=1 rollout --wait start -l a=b dir -- -x", " ", -1);
	g_autoptr(GPtrArray) words = opts_words((int)g_strv_length(line), line);

	(void)state;
	assert_int_equal(words->len, 4);
	assert_string_equal(g_ptr_array_index(words, 0), "rollout");
	assert_string_equal(g_ptr_array_index(words, 1), "start");
	assert_string_equal(g_ptr_array_index(words, 2), "dir");
	assert_string_equal(g_ptr_array_index(words, 3), "-x");
}

/* The scan for words must know whether a value follows, whatever the command is. */
static void one_name_is_one_kind_of_option(void **state)
{
	(void)state;
	for (int a = 0; a < OPT_ID_NR; a++) {
		assert_non_null(opt_table[a].help);
		assert_true((opt_table[a].kind == OPT_FLAG) == (opt_table[a].metavar == NULL));
		assert_true((opt_table[a].kind == OPT_CHOICE) == (opt_table[a].values != NULL));
		for (int b = 0; b < a; b++) {
			if (strcmp(opt_table[a].name, opt_table[b].name) == 0) {
				assert_int_equal(opt_table[a].kind, opt_table[b].kind);
			}
			if (opt_table[a].letter != '\0') {
				assert_int_not_equal(opt_table[a].letter, opt_table[b].letter);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_options_wherever_they_stand),
		cmocka_unit_test(refuses_in_one_sentence),
		cmocka_unit_test(keeps_numbers_durations_and_repeated_texts),
		cmocka_unit_test(words_are_found_without_knowing_the_command),
		cmocka_unit_test(one_name_is_one_kind_of_option),
	};

	return cmocka_run_group_tests_name("opts", tests, NULL, NULL);
}
