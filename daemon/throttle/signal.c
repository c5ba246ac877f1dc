#include "signal.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#define NONE SIGNAL_NO_LIMIT

/* clang-format off */
const struct signal_kind signal_kinds[SIGNAL_NR] = {
	/* name, unit, lower is worse, per core, soft, hard, critical, help */
	[SIGNAL_THREADS_RUNNING] =  { "threads_running",  "",     false, true,  16,  32, 100,
		"statements of clients that run at once, without muster's own" },
	[SIGNAL_CLIENTS] =          { "clients",          "1/s",  false, true,  100, NONE, NONE,
		"statements of clients: while there are some, muster takes turns with them" },
	[SIGNAL_CONNECTIONS] =      { "connections",      "%",    false, false, 75,  85,  95,
		"connections in use, of max_connections" },
	[SIGNAL_CONNECT_RATE] =     { "connect_rate",     "1/s",  false, true,  500, 2000, NONE,
		"new connections" },
	[SIGNAL_ABORTED_CONNECTS] = { "aborted_connects", "1/s",  false, false, 20, 100, NONE,
		"connections that were refused or given up" },
	[SIGNAL_LAG] =              { "lag",              "s",    false, false, 3,   10, NONE,
		"how far the slowest replica is behind; infinite when it has stopped" },
	[SIGNAL_LONGEST_TRX] =      { "longest_trx",      "s",    false, false, 600, NONE, NONE,
		"age of the oldest open transaction" },
	[SIGNAL_HISTORY_LENGTH] =   { "history_length",   "",     false, false, 1e6, 5e6, NONE,
		"undo that purge has not reached" },
	[SIGNAL_HISTORY_SLOPE] =    { "history_slope",    "1/s",  false, false, 2e4, NONE, NONE,
		"how fast that grows" },
	[SIGNAL_LOCK_WAITS] =       { "lock_waits",       "1/s",  false, false, 100, 500, NONE,
		"waits for row locks" },
	[SIGNAL_LOCK_TIME] =        { "lock_time",        "ms/s", false, false, 5e3, 2e4, NONE,
		"time spent waiting for row locks" },
	[SIGNAL_CHECKPOINT_AGE] =   { "checkpoint_age",   "%",    false, false, 80,  95, NONE,
		"redo log in use, while it is written; servers flush hard from 87 on" },
	[SIGNAL_COMMIT_LATENCY] =   { "commit_latency",   "ms",   false, false, 250, 2e3, NONE,
		"a small commit of muster's own" },
	[SIGNAL_FLOW_CONTROL] =     { "flow_control",     "%",    false, false, 5,   20,  60,
		"time that a Galera cluster stood still for its slowest node" },
	[SIGNAL_DISK_FREE] =        { "disk_free",        "%",    true,  false, 10,   5,   2,
		"free on the disk of the data directory, when it is on this host" },
	[SIGNAL_PRESSURE] =         { "pressure",         "%",    false, false, NONE, NONE, NONE,
		"time that something waited for a processor, when the server is on this host" },
	[SIGNAL_LOAD] =             { "load",             "",     false, false, NONE, NONE, NONE,
		"load average for each core, when the server is on this host" },
};

/* clang-format on */

const char *const signal_source_names[SIGNAL_SOURCE_NR] = {
	[SIGNAL_SQL] = "sql",
	[SIGNAL_HTTP] = "http",
	[SIGNAL_FILE] = "file",
};

void custom_signal_release(struct custom_signal *custom)
{
	g_free(custom->name);
	g_free(custom->text);
	*custom = (struct custom_signal){ 0 };
}

int signal_find(const char *name)
{
	for (int i = 0; i < SIGNAL_NR; i++) {
		if (strcmp(signal_kinds[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

/* letters, digits, "_", "-" and "." */
static bool is_word(const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < len; i++) {
		if (!g_ascii_isalnum(word[i]) && strchr("_-.", word[i]) == NULL) {
			return false;
		}
	}
	return len > 0 && len < SIGNAL_NAME_MAX;
}

static int refuse_name(const char *name, struct err *err)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (int i = 0; i < SIGNAL_NR; i++) {
		g_string_append_printf(names, "%s ", signal_kinds[i].name);
	}
	return err_set(err, ERR_INVALID,
		       "\"%.64s\" is no signal: take one of %sor one of your own, sql:NAME, "
		       "http:NAME or file:NAME",
		       name, names->str);
}

int signal_name_check(const char *name, enum signal_source *source, struct err *err)
{
	const char *colon = strchr(name, ':');

	if (colon == NULL) {
		if (signal_find(name) < 0) {
			return refuse_name(name, err);
		}
		*source = SIGNAL_BUILT_IN;
		return 0;
	}
	for (int i = SIGNAL_SQL; i < SIGNAL_SOURCE_NR; i++) {
		if (strlen(signal_source_names[i]) == (size_t)(colon - name) &&
		    g_str_has_prefix(name, signal_source_names[i]) && is_word(colon + 1)) {
			*source = (enum signal_source)i;
			return 0;
		}
	}
	return refuse_name(name, err);
}

int signal_value_parse(const char *text, double *value, struct err *err)
{
	char *end = NULL;
	double number;

	if (strcmp(text, "-") == 0) {
		*value = SIGNAL_NO_LIMIT;
		return 0;
	}
	number = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0' || isnan(number) || number < 0) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" is no limit: a number that is not negative, or - for "
			       "none",
			       text);
	}
	*value = number;
	return 0;
}

const char *signal_value_format(char text[SIGNAL_VALUE_MAX], double value)
{
	size_t len;

	if (isnan(value)) {
		return memcpy(text, "-", sizeof("-"));
	}
	if (isinf(value)) {
		return memcpy(text, "infinite", sizeof("infinite"));
	}
	(void)g_ascii_formatd(text, SIGNAL_VALUE_MAX, fabs(value) < 1e15 ? "%.2f" : "%g", value);
	if (strchr(text, '.') == NULL) {
		return text;
	}
	len = strlen(text);
	while (text[len - 1] == '0') {
		text[--len] = '\0';
	}
	if (text[len - 1] == '.') {
		text[--len] = '\0';
	}
	return text;
}

bool signal_is_past(double value, double limit, bool lower_is_worse)
{
	return lower_is_worse ? value < limit : value > limit; /* false with NAN */
}
