/*
 * cmd - the functions behind the table of commands: arguments -> message -> print.
 *
 * Each takes the call and gives the exit code; what they refuse is on stderr by then.
 */
#ifndef CMD_H
#define CMD_H

#include <stdbool.h>

#include "cli.h"

/*
 * The tenants that names and -l select together: "acme,beta,region=eu". NULL: neither was
 * given. Words up to nr_words are names. Owned.
 */
NODISCARD int cmd_selector(const struct cli *cli, size_t nr_words, char **selector,
			   struct err *err);

int cmd_server_add(struct cli *cli);
int cmd_server_list(struct cli *cli);
int cmd_server_show(struct cli *cli);
int cmd_server_set(struct cli *cli);
int cmd_server_check(struct cli *cli);
int cmd_server_remove(struct cli *cli);

int cmd_tenant_discover(struct cli *cli);
int cmd_tenant_import(struct cli *cli);
int cmd_tenant_add(struct cli *cli);
int cmd_tenant_list(struct cli *cli);
int cmd_tenant_show(struct cli *cli);
int cmd_tenant_diff(struct cli *cli);
int cmd_tenant_verify(struct cli *cli); /* cmd_verify.c */
int cmd_tenant_set(struct cli *cli);
int cmd_tenant_label(struct cli *cli);
int cmd_tenant_hold(struct cli *cli);
int cmd_tenant_release(struct cli *cli);
int cmd_tenant_baseline(struct cli *cli);
int cmd_tenant_remove(struct cli *cli);

int cmd_window_list(struct cli *cli);

/* "label:region=au", where a server or a tenant is named: what is set for a label. */
bool window_is_label(const char *word);
int window_label(struct cli *cli, bool set); /* or show; the first word is the label */

int cmd_readonly_on(struct cli *cli);
int cmd_readonly_off(struct cli *cli);
int cmd_readonly_list(struct cli *cli);

int cmd_routing(struct cli *cli);
int cmd_routing_export(struct cli *cli);

int cmd_lint(struct cli *cli);
int cmd_plan(struct cli *cli);
int cmd_release_create(struct cli *cli);
int cmd_release_list(struct cli *cli);
int cmd_release_show(struct cli *cli);

int cmd_rollout_start(struct cli *cli);
int cmd_rollout_list(struct cli *cli);
int cmd_rollout_plan(struct cli *cli);
int cmd_rollout_show(struct cli *cli);
int cmd_rollout_watch(struct cli *cli);
int cmd_rollout_verb(struct cli *cli); /* pause resume promote abort retry skip */
int cmd_rollout_set(struct cli *cli);
int cmd_everything(struct cli *cli); /* pause resume */

int cmd_task_list(struct cli *cli);
int cmd_task_show(struct cli *cli);
int cmd_task_log(struct cli *cli); /* cmd_log.c */
int cmd_task_kill(struct cli *cli);
int cmd_task_resolve(struct cli *cli);

int cmd_throttle_show(struct cli *cli);
int cmd_throttle_set(struct cli *cli);
int cmd_throttle_hold(struct cli *cli);
int cmd_throttle_release(struct cli *cli);
int cmd_throttle_exempt(struct cli *cli);
int cmd_throttle_label(struct cli *cli);

int cmd_doctor(struct cli *cli);
int cmd_events(struct cli *cli);
int cmd_wait(struct cli *cli);

int cmd_completion(struct cli *cli);
int cmd_man(struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_help(struct cli *cli);

#endif /* CMD_H */
