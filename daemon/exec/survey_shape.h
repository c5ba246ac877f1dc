/*
 * survey_shape - what the tenants of a survey look like, and which of them are alike.
 *
 * Workers; blocks.
 */
#ifndef SURVEY_SHAPE_H
#define SURVEY_SHAPE_H

#include "err.h"

struct exec_result;
struct visit;

/*
 * For the standings that have work to do (with every_shape for the others, too) and that nobody
 * is ahead in (without a release:
 * for all that are not in the middle of a migration): fingerprint and class
 * of each, and every different shape once in result->shapes. One of those with the same stamp
 * of whom the same is expected is read for all of them (shape_stamp.h); when the order verifies
 * each is read by itself, and kept by its look (survey_verify.h).
 */
NODISCARD int survey_shapes(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* SURVEY_SHAPE_H */
