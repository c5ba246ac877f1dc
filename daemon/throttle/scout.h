/*
 * scout - finds replicas that nobody named.
 *
 * Takes the lists that the server gives (replica_list.h), asks everybody there who is not yet
 * expected, with the option file of the server, and adds those that say that they replicate
 * from it. Who does not answer, or is something else, is nobody's trouble: many tools
 * read a binary log. Asked again with every list.
 *
 * scout_turn by one thread: it blocks for two seconds where somebody does not answer;
 * scout_see by any.
 */
#ifndef SCOUT_H
#define SCOUT_H

struct replica_list;
struct replicas;
struct scout;

/* replicas is borrowed; defaults_file (may be NULL) copied. */
struct scout *scout_new(struct replicas *replicas, const char *defaults_file, int stop_fd);
void scout_free(struct scout *scout); /* NULL is fine */

/* Copied; takes the place of one that was not yet gone through. */
void scout_see(struct scout *scout, const struct replica_list *list);

void scout_turn(struct scout *scout);

#endif /* SCOUT_H */
