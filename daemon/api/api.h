/*
 * api - what musterd offers on its socket: operations, event stream, metrics.
 *
 * The only header of this folder that the program needs. Each request that changes
 * something is one transaction of the store; its audit rows are written in it.
 * Loop thread only.
 */
#ifndef API_H
#define API_H

#include <stdint.h>

#include "err.h"
#include "role.h"

struct api;
struct event_base;
struct sched;
struct store;

struct api_setup {
	struct event_base *base; /* these three are borrowed and outlive the api */
	struct store *store;
	struct sched *sched;
	const char *socket;
	const char *group; /* that owns the socket; NULL or "": that of the process */
	int fd;            /* a listening socket given by systemd (taken), or -1 */
	const char *port;  /* where /check is answered over TCP, too; NULL or "": nowhere */
	struct role_policy roles;
	char *const *routing_files; /* "FORMAT:PATH"; NULL: none */
	int64_t server_running;     /* shown for a server without a number of its own */
};

/*
 * Begin to serve. Sets sched_on_commit, so that the event stream follows what the scheduler
 * does. ERR_CONFLICT when another musterd serves the socket.
 */
NODISCARD struct api *api_open(const struct api_setup *setup, struct err *err);

/*
 * Stop serving. The scheduler is freed before: it tells those who wait for an answer that
 * musterd stops, and calls nothing here any more. NULL is fine.
 */
void api_close(struct api *api);

/* After a reload of the settings. */
void api_set_policy(struct api *api, const struct role_policy *roles, int64_t server_running);

/* The files that hold the map of tenants: "FORMAT:PATH", ends with NULL. */
void api_set_routing(struct api *api, char *const *files);

#endif /* API_H */
