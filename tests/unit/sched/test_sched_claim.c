#include <inttypes.h>

#include "db.h"
#include "sched_fixture.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

#define FLEET "'muster:fleet'"

/* Another daemon, as the server sees it. */
static struct db_session *rival_new(void)
{
	struct db_session *session = test_server_open();
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	must(db_query(session, &rows, "select get_lock(" FLEET ", 10)", &err), &err);
	assert_string_equal(rows.cells[0][0], "1");
	return session;
}

/* A session that is closed keeps its locks until the server has seen that. */
static void rival_end(struct db_session *rival)
{
	struct err err = { 0 };

	must(db_execf(rival, &err, "do release_all_locks()"), &err);
	db_session_free(rival);
}

static bool has_table(const char *tenant)
{
	g_autofree char *nr = test_server_value("select count(*) from information_schema.tables "
						"where table_schema = '%s' and table_name = 'a'",
						fixture_schema(tenant));

	return g_strcmp0(nr, "1") == 0;
}

static struct link *link_of(struct fixture *fixture)
{
	return g_hash_table_lookup(fixture->sched->links, &fixture->server_id);
}

static void until_waiting(struct fixture *fixture, int64_t id, int64_t nr)
{
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_count(fixture, id, TASK_WAITING) < nr;
	     i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), nr);
}

static void a_rollout_claims_its_server_once(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *holder = NULL;
	g_autofree char *mine = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 8);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	holder = test_server_value("select is_used_lock(" FLEET ")");
	mine = g_strdup_printf("%" PRIu64, link_of(fixture)->claim_id);
	assert_string_equal(holder, mine);
	assert_true(has_table("t07"));
}

static void nothing_starts_while_another_daemon_works_there(void **state)
{
	struct fixture *fixture = *state;
	struct db_session *rival = rival_new();
	SCOPED(store_server) server = { 0 };
	SCOPED(store_task) task = { 0 };
	struct err err = { 0 };
	g_autofree char *want = g_strdup_printf(
		"another musterd works on this server: connection %" PRIu64 " (root@localhost): "
		"stop one of the two, see `muster server show db1`",
		db_connection_id(rival));
	g_autofree char *reason = g_strdup_printf("server db1: %s", want);
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	until_waiting(fixture, id, 2);
	fixture_turns(fixture, 20);
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	assert_int_equal(server.state, SERVER_DENIED);
	assert_string_equal(server.reason, want);
	fixture_task(fixture, id, "t00", &task);
	assert_string_equal(task.reason, reason);
	assert_false(has_table("t00"));

	rival_end(rival); /* and it goes on by itself */
	for (unsigned i = 0; i < 2000 && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 5);
		g_usleep(10000); /* the server is asked again after policy.retry_ms */
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_true(has_table("t00"));
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	assert_int_equal(server.state, SERVER_UP);
	assert_null(server.reason);
}

/* An order that writes is refused with the sentence; one that reads is answered. */
struct asked {
	bool ok;
	bool done;
	struct err err;
};

static int on_answer(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct asked *asked = ctx;

	(void)sched;
	(void)err;
	asked->ok = result->ok;
	asked->err = result->err;
	return 0;
}

static void on_done(void *ctx, const struct err *err)
{
	(void)err;
	((struct asked *)ctx)->done = true;
}

static void ask(struct fixture *fixture, enum exec_kind kind, struct asked *asked)
{
	SCOPED(store_server) server = { 0 };
	struct exec_order *order = exec_order_new(kind);
	struct err err = { 0 };

	*asked = (struct asked){ 0 };
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	order->schemas = g_new0(char *, 2);
	order->schemas[0] = g_strdup(fixture_schema("t00"));
	sched_job_start(fixture->sched, &server, order,
			&(struct sched_job){ on_answer, on_done, asked });
	for (unsigned i = 0; i < FIXTURE_TURNS && !asked->done; i++) {
		fixture_turns(fixture, 1);
	}
	assert_true(asked->done);
}

static void an_order_that_writes_is_refused_and_one_that_reads_is_not(void **state)
{
	struct fixture *fixture = *state;
	struct db_session *rival;
	struct asked asked;

	fixture_add_tenants(fixture, 1);
	rival = rival_new();
	ask(fixture, EXEC_BASELINE, &asked);
	assert_false(asked.ok);
	assert_int_equal(asked.err.code, ERR_CONFLICT);
	if (!g_str_has_prefix(asked.err.msg, "server db1: another musterd works on this server")) {
		fail_msg("%s", asked.err.msg);
	}
	ask(fixture, EXEC_SURVEY, &asked);
	assert_true(asked.ok);
	assert_int_equal(link_of(fixture)->state, SERVER_DENIED); /* an answer is not the claim */
	ask(fixture, EXEC_BASELINE, &asked);
	assert_false(asked.ok); /* asked anew, not forgotten */
	rival_end(rival);
	ask(fixture, EXEC_BASELINE, &asked);
	assert_true(asked.ok);
}

/* Its session was killed, and nobody else has it: taken again before the next task. */
static void a_lost_claim_is_taken_again(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &(struct sched_start){ .release = "rel",
							   .budget = "10",
							   .waves = "1,rest",
							   .gate = "human" });
	fixture_until(fixture, id, ROLLOUT_GATED);
	before = link_of(fixture)->claim_id;
	test_server_exec("kill connection %" PRIu64, before);
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	for (unsigned i = 0; i < 2000 && fixture_state(fixture, id) != ROLLOUT_DONE; i++) {
		fixture_turns(fixture, 5);
		g_usleep(10000); /* the task that found the claim gone waits for half a second */
	}
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_not_equal(link_of(fixture)->claim_id, before);
	assert_true(has_table("t01"));
}

/* Nothing runs, and yet it is seen soon that the claim is gone, and set right. */
static void a_claim_is_looked_after(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before;
	int64_t due;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	due = sched_turn(fixture->sched);
	assert_true(due > 0 && due <= 15000); /* the loop is woken for it */
	before = link_of(fixture)->claim_id;
	test_server_exec("kill connection %" PRIu64, before);
	fixture_turns(fixture, 3);
	assert_int_equal(link_of(fixture)->claim_id, before); /* not asked all the time */
	link_of(fixture)->claim_due = 0;
	fixture_turns(fixture, 3);
	assert_int_not_equal(link_of(fixture)->claim_id, before);
	assert_int_not_equal(link_of(fixture)->claim_id, 0);
}

/* As after a pause of this daemon in which another one took over. */
static void a_claim_that_another_daemon_took_stops_the_next_task(void **state)
{
	struct fixture *fixture = *state;
	struct db_session *rival;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &(struct sched_start){ .release = "rel",
							   .budget = "10",
							   .waves = "1,rest",
							   .gate = "human" });
	fixture_until(fixture, id, ROLLOUT_GATED);
	test_server_exec("kill connection %" PRIu64, link_of(fixture)->claim_id);
	rival = rival_new();
	fixture_do(fixture, id, ROLLOUT_PROMOTE);
	for (unsigned i = 0; i < 300 && link_of(fixture)->rival == NULL; i++) {
		fixture_turns(fixture, 5);
	}
	assert_non_null(link_of(fixture)->rival);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 1);
	assert_int_equal(has_table("t00") + has_table("t01"), 1);
	rival_end(rival);
}

/* One server under two names is one claim: the daemon does not shut itself out. */
static void two_names_of_a_server_share_its_claim(void **state)
{
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "alias", test_server_addr()->socket);
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_tenant(fixture, "elsewhere", other, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_equal(fixture_count(fixture, id, TASK_DONE), 3);
}

static void an_idle_server_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *holder = NULL;
	int64_t id;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	fixture_until(fixture, id, ROLLOUT_DONE);
	assert_int_not_equal(link_of(fixture)->claim_id, 0);
	link_of(fixture)->idle_since -= 61000;
	fixture_turns(fixture, 2);
	assert_int_equal(link_of(fixture)->claim_id, 0);
	holder = test_server_value("select ifnull(get_lock(" FLEET ", 10), 0)");
	assert_string_equal(holder, "1");
	test_server_exec("do release_lock(" FLEET ")");
}

#define LEFT_BEHIND "muster_scratch_00000000000000aa"
#define NOT_OURS    "muster_scratch_00000000000000bb"

static bool has_database(const char *name)
{
	g_autofree char *nr = test_server_value(
		"select count(*) from information_schema.schemata where schema_name = '%s'", name);

	return g_strcmp0(nr, "1") == 0;
}

static void leave_behind(void)
{
	test_server_exec("create database " LEFT_BEHIND);
	test_server_exec("create table " LEFT_BEHIND ".muster_scratch (epoch bigint) "
			 "comment 'muster: scratch schema, may be dropped'");
	test_server_exec("insert into " LEFT_BEHIND ".muster_scratch values (1)");
}

static void restart(struct fixture *fixture)
{
	fixture_close(fixture);
	fixture_open(fixture);
}

/* Nobody asks for anything: the start itself looks. */
static void what_an_earlier_daemon_left_goes_at_the_start(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 1);
	leave_behind();
	test_server_exec("create database " NOT_OURS);
	test_server_exec("create table " NOT_OURS ".precious (a int)");
	restart(fixture);
	fixture_turns(fixture, 10);
	assert_false(has_database(LEFT_BEHIND));
	assert_true(has_database(NOT_OURS));
	restart(fixture);
	fixture_turns(fixture, 10);
	assert_int_equal(link_of(fixture)->claim_id, 0); /* not taken without a need */
	test_server_exec("drop database " NOT_OURS);
}

/* The server went away under a trial: nobody else would drop its copy before the next start. */
static void what_a_lost_trial_has_left_goes_with_the_next_claim(void **state)
{
	struct fixture *fixture = *state;
	char *names[] = { (char *)(uintptr_t)LEFT_BEHIND, NULL };
	const struct exec_result lost = { .kind = EXEC_CHAIN, .left_over = names };
	g_autofree char *made = NULL;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	leave_behind();
	made = g_strdup_printf("update " LEFT_BEHIND ".muster_scratch set epoch = %lld",
			       (long long)fixture->sched->epoch);
	test_server_exec("%s", made);
	sched_claim_left(link_of(fixture), &lost);
	link_drop_claim(link_of(fixture));
	fixture_add_tenant(fixture, "t02", fixture->server_id, 1000);
	fixture_until(fixture, fixture_start(fixture, &everything), ROLLOUT_DONE);
	fixture_turns(fixture, 10);
	assert_false(has_database(LEFT_BEHIND));
	assert_int_equal(link_of(fixture)->copies->len, 0);
}

static void no_server_is_looked_at_that_only_replicates_or_has_no_tenants(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	leave_behind();
	restart(fixture);
	assert_null(link_of(fixture));
	fixture_add_tenants(fixture, 1);
	must(store_begin(fixture->store, &err), &err);
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	store_text_set(&server.replica_of, "another");
	must(store_server_put(fixture->store, &server, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	restart(fixture);
	fixture_turns(fixture, 10);
	assert_true(has_database(LEFT_BEHIND));
	test_server_exec("drop database " LEFT_BEHIND);
}

static void set_socket(struct fixture *fixture, const char *socket)
{
	fixture_move_server(fixture, socket);
	sched_server_changed(fixture->sched, fixture->server_id);
}

/* While it is away somebody looks at it now and then; the first one who finds it is enough. */
static void a_server_that_was_down_is_looked_at_when_it_is_back(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked;

	fixture_add_tenants(fixture, 1);
	set_socket(fixture, "/nowhere/sock");
	leave_behind();
	restart(fixture);
	fixture_turns(fixture, 10);
	assert_int_equal(link_of(fixture)->state, SERVER_DOWN);
	set_socket(fixture, test_server_addr()->socket);
	ask(fixture, EXEC_SURVEY, &asked);
	assert_true(asked.ok);
	fixture_turns(fixture, 10);
	assert_false(has_database(LEFT_BEHIND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_rollout_claims_its_server_once),
		SCENARIO(nothing_starts_while_another_daemon_works_there),
		SCENARIO(an_order_that_writes_is_refused_and_one_that_reads_is_not),
		SCENARIO(a_lost_claim_is_taken_again),
		SCENARIO(a_claim_is_looked_after),
		SCENARIO(a_claim_that_another_daemon_took_stops_the_next_task),
		SCENARIO(two_names_of_a_server_share_its_claim),
		SCENARIO(an_idle_server_is_given_up),
		SCENARIO(what_an_earlier_daemon_left_goes_at_the_start),
		SCENARIO(what_a_lost_trial_has_left_goes_with_the_next_claim),
		SCENARIO(no_server_is_looked_at_that_only_replicates_or_has_no_tenants),
		SCENARIO(a_server_that_was_down_is_looked_at_when_it_is_back),
	};

	return cmocka_run_group_tests_name("sched_claim", tests, NULL, NULL);
}
