#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void a_held_tenant_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *tables = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_hold(fixture, "t01", "their audit");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE); /* a hold does not keep a rollout open */
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
	tables = test_server_value("select count(*) from information_schema.tables where "
				   "table_schema='%s'",
				   fixture_schema("t01"));
	assert_string_equal(tables, "0");
}

static void whom_a_human_holds_no_retry_reaches(void **state)
{
	const struct sched_verb verbs[] = { { .event = ROLLOUT_RETRY, .tenant = "t01" },
					    { .event = ROLLOUT_RETRY } };
	static const char *const says[] = {
		"r1/t01 is held with its tenant (their audit): `muster tenant release t01` lets it "
		"go on",
		"r1 has no failed task to retry",
	};
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_hold(fixture, "t01", "their audit");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		SCOPED(store_rollout) rollout = { 0 };
		struct err err = { 0 };

		must(store_begin(fixture->store, &err), &err);
		assert_int_equal(sched_rollout_verb(fixture->sched, "r1", &verbs[i], &fixture_actor,
						    &rollout, &err),
				 -1);
		assert_string_equal(err.msg, says[i]);
		store_rollback(fixture->store);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_HELD), 1);
}

static void a_hold_reaches_an_open_rollout_and_back(void **state)
{
	const struct sched_start slow = { .release = "rel", .budget = "0" };
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 4);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &slow);
	fixture_until(fixture, id, ROLLOUT_RUNNING);
	fixture_do(fixture, id, ROLLOUT_PAUSE);
	fixture_until(fixture, id, ROLLOUT_PAUSED);
	fixture_hold(fixture, "t00", "their audit");
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_HELD);
	assert_string_equal(task.reason, "the tenant is held: their audit");
	fixture_hold(fixture, "t00", NULL);
	fixture_do(fixture, id, ROLLOUT_RESUME);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 4);
}

static void on_done(void *ctx, const struct err *err)
{
	*(int *)ctx = err == NULL ? 1 : -1;
}

/* What a killed daemon leaves: a row that says a statement may be running. */
static void leave_in_flight(const char *tenant)
{
	test_server_exec("update `%s`.muster_history set state='applying', in_flight=1, "
			 "statements_done=0, finished_at=null",
			 fixture_schema(tenant));
}

/* And somebody has changed the schema: it tells nothing. */
static void leave_in_doubt(const char *tenant)
{
	leave_in_flight(tenant);
	test_server_exec("create table `%s`.stranger (id int)", fixture_schema(tenant));
}

/* What was seen of a tenant before is not known: as in an inventory that is new. */
static void forget_seen(struct fixture *fixture, const char *name)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	must(store_tenant_found(fixture->store, tenant.id, &(struct store_found){ 0 }, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static void tenant_get(struct fixture *fixture, const char *name, struct store_tenant *tenant)
{
	struct err err = { 0 };

	must(store_tenant_get(fixture->store, name, tenant, &err), &err);
}

/* As a backup from before the rollout that was put back. */
static void put_back(const char *tenant)
{
	test_server_exec("delete from `%s`.muster_history", fixture_schema(tenant));
	test_server_exec("drop table `%s`.a", fixture_schema(tenant));
}

static void a_tenant_that_went_backwards_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_task) task = { 0 };
	g_autofree char *want = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	put_back("t00");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t00", &task);
	assert_int_equal(task.state, TASK_SKIPPED);
	want = g_strdup_printf(
		"regressed: 0001 was applied here before, and its history ends at the start now; "
		"was it restored from a backup? If that is how it shall be: `muster tenant "
		"discover --server db1 --like 't00\\_%d' --accept`",
		(int)getpid());
	assert_string_equal(task.reason, want);
	tenant_get(fixture, "t00", &tenant);
	assert_string_equal(tenant.regressed, "0001");
	assert_null(tenant.version);

	/* and it stays so, whoever looks again */
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_SKIPPED), 1);

	/* what was gone is there again: nobody has to be asked */
	test_server_exec("insert into `%s`.muster_history select * from `%s`.muster_history",
			 fixture_schema("t00"), fixture_schema("t01"));
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 2);
	tenant_get(fixture, "t00", &tenant);
	assert_null(tenant.regressed);
	assert_string_equal(tenant.version, "0001");
}

static void what_a_human_accepted_is_brought_forward(void **state)
{
	const struct exec_standing now = { .exists = true, .has_history = true };
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	put_back("t00");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	tenant_get(fixture, "t00", &tenant);
	assert_string_equal(tenant.regressed, "0001");
	must(store_begin(fixture->store, &err), &err);
	must(sched_tenant_looked(fixture->sched, &tenant, &now, true, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	tenant_get(fixture, "t00", &tenant);
	assert_string_equal(tenant.version, "0001");
}

/* It was looked at when the rollout began, and restored before its turn came. */
static void a_tenant_that_goes_backwards_before_its_turn_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &(struct sched_start){ .release = "rel",
							   .budget = "10",
							   .waves = "1,rest",
							   .gate = "human" });
	fixture_until(fixture, id, ROLLOUT_GATED);
	must(store_begin(fixture->store, &err), &err);
	tenant_get(fixture, "t01", &tenant);
	must(store_tenant_found(fixture->store, tenant.id,
				&(struct store_found){ .version = "0000" }, &err),
	     &err);
	must(store_commit(fixture->store, &err), &err);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	fixture_until(fixture, id, ROLLOUT_DONE);
	fixture_task(fixture, id, "t01", &task);
	assert_int_equal(task.state, TASK_SKIPPED);
	assert_true(g_str_has_prefix(task.reason, "regressed: 0000 was applied here before"));
	tenant_get(fixture, "t01", &tenant);
	assert_string_equal(tenant.regressed, "0000");
}

/* clang-format off */
static const struct {
	const char *about; const char *version; const char *regressed; bool exists;
	const char *problem; const char *applied; bool flag; const char *want;
} looks[] = {
	{ "never seen",                NULL,   NULL,   true,  NULL,   "",          false, NULL },
	{ "as it was",                 "0002", NULL,   true,  NULL,   "0001 0002", false, NULL },
	{ "further",                   "0002", NULL,   true,  NULL,   "0002 0003", false, NULL },
	{ "back",                      "0002", NULL,   true,  NULL,   "0001",      false, "0002" },
	{ "back to nothing",           "0002", NULL,   true,  NULL,   "",          false, "0002" },
	{ "still back",                "0001", "0002", true,  NULL,   "0001",      false, "0002" },
	{ "here again",                "0001", "0002", true,  NULL,   "0001 0002", false, NULL },
	{ "the worker says so",        "0002", NULL,   true,  NULL,   NULL,        true,  "0002" },
	{ "the worker says no",        "0002", NULL,   true,  NULL,   NULL,        false, NULL },
	{ "the database is gone",      "0002", NULL,   false, NULL,   "",          false, NULL },
	{ "gone while it was back",    "0001", "0002", false, NULL,   "",          false, "0002" },
	{ "its history is unreadable", "0002", NULL,   true,  "1146", "",          false, NULL },
};

/* clang-format on */

static void only_what_was_seen_and_is_gone_is_regressed(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		SCOPED(store_tenant) tenant = { 0 };
		struct exec_standing standing = { .exists = looks[i].exists,
						  .regressed = looks[i].flag };
		g_auto(GStrv) applied = NULL;
		const char *gone;

		store_text_set(&tenant.version, looks[i].version);
		store_text_set(&tenant.regressed, looks[i].regressed);
		standing.problem = (char *)(uintptr_t)looks[i].problem;
		applied = looks[i].applied == NULL ? NULL : g_strsplit(looks[i].applied, " ", -1);
		standing.applied = applied;
		gone = sched_tenant_regressed(&tenant, &standing);
		if (g_strcmp0(gone, looks[i].want) != 0) {
			fail_msg("%s: %s", looks[i].about, gone);
		}
	}
}

static void a_later_epoch_makes_the_next_start_later_still(void **state)
{
	struct fixture *fixture = *state;
	const struct exec_standing now = { .exists = true,
					   .epoch = fixture->sched->epoch + 1000000 };
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	tenant_get(fixture, "t00", &tenant);
	must(store_begin(fixture->store, &err), &err);
	must(sched_tenant_looked(fixture->sched, &tenant, &now, false, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	fixture_close(fixture);
	fixture_open(fixture);
	assert_int_equal(fixture->sched->epoch, now.epoch + 1);
}

static void a_look_from_before_the_end_of_a_task_says_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct exec_standing look = { .exists = true, .looked_ms = tick_ms() };
	char *none[] = { NULL };
	SCOPED(store_tenant) before = { 0 };
	SCOPED(store_tenant) after = { 0 };
	struct err err = { 0 };

	look.applied = none;
	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	tenant_get(fixture, "t00", &before);
	must(store_begin(fixture->store, &err), &err);
	must(sched_tenant_looked(fixture->sched, &before, &look, false, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	tenant_get(fixture, "t00", &after);
	assert_null(after.regressed);
	assert_string_equal(after.version, before.version);
}

/* Its release has an order of its own, in which aa comes behind zz. */
static void a_look_without_a_release_keeps_the_order_that_is_known(void **state)
{
	static const struct {
		const char *known;
		const char *applied; /* in this order */
		const char *newest;
	} orders[] = {
		{ "aa", "zz aa", "aa" },
		{ "aa", "zz aa bb", "bb" },
		{ "0003", "0001 0003 0002", "0003" },
		{ NULL, "0001 0003 0002", "0003" },
		{ "gone", "zz aa", "zz" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
		SCOPED(store_tenant) tenant = { 0 };
		g_auto(GStrv) applied = g_strsplit(orders[i].applied, " ", -1);
		const struct exec_standing standing = { .exists = true, .applied = applied };

		store_text_set(&tenant.version, orders[i].known);
		assert_string_equal(sched_tenant_newest(&tenant, &standing), orders[i].newest);
	}
}

static void a_task_in_doubt_is_settled_by_a_human(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int settled = 0;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	leave_in_doubt("t00");
	forget_seen(fixture, "t00");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	assert_int_equal(fixture_count(fixture, id, TASK_IN_DOUBT), 1);
	assert_int_equal(sched_task_resolve(fixture->sched, "r2", "t00", "maybe", &fixture_actor,
					    on_done, &settled, &err),
			 -1);
	assert_string_equal(err.msg, "\"maybe\" is not \"applied\", \"not-applied\" or \"at=N\" (N "
				     "statements have run)");
	must(sched_task_resolve(fixture->sched, "r2", "t00", "applied", &fixture_actor, on_done,
				&settled, &err),
	     &err);
	fixture_turns(fixture, 10);
	assert_int_equal(settled, 1);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

/* A rollout that stands at the gate of its first wave, whose tenant is in doubt. */
static int64_t in_doubt_at_the_gate(struct fixture *fixture)
{
	const struct sched_start start = { .release = "rel",
					   .budget = "10",
					   .waves = "1,rest",
					   .gate = "human" };
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	for (unsigned i = 0; i < 2; i++) {
		leave_in_doubt(i == 0 ? "t00" : "t01");
		forget_seen(fixture, i == 0 ? "t00" : "t01");
	}
	id = fixture_start(fixture, &start);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_int_equal(fixture_count(fixture, id, TASK_IN_DOUBT), 1);
	return id;
}

static void resolve(struct fixture *fixture)
{
	struct err err = { 0 };
	int settled = 0;

	must(sched_task_resolve(fixture->sched, "r2", "t00", "applied", &fixture_actor, on_done,
				&settled, &err),
	     &err);
	for (unsigned i = 0; i < FIXTURE_TURNS && settled == 0; i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(settled, 1);
}

static void what_is_settled_in_an_aborted_rollout_does_not_pend_there(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_task) task = { 0 };
	int64_t id = in_doubt_at_the_gate(fixture);

	fixture_do(fixture, id, ROLLOUT_ABORT);
	fixture_until(fixture, id, ROLLOUT_ABORTED);
	resolve(fixture);
	fixture_task(fixture, id, "t00", &task);
	assert_null(task.err_code); /* it is in doubt no more */
	assert_null(task.err_message);
	assert_null(task.difference);
	assert_int_equal(task.state, TASK_CANCELLED);
	assert_string_equal(task.reason, "settled as applied by anna; the rollout was aborted, the "
					 "next one goes on from there");
}

static void what_is_settled_at_a_gate_goes_on_in_front_of_it(void **state)
{
	struct fixture *fixture = *state;
	int64_t id = in_doubt_at_the_gate(fixture);

	resolve(fixture);
	assert_int_equal(fixture_state(fixture, id), ROLLOUT_RUNNING);
	fixture_until(fixture, id, ROLLOUT_GATED);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	assert_int_equal(fixture_count(fixture, id, TASK_PENDING), 1);
}

/* The rest of its file was done by hand. */
static void a_task_that_failed_is_settled_by_a_human(void **state)
{
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int settled = 0;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int); insert into nowhere values (1);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_FAILED);
	must(sched_task_resolve(fixture->sched, "r1", "t00", "applied", &fixture_actor, on_done,
				&settled, &err),
	     &err);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(settled, 1);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	assert_int_equal(sched_task_resolve(fixture->sched, "r1", "t00", "applied", &fixture_actor,
					    on_done, &settled, &err),
			 -1);
	assert_string_equal(err.msg, "r1/t00 is done, neither in doubt nor failed");
}

static void a_later_rollout_knows_what_an_earlier_one_began(void **state)
{
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	leave_in_flight("t00");
	forget_seen(fixture, "t00");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_held_tenant_is_left_alone),
		SCENARIO(whom_a_human_holds_no_retry_reaches),
		SCENARIO(a_hold_reaches_an_open_rollout_and_back),
		cmocka_unit_test(a_look_without_a_release_keeps_the_order_that_is_known),
		SCENARIO(a_task_in_doubt_is_settled_by_a_human),
		SCENARIO(what_is_settled_in_an_aborted_rollout_does_not_pend_there),
		SCENARIO(what_is_settled_at_a_gate_goes_on_in_front_of_it),
		SCENARIO(a_task_that_failed_is_settled_by_a_human),
		SCENARIO(a_later_rollout_knows_what_an_earlier_one_began),
		SCENARIO(a_tenant_that_went_backwards_is_left_alone),
		SCENARIO(what_a_human_accepted_is_brought_forward),
		SCENARIO(a_tenant_that_goes_backwards_before_its_turn_is_left_alone),
		cmocka_unit_test(only_what_was_seen_and_is_gone_is_regressed),
		SCENARIO(a_look_from_before_the_end_of_a_task_says_nothing),
		SCENARIO(a_later_epoch_makes_the_next_start_later_still),
	};

	return cmocka_run_group_tests_name("sched_tenant", tests, NULL, NULL);
}
