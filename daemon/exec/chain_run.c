#include "chain_run.h"

#include <string.h>

#include <glib.h>

#include "chain.h"
#include "crash.h"
#include "db.h"
#include "db_catalog.h"
#include "evidence.h"
#include "exec.h"
#include "forecast.h"
#include "halfway.h"
#include "log.h"
#include "pending.h"
#include "release.h"
#include "scratch.h"
#include "visit.h"

#define DOUBTS_APART 3 /* up to so many statements of one reason are told one by one */

/* Where the schema stands: what is not applied up to the wanted version, in order. */
struct standing {
	struct pending pending;
	size_t begun;           /* index of the one that was left unfinished */
	size_t done;            /* its statements that are done */
	struct halfway halfway; /* of the one behind those */
};

static void standing_release(struct standing *standing)
{
	pending_release(&standing->pending);
}

SCOPED_RELEASE(standing);

static int find_halfway(struct visit *visit, const char *version, struct standing *standing,
			struct err *err)
{
	g_autofree char *schema = db_quote_name(visit->order->schema);
	g_autofree char *quoted = db_quote(visit->session, version);
	SCOPED(db_rows) rows = { 0 };

	if (db_queryf(
		    visit->session, &rows, err,
		    "select chain from %s.muster_history where version = %s and chain is not null",
		    schema, quoted) < 0) {
		return err->code == ERR_DB ? 0 : -1; /* a history of an earlier musterd */
	}
	halfway_read(&standing->halfway, rows.nr == 1 ? rows.cells[0][0] : NULL, standing->done);
	return 0;
}

static int find_begun(struct visit *visit, struct standing *standing,
		      const struct db_position *position, struct err *err)
{
	const struct release *release = visit->order->release;
	ptrdiff_t index = position->open == NULL ? -1 : release_find(release, position->open);

	if (index < 0) {
		return 0;
	}
	if (position->in_flight) {
		return err_set(err, ERR_CONFLICT,
			       "what migration %s has done there so far is not settled yet",
			       position->open);
	}
	standing->begun = (size_t)index;
	standing->done = position->done;
	return find_halfway(visit, position->open, standing, err);
}

static int find_standing(struct visit *visit, const char *schema, struct standing *standing,
			 struct err *err)
{
	const struct release *release = visit->order->release;
	const char *const schemas[] = { schema };
	g_autofree bool *is_applied = NULL;
	SCOPED(db_positions) positions = { 0 };
	const char *const *applied;

	if (db_positions_get(visit->session, &positions, schemas, 1, 0, NULL, err) < 0 ||
	    find_begun(visit, standing, &positions.positions[0], err) < 0) {
		return -1;
	}
	applied = (const char *const *)positions.positions[0].applied;
	is_applied = g_new0(bool, release->nr);
	for (size_t i = 0; i < release->nr; i++) {
		is_applied[i] =
			applied != NULL && g_strv_contains(applied, release->migrations[i].version);
	}
	pending_find(&standing->pending, release, visit->order->to_version, is_applied);
	return 0;
}

static bool is_lost(const struct err *err)
{
	return err->code == ERR_UNREACHABLE || err->code == ERR_UNKNOWN_OUTCOME;
}

bool chain_stops(const void *order)
{
	return visit_stops(order);
}

static int make(struct visit *visit, const struct standing *standing, GArray *ways,
		struct chain *chain, struct err *err)
{
	const struct exec_order *order = visit->order;
	const struct scratch_work work = {
		.release = order->release,
		.indices = standing->pending.indices,
		.nr = standing->pending.nr,
		.begun = standing->begun,
		.done = standing->done,
		.halfway = &standing->halfway,
		.stops = chain_stops,
		.asker = order,
		.rewrites = order->rewrites,
		.tried = order->with_forecast ? forecast_tried : NULL,
		.rewritten = order->with_forecast ? forecast_rewritten : NULL,
		.ctx = ways,
	};
	SCOPED_PTR(db_session) runner = visit_connect(order, err);
	struct scratch *scratch;
	struct err left = { 0 };
	int made;

	if (runner == NULL) {
		return -1;
	}
	scratch = scratch_begin(visit->session, order->schema, order->scratch, &work,
				(int64_t)order->epoch, err);
	if (scratch == NULL) {
		return -1;
	}
	CRASH_POINT(CHAIN_COPIED);
	made = scratch_run(scratch, runner, &work, chain, err);
	CRASH_POINT(CHAIN_RUN);
	if (scratch_end(scratch, &left) < 0) {
		log_warn("scratch schema left over schema=%s error=\"%s\"", order->schema,
			 left.msg);
	}
	if (made == 0 && is_lost(&left)) {
		*err = left; /* what is left over goes when it is made once more */
		made = -1;
	}
	CRASH_POINT(CHAIN_DROPPED);
	return made;
}

/* ---- what to know before the start ------------------------------------------------------ */

/* The statements by which a crash could not be judged, for one reason. */
struct doubt {
	const char *why;
	GPtrArray *places; /* of char *, owned */
};

struct review {
	const struct chain *chain;
	struct shape now; /* in front of the statement */
	GArray *doubts;   /* of struct doubt, borrowed */
	GPtrArray *lines; /* of char *, owned */
};

static void doubt_clear(void *item)
{
	struct doubt *doubt = item;

	g_ptr_array_unref(doubt->places);
}

static struct doubt *doubt_get(GArray *doubts, const char *why)
{
	struct doubt new;

	for (guint i = 0; i < doubts->len; i++) {
		struct doubt *doubt = &g_array_index(doubts, struct doubt, i);

		if (strcmp(doubt->why, why) == 0) {
			return doubt;
		}
	}
	new = (struct doubt){ .why = why, .places = g_ptr_array_new_with_free_func(g_free) };
	g_array_append_val(doubts, new);
	return &g_array_index(doubts, struct doubt, doubts->len - 1);
}

/* What stops early leaves hundreds untried: one line says so, too. */
static void say_doubt(GPtrArray *lines, const struct doubt *doubt)
{
	guint said = doubt->places->len > DOUBTS_APART ? 1 : doubt->places->len;
	g_autofree char *more =
		g_strdup_printf(" and %u more behind it", doubt->places->len - said);

	for (guint i = 0; i < said; i++) {
		g_ptr_array_add(lines,
				g_strdup_printf("%s%s %s: a crash while %s leaves the tenant in "
						"doubt",
						(const char *)g_ptr_array_index(doubt->places, i),
						said < doubt->places->len ? more : "", doubt->why,
						said < doubt->places->len ? "one of them runs"
									  : "it runs"));
	}
}

static int review_one(struct review *review, const struct migration *migration, size_t index,
		      struct err *err)
{
	const struct statement *statement = &migration->up.statements[index];
	const struct chain_step *found = chain_find(review->chain, migration->version, index + 1);
	bool may_write = statement->kind == STATEMENT_DML || statement->kind == STATEMENT_CALL;
	g_auto(GStrv) plain = may_write ? shape_plain_names(&review->now) : NULL;
	g_autoptr(GHashTable) routines =
		statement->kind == STATEMENT_CALL ? shape_routines(&review->now) : NULL;
	const struct evidence_facts facts = {
		.shape_known = found != NULL,
		.shape_changed = found != NULL && found->delta[0] != '\0',
		.plain_tables = plain,
		.routines = routines,
	};
	struct shape next = { 0 };
	const char *why;

	if (evidence_of(statement, &facts, &why) == EVIDENCE_NONE) {
		g_ptr_array_add(doubt_get(review->doubts, why)->places,
				g_strdup_printf("%s:%u statement %zu of %zu", migration->file,
						statement->line, index + 1, migration->up.nr));
	}
	if (found == NULL || found->delta[0] == '\0') {
		return 0;
	}
	if (shape_apply(&next, &review->now, found->delta, err) < 0) {
		return -1;
	}
	shape_release(&review->now);
	review->now = next;
	return 0;
}

static int review_all(struct review *review, const struct release *release,
		      const struct standing *standing, struct err *err)
{
	if (chain_shape(review->chain, 0, &review->now, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < standing->pending.nr; i++) {
		size_t index = standing->pending.indices[i];
		const struct migration *migration = &release->migrations[index];

		for (size_t k = index == standing->begun ? standing->done : 0;
		     !migration->skipped && k < migration->up.nr; k++) {
			if (review_one(review, migration, k, err) < 0) {
				return -1;
			}
		}
	}
	return 0;
}

/* Owned, NULL-terminated. */
static char **warnings_of(const struct chain *chain, const struct release *release,
			  const struct standing *standing)
{
	g_autoptr(GArray) doubts = g_array_new(FALSE, FALSE, sizeof(struct doubt));
	struct review review = { .chain = chain, .doubts = doubts, .lines = g_ptr_array_new() };
	struct err err;

	g_array_set_clear_func(doubts, doubt_clear);
	if (chain->failure.version != NULL) {
		g_ptr_array_add(review.lines,
				g_strdup_printf("would fail: %s", chain->failure.message));
	}
	if (chain->unlike != NULL) {
		g_ptr_array_add(review.lines,
				g_strdup_printf("could be copied only in part: %s", chain->unlike));
	}
	if (review_all(&review, release, standing, &err) < 0) {
		g_ptr_array_add(review.lines, g_strdup(err.msg));
	}
	for (guint i = 0; i < doubts->len; i++) {
		say_doubt(review.lines, &g_array_index(doubts, struct doubt, i));
	}
	shape_release(&review.now);
	g_ptr_array_add(review.lines, NULL);
	return (char **)g_ptr_array_free(review.lines, FALSE);
}

/* A copy, and its own one, of a trial that has ended with its link. */
static int drop_lost(struct visit *visit, const char *name, struct err *err)
{
	int64_t epoch = (int64_t)visit->order->epoch;
	g_autofree char *beside = scratch_name_beside(name);

	return scratch_drop(visit->session, beside, epoch, err) < 0
		       ? -1
		       : scratch_drop(visit->session, name, epoch, err);
}

/* The name stays the order's: when the link broke, the copy of the first try goes first. */
int chain_clear_way(struct visit *visit, struct err *err)
{
	struct exec_order *order = visit->order;

	if (order->scratch == NULL) {
		order->scratch = scratch_name_new();
		return 0;
	}
	return drop_lost(visit, order->scratch, err);
}

static int add_forecast(const struct standing *standing, const struct chain *chain,
			const GArray *ways, const struct exec_order *order,
			struct exec_result *result, struct err *err)
{
	const struct forecast_work work = {
		.release = order->release,
		.indices = standing->pending.indices,
		.nr = standing->pending.nr,
		.begun = standing->begun,
		.done = standing->done,
		.ways = ways,
	};

	if (!order->with_forecast) {
		return 0;
	}
	result->forecast = forecast_make(chain, &work, err);
	return result->forecast == NULL ? -1 : 0;
}

int chain_run(struct visit *visit, struct exec_result *result, struct err *err)
{
	const struct exec_order *order = visit->order;
	SCOPED(standing) standing = { 0 };
	g_autoptr(GArray) ways = forecast_ways_new();
	SCOPED(chain) chain = { 0 };

	if (find_standing(visit, order->schema, &standing, err) < 0 ||
	    chain_clear_way(visit, err) < 0 || make(visit, &standing, ways, &chain, err) < 0) {
		return -1;
	}
	result->chain_text = chain_write(&chain);
	result->warnings = warnings_of(&chain, order->release, &standing);
	return add_forecast(&standing, &chain, ways, order, result, err);
}

int chain_sweep(struct visit *visit, struct exec_result *result, struct err *err)
{
	size_t dropped = 0;

	(void)result;
	for (char **name = visit->order->schemas; name != NULL && *name != NULL; name++) {
		if (drop_lost(visit, *name, err) < 0) {
			return -1;
		}
	}
	if (scratch_sweep(visit->session, (int64_t)visit->order->epoch, &dropped, err) < 0) {
		return -1;
	}
	if (dropped > 0) {
		log_info("left-over scratch schemas dropped number=%zu", dropped);
	}
	return 0;
}

static int is_read_only(struct visit *visit, bool *read_only, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };

	if (db_query(visit->session, &rows, "select concat(@@global.read_only) in ('0', 'OFF')",
		     err) < 0) {
		return -1;
	}
	*read_only = rows.nr != 1 || g_strcmp0(rows.cells[0][0], "1") != 0;
	return 0;
}

int chain_left(struct visit *visit, struct exec_result *result, struct err *err)
{
	bool read_only;

	if (is_read_only(visit, &read_only, err) < 0) {
		return -1;
	}
	result->left_over =
		read_only ? g_new0(char *, 1)
			  : scratch_left(visit->session, (int64_t)visit->order->epoch, err);
	return result->left_over == NULL ? -1 : 0;
}
