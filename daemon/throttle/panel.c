#include "panel.h"

#include <pthread.h>

#include <glib.h>

#include "sample.h"

struct place {
	char *name; /* owned; NULL: a built-in one */
	bool put;
	bool refused;
	double value;
	char *problem; /* owned; NULL: value is good */
	int64_t at_ms;
	int64_t hold_ms;
};

struct panel {
	pthread_mutex_t lock;
	struct place *places; /* owned */
	size_t nr;
	char *where; /* owned */
	int64_t cores;
};

struct panel *panel_new(const char *const *names, size_t nr)
{
	struct panel *panel = g_new0(struct panel, 1);

	CHECK(pthread_mutex_init(&panel->lock, NULL) == 0);
	panel->nr = SIGNAL_NR + nr;
	panel->places = g_new0(struct place, panel->nr);
	for (size_t i = 0; i < nr; i++) {
		panel->places[SIGNAL_NR + i].name = g_strdup(names[i]);
	}
	return panel;
}

void panel_free(struct panel *panel)
{
	if (panel == NULL) {
		return;
	}
	for (size_t i = 0; i < panel->nr; i++) {
		g_free(panel->places[i].name);
		g_free(panel->places[i].problem);
	}
	(void)pthread_mutex_destroy(&panel->lock);
	g_free(panel->places);
	g_free(panel->where);
	g_free(panel);
}

static void put(struct panel *panel, size_t index, const struct place *what)
{
	struct place *place = &panel->places[index];

	CHECK(index < panel->nr);
	(void)pthread_mutex_lock(&panel->lock);
	g_free(place->problem);
	place->put = what->put;
	place->refused = what->refused;
	place->value = what->value;
	place->problem = g_strdup(what->problem);
	place->at_ms = what->at_ms;
	place->hold_ms = what->hold_ms;
	(void)pthread_mutex_unlock(&panel->lock);
}

void panel_put(struct panel *panel, size_t place, double value, int64_t now_ms, int64_t hold_ms)
{
	put(panel, place,
	    &(struct place){ .put = true, .value = value, .at_ms = now_ms, .hold_ms = hold_ms });
}

void panel_put_problem(struct panel *panel, size_t place, const char *problem, int64_t now_ms,
		       int64_t hold_ms)
{
	g_autofree char *text = g_strdup(problem);

	put(panel, place,
	    &(struct place){ .put = true, .problem = text, .at_ms = now_ms, .hold_ms = hold_ms });
}

void panel_put_refused(struct panel *panel, size_t place, const char *problem)
{
	g_autofree char *text = g_strdup(problem);

	put(panel, place, &(struct place){ .put = true, .refused = true, .problem = text });
}

bool panel_has(struct panel *panel, size_t place)
{
	bool has;

	(void)pthread_mutex_lock(&panel->lock);
	has = panel->places[place].put && !panel->places[place].refused;
	(void)pthread_mutex_unlock(&panel->lock);
	return has;
}

void panel_set_where(struct panel *panel, const char *where)
{
	(void)pthread_mutex_lock(&panel->lock);
	g_free(panel->where);
	panel->where = g_strdup(where);
	(void)pthread_mutex_unlock(&panel->lock);
}

void panel_set_cores(struct panel *panel, int64_t cores)
{
	(void)pthread_mutex_lock(&panel->lock);
	panel->cores = cores;
	(void)pthread_mutex_unlock(&panel->lock);
}

static void add_to(struct sample *sample, const char *name, const struct place *place)
{
	if (place->refused) {
		sample_add_refused(sample, name, place->problem);
	} else if (place->problem != NULL) {
		sample_add_problem(sample, name, place->problem);
	} else {
		sample_add(sample, name, place->value);
	}
}

struct sample *panel_sample(struct panel *panel, int64_t server_id, int64_t now_ms)
{
	struct sample *sample = sample_new(server_id, now_ms);

	(void)pthread_mutex_lock(&panel->lock);
	for (size_t i = 0; i < panel->nr; i++) {
		const struct place *place = &panel->places[i];
		const char *name = i < SIGNAL_NR ? signal_kinds[i].name : place->name;

		if (!place->put || (!place->refused && now_ms - place->at_ms > place->hold_ms)) {
			continue;
		}
		add_to(sample, name, place);
	}
	if (panel->where != NULL) {
		sample_set_where(sample, panel->where);
	}
	sample->cores = panel->cores;
	(void)pthread_mutex_unlock(&panel->lock);
	return sample;
}
