#include "store_epoch.h"

#include "store_fixture.h"

static uint64_t start(struct fixture *fixture, int64_t wall_ms)
{
	uint64_t epoch = 0;

	fixture_reopen(fixture);
	WORKS(fixture, store_epoch_next(fixture->store, wall_ms, &epoch, &fixture->err));
	return epoch;
}

/* clang-format off */
static const struct {
	const char *about; int64_t wall_ms; uint64_t want;
} starts[] = {
	{ "the clock",                   1000000, 1000000 },
	{ "the clock goes on",           1000500, 1000500 },
	{ "twice in one millisecond",    1000500, 1000501 },
	{ "the clock was set back",          700, 1000502 },
	{ "and is still behind",          999000, 1000503 },
	{ "the clock is right again",    2000000, 2000000 },
};

/* clang-format on */

static void grows_from_start_to_start(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
		uint64_t epoch = start(fixture, starts[i].wall_ms);

		if (epoch != starts[i].want) {
			fail_msg("%s: epoch %llu", starts[i].about, (unsigned long long)epoch);
		}
	}
}

static void comes_after_what_a_tenant_holds(void **state)
{
	struct fixture *fixture = *state;

	(void)start(fixture, 1000);
	fixture_begin(fixture);
	WORKS(fixture, store_epoch_seen(fixture->store, 5000, &fixture->err));
	WORKS(fixture, store_epoch_seen(fixture->store, 10, &fixture->err)); /* an old one */
	WORKS(fixture, store_epoch_seen(fixture->store, UINT64_MAX, &fixture->err));
	fixture_commit(fixture);
	assert_int_equal(start(fixture, 2000), 5001);
}

static void an_epoch_seen_is_undone_with_its_turn(void **state)
{
	struct fixture *fixture = *state;

	(void)start(fixture, 1000);
	fixture_begin(fixture);
	WORKS(fixture, store_epoch_seen(fixture->store, 5000, &fixture->err));
	store_rollback(fixture->store);
	assert_int_equal(start(fixture, 2000), 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(grows_from_start_to_start),
		STORE_TEST(comes_after_what_a_tenant_holds),
		STORE_TEST(an_epoch_seen_is_undone_with_its_turn),
	};

	return cmocka_run_group_tests_name("store_epoch", tests, NULL, NULL);
}
