#include "states.h"

#include <string.h>

#define STATES_NAME(constant, name) [constant] = (name),

const char *const rollout_state_names[ROLLOUT_STATE_NR] = { ROLLOUT_STATES(STATES_NAME) };
const char *const rollout_event_names[ROLLOUT_EVENT_NR] = { ROLLOUT_EVENTS(STATES_NAME) };
const char *const wave_state_names[WAVE_STATE_NR] = { WAVE_STATES(STATES_NAME) };
const char *const wave_event_names[WAVE_EVENT_NR] = { WAVE_EVENTS(STATES_NAME) };
const char *const task_state_names[TASK_STATE_NR] = { TASK_STATES(STATES_NAME) };
const char *const task_event_names[TASK_EVENT_NR] = { TASK_EVENTS(STATES_NAME) };
const char *const task_kind_names[TASK_KIND_NR] = { TASK_KINDS(STATES_NAME) };
const char *const server_state_names[SERVER_STATE_NR] = { SERVER_STATES(STATES_NAME) };
const char *const tenant_mode_names[TENANT_MODE_NR] = { TENANT_MODES(STATES_NAME) };
const char *const tenant_event_names[TENANT_EVENT_NR] = { TENANT_EVENTS(STATES_NAME) };
const char *const route_format_names[ROUTE_FORMAT_NR] = { ROUTE_FORMATS(STATES_NAME) };

int states_find(const char *const *names, int nr, const char *name)
{
	for (int i = 0; i < nr; i++) {
		if (strcmp(names[i], name) == 0) {
			return i;
		}
	}
	return -1;
}

const char *states_route_file(const char *text, enum route_format *format)
{
	for (int i = 0; i < ROUTE_FORMAT_NR; i++) {
		size_t len = strlen(route_format_names[i]);

		if (strncmp(text, route_format_names[i], len) == 0 && text[len] == ':') {
			*format = (enum route_format)i;
			return text + len + 1;
		}
	}
	return NULL;
}
