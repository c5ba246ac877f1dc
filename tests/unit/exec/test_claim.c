#include "claim.h"

#include <inttypes.h>

#include "db_guard.h"
#include "kit.h"

static const char *this_daemon = "one";

/* wait_ms: the server hears of a link that was closed a moment later. */
static struct exec_result *claim_for(struct db_session *session, int64_t wait_ms)
{
	struct exec_order *order = kit_order(EXEC_CLAIM, NULL, NULL);

	order->session = session;
	order->word = g_strdup(this_daemon);
	order->stall_ms = wait_ms;
	return exec_run(order);
}

static struct exec_result *claim(struct db_session *session)
{
	return claim_for(session, 5000);
}

static void give_up(struct exec_result *result)
{
	exec_session_free(g_steal_pointer(&result->session));
}

static void one_session_claims_the_server(void **state)
{
	SCOPED_PTR(exec_result) first = claim(NULL);
	SCOPED_PTR(exec_result) second = NULL;
	SCOPED_PTR(exec_result) alias = NULL;
	g_autofree char *want = g_strdup_printf("another musterd works on this server: "
						"connection %" PRIu64 " (",
						first->claim_id);

	(void)state;
	alias = claim_for(NULL, 0); /* the same daemon under another name of the server */
	this_daemon = "two";
	second = claim_for(NULL, 0);
	this_daemon = "one";
	assert_true(first->ok);
	assert_int_equal(first->claim_id, db_connection_id(first->session));
	assert_true(alias->ok);
	assert_int_equal(alias->claim_id, first->claim_id);
	assert_false(second->ok);
	assert_int_equal(second->err.code, ERR_BUSY);
	assert_false(second->server_down);
	if (!g_str_has_prefix(second->err.msg, want)) {
		fail_msg("%s", second->err.msg);
	}
	assert_non_null(second->session); /* to ask again with */
}

static void it_stays_with_its_session(void **state)
{
	SCOPED_PTR(exec_result) first = claim(NULL);
	SCOPED_PTR(exec_result) again = claim(g_steal_pointer(&first->session));
	SCOPED_PTR(exec_result) other = NULL;

	(void)state;
	assert_true(again->ok);
	assert_int_equal(again->claim_id, first->claim_id);
	give_up(again);
	other = claim(NULL);
	assert_true(other->ok);
	assert_int_not_equal(other->claim_id, first->claim_id);
}

static char *rival_seen_by(const char *name)
{
	struct exec_order *order = kit_order(EXEC_CHECK, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;
	struct exec_info info = { 0 };

	order->word = g_strdup(name);
	result = exec_run(order);
	assert_true(result->ok);
	exec_info_get(result, &info);
	return g_strdup(info.rival);
}

static void a_check_names_the_daemon_that_has_it(void **state)
{
	SCOPED_PTR(exec_result) held = claim(NULL);
	g_autofree char *want = g_strdup_printf("connection %" PRIu64 " (", held->claim_id);
	g_autofree char *mine = rival_seen_by("one");
	g_autofree char *other = rival_seen_by("two");
	g_autofree char *nobodys = NULL;

	(void)state;
	assert_null(mine);
	assert_true(g_str_has_prefix(other, want));
	give_up(held);
	for (int i = 0; i < 1500; i++) { /* the server hears of it a moment later */
		g_free(nobodys);
		nobodys = rival_seen_by("two");
		if (nobodys == NULL) {
			break;
		}
		g_usleep(20000);
	}
	assert_null(nobodys);
}

static void a_silent_session_ends_soon(void **state)
{
	SCOPED_PTR(exec_result) result = claim(NULL);
	SCOPED(db_rows) rows = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(db_query(result->session, &rows, "select @@wait_timeout", &err), 0);
	assert_string_equal(rows.cells[0][0], "60");
}

static void a_killed_session_is_replaced_and_the_claim_with_it(void **state)
{
	SCOPED_PTR(exec_result) first = claim(NULL);
	SCOPED_PTR(exec_result) again = NULL;

	(void)state;
	test_server_exec("kill connection %" PRIu64, first->claim_id);
	again = claim(g_steal_pointer(&first->session));
	assert_true(again->ok);
	assert_int_not_equal(again->claim_id, first->claim_id);
}

static struct exec_result *task_under(const char *schema, uint64_t claim_id)
{
	struct release *release = kit_release("0001_a.sql", "CREATE TABLE a (id int);", NULL);
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);
	struct exec_result *result;

	order->claim_id = claim_id;
	result = exec_run(order);
	release_unref(release);
	return result;
}

static void a_task_under_the_claim_works(void **state)
{
	const char *schema = test_server_schema("claimed");
	SCOPED_PTR(exec_result) held = claim(NULL);
	SCOPED_PTR(exec_result) result = task_under(schema, held->claim_id);

	(void)state;
	assert_int_equal(result->event, TASK_APPLIED);
	assert_false(result->claim_lost);
	kit_assert_exists(schema, "a", true);
}

static void nothing_is_written_when_the_claim_is_gone(void **state)
{
	const char *schema = test_server_schema("unclaimed");
	SCOPED_PTR(exec_result) held = claim(NULL);
	SCOPED_PTR(exec_result) rival = NULL;
	SCOPED_PTR(exec_result) result = NULL;
	SCOPED_PTR(db_session) other = test_server_open();
	struct err err;

	(void)state;
	test_server_exec("kill connection %" PRIu64, held->claim_id);
	rival = claim(NULL); /* nobody else's, and not ours either */
	result = task_under(schema, held->claim_id);
	assert_int_equal(result->event, TASK_TRANSIENT);
	assert_true(result->claim_lost);
	assert_false(result->server_down);
	assert_string_equal(result->reason, "the claim of the server was lost: it is claimed "
					    "again before anything is written");
	kit_assert_exists(schema, "muster_history", false);
	assert_int_equal(db_lock(other, schema, 0, &err), 0); /* the tenant's lock was given back */
}

static void no_portion_goes_on_when_the_claim_is_gone(void **state)
{
	char *first = g_strdup(test_server_schema("portion1"));
	char *second = g_strdup(test_server_schema("portion2"));
	struct exec_order *order = kit_order(EXEC_BASELINE, NULL, NULL);
	SCOPED_PTR(exec_result) result = NULL;

	(void)state;
	order->schemas = g_new0(char *, 3);
	order->schemas[0] = g_strdup(first);
	order->schemas[1] = g_strdup(second);
	order->claim_id = 1; /* no connection of ours */
	result = exec_run(order);
	assert_false(result->ok);
	assert_true(result->claim_lost);
	kit_assert_exists(first, "muster_history", false);
	kit_assert_exists(second, "muster_history", false);
	g_free(first);
	g_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_session_claims_the_server),
		cmocka_unit_test(it_stays_with_its_session),
		cmocka_unit_test(a_check_names_the_daemon_that_has_it),
		cmocka_unit_test(a_silent_session_ends_soon),
		cmocka_unit_test(a_killed_session_is_replaced_and_the_claim_with_it),
		cmocka_unit_test(a_task_under_the_claim_works),
		cmocka_unit_test(nothing_is_written_when_the_claim_is_gone),
		cmocka_unit_test(no_portion_goes_on_when_the_claim_is_gone),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
