/*
 * orphan - what a lost connection left behind in a tenant.
 *
 * The server finishes a statement whose client is gone, and keeps a session whose client
 * vanished without a word until it has been silent for long. Either holds the tenant's
 * lock, so nobody works there meanwhile.
 *
 * Workers; blocks.
 */
#ifndef ORPHAN_H
#define ORPHAN_H

struct visit;

/*
 * Somebody else holds the lock of the visit's tenant: end it when it is ours and nobody
 * waits for it any more. A session that is silent is ended at once, a statement after
 * the order's orphan_wait_ms. Nothing happens unless this daemon has claimed the
 * server: only then is there no other daemon whose session it could be. What has come of
 * it is for others to look at.
 */
void orphan_end(struct visit *visit);

#endif /* ORPHAN_H */
