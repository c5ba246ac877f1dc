/*
 * ops_tenant - what the operations on tenants share: choosing, labels, enrolling.
 *
 * Loop thread only; in the transaction of the call.
 */
#ifndef OPS_TENANT_H
#define OPS_TENANT_H

#include <glib.h>

#include "err.h"
#include "wire.h"

struct api;
struct call;
struct exec_result;
struct store_labels;
struct store_server;
struct store_tenant;

/* op->arg of op_tenant_change. */
enum tenant_change {
	TENANT_CHANGE_HOLD,
	TENANT_CHANGE_RELEASE,
	TENANT_CHANGE_LABEL,
	TENANT_CHANGE_REMOVE,
	TENANT_CHANGE_SET,
	TENANT_CHANGE_NR,
};

struct selector;

bool tenant_is_selected(struct selector *selector, const struct store_tenant *row);

/*
 * Append the ids of the tenants that the text selects. ERR_NOT_FOUND when there are none,
 * or when it names one that is not there.
 */
NODISCARD int tenants_pick(const struct api *api, const char *text, GArray *ids, struct err *err);

/* How discovered tenants are named: NULL, or a text with "{schema}" in it. */
NODISCARD int tenant_pattern_check(const char *pattern, struct err *err);

/* Enrol what a discovery found, as the request of the call says; fills its answer. */
NODISCARD int tenant_discovered(struct call *call, const struct store_server *server,
				const struct exec_result *result, struct err *err);

#endif /* OPS_TENANT_H */
