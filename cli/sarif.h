/*
 * sarif - findings as SARIF 2.1.0, which code hosts show beside the lines of a change.
 *
 * Places are relative to where lint ran, as a checkout is; a folder given from the root is a
 * file: URI. Columns count letters. Any thread.
 */
#ifndef SARIF_H
#define SARIF_H

#include "wire.h"

/* One document with one run; list holds struct finding. Owned. */
char *sarif_format(const struct wire_list *list);

#endif /* SARIF_H */
