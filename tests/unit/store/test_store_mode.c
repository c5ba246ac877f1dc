#include "store_mode.h"

#include "store_fixture.h"

static struct store_mode row_of(int64_t tenant_id)
{
	struct store_mode row = { .tenant_id = tenant_id, .mode = TENANT_CLOSING, .ends = true };

	store_text_set(&row.method, "privileges");
	store_text_set(&row.restore, "what gives back");
	store_text_set(&row.reason, "why");
	store_text_set(&row.owner, "anna");
	row.expires_at = 5000;
	return row;
}

static void what_gives_back_stays_as_first_written(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_mode) row = { 0 };
	SCOPED(store_mode) seen = { 0 };
	SCOPED(store_tenant) tenant = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	row = row_of(id);
	WORKS(fixture, store_mode_move(fixture->store, &row, &fixture->err));
	row.mode = TENANT_RO;
	row.since = 1000;
	store_text_set(&row.restore, "something else");
	store_text_set(&row.method, "magic");
	WORKS(fixture, store_mode_move(fixture->store, &row, &fixture->err));
	fixture_commit(fixture);
	WORKS(fixture, store_mode_get(fixture->store, id, &seen, &fixture->err));
	assert_string_equal(seen.restore, "what gives back");
	assert_string_equal(seen.method, "privileges");
	assert_string_equal(seen.tenant, "acme");
	assert_string_equal(seen.schema, "s_acme");
	assert_int_equal(seen.mode, TENANT_RO);
	assert_int_equal(seen.since, 1000);
	assert_true(seen.ends);
	WORKS(fixture, store_tenant_get_id(fixture->store, id, &tenant, &fixture->err));
	assert_int_equal(tenant.mode, TENANT_RO);
}

static int count(const struct store_mode *row, void *ctx, struct err *err)
{
	(void)row;
	(void)err;
	(*(int *)ctx)++;
	return 0;
}

static void an_open_tenant_has_no_row(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_mode) row = { 0 };
	SCOPED(store_mode) seen = { 0 };
	int64_t id;
	int nr = 0;

	fixture_begin(fixture);
	id = fixture_tenant(fixture, fixture_server(fixture, "db1"), "acme");
	row = row_of(id);
	WORKS(fixture, store_mode_move(fixture->store, &row, &fixture->err));
	assert_int_equal(store_tenant_remove(fixture->store, id, &fixture->err), -1);
	assert_string_equal(fixture->err.msg, "tenant acme is closing; open it first: `muster "
					      "readonly off acme`");
	WORKS(fixture, store_mode_each(fixture->store, count, &nr, &fixture->err));
	assert_int_equal(nr, 1);
	row.mode = TENANT_RW;
	WORKS(fixture, store_mode_move(fixture->store, &row, &fixture->err));
	assert_int_equal(store_mode_get(fixture->store, id, &seen, &fixture->err), -1);
	assert_int_equal(fixture->err.code, ERR_NOT_FOUND);
	WORKS(fixture, store_tenant_remove(fixture->store, id, &fixture->err));
	fixture_commit(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_gives_back_stays_as_first_written),
		STORE_TEST(an_open_tenant_has_no_row),
	};

	return cmocka_run_group_tests_name("store_mode", tests, NULL, NULL);
}
