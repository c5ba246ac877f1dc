/*
 * verify_kit - tenants that nobody asked a server for, for the tests of verify.
 * Header only; each test binary is on its own.
 */
#ifndef VERIFY_KIT_H
#define VERIFY_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "exec.h"
#include "release.h"
#include "shape.h"
#include "verify.h"

#define KIT_SCHEMA "=schema\tcollation\tutf8mb4_general_ci\n"
#define KIT_TABLE  KIT_SCHEMA "=table t\t\t\n=table t\tcolumn a\tint\n"
#define KIT_OLD    "=table old\t\t\n=table old\tcolumn x\tint\n"

/* What some tenant looks like: its text, without what is minor, gives the fingerprint. */
static inline void kit_look(struct verify *verify, struct verify_tenant *tenant, const char *text)
{
	SCOPED(shape) shape = { 0 };
	struct err err = { 0 };

	assert_int_equal(shape_parse(&shape, text, &err), 0);
	tenant->fingerprint = g_strdup(shape.fingerprint);
	tenant->look = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	g_hash_table_insert(verify->shapes, g_strdup(tenant->look), g_strdup(text));
}

static inline char *kit_fingerprint(const char *text)
{
	SCOPED(shape) shape = { 0 };
	struct err err = { 0 };

	assert_int_equal(shape_parse(&shape, text, &err), 0);
	return g_strdup(shape.fingerprint);
}

static inline struct release *kit_release(void)
{
	static const char *const names[] = { "0001_a.sql", "0002_b.sql", "0003_c.sql" };
	SCOPED(release_files) files = { 0 };
	struct release *release;
	struct err err = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		release_files_add(&files, names[i], "DO 1;", strlen("DO 1;"));
	}
	release = release_parse(&files, NULL, &err);
	assert_non_null(release);
	return release;
}

/* Tenants t0, t1, … on one server, each with a history that ends with 0001; texts as given. */
static inline void kit_begin(struct verify *verify, const struct release *release,
			     const char *const *texts)
{
	size_t nr = 0;

	while (texts[nr] != NULL) {
		nr++;
	}
	verify_init(verify, release, "rel", nr);
	for (size_t i = 0; i < nr; i++) {
		struct verify_tenant *tenant = &verify->tenants[i];

		tenant->name = g_strdup_printf("t%zu", i);
		tenant->server = g_strdup("db1");
		tenant->schema = g_strdup_printf("s%zu", i);
		tenant->server_id = 1;
		tenant->known = tenant->exists = tenant->has_history = true;
		tenant->version = g_strdup("0001");
		tenant->nr_places = 2;
		tenant->places = g_new(size_t, 2);
		tenant->places[0] = 1;
		tenant->places[1] = 2;
		kit_look(verify, tenant, texts[i]);
	}
}

static inline char *kit_flavor(const void *flavor_ctx, int64_t server_id)
{
	(void)flavor_ctx;
	return g_strdup(server_id == 1 ? "mariadb 10" : "mysql 9");
}

#endif /* VERIFY_KIT_H */
