#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "replica_list.h"
#include "test_pair.h"
#include "test_server.h"

#define ROWS_MAX 3
#define PORT     3307

/* clang-format off */
static const struct {
	const char *reported[ROWS_MAX]; /* "HOST PORT" */
	const char *readers[ROWS_MAX];
	const char *want; /* with blanks between */
} lists[] = {
	{ { NULL }, { NULL }, "" },
	{ { "db8 3306" }, { "10.0.0.8:51234" }, "db8:3306" },
	{ { "db8 0" }, { NULL }, "db8:3307" },
	{ { "db8 3306", "db9 3310" }, { "10.0.0.8:1", "10.0.0.9:2" }, "db8:3306 db9:3310" },
	/* says only its port, or nothing: it is where a reader is */
	{ { " 3310" }, { "10.0.0.8:51234" }, "10.0.0.8:3310 10.0.0.8:3307" },
	{ { NULL }, { "10.0.0.8:51234", "10.0.0.8:51235", "[::1]:51236" }, "10.0.0.8:3307 [::1]:3307" },
	{ { NULL }, { "localhost" }, "localhost:3307" },
	{ { NULL }, { "" }, "" },
};

/* clang-format on */

static void rows_of(struct db_rows *rows, const char *names, const char *const *lines)
{
	*rows = (struct db_rows){ .names = g_strsplit(names, " ", -1) };
	rows->columns = g_strv_length(rows->names);
	rows->cells = g_new0(char **, ROWS_MAX);
	for (; rows->nr < ROWS_MAX && lines[rows->nr] != NULL; rows->nr++) {
		rows->cells[rows->nr] = g_strsplit(lines[rows->nr], " ", (gint)rows->columns);
		if (rows->cells[rows->nr][0] == NULL) { /* an empty text has no parts */
			g_free(rows->cells[rows->nr]);
			rows->cells[rows->nr] = g_new0(char *, 1);
		}
	}
}

static char *text_of(const struct replica_list *list)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; i < list->nr; i++) {
		g_autofree char *one = db_addr_format(&list->addrs[i]);

		g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", one);
	}
	return g_strdup(text->str);
}

static void places_come_from_both_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		SCOPED(replica_list) list = { 0 };
		SCOPED(db_rows) reported = { 0 };
		SCOPED(db_rows) readers = { 0 };
		g_autofree char *text = NULL;

		rows_of(&reported, "Host Port", lists[i].reported);
		rows_of(&readers, "host", lists[i].readers);
		replica_list_parse(&list, &reported, &readers, PORT);
		text = text_of(&list);
		assert_string_equal(text, lists[i].want);
	}
}

static void a_source_knows_its_replica(void **state)
{
	struct test_pair *pair = test_pair_start();
	SCOPED(replica_list) list = { 0 };
	g_autofree char *want = g_strdup_printf("127.0.0.1:%u", test_pair_replica_port(pair));
	g_autofree char *text = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(replica_list_read(test_pair_on_source(pair), &list, &err), 0);
	assert_int_equal(list.source_id, 1);
	assert_int_equal(list.readers, 1);
	text = text_of(&list);
	assert_string_equal(text, want);
	replica_list_release(&list);
	assert_int_equal(replica_list_read(test_pair_on_replica(pair), &list, &err), 0);
	assert_int_equal(list.nr, 0);
	assert_int_equal(list.readers, 0);
	test_pair_stop(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_come_from_both_lists),
		cmocka_unit_test(a_source_knows_its_replica),
	};

	return cmocka_run_group_tests_name("replica_list", tests, NULL, NULL);
}
