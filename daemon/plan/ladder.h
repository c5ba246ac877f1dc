/*
 * ladder - the ways a server can carry out one ALTER, from the cheapest to the dearest.
 *
 * Which rung a change needs is found by asking the server on an empty copy, from the first
 * rung on, until one is taken. What an empty copy cannot show is put right from facts about
 * the real table.
 *
 * Pure; any thread.
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stdint.h>

enum ladder_rung {
	LADDER_INSTANT,
	LADDER_NOCOPY, /* an index is built; MariaDB only */
	LADDER_INPLACE,
	LADDER_INPLACE_LOCKED, /* writes wait until it ends */
	LADDER_COPY_ONLINE,    /* MariaDB from 11.2 */
	LADDER_COPY,           /* writes wait until it ends */
	LADDER_NR,
};

extern const char *const ladder_names[LADDER_NR];

const char *ladder_named(const char *name); /* the one of ladder_names; NULL: there is none */

struct ladder_server {
	bool mariadb;
	int version; /* 101119, 90704 */
};

/* What a statement says to ask for a rung and for nothing dearer. */
struct ladder_ask {
	const char *algorithm; /* "INPLACE"; NULL: the server has no such rung */
	const char *lock;      /* "NONE"; NULL: nothing is said of it */
};

struct ladder_ask ladder_ask(enum ladder_rung rung, const struct ladder_server *server);

bool ladder_blocks_writes(enum ladder_rung rung);

enum ladder_answer {
	LADDER_TAKEN,
	LADDER_NEXT,  /* not this way: ask for the next rung */
	LADDER_WRONG, /* the change itself fails, whatever the rung */
};

/* What the server's answer means; native 0: no error. */
enum ladder_answer ladder_judge(int native, const struct ladder_server *server);

/* What an empty copy made by LIKE does not have. */
struct ladder_facts {
	bool columns;         /* the change adds, drops or moves a column */
	bool hidden_fulltext; /* the table once had a FULLTEXT key and keeps its hidden column */
	int64_t row_versions; /* of MySQL; how often columns came and went at once */
	bool cascades;        /* a foreign key of the table that is more than a refusal */
};

/*
 * How often columns may come and go at once before the table is rebuilt for it; INT64_MAX: as
 * often as anybody wants.
 */
int64_t ladder_row_versions(const struct ladder_server *server);

/* The rung that the real table needs when the copy took this one. */
enum ladder_rung ladder_correct(enum ladder_rung rung, const struct ladder_facts *facts,
				const struct ladder_server *server);

#endif /* LADDER_H */
