/*
 * view - rows of the inventory as messages.
 *
 * Each function fills an empty message with copies. What needs more than the row (tenants of
 * a server, waves of a rollout, how far a running task is) is asked here. Loop thread
 * only.
 */
#ifndef VIEW_H
#define VIEW_H

#include "err.h"
#include "store_rows.h"
#include "wire.h"

struct api;
struct exec_info;
struct release;

NODISCARD int view_server(const struct api *api, const struct store_server *row,
			  struct wire_server *out, struct err *err);
void view_server_check(const struct store_server *row, const struct exec_info *info,
		       struct wire_server_check *out);
NODISCARD int view_tenant(const struct api *api, const struct store_tenant *row,
			  struct wire_tenant *out, struct err *err);

void view_route(const struct store_tenant *row, struct wire_route *out);

/* Add copies; from ends with NULL, NULL: none. */
void view_texts(char *const *from, struct wire_texts *out);

/* The words of a text apart by blanks; NULL has none. */
void view_words(const char *text, struct wire_texts *out);

/* parsed NULL: without its migrations, for a list. */
void view_release(const struct store_release *row, const struct release *parsed,
		  struct wire_release_info *out);
NODISCARD int view_rollout(const struct api *api, const struct store_rollout *row,
			   struct wire_rollout *out, struct err *err);
void view_phase(const struct store_phase *row, struct wire_phase *out); /* one to come */
void view_task(const struct api *api, const struct store_task *row, struct wire_task *out);
void view_event(const struct store_event *row, struct wire_event *out);

/* RFC 3339; NULL for 0, which is not yet. Owned. */
char *view_time(int64_t wall_ms);

/* "r12". Owned. */
char *view_rollout_id(int64_t id);

#endif /* VIEW_H */
