#include "name.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "selector.h"
#include "wire.h"

static int length_check(const char *what, const char *name, struct err *err)
{
	if (name[0] == '\0') {
		return err_set(err, ERR_INVALID, "the name of a %s cannot be empty", what);
	}
	if (strlen(name) > NAME_MAX_LEN) {
		return err_set(err, ERR_INVALID,
			       "the name \"%.32s…\" of a %s is longer than %d bytes", name, what,
			       NAME_MAX_LEN);
	}
	return 0;
}

static bool is_plain(const char *name)
{
	for (; *name != '\0'; name++) {
		if (!g_ascii_isalnum(*name) && strchr("._-", *name) == NULL) {
			return false;
		}
	}
	return true;
}

int name_check_server(const char *name, struct err *err)
{
	if (length_check("server", name, err) < 0) {
		return -1;
	}
	if (!is_plain(name) || name[0] == '-') {
		return err_set(err, ERR_INVALID,
			       "server name \"%s\": only letters, digits and . _ - are possible, "
			       "and no - at the start",
			       name);
	}
	return 0;
}

int name_check_of(const char *what, const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (length_check(what, name, err) < 0) {
		return -1;
	}
	if (!g_utf8_validate(name, (gssize)len, NULL)) {
		return err_set(err, ERR_INVALID, "%s name \"%s\" is not UTF-8", what, name);
	}
	for (size_t i = 0; i < len; i++) {
		if (g_ascii_iscntrl(name[i]) || name[i] == '/') {
			return err_set(err, ERR_INVALID,
				       "%s name \"%s\": \"/\" and control characters are not "
				       "possible",
				       what, name);
		}
	}
	if (name[0] == ' ' || name[len - 1] == ' ' || name[0] == '@' || name[0] == '-') {
		return err_set(err, ERR_INVALID,
			       "%s name \"%s\": it cannot begin with a blank, @ or -, nor end "
			       "with a blank",
			       what, name);
	}
	return 0;
}

int name_check_labels(const struct wire_labels *labels, struct err *err)
{
	for (size_t i = 0; i < labels->nr; i++) {
		const char *key = labels->labels[i].key;

		if (key[0] == '\0' || !is_plain(key) || key[0] == '-') {
			return err_set(err, ERR_INVALID,
				       "label \"%.64s\": a key is letters, digits and . _ -", key);
		}
		if (selector_is_reserved(key)) {
			return err_set(err, ERR_INVALID,
				       "label \"%s\": this word is the tenant's own in selectors; "
				       "take another",
				       key);
		}
	}
	return 0;
}

int name_cut(const char *text, char **key, char **value, struct err *err)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text) {
		return err_set(err, ERR_INVALID, "\"%.64s\" is not KEY=VALUE", text);
	}
	*key = g_strndup(text, (gsize)(equals - text));
	*value = g_strdup(equals + 1);
	return 0;
}

int name_number(const char *what, const char *text, const int64_t limits[2], int64_t *number,
		struct err *err)
{
	gint64 parsed;

	if (!g_ascii_string_to_signed(text, 10, limits[0], limits[1], &parsed, NULL)) {
		return err_set(err, ERR_INVALID,
			       "%s=%.32s must be a number from %" PRId64 " to %" PRId64, what, text,
			       limits[0], limits[1]);
	}
	*number = parsed;
	return 0;
}
