#include "store_fixture.h"

/* clang-format off */
static const struct {
	enum err_code code; int native; bool transient;
} failures[] = {
	{ ERR_STORE,    SQLITE_FULL,              true },
	{ ERR_STORE,    SQLITE_BUSY_SNAPSHOT,     true },
	{ ERR_STORE,    SQLITE_LOCKED,            true },
	{ ERR_STORE,    SQLITE_IOERR_WRITE,       true },
	{ ERR_STORE,    SQLITE_IOERR_SHMSIZE,     true },
	{ ERR_STORE,    SQLITE_IOERR_FSYNC,       true },
	{ ERR_STORE,    SQLITE_IOERR_READ,        false },
	{ ERR_STORE,    SQLITE_IOERR_CORRUPTFS,   false },
	{ ERR_STORE,    SQLITE_CORRUPT,           false },
	{ ERR_STORE,    SQLITE_READONLY,          false },
	{ ERR_STORE,    0,                        false },
	{ ERR_CONFLICT, SQLITE_CONSTRAINT_UNIQUE, false },
	{ ERR_SYSTEM,   SQLITE_FULL,              false }, /* an errno, not a code of SQLite's */
};

/* clang-format on */

static void only_what_goes_away_is_transient(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
		const struct err err = {
			.code = failures[i].code,
			.native = failures[i].native,
		};

		if (store_is_transient(&err) != failures[i].transient) {
			fail_msg("%s %d", err_code_names[err.code], err.native);
		}
	}
}

static void a_state_that_nobody_knows_is_refused(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	g_autofree char *want = g_strdup_printf(
		"%s: \"melted\" is not a state that this musterd knows", fixture->path);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	fixture_commit(fixture);
	assert_int_equal(fixture_sql(fixture, "update server set state = 'melted'"),
			 SQLITE_CONSTRAINT);
	assert_int_equal(fixture_sql(fixture, "pragma ignore_check_constraints = on;"
					      "update server set state = 'melted'"),
			 SQLITE_OK);
	assert_int_equal(store_server_get(fixture->store, "db1", &server, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_STORE);
	assert_string_equal(fixture->err.msg, want);
}

static void a_refused_row_leaves_the_turn_alive(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	struct store_wave wave = { .rollout_id = 99, .seq = 1 };

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	assert_int_equal(store_wave_put(fixture->store, &wave, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_CONFLICT);
	assert_non_null(strstr(fixture->err.msg, "refers to nothing"));
	(void)fixture_server(fixture, "db2");
	fixture_commit(fixture);
	WORKS(fixture, store_server_get(fixture->store, "db1", &server, &fixture->err));
	WORKS(fixture, store_server_get(fixture->store, "db2", &server, &fixture->err));
}

static int deeper(const struct store_server *server, void *ctx, struct err *err)
{
	struct fixture *fixture = ctx;
	static int depth;
	int result = 0;

	(void)server;
	if (depth < 3) {
		depth++;
		result = store_server_each(fixture->store, deeper, fixture, err);
		depth--;
	}
	return result;
}

static int names(const struct store_server *server, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s ", server->name);
	return 0;
}

static void a_statement_may_be_used_inside_itself(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);

	fixture_begin(fixture);
	(void)fixture_server(fixture, "db1");
	(void)fixture_server(fixture, "db2");
	fixture_commit(fixture);
	WORKS(fixture, store_server_each(fixture->store, deeper, fixture, &fixture->err));
	WORKS(fixture, store_server_each(fixture->store, names, got, &fixture->err));
	assert_string_equal(got->str, "db1 db2 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_goes_away_is_transient),
		STORE_TEST(a_state_that_nobody_knows_is_refused),
		STORE_TEST(a_refused_row_leaves_the_turn_alive),
		STORE_TEST(a_statement_may_be_used_inside_itself),
	};

	return cmocka_run_group_tests_name("store_run", tests, NULL, NULL);
}
