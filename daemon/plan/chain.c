#include "chain.h"

#include <string.h>

#include "ladder.h"

#define HEADER "chain 1"
#define MERGED "merged"

void chain_release(struct chain *chain)
{
	for (size_t i = 0; i < chain->nr; i++) {
		g_free(chain->steps[i].version);
		g_free(chain->steps[i].delta);
		g_free(chain->steps[i].note);
		g_free(chain->steps[i].table);
	}
	g_free(chain->steps);
	for (size_t i = 0; i < chain->nr_rewrites; i++) {
		g_free(chain->rewrites[i].version);
		g_strfreev(chain->rewrites[i].shapes);
		g_strfreev(chain->rewrites[i].ways);
	}
	g_free(chain->rewrites);
	g_free(chain->unlike);
	g_free(chain->failure.version);
	g_free(chain->failure.message);
	shape_release(&chain->start);
	*chain = (struct chain){ 0 };
}

void chain_add(struct chain *chain, const struct chain_step *step)
{
	chain->steps = g_renew(struct chain_step, chain->steps, chain->nr + 1);
	chain->steps[chain->nr] = *step;
	chain->steps[chain->nr].version = g_strdup(step->version);
	chain->steps[chain->nr].delta = g_strdup(step->delta == NULL ? "" : step->delta);
	chain->steps[chain->nr].note = g_strdup(step->note);
	chain->steps[chain->nr].table = g_strdup(step->table);
	chain->nr++;
}

void chain_rewrite_add(struct chain *chain, const struct chain_rewrite *rewrite)
{
	struct chain_rewrite *added;

	chain->rewrites = g_renew(struct chain_rewrite, chain->rewrites, chain->nr_rewrites + 1);
	added = &chain->rewrites[chain->nr_rewrites++];
	*added = *rewrite;
	added->version = g_strdup(rewrite->version);
	added->shapes = g_strdupv(rewrite->shapes);
	added->ways = g_strdupv(rewrite->ways);
}

const char *chain_rewrite_way(const struct chain *chain, const char *version, size_t number,
			      size_t part)
{
	for (size_t i = 0; i < chain->nr_rewrites; i++) {
		const struct chain_rewrite *rewrite = &chain->rewrites[i];

		if (rewrite->number == number && rewrite->ways != NULL &&
		    strcmp(rewrite->version, version) == 0) {
			return part < g_strv_length(rewrite->ways)
				       ? ladder_named(rewrite->ways[part])
				       : NULL;
		}
	}
	return NULL;
}

const struct chain_step *chain_find(const struct chain *chain, const char *version, size_t number)
{
	for (size_t i = 0; i < chain->nr; i++) {
		if (chain->steps[i].number == number &&
		    strcmp(chain->steps[i].version, version) == 0) {
			return &chain->steps[i];
		}
	}
	return NULL;
}

static const struct chain_step *first_of(const struct chain *chain, const char *version)
{
	for (size_t i = 0; i < chain->nr; i++) {
		if (strcmp(chain->steps[i].version, version) == 0) {
			return &chain->steps[i];
		}
	}
	return NULL;
}

const char **chain_fingerprints(const struct chain *chain, const char *version, size_t nr)
{
	const struct chain_step *first = chain == NULL ? NULL : first_of(chain, version);
	const char **all;

	if (first == NULL || first->number < 1 || first->number > nr) {
		return NULL;
	}
	all = g_new0(const char *, nr + 1);
	all[first->number - 1] =
		first == chain->steps ? chain->start.fingerprint : first[-1].fingerprint;
	for (size_t k = first->number; k <= nr; k++) {
		const struct chain_step *step = chain_find(chain, version, k);

		all[k] = step == NULL ? NULL : step->fingerprint;
	}
	return all;
}

int chain_shape(const struct chain *chain, size_t nr, struct shape *shape, struct err *err)
{
	SCOPED(shape) at = { 0 };

	shape_copy(&at, &chain->start);
	for (size_t i = 0; i < nr && i < chain->nr; i++) {
		struct shape next = { 0 };

		if (*chain->steps[i].delta == '\0') {
			continue;
		}
		if (shape_apply(&next, &at, chain->steps[i].delta, err) < 0) {
			return err_prefix(err, "%s statement %" G_GSIZE_FORMAT,
					  chain->steps[i].version, chain->steps[i].number);
		}
		shape_release(&at);
		at = next;
	}
	*shape = at;
	at = (struct shape){ 0 };
	return 0;
}

/* ---- as text ------------------------------------------------------------------------- */

/*
 * Lines; what begins with = or ~ is a fact of the start, with - or + of the step above. Texts
 * are escaped as in C, so that a line has no tab of its own.
 */
static void append_words(GString *out, const char *word, const char *text)
{
	g_autofree char *escaped = text == NULL ? NULL : g_strescape(text, NULL);

	if (escaped != NULL) {
		g_string_append_printf(out, "%s\t%s\n", word, escaped);
	}
}

static void append_way(GString *out, const struct chain_step *step)
{
	g_autofree char *table = step->table == NULL ? NULL : g_strescape(step->table, NULL);

	if (step->way != NULL && table != NULL) {
		g_string_append_printf(out, "way\t%s\t%s\t%d\n", step->way, table, step->rebuilds);
	}
}

static void append_step(GString *out, const struct chain_step *step)
{
	g_autofree char *version = g_strescape(step->version, NULL);

	g_string_append_printf(out, "step\t%s\t%" G_GSIZE_FORMAT "\t%s\n", version, step->number,
			       step->fingerprint);
	append_words(out, "note", step->note);
	append_way(out, step);
	if (step->kind != TASK_KIND_UNKNOWN) {
		append_words(out, "kind", task_kind_names[step->kind]);
	}
	g_string_append(out, step->delta);
}

static const char *how_name(enum rewrite_split how)
{
	return how == REWRITE_SPLIT_NR ? MERGED : rewrite_split_names[how];
}

static void append_rewrite(GString *out, const struct chain_rewrite *rewrite)
{
	g_autofree char *version = g_strescape(rewrite->version, NULL);
	g_autofree char *shapes = g_strjoinv(",", rewrite->shapes);
	g_autofree char *ways = rewrite->ways == NULL ? NULL : g_strjoinv(",", rewrite->ways);

	g_string_append_printf(
		out, "rewrite\t%s\t%" G_GSIZE_FORMAT "\t%" G_GSIZE_FORMAT "\t%s\t%s\t%s%s%s\n",
		version, rewrite->number, rewrite->nr, how_name(rewrite->how), rewrite->digest,
		shapes, ways == NULL ? "" : "\t", ways == NULL ? "" : ways);
}

char *chain_write(const struct chain *chain)
{
	GString *out = g_string_new(HEADER "\n");
	g_autofree char *start = shape_write(&chain->start);

	append_words(out, "unlike", chain->unlike);
	g_string_append(out, start);
	for (size_t i = 0; i < chain->nr; i++) {
		append_step(out, &chain->steps[i]);
	}
	for (size_t i = 0; i < chain->nr_rewrites; i++) {
		append_rewrite(out, &chain->rewrites[i]);
	}
	if (chain->failure.version != NULL) {
		g_autofree char *version = g_strescape(chain->failure.version, NULL);

		g_string_append_printf(out, "failed\t%s\t%" G_GSIZE_FORMAT "\t%d\n", version,
				       chain->failure.number, chain->failure.native);
		append_words(out, "message", chain->failure.message);
	}
	return g_string_free(out, FALSE);
}

struct reading {
	struct chain *chain;
	GString *start; /* facts of the start */
	GString *delta; /* of the last step */
};

static void end_step(struct reading *reading)
{
	struct chain *chain = reading->chain;

	if (chain->nr > 0) {
		g_free(chain->steps[chain->nr - 1].delta);
		chain->steps[chain->nr - 1].delta = g_strdup(reading->delta->str);
	}
	g_string_truncate(reading->delta, 0);
}

static bool read_step(struct reading *reading, char **fields)
{
	struct chain_step step = { 0 };

	if (g_strv_length(fields) != 4 || strlen(fields[3]) != SHAPE_FINGERPRINT_LEN) {
		return false;
	}
	end_step(reading);
	step.version = g_strcompress(fields[1]);
	step.number = (size_t)g_ascii_strtoull(fields[2], NULL, 10);
	g_strlcpy(step.fingerprint, fields[3], sizeof(step.fingerprint));
	chain_add(reading->chain, &step);
	g_free(step.version);
	return true;
}

static bool read_failure(struct reading *reading, char **fields)
{
	struct chain_failure *failure = &reading->chain->failure;

	if (g_strv_length(fields) != 4 || failure->version != NULL) {
		return false;
	}
	failure->version = g_strcompress(fields[1]);
	failure->number = (size_t)g_ascii_strtoull(fields[2], NULL, 10);
	failure->native = (int)g_ascii_strtoll(fields[3], NULL, 10);
	return true;
}

static bool read_rewrite(struct chain *chain, char **fields)
{
	struct chain_rewrite rewrite = { .how = REWRITE_SPLIT_NR };
	g_autofree char *version = NULL;
	g_auto(GStrv) shapes = NULL;
	g_auto(GStrv) ways = NULL;
	guint nr = g_strv_length(fields);
	int how;

	if (nr < 7 || nr > 8 || strlen(fields[5]) != REWRITE_DIGEST_LEN) {
		return false;
	}
	how = states_find(rewrite_split_names, REWRITE_SPLIT_NR, fields[4]);
	if (how < 0 && strcmp(fields[4], MERGED) != 0) {
		return false;
	}
	version = g_strcompress(fields[1]);
	shapes = g_strsplit(fields[6], ",", -1);
	rewrite.version = version;
	rewrite.shapes = shapes;
	ways = nr == 8 ? g_strsplit(fields[7], ",", -1) : NULL;
	rewrite.ways = ways;
	rewrite.number = (size_t)g_ascii_strtoull(fields[2], NULL, 10);
	rewrite.nr = (size_t)g_ascii_strtoull(fields[3], NULL, 10);
	rewrite.how = how < 0 ? REWRITE_SPLIT_NR : (enum rewrite_split)how;
	g_strlcpy(rewrite.digest, fields[5], sizeof(rewrite.digest));
	chain_rewrite_add(chain, &rewrite);
	return rewrite.number > 0 && rewrite.nr > 0 && shapes[0] != NULL;
}

static bool read_way(struct chain *chain, char **fields)
{
	struct chain_step *step = chain->nr == 0 ? NULL : &chain->steps[chain->nr - 1];

	if (g_strv_length(fields) != 4 || step == NULL || step->way != NULL) {
		return false;
	}
	step->way = ladder_named(fields[1]);
	step->table = g_strcompress(fields[2]);
	step->rebuilds = strcmp(fields[3], "1") == 0;
	return step->way != NULL;
}

/* A text that may stand once. */
static bool read_text(char **to, char **fields)
{
	if (g_strv_length(fields) != 2 || to == NULL || *to != NULL) {
		return false;
	}
	*to = g_strcompress(fields[1]);
	return true;
}

static bool read_kind(struct chain *chain, char **fields)
{
	int kind = g_strv_length(fields) != 2 || chain->nr == 0
			   ? -1
			   : states_find(task_kind_names, TASK_KIND_NR, fields[1]);

	if (kind >= 0) {
		chain->steps[chain->nr - 1].kind = (enum task_kind)kind;
	}
	return kind >= 0;
}

static bool read_words(struct reading *reading, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
	struct chain *chain = reading->chain;

	if (strcmp(fields[0], "step") == 0) {
		return read_step(reading, fields);
	}
	if (strcmp(fields[0], "failed") == 0) {
		return read_failure(reading, fields);
	}
	if (strcmp(fields[0], "rewrite") == 0) {
		return read_rewrite(chain, fields);
	}
	if (strcmp(fields[0], "way") == 0) {
		return read_way(chain, fields);
	}
	if (strcmp(fields[0], "note") == 0) {
		return read_text(chain->nr == 0 ? NULL : &chain->steps[chain->nr - 1].note, fields);
	}
	if (strcmp(fields[0], "kind") == 0) {
		return read_kind(chain, fields);
	}
	if (strcmp(fields[0], "message") == 0) {
		return read_text(&chain->failure.message, fields);
	}
	return strcmp(fields[0], "unlike") == 0 && read_text(&chain->unlike, fields);
}

static bool read_line(struct reading *reading, const char *line)
{
	if (*line == '=' || *line == '~') {
		g_string_append_printf(reading->start, "%s\n", line);
		return reading->chain->nr == 0;
	}
	if (*line == '-' || *line == '+') {
		g_string_append_printf(reading->delta, "%s\n", line);
		return reading->chain->nr > 0;
	}
	return *line != '\0' && read_words(reading, line);
}

int chain_parse(struct chain *chain, const char *text, struct err *err)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) start = g_string_new(NULL);
	g_autoptr(GString) delta = g_string_new(NULL);
	SCOPED(chain) got = { 0 };
	struct reading reading = { .chain = &got, .start = start, .delta = delta };
	size_t nr = g_strv_length(lines);

	if (nr < 2 || strcmp(lines[0], HEADER) != 0 || *lines[nr - 1] != '\0') {
		return err_set(err, ERR_INVALID, "stored chain: it is not one of ours");
	}
	for (size_t i = 1; i + 1 < nr; i++) {
		if (!read_line(&reading, lines[i])) {
			return err_set(err, ERR_INVALID,
				       "stored chain, line %" G_GSIZE_FORMAT
				       ": cannot be understood",
				       i + 1);
		}
	}
	end_step(&reading);
	if (shape_parse(&got.start, start->str, err) < 0) {
		return -1;
	}
	*chain = got;
	got = (struct chain){ 0 };
	return 0;
}
