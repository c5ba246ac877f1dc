/*
 * views - which columns people see of each message.
 *
 * Constant tables; any thread.
 */
#ifndef VIEWS_H
#define VIEWS_H

#include "render.h"

extern const struct view view_server, view_server_check, view_tenant, view_window, view_readonly,
	view_readonly_change, view_release, view_migration, view_finding, view_rollout, view_wave,
	view_preview, view_plan, view_tenant_diff, view_task, view_event, view_changed,
	view_throttle, view_signal, view_label_limit, view_route;

#endif /* VIEWS_H */
