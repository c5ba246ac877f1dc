#include "wire_fields.h"

/* clang-format off */

/*      message      member      required in a request, and the type of what is inside */

static const struct wire_field log_fields[] = {
	INT(    wire_log, id,          false ),
	TEXT(   wire_log, at,          false ),
	TEXT(   wire_log, actor,       false ),
	TEXT(   wire_log, kind,        false ),
	TEXT(   wire_log, state,       false ),
	TEXT(   wire_log, text,        false ),
	TEXT(   wire_log, output,      false ),
	INT(    wire_log, output_lost, false ),
	{ 0 },
};
const struct wire_type wire_log_type = TYPE(log);

/* clang-format on */
