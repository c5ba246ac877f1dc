#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "wire_types.h"

/* clang-format off */
static const struct {
	const struct wire_type *type; const char *text; const char *msg;
} refusals[] = {
	/* request                   body                                   what the operator reads */
	{ &wire_rollout_start_type, "{\"release\":\"a\",\"waves\":7}",
	  "rollout_start: field \"waves\" must be a text" },
	{ &wire_rollout_start_type, "{}",
	  "rollout_start: field \"release\" is missing" },
	{ &wire_rollout_start_type, "{\"release\":null}",
	  "rollout_start: field \"release\" is missing" },
	{ &wire_rollout_start_type, "{\"release\":\"a\",\"wave\":\"1\"}",
	  "rollout_start: there is no field \"wave\"" },
	{ &wire_rollout_start_type, "{\"release\":\"a\",\"bake_ms\":1.5}",
	  "rollout_start: field \"bake_ms\" must be a whole number" },
	{ &wire_rollout_start_type, "{\"release\":\"a\",\"bake_ms\":\"9\"}",
	  "rollout_start: field \"bake_ms\" must be a whole number" },
	{ &wire_rollout_start_type, "{\"release\":\"a\",\"dry_run\":1}",
	  "rollout_start: field \"dry_run\" must be true or false" },
	{ &wire_rollout_start_type, "[]",
	  "rollout_start: must be an object" },
	{ &wire_server_add_type, "{\"name\":\"a\",\"labels\":[]}",
	  "server_add: field \"labels\" must be an object of texts" },
	{ &wire_server_add_type, "{\"name\":\"a\",\"labels\":{\"k\":1}}",
	  "server_add: field \"labels\" must be an object of texts" },
	{ &wire_set_type, "{\"set\":\"a=b\"}",
	  "set: field \"set\" must be a list of texts" },
	{ &wire_set_type, "{\"set\":[\"a=b\",1]}",
	  "set: field \"set\" must be a list of texts" },
	{ &wire_import_type, "{\"rows\":{}}",
	  "import: field \"rows\" must be a list of objects" },
	{ &wire_import_type, "{\"rows\":[{\"name\":\"a\",\"server\":\"s\",\"schema\":\"d\"},3]}",
	  "import: field \"rows\": [1]: must be an object" },
	{ &wire_import_type, "{\"rows\":[{\"name\":\"a\",\"server\":\"s\"}]}",
	  "import: field \"rows\": [0]: field \"schema\" is missing" },
};

/* clang-format on */

static void refuses_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		const struct wire_type *type = refusals[i].type;
		g_autofree char *object = g_malloc0(type->size);
		g_autofree char *empty = g_malloc0(type->size);
		struct err err;

		assert_int_equal(wire_decode(type, object, refusals[i].text,
					     strlen(refusals[i].text), true, &err),
				 -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, refusals[i].msg);
		assert_memory_equal(object, empty, type->size);
	}
}

/* clang-format off */
static const struct {
	const char *text; const char *msg;
} broken[] = {
	/* body                                what the operator reads first */
	{ "",                                  "set: not JSON, line 1, column 0: " },
	{ "{\"set\":[\"a=b\",}",              "set: not JSON, line 1, column 1" },
	{ "{\"reason\":\"a\",\"reason\":\"b\"}", "set: not JSON, line 1, column 2" },
	{ "{} {}",                             "set: not JSON, line 1, column 4: " },
	{ "{\"reason\":\"a\xff\"}",           "set: not JSON, line 1, column 1" },
	{ "{\"reason\":\"a\\u0000b\"}",
	  "set: not JSON, line 1, column 20: a text cannot hold \\u0000" },
};

/* clang-format on */

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		struct wire_set set = { 0 };
		struct err err;

		assert_int_equal(wire_decode(&wire_set_type, &set, broken[i].text,
					     strlen(broken[i].text), true, &err),
				 -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_memory_equal(err.msg, broken[i].msg, strlen(broken[i].msg));
	}
}

static void passes_over_what_a_newer_daemon_says(void **state)
{
	const char *text = "{\"status\":\"ok\",\"moon\":\"full\"}";
	struct wire_health health = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(wire_decode(&wire_health_type, &health, text, strlen(text), false, &err),
			 0);
	assert_string_equal(health.status, "ok");
	assert_int_equal(health.protocol, 0);
	wire_release(&wire_health_type, &health);
	assert_null(health.status);
}

static void a_request_is_filled(void **state)
{
	const char *text = "{\"name\":\"db1\",\"port\":3306,\"host\":null,"
			   "\"labels\":{\"region\":\"eu\",\"tier\":\"\"}}";
	struct wire_server_add add = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(wire_decode(&wire_server_add_type, &add, text, strlen(text), true, &err),
			 0);
	assert_string_equal(add.name, "db1");
	assert_null(add.host);
	assert_int_equal(add.port, 3306);
	assert_int_equal(add.labels.nr, 2);
	assert_string_equal(add.labels.labels[0].key, "region");
	assert_string_equal(add.labels.labels[0].value, "eu");
	assert_string_equal(add.labels.labels[1].value, "");
	wire_release(&wire_server_add_type, &add);
}

static void an_answer_holds_every_field(void **state)
{
	struct wire_wave wave = { .seq = 1, .size = 12 };
	g_autofree char *text = wire_encode(&wire_wave_type, &wave);

	(void)state;
	assert_string_equal(text, "{\"seq\":1,\"size\":12,\"state\":null,\"gate\":null}");
}

static void an_error_without_a_code_is_null(void **state)
{
	struct wire_task task = { 0 };
	g_autofree char *without = wire_encode(&wire_task_type, &task);
	g_autofree char *with = NULL;
	static char code[] = "db";

	(void)state;
	assert_non_null(strstr(without, "\"error\":null"));
	task.error = (struct wire_error){ .code = code, .native = 1062 };
	with = wire_encode(&wire_task_type, &task);
	assert_non_null(strstr(with, "\"error\":{\"code\":\"db\",\"native\":1062,"
				     "\"message\":null,\"hint\":null}"));
}

/* clang-format off */
static const struct {
	const char *text; const char *json;
} texts[] = {
	{ "plain",            "\"plain\"" },
	{ "",                 "\"\"" },
	{ "a\"b\\c",          "\"a\\\"b\\\\c\"" },
	{ "a\nb\tc\x01",      "\"a\\u000ab\\u0009c\\u0001\"" },
	{ "caf\xc3\xa9 \xf0\x9f\x90\x98", "\"caf\xc3\xa9 \xf0\x9f\x90\x98\"" },
	{ "caf\xe9",          "\"caf\xef\xbf\xbd\"" }, /* latin1 from a server: still JSON */
};

/* clang-format on */

static void any_text_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct wire_texts list = { 0 };
		struct wire_set set = { 0 };
		g_autofree char *want = g_strdup_printf("{\"set\":[%s],\"revision\":0,"
							"\"reason\":null}",
							texts[i].json);
		g_autofree char *got = NULL;

		wire_texts_add(&list, texts[i].text);
		set.set = list;
		got = wire_encode(&wire_set_type, &set);
		assert_string_equal(got, want);
		wire_release(&wire_set_type, &set);
	}
}

static void lists_grow_and_come_back(void **state)
{
	struct wire_tenant_page page = { 0 };
	struct wire_tenant_page back = { 0 };
	g_autofree char *text = NULL;
	g_autofree char *again = NULL;
	struct err err;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct wire_tenant *tenant = wire_list_add(&wire_tenant_type, &page.items);

		tenant->name = g_strdup_printf("t%d", i);
		wire_labels_put(&tenant->labels, "region", "us");
		wire_labels_put(&tenant->labels, "region", "eu");
		wire_labels_put(&tenant->labels, "tier", "gold");
	}
	page.next = g_strdup("t999");
	text = wire_encode(&wire_tenant_page_type, &page);
	assert_int_equal(
		wire_decode(&wire_tenant_page_type, &back, text, strlen(text), false, &err), 0);
	assert_int_equal(back.items.nr, 1000);
	assert_int_equal(((struct wire_tenant *)back.items.items)[999].labels.nr, 2);
	again = wire_encode(&wire_tenant_page_type, &back);
	assert_string_equal(text, again);
	wire_release(&wire_tenant_page_type, &page);
	wire_release(&wire_tenant_page_type, &back);
}

static void numbers_keep_their_kind(void **state)
{
	const char *text = "[{\"rate\":3},{\"rate\":0.25,\"eta_s\":-1}]";
	struct wire_list list = { 0 };
	const struct wire_rollout *rollouts;
	g_autofree char *json = NULL;
	struct err err;

	(void)state;
	assert_int_equal(wire_decode_list(&wire_rollout_type, &list, text, strlen(text), &err), 0);
	rollouts = list.items;
	assert_true(rollouts[0].rate == 3.0);
	assert_int_equal(rollouts[1].eta_s, -1);
	json = wire_encode_list(&wire_rollout_type, &list);
	assert_non_null(strstr(json, "\"rate\":3.0,"));
	assert_non_null(strstr(json, "\"rate\":0.25,"));
	assert_non_null(strstr(json, "\"eta_s\":-1,"));
	wire_list_release(&wire_rollout_type, &list);
	assert_int_equal(wire_decode_list(&wire_rollout_type, &list, "{}", 2, &err), -1);
	assert_string_equal(err.msg, "list of rollout: must be a list");
	assert_null(list.items);
}

/* What is not there is null, and null is not 0. */
static void a_number_may_be_missing(void **state)
{
	const char *text = "[{\"name\":\"a\",\"value\":0.5,\"soft\":null},{\"value\":3}]";
	struct wire_list list = { 0 };
	const struct wire_signal *signals;
	g_autofree char *json = NULL;
	struct err err;

	(void)state;
	assert_int_equal(wire_decode_list(&wire_signal_type, &list, text, strlen(text), &err), 0);
	signals = list.items;
	assert_true(signals[0].value == 0.5);
	assert_true(isnan(signals[0].soft) && isnan(signals[0].hard));
	assert_true(signals[1].value == 3.0);
	json = wire_encode_list(&wire_signal_type, &list);
	assert_non_null(
		strstr(json, "\"value\":0.5,\"infinite\":false,\"soft\":null,\"hard\":null,"));
	wire_list_release(&wire_signal_type, &list);
	text = "[{\"value\":\"much\"}]";
	assert_int_equal(wire_decode_list(&wire_signal_type, &list, text, strlen(text), &err), -1);
	assert_string_equal(err.msg,
			    "list of signal: [0]: field \"value\" must be a number or null");
}

/* As freno has it, for those who know freno. */
static void a_check_has_the_names_of_freno(void **state)
{
	static char message[] = "no";
	const struct wire_check check = { 429, 61, 32, message };
	g_autofree char *json = wire_encode(&wire_check_type, &check);

	(void)state;
	assert_string_equal(json, "{\"StatusCode\":429,\"Value\":61.0,\"Threshold\":32.0,"
				  "\"Message\":\"no\"}");
}

/* UPDATE_GOLDEN=1 rewrites it; the difference is then reviewed. */
static void the_protocol_page_is_current(void **state)
{
	g_autofree char *want = NULL;
	g_autofree char *got = wire_describe();

	(void)state;
	if (getenv("UPDATE_GOLDEN") != NULL) {
		assert_true(g_file_set_contents(TESTS_DIR "/golden/protocol.md", got, -1, NULL));
	}
	assert_true(g_file_get_contents(TESTS_DIR "/golden/protocol.md", &want, NULL, NULL));
	assert_string_equal(got, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(passes_over_what_a_newer_daemon_says),
		cmocka_unit_test(a_request_is_filled),
		cmocka_unit_test(an_answer_holds_every_field),
		cmocka_unit_test(an_error_without_a_code_is_null),
		cmocka_unit_test(any_text_is_json),
		cmocka_unit_test(lists_grow_and_come_back),
		cmocka_unit_test(numbers_keep_their_kind),
		cmocka_unit_test(a_number_may_be_missing),
		cmocka_unit_test(a_check_has_the_names_of_freno),
		cmocka_unit_test(the_protocol_page_is_current),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
