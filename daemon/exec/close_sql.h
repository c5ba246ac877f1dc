/*
 * close_sql - the statements that take the rights of an account away, and give them back.
 *
 * Each may be run again, and each undoes what the other did, whether or not that had
 * happened: what is gone already is no error, nor is an account or a table that is not there
 * any more. Workers; blocks.
 */
#ifndef CLOSE_SQL_H
#define CLOSE_SQL_H

#include <stdbool.h>

#include <glib.h>

#include "err.h"

struct close_item;
struct db_session;

/* A subquery: the rights (privilege_type) of muster's own account on the session's database. */
#define CLOSE_OWN_RIGHTS                                                                      \
	"(select privilege_type from ("                                                       \
	"select grantee, privilege_type from information_schema.user_privileges "             \
	"union all select grantee, privilege_type "                                           \
	"from information_schema.schema_privileges where database() like table_schema) as p " \
	"where grantee = concat('''', replace(current_user(), '@', '''@'''), ''''))"

/* The account as GRANT wants it: 'app'@'%', or 'reader' for a role of MariaDB. Owned. */
char *close_account(const struct db_session *session, const char *user, const char *host);

/* "app@%" for people. Owned. */
char *close_account_text(const char *user, const char *host);

NODISCARD int close_take(struct db_session *session, const char *schema,
			 const struct close_item *item, struct err *err);

/* What could not be given because its object is gone is one sentence in notes. */
NODISCARD int close_give(struct db_session *session, const char *schema,
			 const struct close_item *item, GPtrArray *notes, struct err *err);

/*
 * SHA-256 of what SHOW GRANTS says that concerns the database, as of an account of many a
 * tenant: without its rights on other databases, of which some may be closed or opened meanwhile,
 * and without what belongs to the password. Owned; NULL: failed.
 */
char *close_grants_digest(struct db_session *session, const char *user, const char *host,
			  const char *schema, struct err *err);

#endif /* CLOSE_SQL_H */
