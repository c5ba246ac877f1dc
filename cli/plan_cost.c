#include "plan_cost.h"

#include <inttypes.h>
#include <string.h>

#include "human.h"

#define WORTH_MS   500 /* what is quicker is not said of a single statement */
#define DISKS_MAX  3   /* servers that are named for the disk they need */
#define SECOND_MS  1000
#define PRECISE_MS 10000 /* up to here with tenths */

static void print_ms(GString *out, int64_t ms)
{
	if (ms < SECOND_MS) {
		g_string_append_printf(out, "%" PRId64 "ms", ms);
	} else if (ms < PRECISE_MS) {
		g_string_append_printf(out, "%.1fs", (double)ms / SECOND_MS);
	} else {
		human_duration(out, (ms + SECOND_MS / 2) / SECOND_MS);
	}
}

static void print_disk(GString *out, int64_t bytes)
{
	if (bytes > 0) {
		g_string_append(out, ", ");
		human_bytes(out, bytes);
		g_string_append(out, " of disk");
	}
}

static bool is_instant(const struct wire_plan_statement *statement)
{
	return statement->algorithm != NULL && strcmp(statement->algorithm, "instant") == 0;
}

/* "client_017: 1.2 GiB, 4000 rows" */
static void print_table(GString *out, const struct wire_plan_statement *statement)
{
	g_string_append(out, statement->largest);
	if (statement->table != NULL && statement->table_bytes >= 0) {
		g_string_append(out, ": ");
		human_bytes(out, statement->table_bytes);
		g_string_append_printf(out, ", %" PRId64 " rows", statement->table_rows);
	}
}

void plan_cost_statement(GString *out, const struct wire_plan_statement *statement,
			 const struct style *style)
{
	bool is_sized = statement->table != NULL && statement->table_bytes != 0 &&
			(!is_instant(statement) || statement->rebuilt.nr > 0);

	if (statement->largest != NULL && (is_sized || statement->expected_ms >= WORTH_MS)) {
		g_string_append(out, "      ");
		if (statement->expected_ms < 0) {
			g_string_append(out, "how long is not known yet (largest in ");
		} else {
			g_string_append(out, "about ");
			print_ms(out, statement->expected_ms);
			g_string_append(out, " (in ");
		}
		print_table(out, statement);
		g_string_append_c(out, ')');
		print_disk(out, statement->disk_bytes);
		g_string_append_c(out, '\n');
	}
	if (statement->refused != NULL) {
		const char *color = render_color("failed", style);

		g_string_append_printf(out, "      %srefused%s: %s\n", color,
				       color[0] != '\0' ? render_plain(style) : "",
				       statement->refused);
	}
}

/* ", longest block of writes 2.1s on client_017" */
static void print_block(GString *out, const struct wire_plan_estimate *estimate)
{
	if (estimate->blocks_ms > 0 && estimate->blocked != NULL) {
		g_string_append(out, ", longest block of writes ");
		print_ms(out, estimate->blocks_ms);
		g_string_append_printf(out, " on %s", estimate->blocked);
	}
}

static void print_unmeasured(GString *out, const struct wire_plan_estimate *estimate)
{
	if (estimate->unmeasured > 0) {
		g_string_append_printf(out,
				       ", without %" PRId64 " statement%s of a tenant: none like "
				       "%s was measured here yet",
				       estimate->unmeasured, estimate->unmeasured == 1 ? "" : "s",
				       estimate->unmeasured == 1 ? "it" : "them");
	}
}

void plan_cost_class(GString *out, const struct wire_plan_class *class)
{
	const struct wire_plan_estimate *estimate = &class->estimate;

	if (class->statements.nr == 0) {
		return;
	}
	if (estimate->longest == NULL) {
		if (estimate->unmeasured > 0) {
			g_string_append(out, "  how long it takes is not known yet\n");
		}
		return;
	}
	g_string_append(out, "  about ");
	print_ms(out, estimate->expected_ms);
	if (class->tenants > 1) {
		g_string_append(out, " one after the other, ");
		print_ms(out, estimate->longest_ms);
		g_string_append_printf(out, " of it for %s", estimate->longest);
	}
	print_block(out, estimate);
	print_disk(out, estimate->disk_bytes);
	print_unmeasured(out, estimate);
	g_string_append_c(out, '\n');
}

/* ", 1.2 GiB of disk on db1, 300 MiB on db2" */
static void print_servers(GString *out, const struct wire_plan *plan)
{
	const struct wire_plan_server *servers = plan->by_server.items;
	size_t shown = 0;

	for (size_t i = 0; i < plan->by_server.nr; i++) {
		if (servers[i].disk_bytes <= 0) {
			continue;
		}
		if (shown == DISKS_MAX) {
			g_string_append(out, ", …");
			return;
		}
		g_string_append(out, ", ");
		human_bytes(out, servers[i].disk_bytes);
		g_string_append_printf(out, "%s on %s", shown == 0 ? " of disk" : "",
				       servers[i].server);
		if (servers[i].disk_free > 0 && servers[i].disk_bytes > servers[i].disk_free) {
			g_string_append(out, " (only ");
			human_bytes(out, servers[i].disk_free);
			g_string_append(out, " free)");
		}
		shown++;
	}
}

static int longest_first(const void *a, const void *b)
{
	const struct wire_plan_tenant *left = *(const struct wire_plan_tenant *const *)a;
	const struct wire_plan_tenant *right = *(const struct wire_plan_tenant *const *)b;

	if (left->expected_ms != right->expected_ms) {
		return left->expected_ms > right->expected_ms ? -1 : 1;
	}
	if (left->bytes != right->bytes) {
		return left->bytes > right->bytes ? -1 : 1;
	}
	return strcmp(left->tenant, right->tenant);
}

/* With -o wide: what each of them takes. */
static void print_tenants(GString *out, const struct wire_plan *plan)
{
	struct wire_plan_tenant *items = plan->by_tenant.items;
	g_autoptr(GPtrArray) tenants = g_ptr_array_new();

	for (size_t i = 0; i < plan->by_tenant.nr; i++) {
		g_ptr_array_add(tenants, &items[i]);
	}
	g_ptr_array_sort(tenants, longest_first);
	g_string_append(out, tenants->len > 0 ? "\nhow long each takes:\n" : "");
	for (guint i = 0; i < tenants->len; i++) {
		const struct wire_plan_tenant *tenant = g_ptr_array_index(tenants, i);

		g_string_append_printf(out, "  %s: ", tenant->tenant);
		print_ms(out, tenant->expected_ms);
		if (tenant->unmeasured > 0) {
			g_string_append_printf(out, " and %" PRId64 " not known",
					       tenant->unmeasured);
		}
		if (tenant->bytes > 0) {
			g_string_append(out, ", tables of ");
			human_bytes(out, tenant->bytes);
			g_string_append_printf(out, " with %" PRId64 " rows", tenant->rows);
		}
		print_disk(out, tenant->disk_bytes);
		g_string_append_c(out, '\n');
	}
}

void plan_cost_all(GString *out, const struct wire_plan *plan, const struct style *style)
{
	const struct wire_plan_estimate *estimate = &plan->estimate;

	if (style->output == RENDER_WIDE) {
		print_tenants(out, plan);
	}
	if (estimate->longest != NULL) {
		g_string_append(out, "\nabout ");
		print_ms(out, plan->expected_ms);
		print_block(out, estimate);
		print_servers(out, plan);
		print_unmeasured(out, estimate);
		g_string_append_c(out, '\n');
	} else if (estimate->unmeasured > 0) {
		g_string_append(out, "\nhow long it takes is not known yet: nothing like it was "
				     "measured here\n");
	}
}
