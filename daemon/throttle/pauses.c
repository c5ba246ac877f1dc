#include "pauses.h"

#include <glib.h>

struct pauses {
	GArray *all; /* struct pause */
};

struct pauses *pauses_new(void)
{
	struct pauses *pauses = g_new0(struct pauses, 1);

	pauses->all = g_array_new(FALSE, TRUE, sizeof(struct pause));
	return pauses;
}

void pauses_free(struct pauses *pauses)
{
	if (pauses == NULL) {
		return;
	}
	g_array_free(pauses->all, TRUE);
	g_free(pauses);
}

void pauses_add(struct pauses *pauses, const char *cause, int64_t ms)
{
	const struct pause new = { .cause = g_intern_string(cause), .ms = ms };

	for (guint i = 0; i < pauses->all->len; i++) {
		struct pause *pause = &g_array_index(pauses->all, struct pause, i);

		if (pause->cause == new.cause) {
			pause->ms += ms;
			return;
		}
	}
	g_array_append_val(pauses->all, new);
}

const struct pause *pauses_get(const struct pauses *pauses, size_t index)
{
	return index < pauses->all->len ? &g_array_index(pauses->all, struct pause, index) : NULL;
}

int64_t pauses_ms(const struct pauses *pauses)
{
	int64_t ms = 0;

	for (guint i = 0; i < pauses->all->len; i++) {
		ms += g_array_index(pauses->all, struct pause, i).ms;
	}
	return ms;
}
