/*
 * human - numbers, times and texts as people read them.
 *
 * Everything appends to a GString. Widths are columns of a terminal, not bytes.
 * Any thread.
 */
#ifndef HUMAN_H
#define HUMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* "45s", "3m 05s", "2h 10m", "4d 3h"; "?" below 0. */
void human_duration(GString *out, int64_t seconds);

/* "912 B", "4.1 KiB", "12 GiB". */
void human_bytes(GString *out, int64_t bytes);

/* "12/s", "0.4/s", "3/min", "0/s". */
void human_rate(GString *out, double per_second);

/* "  7%": never 100% before the end, never 0% after the start. */
int human_percent(int64_t part, int64_t whole);

/* "[#####-----]" with cells columns inside; blocks instead with fine. */
void human_bar(GString *out, int64_t part, int64_t whole, size_t cells, bool fine);

/* RFC 3339 text in the local zone: "2026-11-21 04:04:05", or "04:04:05" only. */
void human_time(GString *out, const char *rfc3339);
void human_clock(GString *out, const char *rfc3339);

/* The letter at *text, which moves behind it, and its columns. A control character is a blank. */
size_t human_letter(const char **text, gunichar *letter);

/* Columns that the text takes; control characters count as one. */
size_t human_width(const char *text);

/*
 * text with control characters as blanks (a server's message cannot move the cursor),
 * cut to at most width columns; what is cut ends in "…". width 0: not cut.
 */
void human_text(GString *out, const char *text, size_t width);

/*
 * text as a terminal may have it: control characters are blanks, but for tabs, ends of lines and
 * colours. What is no UTF-8 is a "?".
 */
void human_safe(GString *out, const char *text);

/* text, broken at blanks for 92 columns, continued in the column where it began, and a newline. */
void human_wrap(GString *out, const char *text, size_t column);

#endif /* HUMAN_H */
