/* mode_kit - closing and opening tenants with the scheduler of a fixture. Header only. */
#ifndef MODE_KIT_H
#define MODE_KIT_H

#include "sched_fixture.h"
#include "sched_mode.h"

/* What somebody who waits was told. */
struct told {
	int times;
	struct err err; /* code ERR_NONE: it is so */
	char *method;   /* owned */
	char *why;      /* owned */
	size_t holes;
};

static inline void told_take(void *ctx, const struct sched_writers *found, const struct err *err)
{
	struct told *told = ctx;

	told->times++;
	told->err = err == NULL ? (struct err){ 0 } : *err;
	g_free(told->method);
	told->method = g_strdup(found->method);
	g_free(told->why);
	told->why = g_strdup(found->why);
	told->holes = found->holes == NULL ? 0 : g_strv_length((char **)(uintptr_t)found->holes);
}

static inline void told_release(struct told *told)
{
	g_free(told->method);
	g_free(told->why);
}

SCOPED_RELEASE(told);

static inline void kit_tenant(struct fixture *fixture, const char *name,
			      struct store_tenant *tenant)
{
	struct err err = { 0 };

	must(store_tenant_get(fixture->store, name, tenant, &err), &err);
}

static inline enum tenant_mode kit_mode(struct fixture *fixture, const char *name)
{
	SCOPED(store_tenant) tenant = { 0 };

	kit_tenant(fixture, name, &tenant);
	return tenant.mode;
}

/* As the API does it; -1 is what it is refused with. */
static inline int kit_close(struct fixture *fixture, const char *name,
			    const struct sched_close *how, struct told *told, struct err *err)
{
	SCOPED(store_tenant) tenant = { 0 };
	int rc;

	kit_tenant(fixture, name, &tenant);
	must(store_begin(fixture->store, err), err);
	rc = sched_mode_close(fixture->sched, &tenant, how, &fixture_actor, told_take, told, err);
	if (rc < 0) {
		store_rollback(fixture->store);
		sched_forget(fixture->sched);
		return -1;
	}
	must(store_commit(fixture->store, err), err);
	return 0;
}

static inline int kit_open(struct fixture *fixture, const char *name, struct told *told)
{
	SCOPED(store_tenant) tenant = { 0 };
	struct err err = { 0 };

	kit_tenant(fixture, name, &tenant);
	must(store_begin(fixture->store, &err), &err);
	must(sched_mode_open(fixture->sched, &tenant, &fixture_actor, told_take, told, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	return 0;
}

static inline void kit_until(struct fixture *fixture, const char *name, enum tenant_mode mode)
{
	for (unsigned i = 0; i < FIXTURE_TURNS && kit_mode(fixture, name) != mode; i++) {
		fixture_turns(fixture, 1);
	}
	assert_string_equal(tenant_mode_names[kit_mode(fixture, name)], tenant_mode_names[mode]);
}

/* The name of the tenant's database as a pattern that means it alone. Owned. */
static inline char *kit_pattern(const char *tenant)
{
	GString *pattern = g_string_new(fixture_schema(tenant));

	(void)g_string_replace(pattern, "_", "\\_", 0);
	return g_string_free(pattern, FALSE);
}

/* A user who may write to the tenant's database. Never freed. */
static inline const char *kit_user(const char *tenant)
{
	g_autofree char *user = g_strdup_printf("w%d", (int)getpid());
	g_autofree char *pattern = kit_pattern(tenant);

	test_server_exec("drop user if exists '%s'@'localhost'", user);
	test_server_exec("create user '%s'@'localhost'", user);
	test_server_exec("grant insert on `%s`.* to '%s'@'localhost'", pattern, user);
	return g_intern_string(user);
}

static inline bool kit_may_write(const char *user, const char *tenant)
{
	g_autofree char *yes =
		test_server_value("select count(*) from mysql.db where User = '%s' and "
				  "Insert_priv = 'Y' and '%s' like Db",
				  user, fixture_schema(tenant));

	return g_strcmp0(yes, "1") == 0;
}

static const struct sched_close kit_hour = {
	.reason = "a test",
	.ttl_ms = 3600000,
	.drain_ms = 200,
	.ends = true,
	.accept_holes = true,
};

#endif /* MODE_KIT_H */
