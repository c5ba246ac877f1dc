#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

const char *const err_code_names[ERR_CODE_NR] = {
	[ERR_NONE] = "none",
	[ERR_INVALID] = "invalid",
	[ERR_NOT_FOUND] = "not_found",
	[ERR_CONFLICT] = "conflict",
	[ERR_DENIED] = "denied",
	[ERR_BUSY] = "busy",
	[ERR_TIMEOUT] = "timeout",
	[ERR_CANCELLED] = "cancelled",
	[ERR_UNREACHABLE] = "unreachable",
	[ERR_UNKNOWN_OUTCOME] = "unknown_outcome",
	[ERR_DB] = "db",
	[ERR_STORE] = "store",
	[ERR_SYSTEM] = "system",
	[ERR_PROTOCOL] = "protocol",
};

static int fill(struct err *err, enum err_code code, int native, const char *fmt, va_list ap)
	PRINTF_LIKE(4, 0);

static int fill(struct err *err, enum err_code code, int native, const char *fmt, va_list ap)
{
	char msg[ERR_MSG_MAX]; /* an argument may be the old err->msg */

	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	err->code = code;
	err->native = native;
	g_strlcpy(err->msg, msg, sizeof(err->msg));
	return -1;
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fill(err, code, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_native(struct err *err, enum err_code code, int native, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fill(err, code, native, fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_errno(struct err *err, int number, const char *fmt, ...)
{
	char subject[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(subject, sizeof(subject), fmt, ap);
	va_end(ap);
	return err_set_native(err, ERR_SYSTEM, number, "%s: %s", subject, g_strerror(number));
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char subject[ERR_MSG_MAX];
	g_autofree char *joined = NULL;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(subject, sizeof(subject), fmt, ap);
	va_end(ap);
	joined = g_strdup_printf("%s: %s", subject, err->msg);
	g_strlcpy(err->msg, joined, sizeof(err->msg));
	return -1;
}

enum err_code err_code_parse(const char *name)
{
	for (size_t i = 0; i < ERR_CODE_NR; i++) {
		if (strcmp(name, err_code_names[i]) == 0) {
			return (enum err_code)i;
		}
	}
	return ERR_PROTOCOL;
}

void err_check_failed(const char *file, int line, const char *cond)
{
	(void)fprintf(stderr, "%s:%d: CHECK(%s) failed\n", file, line, cond);
	abort();
}
