#include <string.h>

#include "sched_state.h"
#include "store_event.h"

const struct sched_actor sched_self = { .uid = -1, .name = "muster" };

int sched_note(struct sched *sched, const struct sched_actor *actor, int64_t rollout_id,
	       const char *kind, const char *object, const char *state, const char *text,
	       struct err *err)
{
	g_autofree char *with_reason = NULL;
	struct store_event event = {
		.uid = actor->uid,
		.rollout_id = rollout_id,
	};
	int rc;

	if (actor->reason != NULL && actor->reason[0] != '\0') {
		with_reason = g_strdup_printf("%s (%s)", text != NULL ? text : kind, actor->reason);
	}
	store_text_set(&event.actor, actor->name);
	store_text_set(&event.kind, kind);
	store_text_set(&event.object, object);
	store_text_set(&event.state, state);
	store_text_set(&event.text, with_reason != NULL ? with_reason : text);
	rc = store_event_add(sched->store, &event, err);
	store_event_release(&event);
	sched->wrote = true;
	sched->wrote_more = sched->wrote_more || strcmp(kind, "task") != 0;
	return rc;
}
