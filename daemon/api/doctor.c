#include "doctor.h"

#include <inttypes.h>
#include <stdlib.h>

#include <glib.h>

#include "advice.h"
#include "exec.h"
#include "fsm.h"
#include "sched.h"
#include "shell.h"

/* Fills problem, detail and help when the rule finds something. */
typedef bool (*tenant_rule)(const struct doctor_tenant *subject, struct wire_finding *finding);
typedef bool (*server_rule)(const struct doctor_server *subject, struct wire_finding *finding);

static bool found(struct wire_finding *finding, const char *problem, char *detail, char *help)
{
	finding->problem = g_strdup(problem);
	finding->detail = detail;
	finding->help = help;
	return true;
}

/* ---- tenants ------------------------------------------------------------------------- */

/* Of a command and a tenant. */
static char *told(const char *command, const char *tenant)
{
	g_autofree char *word = shell_word(tenant);

	return g_strconcat(command, word, NULL);
}

static bool rule_vanished(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct store_tenant *row = subject->row;

	if (subject->seen == NULL || subject->seen->exists) {
		return false;
	}
	return found(finding, "vanished",
		     g_strdup_printf("there is no database %s on server %s, or the account may "
				     "not see it",
				     row->schema, row->server),
		     told("muster tenant remove ", row->name));
}

static bool rule_unreadable(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	if (subject->seen == NULL || subject->seen->problem == NULL) {
		return false;
	}
	return found(finding, "unreadable",
		     g_strdup_printf("its history cannot be read: %s", subject->seen->problem),
		     g_strdup_printf("muster server check %s", subject->row->server));
}

static bool rule_regressed(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct store_tenant *row = subject->row;
	const char *now = subject->seen == NULL ? row->version : subject->seen->version;
	const char *gone =
		subject->seen == NULL ? row->regressed : sched_tenant_regressed(row, subject->seen);

	return gone != NULL && found(finding, "regressed", sched_regressed_text(gone, now),
				     sched_discover_help(row->server, row->schema, true));
}

static bool rule_drifted(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const char *drifted = subject->seen == NULL ? subject->row->drifted : subject->drifted;

	return drifted != NULL &&
	       found(finding, "drifted", sched_drifted_text(drifted),
		     sched_discover_help(subject->row->server, subject->row->schema, true));
}

/* Nothing was ever seen there: made by a discovery, or by the first task. */
static bool rule_no_history(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct store_tenant *row = subject->row;

	if (subject->seen == NULL || subject->seen->has_history || row->version != NULL ||
	    row->regressed != NULL) {
		return false;
	}
	return found(finding, "no history",
		     g_strdup_printf("database %s has no table muster_history yet", row->schema),
		     sched_discover_help(row->server, row->schema, false));
}

static bool rule_epoch(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct exec_standing *seen = subject->seen;

	if (seen == NULL || seen->epoch <= subject->epoch) {
		return false;
	}
	return found(finding, "later epoch",
		     g_strdup_printf("its history was written by a later start of musterd (epoch "
				     "%" PRIu64 ", this one is %" PRIu64 "): another daemon, or "
				     "the clock was set back; nothing is written there until this "
				     "one has started again",
				     seen->epoch, subject->epoch),
		     g_strdup("systemctl restart musterd"));
}

static bool is_applied(const struct exec_standing *seen, const char *version)
{
	return seen != NULL && seen->applied != NULL && version != NULL &&
	       g_strv_contains((const char *const *)seen->applied, version);
}

static char *help_start(const struct doctor_tenant *subject)
{
	g_autofree char *pick = shell_pick(subject->row->name);

	return g_strdup_printf("muster rollout start DIR -l %s", pick);
}

/* Another try where the rollout allows it and it helps, else a new rollout. */
static char *help_retry(const struct doctor_tenant *subject)
{
	if (fsm_has(&fsm_rollout, (int)subject->rollout, ROLLOUT_RETRY)) {
		return advice_task(subject->last);
	}
	return help_start(subject);
}

static char *describe_task(const struct store_task *task)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (task->migration != NULL) {
		g_string_append_printf(text, "migration %s, ", task->migration);
	}
	if (task->statements > 0) {
		g_string_append_printf(text, "%" PRId64 " of %" PRId64 " statements done, ",
				       task->statement, task->statements);
	}
	g_string_append_printf(text, "rollout r%" PRId64 ": %s", task->rollout_id,
			       task->reason == NULL ? "" : task->reason);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool rule_task(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct store_task *last = subject->last;
	g_autofree char *word = shell_word(subject->row->name);

	if (last == NULL || is_applied(subject->seen, last->migration)) {
		return false;
	}
	if (last->state == TASK_IN_DOUBT) {
		return found(finding, "in doubt", describe_task(last),
			     g_strdup_printf("muster task resolve r%" PRId64
					     "/%s --as applied|not-applied|at=N",
					     last->rollout_id, word));
	}
	return last->state == TASK_FAILED &&
	       found(finding, "failed", describe_task(last), help_retry(subject));
}

/* Begun by somebody, and nobody is at it. */
static bool rule_unfinished(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const char *open = subject->seen != NULL ? subject->seen->open : subject->row->open;
	const struct store_task *last = subject->last;

	if (open == NULL) {
		return false;
	}
	if (last != NULL && (!fsm_is_end(&fsm_task, (int)last->state) ||
			     last->state == TASK_FAILED || last->state == TASK_IN_DOUBT)) {
		return false; /* a rollout has it, or it was said already */
	}
	return found(finding, "unfinished",
		     g_strdup_printf("migration %s was begun and has not ended; no rollout of this "
				     "inventory is at it",
				     open),
		     help_start(subject));
}

/* Tasks of it would wait for ever. */
static bool rule_shut(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	return subject->shut != NULL && found(finding, "never open", g_strdup(subject->shut),
					      g_strdup("muster window list"));
}

/* On its way, and it does not get there. */
static bool rule_stuck(const struct doctor_tenant *subject, struct wire_finding *finding)
{
	const struct store_tenant *row = subject->row;

	return subject->stuck != NULL &&
	       found(finding, tenant_mode_names[row->mode],
		     g_strdup_printf("it is not %s yet: %s; it is tried again",
				     row->mode == TENANT_CLOSING ? "closed" : "open",
				     subject->stuck),
		     told("muster readonly off ", row->name));
}

static const struct {
	tenant_rule rule;
	bool is_last; /* what is behind it makes no sense then */
} tenant_rules[] = {
	{ rule_stuck, false },     { rule_vanished, true }, { rule_unreadable, true },
	{ rule_regressed, false }, { rule_drifted, false }, { rule_no_history, true },
	{ rule_epoch, false },     { rule_task, false },    { rule_unfinished, false },
	{ rule_shut, false },
};

/* Takes what finding holds. */
static void add(struct wire_list *findings, struct wire_finding *finding)
{
	*(struct wire_finding *)wire_list_add(&wire_finding_type, findings) = *finding;
	*finding = (struct wire_finding){ 0 };
}

void doctor_tenant(const struct doctor_tenant *subject, struct wire_list *findings)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tenant_rules); i++) {
		struct wire_finding finding = { 0 };

		if (!tenant_rules[i].rule(subject, &finding)) {
			continue;
		}
		finding.object = g_strdup_printf("tenant/%s", subject->row->name);
		add(findings, &finding);
		if (tenant_rules[i].is_last) {
			return;
		}
	}
}

void doctor_stranger(const struct store_server *server, const char *schema,
		     struct wire_list *findings)
{
	struct wire_finding finding = { .object = g_strdup_printf("server/%s", server->name) };

	(void)found(
		&finding, "not enrolled",
		g_strdup_printf("database %s holds a history of muster and is no tenant", schema),
		sched_discover_help(server->name, schema, false));
	add(findings, &finding);
}

void doctor_closed(const struct store_server *server, const struct exec_closed *closed,
		   const char *tenant, struct wire_list *findings)
{
	struct wire_finding finding = {
		.object = tenant != NULL ? g_strdup_printf("tenant/%s", tenant)
					 : g_strdup_printf("server/%s", server->name),
	};

	(void)found(&finding, "closed",
		    g_strdup_printf("database %s was closed for writes by %s (%s), which this "
				    "inventory does not know%s",
				    closed->schema, closed->owner, closed->reason,
				    tenant != NULL ? "; it is opened now"
						   : "; it is opened when it is a tenant"),
		    tenant != NULL ? told("muster tenant show ", tenant)
				   : sched_discover_help(server->name, closed->schema, false));
	add(findings, &finding);
}

/* ---- servers ------------------------------------------------------------------------- */

static char *help_server(const char *verb, const struct doctor_server *subject)
{
	return g_strdup_printf("muster server %s %s", verb, subject->row->name);
}

static bool rule_silent(const struct doctor_server *subject, struct wire_finding *finding)
{
	bool is_denied;

	if (subject->err == NULL) {
		return false;
	}
	is_denied = subject->err->code == ERR_DENIED || subject->err->code == ERR_INVALID;
	return found(finding, is_denied ? "denied" : "down", g_strdup(subject->err->msg),
		     help_server("check", subject));
}

static bool rule_rival(const struct doctor_server *subject, struct wire_finding *finding)
{
	if (subject->info == NULL || subject->info->rival == NULL) {
		return false;
	}
	return found(finding, "another daemon",
		     g_strdup_printf("another musterd works on this server: %s; stop one of the "
				     "two",
				     subject->info->rival),
		     help_server("show", subject));
}

static bool rule_read_only(const struct doctor_server *subject, struct wire_finding *finding)
{
	if (subject->info == NULL || !subject->info->read_only ||
	    subject->row->replica_of != NULL) {
		return false;
	}
	return found(finding, "read only",
		     g_strdup("it takes no writes; is it a replica by now? Its tenants wait"),
		     help_server("check", subject));
}

static bool rule_privileges(const struct doctor_server *subject, struct wire_finding *finding)
{
	const struct exec_info *info = subject->info;
	g_autoptr(GString) missing = g_string_new(NULL);

	if (info == NULL || info->missing == NULL || info->missing[0] == NULL) {
		return false;
	}
	for (char *const *at = info->missing; *at != NULL; at++) {
		g_string_append_printf(missing, "%s%s", at == info->missing ? "" : "; ", *at);
	}
	return found(finding, "privileges",
		     g_strdup_printf("account %s lacks %s", info->account, missing->str),
		     info->grant != NULL ? g_strdup(info->grant) : help_server("check", subject));
}

static bool rule_left_over(const struct doctor_server *subject, struct wire_finding *finding)
{
	const struct exec_info *info = subject->info;
	g_autoptr(GString) names = g_string_new(NULL);
	g_autoptr(GString) help = g_string_new(NULL);

	if (info == NULL || info->left_over == NULL || info->left_over[0] == NULL) {
		return false;
	}
	for (char *const *at = info->left_over; *at != NULL; at++) {
		g_string_append_printf(names, "%s%s", at == info->left_over ? "" : ", ", *at);
		g_string_append_printf(help, "%sdrop database `%s`",
				       at == info->left_over ? "" : "; ", *at);
	}
	return found(
		finding, "left over",
		g_strdup_printf("empty copies on which an earlier start of musterd tried a "
				"release: %s; the next start or rollout drops them where it may",
				names->str),
		g_strdup(help->str));
}

static const server_rule server_rules[] = { rule_silent, rule_rival, rule_read_only,
					    rule_privileges, rule_left_over };

void doctor_server(const struct doctor_server *subject, struct wire_list *findings)
{
	for (size_t i = 0; i < G_N_ELEMENTS(server_rules); i++) {
		struct wire_finding finding = { 0 };

		if (server_rules[i](subject, &finding)) {
			finding.object = g_strdup_printf("server/%s", subject->row->name);
			add(findings, &finding);
		}
	}
}

/* ---- all of them --------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct wire_finding *left = a;
	const struct wire_finding *right = b;
	int order = g_strcmp0(left->object, right->object);

	if (order == 0) {
		order = g_strcmp0(left->problem, right->problem);
	}
	return order != 0 ? order : g_strcmp0(left->detail, right->detail);
}

void doctor_sort(struct wire_list *findings)
{
	if (findings->nr > 1) {
		qsort(findings->items, findings->nr, sizeof(struct wire_finding), compare);
	}
}
