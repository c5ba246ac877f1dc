#include "shape_rows.h"

#include <string.h>

#include "shape_column.h"
#include "shape_unit.h"

#define OWN "muster_"

static const char *cell(char *const *row, size_t i)
{
	return row[i] == NULL ? "" : row[i];
}

static unsigned number(char *const *row, size_t i)
{
	return (unsigned)g_ascii_strtoull(cell(row, i), NULL, 10);
}

static char *lower(const char *text)
{
	return g_ascii_strdown(text, -1);
}

/* " comment 'text'", or nothing. Owned. */
static char *comment(const char *text)
{
	return *text == '\0' ? g_strdup("") : g_strdup_printf(" comment '%s'", text);
}

static void see(struct shape_seen *seen, enum shape_set set, const char *name)
{
	g_hash_table_add(seen->sets[set], g_strdup(name));
}

static const char *table_collation(const struct shape_unit *unit, const char *table)
{
	return g_hash_table_lookup(unit->tables, table);
}

/* ---- rows -> facts; column 0 is always the schema ------------------------------------ */

static void take_sequence(struct shape_seen *seen, struct shape_unit *unit, const char *name)
{
	see(seen, SHAPE_SET_SEQUENCES, name);
	shape_unit_fact(unit, "sequence", name, "", g_strdup(""));
}

/*
 * What the partitions are is asked for by itself. How Aria writes its pages is written down by the
 * server when it builds a table anew, and nowhere before unless somebody said it.
 */
static void take_options(struct shape_seen *seen, struct shape_unit *unit, const char *name,
			 const char *list)
{
	static const char *const unsaid[] = { "partitioned", "page_checksum=0", "page_checksum=1" };
	g_autofree char *options = lower(list);
	bool is_left = false;

	if (strstr(options, unsaid[0]) != NULL) {
		see(seen, SHAPE_SET_PARTITIONED, name);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(unsaid); i++) {
		is_left = shape_column_drop_word(options, unsaid[i]);
	}
	if (is_left) {
		shape_unit_fact(unit, "table", name, "options", g_steal_pointer(&options));
	}
}

/* 1 name, 2 type, 3 engine, 4 collation, 5 options, 6 comment */
static void take_table(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	const char *name = cell(row, 1);
	const char *type = cell(row, 2);

	g_hash_table_add(unit->objects, g_utf8_strdown(name, -1));
	if (strstr(type, "VIEW") != NULL) {
		see(seen, SHAPE_SET_VIEWS, name);
		return;
	}
	if (strcmp(type, "SEQUENCE") == 0) {
		take_sequence(seen, unit, name);
		return;
	}
	g_hash_table_insert(unit->tables, g_strdup(name), g_strdup(cell(row, 4)));
	shape_unit_fact(unit, "table", name, "",
			strcmp(type, "BASE TABLE") == 0 ? g_strdup("") : lower(type));
	shape_unit_fact(unit, "table", name, "engine", g_strdup(cell(row, 3)));
	shape_unit_fact(unit, "table", name, "collation", shape_column_collation(cell(row, 4)));
	if (*cell(row, 6) != '\0') {
		shape_unit_fact(unit, "table", name, "comment", g_strdup(cell(row, 6)));
	}
	take_options(seen, unit, name, cell(row, 5));
}

/* 1 table, 2 name, 3 position, then as struct shape_column */
static void take_column(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	const char *collation = table_collation(unit, cell(row, 1));
	const struct shape_column column = {
		.default_value = row[4],
		.is_nullable = strcmp(cell(row, 5), "YES") == 0,
		.type = cell(row, 6),
		.collation = cell(row, 7),
		.extra = cell(row, 8),
		.comment = cell(row, 9),
		.generated = cell(row, 10),
		.srs = row[11],
		.table_collation = collation,
		.is_mariadb = seen->is_mariadb,
	};
	g_autofree char *text = NULL;
	g_autofree char *part = NULL;
	struct shape_piece order = { 0 };

	if (collation == NULL) {
		return; /* of a view or a sequence */
	}
	text = shape_column_text(&column);
	part = g_strconcat("column ", cell(row, 2), NULL);
	shape_unit_fact(unit, "table", cell(row, 1), part, shape_unit_plain(unit, text, NULL));
	order.object = g_strconcat("table ", cell(row, 1), NULL);
	order.part = g_strdup("columns");
	order.seq = number(row, 3);
	order.item = g_strdup(cell(row, 2));
	shape_unit_piece(unit, &order);
}

/* "name(10) desc", or the expression. Owned. */
static char *index_item(char *const *row)
{
	g_autofree char *prefix = NULL;

	if (*cell(row, 11) != '\0') {
		return g_strdup_printf("(%s)%s", cell(row, 11),
				       strcmp(cell(row, 5), "D") == 0 ? " desc" : "");
	}
	prefix = row[6] == NULL ? g_strdup("") : g_strdup_printf("(%s)", row[6]);
	return g_strdup_printf("%s%s%s", cell(row, 4), prefix,
			       strcmp(cell(row, 5), "D") == 0 ? " desc" : "");
}

/* 1 table, 2 index, 3 seq, 4 column, 5 direction, 6 prefix, 7 non_unique, 8 type, 9 comment,
 * 10 hidden, 11 expression */
static void take_index(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	bool is_primary = strcmp(cell(row, 2), "PRIMARY") == 0;
	bool is_unique = strcmp(cell(row, 7), "0") == 0 && !is_primary;
	g_autofree char *type = lower(cell(row, 8));
	g_autofree char *said = comment(cell(row, 9));
	const struct shape_piece piece = {
		.object = g_strconcat("table ", cell(row, 1), NULL),
		.part = is_primary ? g_strdup("primary key")
				   : g_strconcat("index ", cell(row, 2), NULL),
		.seq = number(row, 3),
		.head = g_strdup_printf("%s%s%s", is_unique ? "unique " : "",
					strcmp(type, "btree") == 0 ? "" : type,
					strcmp(type, "btree") == 0 ? "" : " "),
		.item = index_item(row),
		.tail = g_strdup_printf("%s%s", said,
					strcmp(cell(row, 10), "1") == 0 ? " invisible" : ""),
	};

	(void)seen;
	shape_unit_piece(unit, &piece);
}

static bool is_default_rule(const char *rule)
{
	return strcmp(rule, "NO ACTION") == 0 || strcmp(rule, "RESTRICT") == 0;
}

/* 1 table, 2 constraint, 3 on update, 4 on delete */
static void take_rule(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	g_autofree char *update = lower(cell(row, 3));
	g_autofree char *drop = lower(cell(row, 4));

	see(seen, SHAPE_SET_KEYED, cell(row, 1));
	g_hash_table_insert(unit->rules, g_strdup_printf("%s\t%s", cell(row, 1), cell(row, 2)),
			    g_strdup_printf("%s%s%s%s",
					    is_default_rule(cell(row, 3)) ? "" : " on update ",
					    is_default_rule(cell(row, 3)) ? "" : update,
					    is_default_rule(cell(row, 4)) ? "" : " on delete ",
					    is_default_rule(cell(row, 4)) ? "" : drop));
}

/* 1 table, 2 constraint, 3 position, 4 column, 5 other schema, 6 other table, 7 other columns */
static void take_foreign_key(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	g_autofree char *key = g_strdup_printf("%s\t%s", cell(row, 1), cell(row, 2));
	const char *rules = g_hash_table_lookup(unit->rules, key);
	bool is_own = strcmp(cell(row, 5), unit->schema) == 0;
	const struct shape_piece piece = {
		.object = g_strconcat("table ", cell(row, 1), NULL),
		.part = g_strconcat("foreign key ", cell(row, 2), NULL),
		.seq = number(row, 3),
		.item = g_strdup(cell(row, 4)),
		.middle = g_strdup_printf(" references %s%s%s ", is_own ? "" : cell(row, 5),
					  is_own ? "" : ".", cell(row, 6)),
		.other = g_strdup(cell(row, 7)),
		.tail = g_strdup(rules == NULL ? "" : rules),
	};

	(void)seen;
	shape_unit_piece(unit, &piece);
}

/* 1 table, 2 constraint, 3 clause, 4 "NO": not enforced */
static void take_check(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	g_autofree char *part = g_strconcat("check ", cell(row, 2), NULL);
	g_autofree char *clause = shape_unit_plain(unit, cell(row, 3), NULL);

	(void)seen;
	if (table_collation(unit, cell(row, 1)) != NULL) {
		shape_unit_fact(unit, "table", cell(row, 1), part,
				g_strconcat(clause,
					    strcmp(cell(row, 4), "NO") == 0 ? " not enforced" : "",
					    NULL));
	}
}

/* 1 table, 2 partition, 3 position, 4 subpartition, 5 position, 6 method, 7 expression,
 * 8 sub method, 9 sub expression, 10 values, 11 comment */
static void take_partition(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	g_autofree char *method = g_strdup_printf("%s (%s)", cell(row, 6), cell(row, 7));
	g_autofree char *said = comment(cell(row, 11));
	const struct shape_piece piece = {
		.object = g_strconcat("table ", cell(row, 1), NULL),
		.part = g_strdup_printf("partition %s", cell(row, 2)),
		.seq = number(row, 5),
		.head = g_strdup_printf("%s%s%s%s", *cell(row, 10) == '\0' ? "" : "values ",
					cell(row, 10), said, row[4] == NULL ? "" : " "),
		.item = g_strdup(row[4]),
	};

	(void)seen;
	if (*cell(row, 8) != '\0') {
		char *both = g_strdup_printf("%s by %s (%s)", method, cell(row, 8), cell(row, 9));

		g_free(method);
		method = both;
	}
	shape_unit_fact(unit, "table", cell(row, 1), "partitions", g_steal_pointer(&method));
	shape_unit_piece(unit, &piece);
}

/* 1 name, 2 timing, 3 event, 4 table, 5 order, 6 body, 7 sql_mode, 8 definer */
static void take_trigger(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	const char *name = cell(row, 1);
	g_autofree char *timing = lower(cell(row, 2));
	g_autofree char *event = lower(cell(row, 3));

	(void)seen;
	if (g_str_has_prefix(cell(row, 4), OWN)) {
		return;
	}
	shape_unit_fact(unit, "trigger", name, "",
			g_strdup_printf("%s %s on %s", timing, event, cell(row, 4)));
	if (strcmp(cell(row, 5), "1") != 0) {
		shape_unit_fact(unit, "trigger", name, "order", g_strdup(cell(row, 5)));
	}
	shape_unit_fact(unit, "trigger", name, "body",
			shape_unit_plain(unit, cell(row, 6), cell(row, 7)));
	shape_unit_fact(unit, "trigger", name, "sql_mode", g_strdup(cell(row, 7)));
	shape_unit_minor(unit, "trigger", name, "definer", g_strdup(cell(row, 8)));
}

/* 1 name, 2 definition, 3 check option, 4 security, 5 definer, 6 algorithm */
static void take_view(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	const char *name = cell(row, 1);

	(void)seen;
	shape_unit_fact(unit, "view", name, "", g_strdup(""));
	if (*cell(row, 2) == '\0') {
		shape_unit_fact(unit, "view", name, "hidden", g_strdup("from this account"));
	} else {
		shape_unit_fact(unit, "view", name, "definition",
				shape_unit_plain(unit, cell(row, 2), NULL));
	}
	if (*cell(row, 3) != '\0' && strcmp(cell(row, 3), "NONE") != 0) {
		shape_unit_fact(unit, "view", name, "check option", lower(cell(row, 3)));
	}
	if (*cell(row, 6) != '\0' && strcmp(cell(row, 6), "UNDEFINED") != 0) {
		shape_unit_fact(unit, "view", name, "algorithm", lower(cell(row, 6)));
	}
	shape_unit_fact(unit, "view", name, "security", lower(cell(row, 4)));
	shape_unit_minor(unit, "view", name, "definer", g_strdup(cell(row, 5)));
}

/* 1 name, 2 type, 3 body, 4 returns, 5 collation, 6 deterministic, 7 access, 8 security,
 * 9 sql_mode, 10 comment, 11 definer */
static void take_routine(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	const char *name = cell(row, 1);
	g_autofree char *kind = lower(cell(row, 2));
	g_autofree char *access = lower(cell(row, 7));
	g_autofree char *security = lower(cell(row, 8));
	g_autofree char *said = comment(cell(row, 10));

	see(seen, SHAPE_SET_ROUTINES, name);
	shape_unit_fact(unit, kind, name, "",
			g_strdup_printf("%s%s, security %s%s",
					strcmp(cell(row, 6), "YES") == 0 ? "deterministic, " : "",
					access, security, said));
	if (row[3] == NULL) {
		shape_unit_fact(unit, kind, name, "hidden", g_strdup("from this account"));
	} else {
		shape_unit_fact(unit, kind, name, "body",
				shape_unit_plain(unit, row[3], cell(row, 9)));
	}
	if (*cell(row, 4) != '\0') {
		shape_unit_fact(unit, kind, name, "returns",
				shape_column_type(cell(row, 4), cell(row, 5), unit->collation));
	}
	shape_unit_fact(unit, kind, name, "sql_mode", g_strdup(cell(row, 9)));
	shape_unit_minor(unit, kind, name, "definer", g_strdup(cell(row, 11)));
}

/* 1 routine, 2 type, 3 position, 4 mode, 5 name, 6 type, 7 collation */
static void take_parameter(struct shape_seen *seen, struct shape_unit *unit, char *const *row)
{
	g_autofree char *kind = lower(cell(row, 2));
	g_autofree char *mode = lower(cell(row, 4));
	g_autofree char *type = shape_column_type(cell(row, 6), cell(row, 7), unit->collation);
	const struct shape_piece piece = {
		.object = g_strdup_printf("%s %s", kind, cell(row, 1)),
		.part = g_strdup("parameters"),
		.seq = number(row, 3),
		.item = g_strdup_printf("%s %s %s", mode, cell(row, 5), type),
	};

	(void)seen;
	shape_unit_piece(unit, &piece);
}

/* ---- the queries --------------------------------------------------------------------- */

/* In their order: later ones need what earlier ones have seen. */
const struct shape_query shape_queries[] = {
	{ .what = "tables",
	  .sql = "select table_schema, table_name, table_type, engine, table_collation, "
		 "create_options, table_comment from information_schema.tables "
		 "where table_schema in " SHAPE_QUERY_IN,
	  .take = take_table },
	{ .what = "columns",
	  .sql = "select table_schema, table_name, column_name, ordinal_position, "
		 "column_default, is_nullable, column_type, collation_name, extra, "
		 "column_comment, generation_expression, srs_id "
		 "from information_schema.columns where table_schema in " SHAPE_QUERY_IN,
	  .mariadb = "select table_schema, table_name, column_name, ordinal_position, "
		     "column_default, is_nullable, column_type, collation_name, extra, "
		     "column_comment, generation_expression, null "
		     "from information_schema.columns where table_schema in " SHAPE_QUERY_IN,
	  .take = take_column },
	{ .what = "indexes",
	  .sql = "select table_schema, table_name, index_name, seq_in_index, "
		 "column_name, collation, sub_part, non_unique, index_type, "
		 "index_comment, is_visible = 'NO', expression "
		 "from information_schema.statistics where table_schema in " SHAPE_QUERY_IN,
	  .mariadb = "select table_schema, table_name, index_name, seq_in_index, "
		     "column_name, collation, sub_part, non_unique, index_type, "
		     "index_comment, ignored = 'YES', null "
		     "from information_schema.statistics where table_schema in " SHAPE_QUERY_IN,
	  .take = take_index },
	{ .what = "rules of foreign keys",
	  .sql = "select constraint_schema, table_name, constraint_name, update_rule, "
		 "delete_rule from information_schema.referential_constraints "
		 "where constraint_schema in " SHAPE_QUERY_IN,
	  .take = take_rule },
	{ .what = "foreign keys",
	  .only = SHAPE_SET_KEYED,
	  .by_table = true,
	  .sql = "select table_schema, table_name, constraint_name, ordinal_position, "
		 "column_name, referenced_table_schema, referenced_table_name, "
		 "referenced_column_name from information_schema.key_column_usage "
		 "where table_schema in " SHAPE_QUERY_IN " and referenced_table_name is not null",
	  .take = take_foreign_key },
	{ .what = "checks",
	  .sql = "select c.constraint_schema, t.table_name, c.constraint_name, "
		 "c.check_clause, t.enforced from information_schema.check_constraints c "
		 "join information_schema.table_constraints t "
		 "on t.constraint_schema = c.constraint_schema "
		 "and t.constraint_name = c.constraint_name "
		 "and t.constraint_type = 'CHECK' "
		 "where c.constraint_schema in " SHAPE_QUERY_IN
		 " and t.constraint_schema in " SHAPE_QUERY_IN,
	  .mariadb = "select constraint_schema, table_name, constraint_name, check_clause, "
		     "null from information_schema.check_constraints "
		     "where constraint_schema in " SHAPE_QUERY_IN,
	  .take = take_check },
	{ .what = "partitions",
	  .sql = "select table_schema, table_name, partition_name, "
		 "partition_ordinal_position, subpartition_name, "
		 "subpartition_ordinal_position, partition_method, partition_expression, "
		 "subpartition_method, subpartition_expression, partition_description, "
		 "partition_comment from information_schema.partitions "
		 "where table_schema in " SHAPE_QUERY_IN " and partition_name is not null",
	  .only = SHAPE_SET_PARTITIONED,
	  .by_table = true,
	  .take = take_partition },
	{ .what = "triggers",
	  .sql = "select trigger_schema, trigger_name, action_timing, "
		 "event_manipulation, event_object_table, action_order, "
		 "action_statement, sql_mode, definer from information_schema.triggers "
		 "where event_object_schema in " SHAPE_QUERY_IN,
	  .take = take_trigger },
	{ .what = "views",
	  .sql = "select table_schema, table_name, view_definition, check_option, "
		 "security_type, definer, null from information_schema.views "
		 "where table_schema in " SHAPE_QUERY_IN,
	  .mariadb = "select table_schema, table_name, view_definition, check_option, "
		     "security_type, definer, algorithm from information_schema.views "
		     "where table_schema in " SHAPE_QUERY_IN,
	  .only = SHAPE_SET_VIEWS,
	  .by_table = true,
	  .take = take_view },
	{ .what = "routines",
	  .sql = "select routine_schema, routine_name, routine_type, "
		 "routine_definition, dtd_identifier, collation_name, is_deterministic, "
		 "sql_data_access, security_type, sql_mode, routine_comment, definer "
		 "from information_schema.routines where routine_schema in " SHAPE_QUERY_IN,
	  .take = take_routine },
	{ .what = "parameters",
	  .sql = "select specific_schema, specific_name, routine_type, "
		 "ordinal_position, parameter_mode, parameter_name, dtd_identifier, "
		 "collation_name from information_schema.parameters "
		 "where specific_schema in " SHAPE_QUERY_IN " and ordinal_position > 0",
	  .only = SHAPE_SET_ROUTINES,
	  .take = take_parameter },
	{ 0 },
};
