/*
 * man - manual pages in man(7), from the table of commands.
 *
 * Pure; any thread.
 */
#ifndef MAN_H
#define MAN_H

#include <glib.h>

#include "command.h"

/* The whole manual, muster(1); or only one command with its options. */
void man_page(GString *out, const struct command *command);

#endif /* MAN_H */
