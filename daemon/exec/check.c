#include "check.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "release.h"
#include "visit.h"

enum { SHOWN_MAX = 60 }; /* bytes of a value in a message */

static int compare(const struct db_rows *rows, const char *expect, struct err *err)
{
	const char *got;

	if (expect == NULL) {
		return rows->nr == 0
			       ? 0
			       : err_set(err, ERR_INVALID, "expected no row, got %zu", rows->nr);
	}
	if (rows->nr != 1 || rows->columns != 1) {
		return err_set(err, ERR_INVALID,
			       "expected one value \"%s\", got %zu rows of %zu columns", expect,
			       rows->nr, rows->columns);
	}
	got = rows->cells[0][0] == NULL ? "NULL" : rows->cells[0][0];
	if (strcmp(got, expect) != 0) {
		return err_set(err, ERR_INVALID, "expected \"%s\", got \"%.*s\"", expect, SHOWN_MAX,
			       got);
	}
	return 0;
}

static int ask(struct visit *visit, const struct release_check *check, struct err *err)
{
	g_autofree char *sql = release_expand_sql(check->sql, visit->schema);
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows, sql, err) < 0) {
		return -1;
	}
	return compare(&rows, check->expect, err);
}

int check_run(struct visit *visit, const struct migration *migration, bool after, struct err *err)
{
	for (size_t i = 0; i < migration->nr_checks; i++) {
		const struct release_check *check = &migration->checks[i];

		if (check->after == after && ask(visit, check, err) < 0) {
			return err_prefix(err, "check at %s:%u", migration->file, check->line);
		}
	}
	return 0;
}
