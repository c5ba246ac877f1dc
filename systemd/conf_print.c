/*
 * conf_print - print the table of settings: musterd.conf for people, or the items of
 * musterd.conf(5). Runs at build time only.
 */
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "conf.h"

int main(int argc, char **argv)
{
	enum conf_format format = CONF_SAMPLE;
	g_autofree char *text = NULL;

	if (argc > 1 && strcmp(argv[1], "roff") == 0) {
		format = CONF_ROFF;
	}
	if (argc > 1 && strcmp(argv[1], "markdown") == 0) {
		format = CONF_MARKDOWN;
	}
	text = conf_describe(format);
	return fputs(text, stdout) < 0;
}
