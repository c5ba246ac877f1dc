/*
 * conf_key - the table of settings, and what a value of each kind may be.
 *
 * A value comes in as text, whatever its kind, and goes out as the text that stands in
 * musterd.conf. Reading files and reporting is conf.h. Loop thread only.
 */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

enum conf_kind {
	CONF_PATH,
	CONF_GROUP,
	CONF_LEVEL,
	CONF_SWITCH,
	CONF_DDL,
	CONF_INT,
	CONF_DURATION,
	CONF_BUDGET,
	CONF_NAMES,
	CONF_ROUTES,
	CONF_HOOKS,
	CONF_LOOPBACK,
};

struct conf_key {
	const char *name;
	enum conf_kind kind;
	size_t offset;
	const char *text; /* the default; names apart by spaces */
	int64_t min;      /* length of a path, value of a number, ms of a duration */
	int64_t max;
	bool reloadable;
	const char *help; /* a sentence per line */
};

extern const struct conf_key conf_keys[]; /* ends with a NULL name */

/* Put the default of every key into an empty conf. */
void conf_key_defaults(struct conf *conf);

/*
 * Put the value into conf. ERR_INVALID in a sentence without file and line; the
 * field is then as it was.
 */
NODISCARD int conf_key_set(const struct conf_key *key, struct conf *conf, const char *text,
			   struct err *err);

/* As conf_key_set, of a CONF_NAMES, CONF_ROUTES or CONF_HOOKS key. Takes names. */
NODISCARD int conf_key_set_names(const struct conf_key *key, struct conf *conf, char **names,
				 struct err *err);

/* "running" must be a number: the value is of another kind. Always -1. */
int conf_key_refuse(const struct conf_key *key, struct err *err);

/* The key of that name. NULL and ERR_INVALID, with the key that was meant, when there is none. */
const struct conf_key *conf_key_get(const char *name, struct err *err);

/* The value as it stands in musterd.conf: 32, "60s", [ "alice" ]. Owned. */
char *conf_key_format(const struct conf_key *key, struct conf *conf);

/* What a value may be: "a number from 1 to 1024". Owned. */
char *conf_key_limits(const struct conf_key *key);

/* Exchange the value of two confs. */
void conf_key_swap(const struct conf_key *key, struct conf *a, struct conf *b);

#endif /* CONF_KEY_H */
