#include "db_catalog.h"
#include "sched_fixture.h"
#include "sched_state.h"

static const struct sched_start everything = { .release = "rel", .budget = "10" };

static void give_address(struct fixture *fixture, int64_t server_id, const char *socket)
{
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_server_get_id(fixture->store, server_id, &server, &err), &err);
	store_text_set(&server.socket, socket);
	must(store_server_put(fixture->store, &server, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_server_changed(fixture->sched, server_id);
}

/* The address is mended while the tasks wait: they go on by themselves. */
static void tasks_go_on_when_their_server_is_back(void **state)
{
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", "/nowhere/sock");
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };
	int64_t id;

	fixture_add_tenant(fixture, "one", other, 1);
	fixture_add_tenant(fixture, "two", other, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	for (unsigned i = 0; i < FIXTURE_TURNS && fixture_count(fixture, id, TASK_WAITING) < 2;
	     i++) {
		fixture_turns(fixture, 1);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 2);
	give_address(fixture, other, test_server_addr()->socket);
	fixture_until(fixture, id, ROLLOUT_DONE);
	must(store_server_get_id(fixture->store, other, &server, &err), &err);
	assert_int_equal(server.state, SERVER_UP);
	assert_null(server.reason);
}

/* A back-off in real time: the scheduler says when it wants to be called. */
static void a_server_that_is_down_is_asked_again(void **state)
{
	struct fixture *fixture = *state;
	int64_t other = fixture_add_server(fixture, "db2", "/nowhere/sock");
	int64_t due = 0;
	int64_t id;

	fixture_add_tenant(fixture, "one", other, 1);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &everything);
	for (unsigned i = 0; i < 30; i++) {
		due = sched_turn(fixture->sched);
	}
	assert_int_equal(fixture_count(fixture, id, TASK_WAITING), 1);
	assert_true(due >= 0 && due <= 60000);
}

static void one_that_is_up_and_was_set_is_not_waited_for(void **state)
{
	const struct sched_start gated = { .release = "rel", .waves = "1,rest", .gate = "human" };
	struct fixture *fixture = *state;
	int64_t id;

	fixture_add_tenants(fixture, 2);
	fixture_add_release(fixture, "create table a (id int);");
	id = fixture_start(fixture, &gated);
	fixture_until(fixture, id, ROLLOUT_GATED);
	fixture_turns(fixture, 5);
	sched_server_changed(fixture->sched, fixture->server_id);
	fixture_turns(fixture, 5);
	assert_int_not_equal(sched_turn(fixture->sched), 0); /* it would never rest */
}

static enum server_state after(struct fixture *fixture, struct exec_result result)
{
	struct link *link = NULL;
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	(void)err_set(&result.err, ERR_DB, "no");
	result.kind = EXEC_TASK;
	must(sched_link_saw(fixture->sched, link, &result, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	return link->state;
}

/* A new password, read_only: older sessions go on, and the link must not be up and down in turn. */
static void who_is_in_does_not_speak_for_who_is_shut_out(void **state)
{
	const struct exec_result kept = { .ok = true, .answers = true };
	const struct exec_result entered = { .ok = true, .answers = true, .entry = EXEC_ENTERED };
	const struct exec_result lost = { .server_down = true };
	const struct exec_result denied = { .server_denied = true, .entry = EXEC_SHUT_OUT };
	const struct exec_result refused = { .server_down = true, .answers = true };
	struct db_server_info info = { .read_only = true };
	const struct exec_result checked = { .ok = true, .info = &info };
	struct fixture *fixture = *state;

	assert_int_equal(after(fixture, lost), SERVER_DOWN);
	assert_int_equal(after(fixture, kept), SERVER_UP);
	assert_int_equal(after(fixture, denied), SERVER_DENIED);
	assert_int_equal(after(fixture, kept), SERVER_DENIED);
	assert_int_equal(after(fixture, entered), SERVER_UP);
	assert_int_equal(after(fixture, refused), SERVER_DOWN);
	assert_int_equal(after(fixture, entered), SERVER_DOWN);
	assert_int_equal(after(fixture, checked), SERVER_DOWN);
	info.read_only = false;
	assert_int_equal(after(fixture, checked), SERVER_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(tasks_go_on_when_their_server_is_back),
		SCENARIO(a_server_that_is_down_is_asked_again),
		SCENARIO(one_that_is_up_and_was_set_is_not_waited_for),
		SCENARIO(who_is_in_does_not_speak_for_who_is_shut_out),
	};

	return cmocka_run_group_tests_name("sched_server", tests, NULL, NULL);
}
