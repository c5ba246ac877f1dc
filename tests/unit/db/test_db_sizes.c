#include "db_sizes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test_server.h"

static const struct db_size *find(const GArray *sizes, const char *schema, const char *table)
{
	for (guint i = 0; i < sizes->len; i++) {
		const struct db_size *size = &g_array_index(sizes, struct db_size, i);

		if (strcmp(size->schema, schema) == 0 && strcmp(size->table, table) == 0) {
			return size;
		}
	}
	fail_msg("%s.%s is not there", schema, table);
	return NULL;
}

static void get(struct db_session *session, const char *const *schemas, const char *const *tables,
		GArray *sizes)
{
	struct err err = { 0 };

	if (db_sizes_get(session, schemas, tables, sizes, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* 2,000 rows of 200 bytes; of a table in partitions 500. */
static void fill(const char *schema)
{
	test_server_exec("create table %s.s (n int primary key) engine=InnoDB", schema);
	test_server_exec("insert into %s.s with recursive s as (select 1 n union all "
			 "select n + 1 from s where n < 500) select n from s",
			 schema);
	test_server_exec("create table %s.big (id int auto_increment primary key, pad char(200)) "
			 "engine=InnoDB",
			 schema);
	test_server_exec("insert into %s.big (pad) select 'x' from %s.s a join %s.s b on b.n <= 4",
			 schema, schema, schema);
	test_server_exec("create table %s.parts (n int primary key) engine=InnoDB "
			 "partition by hash (n) partitions 3",
			 schema);
	test_server_exec("insert into %s.parts select n from %s.s", schema, schema);
	test_server_exec("create table %s.old (n int) engine=MyISAM", schema);
	test_server_exec("insert into %s.old select n from %s.s", schema, schema);
	test_server_exec("analyze table %s.big, %s.parts, %s.old", schema, schema, schema);
}

static void every_kind_of_table_has_its_size(void **state)
{
	const char *full = test_server_schema("sizes_full");
	const char *other = test_server_schema("sizes_other");
	const char *const schemas[] = { full, other, NULL };
	const char *const tables[] = { "big", "parts", "old", "nobody", NULL };
	g_autoptr(GArray) sizes = db_sizes_new();
	SCOPED_PTR(db_session) session = test_server_open();

	(void)state;
	fill(full);
	test_server_exec("create table %s.big (id int) engine=InnoDB", other);
	test_server_exec("create table %s.elsewhere (id int) engine=InnoDB", full);
	get(session, schemas, tables, sizes);
	assert_int_equal(sizes->len, 4);
	assert_in_range(find(sizes, full, "big")->rows, 1500, 2500);
	assert_in_range(find(sizes, full, "big")->bytes, 400000, 2000000);
	assert_in_range(find(sizes, full, "parts")->rows, 400, 600);
	assert_int_equal(find(sizes, full, "old")->rows, 500);
	assert_in_range(find(sizes, other, "big")->rows, 0, 1);
}

static void nothing_is_asked_about_nothing(void **state)
{
	const char *const some[] = { "a", NULL };
	const char *const none[] = { NULL };
	g_autoptr(GArray) sizes = db_sizes_new();

	(void)state;
	get(NULL, none, some, sizes);
	get(NULL, some, none, sizes);
	assert_int_equal(sizes->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_table_has_its_size),
		cmocka_unit_test(nothing_is_asked_about_nothing),
	};

	return cmocka_run_group_tests_name("db_sizes", tests, NULL, NULL);
}
