/*
 * chunk_mark - how far a statement has come that runs range by range.
 *
 * One row of the tenant (muster_state) says so, and is written in the transaction of each range:
 * it is never ahead of the data and never behind. It is of one statement of one migration, in
 * these words and along this key. Workers; those that ask the server block.
 */
#ifndef CHUNK_MARK_H
#define CHUNK_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "scope.h"

struct chunk_key;
struct db_session;
struct ddl;
struct statement;

#define CHUNK_DIGEST_LEN 64

struct chunk_mark {
	char place[CHUNK_DIGEST_LEN + 1];  /* which statement of which migration */
	char digest[CHUNK_DIGEST_LEN + 1]; /* its words, and the key */
	char **low;                        /* owned; done is what is not above; NULL: nothing */
	char **high;                       /* owned; where it ends: the highest key at the start */
	int64_t done;                      /* rows gone through */
	int64_t total;                     /* of so many, as was guessed at the start */
	int64_t rows;                      /* of the last range */
};

void chunk_mark_release(struct chunk_mark *mark);
SCOPED_RELEASE(chunk_mark);

/* Of this statement, number from 1, before its first range. */
void chunk_mark_init(struct chunk_mark *mark, const char *version, size_t number,
		     const struct statement *statement, const struct chunk_key *key);

/* One line of text. Owned. */
char *chunk_mark_format(const struct chunk_mark *mark);

/* ERR_INVALID: it is no such text. */
NODISCARD int chunk_mark_parse(struct chunk_mark *mark, const char *text, struct err *err);

/* What the tenant says; place is empty when it says nothing. */
NODISCARD int chunk_mark_get(struct chunk_mark *mark, struct db_session *session, struct err *err);

/*
 * Within the open transaction. mark NULL: the statement is done. ERR_CONFLICT when a newer
 * daemon works here.
 */
NODISCARD int chunk_mark_put(struct db_session *session, const struct chunk_mark *mark,
			     uint64_t epoch, struct err *err);

#endif /* CHUNK_MARK_H */
