/*
 * close_context - what decides how rights on a server count: who we are, roles, settings.
 *
 * Accounts are told apart by user and host as they stand in mysql.user; a role of MariaDB
 * has the host "". Workers; blocks while reading, the rest is pure.
 */
#ifndef CLOSE_CONTEXT_H
#define CLOSE_CONTEXT_H

#include <stdbool.h>

#include <glib.h>

#include "err.h"

struct db_session;

struct close_context {
	bool is_mysql;
	bool partial_revokes; /* MySQL: names of databases are no patterns */
	bool has_mandatory;   /* MySQL: every account has roles */
	char *user;           /* owned; ours */
	char *host;
	GHashTable *ours;    /* account -> itself, owned: us and the roles we have active */
	GPtrArray *edges;    /* struct edge *, owned: who has which role */
	GHashTable *keepers; /* owned: accounts whose rights stay */
};

void close_context_release(struct close_context *context);
SCOPED_RELEASE(close_context);

NODISCARD int close_context_read(struct db_session *session, struct close_context *context,
				 struct err *err);

bool close_context_is_ours(const struct close_context *context, const char *user, const char *host);

/* Does the server add up the rows of this account, instead of taking the most specific one? */
bool close_context_adds_up(const struct close_context *context, const char *user, const char *host);

/* This account's rights stay as they are; and is it one of those, written "user@host"? */
void close_context_keeps(const struct close_context *context, const char *user, const char *host);
bool close_context_is_keeper(const struct close_context *context, const char *account);

/* Of all that were told to be but ours: another database is looked at. */
void close_context_forget(const struct close_context *context);

/* Append the user, or those who have it when it is a role. */
void close_context_members(const struct close_context *context, const char *user, const char *host,
			   GPtrArray *users);

#endif /* CLOSE_CONTEXT_H */
