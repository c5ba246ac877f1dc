/*
 * sched_fixture - a scheduler without threads over a real inventory and a real server.
 *
 * Workers run inside sched_turn (policy.threads 0), so that a test decides when anything
 * happens: fixture_turns pumps turns, and nothing runs between them.
 */
#ifndef SCHED_FIXTURE_H
#define SCHED_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "release.h"
#include "sched.h"
#include "sched_state.h"
#include "store.h"
#include "store_event.h"
#include "store_release.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "test_server.h"
#include "tick.h"

#define FIXTURE_TURNS 400 /* far more than any scenario needs */

struct fixture {
	char *dir;
	struct store *store;
	struct sched *sched;
	int64_t server_id;
	int64_t release_id;
};

static const struct sched_actor fixture_actor = { 1000, "anna", "a test" };

static inline void must(int rc, const struct err *err)
{
	if (rc < 0) {
		fail_msg("%s", err->msg);
	}
}

static inline struct sched_policy fixture_policy(void)
{
	return (struct sched_policy){
		.running = 8,
		.server_running = 4,
		.stall_ms = 2000,
		.lock_wait_ms = 1000,
		.retry_ms = 10,
		.budget = "1",
	};
}

static inline void fixture_open(struct fixture *fixture)
{
	const struct sched_policy policy = fixture_policy();
	g_autofree char *path = g_build_filename(fixture->dir, "inventory.db", NULL);
	struct err err = { 0 };

	fixture->store = store_open(path, &err);
	if (fixture->store == NULL) {
		fail_msg("%s", err.msg);
	}
	fixture->sched = sched_new(fixture->store, &policy, &err);
	assert_non_null(fixture->sched);
	must(sched_recover(fixture->sched, &err), &err);
}

static inline void fixture_close(struct fixture *fixture)
{
	sched_free(fixture->sched);
	store_close(fixture->store);
	fixture->sched = NULL;
	fixture->store = NULL;
}

static inline int64_t fixture_add_server(struct fixture *fixture, const char *name,
					 const char *socket)
{
	SCOPED(store_server) server = { .max_running = 2 };
	struct err err = { 0 };

	store_text_set(&server.name, name);
	store_text_set(&server.socket, socket);
	must(store_begin(fixture->store, &err), &err);
	must(store_server_put(fixture->store, &server, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	return server.id;
}

/* Its server is at another address from now on; nobody is told. */
static inline void fixture_move_server(struct fixture *fixture, const char *socket)
{
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	store_text_set(&server.socket, socket);
	must(store_server_put(fixture->store, &server, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	(void)test_server_addr(); /* first: its guardian would inherit the lock of the inventory */
	fixture->dir = g_dir_make_tmp("muster-sched-XXXXXX", NULL);
	fixture_open(fixture);
	fixture->server_id = fixture_add_server(fixture, "db1", test_server_addr()->socket);
	*state = fixture;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	static const char *const files[] = { "inventory.db", "inventory.db-wal", "inventory.db-shm",
					     "inventory.db.lock" };
	struct fixture *fixture = *state;

	fixture_close(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(fixture->dir, files[i], NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(fixture->dir);
	g_free(fixture->dir);
	g_free(fixture);
	return 0;
}

/* The database of a tenant of this test binary. Never freed. */
static inline const char *fixture_schema(const char *tenant)
{
	g_autofree char *name = g_strdup_printf("%s_%d", tenant, (int)getpid());

	return g_intern_string(name);
}

/* A tenant with an empty database of its own, on server_id. */
static inline void fixture_add_tenant(struct fixture *fixture, const char *name, int64_t server_id,
				      int64_t bytes)
{
	SCOPED(store_tenant) tenant = { .server_id = server_id, .bytes = bytes };
	struct err err = { 0 };

	store_text_set(&tenant.name, name);
	store_text_set(&tenant.schema, fixture_schema(name));
	test_server_exec("drop database if exists `%s`", tenant.schema);
	test_server_exec("create database `%s`", tenant.schema);
	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

/* Tenants t00, t01, … on the fixture's server. */
static inline void fixture_add_tenants(struct fixture *fixture, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		g_autofree char *name = g_strdup_printf("t%02u", i);

		fixture_add_tenant(fixture, name, fixture->server_id, 1000 + i);
	}
}

static inline void fixture_remove_tenant(struct fixture *fixture, const char *name)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	must(store_tenant_remove(fixture->store, tenant.id, &err), &err);
	must(store_commit(fixture->store, &err), &err);
}

/* A release of one file with these statements; stored as "rel". */
static inline void fixture_add_release(struct fixture *fixture, const char *text)
{
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	struct err err = { 0 };

	release_files_add(&files, "0001_first.sql", text, strlen(text));
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, "rel", NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	fixture->release_id = release.id;
}

static inline int fixture_try_start(struct fixture *fixture, const struct sched_start *start,
				    int64_t *id, struct err *err)
{
	SCOPED(store_rollout) rollout = { 0 };

	must(store_begin(fixture->store, err), err);
	if (sched_rollout_start(fixture->sched, start, &fixture_actor, &rollout, err) < 0) {
		store_rollback(fixture->store);
		sched_forget(fixture->sched);
		return -1;
	}
	*id = rollout.id;
	must(store_commit(fixture->store, err), err);
	sched_wake(fixture->sched);
	return 0;
}

static inline int64_t fixture_start(struct fixture *fixture, const struct sched_start *start)
{
	struct err err = { 0 };
	int64_t id = 0;

	must(fixture_try_start(fixture, start, &id, &err), &err);
	return id;
}

static inline enum rollout_state fixture_state(struct fixture *fixture, int64_t id)
{
	SCOPED(store_rollout) rollout = { 0 };
	struct err err = { 0 };

	must(store_rollout_get_id(fixture->store, id, &rollout, &err), &err);
	return rollout.state;
}

/* Why it stands where it does. Owned by the caller. */
static inline char *fixture_reason(struct fixture *fixture, int64_t id)
{
	SCOPED(store_rollout) rollout = { 0 };
	struct err err = { 0 };

	must(store_rollout_get_id(fixture->store, id, &rollout, &err), &err);
	return g_strdup(rollout.reason);
}

/* Pump turns until the rollout is in the state; fails when it does not come. */
static inline void fixture_until(struct fixture *fixture, int64_t id, enum rollout_state state)
{
	for (unsigned i = 0; i < FIXTURE_TURNS; i++) {
		if (fixture_state(fixture, id) == state) {
			return;
		}
		(void)sched_turn(fixture->sched);
	}
	fail_msg("r%lld is %s (%s), not %s", (long long)id,
		 rollout_state_names[fixture_state(fixture, id)], fixture_reason(fixture, id),
		 rollout_state_names[state]);
}

static inline void fixture_turns(struct fixture *fixture, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		(void)sched_turn(fixture->sched);
	}
}

static inline int64_t fixture_count(struct fixture *fixture, int64_t id, enum task_state state)
{
	struct store_counts counts;
	struct err err = { 0 };

	must(store_task_counts(fixture->store, id, 0, &counts, &err), &err);
	return counts.by_state[state];
}

/* As an operator does it; reason NULL: it is released. */
static inline void fixture_hold(struct fixture *fixture, const char *name, const char *reason)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	must(store_begin(fixture->store, &err), &err);
	must(store_tenant_get(fixture->store, name, &tenant, &err), &err);
	store_text_set(&tenant.hold, reason);
	must(store_tenant_put(fixture->store, &tenant, &err), &err);
	must(sched_tenant_changed(fixture->sched, &tenant, &fixture_actor, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	sched_wake(fixture->sched);
}

static inline void fixture_task(struct fixture *fixture, int64_t id, const char *tenant,
				struct store_task *task)
{
	struct err err = { 0 };

	must(store_task_get(fixture->store, id, tenant, task, &err), &err);
}

/* An operator's verb; the answer of the scheduler. */
static inline int fixture_verb(struct fixture *fixture, int64_t id, const struct sched_verb *verb,
			       struct err *err)
{
	g_autofree char *word = g_strdup_printf("r%lld", (long long)id);
	SCOPED(store_rollout) out = { 0 };

	must(store_begin(fixture->store, err), err);
	if (sched_rollout_verb(fixture->sched, word, verb, &fixture_actor, &out, err) < 0) {
		store_rollback(fixture->store);
		sched_forget(fixture->sched);
		return -1;
	}
	must(store_commit(fixture->store, err), err);
	return 0;
}

static inline void fixture_do(struct fixture *fixture, int64_t id, enum rollout_event event)
{
	const struct sched_verb verb = { .event = event };
	struct err err = { 0 };

	must(fixture_verb(fixture, id, &verb, &err), &err);
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif /* SCHED_FIXTURE_H */
