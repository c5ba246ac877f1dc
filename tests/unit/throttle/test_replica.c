#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "replica.h"
#include "test_pair.h"
#include "test_server.h"
#include "tick.h"

#define SOURCE     1
#define NEVER      ((double)INFINITY)
#define TIMEOUT_MS 60000

/* Recorded: what is read of a status, "Name: value" in lines; rows with "*" between. */
/* clang-format off */
#define MARIADB_FINE \
	"Connection_name: \nSlave_IO_State: Waiting for master to send event\nSlave_IO_Running: Yes\n" \
	"Slave_SQL_Running: Yes\nLast_Errno: 0\nSeconds_Behind_Master: 3\nLast_IO_Errno: 0\n" \
	"Last_SQL_Errno: 0\nMaster_Server_Id: 1\nSQL_Delay: 0\n"
#define MYSQL_FINE \
	"Replica_IO_State: Waiting for source to send event\nReplica_IO_Running: Yes\n" \
	"Replica_SQL_Running: Yes\nSeconds_Behind_Source: 7\nLast_IO_Errno: 0\n" \
	"Last_SQL_Errno: 0\nSource_Server_Id: 1\nChannel_Name: \n"

static const struct {
	const char *text; double want; bool of_source; const char *why;
} statuses[] = {
	{ MARIADB_FINE, 3, true, NULL },
	{ MYSQL_FINE, 7, true, NULL },
	{ "Slave_IO_Running: Yes\nSlave_SQL_Running: No\nSeconds_Behind_Master: NULL\nLast_SQL_Errno: 1062\n"
	  "Last_SQL_Error: Duplicate entry 'secret' for key\nMaster_Server_Id: 1\n",
	  NEVER, true, "its SQL thread does not run (error 1062)" },
	{ "Replica_IO_Running: Connecting\nReplica_SQL_Running: Yes\nSeconds_Behind_Source: NULL\nLast_IO_Errno: 2003\n"
	  "Source_Server_Id: 1\n",
	  NEVER, true, "its IO thread does not run (error 2003)" },
	{ "Replica_IO_Running: No\nReplica_SQL_Running: No\nSeconds_Behind_Source: NULL\nLast_SQL_Errno: 0\n"
	  "Source_Server_Id: 1\n",
	  NEVER, true, "its SQL thread does not run" },
	/* what it has fetched is applied, and it fetches no more: 0 would be a lie */
	{ "Replica_IO_Running: No\nReplica_SQL_Running: Yes\nSeconds_Behind_Source: 0\nSource_Server_Id: 1\n",
	  NEVER, true, "its IO thread does not run" },
	{ "Slave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: NULL\nMaster_Server_Id: 1\n",
	  NEVER, true, "it does not know how far it is behind" },
	{ "Slave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: soon\nMaster_Server_Id: 1\n",
	  NEVER, true, "it does not know how far it is behind" },
	{ "Some_Column: of another product\n", NEVER, false, "its SQL thread does not run" },
	/* a clock that runs behind */
	{ "Slave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: -2\nMaster_Server_Id: 1\n",
	  0, true, NULL },
	/* several sources: ours counts, and where none is ours the worst */
	{ "Slave_IO_Running: No\nSlave_SQL_Running: No\nSeconds_Behind_Master: NULL\nMaster_Server_Id: 9\n"
	  "*\n" MARIADB_FINE, 3, true, NULL },
	{ "Slave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: 5\nMaster_Server_Id: 8\n"
	  "*\nSlave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: 50\nMaster_Server_Id: 9\n",
	  50, false, NULL },
};

static const struct {
	const char *heartbeat; bool ok;
} heartbeats[] = {
	{ "percona.heartbeat.ts", true },
	{ "a.b",                  false },
	{ "a.b.c.d",              false },
	{ "a..c",                 false },
	{ ".b.c",                 false },
	{ "",                     false },
};

/* clang-format on */

/* Names of the first row; every row has the same. */
static void rows_of(struct db_rows *rows, const char *text)
{
	g_auto(GStrv) blocks = g_strsplit(text, "*\n", -1);

	*rows = (struct db_rows){ .nr = g_strv_length(blocks) };
	rows->cells = g_new0(char **, rows->nr);
	for (size_t i = 0; i < rows->nr; i++) {
		g_auto(GStrv) lines = g_strsplit(g_strchomp(blocks[i]), "\n", -1);
		size_t columns = g_strv_length(lines);

		if (rows->names == NULL) {
			rows->names = g_new0(char *, columns);
			rows->columns = columns;
		}
		rows->cells[i] = g_new0(char *, rows->columns);
		for (size_t j = 0; lines[j] != NULL; j++) {
			g_auto(GStrv) pair_of = g_strsplit(lines[j], ":", 2);
			const char *value = g_strstrip(pair_of[1]);

			if (i == 0) {
				rows->names[j] = g_strdup(pair_of[0]);
			}
			for (size_t k = 0; k < rows->columns; k++) {
				if (g_strcmp0(rows->names[k], pair_of[0]) == 0 &&
				    !g_str_equal(value, "NULL")) {
					rows->cells[i][k] = g_strdup(value);
				}
			}
		}
	}
}

static void a_status_is_read_in_both_spellings(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		SCOPED(db_rows) rows = { 0 };
		SCOPED(replica_lag) lag = { 0 };
		struct err err = { 0 };

		rows_of(&rows, statuses[i].text);
		assert_int_equal(replica_status(&rows, SOURCE, &lag, &err), 0);
		if (lag.seconds != statuses[i].want || lag.of_source != statuses[i].of_source ||
		    g_strcmp0(lag.why, statuses[i].why) != 0) {
			fail_msg("row %zu: %g %d %s", i, lag.seconds, lag.of_source, lag.why);
		}
	}
}

static void a_server_without_a_source_is_no_replica(void **state)
{
	const struct db_rows none = { 0 };
	SCOPED(replica_lag) lag = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(replica_status(&none, SOURCE, &lag, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, "it is no replica");
}

static void a_heartbeat_has_three_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(heartbeats); i++) {
		struct err err = { 0 };

		assert_int_equal(replica_heartbeat_check(heartbeats[i].heartbeat, &err) == 0,
				 heartbeats[i].ok);
	}
}

/* ---- on a pair -------------------------------------------------------------------- */

static struct test_pair *pair;

static int setup(void **state)
{
	(void)state;
	pair = test_pair_start();
	test_pair_exec(test_pair_on_replica(pair), "set time_zone = '+00:00'");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_pair_stop(pair);
	return 0;
}

static bool is_mysql(void)
{
	return test_pair_flavor(pair) == DB_MYSQL;
}

static double lag_now(const char *heartbeat, int64_t source_id)
{
	SCOPED(replica_lag) lag = { 0 };
	struct err err = { 0 };

	if (replica_read(test_pair_on_replica(pair), source_id, heartbeat, &lag, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	return lag.seconds;
}

/* more: above, and not infinite; else below */
static void until(const char *heartbeat, bool more, double limit)
{
	int64_t end_ms = tick_ms() + TIMEOUT_MS;
	double lag;

	do {
		lag = lag_now(heartbeat, SOURCE);
		if (more ? lag > limit && !isinf(lag) : lag < limit) {
			return;
		}
		g_usleep(20000);
	} while (tick_ms() < end_ms);
	fail_msg("lag is %g", lag);
}

static void a_replica_says_how_far_it_is(void **state)
{
	SCOPED(replica_lag) lag = { 0 };
	struct err err = { 0 };

	(void)state;
	until(NULL, false, 1);
	assert_int_equal(replica_read(test_pair_on_replica(pair), SOURCE, NULL, &lag, &err), 0);
	assert_true(lag.of_source);
	replica_lag_release(&lag);
	assert_int_equal(replica_read(test_pair_on_replica(pair), 99, NULL, &lag, &err), 0);
	assert_false(lag.of_source);
	assert_int_equal(replica_read(test_pair_on_source(pair), SOURCE, NULL, &lag, &err), -1);
	assert_string_equal(err.msg, "it is no replica");
}

static void a_stopped_one_is_infinitely_far(void **state)
{
	(void)state;
	test_pair_exec(test_pair_on_replica(pair),
		       is_mysql() ? "stop replica sql_thread" : "stop slave sql_thread");
	assert_true(isinf(lag_now(NULL, SOURCE)));
	test_pair_exec(test_pair_on_replica(pair), is_mysql() ? "start replica" : "start slave");
	until(NULL, false, 5);
	test_pair_exec(test_pair_on_replica(pair),
		       is_mysql() ? "stop replica io_thread" : "stop slave io_thread");
	assert_true(isinf(lag_now(NULL, SOURCE)));
	test_pair_exec(test_pair_on_replica(pair), is_mysql() ? "start replica" : "start slave");
	until(NULL, false, 5);
}

static void delay(const char *seconds)
{
	g_autofree char *sql =
		is_mysql()
			? g_strdup_printf("change replication source to source_delay = %s", seconds)
			: g_strdup_printf("change master to master_delay = %s", seconds);

	test_pair_exec(test_pair_on_replica(pair), is_mysql() ? "stop replica" : "stop slave");
	test_pair_exec(test_pair_on_replica(pair), sql);
	test_pair_exec(test_pair_on_replica(pair), is_mysql() ? "start replica" : "start slave");
}

static void one_that_lags_says_so(void **state)
{
	(void)state;
	delay("3600");
	test_pair_exec(test_pair_on_source(pair), "create database lagging");
	until(NULL, true, 1);
	delay("0");
	until(NULL, false, 1);
}

static void a_heartbeat_tells_what_the_status_does_not(void **state)
{
	struct err err = { 0 };
	SCOPED(replica_lag) lag = { 0 };

	(void)state;
	test_pair_exec(test_pair_on_source(pair), "create database beat");
	test_pair_exec(test_pair_on_source(pair),
		       "create table beat.beat (id int primary key, ts timestamp(6) null)");
	until(NULL, false, 1);
	while (replica_read(test_pair_on_replica(pair), SOURCE, "beat.beat.ts", &lag, &err) < 0 &&
	       err.code == ERR_DB) { /* until the table is there */
	}
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.msg, "heartbeat beat.beat.ts: there is none");
	test_pair_exec(test_pair_on_source(pair),
		       "insert into beat.beat values (1, now(6) - interval 100 second)");
	while (replica_read(test_pair_on_replica(pair), SOURCE, "beat.beat.ts", &lag, &err) < 0) {
	}
	assert_non_null(strstr(lag.why, "heartbeat beat.beat.ts is 10"));
	assert_non_null(strstr(lag.why, "is it still written"));
	until("beat.beat.ts", true, 99);
	test_pair_exec(test_pair_on_source(pair), "update beat.beat set ts = now(6)");
	until("beat.beat.ts", false, 50);
	test_pair_exec(test_pair_on_source(pair),
		       "update beat.beat set ts = now(6) + interval 60 second");
	replica_lag_release(&lag);
	while (replica_read(test_pair_on_replica(pair), SOURCE, "beat.beat.ts", &lag, &err) == 0) {
		replica_lag_release(&lag);
	}
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_non_null(strstr(err.msg, "the clocks differ"));
	assert_int_equal(replica_read(test_pair_on_replica(pair), SOURCE, "beat.no.ts", &lag, &err),
			 -1);
	assert_int_equal(err.code, ERR_DB);
}

static void without_the_right_it_says_which(void **state)
{
	struct db_addr addr = { 0 };
	g_autofree char *file = g_build_filename(g_get_tmp_dir(), "muster-replica-XXXXXX", NULL);
	SCOPED_PTR(db_session) session = NULL;
	SCOPED(replica_lag) lag = { 0 };
	struct err err = { 0 };
	int fd = g_mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_true(g_file_set_contents(file, "[client]\nuser=poor\npassword=x\n", -1, NULL));
	test_pair_exec(test_pair_on_source(pair), "create user poor@localhost identified by 'x'");
	addr = *test_pair_replica(pair);
	addr.defaults_file = file;
	while ((session = db_open(&addr, &err)) == NULL && err.code == ERR_DENIED) {
	}
	assert_non_null(session);
	assert_int_equal(replica_read(session, SOURCE, NULL, &lag, &err), -1);
	assert_true(g_str_has_prefix(err.msg, is_mysql() ? "GRANT REPLICATION CLIENT"
							 : "GRANT REPLICA MONITOR"));
	assert_int_equal(replica_read(session, SOURCE, "beat.beat.ts", &lag, &err), -1);
	assert_true(g_str_has_prefix(err.msg, "heartbeat beat.beat.ts: "));
	(void)remove(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_is_read_in_both_spellings),
		cmocka_unit_test(a_server_without_a_source_is_no_replica),
		cmocka_unit_test(a_heartbeat_has_three_names),
		cmocka_unit_test(a_replica_says_how_far_it_is),
		cmocka_unit_test(a_stopped_one_is_infinitely_far),
		cmocka_unit_test(one_that_lags_says_so),
		cmocka_unit_test(a_heartbeat_tells_what_the_status_does_not),
		cmocka_unit_test(without_the_right_it_says_which),
	};

	return cmocka_run_group_tests_name("replica", tests, setup, teardown);
}
