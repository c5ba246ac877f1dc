#include "db_login.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#include <glib.h>

#define FILE_MAX_BYTES (1024L * 1024)
#define INCLUDE_DEPTH  8

struct reader {
	struct db_login *login;
	bool wanted; /* within a group that is for us */
	unsigned depth;
};

/* clang-format off */
static const struct {
	const char *key; size_t offset;
} texts[] = {
	{ "user",                   offsetof(struct db_login, user) },
	{ "password",               offsetof(struct db_login, password) },
	{ "default-auth",           offsetof(struct db_login, default_auth) },
	{ "plugin-dir",             offsetof(struct db_login, plugin_dir) },
	{ "bind-address",           offsetof(struct db_login, bind_address) },
	{ "ssl-ca",                 offsetof(struct db_login, ssl_ca) },
	{ "ssl-capath",             offsetof(struct db_login, ssl_capath) },
	{ "ssl-cert",               offsetof(struct db_login, ssl_cert) },
	{ "ssl-key",                offsetof(struct db_login, ssl_key) },
	{ "ssl-cipher",             offsetof(struct db_login, ssl_cipher) },
	{ "ssl-crl",                offsetof(struct db_login, ssl_crl) },
	{ "ssl-crlpath",            offsetof(struct db_login, ssl_crlpath) },
	{ "tls-version",            offsetof(struct db_login, tls_version) },
	{ "server-public-key-path", offsetof(struct db_login, server_public_key) },
};

static const struct {
	const char *word; enum db_tls tls;
} ssl_modes[] = {
	{ "DISABLED",        DB_TLS_OFF },
	{ "PREFERRED",       DB_TLS_DEFAULT },
	{ "REQUIRED",        DB_TLS_REQUIRED },
	{ "VERIFY_CA",       DB_TLS_VERIFY_CA },
	{ "VERIFY_IDENTITY", DB_TLS_VERIFY_IDENTITY },
};

/* What a switch of TLS means when it is on and when it is off. */
static const struct {
	const char *key; enum db_tls on; enum db_tls off;
} ssl_switches[] = {
	{ "ssl",                    DB_TLS_REQUIRED,        DB_TLS_OFF },
	{ "ssl-enforce",            DB_TLS_REQUIRED,        DB_TLS_OFF },
	{ "ssl-verify-server-cert", DB_TLS_VERIFY_IDENTITY, DB_TLS_REQUIRED },
};

/* clang-format on */

static int file_read(struct reader *reader, const char *path, struct err *err);

static char **text_at(struct db_login *login, size_t offset)
{
	return (char **)(void *)((char *)login + offset);
}

static void text_put(char **text, const char *value)
{
	if (*text != NULL) {
		explicit_bzero(*text, strlen(*text));
		g_free(*text);
	}
	*text = g_strdup(value);
}

/* A switch with no value is on, as for the stock client. */
static bool is_on(const char *value)
{
	return value == NULL || (strcmp(value, "0") != 0 && g_ascii_strcasecmp(value, "off") != 0 &&
				 g_ascii_strcasecmp(value, "false") != 0);
}

static void switch_put(struct db_login *login, size_t i, bool on)
{
	if (!on) {
		if (ssl_switches[i].off == DB_TLS_OFF || login->tls > ssl_switches[i].off) {
			login->tls = ssl_switches[i].off;
		}
	} else if (login->tls < ssl_switches[i].on) {
		login->tls = ssl_switches[i].on;
	}
}

static bool switch_find(struct db_login *login, const char *key, const char *value)
{
	const char *name = key;
	bool on = is_on(value);

	if (g_str_has_prefix(key, "skip-") || g_str_has_prefix(key, "disable-")) {
		name = strchr(key, '-') + 1;
		on = !on;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(ssl_switches); i++) {
		if (strcmp(ssl_switches[i].key, name) == 0) {
			switch_put(login, i, on);
			return true;
		}
	}
	return false;
}

static int setting_put(struct db_login *login, const char *key, const char *value, struct err *err)
{
	if (switch_find(login, key, value)) {
		return 0;
	}
	if (strcmp(key, "get-server-public-key") == 0) {
		login->get_public_key = is_on(value);
		return 0;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (strcmp(texts[i].key, key) == 0) {
			text_put(text_at(login, texts[i].offset), value == NULL ? "" : value);
			return 0;
		}
	}
	if (strcmp(key, "ssl-mode") != 0) {
		return 0; /* not for logging in */
	}
	for (size_t i = 0; value != NULL && i < G_N_ELEMENTS(ssl_modes); i++) {
		if (g_ascii_strcasecmp(ssl_modes[i].word, value) == 0) {
			login->tls = ssl_modes[i].tls;
			return 0;
		}
	}
	return err_set(err, ERR_INVALID,
		       "ssl-mode is DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
}

/* Cut a comment off: a # that stands in no quotes. */
static void comment_cut(char *line)
{
	char quote = '\0';

	for (char *c = line; *c != '\0'; c++) {
		if (*c == '\\' && quote != '\0' && c[1] != '\0') {
			c++;
		} else if (*c == quote) {
			quote = '\0';
		} else if (quote != '\0') {
			continue;
		} else if (*c == '\'' || *c == '"') {
			quote = *c;
		} else if (*c == '#') {
			*c = '\0';
			return;
		}
	}
}

/* Strip quotes around a value and resolve its escapes, in place. */
static char *value_plain(char *value)
{
	static const char from[] = "ntrbs\"'\\";
	static const char to[] = "\n\t\r\b \"'\\";
	size_t len = strlen(value);
	char *out;

	if (len > 1 && (*value == '\'' || *value == '"') && value[len - 1] == *value) {
		value[len - 1] = '\0';
		value++;
	}
	out = value;
	for (const char *in = value; *in != '\0'; in++) {
		const char *escape = *in == '\\' && in[1] != '\0' ? strchr(from, in[1]) : NULL;

		if (escape != NULL) {
			*out++ = to[escape - from];
			in++;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return value;
}

static int setting_read(struct reader *reader, char *line, struct err *err)
{
	char *value;

	comment_cut(line);
	value = strchr(line, '=');
	if (value != NULL) {
		*value++ = '\0';
		value = value_plain(g_strstrip(value));
	}
	g_strdelimit(g_strstrip(line), "_", '-');
	return setting_put(reader->login, line, value, err);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int folder_read(struct reader *reader, const char *path, struct err *err)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

	if (dir == NULL) {
		return err_set(err, ERR_INVALID, "folder %s cannot be read", path);
	}
	for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
		if (g_str_has_suffix(name, ".cnf")) {
			g_ptr_array_add(names, g_build_filename(path, name, NULL));
		}
	}
	g_ptr_array_sort(names, compare_names);
	for (size_t i = 0; i < names->len; i++) {
		if (file_read(reader, g_ptr_array_index(names, i), err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int include_read(struct reader *reader, char *line, struct err *err)
{
	bool folder = g_str_has_prefix(line, "!includedir") && g_ascii_isspace(line[11]);
	bool file = g_str_has_prefix(line, "!include") && g_ascii_isspace(line[8]);
	char *path = g_strstrip(line + (folder ? 11 : 8));

	if (!folder && !file) {
		return err_set(err, ERR_INVALID, "only !include and !includedir may follow \"!\"");
	}
	return folder ? folder_read(reader, path, err) : file_read(reader, path, err);
}

static int line_read(struct reader *reader, char *line, struct err *err)
{
	char *end;

	g_strstrip(line);
	if (*line == '\0' || *line == '#' || *line == ';') {
		return 0;
	}
	if (*line == '!') {
		return include_read(reader, line, err);
	}
	if (*line != '[') {
		return reader->wanted ? setting_read(reader, line, err) : 0;
	}
	end = strchr(line, ']');
	if (end == NULL) {
		return err_set(err, ERR_INVALID, "the name of a group is not closed by ]");
	}
	*end = '\0';
	line = g_strstrip(line + 1);
	reader->wanted = strcmp(line, "client") == 0 || strcmp(line, "muster") == 0;
	return 0;
}

static int stream_read(struct reader *reader, FILE *file, struct err *err)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	int rc = 0;

	while (rc == 0 && getline(&line, &room, file) >= 0) {
		number++;
		rc = line_read(reader, line, err);
		if (rc < 0) {
			rc = err_prefix(err, "line %u", number);
		}
	}
	if (line != NULL) {
		explicit_bzero(line, room);
	}
	free(line); /* getline's own */
	return rc;
}

static int file_read(struct reader *reader, const char *path, struct err *err)
{
	struct stat st = { 0 };
	FILE *file = fopen(path, "re");
	bool wanted = reader->wanted;
	int rc;

	if (file == NULL) {
		return err_set(err, ERR_INVALID, "option file %s: %s", path, g_strerror(errno));
	}
	if (fstat(fileno(file), &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES) {
		rc = err_set(err, ERR_INVALID, "option file %s: not a file of at most 1 MiB", path);
	} else if (reader->depth == INCLUDE_DEPTH) {
		rc = err_set(err, ERR_INVALID, "option file %s: included too deeply", path);
	} else {
		reader->wanted = false;
		reader->depth++;
		rc = stream_read(reader, file, err);
		reader->depth--;
		reader->wanted = wanted; /* an include does not end the group it stands in */
		if (rc < 0) {
			rc = err_prefix(err, "option file %s", path);
		}
	}
	(void)fclose(file);
	return rc;
}

int db_login_read(struct db_login *login, const char *path, struct err *err)
{
	SCOPED(db_login) read = { 0 };
	struct reader reader = { .login = &read };

	if (path != NULL && file_read(&reader, path, err) < 0) {
		return -1;
	}
	if (read.tls == DB_TLS_DEFAULT &&
	    (read.ssl_ca != NULL || read.ssl_capath != NULL || read.ssl_cert != NULL)) {
		read.tls = DB_TLS_REQUIRED; /* nobody names these to send text in the clear */
	}
	if (read.user == NULL) {
		read.user = g_strdup(g_get_user_name());
	}
	*login = read;
	read = (struct db_login){ 0 };
	return 0;
}

void db_login_release(struct db_login *login)
{
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		char **text = text_at(login, texts[i].offset);

		if (*text != NULL) {
			explicit_bzero(*text, strlen(*text));
		}
		g_free(*text);
	}
	*login = (struct db_login){ 0 };
}
