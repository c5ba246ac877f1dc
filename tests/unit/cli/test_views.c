#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "views.h"

/* A column that names a field which the message does not have would abort. */
static void every_view_fits_its_message(void **state)
{
	static const struct view *const views[] = {
		&view_server,  &view_server_check, &view_tenant,  &view_release,    &view_migration,
		&view_rollout, &view_wave,         &view_preview, &view_task,       &view_event,
		&view_changed, &view_throttle,     &view_signal,  &view_label_limit
	};
	static const struct style csv = { .output = RENDER_CSV };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
		struct wire_list list = { 0 };
		g_autoptr(GString) out = g_string_new(NULL);

		if (views[i] == &view_release) {
			((struct wire_release_info *)wire_list_add(views[i]->type, &list))
				->checksum = g_strdup("0123456789abcdef");
		} else {
			(void)wire_list_add(views[i]->type, &list);
		}
		render_list(out, views[i], &list, &csv);
		assert_true(out->len > 0);
		wire_list_release(views[i]->type, &list);
	}
}

static void the_words_of_a_column_are_right(void **state)
{
	static char none[] = "none";
	static char db[] = "db";
	static char refused[] = "refused";
	static char why[] = "waits";
	static char r[] = "r1";
	static char t[] = "acme";
	static char paused[] = "paused";
	static char running[] = "running";
	const struct style csv = { .output = RENDER_CSV };
	const struct style name = { .output = RENDER_NAME };
	const struct style wide = { .output = RENDER_WIDE };
	const struct wire_task waiting = { .rollout = r,
					   .tenant = t,
					   .reason = why,
					   .error = { .code = none } };
	const struct wire_task failed = {
		.rollout = r,
		.tenant = t,
		.statement = 1,
		.statements = 3,
		.reason = why,
		.error = { .code = db, .native = 1050, .message = refused }
	};
	const struct wire_rollout rollouts[] = {
		{ .id = r,
		  .state = running,
		  .eta_s = 61,
		  .counts = { .total = 3, .done = 1, .failed = 1, .in_doubt = 1 } },
		{ .id = r, .state = paused, .eta_s = 61 },
	};
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	render_item(out, &view_task, &waiting, &csv);
	assert_non_null(strstr(out->str, "\r\nacme,,0,,,,0,waits,,"));
	g_string_truncate(out, 0);
	render_item(out, &view_task, &failed, &wide);
	assert_non_null(strstr(out->str, "statement  1/3\n"));
	assert_non_null(strstr(out->str, "why        refused\n"));
	assert_non_null(strstr(out->str, "error      db 1050\n"));
	g_string_truncate(out, 0);
	render_item(out, &view_task, &failed, &name);
	assert_string_equal(out->str, "r1/acme\n");
	g_string_truncate(out, 0);
	render_item(out, &view_rollout, &rollouts[0], &csv);
	assert_non_null(strstr(out->str, "\r\nr1,,,,running,1/3,2,0/0,1m 01s,"));
	g_string_truncate(out, 0);
	render_item(out, &view_rollout, &rollouts[1], &csv); /* nothing ends while it is paused */
	assert_non_null(strstr(out->str, "\r\nr1,,,,paused,0/0,0,0/0,,"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_fits_its_message),
		cmocka_unit_test(the_words_of_a_column_are_right),
	};

	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
