#include "close_holes.h"

#include <string.h>

#include "close_context.h"
#include "db.h"

#define PRIVILEGES (1U << CLOSE_PRIVILEGES)
#define TRIGGERS   (1U << CLOSE_TRIGGERS)
#define SCHEMA     (1U << CLOSE_SCHEMA)

void close_holes_init(struct close_holes *holes)
{
	for (size_t i = 0; i < CLOSE_METHOD_NR; i++) {
		holes->of[i] = g_ptr_array_new_with_free_func(g_free);
	}
}

void close_holes_release(struct close_holes *holes)
{
	for (size_t i = 0; i < CLOSE_METHOD_NR; i++) {
		g_clear_pointer(&holes->of[i], g_ptr_array_unref);
	}
}

void close_holes_add(struct close_holes *holes, unsigned methods, char *text)
{
	for (size_t i = 0; i < CLOSE_METHOD_NR; i++) {
		if ((methods & (1U << i)) != 0) {
			g_ptr_array_add(holes->of[i], g_strdup(text));
		}
	}
	g_free(text);
}

/* Each gives: what it is, whose rights it has or NULL when that does not matter. */
/* clang-format off */
static const struct {
	enum db_flavor flavor; /* DB_UNKNOWN: both */
	unsigned methods;
	const char *sql;
} ways[] = {
	{ DB_UNKNOWN, PRIVILEGES,
	  "select concat('event ', event_name), definer from information_schema.events "
	  "where event_schema = database() and status = 'ENABLED' order by 1" },
	{ DB_UNKNOWN, PRIVILEGES,
	  "select concat(lower(routine_type), ' ', routine_name), definer "
	  "from information_schema.routines "
	  "where routine_schema = database() and security_type = 'DEFINER' order by 1" },
	{ DB_UNKNOWN, PRIVILEGES | TRIGGERS,
	  "select concat('table ', table_name, ': foreign key ', constraint_name, "
	  "' changes its rows with those of ', unique_constraint_schema, '.', "
	  "referenced_table_name), null "
	  "from information_schema.referential_constraints "
	  "where constraint_schema = database() and unique_constraint_schema <> database() "
	  "and (delete_rule in ('CASCADE', 'SET NULL') or update_rule in ('CASCADE', 'SET NULL')) "
	  "order by 1" },
	{ DB_MARIADB, PRIVILEGES | TRIGGERS,
	  "select 'the server is a replica: what its primary sends is written', null "
	  "from information_schema.processlist where command in ('Slave_SQL', 'Slave_worker') "
	  "limit 1" },
	{ DB_MYSQL, PRIVILEGES | TRIGGERS | SCHEMA,
	  "select 'the server is a replica: what its primary sends is written', null "
	  "from performance_schema.replication_applier_status where service_state = 'ON' limit 1" },
};

/* clang-format on */

static void add_way(const struct close_context *context, unsigned methods, char *const *row,
		    struct close_holes *holes)
{
	if (row[1] == NULL) {
		close_holes_add(holes, methods, g_strdup(row[0]));
	} else if (close_context_is_keeper(context, row[1])) {
		close_holes_add(holes, methods,
				g_strdup_printf("%s runs with the rights of %s, which stay", row[0],
						row[1]));
	}
}

int close_holes_find(struct db_session *session, const struct close_context *context,
		     struct close_holes *holes, struct err *err)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		SCOPED(db_rows) rows = { 0 };

		if (ways[i].flavor != DB_UNKNOWN && ways[i].flavor != db_flavor(session)) {
			continue;
		}
		if (db_query(session, &rows, ways[i].sql, err) < 0) {
			return -1;
		}
		for (size_t row = 0; row < rows.nr; row++) {
			add_way(context, ways[i].methods, rows.cells[row], holes);
		}
	}
	return 0;
}
