/*
 * load - reads one server's own load onto a panel.
 *
 * Every turn asks for the counters, and tells of them at once; behind them twice a second at most
 * a probe commits; once a second at most come longest transaction, history (MySQL),
 * max_connections, and host's own values: half as often while a crowd of statements runs there.
 * What the server or the rights of this account cannot give is in no sample. What could be read
 * before, and now cannot, is a problem, as is a server that does not answer.
 *
 * One thread; blocks no longer than its line (line.h) waits.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct panel;
struct db_addr;
struct db_session;
struct err;
struct load;

/*
 * panel is borrowed. probe: may commit in a database of muster's own. emit is called from
 * within load_turn: when the panel has new counters or the reason why there are none, and while
 * the server makes us wait, when the panel says so.
 */
struct load *load_new(const struct db_addr *addr, struct panel *panel, bool probe, int stop_fd,
		      void (*emit)(void *ctx), void *ctx);

/*
 * look is called on the server's session, now and then: at once, and every five seconds. What
 * it gets back is whether that went well; ctx is that of load_new.
 */
void load_set_look(struct load *load,
		   int (*look)(void *ctx, struct db_session *session, struct err *err));

/* Removes what the probe has made if the server lets it, within half a second. NULL is fine. */
void load_free(struct load *load);

void load_turn(struct load *load, int64_t period_ms);

#endif /* LOAD_H */
