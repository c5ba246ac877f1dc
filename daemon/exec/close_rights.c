#include "close_rights.h"

#include <string.h>

#include "close_plan.h"

/* In a query: which databases, the rights that are taken, those that are kept, our account. */
#define WHICH "{which}"
#define TAKES "{takes}"
#define KEEPS "{keeps}"
#define OURS  "{ours}"

#define FOREIGN_KEYS                                                                              \
	"select concat('table ', table_name, ': foreign key ', constraint_name, "                 \
	"' changes its rows with those of ', unique_constraint_schema, '.', "                     \
	"referenced_table_name), null, constraint_schema "                                        \
	"from information_schema.referential_constraints "                                        \
	"where " WHICH " and unique_constraint_schema <> constraint_schema "                      \
	"and (delete_rule in ('CASCADE', 'SET NULL') or update_rule in ('CASCADE', 'SET NULL')) " \
	"order by 1"

/* clang-format off */
static const struct {
	int key;		/* column that names the database; -1: all are meant */
	bool has_patterns;	/* by a pattern, unless MySQL takes it as a name */
	bool of_partial;	/* asked only where there are partial revokes */
	const char *column;	/* of the condition */
	const char *sql;
	const char *mysql;	/* NULL: the same */
} sources[CLOSE_SOURCE_NR] = {
	[CLOSE_ON_DATABASE] = { .key = 2, .has_patterns = true, .column = "p.Db", .sql =
	  "select p.User, p.Host, p.Db, " TAKES ", " KEEPS " from mysql.db as p where " WHICH " "
	  "order by p.User, p.Host, p.Db" },
	[CLOSE_ON_TABLE] = { .key = 5, .column = "Db", .sql =
	  "select User, Host, Table_name, '', Table_priv, Db from mysql.tables_priv "
	  "where " WHICH " order by User, Host, Table_name" },
	[CLOSE_ON_COLUMN] = { .key = 5, .column = "Db", .sql =
	  "select User, Host, Table_name, Column_name, Column_priv, Db from mysql.columns_priv "
	  "where " WHICH " order by User, Host, Table_name, Column_name" },
	[CLOSE_ON_ROUTINE] = { .key = 5, .column = "Db", .sql =
	  "select User, Host, Routine_name, Routine_type, Proc_priv, Db from mysql.procs_priv "
	  "where " WHICH " and Routine_type in ('PROCEDURE', 'FUNCTION') "
	  "order by User, Host, Routine_type, Routine_name" },
	[CLOSE_GLOBAL] = { .key = -1, .sql =
	  "select p.User, p.Host, " TAKES " as takes, "
	  "coalesce(json_value(g.Priv, '$.account_locked') in ('1', 'true'), 0), 0 "
	  "from mysql.user as p "
	  "left join mysql.global_priv as g on g.User = p.User and g.Host = p.Host "
	  "having takes <> '' order by 1, 2", .mysql =
	  "select p.User, p.Host, " TAKES " as takes, p.account_locked = 'Y' "
	  "and not exists (select 1 from mysql.role_edges as e "
	  "where e.from_user = p.User and e.from_host = p.Host), "
	  "exists (select 1 from mysql.global_grants as g "
	  "where g.user = p.User and g.host = p.Host and g.priv = 'SYSTEM_USER') "
	  "from mysql.user as p having takes <> '' order by 1, 2" },
	[CLOSE_REVOKED] = { .key = 3, .of_partial = true, .column = "r.name", .sql =
	  "select p.User, p.Host, r.privilege, r.name from mysql.user as p, "
	  "json_table(p.User_attributes, '$.Restrictions[*]' columns ("
	  "name varchar(64) path '$.Database', nested path '$.Privileges[*]' columns ("
	  "privilege varchar(64) path '$'))) as r where " WHICH },
	[CLOSE_OWN] = { .key = 2, .has_patterns = true, .column = "table_schema", .sql =
	  "select privilege_type, is_grantable = 'YES', '%' "
	  "from information_schema.user_privileges where grantee = " OURS " union all "
	  "select privilege_type, is_grantable = 'YES', table_schema "
	  "from information_schema.schema_privileges where grantee = " OURS " and " WHICH },
	[CLOSE_EVENTS] = { .key = 2, .column = "event_schema", .sql =
	  "select concat('event ', event_name), definer, event_schema "
	  "from information_schema.events where " WHICH " and status = 'ENABLED' order by 1" },
	[CLOSE_DEFINERS] = { .key = 2, .column = "routine_schema", .sql =
	  "select concat(lower(routine_type), ' ', routine_name), definer, routine_schema "
	  "from information_schema.routines "
	  "where " WHICH " and security_type = 'DEFINER' order by 1" },
	[CLOSE_FOREIGN] = { .key = 2, .column = "constraint_schema", .sql = FOREIGN_KEYS },
	[CLOSE_REPLICA] = { .key = -1, .sql =
	  "select 'the server is a replica: what its primary sends is written', null "
	  "from information_schema.processlist where command in ('Slave_SQL', 'Slave_worker') "
	  "limit 1", .mysql =
	  "select 'the server is a replica: what its primary sends is written', null "
	  "from performance_schema.replication_applier_status where service_state = 'ON' limit 1" },
};

/* clang-format on */

/* Databases with a foreign key to another one, out of InnoDB's own list: no table is opened. */
static const char foreign_sql[] =
	"select distinct convert(convert(cast(substring_index(id, '/', 1) as binary) using "
	"filename) using utf8mb4) from information_schema.innodb_sys_foreign "
	"where substring_index(id, '/', 1) <> substring_index(ref_name, '/', 1)";

void close_rights_release(struct close_rights *rights)
{
	close_context_release(&rights->context);
	for (size_t i = 0; i < CLOSE_SOURCE_NR; i++) {
		db_rows_release(&rights->of[i].rows);
		g_clear_pointer(&rights->of[i].exact, g_hash_table_unref);
		g_clear_pointer(&rights->of[i].loose, g_array_unref);
	}
	g_clear_pointer(&rights->names, g_ptr_array_unref);
}

/* ---- the queries ------------------------------------------------------------------------- */

/* "concat_ws(', ', if(p.Insert_priv = 'Y', 'INSERT', null), …)" */
static char *list_of(const struct db_session *session, bool writes)
{
	GString *out = g_string_new("concat_ws(', '");

	for (const struct close_privilege *at = close_privileges; at->name != NULL; at++) {
		if (at->writes == writes && (!at->mariadb || db_flavor(session) == DB_MARIADB)) {
			g_string_append_printf(out, ", if(p.%s = 'Y', '%s', null)", at->column,
					       at->name);
		}
	}
	g_string_append_c(out, ')');
	return g_string_free(out, FALSE);
}

static bool are_patterns(const struct close_rights *rights, enum close_source source)
{
	return sources[source].has_patterns &&
	       (source == CLOSE_OWN || !rights->context.partial_revokes);
}

/* "Db = database()", "Db in ('a', 'b')". Owned. */
static char *which_of(const struct db_session *session, const struct close_rights *rights,
		      enum close_source source, char *const *schemas)
{
	const char *column = sources[source].column;
	GString *out;

	if (schemas == NULL) {
		return are_patterns(rights, source) ? g_strdup_printf("database() like %s", column)
						    : g_strdup_printf("%s = database()", column);
	}
	if (are_patterns(rights, source)) {
		return g_strdup("1 = 1"); /* which of them fit is found out here */
	}
	out = g_string_new(column);
	g_string_append(out, " in (");
	for (size_t i = 0; schemas[i] != NULL; i++) {
		g_autofree char *quoted = db_quote(session, schemas[i]);

		g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", quoted);
	}
	g_string_append(out, schemas[0] == NULL ? "null)" : ")");
	return g_string_free(out, FALSE);
}

static char *query_of(const struct db_session *session, const struct close_rights *rights,
		      enum close_source source, char *const *schemas)
{
	bool is_mysql = db_flavor(session) == DB_MYSQL;
	const char *text = is_mysql && sources[source].mysql != NULL ? sources[source].mysql
								     : sources[source].sql;
	g_autofree char *grantee =
		g_strdup_printf("'%s'@'%s'", rights->context.user, rights->context.host);
	g_autofree char *ours = db_quote(session, grantee);
	g_autofree char *takes = list_of(session, true);
	g_autofree char *keeps = list_of(session, false);
	g_autofree char *which =
		sources[source].column == NULL ? NULL : which_of(session, rights, source, schemas);
	const char *const words[][2] = { { TAKES, takes },
					 { KEEPS, keeps },
					 { OURS, ours },
					 { WHICH, which } };
	g_autoptr(GString) sql = g_string_new(text);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (words[i][1] != NULL) {
			(void)g_string_replace(sql, words[i][0], words[i][1], 0);
		}
	}
	return g_string_free(g_steal_pointer(&sql), FALSE);
}

/* ---- which row is about which database --------------------------------------------------- */

static void array_free(void *array)
{
	g_array_unref(array);
}

static void add_exact(struct close_read *read, const char *schema, guint row)
{
	GArray *rows = g_hash_table_lookup(read->exact, schema);

	if (rows == NULL) {
		rows = g_array_new(FALSE, FALSE, sizeof(guint));
		g_hash_table_insert(read->exact, g_strdup(schema), rows);
	}
	g_array_append_val(rows, row);
}

static void index_rows(struct close_read *read, int key, bool has_patterns)
{
	read->exact = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, array_free);
	read->loose = g_array_new(FALSE, FALSE, sizeof(guint));
	for (guint i = 0; i < read->rows.nr; i++) {
		const char *name = key < 0 ? NULL : read->rows.cells[i][key];

		if (name == NULL || (has_patterns && close_reach(name) != G_MAXSIZE)) {
			g_array_append_val(read->loose, i);
		} else if (has_patterns) {
			g_autofree char *plain = close_unescape(name);

			add_exact(read, plain, i);
		} else {
			add_exact(read, name, i);
		}
	}
}

static int by_number(const void *a, const void *b)
{
	guint left = *(const guint *)a;
	guint right = *(const guint *)b;

	return left < right ? -1 : left > right;
}

static bool is_about(const struct close_read *read, guint row, int key, const char *schema)
{
	return key < 0 || close_matches(read->rows.cells[row][key], schema);
}

GPtrArray *close_rights_rows(const struct close_rights *rights, enum close_source source,
			     const char *schema)
{
	const struct close_read *read = &rights->of[source];
	const GArray *exact = read->exact == NULL ? NULL : g_hash_table_lookup(read->exact, schema);
	g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint));
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; read->exact == NULL && i < read->rows.nr; i++) {
		g_ptr_array_add(found, (void *)read->rows.cells[i]);
	}
	if (exact != NULL) {
		g_array_append_vals(numbers, exact->data, exact->len);
	}
	for (guint i = 0; read->loose != NULL && i < read->loose->len; i++) {
		guint row = g_array_index(read->loose, guint, i);

		if (is_about(read, row, sources[source].key, schema)) {
			g_array_append_val(numbers, row);
		}
	}
	g_array_sort(numbers, by_number);
	for (guint i = 0; i < numbers->len; i++) {
		g_ptr_array_add(found, (void *)read->rows.cells[g_array_index(numbers, guint, i)]);
	}
	return found;
}

/* ---- reading ----------------------------------------------------------------------------- */

static int read_source(struct db_session *session, char *const *schemas,
		       struct close_rights *rights, enum close_source source, struct err *err)
{
	struct close_read *read = &rights->of[source];
	g_autofree char *sql = NULL;

	if (sources[source].of_partial && !rights->context.partial_revokes) {
		return 0;
	}
	sql = query_of(session, rights, source, schemas);
	if (db_query(session, &read->rows, sql, err) < 0) {
		return -1;
	}
	if (schemas != NULL) {
		index_rows(read, sources[source].key, are_patterns(rights, source));
	}
	return 0;
}

static char **strings_of(const struct db_rows *rows, char *const *schemas)
{
	g_autoptr(GHashTable) asked = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (size_t i = 0; schemas[i] != NULL; i++) {
		g_hash_table_add(asked, schemas[i]);
	}
	for (size_t i = 0; i < rows->nr; i++) {
		if (g_hash_table_contains(asked, rows->cells[i][0])) {
			g_strv_builder_add(builder, rows->cells[i][0]);
		}
	}
	return g_strv_builder_end(builder);
}

/* MariaDB opens each table of a database whose foreign keys are asked about. */
static int read_foreign(struct db_session *session, char *const *schemas,
			struct close_rights *rights, struct err *err)
{
	g_auto(GStrv) few = NULL;
	SCOPED(db_rows) rows = { 0 };

	if (schemas == NULL || db_flavor(session) == DB_MYSQL) {
		return read_source(session, schemas, rights, CLOSE_FOREIGN, err);
	}
	if (db_query(session, &rows, foreign_sql, err) == 0) {
		few = strings_of(&rows, schemas);
	} else if (err->code != ERR_DB) {
		return -1;
	}
	/* not everybody may ask InnoDB */
	return read_source(session, few == NULL ? schemas : few, rights, CLOSE_FOREIGN, err);
}

int close_rights_read(struct db_session *session, char *const *schemas, struct close_rights *rights,
		      struct err *err)
{
	if (close_context_read(session, &rights->context, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < CLOSE_SOURCE_NR; i++) {
		int done = i == CLOSE_FOREIGN ? read_foreign(session, schemas, rights, err)
					      : read_source(session, schemas, rights,
							    (enum close_source)i, err);

		if (done < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- what follows ------------------------------------------------------------------------ */

bool close_rights_has(const struct close_rights *rights, const char *schema, const char *privilege,
		      bool grantable)
{
	g_autoptr(GPtrArray) rows = close_rights_rows(rights, CLOSE_OWN, schema);

	for (guint i = 0; i < rows->len; i++) {
		char *const *own = g_ptr_array_index(rows, i);

		if (strcmp(own[0], privilege) == 0 && (!grantable || strcmp(own[1], "1") == 0)) {
			return true;
		}
	}
	return false;
}

char *close_rights_unable(const struct close_rights *rights, const char *schema)
{
	if (close_rights_has(rights, schema, "INSERT", true) &&
	    close_rights_has(rights, schema, "UPDATE", true) &&
	    close_rights_has(rights, schema, "DELETE", true)) {
		return NULL;
	}
	return g_strdup_printf("%s@%s may not grant rights on the database: GRANT ALL ON … TO … "
			       "WITH GRANT OPTION gives that",
			       rights->context.user, rights->context.host);
}

static int read_names(struct db_session *session, struct close_rights *rights, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(session, &rows, "select schema_name from information_schema.schemata", err) <
	    0) {
		return -1;
	}
	rights->names = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < rows.nr; i++) {
		g_ptr_array_add(rights->names, g_strdup(rows.cells[i][0]));
	}
	return 0;
}

int close_rights_alone(struct db_session *session, struct close_rights *rights, const char *pattern,
		       const char *schema, bool *alone, struct err *err)
{
	*alone = false;
	if (!close_is_namesake(pattern, schema)) {
		return 0;
	}
	if (rights->names == NULL && read_names(session, rights, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < rights->names->len; i++) {
		const char *name = g_ptr_array_index(rights->names, i);

		if (strcmp(name, schema) != 0 && close_matches(pattern, name)) {
			return 0;
		}
	}
	*alone = true;
	return 0;
}
