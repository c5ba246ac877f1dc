/*
 * glance - tenants that are new are looked at before anybody asks for a plan.
 *
 * The first look at a tenant of MariaDB costs several times what the later ones do, which have
 * something to compare with (survey_shape.h). Those that were enrolled are looked at in the background, some
 * at a time: while nobody has asked anything else of any server, theirs is up, no task runs there
 * and its load lets one start. What was seen is kept in memory only, and of use only to tell who is alike
 * by less: nothing counts as right by it. A look that fails is not tried again; the plan takes it.
 *
 * Loop thread only.
 */
#ifndef GLANCE_H
#define GLANCE_H

#include <stdint.h>

struct sched;

/*
 * This schema is a new tenant. May be called in a transaction that is rolled back: only who is in
 * the inventory when its turn comes is looked at.
 */
void glance_expect(struct sched *sched, int64_t server_id, const char *schema);

/* What it looked like: a fingerprint, borrowed until the next turn; NULL: not known. */
const char *glance_find(const struct sched *sched, int64_t server_id, const char *schema);

/* The server is another one now: what was seen there is nothing to rely on. */
void glance_forget(struct sched *sched, int64_t server_id);

/* After the commit: ask, where nothing else is to be done. */
void glances_send(struct sched *sched);

void glance_free(void *data); /* struct glance, of one server */

#endif /* GLANCE_H */
