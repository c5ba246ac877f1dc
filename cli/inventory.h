/*
 * inventory - a CSV file of tenants as the message that imports them.
 *
 * The first line names the columns: name, server and schema in any order, and any
 * number of others, each a label ("region" or "label.region"). An empty cell is no
 * label. Every bad line is told; then the file is refused as a whole. Any thread.
 */
#ifndef INVENTORY_H
#define INVENTORY_H

#include <glib.h>

#include "wire.h"

/* Problems are appended as struct wire_problem; 0 of them means rows is complete. */
void inventory_parse(struct wire_import *import, const char *text, struct wire_list *problems);

/* Where the fields that a problem names begin: the daemon knows lines, not columns. In order. */
void inventory_place(const char *text, struct wire_list *problems);

/* "FILE:line:column: sentence" for each, in the order of the file. */
void inventory_report(GString *out, const char *file, const struct wire_list *problems);

#endif /* INVENTORY_H */
