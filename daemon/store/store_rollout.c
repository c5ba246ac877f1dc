#include "store_rollout.h"

#include <glib.h>

#include "store_run.h"
#include "tick.h"

#define KEY_KEPT_MS (INT64_C(7) * 24 * 3600 * 1000)

/* "12" or "r12"; 0: it is not an id. */
static int64_t id_parse(const char *word)
{
	guint64 id;

	if (*word == 'r') {
		word++;
	}
	return g_ascii_string_to_unsigned(word, 10, 1, G_MAXINT64, &id, NULL) ? (int64_t)id : 0;
}

static int rollout_refused(const struct store_rollout *rollout, struct err *err)
{
	if (store_is_duplicate(err, "rollout.name")) {
		return err_set_native(err, ERR_CONFLICT, err->native,
				      "a rollout named %s exists already; choose another name",
				      rollout->name);
	}
	return -1;
}

static int rollout_name(struct store *store, struct store_rollout *rollout, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	g_autofree char *name = g_strdup_printf("r%lld", (long long)rollout->id);

	if (store_query_begin(&query, store, SQL_ROLLOUT_NAME, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", rollout->id);
	store_bind_text(&query, ":name", name);
	if (store_query_run(&query, err) < 0) {
		return -1;
	}
	store_text_set(&rollout->name, name);
	return 0;
}

static int rollout_write(struct store *store, struct store_rollout *rollout, enum store_sql sql,
			 struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	rollout->revision++;
	store_bind_row(&query, &store_rollout_fields, rollout);
	if (store_query_run(&query, err) < 0) {
		rollout->revision--;
		return rollout_refused(rollout, err);
	}
	if (store_changes(store) == 0) {
		rollout->revision--;
		return err_set(err, ERR_NOT_FOUND, "there is no rollout r%lld",
			       (long long)rollout->id);
	}
	return 0;
}

int store_rollout_put(struct store *store, struct store_rollout *rollout, struct err *err)
{
	if (rollout->id != 0) {
		return rollout_write(store, rollout, SQL_ROLLOUT_UPDATE, err);
	}
	if (rollout->name != NULL && id_parse(rollout->name) != 0) {
		return err_set(err, ERR_INVALID,
			       "a rollout cannot be named %s, which reads like the id of one",
			       rollout->name);
	}
	if (rollout_write(store, rollout, SQL_ROLLOUT_INSERT, err) < 0) {
		return -1;
	}
	rollout->id = store_last_id(store);
	return rollout->name != NULL ? 0 : rollout_name(store, rollout, err);
}

static int rollout_find_id(struct store *store, int64_t id, struct store_rollout *rollout,
			   struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_ROLLOUT_GET_ID, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":id", id);
	return store_query_find(&query, &store_rollout_fields, rollout, err);
}

static int rollout_find_name(struct store *store, const char *name, struct store_rollout *rollout,
			     struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_ROLLOUT_GET_NAME, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":name", name);
	return store_query_find(&query, &store_rollout_fields, rollout, err);
}

int store_rollout_get_id(struct store *store, int64_t id, struct store_rollout *rollout,
			 struct err *err)
{
	int found = rollout_find_id(store, id, rollout, err);

	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "there is no rollout r%lld", (long long)id);
	}
	return found < 0 ? -1 : 0;
}

int store_rollout_get(struct store *store, const char *word, struct store_rollout *rollout,
		      struct err *err)
{
	int64_t id = id_parse(word);
	int found = id != 0 ? rollout_find_id(store, id, rollout, err)
			    : rollout_find_name(store, word, rollout, err);

	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "there is no rollout %s", word);
	}
	return found < 0 ? -1 : 0;
}

int store_rollout_each(struct store *store, bool open_only, store_rollout_fn fn, void *ctx,
		       struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_rollout) rollout = { 0 };
	enum store_sql sql = open_only ? SQL_ROLLOUT_EACH_OPEN : SQL_ROLLOUT_EACH;
	int step;

	if (store_query_begin(&query, store, sql, err) < 0) {
		return -1;
	}
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_rollout_fields, &rollout, err) < 0 ||
		    fn(&rollout, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int store_wave_put(struct store *store, const struct store_wave *wave, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_WAVE_PUT, err) < 0) {
		return -1;
	}
	store_bind_row(&query, &store_wave_fields, wave);
	return store_query_run(&query, err);
}

int store_wave_get(struct store *store, int64_t rollout_id, int64_t seq, struct store_wave *wave,
		   struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int found;

	if (store_query_begin(&query, store, SQL_WAVE_GET, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	store_bind_int(&query, ":seq", seq);
	found = store_query_find(&query, &store_wave_fields, wave, err);
	if (found == 0) {
		return err_set(err, ERR_NOT_FOUND, "rollout r%lld has no wave %lld",
			       (long long)rollout_id, (long long)seq);
	}
	return found < 0 ? -1 : 0;
}

int store_wave_each(struct store *store, int64_t rollout_id, store_wave_fn fn, void *ctx,
		    struct err *err)
{
	SCOPED(store_query) query = { 0 };
	SCOPED(store_wave) wave = { 0 };
	int step;

	if (store_query_begin(&query, store, SQL_WAVE_EACH, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":rollout_id", rollout_id);
	while ((step = store_query_step(&query, err)) == STORE_ROW) {
		if (store_query_read(&query, &store_wave_fields, &wave, err) < 0 ||
		    fn(&wave, ctx, err) < 0) {
			return -1;
		}
	}
	return step;
}

int64_t store_key_get(struct store *store, const char *key, struct err *err)
{
	SCOPED(store_query) query = { 0 };
	int64_t id;

	if (store_query_begin(&query, store, SQL_KEY_GET, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":key", key);
	store_bind_int(&query, ":oldest", tick_wall_ms() - KEY_KEPT_MS);
	return store_query_int(&query, 0, &id, err) < 0 ? -1 : id;
}

static int key_purge(struct store *store, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (store_query_begin(&query, store, SQL_KEY_PURGE, err) < 0) {
		return -1;
	}
	store_bind_int(&query, ":oldest", tick_wall_ms() - KEY_KEPT_MS);
	return store_query_run(&query, err);
}

int store_key_put(struct store *store, const char *key, int64_t id, struct err *err)
{
	SCOPED(store_query) query = { 0 };

	if (key_purge(store, err) < 0 || store_query_begin(&query, store, SQL_KEY_PUT, err) < 0) {
		return -1;
	}
	store_bind_text(&query, ":key", key);
	store_bind_int(&query, ":id", id);
	store_bind_int(&query, ":at", tick_wall_ms());
	if (store_query_run(&query, err) < 0) {
		return store_is_duplicate(err, NULL)
			       ? err_set_native(err, ERR_CONFLICT, err->native,
						"the idempotency key %s was used already", key)
			       : -1;
	}
	return 0;
}
