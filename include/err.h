/*
 * err - an error is a value that ends in a sentence for the operator.
 *
 * A function that can fail returns 0 or -1 (or a pointer or NULL), takes
 * struct err * as its last parameter (never NULL) and writes it only when it fails. It
 * returns an error or logs it, never both. The code answers one question: what
 * may the caller do next? The message never holds a password or a client's data.
 *
 * Any thread; a plain value, copy it freely.
 */
#ifndef ERR_H
#define ERR_H

#include "scope.h"

#define ERR_MSG_MAX 512

enum err_code { /* what the caller should do, not where it happened */
		ERR_NONE,
		ERR_INVALID, /* the request is wrong; do not repeat it */
		ERR_NOT_FOUND,
		ERR_CONFLICT, /* right request, wrong moment */
		ERR_DENIED,
		ERR_BUSY, /* a limit is reached; try later */
		ERR_TIMEOUT,
		ERR_CANCELLED,
		ERR_UNREACHABLE,     /* nothing was sent, safe to repeat */
		ERR_UNKNOWN_OUTCOME, /* the link broke with a statement in flight: look first */
		ERR_DB,              /* the tenant's server refused; native is its number */
		ERR_STORE,           /* SQLite failed; native is the extended code */
		ERR_SYSTEM,          /* native is errno */
		ERR_PROTOCOL,
		ERR_CODE_NR,
};

/* The text of a code on the wire: "invalid", "not_found", … */
extern const char *const err_code_names[ERR_CODE_NR];

struct err {
	enum err_code code;
	int native;
	char msg[ERR_MSG_MAX];
};

/* Fill *err; native becomes 0. A message that is too long is cut. Always -1. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As err_set, with the number the server or the library gave. */
int err_set_native(struct err *err, enum err_code code, int native, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* ERR_SYSTEM from errno: "open /x: No such file or directory". Always -1. */
int err_set_errno(struct err *err, int number, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put "fmt: " in front of the message. Always -1. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The code with this name; ERR_PROTOCOL when there is none. */
enum err_code err_code_parse(const char *name);

/*
 * A broken promise between our own functions. Stays on in release builds: a
 * program that alters customers' schemas stops rather than going on wrongly.
 * Never used on data from outside.
 */
#define CHECK(cond) ((cond) ? (void)0 : err_check_failed(__FILE__, __LINE__, #cond))

void err_check_failed(const char *file, int line, const char *cond) __attribute__((noreturn));

#endif /* ERR_H */
