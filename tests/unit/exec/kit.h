/*
 * kit - what the tests of exec share: releases from texts, orders, one-line questions.
 * Header only; each test binary is on its own.
 */
#ifndef KIT_H
#define KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "exec.h"
#include "release.h"
#include "test_server.h"
#include "tick.h"

/* name, text, name, text, …, NULL */
static inline struct release *kit_release(const char *name, ...)
{
	SCOPED(release_files) files = { 0 };
	struct release *release;
	struct err err = { 0 };
	va_list ap;

	va_start(ap, name);
	while (name != NULL) {
		const char *text = va_arg(ap, const char *);

		release_files_add(&files, name, text, strlen(text));
		name = va_arg(ap, const char *);
	}
	va_end(ap);
	release = release_parse(&files, NULL, &err);
	if (release == NULL) {
		fail_msg("release: %s", err.msg);
	}
	return release;
}

/* Takes no reference of its own: the order gets one. */
static inline void kit_address(struct exec_order *order)
{
	const struct db_addr *addr = test_server_addr();

	order->addr.host = g_strdup(addr->host);
	order->addr.port = addr->port;
	order->addr.socket = g_strdup(addr->socket);
	order->addr.defaults_file = g_strdup(addr->defaults_file);
}

static inline struct exec_order *kit_order(enum exec_kind kind, struct release *release,
					   const char *schema)
{
	struct exec_order *order = exec_order_new(kind);

	order->id = 7;
	order->server_id = 3;
	kit_address(order);
	order->epoch = 5;
	order->release = release == NULL ? NULL : release_ref(release);
	order->schema = g_strdup(schema);
	order->label = g_strdup("r12/acme");
	order->stall_ms = 2000;
	order->lock_wait_ms = 1000;
	return order;
}

static inline struct exec_result *kit_task(struct release *release, const char *schema)
{
	return exec_run(kit_order(EXEC_TASK, release, schema));
}

/* Run a task and compare how it ended. */
static inline void kit_expect(struct release *release, const char *schema, enum task_event event,
			      const char *reason)
{
	SCOPED_PTR(exec_result) result = kit_task(release, schema);

	if (result->event != event || g_strcmp0(result->reason, reason) != 0) {
		fail_msg("got \"%s\" (%s), not \"%s\" (%s)",
			 result->reason != NULL ? result->reason : "",
			 task_event_names[result->event], reason != NULL ? reason : "",
			 task_event_names[event]);
	}
}

static inline void kit_assert_value(const char *want, const char *sql)
{
	g_autofree char *got = test_server_value("%s", sql);

	if (g_strcmp0(got, want) != 0) {
		fail_msg("%s: got \"%s\", not \"%s\"", sql, got, want);
	}
}

/* "0001 applied 3/3 0, 0002 failed 1/2 0" */
static inline void kit_assert_history(const char *schema, const char *want)
{
	g_autofree char *sql = g_strdup_printf(
		"select coalesce(group_concat(concat(version, ' ', state, ' ', statements_done, '/', "
		"statements_total, ' ', in_flight) order by seq separator ', '), '') "
		"from %s.muster_history",
		schema);

	kit_assert_value(want, sql);
}

static inline void kit_assert_exists(const char *schema, const char *table, bool want)
{
	g_autofree char *sql = g_strdup_printf("select count(*) from information_schema.tables "
					       "where table_schema = '%s' and table_name = '%s'",
					       schema, table);

	kit_assert_value(want ? "1" : "0", sql);
}

/* Asks a task to stop after a while, from a thread of its own. */
struct kit_stopper {
	struct exec_live *live;
	unsigned after_ms;
	const char *in; /* or as soon as a statement runs that holds this; NULL: none */
	GThread *thread;
};

static inline void kit_await_statement(const char *holding)
{
	SCOPED_PTR(db_session) session = test_server_open();
	int64_t end_ms = tick_ms() + 60000;
	bool runs = false;

	while (!runs && tick_ms() < end_ms) {
		SCOPED(db_rows) rows = { 0 };
		struct err err;

		g_usleep(5000);
		runs = db_queryf(session, &rows, &err,
				 "select 1 from information_schema.processlist where "
				 "id <> connection_id() and locate('%s', info) > 0",
				 holding) == 0 &&
		       rows.nr > 0;
	}
}

static inline gpointer kit_stopper_run(gpointer data)
{
	struct kit_stopper *stopper = data;

	if (stopper->in != NULL) {
		db_thread_init();
		kit_await_statement(stopper->in);
		db_thread_end();
	} else {
		g_usleep(stopper->after_ms * 1000UL);
	}
	atomic_store(&stopper->live->stop, 1);
	return NULL;
}

static inline void kit_stopper_start(struct kit_stopper *stopper, struct exec_live *live,
				     unsigned after_ms)
{
	*stopper = (struct kit_stopper){ .live = live, .after_ms = after_ms };
	stopper->thread = g_thread_new("stopper", kit_stopper_run, stopper);
}

static inline void kit_stopper_start_in(struct kit_stopper *stopper, struct exec_live *live,
					const char *holding)
{
	*stopper = (struct kit_stopper){ .live = live, .in = holding };
	stopper->thread = g_thread_new("stopper", kit_stopper_run, stopper);
}

static inline void kit_stopper_join(struct kit_stopper *stopper)
{
	g_thread_join(stopper->thread);
}

#endif /* KIT_H */
