#include "wave.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "err.h"

#define VALUE_MAX 1000000 /* keeps the arithmetic below far from overflow */

static int step_parse(struct wave_step *step, const char *word, size_t len, struct err *err)
{
	struct wave_step parsed = { .unit = WAVE_COUNT };
	size_t digits = len;

	if (len == strlen("rest") && memcmp(word, "rest", len) == 0) {
		*step = (struct wave_step){ .unit = WAVE_REST };
		return 0;
	}
	if (len > 0 && word[len - 1] == '%') {
		parsed.unit = WAVE_PERCENT;
		digits--;
	}
	for (size_t i = 0; i < digits && parsed.value <= VALUE_MAX; i++) {
		if (word[i] < '0' || word[i] > '9') {
			parsed.value = 0;
			break;
		}
		parsed.value = parsed.value * 10 + (size_t)(word[i] - '0');
	}
	if (parsed.value == 0 || parsed.value > VALUE_MAX) {
		return err_set(err, ERR_INVALID, "\"%.*s\" is not a number, a share or \"rest\"",
			       (int)len, word);
	}
	if (parsed.unit == WAVE_PERCENT && parsed.value > 100) {
		return err_set(err, ERR_INVALID, "\"%.*s\" is more than all", (int)len, word);
	}
	*step = parsed;
	return 0;
}

int wave_spec_parse(struct wave_spec *spec, const char *text, struct err *err)
{
	struct wave_spec parsed = { 0 };

	for (const char *next = text; next != NULL;) {
		const char *word = next + strspn(next, " ");
		size_t len = strcspn(word, ", ");
		const char *end = word + len + strspn(word + len, " ");

		if (parsed.nr == WAVE_STEPS_MAX) {
			return err_set(err, ERR_INVALID, "waves: more than %d steps",
				       WAVE_STEPS_MAX);
		}
		if (parsed.nr > 0 && parsed.steps[parsed.nr - 1].unit == WAVE_REST) {
			return err_set(err, ERR_INVALID, "waves: nothing can follow \"rest\"");
		}
		if (step_parse(&parsed.steps[parsed.nr], word, len, err) < 0) {
			return err_prefix(err, "waves: step %zu", parsed.nr + 1);
		}
		parsed.nr++;
		if (*end != ',' && *end != '\0') {
			return err_set(err, ERR_INVALID, "waves: comma missing before \"%s\"", end);
		}
		next = *end == ',' ? end + 1 : NULL;
	}
	*spec = parsed;
	return 0;
}

static size_t step_size(const struct wave_step *step, size_t nr)
{
	switch (step->unit) {
	case WAVE_COUNT:
		return step->value;
	case WAVE_PERCENT: /* rounded up, and safe for any nr */
		return nr / 100 * step->value + (nr % 100 * step->value + 99) / 100;
	case WAVE_REST:
		return nr;
	}
	abort(); /* no default above, so -Wswitch-enum names a unit we forget */
}

int wave_plan_build(struct wave_plan *plan, const struct wave_spec *spec, const int64_t *tenants,
		    size_t nr, struct err *err)
{
	struct wave_plan built = { 0 };
	size_t done = 0;

	assert(plan->tenants == NULL);
	if (nr == 0) {
		return err_set(err, ERR_INVALID, "waves: no tenant to cut");
	}
	for (size_t i = 0; i < spec->nr && done < nr; i++) {
		size_t want = step_size(&spec->steps[i], nr);
		size_t count = want < nr - done ? want : nr - done;

		built.waves[built.nr++] = (struct wave){ .first = done, .count = count };
		done += count;
	}
	if (done < nr) {
		return err_set(err, ERR_INVALID, "waves: %zu of %zu tenants are in no wave",
			       nr - done, nr);
	}
	built.tenants = g_memdup2(tenants, nr * sizeof(*tenants));
	*plan = built;
	return 0;
}

void wave_plan_release(struct wave_plan *plan)
{
	g_free(plan->tenants);
	*plan = (struct wave_plan){ 0 };
}
