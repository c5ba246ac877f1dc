#include "chunk_size.h"

#include <glib.h>

#define GROWS  1.5
#define SHRINK 0.5

void chunk_size_init(struct chunk_size *size, int64_t wanted, int64_t last)
{
	int64_t most = wanted > 0 ? wanted : CHUNK_MOST;
	int64_t first = last > 0 ? last : wanted > 0 ? wanted : CHUNK_FIRST;

	*size = (struct chunk_size){ .rows = (double)MIN(first, most), .most = most };
}

int64_t chunk_size_next(const struct chunk_size *size, bool slow)
{
	return MAX((int64_t)(slow ? size->rows / 2 : size->rows), 1);
}

static void set(struct chunk_size *size, double rows)
{
	size->rows = CLAMP(rows, 1.0, (double)size->most);
}

void chunk_size_took(struct chunk_size *size, int64_t rows, int64_t us)
{
	double right = (double)rows * CHUNK_TIME_US / (double)MAX(us, 1);

	/* one that was smaller than it could be, as the last one of a table, says less */
	set(size, CLAMP(right, size->rows * SHRINK, size->rows * GROWS));
}

void chunk_size_failed(struct chunk_size *size)
{
	set(size, size->rows * SHRINK);
}
