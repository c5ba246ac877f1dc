#include "db_crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include <glib.h>

#include "db.h"

#define WAIT_S 1 /* for a leader that has not begun: it may have to connect first */

enum stage { STAGE_BEFORE, STAGE_BEGUN, STAGE_ENDED };

struct db_crew {
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	unsigned refs;
	enum stage stage;
	const struct db_crew_work *work; /* borrowed from the leader; NULL: nothing is offered */
	bool *undone;                    /* the leader's; of each item: the helper failed */
	size_t next;                     /* item that nobody has taken */
	size_t busy;                     /* helpers that have one in hand */
};

struct db_crew *db_crew_new(void)
{
	struct db_crew *crew = g_new0(struct db_crew, 1);
	pthread_condattr_t attr;

	crew->refs = 1;
	CHECK(pthread_mutex_init(&crew->lock, NULL) == 0);
	CHECK(pthread_condattr_init(&attr) == 0);
	CHECK(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&crew->changed, &attr) == 0);
	(void)pthread_condattr_destroy(&attr);
	return crew;
}

static void lock(struct db_crew *crew)
{
	CHECK(pthread_mutex_lock(&crew->lock) == 0);
}

static void unlock(struct db_crew *crew)
{
	CHECK(pthread_mutex_unlock(&crew->lock) == 0);
}

struct db_crew *db_crew_ref(struct db_crew *crew)
{
	if (crew != NULL) {
		lock(crew);
		crew->refs++;
		unlock(crew);
	}
	return crew;
}

void db_crew_unref(struct db_crew *crew)
{
	bool is_last;

	if (crew == NULL) {
		return;
	}
	lock(crew);
	is_last = --crew->refs == 0;
	unlock(crew);
	if (is_last) {
		(void)pthread_cond_destroy(&crew->changed);
		(void)pthread_mutex_destroy(&crew->lock);
		g_free(crew);
	}
}

static void enter(struct db_crew *crew, enum stage stage)
{
	if (crew != NULL) {
		lock(crew);
		crew->stage = stage;
		CHECK(pthread_cond_broadcast(&crew->changed) == 0);
		unlock(crew);
	}
}

void db_crew_begin(struct db_crew *crew)
{
	enter(crew, STAGE_BEGUN);
}

void db_crew_end(struct db_crew *crew)
{
	enter(crew, STAGE_ENDED);
}

static void *item_of(const struct db_crew_work *work, size_t index)
{
	return (char *)work->items + index * work->size;
}

/* ---- the leader ------------------------------------------------------------------------ */

/* False: none is left. */
static bool take(struct db_crew *crew, size_t nr, size_t *index)
{
	bool is_there;

	lock(crew);
	is_there = crew->next < nr;
	if (is_there) {
		*index = crew->next++;
	}
	unlock(crew);
	return is_there;
}

static void offer(struct db_crew *crew, const struct db_crew_work *work, bool *undone)
{
	lock(crew);
	crew->work = work;
	crew->undone = undone;
	crew->next = 0;
	CHECK(pthread_cond_broadcast(&crew->changed) == 0);
	unlock(crew);
}

/* Nobody takes any more, and whoever had taken one has come back. */
static void withdraw(struct db_crew *crew)
{
	lock(crew);
	crew->work = NULL;
	while (crew->busy > 0) {
		CHECK(pthread_cond_wait(&crew->changed, &crew->lock) == 0);
	}
	crew->undone = NULL;
	unlock(crew);
}

static int run_alone(struct db_session *session, const struct db_crew_work *work, struct err *err)
{
	for (size_t i = 0; i < work->nr; i++) {
		if (work->run(session, item_of(work, i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

int db_crew_run(struct db_crew *crew, struct db_session *session, const struct db_crew_work *work,
		struct err *err)
{
	g_autofree bool *undone = g_new0(bool, work->nr + 1);
	size_t index = 0;
	int done = 0;

	if (crew == NULL) {
		return run_alone(session, work, err);
	}
	offer(crew, work, undone);
	while (done == 0 && take(crew, work->nr, &index)) {
		done = work->run(session, item_of(work, index), err);
	}
	withdraw(crew);
	for (size_t i = 0; done == 0 && i < work->nr; i++) {
		if (undone[i]) {
			done = work->run(session, item_of(work, i), err);
		}
	}
	return done;
}

/* ---- the helper ------------------------------------------------------------------------ */

static void await_leader(struct db_crew *crew)
{
	struct timespec until = { 0 };
	int waited = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S;
	while (crew->stage == STAGE_BEFORE && waited == 0) {
		waited = pthread_cond_timedwait(&crew->changed, &crew->lock, &until);
		CHECK(waited == 0 || waited == ETIMEDOUT);
	}
}

/* One item, with the lock given up meanwhile. False: the session is lost. */
static bool help_once(struct db_crew *crew, struct db_session *session)
{
	const struct db_crew_work *work = crew->work;
	size_t index = crew->next++;
	struct err err;
	int done;

	crew->busy++;
	unlock(crew);
	done = work->run(session, item_of(work, index), &err);
	lock(crew);
	crew->undone[index] = done < 0;
	crew->busy--;
	CHECK(pthread_cond_broadcast(&crew->changed) == 0);
	return !db_is_lost(session);
}

void db_crew_help(struct db_crew *crew, struct db_session *session)
{
	bool goes_on;

	lock(crew);
	await_leader(crew);
	goes_on = crew->stage == STAGE_BEGUN;
	while (goes_on) {
		if (crew->work != NULL && crew->next < crew->work->nr) {
			goes_on = help_once(crew, session);
		} else {
			CHECK(pthread_cond_wait(&crew->changed, &crew->lock) == 0);
		}
		goes_on = goes_on && crew->stage == STAGE_BEGUN;
	}
	unlock(crew);
}
