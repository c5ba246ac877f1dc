#include <sys/socket.h>
#include <sys/un.h>

#include "sched_fixture.h"

struct asked {
	unsigned answered;
	unsigned done;
	bool refuse;
	bool told;
	struct err err;
};

static int on_answer(struct sched *sched, const struct exec_result *result, void *ctx,
		     struct err *err)
{
	struct asked *asked = ctx;

	(void)sched;
	asked->answered++;
	assert_true(result->ok);
	return asked->refuse ? err_set(err, ERR_INVALID, "not wanted") : 0;
}

static int on_refused(struct sched *sched, const struct exec_result *result, void *ctx,
		      struct err *err)
{
	struct asked *asked = ctx;

	(void)sched;
	asked->answered++;
	assert_false(result->ok);
	*err = result->err;
	return -1;
}

static void on_done(void *ctx, const struct err *err)
{
	struct asked *asked = ctx;

	asked->done++;
	asked->told = err != NULL;
	if (err != NULL) {
		asked->err = *err;
	}
}

static void queue_at(struct fixture *fixture, int64_t server_id, const struct sched_job *job,
		     struct exec_order *order)
{
	SCOPED(store_server) server = { 0 };
	struct err err = { 0 };

	must(store_server_get_id(fixture->store, server_id, &server, &err), &err);
	sched_job_start(fixture->sched, &server, order, job);
}

static void queue(struct fixture *fixture, struct asked *asked, struct exec_order *order)
{
	queue_at(fixture, fixture->server_id, &(struct sched_job){ on_answer, on_done, asked },
		 order);
}

static void ask(struct fixture *fixture, struct asked *asked)
{
	queue(fixture, asked, exec_order_new(EXEC_CHECK));
}

static void a_job_is_answered_once_after_the_commit(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked = { 0 };

	ask(fixture, &asked);
	fixture_turns(fixture, 5);
	assert_int_equal(asked.answered, 1);
	assert_int_equal(asked.done, 1);
	assert_false(asked.told);
}

static void a_refusal_reaches_the_caller(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked = { .refuse = true };

	ask(fixture, &asked);
	fixture_turns(fixture, 5);
	assert_int_equal(asked.done, 1);
	assert_true(asked.told);
	assert_string_equal(asked.err.msg, "not wanted");
}

static void many_jobs_take_turns(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked = { 0 };

	for (unsigned i = 0; i < 10; i++) {
		ask(fixture, &asked);
	}
	fixture_turns(fixture, 20);
	assert_int_equal(asked.done, 10);
}

static void a_job_that_nobody_waits_for_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	SCOPED(store_server) server = { 0 };
	struct asked asked = { 0 };
	struct err err = { 0 };
	bool cancelled = true;

	must(store_server_get_id(fixture->store, fixture->server_id, &server, &err), &err);
	sched_job_start_unless(fixture->sched, &server, exec_order_new(EXEC_CHECK),
			       &(struct sched_job){ on_refused, on_done, &asked }, &cancelled);
	fixture_turns(fixture, 5);
	assert_int_equal(asked.answered, 1);
	assert_int_equal(asked.done, 1);
	assert_int_equal(asked.err.code, ERR_CANCELLED);
}

/* The daemon ends before the answer: the caller is told, and nothing leaks. */
static void a_caller_is_told_that_nothing_comes(void **state)
{
	struct fixture *fixture = *state;
	struct asked asked = { 0 };

	ask(fixture, &asked);
	fixture_close(fixture);
	assert_int_equal(asked.answered, 0);
	assert_int_equal(asked.done, 1);
	assert_int_equal(asked.err.code, ERR_CANCELLED);
	fixture_open(fixture);
}

static enum exec_kind kind_at(struct link *link, guint place)
{
	const struct job_run *run = g_queue_peek_nth(&link->waiting_jobs, place);

	return run->order->kind;
}

static void what_somebody_waits_for_goes_in_front(void **state)
{
	struct fixture *fixture = *state;
	struct exec_order *leader = exec_order_new(EXEC_SURVEY);
	struct asked asked = { 0 };
	struct link *link;

	ask(fixture, &asked);
	queue(fixture, &asked, exec_order_helper(leader));
	exec_order_free(leader);
	queue(fixture, &asked, exec_order_new(EXEC_CHAIN));
	queue(fixture, &asked, exec_order_new(EXEC_KILL));
	queue(fixture, &asked, exec_order_new(EXEC_OPEN));
	link = g_hash_table_lookup(fixture->sched->links, &fixture->server_id);
	assert_int_equal(link->waiting_jobs.length, 5);
	assert_int_equal(kind_at(link, 0), EXEC_KILL);
	assert_int_equal(kind_at(link, 1), EXEC_OPEN);
	assert_int_equal(kind_at(link, 2), EXEC_CHECK);
	assert_int_equal(kind_at(link, 3), EXEC_CHAIN);
	assert_int_equal(kind_at(link, 4), EXEC_SURVEY);
	fixture_close(fixture);
	assert_int_equal(asked.done, 5);
	fixture_open(fixture);
}

static void what_is_urgent_waits_for_no_place(void **state)
{
	struct fixture *fixture = *state;
	struct exec_order *kill_order = exec_order_new(EXEC_KILL);
	struct asked asked = { 0 };
	struct link *link;
	int64_t most;

	kill_order->connection_id = UINT64_MAX; /* of nobody: it came too late */
	ask(fixture, &asked);
	queue(fixture, &asked, kill_order);
	link = g_hash_table_lookup(fixture->sched->links, &fixture->server_id);
	most = link_jobs_max(link);
	link->jobs += most; /* as trials that take their time */
	fixture_turns(fixture, 3);
	assert_int_equal(asked.done, 1);
	assert_int_equal(link->waiting_jobs.length, 1);
	assert_int_equal(kind_at(link, 0), EXEC_CHECK);
	link->jobs -= most;
	fixture_turns(fixture, 3);
	assert_int_equal(asked.done, 2);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 128), 0);
	return fd;
}

static void open_with_threads(struct fixture *fixture, unsigned threads)
{
	struct sched_policy policy = fixture_policy();
	struct err err = { 0 };

	policy.threads = threads;
	sched_free(fixture->sched);
	fixture->sched = sched_new(fixture->store, &policy, &err);
	assert_non_null(fixture->sched);
}

static struct exec_order *late_kill(void)
{
	struct exec_order *order = exec_order_new(EXEC_KILL);

	order->connection_id = UINT64_MAX;
	return order;
}

#define SILENT 20

/* Servers that are stopped, but not gone: whoever asks them something waits. */
static void nobody_waits_for_servers_that_are_silent_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = g_build_filename(fixture->dir, "silent", NULL);
	int listener = listen_at(path);
	struct asked silent = { 0 };
	struct asked asked = { 0 };

	open_with_threads(fixture, 1);
	for (size_t i = 0; i < SILENT; i++) {
		g_autofree char *name = g_strdup_printf("silent%zu", i);
		int64_t id = fixture_add_server(fixture, name, path);
		struct link *link;

		queue_at(fixture, id, &(struct sched_job){ on_refused, on_done, &silent },
			 late_kill());
		link = g_hash_table_lookup(fixture->sched->links, &id);
		link->claim_wanted = true;
	}
	(void)sched_turn(fixture->sched);
	queue(fixture, &asked, late_kill());
	ask(fixture, &asked);
	while (asked.done < 2 && silent.done == 0) {
		GPollFD fd = { .fd = sched_fd(fixture->sched), .events = G_IO_IN };

		(void)g_poll(&fd, 1, 100);
		(void)sched_turn(fixture->sched);
	}
	assert_int_equal(asked.done, 2);
	(void)close(listener); /* now they are gone */
	open_with_threads(fixture, 0);
	assert_int_equal(silent.done, SILENT);
	(void)g_unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_job_is_answered_once_after_the_commit),
		SCENARIO(a_refusal_reaches_the_caller),
		SCENARIO(many_jobs_take_turns),
		SCENARIO(a_job_that_nobody_waits_for_is_not_sent),
		SCENARIO(a_caller_is_told_that_nothing_comes),
		SCENARIO(what_somebody_waits_for_goes_in_front),
		SCENARIO(what_is_urgent_waits_for_no_place),
		SCENARIO(nobody_waits_for_servers_that_are_silent_elsewhere),
	};

	return cmocka_run_group_tests_name("sched_job", tests, NULL, NULL);
}
