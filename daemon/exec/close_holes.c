#include "close_holes.h"

#include "close_rights.h"

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

static const struct {
	enum close_source source;
	unsigned on_mariadb; /* the methods that leave it open */
	unsigned on_mysql;
} ways[] = {
	{ CLOSE_EVENTS, PRIVILEGES, PRIVILEGES },
	{ CLOSE_DEFINERS, PRIVILEGES, PRIVILEGES },
	{ CLOSE_FOREIGN, PRIVILEGES | TRIGGERS, PRIVILEGES | TRIGGERS },
	{ CLOSE_REPLICA, PRIVILEGES | TRIGGERS, PRIVILEGES | TRIGGERS | SCHEMA },
};

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

void close_holes_find(const struct close_rights *rights, const char *schema,
		      struct close_holes *holes)
{
	const struct close_context *context = &rights->context;

	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autoptr(GPtrArray) rows = close_rights_rows(rights, ways[i].source, schema);
		unsigned methods = context->is_mysql ? ways[i].on_mysql : ways[i].on_mariadb;

		for (guint row = 0; row < rows->len; row++) {
			add_way(context, methods, g_ptr_array_index(rows, row), holes);
		}
	}
}
