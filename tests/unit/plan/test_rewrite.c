#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "rewrite.h"

/* Statements are parted by a bar here; NULL: it stays as it is. */
/* clang-format off */
static const struct {
	const char *sql; const char *by_kind; const char *by_clause;
} splits[] = {
	{ "ALTER TABLE t ADD a int, ADD INDEX (a)",
	  "ALTER TABLE t ADD a int|ALTER TABLE t ADD INDEX (a)", NULL },
	{ "ALTER TABLE t ADD a int, ADD b int",
	  NULL, "ALTER TABLE t ADD a int|ALTER TABLE t ADD b int" },
	{ "/* x */ ALTER TABLE `t` WAIT 3\n ADD KEY k (a, b),\n\tADD (a int, b int) -- both\n, DROP KEY l ;",
	  "/* x */ ALTER TABLE `t` WAIT 3\n ADD KEY k (a, b), DROP KEY l|"
	  "/* x */ ALTER TABLE `t` WAIT 3\n ADD (a int, b int)",
	  "/* x */ ALTER TABLE `t` WAIT 3\n ADD KEY k (a, b)|"
	  "/* x */ ALTER TABLE `t` WAIT 3\n ADD (a int, b int)|"
	  "/* x */ ALTER TABLE `t` WAIT 3\n DROP KEY l" },
	{ "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a), ADD x int",
	  "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a)|ALTER TABLE t ADD x int",
	  "ALTER TABLE t DROP PRIMARY KEY|ALTER TABLE t ADD PRIMARY KEY (a)|ALTER TABLE t ADD x int" },
	{ "ALTER TABLE t ADD x int COMMENT ', ADD KEY (x)', ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES p (a), "
	  "ADD CONSTRAINT UNIQUE u (x), DROP CONSTRAINT c, RENAME KEY a TO b, RENAME COLUMN a TO b",
	  "ALTER TABLE t ADD x int COMMENT ', ADD KEY (x)', RENAME COLUMN a TO b|"
	  "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES p (a), DROP CONSTRAINT c|"
	  "ALTER TABLE t ADD CONSTRAINT UNIQUE u (x), RENAME KEY a TO b",
	  "ALTER TABLE t ADD x int COMMENT ', ADD KEY (x)'|"
	  "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES p (a)|"
	  "ALTER TABLE t ADD CONSTRAINT UNIQUE u (x)|ALTER TABLE t DROP CONSTRAINT c|"
	  "ALTER TABLE t RENAME KEY a TO b|ALTER TABLE t RENAME COLUMN a TO b" },
	/* rows would get other values: columns stay together */
	{ "ALTER TABLE t ADD a datetime DEFAULT CURRENT_TIMESTAMP, ADD b int, ADD KEY (a)",
	  "ALTER TABLE t ADD a datetime DEFAULT CURRENT_TIMESTAMP, ADD b int|ALTER TABLE t ADD KEY (a)", NULL },
	/* not to be touched */
	{ "ALTER TABLE t ADD a int", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a), ALGORITHM=COPY", NULL, NULL },
	{ "ALTER TABLE t LOCK=DEFAULT, ADD a int, ADD KEY (a)", NULL, NULL },
	{ "ALTER ONLINE TABLE t ADD a int, ADD KEY (a)", NULL, NULL },
	{ "ALTER IGNORE TABLE t ADD a int, ADD UNIQUE KEY (a)", NULL, NULL },
	{ "ALTER TABLE s.t ADD a int, ADD KEY (a)", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a), RENAME TO u", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a), RENAME u", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a), ENGINE=InnoDB", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a) PARTITION BY HASH (a)", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD KEY (a), ORDER BY a", NULL, NULL },
	{ "ALTER TABLE t ADD a int, /*!80000 ADD KEY (a) */", NULL, NULL },
	{ "/*!80000 ALTER TABLE t ADD a int, ADD KEY (a) */", NULL, NULL },
	{ "ALTER TABLE t ADD a int, ADD SYSTEM VERSIONING", NULL, NULL },
	{ "ALTER TABLE t ADD a int, CONVERT TO CHARACTER SET utf8mb4", NULL, NULL },
	{ "CREATE TABLE t (a int, KEY (a))", NULL, NULL },
	{ "ALTER TABLE t", NULL, NULL },
	{ "ALTER TABLE t ADD a int,", NULL, NULL },
};

static const struct {
	const char *sqls; const char *merged;
} merges[] = {
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t\n MODIFY b int, ADD KEY (a) -- x",
	  "ALTER TABLE t MODIFY a int, MODIFY b int, ADD KEY (a)" },
	{ "alter table `t` drop a;|ALTER TABLE `t` ADD c int AFTER b|ALTER TABLE `t` DROP KEY a",
	  "alter table `t` drop a, ADD c int AFTER b, DROP KEY a" },
	/* the same thing twice */
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t MODIFY A bigint", NULL },
	{ "ALTER TABLE t DROP a|ALTER TABLE t ADD a int", NULL },
	{ "ALTER TABLE t RENAME COLUMN a TO b|ALTER TABLE t MODIFY b bigint", NULL },
	{ "ALTER TABLE t DROP KEY k|ALTER TABLE t ADD KEY k (a)", NULL },
	{ "ALTER TABLE t DROP PRIMARY KEY|ALTER TABLE t ADD PRIMARY KEY (a)", NULL },
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t MODIFY b int|ALTER TABLE t MODIFY a bigint", NULL },
	/* other tables, other kinds of statements */
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE u MODIFY b int", NULL },
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t WAIT 5 MODIFY b int", NULL },
	{ "ALTER TABLE t MODIFY a int|CREATE INDEX i ON t (b)", NULL },
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t FORCE", NULL },
	{ "ALTER TABLE t MODIFY a int|ALTER TABLE t MODIFY b int, LOCK=NONE", NULL },
	/* b is reckoned from what a was */
	{ "ALTER TABLE t ADD b int DEFAULT (a + 1)|ALTER TABLE t MODIFY a int", NULL },
	{ "ALTER TABLE t MODIFY a int", NULL },
};

/* clang-format on */

static void assert_split(const char *sql, enum rewrite_split how, const char *want)
{
	g_auto(GStrv) statements = rewrite_split(sql, 0, how);
	g_autofree char *joined = statements == NULL ? NULL : g_strjoinv("|", statements);

	if (g_strcmp0(joined, want) != 0) {
		fail_msg("%s: %s", sql, joined);
	}
}

static void clauses_stand_alone_or_with_their_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(splits); i++) {
		assert_split(splits[i].sql, REWRITE_BY_KIND, splits[i].by_kind);
		assert_split(splits[i].sql, REWRITE_BY_CLAUSE, splits[i].by_clause);
	}
}

static void statements_that_have_nothing_in_common_become_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(merges); i++) {
		g_auto(GStrv) sqls = g_strsplit(merges[i].sqls, "|", -1);
		g_autofree char *merged =
			rewrite_merge((const char *const *)sqls, g_strv_length(sqls), 0);

		if (g_strcmp0(merged, merges[i].merged) != 0) {
			fail_msg("%s: %s", merges[i].sqls, merged);
		}
	}
}

static void a_digest_is_of_these_texts_in_this_order(void **state)
{
	static const char *const texts[] = { "ab", "c", "ab" };
	static const char *const other[] = { "a", "bc" };
	char first[REWRITE_DIGEST_LEN + 1];
	char second[REWRITE_DIGEST_LEN + 1];

	(void)state;
	rewrite_digest(texts, 2, first);
	assert_int_equal(strlen(first), REWRITE_DIGEST_LEN);
	rewrite_digest(texts, 2, second);
	assert_string_equal(first, second);
	rewrite_digest(texts + 1, 2, second);
	assert_string_not_equal(first, second);
	rewrite_digest(other, 2, second);
	assert_string_not_equal(first, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_is_of_these_texts_in_this_order),
		cmocka_unit_test(clauses_stand_alone_or_with_their_kind),
		cmocka_unit_test(statements_that_have_nothing_in_common_become_one),
	};

	return cmocka_run_group_tests_name("rewrite", tests, NULL, NULL);
}
