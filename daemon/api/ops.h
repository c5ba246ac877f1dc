/*
 * ops - the operations: a table of method, path, least role, messages and handler.
 *
 * ops_dispatch finds the row, checks role, parameters and body, opens a transaction, calls
 * the handler and sends what it filled in; a handler knows neither HTTP nor JSON. A handler
 * that returns OP_LATER has called call_defer and answers with call_finish when the effect
 * is there, also when the client has gone meanwhile: what was asked is done anyway.
 *
 * What comes in through a port finds only the rows that need no role.
 *
 * Loop thread only.
 */
#ifndef OPS_H
#define OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "role.h"
#include "wire.h"

struct api;
struct call;
struct http_request;

enum op_family {
	OP_ADMIN,
	OP_SERVER,
	OP_TENANT,
	OP_RELEASE,
	OP_ROLLOUT,
	OP_TASK,
	OP_THROTTLE,
	OP_FAMILY_NR,
};

enum op_result {
	OP_FAILED = -1, /* err says why; everything written is undone */
	OP_DONE = 0,
	OP_LATER = 1,
	OP_STREAM = 2, /* the handler took call->http */
};

typedef int (*op_fn)(struct call *call, struct err *err); /* enum op_result */

struct op {
	const char *method;
	const char *path;   /* "{x}" is one segment, given to the handler as args[] */
	const char *params; /* names in the query, blank between; NULL: none */
	enum op_family family;
	enum role role; /* the least that may */
	bool writes;
	const struct wire_type *request; /* NULL: no body */
	const struct wire_type *answer;  /* NULL: the handler fills call->text */
	bool is_list;                    /* the answer is a list of these */
	op_fn fn;
	int arg; /* for handlers that serve several rows */
};

extern const struct op ops[]; /* method NULL ends it */

/* Takes http. */
void ops_dispatch(struct api *api, struct http_request *http);

/* The operations as a Markdown table. Owned. */
char *ops_describe(void);

int op_health(struct call *call, struct err *err);
int op_metrics(struct call *call, struct err *err);
int op_events(struct call *call, struct err *err);
int op_all(struct call *call, struct err *err);
int op_call_show(struct call *call, struct err *err);
int op_doctor(struct call *call, struct err *err);

int op_server_list(struct call *call, struct err *err);
int op_server_add(struct call *call, struct err *err);
int op_server_show(struct call *call, struct err *err);
int op_server_set(struct call *call, struct err *err);
int op_server_remove(struct call *call, struct err *err);
int op_server_check(struct call *call, struct err *err);
int op_server_discover(struct call *call, struct err *err);

int op_tenant_list(struct call *call, struct err *err);
int op_tenant_add(struct call *call, struct err *err);
int op_tenant_import(struct call *call, struct err *err);
int op_tenant_change(struct call *call, struct err *err);
int op_tenant_baseline(struct call *call, struct err *err);
int op_tenant_show(struct call *call, struct err *err);
int op_tenant_diff(struct call *call, struct err *err);
int op_tenant_verify(struct call *call, struct err *err);
int op_tenant_set(struct call *call, struct err *err);

int op_window_list(struct call *call, struct err *err);
int op_label_show(struct call *call, struct err *err);
int op_label_set(struct call *call, struct err *err);

int op_readonly_list(struct call *call, struct err *err);
int op_readonly_on(struct call *call, struct err *err);
int op_readonly_off(struct call *call, struct err *err);

int op_routing(struct call *call, struct err *err);
int op_tenant_mode(struct call *call, struct err *err);

int op_release_list(struct call *call, struct err *err);
int op_release_create(struct call *call, struct err *err);
int op_release_show(struct call *call, struct err *err);

int op_plan(struct call *call, struct err *err);
int op_rollout_plan(struct call *call, struct err *err);

int op_rollout_list(struct call *call, struct err *err);
int op_rollout_start(struct call *call, struct err *err);
int op_rollout_show(struct call *call, struct err *err);
int op_rollout_set(struct call *call, struct err *err);
int op_rollout_verb(struct call *call, struct err *err);
int op_rollout_skip(struct call *call, struct err *err);

int op_task_list(struct call *call, struct err *err);
int op_task_show(struct call *call, struct err *err);
int op_task_log(struct call *call, struct err *err);
int op_task_kill(struct call *call, struct err *err);
int op_task_resolve(struct call *call, struct err *err);

int op_throttle_show(struct call *call, struct err *err);
int op_throttle_set(struct call *call, struct err *err);
int op_throttle_verb(struct call *call, struct err *err);
int op_limit_list(struct call *call, struct err *err);
int op_limit_set(struct call *call, struct err *err);
int op_check(struct call *call, struct err *err);

#endif /* OPS_H */
