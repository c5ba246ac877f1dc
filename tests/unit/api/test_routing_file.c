#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "routing_file.h"

#define WAIT_S 20

struct place {
	char *dir;
	char *path;
};

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = g_dir_make_tmp("muster-routes-XXXXXX", NULL);
	place->path = g_build_filename(place->dir, "in", "map", NULL);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	g_autofree char *folder = g_path_get_dirname(place->path);

	(void)g_unlink(place->path);
	(void)g_rmdir(folder);
	(void)g_rmdir(place->dir);
	g_free(place->dir);
	g_free(place->path);
	g_free(place);
	return 0;
}

static void make_folder(const struct place *place)
{
	g_autofree char *folder = g_path_get_dirname(place->path);

	assert_int_equal(g_mkdir(folder, 0700), 0);
}

static bool holds(const struct place *place, const char *want)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(place->path, &text, NULL, NULL) && g_str_equal(text, want);
}

static void until_holds(const struct place *place, const char *want)
{
	gint64 end = g_get_monotonic_time() + WAIT_S * G_USEC_PER_SEC;

	while (!holds(place, want)) {
		assert_true(g_get_monotonic_time() < end);
		g_usleep(1000);
	}
}

static void the_newest_text_is_there_and_others_may_read_it(void **state)
{
	const struct place *place = *state;
	struct routing_file *file;
	struct stat found;

	make_folder(place);
	file = routing_file_new(place->path);
	routing_file_put(file, g_strdup("one\n"));
	until_holds(place, "one\n");
	routing_file_put(file, g_strdup("two\n"));
	routing_file_put(file, g_strdup("three\n"));
	until_holds(place, "three\n");
	assert_int_equal(stat(place->path, &found), 0);
	assert_int_equal(found.st_mode & 0444, 0444);
	routing_file_free(file);
	assert_true(holds(place, "three\n"));
}

static void what_could_not_be_written_is_tried_again(void **state)
{
	const struct place *place = *state;
	struct routing_file *file = routing_file_new(place->path);

	routing_file_put(file, g_strdup("late\n")); /* there is no such folder */
	make_folder(place);
	until_holds(place, "late\n");
	routing_file_free(file);
}

static void the_end_does_not_wait_for_what_cannot_be(void **state)
{
	const struct place *place = *state;
	struct routing_file *file = routing_file_new(place->path);

	routing_file_put(file, g_strdup("never\n"));
	routing_file_free(file);
	assert_false(g_file_test(place->path, G_FILE_TEST_EXISTS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_text_is_there_and_others_may_read_it),
		TEST(what_could_not_be_written_is_tried_again),
		TEST(the_end_does_not_wait_for_what_cannot_be),
	};

	return cmocka_run_group_tests_name("routing_file", tests, NULL, NULL);
}
