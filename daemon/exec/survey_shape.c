#include "survey_shape.h"

#include <inttypes.h>

#include <glib.h>

#include "db.h"
#include "db_crew.h"
#include "exec.h"
#include "release.h"
#include "shape_read.h"
#include "shape_stamp.h"
#include "survey_verify.h"
#include "touched.h"
#include "visit.h"

enum { CLASS_SHAPE_LEN = 16, CLASS_PENDING_LEN = 8 };

#define SHARE_MAX 100 /* schemas */

/* How those are told apart who are asked about together. */
enum pass {
	PASS_TOUCHED, /* by what the release touches, where it is known what they looked like */
	PASS_ALL,     /* by everything */
	PASS_EACH,    /* not at all: each is read by itself */
	PASS_NR,
};

/* Without a release everybody who is not in the middle of a migration. */
static bool is_wanted(const struct exec_order *order, const struct exec_standing *standing)
{
	if (order->release == NULL) {
		return order->every_shape ? standing->exists
					  : standing->has_history && standing->open == NULL;
	}
	return standing->exists && (standing->pending > 0 || order->every_shape) &&
	       standing->ahead == NULL;
}

/*
 * Alike are those that look the same, lack the same migrations and have come as far in the one
 * that was left unfinished.
 */
static char *class_of(const struct shape *shape, const struct exec_standing *standing)
{
	g_autofree char *begun = NULL;

	if (standing->pending_digest == NULL) {
		return NULL;
	}
	if (standing->open != NULL && !standing->in_flight && standing->parts > 0) {
		begun = g_strdup_printf("+%s+%" PRId64 ".%" PRId64, standing->open, standing->done,
					standing->parts);
	} else if (standing->open != NULL && standing->done > 0 && !standing->in_flight) {
		begun = g_strdup_printf("+%s+%" PRId64, standing->open, standing->done);
	}
	return g_strdup_printf("%.*s%s-%.*s", CLASS_SHAPE_LEN, shape->fingerprint,
			       begun == NULL ? "" : begun, CLASS_PENDING_LEN,
			       standing->pending_digest);
}

/* Those who are alike: the same stamp, and the same that they should look like. */
struct group {
	struct exec_standing *first; /* it is read for all of them */
	GPtrArray *members;          /* struct exec_standing *, the first among them */
	const char *expected;        /* borrowed; "": nothing */
	bool relies;                 /* their stamps are alike only if they look so */
	char *stamp;                 /* owned; NULL: there was none */
	struct shape shape;          /* owned; of the first */
	bool doubtful;               /* that is the first one's alone */
};

/* One survey's way from standings to groups. */
struct sorting {
	struct visit *visit;
	struct exec_result *result;
	GPtrArray *groups;  /* struct group *, owned */
	GHashTable *by_key; /* of its groups; owned */
	GArray *doubtful;   /* indices of standings that are asked for everything; owned */
};

static void group_free(void *item)
{
	struct group *group = item;

	g_free(group->stamp);
	shape_release(&group->shape);
	g_ptr_array_unref(group->members);
	g_free(group);
}

/* Each different shape is kept once, under its fingerprint; where looks matter, under its look. */
static void keep(struct exec_result *result, GHashTable *known, struct exec_standing *first,
		 const struct shape *shape, bool by_look)
{
	g_autofree char *text = by_look ? shape_write(shape) : NULL;
	char *name = first->fingerprint;
	struct exec_shape found;

	if (by_look) {
		name = first->look = survey_verify_look(text);
	}
	if (!g_hash_table_add(known, name)) {
		return;
	}
	found = (struct exec_shape){
		.fingerprint = g_strdup(name),
		.text = by_look ? g_steal_pointer(&text) : shape_write(shape),
	};
	result->shapes = g_renew(struct exec_shape, result->shapes, result->nr_shapes + 1);
	result->shapes[result->nr_shapes++] = found;
}

static void take(struct exec_result *result, GHashTable *known, const struct group *group,
		 bool by_look)
{
	const struct shape *shape = &group->shape;

	if (shape->fingerprint[0] == '\0') {
		return; /* it vanished between the two looks */
	}
	for (guint i = 0; i < group->members->len; i++) {
		struct exec_standing *standing = g_ptr_array_index(group->members, i);

		standing->fingerprint = g_strdup(shape->fingerprint);
		standing->class = class_of(shape, standing);
	}
	keep(result, known, group->first, shape, by_look);
}

/* Schemas that one session reads behind one another. */
struct share {
	const char *const *schemas; /* borrowed */
	struct shape *shapes;       /* of each; borrowed */
	size_t nr;
};

static int read_share(struct db_session *session, void *item, struct err *err)
{
	const struct share *share = item;

	return shape_read_many(session, share->schemas, share->nr, share->shapes, err);
}

static int read_all(struct visit *visit, const char *const *schemas, struct shape *shapes,
		    size_t nr, struct err *err)
{
	g_autoptr(GArray) shares = g_array_new(FALSE, FALSE, sizeof(struct share));
	struct db_crew_work work = { .run = read_share, .size = sizeof(struct share) };
	size_t most = visit->order->crew == NULL ? nr : SHARE_MAX;

	for (size_t i = 0; i < nr; i += most) {
		const struct share share = { schemas + i, shapes + i, MIN(most, nr - i) };

		g_array_append_val(shares, share);
	}
	work.items = shares->data;
	work.nr = shares->len;
	if (db_crew_run(visit->order->crew, visit->session, &work, err) < 0) {
		for (size_t i = 0; i < nr; i++) {
			shape_release(&shapes[i]);
		}
		return -1;
	}
	return 0;
}

/* The schemas of those that are read for their groups. The array is owned. */
static const char **schemas_of(const GPtrArray *groups)
{
	const char **schemas = g_new0(const char *, groups->len);

	for (guint i = 0; i < groups->len; i++) {
		schemas[i] = ((struct group *)g_ptr_array_index(groups, i))->first->schema;
	}
	return schemas;
}

static int read_firsts(const struct sorting *sorting, struct err *err)
{
	const GPtrArray *groups = sorting->groups;
	g_autofree const char **schemas = schemas_of(groups);
	g_autofree struct shape *shapes = g_new0(struct shape, groups->len);

	if (read_all(sorting->visit, schemas, shapes, groups->len, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < groups->len; i++) {
		((struct group *)g_ptr_array_index(groups, i))->shape = shapes[i];
	}
	return 0;
}

/*
 * The one that was read does not look as it should: it alone, perhaps, as it is being migrated, or
 * as the stamps left out what nothing touches.
 */
static bool is_suspect(const struct group *group)
{
	return group->members->len > 1 && g_strcmp0(group->expected, group->shape.fingerprint) != 0;
}

/* Whose first one has another stamp behind its reading than in front of it. */
static int find_moved(const struct sorting *sorting, const GPtrArray *suspects, struct err *err)
{
	g_autofree const char **schemas = schemas_of(suspects);
	g_auto(GStrv) stamps = g_new0(char *, suspects->len + 1);

	if (shape_stamps(sorting->visit->session, schemas, suspects->len, NULL,
			 sorting->visit->order->crew, stamps, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < suspects->len; i++) {
		struct group *group = g_ptr_array_index(suspects, i);

		group->doubtful = g_strcmp0(group->stamp, stamps[i]) != 0;
	}
	return 0;
}

static int find_doubtful(const struct sorting *sorting, struct err *err)
{
	g_autoptr(GPtrArray) suspects = g_ptr_array_new();

	for (guint i = 0; i < sorting->groups->len; i++) {
		struct group *group = g_ptr_array_index(sorting->groups, i);

		if (is_suspect(group) && group->relies) {
			group->doubtful = true;
		} else if (is_suspect(group)) {
			g_ptr_array_add(suspects, group);
		}
	}
	return suspects->len == 0 ? 0 : find_moved(sorting, suspects, err);
}

static void doubt(struct sorting *sorting, const struct group *group)
{
	for (guint i = 0; i < group->members->len; i++) {
		const struct exec_standing *standing = g_ptr_array_index(group->members, i);
		size_t index = (size_t)(standing - sorting->result->standings);

		g_array_append_val(sorting->doubtful, index);
	}
}

/* known: fingerprints that the result has already. */
static int read_groups(struct sorting *sorting, GHashTable *known, struct err *err)
{
	if (read_firsts(sorting, err) < 0 || find_doubtful(sorting, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < sorting->groups->len; i++) {
		const struct group *group = g_ptr_array_index(sorting->groups, i);

		if (group->doubtful) {
			doubt(sorting, group);
		} else {
			take(sorting->result, known, group, sorting->visit->order->verifies);
		}
	}
	return 0;
}

static void add_to_group(struct sorting *sorting, const char *stamp, const char *expected,
			 bool relies, struct exec_standing *standing)
{
	/* what still runs in one may change it between the two looks: it speaks for itself only */
	bool is_alone = stamp == NULL || standing->in_flight;
	g_autofree char *key = g_strjoin(" ", stamp == NULL ? "" : stamp, expected,
					 is_alone ? standing->schema : NULL, NULL);
	struct group *group = g_hash_table_lookup(sorting->by_key, key);

	if (group == NULL) {
		group = g_new0(struct group, 1);
		group->first = standing;
		group->members = g_ptr_array_new();
		group->expected = expected;
		group->relies = relies;
		group->stamp = g_strdup(stamp);
		g_ptr_array_add(sorting->groups, group);
		g_hash_table_insert(sorting->by_key, g_steal_pointer(&key), group);
	}
	g_ptr_array_add(group->members, standing);
}

/* The standings that are to be read. Their indices, owned. */
static GArray *find_wanted(const struct exec_order *order, const struct exec_result *result)
{
	GArray *wanted = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (size_t i = 0; i < result->nr; i++) {
		if (is_wanted(order, &result->standings[i])) {
			g_array_append_val(wanted, i);
		}
	}
	return wanted;
}

static const char *expected_of(const struct exec_order *order, size_t index)
{
	return order->expected_shapes == NULL ? "" : order->expected_shapes[index];
}

/*
 * The names that what is pending may touch, which is all that is asked of those of whom it is
 * known what they looked like. NULL: all count; also of MySQL, which answers for all tables at the
 * same price. Owned.
 */
static GHashTable *find_touched(const struct visit *visit, const struct exec_result *result,
				const GArray *wanted)
{
	const struct exec_order *order = visit->order;
	g_autoptr(GArray) indices = g_array_new(FALSE, FALSE, sizeof(size_t));
	size_t first;

	if (order->release == NULL || order->expected_shapes == NULL ||
	    db_flavor(visit->session) != DB_MARIADB) {
		return NULL;
	}
	first = order->release->nr;
	for (guint i = 0; i < wanted->len; i++) {
		size_t index = g_array_index(wanted, size_t, i);

		if (*expected_of(order, index) != '\0') {
			first = MIN(first, result->standings[index].next);
		}
	}
	for (; first < order->release->nr; first++) {
		g_array_append_val(indices, first);
	}
	return touched_words(order->release, (const size_t *)(void *)indices->data, indices->len);
}

static void sorting_init(struct sorting *sorting, struct visit *visit, struct exec_result *result)
{
	*sorting = (struct sorting){
		.visit = visit,
		.result = result,
		.groups = g_ptr_array_new_with_free_func(group_free),
		.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.doubtful = g_array_new(FALSE, FALSE, sizeof(size_t)),
	};
}

static void sorting_release(struct sorting *sorting)
{
	g_clear_pointer(&sorting->groups, g_ptr_array_unref);
	g_clear_pointer(&sorting->by_key, g_hash_table_unref);
	g_clear_pointer(&sorting->doubtful, g_array_unref);
}

SCOPED_RELEASE(sorting);

/* These standings into groups. touched NULL: everything of them counts; with_stamps: or each alone. */
static int sort(struct sorting *sorting, const GArray *some, GHashTable *touched, bool with_stamps,
		struct err *err)
{
	const struct exec_order *order = sorting->visit->order;
	struct exec_standing *standings = sorting->result->standings;
	g_autofree const char **schemas = g_new0(const char *, some->len);
	g_auto(GStrv) stamps = g_new0(char *, some->len + 1);

	for (guint i = 0; i < some->len; i++) {
		schemas[i] = standings[g_array_index(some, size_t, i)].schema;
	}
	if (with_stamps && shape_stamps(sorting->visit->session, schemas, some->len, touched,
					order->crew, stamps, err) < 0) {
		return -1;
	}
	for (guint i = 0; i < some->len; i++) {
		size_t index = g_array_index(some, size_t, i);

		add_to_group(sorting, stamps[i], expected_of(order, index), touched != NULL,
			     &standings[index]);
	}
	return 0;
}

/* Of whom nothing is known to compare with everything counts: the next look relies on it. */
static int sort_touched(struct sorting *sorting, const GArray *wanted, struct err *err)
{
	g_autoptr(GHashTable) touched = find_touched(sorting->visit, sorting->result, wanted);
	g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(size_t));
	g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (guint i = 0; i < wanted->len; i++) {
		size_t index = g_array_index(wanted, size_t, i);
		bool is_known =
			touched != NULL && *expected_of(sorting->visit->order, index) != '\0';

		g_array_append_val(is_known ? known : unknown, index);
	}
	if (known->len > 0 && sort(sorting, known, touched, true, err) < 0) {
		return -1;
	}
	return unknown->len == 0 ? 0 : sort(sorting, unknown, NULL, true, err);
}

/* Those of the next pass take the place of wanted. */
static int run_pass(struct visit *visit, struct exec_result *result, enum pass pass, GArray *wanted,
		    GHashTable *known, struct err *err)
{
	SCOPED(sorting) sorting = { 0 };
	int done;

	sorting_init(&sorting, visit, result);
	done = pass == PASS_TOUCHED ? sort_touched(&sorting, wanted, err)
				    : sort(&sorting, wanted, NULL, pass == PASS_ALL, err);
	if (done < 0 || (sorting.groups->len > 0 && read_groups(&sorting, known, err) < 0)) {
		return -1;
	}
	g_array_set_size(wanted, 0);
	g_array_append_vals(wanted, sorting.doubtful->data, sorting.doubtful->len);
	return 0;
}

int survey_shapes(struct visit *visit, struct exec_result *result, struct err *err)
{
	g_autoptr(GArray) wanted = find_wanted(visit->order, result);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	int pass = visit->order->verifies ? PASS_EACH : PASS_TOUCHED;

	for (; pass < PASS_NR && wanted->len > 0; pass++) {
		if (run_pass(visit, result, (enum pass)pass, wanted, known, err) < 0) {
			return -1;
		}
	}
	return 0;
}
