/*
 * forecast - what the pending statements of one tenant would do, for people.
 *
 * Made from the chain of a trial on an empty copy: each pending statement with its outcome and
 * what it changes of the schema. Made once per class of tenants by a worker, then shared by
 * reference and never changed. Pure; any thread.
 */
#ifndef FORECAST_H
#define FORECAST_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "err.h"
#include "precheck.h"
#include "scope.h"

struct chain;
struct release;
struct rewrite;
struct trial;

enum forecast_outcome {
	FORECAST_FINE,   /* it ran on the copy */
	FORECAST_UNSEEN, /* it was not run there, or not to its end: note says why */
	FORECAST_FAILS,  /* the server refuses it: note has its words */
	FORECAST_BEHIND, /* stands behind one that fails */
	FORECAST_OUTCOME_NR,
};

extern const char *const forecast_outcome_names[FORECAST_OUTCOME_NR]; /* "ok", … */

struct forecast_statement {
	size_t migration; /* index in the release */
	size_t number;    /* in its file, from 1 */
	enum forecast_outcome outcome;
	char *note;     /* owned; or NULL */
	char **changes; /* owned, NULL-terminated; lines, without what is minor */
	/* of a change of a table (trial.h); algorithm NULL: it is none, or it was not run */
	const char *algorithm;
	bool blocks_writes;
	bool rebuilds; /* the table is written anew */
	bool versions; /* rows have one version more for it (trial.h) */
	bool insists;  /* at once or not at all */
	bool keyed;    /* the table has a primary key */
	int64_t adds;  /* bytes for each row in the keys that it adds (width.h) */
	bool retypes;  /* old and new application code cannot share a column of it (retype.h) */
	char *table;   /* owned; also that which a statement goes through range by range */
	char *why;     /* owned; why no cheaper way is open; NULL: there is none */
	/* what runs in place of it and those behind it; what is said above is then of these */
	char **cheaper;              /* owned, NULL-terminated; NULL: it runs as it is written */
	char *cheaper_why;           /* owned; "inplace becomes instant, nocopy" */
	size_t cheaper_nr;           /* statements */
	struct forecast_part *parts; /* owned; as many as cheaper has texts */
	bool covered;                /* one before it does its work */
};

/* One of the texts that run in place of a statement. */
struct forecast_part {
	const char *algorithm; /* static */
	bool blocks_writes;
	bool rebuilds;
};

/* The ways that were found while the statements ran: one for each change of a table. */
struct forecast_way {
	size_t migration;
	size_t number;
	const char *algorithm; /* static */
	bool blocks_writes;
	bool rebuilds;
	bool versions;
	bool insists;
	char *table; /* owned */
	char *why;   /* owned */
	/* of a cheaper way to write nr statements; what is above is then of the dearest part */
	char **cheaper;    /* owned */
	char *cheaper_why; /* owned */
	size_t cheaper_nr;
	struct forecast_part *parts; /* owned */
};

/* For scratch_work.tried: ctx is a GArray of struct forecast_way, made by forecast_ways_new. */
void forecast_tried(void *ctx, size_t migration, size_t number, const struct trial *trial);
GArray *forecast_ways_new(void);

/* The same for scratch_work.rewritten. */
void forecast_rewritten(void *ctx, size_t migration, size_t number, size_t nr,
			const struct rewrite *rewrite);

/* What a statement needs of the rows that a tenant has now. */
struct forecast_check {
	size_t migration;
	size_t number;
	struct precheck precheck;
};

/* Which statements those are: migrations of the release, in order. All borrowed. */
struct forecast_work {
	const struct release *release;
	const size_t *indices; /* of the pending migrations, also those that are skipped */
	size_t nr;
	size_t begun;       /* index of the one whose first done statements are done already */
	size_t done;        /* 0: there is none */
	const GArray *ways; /* struct forecast_way */
};

struct forecast {
	size_t *pending; /* owned; indices of the migrations */
	size_t nr_pending;
	struct forecast_statement *statements; /* owned; in the order they run */
	size_t nr;
	char *failure;       /* owned; file, line and the server's words; NULL: nothing fails */
	char *sql_mode;      /* owned; of the release; NULL: the server's */
	char **tables;       /* owned, NULL-terminated; of rows that matter for how long it takes */
	char **versioned;    /* owned, NULL-terminated; tables whose rows get one version more */
	GArray *checks;      /* owned; struct forecast_check */
	GPtrArray *doubtful; /* owned; char *: what cannot be asked before the release runs */
	char *unlike;        /* owned; how the copy differs from the tenant; NULL: not at all */
};

/* One reference. NULL: a step of the chain does not fit the one before. */
NODISCARD struct forecast *forecast_make(const struct chain *chain,
					 const struct forecast_work *work, struct err *err);
struct forecast *forecast_ref(struct forecast *forecast); /* NULL gives NULL */
void forecast_unref(struct forecast *forecast);           /* NULL is fine */

#endif /* FORECAST_H */
