/*
 * name - what servers, tenants and labels may be called, and "key=value".
 *
 * Pure; any thread.
 */
#ifndef NAME_H
#define NAME_H

#include <stdint.h>

#include "err.h"

#define NAME_MAX_LEN 128 /* bytes */

struct wire_labels;

/* A server's name stands in commands and selectors: letters, digits and ". _ -". */
NODISCARD int name_check_server(const char *name, struct err *err);

/*
 * The name of a tenant or a release may be any schema's, but has no "/", no blank ends and no
 * control bytes. what: "tenant" or "release".
 */
NODISCARD int name_check_of(const char *what, const char *name, struct err *err);

/* Keys as a selector can name them; name, server, schema and version are taken. */
NODISCARD int name_check_labels(const struct wire_labels *labels, struct err *err);

/* Cut "key=value" in two, both owned. ERR_INVALID when there is no "=". */
NODISCARD int name_cut(const char *text, char **key, char **value, struct err *err);

/* A whole number in limits[0]..limits[1], or ERR_INVALID that names what. */
NODISCARD int name_number(const char *what, const char *text, const int64_t limits[2],
			  int64_t *number, struct err *err);

#endif /* NAME_H */
