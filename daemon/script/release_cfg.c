#include "release_cfg.h"

#include <stdbool.h>
#include <string.h>

#include <libconfig.h>

#define TEXT_MAX ((size_t)64 * 1024)

enum key_kind { KEY_TEXT, KEY_LIST, KEY_GROUP };

/* clang-format off */
static const struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	const char *bytes; /* the value is made of letters, digits and these; NULL: any text */
} keys[] = {
	/* name           kind        where                                  bytes */
	{ "format",       KEY_TEXT,   offsetof(struct release_cfg, format),    "-" },
	{ "order",        KEY_TEXT,   offsetof(struct release_cfg, order),     NULL },
	{ "sql_mode",     KEY_TEXT,   offsetof(struct release_cfg, sql_mode),  "_, " },
	{ "collation",    KEY_TEXT,   offsetof(struct release_cfg, collation), "_" },
	{ "placeholders", KEY_GROUP,  offsetof(struct release_cfg, names),     NULL },
	{ "skip",         KEY_LIST,   offsetof(struct release_cfg, skip),      NULL },
	{ "allow",        KEY_LIST,   offsetof(struct release_cfg, allow),     "" },
};

/* clang-format on */

static void config_scoped_destroy(config_t *config)
{
	config_destroy(config);
}

static unsigned line_of(const config_setting_t *setting)
{
	return config_setting_source_line(setting);
}

static int check_value(const struct key *key, const config_setting_t *setting, const char *value,
		       struct err *err)
{
	for (const char *at = value; key->bytes != NULL && *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && strchr(key->bytes, *at) == NULL) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE ":%u: \"%s\" cannot hold \"%c\"",
				       line_of(setting), key->name, *at);
		}
	}
	return 0;
}

static int put_text(struct release_cfg *cfg, const struct key *key, const config_setting_t *setting,
		    struct err *err)
{
	char **slot = (char **)(void *)((char *)cfg + key->offset);
	const char *value = config_setting_get_string(setting);

	if (value == NULL) {
		return err_set(err, ERR_INVALID,
			       RELEASE_CFG_FILE ":%u: \"%s\" must be a text in quotes",
			       line_of(setting), key->name);
	}
	if (check_value(key, setting, value, err) < 0) {
		return -1;
	}
	*slot = g_strdup(value);
	return 0;
}

static int put_list(struct release_cfg *cfg, const struct key *key, const config_setting_t *setting,
		    struct err *err)
{
	GPtrArray *list = *(GPtrArray **)(void *)((char *)cfg + key->offset);
	int nr = config_setting_length(setting);

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting)) {
		return err_set(err, ERR_INVALID,
			       RELEASE_CFG_FILE ":%u: \"%s\" must be a list: [ \"…\", \"…\" ]",
			       line_of(setting), key->name);
	}
	for (int i = 0; i < nr; i++) {
		const char *value = config_setting_get_string_elem(setting, i);

		if (value == NULL) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE
				       ":%u: \"%s\" must hold texts in quotes only",
				       line_of(setting), key->name);
		}
		if (check_value(key, setting, value, err) < 0) {
			return -1;
		}
		g_ptr_array_add(list, g_strdup(value));
	}
	return 0;
}

static int put_group(struct release_cfg *cfg, const struct key *key,
		     const config_setting_t *setting, struct err *err)
{
	int nr = config_setting_length(setting);

	if (!config_setting_is_group(setting)) {
		return err_set(err, ERR_INVALID,
			       RELEASE_CFG_FILE
			       ":%u: \"%s\" must be a group: { name = \"value\"; }",
			       line_of(setting), key->name);
	}
	for (int i = 0; i < nr; i++) {
		const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
		const char *value = config_setting_get_string(member);

		if (value == NULL) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE
				       ":%u: placeholder \"%s\" must be a text in quotes",
				       line_of(member), config_setting_name(member));
		}
		g_ptr_array_add(cfg->names, g_strdup(config_setting_name(member)));
		g_ptr_array_add(cfg->values, g_strdup(value));
	}
	return 0;
}

static int put(struct release_cfg *cfg, const config_setting_t *setting, struct err *err)
{
	const char *name = config_setting_name(setting);

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(keys[i].name, name) != 0) {
			continue;
		}
		switch (keys[i].kind) {
		case KEY_TEXT:
			return put_text(cfg, &keys[i], setting, err);
		case KEY_LIST:
			return put_list(cfg, &keys[i], setting, err);
		case KEY_GROUP:
			return put_group(cfg, &keys[i], setting, err);
		}
	}
	return err_set(err, ERR_INVALID,
		       RELEASE_CFG_FILE
		       ":%u: unknown key \"%s\"; known are format, order, sql_mode, "
		       "collation, placeholders, skip and allow",
		       line_of(setting), name);
}

/* libconfig would read the file it names, whoever's file that is. */
static int refuse_include(const char *text, struct err *err)
{
	unsigned line = 1;

	for (const char *at = text; at != NULL; line++) {
		const char *end = strchr(at, '\n');

		at += strspn(at, " \t\r");
		if (g_str_has_prefix(at, "@include")) {
			return err_set(err, ERR_INVALID,
				       RELEASE_CFG_FILE
				       ":%u: @include is not allowed; a release is what lies in "
				       "its folder",
				       line);
		}
		at = end == NULL ? NULL : end + 1;
	}
	return 0;
}

static int read_all(struct release_cfg *cfg, const char *text, struct err *err)
{
	__attribute__((cleanup(config_scoped_destroy))) config_t config;
	const config_setting_t *root;
	int nr;

	config_init(&config);
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		return err_set(err, ERR_INVALID, RELEASE_CFG_FILE ":%d: %s",
			       config_error_line(&config), config_error_text(&config));
	}
	root = config_root_setting(&config);
	nr = config_setting_length(root);
	for (int i = 0; i < nr; i++) {
		if (put(cfg, config_setting_get_elem(root, (unsigned)i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

int release_cfg_parse(struct release_cfg *cfg, const char *text, struct err *err)
{
	SCOPED(release_cfg) parsed = { 0 };

	parsed.names = g_ptr_array_new_with_free_func(g_free);
	parsed.values = g_ptr_array_new_with_free_func(g_free);
	parsed.skip = g_ptr_array_new_with_free_func(g_free);
	parsed.allow = g_ptr_array_new_with_free_func(g_free);
	if (text != NULL && strlen(text) > TEXT_MAX) {
		return err_set(err, ERR_INVALID, RELEASE_CFG_FILE ":1: larger than %zu bytes",
			       TEXT_MAX);
	}
	if (text != NULL && (refuse_include(text, err) < 0 || read_all(&parsed, text, err) < 0)) {
		return -1;
	}
	*cfg = parsed;
	parsed = (struct release_cfg){ 0 };
	return 0;
}

GString *release_cfg_replace(const struct release_cfg *cfg, const char *text, size_t len)
{
	GString *out = g_string_sized_new(len + 1);
	size_t at = 0;

	while (at < len) {
		const char *open = memmem(text + at, len - at, "${", 2);
		size_t plain = open == NULL ? len : (size_t)(open - text);
		size_t taken = 0;

		g_string_append_len(out, text + at, (gssize)(plain - at));
		at = plain;
		for (guint i = 0; open != NULL && taken == 0 && i < cfg->names->len; i++) {
			const char *name = cfg->names->pdata[i];
			size_t nr = strlen(name);

			if (len - at >= nr + 3 && memcmp(open + 2, name, nr) == 0 &&
			    open[nr + 2] == '}') {
				g_string_append(out, cfg->values->pdata[i]);
				taken = nr + 3;
			}
		}
		if (open != NULL && taken == 0) {
			g_string_append_len(out, "${", 2);
			taken = 2;
		}
		at += taken;
	}
	return out;
}

void release_cfg_release(struct release_cfg *cfg)
{
	GPtrArray *lists[] = { cfg->names, cfg->values, cfg->skip, cfg->allow };

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (lists[i] != NULL) {
			g_ptr_array_free(lists[i], TRUE);
		}
	}
	g_free(cfg->format);
	g_free(cfg->order);
	g_free(cfg->sql_mode);
	g_free(cfg->collation);
	*cfg = (struct release_cfg){ 0 };
}
