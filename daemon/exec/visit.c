#include "visit.h"

#include <glib.h>

#include "db.h"
#include "db_guard.h"
#include "exec.h"
#include "orphan.h"
#include "release.h"
#include "tick.h"

enum {
	LOCK_SLICE_S = 1,
	SMALL_BYTES = 64 * 1024 * 1024,
	GO_SLICE_US = 20000,
	GO_PARK_MS = 10000, /* then its worker is of more use elsewhere */
	REST_MAX_US = 2000000,
};

bool visit_stops(const struct exec_order *order)
{
	return order->live != NULL && atomic_load(&order->live->stop) != 0;
}

struct db_session *visit_connect(const struct exec_order *order, struct err *err)
{
	const struct exec_addr *from = &order->addr;
	const struct db_addr addr = {
		.host = from->host,
		.port = (unsigned)from->port,
		.socket = from->socket,
		.defaults_file = from->defaults_file,
	};

	return db_open(&addr, err);
}

static int open_new(struct visit *visit, struct err *err)
{
	visit->session = visit_connect(visit->order, err);
	visit->order->entry = visit->session == NULL ? EXEC_SHUT_OUT : EXEC_ENTERED;
	return visit->session == NULL ? -1 : 0;
}

int visit_open(struct visit *visit, struct exec_order *order, struct err *err)
{
	*visit = (struct visit){ .order = order };
	visit->session = g_steal_pointer(&order->session);
	return visit->session == NULL ? open_new(visit, err) : 0;
}

/* The first command of a visit shows whether a kept session is still there. */
static int use(struct visit *visit, bool is_kept, struct err *err)
{
	if (db_use(visit->session, visit->schema, err) == 0) {
		return 0;
	}
	if (!is_kept || !db_is_lost(visit->session)) {
		return -1;
	}
	db_session_free(g_steal_pointer(&visit->session));
	if (open_new(visit, err) < 0) {
		return -1;
	}
	return db_use(visit->session, visit->schema, err);
}

static struct db_pin pin_of(const struct exec_order *order)
{
	int64_t wait_s = order->lock_wait_ms / 1000;

	return (struct db_pin){
		.sql_mode = order->release == NULL ? NULL : order->release->sql_mode,
		.collation = order->release == NULL ? NULL : order->release->collation,
		.lock_wait_s = wait_s < 1 ? 1 : (unsigned)wait_s,
		.small_tables = order->bytes < SMALL_BYTES,
	};
}

static int pin(struct visit *visit, struct err *err)
{
	const struct db_pin wanted = pin_of(visit->order);

	return db_pin(visit->session, &wanted, err);
}

static void say_waits(const struct exec_order *order, const char *why)
{
	g_autofree char *words = NULL;

	if (order->say != NULL) {
		words = g_strdup_printf("waits: %s", why);
		order->say(order->say_ctx, order->id, words);
	}
}

static bool must_wait(const struct exec_order *order)
{
	return order->live != NULL && atomic_load(&order->live->wait) != 0;
}

void visit_rest(const struct exec_order *order)
{
	struct exec_live *live = order->live;
	int64_t until_us;
	int share;

	if (live == NULL) {
		return;
	}
	share = atomic_load(&live->share);
	if (share > 0 && live->rested_us > 0) {
		until_us = (tick_us() - live->rested_us) * (100 - share) / share;
		until_us = tick_us() + MIN(until_us, (int64_t)REST_MAX_US);
		while (tick_us() < until_us && !visit_stops(order) && !must_wait(order)) {
			g_usleep((gulong)CLAMP(until_us - tick_us(), 1, (int64_t)GO_SLICE_US));
		}
	}
	live->rested_us = tick_us();
}

static bool wait_to_go(const struct exec_order *order, bool may_park, int64_t park_ms)
{
	int64_t until_ms;
	bool parks = false;

	if (!must_wait(order)) {
		return !may_park || !visit_stops(order);
	}
	until_ms = tick_ms() + park_ms;
	atomic_store(&order->live->waiting, 1);
	say_waits(order, "its server is throttled");
	while (must_wait(order) && !parks) {
		g_usleep(GO_SLICE_US);
		parks = may_park && (visit_stops(order) || tick_ms() >= until_ms);
	}
	if (!parks) {
		atomic_store(&order->live->waiting, 0);
		if (order->say != NULL) {
			order->say(order->say_ctx, order->id,
				   "goes on: its server allows it again");
		}
	}
	return !parks;
}

static bool rest_and_go(const struct exec_order *order, bool may_park, int64_t park_ms)
{
	bool goes;

	visit_rest(order);
	goes = wait_to_go(order, may_park, park_ms);
	if (order->live != NULL) {
		order->live->rested_us = tick_us();
	}
	return goes;
}

bool visit_go(const struct exec_order *order, bool may_park)
{
	return rest_and_go(order, may_park, GO_PARK_MS);
}

bool visit_go_or_park(const struct exec_order *order, bool may_park)
{
	return rest_and_go(order, may_park, 0);
}

/* The lock and, with it, that no other daemon has taken the server over. */
static int lock(struct visit *visit, struct err *err)
{
	struct exec_order *order = visit->order;
	int64_t end = tick_ms() + order->stall_ms;

	while (db_lock_claimed(visit->session, visit->schema, LOCK_SLICE_S, order->claim_id,
			       &order->claim_lost, err) < 0) {
		if (err->code != ERR_BUSY || order->claim_lost) {
			return -1;
		}
		if (visit_stops(order)) {
			return err_set(err, ERR_CANCELLED, "stopped while waiting for the lock");
		}
		if (tick_ms() >= end) {
			return -1;
		}
		say_waits(order, err->msg);
		orphan_end(visit);
	}
	visit->locked = true;
	return 0;
}

/*
 * 1: in; 0: not this way, because the session is gone or not pinned, or the lock is held by
 * somebody; -1: not at all.
 */
static int enter(struct visit *visit, const char *ask, struct err *err)
{
	struct exec_order *order = visit->order;
	const struct db_pin wanted = pin_of(order);

	if (ask == NULL || !db_is_pinned(visit->session, &wanted)) {
		return 0;
	}
	visit->entry.ask = ask;
	visit->entry.claim_id = order->claim_id;
	if (db_enter(visit->session, visit->schema, &visit->entry, err) < 0) {
		order->claim_lost = order->claim_lost || visit->entry.lost;
		return db_is_lost(visit->session) || (err->code == ERR_BUSY && !order->claim_lost)
			       ? 0
			       : -1;
	}
	visit->locked = true;
	visit->asked = true;
	return 1;
}

int visit_begin(struct visit *visit, struct exec_order *order, const char *schema, struct err *err)
{
	return visit_begin_asking(visit, order, schema, NULL, err);
}

int visit_begin_asking(struct visit *visit, struct exec_order *order, const char *schema,
		       const char *ask, struct err *err)
{
	bool is_kept = order->session != NULL;
	int entered;

	if (order->live != NULL) {
		order->live->rested_us = tick_us();
	}
	if (visit_open(visit, order, err) < 0) {
		return -1;
	}
	visit->schema = schema;
	entered = enter(visit, ask, err);
	if (entered != 0) {
		return entered < 0 ? -1 : 0;
	}
	if (use(visit, is_kept, err) < 0 || pin(visit, err) < 0) {
		return -1;
	}
	return lock(visit, err);
}

int visit_renew(struct visit *visit, struct err *err)
{
	visit->locked = false; /* a reset gives up every lock */
	if (db_reset(visit->session, err) < 0) {
		return -1;
	}
	visit->dirty = false;
	if (db_use(visit->session, visit->schema, err) < 0 || pin(visit, err) < 0) {
		return -1;
	}
	return lock(visit, err);
}

/* A session that cannot be cleaned is closed: that frees the lock, too. */
void visit_end(struct visit *visit)
{
	struct err ignored;
	int ended = 0;

	db_rows_release(&visit->entry.rows);
	visit->asked = false;
	if (visit->session == NULL) {
		return;
	}
	if (db_is_lost(visit->session)) {
		ended = -1;
	} else if (visit->dirty) {
		ended = db_reset(visit->session, &ignored);
	} else if (visit->locked) {
		ended = db_unlock(visit->session, visit->schema, &ignored);
	}
	if (ended < 0) {
		db_session_free(g_steal_pointer(&visit->session));
	}
	visit->order->session = g_steal_pointer(&visit->session);
	visit->locked = false;
	visit->dirty = false;
}
