#include "precheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"
#include "shape.h"

#define USERS                                                                                        \
	"=table users\t\t\n=table users\tprimary key\t(id)\n=table users\tcolumn id\tint not null\n" \
	"=table teams\t\t\n=table teams\tcolumn id\tint not null\n"
#define WITH(part, text) USERS "=table users\t" part "\t" text "\n"

/* clang-format off */
static const struct {
	const char *before; const char *after; const char *kind; const char *what; const char *sql;
} rows[] = {
	{ WITH("column a", "int"), WITH("column a", "int not null"), "nulls",
	  "users.a must not be NULL",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where `a` is null limit 3" },
	{ WITH("column a", "varchar(80)"), WITH("column a", "varchar(20)"), "too long",
	  "users.a must fit into 20 characters",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where char_length(`a`) > 20 limit 3" },
	{ WITH("column a", "text"), WITH("column a", "char(2)"), "too long",
	  "users.a must fit into 2 characters",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where char_length(rtrim(`a`)) > "
	  "2 limit 3" },
	{ WITH("column a", "bigint"), WITH("column a", "tinyint unsigned"), "range",
	  "users.a must fit into tinyint unsigned",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where `a` < 0 or `a` > 255 limit 3" },
	{ WITH("column a", "int"), WITH("column a", "int\n=table users\tindex u\tunique (a, id)"),
	  "duplicates", "users (a, id) must be unique",
	  "select concat(min(concat('id=', `id`)), ' and ', max(concat('id=', `id`))) from "
	  "{SCHEMA}.`users` r where `a` is not null and `id` is not null group by `a`, `id` "
	  "having count(*) > 1 limit 3" },
	{ WITH("column a", "varchar(9) collate latin1_bin"),
	  WITH("column a", "varchar(9) collate utf8mb4_bin\n=table users\tindex u\tunique (a(3))"),
	  "duplicates", "users (a(3)) must be unique",
	  "select concat(min(concat('id=', `id`)), ' and ', max(concat('id=', `id`))) from "
	  "{SCHEMA}.`users` r where `a` is not null group by convert(left(`a`, 3) using utf8mb4) "
	  "collate utf8mb4_bin having count(*) > 1 limit 3" },
	{ USERS, WITH("foreign key f", "(id) references teams (id) on delete cascade"), "orphans",
	  "each row of users must have its row in teams",
	  "select concat('id=', c.`id`) from {SCHEMA}.`users` c where c.`id` is not null and not "
	  "exists (select 1 from {SCHEMA}.`teams` p where p.`id` = c.`id`) limit 3" },
	{ USERS, WITH("check c", "`id` > 0"), "check",
	  "rows of users must keep the check `id` > 0",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where not (`id` > 0) limit 3" },
	{ WITH("column a", "varchar(9) collate utf8mb4_bin"),
	  WITH("column a", "varchar(9) collate latin1_swedish_ci"), "characters",
	  "users.a must have only characters of latin1",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where cast(convert(convert(`a` using "
	  "latin1) using utf8mb4) as binary) <> cast(`a` as binary) limit 3" },
	{ WITH("column a", "text\n=table users\tcollation\tutf8mb4_bin"),
	  WITH("column a", "text\n=table users\tcollation\tascii_bin"), "characters",
	  "users.a must have only characters of ascii",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where cast(convert(convert(`a` using "
	  "ascii) using utf8mb4) as binary) <> cast(`a` as binary) limit 3" },
	{ WITH("column a", "text\n=table users\tindex u\tunique (a)\n=table users\tcollation\tutf8mb4_bin"),
	  WITH("column a", "text\n=table users\tindex u\tunique (a)\n=table users\tcollation\tutf8mb4_general_ci"),
	  "duplicates", "users (a) must be unique",
	  "select concat(min(concat('id=', `id`)), ' and ', max(concat('id=', `id`))) from "
	  "{SCHEMA}.`users` r where `a` is not null group by convert(`a` using utf8mb4) "
	  "collate utf8mb4_general_ci having count(*) > 1 limit 3" },
	{ USERS, WITH("column born", "date not null"), "zero dates",
	  "users.born gets no value in the rows that are there, and 0 is refused by sql_mode",
	  "select concat('id=', `id`) from {SCHEMA}.`users` r where {MODE} regexp "
	  "'STRICT_|TRADITIONAL' and {MODE} regexp 'NO_ZERO_DATE|TRADITIONAL' limit 3" },
};

/* What needs nothing of the rows that are there. */
static const struct {
	const char *before; const char *after;
} harmless[] = {
	{ WITH("column a", "int not null"), WITH("column a", "int") },
	{ WITH("column a", "varchar(20)"),  WITH("column a", "varchar(80)") },
	{ WITH("column a", "int"),          WITH("column a", "bigint") },
	{ USERS,                            WITH("column a", "int not null") },
	{ USERS,                            WITH("index i", "(id)") },
	{ USERS,                            WITH("index u", "unique (born)") }, /* not there yet */
	{ WITH("index u", "unique (id)"),   USERS },
	{ USERS,                            WITH("check c", "`id` > 0 not enforced") },
	{ WITH("column a", "text collate latin1_bin"),
	  WITH("column a", "text collate utf8mb4_bin") },
	{ WITH("column a", "text collate utf8_bin"),
	  WITH("column a", "text collate utf8mb3_bin") },
	{ USERS,                            WITH("column born", "date not null default '1970-01-01'") },
	{ USERS,                            WITH("column at", "timestamp not null") },
	{ USERS,                            WITH("column born", "date") },
};

/* clang-format on */

static GArray *derived(const char *before, const char *after)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(struct precheck));
	SCOPED(shape) left = { 0 };
	SCOPED(shape) right = { 0 };
	struct err err;

	g_array_set_clear_func(found, precheck_clear);
	assert_int_equal(shape_parse(&left, before, &err), 0);
	assert_int_equal(shape_parse(&right, after, &err), 0);
	precheck_derive(found, &left, &left, &right);
	return found;
}

static void each_change_asks_for_what_is_in_its_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) found = derived(rows[i].before, rows[i].after);
		const struct precheck *check = &g_array_index(found, struct precheck, 0);

		if (found->len != 1) {
			fail_msg("row %zu: %u checks", i, found->len);
		}
		assert_string_equal(precheck_names[check->kind], rows[i].kind);
		assert_string_equal(check->table, "users");
		assert_string_equal(check->what, rows[i].what);
		assert_string_equal(check->sql, rows[i].sql);
	}
}

static void what_is_not_known_is_asked_as_a_doubt(void **state)
{
	g_autoptr(GArray) found = derived(WITH("column a", "varchar(9) collate utf8mb4_bin"),
					  WITH("column a", "enum('x') collate latin1_bin"));
	const struct precheck *refused = &g_array_index(found, struct precheck, 0);
	const struct precheck *doubted = &g_array_index(found, struct precheck, 1);

	(void)state;
	assert_true(found->len >= 2);
	assert_true(refused->strict && !refused->doubt);
	assert_true(doubted->strict && doubted->doubt);
	assert_string_equal(doubted->what, "users.a must fit into enum('x')");
	assert_non_null(strstr(refused->sql, "rtrim(convert(`a` using latin1) collate latin1_bin) "
					     "not in ('x')"));
}

static void what_every_row_bears_is_not_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++) {
		g_autoptr(GArray) found = derived(harmless[i].before, harmless[i].after);

		if (found->len != 0) {
			fail_msg("row %zu: %u checks", i, found->len);
		}
	}
}

static void a_table_that_is_copied_needs_whole_dates(void **state)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct precheck));
	SCOPED(shape) start = { 0 };
	SCOPED(shape) before = { 0 };
	struct err err;

	(void)state;
	g_array_set_clear_func(found, precheck_clear);
	assert_int_equal(shape_parse(&start,
				     WITH("column at", "datetime(3)") "=table users\tcolumn born\t"
								      "date not null\n"
								      "=table users\tcolumn date\t"
								      "int\n"
								      "=table users\tcolumn old\t"
								      "timestamp\n",
				     &err),
			 0);
	assert_int_equal(shape_parse(&before,
				     WITH("column at", "datetime(3)") "=table users\tcolumn born\t"
								      "date not null\n"
								      "=table users\tcolumn date\t"
								      "int\n",
				     &err),
			 0);
	precheck_derive_copied(found, &start, &before, "teams");
	assert_int_equal(found->len, 0);
	precheck_derive_copied(found, &start, &before, "users");
	assert_int_equal(found->len, 1);
	assert_string_equal(
		g_array_index(found, struct precheck, 0).what,
		"dates in users (at, born) must be whole to be copied in this sql_mode");
	assert_non_null(strstr(g_array_index(found, struct precheck, 0).sql,
			       "(cast(`at` as char(10)) = '0000-00-00' or cast(`born` as char(10)) "
			       "= '0000-00-00')"));
}

static void a_part_of_the_rows_can_be_asked_for(void **state)
{
	g_autoptr(GArray) found =
		derived(USERS, WITH("foreign key f", "(id) references teams (id)"));
	g_autofree char *sampled = precheck_sampled(&g_array_index(found, struct precheck, 0));

	(void)state;
	assert_string_equal(sampled,
			    "select concat('id=', c.`id`) from (select * from {SCHEMA}.`users` "
			    "limit 50000) c where c.`id` is not null and not exists (select 1 from "
			    "{SCHEMA}.`teams` p where p.`id` = c.`id`) limit 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_asks_for_what_is_in_its_way),
		cmocka_unit_test(what_is_not_known_is_asked_as_a_doubt),
		cmocka_unit_test(what_every_row_bears_is_not_asked),
		cmocka_unit_test(a_table_that_is_copied_needs_whole_dates),
		cmocka_unit_test(a_part_of_the_rows_can_be_asked_for),
	};

	return cmocka_run_group_tests_name("precheck", tests, NULL, NULL);
}
