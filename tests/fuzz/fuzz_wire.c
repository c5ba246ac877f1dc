/*
 * The first byte chooses a message type, the rest is its JSON. What is accepted must come
 * back the same after encoding. Reaches daemon/wire/wire.c and messages.c.
 */
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "wire_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct wire_type *type, const void *object)
{
	g_autofree char *first = wire_encode(type, object);
	g_autofree char *second = NULL;
	g_autofree void *back = g_malloc0(type->size);
	struct err err;

	CHECK(wire_decode(type, back, first, strlen(first), false, &err) == 0);
	second = wire_encode(type, back);
	CHECK(strcmp(first, second) == 0);
	wire_release(type, back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wire_type *type;
	size_t nr = 0;

	if (size == 0) {
		return 0;
	}
	while (wire_types[nr] != NULL) {
		nr++;
	}
	type = wire_types[data[0] / 2 % nr];
	{
		g_autofree void *object = g_malloc0(type->size);
		bool strict = data[0] % 2 == 1;
		struct err err;

		if (wire_decode(type, object, (const char *)data + 1, size - 1, strict, &err) ==
		    0) {
			round_trip(type, object);
			wire_release(type, object);
		} else {
			CHECK(err.code == ERR_INVALID && err.msg[0] != '\0');
		}
	}
	return 0;
}
