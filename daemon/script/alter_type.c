#include "alter_type.h"

#include <string.h>

#define SHOWN 4 /* values of an ENUM in a message */

/* ---- words ------------------------------------------------------------------------ */

static void format_values(GString *out, const GPtrArray *values)
{
	g_string_append_c(out, '(');
	for (guint i = 0; i < values->len && i < SHOWN; i++) {
		g_string_append_printf(out, "%s%.32s", i > 0 ? "," : "",
				       (const char *)values->pdata[i]);
	}
	g_string_append(out, values->len > SHOWN ? ",…)" : ")");
}

void alter_type_format(GString *out, const struct alter_type *type)
{
	bool sized = type->family == ALTER_INTEGER || type->family == ALTER_TEXT ||
		     type->family == ALTER_BLOB || type->family == ALTER_FLOAT;

	g_string_append(out, type->word != NULL ? type->word : "?");
	if (type->values != NULL) {
		format_values(out, type->values);
	} else if (type->length >= 0 && !sized) {
		g_string_append_printf(out, "(%" G_GINT64_FORMAT, type->length);
		if (type->scale > 0) {
			g_string_append_printf(out, ",%" G_GINT64_FORMAT, type->scale);
		}
		g_string_append_c(out, ')');
	}
	if (type->is_unsigned) {
		g_string_append(out, " UNSIGNED");
	}
	if (type->charset != NULL) {
		g_string_append_printf(out, " CHARACTER SET %s", type->charset);
	}
}

/* ---- character sets --------------------------------------------------------------- */

/* How much of Unicode a set holds; 0: not known. A higher one holds all of a lower one. */
static int charset_rank(const char *charset)
{
	static const struct {
		const char *name;
		int rank;
	} ranks[] = {
		{ "ascii", 1 }, { "latin1", 2 },  { "utf8", 3 },  { "utf8mb3", 3 },
		{ "ucs2", 3 },  { "utf8mb4", 4 }, { "utf16", 4 }, { "utf32", 4 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(ranks); i++) {
		if (g_ascii_strcasecmp(ranks[i].name, charset) == 0) {
			return ranks[i].rank;
		}
	}
	return 0;
}

static bool loses_letters(const struct alter_type *old, const struct alter_type *now)
{
	int before = old->charset == NULL ? 0 : charset_rank(old->charset);
	int after = now->charset == NULL ? 0 : charset_rank(now->charset);

	return before > 0 && after > 0 && after < before;
}

/* ---- one kind of value ------------------------------------------------------------ */

static bool fits_integer(const struct alter_type *old, const struct alter_type *now)
{
	if (old->is_unsigned == now->is_unsigned) {
		return now->length >= old->length;
	}
	return old->is_unsigned && now->length > old->length;
}

static bool fits_decimal(const struct alter_type *old, const struct alter_type *now)
{
	int64_t before = old->length < 0 ? 10 : old->length;
	int64_t after = now->length < 0 ? 10 : now->length;

	return after - now->scale >= before - old->scale && now->scale >= old->scale &&
	       (old->is_unsigned || !now->is_unsigned);
}

/* Bytes that a TEXT or BLOB of this size holds. */
static int64_t capacity(int64_t bytes)
{
	return ((int64_t)1 << (8 * bytes)) - 1;
}

/* Letters or bytes a column takes; CHAR alone is CHAR(1). */
static int64_t room(const struct alter_type *type)
{
	if (type->family == ALTER_TEXT || type->family == ALTER_BLOB) {
		return capacity(type->length);
	}
	return type->length < 0 ? 1 : type->length;
}

static bool fits_text(const struct alter_type *old, const struct alter_type *now)
{
	bool from_varchar = old->family == ALTER_CHARS && now->family == ALTER_TEXT;

	if (loses_letters(old, now) || (now->fixed && !old->fixed)) {
		return false; /* trailing blanks are lost in CHAR */
	}
	/* TEXT counts bytes: a letter may be four of them */
	return room(now) >= room(old) * (from_varchar ? 4 : 1);
}

/* TIME, DATETIME and TIMESTAMP have digits behind the second. */
static bool fits_moment(const struct alter_type *old, const struct alter_type *now)
{
	return MAX(now->length, 0) >= MAX(old->length, 0);
}

static bool fits_length(const struct alter_type *old, const struct alter_type *now)
{
	return room(now) >= room(old);
}

/* ---- ENUM and SET ----------------------------------------------------------------- */

static const char *value_at(const struct alter_type *type, guint i)
{
	return type->values != NULL && i < type->values->len ? type->values->pdata[i] : NULL;
}

static bool has_value(const struct alter_type *type, const char *value)
{
	for (guint i = 0; value_at(type, i) != NULL; i++) {
		if (strcmp(value_at(type, i), value) == 0) {
			return true;
		}
	}
	return false;
}

static enum alter_verdict compare_values(const struct alter_type *old, const struct alter_type *now,
					 GString *why)
{
	for (guint i = 0; value_at(old, i) != NULL; i++) {
		const char *value = value_at(old, i);
		const char *there = value_at(now, i);

		if (there != NULL && strcmp(value, there) == 0) {
			continue;
		}
		if (why != NULL) {
			g_string_append_printf(why, "%.64s %s", value,
					       has_value(now, value) ? "gets another number"
								     : "is gone");
		}
		return ALTER_MOVED;
	}
	return ALTER_SAME;
}

/* ---- all -------------------------------------------------------------------------- */

typedef bool alter_fits_fn(const struct alter_type *old, const struct alter_type *now);

/* clang-format off */
static const struct {
	enum alter_family old, now;
	alter_fits_fn *fits; /* NULL: everything fits */
} pairs[] = {
	{ ALTER_INTEGER,   ALTER_INTEGER,   fits_integer },
	{ ALTER_DECIMAL,   ALTER_DECIMAL,   fits_decimal },
	{ ALTER_FLOAT,     ALTER_FLOAT,     fits_length },
	{ ALTER_BIT,       ALTER_BIT,       fits_length },
	{ ALTER_CHARS,     ALTER_CHARS,     fits_text },
	{ ALTER_CHARS,     ALTER_TEXT,      fits_text },
	{ ALTER_TEXT,      ALTER_CHARS,     fits_text },
	{ ALTER_TEXT,      ALTER_TEXT,      fits_text },
	{ ALTER_BYTES,     ALTER_BYTES,     fits_length },
	{ ALTER_BYTES,     ALTER_BLOB,      fits_length },
	{ ALTER_BLOB,      ALTER_BYTES,     fits_length },
	{ ALTER_BLOB,      ALTER_BLOB,      fits_length },
	{ ALTER_DATE,      ALTER_DATE,      NULL },
	{ ALTER_YEAR,      ALTER_YEAR,      NULL },
	{ ALTER_JSON,      ALTER_JSON,      NULL },
	{ ALTER_TIME,      ALTER_TIME,      fits_moment },
	{ ALTER_DATETIME,  ALTER_DATETIME,  fits_moment },
	{ ALTER_TIMESTAMP, ALTER_TIMESTAMP, fits_moment },
};

/* clang-format on */

enum alter_verdict alter_compare(const struct alter_type *old, const struct alter_type *now,
				 GString *why)
{
	if (old->family == ALTER_UNKNOWN || now->family == ALTER_UNKNOWN) {
		return ALTER_UNSURE;
	}
	if (old->family == now->family && (old->family == ALTER_ENUM || old->family == ALTER_SET)) {
		return compare_values(old, now, why);
	}
	if (old->family == ALTER_OTHER && now->family == ALTER_OTHER) {
		return strcmp(old->word, now->word) == 0 ? ALTER_SAME : ALTER_RETYPED;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		if (pairs[i].old == old->family && pairs[i].now == now->family) {
			bool fits = pairs[i].fits == NULL || pairs[i].fits(old, now);

			return fits ? ALTER_SAME : ALTER_NARROWER;
		}
	}
	return ALTER_RETYPED;
}
