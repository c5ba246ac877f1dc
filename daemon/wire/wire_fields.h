/*
 * wire_fields - how the rows of a field table are written.
 */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include "wire.h"

/* clang-format off */

/* _Generic yields 0 and refuses, at compile time, a member of another type. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): ctype is a type */
#define AT(T, m, ctype) (offsetof(struct T, m) + _Generic(((struct T *)0)->m, ctype: 0u))

#define TEXT(T, m, need)      { #m, WIRE_TEXT,   AT(T, m, char *),             need, NULL }
#define INT(T, m, need)       { #m, WIRE_INT,    AT(T, m, int64_t),            need, NULL }
#define REAL(T, m, need)      { #m, WIRE_REAL,   AT(T, m, double),             need, NULL }
#define MAYBE(T, m, need)     { #m, WIRE_MAYBE,  AT(T, m, double),             need, NULL }
#define BOOL(T, m, need)      { #m, WIRE_BOOL,   AT(T, m, bool),               need, NULL }
#define TEXTS(T, m, need)     { #m, WIRE_TEXTS,  AT(T, m, struct wire_texts),  need, NULL }
#define LABELS(T, m, need)    { #m, WIRE_LABELS, AT(T, m, struct wire_labels), need, NULL }
#define OBJECT(T, m, need, O) { #m, WIRE_OBJECT, AT(T, m, struct O),           need, &O##_type }
#define LIST(T, m, need, O)   { #m, WIRE_LIST,   AT(T, m, struct wire_list),   need, &O##_type }

#define TYPE(T) { #T, sizeof(struct wire_##T), T##_fields }

/* clang-format on */

#endif /* WIRE_FIELDS_H */
