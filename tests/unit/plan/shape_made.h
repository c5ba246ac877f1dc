/*
 * shape_made - shapes from tables of facts, for tests without a server.
 */
#ifndef SHAPE_MADE_H
#define SHAPE_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "shape.h"

struct made {
	const char *object;
	const char *part;
	const char *text;
	bool minor;
};

static inline void made_shape(struct shape *shape, const struct made *facts, size_t nr)
{
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));

	for (size_t i = 0; i < nr; i++) {
		const struct shape_fact fact = {
			.object = g_strdup(facts[i].object),
			.part = g_strdup(facts[i].part),
			.text = g_strdup(facts[i].text),
			.minor = facts[i].minor,
		};

		g_array_append_val(array, fact);
	}
	shape_build(shape, array);
}

#endif /* SHAPE_MADE_H */
