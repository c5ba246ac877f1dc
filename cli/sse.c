#include "sse.h"

#include <string.h>

static void end_event(struct sse *sse, sse_fn fn, void *ctx)
{
	if (sse->has_data) {
		fn(sse->data->str, sse->data->len, ctx);
	}
	g_string_truncate(sse->data, 0);
	sse->has_data = FALSE;
}

static void end_line(struct sse *sse, sse_fn fn, void *ctx)
{
	const char *line = sse->line->str;

	if (line[0] == '\0') {
		end_event(sse, fn, ctx);
	} else if (strncmp(line, "data:", 5) == 0) {
		if (sse->has_data) {
			g_string_append_c(sse->data, '\n');
		}
		g_string_append(sse->data, line + (line[5] == ' ' ? 6 : 5));
		sse->has_data = TRUE;
	}
	g_string_truncate(sse->line, 0);
}

void sse_feed(struct sse *sse, const char *bytes, size_t len, sse_fn fn, void *ctx)
{
	if (sse->line == NULL) {
		sse->line = g_string_new(NULL);
		sse->data = g_string_new(NULL);
	}
	for (size_t i = 0; i < len; i++) {
		gboolean second = sse->after_cr && bytes[i] == '\n';

		sse->after_cr = bytes[i] == '\r';
		if (second) {
			continue; /* the CR ended the line already */
		}
		if (bytes[i] == '\n' || bytes[i] == '\r') {
			end_line(sse, fn, ctx);
		} else {
			g_string_append_c(sse->line, bytes[i]);
		}
	}
}

void sse_release(struct sse *sse)
{
	if (sse->line != NULL) {
		g_string_free(sse->line, TRUE);
		g_string_free(sse->data, TRUE);
	}
	*sse = (struct sse){ 0 };
}
