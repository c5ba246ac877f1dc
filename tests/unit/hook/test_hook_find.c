#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "hook.h"
#include "hook_kit.h"

/* clang-format off */
static const struct {
	mode_t mode; const char *says; /* NULL: it is fine */
} modes[] = {
	{ 0755, NULL },
	{ 0700, NULL },
	{ 0500, NULL },
	{ 0644, "may not execute" },
	{ 0775, "can be written by others" },
	{ 0757, "can be written by others" },
};

/* clang-format on */

static void only_what_nobody_else_may_write_is_found(void **state)
{
	const struct kit *kit = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *path = NULL;
		struct err err = { 0 };

		kit_put(kit, "drain", "#!/bin/sh\n", modes[i].mode);
		if (modes[i].says == NULL) {
			g_autofree char *want = kit_path(kit, "drain");

			assert_int_equal(hook_find(kit->dir, "drain", &path, &err), 0);
			assert_string_equal(path, want);
			continue;
		}
		assert_int_equal(hook_find(kit->dir, "drain", &path, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_non_null(strstr(err.msg, modes[i].says));
		assert_null(path);
	}
}

static void a_folder_that_others_may_write_holds_no_hook(void **state)
{
	const struct kit *kit = *state;
	struct err err;

	kit_put(kit, "drain", "#!/bin/sh\n", 0755);
	assert_int_equal(chmod(kit->dir, 0777), 0);
	assert_int_equal(hook_find(kit->dir, "drain", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "can be written by others"));
	assert_int_equal(chmod(kit->dir, 0755), 0);
	assert_int_equal(hook_find(kit->dir, "drain", NULL, &err), 0);
}

static void what_belongs_to_somebody_else_is_refused(void **state)
{
	const struct kit *kit = *state;
	g_autofree char *path = kit_path(kit, "drain");
	struct err err;

	kit_put(kit, "drain", "#!/bin/sh\n", 0755);
	if (geteuid() != 0) {
		skip(); /* only root gives a file away */
	}
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(hook_find(kit->dir, "drain", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "must be owned by root or by the user of musterd"));
}

static void links_folders_and_what_is_not_there_are_refused(void **state)
{
	const struct kit *kit = *state;
	g_autofree char *sub = kit_path(kit, "sub");
	g_autofree char *away = kit_path(kit, "away");
	g_autofree char *linked = kit_path(kit, "link");
	struct err err;

	assert_int_equal(mkdir(sub, 0755), 0);
	assert_int_equal(symlink("/bin/true", linked), 0);
	assert_int_equal(hook_find(kit->dir, "sub", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "is no plain file"));
	assert_int_equal(hook_find(kit->dir, "link", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "is no plain file"));
	assert_int_equal(hook_find(kit->dir, "none", NULL, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.msg, "No such file"));
	assert_int_equal(hook_find(away, "none", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "hooks_dir"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_nobody_else_may_write_is_found, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_others_may_write_holds_no_hook,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(what_belongs_to_somebody_else_is_refused, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(links_folders_and_what_is_not_there_are_refused,
						kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests_name("hook_find", tests, NULL, NULL);
}
