/*
 * modes - what sql_mode does to the way quotes are read.
 *
 * Only values that stand in the text are understood: names in strings, what was kept of
 * @@sql_mode, and a variable or DEFAULT as the way back to the beginning.
 *
 * Pure; any thread.
 */
#ifndef MODES_H
#define MODES_H

#include <stddef.h>

/* The modes (enum lex_mode) that a value of sql_mode switches on. */
unsigned modes_of(const char *sql_mode, size_t len);

/*
 * The modes after a SET statement ran under modes; first are those the session began
 * with. Unchanged when it does not set sql_mode.
 */
unsigned modes_follow(unsigned modes, unsigned first, const char *text, size_t len);

#endif /* MODES_H */
