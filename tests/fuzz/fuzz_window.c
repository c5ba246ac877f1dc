/*
 * Any text is refused with a sentence or is a window whose openings are in order, and what
 * it says of a moment is what the list of its openings says. The same text as a freeze ends
 * behind its begin. Reaches daemon/plan/window.c, freeze.c, zone.c.
 */
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "freeze.h"
#include "window.h"

#define NOW  INT64_C(1774753200000) /* shortly before a spring night */
#define DAYS INT64_C(86400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct window *window)
{
	g_autoptr(GArray) openings = g_array_new(FALSE, FALSE, sizeof(struct opening));
	int64_t before = INT64_MIN;
	int64_t left = 0;

	window_openings(window, NOW, NOW + 9 * DAYS, openings);
	for (guint i = 0; i < openings->len; i++) {
		const struct opening *opening = &g_array_index(openings, struct opening, i);

		CHECK(opening->begin_ms > before && opening->end_ms > opening->begin_ms);
		CHECK(opening->end_ms > NOW && opening->begin_ms < NOW + 9 * DAYS);
		CHECK(window_is_open(window, MAX(opening->begin_ms, NOW), &left) && left > 0);
		before = opening->end_ms;
	}
	CHECK(window_next(window, NOW) >= NOW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	SCOPED_PTR(window) window = NULL;
	SCOPED(freeze) freeze = { 0 };
	struct err err = { 0 };

	window = window_parse(text, &err);
	CHECK((window == NULL) == (err.code == ERR_INVALID && err.msg[0] != '\0'));
	if (window != NULL) {
		ask(window);
	}
	if (freeze_parse(text, NOW, &freeze, &err) == 0) {
		CHECK(freeze.from_ms < freeze.until_ms && freeze.until_ms > NOW);
	}
	return 0;
}
