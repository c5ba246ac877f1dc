#include "history.h"
#include "kit.h"
#include "position.h"

/* What the tenant says, one row each. A row of a known file agrees with it. */
struct case_row {
	const char *version;
	enum history_state state;
	size_t done;
	bool in_flight;
	bool changed; /* checksum and digest are of another file */
};

/* clang-format off */
static const struct {
	struct case_row rows[4];
	const char *to;
	enum task_event event; const char *pending; int statements; int done; int newest;
} cases[] = {
	/* rows                                        to      event         pending  stmts done newest */
	{ { { 0 } },                                    NULL,   TASK_TAKE,    "0,1,2", 6, 0, -1 },
	{ { { 0 } },                                    "0002", TASK_TAKE,    "0,1",   3, 0, -1 },
	{ { { "0001", HISTORY_APPLIED, 1, 0, 0 } },     NULL,   TASK_TAKE,    "1,2",   5, 0, 0 },
	{ { { "0002", HISTORY_APPLIED, 2, 0, 0 } },     NULL,   TASK_TAKE,    "0,2",   4, 0, 1 },
	{ { { "0001", HISTORY_REVERTED, 0, 0, 0 } },    "0001", TASK_TAKE,    "0",     1, 0, -1 },
	{ { { "0009", HISTORY_REVERTED, 0, 0, 0 } },    "0001", TASK_TAKE,    "0",     1, 0, -1 },
	{ { { "0001", HISTORY_APPLIED, 1, 0, 0 } },     "0001", TASK_NOTHING, "",      0, 0, 0 },
	{ { { "0003", HISTORY_FAILED, 2, 0, 0 } },      NULL,   TASK_TAKE,    "0,1,2", 6, 2, -1 },
	{ { { "0003", HISTORY_APPLYING, 1, 0, 0 } },    NULL,   TASK_TAKE,    "0,1,2", 6, 1, -1 },
	{ { { "0003", HISTORY_APPLYING, 1, 1, 0 } },    NULL,   TASK_DOUBT,    "",      0, 0, -1 },
	{ { { "0003", HISTORY_APPLYING, 1, 1, 0 } },    "0001", TASK_DOUBT,    "",      0, 0, -1 },
	{ { { "0003", HISTORY_FAILED, 2, 0, 1 } },      NULL,   TASK_REFUSED, "",      0, 0, -1 },
	{ { { "0003", HISTORY_FAILED, 0, 0, 1 } },      NULL,   TASK_TAKE,    "0,1,2", 6, 0, -1 },
	{ { { "0003", HISTORY_FAILED, 4, 0, 0 } },      NULL,   TASK_REFUSED, "",      0, 0, -1 },
	{ { { "0001", HISTORY_APPLIED, 1, 0, 1 } },     NULL,   TASK_REFUSED, "",      0, 0, 0 },
	{ { { "0009", HISTORY_APPLIED, 1, 0, 0 } },     NULL,   TASK_AHEAD,   "",      0, 0, -1 },
	{ { { "0009", HISTORY_FAILED, 1, 1, 0 } },      NULL,   TASK_AHEAD,   "",      0, 0, -1 },
	{ { { "0000", HISTORY_APPLIED, 1, 0, 0 } },     NULL,   TASK_AHEAD,   "",      0, 0, -1 },
	{ { { "1", HISTORY_APPLIED, 1, 0, 0 } },        NULL,   TASK_AHEAD,   "",      0, 0, -1 },
	{ { { "1", HISTORY_FAILED, 0, 0, 0 } },         NULL,   TASK_AHEAD,   "",      0, 0, -1 },
	{ { { 0 } },                                    "0009", TASK_REFUSED, "",      0, 0, -1 },
};

/* clang-format on */

static struct release *three(void)
{
	return kit_release(
		"0001_a.sql", "CREATE TABLE a (id int);", "0002_b.sql",
		"CREATE TABLE b (id int); CREATE TABLE b2 (id int);", "0003_c.sql",
		"CREATE TABLE c (id int); CREATE TABLE c2 (id int); CREATE TABLE c3 (id int);",
		NULL);
}

static void add_row(struct history *history, const struct release *release,
		    const struct case_row *from)
{
	ptrdiff_t index = release_find(release, from->version);
	const char *digest = "";
	struct history_row *row;

	if (index >= 0 && from->done <= release->migrations[index].up.nr) {
		digest = release_prefix_digest(&release->migrations[index], from->done);
	}
	history->rows = g_renew(struct history_row, history->rows, history->nr + 1);
	row = &history->rows[history->nr++];
	*row = (struct history_row){
		.version = g_strdup(from->version),
		.checksum = g_strdup(
			index < 0 || from->changed ? "other" : release->migrations[index].checksum),
		.digest = g_strdup(from->changed ? "other" : digest),
		.error = g_strdup(""),
		.state = from->state,
		.done = from->done,
		.total = 3,
		.in_flight = from->in_flight,
	};
}

static char *list(const struct position *position)
{
	GString *text = g_string_new("");

	for (size_t i = 0; i < position->nr; i++) {
		g_string_append_printf(text, "%s%zu", i == 0 ? "" : ",", position->pending[i]);
	}
	return g_string_free(text, FALSE);
}

static void decides_as_drawn(void **state)
{
	struct release *release = three();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SCOPED(history) history = { 0 };
		SCOPED(position) position = { 0 };
		g_autofree char *pending = NULL;

		for (size_t r = 0; r < 4 && cases[i].rows[r].version != NULL; r++) {
			add_row(&history, release, &cases[i].rows[r]);
		}
		position_find(&position, &history, release, cases[i].to, "r12/acme");
		pending = list(&position);
		if (position.event != cases[i].event || strcmp(pending, cases[i].pending) != 0 ||
		    position.statements != cases[i].statements || position.done != cases[i].done ||
		    position.newest != cases[i].newest) {
			fail_msg("case %zu: %s \"%s\" %d %d %d", i,
				 task_event_names[position.event], pending,
				 (int)position.statements, (int)position.done,
				 (int)position.newest);
		}
		assert_true((position.reason == NULL) ==
			    (position.event == TASK_TAKE || position.event == TASK_NOTHING));
	}
	release_unref(release);
}

static void says_why_in_words(void **state)
{
	struct release *release = three();
	const struct case_row unknown = { "0009", HISTORY_APPLIED, 1, false, false };
	const struct case_row doubt = { "0003", HISTORY_APPLYING, 1, true, false };
	SCOPED(history) first = { 0 };
	SCOPED(history) second = { 0 };
	SCOPED(position) ahead = { 0 };
	SCOPED(position) lost = { 0 };

	(void)state;
	add_row(&first, release, &unknown);
	add_row(&second, release, &doubt);
	position_find(&ahead, &first, release, NULL, "r12/acme");
	position_find(&lost, &second, release, NULL, "r12/acme");
	assert_string_equal(ahead.reason, "history holds 0009, which the release does not");
	assert_string_equal(ahead.migration, "0009");
	assert_string_equal(
		lost.reason,
		"migration 0003 is in doubt: 1 of 3 statements are known to be done, of "
		"statement 2 and those behind it nobody knows; look, then `muster task "
		"resolve r12/acme --as applied|not-applied|at=N`");
	release_unref(release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_drawn),
		cmocka_unit_test(says_why_in_words),
	};

	return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
