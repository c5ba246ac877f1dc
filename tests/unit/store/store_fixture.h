/* store_fixture - an inventory in a folder of its own, and rows to put into it. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store.h"
#include "store_event.h"
#include "store_release.h"
#include "store_rollout.h"
#include "store_server.h"
#include "store_task.h"
#include "store_tenant.h"
#include "tick.h"

struct fixture {
	char *dir;
	char *path;
	struct store *store;
	struct err err;
};

/* Stop the test with the sentence when expr fails. */
#define WORKS(fixture, expr)                                                           \
	do {                                                                           \
		if ((expr) < 0) {                                                      \
			fail_msg("%s:%d: %s", __FILE__, __LINE__, (fixture)->err.msg); \
		}                                                                      \
	} while (0)

static inline void fixture_open(struct fixture *fixture)
{
	fixture->store = store_open(fixture->path, &fixture->err);
	if (fixture->store == NULL) {
		fail_msg("%s", fixture->err.msg);
	}
}

static inline void fixture_reopen(struct fixture *fixture)
{
	store_close(g_steal_pointer(&fixture->store));
	fixture_open(fixture);
}

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->dir = g_dir_make_tmp("muster-store-XXXXXX", NULL);
	fixture->path = g_build_filename(fixture->dir, "inventory.db", NULL);
	fixture_open(fixture);
	*state = fixture;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	GDir *dir = g_dir_open(fixture->dir, 0, NULL);
	const char *name;

	store_close(fixture->store);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(fixture->dir, name, NULL);

		(void)g_unlink(path);
	}
	g_dir_close(dir);
	(void)g_rmdir(fixture->dir);
	tick_fake(-1, -1);
	g_free(fixture->dir);
	g_free(fixture->path);
	g_free(fixture);
	return 0;
}

static inline void fixture_begin(struct fixture *fixture)
{
	WORKS(fixture, store_begin(fixture->store, &fixture->err));
}

static inline void fixture_commit(struct fixture *fixture)
{
	WORKS(fixture, store_commit(fixture->store, &fixture->err));
}

/* Rows with nothing but what must be there; in a transaction. The id. */
static inline int64_t fixture_server(struct fixture *fixture, const char *name)
{
	SCOPED(store_server) server = { .name = g_strdup(name), .max_running = 4 };

	WORKS(fixture, store_server_put(fixture->store, &server, &fixture->err));
	return server.id;
}

static inline int64_t fixture_tenant(struct fixture *fixture, int64_t server_id, const char *name)
{
	SCOPED(store_tenant)
	tenant = {
		.name = g_strdup(name),
		.server_id = server_id,
		.schema = g_strconcat("s_", name, NULL),
		.bytes = 1000,
	};

	WORKS(fixture, store_tenant_put(fixture->store, &tenant, &fixture->err));
	return tenant.id;
}

static inline int64_t fixture_release(struct fixture *fixture)
{
	SCOPED(store_release)
	release = {
		.name = g_strdup("shop"),
		.format = g_strdup("plain"),
		.checksum = g_strdup("00112233445566778899aabbccddeeff"),
		.migrations = 3,
	};
	const struct release_files none = { 0 };

	WORKS(fixture, store_release_put(fixture->store, &release, &none, &fixture->err));
	return release.id;
}

static inline int64_t fixture_rollout(struct fixture *fixture, enum rollout_state state)
{
	SCOPED(store_rollout)
	rollout = {
		.release_id = fixture_release(fixture),
		.state = state,
		.created_at = 1,
	};

	WORKS(fixture, store_rollout_put(fixture->store, &rollout, &fixture->err));
	return rollout.id;
}

static inline int64_t fixture_task(struct fixture *fixture, int64_t rollout_id, int64_t tenant_id,
				   int64_t wave, int64_t rank)
{
	SCOPED(store_tenant) tenant = { 0 };
	SCOPED(store_task)
	task = {
		.rollout_id = rollout_id,
		.tenant_id = tenant_id,
		.wave = wave,
		.rank = rank,
	};

	WORKS(fixture, store_tenant_get_id(fixture->store, tenant_id, &tenant, &fixture->err));
	task.server_id = tenant.server_id;
	WORKS(fixture, store_task_put(fixture->store, &task, &fixture->err));
	return task.id;
}

/* Run sql beside the store, as somebody with the sqlite3 program would. */
static inline int fixture_sql(struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;
	int code;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return code;
}

/* One text of sql, beside the store. Owned. */
static inline char *fixture_ask(struct fixture *fixture, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char *text;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	text = g_strdup((const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return text;
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif /* STORE_FIXTURE_H */
