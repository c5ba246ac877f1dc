#include "chunk_mark.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "chunk_key.h"
#include "db.h"
#include "script.h"
#include "tenant_text.h"

/* The words of the text: head, then low and high with one value each per column. */
enum {
	MARK_FORM,
	MARK_PLACE,
	MARK_DIGEST,
	MARK_DONE,
	MARK_TOTAL,
	MARK_ROWS,
	MARK_COLUMNS,
	MARK_VALUES,
};

#define FORM "1"

void chunk_mark_release(struct chunk_mark *mark)
{
	g_strfreev(mark->low);
	g_strfreev(mark->high);
	*mark = (struct chunk_mark){ 0 };
}

static void digest_end(GChecksum *sum, char digest[CHUNK_DIGEST_LEN + 1])
{
	g_strlcpy(digest, g_checksum_get_string(sum), CHUNK_DIGEST_LEN + 1);
	g_checksum_free(sum);
}

/* With its NUL, which keeps two of them apart. */
static void digest_text(GChecksum *sum, const char *text)
{
	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

void chunk_mark_init(struct chunk_mark *mark, const char *version, size_t number,
		     const struct statement *statement, const struct chunk_key *key)
{
	GChecksum *place = g_checksum_new(G_CHECKSUM_SHA256);
	GChecksum *digest = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *digits = g_strdup_printf("%zu", number);

	*mark = (struct chunk_mark){ 0 };
	digest_text(place, version);
	digest_text(place, digits);
	digest_end(place, mark->place);
	digest_text(digest, statement->text);
	digest_text(digest, statement->chunk->table);
	for (size_t i = 0; i < key->nr; i++) {
		const struct chunk_column *column = &key->columns[i];

		digest_text(digest, column->name);
		digest_text(digest, column->form == CHUNK_TEXT ? column->collation : "");
	}
	digest_end(digest, mark->digest);
}

/* ---- text ------------------------------------------------------------------------------- */

static void append_bound(GString *text, char *const *bound, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		g_string_append_printf(text, "\t%s", bound[i]);
	}
}

char *chunk_mark_format(const struct chunk_mark *mark)
{
	size_t nr = g_strv_length(mark->high);
	GString *text = g_string_new(FORM);

	g_string_append_printf(text, "\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%zu",
			       mark->place, mark->digest, mark->done, mark->total, mark->rows, nr);
	append_bound(text, mark->low, nr);
	append_bound(text, mark->high, nr);
	return g_string_free(text, FALSE);
}

static bool is_number(const char *word, int64_t *number)
{
	return g_ascii_string_to_signed(word, 10, 0, G_MAXINT64, number, NULL);
}

int chunk_mark_parse(struct chunk_mark *mark, const char *text, struct err *err)
{
	g_auto(GStrv) words = g_strsplit(text, "\t", -1);
	size_t nr = g_strv_length(words);
	struct chunk_mark parsed = { 0 };
	int64_t columns = 0;

	if (nr < MARK_VALUES || strcmp(words[MARK_FORM], FORM) != 0 ||
	    strlen(words[MARK_PLACE]) != CHUNK_DIGEST_LEN ||
	    strlen(words[MARK_DIGEST]) != CHUNK_DIGEST_LEN ||
	    !is_number(words[MARK_DONE], &parsed.done) ||
	    !is_number(words[MARK_TOTAL], &parsed.total) ||
	    !is_number(words[MARK_ROWS], &parsed.rows) ||
	    !is_number(words[MARK_COLUMNS], &columns) || columns < 1 ||
	    columns > CHUNK_COLUMNS_MAX || nr != MARK_VALUES + 2 * (size_t)columns) {
		return err_set(err, ERR_INVALID,
			       "muster_state.chunk_position holds what this musterd did not "
			       "write: see which rows are done, and set it to NULL");
	}
	g_strlcpy(parsed.place, words[MARK_PLACE], sizeof(parsed.place));
	g_strlcpy(parsed.digest, words[MARK_DIGEST], sizeof(parsed.digest));
	parsed.low = chunk_key_values(&words[MARK_VALUES], (size_t)columns);
	parsed.high = chunk_key_values(&words[MARK_VALUES + columns], (size_t)columns);
	*mark = parsed;
	return 0;
}

/* ---- the tenant --------------------------------------------------------------------------- */

int chunk_mark_get(struct chunk_mark *mark, struct db_session *session, struct err *err)
{
	g_autofree char *sql = tenant_text(session, TENANT_CHUNK_GET, NULL);
	SCOPED(db_rows) rows = { 0 };

	*mark = (struct chunk_mark){ 0 };
	if (db_query(session, &rows, sql, err) < 0) {
		return -1;
	}
	if (rows.nr == 0 || rows.cells[0][0] == NULL) {
		return 0;
	}
	return chunk_mark_parse(mark, rows.cells[0][0], err);
}

int chunk_mark_put(struct db_session *session, const struct chunk_mark *mark, uint64_t epoch,
		   struct err *err)
{
	g_autofree char *text = mark == NULL ? g_strdup("") : chunk_mark_format(mark);
	g_autofree char *hex = tenant_hex(text);
	const struct tenant_param params[] = {
		{ .name = "position", .text = hex },
		{ .name = "epoch", .number = epoch },
		{ 0 },
	};
	g_autofree char *sql = tenant_text(session, TENANT_CHUNK_PUT, params);

	if (db_exec(session, sql, strlen(sql), err) < 0) {
		return -1;
	}
	if (db_affected(session) == 1) {
		return 0;
	}
	return err_set(err, ERR_CONFLICT,
		       "muster_state did not take the position: a newer musterd than that of "
		       "epoch %" PRIu64 " works here, stop the older of the two; where the newer "
		       "one has gone, restart this one",
		       epoch);
}
