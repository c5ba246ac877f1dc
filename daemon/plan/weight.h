/*
 * weight - what a statement does on its server: nothing worth a thought, or work on rows.
 *
 * ALTER TABLE and indexes are judged by the rung that the server took on a copy (trial.h),
 * everything else by its first words. What cannot be known is the dearest for whoever counts.
 *
 * Pure; any thread.
 */
#ifndef WEIGHT_H
#define WEIGHT_H

#include "states.h"

struct chain;
struct statement;
struct trial;

/* trial: of this statement; NULL: it was not run. */
enum task_kind weight_of(const struct statement *statement, const struct trial *trial);

/* The dearest of all steps; TASK_KIND_UNKNOWN when one is, or when the chain breaks off. */
enum task_kind weight_of_chain(const struct chain *chain);

#endif /* WEIGHT_H */
