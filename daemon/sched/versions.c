#include "versions.h"

#include <stdbool.h>

#include <glib.h>

#include "estimate.h"
#include "exec.h"
#include "forecast.h"
#include "forecasts.h"
#include "ladder.h"
#include "release.h"

void versions_take(const struct forecast *forecast, struct forecast_tenant *tenant,
		   const struct exec_versions *found, int64_t most)
{
	int64_t row_versions = found->row_versions;

	if (tenant->anew == NULL) {
		tenant->anew = g_new0(struct estimate_anew, forecast->nr);
	}
	for (size_t i = 0; i < forecast->nr; i++) {
		const struct forecast_statement *statement = &forecast->statements[i];

		if (g_strcmp0(statement->table, found->table) != 0) {
			continue;
		}
		if (statement->rebuilds) {
			row_versions = 0;
		} else if (statement->versions && row_versions >= most) {
			tenant->anew[i] = (struct estimate_anew){
				.row_versions = row_versions,
				.size = { found->bytes, found->rows },
			};
			row_versions = 0;
		} else if (statement->versions) {
			row_versions++;
		}
	}
}

static void add_line(struct forecast_class *class, char *line)
{
	guint nr = class->warnings == NULL ? 0 : g_strv_length(class->warnings);

	class->warnings = g_renew(char *, class->warnings, nr + 2);
	class->warnings[nr] = line;
	class->warnings[nr + 1] = NULL;
}

static bool is_anew(const struct forecast_tenant *tenant, size_t index)
{
	return tenant->anew != NULL && tenant->anew[index].row_versions > 0;
}

/* "0003_town.sql:2: " */
static char *place_of(const struct forecast_statement *statement, const struct release *release)
{
	const struct migration *migration = &release->migrations[statement->migration];

	return g_strdup_printf("%s:%u: ", migration->file,
			       migration->up.statements[statement->number - 1].line);
}

static void fail(struct forecasts *forecasts, const struct forecast_statement *statement,
		 const char *place, const struct forecast_tenant *tenant, size_t index)
{
	g_autofree char *text = g_strdup_printf(
		"%scolumns of %s came and went at once %lld times there, and the server takes no "
		"more ALGORITHM=INSTANT: leave the word out, or run `optimize table` there",
		place, statement->table, (long long)tenant->anew[index].row_versions);

	forecasts_fail(forecasts, tenant->name, "row versions", text);
}

static void tell(struct forecasts *forecasts, struct forecast_class *class,
		 const struct release *release, size_t index)
{
	const struct forecast_statement *statement = &class->forecast->statements[index];
	g_autofree char *place = place_of(statement, release);
	const struct forecast_tenant *first = NULL;
	g_autofree char *more = NULL;
	guint nr = 0;

	for (guint i = 0; i < class->tenants->len; i++) {
		const struct forecast_tenant *tenant = g_ptr_array_index(class->tenants, i);

		if (is_anew(tenant, index) && statement->insists) {
			fail(forecasts, statement, place, tenant, index);
		} else if (is_anew(tenant, index)) {
			first = first == NULL ? tenant : first;
			nr++;
		}
	}
	if (first == NULL) {
		return;
	}
	more = nr == 1 ? g_strdup("") : g_strdup_printf(" and %u more", nr - 1);
	add_line(class, g_strdup_printf("%scolumns of %s came and went at once %lld times in %s%s: "
					"there the table is rebuilt (%s)",
					place, statement->table,
					(long long)first->anew[index].row_versions, first->name,
					more, ladder_names[LADDER_INPLACE]));
}

void versions_tell(struct forecasts *forecasts, struct forecast_class *class,
		   const struct release *release)
{
	for (size_t i = 0; class->forecast != NULL && i < class->forecast->nr; i++) {
		tell(forecasts, class, release, i);
	}
}

void versions_unread(struct forecast_class *class, const char *why)
{
	g_autofree char *line = g_strdup_printf(
		"how often columns came and went at once is not known (%s): where it was too "
		"often, the table is rebuilt",
		why);

	if (class->warnings == NULL ||
	    !g_strv_contains((const char *const *)class->warnings, line)) {
		add_line(class, g_steal_pointer(&line));
	}
}
