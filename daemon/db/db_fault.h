/*
 * db_fault - what a server's error number means for what may be done next.
 *
 * From 3024 on MariaDB and MySQL use the same numbers for different things, so the
 * flavour is part of the key. A table; any thread.
 */
#ifndef DB_FAULT_H
#define DB_FAULT_H

#include "db.h"

enum db_fault {
	DB_FAULT_REFUSED,   /* the statement or the data is wrong: a human must look */
	DB_FAULT_LOCK_WAIT, /* nothing was done; the same statement may be tried again */
	DB_FAULT_DEADLOCK,  /* the transaction is gone; one that began before must not be resumed */
	DB_FAULT_INTERRUPTED, /* killed or timed out; nothing was done */
	DB_FAULT_NO_CONNECT,  /* the server takes no connection now; costs the tenant nothing */
	DB_FAULT_LOST,        /* the link broke: look before anything else */
	DB_FAULT_DENIED,      /* account or privilege */
	DB_FAULT_SPACE,       /* the server has no room: stop everything there */
	DB_FAULT_READ_ONLY,   /* the server became a replica or is read only */
	DB_FAULT_SHUT,        /* this one database is READ ONLY (MySQL) */
	DB_FAULT_NO_SCHEMA,   /* the tenant's database is not there */
	DB_FAULT_NR,
};

extern const char *const db_fault_names[DB_FAULT_NR];

enum db_fault db_fault_classify(enum db_flavor flavor, int number);

/* Is it an answer of the server (ERR_DB) of this kind? */
bool db_fault_is(enum db_flavor flavor, const struct err *err, enum db_fault fault);

/*
 * Is the statement's own text wrong (syntax, a column that is not there, …), so that no other
 * try helps before the file is mended? What a mended database or row would cure is not meant.
 * The same numbers on both.
 */
bool db_fault_is_of_text(int number);

/* Did the statement reach the limit of time that its session has? The same numbers on both. */
bool db_fault_is_timeout(int number);

/* Did the server refuse because the table is not there? ERR_DB; the same number on both. */
bool db_fault_is_no_table(const struct err *err);

/*
 * A server's message without the client's data: some messages quote a value of a row
 * ("Duplicate entry 'x' for key 'email'"), which becomes '…'. Names of tables, columns
 * and keys stay. Owned, valid UTF-8.
 */
char *db_fault_text(int number, const char *text);

#endif /* DB_FAULT_H */
