#include "precheck_fit.h"

#include <string.h>

#include <glib.h>

#include "precheck_text.h"

#define DIGITS_MAX   65 /* of a DECIMAL */
#define LETTER_BYTES 4  /* at most */

/* clang-format off */
static const struct type {
	const char *word;
	char family;
	const char *least; const char *most; const char *unsigned_most; /* integers */
	unsigned holds;                                                 /* digits, all of them */
	unsigned needs;                                                 /* digits of the longest */
	unsigned long bytes;                                            /* TEXT and BLOB */
} types[] = {
	{ "tinyint",   'i', "-128",        "127",        "255",        2, 3, 0 },
	{ "smallint",  'i', "-32768",      "32767",      "65535",      4, 5, 0 },
	{ "mediumint", 'i', "-8388608",    "8388607",    "16777215",   6, 8, 0 },
	{ "int",       'i', "-2147483648", "2147483647", "4294967295", 9, 10, 0 },
	{ "bigint",    'i', "-9223372036854775808", "9223372036854775807", "18446744073709551615",
	  18, 20, 0 },
	{ .word = "decimal",    .family = 'd' },
	{ .word = "float",      .family = 'f' },
	{ .word = "double",     .family = 'f' },
	{ .word = "char",       .family = 'c' },
	{ .word = "varchar",    .family = 'c' },
	{ .word = "tinytext",   .family = 't', .bytes = 255 },
	{ .word = "text",       .family = 't', .bytes = 65535 },
	{ .word = "mediumtext", .family = 't', .bytes = 16777215 },
	{ .word = "longtext",   .family = 't', .bytes = 4294967295UL },
	{ .word = "binary",     .family = 'b' },
	{ .word = "varbinary",  .family = 'b' },
	{ .word = "tinyblob",   .family = 'B', .bytes = 255 },
	{ .word = "blob",       .family = 'B', .bytes = 65535 },
	{ .word = "mediumblob", .family = 'B', .bytes = 16777215 },
	{ .word = "longblob",   .family = 'B', .bytes = 4294967295UL },
	{ .word = "enum",       .family = 'e' },
	{ .word = "set",        .family = 's' },
	{ .word = "date",       .family = 'D' },
	{ .word = "datetime",   .family = 'T' },
	{ .word = "timestamp",  .family = 'S' },
	{ .word = "time",       .family = 'H' },
	{ .word = "json",       .family = 'j' },
	{ .word = "",           .family = '?' }, /* any other */
};

/* clang-format on */

struct side {
	const struct type *type;
	char *text;        /* owned; up to what is said besides the type */
	unsigned long nr;  /* in parentheses */
	unsigned long nr2; /* behind the comma */
	bool is_unsigned;
};

struct fitting {
	struct side now;
	struct side then;
	const char *name;
	const char *as_text;
	struct precheck_fit *fit;
};

void precheck_fit_release(struct precheck_fit *fit)
{
	g_free(fit->type);
	g_free(fit->refused);
	g_free(fit->doubted);
	*fit = (struct precheck_fit){ 0 };
}

/* ---- the types ---------------------------------------------------------------------------- */

/* Up to the first space that is in no quotes. */
static size_t type_len(const char *text)
{
	size_t len = 0;

	for (bool quoted = false; text[len] != '\0' && (quoted || text[len] != ' '); len++) {
		quoted = text[len] == '\'' ? !quoted : quoted;
	}
	return len;
}

static void read_side(struct side *side, const char *text)
{
	const char *open = text + strcspn(text, "( ");
	char *end = NULL;

	side->type = types;
	while (side->type->word[0] != '\0' && !precheck_text_is_type(text, side->type->word)) {
		side->type++;
	}
	side->is_unsigned = precheck_text_has(text, " unsigned");
	side->text = g_strdup_printf("%.*s%s", (int)type_len(text), text,
				     side->is_unsigned ? " unsigned" : "");
	if (*open == '(') {
		side->nr = (unsigned long)g_ascii_strtoull(open + 1, &end, 10);
		side->nr2 = *end == ',' ? (unsigned long)g_ascii_strtoull(end + 1, NULL, 10) : 0;
	}
}

/* 1 and as many zeros. Owned. */
static char *power_of_ten(unsigned long nr)
{
	g_autofree char *zeros = g_strnfill(MIN(nr, DIGITS_MAX), '0');

	return g_strconcat("1", zeros, NULL);
}

static unsigned long digits_in_front(const struct side *side)
{
	return side->type->family == 'i' ? side->type->needs : side->nr - MIN(side->nr, side->nr2);
}

static const char *most_of(const struct side *side)
{
	return side->is_unsigned ? side->type->unsigned_most : side->type->most;
}

static void refuse(const struct fitting *fitting, char *condition)
{
	fitting->fit->refused = condition;
}

static void doubt(const struct fitting *fitting, char *condition)
{
	fitting->fit->doubted = condition;
}

static void doubt_all(const struct fitting *fitting)
{
	doubt(fitting, g_strdup_printf("%s is not null", fitting->name));
}

/* ---- numbers ------------------------------------------------------------------------------ */

static void integer_to_integer(const struct fitting *fitting)
{
	const struct side *now = &fitting->now;
	const struct side *then = &fitting->then;

	if ((then->type >= now->type && now->is_unsigned == then->is_unsigned) ||
	    (then->type > now->type && now->is_unsigned)) {
		return;
	}
	refuse(fitting, g_strdup_printf("%s < %s or %s > %s", fitting->name,
					then->is_unsigned ? "0" : then->type->least, fitting->name,
					most_of(then)));
}

/* It is rounded first; what is between 0 and a half below it the servers see in two ways. */
static void decimal_to_integer(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	bool may_be_negative = !fitting->now.is_unsigned;
	g_autofree char *least =
		then->is_unsigned
			? g_strdup_printf("%s <= -0.5", fitting->name)
			: g_strdup_printf("round(%s) < %s", fitting->name, then->type->least);

	if (digits_in_front(&fitting->now) <= then->type->holds &&
	    !(then->is_unsigned && may_be_negative)) {
		return;
	}
	refuse(fitting,
	       g_strdup_printf("%s or round(%s) > %s", least, fitting->name, most_of(then)));
	if (then->is_unsigned && may_be_negative) {
		doubt(fitting,
		      g_strdup_printf("%s < 0 and %s > -0.5", fitting->name, fitting->name));
	}
}

/*
 * A half is rounded to what is even: down at the lower end, out at the upper one. MariaDB takes
 * 2^63 where it stands for what is just below.
 */
static void float_to_integer(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	bool big = strcmp(then->type->word, "bigint") == 0;
	g_autofree char *least =
		g_strconcat(then->is_unsigned ? "-0" : then->type->least, big ? "" : ".5", NULL);
	g_autofree char *most = g_strconcat(most_of(then), ".5", NULL);

	if (big) {
		g_free(most);
		most = g_strdup(then->is_unsigned ? "18446744073709551616" : "9223372036854777856");
	}
	refuse(fitting,
	       g_strdup_printf("%s < %s or %s >= %s", fitting->name,
			       big && then->is_unsigned ? "-0.5" : least, fitting->name, most));
}

static void number_to_decimal(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	bool sign = then->is_unsigned && !fitting->now.is_unsigned;
	g_autofree char *bound = power_of_ten(digits_in_front(then));

	if (digits_in_front(then) >=
		    digits_in_front(&fitting->now) + (then->nr2 < fitting->now.nr2) &&
	    !sign) {
		return;
	}
	refuse(fitting,
	       g_strdup_printf("abs(round(%s, %lu)) >= %s%s%s%s", fitting->name, then->nr2, bound,
			       sign ? " or " : "", sign ? fitting->name : "", sign ? " < 0" : ""));
}

/* Its last digits are nobody's: only what is out of range for certain. */
static void float_to_decimal(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	g_autofree char *bound = power_of_ten(digits_in_front(then));

	refuse(fitting, g_strdup_printf("abs(%s) >= %s%s%s%s", fitting->name, bound,
					then->is_unsigned ? " or " : "",
					then->is_unsigned ? fitting->name : "",
					then->is_unsigned ? " <= -1" : ""));
}

static void float_to_float(const struct fitting *fitting)
{
	if (fitting->then.nr > 0) {
		doubt_all(fitting);
	} else if (fitting->then.type < fitting->now.type) {
		refuse(fitting, g_strdup_printf("abs(%s) > 3.4028236e38", fitting->name));
	}
}

/* ---- lengths ------------------------------------------------------------------------------ */

/* What is cut of an overlong VARCHAR by a shorter one is refused even when it is spaces. */
static void letters_to_letters(const struct fitting *fitting)
{
	const struct side *now = &fitting->now;
	const struct side *then = &fitting->then;
	bool spaces_count = then->type == now->type;

	fitting->fit->kind = PRECHECK_TOO_LONG;
	if (now->type->family == 'c' && now->nr <= then->nr) {
		return;
	}
	refuse(fitting, g_strdup_printf(spaces_count ? "char_length(%s) > %lu"
						     : "char_length(rtrim(%s)) > %lu",
					fitting->name, then->nr));
}

static unsigned long bytes_of(const struct side *side)
{
	return side->type->bytes > 0 ? side->type->bytes : side->nr;
}

/* Spaces at the end may go, on one of the servers. */
static void letters_to_bytes(const struct fitting *fitting)
{
	const struct side *now = &fitting->now;
	unsigned long bytes = bytes_of(&fitting->then);
	bool text = fitting->then.type->family == 't';

	fitting->fit->kind = PRECHECK_TOO_LONG;
	if (bytes < (now->type->family == 'c' ? now->nr * LETTER_BYTES : bytes_of(now))) {
		refuse(fitting, g_strdup_printf("octet_length(rtrim(%s)) > %lu",
						text ? fitting->as_text : fitting->name, bytes));
	}
}

static void bytes_to_bytes(const struct fitting *fitting)
{
	unsigned long bytes = bytes_of(&fitting->then);

	fitting->fit->kind = PRECHECK_TOO_LONG;
	if (bytes < bytes_of(&fitting->now)) {
		refuse(fitting, g_strdup_printf("octet_length(%s) > %lu", fitting->name, bytes));
	}
}

static void written_out(const struct fitting *fitting)
{
	char *condition = g_strdup_printf("char_length(cast(%s as char)) > %lu", fitting->name,
					  fitting->then.nr);

	fitting->fit->kind = PRECHECK_TOO_LONG;
	/* how many digits a float is written with is the server's choice */
	(fitting->now.type->family == 'f' ? doubt : refuse)(fitting, condition);
}

/* ---- texts that must say something ------------------------------------------------------- */

#define SPACES "[[:space:]]*"
#define LOOSE  "'^" SPACES "[-+]?[0-9.]+([eE][-+]?[0-9]*)?" SPACES "$'"
#define WHOLE  "'^" SPACES "[-+]?[0-9]{1,30}" SPACES "$'"
#define PLAIN  "'^" SPACES "[-+]?[0-9]{1,30}([.][0-9]{1,30})?" SPACES "$'"

/* MySQL reads 12.5 and 1e2 as integers, MariaDB refuses them. */
static void text_to_integer(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	const char *name = fitting->name;

	refuse(fitting,
	       g_strdup_printf("%s not regexp " LOOSE " or (%s regexp " WHOLE
			       " and (cast(%s as decimal(65,0)) < %s or cast(%s as decimal(65,0)) "
			       "> %s))",
			       name, name, name, then->is_unsigned ? "0" : then->type->least, name,
			       most_of(then)));
	doubt(fitting, g_strdup_printf("%s regexp " LOOSE " and %s not regexp " WHOLE, name, name));
}

static void text_to_decimal(const struct fitting *fitting)
{
	const struct side *then = &fitting->then;
	g_autofree char *bound = power_of_ten(digits_in_front(then));
	const char *name = fitting->name;

	refuse(fitting, g_strdup_printf("%s not regexp " LOOSE " or (%s regexp " PLAIN
					" and abs(round(cast(%s as decimal(65,30)), %lu)) >= %s)",
					name, name, name, then->nr2, bound));
	doubt(fitting, then->is_unsigned
			       ? g_strdup_printf("%s regexp " LOOSE " and (%s not regexp " PLAIN
						 " or %s like '%%-%%')",
						 name, name, name)
			       : g_strdup_printf("%s regexp " LOOSE " and %s not regexp " PLAIN,
						 name, name));
}

static void text_to_float(const struct fitting *fitting)
{
	const char *name = fitting->name;

	refuse(fitting, g_strdup_printf("%s not regexp " LOOSE, name));
	doubt(fitting, g_strdup_printf("%s regexp " LOOSE " and %s not regexp " PLAIN, name, name));
}

#define MOMENT                                                         \
	"'^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}([.]" \
	"[0-9]{1,6})?)?$'"

/* Servers read dates in many forms, and their modes decide about those that are not whole. */
static void text_to_moment(const struct fitting *fitting)
{
	const char *name = fitting->name;

	refuse(fitting, g_strdup_printf("%s not regexp '[0-9]'", name));
	doubt(fitting, g_strdup_printf("%s regexp '[0-9]' and (%s not regexp " MOMENT
				       " or %s like '0000%%' or %s like '%%-00%%' or "
				       "cast(%s as datetime) is null)",
				       name, name, name, name, name));
}

static void text_to_json(const struct fitting *fitting)
{
	fitting->fit->kind = PRECHECK_RULE;
	fitting->fit->always = true;
	refuse(fitting, g_strdup_printf("json_valid(%s) = 0", fitting->name));
}

/* ---- ENUM and SET ------------------------------------------------------------------------- */

/* A number that is no label is the place of one: the row changes its value and nothing fails. */
#define PLACE "'^" SPACES "[-+]?[0-9]'"

/* "('a','b')" of the type; NULL: it holds what is written otherwise in a query. */
static const char *list_of(const struct side *side)
{
	return strchr(side->text, '\\') != NULL ? NULL : strchr(side->text, '(');
}

/* The labels between the quotes, as they are written. NULL-terminated, owned. */
static char **labels_of(const char *list)
{
	g_autofree char *inner = g_strndup(list + 2, strlen(list) - 4);

	return g_strsplit(inner, "','", -1);
}

static bool has_label(char *const *labels, const char *label)
{
	for (; *labels != NULL; labels++) {
		if (g_ascii_strcasecmp(*labels, label) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_all(char *const *labels, char *const *wanted)
{
	while (*wanted != NULL && has_label(labels, *wanted)) {
		wanted++;
	}
	return *wanted == NULL;
}

static void text_to_enum(const struct fitting *fitting)
{
	const char *list = list_of(&fitting->then);
	const char *text = fitting->as_text;

	if (list == NULL) {
		doubt_all(fitting);
		return;
	}
	refuse(fitting, g_strdup_printf("rtrim(%s) not in %s and %s not regexp " PLACE, text, list,
					fitting->name));
	doubt(fitting, g_strdup_printf("rtrim(%s) not in %s and %s regexp " PLACE, text, list,
				       fitting->name));
}

/* What stands for a value that was refused once stays what it is. */
static void enum_to_enum(const struct fitting *fitting)
{
	const char *list = list_of(&fitting->then);
	g_auto(GStrv) now = NULL;
	g_auto(GStrv) then = NULL;

	if (list == NULL || list_of(&fitting->now) == NULL) {
		doubt_all(fitting);
		return;
	}
	now = labels_of(list_of(&fitting->now));
	then = labels_of(list);
	if (has_all(then, now)) {
		return;
	}
	refuse(fitting, g_strdup_printf("%s not in %s and %s <> '' and %s not regexp " PLACE,
					fitting->as_text, list, fitting->name, fitting->name));
	doubt(fitting, g_strdup_printf("%s not in %s and %s regexp " PLACE, fitting->as_text, list,
				       fitting->name));
}

/* "find_in_set('x', `a`) > 0 or …" of the members that go; those that are numbers, or not. */
static char *members_gone(const struct fitting *fitting, char *const *now, char *const *then,
			  bool numbers)
{
	g_autoptr(GString) condition = g_string_new(NULL);

	for (; *now != NULL; now++) {
		if (has_label(then, *now) || g_ascii_isdigit(**now) != numbers) {
			continue;
		}
		g_string_append_printf(condition, "%sfind_in_set('%s', %s) > 0",
				       condition->len > 0 ? " or " : "", *now, fitting->name);
	}
	return condition->len == 0 ? NULL : g_string_free(g_steal_pointer(&condition), FALSE);
}

static void set_to_set(const struct fitting *fitting)
{
	g_auto(GStrv) now = NULL;
	g_auto(GStrv) then = NULL;

	if (list_of(&fitting->now) == NULL || list_of(&fitting->then) == NULL) {
		doubt_all(fitting);
		return;
	}
	now = labels_of(list_of(&fitting->now));
	then = labels_of(list_of(&fitting->then));
	refuse(fitting, members_gone(fitting, now, then, false));
	doubt(fitting, members_gone(fitting, now, then, true));
}

static void integer_to_enum(const struct fitting *fitting)
{
	const char *list = list_of(&fitting->then);
	g_auto(GStrv) labels = list == NULL ? NULL : labels_of(list);

	if (labels == NULL) {
		doubt_all(fitting);
		return;
	}
	refuse(fitting, g_strdup_printf("%s < 0 or %s > %u", fitting->name, fitting->name,
					g_strv_length(labels)));
	doubt(fitting, g_strdup_printf("%s = 0", fitting->name));
}

/* ---- all ---------------------------------------------------------------------------------- */

static void takes_all(const struct fitting *fitting)
{
	(void)fitting;
}

typedef void fit_fn(const struct fitting *fitting);

/* clang-format off */
static const struct {
	const char *now; const char *then; fit_fn *fit;
} pairs[] = {
	{ "i",       "i",  integer_to_integer }, { "d",  "i",  decimal_to_integer },
	{ "f",       "i",  float_to_integer },   { "id", "d",  number_to_decimal },
	{ "f",       "d",  float_to_decimal },   { "f",  "f",  float_to_float },
	{ "ct",      "c",  letters_to_letters }, { "ct", "tbB", letters_to_bytes },
	{ "bB",      "bB", bytes_to_bytes },     { "idfesDTS", "c", written_out },
	{ "ct",      "i",  text_to_integer },    { "ct", "d",  text_to_decimal },
	{ "ct",      "f",  text_to_float },      { "ct", "DT", text_to_moment },
	{ "ct",      "j",  text_to_json },       { "ct", "e",  text_to_enum },
	{ "e",       "e",  enum_to_enum },       { "s",  "s",  set_to_set },
	{ "i",       "e",  integer_to_enum },    { "idfesDTS", "t", takes_all },
	{ "DTS",     "DT", takes_all },          { "S",  "S",  takes_all },
	{ "H",       "H",  takes_all },
};

/* clang-format on */

static bool is_one_of(const struct side *side, const char *families)
{
	return strchr(families, side->type->family) != NULL;
}

/* Integers and decimals are taken by what floats, where it counts no digits itself. */
static bool floats_freely(const struct fitting *fitting)
{
	return is_one_of(&fitting->now, "id") && is_one_of(&fitting->then, "f") &&
	       fitting->then.nr == 0 && !fitting->then.is_unsigned;
}

static void fit_pair(const struct fitting *fitting)
{
	bool unsigned_float = is_one_of(&fitting->then, "f") && fitting->then.is_unsigned;

	if (floats_freely(fitting)) {
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(pairs) && !unsigned_float; i++) {
		if (is_one_of(&fitting->now, pairs[i].now) &&
		    is_one_of(&fitting->then, pairs[i].then)) {
			pairs[i].fit(fitting);
			return;
		}
	}
	doubt_all(fitting);
}

void precheck_fit(struct precheck_fit *fit, const struct precheck_fit_column *column)
{
	struct fitting fitting = { .name = column->name, .as_text = column->text, .fit = fit };

	precheck_fit_release(fit);
	fit->kind = PRECHECK_OUT_OF_RANGE;
	read_side(&fitting.now, column->now);
	read_side(&fitting.then, column->then);
	if (strcmp(fitting.now.text, fitting.then.text) != 0 &&
	    !precheck_text_has(column->now, " as (") && !precheck_text_has(column->then, " as (")) {
		fit_pair(&fitting);
	}
	fit->type = fit->kind == PRECHECK_TOO_LONG && fitting.then.type->family == 'c'
			    ? g_strdup_printf("%lu characters", fitting.then.nr)
			    : g_strdup(fitting.then.text);
	g_free(fitting.now.text);
	g_free(fitting.then.text);
}
