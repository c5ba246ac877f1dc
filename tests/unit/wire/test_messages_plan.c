#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "wire.h"

/* What scripts read of `plan -o json`. */
static void a_plan_has_the_fields_that_programs_rely_on(void **state)
{
	static const char *const parts[] = {
		"\"classes\":[{\"id\":\"aa-bb\",",
		"\"tenants\":2,\"example\":null,",
		"\"pending\":[\"0001\"],",
		"\"statements\":[{\"migration\":\"0001\",\"index\":1,",
		"\"sql\":\"do 1\",",
		"\"algorithm\":null,\"blocks_writes\":false,",
		"\"strategy\":null,",
		"\"findings\":[{\"code\":\"MU101\",",
		"\"failing\":[{\"tenant\":\"acme\",\"check\":null,\"message\":null}]",
		"\"outliers\":[{\"tenant\":\"zed\",",
		"\"diff\":[\"a -> b\"]}]",
	};
	struct wire_plan plan = { 0 };
	struct wire_plan_class *class = wire_list_add(&wire_plan_class_type, &plan.classes);
	struct wire_plan_failing *failing = wire_list_add(&wire_plan_failing_type, &plan.failing);
	struct wire_plan_outlier *outlier = wire_list_add(&wire_plan_outlier_type, &plan.outliers);
	struct wire_plan_statement *statement;
	struct wire_plan_finding *finding;
	g_autofree char *json = NULL;

	(void)state;
	class->id = g_strdup("aa-bb");
	class->tenants = 2;
	wire_texts_add(&class->pending, "0001");
	statement = wire_list_add(&wire_plan_statement_type, &class->statements);
	statement->migration = g_strdup("0001");
	statement->index = 1;
	statement->sql = g_strdup("do 1");
	finding = wire_list_add(&wire_plan_finding_type, &statement->findings);
	finding->code = g_strdup("MU101");
	failing->tenant = g_strdup("acme");
	outlier->tenant = g_strdup("zed");
	wire_texts_add(&outlier->diff, "a -> b");
	json = wire_encode(&wire_plan_type, &plan);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (strstr(json, parts[i]) == NULL) {
			fail_msg("%s is not in %s", parts[i], json);
		}
	}
	wire_release(&wire_plan_type, &plan);
}

static void a_plan_is_of_a_release(void **state)
{
	struct wire_plan_ask ask = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(wire_decode(&wire_plan_ask_type, &ask, "{}", 2, true, &err), -1);
	assert_string_equal(err.msg, "plan_ask: field \"release\" is missing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_has_the_fields_that_programs_rely_on),
		cmocka_unit_test(a_plan_is_of_a_release),
	};

	return cmocka_run_group_tests_name("messages_plan", tests, NULL, NULL);
}
