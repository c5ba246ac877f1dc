#include "shape.h"

#include <string.h>

void shape_fact_clear(struct shape_fact *fact)
{
	g_free(fact->object);
	g_free(fact->part);
	g_free(fact->text);
}

void shape_release(struct shape *shape)
{
	for (size_t i = 0; i < shape->nr; i++) {
		shape_fact_clear(&shape->facts[i]);
	}
	g_free(shape->facts);
	*shape = (struct shape){ 0 };
}

static int compare_places(const struct shape_fact *a, const struct shape_fact *b)
{
	int object = strcmp(a->object, b->object);

	return object != 0 ? object : strcmp(a->part, b->part);
}

static gint compare_facts(gconstpointer a, gconstpointer b)
{
	return compare_places(a, b);
}

/* The closing zero of each text keeps "ab", "c" apart from "a", "bc". */
static void digest_add(GChecksum *sum, const char *text)
{
	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

/* Over the major facts of [first, first + nr). */
static void digest(const struct shape_fact *first, size_t nr,
		   char fingerprint[SHAPE_FINGERPRINT_LEN + 1])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (size_t i = 0; i < nr; i++) {
		if (!first[i].minor) {
			digest_add(sum, first[i].object);
			digest_add(sum, first[i].part);
			digest_add(sum, first[i].text);
		}
	}
	g_strlcpy(fingerprint, g_checksum_get_string(sum), SHAPE_FINGERPRINT_LEN + 1);
}

void shape_build(struct shape *shape, GArray *facts)
{
	struct shape_fact *all;
	size_t nr = 0;

	g_array_sort(facts, compare_facts);
	*shape = (struct shape){ .nr = facts->len };
	all = shape->facts = (struct shape_fact *)(void *)g_array_steal(facts, NULL);
	for (size_t i = 0; i < shape->nr; i++) {
		if (nr > 0 && compare_places(&all[nr - 1], &all[i]) == 0) {
			shape_fact_clear(&all[i]);
		} else {
			all[nr++] = all[i];
		}
	}
	shape->nr = nr;
	if (nr > 0) {
		digest(all, nr, shape->fingerprint);
	}
}

struct shape_fact shape_fact_copy(const struct shape_fact *fact)
{
	return (struct shape_fact){
		.object = g_strdup(fact->object),
		.part = g_strdup(fact->part),
		.text = g_strdup(fact->text),
		.minor = fact->minor,
	};
}

void shape_copy(struct shape *to, const struct shape *from)
{
	*to = *from;
	to->facts = g_new0(struct shape_fact, from->nr);
	for (size_t i = 0; i < from->nr; i++) {
		to->facts[i] = shape_fact_copy(&from->facts[i]);
	}
}

const struct shape_fact *shape_fact(const struct shape *shape, const char *object, const char *part)
{
	size_t first = 0;
	size_t end = shape->nr;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		const struct shape_fact *fact = &shape->facts[middle];
		int order = strcmp(object, fact->object);

		order = order != 0 ? order : strcmp(part, fact->part);
		if (order == 0) {
			return fact;
		}
		if (order < 0) {
			end = middle;
		} else {
			first = middle + 1;
		}
	}
	return NULL;
}

const char *shape_find(const struct shape *shape, const char *object, const char *part)
{
	const struct shape_fact *fact = shape_fact(shape, object, part);

	return fact == NULL ? NULL : fact->text;
}

bool shape_fingerprint_of(const struct shape *shape, const char *object,
			  char fingerprint[SHAPE_FINGERPRINT_LEN + 1])
{
	size_t first = 0;
	size_t end;

	while (first < shape->nr && strcmp(shape->facts[first].object, object) != 0) {
		first++;
	}
	for (end = first; end < shape->nr; end++) {
		if (strcmp(shape->facts[end].object, object) != 0) {
			break;
		}
	}
	if (first == end) {
		return false;
	}
	digest(&shape->facts[first], end - first, fingerprint);
	return true;
}

/* ---- differences --------------------------------------------------------------------- */

void shape_diff_release(struct shape_diff *diff)
{
	g_free(diff->changes);
	*diff = (struct shape_diff){ 0 };
}

/* fact is whichever of the two there is. */
static void note(GArray *changes, const struct shape_fact *fact, const struct shape_fact *before,
		 const struct shape_fact *after)
{
	const struct shape_change change = {
		.object = fact->object,
		.part = fact->part,
		.before = before == NULL ? NULL : before->text,
		.after = after == NULL ? NULL : after->text,
		.minor = (before == NULL || before->minor) && (after == NULL || after->minor),
		.from = before,
		.to = after,
	};

	g_array_append_val(changes, change);
}

void shape_diff_make(struct shape_diff *diff, const struct shape *before, const struct shape *after)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct shape_change));
	size_t b = 0;
	size_t a = 0;

	while (b < before->nr || a < after->nr) {
		const struct shape_fact *old = &before->facts[b];
		const struct shape_fact *new = &after->facts[a];
		int order = b == before->nr ? 1 : a == after->nr ? -1 : compare_places(old, new);

		if (order < 0) {
			note(changes, old, old, NULL);
		} else if (order > 0) {
			note(changes, new, NULL, new);
		} else if (strcmp(old->text, new->text) != 0 || old->minor != new->minor) {
			note(changes, old, old, new);
		}
		b += order <= 0;
		a += order >= 0;
	}
	diff->nr = changes->len;
	diff->changes = (struct shape_change *)(void *)g_array_free(changes, FALSE);
}

bool shape_is_same_but_minor(const struct shape *a, const struct shape *b)
{
	return strcmp(a->fingerprint, b->fingerprint) == 0;
}
