#include "recall.h"

#include "throttle_fixture.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

static struct link *link_of(struct fixture *fixture)
{
	struct link *link = NULL;
	struct err err = { 0 };

	must(sched_link_get(fixture->sched, fixture->server_id, &link, &err), &err);
	return link;
}

static void found(struct fixture *fixture, const char *address, int64_t ago_ms)
{
	const struct link *link = link_of(fixture);
	const struct db_addr addr = { .host = link->row.host, .socket = link->row.socket };
	g_autofree char *source = db_addr_format(&addr);

	ORDER(fixture, store_replica_put(fixture->store, fixture->server_id, address, source,
					 tick_wall_ms() - ago_ms, 5, &order_err));
}

/* Their ports. Owned. */
static char *recalled(struct fixture *fixture)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GArray) list = NULL;
	struct err err = { 0 };

	list = recall_read(fixture->sched, link_of(fixture), &err);
	assert_non_null(list);
	for (guint i = 0; i < list->len; i++) {
		const struct recalled *one = &g_array_index(list, struct recalled, i);

		g_string_append_printf(text, "%s:%u ", one->addr.host, one->addr.port);
		assert_int_equal(one->number, 5);
	}
	return g_strdup(text->str);
}

static void who_was_seen_within_a_day_is_recalled(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *got = NULL;

	found(fixture, "10.0.0.6:3306", HOUR_MS);
	found(fixture, "10.0.0.7:3307", 23 * HOUR_MS);
	found(fixture, "10.0.0.8:3306", 25 * HOUR_MS);
	got = recalled(fixture);
	assert_string_equal(got, "10.0.0.6:3306 10.0.0.7:3307 ");
}

static void nobody_is_where_an_operator_says_who_counts(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *got = NULL;

	found(fixture, "10.0.0.6:3306", HOUR_MS);
	store_text_set(&link_of(fixture)->row.replicas, "10.0.0.9:3306");
	got = recalled(fixture);
	assert_string_equal(got, "");
}

static void one_that_has_stopped_meanwhile_keeps_everything_from_starting(void **state)
{
	struct fixture *fixture = *state;
	struct sched_policy policy = fixture_policy();
	int64_t end = tick_ms() + 60000;
	struct guard *guard;
	SCOPED(seen) seen = { 0 };

	(void)g_get_user_name(); /* as db_library_init does: made while there is one thread */
	found(fixture, "127.0.0.1:1", HOUR_MS); /* nobody listens there */
	policy.throttle = true;
	sched_set_policy(fixture->sched, &policy);
	look_at_server(fixture, &seen);
	while (seen.reason == NULL || strstr(seen.reason, "signal lag silent") == NULL) {
		assert_true(tick_ms() < end);
		g_usleep(GIVE_US);
		(void)sched_turn(fixture->sched);
		look_at_server(fixture, &seen);
	}
	assert_string_equal(seen.state, "paused");
	assert_non_null(strstr(seen.reason, "127.0.0.1:1"));
	guard = g_hash_table_lookup(fixture->sched->guards, &fixture->server_id);
	while (guard->found_nr == 0) { /* it is written down again, with when it was last seen */
		assert_true(tick_ms() < end);
		sched_wake(fixture->sched);
		(void)sched_turn(fixture->sched);
	}
}

/* As many were written down as it finds, and none of them for where the server is now. */
static void what_a_sampler_finds_elsewhere_is_written_down_again(void **state)
{
	struct fixture *fixture = *state;
	struct sched_policy policy = fixture_policy();
	struct guard *guard;
	SCOPED(seen) seen = { 0 };

	policy.throttle = true;
	sched_set_policy(fixture->sched, &policy);
	look_at_server(fixture, &seen);
	guard = g_hash_table_lookup(fixture->sched->guards, &fixture->server_id);
	guard->found_nr = 1;
	guard->found_keeping = 1;
	guard->found_ms = tick_ms() + HOUR_MS; /* it is not looked at meanwhile */
	fixture_move_server(fixture, "/nowhere/sock");
	sched_forget(fixture->sched);
	look_at_server(fixture, &seen);
	(void)sched_turn(fixture->sched);
	assert_int_equal(guard->found_nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(who_was_seen_within_a_day_is_recalled),
		SCENARIO(nobody_is_where_an_operator_says_who_counts),
		SCENARIO(one_that_has_stopped_meanwhile_keeps_everything_from_starting),
		SCENARIO(what_a_sampler_finds_elsewhere_is_written_down_again),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
