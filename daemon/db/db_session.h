/*
 * db_session - what a session is made of; for the files of db alone.
 *
 * The library's own type has another name in each library: db_mysql.c alone knows it.
 */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include "db.h"

struct db_session {
	void *mysql;   /* owned; MYSQL */
	char *version; /* owned */
	char *pinned;  /* owned; NULL: the settings are the server's own */
	enum db_flavor flavor;
	uint64_t max_packet;
	uint64_t affected;
	bool lost;
};

#endif /* DB_SESSION_H */
