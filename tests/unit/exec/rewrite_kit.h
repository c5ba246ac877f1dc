/*
 * rewrite_kit - a tenant whose statements are cheaper written otherwise, and tasks that run them
 * so. Header only, behind kit.h.
 */
#ifndef REWRITE_KIT_H
#define REWRITE_KIT_H

#include "chain.h"
#include "kit.h"

#define KIT_SPLIT  "ALTER TABLE t ADD COLUMN z int, ADD UNIQUE INDEX one_name (name)"
#define KIT_SET    "SET @a = 1;\n" /* keeps what stands before it from being merged with the rest */
#define KIT_MERGED "ALTER TABLE t MODIFY y bigint;\nALTER TABLE t MODIFY x bigint;\n"

/* t with two rows; the same name in both keeps a unique index away. */
static inline void kit_rewrite_table(const char *schema, const char *second)
{
	test_server_exec("create table %s.t (id int primary key, name varchar(20), y int, x int)",
			 schema);
	test_server_exec("insert into %s.t (id, name) values (1, 'ada'), (2, '%s')", schema,
			 second);
}

/* What the release does, as the copy of the schema shows it. */
static inline struct chain *kit_rewrite_chain(struct release *release, const char *schema)
{
	struct exec_order *order = kit_order(EXEC_CHAIN, release, schema);
	SCOPED_PTR(exec_result) result = NULL;
	struct chain *chain = exec_chain_new();
	struct err err;

	order->rewrites = true;
	result = exec_run(order);
	if (!result->ok || chain_parse(chain, result->chain_text, &err) < 0) {
		fail_msg("chain: %s", result->ok ? err.msg : result->err.msg);
	}
	return chain;
}

/* A task with the chain (NULL: none); what it says goes to said, when there is one. */
static inline struct exec_result *kit_rewrite_task(struct release *release, const char *schema,
						   struct chain *chain, GPtrArray *said)
{
	struct exec_order *order = kit_order(EXEC_TASK, release, schema);

	order->chain = exec_chain_ref(chain);
	order->rewrites = true;
	order->say_ctx = said;
	return exec_run(order);
}

static inline void kit_assert_columns(const char *schema, const char *want)
{
	g_autofree char *sql = g_strdup_printf(
		"select concat((select group_concat(column_name order by ordinal_position) from "
		"information_schema.columns where table_schema = '%s' and table_name = 't'), '; ', "
		"(select group_concat(distinct index_name order by index_name <> 'PRIMARY', index_name) from "
		"information_schema.statistics where table_schema = '%s' and table_name = 't'))",
		schema, schema);

	kit_assert_value(want, sql);
}

#endif /* REWRITE_KIT_H */
