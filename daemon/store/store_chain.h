/*
 * store_chain - how schemas should look: the chains of a rollout, and shapes by fingerprint.
 *
 * Contents are texts of the plan layer, opaque here. Loop thread only; in a transaction.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "states.h"
#include "store.h"

/* Insert or replace. */
NODISCARD int store_chain_put(struct store *store, int64_t rollout_id, int64_t server_id,
			      const char *class, const char *content, enum task_kind kind,
			      struct err *err);

/* *content is owned; NULL when there is none. */
NODISCARD int store_chain_get(struct store *store, int64_t rollout_id, int64_t server_id,
			      const char *class, char **content, struct err *err);

NODISCARD int store_chain_has(struct store *store, int64_t rollout_id, int64_t server_id,
			      const char *class, bool *has, struct err *err);

/* Of the latest task of a tenant that had a chain; rollout_id 0: none had. */
struct store_earlier {
	int64_t rollout_id;
	int64_t release_id;
	char *class;   /* owned */
	char *content; /* owned */
};

void store_earlier_release(struct store_earlier *earlier);
SCOPED_RELEASE(store_earlier);

/* *earlier is released first. */
NODISCARD int store_chain_earlier(struct store *store, int64_t tenant_id,
				  struct store_earlier *earlier, struct err *err);

/* The same fingerprint is the same shape: a second put changes nothing. */
NODISCARD int store_shape_put(struct store *store, const char *fingerprint, const char *content,
			      struct err *err);
NODISCARD int store_shape_get(struct store *store, const char *fingerprint, char **content,
			      struct err *err);

/* What a tenant should look like at a version, and how it differs; NULL clears. */
NODISCARD int store_tenant_shape(struct store *store, int64_t tenant_id, const char *fingerprint,
				 const char *version, const char *drifted, struct err *err);

#endif /* STORE_CHAIN_H */
