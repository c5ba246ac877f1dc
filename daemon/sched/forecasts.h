/*
 * forecasts - what a release would do to the tenants of a selection, put together from a census.
 *
 * Classes (who shares schema, history position and kind of server) with the forecast of one
 * member; outliers, who look otherwise than most of those at the same position; who would
 * fail, and why; who is left out. Pure; the census is borrowed.
 */
#ifndef FORECASTS_H
#define FORECASTS_H

#include <stdint.h>

#include <glib.h>

#include "estimate.h"
#include "scope.h"

struct census;
struct forecast;
struct release;
struct sched;

/* Texts are owned. */
struct forecast_class {
	char *id;              /* unlike that of any other class */
	char *flavor;          /* "mariadb 10.11.19" */
	char *version;         /* where its tenants are; NULL: nothing is applied */
	char *example;         /* the one that was tried out; NULL: nobody was */
	GPtrArray *tenants;    /* struct forecast_tenant *, owned; by name */
	int64_t bytes;         /* of all */
	int64_t largest_bytes; /* of the largest */
	char *largest;
	struct forecast *forecast; /* one reference; NULL: why says so */
	char *why;
	char **warnings; /* NULL-terminated, or NULL */
	/* filled by estimates_make */
	struct estimate cost;
	struct estimate_statement *costs; /* owned; of each statement of the forecast, or NULL */
};

/* A member of a class. */
struct forecast_tenant {
	char *name;
	char *schema;
	int64_t server_id;
	int64_t bytes;
	struct estimate_size *sizes; /* owned; of the forecast's tables; NULL: not asked */
	struct estimate_anew *anew;  /* owned; by statement of the forecast; NULL: none */
	struct estimate cost;        /* filled by estimates_make */
};

struct forecast_failing {
	char *tenant;
	char *check;   /* "statement", "database", … */
	char *message; /* with file and line */
};

struct forecast_outlier {
	char *tenant;
	char *version; /* where it is, and those it is compared with; or NULL */
	char *usual;   /* a tenant that looks as most do */
	size_t nr_usual;
	char **diff; /* lines, from what most look like */
};

struct forecasts {
	int64_t tenants;
	int64_t pending; /* tenants with something to do */
	int64_t up_to_date;
	int64_t statements;   /* of all tenants together */
	GPtrArray *classes;   /* struct forecast_class *, most tenants first */
	GPtrArray *failing;   /* struct forecast_failing * */
	GPtrArray *unchecked; /* struct forecast_failing *: what could not be found out */
	GPtrArray *closing;   /* struct forecast_failing *: what closing them would leave open */
	GPtrArray *outliers;  /* struct forecast_outlier * */
	/* names (char *), of those that a rollout leaves alone; unknown: their server is silent */
	GPtrArray *ahead;
	GPtrArray *missing;
	GPtrArray *held;
	GPtrArray *regressed;
	GPtrArray *drifted;
	GPtrArray *unfinished;
	GPtrArray *unknown;
	struct estimates estimates;
};

/* Of this release. All lists are there, also empty ones. */
void forecasts_make(struct forecasts *forecasts, const struct sched *sched,
		    const struct release *release, const struct census *census);
void forecasts_release(struct forecasts *forecasts);
SCOPED_RELEASE(forecasts);

/* One more that would fail; or of whom that could not be found out; or only to know of. */
void forecasts_uncheck(struct forecasts *forecasts, const char *tenant, const char *check,
		       const char *message);
void forecasts_fail(struct forecasts *forecasts, const char *tenant, const char *check,
		    const char *message);
void forecasts_close(struct forecasts *forecasts, const char *tenant, const char *check,
		     const char *message);

#endif /* FORECASTS_H */
