#include "conf_key.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <glib.h>

#include "hook_set.h"
#include "loopback.h"
#include "states.h"
#include "tick.h"

#define NAMES_MAX        256
#define ROUTES_MAX       16
#define NAME_LENGTH_MAX  64
#define BUDGET_TASKS_MAX 1000000
#define SOCKET_MAX       ((int64_t)sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define SECOND           INT64_C(1000)
#define HOUR             (3600 * SECOND)

/* Of the kinds that are one word of several: the value is its place. */
static const char *const switch_names[] = { "off", "on" };
static const char *const ddl_names[] = { "wait", "kill" };

static const struct {
	const char *const *names;
	int nr;
} words[] = {
	[CONF_LEVEL] = { log_level_names, LOG_LEVEL_NR },
	[CONF_SWITCH] = { switch_names, G_N_ELEMENTS(switch_names) },
	[CONF_DDL] = { ddl_names, G_N_ELEMENTS(ddl_names) },
};

static const char *const kind_words[] = {
	[CONF_PATH] = "an absolute path in quotes",
	[CONF_GROUP] = "the name of a group in quotes",
	[CONF_LEVEL] = "\"error\", \"warn\", \"info\" or \"debug\"",
	[CONF_SWITCH] = "\"on\" or \"off\"",
	[CONF_DDL] = "\"wait\" or \"kill\"",
	[CONF_INT] = "a number",
	[CONF_DURATION] = "a duration in quotes, such as \"500ms\", \"90s\" or \"15m\"",
	[CONF_BUDGET] = "a number or a share in quotes, such as \"3\" or \"1%\"",
	[CONF_NAMES] = "a list such as [ \"alice\", \"@dba\" ]",
	[CONF_HOOKS] = "a list such as [ \"before-close=drain\", \"after-open=undrain\" ]",
	[CONF_ROUTES] = "a list such as [ \"nginx-map:/run/muster/tenants.conf\" ]",
	[CONF_LOOPBACK] = "a loopback address with a port in quotes, such as \"127.0.0.1:3309\"",
};

/* _Generic refuses, at compile time, a member of another type. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a type cannot stand in parentheses */
#define AT(m, ctype) (offsetof(struct conf, m) + _Generic(((struct conf *)0)->m, ctype : 0u))
#define RELOAD       true
#define RESTART      false

/* clang-format off */
const struct conf_key conf_keys[] = {
	{ "data_dir", CONF_PATH, AT(data_dir, char *), "/var/lib/muster", 2, 3000, RESTART,
	  "Folder of the inventory.\nOnly one musterd may use it." },
	{ "socket", CONF_PATH, AT(socket, char *), "/run/muster/musterd.sock", 2, SOCKET_MAX, RESTART,
	  "Unix socket on which musterd answers, mode 0660." },
	{ "socket_group", CONF_GROUP, AT(socket_group, char *), "muster", 0, NAME_LENGTH_MAX, RESTART,
	  "Group that owns the socket, so that its members may use it.\n"
	  "Empty means the group of musterd itself.\n"
	  "A group that does not exist is reported and passed over." },
	{ "check_listen", CONF_LOOPBACK, AT(check_listen, char *), "", 0, 0, RESTART,
	  "Where /check and /healthz are answered over TCP, too, to everybody on this\n"
	  "machine: a loopback address with a port.\n"
	  "Nothing else is answered there.\n"
	  "For gh-ost and scripts that ask whether a server can bear more work.\n"
	  "Empty means nowhere." },
	{ "admins", CONF_NAMES, AT(admins, char **), "", 0, NAMES_MAX, RELOAD,
	  "Who may do everything, servers included: users, and groups with an @ in front.\n"
	  "Root and the user of musterd are always among them." },
	{ "operators", CONF_NAMES, AT(operators, char **), "@muster", 0, NAMES_MAX, RELOAD,
	  "Who may act on tenants, releases and rollouts: start, pause, abort, retry." },
	{ "viewers", CONF_NAMES, AT(viewers, char **), "", 0, NAMES_MAX, RELOAD,
	  "Who may look.\nEmpty means everybody who can open the socket." },
	{ "routing_files", CONF_ROUTES, AT(routing_files, char **), "", 0, ROUTES_MAX, RELOAD,
	  "Files in which musterd keeps the map of all tenants, with version and mode.\n"
	  "Each is \"FORMAT:PATH\", FORMAT is nginx-map, haproxy-map or json.\n"
	  "It is replaced whole within a tenth of a second of a change.\n"
	  "musterd must be allowed to write in the folder." },
	{ "hooks_dir", CONF_PATH, AT(hooks_dir, char *), "/etc/muster/hooks", 2, 3000, RELOAD,
	  "Folder of the hooks that rollouts and readonly may ask for by name.\n"
	  "Folder and hooks belong to root or the user of musterd, and nobody else may\n"
	  "write to them; they are run as that user, within the sandbox of the unit." },
	{ "hooks", CONF_HOOKS, AT(hooks, char **), "", 0, HOOK_EVENT_NR, RELOAD,
	  "Hooks that are run for every rollout and every tenant that is closed, unless\n"
	  "--hook says otherwise.\n"
	  "Each is \"EVENT=NAME\", EVENT is before-rollout, before-close, after-close,\n"
	  "before-open, after-open or after-rollout." },
	{ "hook_timeout", CONF_DURATION, AT(hook_ms, int64_t), "60s", SECOND, HOUR / 6, RELOAD,
	  "How long a hook may run; then it is ended, and counts as failed." },
	{ "log_level", CONF_LEVEL, AT(log_level, int64_t), "info", 0, 0, RELOAD,
	  "How much is logged." },
	{ "running", CONF_INT, AT(running, int64_t), "32", 1, 1024, RELOAD,
	  "Tasks at once in the whole fleet." },
	{ "server_running", CONF_INT, AT(server_running, int64_t), "4", 1, 256, RELOAD,
	  "Tasks at once on a server that was added without a number of its own." },
	{ "budget", CONF_BUDGET, AT(budget, char *), "1%", 0, BUDGET_TASKS_MAX, RELOAD,
	  "How many tasks of a rollout may fail before it pauses itself:\n"
	  "a number, or a share of all its tasks.\nA rollout may name its own." },
	{ "lock_wait", CONF_DURATION, AT(lock_wait_ms, int64_t), "2s", SECOND, 30 * SECOND, RELOAD,
	  "How long one try of a statement waits for locks.\n"
	  "Clients queue behind it for that long, so it should be short." },
	{ "stall", CONF_DURATION, AT(stall_ms, int64_t), "60s", SECOND, HOUR, RELOAD,
	  "How long a statement may wait for locks altogether, all tries added up.\n"
	  "Then its task fails.\nA rollout may name its own." },
	{ "orphan_wait", CONF_DURATION, AT(orphan_wait_ms, int64_t), "24h", 0, 168 * HOUR, RELOAD,
	  "How long a statement that a lost connection left behind may run on.\n"
	  "Its tenant waits meanwhile; then the statement is ended." },
	{ "retry", CONF_DURATION, AT(retry_ms, int64_t), "5s", SECOND / 10, HOUR, RELOAD,
	  "Pause before a server that is down is tried again; it grows with each try." },
	{ "stop_timeout", CONF_DURATION, AT(stop_timeout_ms, int64_t), "60s", 0, HOUR, RELOAD,
	  "How long a stop waits for statements that run." },
	{ "throttle", CONF_SWITCH, AT(throttle, int64_t), "on", 0, 0, RELOAD,
	  "Whether the load of the servers that are worked on is sampled,\n"
	  "and slows or pauses what is done there." },
	{ "throttle_probe", CONF_SWITCH, AT(throttle_probe, int64_t), "on", 0, 0, RELOAD,
	  "Whether the time of a small commit is among what is sampled.\n"
	  "It is made in a database of muster's own, outside the binary log." },
	{ "throttle_ddl", CONF_DDL, AT(throttle_ddl, int64_t), "wait", 0, 0, RELOAD,
	  "What happens to a statement that runs when the load becomes critical:\n"
	  "it is waited for, or ended where the server undoes it whole, and run again\n"
	  "afterwards." },
	{ .name = NULL },
};

/* clang-format on */

static char **text_of(const struct conf_key *key, struct conf *conf)
{
	return (char **)(void *)((char *)conf + key->offset);
}

static int64_t *number_of(const struct conf_key *key, struct conf *conf)
{
	return (int64_t *)(void *)((char *)conf + key->offset);
}

static char ***names_of(const struct conf_key *key, struct conf *conf)
{
	return (char ***)(void *)((char *)conf + key->offset);
}

/* ---- one value -------------------------------------------------------------------- */

int conf_key_refuse(const struct conf_key *key, struct err *err)
{
	return err_set(err, ERR_INVALID, "\"%s\" must be %s", key->name, kind_words[key->kind]);
}

static bool is_plain(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (g_ascii_iscntrl(*c)) {
			return false;
		}
	}
	return g_utf8_validate(text, -1, NULL);
}

static int path_set(const struct conf_key *key, char **field, const char *text, struct err *err)
{
	if (text[0] != '/' || !is_plain(text)) {
		return conf_key_refuse(key, err);
	}
	if ((int64_t)strlen(text) < key->min || (int64_t)strlen(text) > key->max) {
		return err_set(err, ERR_INVALID, "\"%s\" must be a path of %d to %d characters",
			       key->name, (int)key->min, (int)key->max);
	}
	g_free(*field);
	*field = g_strdup(text);
	return 0;
}

static bool is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= NAME_LENGTH_MAX && is_plain(text) && strchr(text, ' ') == NULL;
}

static int group_set(const struct conf_key *key, char **field, const char *text, struct err *err)
{
	if (text[0] != '\0' && !is_name(text)) {
		return conf_key_refuse(key, err);
	}
	g_free(*field);
	*field = g_strdup(text);
	return 0;
}

static int word_set(const struct conf_key *key, int64_t *field, const char *text, struct err *err)
{
	int place = states_find(words[key->kind].names, words[key->kind].nr, text);

	if (place < 0) {
		return conf_key_refuse(key, err);
	}
	*field = place;
	return 0;
}

static int int_set(const struct conf_key *key, int64_t *field, const char *text, struct err *err)
{
	gint64 value = 0;

	if (!g_ascii_string_to_signed(text, 10, key->min, key->max, &value, NULL)) {
		return err_set(err, ERR_INVALID, "\"%s\" must be from %d to %d, not %s", key->name,
			       (int)key->min, (int)key->max, text);
	}
	*field = value;
	return 0;
}

/* The shortest text that tick_duration_parse reads back. */
static char *duration_format(int64_t ms)
{
	if (ms % HOUR == 0 && ms > 0) {
		return g_strdup_printf("%" PRId64 "h", ms / HOUR);
	}
	if (ms % SECOND == 0) {
		return g_strdup_printf("%" PRId64 "s", ms / SECOND);
	}
	return g_strdup_printf("%" PRId64 "ms", ms);
}

static int duration_set(const struct conf_key *key, int64_t *field, const char *text,
			struct err *err)
{
	int64_t ms = tick_duration_parse(text);

	if (ms < 0) {
		return conf_key_refuse(key, err);
	}
	if (ms < key->min || ms > key->max) {
		g_autofree char *min = duration_format(key->min);
		g_autofree char *max = duration_format(key->max);

		return err_set(err, ERR_INVALID, "\"%s\" must be from %s to %s, not %s", key->name,
			       min, max, text);
	}
	*field = ms;
	return 0;
}

static int budget_set(const struct conf_key *key, char **field, const char *text, struct err *err)
{
	bool share = g_str_has_suffix(text, "%");
	g_autofree char *digits = g_strndup(text, strlen(text) - (share ? 1 : 0));
	guint64 max = share ? 100 : (guint64)key->max;

	if (!g_ascii_string_to_unsigned(digits, 10, 0, max, NULL, NULL)) {
		return conf_key_refuse(key, err);
	}
	g_free(*field);
	*field = g_strdup(text);
	return 0;
}

static int loopback_set(const struct conf_key *key, char **field, const char *text, struct err *err)
{
	struct loopback loopback;

	if (text[0] != '\0' && loopback_parse(&loopback, text, err) < 0) {
		return conf_key_refuse(key, err);
	}
	g_free(*field);
	*field = g_strdup(text);
	return 0;
}

/* "FORMAT:/PATH" */
static bool is_route(const char *text)
{
	enum route_format format;
	const char *path = states_route_file(text, &format);

	return path != NULL && path[0] == '/' && is_plain(text);
}

/* As hook_set.h has it; one that names nothing would mean nothing here. */
static int hook_check(const struct conf_key *key, const char *word, struct err *err)
{
	enum hook_event event;
	const char *name = hook_set_word(word, &event, err);

	if (name == NULL) {
		return err_prefix(err, "\"%s\"", key->name);
	}
	return name[0] != '\0' ? 0 : conf_key_refuse(key, err);
}

static int name_check(const struct conf_key *key, const char *name, struct err *err)
{
	if (key->kind == CONF_HOOKS) {
		return hook_check(key, name, err);
	}
	if (key->kind == CONF_ROUTES) {
		return is_route(name) ? 0 : conf_key_refuse(key, err);
	}
	if (!is_name(name + (name[0] == '@' ? 1 : 0))) {
		return err_set(err, ERR_INVALID,
			       "\"%s\" holds \"%s\", which is no user and no \"@group\"", key->name,
			       name);
	}
	return 0;
}

int conf_key_set_names(const struct conf_key *key, struct conf *conf, char **names, struct err *err)
{
	g_auto(GStrv) owned = names;
	char ***field = names_of(key, conf);

	if ((int64_t)g_strv_length(owned) > key->max) {
		return err_set(err, ERR_INVALID, "\"%s\" holds more than %d names; name a group",
			       key->name, (int)key->max);
	}
	for (char **name = owned; *name != NULL; name++) {
		if (name_check(key, *name, err) < 0) {
			return -1;
		}
	}
	g_strfreev(*field);
	*field = g_steal_pointer(&owned);
	return 0;
}

int conf_key_set(const struct conf_key *key, struct conf *conf, const char *text, struct err *err)
{
	switch (key->kind) {
	case CONF_PATH:
		return path_set(key, text_of(key, conf), text, err);
	case CONF_GROUP:
		return group_set(key, text_of(key, conf), text, err);
	case CONF_LEVEL:
	case CONF_SWITCH:
	case CONF_DDL:
		return word_set(key, number_of(key, conf), text, err);
	case CONF_INT:
		return int_set(key, number_of(key, conf), text, err);
	case CONF_DURATION:
		return duration_set(key, number_of(key, conf), text, err);
	case CONF_BUDGET:
		return budget_set(key, text_of(key, conf), text, err);
	case CONF_NAMES:
	case CONF_ROUTES:
	case CONF_HOOKS:
		return conf_key_set_names(key, conf, g_strsplit(text, " ", -1), err);
	case CONF_LOOPBACK:
		return loopback_set(key, text_of(key, conf), text, err);
	}
	abort();
}

static void append_quoted(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\') {
			g_string_append_c(out, '\\');
		}
		g_string_append_c(out, *c);
	}
	g_string_append_c(out, '"');
}

static char *names_format(char **names)
{
	g_autoptr(GString) out = g_string_new("[");

	for (char **name = names; name != NULL && *name != NULL; name++) {
		g_string_append(out, name == names ? " " : ", ");
		append_quoted(out, *name);
	}
	g_string_append(out, " ]");
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* The value as it stands in musterd.conf. Owned. */
char *conf_key_format(const struct conf_key *key, struct conf *conf)
{
	g_autoptr(GString) out = g_string_new("");
	g_autofree char *duration = NULL;

	switch (key->kind) {
	case CONF_PATH:
	case CONF_GROUP:
	case CONF_BUDGET:
	case CONF_LOOPBACK:
		append_quoted(out, *text_of(key, conf));
		break;
	case CONF_LEVEL:
	case CONF_SWITCH:
	case CONF_DDL:
		append_quoted(out, words[key->kind].names[*number_of(key, conf)]);
		break;
	case CONF_INT:
		g_string_append_printf(out, "%" PRId64, *number_of(key, conf));
		break;
	case CONF_DURATION:
		duration = duration_format(*number_of(key, conf));
		append_quoted(out, duration);
		break;
	case CONF_NAMES:
	case CONF_ROUTES:
	case CONF_HOOKS:
		return names_format(*names_of(key, conf));
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

void conf_key_defaults(struct conf *conf)
{
	struct err err = { 0 };

	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		CHECK(conf_key_set(key, conf, key->text, &err) == 0);
	}
}

/* ---- names of keys ----------------------------------------------------------------- */

/* Edits that turn one word into the other. */
static size_t distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	g_autofree size_t *row = g_new0(size_t, width);

	for (size_t j = 0; j < width; j++) {
		row[j] = j;
	}
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j < width; j++) {
			size_t swap = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);

			diagonal = row[j];
			row[j] = MIN(swap, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[width - 1];
}

/* The key that was meant, or NULL when none is near. */
static const char *nearest(const char *name)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	if (strlen(name) > NAME_LENGTH_MAX) {
		return NULL;
	}
	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		size_t edits = distance(name, key->name);

		if (edits < best_distance && edits * 2 <= MAX(strlen(name), strlen(key->name))) {
			best = key->name;
			best_distance = edits;
		}
	}
	return best;
}

const struct conf_key *conf_key_get(const char *name, struct err *err)
{
	const char *meant = nearest(name);

	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		if (strcmp(key->name, name) == 0) {
			return key;
		}
	}
	if (meant != NULL) {
		err_set(err, ERR_INVALID, "\"%s\" is not a setting; did you mean \"%s\"?", name,
			meant);
	} else {
		err_set(err, ERR_INVALID, "\"%s\" is not a setting; see musterd.conf(5)", name);
	}
	return NULL;
}

/* "a number from 1 to 1024". Owned. */
char *conf_key_limits(const struct conf_key *key)
{
	if (key->kind == CONF_INT) {
		return g_strdup_printf("a number from %d to %d", (int)key->min, (int)key->max);
	}
	if (key->kind == CONF_DURATION) {
		g_autofree char *min = duration_format(key->min);
		g_autofree char *max = duration_format(key->max);

		return g_strdup_printf("a duration from %s to %s", min, max);
	}
	return g_strdup(kind_words[key->kind]);
}

void conf_key_swap(const struct conf_key *key, struct conf *a, struct conf *b)
{
	switch (key->kind) {
	case CONF_PATH:
	case CONF_GROUP:
	case CONF_LOOPBACK:
	case CONF_BUDGET: {
		char *text = *text_of(key, a);

		*text_of(key, a) = *text_of(key, b);
		*text_of(key, b) = text;
		break;
	}
	case CONF_LEVEL:
	case CONF_SWITCH:
	case CONF_DDL:
	case CONF_INT:
	case CONF_DURATION: {
		int64_t number = *number_of(key, a);

		*number_of(key, a) = *number_of(key, b);
		*number_of(key, b) = number;
		break;
	}
	case CONF_NAMES:
	case CONF_ROUTES:
	case CONF_HOOKS: {
		char **names = *names_of(key, a);

		*names_of(key, a) = *names_of(key, b);
		*names_of(key, b) = names;
		break;
	}
	}
}
