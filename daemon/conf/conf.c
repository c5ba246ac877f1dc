#include "conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <libconfig.h>

#include "conf_key.h"

/* ---- the file --------------------------------------------------------------------- */

struct source {
	config_t config;
	const char *text;
	const char *path;
	char *folder; /* owned; of path, where included files are looked for */
};

static void source_release(struct source *source)
{
	config_destroy(&source->config);
	g_free(source->folder);
}

SCOPED_RELEASE(source);

static int file_read(char **text, const char *path, struct err *err)
{
	g_autofree char *read = g_malloc(CONF_FILE_MAX + 1);
	FILE *file = fopen(path, "re");
	size_t len;
	int number;

	if (file == NULL) {
		return err_set_errno(err, errno, "%s", path);
	}
	errno = 0;
	len = fread(read, 1, CONF_FILE_MAX + 1, file);
	number = ferror(file) ? errno : 0;
	(void)fclose(file);
	if (number != 0) {
		return err_set_errno(err, number, "%s", path);
	}
	if (len > CONF_FILE_MAX) {
		return err_set(err, ERR_INVALID, "%s: is over %zu bytes, so it is no musterd.conf",
			       path, CONF_FILE_MAX);
	}
	if (memchr(read, '\0', len) != NULL) {
		return err_set(err, ERR_INVALID, "%s: holds a zero byte, so it is no text", path);
	}
	read[len] = '\0';
	*text = g_steal_pointer(&read);
	return 0;
}

static int names_read(const struct conf_key *key, const config_setting_t *setting,
		      struct conf *conf, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting)) {
		return conf_key_refuse(key, err);
	}
	for (int i = 0; i < config_setting_length(setting); i++) {
		const char *name = config_setting_get_string_elem(setting, i);

		if (name == NULL) {
			return conf_key_refuse(key, err);
		}
		g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_add(names, NULL);
	return conf_key_set_names(key, conf,
				  (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE), err);
}

/*
 * A whole number as it is written, as libconfig keeps but 32 bits of one without an L. Owned;
 * NULL: it is written in another way, or on another line than its name.
 */
static char *written_number(const config_setting_t *setting, const char *text)
{
	g_autofree char *pattern = g_strdup_printf("\\b%s\\s*[=:]\\s*([-+]?[0-9]+)L*\\s*($|[;,#/])",
						   config_setting_name(setting));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	unsigned int number = config_setting_source_line(setting);

	if (regex == NULL || number == 0 || number > g_strv_length(lines)) {
		return NULL;
	}
	(void)g_regex_match(regex, lines[number - 1], 0, &match);
	return g_match_info_fetch(match, 1);
}

static int number_read(const struct conf_key *key, const config_setting_t *setting,
		       const struct source *source, struct conf *conf, struct err *err)
{
	const char *file = config_setting_source_file(setting);
	g_autofree char *included = NULL;
	g_autofree char *number = NULL;

	if (file != NULL) {
		g_autofree char *path = g_canonicalize_filename(file, source->folder);

		if (file_read(&included, path, err) < 0) {
			return -1;
		}
	}
	number = written_number(setting, file != NULL ? included : source->text);
	if (number == NULL) {
		number = g_strdup_printf("%lld", config_setting_get_int64(setting));
	}
	return conf_key_set(key, conf, number, err);
}

static int setting_read(const config_setting_t *setting, const struct source *source,
			struct conf *conf, struct err *err)
{
	const struct conf_key *key = conf_key_get(config_setting_name(setting), err);
	int type = config_setting_type(setting);

	if (key == NULL) {
		return -1;
	}
	if (key->kind == CONF_NAMES || key->kind == CONF_ROUTES || key->kind == CONF_HOOKS) {
		return names_read(key, setting, conf, err);
	}
	if (key->kind == CONF_INT && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)) {
		return number_read(key, setting, source, conf, err);
	}
	if (key->kind == CONF_INT || type != CONFIG_TYPE_STRING) {
		return conf_key_refuse(key, err);
	}
	return conf_key_set(key, conf, config_setting_get_string(setting), err);
}

static int settings_read(const struct source *source, struct conf *conf, struct err *err)
{
	const config_setting_t *root = config_root_setting(&source->config);

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *setting = config_setting_get_elem(root, (unsigned int)i);
		const char *file = config_setting_source_file(setting);

		if (setting_read(setting, source, conf, err) < 0) {
			return err_prefix(err, "%s:%u", file != NULL ? file : source->path,
					  config_setting_source_line(setting));
		}
	}
	return 0;
}

int conf_parse(struct conf *conf, const char *text, const char *path, struct err *err)
{
	SCOPED(source) source = { .text = text, .path = path };
	SCOPED(conf) read = { 0 };

	source.folder = g_path_get_dirname(path);
	config_init(&source.config);
	config_set_include_dir(&source.config, source.folder);
	if (config_read_string(&source.config, text) != CONFIG_TRUE) {
		const char *file = config_error_file(&source.config);

		return err_set(err, ERR_INVALID, "%s:%d: %s; a setting is written: name = value;",
			       file != NULL ? file : path, config_error_line(&source.config),
			       config_error_text(&source.config));
	}
	conf_key_defaults(&read);
	if (settings_read(&source, &read, err) < 0) {
		return -1;
	}
	if (read.lock_wait_ms > read.stall_ms) {
		return err_set(err, ERR_INVALID,
			       "%s: \"lock_wait\" is one try and \"stall\" all of them, so it "
			       "cannot be longer",
			       path);
	}
	conf_release(conf);
	*conf = read;
	read = (struct conf){ 0 };
	return 0;
}

int conf_load(struct conf *conf, const char *path, struct err *err)
{
	g_autofree char *text = NULL;

	if (file_read(&text, path, err) < 0) {
		return err_prefix(err, "the configuration cannot be read");
	}
	return conf_parse(conf, text, path, err);
}

void conf_release(struct conf *conf)
{
	g_free(conf->data_dir);
	g_free(conf->socket);
	g_free(conf->socket_group);
	g_free(conf->check_listen);
	g_free(conf->budget);
	g_strfreev(conf->admins);
	g_strfreev(conf->operators);
	g_strfreev(conf->viewers);
	g_strfreev(conf->routing_files);
	g_free(conf->hooks_dir);
	g_strfreev(conf->hooks);
	*conf = (struct conf){ 0 };
}

/* ---- reload ----------------------------------------------------------------------- */

size_t conf_reload(struct conf *conf, struct conf *fresh, conf_report_fn *report, void *context)
{
	size_t changes = 0;

	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		g_autofree char *was = conf_key_format(key, conf);
		g_autofree char *is = conf_key_format(key, fresh);
		struct conf_change change = { key->name, was, is, !key->reloadable };

		if (strcmp(was, is) == 0) {
			continue;
		}
		changes++;
		if (key->reloadable) {
			conf_key_swap(key, conf, fresh);
		}
		report(context, &change);
	}
	conf_release(fresh);
	return changes;
}

/* ---- for people ------------------------------------------------------------------- */

/* clang-format off */
static const char sample_head[] =
	"# musterd.conf - the settings of musterd, see musterd.conf(5).\n"
	"# Each stands here with its default; take the # away to change it.\n"
	"# \"systemctl reload musterd\" takes a change over, unless it needs a restart.\n";
static const char markdown_head[] =
	"| setting | default | taken over by | meaning |\n"
	"|---|---|---|---|\n";

/* clang-format on */

static void describe_sample(GString *out, const struct conf_key *key, const char *value)
{
	g_auto(GStrv) lines = g_strsplit(key->help, "\n", -1);
	g_autofree char *limits = conf_key_limits(key);

	g_string_append_c(out, '\n');
	for (char **line = lines; *line != NULL; line++) {
		g_string_append_printf(out, "# %s\n", *line);
	}
	g_string_append_printf(out, "# Must be %s%s.\n#%s = %s;\n", limits,
			       key->reloadable ? "" : "; needs a restart", key->name, value);
}

static void describe_roff(GString *out, const struct conf_key *key, const char *value)
{
	g_autofree char *limits = conf_key_limits(key);

	g_string_append_printf(out, ".It Ic %s\n%s\nMust be %s.\nThe default is %s.\n%s", key->name,
			       key->help, limits, value,
			       key->reloadable ? "" : "A change needs a restart.\n");
}

static void describe_markdown(GString *out, const struct conf_key *key, const char *value)
{
	g_autofree char *help = g_strdelimit(g_strdup(key->help), "\n", ' ');

	g_string_append_printf(out, "| `%s` | `%s` | %s | %s |\n", key->name, value,
			       key->reloadable ? "reload" : "restart", help);
}

char *conf_describe(enum conf_format format)
{
	static void (*const describe[])(GString *, const struct conf_key *, const char *) = {
		[CONF_SAMPLE] = describe_sample,
		[CONF_ROFF] = describe_roff,
		[CONF_MARKDOWN] = describe_markdown,
	};
	static const char *const heads[] = {
		[CONF_SAMPLE] = sample_head,
		[CONF_ROFF] = "",
		[CONF_MARKDOWN] = markdown_head,
	};
	SCOPED(conf) defaults = { 0 };
	g_autoptr(GString) out = g_string_new(heads[format]);

	conf_key_defaults(&defaults);
	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		g_autofree char *value = conf_key_format(key, &defaults);

		describe[format](out, key, value);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
