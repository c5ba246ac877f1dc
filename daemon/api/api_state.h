/* api_state - what the files of the api share. Not for other layers: api.h. */
#ifndef API_STATE_H
#define API_STATE_H

#include <glib.h>

#include "api.h"
#include "http.h"
#include "routing.h"
#include "sched.h"
#include "store.h"
#include "watch.h"

struct api {
	struct event_base *base;
	struct store *store;
	struct sched *sched;
	struct http *http;       /* owned */
	struct http *port;       /* owned; NULL: none */
	struct role_map *roles;  /* owned */
	struct watch *watch;     /* owned */
	struct routing *routing; /* owned */
	GHashTable *names;       /* uid -> name, owned */
	GHashTable *calls;       /* struct call *, those not answered yet */
	int64_t server_running;
	int64_t started_ms;
};

#endif /* API_STATE_H */
