#include "sched_throttle.h"

#include <math.h>
#include <string.h>

#include "pauses.h"
#include "sched_guard.h"
#include "signal.h"
#include "store_server.h"
#include "store_throttle.h"
#include "tick.h"

#define WATCHED_MAX   128 /* servers that a look at all of them has sampled */
#define FOR_MAX_MS    (INT64_C(90) * 24 * 3600 * 1000)
#define TEXT_MAX      4000
#define LABEL_RUN_MAX 100000

/* ---- what is asked ---------------------------------------------------------------------- */

static int server_id_of(struct sched *sched, const char *server, int64_t *id, struct err *err)
{
	SCOPED(store_server) row = { 0 };

	*id = 0;
	if (server == NULL) {
		return 0;
	}
	if (store_server_get(sched->store, server, &row, err) < 0) {
		return -1;
	}
	*id = row.id;
	return 0;
}

/* of_any: also where it is a signal of some other server only. */
static const char *source_of(const struct sched *sched, int64_t server_id, const char *signal,
			     bool of_any)
{
	const char *source = NULL;

	for (guint i = 0; i < sched->rules->len; i++) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i))->row;

		if (row->kind == STORE_RULE_LIMIT && strcmp(row->name, signal) == 0 &&
		    (of_any || row->server_id == 0 || row->server_id == server_id) &&
		    row->source != NULL) {
			source = row->source;
		}
	}
	return source;
}

static int64_t wall_of(int64_t at_ms)
{
	return at_ms == 0 ? 0 : tick_wall_ms() + (at_ms - tick_ms());
}

static struct sched_signal_view signal_view(const struct sched *sched, const struct guard *guard,
					    const struct gauge *gauge, int64_t now_ms)
{
	bool is_known = gauge->track.nr > 0;
	bool is_exempt = gauge->exempt_until > now_ms;

	return (struct sched_signal_view){
		.name = gauge->name,
		.unit = gauge->kind != NULL ? gauge->kind->unit : "",
		.value = is_known ? gauge->track.values[0] : SIGNAL_NO_LIMIT,
		.soft = gauge->limits.soft,
		.hard = gauge->limits.hard,
		.critical = gauge->limits.critical,
		.age_ms = is_known ? now_ms - gauge->track.at_ms : -1,
		.level = level_names[gauge_level(gauge)],
		.problem = gauge_problem(gauge),
		.text = source_of(sched, guard->server_id, gauge->name, false),
		.exempt_until = is_exempt ? wall_of(gauge->exempt_until) : 0,
		.exempt_reason = is_exempt ? gauge->exempt_reason : NULL,
	};
}

static int longest_first(const void *a, const void *b)
{
	const struct sched_paused_view *left = a;
	const struct sched_paused_view *right = b;

	return left->ms > right->ms ? -1 : left->ms < right->ms;
}

static GArray *paused_views(const struct guard *guard)
{
	GArray *views = g_array_new(FALSE, FALSE, sizeof(struct sched_paused_view));
	const struct pauses *pauses = governor_pauses(guard->governor);
	const struct pause *pause;

	for (size_t i = 0; (pause = pauses_get(pauses, i)) != NULL; i++) {
		const struct sched_paused_view view = { .reason = pause->cause, .ms = pause->ms };

		g_array_append_val(views, view);
	}
	g_array_sort(views, longest_first);
	return views;
}

static void view_orders(const struct sched *sched, struct sched_throttle_view *view)
{
	const struct rule *hold = sched_rule_find(sched, view->server_id, STORE_RULE_HOLD, "");
	const struct rule *ratio = sched_rule_find(sched, view->server_id, STORE_RULE_RATIO, "");

	view->ratio = 1;
	if (hold != NULL) {
		view->hold = hold->row.reason != NULL ? hold->row.reason : "";
		view->hold_by = hold->row.owner;
		view->hold_until = wall_of(hold->deadline_ms);
	}
	if (ratio != NULL) {
		view->ratio = g_ascii_strtod(ratio->row.amount, NULL);
		view->ratio_until = wall_of(ratio->deadline_ms);
	}
}

struct looking {
	struct sched *sched;
	int (*fn)(const struct sched_throttle_view *view, void *ctx, struct err *err);
	void *ctx;
	size_t nr;
	bool only_known; /* servers that nobody needs stay as they are, and are left out */
};

static int look_at(struct looking *looking, struct guard *guard, const struct link *link,
		   struct err *err)
{
	int64_t now_ms = tick_ms();
	g_autoptr(GArray) signals = g_array_new(FALSE, FALSE, sizeof(struct sched_signal_view));
	g_autoptr(GArray) paused = NULL;
	g_autofree char *reason = NULL;
	const struct gauge *gauge;
	struct sched_throttle_view view = {
		.server_id = link->id,
		.server = link->row.name,
		.running = link->tasks,
		.sampled = guard->sampler != NULL,
	};

	(void)sched_guard_decide(looking->sched, guard, now_ms);
	for (size_t i = 0; (gauge = governor_gauge(guard->governor, i)) != NULL; i++) {
		struct sched_signal_view signal = signal_view(looking->sched, guard, gauge, now_ms);

		if (gauge->kind != NULL || signal.text != NULL) { /* not one that was removed */
			g_array_append_val(signals, signal);
		}
	}
	paused = paused_views(guard);
	reason = sched_guard_reason(guard, now_ms);
	view_orders(looking->sched, &view);
	view.state = throttle_state_names[guard->verdict.state];
	view.reason = reason;
	view.since = wall_of(guard->verdict.since_ms);
	view.slots = guard->verdict.slots;
	view.slots_max = guard->verdict.slots_max;
	view.rebuilds = sched_rebuilds_of(looking->sched, link);
	view.chunks = sched_chunks_of(looking->sched, link);
	view.period_ms = guard->verdict.period_ms;
	view.signals = (const struct sched_signal_view *)(const void *)signals->data;
	view.nr_signals = signals->len;
	view.paused = (const struct sched_paused_view *)(const void *)paused->data;
	view.nr_paused = paused->len;
	view.paused_ms = pauses_ms(governor_pauses(guard->governor));
	return looking->fn(&view, looking->ctx, err);
}

static int look(const struct store_server *server, void *ctx, struct err *err)
{
	struct looking *looking = ctx;
	struct sched *sched = looking->sched;
	struct link *link = NULL;
	struct guard *guard;

	if (sched_link_get(sched, server->id, &link, err) < 0) {
		return -1;
	}
	guard = g_hash_table_lookup(sched->guards, &server->id);
	if (looking->only_known) {
		return guard == NULL ? 0 : look_at(looking, guard, link, err);
	}
	if (guard == NULL || looking->nr < WATCHED_MAX) {
		guard = sched_guard_need(sched, link);
	}
	looking->nr++;
	return look_at(looking, guard, link, err);
}

int sched_throttle_each(struct sched *sched, const char *server,
			int (*fn)(const struct sched_throttle_view *view, void *ctx,
				  struct err *err),
			void *ctx, struct err *err)
{
	struct looking looking = { .sched = sched, .fn = fn, .ctx = ctx };
	SCOPED(store_server) row = { 0 };

	if (sched_rules_refresh(sched, err) < 0) {
		return -1;
	}
	if (server == NULL) {
		return store_server_each(sched->store, look, &looking, err);
	}
	if (store_server_get(sched->store, server, &row, err) < 0) {
		return -1;
	}
	return look(&row, &looking, err);
}

int sched_throttle_peek(struct sched *sched,
			int (*fn)(const struct sched_throttle_view *view, void *ctx,
				  struct err *err),
			void *ctx, struct err *err)
{
	struct looking looking = { .sched = sched, .fn = fn, .ctx = ctx, .only_known = true };

	return store_server_each(sched->store, look, &looking, err);
}

/* ---- what is decided ---------------------------------------------------------------------- */

static int note(struct sched *sched, const struct sched_actor *actor, const char *kind,
		const char *server, const char *text, struct err *err)
{
	g_autofree char *object =
		server != NULL ? g_strdup_printf("server/%s", server) : g_strdup("server");

	sched->rules_stale = true;
	return sched_note(sched, actor, 0, kind, object, NULL, text, err);
}

static int check_limit(const char *name, const char *text, struct err *err)
{
	double value;

	if (text == NULL || text[0] == '\0') {
		return 0;
	}
	if (signal_value_parse(text, &value, err) < 0) {
		return err_prefix(err, "%s", name);
	}
	return 0;
}

static int check_text(const char *text, enum signal_source source, struct err *err)
{
	bool is_url = g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://");

	if (strlen(text) > TEXT_MAX) {
		return err_set(err, ERR_INVALID, "a signal's text has at most %d characters",
			       TEXT_MAX);
	}
	if (source == SIGNAL_HTTP && !is_url) {
		return err_set(err, ERR_INVALID, "url=%s: it has to begin with http:// or https://",
			       text);
	}
	if (source == SIGNAL_FILE && text[0] != '/') {
		return err_set(err, ERR_INVALID, "path=%s: it has to be an absolute path", text);
	}
	return 0;
}

static bool is_number(const char *limit)
{
	return limit != NULL && limit[0] != '\0' && strcmp(limit, "-") != 0;
}

/* What a server of this kind can never give is refused; the rest shows as silent. */
static int check_server(struct sched *sched, int64_t server_id, const struct sched_limit *limit,
			struct err *err)
{
	SCOPED(store_server) row = { 0 };

	if (server_id == 0 || signal_find(limit->signal) != SIGNAL_FLOW_CONTROL ||
	    !(is_number(limit->soft) || is_number(limit->hard) || is_number(limit->critical))) {
		return 0;
	}
	if (store_server_get_id(sched->store, server_id, &row, err) < 0) {
		return -1;
	}
	if (g_strcmp0(row.flavor, "mysql") != 0) {
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "server %s is MySQL, which has no Galera: it never gives flow_control, and "
		       "nothing would start there",
		       row.name);
}

static int check(struct sched *sched, int64_t server_id, const struct sched_limit *limit,
		 struct err *err)
{
	bool has_text = limit->text != NULL && limit->text[0] != '\0';
	enum signal_source source;

	if (signal_name_check(limit->signal, &source, err) < 0 ||
	    check_limit("soft", limit->soft, err) < 0 ||
	    check_limit("hard", limit->hard, err) < 0 ||
	    check_limit("critical", limit->critical, err) < 0) {
		return -1;
	}
	if (source == SIGNAL_BUILT_IN) {
		return !has_text ? check_server(sched, server_id, limit, err)
				 : err_set(err, ERR_INVALID,
					   "%s is built in: a query, a URL or a path is for "
					   "signals named sql:NAME, http:NAME or file:NAME",
					   limit->signal);
	}
	if (!has_text && source_of(sched, server_id, limit->signal, false) == NULL) {
		return err_set(err, ERR_INVALID,
			       "there is no signal %s yet: make it with query=SQL, url=URL or "
			       "path=FILE",
			       limit->signal);
	}
	return has_text && strcmp(limit->text, "-") != 0 ? check_text(limit->text, source, err) : 0;
}

static void set_text(char **text, const char *value)
{
	if (value != NULL) {
		store_text_set(text, value[0] == '\0' ? NULL : value);
	}
}

static void copy_rule(struct store_rule *row, const struct store_rule *from)
{
	store_text_set(&row->soft, from->soft);
	store_text_set(&row->hard, from->hard);
	store_text_set(&row->critical, from->critical);
	store_text_set(&row->source, from->source);
}

/* What the server's own rule says now. */
static int read_own(const struct store_rule *rule, void *ctx, struct err *err)
{
	struct store_rule *row = ctx;

	(void)err;
	if (rule->server_id == row->server_id && rule->kind == row->kind &&
	    strcmp(rule->name, row->name) == 0) {
		copy_rule(row, rule);
	}
	return 0;
}

static int put_limit(struct sched *sched, int64_t server_id, const struct sched_limit *limit,
		     const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_rule) row = { .server_id = server_id, .kind = STORE_RULE_LIMIT };
	bool is_gone = g_strcmp0(limit->text, "-") == 0;

	store_text_set(&row.name, limit->signal);
	if (store_rule_each(sched->store, read_own, &row, err) < 0) {
		return -1;
	}
	set_text(&row.soft, limit->soft);
	set_text(&row.hard, limit->hard);
	set_text(&row.critical, limit->critical);
	set_text(&row.source, limit->text);
	store_text_set(&row.owner, actor->name);
	store_text_set(&row.reason, actor->reason);
	is_gone = is_gone || (row.soft == NULL && row.hard == NULL && row.critical == NULL &&
			      row.source == NULL);
	if (is_gone) {
		return store_rule_remove(sched->store, server_id, STORE_RULE_LIMIT, limit->signal,
					 err) < 0
			       ? -1
			       : 0;
	}
	return store_rule_put(sched->store, &row, err);
}

static void add_word(GString *out, const char *name, const char *value)
{
	if (value != NULL) {
		g_string_append_printf(out, " %s=%s", name, value[0] == '\0' ? "usual" : value);
	}
}

int sched_throttle_set(struct sched *sched, const char *server, const struct sched_limit *limit,
		       const struct sched_actor *actor, struct err *err)
{
	g_autoptr(GString) text = g_string_new(limit->signal);
	int64_t server_id;

	if (sched_rules_refresh(sched, err) < 0 ||
	    server_id_of(sched, server, &server_id, err) < 0 ||
	    check(sched, server_id, limit, err) < 0 ||
	    put_limit(sched, server_id, limit, actor, err) < 0) {
		return -1;
	}
	add_word(text, "soft", limit->soft);
	add_word(text, "hard", limit->hard);
	add_word(text, "critical", limit->critical);
	add_word(text, "text", limit->text);
	return note(sched, actor, "throttle.set", server, text->str, err);
}

static int put_for(struct sched *sched, struct store_rule *row, const char *server, int64_t for_ms,
		   const struct sched_actor *actor, struct err *err)
{
	if (for_ms <= 0 || for_ms > FOR_MAX_MS) {
		return err_set(err, ERR_INVALID,
			       "it has to end by itself: --for takes 1s to 90d, such as 30m");
	}
	if (server_id_of(sched, server, &row->server_id, err) < 0) {
		return -1;
	}
	row->for_ms = for_ms;
	row->until_at = tick_wall_ms() + for_ms;
	store_text_set(&row->owner, actor->name);
	store_text_set(&row->reason, actor->reason);
	return store_rule_put(sched->store, row, err);
}

static char *until_text(const char *what, const struct store_rule *row)
{
	char end[TICK_TEXT_MAX];

	return g_strdup_printf("%s until %s", what, tick_format(end, row->until_at));
}

static int end_ratio(struct sched *sched, const char *server, const struct sched_actor *actor,
		     struct err *err)
{
	int64_t server_id;

	if (server_id_of(sched, server, &server_id, err) < 0 ||
	    store_rule_remove(sched->store, server_id, STORE_RULE_RATIO, "", err) < 0) {
		return -1;
	}
	return note(sched, actor, "throttle.ratio", server, "all of the slots again", err);
}

int sched_throttle_ratio(struct sched *sched, const char *server, double ratio, int64_t for_ms,
			 const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_rule) row = { .kind = STORE_RULE_RATIO, .name = g_strdup("") };
	char amount[SIGNAL_VALUE_MAX];
	g_autofree char *what = NULL;
	g_autofree char *text = NULL;

	if (!(ratio > 0 && ratio <= 1)) {
		return err_set(err, ERR_INVALID,
			       "a ratio is a share of the slots, above 0 and up to 1; for none of "
			       "them: `muster throttle hold`");
	}
	if (ratio == 1) {
		return end_ratio(sched, server, actor, err);
	}
	row.amount = g_strdup(signal_value_format(amount, ratio));
	if (strcmp(row.amount, "0") == 0) {
		store_text_set(&row.amount, "0.01");
	}
	if (put_for(sched, &row, server, for_ms, actor, err) < 0) {
		return -1;
	}
	what = g_strdup_printf("%s of the slots", row.amount);
	text = until_text(what, &row);
	return note(sched, actor, "throttle.ratio", server, text, err);
}

int sched_throttle_hold(struct sched *sched, const char *server, int64_t for_ms,
			const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_rule) row = { .kind = STORE_RULE_HOLD, .name = g_strdup("") };
	g_autofree char *text = NULL;

	if (put_for(sched, &row, server, for_ms, actor, err) < 0) {
		return -1;
	}
	text = until_text("held", &row);
	return note(sched, actor, "throttle.hold", server, text, err);
}

int sched_throttle_exempt(struct sched *sched, const char *server, const char *signal,
			  int64_t for_ms, const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_rule) row = { .kind = STORE_RULE_EXEMPT, .name = g_strdup(signal) };
	g_autofree char *what = g_strdup_printf("%s does not count", signal);
	g_autofree char *text = NULL;
	enum signal_source source;
	int64_t server_id;

	if (signal_name_check(signal, &source, err) < 0 || sched_rules_refresh(sched, err) < 0 ||
	    server_id_of(sched, server, &server_id, err) < 0) {
		return -1;
	}
	if (source != SIGNAL_BUILT_IN &&
	    source_of(sched, server_id, signal, server == NULL) == NULL) {
		return err_set(err, ERR_INVALID,
			       "there is no signal %s%s%s: see `muster throttle show`", signal,
			       server != NULL ? " on " : "", server != NULL ? server : "");
	}
	if (put_for(sched, &row, server, for_ms, actor, err) < 0) {
		return -1;
	}
	text = until_text(what, &row);
	return note(sched, actor, "throttle.exempt", server, text, err);
}

static bool ends_with_release(const struct store_rule *row)
{
	return row->kind == STORE_RULE_HOLD || row->kind == STORE_RULE_RATIO ||
	       row->kind == STORE_RULE_EXEMPT;
}

int sched_throttle_release(struct sched *sched, const char *server, const struct sched_actor *actor,
			   struct err *err)
{
	int64_t server_id;
	int nr = 0;

	if (sched_rules_refresh(sched, err) < 0 ||
	    server_id_of(sched, server, &server_id, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < sched->rules->len; i++) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i))->row;
		int removed;

		if (!ends_with_release(row) || (server != NULL && row->server_id != server_id)) {
			continue;
		}
		removed =
			store_rule_remove(sched->store, row->server_id, row->kind, row->name, err);
		if (removed < 0) {
			return -1;
		}
		nr += removed;
	}
	if (nr == 0) {
		return err_set(err, ERR_CONFLICT,
			       "nothing is held, exempt or shared %s%s: see `muster throttle show`",
			       server != NULL ? "on " : "", server != NULL ? server : "anywhere");
	}
	return note(sched, actor, "throttle.release", server,
		    "what was held, exempt or shared is not any more", err);
}

/* ---- labels ---------------------------------------------------------------------------------- */

int sched_throttle_set_label(struct sched *sched, const char *label, int64_t running,
			     const struct sched_actor *actor, struct err *err)
{
	SCOPED(store_rule) row = { .kind = STORE_RULE_LABEL, .name = g_strdup(label) };
	const char *equals = strchr(label, '=');
	g_autofree char *text = NULL;

	if (equals == NULL || equals == label || equals[1] == '\0') {
		return err_set(err, ERR_INVALID, "\"%s\" is no label such as region=eu", label);
	}
	if (running == 0 || running < -1 || running > LABEL_RUN_MAX) {
		return err_set(err, ERR_INVALID,
			       "of label %s from 1 to %d tasks may run at once, or - for no limit",
			       label, LABEL_RUN_MAX);
	}
	if (running < 0) {
		if (store_rule_remove(sched->store, 0, STORE_RULE_LABEL, label, err) < 0) {
			return -1;
		}
		text = g_strdup_printf("label %s: no limit", label);
		return note(sched, actor, "throttle.label", NULL, text, err);
	}
	row.amount = g_strdup_printf("%lld", (long long)running);
	store_text_set(&row.owner, actor->name);
	store_text_set(&row.reason, actor->reason);
	if (store_rule_put(sched->store, &row, err) < 0) {
		return -1;
	}
	text = g_strdup_printf("label %s: running=%s", label, row.amount);
	return note(sched, actor, "throttle.label", NULL, text, err);
}

int sched_throttle_labels(struct sched *sched,
			  int (*fn)(const char *label, int64_t running, int64_t now, void *ctx,
				    struct err *err),
			  void *ctx, struct err *err)
{
	if (sched_rules_refresh(sched, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < sched->rules->len; i++) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i))->row;

		if (row->kind == STORE_RULE_LABEL &&
		    fn(row->name, g_ascii_strtoll(row->amount, NULL, 10),
		       sched_label_running(sched, row->name), ctx, err) < 0) {
			return -1;
		}
	}
	return 0;
}
