/*
 * hook_call - what the files of this layer share. Not for other layers: hook.h.
 */
#ifndef HOOK_CALL_H
#define HOOK_CALL_H

#include <glib.h>
#include <jansson.h>

#include "hook.h"

struct hook_call {
	char *dir;
	char *name;
	GPtrArray *env; /* texts, NULL-terminated */
	json_t *facts;  /* the object that it reads */
	int64_t until_ms;
	int64_t limit_ms;
};

#endif /* HOOK_CALL_H */
