#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "http.h"
#include "role.h"

#define DAEMON 1 /* uid and gid of "daemon" on every Debian */
#define BIN    2 /* of "bin" */
#define NOBODY 65534

static char daemon_name[] = "daemon";
static char bin_group[] = "@bin";
static char ghost[] = "no-such-user";
static char ghost_group[] = "@no-such-group";
static char *no_one[] = { NULL };
static char *by_name[] = { daemon_name, NULL };
static char *by_group[] = { bin_group, NULL };
static char *ghosts[] = { ghost, ghost_group, NULL };

static enum role role_for(const struct role_policy *policy, uid_t uid, gid_t gid, gid_t extra)
{
	struct http_peer peer = { .uid = uid, .gid = gid, .groups = &extra, .nr_groups = 1 };
	struct role_map *map = role_map_new(policy);
	enum role role = role_of(map, &peer);

	role_map_free(map);
	return role;
}

static void root_and_the_daemon_itself_are_admins(void **state)
{
	const struct role_policy nobody = { no_one, no_one, by_name };

	(void)state;
	assert_int_equal(role_for(&nobody, 0, 0, 0), ROLE_ADMIN);
	assert_int_equal(role_for(&nobody, geteuid(), NOBODY, NOBODY), ROLE_ADMIN);
}

static void users_and_groups_have_the_role_of_their_list(void **state)
{
	const struct role_policy policy = { by_name, by_group, ghosts };

	(void)state;
	assert_int_equal(role_for(&policy, DAEMON, NOBODY, NOBODY), ROLE_ADMIN);
	assert_int_equal(role_for(&policy, NOBODY, BIN, NOBODY), ROLE_OPERATOR);
	assert_int_equal(role_for(&policy, NOBODY, NOBODY, BIN), ROLE_OPERATOR);
	assert_int_equal(role_for(&policy, NOBODY, NOBODY, NOBODY), ROLE_NONE);
}

static void the_highest_of_several_roles_counts(void **state)
{
	const struct role_policy policy = { by_name, by_group, by_name };

	(void)state;
	assert_int_equal(role_for(&policy, DAEMON, BIN, BIN), ROLE_ADMIN);
}

static void without_viewers_everybody_on_the_socket_may_look(void **state)
{
	const struct role_policy none = { NULL, NULL, NULL };
	const struct role_policy empty = { no_one, no_one, no_one };

	(void)state;
	assert_int_equal(role_for(&none, NOBODY, NOBODY, NOBODY), ROLE_VIEWER);
	assert_int_equal(role_for(&empty, NOBODY, NOBODY, NOBODY), ROLE_VIEWER);
	assert_int_equal(role_for(&empty, (uid_t)-1, NOBODY, NOBODY), ROLE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_and_the_daemon_itself_are_admins),
		cmocka_unit_test(users_and_groups_have_the_role_of_their_list),
		cmocka_unit_test(the_highest_of_several_roles_counts),
		cmocka_unit_test(without_viewers_everybody_on_the_socket_may_look),
	};

	return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
