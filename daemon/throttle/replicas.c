#include "replicas.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>

#include <glib.h>

#include "line.h"
#include "panel.h"
#include "replica.h"
#include "tick.h"

#define HOLD_LEAST_MS INT64_C(1000)
#define STEP_LEAST_MS INT64_C(300)
#define PROBLEM_MS    10000

struct member {
	struct replicas *replicas; /* borrowed */
	char *name;                /* owned */
	struct line line;
	int64_t server_id; /* 0: not known yet */
	int64_t seen_at;   /* wall ms, when it last said that it replicates; 0: it was named */
	bool is_direct;    /* it reads our server's binary log, when it was last asked */
	bool is_lost;      /* it did not answer then */
	bool has_moved;    /* it is another member now, at another address */
};

struct replicas {
	struct panel *panel; /* borrowed */
	char *heartbeat;     /* owned; NULL: none */
	int stop_fd;
	pthread_mutex_t lock;
	GPtrArray *members; /* owned; they never go */
	int64_t source_id;
	int64_t readers;
	int64_t readers_most; /* ever */
};

/* What a turn has found. */
struct worst {
	double seconds; /* -1: nothing yet */
	char *where;    /* owned */
	char *problem;  /* owned; of the first that has one */
};

static void worst_release(struct worst *worst)
{
	g_free(worst->where);
	g_free(worst->problem);
}

SCOPED_RELEASE(worst);

static void member_free(void *ctx)
{
	struct member *member = ctx;

	line_release(&member->line);
	g_free(member->name);
	g_free(member);
}

struct replicas *replicas_new(const char *heartbeat, struct panel *panel, int stop_fd)
{
	struct replicas *replicas = g_new0(struct replicas, 1);

	CHECK(pthread_mutex_init(&replicas->lock, NULL) == 0);
	replicas->panel = panel;
	replicas->heartbeat = g_strdup(heartbeat);
	replicas->stop_fd = stop_fd;
	replicas->readers = -1;
	replicas->members = g_ptr_array_new_with_free_func(member_free);
	return replicas;
}

void replicas_free(struct replicas *replicas)
{
	if (replicas == NULL) {
		return;
	}
	g_ptr_array_unref(replicas->members);
	(void)pthread_mutex_destroy(&replicas->lock);
	g_free(replicas->heartbeat);
	g_free(replicas);
}

/* ---- who is expected -------------------------------------------------------------- */

/* Under the lock. */
static bool has(const struct replicas *replicas, const struct db_addr *addr, int64_t server_id)
{
	g_autofree char *where = db_addr_format(addr);

	for (guint i = 0; i < replicas->members->len; i++) {
		const struct member *member = g_ptr_array_index(replicas->members, i);
		g_autofree char *theirs = db_addr_format(&member->line.addr);

		if (!member->has_moved && (g_str_equal(where, theirs) ||
					   (server_id != 0 && member->server_id == server_id))) {
			return true;
		}
	}
	return false;
}

/* Under the lock. Of all that read one binary log each has a server_id of its own. */
static void move(struct replicas *replicas, const struct db_addr *addr, int64_t server_id)
{
	g_autofree char *where = db_addr_format(addr);

	for (guint i = 0; i < replicas->members->len; i++) {
		struct member *member = g_ptr_array_index(replicas->members, i);
		g_autofree char *theirs = db_addr_format(&member->line.addr);

		member->has_moved |= member->seen_at > 0 && member->is_lost && server_id != 0 &&
				     member->server_id == server_id && !g_str_equal(where, theirs);
	}
}

/* Under the lock: it was found, and is known under its name, too, by another address. */
static bool is_double(const struct replicas *replicas, const struct member *member)
{
	for (guint i = 0; i < replicas->members->len; i++) {
		const struct member *other = g_ptr_array_index(replicas->members, i);

		if (member->seen_at > 0 && other->seen_at == 0 && member->server_id != 0 &&
		    member->server_id == other->server_id) {
			return true;
		}
	}
	return false;
}

/* Under the lock. Owned; who is in it never goes. */
static GPtrArray *who_counts(const struct replicas *replicas)
{
	GPtrArray *members = g_ptr_array_new();

	for (guint i = 0; i < replicas->members->len; i++) {
		struct member *member = g_ptr_array_index(replicas->members, i);

		if (!member->has_moved && !is_double(replicas, member)) {
			g_ptr_array_add(members, member);
		}
	}
	return members;
}

bool replicas_has(struct replicas *replicas, const struct db_addr *addr)
{
	bool is;

	(void)pthread_mutex_lock(&replicas->lock);
	is = has(replicas, addr, 0);
	(void)pthread_mutex_unlock(&replicas->lock);
	return is;
}

static void waiting(void *ctx, int64_t waited_ms)
{
	const struct member *member = ctx;
	g_autofree char *why = g_strdup_printf("replica %s has not answered for %.1f s",
					       member->name, (double)waited_ms / 1000);

	panel_put_problem(member->replicas->panel, SIGNAL_LAG, why, tick_ms(), PROBLEM_MS);
}

static void expect(struct replicas *replicas, const struct member *member)
{
	g_autofree char *why = g_strdup_printf("replica %s was not asked yet", member->name);

	if (!panel_has(replicas->panel, SIGNAL_LAG)) {
		panel_put_problem(replicas->panel, SIGNAL_LAG, why, tick_ms(), PROBLEM_MS);
	}
}

bool replicas_add(struct replicas *replicas, const char *name, const struct db_addr *addr,
		  int64_t server_id, int64_t seen_at)
{
	bool is_new;

	(void)pthread_mutex_lock(&replicas->lock);
	if (seen_at > 0) {
		move(replicas, addr, server_id);
	}
	is_new = !has(replicas, addr, server_id);
	if (is_new) {
		struct member *member = g_new0(struct member, 1);

		member->replicas = replicas;
		member->name = name != NULL ? g_strdup(name) : db_addr_format(addr);
		member->server_id = server_id;
		member->seen_at = seen_at;
		line_init(&member->line, addr, replicas->stop_fd);
		member->line.time_zone = "+00:00";
		member->line.waiting = waiting;
		member->line.ctx = member;
		g_ptr_array_add(replicas->members, member);
		expect(replicas, member);
	}
	(void)pthread_mutex_unlock(&replicas->lock);
	return is_new;
}

char **replicas_names(struct replicas *replicas)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) members = NULL;

	(void)pthread_mutex_lock(&replicas->lock);
	members = who_counts(replicas);
	for (guint i = 0; i < members->len; i++) {
		const struct member *member = g_ptr_array_index(members, i);

		g_ptr_array_add(names, g_strdup(member->name));
	}
	(void)pthread_mutex_unlock(&replicas->lock);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static void found_clear(void *found)
{
	g_free(((struct replica_found *)found)->where);
}

GArray *replicas_found(struct replicas *replicas)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct replica_found));

	g_array_set_clear_func(list, found_clear);
	(void)pthread_mutex_lock(&replicas->lock);
	for (guint i = 0; i < replicas->members->len; i++) {
		const struct member *member = g_ptr_array_index(replicas->members, i);
		struct replica_found found = {
			.seen_at = member->has_moved ? 0 : member->seen_at,
			.server_id = member->server_id,
		};

		if (member->seen_at > 0 && !is_double(replicas, member)) {
			found.where = db_addr_format(&member->line.addr);
			g_array_append_val(list, found);
		}
	}
	(void)pthread_mutex_unlock(&replicas->lock);
	return list;
}

void replicas_set_source(struct replicas *replicas, int64_t source_id, int64_t readers)
{
	(void)pthread_mutex_lock(&replicas->lock);
	replicas->source_id = source_id;
	replicas->readers = readers;
	replicas->readers_most = MAX(replicas->readers_most, readers);
	(void)pthread_mutex_unlock(&replicas->lock);
}

/* ---- one turn --------------------------------------------------------------------- */

static bool is_stopped(const struct replicas *replicas)
{
	struct pollfd fd = { .fd = replicas->stop_fd, .events = POLLIN };

	return replicas->stop_fd > 0 && poll(&fd, 1, 0) > 0;
}

static int learn(struct member *member, struct db_session *session, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "select @@server_id", err) < 0) {
		return -1;
	}
	(void)pthread_mutex_lock(&member->replicas->lock);
	member->server_id = g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	(void)pthread_mutex_unlock(&member->replicas->lock);
	return 0;
}

static int member_read(struct member *member, int64_t source_id, struct replica_lag *lag,
		       struct err *err)
{
	bool fresh;
	struct db_session *session = line_session(&member->line, tick_ms(), &fresh, err);
	int failed;

	if (session == NULL) {
		return -1;
	}
	failed = (fresh && learn(member, session, err) < 0) ||
				 replica_read(session, source_id, member->replicas->heartbeat, lag,
					      err) < 0
			 ? -1
			 : 0;
	line_settle(&member->line, tick_ms(), err);
	return failed;
}

static void mark(struct member *member, bool is_lost, bool is_direct)
{
	(void)pthread_mutex_lock(&member->replicas->lock);
	member->is_lost = is_lost;
	if (member->seen_at > 0 && is_direct) {
		member->seen_at = tick_wall_ms();
	}
	(void)pthread_mutex_unlock(&member->replicas->lock);
}

static void member_turn(struct member *member, int64_t source_id, struct worst *worst)
{
	SCOPED(replica_lag) lag = { 0 };
	struct err err = { 0 };

	if (member_read(member, source_id, &lag, &err) < 0) {
		mark(member, true, false);
		if (worst->problem == NULL) {
			worst->problem = g_strdup_printf("replica %s: %s", member->name, err.msg);
		}
		return;
	}
	member->is_direct = lag.of_source;
	mark(member, false, lag.of_source);
	if (lag.seconds > worst->seconds) {
		worst->seconds = lag.seconds;
		g_free(worst->where);
		worst->where = lag.why == NULL ? g_strdup(member->name)
					       : g_strdup_printf("%s: %s", member->name, lag.why);
	}
}

/* Each of them reads the binary log, and the server counts fewer readers. */
static void count_readers(int64_t direct, int64_t readers, int64_t readers_most,
			  struct worst *worst)
{
	if (readers >= 0 && readers < MIN(direct, readers_most) && worst->problem == NULL) {
		worst->problem = g_strdup_printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
						 " replicas read the binary log of the server",
						 readers, direct);
	}
}

static void put(const struct replicas *replicas, const struct worst *worst, int64_t period_ms)
{
	int64_t now_ms = tick_ms();

	if (worst->problem != NULL && !isinf(worst->seconds)) {
		panel_put_problem(replicas->panel, SIGNAL_LAG, worst->problem, now_ms, PROBLEM_MS);
		return;
	}
	panel_set_where(replicas->panel, worst->where);
	panel_put(replicas->panel, SIGNAL_LAG, worst->seconds, now_ms,
		  MAX(HOLD_LEAST_MS, period_ms * 2));
}

void replicas_turn(struct replicas *replicas, int64_t period_ms)
{
	SCOPED(worst) worst = { .seconds = -1 };
	g_autoptr(GPtrArray) members = NULL;
	int64_t source_id;
	int64_t readers;
	int64_t readers_most;
	int64_t direct = 0;

	(void)pthread_mutex_lock(&replicas->lock);
	members = who_counts(replicas);
	source_id = replicas->source_id;
	readers = replicas->readers;
	readers_most = replicas->readers_most;
	(void)pthread_mutex_unlock(&replicas->lock);
	for (guint i = 0; i < members->len; i++) {
		struct member *member = g_ptr_array_index(members, i);

		if (is_stopped(replicas)) {
			return;
		}
		line_set_step(&member->line, MAX(period_ms, STEP_LEAST_MS));
		member_turn(member, source_id, &worst);
		direct += member->is_direct ? 1 : 0;
	}
	if (members->len > 0) {
		count_readers(direct, readers, readers_most, &worst);
		put(replicas, &worst, period_ms);
	}
}
