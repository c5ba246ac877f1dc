#include "forecasts.h"

#include "census.h"
#include "release.h"
#include "sched_fixture.h"
#include "shape.h"

static char versions[][5] = { "0001", "0002" };
static char files[][11] = { "0001_a.sql", "0002_b.sql" };
static struct migration migrations[] = { { .version = versions[0], .file = files[0] },
					 { .version = versions[1], .file = files[1] } };
static const struct release release = { .migrations = migrations, .nr = 2 };

/* One of a census that nobody asked a server for. */
static struct census_tenant one(struct fixture *fixture, const char *name, const char *look,
				const char *digest)
{
	return (struct census_tenant){
		.server_id = fixture->server_id,
		.name = g_strdup(name),
		.schema = g_strdup(name),
		.known = true,
		.exists = true,
		.pending = 1,
		.statements = 2,
		.bytes = 10,
		.fingerprint = g_strdup(look),
		.class = g_strdup_printf("%s-%s", look, digest),
	};
}

static void census_init(struct census *census, GArray *tenants)
{
	*census = (struct census){
		.tenants = (struct census_tenant *)(void *)tenants->data,
		.nr = tenants->len,
		.shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
	g_hash_table_insert(census->shapes, g_strdup("aa"),
			    g_strdup("=table t\t\t\n=table t\tcolumn a\tint\n"));
	g_hash_table_insert(census->shapes, g_strdup("bb"),
			    g_strdup("=table t\t\t\n=table t\tcolumn a\tbigint\n"));
}

static void add(GArray *tenants, struct census_tenant tenant)
{
	g_array_append_val(tenants, tenant);
}

static GArray *tenants_new(void)
{
	GArray *tenants = g_array_new(FALSE, FALSE, sizeof(struct census_tenant));

	return tenants;
}

static void tenants_free(GArray *tenants)
{
	for (guint i = 0; i < tenants->len; i++) {
		struct census_tenant *tenant = &g_array_index(tenants, struct census_tenant, i);

		g_free(tenant->name);
		g_free(tenant->schema);
		g_free(tenant->fingerprint);
		g_free(tenant->class);
		g_free(tenant->version);
		g_free(tenant->ahead);
		g_free(tenant->altered);
	}
	g_array_unref(tenants);
}

static void those_that_are_alike_are_a_class(void **state)
{
	struct fixture *fixture = *state;
	GArray *tenants = tenants_new();
	SCOPED(forecasts) made = { 0 };
	const struct forecast_class *class;
	struct census census;

	add(tenants, one(fixture, "t1", "bb", "d"));
	add(tenants, one(fixture, "t2", "aa", "d"));
	add(tenants, one(fixture, "t3", "aa", "d"));
	g_array_index(tenants, struct census_tenant, 2).bytes = 70;
	census_init(&census, tenants);
	forecasts_make(&made, fixture->sched, &release, &census);
	assert_int_equal(made.tenants, 3);
	assert_int_equal(made.pending, 3);
	assert_int_equal(made.statements, 6);
	assert_int_equal(made.classes->len, 2);
	class = g_ptr_array_index(made.classes, 0);
	assert_int_equal(class->tenants->len, 2);
	assert_int_equal(class->bytes, 80);
	assert_string_equal(class->largest, "t3");
	assert_int_equal(class->largest_bytes, 70);
	assert_true(g_str_has_prefix(class->id, "aa-d@"));
	assert_non_null(class->why); /* nobody was tried out */
	g_hash_table_unref(census.shapes);
	tenants_free(tenants);
}

static void an_outlier_differs_from_most_at_its_position(void **state)
{
	struct fixture *fixture = *state;
	GArray *tenants = tenants_new();
	SCOPED(forecasts) made = { 0 };
	const struct forecast_outlier *outlier;
	struct census census;

	add(tenants, one(fixture, "t1", "bb", "d"));
	add(tenants, one(fixture, "t2", "aa", "d"));
	add(tenants, one(fixture, "t3", "aa", "d"));
	add(tenants, one(fixture, "t4", "bb", "elsewhere"));
	census_init(&census, tenants);
	forecasts_make(&made, fixture->sched, &release, &census);
	assert_int_equal(made.outliers->len, 1);
	outlier = g_ptr_array_index(made.outliers, 0);
	assert_string_equal(outlier->tenant, "t1");
	assert_string_equal(outlier->usual, "t2");
	assert_int_equal(outlier->nr_usual, 2);
	assert_string_equal(outlier->diff[0], "table t, column a: int -> bigint");
	assert_null(outlier->diff[1]);
	g_hash_table_unref(census.shapes);
	tenants_free(tenants);
}

static void whom_a_rollout_leaves_alone_is_in_no_class(void **state)
{
	struct fixture *fixture = *state;
	GArray *tenants = tenants_new();
	SCOPED(forecasts) made = { 0 };
	const struct forecast_failing *failing;
	struct census_tenant *all;
	struct census census;

	for (unsigned i = 0; i < 6; i++) {
		g_autofree char *name = g_strdup_printf("t%u", i);

		add(tenants, one(fixture, name, "aa", "d"));
	}
	all = (struct census_tenant *)(void *)tenants->data;
	all[0].held = true;
	all[1].known = false;
	all[2].exists = false;
	all[3].ahead = g_strdup("0099");
	all[4].pending = 0;
	all[5].removed = true;
	census_init(&census, tenants);
	forecasts_make(&made, fixture->sched, &release, &census);
	assert_int_equal(made.classes->len, 0);
	assert_int_equal(made.pending, 0);
	assert_int_equal(made.tenants, 5);
	assert_int_equal(made.up_to_date, 1);
	assert_string_equal(g_ptr_array_index(made.held, 0), "t0");
	assert_string_equal(g_ptr_array_index(made.unknown, 0), "t1");
	assert_string_equal(g_ptr_array_index(made.missing, 0), "t2");
	assert_string_equal(g_ptr_array_index(made.ahead, 0), "t3");
	assert_int_equal(made.failing->len, 1);
	failing = g_ptr_array_index(made.failing, 0);
	assert_string_equal(failing->tenant, "t2");
	assert_string_equal(failing->check, "database");
	g_hash_table_unref(census.shapes);
	tenants_free(tenants);
}

static void who_has_another_text_of_an_applied_file_would_be_refused(void **state)
{
	struct fixture *fixture = *state;
	GArray *tenants = tenants_new();
	SCOPED(forecasts) made = { 0 };
	const struct forecast_failing *failing;
	struct census_tenant *all;
	struct census census;

	add(tenants, one(fixture, "t1", "aa", "d"));
	add(tenants, one(fixture, "t2", "aa", "d"));
	all = (struct census_tenant *)(void *)tenants->data;
	all[0].altered = g_strdup("0002");
	all[1].altered = g_strdup("0002");
	all[1].pending = 0;
	census_init(&census, tenants);
	forecasts_make(&made, fixture->sched, &release, &census);
	assert_int_equal(made.failing->len, 1);
	failing = g_ptr_array_index(made.failing, 0);
	assert_string_equal(failing->tenant, "t1");
	assert_string_equal(failing->check, "checksum");
	assert_string_equal(failing->message, "migration 0002 was changed after it was applied "
					      "here: restore 0002_b.sql as it was, or skip it in "
					      "release.cfg once every tenant has it");
	g_hash_table_unref(census.shapes);
	tenants_free(tenants);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(those_that_are_alike_are_a_class),
		SCENARIO(an_outlier_differs_from_most_at_its_position),
		SCENARIO(whom_a_rollout_leaves_alone_is_in_no_class),
		SCENARIO(who_has_another_text_of_an_applied_file_would_be_refused),
	};

	return cmocka_run_group_tests_name("forecasts", tests, NULL, NULL);
}
