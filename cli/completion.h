/*
 * completion - scripts for bash, zsh and fish, from the table of commands.
 *
 * Names of servers, tenants, releases and rollouts are asked for with "muster … list
 * -o name" while completing. Pure; any thread.
 */
#ifndef COMPLETION_H
#define COMPLETION_H

#include <stdbool.h>

#include <glib.h>

/* False: no such shell. */
bool completion_script(GString *out, const char *shell);

#endif /* COMPLETION_H */
