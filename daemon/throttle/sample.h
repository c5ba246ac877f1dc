/*
 * sample - what a server said of its load at one moment.
 *
 * Made by a sampler on its own thread, handed over whole, read by the governor. A
 * signal that should have been there and is not has a reading with a problem: silence is
 * never the same as a good value. One that was in no sample at all is one that the server does
 * not have; one that was there and is missing is late.
 * Pure memory; one thread at a time.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "scope.h"

struct reading {
	const char *name;    /* the sample's */
	double value;        /* NAN with a problem */
	const char *problem; /* the sample's; NULL: value is good; else why there is none */
	bool is_refused;     /* this account may not see it: it may never come */
};

struct sample {
	int64_t server_id;
	int64_t at_ms; /* tick_ms */
	struct reading *readings;
	size_t nr;
	size_t room;
	const char *where;   /* the sample's; the replica that is furthest behind, or NULL */
	int64_t cores;       /* of the server's host; 0: not known */
	GStringChunk *texts; /* owned */
};

struct sample *sample_new(int64_t server_id, int64_t at_ms);
void sample_free(struct sample *sample); /* NULL is fine */
SCOPED_FREE(sample);

/* Texts are copied. */
void sample_add(struct sample *sample, const char *name, double value);
void sample_add_problem(struct sample *sample, const char *name, const char *problem);
void sample_add_refused(struct sample *sample, const char *name, const char *problem);
void sample_set_where(struct sample *sample, const char *where);

/* NULL: it is not in this sample. */
const struct reading *sample_find(const struct sample *sample, const char *name);

#endif /* SAMPLE_H */
