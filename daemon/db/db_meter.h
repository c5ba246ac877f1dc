/*
 * db_meter - how many statements muster itself has sent to a server.
 *
 * One for each address, for as long as the process lives: every session counts in that of
 * its address, and who reads what the server has counted can tell clients from muster. What
 * is on its way is in sent, and not yet in done.
 *
 * Any thread.
 */
#ifndef DB_METER_H
#define DB_METER_H

#include <stdatomic.h>

struct db_addr;

struct db_meter {
	atomic_ullong sent;
	atomic_ullong done; /* answered, or given up */
};

/* Borrowed; valid until db_meters_end. */
struct db_meter *db_meter_of(const struct db_addr *addr);

/* After all sessions are gone. */
void db_meters_end(void);

#endif /* DB_METER_H */
