/*
 * verify - are tenants as their history says they should be? What was seen, held against what a
 * release builds.
 *
 * Tenants of the same kind of server that have applied the same migrations are at one position.
 * What they should look like is what the release makes of nothing up to there; who begins from an
 * older database has more, or the release does not run at all without it: then the looks of most
 * of those at that position stand for it, and the position says so.
 *
 * Pure: verify_take for each tenant, verify_positions, verify_built for each position,
 * verify_judge (verify_judge.h). Taking and giving may be repeated. Texts are owned unless they
 * are said to be borrowed.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scope.h"

struct exec_result;
struct exec_standing;
struct release;

enum verify_verdict {
	VERIFY_OK,
	VERIFY_DRIFTED,    /* its schema is not what it should be */
	VERIFY_ALTERED,    /* its schema is, but a file was applied from another text */
	VERIFY_INCOMPLETE, /* the same, but a migration in the middle is missing */
	VERIFY_AHEAD,      /* its history holds what the release does not */
	VERIFY_UNFINISHED, /* in the middle of a migration */
	VERIFY_UNRECORDED, /* it has no history */
	VERIFY_MISSING,    /* its database is not there */
	VERIFY_UNPROVEN,   /* there is nothing to compare it with */
	VERIFY_UNKNOWN,    /* its server did not answer */
	VERIFY_NR,
};

extern const char *const verify_names[VERIFY_NR]; /* "ok", "drifted", … */

struct verify_position;

struct verify_tenant {
	char *name;
	char *server; /* its name */
	char *schema;
	int64_t server_id;
	/* as it was seen */
	bool known;
	bool exists;
	bool has_history;
	bool moved;
	char *why; /* nothing is known; or NULL */
	char *version;
	char *ahead;
	char *open;
	char **altered;
	char *before; /* as of exec_standing, with the next two */
	char *fingerprint;
	char *look;
	size_t *places; /* of migrations that are not applied */
	size_t nr_places;
	/* what is said of it */
	enum verify_verdict verdict;
	GPtrArray *problems; /* char *, owned: sentences */
	char *help;          /* the command that helps, or NULL */
	char **diff;         /* from what it should be to what it is, or NULL */
	char **minor;
	const struct verify_position *position; /* borrowed; NULL: it was not compared */
};

struct verify_position {
	char *flavor;  /* "mariadb 10.11.19" */
	char *version; /* the newest; NULL: nothing is applied */
	int64_t server_id;
	size_t *indices; /* of the migrations that were run there, in order */
	size_t nr;
	char *collation;    /* of most of its databases */
	GPtrArray *members; /* struct verify_tenant *, borrowed; by name */
	/* what was built */
	bool lost;    /* the server went away meanwhile */
	char *why;    /* why there is nothing, or NULL */
	char **unrun; /* statements that were not run, or NULL */
	char *start;  /* fingerprint of the empty schema, or NULL */
	char *text;   /* of the shape, or NULL */
	/* what is said of it */
	bool built;                          /* by the release, at least in part */
	size_t others;                       /* that look alike and stand for it; 0: not needed */
	char *note;                          /* one sentence, or NULL: the release builds it all */
	const struct verify_tenant *is_fine; /* borrowed; one that is as it should be, or NULL */
};

struct verify {
	const struct release *release; /* borrowed */
	const char *name;              /* borrowed; of the release */
	struct verify_tenant *tenants; /* in any order */
	size_t nr;
	GHashTable *shapes;   /* look -> text */
	GPtrArray *positions; /* struct verify_position * */
};

/* nr empty tenants, for the caller to name. */
void verify_init(struct verify *verify, const struct release *release, const char *name, size_t nr);
void verify_release(struct verify *verify);
SCOPED_RELEASE(verify);

/* What a survey has seen of one; and of one of which it has seen nothing. */
void verify_take(struct verify_tenant *tenant, const struct exec_standing *standing);
void verify_miss(struct verify_tenant *tenant, const char *why);
void verify_take_shapes(struct verify *verify, const struct exec_result *result);

/* Find the positions. flavor: "mariadb 10.11.19" of a server, owned by who calls. */
void verify_positions(struct verify *verify,
		      char *(*flavor)(const void *flavor_ctx, int64_t server_id),
		      const void *flavor_ctx);

/* What came of building one (EXEC_BUILD). */
void verify_built(struct verify_position *position, const struct exec_result *result);

#endif /* VERIFY_H */
