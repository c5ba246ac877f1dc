/*
 * alter - what a statement does to tables, as far as its text says it.
 *
 * A tolerant reader: CREATE, ALTER, DROP, RENAME and TRUNCATE of tables, views and indexes
 * become a list of small changes; what it does not know it passes over, so a change
 * may be missing but is never made up. Names are without quotes and without their schema.
 * Temporary tables are none of its business.
 *
 * Pure; any thread.
 */
#ifndef ALTER_H
#define ALTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "lex.h"

enum alter_family {
	ALTER_UNKNOWN, /* a type this reader does not know */
	ALTER_INTEGER,
	ALTER_DECIMAL,
	ALTER_FLOAT,
	ALTER_BIT,
	ALTER_CHARS, /* CHAR and VARCHAR */
	ALTER_TEXT,  /* TINYTEXT to LONGTEXT */
	ALTER_BYTES, /* BINARY and VARBINARY */
	ALTER_BLOB,  /* TINYBLOB to LONGBLOB */
	ALTER_DATE,
	ALTER_TIME,
	ALTER_DATETIME,
	ALTER_TIMESTAMP,
	ALTER_YEAR,
	ALTER_ENUM,
	ALTER_SET,
	ALTER_JSON,
	ALTER_OTHER, /* UUID, INET6, POINT, …: equal only to the same word */
};

struct alter_type {
	enum alter_family family;
	char *word;     /* owned; in capitals, "VARCHAR" */
	int64_t length; /* bytes of an integer, TEXT, BLOB; else what stands in (…); -1: none */
	int64_t scale;  /* the second number in (…); 0 */
	bool is_unsigned;
	bool fixed;        /* CHAR and BINARY */
	GPtrArray *values; /* owned texts of ENUM and SET as written, quotes included; or NULL */
	char *charset;     /* owned; NULL: not said */
	char *collation;   /* owned; NULL: not said */
};

struct alter_column {
	char *name; /* owned */
	struct alter_type type;
	bool not_null;
	bool says_null; /* NULL is written */
	bool has_default;
	bool null_default;
	bool zero_default; /* a date that is 0 */
	bool now_default;  /* CURRENT_TIMESTAMP or an expression: rows may differ */
	bool auto_increment;
	bool generated;
	bool unique;
	bool primary;
	bool references;
	bool check;
};

enum alter_kind {
	ALTER_CREATE_TABLE, /* its columns, keys and options follow */
	ALTER_DROP_TABLE,
	ALTER_RENAME_TABLE, /* to other */
	ALTER_TRUNCATE,
	ALTER_LOSE_PARTITION, /* DROP or TRUNCATE of name */
	ALTER_CREATE_VIEW,
	ALTER_DROP_VIEW,
	ALTER_ADD_COLUMN,    /* column */
	ALTER_CHANGE_COLUMN, /* name becomes column */
	ALTER_DROP_COLUMN,
	ALTER_RENAME_COLUMN, /* name to other */
	ALTER_SET_DEFAULT,   /* of name */
	ALTER_DROP_DEFAULT,
	ALTER_ADD_KEY, /* columns; name may be NULL */
	ALTER_ADD_UNIQUE,
	ALTER_ADD_PRIMARY,
	ALTER_ADD_FOREIGN,
	ALTER_ADD_CHECK,
	ALTER_DROP_KEY,
	ALTER_DROP_PRIMARY,
	ALTER_DROP_FOREIGN,
	ALTER_CONVERT,    /* other: the character set, name: the collation or NULL */
	ALTER_CHARSET,    /* other: default of the table */
	ALTER_COLLATION,  /* other */
	ALTER_ENGINE,     /* other */
	ALTER_ROW_FORMAT, /* other; KEY_BLOCK_SIZE is COMPRESSED */
	ALTER_KIND_NR,
};

struct alter_change {
	enum alter_kind kind;
	size_t at;   /* offset in the text */
	char *table; /* owned */
	char *name;  /* owned, as other; see alter_kind */
	char *other;
	GPtrArray *columns; /* owned names of a key in lower case; NULL for an expression */
	struct alter_column column;
	bool created;   /* part of CREATE TABLE */
	bool if_exists; /* IF EXISTS or IF NOT EXISTS */
	bool partial;   /* of CREATE TABLE: LIKE or SELECT, there are columns that are not said */
};

/* Append the changes of one simple statement (piece.h) to an array made by alter_changes_new. */
void alter_read(const struct lex *piece, GArray *changes);

/* An array of struct alter_change that frees its members. */
GArray *alter_changes_new(void);

/* A copy that owns everything. */
void alter_column_copy(struct alter_column *to, const struct alter_column *from);
void alter_column_release(struct alter_column *column);

#endif /* ALTER_H */
