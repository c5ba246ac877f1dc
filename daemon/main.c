#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include "app.h"
#include "wire.h"

#define CONF_DEFAULT "/etc/muster/musterd.conf"

struct options {
	char *config; /* owned */
	char *backup; /* owned */
	gboolean check;
	gboolean version;
	gboolean crash_points;
};

static void options_release(struct options *options)
{
	g_free(options->config);
	g_free(options->backup);
}

SCOPED_RELEASE(options);

static int parse(struct options *options, int *argc, char ***argv, struct err *err)
{
	const GOptionEntry entries[] = {
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
		  "Settings; default " CONF_DEFAULT, "FILE" },
		{ "check", 0, 0, G_OPTION_ARG_NONE, &options->check, "Only check the settings",
		  NULL },
		{ "backup", 0, 0, G_OPTION_ARG_FILENAME, &options->backup,
		  "Copy the inventory to FILE; the daemon may be running", "FILE" },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version",
		  NULL },
#ifdef MUSTER_CRASH_POINTS
		{ "crash-points", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE,
		  &options->crash_points, "Print the points where a test may kill it", NULL },
#endif
		{ 0 },
	};
	GOptionContext *context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	gboolean fine;

	g_option_context_set_summary(context,
				     "Rolls migrations over a fleet of per-client databases. "
				     "Stays in the foreground.");
	g_option_context_add_main_entries(context, entries, NULL);
	fine = g_option_context_parse(context, argc, argv, &error);
	g_option_context_free(context);
	if (!fine) {
		return err_set(err, ERR_INVALID, "%s", error->message);
	}
	if (*argc > 1) {
		return err_set(err, ERR_INVALID, "\"%s\" is not expected", (*argv)[1]);
	}
	return 0;
}

/* help: the command that helps, or NULL. */
static int complain(const struct err *err, const char *help, int status)
{
	(void)fprintf(stderr, "musterd: %s\n", err->msg);
	if (help != NULL) {
		(void)fprintf(stderr, "  -> %s\n", help);
	}
	return status;
}

static int backup(const char *config, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *help = g_strdup_printf("ls -ld %s", folder);
	struct err err = { 0 };

	return app_backup(config, path, &err) < 0 ? complain(&err, help, EXIT_FAILURE) : EXIT_OK;
}

static int run(const char *config)
{
	g_autofree char *help = NULL;
	struct err err = { 0 };

	if (app_run(config, &help, &err) < 0) {
		return complain(&err, help,
				app_may_restart(&err) ? EXIT_FAILURE : EXIT_CONFIGURATION);
	}
	return EXIT_OK;
}

static int check(const char *config)
{
	g_autofree char *help = g_strdup_printf("musterd --check --config %s", config);
	struct err err = { 0 };

	return app_check(config, &err) < 0 ? complain(&err, help, EXIT_CONFIGURATION) : EXIT_OK;
}

int main(int argc, char **argv)
{
	SCOPED(options) options = { 0 };
	const char *config = CONF_DEFAULT;
	struct err err = { 0 };
	int status;

	if (parse(&options, &argc, &argv, &err) < 0) {
		return complain(&err, "musterd --help", EXIT_USAGE);
	}
	if (options.version) {
		(void)printf("musterd %s\n", MUSTER_VERSION);
		return EXIT_OK;
	}
#ifdef MUSTER_CRASH_POINTS
	if (options.crash_points) {
		app_crash_points();
		return EXIT_OK;
	}
#endif
	if (options.config != NULL) {
		config = options.config;
	}
	status = check(config);
	if (status != EXIT_OK || options.check) {
		return status;
	}
	return options.backup != NULL ? backup(config, options.backup) : run(config);
}
