#include <stddef.h>
#include <string.h>

#include <glib.h>

#include "release.h"

static size_t digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

static int compare_numbers(const char **a, const char **b)
{
	const char *left = *a + strspn(*a, "0");
	const char *right = *b + strspn(*b, "0");
	size_t left_len = digits_at(left);
	size_t right_len = digits_at(right);

	*a = left + left_len;
	*b = right + right_len;
	if (left_len != right_len) {
		return left_len < right_len ? -1 : 1;
	}
	return memcmp(left, right, left_len);
}

/* End, separators, all the rest: so that 2_4__x stands before 2_4_1__x. */
static int rank_of(char byte)
{
	if (byte == '\0') {
		return 0;
	}
	return byte == '_' || byte == '.' ? 1 : 2;
}

int release_version_compare(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		int left = rank_of(*a);
		int right = rank_of(*b);
		int order = left - right;

		if (order == 0 && g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
			order = compare_numbers(&a, &b);
		} else if (order == 0) {
			order = left == 1 ? 0 : (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
		}
		if (order != 0) {
			return order;
		}
	}
	return 0;
}

ptrdiff_t release_find(const struct release *release, const char *version)
{
	for (size_t i = 0; i < release->nr; i++) {
		if (strcmp(release->migrations[i].version, version) == 0) {
			return (ptrdiff_t)i;
		}
	}
	return -1;
}

ptrdiff_t release_find_word(const struct release *release, const char *word)
{
	ptrdiff_t index = release_find(release, word);

	for (size_t i = 0; index < 0 && i < release->nr; i++) {
		if (release_version_compare(release->migrations[i].version, word) == 0) {
			index = (ptrdiff_t)i;
		}
	}
	return index;
}

char *release_altered(const struct release *release, size_t index)
{
	const struct migration *migration = &release->migrations[index];

	return g_strdup_printf("migration %s was changed after it was applied here: restore %s as "
			       "it was, or skip it in release.cfg once every tenant has it",
			       migration->version, migration->file);
}

ptrdiff_t release_last(const struct release *release, const char *to_version)
{
	return to_version == NULL ? (ptrdiff_t)release->nr - 1
				  : release_find_word(release, to_version);
}
