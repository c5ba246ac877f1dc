/*
 * close_rights - what the tables of a server say of who may write in a database.
 *
 * Read once, for the session's own database or for many: then a look at each of two thousand
 * costs no more questions than a look at one. Which row is about which database is found here;
 * what the rows mean is close_look.h's and close_holes.h's.
 *
 * Reading blocks and belongs to workers; the rest is pure but where it says otherwise.
 */
#ifndef CLOSE_RIGHTS_H
#define CLOSE_RIGHTS_H

#include <stdbool.h>

#include <glib.h>

#include "close_context.h"
#include "db.h"
#include "err.h"

/* Which columns the rows have is written beside each. */
enum close_source {
	CLOSE_ON_DATABASE, /* user, host, pattern, what is taken, what is kept */
	CLOSE_ON_TABLE,    /* user, host, table, "", words of a set */
	CLOSE_ON_COLUMN,   /* user, host, table, column, words */
	CLOSE_ON_ROUTINE,  /* user, host, routine, its type, words */
	CLOSE_GLOBAL,      /* user, host, what is taken, is locked, has SYSTEM_USER */
	CLOSE_REVOKED,     /* MySQL: user, host, privilege that a partial revoke has taken */
	CLOSE_OWN,         /* privilege of ours, may it be granted */
	CLOSE_EVENTS,      /* what it is, whose rights it has or NULL when that does not matter */
	CLOSE_DEFINERS,    /* the same; routines */
	CLOSE_FOREIGN,     /* the same; foreign keys that reach in */
	CLOSE_REPLICA,     /* the same; what a primary sends */
	CLOSE_SOURCE_NR,
};

struct close_read {
	struct db_rows rows;
	GHashTable *exact; /* owned; database -> GArray of guint; NULL: every row is about it */
	GArray *loose;     /* owned; guint: rows with a pattern, or about all databases */
};

struct close_rights {
	struct close_context context;
	struct close_read of[CLOSE_SOURCE_NR];
	GPtrArray *names; /* owned; databases of the server; NULL: not read yet */
};

void close_rights_release(struct close_rights *rights);
SCOPED_RELEASE(close_rights);

/* *rights must be empty. schemas NULL: the session's own database, and no other may be asked. */
NODISCARD int close_rights_read(struct db_session *session, char *const *schemas,
				struct close_rights *rights, struct err *err);

/* The rows about the database, as the server has ordered them: char *const *, borrowed. Owned. */
GPtrArray *close_rights_rows(const struct close_rights *rights, enum close_source source,
			     const char *schema);

/* Has our account this privilege on the database, and may it grant it? */
bool close_rights_has(const struct close_rights *rights, const char *schema, const char *privilege,
		      bool grantable);

/* Why our account cannot take rights on it away and give them back. Owned; NULL: it can. */
char *close_rights_unable(const struct close_rights *rights, const char *schema);

/*
 * Does a pattern that could mean others mean only this database, as the server is now? The first
 * call asks the server.
 */
NODISCARD int close_rights_alone(struct db_session *session, struct close_rights *rights,
				 const char *pattern, const char *schema, bool *alone,
				 struct err *err);

#endif /* CLOSE_RIGHTS_H */
