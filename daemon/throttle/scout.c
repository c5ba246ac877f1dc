#include "scout.h"

#include <poll.h>
#include <pthread.h>

#include <glib.h>

#include "line.h"
#include "replica.h"
#include "replica_list.h"
#include "replicas.h"
#include "tick.h"

#define GIVE_UP_MS 2000

struct scout {
	struct replicas *replicas; /* borrowed */
	char *defaults_file;       /* owned; NULL: none */
	int stop_fd;
	pthread_mutex_t lock;
	struct replica_list list; /* owned */
};

struct scout *scout_new(struct replicas *replicas, const char *defaults_file, int stop_fd)
{
	struct scout *scout = g_new0(struct scout, 1);

	CHECK(pthread_mutex_init(&scout->lock, NULL) == 0);
	scout->replicas = replicas;
	scout->defaults_file = g_strdup(defaults_file);
	scout->stop_fd = stop_fd;
	return scout;
}

void scout_free(struct scout *scout)
{
	if (scout == NULL) {
		return;
	}
	replica_list_release(&scout->list);
	(void)pthread_mutex_destroy(&scout->lock);
	g_free(scout->defaults_file);
	g_free(scout);
}

void scout_see(struct scout *scout, const struct replica_list *list)
{
	struct replica_list copy = { .nr = list->nr, .source_id = list->source_id };

	copy.addrs = g_new0(struct db_addr, list->nr);
	for (size_t i = 0; i < list->nr; i++) {
		db_addr_copy(&copy.addrs[i], &list->addrs[i]);
	}
	(void)pthread_mutex_lock(&scout->lock);
	replica_list_release(&scout->list);
	scout->list = copy;
	(void)pthread_mutex_unlock(&scout->lock);
}

static bool is_stopped(const struct scout *scout)
{
	struct pollfd fd = { .fd = scout->stop_fd, .events = POLLIN };

	return scout->stop_fd > 0 && poll(&fd, 1, 0) > 0;
}

static bool is_replica_of(struct db_session *session, int64_t source_id, int64_t *server_id)
{
	SCOPED(replica_lag) lag = { 0 };
	SCOPED(db_rows) rows = { 0 };
	struct err err;

	if (replica_read(session, source_id, NULL, &lag, &err) < 0 || !lag.of_source ||
	    db_query(session, &rows, "select @@server_id", &err) < 0) {
		return false;
	}
	*server_id = g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	return true;
}

static void ask(struct scout *scout, const struct db_addr *where, int64_t source_id)
{
	struct db_addr addr = { .host = where->host,
				.port = where->port,
				.defaults_file = scout->defaults_file };
	SCOPED(line) line = { 0 };
	struct db_session *session;
	struct err err;
	int64_t server_id;
	bool fresh;

	line_init(&line, &addr, scout->stop_fd);
	line.give_up_ms = GIVE_UP_MS;
	session = line_session(&line, tick_ms(), &fresh, &err);
	if (session != NULL && is_replica_of(session, source_id, &server_id)) {
		(void)replicas_add(scout->replicas, NULL, &addr, server_id, tick_wall_ms());
	}
}

void scout_turn(struct scout *scout, int64_t until_ms)
{
	SCOPED(replica_list) list = { 0 };

	(void)pthread_mutex_lock(&scout->lock);
	list = scout->list;
	scout->list = (struct replica_list){ 0 };
	(void)pthread_mutex_unlock(&scout->lock);
	for (size_t i = 0; i < list.nr && !is_stopped(scout) && tick_ms() < until_ms; i++) {
		if (!replicas_has(scout->replicas, &list.addrs[i])) {
			ask(scout, &list.addrs[i], list.source_id);
		}
	}
}
