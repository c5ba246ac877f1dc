/*
 * db_catalog - questions about a whole server, many schemas per round trip.
 *
 * Workers; blocks. Everything is filtered by schema; system schemas are never seen.
 */
#ifndef DB_CATALOG_H
#define DB_CATALOG_H

#include "db.h"

struct db_crew;

struct db_server_info {
	enum db_flavor flavor;
	char *version;   /* owned */
	char *time_zone; /* owned; what SYSTEM means is spelled out */
	int64_t max_connections;
	int64_t connections;
	bool read_only;
	char *account;  /* owned; user@host the server sees */
	char **missing; /* owned, NULL-terminated; "PROCESS: to name who blocks a change" */
	char *grant;    /* owned; the statements ("; " between) that give it, or NULL */
	char **closing; /* owned, NULL-terminated; what closing a tenant for writes lacks besides */
};

void db_server_info_release(struct db_server_info *info);
SCOPED_RELEASE(db_server_info);

/*
 * missing names what muster and usual migrations need and this account has nowhere:
 * neither on *.* nor on any database (a fleet's account may hold its rights on a
 * pattern, `client\_%`.*); active roles count.
 */
NODISCARD int db_server_info_get(struct db_session *session, struct db_server_info *info,
				 struct err *err);

/*
 * Where a tenant stands, from its own muster_history. Versions are in the order
 * they were applied.
 */
struct db_position {
	char *schema;     /* owned */
	bool exists;      /* the database is there */
	bool has_history; /* muster has been here */
	char **applied;   /* owned, NULL-terminated; versions with state applied */
	char **checksums; /* owned; of the same, as far as asked for: whole, or their beginning */
	char *before;     /* owned; when asked for: fingerprint in front of all that was ever
			   * done, "" where it was not taken; NULL: nothing was done */
	char *open;       /* owned; version left applying or failed, or NULL */
	size_t done;      /* statements of the open one that are known to be done */
	bool in_flight;   /* a statement behind those may have run, too */
	uint64_t epoch;   /* the latest of any row; 0: none */
	char *problem;    /* owned; why the history could not be read, or NULL */
	int64_t bytes;    /* data and indexes, as the server estimates */
};

struct db_positions {
	struct db_position *positions; /* owned; same order as asked */
	size_t nr;
};

void db_positions_release(struct db_positions *positions);
SCOPED_RELEASE(db_positions);

/* What is asked beside versions. */
enum {
	DB_POSITIONS_BYTES = 1,
	DB_POSITIONS_CHECKSUMS = 2, /* whole ones, and the fingerprint in front of all */
};

/*
 * The schemas that match the LIKE pattern (NULL: all), sorted, without muster's own copies to try
 * things on; a literal _ or % is escaped by a backslash. Owned, NULL-terminated; NULL on failure.
 */
NODISCARD char **db_schemas(struct db_session *session, const char *like, struct err *err);

/*
 * Position and size of these schemas. Three queries for all of them, then one per 100
 * histories: thousands take a second or two, most of it the server opening the tables. A
 * history that cannot be read does not fail the others: has_history and problem are
 * set. DB_POSITIONS_BYTES: mysql.innodb_table_stats where it is readable, else
 * information_schema. crew: who helps to read histories; or NULL.
 */
NODISCARD int db_positions_get(struct db_session *session, struct db_positions *positions,
			       const char *const *schemas, size_t nr, unsigned wants,
			       struct db_crew *crew, struct err *err);

#endif /* DB_CATALOG_H */
