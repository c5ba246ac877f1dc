/*
 * replicas - reads all expected replicas of one server; the worst goes onto a panel.
 *
 * Expected are those that were named, and those that were found (scout.h): from then on they
 * must be there, for as long as this object lives. One that does not answer, or is no
 * replica any more, is a problem and never "no lag"; so is one that is missing among the readers of
 * the server's binary log. Where none is expected there is no lag at all.
 *
 * replicas_turn by one thread, one replica after the other, each over a connection of its
 * own; the rest by any thread.
 */
#ifndef REPLICAS_H
#define REPLICAS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "db.h"
#include "err.h"

struct panel;
struct replicas;

/* heartbeat (NULL: none) is copied, panel borrowed. */
struct replicas *replicas_new(const char *heartbeat, struct panel *panel, int stop_fd);
void replicas_free(struct replicas *replicas); /* NULL is fine */

/*
 * Expect one; copied. name NULL: its address. server_id 0: not known. seen_at: of one that was
 * found, not named: wall ms, when it said that it replicates; else 0. Until it was read it is a
 * problem. false: one with this address or this server_id is expected already; but one that was
 * found, and is found at another address while it does not answer at the one it had, has moved.
 */
bool replicas_add(struct replicas *replicas, const char *name, const struct db_addr *addr,
		  int64_t server_id, int64_t seen_at);
bool replicas_has(struct replicas *replicas, const struct db_addr *addr);

/*
 * The names of all that are expected, in the order in which they came; one that was found and is
 * known by name, too, counts once. Owned.
 */
char **replicas_names(struct replicas *replicas);

struct replica_found {
	char *where;     /* owned; as replica_named_parse wants it */
	int64_t seen_at; /* wall ms, when it last said that it replicates from the server; 0: moved */
	int64_t server_id; /* 0: not known */
};

/* Those that were found, of struct replica_found. Owned. */
GArray *replicas_found(struct replicas *replicas);

/* What the server says: its server_id, and how many read its binary log (-1: not known). */
void replicas_set_source(struct replicas *replicas, int64_t source_id, int64_t readers);

void replicas_turn(struct replicas *replicas, int64_t period_ms);

#endif /* REPLICAS_H */
