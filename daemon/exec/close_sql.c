#include "close_sql.h"

#include <string.h>

#include "close_plan.h"
#include "crash.h"
#include "db.h"

enum {
	LOCK_WAIT = 1205, /* the server's number */
	TRIES = 30,
	RETRY_PAUSE_US = 100000,
};

char *close_account(const struct db_session *session, const char *user, const char *host)
{
	g_autofree char *quoted_user = db_quote(session, user);
	g_autofree char *quoted_host = db_quote(session, host);

	if (host[0] == '\0') {
		return g_steal_pointer(&quoted_user);
	}
	return g_strconcat(quoted_user, "@", quoted_host, NULL);
}

char *close_account_text(const char *user, const char *host)
{
	return host[0] == '\0' ? g_strdup_printf("role %s", user)
			       : g_strdup_printf("%s@%s", user, host);
}

/* What the statements are about: "`client\_a`.*", "`a`.`t`", "procedure `a`.`p`". */
static char *target_of(const struct close_item *item, const char *schema)
{
	g_autofree char *quoted_schema = db_quote_name(schema);
	g_autofree char *object = db_quote_name(item->object);

	switch (item->kind) {
	case CLOSE_DATABASE:
	case CLOSE_SHADOW:
	case CLOSE_PARTIAL:
		return g_strconcat(object, ".*", NULL);
	case CLOSE_TABLE:
	case CLOSE_COLUMN:
		return g_strconcat(quoted_schema, ".", object, NULL);
	case CLOSE_ROUTINE:
		return g_strconcat(item->part, " ", quoted_schema, ".", object, NULL);
	case CLOSE_TRIGGER: /* of close_triggers.c */
	case CLOSE_KIND_NR:
		break;
	}
	CHECK(false);
	return NULL;
}

/* "INSERT, UPDATE", or "INSERT (`c`), UPDATE (`c`)". */
static char *takes_of(const struct close_item *item)
{
	g_autofree char *column = db_quote_name(item->part);
	g_auto(GStrv) names = NULL;
	GString *out;

	if (item->kind != CLOSE_COLUMN) {
		return g_strdup(item->takes);
	}
	names = g_strsplit(item->takes, ", ", -1);
	out = g_string_new(NULL);
	for (size_t i = 0; names[i] != NULL; i++) {
		g_string_append_printf(out, "%s%s (%s)", i > 0 ? ", " : "", names[i], column);
	}
	return g_string_free(out, FALSE);
}

/* Another session may hold the tables of the rights for a moment. */
static int run(struct db_session *session, const char *sql, struct err *err)
{
	for (int tries = 1;; tries++) {
		CRASH_POINT(MODE_CHANGE);
		if (db_exec(session, sql, strlen(sql), err) == 0) {
			CRASH_POINT(MODE_CHANGED);
			return 0;
		}
		if (err->code != ERR_DB || err->native != LOCK_WAIT || tries == TRIES) {
			return -1;
		}
		g_usleep(RETRY_PAUSE_US);
	}
}

/* clang-format off */
static const struct { int number; bool is_news; } gone[] = {
	{ 1141, false },	/* no such right on the database */
	{ 1147, false },	/* on the table */
	{ 1403, false },	/* on the routine */
	{ 1133, true },		/* the account is gone (MariaDB) */
	{ 1410, true },		/* the account is gone (MySQL) */
	{ 1269, true },		/* the account is gone (REVOKE) */
	{ 3162, true },		/* a role is gone (MySQL) */
	{ 1959, true },		/* a role is gone (MariaDB) */
	{ 1146, true },		/* the table is gone */
	{ 1054, true },		/* the column is gone */
	{ 1305, true },		/* the routine is gone */
};

/* clang-format on */

/* 1: gone and worth a word, 0: gone, -1: another error. */
static int is_gone(const struct err *err)
{
	for (size_t i = 0; err->code == ERR_DB && i < G_N_ELEMENTS(gone); i++) {
		if (gone[i].number == err->native) {
			return gone[i].is_news;
		}
	}
	return -1;
}

static char *grant_text(const char *what, const char *target, const char *account)
{
	return g_strdup_printf("GRANT %s ON %s TO %s", what, target, account);
}

static char *revoke_text(const char *what, const char *target, const char *account)
{
	return g_strdup_printf("REVOKE %s ON %s FROM %s", what, target, account);
}

int close_take(struct db_session *session, const char *schema, const struct close_item *item,
	       struct err *err)
{
	g_autofree char *account = close_account(session, item->user, item->host);
	g_autofree char *target = target_of(item, schema);
	g_autofree char *takes = takes_of(item);
	g_autofree char *lend = grant_text(item->lends, target, account);
	g_autofree char *take = revoke_text(takes, target, account);

	/* first what stands in for it: a row without rights would vanish */
	if (item->lends[0] != '\0' && run(session, lend, err) < 0) {
		return -1;
	}
	if (item->kind == CLOSE_SHADOW || takes[0] == '\0') {
		return 0;
	}
	return run(session, take, err) < 0 && is_gone(err) < 0 ? -1 : 0;
}

static int give_back(struct db_session *session, const char *sql, const struct close_item *item,
		     GPtrArray *notes, struct err *err)
{
	g_autofree char *account = close_account_text(item->user, item->host);
	int news;

	if (run(session, sql, err) == 0) {
		return 0;
	}
	news = is_gone(err);
	if (news > 0) {
		g_ptr_array_add(notes, g_strdup_printf("%s of %s was not given back: %s",
						       item->takes, account, err->msg));
	}
	return news < 0 ? -1 : 0;
}

int close_give(struct db_session *session, const char *schema, const struct close_item *item,
	       GPtrArray *notes, struct err *err)
{
	g_autofree char *account = close_account(session, item->user, item->host);
	g_autofree char *target = target_of(item, schema);
	g_autofree char *takes = takes_of(item);
	g_autofree char *give = grant_text(takes, target, account);
	g_autofree char *take = revoke_text(item->lends, target, account);

	if (item->kind != CLOSE_SHADOW && takes[0] != '\0' &&
	    give_back(session, give, item, notes, err) < 0) {
		return -1;
	}
	return item->lends[0] == '\0' ? 0 : give_back(session, take, item, notes, err);
}

/* ---- what SHOW GRANTS says ------------------------------------------------------------ */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* *text is behind the first ` of a name, and behind its last afterwards. Owned. */
static char *name_of(const char **text)
{
	GString *out = g_string_new(NULL);
	const char *at = *text;

	for (; *at != '\0' && (*at != '`' || at[1] == '`'); at++) {
		at += *at == '`'; /* two of them mean one */
		g_string_append_c(out, *at);
	}
	*text = *at == '\0' ? at : at + 1;
	return g_string_free(out, FALSE);
}

/* What follows " ON ", but in a name; NULL: nothing, as for a role. */
static const char *object_of(const char *line)
{
	while (*line != '\0') {
		if (*line == '`') {
			line++;
			g_free(name_of(&line));
		} else if (g_str_has_prefix(line, " ON ")) {
			return line + strlen(" ON ");
		} else {
			line++;
		}
	}
	return NULL;
}

/* Does a line of SHOW GRANTS say something about the database? Rights on all databases do. */
static bool is_about(const char *line, const char *schema)
{
	const char *at = object_of(line);
	g_autofree char *name = NULL;

	at = at == NULL ? NULL : strpbrk(at, "`*'");
	if (at == NULL || *at != '`') {
		return true;
	}
	at++;
	name = name_of(&at);
	if (*at != '.') {
		return true; /* PROXY, on an account */
	}
	return strcmp(name, schema) == 0 || (at[1] == '*' && close_matches(name, schema));
}

char *close_grants_digest(struct db_session *session, const char *user, const char *host,
			  const char *schema, struct err *err)
{
	g_autofree char *account = close_account(session, user, host);
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	g_autoptr(GString) all = g_string_new(NULL);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(session, &rows, err, "SHOW GRANTS FOR %s", account) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < rows.nr; i++) {
		char *secret = strstr(rows.cells[i][0], " IDENTIFIED ");

		if (secret != NULL) {
			*secret = '\0';
		}
		if (is_about(rows.cells[i][0], schema)) {
			g_ptr_array_add(lines, rows.cells[i][0]);
		}
	}
	/* the server's order is that of its memory */
	g_ptr_array_sort(lines, compare_lines);
	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(all, "%s\n", (const char *)g_ptr_array_index(lines, i));
	}
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str, (gssize)all->len);
}
