#include "screen.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

void screen_clip(GString *picture, size_t lines)
{
	for (size_t i = 0; i < picture->len; i++) {
		if (picture->str[i] == '\n' && --lines == 0) {
			g_string_truncate(picture, i + 1);
		}
	}
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
