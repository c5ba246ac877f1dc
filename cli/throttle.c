#include "throttle.h"

#include <math.h>
#include <string.h>

#include "csv.h"
#include "human.h"
#include "views.h"

#define MINUTE 60

/* ---- numbers ------------------------------------------------------------------------- */

/* 1000000 and 5000000 look alike at night: 1M and 5M do not. */
static const struct {
	double least;
	double scale;
	const char *letter;
} scales[] = {
	{ 1e9, 1e9, "G" },
	{ 1e6, 1e6, "M" },
	{ 1e4, 1e3, "k" },
	{ 0, 1, "" },
};

void throttle_number(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	size_t i = 0;

	if (isnan(value)) {
		g_string_append_c(out, '-');
		return;
	}
	if (isinf(value)) {
		g_string_append(out, "infinite");
		return;
	}
	while (fabs(value) < scales[i].least) {
		i++;
	}
	value /= scales[i].scale;
	g_ascii_formatd(text, sizeof(text),
			fabs(value) >= 100 || value == floor(value) ? "%.0f" : "%.3g", value);
	g_string_append_printf(out, "%s%s", text, scales[i].letter);
}

void throttle_age(GString *out, double age_s)
{
	if (isnan(age_s)) {
		g_string_append_c(out, '-');
	} else if (age_s < MINUTE) {
		g_string_append_printf(out, "%.1fs", age_s);
	} else {
		human_duration(out, (int64_t)age_s);
	}
}

static bool is_state(const struct wire_signal *signal, const char *state)
{
	return signal->state != NULL && strcmp(signal->state, state) == 0;
}

void throttle_value(GString *out, const struct wire_signal *signal)
{
	const char *unit = signal->unit != NULL ? signal->unit : "";

	if (signal->infinite) { /* JSON has no such number */
		g_string_append(out, "infinite");
		return;
	}
	throttle_number(out, signal->value);
	if (isnan(signal->value) || unit[0] == '\0') {
		return;
	}
	if (g_str_has_prefix(unit, "1/")) {
		g_string_append(out, unit + 1);
	} else {
		g_string_append_printf(out, "%s%s", strcmp(unit, "%") == 0 ? "" : " ", unit);
	}
}

void throttle_limits(GString *out, const struct wire_signal *signal)
{
	throttle_number(out, signal->soft);
	g_string_append_c(out, '/');
	throttle_number(out, signal->hard);
	g_string_append_c(out, '/');
	throttle_number(out, signal->critical);
}

/* ---- which signal matters ------------------------------------------------------------ */

static int rank(const struct wire_signal *signal)
{
	static const char *const states[] = { "ok", "soft", "hard", "silent", "critical" };

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (is_state(signal, states[i])) {
			return signal->exempt_until != NULL || signal->consequence == NULL ? 0
											   : (int)i;
		}
	}
	return -1; /* not looked at yet */
}

/* How near the value is to the first limit: 1 is there. Where less is worse, limits fall. */
static double nearness(const struct wire_signal *signal)
{
	double first = isnan(signal->soft) ? signal->hard : signal->soft;
	double next = isnan(signal->soft) ? signal->critical : signal->hard;

	if (signal->infinite) {
		return (double)INFINITY;
	}
	if (isnan(first) || isnan(signal->value)) {
		return -1;
	}
	if (!isnan(next) && next < first) {
		return signal->value > 0 ? first / signal->value : (double)INFINITY;
	}
	return first > 0 ? signal->value / first : 0;
}

const struct wire_signal *throttle_worst(const struct wire_throttle *throttle)
{
	const struct wire_signal *signals = throttle->signals.items;
	const struct wire_signal *worst = NULL;

	for (size_t i = 0; i < throttle->signals.nr; i++) {
		const struct wire_signal *signal = &signals[i];

		if (worst == NULL || rank(signal) > rank(worst) ||
		    (rank(signal) == rank(worst) && nearness(signal) > nearness(worst))) {
			worst = signal;
		}
	}
	return worst;
}

/* ---- one server, whole --------------------------------------------------------------- */

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void append_state(GString *out, const char *state, const struct style *style)
{
	const char *color = render_color(state, style);

	g_string_append_printf(out, "%s%s%s", color, state != NULL ? state : "?",
			       color[0] != '\0' ? render_plain(style) : "");
}

static void append_head(GString *out, const struct wire_throttle *throttle,
			const struct style *style)
{
	g_string_append_printf(out, "%s  ", throttle->server);
	append_state(out, throttle->state, style);
	if (is_given(throttle->reason)) {
		g_string_append(out, ": ");
		human_text(out, throttle->reason, 0);
	}
	g_string_append_printf(out,
			       "\n  slots %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
			       ", %" G_GINT64_FORMAT " in use",
			       throttle->slots.now, throttle->slots.max, throttle->running);
	if (throttle->rebuilds.max > 0) {
		g_string_append_printf(out, ", rebuilds %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
				       throttle->rebuilds.running, throttle->rebuilds.now);
	}
	if (throttle->chunks.running > 0) {
		g_string_append_printf(out, ", chunked %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
				       throttle->chunks.running, throttle->chunks.now);
	}
	if (is_given(throttle->since)) {
		g_string_append(out, ", since ");
		human_time(out, throttle->since);
	}
	if (throttle->sampled) {
		g_string_append_printf(out, ", looked at every %" G_GINT64_FORMAT " ms",
				       throttle->period_ms);
	}
	g_string_append_c(out, '\n');
}

/* What humans said. */
static void append_orders(GString *out, const struct wire_throttle *throttle)
{
	const struct wire_order *hold = &throttle->hold;

	if (hold->by != NULL) {
		g_string_append_printf(out, "  held by %s until ", hold->by);
		human_time(out, is_given(hold->until) ? hold->until : "?");
		g_string_append_printf(out, ": %s\n", is_given(hold->reason) ? hold->reason : "?");
	}
	if (throttle->ratio > 0 && throttle->ratio < 1) {
		g_string_append_printf(out, "  only %.0f%% of its slots may be used until ",
				       throttle->ratio * 100);
		human_time(out, is_given(throttle->ratio_until) ? throttle->ratio_until : "?");
		g_string_append_c(out, '\n');
	}
}

static void append_paused(GString *out, const struct wire_throttle *throttle)
{
	const struct wire_paused *paused = throttle->paused.items;

	if (throttle->paused_s < 0.5) {
		return;
	}
	g_string_append(out, "  paused ");
	human_duration(out, (int64_t)(throttle->paused_s + 0.5));
	g_string_append(out, " in all");
	for (size_t i = 0; i < throttle->paused.nr; i++) {
		g_string_append_printf(out, "%s%s ", i == 0 ? ": " : ", ", paused[i].reason);
		human_duration(out, (int64_t)(paused[i].paused_s + 0.5));
	}
	g_string_append_c(out, '\n');
}

static void append_signals(GString *out, const struct wire_throttle *throttle,
			   const struct style *style)
{
	struct style narrow = *style;
	g_autoptr(GString) table = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	if (throttle->signals.nr == 0) {
		g_string_append(out, throttle->sampled ? "  no signal was read yet\n"
						       : "  nobody looks at it now\n");
		return;
	}
	narrow.width = style->width > 2 ? style->width - 2 : style->width;
	render_list(table, &view_signal, &throttle->signals, &narrow);
	lines = g_strsplit(table->str, "\n", -1);
	for (char **line = lines; *line != NULL && **line != '\0'; line++) {
		g_string_append_printf(out, "  %s\n", *line);
	}
}

/* The command that leads on from here. */
static void append_help(GString *out, const struct wire_throttle *throttle)
{
	const struct wire_signal *worst = throttle_worst(throttle);

	if (throttle->hold.by != NULL) {
		g_string_append_printf(out, "  -> muster throttle release %s\n", throttle->server);
	} else if (worst != NULL && rank(worst) > 1) {
		g_string_append_printf(out,
				       "  -> muster throttle exempt %s %s --for 10m --reason WHY\n",
				       throttle->server, worst->name);
	}
}

void throttle_block(GString *out, const struct wire_throttle *throttle, const struct style *style)
{
	append_head(out, throttle, style);
	append_orders(out, throttle);
	append_paused(out, throttle);
	append_signals(out, throttle, style);
	append_help(out, throttle);
}

/* ---- a line for each signal, for spreadsheets ---------------------------------------- */

static void csv_text(GString *out, const char *text)
{
	g_string_append_c(out, ',');
	csv_append(out, text != NULL ? text : "");
}

static void csv_number(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_c(out, ',');
	if (!isnan(value)) {
		g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.10g", value));
	}
}

static void csv_row(GString *out, const struct wire_throttle *throttle,
		    const struct wire_signal *signal)
{
	csv_append(out, throttle->server);
	csv_text(out, throttle->state);
	csv_text(out, throttle->reason);
	csv_text(out, throttle->since);
	csv_number(out, (double)throttle->slots.now);
	csv_number(out, (double)throttle->slots.max);
	csv_number(out, throttle->paused_s);
	csv_text(out, signal->name);
	csv_number(out, signal->value);
	csv_text(out, signal->unit);
	csv_number(out, signal->soft);
	csv_number(out, signal->hard);
	csv_number(out, signal->critical);
	csv_number(out, signal->age_s);
	csv_text(out, signal->state);
	csv_text(out, signal->consequence);
	csv_text(out, signal->problem);
	csv_text(out, signal->exempt_until);
	g_string_append(out, "\r\n");
}

void throttle_csv(GString *out, const struct wire_list *list)
{
	static const struct wire_signal none = { .value = (double)NAN,
						 .soft = (double)NAN,
						 .hard = (double)NAN,
						 .critical = (double)NAN,
						 .age_s = (double)NAN };
	const struct wire_throttle *throttles = list->items;

	g_string_append(out, "server,state,reason,since,slots_now,slots_max,paused_s,signal,value,"
			     "unit,soft,hard,critical,age_s,signal_state,consequence,problem,"
			     "exempt_until\r\n");
	for (size_t i = 0; i < list->nr; i++) {
		const struct wire_signal *signals = throttles[i].signals.items;

		if (throttles[i].signals.nr == 0) {
			csv_row(out, &throttles[i], &none);
		}
		for (size_t k = 0; k < throttles[i].signals.nr; k++) {
			csv_row(out, &throttles[i], &signals[k]);
		}
	}
}

/* ---- in the picture of a rollout ----------------------------------------------------- */

static bool is_going(const struct wire_throttle *throttle)
{
	return throttle->state != NULL && strcmp(throttle->state, "go") == 0;
}

void throttle_line(GString *out, const struct wire_throttle *throttle, const struct style *style)
{
	const struct wire_signal *worst = throttle_worst(throttle);
	g_autoptr(GString) line = g_string_new(NULL);
	const char *color = is_going(throttle) ? "" : render_color(throttle->state, style);

	g_string_append_printf(line, "  %s %s, %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " slots",
			       throttle->server, throttle->state != NULL ? throttle->state : "?",
			       throttle->slots.now, throttle->slots.max);
	if (!is_going(throttle) && is_given(throttle->reason)) {
		g_string_append_printf(line, ": %s", throttle->reason);
	} else if (worst != NULL) {
		g_string_append_printf(line, ": %s ", worst->name);
		throttle_value(line, worst);
	}
	g_string_append(out, color);
	human_text(out, line->str, style->width);
	g_string_append_printf(out, "%s\n", color[0] != '\0' ? render_plain(style) : "");
}

void throttle_lines(GString *out, const struct wire_throttle *throttles, size_t nr, size_t max,
		    const struct style *style)
{
	size_t drawn = 0;

	for (int going = 0; going <= 1; going++) {
		for (size_t i = 0; i < nr && drawn < max; i++) {
			if (is_going(&throttles[i]) == (going != 0)) {
				throttle_line(out, &throttles[i], style);
				drawn++;
			}
		}
	}
	if (nr > drawn) {
		g_string_append_printf(out, "  and %zu more servers\n    -> muster throttle show\n",
				       nr - drawn);
	}
}

/* ---- as lines of a log --------------------------------------------------------------- */

GHashTable *throttle_told_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void throttle_changes(GString *out, GHashTable *told, const struct wire_list *list)
{
	const struct wire_throttle *throttles = list->items;

	for (size_t i = 0; i < list->nr; i++) {
		const struct wire_throttle *throttle = &throttles[i];
		const char *was = g_hash_table_lookup(told, throttle->server);

		if (throttle->state == NULL || strcmp(throttle->state, was ? was : "go") == 0) {
			continue;
		}
		g_hash_table_insert(told, g_strdup(throttle->server), g_strdup(throttle->state));
		human_clock(out, throttle->since != NULL ? throttle->since : "");
		g_string_append_printf(out,
				       " %s throttle %s %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
				       throttle->server, throttle->state, throttle->slots.now,
				       throttle->slots.max);
		if (is_given(throttle->reason)) {
			g_string_append(out, ": ");
			human_text(out, throttle->reason, 0);
		}
		g_string_append_c(out, '\n');
	}
}
