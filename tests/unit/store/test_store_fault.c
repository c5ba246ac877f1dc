#include "store_fault.h"

#include "store_fixture.h"

#define TURNS 6

/*
 * One life: open, some turns, close. kept[i]: the commit of turn i was said to be good.
 * False: it could not even be opened.
 */
static bool live(struct fixture *fixture, bool kept[TURNS])
{
	fixture->store = store_open(fixture->path, &fixture->err);
	if (fixture->store == NULL) {
		return false;
	}
	for (int i = 0; i < TURNS; i++) {
		SCOPED(store_server)
		server = {
			.name = g_strdup_printf("db%d", i),
			.socket = g_strnfill(20000, 'x'), /* more than a page */
			.max_running = 4,
		};

		if (store_begin(fixture->store, &fixture->err) < 0) {
			continue;
		}
		if (store_server_put(fixture->store, &server, &fixture->err) == 0 &&
		    store_commit(fixture->store, &fixture->err) == 0) {
			kept[i] = true;
		}
		store_rollback(fixture->store);
	}
	store_close(g_steal_pointer(&fixture->store));
	return true;
}

static void check_kept(struct fixture *fixture, const bool kept[TURNS])
{
	for (int i = 0; i < TURNS; i++) {
		g_autofree char *name = g_strdup_printf("db%d", i);
		SCOPED(store_server) server = { 0 };

		if (kept[i]) {
			WORKS(fixture,
			      store_server_get(fixture->store, name, &server, &fixture->err));
		}
	}
}

/* Whether any write came that far. */
static bool is_hit(const char *said)
{
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(said, &text, NULL, NULL));
	return strstr(text, "store fault at=") != NULL;
}

static void check_hits(int hits)
{
#ifdef MUSTER_CRASH_POINTS
	assert_true(hits > 50);
#else
	assert_int_equal(hits, 0);
#endif
}

static void remove_all(struct fixture *fixture)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *path = g_strconcat(fixture->path, ends[i], NULL);

		(void)g_unlink(path);
	}
}

/* The faults of one life are told on stderr, which is a file meanwhile. */
static bool live_with_fault(struct fixture *fixture, const char *at, bool kept[TURNS], bool *opened)
{
	g_autofree char *said = g_build_filename(fixture->dir, "said", NULL);
	int saved = dup(STDERR_FILENO);
	FILE *file = fopen(said, "w");

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	g_setenv("MUSTERD_FAIL_STORE_AT", at, 1);
	*opened = live(fixture, kept);
	g_unsetenv("MUSTERD_FAIL_STORE_AT");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)fclose(file);
#ifdef MUSTER_CRASH_POINTS
	return is_hit(said);
#else
	assert_false(is_hit(said));
	return false;
#endif
}

/* The n-th write of a life fails, and so many behind it; what was said to be kept is there. */
static bool survives(struct fixture *fixture, int n, const char *count, bool *opened)
{
	g_autofree char *at = g_strdup_printf("%d%s", n, count);
	bool kept[TURNS] = { false };
	bool hit = live_with_fault(fixture, at, kept, opened);

	fixture_open(fixture);
	check_kept(fixture, kept);
	store_close(g_steal_pointer(&fixture->store));
	return hit;
}

/* A step, because there are many writes, and more with each version of the schema. */
static void a_new_inventory_is_made_whichever_write_fails(void **state)
{
	static const char *const counts[] = { "", ":1000" };
	struct fixture *fixture = *state;
	int hits = 0;

	store_close(g_steal_pointer(&fixture->store));
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		bool opened = false;
		bool hit = true;

		for (int n = 1 + (int)i; hit && !opened; n += 3) {
			remove_all(fixture);
			hit = survives(fixture, n, counts[i], &opened);
			hits += hit ? 1 : 0;
		}
	}
	check_hits(hits);
	fixture_open(fixture);
}

static void what_was_committed_stays_whichever_write_fails(void **state)
{
	static const char *const counts[] = { "", ":3", ":1000" };
	struct fixture *fixture = *state;
	g_autofree char *empty = NULL;
	gsize len;
	int hits = 0;

	store_close(g_steal_pointer(&fixture->store));
	assert_true(g_file_get_contents(fixture->path, &empty, &len, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		bool opened = false;
		bool hit = true;

		for (int n = 1; hit; n++) {
			remove_all(fixture);
			assert_true(g_file_set_contents(fixture->path, empty, (gssize)len, NULL));
			hit = survives(fixture, n, counts[i], &opened);
			hits += hit ? 1 : 0;
		}
	}
	check_hits(hits);
	fixture_open(fixture);
}

static void nothing_fails_unless_it_is_asked_for(void **state)
{
	struct fixture *fixture = *state;
	bool kept[TURNS] = { false };

	store_close(g_steal_pointer(&fixture->store));
	assert_true(live(fixture, kept));
	for (int i = 0; i < TURNS; i++) {
		assert_true(kept[i]);
	}
	fixture_open(fixture);
	check_kept(fixture, kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_inventory_is_made_whichever_write_fails,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_was_committed_stays_whichever_write_fails,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(nothing_fails_unless_it_is_asked_for, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_fault", tests, NULL, NULL);
}
