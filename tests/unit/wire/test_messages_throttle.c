#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "wire.h"

/* What scripts read of `throttle show -o json`, in this order. */
static void a_server_has_the_fields_that_programs_rely_on(void **state)
{
	static const char want[] =
		"{\"server\":\"db1\",\"state\":null,\"reason\":null,\"since\":null,"
		"\"slots\":{\"now\":1,\"max\":4},\"signals\":[{\"name\":\"lag\",\"value\":0.5,";
	struct wire_throttle throttle = { .slots = { .now = 1, .max = 4 } };
	struct wire_signal *signal;
	g_autofree char *json = NULL;

	(void)state;
	throttle.server = g_strdup("db1");
	signal = wire_list_add(&wire_signal_type, &throttle.signals);
	signal->name = g_strdup("lag");
	signal->value = 0.5;
	json = wire_encode(&wire_throttle_type, &throttle);
	assert_true(g_str_has_prefix(json, want));
	assert_non_null(strstr(json, "\"hold\":null,"));
	wire_release(&wire_throttle_type, &throttle);
}

static void a_change_names_its_signal(void **state)
{
	struct wire_throttle_set set = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(wire_decode(&wire_throttle_set_type, &set, "{}", 2, true, &err), -1);
	assert_string_equal(err.msg, "throttle_set: field \"signal\" is missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_has_the_fields_that_programs_rely_on),
		cmocka_unit_test(a_change_names_its_signal),
	};

	return cmocka_run_group_tests_name("messages_throttle", tests, NULL, NULL);
}
