/*
 * What humans decided about the throttle: read from the inventory, given to the governors.
 * A rule that is for a time ends by the monotonic clock: a jump of the wall clock neither
 * shortens nor prolongs what is remembered, and never makes it longer than it was meant.
 */
#include <math.h>
#include <string.h>

#include "sched_guard.h"
#include "signal.h"
#include "store_throttle.h"
#include "tick.h"

void sched_rule_free(struct rule *rule)
{
	store_rule_release(&rule->row);
	g_free(rule);
}

static bool is_same(const struct store_rule *a, const struct store_rule *b)
{
	return a->server_id == b->server_id && a->kind == b->kind && a->until_at == b->until_at &&
	       a->for_ms == b->for_ms && strcmp(a->name, b->name) == 0;
}

/* When it ends; 0: never. One that is remembered keeps its end. */
static int64_t deadline(const struct sched *sched, const struct store_rule *row)
{
	int64_t left = MIN(row->until_at - tick_wall_ms(), row->for_ms);

	if (row->until_at == 0) {
		return 0;
	}
	for (guint i = 0; i < sched->rules->len; i++) {
		const struct rule *known = g_ptr_array_index(sched->rules, i);

		if (is_same(&known->row, row)) {
			return known->deadline_ms;
		}
	}
	return tick_ms() + MAX(left, 0);
}

struct reading_rules {
	const struct sched *sched;
	GPtrArray *rules;
};

static int add(const struct store_rule *row, void *ctx, struct err *err)
{
	struct reading_rules *reading = ctx;
	struct rule *rule = g_new0(struct rule, 1);

	(void)err;
	rule->row = (struct store_rule){
		.server_id = row->server_id,
		.kind = row->kind,
		.name = g_strdup(row->name),
		.soft = g_strdup(row->soft),
		.hard = g_strdup(row->hard),
		.critical = g_strdup(row->critical),
		.source = g_strdup(row->source),
		.amount = g_strdup(row->amount),
		.until_at = row->until_at,
		.for_ms = row->for_ms,
		.owner = g_strdup(row->owner),
		.reason = g_strdup(row->reason),
	};
	rule->deadline_ms = deadline(reading->sched, row);
	g_ptr_array_add(reading->rules, rule);
	return 0;
}

static bool is_over(const struct rule *rule, int64_t now_ms)
{
	return rule->deadline_ms > 0 && rule->deadline_ms <= now_ms;
}

static int drop_ended(struct sched *sched, GPtrArray *rules, struct err *err)
{
	int64_t now_ms = tick_ms();

	for (guint i = rules->len; i > 0; i--) {
		const struct rule *rule = g_ptr_array_index(rules, i - 1);

		if (is_over(rule, now_ms) &&
		    store_rule_remove(sched->store, rule->row.server_id, rule->row.kind,
				      rule->row.name, err) < 0) {
			return -1;
		}
		if (is_over(rule, now_ms)) {
			(void)g_ptr_array_remove_index(rules, i - 1);
		}
	}
	return 0;
}

static void rule_value_free(void *rule)
{
	sched_rule_free(rule);
}

int sched_rules_refresh(struct sched *sched, struct err *err)
{
	g_autoptr(GPtrArray) rules = NULL;
	struct reading_rules reading = { .sched = sched };
	GHashTableIter iter;
	void *value;

	if (!sched->rules_stale && sched_rules_due(sched, tick_ms()) != 0) {
		return 0;
	}
	rules = g_ptr_array_new_with_free_func(rule_value_free);
	reading.rules = rules;
	if (store_rule_each(sched->store, add, &reading, err) < 0 ||
	    drop_ended(sched, rules, err) < 0) {
		return -1;
	}
	g_ptr_array_unref(sched->rules);
	sched->rules = g_steal_pointer(&rules);
	sched->rules_stale = false;
	sched->labels_at++;
	g_hash_table_iter_init(&iter, sched->guards);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		((struct guard *)value)->is_stale = true;
	}
	return 0;
}

int64_t sched_rules_due(const struct sched *sched, int64_t now_ms)
{
	int64_t due = -1;

	for (guint i = 0; i < sched->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(sched->rules, i);
		int64_t left = MAX(rule->deadline_ms - now_ms, 0);

		if (rule->deadline_ms > 0) {
			due = due < 0 ? left : MIN(due, left);
		}
	}
	return due;
}

const struct rule *sched_rule_find(const struct sched *sched, int64_t server_id,
				   enum store_rule_kind kind, const char *name)
{
	const struct rule *found = NULL;

	for (guint i = 0; i < sched->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(sched->rules, i);

		if (rule->row.kind == kind && strcmp(rule->row.name, name) == 0 &&
		    (rule->row.server_id == 0 || rule->row.server_id == server_id)) {
			found = rule; /* that of the server itself comes last */
		}
	}
	return found;
}

/* True when it is a number. */
static bool take_limit(const char *text, bool *has, double *value)
{
	struct err ignored;

	if (text == NULL || signal_value_parse(text, value, &ignored) < 0) {
		return false;
	}
	*has = true;
	return !isnan(*value);
}

/*
 * What the server's own rule does not say, the rule of all servers says. Who says it of this very
 * server, or has made the signal, relies on it; of all servers not each has every signal.
 */
static void apply_limits(const struct sched *sched, struct guard *guard, const char *signal,
			 int64_t now_ms)
{
	struct gauge_change change = { 0 };

	for (guint i = 0; i < sched->rules->len; i++) {
		const struct store_rule *row =
			&((const struct rule *)g_ptr_array_index(sched->rules, i))->row;

		if (row->kind == STORE_RULE_LIMIT && strcmp(row->name, signal) == 0 &&
		    (row->server_id == 0 || row->server_id == guard->server_id)) {
			bool is_number = take_limit(row->soft, &change.has_soft, &change.soft);

			is_number |= take_limit(row->hard, &change.has_hard, &change.hard);
			is_number |=
				take_limit(row->critical, &change.has_critical, &change.critical);
			change.is_asked |=
				row->source != NULL || (row->server_id != 0 && is_number);
		}
	}
	governor_set_limits(guard->governor, signal, &change, now_ms);
}

/* "04:00", with the day when that is not within 24 h. */
static char *clock_text(const struct rule *rule, int64_t now_ms)
{
	int64_t left_ms = rule->deadline_ms - now_ms;
	g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc((tick_wall_ms() + left_ms) / 1000);

	return g_date_time_format(end, left_ms < INT64_C(86400000) ? "%H:%M" : "%Y-%m-%d %H:%M");
}

static char *order_text(const struct rule *rule, const char *what, int64_t now_ms)
{
	g_autofree char *end = clock_text(rule, now_ms);
	const char *reason = rule->row.reason;

	return g_strdup_printf("%s by %s until %s%s%s", what, rule->row.owner, end,
			       reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

/* Of two holds the one that ends last. */
static void apply_hold(const struct sched *sched, struct guard *guard, int64_t now_ms)
{
	const struct rule *last = NULL;
	g_autofree char *text = NULL;

	for (guint i = 0; i < sched->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(sched->rules, i);

		if (rule->row.kind == STORE_RULE_HOLD &&
		    (rule->row.server_id == 0 || rule->row.server_id == guard->server_id) &&
		    (last == NULL || rule->deadline_ms > last->deadline_ms)) {
			last = rule;
		}
	}
	if (last != NULL) {
		text = order_text(last, "held", now_ms);
	}
	governor_hold(guard->governor, last != NULL ? last->deadline_ms : 0, text);
}

static void apply_ratio(const struct sched *sched, struct guard *guard, int64_t now_ms)
{
	const struct rule *rule = sched_rule_find(sched, guard->server_id, STORE_RULE_RATIO, "");
	g_autofree char *what = NULL;
	g_autofree char *text = NULL;

	if (rule == NULL) {
		governor_ratio(guard->governor, 1, 0, NULL);
		return;
	}
	what = g_strdup_printf("%s of its slots", rule->row.amount);
	text = order_text(rule, what, now_ms);
	governor_ratio(guard->governor, g_ascii_strtod(rule->row.amount, NULL), rule->deadline_ms,
		       text);
}

void sched_rules_apply(const struct sched *sched, struct guard *guard, int64_t now_ms)
{
	governor_reset_limits(guard->governor, now_ms);
	governor_exempt_none(guard->governor);
	apply_hold(sched, guard, now_ms);
	apply_ratio(sched, guard, now_ms);
	for (guint i = 0; i < sched->rules->len; i++) {
		const struct rule *rule = g_ptr_array_index(sched->rules, i);

		if (rule->row.server_id != 0 && rule->row.server_id != guard->server_id) {
			continue;
		}
		if (rule->row.kind == STORE_RULE_LIMIT) {
			apply_limits(sched, guard, rule->row.name, now_ms);
		}
		if (rule->row.kind == STORE_RULE_EXEMPT) {
			governor_exempt(guard->governor, rule->row.name, rule->deadline_ms,
					rule->row.reason);
		}
	}
	guard->is_stale = false;
}
