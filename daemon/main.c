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
		return err_set(err, ERR_INVALID, "%s; see \"musterd --help\"", error->message);
	}
	if (*argc > 1) {
		return err_set(err, ERR_INVALID, "\"%s\" is not expected; see \"musterd --help\"",
			       (*argv)[1]);
	}
	return 0;
}

static int complain(const struct err *err, int status)
{
	(void)fprintf(stderr, "musterd: %s\n", err->msg);
	return status;
}

int main(int argc, char **argv)
{
	SCOPED(options) options = { 0 };
	const char *config = CONF_DEFAULT;
	struct err err = { 0 };

	if (parse(&options, &argc, &argv, &err) < 0) {
		return complain(&err, EXIT_USAGE);
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
	if (app_check(config, &err) < 0) {
		return complain(&err, EXIT_CONFIGURATION);
	}
	if (options.check) {
		return EXIT_OK;
	}
	if (options.backup != NULL) {
		return app_backup(config, options.backup, &err) < 0 ? complain(&err, EXIT_FAILURE)
								    : EXIT_OK;
	}
	if (app_run(config, &err) < 0) {
		return complain(&err, app_may_restart(&err) ? EXIT_FAILURE : EXIT_CONFIGURATION);
	}
	return EXIT_OK;
}
