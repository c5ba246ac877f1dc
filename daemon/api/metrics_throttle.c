#include "metrics_throttle.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sched_throttle.h"

enum family {
	STATE,
	SLOTS,
	SLOTS_MAX,
	RUNNING,
	SIGNAL,
	LIMIT,
	PAUSED,
	FAMILY_NR,
};

/* clang-format off */
static const struct {
	const char *name; const char *type; const char *unit; const char *help;
} families[FAMILY_NR] = {
	[STATE]     = { "muster_throttle_state", "gauge", NULL,
			"1 for the state of a server's throttle: go, slow, paused or stopped." },
	[SLOTS]     = { "muster_throttle_slots", "gauge", NULL,
			"Statements that may run on a server at once, now." },
	[SLOTS_MAX] = { "muster_throttle_slots_max", "gauge", NULL,
			"Statements that may ever run on a server at once." },
	[RUNNING]   = { "muster_throttle_running", "gauge", NULL,
			"Tasks that run on a server." },
	[SIGNAL]    = { "muster_throttle_signal", "gauge", NULL,
			"Last value of a signal, in the unit of its label." },
	[LIMIT]     = { "muster_throttle_signal_limit", "gauge", NULL,
			"Limit of a signal: soft, hard or critical." },
	[PAUSED]    = { "muster_throttle_paused_seconds", "counter", "seconds",
			"Time that nothing could start on a server, by reason." },
};

/* clang-format on */

static const char *const states[] = { "go", "slow", "paused", "stopped" };

struct page {
	GString *texts[FAMILY_NR]; /* the samples; a family must stand together */
};

static void put_quoted(GString *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			g_string_append(out, "\\n");
			continue;
		}
		if (*text == '"' || *text == '\\') {
			g_string_append_c(out, '\\');
		}
		g_string_append_c(out, *text);
	}
}

/* labels: name, value, name, value, …, NULL. Returns where the number goes. */
static GString *sample_begin(struct page *page, enum family family, const char *const *labels)
{
	GString *out = page->texts[family];

	g_string_append_printf(out, "%s%s{", families[family].name,
			       family == PAUSED ? "_total" : "");
	for (; labels[0] != NULL; labels += 2) {
		g_string_append_printf(out, "%s=\"", labels[0]);
		put_quoted(out, labels[1]);
		g_string_append(out, labels[2] != NULL ? "\"," : "\"} ");
	}
	return out;
}

static void put_real(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (isinf(value) != 0) {
		g_string_append(out, value > 0 ? "+Inf\n" : "-Inf\n");
		return;
	}
	g_string_append_printf(out, "%s\n", g_ascii_formatd(text, sizeof(text), "%.10g", value));
}

static void put_number(struct page *page, enum family family, const char *server, int64_t value)
{
	const char *const labels[] = { "server", server, NULL };

	g_string_append_printf(sample_begin(page, family, labels), "%" PRId64 "\n", value);
}

static void put_states(struct page *page, const struct sched_throttle_view *view)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		const char *const labels[] = { "server", view->server, "state", states[i], NULL };

		g_string_append(sample_begin(page, STATE, labels),
				strcmp(states[i], view->state) == 0 ? "1\n" : "0\n");
	}
}

static void put_signal(struct page *page, const char *server, const struct sched_signal_view *view)
{
	const struct {
		const char *level;
		double value;
	} limits[] = {
		{ "soft", view->soft },
		{ "hard", view->hard },
		{ "critical", view->critical },
	};

	if (!isnan(view->value)) {
		const char *const labels[] = { "server", server,
					       "signal", view->name,
					       "unit",   view->unit == NULL ? "" : view->unit,
					       NULL };

		put_real(sample_begin(page, SIGNAL, labels), view->value);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		const char *const labels[] = { "server", server,          "signal", view->name,
					       "level",  limits[i].level, NULL };

		if (!isnan(limits[i].value)) {
			put_real(sample_begin(page, LIMIT, labels), limits[i].value);
		}
	}
}

static int server_put(const struct sched_throttle_view *view, void *ctx, struct err *err)
{
	struct page *page = ctx;

	(void)err;
	put_states(page, view);
	put_number(page, SLOTS, view->server, view->slots);
	put_number(page, SLOTS_MAX, view->server, view->slots_max);
	put_number(page, RUNNING, view->server, view->running);
	for (size_t i = 0; i < view->nr_signals; i++) {
		put_signal(page, view->server, &view->signals[i]);
	}
	for (size_t i = 0; i < view->nr_paused; i++) {
		const char *const labels[] = { "server", view->server, "reason",
					       view->paused[i].reason, NULL };

		put_real(sample_begin(page, PAUSED, labels), (double)view->paused[i].ms / 1000);
	}
	return 0;
}

int metrics_throttle(GString *out, struct sched *sched, struct err *err)
{
	struct page page = { { NULL } };
	int rc;

	for (int i = 0; i < FAMILY_NR; i++) {
		page.texts[i] = g_string_new(NULL);
	}
	rc = sched_throttle_peek(sched, server_put, &page, err);
	for (int i = 0; i < FAMILY_NR; i++) {
		g_string_append_printf(out, "# TYPE %s %s\n", families[i].name, families[i].type);
		if (families[i].unit != NULL) {
			g_string_append_printf(out, "# UNIT %s %s\n", families[i].name,
					       families[i].unit);
		}
		g_string_append_printf(out, "# HELP %s %s\n", families[i].name, families[i].help);
		g_string_append_len(out, page.texts[i]->str, (gssize)page.texts[i]->len);
		g_string_free(page.texts[i], TRUE);
	}
	return rc;
}
