#include "db_catalog.h"

#include <glib.h>

/*
 * What an account needs. global: a right on a database does not do. flavor DB_UNKNOWN:
 * both.
 */
/* clang-format off */
static const struct {
	const char *privilege; const char *reason; bool global;
} needs[] = {
	{ "SELECT",                  "to read where a database stands",               false },
	{ "INSERT",                  "to record what was applied",                    false },
	{ "UPDATE",                  "to record what was applied",                    false },
	{ "DELETE",                  "for migrations of data",                        false },
	{ "CREATE",                  "for muster's tables and for migrations",        false },
	{ "ALTER",                   "for migrations",                                false },
	{ "DROP",                    "for migrations",                                false },
	{ "INDEX",                   "for migrations that make indexes",              false },
	{ "REFERENCES",              "for migrations that make foreign keys",         false },
	{ "TRIGGER",                 "for migrations that make triggers",             false },
	{ "CREATE VIEW",             "for migrations that make views",                false },
	{ "SHOW VIEW",               "to compare views",                              false },
	{ "CREATE ROUTINE",          "for migrations that make procedures",           false },
	{ "ALTER ROUTINE",           "for migrations that drop procedures",           false },
	{ "EXECUTE",                 "for migrations that call procedures",           false },
	{ "EVENT",                   "for migrations that make events",               false },
	{ "CREATE TEMPORARY TABLES", "for migrations that use temporary tables",      false },
	{ "LOCK TABLES",             "to switch tables",                              false },
	{ "PROCESS",                 "to name who blocks a change",                   true  },
};

/* clang-format on */

#define NEEDS_NR     G_N_ELEMENTS(needs)
#define TABLE_STATS  "mysql.innodb_table_stats"
#define SCRATCH      "muster\\_scratch\\_%%"
#define DATABASE_ALL "ALL PRIVILEGES"

/* What closing needs besides. */
enum { CLOSING_GRANT, CLOSING_READ, CLOSING_KILL, CLOSING_DEFINER, CLOSING_NR };

/* clang-format off */
static const char *const closing_words[CLOSING_NR][DB_FLAVOR_NR] = {
	[CLOSING_GRANT] = {
	  [DB_MARIADB] = "GRANT OPTION: to take rights away and give them back",
	  [DB_MYSQL]   = "GRANT OPTION: to take rights away and give them back" },
	[CLOSING_READ] = {
	  [DB_MARIADB] = "SELECT on mysql.*: to see who may write",
	  [DB_MYSQL]   = "SELECT on mysql.*: to see who may write" },
	[CLOSING_KILL] = {
	  [DB_MARIADB] = "CONNECTION ADMIN: to end sessions that still have their rights",
	  [DB_MYSQL]   = "CONNECTION_ADMIN: to end sessions that still have their rights" },
	[CLOSING_DEFINER] = {
	  [DB_MARIADB] = "SET USER: to try a write as an account",
	  [DB_MYSQL]   = "SET_ANY_DEFINER: to try a write as an account" },
};

/* Global rights that do, also under older names. */
static const struct {
	const char *word; int closing;
} closing_rights[] = {
	{ "SELECT",           CLOSING_READ },
	{ "CONNECTION ADMIN", CLOSING_KILL },
	{ "CONNECTION_ADMIN", CLOSING_KILL },
	{ "SUPER",            CLOSING_KILL },
	{ "SET USER",         CLOSING_DEFINER },
	{ "SET_ANY_DEFINER",  CLOSING_DEFINER },
	{ "SET_USER_ID",      CLOSING_DEFINER },
	{ "SUPER",            CLOSING_DEFINER },
};

/* clang-format on */

/* What the lines of SHOW GRANTS add up to. */
struct rights {
	bool has[NEEDS_NR];
	bool super;
	bool table_stats;
	bool scratch;
	bool closing[CLOSING_NR];
};

struct findings {
	GPtrArray *missing;
	GPtrArray *fixes; /* statements */
	GString *list;    /* of privileges that one GRANT ON *.* gives */
};

void db_server_info_release(struct db_server_info *info)
{
	g_free(info->version);
	g_free(info->time_zone);
	g_free(info->account);
	g_strfreev(info->missing);
	g_free(info->grant);
	g_strfreev(info->closing);
	*info = (struct db_server_info){ 0 };
}

static bool is_system_object(const char *object)
{
	static const char *const schemas[] = { "mysql", "sys", "performance_schema",
					       "information_schema" };

	for (size_t i = 0; i < G_N_ELEMENTS(schemas); i++) {
		g_autofree char *quoted = g_strdup_printf("`%s`.", schemas[i]);

		if (g_str_has_prefix(object, quoted)) {
			return true;
		}
	}
	return false;
}

/* A pattern in a grant that takes in the databases of scratch.h. */
static bool is_scratch_object(const char *object)
{
	static const char *const patterns[] = { "`muster\\_scratch\\_%`.", "`muster\\_%`.",
						"`muster%`.", "`%`." };

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		if (g_str_has_prefix(object, patterns[i])) {
			return true;
		}
	}
	return false;
}

static void right_add(struct rights *rights, const char *word, bool global)
{
	bool all = strcmp(word, DATABASE_ALL) == 0 || strcmp(word, "ALL") == 0;

	for (size_t i = 0; i < NEEDS_NR; i++) {
		if ((global || !needs[i].global) &&
		    (all || strcmp(word, needs[i].privilege) == 0)) {
			rights->has[i] = true;
		}
	}
	rights->super |=
		global && (all || strcmp(word, "SUPER") == 0 || strcmp(word, "BINLOG ADMIN") == 0);
	rights->table_stats |= global && (all || strcmp(word, "SELECT") == 0);
	rights->scratch |= global && (all || strcmp(word, "CREATE") == 0);
	for (size_t i = 0; global && i < G_N_ELEMENTS(closing_rights); i++) {
		rights->closing[closing_rights[i].closing] |=
			all || strcmp(word, closing_rights[i].word) == 0;
	}
}

/* "GRANT SELECT, INSERT (`a`, `b`) ON `db`.* TO …": a right on some columns is none. */
static void words_add(struct rights *rights, const char *words, bool global)
{
	g_auto(GStrv) list = g_strsplit(words, ",", -1);

	for (size_t i = 0; list[i] != NULL; i++) {
		if (strchr(list[i], '(') == NULL) {
			right_add(rights, g_strstrip(list[i]), global);
		}
	}
}

static void grant_read(struct rights *rights, const char *line)
{
	const char *on = strstr(line, " ON ");
	const char *object = on == NULL ? NULL : on + strlen(" ON ");
	g_autofree char *words = NULL;

	if (!g_str_has_prefix(line, "GRANT ") || object == NULL) {
		return; /* a role that was given, or a REVOKE for one database */
	}
	words = g_strndup(line + strlen("GRANT "), (gsize)(on - line) - strlen("GRANT "));
	rights->closing[CLOSING_GRANT] |= strstr(object, " WITH GRANT OPTION") != NULL &&
					  strstr(object, ".* TO ") != NULL &&
					  !is_system_object(object);
	if (g_str_has_prefix(object, "*.* ")) {
		words_add(rights, words, true);
	} else if (g_str_has_prefix(object, "`mysql`.`innodb_table_stats` ") ||
		   g_str_has_prefix(object, "`mysql`.* ")) {
		rights->table_stats |=
			strstr(words, "SELECT") != NULL || strstr(words, DATABASE_ALL) != NULL;
		rights->closing[CLOSING_READ] |=
			g_str_has_prefix(object, "`mysql`.* ") &&
			(strstr(words, "SELECT") != NULL || strstr(words, DATABASE_ALL) != NULL);
	} else if (strstr(object, "`.* TO ") != NULL && !is_system_object(object)) {
		words_add(rights, words, false);
		rights->scratch |=
			is_scratch_object(object) &&
			(strstr(words, "CREATE") != NULL || strstr(words, DATABASE_ALL) != NULL);
	}
}

static int rights_get(struct db_session *session, struct rights *rights, struct err *err)
{
	SCOPED(db_rows) grants = { 0 };

	if (db_query(session, &grants, "show grants", err) < 0) {
		return err_prefix(err, "privileges");
	}
	for (size_t i = 0; i < grants.nr; i++) {
		grant_read(rights, grants.cells[i][0]);
	}
	return 0;
}

/* With the binary log on, making a trigger takes more than TRIGGER. */
static int trigger_check(struct db_session *session, const struct rights *rights,
			 struct findings *found, const char *account, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (rights->super) {
		return 0;
	}
	if (db_query(session, &rows,
		     "select @@global.log_bin and not @@global.log_bin_trust_function_creators",
		     err) < 0) {
		return err_prefix(err, "privileges");
	}
	if (rows.nr == 0 || g_strcmp0(rows.cells[0][0], "1") != 0) {
		return 0;
	}
	if (db_flavor(session) == DB_MARIADB) {
		g_ptr_array_add(found->missing,
				g_strdup("BINLOG ADMIN: for migrations that make triggers or "
					 "functions while the binary log is on"));
		g_ptr_array_add(found->fixes,
				g_strdup_printf("GRANT BINLOG ADMIN ON *.* TO %s", account));
	} else {
		g_ptr_array_add(found->missing,
				g_strdup("log_bin_trust_function_creators: for migrations that "
					 "make triggers or functions while the binary log is on"));
		g_ptr_array_add(found->fixes,
				g_strdup("SET PERSIST log_bin_trust_function_creators = 1"));
	}
	return 0;
}

static void needs_check(const struct rights *rights, struct findings *found, const char *account)
{
	for (size_t i = 0; i < NEEDS_NR; i++) {
		if (!rights->has[i]) {
			g_ptr_array_add(
				found->missing,
				g_strdup_printf("%s: %s", needs[i].privilege, needs[i].reason));
			g_string_append_printf(found->list, "%s%s",
					       found->list->len == 0 ? "" : ", ",
					       needs[i].privilege);
		}
	}
	if (found->list->len > 0) {
		g_ptr_array_add(found->fixes, g_strdup_printf("GRANT %s ON *.* TO %s",
							      found->list->str, account));
	}
	if (!rights->table_stats) {
		g_ptr_array_add(found->missing, g_strdup("SELECT on " TABLE_STATS
							 ": to know the sizes of databases"));
		if (strstr(found->list->str, "SELECT") == NULL) {
			g_ptr_array_add(
				found->fixes,
				g_strdup_printf("GRANT SELECT ON " TABLE_STATS " TO %s", account));
		}
	}
	if (!rights->scratch) {
		g_ptr_array_add(
			found->missing,
			g_strdup_printf("ALL on " SCRATCH
					": to try a release out on an empty copy, "
					"without which a crash may leave tenants in doubt"));
		g_ptr_array_add(found->fixes,
				g_strdup_printf("GRANT ALL ON `" SCRATCH "`.* TO %s", account));
	}
}

/* 'user'@'host' from the server's user@host; a user's name may hold an @. */
static char *account_quote(const struct db_session *session, const char *account)
{
	const char *at = strrchr(account, '@');
	g_autofree char *user =
		at == NULL ? g_strdup(account) : g_strndup(account, (gsize)(at - account));
	g_autofree char *quoted_user = db_quote(session, user);
	g_autofree char *quoted_host = db_quote(session, at == NULL ? "%" : at + 1);

	return g_strdup_printf("%s@%s", quoted_user, quoted_host);
}

static char **closing_of(const struct rights *rights, enum db_flavor flavor)
{
	g_autoptr(GPtrArray) lacks = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < CLOSING_NR; i++) {
		if (!rights->closing[i]) {
			g_ptr_array_add(lacks, g_strdup(closing_words[i][flavor]));
		}
	}
	g_ptr_array_add(lacks, NULL);
	return (char **)g_ptr_array_steal(lacks, NULL);
}

static int missing_get(struct db_session *session, struct db_server_info *info, struct err *err)
{
	g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) fixes = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) list = g_string_new(NULL);
	g_autofree char *account = account_quote(session, info->account);
	struct findings found = { .missing = missing, .fixes = fixes, .list = list };
	struct rights rights = { 0 };

	if (rights_get(session, &rights, err) < 0) {
		return -1;
	}
	needs_check(&rights, &found, account);
	if (trigger_check(session, &rights, &found, account, err) < 0) {
		return -1;
	}
	g_ptr_array_add(missing, NULL);
	g_ptr_array_add(fixes, NULL);
	info->grant = fixes->len == 1 ? NULL : g_strjoinv("; ", (char **)fixes->pdata);
	info->missing = (char **)g_ptr_array_steal(missing, NULL);
	info->closing = closing_of(&rights, info->flavor);
	return 0;
}

static char *time_zone_text(const char *zone, const char *system)
{
	if (g_ascii_strcasecmp(zone, "SYSTEM") == 0) {
		return g_strdup_printf("SYSTEM (%s)", system);
	}
	return g_strdup(zone);
}

int db_server_info_get(struct db_session *session, struct db_server_info *info, struct err *err)
{
	SCOPED(db_server_info) got = { 0 };
	SCOPED(db_rows) rows = { 0 };
	SCOPED(db_rows) status = { 0 };
	char **row;

	if (db_query(session, &rows,
		     "select @@global.time_zone, @@system_time_zone, @@max_connections, "
		     "@@global.read_only, current_user()",
		     err) < 0 ||
	    db_query(session, &status, "show global status like 'Threads_connected'", err) < 0) {
		return err_prefix(err, "server");
	}
	if (rows.nr != 1 || rows.columns != 5) {
		return err_set(err, ERR_PROTOCOL, "server: it does not answer like a server");
	}
	row = rows.cells[0];
	got.flavor = db_flavor(session);
	got.version = g_strdup(db_version(session));
	got.time_zone = time_zone_text(row[0], row[1]);
	got.max_connections = g_ascii_strtoll(row[2], NULL, 10);
	got.read_only = strcmp(row[3], "0") != 0 && g_ascii_strcasecmp(row[3], "OFF") != 0;
	got.account = g_strdup(row[4]);
	got.connections = status.nr == 0 ? 0 : g_ascii_strtoll(status.cells[0][1], NULL, 10);
	if (missing_get(session, &got, err) < 0) {
		return -1;
	}
	*info = got;
	got = (struct db_server_info){ 0 };
	return 0;
}
