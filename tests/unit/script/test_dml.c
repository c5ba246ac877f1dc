#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "dml.h"

/* clang-format off */
static const struct {
	const char *sql; enum dml_kind kind; const char *table; const char *columns; bool join; bool bounded;
} rows[] = {
	/* statement                                          kind         table  columns   join   bounded */
	{ "UPDATE t SET a = 1",                               DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE LOW_PRIORITY IGNORE s.t SET a = 1 WHERE b", DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1, b = 2",                        DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE t, u SET t.a = u.a",                        DML_UPDATE,  "t",   NULL,     true,  false },
	{ "UPDATE t LEFT JOIN u ON t.a = u.a SET t.b = 1 WHERE u.a IS NULL", DML_UPDATE, "t", NULL, true, true },
	{ "UPDATE t SET a = (SELECT 1 FROM u WHERE u.a = t.a LIMIT 1)", DML_UPDATE, "t", NULL, false, false },
	{ "UPDATE t SET a = 1 WHERE TRUE",                    DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE t SET a = 1 WHERE 1 = 1 AND b",             DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 ORDER BY b LIMIT 5",            DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 WHERE b = 2 OR 1 = 1",          DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE t SET a = 1 WHERE b = 2 OR (1=1 AND TRUE)", DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE t SET a = 1 WHERE (b = 2 OR 'x' = 'x') OR c", DML_UPDATE, "t",  NULL,     false, false },
	{ "UPDATE t SET a = 1 WHERE 0 = 0 ORDER BY b",        DML_UPDATE,  "t",   NULL,     false, false },
	{ "UPDATE t SET a = 1 WHERE b = 2 OR 1 = 1 AND c",    DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 WHERE (b OR 1) AND c",          DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 WHERE 0",                       DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 WHERE 1 = 2",                   DML_UPDATE,  "t",   NULL,     false, true },
	{ "UPDATE t SET a = 1 WHERE 1 + b",                   DML_UPDATE,  "t",   NULL,     false, true },
	{ "WITH x AS (SELECT 1 WHERE 2) DELETE FROM t",       DML_DELETE,  "t",   NULL,     false, false },
	{ "WITH x AS (SELECT 1), y AS (SELECT 2) UPDATE t SET a = 1 WHERE b IN (SELECT * FROM x)", DML_UPDATE, "t", NULL, false, true },
	{ "WITH x AS (SELECT 1) SELECT * FROM x",             DML_NONE,    NULL,  NULL,     false, false },
	{ "DELETE FROM t",                                    DML_DELETE,  "t",   NULL,     false, false },
	{ "DELETE QUICK FROM t WHERE a = 1",                  DML_DELETE,  "t",   NULL,     false, true },
	{ "DELETE t FROM t JOIN u USING (a)",                 DML_DELETE,  "t",   NULL,     true,  false },
	{ "DELETE FROM t USING t JOIN u WHERE t.a = u.a",     DML_DELETE,  "t",   NULL,     true,  true },
	{ "INSERT INTO t (a, `B`) VALUES (1, 2)",             DML_INSERT,  "t",   "a,b",    false, false },
	{ "INSERT IGNORE INTO t SET a = 1, b = f(1, 2)",      DML_INSERT,  "t",   "a,b",    false, false },
	{ "INSERT t VALUES (1)",                              DML_INSERT,  "t",   NULL,     false, false },
	{ "INSERT INTO t (SELECT 1)",                         DML_INSERT,  "t",   NULL,     false, false },
	{ "REPLACE INTO t PARTITION (p) (a) VALUES (1)",      DML_REPLACE, "t",   "a",      false, false },
	{ "SELECT 1",                                         DML_NONE,    NULL,  NULL,     false, false },
	{ "",                                                 DML_NONE,    NULL,  NULL,     false, false },
};

/* clang-format on */

static char *joined(const GPtrArray *columns)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < columns->len; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? "," : "", (char *)columns->pdata[i]);
	}
	return g_string_free(out, FALSE);
}

static void reads_which_rows_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct lex lex = { .text = rows[i].sql, .len = strlen(rows[i].sql) };
		SCOPED(dml) dml = { 0 };
		g_autofree char *columns = NULL;

		dml_read(&dml, &lex);
		columns = dml.columns == NULL ? NULL : joined(dml.columns);
		if (dml.kind != rows[i].kind || g_strcmp0(dml.table, rows[i].table) != 0 ||
		    g_strcmp0(columns, rows[i].columns) != 0 || dml.join != rows[i].join ||
		    dml.bounded != rows[i].bounded) {
			fail_msg("%s: %d %s %s %d %d", rows[i].sql, (int)dml.kind, dml.table,
				 columns, dml.join, dml.bounded);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_which_rows_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
