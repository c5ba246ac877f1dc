#include "human.h"

#include <string.h>

#define WRAP_WIDTH 92

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

void human_duration(GString *out, int64_t seconds)
{
	if (seconds < 0) {
		g_string_append_c(out, '?');
	} else if (seconds < MINUTE) {
		g_string_append_printf(out, "%ds", (int)seconds);
	} else if (seconds < HOUR) {
		g_string_append_printf(out, "%dm %02ds", (int)(seconds / MINUTE),
				       (int)(seconds % MINUTE));
	} else if (seconds < DAY) {
		g_string_append_printf(out, "%dh %02dm", (int)(seconds / HOUR),
				       (int)(seconds % HOUR / MINUTE));
	} else {
		g_string_append_printf(out, "%" G_GINT64_FORMAT "d %dh", seconds / DAY,
				       (int)(seconds % DAY / HOUR));
	}
}

void human_bytes(GString *out, int64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1023.5 && unit + 1 < G_N_ELEMENTS(units)) {
		value /= 1024;
		unit++;
	}
	g_string_append_printf(out, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value,
			       units[unit]);
}

void human_rate(GString *out, double per_second)
{
	if (per_second <= 0) {
		g_string_append(out, "0/s");
	} else if (per_second >= 9.95) {
		g_string_append_printf(out, "%.0f/s", per_second);
	} else if (per_second >= 0.5) {
		g_string_append_printf(out, "%.1f/s", per_second);
	} else {
		g_string_append_printf(out, "%.1f/min", per_second * MINUTE);
	}
}

int human_percent(int64_t part, int64_t whole)
{
	int percent;

	if (whole <= 0 || part >= whole) {
		return 100;
	}
	percent = (int)(100.0 * (double)part / (double)whole);
	return part > 0 && percent == 0 ? 1 : percent;
}

void human_bar(GString *out, int64_t part, int64_t whole, size_t cells, bool fine)
{
	double share = whole > 0 ? (double)part / (double)whole : 1;
	size_t full = (size_t)(CLAMP(share, 0, 1) * (double)cells);

	if (full == cells && part < whole) {
		full--;
	}
	g_string_append_c(out, '[');
	for (size_t i = 0; i < cells; i++) {
		if (fine) {
			g_string_append(out, i < full ? "█" : "·");
		} else {
			g_string_append_c(out, i < full ? '#' : '-');
		}
	}
	g_string_append_c(out, ']');
}

static void append_time(GString *out, const char *rfc3339, const char *format)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(rfc3339, utc);
	g_autoptr(GDateTime) local = time != NULL ? g_date_time_to_local(time) : NULL;
	g_autofree char *text = local != NULL ? g_date_time_format(local, format) : NULL;

	g_string_append(out, text != NULL ? text : rfc3339);
}

void human_time(GString *out, const char *rfc3339)
{
	append_time(out, rfc3339, "%Y-%m-%d %H:%M:%S");
}

void human_clock(GString *out, const char *rfc3339)
{
	append_time(out, rfc3339, "%H:%M:%S");
}

static size_t letter_width(gunichar letter)
{
	if (g_unichar_iszerowidth(letter)) {
		return 0;
	}
	return g_unichar_iswide(letter) ? 2 : 1;
}

/* The letter at text and where the next one is; rubbish is one "?" each byte. */
static gunichar next_letter(const char **text)
{
	gunichar letter = g_utf8_get_char_validated(*text, -1);

	if (letter == (gunichar)-1 || letter == (gunichar)-2) {
		(*text)++;
		return '?';
	}
	*text += g_utf8_skip[(guchar) * *text];
	return g_unichar_iscntrl(letter) ? ' ' : letter;
}

size_t human_letter(const char **text, gunichar *letter)
{
	*letter = next_letter(text);
	return letter_width(*letter);
}

size_t human_width(const char *text)
{
	size_t width = 0;

	while (*text != '\0') {
		width += letter_width(next_letter(&text));
	}
	return width;
}

void human_text(GString *out, const char *text, size_t width)
{
	bool cut = width > 0 && human_width(text) > width;
	size_t room = cut ? width - 1 : SIZE_MAX;

	while (*text != '\0') {
		gunichar letter = next_letter(&text);
		size_t need = letter_width(letter);

		if (need > room) {
			break;
		}
		room -= need;
		g_string_append_unichar(out, letter);
	}
	if (cut) {
		g_string_append(out, "…");
	}
}

/* The length of what begins here and stays as it is, though it holds control characters. */
static size_t harmless(const char *text)
{
	size_t numbers;

	if (text[0] == '\n' || text[0] == '\t') {
		return 1;
	}
	if (text[0] == '\r' && text[1] == '\n') {
		return 2;
	}
	if (text[0] != '\033' || text[1] != '[') {
		return 0;
	}
	numbers = strspn(text + 2, "0123456789;");
	return text[2 + numbers] == 'm' ? 2 + numbers + 1 : 0;
}

void human_safe(GString *out, const char *text)
{
	while (*text != '\0') {
		size_t len = harmless(text);

		if (len > 0) {
			g_string_append_len(out, text, (gssize)len);
			text += len;
		} else {
			g_string_append_unichar(out, next_letter(&text));
		}
	}
}

void human_wrap(GString *out, const char *text, size_t column)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	size_t at = column;

	for (size_t i = 0; words[i] != NULL; i++) {
		size_t len = (size_t)g_utf8_strlen(words[i], -1);

		if (i > 0 && at + 1 + len > WRAP_WIDTH) {
			g_string_append_printf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (i > 0) {
			g_string_append_c(out, ' ');
			at++;
		}
		g_string_append(out, words[i]);
		at += len;
	}
	g_string_append_c(out, '\n');
}
