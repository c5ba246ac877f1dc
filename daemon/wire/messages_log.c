#include "wire_fields.h"

/* clang-format off */

/*      message      member      required in a request, and the type of what is inside */

static const struct wire_field event_fields[] = {
	INT(    wire_event, id,     false ),
	TEXT(   wire_event, at,     false ),
	INT(    wire_event, uid,    false ),
	TEXT(   wire_event, actor,  false ),
	TEXT(   wire_event, kind,   false ),
	TEXT(   wire_event, object, false ),
	TEXT(   wire_event, state,  false ),
	TEXT(   wire_event, text,   false ),
	TEXT(   wire_event, output, false ),
	{ 0 },
};
const struct wire_type wire_event_type = TYPE(event);

static const struct wire_field event_page_fields[] = {
	LIST(   wire_event_page, items, false, wire_event ),
	INT(    wire_event_page, last,  false ),
	{ 0 },
};
const struct wire_type wire_event_page_type = TYPE(event_page);

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
