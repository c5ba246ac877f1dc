#include "close_prove.h"

#include "close_kit.h"
#include "close_look.h"

static const char *schema;
static const char *user;

static struct db_session *ours(void)
{
	struct db_session *session = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	return session;
}

static void begin(struct db_session *session, struct close_prove *prove)
{
	SCOPED(close_look) look = { 0 };
	struct err err = { 0 };

	if (close_look_at(session, schema, &look, &err) < 0 ||
	    close_prove_begin(session, &look.plan, prove, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

static void end(struct db_session *session)
{
	struct err err = { 0 };

	assert_int_equal(close_prove_end(session, &err), 0);
	must_be("0", test_server_value("select count(*) from information_schema.views "
				       "where table_schema = '%s'",
				       schema));
}

/* clang-format off */
static const struct {
	const char *grant;	/* of what; the rest is the same */
	const char *on;
	bool proven;
} rows[] = {
	{ "select, insert", ".*", true },
	{ "select, update", ".*", true },
	{ "select, delete", ".*", true },
	{ "select, insert", ".t", true },
	{ "select (id, v), update (v)", ".t", true },
};

/* clang-format on */

static void what_was_possible_and_is_refused_is_proven(void **state)
{
	SCOPED_PTR(db_session) session = ours();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		SCOPED(close_prove) prove = { 0 };
		g_autofree char *text = NULL;
		struct err err = { 0 };

		test_server_exec("grant %s on `%s`%s to '%s'@'localhost'", rows[i].grant, schema,
				 rows[i].on, user);
		begin(session, &prove);
		text = close_prove_text(&prove);
		if ((strstr(text, "was tried and refused") != NULL) != rows[i].proven) {
			fail_msg("%s: %s", rows[i].grant, text);
		}
		assert_int_equal(close_prove_refused(session, &prove, &err), -1);
		assert_int_equal(err.code, ERR_CONFLICT);
		assert_non_null(strstr(err.msg, user));
		test_server_exec("revoke %s on `%s`%s from '%s'@'localhost'", rows[i].grant, schema,
				 rows[i].on, user);
		if (close_prove_refused(session, &prove, &err) < 0) {
			fail_msg("%s: %s", rows[i].grant, err.msg);
		}
		end(session);
	}
}

static void nobody_is_said_to_be_tried_who_was_not(void **state)
{
	SCOPED_PTR(db_session) session = ours();
	SCOPED(close_prove) prove = { 0 };
	g_autofree char *text = NULL;

	(void)state;
	test_server_exec("grant create on `%s`.* to '%s'@'localhost'", schema, user);
	begin(session, &prove);
	text = close_prove_text(&prove);
	assert_null(strstr(text, "was tried"));
	assert_non_null(strstr(text, "no write can be tried as "));
	assert_non_null(strstr(text, user));
	end(session);
}

static int setup(void **state)
{
	schema = schema_new("prove");
	user = account_of_group("proven", state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_possible_and_is_refused_is_proven),
		cmocka_unit_test(nobody_is_said_to_be_tried_who_was_not),
	};

	return cmocka_run_group_tests_name("close_prove", tests, setup, account_of_group_gone);
}
