#include "upkeep.h"

#define DAY_MS    ((int64_t)24 * 3600 * 1000)
#define BEGINNING INT64_MIN

/* ---- what all rules allow ------------------------------------------------------------ */

static GArray *openings_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct opening));
}

static void opening_put(GArray *openings, int64_t begin_ms, int64_t end_ms)
{
	const struct opening opening = { begin_ms, end_ms };

	if (begin_ms < end_ms) {
		g_array_append_val(openings, opening);
	}
}

static GArray *rule_openings(const struct upkeep_rule *rule, int64_t from_ms, int64_t to_ms)
{
	GArray *openings = openings_new();

	if (rule->problem != NULL) {
		return openings;
	}
	if (rule->window == NULL) {
		opening_put(openings, BEGINNING, rule->from_ms);
		opening_put(openings, rule->until_ms, WINDOW_FOREVER);
		return openings;
	}
	window_openings(rule->window, from_ms, to_ms, openings);
	return openings;
}

/* What is in both; both are in order. */
static GArray *both(const GArray *left, const GArray *right)
{
	GArray *out = openings_new();
	guint l = 0;
	guint r = 0;

	while (l < left->len && r < right->len) {
		struct opening a = g_array_index(left, struct opening, l);
		struct opening b = g_array_index(right, struct opening, r);

		opening_put(out, MAX(a.begin_ms, b.begin_ms), MIN(a.end_ms, b.end_ms));
		if (a.end_ms < b.end_ms) {
			l++;
		} else {
			r++;
		}
	}
	return out;
}

static GArray *all_openings(const struct upkeep_rule *rules, size_t nr, int64_t from_ms,
			    int64_t to_ms)
{
	GArray *all = openings_new();

	opening_put(all, BEGINNING, WINDOW_FOREVER);
	for (size_t i = 0; i < nr; i++) {
		g_autoptr(GArray) one = rule_openings(&rules[i], from_ms, to_ms);
		GArray *less = both(all, one);

		g_array_unref(all);
		all = less;
	}
	return all;
}

static int64_t length(int64_t begin_ms, int64_t end_ms)
{
	return begin_ms == BEGINNING || end_ms == WINDOW_FOREVER ? WINDOW_FOREVER
								 : end_ms - begin_ms;
}

static bool does_fit(struct opening opening, int64_t begin_ms, struct upkeep_need need)
{
	int64_t left_ms = length(begin_ms, opening.end_ms);
	int64_t whole_ms = length(opening.begin_ms, opening.end_ms);

	return left_ms >= need.ms || (need.is_guess && left_ms >= whole_ms - left_ms);
}

static bool look(const GArray *openings, int64_t now_ms, struct upkeep_need need,
		 struct upkeep *upkeep)
{
	for (guint i = 0; i < openings->len; i++) {
		struct opening opening = g_array_index(openings, struct opening, i);
		int64_t begin_ms = MAX(opening.begin_ms, now_ms);

		if (opening.end_ms <= now_ms) {
			continue;
		}
		if (opening.begin_ms <= now_ms) {
			upkeep->left_ms = length(now_ms, opening.end_ms);
		}
		if (does_fit(opening, begin_ms, need)) {
			upkeep->is_open = begin_ms == now_ms;
			upkeep->next_ms = begin_ms;
			return true;
		}
	}
	return false;
}

void upkeep_look(const struct upkeep_rule *rules, size_t nr, int64_t now_ms,
		 struct upkeep_need need, struct upkeep *upkeep)
{
	static const int64_t spans_days[] = { 9, 40, 400 };

	*upkeep = (struct upkeep){ .next_ms = WINDOW_FOREVER };
	for (size_t i = 0; i < G_N_ELEMENTS(spans_days); i++) {
		g_autoptr(GArray) openings =
			all_openings(rules, nr, now_ms, now_ms + spans_days[i] * DAY_MS);

		if (look(openings, now_ms, need, upkeep)) {
			return;
		}
	}
}

/* ---- in words ------------------------------------------------------------------------ */

char *upkeep_moment(int64_t wall_ms)
{
	g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(wall_ms / 1000);
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	bool is_minute = wall_ms / 1000 % 60 == 0;
	g_autofree char *text = NULL;

	if (moment == NULL) {
		return g_strdup("a time that no calendar has");
	}
	text = g_date_time_format(moment,
				  is_minute ? "%Y-%m-%d %H:%M UTC" : "%Y-%m-%d %H:%M:%S UTC");
	return g_strdup_printf("%s %s", days[g_date_time_get_day_of_week(moment) - 1], text);
}

static void append_length(GString *out, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		if (ms >= 2 * units[i].ms || i + 1 == G_N_ELEMENTS(units)) {
			g_string_append_printf(out, "%" G_GINT64_FORMAT " %s",
					       (ms + units[i].ms - 1) / units[i].ms, units[i].unit);
			return;
		}
	}
}

static bool is_frozen(const struct upkeep_rule *rule, int64_t now_ms)
{
	return rule->window == NULL && rule->problem == NULL && rule->from_ms <= now_ms &&
	       now_ms < rule->until_ms;
}

/* The freeze that holds now and ends last. */
static const struct upkeep_rule *frozen_rule(const struct upkeep_rule *rules, size_t nr,
					     int64_t now_ms)
{
	const struct upkeep_rule *found = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (is_frozen(&rules[i], now_ms) &&
		    (found == NULL || rules[i].until_ms > found->until_ms)) {
			found = &rules[i];
		}
	}
	return found;
}

/* Closed now; when none is, the first window at all: what is left of it is too short. */
static GArray *blocking_windows(const struct upkeep_rule *rules, size_t nr, int64_t now_ms)
{
	GArray *blocking = g_array_new(FALSE, FALSE, sizeof(struct upkeep_rule));
	const struct upkeep_rule *first = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (rules[i].window == NULL) {
			continue;
		}
		first = first == NULL ? &rules[i] : first;
		if (!window_is_open(rules[i].window, now_ms, NULL)) {
			g_array_append_val(blocking, rules[i]);
		}
	}
	if (blocking->len == 0 && first != NULL) {
		g_array_append_val(blocking, *first);
	}
	return blocking;
}

static void append_whose(GString *out, const GArray *blocking)
{
	const struct upkeep_rule *only = &g_array_index(blocking, struct upkeep_rule, 0);

	if (blocking->len == 1 && only->whose == NULL) {
		g_string_append(out, "its window");
		return;
	}
	g_string_append(out, blocking->len == 1 ? "the window of " : "the windows of ");
	for (guint i = 0; i < blocking->len; i++) {
		const struct upkeep_rule *rule = &g_array_index(blocking, struct upkeep_rule, i);

		g_string_append_printf(out, "%s%s",
				       i == 0                   ? ""
				       : i + 1 == blocking->len ? " and "
								: ", ",
				       rule->whose != NULL ? rule->whose : "its own");
	}
}

static void append_opens(GString *out, int64_t next_ms)
{
	g_autofree char *moment = upkeep_moment(next_ms);

	g_string_append_printf(out, "opens %s", moment);
}

static void append_windows(GString *out, const GArray *blocking)
{
	for (guint i = 0; i < blocking->len; i++) {
		const struct upkeep_rule *rule = &g_array_index(blocking, struct upkeep_rule, i);

		g_string_append_printf(out, "%s%s", i == 0 ? ", " : " and ",
				       window_text(rule->window));
	}
}

static void append_wait(GString *out, const GArray *blocking, struct upkeep_need need,
			const struct upkeep *upkeep)
{
	g_string_append(out, "waits for ");
	append_whose(out, blocking);
	g_string_append(out, ": ");
	if (upkeep->left_ms > 0) {
		g_string_append(out, "about ");
		append_length(out, need.ms);
		g_string_append(out, " are needed and ");
		append_length(out, upkeep->left_ms);
		g_string_append(out, " are left; ");
	}
	if (upkeep->next_ms != WINDOW_FOREVER) {
		append_opens(out, upkeep->next_ms);
	} else if (upkeep->left_ms > 0) {
		g_string_append(out, "it is never open for so long");
	} else {
		g_string_append(out, "not open for ");
		append_length(out, need.ms);
		g_string_append(out, " within a year, together with all that applies");
	}
	append_windows(out, blocking);
}

static void append_freeze(GString *out, const struct upkeep_rule *rule, const struct upkeep *upkeep)
{
	g_autofree char *until = upkeep_moment(rule->until_ms);

	if (rule->whose != NULL) {
		g_string_append_printf(out, "%s is ", rule->whose);
	}
	g_string_append_printf(out, "frozen until %s", until);
	if (rule->reason != NULL) {
		g_string_append_printf(out, ": %s", rule->reason);
	}
	if (upkeep->next_ms > rule->until_ms && upkeep->next_ms != WINDOW_FOREVER) {
		g_string_append(out, "; then its window ");
		append_opens(out, upkeep->next_ms);
	}
}

/* There are only freezes, and the next one begins before the need is over. */
static void append_soon(GString *out, const struct upkeep_rule *rules, size_t nr,
			struct upkeep_need need, const struct upkeep *upkeep)
{
	const struct upkeep_rule *next = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (next == NULL || rules[i].from_ms < next->from_ms) {
			next = &rules[i];
		}
	}
	g_string_append(out, "about ");
	append_length(out, need.ms);
	g_string_append(out, " are needed and ");
	append_length(out, upkeep->left_ms);
	g_string_append(out, " are left: then ");
	if (next != NULL) {
		append_freeze(out, next, upkeep);
	}
}

char *upkeep_reason(const struct upkeep_rule *rules, size_t nr, int64_t now_ms,
		    struct upkeep_need need, const struct upkeep *upkeep)
{
	const struct upkeep_rule *frozen = frozen_rule(rules, nr, now_ms);
	g_autoptr(GArray) blocking = NULL;
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < nr; i++) {
		if (rules[i].problem != NULL) {
			g_string_append_printf(
				out, "%s%s cannot be read: %s",
				rules[i].whose != NULL ? "the window of " : "its window",
				rules[i].whose != NULL ? rules[i].whose : "", rules[i].problem);
			return g_string_free(out, FALSE);
		}
	}
	if (frozen != NULL) {
		append_freeze(out, frozen, upkeep);
		return g_string_free(out, FALSE);
	}
	blocking = blocking_windows(rules, nr, now_ms);
	if (blocking->len == 0) {
		append_soon(out, rules, nr, need, upkeep);
	} else {
		append_wait(out, blocking, need, upkeep);
	}
	return g_string_free(out, FALSE);
}
