/*
 * versions - tables whose columns came and went at once so often that the server refuses more.
 *
 * MySQL keeps every form that the rows of a table have had, and not many of them. A class is tried
 * out on empty copies, which have had none: what is done at once there rebuilds the table in a
 * tenant that has used them up. Each such rebuild lets the table begin anew. Pure; loop thread.
 */
#ifndef VERSIONS_H
#define VERSIONS_H

#include <stdint.h>

struct exec_versions;
struct forecast;
struct forecast_class;
struct forecast_tenant;
struct forecasts;
struct release;

/*
 * Which statements rebuild this table in the tenant, into tenant->anew. most: row versions that
 * are let pass. The same again changes nothing.
 */
void versions_take(const struct forecast *forecast, struct forecast_tenant *tenant,
		   const struct exec_versions *found, int64_t most);

/*
 * A line for each statement that is a rebuild in some tenants, into the warnings of the class. One
 * that says itself that it is to be done at once fails there.
 */
void versions_tell(struct forecasts *forecasts, struct forecast_class *class,
		   const struct release *release);

/* Nobody knows how often, and why not: a line in the warnings of the class, once. */
void versions_unread(struct forecast_class *class, const char *why);

#endif /* VERSIONS_H */
