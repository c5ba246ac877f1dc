#include "estimate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "forecast.h"
#include "forecasts.h"
#include "ladder.h"
#include "rates.h"
#include "release.h"
#include "store_rate.h"

#define MB (INT64_C(1) << 20)

enum { COPY, INDEX, CREATE, WRITE, STATEMENTS };

/* A forecast of four statements that stand in one file, and one class of tenants. */
struct ground {
	struct release *release;
	struct rates *rates;
	struct forecasts forecasts;
	struct forecast forecast;
	struct forecast_statement statements[STATEMENTS];
	char *tables[2];
	struct forecast_class class;
	bool closes;
	bool has_shadow;
};

static void tenant_free(void *data)
{
	struct forecast_tenant *tenant = data;

	g_free(tenant->name);
	g_free(tenant->sizes);
	g_free(tenant->anew);
	g_free(tenant);
}

static void failing_free(void *data)
{
	struct forecast_failing *failing = data;

	g_free(failing->tenant);
	g_free(failing->check);
	g_free(failing->message);
	g_free(failing);
}

static void statements_make(struct ground *ground)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		ground->statements[i].number = i + 1;
	}
	ground->tables[0] = g_strdup("users");
	ground->statements[COPY].table = ground->tables[0];
	ground->statements[COPY].algorithm = ladder_names[LADDER_COPY];
	ground->statements[COPY].blocks_writes = true;
	ground->statements[COPY].rebuilds = true;
	ground->statements[COPY].keyed = true;
	ground->statements[INDEX].table = ground->tables[0];
	ground->statements[INDEX].algorithm = ladder_names[LADDER_NOCOPY];
}

static int ground_begin(void **state)
{
	static const char text[] = "alter table users modify a bigint;\n"
				   "create index i on users (a);\ncreate table n (a int);\n"
				   "update users set a = 1;\n";
	struct ground *ground = g_new0(struct ground, 1);
	SCOPED(release_files) files = { 0 };
	struct err err = { 0 };

	release_files_add(&files, "0001_a.sql", text, strlen(text));
	ground->release = release_parse(&files, NULL, &err);
	assert_non_null(ground->release);
	ground->rates = rates_new();
	statements_make(ground);
	ground->forecast.statements = ground->statements;
	ground->forecast.nr = STATEMENTS;
	ground->forecast.tables = ground->tables;
	ground->class.forecast = &ground->forecast;
	ground->class.tenants = g_ptr_array_new_with_free_func(tenant_free);
	ground->forecasts.classes = g_ptr_array_new();
	g_ptr_array_add(ground->forecasts.classes, &ground->class);
	ground->forecasts.failing = g_ptr_array_new_with_free_func(failing_free);
	*state = ground;
	return 0;
}

static int ground_end(void **state)
{
	struct ground *ground = *state;

	estimates_release(&ground->forecasts.estimates);
	estimate_statements_free(ground->class.costs, STATEMENTS);
	g_ptr_array_unref(ground->class.tenants);
	g_ptr_array_unref(ground->forecasts.classes);
	g_ptr_array_unref(ground->forecasts.failing);
	rates_free(ground->rates);
	release_unref(ground->release);
	g_free(ground->tables[0]);
	g_free(ground);
	return 0;
}

/* bytes -1: its tables were not asked about. */
static void tenant(struct ground *ground, const char *name, int64_t server_id, int64_t bytes)
{
	struct forecast_tenant *made = g_new0(struct forecast_tenant, 1);

	made->name = g_strdup(name);
	made->server_id = server_id;
	made->bytes = 1000;
	if (bytes >= 0) {
		made->sizes = g_new0(struct estimate_size, 1);
		made->sizes[0] = (struct estimate_size){ bytes, bytes / 100 };
	}
	g_ptr_array_add(ground->class.tenants, made);
}

static void rate(struct ground *ground, const char *algorithm, int64_t bytes, int64_t ms)
{
	const struct store_rate made = {
		.server_id = 1,
		.algorithm = algorithm,
		.size = rates_size(bytes),
		.nr = 1,
		.bytes = bytes,
		.ms = ms,
	};

	rates_add(ground->rates, &made);
}

static void server_of(void *ctx, struct estimate_facts *facts)
{
	(void)ctx;
	facts->name = facts->server_id == 1 ? "db1" : "db2";
	facts->slots = 2;
	facts->free = facts->server_id == 1 ? 100 * MB : -1;
}

static bool is_shadow(const char *strategy)
{
	return strcmp(strategy, "shadow") == 0;
}

static bool is_nothing(const char *strategy)
{
	(void)strategy;
	return false;
}

static void make(struct ground *ground, int64_t stall_ms)
{
	const struct estimate_work work = {
		.release = ground->release,
		.rates = ground->rates,
		.name = "rel",
		.closes = ground->closes,
		.is_built = ground->has_shadow ? is_shadow : is_nothing,
		.stall_ms = stall_ms,
		.running = 10,
		.server = server_of,
	};

	estimates_make(&ground->forecasts.estimates, &ground->forecasts, &work);
}

static const struct estimate_server *server_at(const struct ground *ground, guint index)
{
	return g_ptr_array_index(ground->forecasts.estimates.servers, index);
}

static void rates_all(struct ground *ground)
{
	rate(ground, "copy", MB, 1000);
	rate(ground, "copy", 10 * MB, 10000);
	rate(ground, "nocopy", 10 * MB, 100);
	rate(ground, "ddl", 1000, 5);
	rate(ground, "write", 1000, 20);
}

/* The copy is an instant part and an index now; the index is done with it. */
static void what_runs_in_place_of_a_statement_is_what_it_costs(void **state)
{
	struct ground *ground = *state;
	struct forecast_statement *split = &ground->statements[COPY];
	char part[] = "part";
	char *texts[] = { part, part, NULL };
	struct forecast_part parts[] = {
		{ .algorithm = ladder_names[LADDER_INSTANT] },
		{ .algorithm = ladder_names[LADDER_NOCOPY], .blocks_writes = true },
	};

	rates_all(ground);
	rate(ground, "instant", 0, 7);
	split->algorithm = ladder_names[LADDER_NOCOPY];
	split->rebuilds = false;
	split->cheaper = texts;
	split->parts = parts;
	ground->statements[INDEX].covered = true;
	ground->statements[INDEX].algorithm = NULL;
	tenant(ground, "large", 1, 10 * MB);
	make(ground, 60000);
	assert_int_equal(ground->class.costs[COPY].ms, 107);
	assert_int_equal(ground->class.costs[COPY].block_ms, 100);
	assert_int_equal(ground->class.costs[COPY].disk, 0);
	assert_int_equal(ground->class.costs[INDEX].ms, 0);
	assert_int_equal(ground->forecasts.estimates.all.unknown, 0);
	assert_int_equal(ground->forecasts.estimates.ms, 132);
	split->cheaper = NULL;
	split->parts = NULL;
}

static void what_was_measured_adds_up(void **state)
{
	struct ground *ground = *state;
	const struct estimate *all = &ground->forecasts.estimates.all;

	rates_all(ground);
	tenant(ground, "small", 1, MB);
	tenant(ground, "large", 1, 10 * MB);
	tenant(ground, "other", 2, MB);
	make(ground, 60000);
	assert_int_equal(ground->class.costs[COPY].ms, 10000);
	assert_string_equal(ground->class.costs[COPY].tenant, "large");
	assert_int_equal(ground->class.costs[COPY].bytes, 10 * MB);
	assert_int_equal(ground->class.costs[COPY].disk, 10 * MB);
	assert_int_equal(ground->class.costs[INDEX].disk, 0);
	assert_int_equal(ground->class.costs[INDEX].block_ms, 0);
	assert_int_equal(ground->class.costs[CREATE].ms, 5);
	assert_int_equal(ground->class.costs[WRITE].block_ms, 20);
	assert_string_equal(ground->class.costs[COPY].strategy, "direct");
	assert_int_equal(all->unknown, 0);
	assert_int_equal(all->block_ms, 10000);
	assert_string_equal(all->blocked, "large");
	assert_int_equal(all->longest_ms, 10125);
	assert_int_equal(ground->forecasts.estimates.ms, 10125);
	assert_int_equal(ground->forecasts.failing->len, 0);
	assert_int_equal(ground->forecasts.estimates.servers->len, 2);
	assert_string_equal(server_at(ground, 0)->name, "db1");
	assert_int_equal(server_at(ground, 0)->disk, 11 * MB);
	assert_int_equal(server_at(ground, 1)->disk, MB);
}

static void as_many_as_a_server_takes_share_the_time_and_the_disk(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	for (int i = 0; i < 6; i++) {
		tenant(ground, "same", 1, MB);
	}
	make(ground, 60000);
	assert_in_range(ground->forecasts.estimates.ms, 3000, 3500);
	assert_int_equal(server_at(ground, 0)->disk, 2 * MB);
}

static void what_was_never_measured_is_counted_and_not_guessed(void **state)
{
	struct ground *ground = *state;
	const struct estimate *all = &ground->forecasts.estimates.all;

	rate(ground, "ddl", 1000, 5);
	tenant(ground, "a", 1, 10 * MB);
	tenant(ground, "b", 1, 20 * MB);
	make(ground, 1);
	assert_int_equal(ground->class.costs[COPY].ms, -1);
	assert_int_equal(ground->class.costs[COPY].block_ms, -1);
	assert_string_equal(ground->class.costs[COPY].tenant, "b");
	assert_string_equal(ground->class.costs[COPY].strategy, "direct");
	assert_int_equal(all->unknown, 3);
	assert_int_equal(all->blocks, 2);
	assert_int_equal(all->ms, 10);
	assert_int_equal(ground->forecasts.failing->len, 0);
}

static void a_table_of_unknown_size_is_not_known_either(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	tenant(ground, "a", 1, -1);
	make(ground, 60000);
	assert_int_equal(ground->class.costs[COPY].ms, -1);
	assert_int_equal(ground->class.costs[COPY].bytes, -1);
	assert_int_equal(ground->forecasts.estimates.all.unknown, 2);
}

static void who_would_wait_too_long_is_refused_and_told_the_way_round(void **state)
{
	struct ground *ground = *state;
	const struct forecast_failing *failing;

	rates_all(ground);
	tenant(ground, "small", 1, MB);
	tenant(ground, "large", 1, 10 * MB);
	make(ground, 2500);
	assert_int_equal(ground->forecasts.failing->len, 1);
	failing = g_ptr_array_index(ground->forecasts.failing, 0);
	assert_string_equal(failing->tenant, "large");
	assert_string_equal(failing->check, "stall");
	assert_string_equal(failing->message,
			    "0001_a.sql:1: writes would wait for about 10s, more than --stall "
			    "2.5s: it needs shadow (a copy of the table beside it), which is not "
			    "built yet; `muster rollout start rel --stall 11s` lets it run "
			    "directly");
	assert_string_equal(ground->class.costs[COPY].strategy, "needs shadow");
	assert_string_equal(ground->class.costs[WRITE].strategy, "direct");
}

static void the_way_round_depends_on_the_statement(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	ground->statements[COPY].keyed = false;
	tenant(ground, "a", 1, MB);
	make(ground, 10);
	assert_string_equal(ground->class.costs[COPY].strategy, "needs window");
	assert_string_equal(ground->class.costs[WRITE].strategy, "needs chunk");
	assert_int_equal(ground->forecasts.failing->len, 2);
}

static const char *message(const struct ground *ground, guint index)
{
	const struct forecast_failing *failing =
		g_ptr_array_index(ground->forecasts.failing, index);

	return failing->message;
}

static void a_column_that_two_versions_cannot_share_is_mirrored(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	ground->statements[COPY].retypes = true;
	tenant(ground, "a", 1, MB);
	make(ground, 100);
	assert_string_equal(ground->class.costs[COPY].strategy, "needs mirror");
}

static void a_way_that_is_built_is_gone_and_not_refused(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	ground->has_shadow = true;
	tenant(ground, "a", 1, MB);
	make(ground, 100);
	assert_string_equal(ground->class.costs[COPY].strategy, "shadow");
	assert_null(ground->class.costs[COPY].refused);
	assert_int_equal(ground->forecasts.failing->len, 0);
}

static void who_is_closed_meanwhile_keeps_nobody_waiting(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	ground->statements[COPY].keyed = false;
	tenant(ground, "a", 1, MB);
	make(ground, 100);
	assert_int_equal(ground->forecasts.failing->len, 1);
	assert_non_null(
		strstr(message(ground, 0), "`muster rollout start rel --readonly` closes "));
	g_ptr_array_set_size(ground->forecasts.failing, 0);
	estimates_release(&ground->forecasts.estimates);
	estimate_statements_free(ground->class.costs, STATEMENTS);
	ground->closes = true;
	make(ground, 100);
	assert_string_equal(ground->class.costs[COPY].strategy, "cold");
	assert_int_equal(ground->forecasts.failing->len, 0);
}

static void new_keys_stay_and_what_they_are_sorted_in_does_not(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	ground->statements[COPY].adds = 10;
	ground->statements[INDEX].adds = 10;
	for (int i = 0; i < 6; i++) {
		tenant(ground, "same", 1, MB); /* MB / 100 rows */
	}
	make(ground, 60000);
	assert_int_equal(ground->class.costs[INDEX].kept, MB / 100 * 10);
	assert_int_equal(ground->class.costs[INDEX].disk, 2 * (MB / 100 * 10));
	assert_int_equal(ground->class.costs[COPY].disk, MB + MB / 100 * 10);
	/* both keys stay in each of them, and two tables at once are written anew */
	assert_int_equal(server_at(ground, 0)->disk,
			 6 * 2 * (MB / 100 * 10) + 2 * (MB - MB / 100 * 10));
}

static void who_needs_more_disk_than_there_is_would_fail(void **state)
{
	struct ground *ground = *state;

	rates_all(ground);
	tenant(ground, "fits", 1, 100 * MB);
	tenant(ground, "large", 1, 101 * MB);
	tenant(ground, "elsewhere", 2, 500 * MB);
	make(ground, 3600000);
	assert_int_equal(ground->forecasts.failing->len, 1);
	assert_string_equal(message(ground, 0),
			    "about 101.0 MiB of disk are needed at once, and server db1 has "
			    "100.0 MiB free: make room there");
	assert_int_equal(server_at(ground, 0)->free, 100 * MB);
	assert_int_equal(server_at(ground, 1)->free, -1);
}

static void what_is_rebuilt_in_one_tenant_takes_its_time_and_disk_there(void **state)
{
	struct ground *ground = *state;
	struct forecast_tenant *full;

	rate(ground, "instant", 0, 2);
	rate(ground, "inplace", 10 * MB, 4000);
	ground->statements[COPY].algorithm = ladder_names[LADDER_INSTANT];
	ground->statements[COPY].blocks_writes = false;
	ground->statements[COPY].rebuilds = false;
	tenant(ground, "a", 1, -1);
	tenant(ground, "full", 1, -1);
	full = g_ptr_array_index(ground->class.tenants, 1);
	full->anew = g_new0(struct estimate_anew, STATEMENTS);
	full->anew[0] = (struct estimate_anew){ 250, { 10 * MB, 100 } };
	make(ground, 100);
	assert_int_equal(ground->class.costs[COPY].ms, 4000);
	assert_string_equal(ground->class.costs[COPY].tenant, "full");
	assert_int_equal(ground->class.costs[COPY].disk, 10 * MB);
	assert_int_equal(ground->class.costs[COPY].block_ms, 0);
	assert_int_equal(ground->forecasts.failing->len, 0);
}

#define GROUND(test) cmocka_unit_test_setup_teardown(test, ground_begin, ground_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND(what_runs_in_place_of_a_statement_is_what_it_costs),
		GROUND(what_was_measured_adds_up),
		GROUND(as_many_as_a_server_takes_share_the_time_and_the_disk),
		GROUND(what_was_never_measured_is_counted_and_not_guessed),
		GROUND(a_table_of_unknown_size_is_not_known_either),
		GROUND(who_would_wait_too_long_is_refused_and_told_the_way_round),
		GROUND(the_way_round_depends_on_the_statement),
		GROUND(a_column_that_two_versions_cannot_share_is_mirrored),
		GROUND(a_way_that_is_built_is_gone_and_not_refused),
		GROUND(who_is_closed_meanwhile_keeps_nobody_waiting),
		GROUND(new_keys_stay_and_what_they_are_sorted_in_does_not),
		GROUND(who_needs_more_disk_than_there_is_would_fail),
		GROUND(what_is_rebuilt_in_one_tenant_takes_its_time_and_disk_there),
	};

	return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
