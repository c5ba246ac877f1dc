#include "sample.h"

#include <math.h>
#include <string.h>

#define ROOM_FIRST 16
#define CHUNK_SIZE 512

struct sample *sample_new(int64_t server_id, int64_t at_ms)
{
	struct sample *sample = g_new0(struct sample, 1);

	sample->server_id = server_id;
	sample->at_ms = at_ms;
	sample->texts = g_string_chunk_new(CHUNK_SIZE);
	return sample;
}

void sample_free(struct sample *sample)
{
	if (sample == NULL) {
		return;
	}
	g_string_chunk_free(sample->texts);
	g_free(sample->readings);
	g_free(sample);
}

static struct reading *add(struct sample *sample, const char *name)
{
	if (sample->nr == sample->room) {
		sample->room = sample->room == 0 ? ROOM_FIRST : sample->room * 2;
		sample->readings = g_renew(struct reading, sample->readings, sample->room);
	}
	sample->readings[sample->nr] = (struct reading){
		.name = g_string_chunk_insert_const(sample->texts, name),
	};
	return &sample->readings[sample->nr++];
}

void sample_add(struct sample *sample, const char *name, double value)
{
	add(sample, name)->value = value;
}

void sample_add_problem(struct sample *sample, const char *name, const char *problem)
{
	struct reading *reading = add(sample, name);

	reading->value = (double)NAN;
	reading->problem = g_string_chunk_insert_const(sample->texts, problem);
}

void sample_add_refused(struct sample *sample, const char *name, const char *problem)
{
	sample_add_problem(sample, name, problem);
	sample->readings[sample->nr - 1].is_refused = true;
}

void sample_set_where(struct sample *sample, const char *where)
{
	sample->where = g_string_chunk_insert_const(sample->texts, where);
}

const struct reading *sample_find(const struct sample *sample, const char *name)
{
	for (size_t i = 0; i < sample->nr; i++) {
		if (strcmp(sample->readings[i].name, name) == 0) {
			return &sample->readings[i];
		}
	}
	return NULL;
}
