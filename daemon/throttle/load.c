#include "load.h"

#include <math.h>

#include <glib.h>

#include "counters.h"
#include "db.h"
#include "db_fault.h"
#include "db_meter.h"
#include "line.h"
#include "local.h"
#include "panel.h"
#include "probe.h"
#include "tick.h"

#define SLOW_MS        INT64_C(1000)
#define PROBE_MS       INT64_C(500)
#define LOOK_MS        INT64_C(5000)
#define EARLY_MS       50 /* a turn comes a little early now and then */
#define CROWD          16 /* statements at once: there what is slow is asked half as often */
#define HOLD_PERIODS   3
#define PROBLEM_MS     10000
#define STEP_LEAST_MS  300
#define END_GIVE_UP_MS 500

struct load {
	struct panel *panel; /* borrowed */
	struct line line;
	struct db_meter *meter;   /* borrowed */
	struct counters_log *log; /* owned */
	struct probe probe;
	bool with_probe;
	bool is_local;
	bool no_trx;       /* this account may not see transactions */
	char *data_dir;    /* owned */
	const char *query; /* static */
	int64_t max_connections;
	double history; /* (double)NAN: the counters have it, or it may not be seen */
	double running; /* statements, as last counted */
	int64_t slow_at_ms;
	int64_t probe_at_ms;
	int64_t look_at_ms;
	int64_t hold_ms; /* of what is read in every turn */
	void (*emit)(void *ctx);
	int (*look)(void *ctx, struct db_session *session, struct err *err); /* NULL: nobody */
	void *ctx;
};

/* The rest is written by others, or not by a server's answer. */
static const enum signal_id ours[] = {
	SIGNAL_THREADS_RUNNING,  SIGNAL_CONNECTIONS,    SIGNAL_CONNECT_RATE,
	SIGNAL_ABORTED_CONNECTS, SIGNAL_LONGEST_TRX,    SIGNAL_HISTORY_LENGTH,
	SIGNAL_HISTORY_SLOPE,    SIGNAL_LOCK_WAITS,     SIGNAL_LOCK_TIME,
	SIGNAL_CHECKPOINT_AGE,   SIGNAL_COMMIT_LATENCY, SIGNAL_FLOW_CONTROL,
	SIGNAL_CLIENTS,
};

/* Of a statement of a migration: muster's own do not count as load. */
static const char transactions_query[] =
	"select @@global.max_connections, (select max(unix_timestamp() - "
	"unix_timestamp(trx_started)) from information_schema.innodb_trx where trx_query is null "
	"or trx_query not like '/* muster:%'), ";
static const char history_query[] = "(select count from information_schema.innodb_metrics "
				    "where name = 'trx_rseg_history_len' and status = 'enabled')";

/* ---- a server that does not answer ------------------------------------------------ */

static void silent(struct load *load, const char *why)
{
	int64_t now_ms = tick_ms();

	for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
		if (i < 2 || panel_has(load->panel, ours[i])) {
			panel_put_problem(load->panel, ours[i], why, now_ms, PROBLEM_MS);
		}
	}
}

static void waiting(void *ctx, int64_t waited_ms)
{
	struct load *load = ctx;
	g_autofree char *where = db_addr_format(&load->line.addr);
	g_autofree char *why =
		g_strdup_printf("%s has not answered for %.1f s", where, (double)waited_ms / 1000);

	silent(load, why);
	load->emit(load->ctx);
}

static void lost(struct load *load, struct err *err)
{
	g_autofree char *where = db_addr_format(&load->line.addr);

	if (strstr(err->msg, where) == NULL) {
		(void)err_prefix(err, "%s", where);
	}
	silent(load, err->msg);
	load->emit(load->ctx);
	line_settle(&load->line, tick_ms(), err);
}

/* ---- reading ---------------------------------------------------------------------- */

static int learn(struct load *load, struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "select @@datadir, @@hostname", err) < 0) {
		return -1;
	}
	g_free(load->data_dir);
	load->data_dir = g_strdup(rows.nr == 0 ? NULL : rows.cells[0][0]);
	load->is_local = local_is(&load->line.addr, rows.nr == 0 ? NULL : rows.cells[0][1]);
	panel_set_cores(load->panel, load->is_local ? local_cores() : 0);
	load->no_trx = false;
	load->query = counters_query(db_flavor(session), db_version_number(session));
	load->slow_at_ms = 0;
	load->look_at_ms = 0;
	probe_renew(&load->probe);
	return 0;
}

static int read_counters(struct load *load, struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	struct counters counters;
	double done = (double)atomic_load(&load->meter->done);
	int64_t now_ms;

	if (db_query(session, &rows, load->query, err) < 0) {
		return -1;
	}
	now_ms = tick_ms();
	counters_read(&counters, &rows, now_ms);
	counters_set(&counters, COUNTER_OWN_DONE, done);
	counters_set(&counters, COUNTER_OWN_SENT, (double)atomic_load(&load->meter->sent));
	if (!counters.has[COUNTER_THREADS_RUNNING]) {
		return err_set(err, ERR_PROTOCOL, "it does not say what it is doing");
	}
	if (!isnan(load->history)) {
		counters_set(&counters, COUNTER_HISTORY, load->history);
	}
	load->running = counters.values[COUNTER_THREADS_RUNNING];
	counters_log_add(load->log, &counters);
	for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
		double value;

		if (counters_signal(load->log, ours[i], load->max_connections, &value)) {
			panel_put(load->panel, ours[i], value, now_ms, load->hold_ms);
		}
	}
	return 0;
}

static double cell_number(const struct db_rows *rows, size_t column)
{
	const char *cell = rows->nr == 0 ? NULL : rows->cells[0][column];

	return cell == NULL ? (double)NAN : g_ascii_strtod(cell, NULL);
}

static int read_slow(struct load *load, struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	double age;

	if (load->no_trx) {
		if (db_query(session, &rows, "select @@global.max_connections", err) < 0) {
			return -1;
		}
		load->max_connections = (int64_t)cell_number(&rows, 0);
		return 0;
	}
	if (db_queryf(session, &rows, err, "%s%s", transactions_query,
		      db_flavor(session) == DB_MYSQL ? history_query : "null") < 0) {
		load->no_trx = db_fault_is(db_flavor(session), err, DB_FAULT_DENIED);
		if (!load->no_trx) {
			return -1;
		}
		panel_put_refused(
			load->panel, SIGNAL_LONGEST_TRX,
			"this account may not see transactions: GRANT PROCESS ON *.* to it");
		return read_slow(load, session, err);
	}
	load->max_connections = (int64_t)cell_number(&rows, 0);
	load->history = cell_number(&rows, 2);
	age = cell_number(&rows, 1);
	panel_put(load->panel, SIGNAL_LONGEST_TRX, isnan(age) ? 0 : MAX(0, age), tick_ms(),
		  MAX(load->hold_ms, HOLD_PERIODS * SLOW_MS));
	return 0;
}

static void read_host(struct load *load, int64_t now_ms)
{
	int64_t hold_ms = MAX(load->hold_ms, HOLD_PERIODS * SLOW_MS);
	double value;

	if (!load->is_local) {
		return;
	}
	if (load->data_dir != NULL && local_disk_free(load->data_dir, &value)) {
		panel_put(load->panel, SIGNAL_DISK_FREE, value, now_ms, hold_ms);
	}
	if (local_load(&value)) {
		panel_put(load->panel, SIGNAL_LOAD, value, now_ms, hold_ms);
	}
	if (local_pressure(&value)) {
		panel_put(load->panel, SIGNAL_PRESSURE, value, now_ms, hold_ms);
	}
}

static int read_probe(struct load *load, struct db_session *session, struct err *err)
{
	int64_t hold_ms = MAX(load->hold_ms, HOLD_PERIODS * PROBE_MS);
	double ms = (double)NAN;

	if (probe_run(&load->probe, session, tick_ms(), &ms, err) < 0) {
		if (load->probe.refused) {
			panel_put_refused(load->panel, SIGNAL_COMMIT_LATENCY,
					  "this account may not make a commit of its own: GRANT "
					  "ALL ON " PROBE_SCHEMA ".* to it");
			return 0;
		}
		panel_put_problem(load->panel, SIGNAL_COMMIT_LATENCY, err->msg, tick_ms(),
				  PROBLEM_MS);
		return db_is_lost(session) ? -1 : 0;
	}
	if (!isnan(ms)) {
		panel_put(load->panel, SIGNAL_COMMIT_LATENCY, ms, tick_ms(), hold_ms);
	}
	return 0;
}

/* Of a server that gets crowded the next counters are what matters. */
static bool is_due(const struct load *load, int64_t *at_ms, int64_t every_ms)
{
	int64_t now_ms = tick_ms();
	int64_t wait_ms = load->running > CROWD ? every_ms * 2 : every_ms;

	if (*at_ms != 0 && now_ms - *at_ms < wait_ms - EARLY_MS) {
		return false;
	}
	*at_ms = now_ms;
	return true;
}

static int read_seldom(struct load *load, struct db_session *session, struct err *err)
{
	if (is_due(load, &load->slow_at_ms, SLOW_MS)) {
		if (read_slow(load, session, err) < 0) {
			return -1;
		}
		read_host(load, tick_ms());
	}
	return 0;
}

static int read_rest(struct load *load, struct db_session *session, struct err *err)
{
	if (read_seldom(load, session, err) < 0) {
		return -1;
	}
	if (load->look != NULL && is_due(load, &load->look_at_ms, LOOK_MS) &&
	    load->look(load->ctx, session, err) < 0) {
		return -1;
	}
	if (load->with_probe && is_due(load, &load->probe_at_ms, PROBE_MS)) {
		return read_probe(load, session, err);
	}
	return 0;
}

/*
 * What a flood moves is told before anything is asked that a flood makes slow; that is told the
 * next time. Only the first sample has it all.
 */
static int read_all(struct load *load, struct db_session *session, struct err *err)
{
	bool is_first = load->slow_at_ms == 0;

	if ((is_first && read_seldom(load, session, err) < 0) ||
	    read_counters(load, session, err) < 0) {
		return -1;
	}
	if (!is_first) {
		load->emit(load->ctx);
	}
	if (read_rest(load, session, err) < 0) {
		return -1;
	}
	if (is_first) {
		load->emit(load->ctx);
	}
	return 0;
}

/* ---- one turn --------------------------------------------------------------------- */

void load_turn(struct load *load, int64_t period_ms)
{
	struct err err = { 0 };
	struct db_session *session;
	bool fresh;

	line_set_step(&load->line, MAX(period_ms, STEP_LEAST_MS));
	load->hold_ms = MAX(period_ms, STEP_LEAST_MS);
	session = line_session(&load->line, tick_ms(), &fresh, &err);
	if (fresh && learn(load, session, &err) < 0) {
		lost(load, &err);
		line_drop(&load->line, tick_ms(), &err);
		return;
	}
	if (session == NULL || read_all(load, session, &err) < 0) {
		lost(load, &err);
		return;
	}
	line_settle(&load->line, tick_ms(), &err);
}

struct load *load_new(const struct db_addr *addr, struct panel *panel, bool probe, int stop_fd,
		      void (*emit)(void *ctx), void *ctx)
{
	struct load *load = g_new0(struct load, 1);

	line_init(&load->line, addr, stop_fd);
	load->line.time_zone = "SYSTEM"; /* that is how InnoDB writes when a transaction began */
	load->line.waiting = waiting;
	load->line.ctx = load;
	load->panel = panel;
	load->meter = db_meter_of(addr);
	load->log = counters_log_new();
	load->with_probe = probe;
	load->history = (double)NAN;
	load->emit = emit;
	load->ctx = ctx;
	return load;
}

void load_set_look(struct load *load,
		   int (*look)(void *ctx, struct db_session *session, struct err *err))
{
	load->look = look;
}

void load_free(struct load *load)
{
	if (load == NULL) {
		return;
	}
	if (load->line.session != NULL && !db_is_lost(load->line.session)) {
		load->line.waiting = NULL;
		load->line.give_up_ms = END_GIVE_UP_MS;
		load->line.patience.stop_fd = 0; /* which says by now: do not wait */
		line_set_step(&load->line, END_GIVE_UP_MS);
		probe_end(&load->probe, load->line.session);
	}
	line_release(&load->line);
	counters_log_free(load->log);
	g_free(load->data_dir);
	g_free(load);
}
