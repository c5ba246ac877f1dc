#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <netinet/in.h>

#include "loopback.h"

static void addresses_of_this_machine_are_taken(void **state)
{
	static const struct {
		const char *text;
		int family;
		uint16_t port;
	} rows[] = {
		/* as written         family    port */
		{ "127.0.0.1:3309", AF_INET, 3309 }, { "127.8.9.10:1", AF_INET, 1 },
		{ "127.0.0.1:0", AF_INET, 0 },       { "127.0.0.1:65535", AF_INET, 65535 },
		{ "[::1]:3309", AF_INET6, 3309 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct loopback got = { 0 };
		struct sockaddr_in v4;
		struct err err;

		assert_int_equal(loopback_parse(&got, rows[i].text, &err), 0);
		assert_int_equal(got.address.ss_family, rows[i].family);
		memcpy(&v4, &got.address, sizeof(v4)); /* the port is at the same place in both */
		assert_int_equal(ntohs(v4.sin_port), rows[i].port);
		assert_int_equal(got.len, rows[i].family == AF_INET ? sizeof(struct sockaddr_in)
								    : sizeof(struct sockaddr_in6));
	}
}

static void everything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"3309",
		"127.0.0.1",
		":3309",
		"127.0.0.1:",
		"127.0.0.1:65536",
		"127.0.0.1:-1",
		"127.0.0.1:3309 ",
		"0.0.0.0:3309",
		"10.0.0.1:3309",
		"128.0.0.1:3309",
		"localhost:3309",
		"[::]:3309",
		"[::1]",
		"::1:3309",
		"[127.0.0.1:3309",
		"[2001:db8::1]:80",
		"127.1:3309",
		"[]:3309",
		"[::ffff:127.0.0.1]:3309",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *want =
			g_strdup_printf("\"%s\" is no loopback address with a port, such as "
					"\"127.0.0.1:3309\" or \"[::1]:3309\"",
					texts[i]);
		struct loopback got = { 0 };
		struct err err = { 0 };

		assert_int_equal(loopback_parse(&got, texts[i], &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.msg, want);
		assert_int_equal(got.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_this_machine_are_taken),
		cmocka_unit_test(everything_else_is_refused),
	};

	return cmocka_run_group_tests_name("loopback", tests, NULL, NULL);
}
