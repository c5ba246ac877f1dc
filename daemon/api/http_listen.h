/*
 * http_listen - where requests come in: a Unix socket, one that systemd gave, a port.
 *
 * Each gives a listening descriptor that does not block and is the caller's to close, or -1 with
 * err set.
 *
 * A socket has mode 0660 from its first moment. A socket file that nobody serves any more is
 * replaced; one that is served is refused, and so is a file that is no socket.
 *
 * Changes the umask for a moment: before there are threads.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "err.h"

/* group, NULL or "": that of the process; one that does not exist is only logged. */
NODISCARD int http_listen_socket(const char *path, const char *group, struct err *err);

/* A listening socket; taken when it can be used. */
NODISCARD int http_listen_given(int fd, struct err *err);

/* "127.0.0.1:3309", as loopback.h reads it; port 0: any. */
NODISCARD int http_listen_port(const char *text, struct err *err);

/* The number of the port that a descriptor listens on; 0: none. */
int http_listen_number(int fd);

#endif /* HTTP_LISTEN_H */
