#include "hook_set.h"

#include <string.h>

#include <glib.h>

#define NAME_LENGTH_MAX 64

#define HOOK_NAME(constant, name) [constant] = (name),

const char *const hook_event_names[HOOK_EVENT_NR] = { HOOK_EVENTS(HOOK_NAME) };

/* No slash, and no dot in front: it stays in the folder, and no editor's copy is meant. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (len > NAME_LENGTH_MAX || name[0] == '.') {
		return false;
	}
	for (const char *at = name; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && strchr("-_.", *at) == NULL) {
			return false;
		}
	}
	return true;
}

static int refuse_event(const char *word, size_t len, struct err *err)
{
	g_autoptr(GString) known = g_string_new(NULL);

	for (int i = 0; i < HOOK_EVENT_NR; i++) {
		g_string_append_printf(known, "%s%s", i == 0 ? "" : ", ", hook_event_names[i]);
	}
	return err_set(err, ERR_INVALID,
		       "hook: there is no event \"%.*s\"; write EVENT=NAME with %s",
		       (int)MIN(len, NAME_LENGTH_MAX), word, known->str);
}

const char *hook_set_word(const char *word, enum hook_event *event, struct err *err)
{
	size_t len = strcspn(word, "=");

	for (int i = 0; i < HOOK_EVENT_NR; i++) {
		if (strlen(hook_event_names[i]) != len ||
		    strncmp(word, hook_event_names[i], len) != 0) {
			continue;
		}
		if (word[len] != '=') {
			err_set(err, ERR_INVALID,
				"hook: which one at %s is missing: write %s=NAME, a file in "
				"hooks_dir",
				word, word);
			return NULL;
		}
		if (!is_name(word + len + 1)) {
			err_set(err, ERR_INVALID,
				"hook: \"%.64s\" is no name of a hook: letters, digits, \"-\", "
				"\"_\" and \".\" only, a file in hooks_dir",
				word + len + 1);
			return NULL;
		}
		*event = (enum hook_event)i;
		return word + len + 1;
	}
	(void)refuse_event(word, len, err);
	return NULL;
}

/* Where the name for the event begins, and how long it is. */
static const char *find(const char *set, enum hook_event event, size_t *len)
{
	size_t prefix = strlen(hook_event_names[event]);

	for (const char *at = set; at != NULL && *at != '\0';) {
		size_t word = strcspn(at, " ");

		if (word > prefix && at[prefix] == '=' &&
		    strncmp(at, hook_event_names[event], prefix) == 0) {
			*len = word - prefix - 1;
			return at + prefix + 1;
		}
		at += word + strspn(at + word, " ");
	}
	return NULL;
}

char *hook_set_get(const char *set, enum hook_event event)
{
	size_t len = 0;
	const char *name = find(set, event, &len);

	return name == NULL ? NULL : g_strndup(name, len);
}

bool hook_set_has(const char *set, enum hook_event event)
{
	size_t len = 0;

	return find(set, event, &len) != NULL;
}

int hook_set_put(char **set, const char *word, struct err *err)
{
	g_autoptr(GString) out = g_string_new(NULL);
	enum hook_event event = HOOK_EVENT_NR;
	const char *name = hook_set_word(word, &event, err);

	if (name == NULL) {
		return -1;
	}
	for (int i = 0; i < HOOK_EVENT_NR; i++) {
		g_autofree char *kept = hook_set_get(*set, (enum hook_event)i);
		const char *value = i == (int)event ? name : kept;

		if (value != NULL && value[0] != '\0') {
			g_string_append_printf(out, "%s%s=%s", out->len > 0 ? " " : "",
					       hook_event_names[i], value);
		}
	}
	g_free(*set);
	*set = g_string_free(g_steal_pointer(&out), FALSE);
	return 0;
}
