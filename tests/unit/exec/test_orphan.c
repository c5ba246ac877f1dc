#include "db_guard.h"
#include "kit.h"
#include "orphan.h"
#include "visit.h"

enum { SILENT_S = 5 };

/* A session that holds the tenant's lock and says nothing for so long. */
static struct db_session *holder_of(const char *schema)
{
	struct db_session *session = test_server_open();
	struct err err;

	assert_int_equal(db_use(session, schema, &err), 0);
	assert_int_equal(db_lock(session, schema, 0, &err), 0);
	return session;
}

static void wait_until_silent(const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();

	for (;;) {
		SCOPED(db_holder) holder = { 0 };
		struct err err;

		assert_int_equal(db_lock_holder(session, schema, &holder, &err), 0);
		if (holder.idle && holder.seconds >= SILENT_S) {
			return;
		}
		g_usleep(100000);
	}
}

static void try_to_end(const char *schema, uint64_t claim_id, int64_t orphan_wait_ms)
{
	struct exec_order *order = kit_order(EXEC_TASK, NULL, schema);
	struct visit visit = { 0 };
	struct err err;

	order->claim_id = claim_id;
	order->orphan_wait_ms = orphan_wait_ms;
	assert_int_equal(visit_open(&visit, order, &err), 0);
	visit.schema = schema;
	orphan_end(&visit);
	visit_end(&visit);
	exec_order_free(order);
}

static void a_silent_session_is_ended_only_under_the_claim(void **state)
{
	const char *schema = test_server_schema("orphan");
	SCOPED_PTR(db_session) holder = holder_of(schema);
	struct err err;

	(void)state;
	try_to_end(schema, 1, 0); /* it has only just spoken */
	assert_int_equal(db_execf(holder, &err, "do 0"), 0);
	wait_until_silent(schema);
	try_to_end(schema, 0, 0);
	assert_int_equal(db_execf(holder, &err, "do 0"), 0);
	wait_until_silent(schema);
	try_to_end(schema, 1, 0);
	assert_int_equal(db_execf(holder, &err, "do 0"), -1);
	assert_true(db_is_lost(holder));
}

static gpointer sleep_marked(gpointer data)
{
	struct err err;
	int rc;

	db_thread_init();
	rc = db_execf(data, &err, "/* muster:r1/x:0001:1 */ do sleep(600)");
	db_thread_end();
	/* MariaDB fails a SLEEP that is killed, MySQL lets it end early */
	return GINT_TO_POINTER(rc);
}

static void wait_until_marked(const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();

	for (;;) {
		SCOPED(db_holder) holder = { 0 };
		struct err err;

		assert_int_equal(db_lock_holder(session, schema, &holder, &err), 0);
		if (holder.marked) {
			return;
		}
		g_usleep(10000);
	}
}

static void a_statement_is_ended_when_its_time_is_over(void **state)
{
	const char *schema = test_server_schema("orphan_busy");
	SCOPED_PTR(db_session) holder = holder_of(schema);
	GThread *thread = g_thread_new("sleeper", sleep_marked, holder);
	SCOPED_PTR(db_session) watcher = test_server_open();
	SCOPED(db_holder) still = { 0 };
	struct err err;

	(void)state;
	wait_until_marked(schema);
	try_to_end(schema, 1, 3600000);
	assert_int_equal(db_lock_holder(watcher, schema, &still, &err), 0);
	assert_true(still.marked);
	try_to_end(schema, 1, 0);
	(void)g_thread_join(thread);
	assert_false(db_is_lost(holder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_session_is_ended_only_under_the_claim),
		cmocka_unit_test(a_statement_is_ended_when_its_time_is_over),
	};

	return cmocka_run_group_tests_name("orphan", tests, NULL, NULL);
}
