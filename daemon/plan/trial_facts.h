/*
 * trial_facts - what tables are like inside, as no copy of their definitions shows.
 *
 * One query for all tables of a schema, made when the first of them is asked for. It needs
 * the right PROCESS, and the server opens all tables it has for it: without that right, or on a
 * server that has very many, nothing is known and unread says why.
 *
 * Workers; blocks. Kept by whoever tries; not shared.
 */
#ifndef TRIAL_FACTS_H
#define TRIAL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "err.h"

struct db_session;

#define TRIAL_FACTS_TABLES 5000

struct trial_fact {
	bool hidden_fulltext; /* it once had a FULLTEXT key and keeps the hidden column of that */
	int64_t row_versions; /* of MySQL; how often columns came and went at once */
	bool redundant;       /* of MariaDB; rows have the oldest format, which need not be said */
};

struct trial_facts {
	const char *schema; /* borrowed; set by the caller, the rest is 0 */
	int64_t tables_max; /* very many are more than this; 0: TRIAL_FACTS_TABLES */
	bool is_read;
	bool is_counted;
	bool is_small;      /* when it was counted: the server has few enough tables */
	char *unread;       /* owned; why they could not be read; NULL: they could */
	GHashTable *tables; /* owned; name -> struct trial_fact */
	GHashTable *anew;   /* owned; names of those that the release copies */
};

void trial_facts_release(struct trial_facts *facts);
SCOPED_RELEASE(trial_facts);

/* A table of MySQL whose columns have come and gone at once. */
struct trial_versions {
	size_t schema; /* indexes in the lists that were asked for */
	size_t table;
	int64_t row_versions;
};

/*
 * Can a table of MySQL have so many row versions? Told by its columns: each that is there came with
 * one at most, each that is gone, which the server hides, also went with one. Opens this table
 * alone, while trial_facts_versions has the server open all it has. One that is not there,
 * because the release makes it, has none. ERR_DB: the server refuses.
 */
NODISCARD int trial_facts_may_have(struct db_session *session, const char *schema,
				   const char *table, int64_t row_versions, bool *may,
				   struct err *err);

/*
 * Append those of these tables in these schemas, both NULL-terminated, that have at least so many
 * row versions, in one round trip. Nothing is known of names that are not plain ASCII. ERR_DB: the
 * right PROCESS is missing.
 */
NODISCARD int trial_facts_versions(struct db_session *session, char *const *schemas,
				   char *const *tables, int64_t least, GArray *versions,
				   struct err *err);

/*
 * Those of one table; all 0 when there is no such table or they could not be read. -1: no
 * answer came.
 */
NODISCARD int trial_facts_get(struct trial_facts *facts, struct db_session *session,
			      const char *table, struct trial_fact *fact, struct err *err);

/* Whether the server has so few tables that it may be asked what they are like inside. */
NODISCARD int trial_facts_small(struct trial_facts *facts, struct db_session *session, bool *small,
				struct err *err);

/* The release copies the table: whatever it was like inside, it is not any more. */
void trial_facts_forget(struct trial_facts *facts, const char *table);

/*
 * What becomes another one when the table is rebuilt; the same while it is not. *identity is
 * owned; NULL: there is no such table, or the right PROCESS is missing.
 */
NODISCARD int trial_facts_identity(struct db_session *session, const char *schema,
				   const char *table, char **identity, struct err *err);

#endif /* TRIAL_FACTS_H */
