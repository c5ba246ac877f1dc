#include "survey_shape.h"

#include <glib.h>

#include "exec.h"
#include "shape_read.h"
#include "visit.h"

enum { CLASS_SHAPE_LEN = 16, CLASS_PENDING_LEN = 8 };

static bool is_wanted(const struct exec_standing *standing)
{
	return standing->exists && standing->pending > 0 && standing->ahead == NULL;
}

/* Alike are those that look the same and lack the same migrations. */
static char *class_of(const struct shape *shape, const struct exec_standing *standing)
{
	return g_strdup_printf("%.*s-%.*s", CLASS_SHAPE_LEN, shape->fingerprint, CLASS_PENDING_LEN,
			       standing->pending_digest);
}

static void take(struct exec_result *result, GHashTable *known, struct exec_standing *standing,
		 const struct shape *shape)
{
	if (shape->fingerprint[0] == '\0') {
		return; /* it vanished between the two looks */
	}
	standing->fingerprint = g_strdup(shape->fingerprint);
	standing->class = class_of(shape, standing);
	if (g_hash_table_add(known, standing->fingerprint)) {
		const struct exec_shape found = {
			.fingerprint = g_strdup(shape->fingerprint),
			.text = shape_write(shape),
		};

		result->shapes = g_renew(struct exec_shape, result->shapes, result->nr_shapes + 1);
		result->shapes[result->nr_shapes++] = found;
	}
}

int survey_shapes(struct visit *visit, struct exec_result *result, struct err *err)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree struct exec_standing **wanted = g_new0(struct exec_standing *, result->nr);
	g_autofree const char **schemas = g_new0(const char *, result->nr);
	g_autofree struct shape *shapes = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < result->nr; i++) {
		if (is_wanted(&result->standings[i])) {
			schemas[nr] = result->standings[i].schema;
			wanted[nr++] = &result->standings[i];
		}
	}
	shapes = g_new0(struct shape, nr);
	if (nr > 0 && shape_read_many(visit->session, schemas, nr, shapes, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < nr; i++) {
		take(result, known, wanted[i], &shapes[i]);
		shape_release(&shapes[i]);
	}
	return 0;
}
