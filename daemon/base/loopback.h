/*
 * loopback - "127.0.0.1:3309" and "[::1]:3309": a TCP port that only this machine reaches.
 *
 * Names are refused, "localhost", too: what a name means is somebody else's to decide.
 * Pure; any thread.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <sys/socket.h>

#include "err.h"

struct loopback {
	struct sockaddr_storage address;
	socklen_t len;
};

/* ERR_INVALID in words when it is no address with a port, or one that others can reach. */
NODISCARD int loopback_parse(struct loopback *loopback, const char *text, struct err *err);

#endif /* LOOPBACK_H */
