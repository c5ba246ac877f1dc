#include "glance.h"

#include "sched_fixture.h"

static void wake(struct fixture *fixture)
{
	sched_wake(fixture->sched);
	fixture_turns(fixture, 5);
}

/* As somebody else has found out. */
static struct link *up(struct fixture *fixture, int64_t server_id)
{
	struct link *link = NULL;
	struct err err = { 0 };

	must(sched_link_get(fixture->sched, server_id, &link, &err), &err);
	(void)link_saw_up(link);
	return link;
}

static const char *seen(struct fixture *fixture, const char *tenant)
{
	return glance_find(fixture->sched, fixture->server_id, fixture_schema(tenant));
}

static void expect_tenants(struct fixture *fixture, unsigned nr)
{
	fixture_add_tenants(fixture, nr);
	for (unsigned i = 0; i < nr; i++) {
		g_autofree char *name = g_strdup_printf("t%02u", i);

		glance_expect(fixture->sched, fixture->server_id, fixture_schema(name));
	}
}

static void new_tenants_are_looked_at_and_nothing_counts_as_right_by_it(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) row = { 0 };
	struct err err = { 0 };

	expect_tenants(fixture, 2);
	test_server_exec("create table `%s`.t (n int)", fixture_schema("t01"));
	wake(fixture);
	assert_null(seen(fixture, "t00")); /* nobody has reached the server yet */
	(void)up(fixture, fixture->server_id);
	wake(fixture);
	assert_non_null(seen(fixture, "t00"));
	assert_non_null(seen(fixture, "t01"));
	assert_string_not_equal(seen(fixture, "t00"), seen(fixture, "t01"));
	must(store_tenant_get(fixture->store, "t00", &row, &err), &err);
	assert_null(row.shape);
	assert_int_equal(g_hash_table_size(fixture->sched->jobs), 0);
	glance_forget(fixture->sched, fixture->server_id);
	assert_null(seen(fixture, "t00"));
}

static void while_anything_else_is_asked_it_waits(void **state)
{
	struct fixture *fixture = *state;
	int64_t *id = g_new0(int64_t, 1);
	struct link *link = up(fixture, fixture->server_id);

	expect_tenants(fixture, 1);
	*id = -1; /* somebody's question, to any server */
	g_hash_table_insert(fixture->sched->jobs, id, g_new0(struct job_run, 1));
	wake(fixture);
	assert_null(seen(fixture, "t00"));
	g_hash_table_remove(fixture->sched->jobs, id);
	wake(fixture);
	assert_non_null(seen(fixture, "t00"));

	glance_forget(fixture->sched, fixture->server_id);
	glance_expect(fixture->sched, fixture->server_id, fixture_schema("t00"));
	link->tasks++;
	wake(fixture);
	assert_null(seen(fixture, "t00"));
	link->tasks--;
	wake(fixture);
	assert_non_null(seen(fixture, "t00"));
}

static void who_is_no_tenant_is_left_alone(void **state)
{
	struct fixture *fixture = *state;

	(void)up(fixture, fixture->server_id);
	fixture_add_tenants(fixture, 1);
	glance_expect(fixture->sched, fixture->server_id, "mysql");
	glance_expect(fixture->sched, fixture->server_id + 1, fixture_schema("t00"));
	wake(fixture);
	assert_null(glance_find(fixture->sched, fixture->server_id, "mysql"));
	assert_null(glance_find(fixture->sched, fixture->server_id + 1, fixture_schema("t00")));
}

static void what_fails_is_not_tried_again(void **state)
{
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", "/nowhere/sock");
	uint64_t nr;

	(void)up(fixture, other);
	fixture_add_tenant(fixture, "away", other, 1);
	glance_expect(fixture->sched, other, fixture_schema("away"));
	wake(fixture);
	assert_null(glance_find(fixture->sched, other, fixture_schema("away")));
	nr = (uint64_t)fixture->sched->next_job;
	fixture_turns(fixture, 10);
	assert_int_equal(fixture->sched->next_job, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(new_tenants_are_looked_at_and_nothing_counts_as_right_by_it),
		SCENARIO(while_anything_else_is_asked_it_waits),
		SCENARIO(who_is_no_tenant_is_left_alone),
		SCENARIO(what_fails_is_not_tried_again),
	};

	return cmocka_run_group_tests_name("glance", tests, NULL, NULL);
}
