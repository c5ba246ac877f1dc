#include "window.h"

#include <string.h>

#include "zone.h"

#define DAY_S        ((int64_t)24 * 3600)
#define DAY_MS       (DAY_S * 1000)
#define ALL_DAYS     0x7fU
#define SPANS_MAX    64
#define TEXT_LEN_MAX 1000
#define WEEK         7
#define ENDLESS_DAYS 8  /* what lasts longer than a week lasts for ever */
#define LOOK_DAYS    16 /* a weekly window can miss one week in spring */

struct span {
	unsigned days; /* bits, Monday is the lowest */
	int64_t begin_s;
	int64_t end_s;   /* above DAY_S: it ends on the next day */
	GTimeZone *zone; /* owned; NULL while it is not known */
};

struct window {
	char *text;    /* owned */
	GArray *spans; /* struct span */
};

static void span_clear(void *item)
{
	struct span *span = item;

	g_clear_pointer(&span->zone, g_time_zone_unref);
}

void window_free(struct window *window)
{
	if (window != NULL) {
		g_array_unref(window->spans);
		g_free(window->text);
		g_free(window);
	}
}

const char *window_text(const struct window *window)
{
	return window->text;
}

/* ---- words --------------------------------------------------------------------------- */

/* 0 for Monday; -1: no day. */
static int day_parse(const char *word, size_t len)
{
	static const char *const names[] = { "monday", "tuesday",  "wednesday", "thursday",
					     "friday", "saturday", "sunday" };

	for (int i = 0; i < (int)G_N_ELEMENTS(names); i++) {
		if ((len == 3 || len == strlen(names[i])) &&
		    g_ascii_strncasecmp(word, names[i], len) == 0) {
			return i;
		}
	}
	return -1;
}

/* Bits of "Mon", "Mon-Fri" or "daily"; 0: it means no days. */
static unsigned days_parse(const char *word)
{
	const char *dash = strchr(word, '-');
	int first = day_parse(word, dash != NULL ? (size_t)(dash - word) : strlen(word));
	int last = dash != NULL ? day_parse(dash + 1, strlen(dash + 1)) : first;
	unsigned days = 0;

	if (g_ascii_strcasecmp(word, "daily") == 0) {
		return ALL_DAYS;
	}
	if (first < 0 || last < 0) {
		return 0;
	}
	for (int day = first;; day = (day + 1) % 7) {
		days |= 1U << (unsigned)day;
		if (day == last) {
			return days;
		}
	}
}

/* Up to two digits, then end of text or one of the characters in stops. -1: neither. */
static int number_parse(const char **at, int most, const char *stops)
{
	int value = 0;
	int digits = 0;

	for (; g_ascii_isdigit(**at); (*at)++, digits++) {
		value = value * 10 + (**at - '0');
		if (digits == 2) {
			return -1;
		}
	}
	return digits == 0 || value > most || strchr(stops, **at) == NULL ? -1 : value;
}

/* "02:00" or "02:00:30" in seconds of the day; -1: it is none. *at ends behind it. */
static int64_t clock_parse(const char **at)
{
	int hours = number_parse(at, 24, ":");
	int minutes;
	int seconds = 0;

	if (hours < 0 || **at != ':') {
		return -1;
	}
	(*at)++;
	minutes = number_parse(at, 59, ":-");
	if (minutes < 0) {
		return -1;
	}
	if (**at == ':') {
		(*at)++;
		seconds = number_parse(at, 59, "-");
	}
	if (seconds < 0 || (hours == 24 && minutes + seconds > 0)) {
		return -1;
	}
	return (int64_t)hours * 3600 + (int64_t)minutes * 60 + seconds;
}

static int times_parse(const char *word, struct span *span, struct err *err)
{
	const char *at = word;

	span->begin_s = clock_parse(&at);
	if (span->begin_s < 0 || span->begin_s == DAY_S || *at != '-') {
		return err_set(err, ERR_INVALID, "\"%.64s\" is no time such as 02:00-05:00", word);
	}
	at++;
	span->end_s = clock_parse(&at);
	if (span->end_s < 0 || *at != '\0') {
		return err_set(err, ERR_INVALID, "\"%.64s\" is no time such as 02:00-05:00", word);
	}
	if (span->end_s == span->begin_s) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" has no length; the whole day is 00:00-24:00", word);
	}
	if (span->end_s < span->begin_s) {
		span->end_s += DAY_S;
	}
	return 0;
}

/* ---- items --------------------------------------------------------------------------- */

struct item {
	struct window *window;
	unsigned days;      /* said so far; 0: none */
	bool timed;         /* a time has followed them */
	const char *loose;  /* a day that no time has followed, borrowed */
	guint first;        /* span of the item */
	guint zoneless;     /* spans from here on have no zone */
	const char *broken; /* the times that miss a zone, borrowed */
};

static int zone_put(struct item *item, const char *word, struct err *err)
{
	GArray *spans = item->window->spans;
	GTimeZone *zone = zone_open(word, err);

	if (zone == NULL) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" is neither a day (Mon to Sun), nor a time "
			       "(02:00-05:00), nor a time zone that this machine knows "
			       "(Europe/Berlin, UTC)",
			       word);
	}
	if (spans->len == item->first) {
		g_time_zone_unref(zone);
		return err_set(err, ERR_INVALID,
			       "in front of \"%.64s\" stands no time such as "
			       "02:00-05:00",
			       word);
	}
	for (; item->zoneless < spans->len; item->zoneless++) {
		g_array_index(spans, struct span, item->zoneless).zone = g_time_zone_ref(zone);
	}
	g_time_zone_unref(zone);
	return 0;
}

static int word_take(struct item *item, const char *word, struct err *err)
{
	GArray *spans = item->window->spans;
	unsigned days = days_parse(word);
	struct span span = { 0 };

	if (spans->len > item->first && item->zoneless == spans->len) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" stands behind a time zone: separate windows with \";\"",
			       word);
	}
	if (days != 0) {
		item->days = item->timed ? days : item->days | days;
		item->timed = false;
		item->loose = word;
		return 0;
	}
	if (!g_ascii_isdigit(word[0])) {
		return zone_put(item, word, err);
	}
	if (times_parse(word, &span, err) < 0) {
		return -1;
	}
	if (spans->len == SPANS_MAX) {
		return err_set(err, ERR_INVALID, "\"%.64s\" is one time too many: %d are allowed",
			       word, SPANS_MAX);
	}
	span.days = item->days == 0 ? ALL_DAYS : item->days;
	item->timed = true;
	item->loose = NULL;
	item->broken = word;
	g_array_append_val(spans, span);
	return 0;
}

static int item_take(struct item *item, char *const *words, struct err *err)
{
	GArray *spans = item->window->spans;

	item->first = spans->len;
	for (; *words != NULL; words++) {
		if ((*words)[0] != '\0' && word_take(item, *words, err) < 0) {
			return -1;
		}
	}
	if (spans->len == item->first) {
		return 0; /* days alone: they go with the next item */
	}
	item->days = 0;
	item->timed = false;
	return item->loose == NULL ? 0
				   : err_set(err, ERR_INVALID,
					     "behind \"%.64s\" stands no time such as 02:00-05:00",
					     item->loose);
}

static int items_take(struct window *window, char **words, struct err *err)
{
	struct item item = { .window = window };

	for (size_t begin = 0, at = 0;; at++) {
		bool is_end = words[at] == NULL;
		g_autofree char *separator = NULL;

		if (!is_end && strcmp(words[at], ";") != 0) {
			continue;
		}
		separator = words[at];
		words[at] = NULL;
		if (item_take(&item, words + begin, err) < 0) {
			words[at] = g_steal_pointer(&separator);
			return -1;
		}
		words[at] = g_steal_pointer(&separator);
		begin = at + 1;
		if (is_end) {
			break;
		}
	}
	if (item.loose != NULL) {
		return err_set(err, ERR_INVALID,
			       "behind \"%.64s\" stands no time such as 02:00-05:00", item.loose);
	}
	if (window->spans->len == 0) {
		return err_set(err, ERR_INVALID,
			       "it names no time such as Sun 02:00-05:00 Europe/Berlin");
	}
	if (item.zoneless < window->spans->len) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" is in no time zone: add one, such as Europe/Berlin or "
			       "UTC",
			       item.broken);
	}
	return 0;
}

/* Separators become words of their own. */
static char **words_of(const char *text)
{
	g_autoptr(GString) spaced = g_string_new(NULL);

	for (const char *at = text; *at != '\0'; at++) {
		if (*at == ';' || *at == ',') {
			g_string_append(spaced, " ; ");
		} else {
			g_string_append_c(spaced, g_ascii_isspace(*at) ? ' ' : *at);
		}
	}
	return g_strsplit(spaced->str, " ", 0);
}

struct window *window_parse(const char *text, struct err *err)
{
	SCOPED_PTR(window) window = g_new0(struct window, 1);
	g_auto(GStrv) words = NULL;

	window->spans = g_array_new(FALSE, TRUE, sizeof(struct span));
	g_array_set_clear_func(window->spans, span_clear);
	if (strlen(text) > TEXT_LEN_MAX) {
		err_set(err, ERR_INVALID, "it is longer than %d letters", TEXT_LEN_MAX);
		err_prefix(err, "window");
		return NULL;
	}
	window->text = g_strstrip(g_strdup(text));
	words = words_of(text);
	if (items_take(window, words, err) < 0) {
		err_prefix(err, "window");
		return NULL;
	}
	return g_steal_pointer(&window);
}

/* ---- when ---------------------------------------------------------------------------- */

static int by_begin(const void *a, const void *b)
{
	const struct zone_piece *left = a;
	const struct zone_piece *right = b;

	return left->begin_s < right->begin_s ? -1 : left->begin_s > right->begin_s;
}

static void span_pieces(const struct span *span, int64_t first_day, int64_t last_day,
			GArray *pieces)
{
	for (int64_t day = first_day; day <= last_day; day++) {
		int64_t weekday = (((day + 3) % 7) + 7) % 7; /* 1970 began on a Thursday */

		if ((span->days & (1U << (unsigned)weekday)) != 0) {
			zone_cut(span->zone, day * DAY_S + span->begin_s, day * DAY_S + span->end_s,
				 pieces);
		}
	}
}

/* Two zones may leave a gap between them after a change of the clocks: is_last, none is in sight. */
static void opening_add(GArray *openings, struct zone_piece piece, bool is_last, int64_t from_ms,
			int64_t to_ms)
{
	bool endless = is_last && piece.end_s - piece.begin_s >= ENDLESS_DAYS * DAY_S;
	const struct opening opening = {
		.begin_ms = piece.begin_s * 1000,
		.end_ms = endless ? WINDOW_FOREVER : piece.end_s * 1000,
	};

	if (opening.end_ms > from_ms && opening.begin_ms < to_ms) {
		g_array_append_val(openings, opening);
	}
}

void window_openings(const struct window *window, int64_t from_ms, int64_t to_ms, GArray *openings)
{
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct zone_piece));
	int64_t first_day = from_ms / DAY_MS - 2;
	int64_t last_day = to_ms / DAY_MS + WEEK + 2; /* an opening at its end is seen whole */
	struct zone_piece whole;

	for (guint i = 0; i < window->spans->len; i++) {
		span_pieces(&g_array_index(window->spans, struct span, i), first_day, last_day,
			    pieces);
	}
	if (pieces->len == 0) {
		return;
	}
	g_array_sort(pieces, by_begin);
	whole = g_array_index(pieces, struct zone_piece, 0);
	for (guint i = 1; i < pieces->len; i++) {
		struct zone_piece piece = g_array_index(pieces, struct zone_piece, i);

		if (piece.begin_s <= whole.end_s) {
			whole.end_s = MAX(whole.end_s, piece.end_s);
			continue;
		}
		opening_add(openings, whole, false, from_ms, to_ms);
		whole = piece;
	}
	opening_add(openings, whole, true, from_ms, to_ms);
}

/* The first opening that ends behind this moment. */
static struct opening opening_at(const struct window *window, int64_t at_ms)
{
	g_autoptr(GArray) openings = g_array_new(FALSE, FALSE, sizeof(struct opening));

	window_openings(window, at_ms, at_ms + LOOK_DAYS * DAY_MS, openings);
	return openings->len > 0 ? g_array_index(openings, struct opening, 0)
				 : (struct opening){ WINDOW_FOREVER, WINDOW_FOREVER };
}

bool window_is_open(const struct window *window, int64_t at_ms, int64_t *left_ms)
{
	struct opening opening = opening_at(window, at_ms);
	bool is_open = opening.begin_ms <= at_ms;

	if (left_ms != NULL && !is_open) {
		*left_ms = 0;
	} else if (left_ms != NULL) {
		*left_ms =
			opening.end_ms == WINDOW_FOREVER ? WINDOW_FOREVER : opening.end_ms - at_ms;
	}
	return is_open;
}

int64_t window_next(const struct window *window, int64_t at_ms)
{
	struct opening opening = opening_at(window, at_ms);

	return MAX(opening.begin_ms, at_ms);
}
