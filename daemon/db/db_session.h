/*
 * db_session - what a session is made of; for the files of db alone.
 *
 * The library's own type has another name in each library: db_mysql.c and db_connect.c alone
 * know it.
 */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include "db.h"

struct db_meter;

/* Does the server take several statements in one packet from this session? */
enum db_several {
	DB_SEVERAL_OFF, /* as it is connected */
	DB_SEVERAL_ON,
	DB_SEVERAL_UNSURE, /* it did, and was reset since */
	DB_SEVERAL_NEVER,  /* what stands in between refused to */
};

struct db_session {
	void *mysql;       /* owned; MYSQL */
	char *version;     /* owned */
	char *pinned;      /* owned; NULL: the settings are the server's own */
	char *lock_schema; /* owned; whose lock was named last */
	char *lock_name;   /* owned; its name, quoted */
	enum db_flavor flavor;
	uint64_t max_packet;
	uint64_t affected;
	bool lost;
	enum db_several several;
	bool named;                         /* the result that is read next keeps its names */
	const struct db_patience *patience; /* borrowed; NULL: waits for ever */
	struct db_meter *meter;             /* borrowed */
};

/*
 * Until the answer begins to come in through fd, as the session's patience says; nothing of it
 * can be in the library before. ERR_TIMEOUT: the session is lost.
 */
NODISCARD int db_patience_wait(struct db_session *session, int fd, struct err *err);

/* ERR_UNREACHABLE, native 1040: too few connections would be left to others. Learns max_packet. */
NODISCARD int db_headroom_check(struct db_session *session, struct err *err);

#endif /* DB_SESSION_H */
