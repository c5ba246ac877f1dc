#include "api_fixture.h"

#define USERS "{\"name\":\"0001_users.sql\",\"text\":\"create table users (id int);\"}"
#define MORE                                                                                  \
	"{\"name\":\"0002_more.sql\",\"text\":\"alter table users add x int;\\nselect 1;\"}," \
	"{\"name\":\"0002_more.down.sql\",\"text\":\"alter table users drop x;\"}"

static void a_release_is_stored_once(void **state)
{
	struct fixture *fixture = *state;
	const char *request = "{\"name\":\"shop\",\"files\":[" USERS "," MORE "]}";
	const char *again = "{\"name\":\"other\",\"files\":[" USERS "," MORE "]}";
	const struct wire_migration *migrations;
	struct wire_release_info info = { 0 };
	struct wire_list list = { 0 };
	g_autofree char *id = NULL;

	ask_for(fixture, &wire_release_info_type, &info, "POST /v1/releases", request);
	assert_string_equal(info.name, "shop");
	assert_string_equal(info.format, "plain");
	assert_string_equal(info.version, "0002");
	assert_int_equal(strlen(info.checksum), 64);
	assert_int_equal(info.migrations.nr, 2);
	migrations = info.migrations.items;
	assert_string_equal(migrations[0].file, "0001_users.sql");
	assert_false(migrations[0].down);
	assert_string_equal(migrations[1].version, "0002");
	assert_string_equal(migrations[1].name, "more");
	assert_int_equal(migrations[1].statements, 2);
	assert_true(migrations[1].down);
	id = g_strdup(info.id);
	wire_release(&wire_release_info_type, &info);
	assert_int_equal(fixture_last_event(fixture), 1);

	g_usleep(2000); /* the same content a moment later */
	ask_for(fixture, &wire_release_info_type, &info, "POST /v1/releases", again);
	assert_string_equal(info.id, id);
	assert_string_equal(info.name, "shop");
	wire_release(&wire_release_info_type, &info);
	assert_int_equal(fixture_last_event(fixture), 1);

	ask_for_list(fixture, &wire_release_info_type, &list, "GET /v1/releases", NULL);
	assert_int_equal(list.nr, 1);
	wire_list_release(&wire_release_info_type, &list);
	ask_for(fixture, &wire_release_info_type, &info, "GET /v1/releases/shop", NULL);
	assert_int_equal(info.migrations.nr, 2);
	wire_release(&wire_release_info_type, &info);
}

static void a_wrong_release_is_refused_with_its_place(void **state)
{
	struct fixture *fixture = *state;
	struct reply reply = { 0 };

	ask(fixture, &reply, "POST /v1/releases",
	    "{\"files\":[" USERS ",{\"name\":\"0002_x.sql\",\"text\":\"select 'a\"}]}");
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "0002_x.sql:1:"));
	ask_refused(fixture, 400, "\"../etc/passwd\" is not the name of a file in a folder", NULL,
		    "POST /v1/releases",
		    "{\"files\":[{\"name\":\"../etc/passwd\",\"text\":\"\"}]}");
	ask(fixture, &reply, "POST /v1/releases", "{\"files\":[]}");
	assert_int_equal(reply.status, 400);
	ask(fixture, &reply, "GET /v1/releases/nope", NULL);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "muster release list"));
	assert_int_equal(fixture_last_event(fixture), 0);
	reply_clear(&reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_release_is_stored_once),
		TEST(a_wrong_release_is_refused_with_its_place),
	};

	return cmocka_run_group_tests_name("ops_release", tests, NULL, NULL);
}
