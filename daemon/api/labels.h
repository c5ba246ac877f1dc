/*
 * labels - the labels of a tenant or a server, as a request changes them.
 *
 * Loop thread only.
 */
#ifndef LABELS_H
#define LABELS_H

#include <stdbool.h>

#include "err.h"

struct store_labels;
struct wire_labels;
struct wire_texts;

/* Set a label; an empty value removes it. */
NODISCARD int label_set(struct store_labels *labels, const char *key, const char *value,
			struct err *err);

/* "region=eu", as a label of a tenant may be. */
NODISCARD int label_check(const char *label, struct err *err);

/* The same for many; true when something changed. */
bool labels_merge(struct store_labels *labels, const struct wire_labels *asked);

/* "set a=b, c=d". Owned. */
char *texts_join(const char *verb, const struct wire_texts *texts);

#endif /* LABELS_H */
