/*
 * wire_types - every message type, in the order of wire.h: for the protocol page, the tests
 * and the fuzzer. Constant; any thread.
 */
#ifndef WIRE_TYPES_H
#define WIRE_TYPES_H

#include "wire.h"

extern const struct wire_type *const wire_types[]; /* NULL ends it */

#endif /* WIRE_TYPES_H */
