#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "local.h"

#define HOST_MAX 256

/* clang-format off */
static const struct {
	const char *host; const char *socket; bool ours; bool is;
} places[] = {
	{ NULL,          "/run/my.sock", true,  true },
	{ NULL,          "/run/my.sock", false, false }, /* of a container */
	{ "127.0.0.1",   NULL,           true,  true },
	{ "127.8.9.1",   NULL,           true,  true },
	{ "::1",         NULL,           true,  true },
	{ "localhost",   NULL,           true,  true },
	{ NULL,          NULL,           true,  true },
	{ "127.0.0.1",   NULL,           false, false }, /* a tunnel */
	{ "10.0.0.8",    NULL,           true,  false },
	{ "db7",         NULL,           true,  false },
	{ "128.0.0.1",   NULL,           true,  false },
};

static const struct {
	const char *text; double want; /* -1: cannot be read */
} pressures[] = {
	{ "some avg10=1.25 avg60=0.80 avg300=0.35 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 1.25 },
	{ "some avg10=100.00 avg60=99.00 avg300=35.35 total=123456\n", 100 },
	{ "some avg10=", -1 },
	{ "some avg10=x avg60=0.80", -1 },
	{ "full avg10=0.00", -1 },
	{ "", -1 },
};

/* clang-format on */

static void only_a_server_of_this_host_is_local(void **state)
{
	char host[HOST_MAX] = "";

	(void)state;
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct db_addr addr = { .host = (char *)(uintptr_t)places[i].host,
					.socket = (char *)(uintptr_t)places[i].socket };

		if (local_is(&addr, places[i].ours ? host : "another") != places[i].is) {
			fail_msg("row %zu", i);
		}
		assert_false(local_is(&addr, NULL));
	}
}

static void the_kernels_text_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(pressures); i++) {
		double value = -1;

		assert_int_equal(local_pressure_parse(pressures[i].text, &value),
				 pressures[i].want >= 0);
		assert_float_equal(value, pressures[i].want, 0.001);
	}
}

static void the_host_says_what_it_has(void **state)
{
	double value;

	(void)state;
	assert_true(local_cores() >= 1);
	assert_true(local_disk_free("/", &value));
	assert_true(value > 0 && value <= 100);
	assert_false(local_disk_free("/no/such/folder", &value));
	assert_true(local_disk_bytes("/") >= 0);
	assert_int_equal(local_disk_bytes("/no/such/folder"), -1);
	assert_true(local_load(&value));
	assert_true(value >= 0 && value < 10000);
	if (local_pressure(&value)) { /* not every kernel has it */
		assert_true(value >= 0 && value <= 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_server_of_this_host_is_local),
		cmocka_unit_test(the_kernels_text_is_read),
		cmocka_unit_test(the_host_says_what_it_has),
	};

	return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
