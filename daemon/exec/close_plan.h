/*
 * close_plan - how one tenant is closed for writes, and what gives everything back.
 *
 * The plan is made before anything changes and is stored as text, in the inventory and
 * in the tenant itself. It is data and no statements: names, hosts and privileges out of a fixed
 * list, all of them about this one schema. Whoever can write in the tenant can change the
 * copy there: close_plan_parse refuses what does not belong to the schema, so that nobody
 * gets more by it than rights within that schema.
 *
 * Any thread; pure. How the statements look: close_sql.h. Who may write: close_look.h.
 */
#ifndef CLOSE_PLAN_H
#define CLOSE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"

enum close_method {
	CLOSE_PRIVILEGES, /* the rights of the accounts that may write there are taken away */
	CLOSE_TRIGGERS,   /* that where it can be done, and triggers refuse all but muster itself */
	CLOSE_SCHEMA,     /* MySQL: READ ONLY = 1; refuses muster's own account, too */
	CLOSE_HOOK,       /* nothing is taken: the application stops by itself */
	CLOSE_METHOD_NR,
};

extern const char *const close_method_names[CLOSE_METHOD_NR];

enum close_kind {
	CLOSE_DATABASE, /* rights on the schema, in a row of the account that means it alone */
	CLOSE_SHADOW,   /* rights on a pattern: a row for the schema alone goes before it */
	CLOSE_PARTIAL,  /* MySQL: global rights, with a partial revoke for the schema */
	CLOSE_TABLE,
	CLOSE_COLUMN,
	CLOSE_ROUTINE,
	CLOSE_TRIGGER, /* one that refuses a kind of write to one table */
	CLOSE_KIND_NR,
};

extern const char *const close_kind_names[CLOSE_KIND_NR];

/* Everything is owned and never NULL. */
struct close_item {
	enum close_kind kind;
	char *user;   /* TRIGGER: who may write all the same */
	char *host;   /* "": a role of MariaDB */
	char *object; /* DATABASE, SHADOW, PARTIAL: the schema as the server stores it;
		       * else the table or routine */
	char *part;   /* COLUMN, TRIGGER: its name; ROUTINE: PROCEDURE or FUNCTION; else "" */
	char *takes;  /* "INSERT, UPDATE"; TRIGGER: one of INSERT, UPDATE, DELETE */
	char *lends;  /* what the account has instead while it is closed; "": nothing */
};

/* What SHOW GRANTS said of an account that is touched. */
struct close_seen {
	char *user;
	char *host;
	char *digest;
};

struct close_plan {
	enum close_method method;
	GPtrArray *items; /* owned; struct close_item *; NULL when there are none */
	GPtrArray *seen;  /* owned; struct close_seen * */
};

void close_plan_release(struct close_plan *plan);
SCOPED_RELEASE(close_plan);

/* A new empty item at the end. */
struct close_item *close_plan_add(struct close_plan *plan, enum close_kind kind, const char *user,
				  const char *host);
void close_plan_saw(struct close_plan *plan, const char *user, const char *host,
		    const char *digest);

size_t close_plan_items(const struct close_plan *plan);
size_t close_plan_seen(const struct close_plan *plan);
const struct close_item *close_plan_item(const struct close_plan *plan, size_t i);
const struct close_seen *close_plan_saw_at(const struct close_plan *plan, size_t i);

/* Lines of text. Owned. */
char *close_plan_format(const struct close_plan *plan);

/* ERR_INVALID in words when the text is not about this schema alone. *plan is empty then. */
NODISCARD int close_plan_parse(struct close_plan *plan, const char *text, const char *schema,
			       struct err *err);

/* How the names of our triggers begin. */
#define CLOSE_TRIGGER_NAME "muster_closed_"

/* ---- privileges ------------------------------------------------------------------------ */

struct close_privilege {
	const char *name;   /* in GRANT */
	const char *column; /* of mysql.db and mysql.user */
	const char *word;   /* of the sets in mysql.tables_priv and its like; NULL: never there */
	bool writes;        /* taken away */
	bool mariadb;       /* only there */
};

extern const struct close_privilege close_privileges[]; /* name NULL ends it */

/* What an account gets where otherwise nothing would be left of its row. */
#define CLOSE_PLACEHOLDER "CREATE TEMPORARY TABLES"

/* ---- patterns -------------------------------------------------------------------------- */

/* The schema's name as a pattern that means it alone. Owned. */
char *close_escape(const char *schema);

/* And back: what a pattern without a wildcard means. Owned. */
char *close_unescape(const char *pattern);

/* As LIKE of the server, letter by letter. */
bool close_matches(const char *pattern, const char *schema);

/* Does the pattern mean the schema and no other? */
bool close_is_literal(const char *pattern, const char *schema);

/* Without its backslashes it is the schema's name: what people write who forget them. */
bool close_is_namesake(const char *pattern, const char *schema);

/* How many characters stand before the first wildcard: the server prefers the longest. */
size_t close_reach(const char *pattern);

#endif /* CLOSE_PLAN_H */
