#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "wire.h"

/* What scripts read of `task log -o json`. */
static void a_line_of_a_log_has_the_output_of_its_hook(void **state)
{
	struct wire_log entry = {
		.id = 7,
		.at = g_strdup("2026-11-22T12:00:00Z"),
		.kind = g_strdup("hook"),
		.state = g_strdup("failed"),
		.output = g_strdup("two\nlines\n"),
		.output_lost = 9,
	};
	g_autofree char *json = wire_encode(&wire_log_type, &entry);

	(void)state;
	assert_string_equal(json, "{\"id\":7,\"at\":\"2026-11-22T12:00:00Z\",\"actor\":null,"
				  "\"kind\":\"hook\",\"state\":\"failed\",\"text\":null,"
				  "\"output\":\"two\\u000alines\\u000a\",\"output_lost\":9}");
	wire_release(&wire_log_type, &entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_a_log_has_the_output_of_its_hook),
	};

	return cmocka_run_group_tests_name("messages_log", tests, NULL, NULL);
}
