/*
 * local - what the host says of a server that is on it.
 *
 * Only for a server that is reached over a Unix socket or a loopback address and that
 * calls its host by our host's name: behind either of them may be a container or a tunnel.
 * What the host does not give, or hides from this process, is just not there.
 *
 * Any thread; a few system calls.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include <stdbool.h>
#include <stdint.h>

struct db_addr;

/* hostname: as the server says, may be NULL. */
bool local_is(const struct db_addr *addr, const char *hostname);

int64_t local_cores(void);

/* Free for users, in percent of the file system that path is on. */
bool local_disk_free(const char *path, double *percent);

/* The same in bytes; -1: it cannot be said. */
int64_t local_disk_bytes(const char *path);

/* Of the last minute, for each core. */
bool local_load(double *load);

/* Share of the last ten seconds in which something waited for a processor. */
bool local_pressure(double *percent);

/* The same from the text of the kernel. */
bool local_pressure_parse(const char *text, double *percent);

#endif /* LOCAL_H */
