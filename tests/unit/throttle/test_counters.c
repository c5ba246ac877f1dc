#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "counters.h"

#define SAMPLES_MAX     4
#define MAX_CONNECTIONS 200
#define NONE            ((double)NAN)

/* What servers said, recorded: names and values in a line each. */
/* clang-format off */
static const char mariadb[] =
	"Aborted_connects 3\nConnections 1000\nInnodb_checkpoint_age 20204882\n"
	"Innodb_checkpoint_max_age 80819529\nInnodb_history_list_length 40\n"
	"Innodb_row_lock_current_waits 0\nInnodb_row_lock_time 200\nInnodb_row_lock_waits 10\n"
	"Threads_connected 50\nThreads_running 5\n";
static const char mysql[] =
	"Aborted_connects 0\nConnections 9\nInnodb_redo_log_checkpoint_lsn 19466400\n"
	"Innodb_redo_log_current_lsn 71895200\nInnodb_redo_log_capacity_resized 104857600\n"
	"Innodb_row_lock_current_waits 0\nInnodb_row_lock_time 0\nInnodb_row_lock_waits 0\n"
	"Threads_connected 1\nThreads_running 2\n";
#define MARIADB_REDO "Innodb_checkpoint_age 950\nInnodb_checkpoint_max_age 1000\nInnodb_lsn_current "
#define MYSQL_REDO                                                                                 \
	"Innodb_redo_log_checkpoint_lsn 4050\nInnodb_redo_log_capacity_resized 1000\n"             \
	"Innodb_redo_log_current_lsn "
static const char galera[] =
	"wsrep_flow_control_active false\nwsrep_flow_control_paused 0.184353\n"
	"wsrep_flow_control_paused_ns 20222313\nwsrep_flow_control_recv 11\n"
	"wsrep_flow_control_requested false\nwsrep_flow_control_sent 11\nThreads_running 1\n";
static const char galera_later[] =
	"wsrep_flow_control_active true\nwsrep_flow_control_paused 0.2\n"
	"wsrep_flow_control_paused_ns 270222313\nwsrep_flow_control_recv 12\n"
	"wsrep_flow_control_requested true\nwsrep_flow_control_sent 12\nThreads_running 1\n";

static const struct {
	const char *text[SAMPLES_MAX]; int64_t at_ms[SAMPLES_MAX]; enum signal_id id; double want;
} reads[] = {
	/* of one sample */
	{ { mariadb }, { 5000 }, SIGNAL_THREADS_RUNNING, 4 }, /* without who asks */
	{ { mariadb }, { 5000 }, SIGNAL_CONNECTIONS, 25 },
	{ { mariadb }, { 5000 }, SIGNAL_CHECKPOINT_AGE, 25 },
	{ { mariadb }, { 5000 }, SIGNAL_HISTORY_LENGTH, 40 },
	{ { mysql }, { 5000 }, SIGNAL_CHECKPOINT_AGE, 50 },
	{ { mysql }, { 5000 }, SIGNAL_THREADS_RUNNING, 1 },
	{ { mysql }, { 5000 }, SIGNAL_HISTORY_LENGTH, NONE },
	{ { "Threads_running 0\n" }, { 5000 }, SIGNAL_THREADS_RUNNING, 0 },
	{ { "Threads_running x1\n" }, { 5000 }, SIGNAL_THREADS_RUNNING, NONE },
	{ { "Innodb_checkpoint_age 1\nInnodb_checkpoint_max_age 0\n" }, { 5000 }, SIGNAL_CHECKPOINT_AGE, NONE },
	{ { mariadb }, { 5000 }, SIGNAL_CONNECT_RATE, NONE }, /* a rate takes two */
	{ { mariadb }, { 5000 }, SIGNAL_FLOW_CONTROL, NONE }, /* no Galera */
	{ { mariadb }, { 5000 }, SIGNAL_LAG, NONE },

	/* a second apart, and half a second */
	{ { "Connections 1000\n", "Connections 1250\n" }, { 0, 1000 }, SIGNAL_CONNECT_RATE, 250 },
	{ { "Connections 1000\n", "Connections 1250\n" }, { 0, 500 }, SIGNAL_CONNECT_RATE, 500 },
	{ { "Connections 1000\n", "Connections 1250\n" }, { 0, 10 }, SIGNAL_CONNECT_RATE, NONE },
	{ { "Aborted_connects 3\n", "Aborted_connects 63\n" }, { 0, 2000 }, SIGNAL_ABORTED_CONNECTS, 30 },
	{ { "Innodb_row_lock_waits 5\n", "Innodb_row_lock_waits 6\n" }, { 0, 100 }, SIGNAL_LOCK_WAITS, 10 },
	{ { galera, galera_later }, { 0, 1000 }, SIGNAL_FLOW_CONTROL, 25 },
	{ { galera, galera_later }, { 0, 100 }, SIGNAL_FLOW_CONTROL, 100 },
	{ { galera, galera }, { 0, 1000 }, SIGNAL_FLOW_CONTROL, 0 },

	/* a full log is a load while somebody writes to it */
	{ { MARIADB_REDO "4000\n", MARIADB_REDO "4006\n" }, { 0, 1000 }, SIGNAL_CHECKPOINT_AGE, 95 },
	{ { MARIADB_REDO "4000\n", MARIADB_REDO "4004\n" }, { 0, 1000 }, SIGNAL_CHECKPOINT_AGE, 0 },
	{ { MARIADB_REDO "4000\n", MARIADB_REDO "4004\n" }, { 0, 20 }, SIGNAL_CHECKPOINT_AGE, 95 },
	{ { MYSQL_REDO "4994\n", MYSQL_REDO "5000\n" }, { 0, 1000 }, SIGNAL_CHECKPOINT_AGE, 95 },
	{ { MYSQL_REDO "5000\n", MYSQL_REDO "5000\n" }, { 0, 1000 }, SIGNAL_CHECKPOINT_AGE, 0 },

	/* those that wait right now have waited all the time, and are not yet counted */
	{ { "Innodb_row_lock_time 0\n", "Innodb_row_lock_time 0\nInnodb_row_lock_current_waits 3\n" },
	  { 0, 1000 }, SIGNAL_LOCK_TIME, 3000 },
	{ { "Innodb_row_lock_time 0\n", "Innodb_row_lock_time 7000\nInnodb_row_lock_current_waits 3\n" },
	  { 0, 1000 }, SIGNAL_LOCK_TIME, 7000 },

	/* a rate looks back one second, the slope of the history five */
	{ { "Connections 0\n", "Connections 9000\n", "Connections 9050\n", "Connections 9100\n" },
	  { 0, 1000, 1500, 2000 }, SIGNAL_CONNECT_RATE, 100 },
	{ { "Innodb_history_list_length 0\n", "Innodb_history_list_length 9000\n", "Innodb_history_list_length 500\n" },
	  { 0, 3000, 5000 }, SIGNAL_HISTORY_SLOPE, 100 },
	{ { "Innodb_history_list_length 9000\n", "Innodb_history_list_length 4000\n" },
	  { 0, 5000 }, SIGNAL_HISTORY_SLOPE, -1000 },

	/* a server that began anew has no rate, and then a new one */
	{ { "Connections 9000\n", "Connections 20\n" }, { 0, 1000 }, SIGNAL_CONNECT_RATE, NONE },
	{ { "Connections 9000\n", "Connections 20\n", "Connections 40\n" },
	  { 0, 1000, 2000 }, SIGNAL_CONNECT_RATE, 20 },
	{ { "Threads_running 1\nConnections 9\n", "Threads_running 1\n", "Connections 29\n" },
	  { 0, 1000, 2000 }, SIGNAL_CONNECT_RATE, 10 }, /* not said for once */
};

/* clang-format on */

static void rows_of(struct db_rows *rows, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	*rows = (struct db_rows){ .columns = 2,
				  .cells = g_new0(char **, g_strv_length(lines) + 1) };
	for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
		rows->cells[rows->nr++] = g_strsplit(lines[i], " ", 2);
	}
}

static void add(struct counters_log *log, const char *text, int64_t at_ms)
{
	SCOPED(db_rows) rows = { 0 };
	struct counters counters;

	rows_of(&rows, text);
	counters_read(&counters, &rows, at_ms);
	counters_log_add(log, &counters);
}

static void signals_follow_from_what_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
		struct counters_log *log = counters_log_new();
		double value = (double)NAN;
		bool is;

		for (size_t j = 0; j < SAMPLES_MAX && reads[i].text[j] != NULL; j++) {
			add(log, reads[i].text[j], reads[i].at_ms[j]);
		}
		is = counters_signal(log, reads[i].id, MAX_CONNECTIONS, &value);
		if (is == (bool)isnan(reads[i].want) ||
		    (is && fabs(value - reads[i].want) > 0.01)) {
			fail_msg("row %zu: %d %g, not %g", i, is, value, reads[i].want);
		}
		counters_log_free(log);
	}
}

/* clang-format off */
static const struct {
	const char *label; double questions[2]; double sent[2]; double done[2]; double want;
} others[] = {
	{ "none but muster",            { 100, 300 }, { 70, 270 }, { 70, 270 }, 0 },
	{ "clients alone",              { 100, 500 }, { 70, 70 },  { 70, 70 },  400 },
	{ "both",                       { 100, 700 }, { 70, 270 }, { 70, 270 }, 400 },
	{ "on its way at both ends",    { 100, 700 }, { 78, 274 }, { 70, 270 }, 396 },
	{ "counted, not yet answered",  { 100, 108 }, { 70, 78 },  { 70, 70 },  0 },
	{ "sent, not yet counted",      { 100, 100 }, { 70, 78 },  { 70, 70 },  0 },
};

/* clang-format on */

static void what_muster_sends_is_not_of_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		struct counters_log *log = counters_log_new();
		double value = 0;

		for (size_t j = 0; j < 2; j++) {
			struct counters counters = { .at_ms = (int64_t)j * 1000 };

			assert_false(counters_signal(log, SIGNAL_CLIENTS, 0, &value));
			counters_set(&counters, COUNTER_QUESTIONS, others[i].questions[j]);
			counters_set(&counters, COUNTER_OWN_SENT, others[i].sent[j]);
			counters_set(&counters, COUNTER_OWN_DONE, others[i].done[j]);
			counters_log_add(log, &counters);
		}
		assert_true(counters_signal(log, SIGNAL_CLIENTS, 0, &value));
		if (fabs(value - others[i].want) > 0.01) {
			fail_msg("%s: %g, not %g", others[i].label, value, others[i].want);
		}
		counters_log_free(log);
	}
}

static void nothing_is_known_of_no_sample(void **state)
{
	struct counters_log *log = counters_log_new();
	double value = 0;

	(void)state;
	for (int i = 0; i < SIGNAL_NR; i++) {
		assert_false(counters_signal(log, (enum signal_id)i, MAX_CONNECTIONS, &value));
	}
	add(log, mariadb, 0);
	assert_false(counters_signal(log, SIGNAL_CONNECTIONS, 0, &value));
	counters_log_free(log);
}

static void a_rate_holds_for_any_number_of_samples(void **state)
{
	struct counters_log *log = counters_log_new();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		g_autofree char *text = g_strdup_printf("Connections %d\n", i * 7);
		double value;

		add(log, text, INT64_C(100) * i);
		if (i > 0) {
			assert_true(counters_signal(log, SIGNAL_CONNECT_RATE, 0, &value));
			assert_float_equal(value, 70, 0.01);
		}
	}
	counters_log_free(log);
}

static void the_history_may_come_from_elsewhere(void **state)
{
	struct counters_log *log = counters_log_new();
	struct counters counters = { .at_ms = 0 };
	double value;

	(void)state;
	counters_set(&counters, COUNTER_HISTORY, 100);
	counters_log_add(log, &counters);
	counters.at_ms = 2000;
	counters_set(&counters, COUNTER_HISTORY, 300);
	counters_log_add(log, &counters);
	assert_true(counters_signal(log, SIGNAL_HISTORY_SLOPE, 0, &value));
	assert_float_equal(value, 100, 0.01);
	counters_log_free(log);
}

static void the_query_asks_for_all_of_them(void **state)
{
	static const char *const all[] = { "'Threads_running'", "'wsrep_flow_control_paused_ns'",
					   "'Questions')" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		assert_non_null(strstr(counters_query(DB_MARIADB, 101119), all[i]));
		assert_non_null(strstr(counters_query(DB_MYSQL, 50744), all[i]));
		assert_non_null(strstr(counters_query(DB_MYSQL, 90704), all[i]));
	}
	assert_true(g_str_has_prefix(counters_query(DB_MARIADB, 101119), "show global status "));
	assert_true(g_str_has_prefix(counters_query(DB_MYSQL, 50744), "show global status "));
	assert_true(g_str_has_prefix(counters_query(DB_MYSQL, 90704), "select "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_follow_from_what_is_counted),
		cmocka_unit_test(what_muster_sends_is_not_of_clients),
		cmocka_unit_test(nothing_is_known_of_no_sample),
		cmocka_unit_test(a_rate_holds_for_any_number_of_samples),
		cmocka_unit_test(the_history_may_come_from_elsewhere),
		cmocka_unit_test(the_query_asks_for_all_of_them),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
