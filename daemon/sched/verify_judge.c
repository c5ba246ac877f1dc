#include "verify_judge.h"

#include <string.h>

#include "release.h"
#include "shape.h"
#include "shell.h"
#include "verify.h"

#define DIFF_MAX 100 /* lines of one tenant */
#define FEW      3   /* names in a sentence */

/* ---- what a position should look like ---------------------------------------------------- */

/* How most of a position look. */
struct usual {
	const struct verify_tenant *first;
	size_t nr;
	bool from_nothing; /* one of them began in an empty database */
};

static bool began_empty(const struct verify_position *position, const struct verify_tenant *tenant)
{
	return position->start != NULL && g_strcmp0(tenant->before, position->start) == 0;
}

static void find_usual(const struct verify_position *position, struct usual *usual)
{
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);

	*usual = (struct usual){ .first = g_ptr_array_index(position->members, 0) };
	for (guint i = 0; i < position->members->len; i++) {
		const struct verify_tenant *tenant = g_ptr_array_index(position->members, i);
		size_t nr = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, tenant->fingerprint)) + 1;

		g_hash_table_insert(counts, tenant->fingerprint, GSIZE_TO_POINTER(nr));
		if (nr > usual->nr) {
			usual->nr = nr;
			usual->first = tenant;
		}
	}
	for (guint i = 0; i < position->members->len; i++) {
		const struct verify_tenant *tenant = g_ptr_array_index(position->members, i);

		if (strcmp(tenant->fingerprint, usual->first->fingerprint) == 0 &&
		    began_empty(position, tenant)) {
			usual->from_nothing = true;
		}
	}
}

static bool somebody_looks(const struct verify_position *position, const char *fingerprint)
{
	for (guint i = 0; i < position->members->len; i++) {
		const struct verify_tenant *tenant = g_ptr_array_index(position->members, i);

		if (strcmp(tenant->fingerprint, fingerprint) == 0) {
			return true;
		}
	}
	return false;
}

static void fact_add(GArray *facts, const struct shape_fact *from)
{
	const struct shape_fact fact = {
		.object = g_strdup(from->object),
		.part = g_strdup(from->part),
		.text = g_strdup(from->text),
		.minor = from->minor,
	};

	g_array_append_val(facts, fact);
}

/* What is built, and the objects besides that only the other has; their names go to names. */
static void join(struct shape *joined, const struct shape *built, const struct shape *other,
		 GPtrArray *names)
{
	g_autoptr(GArray) facts = g_array_new(FALSE, FALSE, sizeof(struct shape_fact));
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; i < built->nr; i++) {
		fact_add(facts, &built->facts[i]);
		g_hash_table_add(known, built->facts[i].object);
	}
	for (size_t i = 0; i < other->nr; i++) {
		const struct shape_fact *fact = &other->facts[i];

		if (g_hash_table_contains(known, fact->object)) {
			continue;
		}
		fact_add(facts, fact);
		if (names->len == 0 ||
		    strcmp(g_ptr_array_index(names, names->len - 1), fact->object) != 0) {
			g_ptr_array_add(names, g_strdup(fact->object));
		}
	}
	shape_build(joined, facts);
}

static const char *version_of(const struct verify_position *position)
{
	return position->version == NULL ? "no version" : position->version;
}

/* "compared with the 3 that look alike at version 0002", or that there are none. Owned. */
static char *how(const struct verify_position *position, const struct usual *usual)
{
	if (usual->nr < 2) {
		return g_strdup_printf("there is no other that looks alike at %s",
				       version_of(position));
	}
	return g_strdup_printf("compared with the %zu that look alike at %s", usual->nr,
			       version_of(position));
}

/* "table a, table b and 4 more". Owned. */
static char *some(const GPtrArray *names)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < names->len && i < FEW; i++) {
		g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ",
				       (const char *)g_ptr_array_index(names, i));
	}
	if (names->len > FEW) {
		g_string_append_printf(text, " and %u more", names->len - FEW);
	}
	return g_string_free(text, FALSE);
}

static int shape_of(const struct verify *verify, const char *look, struct shape *shape)
{
	const char *text = g_hash_table_lookup(verify->shapes, look);
	struct err err;

	return text == NULL ? -1 : shape_parse(shape, text, &err);
}

/* Nothing of it can be built. */
static void expect_others(const struct verify *verify, struct verify_position *position,
			  const struct usual *usual, const char *why, struct shape *expected)
{
	g_autofree char *compared = how(position, usual);

	position->others = usual->nr;
	position->note = g_strdup_printf("%s (%s): %s",
					 position->start == NULL ? "this could not be built"
								 : "no release builds this",
					 why, compared);
	(void)shape_of(verify, usual->first->look, expected);
}

/* Nobody looks as it was built: does the release begin in the middle? */
static void expect_more(const struct verify *verify, struct verify_position *position,
			const struct usual *usual, const struct shape *built,
			struct shape *expected)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *compared = how(position, usual);
	g_autofree char *listed = NULL;
	SCOPED(shape) seen = { 0 };

	position->built = true;
	if (usual->from_nothing || shape_of(verify, usual->first->look, &seen) < 0) {
		shape_copy(expected, built);
		return;
	}
	join(expected, built, &seen, names);
	if (names->len == 0) {
		return;
	}
	listed = some(names);
	position->others = usual->nr;
	position->note = g_strdup_printf(
		"the release does not build all of this (%s): for that, %s", listed, compared);
}

static void expect(const struct verify *verify, struct verify_position *position,
		   const struct usual *usual, struct shape *expected)
{
	SCOPED(shape) built = { 0 };
	struct err err;

	if (position->text == NULL) {
		expect_others(verify, position, usual, position->why, expected);
	} else if (shape_parse(&built, position->text, &err) < 0) {
		expect_others(verify, position, usual, err.msg, expected);
	} else if (somebody_looks(position, built.fingerprint)) {
		position->built = true;
		*expected = built;
		built = (struct shape){ 0 };
	} else if (position->unrun != NULL && position->unrun[0] != NULL) {
		expect_others(verify, position, usual, position->unrun[0], expected);
	} else {
		expect_more(verify, position, usual, &built, expected);
	}
}

/* ---- what is said of tenants ------------------------------------------------------------- */

static void say(struct verify_tenant *tenant, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct verify_tenant *tenant, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	g_ptr_array_add(tenant->problems, g_strdup_vprintf(fmt, ap));
	va_end(ap);
}

static void say_altered(struct verify_tenant *tenant)
{
	g_autofree char *versions = NULL;

	if (tenant->altered == NULL || tenant->altered[0] == NULL) {
		return;
	}
	versions = g_strjoinv(", ", tenant->altered);
	say(tenant, "%s %s applied from another text than the release has", versions,
	    tenant->altered[1] == NULL ? "was" : "were");
	tenant->verdict = VERIFY_ALTERED;
}

/* Versions in front of the newest that have not run. */
static void say_gaps(const struct release *release, struct verify_tenant *tenant)
{
	ptrdiff_t newest = tenant->version == NULL ? -1 : release_find(release, tenant->version);
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *listed = NULL;

	for (size_t i = 0; i < tenant->nr_places; i++) {
		const struct migration *migration = &release->migrations[tenant->places[i]];

		if ((ptrdiff_t)tenant->places[i] < newest && !migration->skipped) {
			g_ptr_array_add(gaps, g_strdup(migration->version));
		}
	}
	if (gaps->len == 0) {
		return;
	}
	listed = some(gaps);
	say(tenant, "%s %s not applied, though %s is", listed, gaps->len == 1 ? "is" : "are",
	    tenant->version);
	tenant->verdict = VERIFY_INCOMPLETE;
}

/* From what is expected to one look. */
struct lines {
	char **major;
	char **minor;
};

static void lines_free(void *data)
{
	struct lines *lines = data;

	g_strfreev(lines->major);
	g_strfreev(lines->minor);
	g_free(lines);
}

static const struct lines *lines_of(const struct verify *verify, const struct shape *expected,
				    char *look, GHashTable *by_look)
{
	struct lines *lines = g_hash_table_lookup(by_look, look);
	SCOPED(shape) seen = { 0 };

	if (lines == NULL) {
		lines = g_new0(struct lines, 1);
		(void)shape_of(verify, look, &seen);
		lines->major = shape_major_lines(expected, &seen, DIFF_MAX);
		lines->minor = shape_minor_lines(expected, &seen, DIFF_MAX);
		g_hash_table_insert(by_look, look, lines);
	}
	return lines;
}

static void say_drifted(const struct verify_position *position, struct verify_tenant *tenant)
{
	guint nr = g_strv_length(tenant->diff);
	const char *s = nr == 1 ? "" : "s";

	if (position->built) {
		say(tenant, "%u difference%s from what the release builds at %s", nr, s,
		    version_of(position));
		tenant->verdict = VERIFY_DRIFTED;
	} else if (position->others > 1) {
		say(tenant, "%u difference%s from the %zu that look alike at %s", nr, s,
		    position->others, version_of(position));
		tenant->verdict = VERIFY_DRIFTED;
	}
}

static void judge_member(const struct verify *verify, struct verify_position *position,
			 struct verify_tenant *tenant, const struct lines *lines)
{
	tenant->verdict = position->others == 1 ? VERIFY_UNPROVEN : VERIFY_OK;
	tenant->diff = g_strdupv(lines->major);
	tenant->minor = g_strdupv(lines->minor);
	say_gaps(verify->release, tenant);
	say_altered(tenant);
	if (tenant->diff[0] != NULL) {
		say_drifted(position, tenant);
	}
	if (tenant->verdict == VERIFY_UNPROVEN) {
		say(tenant, "%s", position->note);
	}
	if (tenant->diff[0] == NULL && tenant->verdict != VERIFY_UNPROVEN &&
	    position->is_fine == NULL) {
		position->is_fine = tenant;
	}
}

static void judge_position(const struct verify *verify, struct verify_position *position)
{
	g_autoptr(GHashTable) by_look =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, lines_free);
	SCOPED(shape) expected = { 0 };
	struct usual usual;

	find_usual(position, &usual);
	if (!position->lost) {
		expect(verify, position, &usual, &expected);
	}
	for (guint i = 0; i < position->members->len; i++) {
		struct verify_tenant *tenant = g_ptr_array_index(position->members, i);

		if (position->lost) {
			tenant->verdict = VERIFY_UNKNOWN;
			say(tenant, "%s", position->why);
		} else {
			judge_member(verify, position, tenant,
				     lines_of(verify, &expected, tenant->look, by_look));
		}
	}
}

/* Of those that were not compared. */
static void judge_other(struct verify_tenant *tenant)
{
	if (!tenant->known) {
		tenant->verdict = VERIFY_UNKNOWN;
		say(tenant, "%s", tenant->why == NULL ? "nobody has asked" : tenant->why);
	} else if (!tenant->exists) {
		tenant->verdict = VERIFY_MISSING;
		say(tenant, "its database %s is not there", tenant->schema);
	} else if (!tenant->has_history) {
		tenant->verdict = VERIFY_UNRECORDED;
		say(tenant, "it has no history: nobody knows what it should look like");
	} else if (tenant->ahead != NULL) {
		tenant->verdict = VERIFY_AHEAD;
		say(tenant, "its history holds %s, which the release does not", tenant->ahead);
	} else {
		tenant->verdict = VERIFY_UNFINISHED;
		say(tenant, "it is in the middle of %s%s",
		    tenant->open == NULL ? "a rollout" : "migration ",
		    tenant->open == NULL ? "" : tenant->open);
	}
}

/* Owned, or NULL. */
static char *help_of(const struct verify *verify, const struct verify_tenant *tenant)
{
	const struct verify_tenant *fine =
		tenant->position == NULL ? NULL : tenant->position->is_fine;
	g_autofree char *other = shell_word(fine != NULL ? fine->name : "");
	g_autofree char *word = shell_word(tenant->name);
	g_autofree char *pick = shell_pick(tenant->name);

	switch (tenant->verdict) {
	case VERIFY_DRIFTED:
		return fine != NULL
			       ? g_strdup_printf("muster tenant diff %s %s", other, word)
			       : g_strdup_printf("muster tenant verify %s --against %s -o wide",
						 word, verify->name);
	case VERIFY_ALTERED:
	case VERIFY_UNPROVEN:
		return g_strdup_printf("muster release show %s", verify->name);
	case VERIFY_INCOMPLETE:
		return g_strdup_printf("muster plan %s -l %s", verify->name, pick);
	case VERIFY_AHEAD:
		return g_strdup("muster release list");
	case VERIFY_UNFINISHED:
	case VERIFY_MISSING:
		return g_strdup("muster doctor");
	case VERIFY_UNRECORDED:
		return g_strdup_printf("muster tenant baseline %s --release %s --at VERSION", word,
				       verify->name);
	case VERIFY_UNKNOWN:
		return g_strdup_printf("muster server check %s", tenant->server);
	case VERIFY_OK:
	case VERIFY_NR:
		break;
	}
	return NULL;
}

void verify_judge(struct verify *verify)
{
	for (guint i = 0; i < verify->positions->len; i++) {
		judge_position(verify, g_ptr_array_index(verify->positions, i));
	}
	for (size_t i = 0; i < verify->nr; i++) {
		struct verify_tenant *tenant = &verify->tenants[i];

		if (tenant->position == NULL) {
			judge_other(tenant);
		}
		tenant->help = help_of(verify, tenant);
	}
}
