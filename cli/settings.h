/*
 * settings - the k=v words of the "set" commands.
 *
 * per-server=4 is per_server=4, -L k=v is label.k=v. Which keys there are, and which
 * values, is the daemon's question.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "cli.h"

/* One word as the daemon wants it. Owned; NULL with ERR_INVALID. */
char *settings_word(const char *word, struct err *err);

/* The words from first on, and the labels of -L. ERR_INVALID: one is not key=value, or none is. */
NODISCARD int settings_collect(const struct cli *cli, size_t first, struct wire_texts *set,
			       struct err *err);

/* Send the words behind the object's name to where (path, answer); print what is now. */
int settings_send(struct cli *cli, const struct ask *where, const struct view *view);

#endif /* SETTINGS_H */
