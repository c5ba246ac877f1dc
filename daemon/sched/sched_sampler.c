/*
 * Which servers are sampled: those that a rollout needs, and for a minute those that somebody
 * asked about. Samples come as letters. A sampler that is not needed any more is told to
 * stop and freed when its threads have ended, so that the loop never waits for them.
 */
#include "db.h"
#include "log.h"
#include "recall.h"
#include "replica_named.h"
#include "sample.h"
#include "sampler.h"
#include "sched_guard.h"
#include "store_server.h"
#include "tick.h"

#define UNUSED_MS 60000
#define RETRY_MS  5000

/* The sampler's thread. */
static void on_sample(void *ctx, struct sample *sample)
{
	struct sched *sched = ctx;
	struct letter *letter = g_new0(struct letter, 1);

	letter->sample = sample;
	mailbox_send(sched->letters, letter);
}

static double number_of(const char *text)
{
	struct err ignored;
	double value = SIGNAL_NO_LIMIT;

	if (text != NULL && signal_value_parse(text, &value, &ignored) < 0) {
		return SIGNAL_NO_LIMIT;
	}
	return value;
}

/* The signals that operators have added, those of the server before those of all. Owned. */
static GArray *customs_of(const struct sched *sched, int64_t server_id)
{
	GArray *customs = g_array_new(FALSE, FALSE, sizeof(struct custom_signal));
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = sched->rules->len; i > 0; i--) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i - 1))->row;
		const struct custom_signal custom = {
			.name = row->name, /* borrowed: the sampler copies */
			.text = row->source,
			.soft = number_of(row->soft),
			.hard = number_of(row->hard),
			.critical = number_of(row->critical),
		};

		if (row->kind == STORE_RULE_LIMIT && row->source != NULL &&
		    (row->server_id == 0 || row->server_id == server_id) &&
		    g_hash_table_add(seen, row->name)) {
			g_array_append_val(customs, custom);
		}
	}
	return customs;
}

static void describe_row(GString *text, const struct store_server *row)
{
	g_string_append_printf(text, "%s %s %lld %s %s %s %s\n", row->name, row->host,
			       (long long)row->port, row->socket, row->defaults_file, row->replicas,
			       row->heartbeat);
}

/* Whom a sampler asks. Owned. */
static char *describe(const struct link *link)
{
	GString *text = g_string_new(NULL);

	describe_row(text, &link->row);
	for (guint i = 0; i < link->replicas->len; i++) {
		describe_row(text, g_ptr_array_index(link->replicas, i));
	}
	return g_string_free(text, FALSE);
}

/* By their names. Owned. */
static GHashTable *texts_of(const GArray *customs)
{
	GHashTable *texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	for (guint i = 0; i < customs->len; i++) {
		const struct custom_signal *custom =
			&g_array_index(customs, struct custom_signal, i);

		g_hash_table_insert(texts, g_strdup(custom->name), g_strdup(custom->text));
	}
	return texts;
}

/* Of what is read in another way now, or not any more, nothing is known. */
static bool forget_others(struct guard *guard, GHashTable *texts, GHashTable *than, int64_t now_ms)
{
	bool differ = false;
	GHashTableIter iter;
	void *name;
	void *text;

	g_hash_table_iter_init(&iter, texts);
	while (g_hash_table_iter_next(&iter, &name, &text)) {
		if (g_strcmp0(text, g_hash_table_lookup(than, name)) != 0) {
			governor_forget(guard->governor, name, now_ms);
			differ = true;
		}
	}
	return differ;
}

/* ---- replicas that are named -------------------------------------------------------- */

struct db_addr sched_sampler_address(const struct store_server *row)
{
	return (struct db_addr){
		.host = row->host,
		.port = (unsigned)row->port,
		.socket = row->socket,
		.defaults_file = row->defaults_file,
	};
}

/*
 * Those that are enrolled, by their names, those in the server's list, asked with its option
 * file, and those that were found before. Borrows from all of them. Owned.
 */
static GArray *replicas_of(const struct link *link, const struct db_addr *listed,
			   const GArray *recalled)
{
	GArray *replicas = g_array_new(FALSE, FALSE, sizeof(struct sampler_replica));

	for (guint i = 0; i < link->replicas->len; i++) {
		const struct store_server *row = g_ptr_array_index(link->replicas, i);
		const struct sampler_replica one = { row->name, sched_sampler_address(row), 0, 0 };

		g_array_append_val(replicas, one);
	}
	for (const struct db_addr *at = listed;
	     at != NULL && (at->host != NULL || at->socket != NULL); at++) {
		struct sampler_replica one = { NULL, *at, 0, 0 };

		one.addr.defaults_file = link->row.defaults_file;
		g_array_append_val(replicas, one);
	}
	for (guint i = 0; i < recalled->len; i++) {
		const struct recalled *at = &g_array_index(recalled, struct recalled, i);
		const struct sampler_replica one = { NULL, at->addr, at->seen_at, at->number };

		g_array_append_val(replicas, one);
	}
	return replicas;
}

static void begin(struct sched *sched, struct guard *guard, const struct link *link,
		  const struct db_addr *listed, const GArray *recalled, struct err *err)
{
	g_autoptr(GArray) customs = customs_of(sched, guard->server_id);
	g_autoptr(GArray) replicas = replicas_of(link, listed, recalled);
	const struct sampler_config config = {
		.server_id = guard->server_id,
		.addr = sched_sampler_address(&link->row),
		.replicas = (const struct sampler_replica *)(const void *)replicas->data,
		.replicas_nr = replicas->len,
		.heartbeat = link->row.heartbeat,
		.customs = (const struct custom_signal *)(const void *)customs->data,
		.customs_nr = customs->len,
		.discover = true,
		.probe = sched->policy.throttle_probe,
	};

	if (replicas->len > 0) {
		governor_promise(guard->governor, signal_kinds[SIGNAL_LAG].name);
	}
	guard->sampler = sampler_new(&config, on_sample, sched, err);
}

/* What the governor knows is the caller's matter. */
static void start(struct sched *sched, struct guard *guard, const struct link *link)
{
	g_autoptr(GArray) customs = customs_of(sched, guard->server_id);
	struct err err = { 0 };
	g_autoptr(GArray) recalled = recall_read(sched, link, &err);
	struct db_addr *listed = NULL;

	guard->begun_ms = tick_ms();
	guard->period_ms = 0;
	recall_begin(guard);
	g_free(guard->sampled);
	guard->sampled = describe(link);
	g_clear_pointer(&guard->customs, g_hash_table_unref);
	guard->customs = texts_of(customs);
	if (link->row.replicas != NULL) {
		listed = replica_named_parse(link->row.replicas, &err);
	}
	if (recalled != NULL && (link->row.replicas == NULL || listed != NULL)) {
		begin(sched, guard, link, listed, recalled, &err);
	}
	replica_named_free(listed);
	if (guard->sampler == NULL) { /* silent, with the reason */
		governor_trouble(guard->governor, err.msg);
		log_warn("server is not sampled server=%s error=\"%s\"", guard->name, err.msg);
	}
}

static void start_anew(struct sched *sched, struct guard *guard, const struct link *link,
		       int64_t now_ms)
{
	governor_begin(guard->governor, true, now_ms);
	start(sched, guard, link);
}

static void stop(struct sched *sched, struct guard *guard)
{
	if (guard->sampler != NULL) {
		sampler_stop(guard->sampler);
		g_ptr_array_add(sched->retired, g_steal_pointer(&guard->sampler));
	}
}

void sched_sampler_need(struct sched *sched, struct guard *guard, const struct link *link)
{
	int64_t now_ms = tick_ms();

	if (!sched->policy.throttle || guard->sampler != NULL || sched->stopping ||
	    (guard->begun_ms > 0 && guard->is_wanted && now_ms - guard->begun_ms < RETRY_MS)) {
		return;
	}
	guard->is_wanted = true;
	start_anew(sched, guard, link, now_ms);
}

void sched_sampler_pace(struct guard *guard)
{
	if (guard->sampler != NULL && guard->verdict.period_ms != guard->period_ms) {
		guard->period_ms = guard->verdict.period_ms;
		sampler_set_period(guard->sampler, guard->period_ms);
	}
}

/* Its address may be another now: then nothing is known; or other signals of operators: of them. */
void sched_sampler_renew(struct sched *sched, struct guard *guard)
{
	const struct link *link = g_hash_table_lookup(sched->links, &guard->server_id);
	g_autoptr(GArray) customs = NULL;
	g_autoptr(GHashTable) texts = NULL;
	g_autofree char *now = NULL;
	int64_t now_ms = tick_ms();
	bool differ;

	if (guard->sampler == NULL || link == NULL) {
		return;
	}
	customs = customs_of(sched, guard->server_id);
	texts = texts_of(customs);
	now = describe(link);
	differ = forget_others(guard, texts, guard->customs, now_ms);
	differ |= forget_others(guard, guard->customs, texts, now_ms);
	if (g_strcmp0(now, guard->sampled) != 0) {
		stop(sched, guard);
		start_anew(sched, guard, link, now_ms);
	} else if (differ) {
		stop(sched, guard);
		governor_renew(guard->governor);
		start(sched, guard, link);
	}
}

void sched_sampler_drop(struct sched *sched, struct guard *guard)
{
	stop(sched, guard);
	guard->is_wanted = false;
	governor_begin(guard->governor, false, tick_ms());
	guard->is_stale = true; /* decided again without what it knew */
}

static bool is_used(const struct sched *sched, const struct guard *guard, int64_t now_ms)
{
	const struct link *link = g_hash_table_lookup(sched->links, &guard->server_id);

	return now_ms - guard->wanted_ms < UNUSED_MS || (link != NULL && link->tasks > 0);
}

void sched_samplers_trim(struct sched *sched, int64_t now_ms)
{
	GHashTableIter iter;
	void *value;

	for (guint i = sched->retired->len; i > 0; i--) {
		struct sampler *sampler = g_ptr_array_index(sched->retired, i - 1);

		if (sampler_has_ended(sampler)) {
			sampler_free(sampler);
			(void)g_ptr_array_remove_index_fast(sched->retired, i - 1);
		}
	}
	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct guard *guard = value;

		if (guard->sampler != NULL &&
		    (!sched->policy.throttle || !is_used(sched, guard, now_ms))) {
			sched_sampler_drop(sched, guard);
		}
	}
}

int64_t sched_samplers_due(const struct sched *sched, int64_t now_ms)
{
	int64_t due = sched->retired->len > 0 ? RETRY_MS : -1;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct guard *guard = value;
		int64_t left = MAX(guard->wanted_ms + UNUSED_MS - now_ms, RETRY_MS);

		if (guard->sampler != NULL) {
			due = due < 0 ? left : MIN(due, left);
		}
	}
	return due;
}

void sched_samplers_end(struct sched *sched)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		stop(sched, value);
	}
	for (guint i = 0; i < sched->retired->len; i++) {
		sampler_free(g_ptr_array_index(sched->retired, i));
	}
	g_ptr_array_set_size(sched->retired, 0);
}
