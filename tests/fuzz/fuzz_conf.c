/*
 * A text is refused in words or gives a configuration in which every value is written
 * back and read again as the same. Reaches daemon/conf/conf.c and conf_key.c.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "conf.h"
#include "conf_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *context, const struct conf_change *change)
{
	(void)context;
	(void)change;
}

/* The file that says what conf says. Owned. */
static char *write_back(struct conf *conf)
{
	g_autoptr(GString) out = g_string_new("");

	for (const struct conf_key *key = conf_keys; key->name != NULL; key++) {
		g_autofree char *value = conf_key_format(key, conf);

		g_string_append_printf(out, "%s = %s;\n", key->name, value);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *written = NULL;
	SCOPED(conf) conf = { 0 };
	SCOPED(conf) again = { 0 };
	struct err err = { 0 };

	if (strstr(text, "@include") != NULL) {
		return 0; /* would read files of this machine */
	}
	if (conf_parse(&conf, text, "fuzz.conf", &err) < 0) {
		CHECK(err.code == ERR_INVALID && g_str_has_prefix(err.msg, "fuzz.conf:"));
		CHECK(conf.data_dir == NULL);
		return 0;
	}
	written = write_back(&conf);
	CHECK(conf_parse(&again, written, "again.conf", &err) == 0);
	CHECK(conf_reload(&conf, &again, count, NULL) == 0);
	return 0;
}
