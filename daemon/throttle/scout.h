/*
 * scout - finds replicas that nobody named.
 *
 * Takes the lists that the server gives (replica_list.h), asks everybody there who is not yet
 * expected, with the option file of the server, and adds those that say that they replicate
 * from it. Who does not answer, or is something else, is nobody's trouble: many tools
 * read a binary log. Asked again with every list.
 *
 * Any thread. scout_turn blocks for two seconds where somebody does not answer.
 */
#ifndef SCOUT_H
#define SCOUT_H

#include <stdint.h>

struct replica_list;
struct replicas;
struct scout;

/* replicas is borrowed; defaults_file (may be NULL) copied. */
struct scout *scout_new(struct replicas *replicas, const char *defaults_file, int stop_fd);
void scout_free(struct scout *scout); /* NULL is fine */

/* Copied; takes the place of one that was not yet gone through. */
void scout_see(struct scout *scout, const struct replica_list *list);

/* Nobody is asked from until_ms (tick_ms) on: they are left to the next list. */
void scout_turn(struct scout *scout, int64_t until_ms);

#endif /* SCOUT_H */
