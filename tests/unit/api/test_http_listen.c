#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "http_listen.h"

static int setup(void **state)
{
	*state = g_dir_make_tmp("muster-listen-XXXXXX", NULL);
	return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	int rc = g_rmdir(*state);

	g_free(*state);
	return rc;
}

static int bound(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void is_refused(const char *path, enum err_code code, const char *want)
{
	struct err err;

	assert_int_equal(http_listen_socket(path, NULL, &err), -1);
	assert_int_equal(err.code, code);
	if (strstr(err.msg, want) == NULL) {
		fail_msg("\"%s\", not \"%s\"", err.msg, want);
	}
}

static void a_socket_is_open_to_owner_and_group_whatever_the_umask(void **state)
{
	g_autofree char *path = g_build_filename(*state, "sock", NULL);
	mode_t before = umask(0);
	struct stat found;
	struct err err = { 0 };
	int fd = http_listen_socket(path, "no such group", &err);

	umask(before);
	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_int_equal(stat(path, &found), 0);
	assert_true(S_ISSOCK(found.st_mode));
	assert_int_equal(found.st_mode & 0777, 0660);
	assert_int_equal(http_listen_number(fd), 0);
	is_refused(path, ERR_CONFLICT, "is already served by another musterd");
	close(fd);
	assert_int_equal(g_unlink(path), 0);
}

/* What a daemon that was killed leaves: a socket file that nobody listens on. */
static void a_dead_socket_is_replaced(void **state)
{
	g_autofree char *path = g_build_filename(*state, "dead", NULL);
	struct err err = { 0 };
	int fd;

	close(bound(path));
	fd = http_listen_socket(path, "", &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(g_unlink(path), 0);
}

static void what_is_not_ours_is_left_alone(void **state)
{
	g_autofree char *path = g_build_filename(*state, "file", NULL);
	g_autofree char *want = g_strdup_printf("%s is there and is not a socket; set another "
						"\"socket\" or move the file away",
						path);
	g_autofree char *kept = NULL;
	g_autofree char *longer = g_strnfill(200, 'x');

	assert_true(g_file_set_contents(path, "precious", -1, NULL));
	is_refused(path, ERR_CONFLICT, want);
	assert_true(g_file_get_contents(path, &kept, NULL, NULL));
	assert_string_equal(kept, "precious");
	assert_int_equal(g_unlink(path), 0);
	is_refused(longer, ERR_INVALID, "is longer than 107 bytes; set a shorter \"socket\"");
}

static void a_given_socket_is_only_made_not_to_block(void **state)
{
	g_autofree char *path = g_build_filename(*state, "given", NULL);
	int fd = bound(path);
	struct err err = { 0 };

	assert_int_equal(http_listen_given(fd, &err), fd);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	close(fd);
	assert_int_equal(g_unlink(path), 0);
	assert_int_equal(http_listen_given(fd, &err), -1);
	assert_non_null(strstr(err.msg, "the socket given by systemd"));
}

static void a_port_is_one_of_this_machine_and_nobody_elses(void **state)
{
	struct err err = { 0 };
	g_autofree char *taken = NULL;
	int fd = http_listen_port("127.0.0.1:0", &err);

	(void)state;
	assert_true(fd >= 0);
	assert_true(http_listen_number(fd) > 0);
	taken = g_strdup_printf("127.0.0.1:%d", http_listen_number(fd));
	assert_int_equal(http_listen_port(taken, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_non_null(strstr(err.msg, taken));
	assert_int_equal(http_listen_port("0.0.0.0:0", &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_is_open_to_owner_and_group_whatever_the_umask),
		TEST(a_dead_socket_is_replaced),
		TEST(what_is_not_ours_is_left_alone),
		TEST(a_given_socket_is_only_made_not_to_block),
		TEST(a_port_is_one_of_this_machine_and_nobody_elses),
	};

	return cmocka_run_group_tests_name("http_listen", tests, NULL, NULL);
}
