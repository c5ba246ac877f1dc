#include "wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <jansson.h>

/* What the operator reads when a field is of another kind. */
static const char *const kind_words[] = {
	[WIRE_TEXT] = "a text",
	[WIRE_INT] = "a whole number",
	[WIRE_REAL] = "a number",
	[WIRE_MAYBE] = "a number or null",
	[WIRE_BOOL] = "true or false",
	[WIRE_TEXTS] = "a list of texts",
	[WIRE_LABELS] = "an object of texts",
	[WIRE_OBJECT] = "an object",
	[WIRE_LIST] = "a list of objects",
};

/* The member of object that a field describes; the tables check the types. */
static void *member(const struct wire_field *field, void *object)
{
	return (char *)object + field->offset;
}

static const void *member_const(const struct wire_field *field, const void *object)
{
	return (const char *)object + field->offset;
}

/* ---- growing: room for 1, 2, 4, … items, told by the number alone ------------------ */

static void *grown(void *items, size_t nr, size_t size)
{
	if ((nr & (nr - 1)) != 0) {
		return items;
	}
	return g_realloc_n(items, nr == 0 ? 1 : nr * 2, size);
}

void *wire_list_add(const struct wire_type *type, struct wire_list *list)
{
	char *item;

	list->items = grown(list->items, list->nr, type->size);
	item = (char *)list->items + list->nr * type->size;
	memset(item, 0, type->size);
	list->nr++;
	return item;
}

void wire_texts_add(struct wire_texts *texts, const char *text)
{
	texts->texts = grown(texts->texts, texts->nr, sizeof(*texts->texts));
	texts->texts[texts->nr++] = g_strdup(text);
}

void wire_labels_put(struct wire_labels *labels, const char *key, const char *value)
{
	for (size_t i = 0; i < labels->nr; i++) {
		if (strcmp(labels->labels[i].key, key) == 0) {
			g_free(labels->labels[i].value);
			labels->labels[i].value = g_strdup(value);
			return;
		}
	}
	labels->labels = grown(labels->labels, labels->nr, sizeof(*labels->labels));
	labels->labels[labels->nr++] =
		(struct wire_label){ .key = g_strdup(key), .value = g_strdup(value) };
}

/* ---- release ----------------------------------------------------------------------- */

static void texts_release(struct wire_texts *texts)
{
	for (size_t i = 0; i < texts->nr; i++) {
		g_free(texts->texts[i]);
	}
	g_free(texts->texts);
}

static void labels_release(struct wire_labels *labels)
{
	for (size_t i = 0; i < labels->nr; i++) {
		g_free(labels->labels[i].key);
		g_free(labels->labels[i].value);
	}
	g_free(labels->labels);
}

static void field_release(const struct wire_field *field, void *value)
{
	switch (field->kind) {
	case WIRE_TEXT:
		g_free(*(char **)value);
		return;
	case WIRE_TEXTS:
		texts_release(value);
		return;
	case WIRE_LABELS:
		labels_release(value);
		return;
	case WIRE_OBJECT:
		wire_release(field->type, value);
		return;
	case WIRE_LIST:
		wire_list_release(field->type, value);
		return;
	case WIRE_INT:
	case WIRE_REAL:
	case WIRE_MAYBE:
	case WIRE_BOOL:
		return;
	}
	abort();
}

void wire_release(const struct wire_type *type, void *object)
{
	for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
		field_release(field, member(field, object));
	}
	memset(object, 0, type->size);
}

void wire_list_release(const struct wire_type *type, struct wire_list *list)
{
	for (size_t i = 0; i < list->nr; i++) {
		wire_release(type, (char *)list->items + i * type->size);
	}
	g_free(list->items);
	*list = (struct wire_list){ 0 };
}

/* ---- encode: straight into text, there is nothing in it that can fail -------------- */

static void put_object(GString *out, const struct wire_type *type, const void *object);

static void put_text(GString *out, const char *text)
{
	g_autofree char *valid = NULL;
	const char *run;

	if (text == NULL) {
		g_string_append(out, "null");
		return;
	}
	if (!g_utf8_validate(text, -1, NULL)) { /* a server's message may be in any charset */
		valid = g_utf8_make_valid(text, -1);
		text = valid;
	}
	g_string_append_c(out, '"');
	for (run = text; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f) {
			continue;
		}
		g_string_append_len(out, run, text - run);
		run = text + 1;
		if (byte == '"' || byte == '\\') {
			g_string_append_c(out, '\\');
			g_string_append_c(out, (char)byte);
		} else {
			g_string_append_printf(out, "\\u%04x", byte);
		}
	}
	g_string_append_len(out, run, text - run);
	g_string_append_c(out, '"');
}

static void put_int(GString *out, int64_t value)
{
	char text[24];

	(void)g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT, value);
	g_string_append(out, text);
}

static void put_real(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value)) {
		g_string_append(out, "null");
		return;
	}
	g_ascii_dtostr(text, sizeof(text), value);
	g_string_append(out, text);
	if (strpbrk(text, ".e") == NULL) { /* a number that has a fraction keeps its kind */
		g_string_append(out, ".0");
	}
}

static void put_texts(GString *out, const struct wire_texts *texts)
{
	g_string_append_c(out, '[');
	for (size_t i = 0; i < texts->nr; i++) {
		if (i > 0) {
			g_string_append_c(out, ',');
		}
		put_text(out, texts->texts[i]);
	}
	g_string_append_c(out, ']');
}

static void put_labels(GString *out, const struct wire_labels *labels)
{
	g_string_append_c(out, '{');
	for (size_t i = 0; i < labels->nr; i++) {
		if (i > 0) {
			g_string_append_c(out, ',');
		}
		put_text(out, labels->labels[i].key);
		g_string_append_c(out, ':');
		put_text(out, labels->labels[i].value);
	}
	g_string_append_c(out, '}');
}

static void put_list(GString *out, const struct wire_type *type, const struct wire_list *list)
{
	g_string_append_c(out, '[');
	for (size_t i = 0; i < list->nr; i++) {
		if (i > 0) {
			g_string_append_c(out, ',');
		}
		put_object(out, type, (const char *)list->items + i * type->size);
	}
	g_string_append_c(out, ']');
}

/* An object inside another that has no first text is not there: a task without an error. */
static bool is_absent(const struct wire_field *field, const void *value)
{
	const struct wire_field *first = &field->type->fields[0];

	return first->kind == WIRE_TEXT && *(char *const *)member_const(first, value) == NULL;
}

static void put_value(GString *out, const struct wire_field *field, const void *value)
{
	switch (field->kind) {
	case WIRE_TEXT:
		put_text(out, *(char *const *)value);
		return;
	case WIRE_INT:
		put_int(out, *(const int64_t *)value);
		return;
	case WIRE_REAL:
	case WIRE_MAYBE:
		put_real(out, *(const double *)value);
		return;
	case WIRE_BOOL:
		g_string_append(out, *(const bool *)value ? "true" : "false");
		return;
	case WIRE_TEXTS:
		put_texts(out, value);
		return;
	case WIRE_LABELS:
		put_labels(out, value);
		return;
	case WIRE_OBJECT:
		if (is_absent(field, value)) {
			g_string_append(out, "null");
		} else {
			put_object(out, field->type, value);
		}
		return;
	case WIRE_LIST:
		put_list(out, field->type, value);
		return;
	}
	abort();
}

static void put_object(GString *out, const struct wire_type *type, const void *object)
{
	g_string_append_c(out, '{');
	for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
		if (field != type->fields) {
			g_string_append_c(out, ',');
		}
		g_string_append_c(out, '"');
		g_string_append(out, field->name);
		g_string_append_len(out, "\":", 2);
		put_value(out, field, member_const(field, object));
	}
	g_string_append_c(out, '}');
}

char *wire_encode(const struct wire_type *type, const void *object)
{
	GString *out = g_string_new(NULL);

	put_object(out, type, object);
	return g_string_free(out, FALSE);
}

char *wire_encode_list(const struct wire_type *type, const struct wire_list *list)
{
	GString *out = g_string_new(NULL);

	put_list(out, type, list);
	return g_string_free(out, FALSE);
}

/* ---- decode ------------------------------------------------------------------------ */

static int object_get(const struct wire_type *type, void *object, json_t *json, bool strict,
		      struct err *err);

static int wrong_kind(const struct wire_field *field, struct err *err)
{
	return err_set(err, ERR_INVALID, "field \"%s\" must be %s", field->name,
		       kind_words[field->kind]);
}

static int texts_get(const struct wire_field *field, struct wire_texts *texts, const json_t *json,
		     struct err *err)
{
	if (!json_is_array(json)) {
		return wrong_kind(field, err);
	}
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *item = json_array_get(json, i);

		if (!json_is_string(item)) {
			return wrong_kind(field, err);
		}
		wire_texts_add(texts, json_string_value(item));
	}
	return 0;
}

/* The keys of an object differ (JSON_REJECT_DUPLICATES), so none is looked for. */
static int labels_get(const struct wire_field *field, struct wire_labels *labels, json_t *json,
		      struct err *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(json)) {
		return wrong_kind(field, err);
	}
	json_object_foreach(json, key, value) {
		if (!json_is_string(value)) {
			return wrong_kind(field, err);
		}
		labels->labels = grown(labels->labels, labels->nr, sizeof(*labels->labels));
		labels->labels[labels->nr++] =
			(struct wire_label){ .key = g_strdup(key),
					     .value = g_strdup(json_string_value(value)) };
	}
	return 0;
}

static int list_get(const struct wire_type *type, struct wire_list *list, const json_t *json,
		    bool strict, struct err *err)
{
	for (size_t i = 0; i < json_array_size(json); i++) {
		json_t *item = json_array_get(json, i);

		if (object_get(type, wire_list_add(type, list), item, strict, err) < 0) {
			return err_prefix(err, "[%zu]", i);
		}
	}
	return 0;
}

static int list_field_get(const struct wire_field *field, struct wire_list *list,
			  const json_t *json, bool strict, struct err *err)
{
	if (!json_is_array(json)) {
		return wrong_kind(field, err);
	}
	return list_get(field->type, list, json, strict, err) < 0
		       ? err_prefix(err, "field \"%s\"", field->name)
		       : 0;
}

static int object_field_get(const struct wire_field *field, void *value, json_t *json, bool strict,
			    struct err *err)
{
	if (!json_is_object(json)) {
		return wrong_kind(field, err);
	}
	return object_get(field->type, value, json, strict, err) < 0
		       ? err_prefix(err, "field \"%s\"", field->name)
		       : 0;
}

static int scalar_get(const struct wire_field *field, void *value, const json_t *json,
		      struct err *err)
{
	if (field->kind == WIRE_TEXT && json_is_string(json)) {
		*(char **)value = g_strdup(json_string_value(json));
	} else if (field->kind == WIRE_INT && json_is_integer(json)) {
		*(int64_t *)value = json_integer_value(json);
	} else if ((field->kind == WIRE_REAL || field->kind == WIRE_MAYBE) &&
		   json_is_number(json)) {
		*(double *)value = json_number_value(json);
	} else if (field->kind == WIRE_BOOL && json_is_boolean(json)) {
		*(bool *)value = json_is_true(json);
	} else {
		return wrong_kind(field, err);
	}
	return 0;
}

static int field_get(const struct wire_field *field, void *value, json_t *json, bool strict,
		     struct err *err)
{
	if (json == NULL || json_is_null(json)) {
		if (strict && field->required) {
			return err_set(err, ERR_INVALID, "field \"%s\" is missing", field->name);
		}
		if (field->kind == WIRE_MAYBE) {
			*(double *)value = (double)NAN;
		}
		return 0;
	}
	switch (field->kind) {
	case WIRE_TEXTS:
		return texts_get(field, value, json, err);
	case WIRE_LABELS:
		return labels_get(field, value, json, err);
	case WIRE_OBJECT:
		return object_field_get(field, value, json, strict, err);
	case WIRE_LIST:
		return list_field_get(field, value, json, strict, err);
	case WIRE_TEXT:
	case WIRE_INT:
	case WIRE_REAL:
	case WIRE_MAYBE:
	case WIRE_BOOL:
		return scalar_get(field, value, json, err);
	}
	abort();
}

static const struct wire_field *field_find(const struct wire_type *type, const char *name)
{
	for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
		if (strcmp(field->name, name) == 0) {
			return field;
		}
	}
	return NULL;
}

static int unknown_refuse(const struct wire_type *type, json_t *json, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(json, key, value) {
		if (field_find(type, key) == NULL) {
			return err_set(err, ERR_INVALID, "there is no field \"%.64s\"", key);
		}
	}
	return 0;
}

static int object_get(const struct wire_type *type, void *object, json_t *json, bool strict,
		      struct err *err)
{
	if (!json_is_object(json)) {
		return err_set(err, ERR_INVALID, "must be an object");
	}
	if (strict && unknown_refuse(type, json, err) < 0) {
		return -1;
	}
	for (const struct wire_field *field = type->fields; field->name != NULL; field++) {
		json_t *value = json_object_get(json, field->name);

		if (field_get(field, member(field, object), value, strict, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static json_t *parse(const char *text, size_t len, struct err *err)
{
	json_error_t problem;
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &problem);

	if (json == NULL) {
		err_set(err, ERR_INVALID, "not JSON, line %d, column %d: %s", problem.line,
			problem.column,
			json_error_code(&problem) == json_error_null_character
				? "a text cannot hold \\u0000"
				: problem.text);
	}
	return json;
}

int wire_decode(const struct wire_type *type, void *object, const char *text, size_t len,
		bool strict, struct err *err)
{
	json_t *json = parse(text, len, err);
	int rc;

	if (json == NULL) {
		return err_prefix(err, "%s", type->name);
	}
	rc = object_get(type, object, json, strict, err);
	json_decref(json);
	if (rc < 0) {
		wire_release(type, object);
		return err_prefix(err, "%s", type->name);
	}
	return 0;
}

int wire_decode_list(const struct wire_type *type, struct wire_list *list, const char *text,
		     size_t len, struct err *err)
{
	json_t *json = parse(text, len, err);
	int rc;

	if (json == NULL) {
		return err_prefix(err, "list of %s", type->name);
	}
	rc = json_is_array(json) ? list_get(type, list, json, false, err)
				 : err_set(err, ERR_INVALID, "must be a list");
	json_decref(json);
	if (rc < 0) {
		wire_list_release(type, list);
		return err_prefix(err, "list of %s", type->name);
	}
	return 0;
}
