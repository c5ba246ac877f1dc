/*
 * close_survey - what would keep many tenants of one server from being closed for writes.
 *
 *   EXEC_HOLES  for each schema of the order: who could write all the same, or why it could not
 *               be closed at all; changes nothing
 *
 * What a look at one says when its turn has come (close_choose.h), said of all beforehand: the
 * tables of the server are read once for all of them. Method NULL is the one that fits a
 * migration. Workers; blocks.
 */
#ifndef CLOSE_SURVEY_H
#define CLOSE_SURVEY_H

#include "err.h"

struct exec_result;
struct visit;

NODISCARD int close_survey_run(struct visit *visit, struct exec_result *result, struct err *err);

#endif /* CLOSE_SURVEY_H */
