#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib.h>

const char *const log_level_names[LOG_LEVEL_NR] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static const char *const journal_prefix[LOG_LEVEL_NR] = {
	[LOG_LEVEL_ERROR] = "<3>",
	[LOG_LEVEL_WARN] = "<4>",
	[LOG_LEVEL_INFO] = "<6>",
	[LOG_LEVEL_DEBUG] = "<7>",
};

static int level_now = LOG_LEVEL_INFO; /* the one global; only through g_atomic_int */

static _Thread_local GPtrArray *kept; /* of GString, owned; NULL: nothing is kept back */

void log_set_level(enum log_level level)
{
	g_atomic_int_set(&level_now, (int)level);
}

static void line_write(const GString *line)
{
	if (write(STDERR_FILENO, line->str, line->len) < 0) {
		return; /* nobody is left to tell */
	}
}

static void line_free(void *line)
{
	g_string_free(line, TRUE);
}

void log_keep(void)
{
	if (kept == NULL) {
		kept = g_ptr_array_new_with_free_func(line_free);
	}
}

void log_kept(bool came_to_be)
{
	g_autoptr(GPtrArray) lines = g_steal_pointer(&kept);

	for (guint i = 0; came_to_be && lines != NULL && i < lines->len; i++) {
		line_write(g_ptr_array_index(lines, i));
	}
}

void log_write(enum log_level level, const char *fmt, ...)
{
	g_autoptr(GString) line = NULL;
	va_list ap;

	if ((int)level > g_atomic_int_get(&level_now)) {
		return;
	}
	line = g_string_new(g_getenv("JOURNAL_STREAM") != NULL ? journal_prefix[level] : "");
	va_start(ap, fmt);
	g_string_append_vprintf(line, fmt, ap);
	va_end(ap);
	g_strdelimit(line->str, "\n\r", ' ');
	g_string_append_c(line, '\n');
	if (kept != NULL) {
		g_ptr_array_add(kept, g_steal_pointer(&line));
	} else {
		line_write(line);
	}
}
