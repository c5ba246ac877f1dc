#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "db_crew.h"
#include "test_server.h"

#define NR 6

struct helper {
	struct db_crew *crew;
	struct db_session *session; /* owned */
	pthread_t thread;
};

static void *help(void *arg)
{
	struct helper *helper = arg;

	db_thread_init();
	db_crew_help(helper->crew, helper->session);
	db_thread_end();
	return NULL;
}

static void helper_start(struct helper *helper, struct db_crew *crew)
{
	*helper = (struct helper){ .crew = crew, .session = test_server_open() };
	assert_int_equal(pthread_create(&helper->thread, NULL, help, helper), 0);
}

static void helper_join(struct helper *helper)
{
	assert_int_equal(pthread_join(helper->thread, NULL), 0);
	db_session_free(helper->session);
}

/* What all items of a work share. */
struct scene {
	struct db_session *leader;
	atomic_int begun;     /* items, by anybody */
	int together;         /* so many begin before the first one ends */
	bool refuses_helper;  /* its questions fail */
	bool refuses_all;     /* everybody's do */
	atomic_int by_helper; /* items it has begun */
};

struct item {
	struct scene *scene;
	atomic_int runs;
	int answer;
};

static int run(struct db_session *session, void *data, struct err *err)
{
	struct item *item = data;
	struct scene *scene = item->scene;
	bool is_helper = session != scene->leader;
	SCOPED(db_rows) rows = { 0 };

	item->runs++;
	scene->by_helper += is_helper ? 1 : 0;
	scene->begun++;
	while (scene->begun < scene->together) {
		g_usleep(1000);
	}
	if (scene->refuses_all || (scene->refuses_helper && is_helper)) {
		return db_query(session, &rows, "select nobody_has_this", err);
	}
	if (db_query(session, &rows, "select 7", err) < 0) {
		return -1;
	}
	item->answer = (int)g_ascii_strtoll(rows.cells[0][0], NULL, 10);
	return 0;
}

static int work_on(struct db_crew *crew, struct scene *scene, struct item *items, struct err *err)
{
	const struct db_crew_work work = { run, items, sizeof(*items), NR };

	for (size_t i = 0; i < NR; i++) {
		items[i].scene = scene;
	}
	return db_crew_run(crew, scene->leader, &work, err);
}

static void assert_answered(struct item *items)
{
	for (size_t i = 0; i < NR; i++) {
		assert_int_equal(items[i].answer, 7);
	}
}

static void alone_everything_is_done_once(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct scene scene = { .leader = session };
	struct item items[NR] = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(work_on(NULL, &scene, items, &err), 0);
	assert_answered(items);
	assert_int_equal(scene.begun, NR);
	assert_int_equal(scene.by_helper, 0);
}

static void two_work_at_the_same_time_and_more_than_once(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct db_crew *crew = db_crew_new();
	struct helper helper;

	(void)state;
	db_crew_begin(crew);
	helper_start(&helper, crew);
	for (int round = 0; round < 2; round++) {
		/* nobody ends before both have one */
		struct scene scene = { .leader = session, .together = 2 };
		struct item items[NR] = { 0 };
		struct err err;

		assert_int_equal(work_on(crew, &scene, items, &err), 0);
		assert_answered(items);
		assert_int_equal(scene.begun, NR);
		assert_true(scene.by_helper > 0);
	}
	db_crew_end(crew);
	helper_join(&helper);
	db_crew_unref(crew);
}

static void what_fails_with_the_helper_is_done_again(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct scene scene = { .leader = session, .together = 2, .refuses_helper = true };
	struct db_crew *crew = db_crew_new();
	struct item items[NR] = { 0 };
	struct helper helper;
	struct err err;

	(void)state;
	db_crew_begin(crew);
	helper_start(&helper, crew);
	assert_int_equal(work_on(crew, &scene, items, &err), 0);
	assert_answered(items);
	assert_int_equal(scene.begun, NR + scene.by_helper);
	db_crew_end(crew);
	helper_join(&helper);
	db_crew_unref(crew);
}

static void what_fails_with_the_leader_is_said(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct scene scene = { .leader = session, .together = 2, .refuses_all = true };
	struct db_crew *crew = db_crew_new();
	struct item items[NR] = { 0 };
	struct helper helper;
	struct err err = { 0 };

	(void)state;
	db_crew_begin(crew);
	helper_start(&helper, crew);
	assert_int_equal(work_on(crew, &scene, items, &err), -1);
	assert_non_null(strstr(err.msg, "nobody_has_this"));
	db_crew_end(crew);
	helper_join(&helper);
	db_crew_unref(crew);
}

static void who_comes_too_late_goes_at_once(void **state)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct scene scene = { .leader = session };
	struct db_crew *crew = db_crew_new();
	struct item items[NR] = { 0 };
	struct helper helper;
	struct err err;

	(void)state;
	db_crew_begin(crew);
	assert_int_equal(work_on(crew, &scene, items, &err), 0);
	db_crew_end(crew);
	helper_start(&helper, crew);
	helper_join(&helper);
	assert_answered(items);
	assert_int_equal(scene.by_helper, 0);
	db_crew_unref(crew);
}

static void a_leader_that_never_begins_is_not_waited_for_long(void **state)
{
	struct db_crew *crew = db_crew_ref(NULL);
	struct helper helper;

	(void)state;
	assert_null(crew);
	crew = db_crew_new();
	helper_start(&helper, crew);
	helper_join(&helper);
	db_crew_unref(crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alone_everything_is_done_once),
		cmocka_unit_test(two_work_at_the_same_time_and_more_than_once),
		cmocka_unit_test(what_fails_with_the_helper_is_done_again),
		cmocka_unit_test(what_fails_with_the_leader_is_said),
		cmocka_unit_test(who_comes_too_late_goes_at_once),
		cmocka_unit_test(a_leader_that_never_begins_is_not_waited_for_long),
	};

	return cmocka_run_group_tests_name("db_crew", tests, NULL, NULL);
}
