/*
 * slurp - a text file of the user as one string.
 *
 * Any thread.
 */
#ifndef SLURP_H
#define SLURP_H

#include <stddef.h>

#include "err.h"

/*
 * Owned *text. ERR_SYSTEM: "cannot read FILE: why"; ERR_INVALID: it is larger than max
 * bytes or holds a zero byte.
 */
NODISCARD int slurp_file(char **text, const char *path, size_t max, struct err *err);

#endif /* SLURP_H */
