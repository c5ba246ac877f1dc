#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "sampler.h"
#include "seen.h"
#include "test_pair.h"
#include "test_server.h"

#define SOON_MS 8000 /* less than LINE_GIVE_UP_MS: nobody was waited for to the end */

static void config_of(struct sampler_config *config, const struct db_addr *addr)
{
	*config = (struct sampler_config){ .server_id = 7, .addr = *addr, .probe = true };
}

static struct sampler *start(const struct sampler_config *config, struct seen *seen)
{
	struct err err = { 0 };
	struct sampler *sampler;

	seen_init(seen);
	sampler = sampler_new(config, seen_take, seen, &err);
	assert_non_null(sampler);
	sampler_set_period(sampler, SAMPLER_PERIOD_FAST_MS);
	return sampler;
}

static void end(struct sampler *sampler, struct seen *seen)
{
	sampler_free(sampler);
	seen_release(seen);
}

static void samples_come_and_stop_with_the_sampler(void **state)
{
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	int64_t from = tick_ms();
	size_t nr;

	(void)state;
	config_of(&config, test_server_addr());
	sampler = start(&config, &seen);
	for (int i = 0; i < 5; i++) {
		seen_until(&seen, "threads_running", seen_good, 0);
	}
	seen_until(&seen, "connect_rate", seen_good, 0);
	seen_until(&seen, "commit_latency", seen_above, 0);
	assert_true(tick_ms() - from < 60000);
	sampler_stop(sampler);
	nr = seen_nr(&seen);
	while (!sampler_has_ended(sampler)) {
		g_usleep(1000);
	}
	assert_int_equal(seen_nr(&seen), nr);
	assert_int_equal(seen.last->server_id, 7);
	end(sampler, &seen);
}

static void a_longer_period_gives_fewer_samples(void **state)
{
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	int64_t last;

	(void)state;
	config_of(&config, test_server_addr());
	sampler = start(&config, &seen);
	seen_until(&seen, "threads_running", seen_good, 0);
	sampler_set_period(sampler, 400);
	seen_until(&seen, "threads_running", seen_good, 0);
	last = seen_at(&seen);
	seen_until(&seen, "threads_running", seen_good, 0);
	assert_true(seen_at(&seen) - last >= 200);
	end(sampler, &seen);
}

static void a_server_that_is_not_there_is_a_problem(void **state)
{
	struct sampler_config config = { .addr = { .socket =
							   (char *)(uintptr_t) "/no/such/sock" } };
	struct sampler *sampler;
	struct seen seen;
	g_autofree char *why = NULL;

	(void)state;
	sampler = start(&config, &seen);
	why = seen_wait(&seen, "threads_running", seen_problem, 0);
	assert_non_null(strstr(why, "/no/such/sock"));
	end(sampler, &seen);
}

static void a_killed_connection_comes_back(void **state)
{
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	g_autofree char *id = NULL;

	(void)state;
	config_of(&config, test_server_addr());
	sampler = start(&config, &seen);
	seen_until(&seen, "commit_latency", seen_good, 0);
	/* the row of an earlier one stays when its connection is still going as this one comes */
	id = test_server_value("select max(connection_id) from muster_probe.commits");
	test_server_exec("kill %s", id);
	seen_until(&seen, "threads_running", seen_problem, 0);
	seen_until(&seen, "threads_running", seen_good, 0);
	seen_until(&seen, "commit_latency", seen_good, 0);
	end(sampler, &seen);
}

static void a_hung_server_blocks_nobody(void **state)
{
	struct test_server *server = test_server_start(NULL);
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	g_autofree char *why = NULL;
	int64_t from;

	(void)state;
	config_of(&config, test_server_address(server));
	sampler = start(&config, &seen);
	seen_until(&seen, "commit_latency", seen_good, 0);
	test_server_signal(server, SIGSTOP);
	why = seen_wait(&seen, "threads_running", seen_problem, 0);
	assert_non_null(strstr(why, "has not answered for"));
	test_server_signal(server, SIGCONT);
	seen_until(&seen, "threads_running", seen_good, 0); /* on the same connection */
	test_server_signal(server, SIGSTOP);
	seen_until(&seen, "threads_running", seen_problem, 0);
	from = tick_ms();
	end(sampler, &seen);
	assert_true(tick_ms() - from < SOON_MS);
	test_server_signal(server, SIGCONT);
	test_server_stop(server);
}

static void one_that_cannot_connect_to_a_hung_server_ends_soon(void **state)
{
	struct test_server *server = test_server_start(NULL);
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	int64_t from;

	(void)state;
	test_server_signal(server, SIGSTOP);
	config_of(&config, test_server_address(server));
	sampler = start(&config, &seen);
	seen_until(&seen, "threads_running", seen_problem, 0);
	from = tick_ms();
	sampler_stop(sampler);
	assert_true(tick_ms() - from < SOON_MS);
	end(sampler, &seen);
	assert_true(tick_ms() - from < SOON_MS);
	test_server_signal(server, SIGCONT);
	test_server_stop(server);
}

static void an_operators_own_signals_come_too(void **state)
{
	const struct custom_signal customs[] = {
		{ .name = (char *)(uintptr_t) "sql:two", .text = (char *)(uintptr_t) "select 2" },
		{ .name = (char *)(uintptr_t) "file:stop", .text = (char *)(uintptr_t) "/no/file" },
	};
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;

	(void)state;
	config_of(&config, test_server_addr());
	config.customs = customs;
	config.customs_nr = G_N_ELEMENTS(customs);
	sampler = start(&config, &seen);
	seen_until(&seen, "sql:two", seen_above, 1.9);
	seen_until(&seen, "file:stop", seen_below, 0.1);
	end(sampler, &seen);
}

static void what_can_never_work_is_refused(void **state)
{
	const struct custom_signal wrong = { .name = (char *)(uintptr_t) "sql:a",
					     .text = (char *)(uintptr_t) "drop table t" };
	struct sampler_config config = { .customs = &wrong, .customs_nr = 1 };
	struct seen seen;
	struct err err = { 0 };

	(void)state;
	seen_init(&seen);
	assert_null(sampler_new(&config, seen_take, &seen, &err));
	assert_int_equal(err.code, ERR_INVALID);
	config = (struct sampler_config){ .discover = true, .heartbeat = "no.names" };
	assert_null(sampler_new(&config, seen_take, &seen, &err));
	assert_int_equal(err.code, ERR_INVALID);
	seen_release(&seen);
}

static void replicas_are_named_or_found(void **state)
{
	struct test_pair *pair = test_pair_start();
	struct db_addr source = { .socket = test_pair_source(pair)->socket,
				  .defaults_file = (char *)(uintptr_t)test_pair_login(pair) };
	struct sampler_replica named = { .name = "replica1", .addr = *test_pair_replica(pair) };
	g_autofree char *place = g_strdup_printf("127.0.0.1:%u", test_pair_replica_port(pair));
	struct sampler_config config;
	struct sampler *sampler;
	struct seen seen;
	g_autofree char *found = NULL;
	g_autofree char *by_name = NULL;

	(void)state;
	config_of(&config, &source);
	config.replicas = &named;
	config.replicas_nr = 1;
	sampler = start(&config, &seen);
	by_name = seen_wait(&seen, "lag", seen_below, 5);
	assert_string_equal(by_name, "replica1");
	end(sampler, &seen);

	config_of(&config, &source);
	config.discover = true;
	sampler = start(&config, &seen);
	found = seen_wait(&seen, "lag", seen_below, 5);
	assert_string_equal(found, place);
	test_pair_exec(test_pair_on_replica(pair),
		       test_pair_flavor(pair) == DB_MYSQL ? "stop replica" : "stop slave");
	seen_until(&seen, "lag", seen_above, 1e9);
	test_pair_signal(pair, SIGKILL);
	seen_until(&seen, "lag", seen_problem, 0); /* and not: no lag */
	seen_until(&seen, "threads_running", seen_good, 0);
	end(sampler, &seen);
	test_pair_stop(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_come_and_stop_with_the_sampler),
		cmocka_unit_test(a_longer_period_gives_fewer_samples),
		cmocka_unit_test(a_server_that_is_not_there_is_a_problem),
		cmocka_unit_test(a_killed_connection_comes_back),
		cmocka_unit_test(a_hung_server_blocks_nobody),
		cmocka_unit_test(one_that_cannot_connect_to_a_hung_server_ends_soon),
		cmocka_unit_test(an_operators_own_signals_come_too),
		cmocka_unit_test(what_can_never_work_is_refused),
		cmocka_unit_test(replicas_are_named_or_found),
	};

	return cmocka_run_group_tests_name("sampler", tests, NULL, NULL);
}
