/*
 * scratch - an empty copy of a schema, where a release is tried before any tenant sees it.
 *
 * The copy is a database of its own on the same server, "muster_scratch_" and 16 hex
 * digits. It holds what the schema holds but rows, events and muster's own tables, and a
 * marker table by which left-overs are known. Nothing is ever written to the source; of it
 * only definitions are read.
 *
 * Workers; blocks. The account needs CREATE, DROP and the rest on `muster\_scratch\_%`;
 * without them scratch_begin fails with ERR_DB or ERR_DENIED, and whoever wants a chain goes
 * on without one.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "err.h"

#define SCRATCH_PREFIX "muster_scratch_"
#define SCRATCH_LIKE   "'muster|_scratch|_%' escape '|'" /* of every such name */

struct db_session;
struct halfway;
struct release;
struct rewrite;
struct scratch;
struct statement;
struct trial;

/* A name for a copy that nobody else has. Owned. */
char *scratch_name_new(void);

/*
 * The name of a copy of the copy that is called name: whoever clears up behind a lost link knows
 * both. Of a schema that is no copy a new name. Owned.
 */
char *scratch_name_beside(const char *name);

/* The up statements of these migrations of a release, in this order. Borrowed. */
struct scratch_work {
	const struct release *release;
	const size_t *indices;
	size_t nr;
	size_t begun; /* index of the one whose first done statements the source has already */
	size_t done;  /* 0: there is none */
	/* of the statement behind those the source has some parts; NULL: none */
	const struct halfway *halfway;
	/* look for statements that are cheaper written otherwise: rewrites of the chain */
	bool rewrites;
	/*
	 * Only what is there at the end is wanted: the statements run as they are written, and the
	 * chain has a step for none but those that were not run.
	 */
	bool only_end;
	/* True: no statement is begun any more (ERR_CANCELLED). NULL: never. */
	bool (*stops)(const void *asker);
	const void *asker;
	/*
	 * Told which way each change of a table takes (trial.h). NULL: the real tables are not
	 * looked at for that, and the ways in the chain are those of the copy.
	 */
	void (*tried)(void *ctx, size_t migration, size_t number, const struct trial *trial);
	/*
	 * Told of statements that are cheaper written otherwise (rewrite_proof.h): nr of them
	 * from this one on, called when the file has ended. May be NULL.
	 */
	void (*rewritten)(void *ctx, size_t migration, size_t number, size_t nr,
			  const struct rewrite *rewrite);
	void *ctx;
};

/*
 * Copy the schema under this name, as much of it as the work may touch (scratch_pick.h; NULL:
 * all of it). epoch is that of the daemon, for scratch_sweep. The session is borrowed until
 * scratch_end and used for nothing else meanwhile: its settings and its default schema
 * change, named locks stay. A table that cannot be copied fails the whole; a view, trigger or
 * routine that cannot (it does not work, or it names another database) is left out and said
 * by scratch_unlike. A definer that may not be named becomes this account.
 */
NODISCARD struct scratch *scratch_begin(struct db_session *session, const char *schema,
					const char *name, const struct scratch_work *work,
					int64_t epoch, struct err *err);

/*
 * An empty database with this collation under this name, which is nobody's copy: what a release
 * makes of nothing. Otherwise as scratch_begin.
 */
NODISCARD struct scratch *scratch_begin_empty(struct db_session *session, const char *collation,
					      const char *name, int64_t epoch, struct err *err);

const char *scratch_name(const struct scratch *scratch);

/* What it looks like now: as it began, and as the last run has left it. Borrowed. */
const struct shape *scratch_shape(const struct scratch *scratch);

/* What differs between the source and its copy, in words; NULL: nothing. Borrowed. */
const char *scratch_unlike(const struct scratch *scratch);

/* The server's words without the name of the copy, which nobody knows. Owned. */
char *scratch_words(const struct scratch *scratch, const char *words);

/*
 * Run the work on the copy and record a step for each. runner is a session of its own for the
 * statements: each file finds it reset and pinned as in the real run, one that goes on with what
 * its first statements have set there, and it is reset at the end. Accounts, the
 * server, files, events and other databases are left alone: such statements have a step that
 * says so. A statement that only fails for want of rows is not run to its end: it has a note.
 * The chain begins with the shape of the source, also where the copy could not be like it.
 *
 * A statement that the server refuses ends the chain and is no error: chain->failure. What
 * is an error is that no answer came, or that the copy cannot be read.
 */
NODISCARD int scratch_run(struct scratch *scratch, struct db_session *runner,
			  const struct scratch_work *work, struct chain *chain, struct err *err);

/*
 * Drop the copy and free scratch. -1: it is left over; a later scratch_sweep finds it.
 * The session is usable afterwards but not pinned.
 */
NODISCARD int scratch_end(struct scratch *scratch, struct err *err);

/* Drop a copy whose session was lost; it may never have been made, or be dropped already. */
NODISCARD int scratch_drop(struct db_session *session, const char *name, int64_t epoch,
			   struct err *err);

/*
 * The epoch of the daemon that made the database. ERR_CONFLICT: it does not hold our marker.
 */
NODISCARD int scratch_made_by(struct db_session *session, const char *schema, int64_t *epoch,
			      struct err *err);

/*
 * Drop what earlier daemons have left: databases with such a name that hold the marker, its
 * epoch below this one, or nothing at all. dropped counts them.
 */
NODISCARD int scratch_sweep(struct db_session *session, int64_t epoch, size_t *dropped,
			    struct err *err);

/*
 * The databases that scratch_sweep would drop: only a look. Owned, NULL-terminated; NULL on
 * failure.
 */
NODISCARD char **scratch_left(struct db_session *session, int64_t epoch, struct err *err);

/*
 * Would a tenant refuse, too, what the copy has refused with this number of the server? A
 * procedure may have stopped there for want of rows.
 */
bool scratch_proves_failure(const struct statement *statement, int native);

#endif /* SCRATCH_H */
