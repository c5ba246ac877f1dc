/*
 * screen - a block of lines on a terminal that is drawn again in place.
 *
 * Plain ANSI. The block stays where it was when it ends, so the last picture remains
 * in the scrollback. A picture must fit the terminal: screen_clip. One thread.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stddef.h>

#include <glib.h>

#include "scope.h"

struct screen {
	size_t lines;  /* of the picture that stands there */
	GString *last; /* owned; that picture, so that the same is not drawn twice */
};

void screen_draw(struct screen *screen, const GString *picture);

/* What the terminal must get to see the next picture instead of the last. */
void screen_update(struct screen *screen, GString *out, const GString *picture);

/* Leave only what fits: the first lines, and of each the first columns. Colours stay. */
void screen_clip(GString *picture, size_t width, size_t lines);

/* Size of the terminal on stdout, 80 x 24 when it does not say. */
void screen_size(size_t *width, size_t *height);

void screen_release(struct screen *screen);
SCOPED_RELEASE(screen);

#endif /* SCREEN_H */
