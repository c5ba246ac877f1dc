#include "store_fixture.h"
#include "store_throttle.h"

static int list(const struct store_rule *rule, void *ctx, struct err *err)
{
	GString *out = ctx;

	(void)err;
	g_string_append_printf(out, "%lld %s %s %s/%s/%s %s %s %lld|", (long long)rule->server_id,
			       store_rule_kind_names[rule->kind], rule->name, rule->soft,
			       rule->hard, rule->critical, rule->source, rule->amount,
			       (long long)rule->until_at);
	return 0;
}

static char *all(struct fixture *fixture)
{
	GString *out = g_string_new(NULL);

	WORKS(fixture, store_rule_each(fixture->store, list, out, &fixture->err));
	return g_string_free(out, FALSE);
}

static void put(struct fixture *fixture, int64_t server_id, enum store_rule_kind kind,
		const char *name, const char *hard, int64_t until_at)
{
	SCOPED(store_rule) rule = { .server_id = server_id, .kind = kind, .until_at = until_at };

	store_text_set(&rule.name, name);
	store_text_set(&rule.hard, hard);
	WORKS(fixture, store_rule_put(fixture->store, &rule, &fixture->err));
}

static void a_later_word_replaces_the_earlier(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *rules = NULL;

	fixture_begin(fixture);
	put(fixture, 7, STORE_RULE_LIMIT, "lag", "5", 0);
	put(fixture, 0, STORE_RULE_LIMIT, "lag", "-", 0);
	put(fixture, 7, STORE_RULE_LIMIT, "lag", "6", 0);
	put(fixture, 7, STORE_RULE_HOLD, "", NULL, 50);
	fixture_commit(fixture);
	rules = all(fixture);
	assert_string_equal(rules, "0 limit lag (null)/-/(null) (null) (null) 0|"
				   "7 hold  (null)/(null)/(null) (null) (null) 50|"
				   "7 limit lag (null)/6/(null) (null) (null) 0|");
}

static void removing_says_whether_there_was_one(void **state)
{
	struct fixture *fixture = *state;

	fixture_begin(fixture);
	put(fixture, 7, STORE_RULE_HOLD, "", NULL, 50);
	assert_int_equal(store_rule_remove(fixture->store, 7, STORE_RULE_HOLD, "", &fixture->err),
			 1);
	assert_int_equal(store_rule_remove(fixture->store, 7, STORE_RULE_HOLD, "", &fixture->err),
			 0);
	fixture_commit(fixture);
}

static void a_rollout_keeps_its_priority_and_who_paused_it(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_rollout) rollout = { 0 };
	int64_t id;

	fixture_begin(fixture);
	id = fixture_rollout(fixture, ROLLOUT_PAUSED);
	WORKS(fixture, store_rollout_get_id(fixture->store, id, &rollout, &fixture->err));
	assert_int_equal(rollout.priority, 0);
	assert_false(rollout.throttled);
	rollout.priority = -10;
	rollout.throttled = true;
	WORKS(fixture, store_rollout_put(fixture->store, &rollout, &fixture->err));
	WORKS(fixture, store_rollout_get_id(fixture->store, id, &rollout, &fixture->err));
	assert_int_equal(rollout.priority, -10);
	assert_true(rollout.throttled);
	fixture_commit(fixture);
}

static int add_paused(const char *cause, int64_t ms, void *ctx, struct err *err)
{
	(void)err;
	g_string_append_printf(ctx, "%s %lld|", cause, (long long)ms);
	return 0;
}

static void the_time_of_pauses_is_kept_by_cause(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GString) got = g_string_new(NULL);
	int64_t one;
	int64_t two;

	fixture_begin(fixture);
	one = fixture_server(fixture, "db1");
	two = fixture_server(fixture, "db2");
	WORKS(fixture, store_paused_put(fixture->store, one, "lag", 400, &fixture->err));
	WORKS(fixture, store_paused_put(fixture->store, one, "hold", 30, &fixture->err));
	WORKS(fixture, store_paused_put(fixture->store, two, "lag", 7, &fixture->err));
	WORKS(fixture, store_paused_put(fixture->store, one, "lag", 5000000000, &fixture->err));
	fixture_commit(fixture);
	fixture_reopen(fixture);
	WORKS(fixture, store_paused_each(fixture->store, one, add_paused, got, &fixture->err));
	assert_string_equal(got->str, "hold 30|lag 5000000000|");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_later_word_replaces_the_earlier),
		TEST(removing_says_whether_there_was_one),
		TEST(the_time_of_pauses_is_kept_by_cause),
		TEST(a_rollout_keeps_its_priority_and_who_paused_it),
	};

	return cmocka_run_group_tests_name("store_throttle", tests, NULL, NULL);
}
