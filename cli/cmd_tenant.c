#include <string.h>

#include "cmd.h"
#include "pages.h"
#include "picks.h"
#include "settings.h"
#include "views.h"

#define NAMES_SHOWN 12

int cmd_selector(const struct cli *cli, size_t nr_words, char **selector, struct err *err)
{
	g_autofree char *names = nr_words > 0 ? picks_of_words(cli->words, nr_words) : NULL;
	g_autofree char *rest = NULL;

	if (picks_expand(&rest, opts_text(&cli->opts, OPT_SELECTOR), err) < 0) {
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
static void say_changed(struct cli *cli, const char *what, const struct wire_changed *changed)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!cli_is_for_people(cli)) {
		cli_print_item(cli, &view_changed, changed);
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
	for (size_t i = 0; i < changed->notes.nr; i++) {
		g_string_append_printf(out, "%s\n", changed->notes.texts[i]);
	}
	cli_print(out);
}

/* The problems are the daemon's sentences about single tenants; nothing was changed. */
static int report_problems(const struct wire_changed *changed, const char *help)
{
	const struct wire_problem *problems = changed->problems.items;

	(void)fflush(stdout);
	for (size_t i = 0; i < changed->problems.nr; i++) {
		(void)fprintf(stderr, "muster: %s\n", problems[i].message);
	}
	(void)fprintf(stderr, "muster: nothing was changed\n  -> %s\n", help);
	return EXIT_BAD_INPUT;
}

/* help: the command for somebody whose names are refused. */
static int send_change(struct cli *cli, const struct ask *what_to_ask, const char *what,
		       const char *help)
{
	struct ask ask = *what_to_ask;
	struct wire_changed changed = { 0 };
	struct err err = { 0 };
	int code = EXIT_OK;

	ask.method = "POST";
	ask.out_type = &wire_changed_type;
	ask.out = &changed;
	if (cli_ask(cli, &ask, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (changed.problems.nr > 0) {
		code = report_problems(&changed, help);
	} else {
		say_changed(cli, what, &changed);
	}
	wire_release(&wire_changed_type, &changed);
	return code;
}

int cmd_tenant_discover(struct cli *cli)
{
	const char *server = opts_text(&cli->opts, OPT_SERVER);
	bool dry_run = opts_flag(&cli->opts, OPT_DRY_RUN);
	struct wire_discover discover = { .dry_run = dry_run };
	struct ask ask = { .in_type = &wire_discover_type, .in = &discover };
	struct err err = { 0 };
	g_autofree char *path = NULL;
	g_autofree char *help = NULL;
	int code;

	if (server == NULL) {
		return cli_misused(cli, "say on which server: --server S");
	}
	path = client_path("/v1/servers/", server, "/discover");
	ask.path = path;
	help = g_strdup_printf("muster tenant discover --server %s --name 'client-{schema}'",
			       server);
	discover.like = cli_text(cli, OPT_LIKE);
	discover.name = cli_text(cli, OPT_PATTERN);
	discover.accept = opts_flag(&cli->opts, OPT_ACCEPT);
	if (cli_labels(cli, &discover.labels, &err) < 0) {
		code = cli_misused(cli, "%s", err.msg);
	} else {
		code = send_change(cli, &ask, dry_run ? "would be added" : "added", help);
	}
	wire_release(&wire_discover_type, &discover);
	return code;
}

int cmd_tenant_add(struct cli *cli)
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

	if (!opts_flag(&cli->opts, OPT_SERVER) || !opts_flag(&cli->opts, OPT_SCHEMA)) {
		return cli_misused(cli, "say where the database is: --server S --schema DB");
	}
	row.name = g_strdup(cli_word(cli, 0));
	row.server = cli_text(cli, OPT_SERVER);
	row.schema = cli_text(cli, OPT_SCHEMA);
	if (cli_labels(cli, &row.labels, &err) < 0) {
		code = cli_misused(cli, "%s", err.msg);
	} else {
		code = cli_show(cli, &ask, &view_tenant);
	}
	wire_release(&wire_import_row_type, &row);
	wire_release(&wire_tenant_type, &tenant);
	return code;
}

int cmd_tenant_list(struct cli *cli)
{
	g_autofree char *selector = NULL;
	g_autofree char *query = NULL;
	struct err err = { 0 };

	if (cmd_selector(cli, cli->nr, &selector, &err) < 0) {
		return cli_fail(cli, &err);
	}
	if (selector == NULL) {
		query = g_strdup("");
	} else {
		g_autofree char *escaped = g_uri_escape_string(selector, NULL, FALSE);

		query = g_strconcat("selector=", escaped, NULL);
	}
	return pages_show(cli, "/v1/tenants", query, &wire_tenant_page_type, &view_tenant);
}

int cmd_tenant_show(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/tenants/", cli_word(cli, 0), "");
	struct wire_tenant tenant = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_tenant_type,
				 .out = &tenant };
	int code;

	if (window_is_label(cli_word(cli, 0))) {
		return window_label(cli, false);
	}
	code = cli_show(cli, &ask, &view_tenant);
	for (size_t i = 0; i < tenant.drifted.nr; i++) {
		cli_say(cli, "  differs: %s", tenant.drifted.texts[i]);
	}
	wire_release(&wire_tenant_type, &tenant);
	return code;
}

/* hold, release, remove and label: words up to nr_words are names. */
static int change_tenants(struct cli *cli, struct wire_tenants_change *change, size_t nr_words,
			  const char *path, const char *what)
{
	const struct ask ask = { .path = path, .in_type = &wire_tenants_change_type, .in = change };
	struct err err = { 0 };
	int code;

	change->reason = cli_text(cli, OPT_REASON);
	if (cmd_selector(cli, nr_words, &change->selector, &err) < 0) {
		code = cli_fail(cli, &err);
	} else if (change->selector == NULL) {
		code = cli_misused(cli, "which tenants? Give names or -l SEL (-l '*' is all)");
	} else {
		code = send_change(cli, &ask, what, "muster tenant list");
	}
	wire_release(&wire_tenants_change_type, change);
	return code;
}

static int set_one(struct cli *cli)
{
	g_autofree char *path = client_path("/v1/tenants/", cli_word(cli, 0), "");
	struct wire_tenant tenant = { 0 };
	const struct ask ask = { .path = path, .out_type = &wire_tenant_type, .out = &tenant };
	int code;

	if (window_is_label(cli_word(cli, 0))) {
		return window_label(cli, true);
	}
	code = settings_send(cli, &ask, &view_tenant);
	wire_release(&wire_tenant_type, &tenant);
	return code;
}

/* Names first, then key=value. One name and no selector is that tenant, whatever its name. */
int cmd_tenant_set(struct cli *cli)
{
	struct wire_tenants_change change = { 0 };
	struct err err = { 0 };
	size_t names = 0;

	while (names < cli->nr && strchr(cli->words[names], '=') == NULL) {
		names++;
	}
	if (names <= 1 && !opts_flag(&cli->opts, OPT_SELECTOR)) {
		return set_one(cli);
	}
	if (opts_flag(&cli->opts, OPT_REVISION)) {
		return cli_misused(cli, "--revision is of one tenant");
	}
	if (settings_collect(cli, names, &change.set, &err) < 0) {
		wire_release(&wire_tenants_change_type, &change);
		return cli_misused(cli, "%s", err.msg);
	}
	return change_tenants(cli, &change, names, "/v1/tenants/set", "set");
}

int cmd_tenant_hold(struct cli *cli)
{
	struct wire_tenants_change change = { 0 };

	if (!opts_flag(&cli->opts, OPT_REASON)) {
		return cli_misused(cli, "say why, the next one will wonder: --reason TEXT");
	}
	return change_tenants(cli, &change, cli->nr, "/v1/tenants/hold", "held");
}

int cmd_tenant_release(struct cli *cli)
{
	struct wire_tenants_change change = { 0 };

	return change_tenants(cli, &change, cli->nr, "/v1/tenants/release", "released");
}

int cmd_tenant_remove(struct cli *cli)
{
	struct wire_tenants_change change = { 0 };

	return change_tenants(cli, &change, cli->nr, "/v1/tenants/remove",
			      "removed from the inventory, their databases untouched");
}

/* The words are names first, then k=v. */
int cmd_tenant_label(struct cli *cli)
{
	struct wire_tenants_change change = { 0 };
	struct err err = { 0 };
	size_t names = 0;

	while (names < cli->nr && strchr(cli->words[names], '=') == NULL) {
		names++;
	}
	for (size_t i = names; i < cli->nr; i++) {
		g_autofree char *key = g_strndup(cli->words[i], strcspn(cli->words[i], "="));
		const char *value = strchr(cli->words[i], '=');

		if (value == NULL || key[0] == '\0') {
			wire_release(&wire_tenants_change_type, &change);
			return cli_misused(cli, "\"%s\" stands behind the labels and is none",
					   cli->words[i]);
		}
		wire_labels_put(&change.labels, key, value + 1);
	}
	if (cli_labels(cli, &change.labels, &err) < 0) {
		wire_release(&wire_tenants_change_type, &change);
		return cli_misused(cli, "%s", err.msg);
	}
	if (change.labels.nr == 0) {
		wire_release(&wire_tenants_change_type, &change);
		return cli_misused(cli, "which label? Give k=v (k= removes it)");
	}
	return change_tenants(cli, &change, names, "/v1/tenants/label", "labelled");
}

int cmd_tenant_baseline(struct cli *cli)
{
	struct wire_baseline baseline = { 0 };
	struct ask ask = { .path = "/v1/tenants/baseline",
			   .in_type = &wire_baseline_type,
			   .in = &baseline };
	struct err err = { 0 };
	int code;

	if (!opts_flag(&cli->opts, OPT_RELEASE) || !opts_flag(&cli->opts, OPT_AT)) {
		return cli_misused(cli, "say what they already have: --release R --at V");
	}
	baseline.release = cli_text(cli, OPT_RELEASE);
	baseline.version = cli_text(cli, OPT_AT);
	baseline.reason = cli_text(cli, OPT_REASON);
	if (cmd_selector(cli, cli->nr, &baseline.selector, &err) < 0) {
		code = cli_fail(cli, &err);
	} else if (baseline.selector == NULL) {
		code = cli_misused(cli, "which tenants? Give names or -l SEL (-l '*' is all)");
	} else {
		code = send_change(cli, &ask, "recorded", "muster tenant list");
	}
	wire_release(&wire_baseline_type, &baseline);
	return code;
}
