#include "pages.h"

#include <string.h>

/* Both pages begin with the same two members. */
struct any_page {
	struct wire_list items;
	char *next;
};

G_STATIC_ASSERT(sizeof(struct any_page) == sizeof(struct wire_tenant_page));
G_STATIC_ASSERT(sizeof(struct any_page) == sizeof(struct wire_task_page));
G_STATIC_ASSERT(offsetof(struct any_page, next) == offsetof(struct wire_tenant_page, next));
G_STATIC_ASSERT(offsetof(struct any_page, next) == offsetof(struct wire_task_page, next));

/* The items move; the page keeps none. */
static void move_items(struct wire_list *list, struct wire_list *from, size_t size)
{
	if (from->nr == 0) {
		return;
	}
	list->items = g_realloc_n(list->items, list->nr + from->nr, size);
	memcpy((char *)list->items + list->nr * size, from->items, from->nr * size);
	list->nr += from->nr;
	g_clear_pointer(&from->items, g_free);
	from->nr = 0;
}

static const struct wire_type *items_type(const struct wire_type *page_type)
{
	return page_type == &wire_task_page_type ? &wire_task_type : &wire_tenant_type;
}

int pages_all(struct cli *cli, const char *path, const char *query,
	      const struct wire_type *page_type, struct wire_list *list, struct err *err)
{
	g_autofree char *after = g_strdup("");

	while (after != NULL) {
		struct any_page page = { 0 };
		g_autofree char *escaped = g_uri_escape_string(after, NULL, FALSE);
		g_autofree char *full = g_strdup_printf("%s?%s%slimit=%d%s%s", path, query,
							query[0] != '\0' ? "&" : "", WIRE_PAGE_MAX,
							after[0] != '\0' ? "&after=" : "", escaped);
		const struct ask ask = { .method = "GET",
					 .path = full,
					 .out_type = page_type,
					 .out = &page };

		if (cli_ask(cli, &ask, err) < 0) {
			wire_list_release(items_type(page_type), list);
			return -1;
		}
		move_items(list, &page.items, items_type(page_type)->size);
		g_free(after);
		after = g_steal_pointer(&page.next);
		wire_release(page_type, &page);
	}
	return 0;
}

int pages_show(struct cli *cli, const char *path, const char *query,
	       const struct wire_type *page_type, const struct view *view)
{
	struct wire_list list = { 0 };
	struct err err = { 0 };

	if (pages_all(cli, path, query, page_type, &list, &err) < 0) {
		return cli_fail(cli, &err);
	}
	g_clear_pointer(&cli->answer, g_free); /* JSON is one array of all pages */
	cli_print_list(cli, view, &list);
	wire_list_release(view->type, &list);
	return EXIT_OK;
}
