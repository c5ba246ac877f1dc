/*
 * alter_parts - what CREATE and ALTER have in common: keys, columns, options.
 *
 * Private to alter*.c. Each function reads from the present token on and stands behind what it
 * read; the changes are appended to the reader's array.
 */
#ifndef ALTER_PARTS_H
#define ALTER_PARTS_H

#include "alter_column.h"

struct alter_reader {
	struct alter_cursor at;
	GArray *changes;   /* borrowed */
	const char *table; /* borrowed; of what is read now */
	bool created;      /* inside of CREATE TABLE */
};

/* A new change of the present table; valid until the next. */
struct alter_change *alter_add(struct alter_reader *r, enum alter_kind kind, size_t offset);

bool alter_is_one_of(const struct alter_reader *r, const char *const *words);
bool alter_is_end(const struct alter_reader *r);

/* PERIOD FOR SYSTEM_TIME, SYSTEM VERSIONING: no columns of these names. */
bool alter_is_period(const struct alter_reader *r);

/* IF EXISTS, IF NOT EXISTS */
bool alter_take_if(struct alter_cursor *at);

/* (a, b(10) DESC, (a + 1)); NULL: none is here. */
GPtrArray *alter_read_key_columns(struct alter_cursor *at);

/* A key or a CHECK, with CONSTRAINT in front or without. False: it is none of them. */
bool alter_read_key(struct alter_reader *r);

/* One column; old (taken, may be NULL) is the name it has now. */
void alter_read_definition(struct alter_reader *r, enum alter_kind kind, char *old, bool guarded);

/* (a INT, PRIMARY KEY (a), …) */
void alter_read_definitions(struct alter_reader *r);

/* [DEFAULT] CHARSET [=] x and the like; false: it is no option that matters. */
bool alter_read_option(struct alter_reader *r);

#endif /* ALTER_PARTS_H */
