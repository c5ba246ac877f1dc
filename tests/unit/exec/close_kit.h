/*
 * close_kit - accounts of an application, for the tests of what is taken from them.
 * Header only; each test binary is on its own.
 */
#ifndef CLOSE_KIT_H
#define CLOSE_KIT_H

#include <unistd.h>

#include <glib/gstdio.h>

#include "kit.h"

/* "name_<pid>": a user of this test binary, without any right. Never freed. */
static inline const char *account(const char *name)
{
	g_autofree char *user = g_strdup_printf("%s_%d", name, (int)getpid());
	const char *kept = g_intern_string(user);

	test_server_exec("drop user if exists '%s'@'localhost'", kept);
	test_server_exec("create user '%s'@'localhost'", kept);
	return kept;
}

static inline void account_gone(const char *user)
{
	test_server_exec("drop user if exists '%s'@'localhost'", user);
}

/* As account; it goes with the group of tests that has *state. */
static inline const char *account_of_group(const char *name, void **state)
{
	const char *user = account(name);

	*state = (char *)(uintptr_t)user;
	return user;
}

static inline int account_of_group_gone(void **state)
{
	account_gone(*state);
	return 0;
}

/* A session of that user; schema may be NULL. */
static inline struct db_session *session_of(const char *user, const char *schema)
{
	g_autofree char *path = g_strdup_printf("%s/%s.cnf", g_get_tmp_dir(), user);
	g_autofree char *text = g_strdup_printf("[client]\nuser=%s\n", user);
	const struct db_addr *server = test_server_addr();
	struct db_addr addr = { .socket = server->socket, .defaults_file = path };
	struct db_session *session;
	struct err err = { 0 };

	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_int_equal(g_chmod(path, 0600), 0);
	session = db_open(&addr, &err);
	(void)g_unlink(path);
	if (session == NULL || (schema != NULL && db_use(session, schema, &err) < 0)) {
		fail_msg("%s: %s", user, err.msg);
	}
	return session;
}

/* The server's number of the refusal, 0: it was done. */
static inline int tried(struct db_session *session, const char *sql)
{
	struct err err = { 0 };

	return db_exec(session, sql, strlen(sql), &err) == 0 ? 0 : err.native;
}

static inline int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What SHOW GRANTS says, line by line in order. Owned. */
static inline char *grants_of(const char *user)
{
	SCOPED_PTR(db_session) session = test_server_open();
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	GString *out = g_string_new(NULL);
	SCOPED(db_rows) rows = { 0 };
	struct err err = { 0 };

	if (db_queryf(session, &rows, &err, "show grants for '%s'@'localhost'", user) < 0) {
		fail_msg("%s", err.msg);
	}
	for (size_t i = 0; i < rows.nr; i++) {
		g_ptr_array_add(lines, rows.cells[i][0]);
	}
	g_ptr_array_sort(lines, compare_lines);
	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
	}
	return g_string_free(out, FALSE);
}

/* A schema with a table t (id, v) in it. */
static inline const char *schema_new(const char *name)
{
	const char *schema = test_server_schema(name);

	test_server_exec("create table `%s`.t (id int primary key auto_increment, v int)", schema);
	return schema;
}

/* Takes got. */
static inline void must_be(const char *want, char *got)
{
	g_autofree char *owned = got;

	assert_string_equal(want, owned);
}

#endif /* CLOSE_KIT_H */
