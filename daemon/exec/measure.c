#include "measure.h"

#include <string.h>

#include "chain.h"
#include "db.h"
#include "db_sizes.h"
#include "exec.h"
#include "ladder.h"
#include "log.h"
#include "release.h"
#include "steps.h"

#define LONG_MS 200 /* what takes so long is always worth it */

static void measure_clear(void *item)
{
	g_free(((struct measure *)item)->table);
}

GArray *measures_new(void)
{
	GArray *measures = g_array_new(FALSE, FALSE, sizeof(struct measure));

	g_array_set_clear_func(measures, measure_clear);
	return measures;
}

/* NULL: nothing is known that it could be compared with. */
static const char *algorithm_of(const struct exec_order *order, const struct migration *migration,
				const struct step *step, const struct chain_step *seen)
{
	const struct statement *statement = &migration->up.statements[step->index];

	if (statement->kind == STATEMENT_DML) {
		return MEASURE_WRITE;
	}
	if (statement->kind != STATEMENT_DDL || seen == NULL || seen->note != NULL) {
		return NULL;
	}
	if (step->sql != NULL) {
		return step->part == 0 && step->nr < 2 /* it changes nothing */
			       ? NULL
			       : chain_rewrite_way(order->chain, migration->version,
						   step->index + 1, MAX(step->part, 1) - 1);
	}
	return seen->way == NULL ? MEASURE_DDL : seen->way;
}

static bool needs_size(const char *algorithm)
{
	return ladder_named(algorithm) != NULL &&
	       strcmp(algorithm, ladder_names[LADDER_INSTANT]) != 0;
}

void measures_note(GArray *measures, const struct exec_order *order,
		   const struct migration *migration, const struct step *step, int64_t us)
{
	const struct chain_step *seen =
		order->chain == NULL
			? NULL
			: chain_find(order->chain, migration->version, step->index + 1);
	const char *algorithm = algorithm_of(order, migration, step, seen);
	struct measure measure = { .algorithm = algorithm, .ms = (us + 999) / 1000 };

	if (algorithm == NULL || us < 0) {
		return;
	}
	if (seen != NULL && needs_size(algorithm)) {
		measure.table = g_strdup(seen->table);
	}
	g_array_append_val(measures, measure);
}

static bool is_wanted(const struct exec_order *order, const struct measure *measure)
{
	return order->measures || measure->ms >= LONG_MS;
}

/* The tables to ask about; NULL-terminated, borrowed. Owned array; NULL: none. */
static GPtrArray *find_tables(const GArray *measures, const struct exec_order *order)
{
	g_autoptr(GPtrArray) tables = g_ptr_array_new();

	for (guint i = 0; i < measures->len; i++) {
		const struct measure *measure = &g_array_index(measures, struct measure, i);

		if (measure->table == NULL || !is_wanted(order, measure)) {
			continue;
		}
		if (!g_ptr_array_find_with_equal_func(tables, measure->table, g_str_equal, NULL)) {
			g_ptr_array_add(tables, measure->table);
		}
	}
	if (tables->len == 0) {
		return NULL;
	}
	g_ptr_array_add(tables, NULL);
	return g_steal_pointer(&tables);
}

/* -1: not known, or it is gone. */
static int64_t bytes_of(const GArray *sizes, const char *table)
{
	for (guint i = 0; i < sizes->len; i++) {
		const struct db_size *size = &g_array_index(sizes, struct db_size, i);

		if (strcmp(size->table, table) == 0) {
			return size->bytes;
		}
	}
	return -1;
}

static void take(const GArray *measures, const GArray *sizes, const struct exec_order *order,
		 struct exec_result *result)
{
	result->measures = g_new0(struct exec_measure, measures->len);
	for (guint i = 0; i < measures->len; i++) {
		const struct measure *measure = &g_array_index(measures, struct measure, i);
		struct exec_measure made = { .algorithm = measure->algorithm, .ms = measure->ms };

		if (measure->table != NULL) {
			made.bytes = bytes_of(sizes, measure->table);
		} else if (ladder_named(measure->algorithm) == NULL) {
			made.bytes = order->bytes;
		}
		if (made.bytes >= 0 && is_wanted(order, measure)) {
			result->measures[result->nr_measures++] = made;
		}
	}
}

void measures_finish(const GArray *measures, struct db_session *session,
		     const struct exec_order *order, struct exec_result *result)
{
	const char *const schemas[] = { order->schema, NULL };
	g_autoptr(GArray) sizes = db_sizes_new();
	g_autoptr(GPtrArray) tables = find_tables(measures, order);
	struct err err;

	if (tables != NULL && session != NULL && !db_is_lost(session) &&
	    db_sizes_get(session, schemas, (const char *const *)tables->pdata, sizes, &err) < 0) {
		log_debug("sizes of tables not learnt schema=%s error=\"%s\"", order->schema,
			  err.msg);
	}
	take(measures, sizes, order, result);
}
