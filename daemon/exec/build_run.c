#include "build_run.h"

#include <glib.h>

#include "chain.h"
#include "chain_run.h"
#include "crash.h"
#include "db.h"
#include "exec.h"
#include "log.h"
#include "release.h"
#include "scratch.h"
#include "shape.h"
#include "survey_verify.h"
#include "visit.h"

/* Rows do not matter here, so neither does what only writes some. */
static bool may_matter(const struct statement *statement)
{
	return statement->kind != STATEMENT_DML && statement->kind != STATEMENT_QUERY;
}

/* Owned, NULL-terminated. */
static char **not_run(const struct chain *chain, const struct release *release)
{
	GPtrArray *lines = g_ptr_array_new();

	for (size_t i = 0; i < chain->nr; i++) {
		const struct chain_step *step = &chain->steps[i];
		const struct migration *migration =
			&release->migrations[release_find(release, step->version)];
		const struct statement *statement = &migration->up.statements[step->number - 1];

		if (may_matter(statement)) {
			g_ptr_array_add(lines, g_strdup_printf("%s:%u statement %zu of %zu: %s",
							       migration->file, statement->line,
							       step->number, migration->up.nr,
							       step->note));
		}
	}
	g_ptr_array_add(lines, NULL);
	return (char **)g_ptr_array_free(lines, FALSE);
}

static void take_shape(struct exec_result *result, const struct shape *shape)
{
	g_autofree char *text = shape_write(shape);

	result->shapes = g_new0(struct exec_shape, 1);
	result->shapes[0].fingerprint = survey_verify_look(text);
	result->shapes[0].text = g_steal_pointer(&text);
	result->nr_shapes = 1;
}

static int build(struct scratch *scratch, struct db_session *runner, const struct exec_order *order,
		 struct exec_result *result, struct err *err)
{
	const struct scratch_work work = {
		.release = order->release,
		.indices = order->indices,
		.nr = order->nr_indices,
		.only_end = true,
		.stops = chain_stops,
		.asker = order,
	};
	SCOPED(chain) chain = { 0 };

	result->fingerprint = g_strdup(scratch_shape(scratch)->fingerprint);
	if (scratch_run(scratch, runner, &work, &chain, err) < 0) {
		return -1;
	}
	if (chain.failure.version != NULL) {
		result->reason = g_strdup(chain.failure.message);
		return 0;
	}
	result->warnings = not_run(&chain, order->release);
	take_shape(result, scratch_shape(scratch));
	return 0;
}

int build_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_order *order = visit->order;
	SCOPED_PTR(db_session) runner = visit_connect(order, err);
	struct scratch *scratch;
	struct err left = { 0 };
	int built;

	if (runner == NULL || chain_clear_way(visit, err) < 0) {
		return -1;
	}
	scratch = scratch_begin_empty(visit->session, order->word, order->scratch,
				      (int64_t)order->epoch, err);
	if (scratch == NULL) {
		return -1;
	}
	CRASH_POINT(CHAIN_COPIED);
	built = build(scratch, runner, order, result, err);
	CRASH_POINT(CHAIN_RUN);
	if (scratch_end(scratch, &left) < 0) {
		log_warn("scratch schema left over schema=%s error=\"%s\"", order->scratch,
			 left.msg);
	}
	if (built == 0 && (left.code == ERR_UNREACHABLE || left.code == ERR_UNKNOWN_OUTCOME)) {
		*err = left; /* what is left over goes when it is made once more */
		built = -1;
	}
	CRASH_POINT(CHAIN_DROPPED);
	return built;
}
