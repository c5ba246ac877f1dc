/*
 * pages - lists that the daemon gives in pieces, followed to the end.
 *
 * One thread.
 */
#ifndef PAGES_H
#define PAGES_H

#include "cli.h"

/*
 * GET path?query… page by page and put all items into list (of item type). page_type
 * is wire_tenant_page or wire_task_page; query may be "" or begins without a "&".
 * cli->answer is the first page only.
 */
NODISCARD int pages_all(struct cli *cli, const char *path, const char *query,
			const struct wire_type *page_type, struct wire_list *list, struct err *err);

/* All pages, then print them: exit code. */
int pages_show(struct cli *cli, const char *path, const char *query,
	       const struct wire_type *page_type, const struct view *view);

#endif /* PAGES_H */
