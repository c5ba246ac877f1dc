#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "route_map.h"

static bool put(struct route_map *map, int64_t id, const char *tenant, const char *mode,
		const char *version)
{
	struct wire_route route = {
		.tenant = g_strdup(tenant),
		.server = g_strdup("db1"),
		.schema = g_strdup_printf("c %s", tenant),
		.version = g_strdup(version),
		.mode = g_strdup(mode),
	};

	return route_map_put(map, id, &route);
}

static struct route_map *two(void)
{
	struct route_map *map = route_map_new();

	assert_true(put(map, 2, "default", "ro", NULL));
	assert_true(put(map, 1, "acme", "rw", "0007"));
	return map;
}

static void expect_text(struct route_map *map, enum route_format format, const char *want)
{
	g_autofree char *text = route_map_text(map, format);

	assert_string_equal(text, want);
}

static void texts_are_by_name_and_safe_to_include(void **state)
{
	struct route_map *map = two();

	(void)state;
	expect_text(map, ROUTE_JSON,
		    "[{\"tenant\":\"acme\",\"server\":\"db1\",\"schema\":\"c acme\","
		    "\"version\":\"0007\",\"mode\":\"rw\",\"class\":null},"
		    "{\"tenant\":\"default\",\"server\":\"db1\",\"schema\":\"c default\","
		    "\"version\":null,\"mode\":\"ro\",\"class\":null}]");
	expect_text(map, ROUTE_HAPROXY_MAP,
		    "# written by musterd; tenant mode|version|server|schema|class\n"
		    "acme rw|0007|db1|c%20acme|\n"
		    "default ro||db1|c%20default|\n");
	expect_text(
		map, ROUTE_NGINX_MAP,
		"# written by musterd; include it in http {} and set $muster_tenant\n"
		"map $muster_tenant $muster_mode {\n\tdefault \"\";\n\tacme rw;\n\t\\default ro;\n}\n"
		"map $muster_tenant $muster_version {\n\tdefault \"\";\n\tacme 0007;\n}\n"
		"map $muster_tenant $muster_server {\n\tdefault \"\";\n\tacme db1;\n"
		"\t\\default db1;\n}\n"
		"map $muster_tenant $muster_schema {\n\tdefault \"\";\n\tacme c%20acme;\n"
		"\t\\default c%20default;\n}\n"
		"map $muster_tenant $muster_class {\n\tdefault \"\";\n}\n");
	route_map_free(map);
}

static void the_tag_is_of_what_is_there_and_not_of_how_it_came(void **state)
{
	struct route_map *map = two();
	struct route_map *other = route_map_new();
	g_autofree char *first = g_strdup(route_map_tag(map));
	g_autofree char *empty = g_strdup(route_map_tag(other));

	(void)state;
	assert_true(put(other, 1, "acme", "closing", "0007"));
	assert_true(put(other, 1, "acme", "rw", "0007"));
	assert_string_not_equal(route_map_tag(other), first);
	assert_true(put(other, 2, "default", "ro", NULL));
	assert_string_equal(route_map_tag(other), first);
	assert_false(put(other, 2, "default", "ro", NULL));
	assert_true(route_map_remove(other, 2));
	assert_false(route_map_remove(other, 2));
	assert_string_not_equal(route_map_tag(other), first);
	assert_true(route_map_remove(other, 1));
	assert_string_equal(route_map_tag(other), empty);
	route_map_free(map);
	route_map_free(other);
}

static void news_are_told_once_and_end_with_the_tag(void **state)
{
	struct route_map *map = two();
	g_autofree char *first = route_map_news(map);
	g_autofree char *want = NULL;
	g_autofree char *got = NULL;

	(void)state;
	assert_non_null(first);
	assert_null(route_map_news(map));
	assert_true(put(map, 1, "acme", "closing", "0007"));
	assert_true(route_map_remove(map, 2));
	want = g_strdup_printf(
		"event: route\ndata: {\"tenant\":\"acme\",\"server\":\"db1\","
		"\"schema\":\"c acme\",\"version\":\"0007\",\"mode\":\"closing\","
		"\"class\":null}\n\nevent: gone\ndata: {\"tenant\":\"default\",\"server\":\"db1\","
		"\"schema\":\"c default\",\"version\":null,\"mode\":\"ro\",\"class\":null}\n\n"
		"id: %s\n\n",
		route_map_tag(map));
	got = route_map_news(map);
	assert_string_equal(got, want);
	route_map_free(map);
}

static void a_whole_reading_takes_away_what_is_gone(void **state)
{
	struct route_map *map = two();
	g_autofree char *whole = NULL;

	(void)state;
	route_map_begin(map);
	assert_false(put(map, 1, "acme", "rw", "0007"));
	route_map_end(map);
	whole = route_map_whole(map);
	assert_true(g_str_has_prefix(whole, "event: map\ndata: [{\"tenant\":\"acme\""));
	assert_null(strstr(whole, "default"));
	assert_true(g_str_has_suffix(whole, "\n\n"));
	route_map_free(map);
}

static void another_name_is_another_tenant(void **state)
{
	struct route_map *map = two();
	g_autofree char *first = route_map_news(map);
	g_autofree char *news = NULL;

	(void)state;
	assert_non_null(first);
	assert_true(put(map, 1, "zeta", "rw", "0007"));
	news = route_map_news(map);
	assert_true(g_str_has_prefix(news, "event: gone\ndata: {\"tenant\":\"acme\""));
	assert_non_null(strstr(news, "event: route\ndata: {\"tenant\":\"zeta\""));
	expect_text(map, ROUTE_HAPROXY_MAP,
		    "# written by musterd; tenant mode|version|server|schema|class\n"
		    "default ro||db1|c%20default|\n"
		    "zeta rw|0007|db1|c%20zeta|\n");
	route_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_by_name_and_safe_to_include),
		cmocka_unit_test(the_tag_is_of_what_is_there_and_not_of_how_it_came),
		cmocka_unit_test(news_are_told_once_and_end_with_the_tag),
		cmocka_unit_test(a_whole_reading_takes_away_what_is_gone),
		cmocka_unit_test(another_name_is_another_tenant),
	};

	return cmocka_run_group_tests_name("route_map", tests, NULL, NULL);
}
