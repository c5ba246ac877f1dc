#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "sse.h"

static void on_event(const char *data, size_t len, void *ctx)
{
	GString *out = ctx;

	g_string_append_c(out, '<');
	g_string_append_len(out, data, (gssize)len);
	g_string_append_c(out, '>');
}

/* clang-format off */
static const struct { const char *stream; const char *events; } cases[] = {
	{ "id: 1\ndata: {\"a\":1}\n\n",           "<{\"a\":1}>" },
	{ "data:x\n\ndata: y\n\n",                "<x><y>" },
	{ "data: x\r\n\r\ndata: y\r\r",           "<x><y>" },
	{ "data: one\ndata: two\n\n",             "<one\ntwo>" },
	{ ": still here\n\n: and here\n\n",       "" },
	{ "event: e\nretry: 5\ndata: x\n\n",      "<x>" },
	{ "id: 7\n\n",                            "" },
	{ "data\n\ndata: x\n\n",                  "<x>" },
	{ "data: not yet whole\n",                "" },
	{ "data:  two blanks\n\n",                "< two blanks>" },
};

/* clang-format on */

static void events_come_whole_however_the_bytes_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t len = strlen(cases[i].stream);

		for (size_t piece = 1; piece <= len; piece++) {
			SCOPED(sse) sse = { 0 };
			g_autoptr(GString) out = g_string_new(NULL);

			for (size_t at = 0; at < len; at += piece) {
				sse_feed(&sse, cases[i].stream + at, MIN(piece, len - at), on_event,
					 out);
			}
			assert_string_equal(out->str, cases[i].events);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_whole_however_the_bytes_are_cut),
	};

	return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
