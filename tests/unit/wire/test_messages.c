#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "wire_types.h"

static size_t kind_size(const struct wire_field *field)
{
	switch (field->kind) {
	case WIRE_TEXT:
		return sizeof(char *);
	case WIRE_INT:
		return sizeof(int64_t);
	case WIRE_REAL:
	case WIRE_MAYBE:
		return sizeof(double);
	case WIRE_BOOL:
		return sizeof(bool);
	case WIRE_TEXTS:
		return sizeof(struct wire_texts);
	case WIRE_LABELS:
		return sizeof(struct wire_labels);
	case WIRE_OBJECT:
		return field->type->size;
	case WIRE_LIST:
		return sizeof(struct wire_list);
	}
	abort();
}

/* A member that no row names would never be sent: the rows must fill the struct. */
static void the_rows_cover_every_member(void **state)
{
	(void)state;
	for (size_t i = 0; wire_types[i] != NULL; i++) {
		size_t at = 0;

		for (const struct wire_field *field = wire_types[i]->fields; field->name != NULL;
		     field++) {
			assert_true(field->offset >= at);
			if (field->offset - at >= sizeof(int64_t)) { /* more than padding */
				fail_msg("%s: no row names the member before %s",
					 wire_types[i]->name, field->name);
			}
			at = field->offset + kind_size(field);
		}
		assert_true(wire_types[i]->size - at < sizeof(int64_t));
	}
}

static void names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; wire_types[i] != NULL; i++) {
		for (size_t k = i + 1; wire_types[k] != NULL; k++) {
			assert_string_not_equal(wire_types[i]->name, wire_types[k]->name);
		}
		for (const struct wire_field *a = wire_types[i]->fields; a->name != NULL; a++) {
			for (const struct wire_field *b = a + 1; b->name != NULL; b++) {
				assert_string_not_equal(a->name, b->name);
			}
		}
	}
}

/* Every type survives encode and decode when it is empty, and owns nothing then. */
static void empty_messages_come_back_empty(void **state)
{
	(void)state;
	for (size_t i = 0; wire_types[i] != NULL; i++) {
		const struct wire_type *type = wire_types[i];
		g_autofree char *object = g_malloc0(type->size);
		g_autofree char *empty = g_malloc0(type->size);
		g_autofree char *text = wire_encode(type, object);
		struct err err;

		assert_int_equal(wire_decode(type, object, text, strlen(text), false, &err), 0);
		assert_memory_equal(object, empty, type->size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_cover_every_member),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(empty_messages_come_back_empty),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
