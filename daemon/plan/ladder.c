#include "ladder.h"

#include <stddef.h>
#include <string.h>

#define ONLINE_COPY_SINCE 110200 /* MariaDB */

/* Of MySQL: 64 up to 8.4, 255 later; a few are left for what runs meanwhile. */
#define ROW_VERSIONS_SINCE 90000
#define ROW_VERSIONS_OLD   60
#define ROW_VERSIONS_NEW   250

const char *const ladder_names[LADDER_NR] = {
	[LADDER_INSTANT] = "instant",         [LADDER_NOCOPY] = "nocopy",
	[LADDER_INPLACE] = "inplace",         [LADDER_INPLACE_LOCKED] = "inplace-locked",
	[LADDER_COPY_ONLINE] = "copy-online", [LADDER_COPY] = "copy",
};

static const struct {
	struct ladder_ask
		mariadb;         /* with LOCK: 10.11 takes INSTANT alone and copies all the same */
	struct ladder_ask mysql; /* which refuses INSTANT with LOCK=NONE */
	bool blocks_writes;
} rungs[LADDER_NR] = {
	[LADDER_INSTANT] = { { "INSTANT", "NONE" }, { "INSTANT", NULL }, false },
	[LADDER_NOCOPY] = { { "NOCOPY", "NONE" }, { NULL, NULL }, false },
	[LADDER_INPLACE] = { { "INPLACE", "NONE" }, { "INPLACE", "NONE" }, false },
	[LADDER_INPLACE_LOCKED] = { { "INPLACE", "SHARED" }, { "INPLACE", "SHARED" }, true },
	[LADDER_COPY_ONLINE] = { { "COPY", "NONE" }, { NULL, NULL }, false },
	[LADDER_COPY] = { { "COPY", "SHARED" }, { "COPY", "SHARED" }, true },
};

struct ladder_ask ladder_ask(enum ladder_rung rung, const struct ladder_server *server)
{
	if (!server->mariadb) {
		return rungs[rung].mysql;
	}
	if (rung == LADDER_COPY_ONLINE && server->version < ONLINE_COPY_SINCE) {
		return (struct ladder_ask){ 0 };
	}
	return rungs[rung].mariadb;
}

const char *ladder_named(const char *name)
{
	for (int rung = 0; rung < LADDER_NR; rung++) {
		if (strcmp(ladder_names[rung], name) == 0) {
			return ladder_names[rung];
		}
	}
	return NULL;
}

bool ladder_blocks_writes(enum ladder_rung rung)
{
	return rungs[rung].blocks_writes;
}

/* Numbers from 3000 on mean different things on the two servers. */
static const struct {
	int native;
	bool mariadb;
	bool mysql;
} refusals[] = {
	{ 1221, true, true }, /* ALGORITHM and LOCK do not go together */
	{ 1845, true, true },
	{ 1846, true, true },
	{ 4092, false, true }, /* too many row versions */
};

enum ladder_answer ladder_judge(int native, const struct ladder_server *server)
{
	if (native == 0) {
		return LADDER_TAKEN;
	}
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].native == native &&
		    (server->mariadb ? refusals[i].mariadb : refusals[i].mysql)) {
			return LADDER_NEXT;
		}
	}
	return LADDER_WRONG;
}

int64_t ladder_row_versions(const struct ladder_server *server)
{
	if (server->mariadb) {
		return INT64_MAX;
	}
	return server->version < ROW_VERSIONS_SINCE ? ROW_VERSIONS_OLD : ROW_VERSIONS_NEW;
}

static bool is_full(const struct ladder_facts *facts, const struct ladder_server *server)
{
	return facts->row_versions >= ladder_row_versions(server);
}

enum ladder_rung ladder_correct(enum ladder_rung rung, const struct ladder_facts *facts,
				const struct ladder_server *server)
{
	if (rung == LADDER_INSTANT && facts->columns &&
	    (facts->hidden_fulltext || is_full(facts, server))) {
		return LADDER_INPLACE;
	}
	if (rung == LADDER_COPY_ONLINE && facts->cascades) {
		return LADDER_COPY;
	}
	return rung;
}
