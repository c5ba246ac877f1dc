#include "waiting.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "wire.h"
#include "wire_plan.h"

static const struct {
	const char *step;
	const char *words;
} steps[] = {
	{ "read", "reading tenants" },
	{ "try", "trying the statements on empty copies" },
	{ "build", "building what the release makes" },
	{ "check", "checking the rows of tenants" },
};

static const char *words_of(const char *step)
{
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (g_strcmp0(steps[i].step, step) == 0) {
			return steps[i].words;
		}
	}
	return step;
}

/* The first that is not done; the last, when all are. */
static const struct wire_headway *current(const struct wire_list *list)
{
	const struct wire_headway *rows = list->items;

	for (size_t i = 0; i < list->nr; i++) {
		if (rows[i].done < rows[i].total) {
			return &rows[i];
		}
	}
	return list->nr == 0 ? NULL : &rows[list->nr - 1];
}

char *waiting_text(const char *answer)
{
	struct wire_list list = { 0 };
	const struct wire_headway *now;
	char *text = NULL;
	struct err err;

	if (wire_decode_list(&wire_headway_type, &list, answer, strlen(answer), &err) == 0) {
		now = current(&list);
		text = now == NULL ? NULL
				   : g_strdup_printf("%s: %lld of %lld", words_of(now->step),
						     (long long)now->done, (long long)now->total);
	}
	wire_list_release(&wire_headway_type, &list);
	return text;
}

void waiting_show(const char *answer, void *ctx)
{
	struct waiting *waiting = ctx;
	g_autofree char *text = waiting_text(answer);

	if (text != NULL) {
		waiting->is_shown = true;
		(void)fprintf(stderr, "\r\033[K%s", text);
	}
}

void waiting_end(struct waiting *waiting)
{
	if (waiting->is_shown) {
		(void)fputs("\r\033[K", stderr);
	}
	waiting->is_shown = false;
}
