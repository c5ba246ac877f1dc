#include "store_throttle.h"

#include "store_run.h"

int store_rule_put(struct store *store, const struct store_rule *rule, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_THROTTLE_PUT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_rule_fields, rule);
	return store_query_run(&query, err);
}

int store_rule_remove(struct store *store, int64_t server_id, enum store_rule_kind kind,
		      const char *name, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_THROTTLE_REMOVE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":server_id", server_id);
	store_bind_text(&query, ":kind", store_rule_kind_names[kind]);
	store_bind_text(&query, ":name", name);
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	return store_changes(store) > 0 ? 1 : 0;
}

int store_rule_each(struct store *store, store_rule_fn fn, void *ctx, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_rule) rule = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_THROTTLE_EACH, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_rule_fields, &rule, err) < 0 ||
		    fn(&rule, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}
