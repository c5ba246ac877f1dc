#include "screen.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "human.h"

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++) {
		lines += *text == '\n' ? 1 : 0;
	}
	return lines;
}

void screen_update(struct screen *screen, GString *out, const GString *picture)
{
	if (screen->last == NULL) {
		screen->last = g_string_new(NULL);
	} else if (g_string_equal(screen->last, picture)) {
		return;
	}
	if (screen->lines > 0) {
		g_string_append_printf(out, "\033[%zuA", screen->lines);
	}
	g_string_append(out, "\r\033[J"); /* from here to the end of the screen */
	g_string_append_len(out, picture->str, (gssize)picture->len);
	screen->lines = count_lines(picture->str);
	g_string_assign(screen->last, picture->str);
}

/* A colour: "\033[" up to its final letter. */
static size_t escape_length(const char *text)
{
	return text[0] == '\033' && text[1] == '[' ? 2 + strspn(text + 2, "0123456789;") + 1 : 0;
}

void screen_clip(GString *picture, size_t width, size_t lines)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *at = picture->str;
	size_t column = 0;

	while (*at != '\0' && lines > 0) {
		size_t escape = escape_length(at);
		gunichar letter;

		if (escape > 0) {
			g_string_append_len(out, at, (gssize)escape);
			at += escape;
		} else if (*at == '\n') {
			g_string_append_c(out, *at++);
			column = 0;
			lines--;
		} else {
			column += human_letter(&at, &letter);
			if (column <= width) {
				g_string_append_unichar(out, letter);
			}
		}
	}
	g_string_assign(picture, out->str);
}

void screen_draw(struct screen *screen, const GString *picture)
{
	g_autoptr(GString) out = g_string_new(NULL);

	screen_update(screen, out, picture);
	(void)fwrite(out->str, 1, out->len, stdout);
	(void)fflush(stdout);
}

void screen_size(size_t *width, size_t *height)
{
	struct winsize size = { 0 };

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*width = size.ws_col;
		*height = size.ws_row;
	}
}

void screen_release(struct screen *screen)
{
	if (screen->last != NULL) {
		g_string_free(screen->last, TRUE);
	}
	*screen = (struct screen){ 0 };
}
