/*
 * Any text is refused with a position or selects without harm; what it selects does not
 * depend on what it was asked before. Reaches daemon/plan/selector.c.
 */
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *label(const void *labels, const char *key)
{
	return strcmp(key, "tier") == 0 ? labels : NULL;
}

static void match(struct selector *selector)
{
	static const struct selector_subject subjects[] = {
		{ .name = "acme", .server = "db1", .schema = "client_acme", .version = "0007" },
		{ .name = "caf\xc3\xa9",
		  .server = "db2",
		  .schema = "caf\xc3",
		  .label = label,
		  .labels = "gold",
		  .server_labels = "free" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		bool selected = selector_match(selector, &subjects[i]);

		CHECK(selected || !selector_is_all(selector));
		CHECK(selected == selector_match(selector, &subjects[i]));
	}
	(void)selector_unmatched(selector);
	(void)selector_unknown_label(selector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	struct err err = { 0 };
	SCOPED_PTR(selector) selector = selector_parse(text, &err);

	if (selector == NULL) {
		CHECK(err.code == ERR_INVALID && err.msg[0] != '\0');
		return 0;
	}
	match(selector);
	return 0;
}
