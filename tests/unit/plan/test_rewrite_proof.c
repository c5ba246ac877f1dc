#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "rewrite_proof.h"
#include "shape.h"
#include "shape_read.h"
#include "test_server.h"
#include "trial.h"

/* Statements are parted by a bar; NULL: they stay as they are written. */
/* clang-format off */
static const struct {
	const char *sqls; const char *mariadb; const char *mysql; const char *why_mariadb; const char *why_mysql;
} rows[] = {
	{ "ALTER TABLE t ADD z int, ADD INDEX kz (z)",
	  "ALTER TABLE t ADD z int|ALTER TABLE t ADD INDEX kz (z)",
	  "ALTER TABLE t ADD z int|ALTER TABLE t ADD INDEX kz (z)",
	  "inplace becomes instant, nocopy", "inplace becomes instant, inplace" },
	/* each has to be rebuilt anyway, and once is enough */
	{ "ALTER TABLE t MODIFY a bigint|ALTER TABLE t MODIFY b bigint|ALTER TABLE t MODIFY c text",
	  "ALTER TABLE t MODIFY a bigint, MODIFY b bigint, MODIFY c text",
	  "ALTER TABLE t MODIFY a bigint, MODIFY b bigint, MODIFY c text",
	  "copy, copy, copy becomes copy", "copy, copy, copy becomes copy" },
	/* an index would be built under the lock of the copy */
	{ "ALTER TABLE t MODIFY a bigint|ALTER TABLE t ADD INDEX kb (b)", NULL, NULL, NULL, NULL },
	/* cheap as it is, or not cheaper in steps */
	{ "ALTER TABLE t ADD z int, DROP b", NULL, NULL, NULL, NULL },
	{ "ALTER TABLE t MODIFY a bigint, ADD INDEX kb (b)", NULL, NULL, NULL, NULL },
	/* in steps it is refused, or ends elsewhere */
	{ "ALTER TABLE t ADD INDEX kz (z), ADD z int", NULL, NULL, NULL, NULL },
	{ "ALTER TABLE t ADD z int AFTER nobody, ADD INDEX kz (z)", NULL, NULL, NULL, NULL },
	{ "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, a), ADD z int", NULL, NULL, NULL, NULL },
};

/* clang-format on */

static void assert_found(struct rewrite_ground *ground, size_t index, bool mariadb)
{
	g_auto(GStrv) sqls = g_strsplit(rows[index].sqls, "|", -1);
	const char *want = mariadb ? rows[index].mariadb : rows[index].mysql;
	const char *why = mariadb ? rows[index].why_mariadb : rows[index].why_mysql;
	g_autofree char *found = NULL;
	SCOPED(rewrite) rewrite = { 0 };
	struct err err = { 0 };

	if (rewrite_find(ground, (const char *const *)sqls, g_strv_length(sqls), &rewrite, &err) <
	    0) {
		fail_msg("%s: %s", rows[index].sqls, err.msg);
	}
	found = rewrite.statements == NULL ? NULL : g_strjoinv("|", rewrite.statements);
	if (g_strcmp0(found, want) != 0) {
		fail_msg("%s: found %s: %s", rows[index].sqls, found, rewrite.why);
	}
	if (rewrite.statements != NULL) {
		assert_int_equal(rewrite.nr, g_strv_length(rewrite.statements));
		assert_true(rewrite.trials[rewrite.nr - 1].applies);
		if (strstr(rewrite.why, "copy-online") == NULL) {
			assert_string_equal(rewrite.why, why);
		}
	}
}

static struct db_session *open_in(const char *schema)
{
	struct db_session *session = test_server_open();
	struct err err = { 0 };

	if (db_use(session, schema, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	return session;
}

static void read_shape(struct db_session *session, const char *schema, struct shape *shape)
{
	struct err err = { 0 };

	if (shape_read(session, schema, shape, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void a_way_is_taken_when_it_is_cheaper_and_ends_the_same(void **state)
{
	const char *schema = test_server_schema("rewrite");
	bool mariadb = test_server_flavor() == DB_MARIADB;
	SCOPED_PTR(db_session) copier = test_server_open();
	SCOPED_PTR(db_session) runner = open_in(schema);
	struct rewrite_ground ground = { .copier = copier,
					 .runner = runner,
					 .schema = schema,
					 .epoch = 1 };
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };
	g_autofree char *left = NULL;
	struct err err = { 0 };

	(void)state;
	test_server_exec("create table %s.t (id int primary key, a int, b int, c varchar(50))",
			 schema);
	test_server_exec("create table %s.other (id int primary key)", schema);
	read_shape(copier, schema, &before);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_found(&ground, i, mariadb);
	}
	read_shape(copier, schema, &after);
	assert_string_equal(before.fingerprint, after.fingerprint);
	assert_int_equal(db_execf(runner, &err, "alter table t comment 'still here'"), 0);
	left = test_server_value("select count(*) from information_schema.schemata where "
				 "schema_name like 'muster\\_scratch\\_%%'");
	assert_string_equal(left, "0");
}

static void a_statement_that_names_the_copy_stays(void **state)
{
	const char *schema = test_server_schema("rewritten");
	SCOPED_PTR(db_session) copier = test_server_open();
	SCOPED_PTR(db_session) runner = open_in(schema);
	struct rewrite_ground ground = { .copier = copier,
					 .runner = runner,
					 .schema = schema,
					 .epoch = 1 };
	g_autofree char *sql = g_strdup_printf(
		"ALTER TABLE t ADD z int, ADD CONSTRAINT f FOREIGN KEY (z) REFERENCES %s.p (id)",
		schema);
	const char *const sqls[] = { sql };
	SCOPED(rewrite) rewrite = { .nr = 1 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(rewrite_find(&ground, sqls, 1, &rewrite, &err), 0);
	assert_null(rewrite.statements);
	assert_int_equal(rewrite.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_way_is_taken_when_it_is_cheaper_and_ends_the_same),
		cmocka_unit_test(a_statement_that_names_the_copy_stays),
	};

	return cmocka_run_group_tests_name("rewrite_proof", tests, NULL, NULL);
}
