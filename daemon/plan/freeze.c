#include "freeze.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "zone.h"

#define DAY_S ((int64_t)24 * 3600)
#define UNTIL "until"

void freeze_release(struct freeze *freeze)
{
	g_free(freeze->reason);
	*freeze = (struct freeze){ 0 };
}

/* nr digits at text as a number of least..most; -1: they are none. */
static int digits(const char *text, int nr, int least, int most)
{
	int value = 0;

	for (int i = 0; i < nr; i++) {
		if (!g_ascii_isdigit(text[i])) {
			return -1;
		}
		value = value * 10 + (text[i] - '0');
	}
	return value < least || value > most ? -1 : value;
}

/* A moment as it is read, before its zone is known. */
struct moment {
	const char *word; /* borrowed; its date */
	int64_t local_s;
	GTimeZone *zone; /* owned; NULL: none is named */
};

static void moment_release(struct moment *moment)
{
	g_clear_pointer(&moment->zone, g_time_zone_unref);
}

SCOPED_RELEASE(moment);

/* "2026-12-24" at text, in days since 1970. */
static int date_read(const char *text, int64_t *day)
{
	int year = digits(text, 4, 1970, 9999);
	int month = year < 0 || text[4] != '-' ? -1 : digits(text + 5, 2, 1, 12);
	int of_month = month < 0 || text[7] != '-' ? -1 : digits(text + 8, 2, 1, 31);
	GDate date;

	if (of_month < 0 ||
	    !g_date_valid_dmy((GDateDay)of_month, (GDateMonth)month, (GDateYear)year)) {
		return -1;
	}
	g_date_set_dmy(&date, (GDateDay)of_month, (GDateMonth)month, (GDateYear)year);
	*day = (int64_t)g_date_get_julian(&date) - 719163; /* 1970-01-01 */
	return 0;
}

/* "06:00" or "06:00:30"; *rest is behind it. */
static int clock_read(const char *text, int64_t *seconds, const char **rest)
{
	int hours = digits(text, 2, 0, 23);
	int minutes = hours < 0 || text[2] != ':' ? -1 : digits(text + 3, 2, 0, 59);
	int more = 0;

	if (minutes < 0) {
		return -1;
	}
	*rest = text + 5;
	if (text[5] == ':') {
		more = digits(text + 6, 2, 0, 59);
		*rest = text + 8;
	}
	*seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60 + more;
	return more < 0 ? -1 : 0;
}

static int zone_read(const char *name, struct moment *moment, struct err *err)
{
	if (moment->zone != NULL) {
		return err_set(err, ERR_INVALID, "\"%.64s\" stands behind a time zone", name);
	}
	moment->zone = zone_open(strcmp(name, "Z") == 0 ? "UTC" : name, err);
	return moment->zone == NULL ? -1 : 0;
}

/* What stands behind the day in one word: "T06:00", "T06:00Z". */
static int tail_read(const char *tail, struct moment *moment, struct err *err)
{
	const char *rest = tail;
	int64_t seconds = 0;

	if (tail[0] == '\0') {
		return 0;
	}
	if (tail[0] != 'T' || clock_read(tail + 1, &seconds, &rest) < 0 ||
	    (rest[0] != '\0' && strcmp(rest, "Z") != 0)) {
		return err_set(err, ERR_INVALID,
			       "\"%.64s\" is no time such as 2026-12-24, 2026-12-24 06:00 or "
			       "2026-12-24T06:00Z",
			       moment->word);
	}
	moment->local_s += seconds;
	return rest[0] == '\0' ? 0 : zone_read(rest, moment, err);
}

/* The words of one moment, up to the end or "until". */
static int moment_read(char *const **words, struct moment *moment, struct err *err)
{
	const char *rest = NULL;
	int64_t seconds = 0;
	int64_t day = 0;

	moment->word = **words;
	if (moment->word == NULL || date_read(moment->word, &day) < 0) {
		return err_set(err, ERR_INVALID, "\"%.64s\" is no date such as 2026-12-24",
			       moment->word == NULL ? "" : moment->word);
	}
	moment->local_s = day * DAY_S;
	if (tail_read(moment->word + strlen("2026-12-24"), moment, err) < 0) {
		return -1;
	}
	(*words)++;
	if (**words != NULL && g_ascii_isdigit((**words)[0])) {
		if (clock_read(**words, &seconds, &rest) < 0 || rest[0] != '\0' ||
		    moment->local_s % DAY_S != 0) {
			return err_set(err, ERR_INVALID, "\"%.64s\" is no time such as 06:00",
				       **words);
		}
		moment->local_s += seconds;
		(*words)++;
	}
	if (**words == NULL || strcmp(**words, UNTIL) == 0) {
		return 0;
	}
	return zone_read(*(*words)++, moment, err);
}

static int words_read(char *const *words, struct moment *from, struct moment *until,
		      struct err *err)
{
	if (words[0] == NULL || strcmp(words[0], UNTIL) != 0) {
		if (moment_read(&words, from, err) < 0) {
			return -1;
		}
	}
	if (words[0] == NULL) { /* one moment alone is the end */
		*until = *from;
		*from = (struct moment){ 0 };
		return 0;
	}
	if (strcmp(words[0], UNTIL) != 0) {
		return err_set(err, ERR_INVALID, "\"%.64s\" stands where \"until\" is expected",
			       words[0]);
	}
	words++;
	if (moment_read(&words, until, err) < 0) {
		return -1;
	}
	return words[0] == NULL
		       ? 0
		       : err_set(err, ERR_INVALID,
				 "\"%.64s\" stands behind the end; a reason follows \": \"",
				 words[0]);
}

/* Without the empty ones that more than one blank makes. */
static char **words_of(const char *text)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	char **all = g_strsplit_set(text, " \t", 0);

	for (char **at = all; *at != NULL; at++) {
		if ((*at)[0] == '\0') {
			g_free(*at);
		} else {
			g_ptr_array_add(words, *at);
		}
	}
	g_free(all);
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

static int parse(const char *text, int64_t now_ms, struct freeze *freeze, struct err *err)
{
	const char *colon = strstr(text, ": ");
	g_autofree char *when =
		colon != NULL ? g_strndup(text, (size_t)(colon - text)) : g_strdup(text);
	g_auto(GStrv) words = words_of(when);
	SCOPED(moment) from = { 0 };
	SCOPED(moment) until = { 0 };

	if (words_read(words, &from, &until, err) < 0) {
		return -1;
	}
	if (until.zone == NULL) {
		until.zone = g_time_zone_new_utc();
	}
	freeze->until_ms = zone_last(until.zone, until.local_s) * 1000;
	freeze->from_ms = from.word == NULL ? now_ms
					    : zone_first(from.zone != NULL ? from.zone : until.zone,
							 from.local_s) *
						      1000;
	if (freeze->until_ms <= now_ms) {
		return err_set(err, ERR_INVALID, "\"%.64s\" is over already", until.word);
	}
	if (freeze->until_ms <= freeze->from_ms) {
		return err_set(err, ERR_INVALID,
			       "its end \"%.64s\" is not behind its begin \"%.64s\"", until.word,
			       from.word);
	}
	freeze->reason = colon == NULL ? NULL : g_strstrip(g_strdup(colon + 2));
	return 0;
}

int freeze_parse(const char *text, int64_t now_ms, struct freeze *freeze, struct err *err)
{
	struct freeze parsed = { 0 };

	if (parse(text, now_ms, &parsed, err) < 0) {
		return err_prefix(err, "freeze");
	}
	*freeze = parsed;
	return 0;
}
