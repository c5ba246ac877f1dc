#include "labels.h"

#include <string.h>

#include <glib.h>

#include "name.h"
#include "store_rows.h"
#include "wire.h"

static void label_remove(struct store_labels *labels, const char *key)
{
	for (size_t i = 0; i < labels->nr; i++) {
		if (strcmp(labels->labels[i].key, key) == 0) {
			g_free(labels->labels[i].key);
			g_free(labels->labels[i].value);
			labels->nr--;
			memmove(&labels->labels[i], &labels->labels[i + 1],
				(labels->nr - i) * sizeof(labels->labels[0]));
			return;
		}
	}
}

bool labels_merge(struct store_labels *labels, const struct wire_labels *asked)
{
	bool changed = false;

	for (size_t i = 0; i < asked->nr; i++) {
		const char *key = asked->labels[i].key;
		const char *value = asked->labels[i].value;
		const char *now = store_labels_find(labels, key);

		if (value[0] == '\0' && now != NULL) {
			label_remove(labels, key);
			changed = true;
		} else if (value[0] != '\0' && g_strcmp0(now, value) != 0) {
			store_labels_put(labels, key, value);
			changed = true;
		}
	}
	return changed;
}

int label_set(struct store_labels *labels, const char *key, const char *value, struct err *err)
{
	struct wire_labels one = { 0 };
	int rc;

	wire_labels_put(&one, key, value);
	rc = name_check_labels(&one, err);
	if (rc == 0) {
		(void)labels_merge(labels, &one);
	}
	g_free(one.labels[0].key);
	g_free(one.labels[0].value);
	g_free(one.labels);
	return rc;
}

int label_check(const char *label, struct err *err)
{
	struct store_labels none = { 0 };
	g_autofree char *key = NULL;
	g_autofree char *value = NULL;
	int rc;

	if (name_cut(label, &key, &value, err) < 0) {
		return -1;
	}
	if (value[0] == '\0') {
		return err_set(err, ERR_INVALID, "label \"%.128s\" has no value", label);
	}
	rc = label_set(&none, key, value, err);
	store_labels_release(&none);
	return rc;
}

char *texts_join(const char *verb, const struct wire_texts *texts)
{
	GString *out = g_string_new(verb);

	for (size_t i = 0; i < texts->nr; i++) {
		g_string_append_printf(out, "%s%s", i == 0 ? " " : ", ", texts->texts[i]);
	}
	return g_string_free(out, FALSE);
}
