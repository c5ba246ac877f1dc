#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "screen.h"

static void a_new_picture_takes_the_place_of_the_last(void **state)
{
	SCOPED(screen) screen = { 0 };
	g_autoptr(GString) first = g_string_new("one\ntwo\n");
	g_autoptr(GString) second = g_string_new("three\n");
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	screen_update(&screen, out, first);
	assert_string_equal(out->str, "\r\033[Jone\ntwo\n");
	g_string_truncate(out, 0);
	screen_update(&screen, out, first);
	assert_string_equal(out->str, ""); /* nothing new: no flicker */
	screen_update(&screen, out, second);
	assert_string_equal(out->str, "\033[2A\r\033[Jthree\n");
	g_string_truncate(out, 0);
	screen_update(&screen, out, first);
	assert_string_equal(out->str, "\033[1A\r\033[Jone\ntwo\n");
}

static void a_picture_is_cut_to_the_terminal(void **state)
{
	g_autoptr(GString) picture = g_string_new("one\ntwo\nthree\n");

	(void)state;
	screen_clip(picture, 80, 4);
	assert_string_equal(picture->str, "one\ntwo\nthree\n");
	screen_clip(picture, 3, 2);
	assert_string_equal(picture->str, "one\ntwo\n");
	g_string_assign(picture, "\033[31mred paint\033[0m\n日本語\n");
	screen_clip(picture, 5, 9);
	assert_string_equal(picture->str, "\033[31mred p\033[0m\n日本\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_picture_takes_the_place_of_the_last),
		cmocka_unit_test(a_picture_is_cut_to_the_terminal),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
