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
		if (strlen(params->name) == len && strncmp(params->name, name, len) == 0) {
			return params;
		}
	}
	return NULL;
}

static void append_value(GString *sql, const struct db_session *session,
			 const struct tenant_param *param)
{
	if (param->text != NULL) {
		g_autofree char *quoted = db_quote(session, param->text);

		g_string_append(sql, quoted);
	} else {
		g_string_append_printf(sql, "%" PRIu64, param->number);
	}
}

char *tenant_text(const struct db_session *session, enum tenant_sql id,
		  const struct tenant_param *params)
{
	const char *text = skip_comment(tenant_sql_texts[id].text);
	GString *sql = g_string_sized_new(strlen(text) + 512);

	while (*text != '\0') {
		size_t len = *text == ':' ? name_length(text + 1) : 0;

		if (len > 0) {
			const struct tenant_param *param = find(params, text + 1, len);

			CHECK(param != NULL);
			append_value(sql, session, param);
			text += len + 1;
		} else {
			g_string_append_c(sql, *text++);
		}
	}
	while (sql->len > 0 && isspace((unsigned char)sql->str[sql->len - 1])) {
		g_string_truncate(sql, sql->len - 1);
	}
	return g_string_free(sql, FALSE);
}
