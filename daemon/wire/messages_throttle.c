#include "wire_fields.h"

/* clang-format off */

/*      message      member      required in a request, and the type of what is inside */

static const struct wire_field slots_fields[] = {
	INT(    wire_slots, now, false ),
	INT(    wire_slots, max, false ),
	{ 0 },
};
const struct wire_type wire_slots_type = TYPE(slots);

static const struct wire_field tokens_fields[] = {
	INT(    wire_tokens, now,     false ),
	INT(    wire_tokens, max,     false ),
	INT(    wire_tokens, running, false ),
	{ 0 },
};
const struct wire_type wire_tokens_type = TYPE(tokens);

static const struct wire_field signal_fields[] = {
	TEXT(   wire_signal, name,          false ),
	MAYBE(  wire_signal, value,         false ),
	BOOL(   wire_signal, infinite,      false ),
	MAYBE(  wire_signal, soft,          false ),
	MAYBE(  wire_signal, hard,          false ),
	MAYBE(  wire_signal, critical,      false ),
	MAYBE(  wire_signal, age_s,         false ),
	TEXT(   wire_signal, unit,          false ),
	TEXT(   wire_signal, state,         false ),
	TEXT(   wire_signal, consequence,   false ),
	TEXT(   wire_signal, problem,       false ),
	TEXT(   wire_signal, source,        false ),
	TEXT(   wire_signal, exempt_until,  false ),
	TEXT(   wire_signal, exempt_reason, false ),
	{ 0 },
};
const struct wire_type wire_signal_type = TYPE(signal);

static const struct wire_field paused_fields[] = {
	TEXT(   wire_paused, reason,   false ),
	REAL(   wire_paused, paused_s, false ),
	{ 0 },
};
const struct wire_type wire_paused_type = TYPE(paused);

static const struct wire_field order_fields[] = {
	TEXT(   wire_order, by,     false ),
	TEXT(   wire_order, reason, false ),
	TEXT(   wire_order, until,  false ),
	{ 0 },
};
const struct wire_type wire_order_type = TYPE(order);

static const struct wire_field throttle_fields[] = {
	TEXT(   wire_throttle, server,      false ),
	TEXT(   wire_throttle, state,       false ),
	TEXT(   wire_throttle, reason,      false ),
	TEXT(   wire_throttle, since,       false ),
	OBJECT( wire_throttle, slots,       false, wire_slots ),
	LIST(   wire_throttle, signals,     false, wire_signal ),
	REAL(   wire_throttle, paused_s,    false ),
	LIST(   wire_throttle, paused,      false, wire_paused ),
	OBJECT( wire_throttle, hold,        false, wire_order ),
	REAL(   wire_throttle, ratio,       false ),
	TEXT(   wire_throttle, ratio_until, false ),
	INT(    wire_throttle, running,     false ),
	OBJECT( wire_throttle, rebuilds,    false, wire_tokens ),
	OBJECT( wire_throttle, chunks,      false, wire_tokens ),
	BOOL(   wire_throttle, sampled,     false ),
	INT(    wire_throttle, period_ms,   false ),
	{ 0 },
};
const struct wire_type wire_throttle_type = TYPE(throttle);

static const struct wire_field label_limit_fields[] = {
	TEXT(   wire_label_limit, label,   false ),
	INT(    wire_label_limit, running, false ),
	INT(    wire_label_limit, now,     false ),
	{ 0 },
};
const struct wire_type wire_label_limit_type = TYPE(label_limit);

static const struct wire_field check_fields[] = {
	{ "StatusCode", WIRE_INT,   AT(wire_check, status, int64_t),   false, NULL },
	{ "Value",      WIRE_MAYBE, AT(wire_check, value, double),     false, NULL },
	{ "Threshold",  WIRE_MAYBE, AT(wire_check, threshold, double), false, NULL },
	{ "Message",    WIRE_TEXT,  AT(wire_check, message, char *),   false, NULL },
	{ 0 },
};
const struct wire_type wire_check_type = TYPE(check);

static const struct wire_field throttle_set_fields[] = {
	TEXT(   wire_throttle_set, signal, true  ),
	TEXTS(  wire_throttle_set, set,    false ),
	TEXT(   wire_throttle_set, reason, false ),
	{ 0 },
};
const struct wire_type wire_throttle_set_type = TYPE(throttle_set);

static const struct wire_field label_limit_set_fields[] = {
	TEXT(   wire_label_limit_set, label,   true  ),
	INT(    wire_label_limit_set, running, true  ),
	TEXT(   wire_label_limit_set, reason,  false ),
	{ 0 },
};
const struct wire_type wire_label_limit_set_type = TYPE(label_limit_set);

static const struct wire_field throttle_verb_fields[] = {
	TEXT(   wire_throttle_verb, signal, false ),
	REAL(   wire_throttle_verb, ratio,  false ),
	INT(    wire_throttle_verb, for_ms, false ),
	TEXT(   wire_throttle_verb, reason, false ),
	{ 0 },
};
const struct wire_type wire_throttle_verb_type = TYPE(throttle_verb);

/* clang-format on */
