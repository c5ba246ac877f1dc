/*
 * close_look - who may write in a tenant, and which ways in cannot be closed.
 *
 * Reads the server's own tables of rights (SELECT on mysql.* is needed), changes nothing. Two
 * uses: it makes the plan, and once that was carried out it finds nothing more to take,
 * which is half of the proof.
 *
 * Most specific row wins: for an account whose right stands in a pattern (`client\_%`) a row
 * for the one schema is put before it. Where MySQL adds rights up instead (accounts with
 * roles) a pattern cannot be closed for one schema: a hole. Not looked for: views and routines
 * in other schemas that run with the rights of an account which keeps its own; such accounts
 * are holes themselves.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_LOOK_H
#define CLOSE_LOOK_H

#include <stdbool.h>

#include <glib.h>

#include "close_holes.h"
#include "close_plan.h"
#include "err.h"

struct close_rights;
struct db_session;

struct close_look {
	struct close_plan plan; /* method CLOSE_PRIVILEGES */
	struct close_holes holes;
	char *unable; /* owned; why this account cannot take rights away, or NULL */
};

void close_look_release(struct close_look *look);
SCOPED_RELEASE(close_look);

/* *look must be empty. Without digests of SHOW GRANTS: close_look_grants. */
NODISCARD int close_look_at(struct db_session *session, const char *schema, struct close_look *look,
			    struct err *err);

/*
 * The same out of what was read before; asks the server only for what was not needed so far. What
 * the rights know of who keeps his is about this database afterwards.
 */
NODISCARD int close_look_of(struct db_session *session, struct close_rights *rights,
			    const char *schema, struct close_look *look, struct err *err);

/* Add to the plan what SHOW GRANTS says of every account in it about the database. */
NODISCARD int close_look_grants(struct db_session *session, const char *schema,
				struct close_plan *plan, struct err *err);

/*
 * The users whose sessions may still have what the plan takes: those in it, and those who
 * have a role in it. *users is owned, of owned text; NULL: any user but ours.
 */
NODISCARD int close_look_users(struct db_session *session, const struct close_plan *plan,
			       GPtrArray **users, struct err *err);

#endif /* CLOSE_LOOK_H */
