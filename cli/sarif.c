#include "sarif.h"

#include <string.h>

#include <glib.h>

#include "findings.h"
#include "lint.h"

/* The document is written as messages: each struct is an object, its table names the members. */

struct text {
	char *text;
};

struct config {
	char *level;
};

struct rule {
	char *id;
	char *name;
	struct text title;
	struct text why;
	struct text help;
	struct config config;
};

struct driver {
	char *name;
	char *version;
	struct wire_list rules;
};

struct tool {
	struct driver driver;
};

struct artifact {
	char *uri;
};

struct region {
	int64_t line;
	int64_t column;
};

struct physical {
	struct artifact artifact;
	struct region region;
};

struct location {
	struct physical physical;
};

struct result {
	char *rule;
	int64_t rule_index;
	char *level;
	struct text message;
	struct wire_list locations;
};

struct run {
	struct tool tool;
	char *column_kind;
	struct wire_list results;
};

struct log {
	char *schema;
	char *version;
	struct wire_list runs;
};

/* clang-format off */
#define END { 0 }
#define MEMBER(T, m, kind, type) { #m, kind, offsetof(struct T, m), false, type }
#define CALLED(name, T, m, kind, type) { name, kind, offsetof(struct T, m), false, type }
#define TYPE(T) static const struct wire_type T##_type = { #T, sizeof(struct T), T##_fields }

static const struct wire_field text_fields[] = { MEMBER(text, text, WIRE_TEXT, NULL), END };
TYPE(text);

static const struct wire_field config_fields[] = { MEMBER(config, level, WIRE_TEXT, NULL), END };
TYPE(config);

static const struct wire_field rule_fields[] = {
	MEMBER(rule, id, WIRE_TEXT, NULL),
	MEMBER(rule, name, WIRE_TEXT, NULL),
	CALLED("shortDescription", rule, title, WIRE_OBJECT, &text_type),
	CALLED("fullDescription", rule, why, WIRE_OBJECT, &text_type),
	MEMBER(rule, help, WIRE_OBJECT, &text_type),
	CALLED("defaultConfiguration", rule, config, WIRE_OBJECT, &config_type),
	END
};
TYPE(rule);

static const struct wire_field driver_fields[] = {
	MEMBER(driver, name, WIRE_TEXT, NULL),
	MEMBER(driver, version, WIRE_TEXT, NULL),
	MEMBER(driver, rules, WIRE_LIST, &rule_type),
	END
};
TYPE(driver);

static const struct wire_field tool_fields[] = { MEMBER(tool, driver, WIRE_OBJECT, &driver_type), END };
TYPE(tool);

static const struct wire_field artifact_fields[] = { MEMBER(artifact, uri, WIRE_TEXT, NULL), END };
TYPE(artifact);

static const struct wire_field region_fields[] = {
	CALLED("startLine", region, line, WIRE_INT, NULL),
	CALLED("startColumn", region, column, WIRE_INT, NULL),
	END
};
TYPE(region);

static const struct wire_field physical_fields[] = {
	CALLED("artifactLocation", physical, artifact, WIRE_OBJECT, &artifact_type),
	MEMBER(physical, region, WIRE_OBJECT, &region_type),
	END
};
TYPE(physical);

static const struct wire_field location_fields[] = {
	CALLED("physicalLocation", location, physical, WIRE_OBJECT, &physical_type),
	END
};
TYPE(location);

static const struct wire_field result_fields[] = {
	CALLED("ruleId", result, rule, WIRE_TEXT, NULL),
	CALLED("ruleIndex", result, rule_index, WIRE_INT, NULL),
	MEMBER(result, level, WIRE_TEXT, NULL),
	MEMBER(result, message, WIRE_OBJECT, &text_type),
	MEMBER(result, locations, WIRE_LIST, &location_type),
	END
};
TYPE(result);

static const struct wire_field run_fields[] = {
	MEMBER(run, tool, WIRE_OBJECT, &tool_type),
	CALLED("columnKind", run, column_kind, WIRE_TEXT, NULL),
	MEMBER(run, results, WIRE_LIST, &result_type),
	END
};
TYPE(run);

static const struct wire_field log_fields[] = {
	{ "$schema", WIRE_TEXT, offsetof(struct log, schema), false, NULL },
	MEMBER(log, version, WIRE_TEXT, NULL),
	MEMBER(log, runs, WIRE_LIST, &run_type),
	END
};
TYPE(log);

/* clang-format on */

/* Relative paths stay relative; every byte that a URI cannot hold is escaped. */
static char *uri_of(const char *file)
{
	g_autofree char *escaped = NULL;

	while (g_str_has_prefix(file, "./")) {
		file += 2;
	}
	escaped = g_uri_escape_string(file, "/", TRUE);
	return g_path_is_absolute(file) ? g_strconcat("file://", escaped, NULL)
					: g_steal_pointer(&escaped);
}

static void fill_rules(struct wire_list *rules)
{
	for (size_t i = 0; i < LINT_NR; i++) {
		const struct lint_rule *from = &lint_rules[i];
		struct rule *to = wire_list_add(&rule_type, rules);

		to->id = g_strdup(from->code);
		to->name = g_strdup(from->name);
		to->title.text = g_strdup(from->title);
		to->why.text = g_strdup(from->why);
		to->help.text = g_strdup(from->help);
		to->config.level = g_strdup(lint_level_names[from->level]);
	}
}

static void fill_result(struct result *to, const struct finding *from)
{
	struct location *location = wire_list_add(&location_type, &to->locations);

	to->rule = g_strdup(from->code);
	to->rule_index = lint_find(from->code) - lint_rules;
	to->level = g_strdup(from->level);
	to->message.text = g_strdup(from->message);
	location->physical.artifact.uri = uri_of(from->file);
	location->physical.region.line = MAX(from->line, 1);
	location->physical.region.column = MAX(from->column, 1);
}

char *sarif_format(const struct wire_list *list)
{
	const struct finding *items = list->items;
	struct log log = { 0 };
	struct run *run = wire_list_add(&run_type, &log.runs);
	char *json;

	log.schema = g_strdup("https://json.schemastore.org/sarif-2.1.0.json");
	log.version = g_strdup("2.1.0");
	run->tool.driver.name = g_strdup("muster");
	run->tool.driver.version = g_strdup(MUSTER_VERSION);
	run->column_kind = g_strdup("unicodeCodePoints");
	fill_rules(&run->tool.driver.rules);
	for (size_t i = 0; i < list->nr; i++) {
		fill_result(wire_list_add(&result_type, &run->results), &items[i]);
	}
	json = wire_encode(&log_type, &log);
	wire_release(&log_type, &log);
	return json;
}
