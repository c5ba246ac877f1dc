/*
 * survey_verify - what a survey reads beside, when tenants are held against their release.
 *
 * Such a survey takes nobody's word for another: each schema is read by itself. Its history is
 * read in front of its schema and behind it, so that one that a rollout works on meanwhile is
 * not taken for drifted.
 *
 * Workers; blocks. Reads only; no lock.
 */
#ifndef SURVEY_VERIFY_H
#define SURVEY_VERIFY_H

#include "err.h"

struct db_positions;
struct exec_result;
struct shape;
struct visit;

/*
 * The look of a standing: SHA-256 of the whole text (shape_write), with what is minor. Owned.
 */
char *survey_verify_look(const char *text);

/* Read the histories once more: standing->moved where one is not as it was. */
NODISCARD int survey_verify_again(struct visit *visit, const struct db_positions *before,
				  struct exec_result *result, struct err *err);

#endif /* SURVEY_VERIFY_H */
