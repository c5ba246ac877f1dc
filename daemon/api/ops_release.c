/*
 * Operations on releases.
 */
#include <string.h>

#include <glib.h>

#include "api_state.h"
#include "call.h"
#include "name.h"
#include "ops.h"
#include "release.h"
#include "store_release.h"
#include "tick.h"
#include "view.h"

static int release_add(const struct store_release *row, void *ctx, struct err *err)
{
	struct call *call = ctx;

	(void)err;
	view_release(row, NULL, wire_list_add(&wire_release_info_type, &call->list));
	return 0;
}

int op_release_list(struct call *call, struct err *err)
{
	return store_release_each(call->api->store, release_add, call, err);
}

static int release_answer(struct call *call, const struct store_release *row, struct err *err)
{
	struct release *parsed = sched_release_get(call->api->sched, row->id, err);

	if (parsed == NULL) {
		return OP_FAILED;
	}
	view_release(row, parsed, call->answer);
	release_unref(parsed);
	return OP_DONE;
}

int op_release_show(struct call *call, struct err *err)
{
	SCOPED(store_release) row = { 0 };

	if (store_release_get(call->api->store, call->args[0], &row, err) < 0) {
		return OP_FAILED;
	}
	return release_answer(call, &row, err);
}

static int files_copy(const struct wire_release_create *asked, struct release_files *files,
		      struct err *err)
{
	const struct wire_release_file *from = asked->files.items;

	for (size_t i = 0; i < asked->files.nr; i++) {
		const char *name = from[i].name;

		if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
			return err_set(err, ERR_INVALID,
				       "\"%.128s\" is not the name of a file in a folder", name);
		}
		release_files_add(files, name, from[i].text, strlen(from[i].text));
	}
	return 0;
}

/* The same content is the same release, whatever it is called: nothing new to note then. */
int op_release_create(struct call *call, struct err *err)
{
	const struct wire_release_create *asked = call->request;
	int64_t now = tick_wall_ms();
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) row = { 0 };

	if (asked->name != NULL && name_check_of("release", asked->name, err) < 0) {
		return OP_FAILED;
	}
	if (files_copy(asked, &files, err) < 0 ||
	    sched_release_put(call->api->sched, asked->name, asked->format, &files, &row, err) <
		    0) {
		return OP_FAILED;
	}
	if (row.created_at >= now &&
	    call_note(call, "release.create", "release", row.name, "stored", err) < 0) {
		return OP_FAILED;
	}
	return release_answer(call, &row, err);
}
