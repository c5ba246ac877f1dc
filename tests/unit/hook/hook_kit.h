/*
 * A folder of hooks for the tests of this layer.
 */
#ifndef HOOK_KIT_H
#define HOOK_KIT_H

#include <sys/stat.h>

#include <glib.h>

struct kit {
	char *dir; /* owned */
};

static int kit_setup(void **state)
{
	struct kit *kit = g_new0(struct kit, 1);

	kit->dir = g_dir_make_tmp("muster-hook-XXXXXX", NULL);
	*state = kit;
	return kit->dir == NULL ? -1 : 0;
}

static int kit_teardown(void **state)
{
	struct kit *kit = *state;
	g_autofree char *command = g_strdup_printf("rm -rf %s", kit->dir);

	g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
	g_free(kit->dir);
	g_free(kit);
	return 0;
}

static char *kit_path(const struct kit *kit, const char *name)
{
	return g_build_filename(kit->dir, name, NULL);
}

static void kit_put(const struct kit *kit, const char *name, const char *script, mode_t mode)
{
	g_autofree char *path = kit_path(kit, name);

	assert_true(g_file_set_contents(path, script, -1, NULL));
	assert_int_equal(chmod(path, mode), 0);
}

#endif /* HOOK_KIT_H */
