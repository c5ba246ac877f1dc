#include "verify_kit.h"

static const struct verify_position *at(const struct verify *verify, guint index)
{
	assert_true(index < verify->positions->len);
	return g_ptr_array_index(verify->positions, index);
}

static void those_who_have_applied_the_same_are_at_one_position(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE, KIT_TABLE, KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify.tenants[2].server_id = 2; /* of another kind */
	verify.tenants[3].places[0] = 0; /* it lacks others */
	verify_positions(&verify, kit_flavor, NULL);
	assert_int_equal(verify.positions->len, 3);
	assert_int_equal(at(&verify, 0)->members->len, 2);
	assert_string_equal(at(&verify, 0)->flavor, "mariadb 10");
	assert_int_equal(at(&verify, 0)->nr, 1);
	assert_int_equal(at(&verify, 0)->indices[0], 0);
	assert_string_equal(at(&verify, 1)->flavor, "mysql 9");
	assert_int_equal(at(&verify, 2)->indices[0], 1);
	assert_ptr_equal(verify.tenants[1].position, at(&verify, 0));
}

static void a_position_is_built_in_a_database_like_most(void **state)
{
	static const char *const texts[] = { "=schema\tcollation\tlatin1_bin\n", KIT_TABLE,
					     KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify_positions(&verify, kit_flavor, NULL);
	assert_string_equal(at(&verify, 0)->collation, "utf8mb4_general_ci");
}

/* Nothing could be said of them; a migration that is skipped runs nowhere. */
static void who_is_between_two_versions_is_at_none(void **state)
{
	static const char *const texts[] = { KIT_TABLE, KIT_TABLE, KIT_TABLE, NULL };
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	verify.tenants[0].open = g_strdup("0002");
	verify.tenants[1].moved = true;
	verify_miss(&verify.tenants[2], "gone");
	verify_positions(&verify, kit_flavor, NULL);
	assert_int_equal(verify.positions->len, 0);
	assert_null(verify.tenants[2].version);
}

static void what_was_seen_is_copied_and_may_be_seen_again(void **state)
{
	static const char *const texts[] = { KIT_TABLE, NULL };
	char version[] = "0002";
	char look[] = "x";
	char fingerprint[] = "y";
	char problem[] = "no";
	size_t places[] = { 2 };
	struct exec_standing standing = {
		.exists = true,
		.has_history = true,
		.version = version,
		.look = look,
		.fingerprint = fingerprint,
		.places = places,
		.pending = 1,
	};
	SCOPED_PTR(release) release = kit_release();
	SCOPED(verify) verify = { 0 };

	(void)state;
	kit_begin(&verify, release, texts);
	for (unsigned i = 0; i < 2; i++) {
		verify_take(&verify.tenants[0], &standing);
		assert_true(verify.tenants[0].known);
		assert_string_equal(verify.tenants[0].version, "0002");
		assert_int_equal(verify.tenants[0].nr_places, 1);
	}
	standing.problem = problem;
	verify_take(&verify.tenants[0], &standing);
	assert_false(verify.tenants[0].known);
	assert_string_equal(verify.tenants[0].why, "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_who_have_applied_the_same_are_at_one_position),
		cmocka_unit_test(a_position_is_built_in_a_database_like_most),
		cmocka_unit_test(who_is_between_two_versions_is_at_none),
		cmocka_unit_test(what_was_seen_is_copied_and_may_be_seen_again),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
