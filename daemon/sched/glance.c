#include "glance.h"

#include "log.h"
#include "sched_state.h"
#include "store_server.h"
#include "store_tenant.h"

#define PORTION 200 /* schemas: what is asked for meanwhile waits for no more */
#define OUT_MAX 2   /* orders at once, all servers */

/* Of one server. */
struct glance {
	GPtrArray *waiting;  /* schemas, owned */
	GHashTable *seen;    /* schema -> fingerprint, both in texts */
	GStringChunk *texts; /* owned */
	size_t nr;           /* looked at since somebody waited */
	bool out;            /* an order is */
};

void glance_free(void *data)
{
	struct glance *glance = data;

	g_ptr_array_unref(glance->waiting);
	g_hash_table_unref(glance->seen);
	g_string_chunk_free(glance->texts);
	g_free(glance);
}

void glance_expect(struct sched *sched, int64_t server_id, const char *schema)
{
	struct glance *glance = g_hash_table_lookup(sched->glances, &server_id);

	if (glance == NULL) {
		glance = g_new0(struct glance, 1);
		glance->waiting = g_ptr_array_new_with_free_func(g_free);
		glance->seen = g_hash_table_new(g_str_hash, g_str_equal);
		glance->texts = g_string_chunk_new(4096);
		g_hash_table_insert(sched->glances, g_memdup2(&server_id, sizeof(server_id)),
				    glance);
	}
	g_ptr_array_add(glance->waiting, g_strdup(schema));
}

void sched_tenant_added(struct sched *sched, const struct store_tenant *tenant)
{
	glance_expect(sched, tenant->server_id, tenant->schema);
}

const char *glance_find(const struct sched *sched, int64_t server_id, const char *schema)
{
	const struct glance *glance = g_hash_table_lookup(sched->glances, &server_id);

	return glance == NULL ? NULL : g_hash_table_lookup(glance->seen, schema);
}

void glance_forget(struct sched *sched, int64_t server_id)
{
	struct glance *glance = g_hash_table_lookup(sched->glances, &server_id);

	if (glance != NULL) {
		g_hash_table_remove_all(glance->seen);
		g_string_chunk_clear(glance->texts);
	}
}

static void take(struct glance *glance, const struct exec_standing *standing)
{
	if (standing->fingerprint != NULL) {
		g_hash_table_insert(
			glance->seen, g_string_chunk_insert_const(glance->texts, standing->schema),
			g_string_chunk_insert_const(glance->texts, standing->fingerprint));
	}
}

/* May be called again when the turn was undone. */
static int glanced(struct sched *sched, const struct exec_result *result, void *ctx,
		   struct err *err)
{
	struct glance *glance = g_hash_table_lookup(sched->glances, &result->server_id);

	(void)ctx;
	(void)err;
	if (glance == NULL) {
		return 0;
	}
	glance->out = false;
	if (!result->ok) {
		log_info("new tenants left to the next plan tenants=%u error=\"%s\"",
			 glance->waiting->len, result->err.msg);
		g_ptr_array_set_size(glance->waiting, 0);
		return 0;
	}
	glance->nr += result->nr;
	for (size_t i = 0; i < result->nr; i++) {
		take(glance, &result->standings[i]);
	}
	if (glance->waiting->len == 0) {
		log_info("new tenants looked at tenants=%zu", glance->nr);
		glance->nr = 0;
	}
	return 0;
}

/* A tenant, of which nothing was seen yet. */
static bool is_new(struct sched *sched, int64_t server_id, const char *schema)
{
	SCOPED(store_tenant) row = { 0 };
	struct err ignored;

	return store_tenant_get_schema(sched->store, server_id, schema, &row, &ignored) == 0 &&
	       row.shape == NULL;
}

/* Owned, NULL-terminated. */
static char **next_portion(struct sched *sched, int64_t server_id, struct glance *glance)
{
	GPtrArray *schemas = g_ptr_array_new();

	while (glance->waiting->len > 0 && schemas->len < PORTION) {
		char *schema = g_ptr_array_steal_index(glance->waiting, glance->waiting->len - 1);

		if (is_new(sched, server_id, schema)) {
			g_ptr_array_add(schemas, schema);
		} else {
			g_free(schema);
		}
	}
	g_ptr_array_add(schemas, NULL);
	return (char **)g_ptr_array_free(schemas, FALSE);
}

static void send(struct sched *sched, int64_t server_id, struct glance *glance)
{
	static const struct sched_job job = { .fn = glanced };
	SCOPED(store_server) server = { 0 };
	struct exec_order *order;
	struct err ignored;

	if (store_server_get_id(sched->store, server_id, &server, &ignored) < 0 ||
	    g_strcmp0(server.flavor, "mysql") == 0) {
		g_ptr_array_set_size(glance->waiting, 0); /* removed, or the first look is cheap */
		return;
	}
	order = exec_order_new(EXEC_SURVEY);
	order->schemas = next_portion(sched, server_id, glance);
	if (order->schemas[0] == NULL) {
		exec_order_free(order);
		return;
	}
	order->with_shapes = true;
	order->every_shape = true;
	order->in_passing = true;
	glance->out = true;
	sched_job_start(sched, &server, order, &job);
}

/* A server that nobody has reached yet is not tried for this. */
static bool may_send(const struct sched *sched, int64_t server_id, const struct glance *glance)
{
	const struct link *link = g_hash_table_lookup(sched->links, &server_id);

	if (glance->out || glance->waiting->len == 0 || sched_guard_pauses(sched, server_id)) {
		return false;
	}
	return link != NULL && link->state == SERVER_UP && link->tasks + link->jobs == 0 &&
	       link->waiting_jobs.length == 0;
}

static guint count_out(const struct sched *sched)
{
	GHashTableIter iter;
	void *glance;
	guint nr = 0;

	g_hash_table_iter_init(&iter, sched->glances);
	while (g_hash_table_iter_next(&iter, NULL, &glance)) {
		nr += ((const struct glance *)glance)->out;
	}
	return nr;
}

void glances_send(struct sched *sched)
{
	guint out = count_out(sched);
	GHashTableIter iter;
	void *server_id;
	void *glance;

	if (g_hash_table_size(sched->jobs) > out) {
		return; /* somebody waits for an answer: a plan, perhaps */
	}
	g_hash_table_iter_init(&iter, sched->glances);
	while (out < OUT_MAX && g_hash_table_iter_next(&iter, &server_id, &glance)) {
		if (may_send(sched, *(const int64_t *)server_id, glance)) {
			send(sched, *(const int64_t *)server_id, glance);
			out += ((const struct glance *)glance)->out;
		}
	}
}
