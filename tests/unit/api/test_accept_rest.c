#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "api_fixture.h"

#include "accept_rest.h"

#define GUESTS  20
#define LONG_US 300000
#define TOLD    1000 /* bytes in the log: a line or two */

/* The first descriptor that is free. */
static rlim_t descriptors_used(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	close(fd);
	return (rlim_t)fd;
}

static void descriptors_limit(struct rlimit limit, rlim_t nr)
{
	limit.rlim_cur = nr;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static off_t log_size(void)
{
	struct stat found;

	assert_int_equal(fstat(STDERR_FILENO, &found), 0);
	return found.st_size;
}

/* What the loop logs while nothing can be accepted and many wait. */
static off_t logged_without_descriptors(struct fixture *fixture)
{
	const struct timeval until = { .tv_usec = LONG_US };
	struct rlimit before;
	off_t logged;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	descriptors_limit(before, descriptors_used());
	(void)event_base_loopexit(fixture->base, &until);
	(void)event_base_dispatch(fixture->base);
	logged = log_size();
	descriptors_limit(before, before.rlim_cur);
	return logged;
}

static void without_descriptors_it_rests_and_then_goes_on(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = g_build_filename(fixture->dir, "log", NULL);
	struct reply reply = { 0 };
	int guests[GUESTS];
	int shown = dup(STDERR_FILENO);
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	off_t logged;

	assert_true(shown >= 0 && file >= 0);
	for (int i = 0; i < GUESTS; i++) {
		guests[i] = client_connect(fixture);
	}
	assert_true(dup2(file, STDERR_FILENO) >= 0);
	logged = logged_without_descriptors(fixture);
	assert_true(dup2(shown, STDERR_FILENO) >= 0);
	assert_in_range(logged, 0, TOLD);
	ask(fixture, &reply, "GET /healthz", NULL);
	assert_int_equal(reply.status, 200);
	reply_clear(&reply);
	for (int i = 0; i < GUESTS; i++) {
		close(guests[i]);
	}
	close(file);
	close(shown);
	assert_int_equal(g_unlink(path), 0);
	accept_rest_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_descriptors_it_rests_and_then_goes_on,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("accept_rest", tests, NULL, NULL);
}
