#include "advice.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "sched.h"
#include "shell.h"
#include "store_task.h"

static char *mend_file(const struct store_task *task)
{
	return g_strdup_printf("mend %s, then muster rollout start DIR",
			       task->migration != NULL ? task->migration : "the file");
}

/* Its own words send a human there: another try ends with the same words. */
static bool is_for_a_human(const struct store_task *task)
{
	return task->state == TASK_IN_DOUBT ||
	       (task->state == TASK_FAILED && task->reason != NULL &&
		strstr(task->reason, "`muster task resolve ") != NULL);
}

char *advice_task(const struct store_task *task)
{
	g_autofree char *word = shell_word(task->tenant);
	g_autofree char *pick = shell_pick(task->tenant);

	if (is_for_a_human(task)) {
		return g_strdup_printf("muster task resolve r%" PRId64 "/%s --as …",
				       task->rollout_id, word);
	}
	if (task->state == TASK_FAILED && sched_task_is_of_text(task)) {
		return mend_file(task);
	}
	if (task->state == TASK_FAILED) {
		return g_strdup_printf("muster rollout retry r%" PRId64 " -t %s", task->rollout_id,
				       word);
	}
	if (task->state == TASK_CANCELLED && task->statement > 0) {
		return g_strdup_printf("muster rollout start DIR -l %s", pick);
	}
	return NULL;
}

static int first(const struct store_task *task, void *ctx, struct err *err)
{
	char **hint = ctx;

	(void)err;
	*hint = sched_task_is_of_text(task) || is_for_a_human(task) ? advice_task(task) : NULL;
	return 0;
}

int advice_rollout(struct store *store, int64_t rollout_id, char **hint, struct err *err)
{
	*hint = NULL;
	return store_task_each(store, rollout_id, TASK_FAILED, 0, 1, first, hint, err);
}
