#include "sched_fixture.h"

static const struct {
	struct sched_start start;
	const char *msg;
} refusals[] = {
	{ { 0 }, "no release is named: see \"muster release list\"" },
	{ { .release = "rel", .to = "9" },
	  "release rel has no version \"9\": see \"muster release show rel\"" },
	{ { .release = "rel", .selector = "nobody" },
	  "no tenant is called \"nobody\": see \"muster tenant list\"" },
	{ { .release = "rel", .selector = "region=mars" },
	  "no tenant and no server has a label \"region\": see \"muster tenant list\"" },
	{ { .release = "rel", .waves = "1" }, "waves: 2 of 3 tenants are in no wave" },
	{ { .release = "rel", .gate = "dog" }, "gate: \"dog\" is neither \"none\" nor \"human\"" },
	{ { .release = "rel", .budget = "x" }, "budget: \"x\" is not a number from 0 to 1000000" },
	{ { .release = "rel", .strategy = "magic" },
	  "strategy: \"magic\" is none of \"auto\", \"direct\" and \"cold\"" },
	{ { .release = "rel", .priority = 11 }, "priority: 11 is not a number from -10 to 10" },
	{ { .release = "rel", .priority = -11 }, "priority: -11 is not a number from -10 to 10" },
	{ { .release = "rel", .name = "" },
	  "name: a rollout cannot be called nothing; without a name it is called as its release" },
	{ { .release = "rel", .name = "r7" }, "name: \"r7\" looks like the id of a rollout" },
	{ { .release = "rel", .name = "a b" },
	  "name: \"a b\" may hold letters, digits, \"-\", \"_\" and \".\"" },
};

static void refuses_in_words_and_stores_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture_add_tenants(fixture, 3);
	fixture_add_release(fixture, "create table a (id int);");
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct err err = { 0 };
		int64_t id = 0;

		assert_int_equal(fixture_try_start(fixture, &refusals[i].start, &id, &err), -1);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_int_equal(id, 0);
	}
}

static void the_same_key_is_the_same_rollout(void **state)
{
	const struct sched_start start = { .release = "rel", .key = "k-1" };
	const struct sched_start other = { .release = "rel", .key = "k-1", .selector = "t00" };
	struct fixture *fixture = *state;
	struct err err = { 0 };
	int64_t again = 0;
	int64_t first;

	fixture_add_tenants(fixture, 1);
	fixture_add_release(fixture, "create table a (id int);");
	first = fixture_start(fixture, &start);
	assert_int_equal(fixture_start(fixture, &start), first);
	fixture_until(fixture, first, ROLLOUT_DONE);
	assert_int_equal(fixture_start(fixture, &start), first);
	assert_int_equal(fixture_try_start(fixture, &other, &again, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(err.msg, "the idempotency key k-1 has started another rollout, r1 "
				     "(release rel, tenants *): give this one a key of its own");
}

static void a_release_that_is_there_is_not_stored_twice(void **state)
{
	struct fixture *fixture = *state;
	int64_t first;

	fixture_add_release(fixture, "create table a (id int);");
	first = fixture->release_id;
	fixture_add_release(fixture, "create table a (id int);");
	assert_int_equal(fixture->release_id, first);
	fixture_add_release(fixture, "create table b (id int);");
	assert_int_not_equal(fixture->release_id, first);
}

static void to_stops_at_that_version(void **state)
{
	struct fixture *fixture = *state;
	const struct sched_start start = { .release = "two", .to = "0001" };
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) release = { 0 };
	g_autofree char *tables = NULL;
	struct err err = { 0 };

	fixture_add_tenants(fixture, 1);
	release_files_add(&files, "0001_a.sql", "create table a (id int);", 24);
	release_files_add(&files, "0002_b.sql", "create table b (id int);", 24);
	must(store_begin(fixture->store, &err), &err);
	must(sched_release_put(fixture->sched, "two", NULL, &files, &release, &err), &err);
	must(store_commit(fixture->store, &err), &err);
	fixture_until(fixture, fixture_start(fixture, &start), ROLLOUT_DONE);
	tables = test_server_value("select group_concat(table_name) from information_schema.tables "
				   "where table_schema='%s' and table_name in ('a','b')",
				   fixture_schema("t00"));
	assert_string_equal(tables, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(refuses_in_words_and_stores_nothing),
		SCENARIO(the_same_key_is_the_same_rollout),
		SCENARIO(a_release_that_is_there_is_not_stored_twice),
		SCENARIO(to_stops_at_that_version),
	};

	return cmocka_run_group_tests_name("sched_start", tests, NULL, NULL);
}
