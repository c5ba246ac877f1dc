#include <string.h>

#include "cmd.h"
#include "pages.h"
#include "picks.h"
#include "settings.h"
#include "views.h"

#define NAMES_SHOWN 12

/* Names and -l together: "acme,beta,region=eu". NULL: neither was given. */
static int selector_of(const struct call *call, size_t nr_words, char **selector, struct err *err)
{
	g_autofree char *names = nr_words > 0 ? picks_of_words(call->words, nr_words) : NULL;
	g_autofree char *rest = NULL;

	if (picks_expand(&rest, opts_text(&call->opts, OPT_SELECTOR), err) < 0) {
		return -1;
	}
	if (names != NULL && rest != NULL) {
		*selector = g_strdup_printf("%s,%s", names, rest);
	} else {
		*selector = names != NULL ? g_steal_pointer(&names) : g_steal_pointer(&rest);
	}
	return 0;
}

static void append_names(GString *out, const struct wire_texts *names)
{
	for (size_t i = 0; i < names->nr && i < NAMES_SHOWN; i++) {
		g_string_append_printf(out, "%s%s", i > 0 ? ", " : ": ", names->texts[i]);
	}
	if (names->nr > NAMES_SHOWN) {
		g_string_append_printf(out, " and %zu more", names->nr - NAMES_SHOWN);
	}
}

/* "3 tenants held: a, b, c (1 was already)". */
static void say_changed(struct call *call, const char *what, const struct wire_changed *changed)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!call_is_for_people(call)) {
		call_print_item(call, &view_changed, changed);
		return;
	}
	g_string_append_printf(out, "%" G_GINT64_FORMAT " tenant%s %s", changed->changed,
			       changed->changed == 1 ? "" : "s", what);
	append_names(out, &changed->tenants);
	if (changed->unchanged > 0) {
		g_string_append_printf(out, " (%" G_GINT64_FORMAT " as before)",
				       changed->unchanged);
	}
	g_string_append_c(out, '\n');
	call_print(out);
}

/* The problems are the daemon's sentences about single tenants; nothing was changed. */
static int report_problems(const struct wire_changed *changed)
{
	const struct wire_problem *problems = changed->problems.items;

	(void)fflush(stdout);
	for (size_t i = 0; i < changed->problems.nr; i++) {
		(void)fprintf(stderr, "muster: %s\n", problems[i].message);
	}
	(void)fprintf(stderr, "muster: nothing was changed\n  -> muster tenant list\n");
	return EXIT_BAD_INPUT;
}

static int send_change(struct call *call, const struct ask *what_to_ask, const char *what)
{
	struct ask ask = *what_to_ask;
	struct wire_changed changed = { 0 };
	struct err err = { 0 };
	int code = EXIT_OK;

	ask.method = "POST";
	ask.out_type = &wire_changed_type;
	ask.out = &changed;
	if (call_ask(call, &ask, &err) < 0) {
		return call_fail(call, &err);
	}
	if (changed.problems.nr > 0) {
		code = report_problems(&changed);
	} else {
		say_changed(call, what, &changed);
	}
	wire_release(&wire_changed_type, &changed);
	return code;
}

int cmd_tenant_discover(struct call *call)
{
	const char *server = opts_text(&call->opts, OPT_SERVER);
	bool dry_run = opts_flag(&call->opts, OPT_DRY_RUN);
	struct wire_discover discover = { .dry_run = dry_run };
	struct ask ask = { .in_type = &wire_discover_type, .in = &discover };
	struct err err = { 0 };
	g_autofree char *path = NULL;
	int code;

	if (server == NULL) {
		return call_misused(call, "say on which server: --server S");
	}
	path = client_path("/v1/servers/", server, "/discover");
	ask.path = path;
	discover.like = call_text(call, OPT_LIKE);
	discover.name = call_text(call, OPT_PATTERN);
	if (call_labels(call, &discover.labels, &err) < 0) {
		code = call_misused(call, "%s", err.msg);
	} else {
		code = send_change(call, &ask, dry_run ? "would be added" : "added");
	}
	wire_release(&wire_discover_type, &discover);
	return code;
}

int cmd_tenant_add(struct call *call)
{
	struct wire_import_row row = { 0 };
	struct wire_tenant tenant = { 0 };
	struct err err = { 0 };
	const struct ask ask = { .method = "POST",
				 .path = "/v1/tenants",
				 .in_type = &wire_import_row_type,
				 .in = &row,
				 .out_type = &wire_tenant_type,
				 .out = &tenant };
	int code;

	if (!opts_flag(&call->opts, OPT_SERVER) || !opts_flag(&call->opts, OPT_SCHEMA)) {
		return call_misused(call, "say where the database is: --server S --schema DB");
	}
	row.name = g_strdup(call_word(call, 0));
	row.server = call_text(call, OPT_SERVER);
	row.schema = call_text(call, OPT_SCHEMA);
	if (call_labels(call, &row.labels, &err) < 0) {
		code = call_misused(call, "%s", err.msg);
	} else {
		code = call_show(call, &ask, &view_tenant);
	}
	wire_release(&wire_import_row_type, &row);
	wire_release(&wire_tenant_type, &tenant);
	return code;
}

int cmd_tenant_list(struct call *call)
{
	g_autofree char *selector = NULL;
	g_autofree char *query = NULL;
	struct err err = { 0 };

	if (selector_of(call, call->nr, &selector, &err) < 0) {
		return call_fail(call, &err);
	}
	if (selector == NULL) {
		query = g_strdup("");
	} else {
		g_autofree char *escaped = g_uri_escape_string(selector, NULL, FALSE);

		query = g_strconcat("selector=", escaped, NULL);
	}
	return pages_show(call, "/v1/tenants", query, &wire_tenant_page_type, &view_tenant);
}

int cmd_tenant_show(struct call *call)
{
	g_autofree char *path = client_path("/v1/tenants/", call_word(call, 0), "");
	struct wire_tenant tenant = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_tenant_type,
				 .out = &tenant };
	int code = call_show(call, &ask, &view_tenant);

	wire_release(&wire_tenant_type, &tenant);
	return code;
}

int cmd_tenant_set(struct call *call)
{
	g_autofree char *path = client_path("/v1/tenants/", call_word(call, 0), "");
	struct wire_tenant tenant = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_tenant_type, .out = &tenant };
	int code = settings_send(call, &ask, &view_tenant);

	wire_release(&wire_tenant_type, &tenant);
	return code;
}

/* hold, release, remove and label: words up to nr_words are names. */
static int change_tenants(struct call *call, struct wire_tenants_change *change, size_t nr_words,
			  const char *path, const char *what)
{
	const struct ask ask = { .path = path, .in_type = &wire_tenants_change_type, .in = change };
	struct err err = { 0 };
	int code;

	change->reason = call_text(call, OPT_REASON);
	if (selector_of(call, nr_words, &change->selector, &err) < 0) {
		code = call_fail(call, &err);
	} else if (change->selector == NULL) {
		code = call_misused(call, "which tenants? Give names or -l SEL (-l '*' is all)");
	} else {
		code = send_change(call, &ask, what);
	}
	wire_release(&wire_tenants_change_type, change);
	return code;
}

int cmd_tenant_hold(struct call *call)
{
	struct wire_tenants_change change = { 0 };

	if (!opts_flag(&call->opts, OPT_REASON)) {
		return call_misused(call, "say why, the next one will wonder: --reason TEXT");
	}
	return change_tenants(call, &change, call->nr, "/v1/tenants/hold", "held");
}

int cmd_tenant_release(struct call *call)
{
	struct wire_tenants_change change = { 0 };

	return change_tenants(call, &change, call->nr, "/v1/tenants/release", "released");
}

int cmd_tenant_remove(struct call *call)
{
	struct wire_tenants_change change = { 0 };

	return change_tenants(call, &change, call->nr, "/v1/tenants/remove",
			      "removed from the inventory, their databases untouched");
}

/* The words are names first, then k=v. */
int cmd_tenant_label(struct call *call)
{
	struct wire_tenants_change change = { 0 };
	struct err err = { 0 };
	size_t names = 0;

	while (names < call->nr && strchr(call->words[names], '=') == NULL) {
		names++;
	}
	for (size_t i = names; i < call->nr; i++) {
		g_autofree char *key = g_strndup(call->words[i], strcspn(call->words[i], "="));
		const char *value = strchr(call->words[i], '=');

		if (value == NULL || key[0] == '\0') {
			wire_release(&wire_tenants_change_type, &change);
			return call_misused(call, "\"%s\" stands behind the labels and is none",
					    call->words[i]);
		}
		wire_labels_put(&change.labels, key, value + 1);
	}
	if (call_labels(call, &change.labels, &err) < 0) {
		wire_release(&wire_tenants_change_type, &change);
		return call_misused(call, "%s", err.msg);
	}
	if (change.labels.nr == 0) {
		wire_release(&wire_tenants_change_type, &change);
		return call_misused(call, "which label? Give k=v (k= removes it)");
	}
	return change_tenants(call, &change, names, "/v1/tenants/label", "labelled");
}

int cmd_tenant_baseline(struct call *call)
{
	struct wire_baseline baseline = { 0 };
	struct ask ask = { .path = "/v1/tenants/baseline",
			   .in_type = &wire_baseline_type,
			   .in = &baseline };
	struct err err = { 0 };
	int code;

	if (!opts_flag(&call->opts, OPT_RELEASE) || !opts_flag(&call->opts, OPT_AT)) {
		return call_misused(call, "say what they already have: --release R --at V");
	}
	baseline.release = call_text(call, OPT_RELEASE);
	baseline.version = call_text(call, OPT_AT);
	baseline.reason = call_text(call, OPT_REASON);
	if (selector_of(call, call->nr, &baseline.selector, &err) < 0) {
		code = call_fail(call, &err);
	} else if (baseline.selector == NULL) {
		code = call_misused(call, "which tenants? Give names or -l SEL (-l '*' is all)");
	} else {
		code = send_change(call, &ask, "recorded");
	}
	wire_release(&wire_baseline_type, &baseline);
	return code;
}
