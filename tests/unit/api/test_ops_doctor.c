#include "api_fixture.h"

/* What is read of one. */
#define HISTORY                                                                                   \
	"(seq int, version varchar(9), checksum char(64) not null default '', state varchar(9), " \
	"epoch bigint unsigned, statements_done int default 0, in_flight int default 0)"

static const struct wire_finding *find(const struct wire_list *findings, const char *object)
{
	const struct wire_finding *items = findings->items;

	for (size_t i = 0; i < findings->nr; i++) {
		if (strcmp(items[i].object, object) == 0) {
			return &items[i];
		}
	}
	return NULL;
}

/* What other tests have left on a shared server is none of ours. */
static void diagnose(struct fixture *fixture, struct wire_list *findings, const char *stranger)
{
	struct wire_list all = { 0 };
	struct wire_finding *items;

	ask_for_list(fixture, &wire_finding_type, &all, "GET /v1/doctor", NULL);
	items = all.items;
	for (size_t i = 0; i < all.nr; i++) {
		if (strcmp(items[i].problem, "not enrolled") == 0 &&
		    (stranger == NULL || strstr(items[i].detail, stranger) == NULL)) {
			continue;
		}
		*(struct wire_finding *)wire_list_add(&wire_finding_type, findings) = items[i];
		items[i] = (struct wire_finding){ 0 };
	}
	wire_list_release(&wire_finding_type, &all);
}

static void a_new_inventory_has_nothing_to_say(void **state)
{
	struct wire_list findings = { 0 };

	diagnose(*state, &findings, NULL);
	assert_int_equal(findings.nr, 0);
	wire_list_release(&wire_finding_type, &findings);
}

/* All servers and tenants are looked at, whatever is wrong with some of them. */
static void every_tenant_of_every_server_is_looked_at(void **state)
{
	struct fixture *fixture = *state;
	struct wire_server server = { 0 };
	struct wire_list findings = { 0 };
	const char *stranger = test_server_schema("stranger");
	g_autofree char *text = NULL;

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 3);
	ask_for(fixture, &wire_server_type, &server, "POST /v1/servers",
		"{\"name\":\"db2\",\"socket\":\"/nonexistent/s\"}");
	wire_release(&wire_server_type, &server);
	for (unsigned i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("t%u", i);

		test_server_exec("create table `%s_%d`.muster_history " HISTORY, name,
				 (int)getpid());
	}
	test_server_exec(
		"insert into `t1_%d`.muster_history (seq, version, state, epoch) values (1, '0001', 'failed', 3)",
		(int)getpid());
	test_server_exec("drop database `t2_%d`", (int)getpid());
	test_server_exec("create table `%s`.muster_history like `t1_%d`.muster_history", stranger,
			 (int)getpid());

	diagnose(fixture, &findings, stranger);
	assert_null(find(&findings, "tenant/t0"));
	assert_string_equal(find(&findings, "tenant/t1")->problem, "unfinished");
	assert_string_equal(find(&findings, "tenant/t2")->problem, "vanished");
	assert_string_equal(find(&findings, "server/db1")->problem, "not enrolled");
	text = g_strdup_printf("database %s holds a history of muster and is no tenant", stranger);
	assert_string_equal(find(&findings, "server/db1")->detail, text);
	assert_string_equal(find(&findings, "server/db2")->problem, "down");
	assert_int_equal(findings.nr, 4);
	wire_list_release(&wire_finding_type, &findings);
	test_server_exec("drop database `%s`", stranger);
	test_server_exec("drop database `t1_%d`", (int)getpid());
}

/* What was seen is known from then on, also to those who do not ask the server. */
static void what_was_seen_is_recorded(void **state)
{
	struct fixture *fixture = *state;
	struct wire_tenant tenant = { 0 };
	struct wire_list findings = { 0 };

	fixture_add_real_server(fixture);
	fixture_add_databases(fixture, 1);
	test_server_exec("create table `t0_%d`.muster_history " HISTORY, (int)getpid());
	test_server_exec(
		"insert into `t0_%d`.muster_history (seq, version, state, epoch) values (1, '0001', 'applied', 3), "
		"(2, '0002', 'failed', 3)",
		(int)getpid());
	diagnose(fixture, &findings, NULL);
	wire_list_release(&wire_finding_type, &findings);
	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/t0", NULL);
	assert_string_equal(tenant.version, "0001");
	assert_string_equal(tenant.unfinished, "0002");
	assert_null(tenant.regressed);
	wire_release(&wire_tenant_type, &tenant);

	test_server_exec("delete from `t0_%d`.muster_history", (int)getpid());
	diagnose(fixture, &findings, NULL);
	assert_int_equal(findings.nr, 1);
	assert_string_equal(find(&findings, "tenant/t0")->problem, "regressed");
	wire_list_release(&wire_finding_type, &findings);
	ask_for(fixture, &wire_tenant_type, &tenant, "GET /v1/tenants/t0", NULL);
	assert_string_equal(tenant.regressed, "0001");
	assert_null(tenant.version);
	wire_release(&wire_tenant_type, &tenant);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_inventory_has_nothing_to_say, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(every_tenant_of_every_server_is_looked_at,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_was_seen_is_recorded, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("ops_doctor", tests, NULL, NULL);
}
