/*
 * cmd - the functions behind the table of commands: arguments -> message -> print.
 *
 * Each takes the call and gives the exit code; what they refuse is on stderr by then.
 */
#ifndef CMD_H
#define CMD_H

#include "call.h"

int cmd_server_add(struct call *call);
int cmd_server_list(struct call *call);
int cmd_server_show(struct call *call);
int cmd_server_set(struct call *call);
int cmd_server_check(struct call *call);
int cmd_server_remove(struct call *call);

int cmd_tenant_discover(struct call *call);
int cmd_tenant_import(struct call *call);
int cmd_tenant_add(struct call *call);
int cmd_tenant_list(struct call *call);
int cmd_tenant_show(struct call *call);
int cmd_tenant_set(struct call *call);
int cmd_tenant_label(struct call *call);
int cmd_tenant_hold(struct call *call);
int cmd_tenant_release(struct call *call);
int cmd_tenant_baseline(struct call *call);
int cmd_tenant_remove(struct call *call);

int cmd_lint(struct call *call);
int cmd_release_create(struct call *call);
int cmd_release_list(struct call *call);
int cmd_release_show(struct call *call);

int cmd_rollout_start(struct call *call);
int cmd_rollout_list(struct call *call);
int cmd_rollout_show(struct call *call);
int cmd_rollout_watch(struct call *call);
int cmd_rollout_verb(struct call *call); /* pause resume promote abort retry skip */
int cmd_rollout_set(struct call *call);
int cmd_everything(struct call *call); /* pause resume */

int cmd_task_list(struct call *call);
int cmd_task_show(struct call *call);
int cmd_task_kill(struct call *call);
int cmd_task_resolve(struct call *call);

int cmd_events(struct call *call);
int cmd_wait(struct call *call);

int cmd_completion(struct call *call);
int cmd_man(struct call *call);
int cmd_version(struct call *call);
int cmd_help(struct call *call);

#endif /* CMD_H */
