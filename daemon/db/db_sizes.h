/*
 * db_sizes - how large some tables of many schemas are, as the server estimates.
 *
 * One round trip, or two: what InnoDB keeps in mysql.innodb_table_stats, which opens no table,
 * and of tables that are not there information_schema. Partitions are counted together. Estimates
 * may be hours old.
 *
 * Workers; blocks.
 */
#ifndef DB_SIZES_H
#define DB_SIZES_H

#include <stdint.h>

#include <glib.h>

#include "db.h"

struct db_size {
	char *schema;  /* owned */
	char *table;   /* owned */
	int64_t bytes; /* data and indexes */
	int64_t rows;
};

/* An array of struct db_size that frees its members. */
GArray *db_sizes_new(void);

/*
 * Append those of these tables that exist in these schemas, both NULL-terminated. Nothing is
 * asked when one of the lists is empty.
 */
NODISCARD int db_sizes_get(struct db_session *session, const char *const *schemas,
			   const char *const *tables, GArray *sizes, struct err *err);

#endif /* DB_SIZES_H */
