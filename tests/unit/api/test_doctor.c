#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "doctor.h"
#include "exec.h"

/* "problem -> help; …" of what was found. Owned. */
static char *brief(const struct wire_list *findings)
{
	const struct wire_finding *items = findings->items;
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < findings->nr; i++) {
		assert_non_null(items[i].object);
		assert_non_null(items[i].detail);
		g_string_append_printf(out, "%s%s -> %s", i > 0 ? "; " : "", items[i].problem,
				       items[i].help);
	}
	return g_string_free(out, FALSE);
}

#define DISCOVER "muster tenant discover --server db1 --like 's\\_acme'"
#define RESOLVE  "muster task resolve r7/acme --as applied|not-applied|at=N"

/* clang-format off */
static const struct {
	const char *about;
	const char *version; const char *regressed; const char *recorded_open; /* of the row */
	bool silent; bool exists; bool has_history;			       /* what was seen */
	const char *problem; const char *applied; const char *open; uint64_t epoch;
	int task; enum rollout_state rollout;				       /* -1: none */
	const char *want;
} tenants[] = {
	{ "all is well", "2", NULL, NULL, false, true, true, NULL, "1 2", NULL, 5,
	  TASK_DONE, ROLLOUT_DONE, "" },
	{ "never migrated", NULL, NULL, NULL, false, true, true, NULL, "", NULL, 0,
	  -1, ROLLOUT_DONE, "" },
	{ "its database is gone", "2", NULL, NULL, false, false, false, NULL, "", NULL, 0,
	  TASK_FAILED, ROLLOUT_FAILED, "vanished -> muster tenant remove acme" },
	{ "nobody may read it", "2", NULL, NULL, false, true, true, "denied", "", NULL, 0,
	  -1, ROLLOUT_DONE, "unreadable -> muster server check db1" },
	{ "it went back", "2", NULL, NULL, false, true, true, NULL, "1", NULL, 5,
	  TASK_DONE, ROLLOUT_DONE, "regressed -> " DISCOVER " --accept" },
	{ "its history was dropped", "2", NULL, NULL, false, true, false, NULL, "", NULL, 0,
	  TASK_DONE, ROLLOUT_DONE, "regressed -> " DISCOVER " --accept" },
	{ "it never had one", NULL, NULL, NULL, false, true, false, NULL, "", NULL, 0,
	  -1, ROLLOUT_DONE, "no history -> " DISCOVER },
	{ "somebody later was there", "2", NULL, NULL, false, true, true, NULL, "1 2", NULL, 11,
	  -1, ROLLOUT_DONE, "later epoch -> systemctl restart musterd" },
	{ "in doubt", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_IN_DOUBT, ROLLOUT_FAILED, "in doubt -> " RESOLVE },
	{ "failed", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_FAILED, ROLLOUT_FAILED, "failed -> muster rollout retry r7 -t acme" },
	{ "failed in one that is over", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_FAILED, ROLLOUT_ABORTED, "failed -> muster rollout start DIR -l acme" },
	{ "failed, and done since", "2", NULL, NULL, false, true, true, NULL, "1 2", NULL, 5,
	  TASK_FAILED, ROLLOUT_FAILED, "" },
	{ "at work", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_RUNNING, ROLLOUT_RUNNING, "" },
	{ "to be taken", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_WAITING, ROLLOUT_PAUSED, "" },
	{ "left behind", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  TASK_CANCELLED, ROLLOUT_ABORTED, "unfinished -> muster rollout start DIR -l acme" },
	{ "begun in another life", "1", NULL, NULL, false, true, true, NULL, "1", "2", 5,
	  -1, ROLLOUT_DONE, "unfinished -> muster rollout start DIR -l acme" },
	{ "no answer, but it is known", "1", "2", "2", true, false, false, NULL, "", NULL, 0,
	  -1, ROLLOUT_DONE,
	  "regressed -> " DISCOVER " --accept; unfinished -> muster rollout start DIR -l acme" },
	{ "no answer, nothing known", "1", NULL, NULL, true, false, false, NULL, "", NULL, 0,
	  TASK_DONE, ROLLOUT_DONE, "" },
	{ "two things at once", "2", NULL, NULL, false, true, true, NULL, "1", "3", 11,
	  TASK_IN_DOUBT, ROLLOUT_RUNNING,
	  "regressed -> " DISCOVER " --accept; later epoch -> systemctl restart musterd; in doubt -> "
	  RESOLVE },
};

/* clang-format on */

static void check_tenant(size_t i)
{
	g_auto(GStrv) applied = g_strsplit(tenants[i].applied, " ", -1);
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_task) task = { .rollout_id = 7, .statement = 1, .statements = 3 };
	struct exec_standing seen = { .exists = tenants[i].exists,
				      .has_history = tenants[i].has_history,
				      .applied = applied,
				      .epoch = tenants[i].epoch };
	struct doctor_tenant subject = { .row = &row, .epoch = 10, .rollout = tenants[i].rollout };
	struct wire_list findings = { 0 };
	g_autofree char *open = g_strdup(tenants[i].open);
	g_autofree char *problem = g_strdup(tenants[i].problem);
	g_autofree char *got = NULL;

	store_text_set(&row.name, "acme");
	store_text_set(&row.server, "db1");
	store_text_set(&row.schema, "s_acme");
	store_text_set(&row.version, tenants[i].version);
	store_text_set(&row.regressed, tenants[i].regressed);
	store_text_set(&row.open, tenants[i].recorded_open);
	store_text_set(&task.migration, "2");
	store_text_set(&task.tenant, "acme");
	seen.open = open;
	seen.problem = problem;
	task.state = (enum task_state)MAX(tenants[i].task, 0);
	subject.seen = tenants[i].silent ? NULL : &seen;
	subject.last = tenants[i].task < 0 ? NULL : &task;
	doctor_tenant(&subject, &findings);
	got = brief(&findings);
	if (strcmp(got, tenants[i].want) != 0) {
		fail_msg("%s: \"%s\"", tenants[i].about, got);
	}
	wire_list_release(&wire_finding_type, &findings);
}

static void a_tenant_is_said_to_have_what_it_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(tenants); i++) {
		check_tenant(i);
	}
}

static void one_that_never_opens_is_told(void **state)
{
	const struct exec_standing seen = { .exists = true, .has_history = true };
	SCOPED(store_tenant) row = { 0 };
	const struct doctor_tenant subject = { .row = &row, .seen = &seen, .shut = "waits" };
	struct wire_list findings = { 0 };
	g_autofree char *got = NULL;

	(void)state;
	store_text_set(&row.name, "acme");
	doctor_tenant(&subject, &findings);
	got = brief(&findings);
	assert_string_equal(got, "never open -> muster window list");
	wire_list_release(&wire_finding_type, &findings);
}

static void a_position_is_part_of_the_detail(void **state)
{
	const struct exec_standing seen = { .exists = true, .has_history = true };
	SCOPED(store_tenant) row = { 0 };
	SCOPED(store_task)
	task = { .rollout_id = 7, .statement = 1, .statements = 3, .state = TASK_FAILED };
	const struct doctor_tenant subject = { .row = &row,
					       .seen = &seen,
					       .last = &task,
					       .rollout = ROLLOUT_RUNNING };
	struct wire_list findings = { 0 };

	(void)state;
	store_text_set(&row.name, "acme");
	store_text_set(&task.tenant, "acme");
	store_text_set(&task.migration, "0002");
	store_text_set(&task.reason, "Duplicate column name 'b'");
	doctor_tenant(&subject, &findings);
	assert_int_equal(findings.nr, 1);
	assert_string_equal(((struct wire_finding *)findings.items)->detail,
			    "migration 0002, 1 of 3 statements done, rollout r7: Duplicate column "
			    "name 'b'");
	wire_list_release(&wire_finding_type, &findings);
}

/* clang-format off */
static const struct {
	const char *about; const char *rival; enum err_code refused; bool read_only;
	const char *missing; const char *left; const char *want; const char *source;
} servers[] = {
	{ "all is well",      NULL, ERR_NONE,        false, NULL, NULL, "", NULL },
	{ "no answer",        NULL, ERR_UNREACHABLE, false, NULL, NULL, "down -> muster server check db1", NULL },
	{ "not let in",       NULL, ERR_DENIED,      false, NULL, NULL, "denied -> muster server check db1", NULL },
	{ "another daemon",   "connection 7", ERR_NONE,        false, NULL, NULL, "another daemon -> muster server show db1", NULL },
	{ "a replica",        NULL, ERR_NONE,        true,  NULL, NULL, "read only -> muster server check db1", NULL },
	{ "known to be one",  NULL, ERR_NONE,        true,  NULL, NULL, "", "db0" },
	{ "may not enough",   NULL, ERR_NONE,        false, "DROP", NULL, "privileges -> grant DROP on *.* to me", NULL },
	{ "all of it at once", "connection 7", ERR_NONE,       true,  "DROP", "muster_scratch_1",
	  "another daemon -> muster server show db1; read only -> muster server check db1; "
	  "privileges -> grant DROP on *.* to me; left over -> drop database `muster_scratch_1`", NULL },
};

/* clang-format on */

static void check_server(size_t i)
{
	g_autofree char *lacking = g_strdup(servers[i].missing);
	char *missing[] = { lacking, NULL };
	g_autofree char *left = g_strdup(servers[i].left);
	char *left_over[] = { left, NULL };
	const struct exec_info info = { .account = "me@localhost",
					.read_only = servers[i].read_only,
					.missing = missing,
					.left_over = left_over,
					.rival = servers[i].rival,
					.grant = "grant DROP on *.* to me" };
	SCOPED(store_server) row = { 0 };
	struct doctor_server subject = { .row = &row };
	struct wire_list findings = { 0 };
	g_autofree char *got = NULL;
	struct err err;

	store_text_set(&row.name, "db1");
	store_text_set(&row.replica_of, servers[i].source);
	if (servers[i].refused == ERR_NONE) {
		subject.info = &info;
	} else {
		(void)err_set(&err, servers[i].refused, "it says no");
		subject.err = &err;
	}
	doctor_server(&subject, &findings);
	got = brief(&findings);
	if (strcmp(got, servers[i].want) != 0) {
		fail_msg("%s: \"%s\"", servers[i].about, got);
	}
	wire_list_release(&wire_finding_type, &findings);
}

static void a_server_is_said_to_have_what_it_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(servers); i++) {
		check_server(i);
	}
}

static void findings_come_by_object(void **state)
{
	SCOPED(store_server) row = { 0 };
	struct wire_list findings = { 0 };
	const struct wire_finding *items;

	(void)state;
	store_text_set(&row.name, "db2");
	doctor_stranger(&row, "b", &findings);
	store_text_set(&row.name, "db1");
	doctor_stranger(&row, "c", &findings);
	doctor_stranger(&row, "a", &findings);
	doctor_sort(&findings);
	items = findings.items;
	assert_string_equal(items[0].help, "muster tenant discover --server db1 --like 'a'");
	assert_string_equal(items[1].help, "muster tenant discover --server db1 --like 'c'");
	assert_string_equal(items[2].object, "server/db2");
	wire_list_release(&wire_finding_type, &findings);
}

static char acme[] = "acme";
static char server_name[] = "db1";
static char schema[] = "s_acme";
static char owner[] = "anna";
static char reason[] = "move";

static void one_that_is_on_its_way_and_does_not_get_there_is_named(void **state)
{
	struct store_tenant row = { .name = acme, .mode = TENANT_OPENING };
	const struct doctor_tenant subject = { .row = &row, .stuck = "access denied" };
	struct wire_list findings = { 0 };
	g_autofree char *seen = NULL;

	(void)state;
	doctor_tenant(&subject, &findings);
	seen = brief(&findings);
	assert_string_equal(seen, "opening -> muster readonly off acme");
	wire_list_release(&wire_finding_type, &findings);
}

static void what_somebody_left_closed_is_named(void **state)
{
	const struct store_server server = { .name = server_name };
	const struct exec_closed closed = { .schema = schema, .owner = owner, .reason = reason };
	struct wire_list findings = { 0 };
	g_autofree char *seen = NULL;

	(void)state;
	doctor_closed(&server, &closed, "acme", &findings);
	doctor_closed(&server, &closed, NULL, &findings);
	seen = brief(&findings);
	assert_string_equal(seen, "closed -> muster tenant show acme; closed -> " DISCOVER);
	wire_list_release(&wire_finding_type, &findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_on_its_way_and_does_not_get_there_is_named),
		cmocka_unit_test(what_somebody_left_closed_is_named),
		cmocka_unit_test(a_tenant_is_said_to_have_what_it_has),
		cmocka_unit_test(one_that_never_opens_is_told),
		cmocka_unit_test(a_position_is_part_of_the_detail),
		cmocka_unit_test(a_server_is_said_to_have_what_it_has),
		cmocka_unit_test(findings_come_by_object),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
