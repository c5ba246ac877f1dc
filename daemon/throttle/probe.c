#include "probe.h"

#include <inttypes.h>
#include <math.h>

#include <glib.h>

#include "db.h"
#include "db_fault.h"
#include "tick.h"

#define PAUSE_FAILED_MS 5000
#define PAUSE_HUNG_MS   30000
#define TABLE           PROBE_SCHEMA ".commits"

/* clang-format off */
static const char *const making[] = {
	"create database if not exists " PROBE_SCHEMA,
	"create table if not exists " TABLE " ("
	"connection_id bigint unsigned not null primary key, "
	"n int unsigned not null) engine = InnoDB",
	/* those of connections that are no more; one of another account is made again by its owner */
	"delete from " TABLE " where connection_id not in "
	"(select id from information_schema.processlist)",
	"replace into " TABLE " values (connection_id(), 0)",
};

/* clang-format on */

void probe_renew(struct probe *probe)
{
	probe->made = false;
	probe->refused = false;
}

/* What an old session of ours left hanging must not add up. */
static void end_hung(struct probe *probe, struct db_session *session)
{
	struct err err = { 0 };

	if (probe->in_flight && probe->id != db_connection_id(session)) {
		(void)!db_kill(session, probe->id, true, &err);
	}
	probe->in_flight = false;
}

static int make(struct probe *probe, struct db_session *session, struct err *err)
{
	struct err refused = { 0 };

	end_hung(probe, session);
	/* an account that may not is logged like everybody */
	(void)!db_execf(session, &refused, "set session sql_log_bin = 0");
	for (size_t i = 0; i < G_N_ELEMENTS(making); i++) {
		if (db_exec(session, making[i], strlen(making[i]), err) < 0) {
			probe->refused = db_fault_is(db_flavor(session), err, DB_FAULT_DENIED);
			return -1;
		}
	}
	probe->made = true;
	probe->id = db_connection_id(session);
	return 0;
}

static int commit(struct probe *probe, struct db_session *session, double *ms, struct err *err)
{
	int64_t from_us = tick_us();

	probe->in_flight = true;
	if (db_execf(session, err, "update " TABLE " set n = n + 1 where connection_id = %" PRIu64,
		     probe->id) < 0) {
		probe->in_flight = db_is_lost(session);
		return -1;
	}
	probe->in_flight = false;
	*ms = (double)(tick_us() - from_us) / 1000;
	return 0;
}

int probe_run(struct probe *probe, struct db_session *session, int64_t now_ms, double *ms,
	      struct err *err)
{
	double took = (double)NAN;

	if (now_ms < probe->after_ms || probe->refused) {
		*ms = (double)NAN;
		return 0;
	}
	if ((!probe->made && make(probe, session, err) < 0) ||
	    commit(probe, session, &took, err) < 0) {
		probe->made = false; /* somebody may have dropped it */
		probe->after_ms = now_ms + (probe->in_flight ? PAUSE_HUNG_MS : PAUSE_FAILED_MS);
		return err_prefix(err, "a commit in " TABLE);
	}
	if (db_affected(session) == 0) {
		probe->made = false;
		took = (double)NAN;
	}
	*ms = took;
	return 0;
}

void probe_end(struct probe *probe, struct db_session *session)
{
	SCOPED(db_rows) left = { 0 };
	struct err err = { 0 };

	if (!probe->made ||
	    db_execf(session, &err, "delete from " TABLE " where connection_id = %" PRIu64,
		     probe->id) < 0 ||
	    db_query(session, &left, "select 1 from " TABLE " limit 1", &err) < 0) {
		return;
	}
	probe->made = false;
	if (left.nr == 0) {
		(void)!db_execf(session, &err, "drop database if exists " PROBE_SCHEMA);
	}
}
