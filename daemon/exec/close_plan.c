#include "close_plan.h"

#include <string.h>

#include "states.h"

#define HEADER "muster-write-mode 1"

enum { FIELDS_METHOD = 2, FIELDS_SEEN = 4, FIELDS_ITEM = 7 };

const char *const close_method_names[CLOSE_METHOD_NR] = {
	[CLOSE_PRIVILEGES] = "privileges",
	[CLOSE_TRIGGERS] = "triggers",
	[CLOSE_SCHEMA] = "schema",
	[CLOSE_HOOK] = "hook",
};

const char *const close_kind_names[CLOSE_KIND_NR] = {
	[CLOSE_DATABASE] = "database", [CLOSE_SHADOW] = "shadow", [CLOSE_PARTIAL] = "partial",
	[CLOSE_TABLE] = "table",       [CLOSE_COLUMN] = "column", [CLOSE_ROUTINE] = "routine",
	[CLOSE_TRIGGER] = "trigger",
};

/* clang-format off */
const struct close_privilege close_privileges[] = {
	/* in GRANT                   column in mysql.db        in a set                   taken  MariaDB */
	{ "SELECT",                  "Select_priv",           "Select",                  false, false },
	{ "INSERT",                  "Insert_priv",           "Insert",                  true,  false },
	{ "UPDATE",                  "Update_priv",           "Update",                  true,  false },
	{ "DELETE",                  "Delete_priv",           "Delete",                  true,  false },
	{ "CREATE",                  "Create_priv",           "Create",                  true,  false },
	{ "DROP",                    "Drop_priv",             "Drop",                    true,  false },
	{ "REFERENCES",              "References_priv",       "References",              false, false },
	{ "INDEX",                   "Index_priv",            "Index",                   true,  false },
	{ "ALTER",                   "Alter_priv",            "Alter",                   true,  false },
	{ "CREATE TEMPORARY TABLES", "Create_tmp_table_priv", NULL,                      false, false },
	{ "LOCK TABLES",             "Lock_tables_priv",      NULL,                      false, false },
	{ "CREATE VIEW",             "Create_view_priv",      "Create View",             true,  false },
	{ "SHOW VIEW",               "Show_view_priv",        "Show view",               false, false },
	{ "CREATE ROUTINE",          "Create_routine_priv",   NULL,                      true,  false },
	{ "ALTER ROUTINE",           "Alter_routine_priv",    "Alter Routine",           true,  false },
	{ "EXECUTE",                 "Execute_priv",          "Execute",                 false, false },
	{ "EVENT",                   "Event_priv",            NULL,                      true,  false },
	{ "TRIGGER",                 "Trigger_priv",          "Trigger",                 true,  false },
	{ "DELETE HISTORY",          "Delete_history_priv",   "Delete versioning rows",  true,  true  },
	{ .name = NULL },
};

/* clang-format on */

/* ---- the struct ---------------------------------------------------------------------- */

static void item_free(void *data)
{
	struct close_item *item = data;

	g_free(item->user);
	g_free(item->host);
	g_free(item->object);
	g_free(item->part);
	g_free(item->takes);
	g_free(item->lends);
	g_free(item);
}

static void seen_free(void *data)
{
	struct close_seen *seen = data;

	g_free(seen->user);
	g_free(seen->host);
	g_free(seen->digest);
	g_free(seen);
}

void close_plan_release(struct close_plan *plan)
{
	g_clear_pointer(&plan->items, g_ptr_array_unref);
	g_clear_pointer(&plan->seen, g_ptr_array_unref);
	*plan = (struct close_plan){ 0 };
}

struct close_item *close_plan_add(struct close_plan *plan, enum close_kind kind, const char *user,
				  const char *host)
{
	struct close_item *item = g_new0(struct close_item, 1);

	if (plan->items == NULL) {
		plan->items = g_ptr_array_new_with_free_func(item_free);
	}
	*item = (struct close_item){
		.kind = kind,
		.user = g_strdup(user),
		.host = g_strdup(host),
		.object = g_strdup(""),
		.part = g_strdup(""),
		.takes = g_strdup(""),
		.lends = g_strdup(""),
	};
	g_ptr_array_add(plan->items, item);
	return item;
}

void close_plan_saw(struct close_plan *plan, const char *user, const char *host, const char *digest)
{
	struct close_seen *seen = g_new0(struct close_seen, 1);

	if (plan->seen == NULL) {
		plan->seen = g_ptr_array_new_with_free_func(seen_free);
	}
	seen->user = g_strdup(user);
	seen->host = g_strdup(host);
	seen->digest = g_strdup(digest);
	g_ptr_array_add(plan->seen, seen);
}

size_t close_plan_items(const struct close_plan *plan)
{
	return plan->items == NULL ? 0 : plan->items->len;
}

size_t close_plan_seen(const struct close_plan *plan)
{
	return plan->seen == NULL ? 0 : plan->seen->len;
}

const struct close_item *close_plan_item(const struct close_plan *plan, size_t i)
{
	return g_ptr_array_index(plan->items, i);
}

const struct close_seen *close_plan_saw_at(const struct close_plan *plan, size_t i)
{
	return g_ptr_array_index(plan->seen, i);
}

/* ---- patterns ------------------------------------------------------------------------ */

char *close_escape(const char *schema)
{
	GString *out = g_string_new(NULL);

	for (; *schema != '\0'; schema++) {
		if (*schema == '_' || *schema == '%' || *schema == '\\') {
			g_string_append_c(out, '\\');
		}
		g_string_append_c(out, *schema);
	}
	return g_string_free(out, FALSE);
}

size_t close_reach(const char *pattern)
{
	size_t at = 0;

	while (pattern[at] != '\0' && pattern[at] != '_' && pattern[at] != '%') {
		at += pattern[at] == '\\' && pattern[at + 1] != '\0' ? 2 : 1;
	}
	return pattern[at] == '\0' ? G_MAXSIZE : at;
}

char *close_unescape(const char *pattern)
{
	GString *out = g_string_new(NULL);

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '\\' && pattern[1] != '\0') {
			pattern++;
		}
		g_string_append_c(out, *pattern);
	}
	return g_string_free(out, FALSE);
}

bool close_is_namesake(const char *pattern, const char *schema)
{
	g_autofree char *plain = close_unescape(pattern);

	return strcmp(plain, schema) == 0 || strcmp(pattern, schema) == 0;
}

/* Bytes of the letter that begins here. */
static size_t width(const char *text)
{
	return (size_t)g_utf8_skip[(unsigned char)*text];
}

static bool is_char(const char **pattern, const char **text)
{
	size_t left = width(*pattern);

	if (strncmp(*pattern, *text, left) != 0) {
		return false;
	}
	*pattern += left;
	*text += left;
	return true;
}

bool close_matches(const char *pattern, const char *schema)
{
	const char *behind = NULL; /* the last %, and what it may swallow up to */
	const char *from = NULL;

	while (*schema != '\0') {
		if (*pattern == '%') {
			behind = ++pattern;
			from = schema;
			continue;
		}
		if (*pattern == '_') {
			pattern++;
			schema += width(schema);
			continue;
		}
		if (*pattern == '\\' && pattern[1] != '\0') {
			pattern++;
		}
		if (*pattern != '\0' && is_char(&pattern, &schema)) {
			continue;
		}
		if (behind == NULL) {
			return false;
		}
		from += width(from);
		schema = from;
		pattern = behind;
	}
	return pattern[strspn(pattern, "%")] == '\0';
}

bool close_is_literal(const char *pattern, const char *schema)
{
	return close_reach(pattern) == G_MAXSIZE && close_is_namesake(pattern, schema);
}

/* ---- to text ------------------------------------------------------------------------- */

static void append_line(GString *out, const char *const *fields)
{
	for (size_t i = 0; fields[i] != NULL; i++) {
		g_autofree char *escaped = g_strescape(fields[i], NULL);

		g_string_append_printf(out, "%s%s", i > 0 ? "\t" : "", escaped);
	}
	g_string_append_c(out, '\n');
}

char *close_plan_format(const struct close_plan *plan)
{
	GString *out = g_string_new(HEADER "\n");

	g_string_append_printf(out, "method\t%s\n", close_method_names[plan->method]);
	for (size_t i = 0; i < close_plan_items(plan); i++) {
		const struct close_item *item = close_plan_item(plan, i);

		append_line(out, (const char *[]){ close_kind_names[item->kind], item->user,
						   item->host, item->object, item->part,
						   item->takes, item->lends, NULL });
	}
	for (size_t i = 0; i < close_plan_seen(plan); i++) {
		const struct close_seen *seen = close_plan_saw_at(plan, i);

		append_line(out,
			    (const char *[]){ "seen", seen->user, seen->host, seen->digest, NULL });
	}
	return g_string_free(out, FALSE);
}

/* ---- and back ------------------------------------------------------------------------ */

static const struct close_privilege *privilege_find(const char *name)
{
	for (const struct close_privilege *at = close_privileges; at->name != NULL; at++) {
		if (strcmp(at->name, name) == 0) {
			return at;
		}
	}
	return NULL;
}

/* Are all of them known, and all of those that are taken, or lent, of the right sort? */
static bool are_privileges(const char *list, bool writes)
{
	g_auto(GStrv) names = g_strsplit(list, ", ", -1);

	for (size_t i = 0; names[i] != NULL; i++) {
		const struct close_privilege *found = privilege_find(names[i]);

		if (found == NULL || found->writes != writes) {
			return false;
		}
	}
	return true;
}

static bool is_of_schema(const struct close_item *item, const char *schema)
{
	switch (item->kind) {
	case CLOSE_DATABASE:
	case CLOSE_SHADOW:
	case CLOSE_PARTIAL:
		return close_is_namesake(item->object, schema);
	case CLOSE_TABLE:
	case CLOSE_COLUMN:
		return item->object[0] != '\0';
	case CLOSE_ROUTINE:
		return strcmp(item->part, "PROCEDURE") == 0 || strcmp(item->part, "FUNCTION") == 0;
	case CLOSE_TRIGGER:
		return item->object[0] != '\0' && g_str_has_prefix(item->part, CLOSE_TRIGGER_NAME);
	case CLOSE_KIND_NR:
		break;
	}
	return false;
}

static bool is_sound(const struct close_item *item, const char *schema)
{
	bool is_shadow = item->kind == CLOSE_SHADOW;

	/* a shadow takes nothing by itself */
	return is_of_schema(item, schema) && item->user[0] != '\0' &&
	       (is_shadow || are_privileges(item->takes, true)) &&
	       (!is_shadow || are_privileges(item->lends, false)) &&
	       (item->lends[0] == '\0' || are_privileges(item->lends, false));
}

static int line_refused(const char *line, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "what was kept to open the tenant again cannot be used: \"%.128s\"", line);
}

static int item_parse(struct close_plan *plan, char **fields, const char *schema, struct err *err)
{
	int kind = states_find(close_kind_names, CLOSE_KIND_NR, fields[0]);
	struct close_item *item;

	if (kind < 0 || g_strv_length(fields) != FIELDS_ITEM) {
		return line_refused(fields[0], err);
	}
	item = close_plan_add(plan, (enum close_kind)kind, fields[1], fields[2]);
	g_free(item->object);
	g_free(item->part);
	g_free(item->takes);
	g_free(item->lends);
	item->object = g_strdup(fields[3]);
	item->part = g_strdup(fields[4]);
	item->takes = g_strdup(fields[5]);
	item->lends = g_strdup(fields[6]);
	return is_sound(item, schema) ? 0 : line_refused(item->object, err);
}

static char **fields_of(const char *line)
{
	char **fields = g_strsplit(line, "\t", -1);

	for (size_t i = 0; fields[i] != NULL; i++) {
		char *plain = g_strcompress(fields[i]);

		g_free(fields[i]);
		fields[i] = plain;
	}
	return fields;
}

static int line_parse(struct close_plan *plan, const char *line, const char *schema,
		      struct err *err)
{
	g_auto(GStrv) fields = fields_of(line);
	guint nr = g_strv_length(fields);
	int method;

	if (nr == FIELDS_METHOD && strcmp(fields[0], "method") == 0) {
		method = states_find(close_method_names, CLOSE_METHOD_NR, fields[1]);
		plan->method = (enum close_method)MAX(method, 0);
		return method < 0 ? line_refused(line, err) : 0;
	}
	if (nr == FIELDS_SEEN && strcmp(fields[0], "seen") == 0) {
		close_plan_saw(plan, fields[1], fields[2], fields[3]);
		return 0;
	}
	return nr == 0 ? line_refused(line, err) : item_parse(plan, fields, schema, err);
}

int close_plan_parse(struct close_plan *plan, const char *text, const char *schema, struct err *err)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	SCOPED(close_plan) parsed = { 0 };

	if (lines[0] == NULL || strcmp(lines[0], HEADER) != 0) {
		return line_refused(lines[0] == NULL ? "" : lines[0], err);
	}
	for (size_t i = 1; lines[i] != NULL; i++) {
		if (lines[i][0] != '\0' && line_parse(&parsed, lines[i], schema, err) < 0) {
			return -1;
		}
	}
	*plan = parsed;
	parsed = (struct close_plan){ 0 };
	return 0;
}
