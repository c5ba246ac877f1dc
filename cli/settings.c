#include "settings.h"

#include <string.h>

char *settings_word(const char *word, struct err *err)
{
	const char *equals = strchr(word, '=');
	g_autofree char *key = NULL;

	if (equals == NULL || equals == word) {
		err_set(err, ERR_INVALID, "\"%s\" is not of the form key=value", word);
		return NULL;
	}
	key = g_strndup(word, (size_t)(equals - word));
	if (g_str_has_prefix(key, "label.")) {
		return g_strdup(word);
	}
	return g_strconcat(g_strdelimit(key, "-", '_'), equals, NULL);
}

int settings_collect(const struct cli *cli, size_t first, struct wire_texts *set, struct err *err)
{
	const GPtrArray *labels = cli->opts.texts[OPT_LABEL];

	for (size_t i = first; i < cli->nr; i++) {
		g_autofree char *word = settings_word(cli->words[i], err);

		if (word == NULL) {
			return -1;
		}
		wire_texts_add(set, word);
	}
	for (guint i = 0; labels != NULL && i < labels->len; i++) {
		g_autofree char *label =
			g_strconcat("label.", (const char *)g_ptr_array_index(labels, i), NULL);
		g_autofree char *word = settings_word(label, err);

		if (word == NULL) {
			return -1;
		}
		wire_texts_add(set, word);
	}
	return set->nr > 0 ? 0 : err_set(err, ERR_INVALID, "there is nothing to set: key=value");
}

int settings_send(struct cli *cli, const struct ask *where, const struct view *view)
{
	struct ask ask = *where;
	struct wire_set set = { .revision = opts_number(&cli->opts, OPT_REVISION, 0) };
	struct err err = { 0 };
	int code;

	set.reason = cli_text(cli, OPT_REASON);
	ask.method = "PATCH";
	ask.in_type = &wire_set_type;
	ask.in = &set;
	if (settings_collect(cli, 1, &set.set, &err) < 0) {
		code = cli_misused(cli, "%s", err.msg);
	} else {
		code = cli_show(cli, &ask, view);
	}
	wire_release(&wire_set_type, &set);
	return code;
}
