/*
 * store - the SQLite inventory: plan, journal and cache.
 *
 * Loop thread only. The tenants' own history tables are the truth; losing this
 * file loses no tenant. One turn of the loop is one transaction: store_begin, any
 * number of calls of the store_* modules, store_commit; only then anything is acted
 * on. A savepoint inside keeps one bad request from undoing its neighbours.
 *
 * All statements of schema/queries are prepared by store_open: one that does not fit
 * the schema stops the daemon at start.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct store;

/*
 * Open or create the inventory at path and bring its schema up to date (forward
 * only). ERR_STORE with a sentence when the file is damaged, newer than this program or
 * of another program; ERR_CONFLICT when another daemon uses it: an exclusive lock on
 * path + ".lock" is held while open.
 */
NODISCARD struct store *store_open(const char *path, struct err *err);
void store_close(struct store *store); /* NULL is fine; rolls back */

/*
 * The turn's transaction. store_begin in a transaction is a bug (CHECK), and so is a
 * change outside of one; reading is fine anywhere. When store_commit fails,
 * everything since store_begin is undone and the transaction is over. A full disk
 * can undo it earlier: every call until store_rollback or store_commit fails then.
 */
NODISCARD int store_begin(struct store *store, struct err *err);
NODISCARD int store_commit(struct store *store, struct err *err);

/*
 * As store_begin, for a turn whose loss is harmless: it survives the end of the
 * program, but a power cut may undo it until the next store_begin has been committed
 * or store_settle was called. For what the tenants' own histories say as well.
 */
NODISCARD int store_begin_soft(struct store *store, struct err *err);

/* Outside of a transaction: all that was committed is on disk when it returns. */
NODISCARD int store_settle(struct store *store, struct err *err);
void store_rollback(struct store *store); /* harmless without a transaction */
bool store_in_transaction(const struct store *store);

/*
 * fn is told of each tenant whose row is written or removed, when that happens: it may be
 * undone yet. It must not use the store. NULL ends it.
 */
void store_on_tenant(struct store *store, void (*fn)(void *ctx, int64_t tenant_id), void *ctx);

/* A part of the turn that can be undone alone. Nests. */
NODISCARD int store_savepoint(struct store *store, struct err *err);
NODISCARD int store_savepoint_release(struct store *store, struct err *err);
void store_savepoint_undo(struct store *store);

/*
 * Copy the open database to path, consistent, outside of a transaction (CHECK). path
 * appears only when the copy is complete; a file that is there is replaced.
 */
NODISCARD int store_backup(struct store *store, const char *path, struct err *err);

/* The same for an inventory that a running daemon holds open: changes nothing there. */
NODISCARD int store_backup_file(const char *inventory, const char *path, struct err *err);

/*
 * What made the last call fail with ERR_STORE may go away by itself (disk full or slow to
 * write, busy): it should be tried again later, by a new start after a failed sync.
 */
bool store_is_transient(const struct err *err);

#endif /* STORE_H */
