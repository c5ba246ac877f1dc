#include "survey_verify.h"

#include <string.h>

#include <glib.h>

#include "db_catalog.h"
#include "exec.h"
#include "visit.h"

char *survey_verify_look(const char *text)
{
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static bool is_same(const struct db_position *before, const struct db_position *now)
{
	return before->exists == now->exists && before->has_history == now->has_history &&
	       before->done == now->done && before->in_flight == now->in_flight &&
	       g_strcmp0(before->open, now->open) == 0 &&
	       g_strv_equal((const char *const *)before->applied,
			    (const char *const *)now->applied);
}

int survey_verify_again(struct visit *visit, const struct db_positions *before,
			struct exec_result *result, struct err *err)
{
	g_autofree const char **schemas = g_new0(const char *, before->nr);
	SCOPED(db_positions) now = { 0 };

	for (size_t i = 0; i < before->nr; i++) {
		schemas[i] = before->positions[i].schema;
	}
	if (db_positions_get(visit->session, &now, schemas, before->nr, 0, NULL, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < before->nr; i++) {
		result->standings[i].moved = !is_same(&before->positions[i], &now.positions[i]);
	}
	return 0;
}
