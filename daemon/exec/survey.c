#include "survey.h"

#include <string.h>

#include <glib.h>

#include "db.h"
#include "db_catalog.h"
#include "db_crew.h"
#include "exec.h"
#include "halfway.h"
#include "pending.h"
#include "release.h"
#include "survey_shape.h"
#include "survey_verify.h"
#include "tick.h"
#include "visit.h"

/* The release of a survey, ready to be asked by version. */
struct survey {
	const struct release *release; /* NULL: versions only */
	GHashTable *by_version;        /* owned; version -> its index + 1 */
	const char *to_version;
	bool verifies;
};

static int survey_init(struct survey *survey, const struct exec_order *order, struct err *err)
{
	const struct release *release = order->release;
	ptrdiff_t last;

	*survey = (struct survey){ .release = release, .verifies = order->verifies };
	if (release == NULL) {
		return 0;
	}
	last = release_last(release, order->to_version);
	if (order->to_version != NULL && last < 0) {
		return err_set(err, ERR_INVALID,
			       "the release has no migration %s: see `muster release show`",
			       order->to_version);
	}
	survey->to_version = order->to_version;
	survey->by_version = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < release->nr; i++) {
		g_hash_table_insert(survey->by_version, release->migrations[i].version,
				    GSIZE_TO_POINTER(i + 1));
	}
	return 0;
}

static void survey_release(struct survey *survey)
{
	g_clear_pointer(&survey->by_version, g_hash_table_unref);
}

SCOPED_RELEASE(survey);

const char *survey_newest(char *const *applied, const char *known)
{
	const char *newest = NULL;

	for (; applied != NULL && *applied != NULL; applied++) {
		if (newest == NULL || g_strcmp0(*applied, known) == 0 ||
		    release_version_compare(*applied, newest) > 0) {
			newest = *applied;
		}
	}
	return newest;
}

static void count_pending(const struct survey *survey, const bool *is_applied,
			  struct exec_standing *standing)
{
	g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);
	const struct release *release = survey->release;
	SCOPED(pending) pending = { 0 };

	pending_find(&pending, release, survey->to_version, is_applied);
	for (size_t i = 0; i < pending.nr; i++) {
		const char *version = release->migrations[pending.indices[i]].version;

		g_checksum_update(digest, (const guchar *)version, -1);
		g_checksum_update(digest, (const guchar *)"\n", 1);
	}
	standing->pending = (int64_t)pending.nr;
	standing->next = pending.nr == 0 ? release->nr : pending.indices[0];
	standing->places = g_memdup2(pending.indices, pending.nr * sizeof(size_t));
	standing->statements = pending.statements;
	standing->pending_digest = g_strdup(g_checksum_get_string(digest));
}

/* Something that was applied is gone: the tenant was put back to an earlier state. */
static bool is_regressed(const struct db_position *position, const char *expected)
{
	return expected != NULL && expected[0] != '\0' && position->exists &&
	       position->problem == NULL &&
	       !g_strv_contains((const char *const *)position->applied, expected);
}

/* Of a checksum there may be no more than the beginning. */
static void compare_text(const struct migration *migration, const char *checksum,
			 GStrvBuilder *altered)
{
	if (!migration->skipped && !g_str_has_prefix(migration->checksum, checksum)) {
		g_strv_builder_add(altered, migration->version);
	}
}

static void compare(const struct survey *survey, const struct db_position *position,
		    struct exec_standing *standing)
{
	g_autofree bool *is_applied = g_new0(bool, survey->release->nr);
	g_autoptr(GStrvBuilder) altered = g_strv_builder_new();
	const struct migration *migrations = survey->release->migrations;
	size_t newest = 0;

	for (size_t i = 0; position->applied[i] != NULL; i++) {
		const char *version = position->applied[i];
		size_t number = GPOINTER_TO_SIZE(g_hash_table_lookup(survey->by_version, version));

		if (number > 0) {
			is_applied[number - 1] = true;
			newest = MAX(newest, number);
			compare_text(&migrations[number - 1], position->checksums[i], altered);
		} else if (standing->ahead == NULL) {
			standing->ahead = g_strdup(version);
		}
	}
	standing->altered = g_strv_builder_end(altered);
	if (newest > 0) {
		standing->version = g_strdup(migrations[newest - 1].version);
	}
	if (position->open != NULL && standing->ahead == NULL &&
	    !g_hash_table_contains(survey->by_version, position->open)) {
		standing->ahead = g_strdup(position->open);
	}
	count_pending(survey, is_applied, standing);
}

static void fill(const struct survey *survey, struct db_position *position, const char *expected,
		 struct exec_standing *standing)
{
	*standing = (struct exec_standing){
		.schema = g_strdup(position->schema),
		.exists = position->exists,
		.has_history = position->has_history,
		.open = g_strdup(position->open),
		.done = (int64_t)position->done,
		.in_flight = position->in_flight,
		.problem = g_strdup(position->problem),
		.regressed = is_regressed(position, expected),
		.epoch = position->epoch,
		.bytes = position->bytes,
	};
	if (survey->release == NULL) {
		standing->version = g_strdup(survey_newest(position->applied, expected));
		standing->applied = g_steal_pointer(&position->applied);
		return;
	}
	compare(survey, position, standing);
	if (survey->verifies) {
		standing->before = g_strdup(position->before);
	}
	if (standing->ahead != NULL) { /* beyond what the release can say */
		g_free(standing->version);
		standing->version = g_strdup(survey_newest(position->applied, expected));
	}
}

/* Few are ever unfinished, and a history that an earlier musterd made does not know. */
static int ask_foretold(struct visit *visit, struct exec_standing *standing, struct err *err)
{
	g_autofree char *schema = db_quote_name(standing->schema);
	g_autofree char *version = db_quote(visit->session, standing->open);
	SCOPED(db_rows) rows = { 0 };
	struct halfway halfway;

	if (db_queryf(
		    visit->session, &rows, err,
		    "select chain from %s.muster_history where version = %s and chain is not null",
		    schema, version) < 0) {
		return err->code == ERR_DB ? 0 : -1;
	}
	standing->foretold = rows.nr == 1 && standing->in_flight;
	halfway_read(&halfway, rows.nr == 1 ? rows.cells[0][0] : NULL, (size_t)standing->done);
	standing->parts = (int64_t)halfway.parts;
	return 0;
}

static int ask_all_foretold(struct visit *visit, struct exec_result *result, struct err *err)
{
	for (size_t i = 0; i < result->nr; i++) {
		struct exec_standing *standing = &result->standings[i];

		if (standing->open != NULL && ask_foretold(visit, standing, err) < 0) {
			return -1;
		}
	}
	return 0;
}

static int look(struct visit *visit, struct exec_result *result, char **schemas, struct err *err)
{
	const struct exec_order *order = visit->order;
	char **expected = order->expected;
	int64_t looked_ms = tick_ms();
	unsigned wants = (order->with_bytes ? DB_POSITIONS_BYTES : 0U) |
			 (order->verifies ? DB_POSITIONS_CHECKSUMS : 0U);
	SCOPED(db_positions) positions = { 0 };
	SCOPED(survey) survey = { 0 };

	if (survey_init(&survey, order, err) < 0 ||
	    db_positions_get(visit->session, &positions, (const char *const *)schemas,
			     g_strv_length(schemas), wants, order->crew, err) < 0) {
		return -1;
	}
	result->standings = g_new0(struct exec_standing, positions.nr);
	for (size_t i = 0; i < positions.nr; i++) {
		fill(&survey, &positions.positions[i], expected == NULL ? NULL : expected[i],
		     &result->standings[i]);
		result->standings[i].looked_ms = looked_ms;
	}
	result->nr = positions.nr;
	if (!order->with_shapes) {
		return 0;
	}
	if (ask_all_foretold(visit, result, err) < 0 || survey_shapes(visit, result, err) < 0) {
		return -1;
	}
	return order->verifies ? survey_verify_again(visit, &positions, result, err) : 0;
}

int survey_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	char *none[] = { NULL };
	char **schemas = visit->order->schemas;

	if (visit->order->helps) {
		db_crew_help(visit->order->crew, visit->session);
		return 0;
	}
	db_crew_begin(visit->order->crew);
	return look(visit, result, schemas == NULL ? none : schemas, err);
}

int survey_discover(struct visit *visit, struct exec_result *result, struct err *err)
{
	g_auto(GStrv) schemas = db_schemas(visit->session, visit->order->word, err);

	return schemas == NULL ? -1 : look(visit, result, schemas, err);
}
