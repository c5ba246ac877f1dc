#include "tenant_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "db.h"
#include "err.h"

static const char *skip_comment(const char *text)
{
	while (g_str_has_prefix(text, "--")) {
		const char *end = strchr(text, '\n');

		text = end == NULL ? text + strlen(text) : end + 1;
	}
	return text;
}

static size_t name_length(const char *text)
{
	size_t len = 0;

	while (islower((unsigned char)text[len]) || text[len] == '_') {
		len++;
	}
	return len;
}

static const struct tenant_param *find(const struct tenant_param *params, const char *name,
				       size_t len)
{
	for (; params != NULL && params->name != NULL; params++) {
		if (strncmp(params->name, name, len) == 0 && params->name[len] == '\0') {
			return params;
		}
	}
	return NULL;
}

static void append_value(GString *sql, const struct db_session *session,
			 const struct tenant_param *param)
{
	char digits[24];

	if (param->text != NULL) {
		g_autofree char *quoted = db_quote(session, param->text);

		g_string_append(sql, quoted);
	} else {
		(void)g_snprintf(digits, sizeof(digits), "%" PRIu64, param->number);
		g_string_append(sql, digits);
	}
}

char *tenant_text(const struct db_session *session, enum tenant_sql id,
		  const struct tenant_param *params)
{
	const char *text = skip_comment(tenant_sql_texts[id].text);
	GString *sql = g_string_sized_new(strlen(text) + 512);

	for (const char *colon = strchr(text, ':'); colon != NULL; colon = strchr(text, ':')) {
		size_t len = name_length(colon + 1);
		const struct tenant_param *param = find(params, colon + 1, len);

		CHECK(len == 0 || param != NULL);
		g_string_append_len(sql, text, colon - text + (len == 0));
		if (len > 0) {
			append_value(sql, session, param);
		}
		text = colon + 1 + len;
	}
	g_string_append(sql, text);
	while (sql->len > 0 && isspace((unsigned char)sql->str[sql->len - 1])) {
		g_string_truncate(sql, sql->len - 1);
	}
	return g_string_free(sql, FALSE);
}

char *tenant_hex(const char *text)
{
	GString *hex = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		g_string_append_printf(hex, "%02x", (unsigned char)*text);
	}
	return g_string_free(hex, FALSE);
}
