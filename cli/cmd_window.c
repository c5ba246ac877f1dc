#include <string.h>

#include "cmd.h"
#include "settings.h"
#include "views.h"

#define LABEL "label:"

bool window_is_label(const char *word)
{
	return g_str_has_prefix(word, LABEL);
}

int window_label(struct cli *cli, bool set)
{
	g_autofree char *path = client_path("/v1/labels/", cli_word(cli, 0) + strlen(LABEL), "");
	struct wire_window window = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = path,
				 .out_type = &wire_window_type,
				 .out = &window };
	int code = set ? settings_send(cli, &ask, &view_window) : cli_show(cli, &ask, &view_window);

	wire_release(&wire_window_type, &window);
	return code;
}

int cmd_window_list(struct cli *cli)
{
	struct wire_list windows = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/windows",
				 .out_type = &wire_window_type,
				 .list = &windows };
	int code = cli_show(cli, &ask, &view_window);

	if (code == EXIT_OK && windows.nr == 0 && cli_is_for_people(cli)) {
		(void)fflush(stdout);
		(void)fprintf(stderr,
			      "no window and no freeze is set\n  -> muster tenant set --help\n");
	}
	wire_list_release(&wire_window_type, &windows);
	return code;
}
