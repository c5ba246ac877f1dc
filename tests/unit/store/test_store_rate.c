#include "store_fixture.h"

#include "store_rate.h"

static void collect(const struct store_rate *rate, void *ctx)
{
	g_string_append_printf(ctx, "%lld %s %lld: %lld %lld %lld;", (long long)rate->server_id,
			       rate->algorithm, (long long)rate->size, (long long)rate->nr,
			       (long long)rate->bytes, (long long)rate->ms);
}

static void add(struct fixture *fixture, int64_t server_id, const char *algorithm, int64_t size,
		int64_t bytes, int64_t ms)
{
	const struct store_rate rate = {
		.server_id = server_id,
		.algorithm = algorithm,
		.size = size,
		.bytes = bytes,
		.ms = ms,
	};

	WORKS(fixture, store_rate_add(fixture->store, &rate, &fixture->err));
}

static void statements_of_one_kind_are_summed_up(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	int64_t first;
	int64_t second;

	fixture_begin(fixture);
	first = fixture_server(fixture, "db1");
	second = fixture_server(fixture, "db2");
	assert_true(first < second);
	add(fixture, second, "copy", 20, 1000000, 50);
	add(fixture, first, "copy", 20, 1000000, 70);
	add(fixture, first, "copy", 20, 800000, 30);
	add(fixture, first, "copy", 9, 300, 1);
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture, store_rate_each(fixture->store, collect, found, &fixture->err));
	assert_string_equal(found->str, "1 copy 9: 1 300 1;1 copy 20: 2 1800000 100;"
					"2 copy 20: 1 1000000 50;");
}

static void what_is_old_loses_its_weight(void **state)
{
	g_autoptr(GString) found = g_string_new(NULL);
	struct fixture *fixture = *state;
	int64_t server_id;

	fixture_begin(fixture);
	server_id = fixture_server(fixture, "db1");
	for (int i = 0; i < STORE_RATE_MOST; i++) {
		add(fixture, server_id, "nocopy", 10, 1000, 10);
	}
	for (int i = 0; i < 4 * STORE_RATE_MOST; i++) {
		add(fixture, server_id, "nocopy", 10, 1000, 50);
	}
	fixture_commit(fixture);
	WORKS(fixture, store_rate_each(fixture->store, collect, found, &fixture->err));
	assert_true(g_str_has_prefix(found->str, "1 nocopy 10: 201 201000 "));
	assert_in_range(g_ascii_strtoll(strrchr(found->str, ' '), NULL, 10), 201 * 48, 201 * 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(statements_of_one_kind_are_summed_up),
		STORE_TEST(what_is_old_loses_its_weight),
	};

	return cmocka_run_group_tests_name("store_rate", tests, NULL, NULL);
}
