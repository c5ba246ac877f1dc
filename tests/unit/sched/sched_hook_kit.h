/* sched_hook_kit - a fixture with a folder of hooks that write down what they see. Header only. */
#ifndef SCHED_HOOK_KIT_H
#define SCHED_HOOK_KIT_H

#include <sys/stat.h>

#include "mode_kit.h"
#include "sched_hook.h"

struct hooks {
	char *dir;  /* owned */
	char *told; /* owned; the file that "tells" appends a line to */
};

static inline void hooks_put(const struct hooks *hooks, const char *name, const char *script)
{
	g_autofree char *path = g_build_filename(hooks->dir, name, NULL);

	assert_true(g_file_set_contents(path, script, -1, NULL));
	assert_int_equal(chmod(path, 0755), 0);
}

/* The settings of the fixture with this folder; usual is what they name, or NULL. */
static inline void hooks_use(struct fixture *fixture, const struct hooks *hooks, char *const *usual)
{
	struct sched_policy policy = fixture_policy();

	policy.hooks_dir = hooks->dir;
	policy.hooks = usual;
	policy.hook_ms = 60000;
	sched_set_policy(fixture->sched, &policy);
}

/* Two hooks: "tells" says yes and "refuses" says no. */
static inline void hooks_begin(struct fixture *fixture, struct hooks *hooks)
{
	g_autofree char *script = NULL;

	hooks->dir = g_dir_make_tmp("muster-hooks-XXXXXX", NULL);
	assert_non_null(hooks->dir);
	hooks->told = g_build_filename(hooks->dir, "told.txt", NULL);
	script = g_strdup_printf("#!/bin/sh\n"
				 "echo $MUSTER_EVENT $MUSTER_TENANT $MUSTER_MODE $MUSTER_OUTCOME "
				 "$MUSTER_AGAIN >>%s\n",
				 hooks->told);
	hooks_put(hooks, "tells", script);
	hooks_put(hooks, "refuses", "#!/bin/sh\necho the queue is full\nexit 3\n");
	hooks_use(fixture, hooks, NULL);
}

static inline void hooks_release(struct hooks *hooks)
{
	static const char *const files[] = { "tells", "refuses", "told.txt" };

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(hooks->dir, files[i], NULL);

		(void)g_unlink(path);
	}
	(void)g_rmdir(hooks->dir);
	g_free(hooks->dir);
	g_free(hooks->told);
}

SCOPED_RELEASE(hooks);

/* What "tells" was told since the last call. */
static inline void hooks_expect(const struct hooks *hooks, const char *want)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(hooks->told, &text, NULL, NULL)) {
		text = g_strdup("");
	}
	assert_string_equal(text, want);
	(void)g_unlink(hooks->told);
}

#endif /* SCHED_HOOK_KIT_H */
