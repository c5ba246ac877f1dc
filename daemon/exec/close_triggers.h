/*
 * close_triggers - triggers that refuse every change of a row but muster's own.
 *
 * Three for each table, before an insert, an update and a delete. They also refuse sessions
 * that are there, accounts with global rights and routines and events that run with such
 * rights. They do not refuse what changes tables as a whole (TRUNCATE, ALTER, DROP), nor what
 * a foreign key or a replication changes. Making one waits for whoever has used its table.
 * A table that is made while they are there has none: a migration's own business.
 *
 * Workers; blocks.
 */
#ifndef CLOSE_TRIGGERS_H
#define CLOSE_TRIGGERS_H

#include <stdbool.h>

#include "err.h"

struct close_drain;
struct close_plan;
struct db_session;

/* Why this account cannot make them. Owned; NULL with ERR_NONE: it can. */
char *close_triggers_unable(struct db_session *session, struct err *err);

/*
 * The same of what is known already: has the account TRIGGER on the database, and does the server
 * let it make any, because of SUPER or as it is set? Pure. Owned; NULL: it can.
 */
char *close_triggers_lack(const char *account, bool has_trigger, bool is_trusted);

/* Does the server as it is set let accounts without SUPER make triggers? */
NODISCARD int close_triggers_trusted(struct db_session *session, bool *is_trusted, struct err *err);

/* Add one of each sort for every table of the session's database. */
NODISCARD int close_triggers_plan(struct db_session *session, struct close_plan *plan,
				  struct err *err);

/* Both may be run again. */
NODISCARD int close_triggers_put(struct db_session *session, const struct close_plan *plan,
				 const struct close_drain *drain, struct err *err);
NODISCARD int close_triggers_drop(struct db_session *session, const struct close_plan *plan,
				  const struct close_drain *drain, struct err *err);

/* ERR_CONFLICT with the table that has not all of them. */
NODISCARD int close_triggers_prove(struct db_session *session, struct err *err);

#endif /* CLOSE_TRIGGERS_H */
