/*
 * db - a session on a tenant's server.
 *
 * One struct db_session is one connection of the client library. It belongs to
 * whoever holds the pointer and may move between threads, but is used by one at a
 * time. Every call blocks. Workers only; the loop thread never calls anything here
 * but db_session_free on a session that is idle.
 *
 * One statement per packet, for a killed client must not leave a second statement behind
 * on the server; db_together alone sends several. Nothing here repeats a statement. The
 * error's code says whether the caller may:
 *   ERR_UNREACHABLE      no connection was made; nothing was sent
 *   ERR_DENIED           the server refused the account
 *   ERR_UNKNOWN_OUTCOME  the link broke while a statement was in flight
 *   ERR_DB               the server refused the statement; native is its number
 *
 *   ERR_INVALID          the option file cannot be used; nothing was sent
 * After a lost link every call answers ERR_UNREACHABLE: nothing is sent any more.
 * Messages are the server's own, without values of a client's rows (db_fault.h).
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum db_flavor { DB_UNKNOWN, DB_MARIADB, DB_MYSQL, DB_FLAVOR_NR };

extern const char *const db_flavor_names[DB_FLAVOR_NR]; /* "unknown", "mariadb", "mysql" */

/* Where a server is. Credentials come from the option file alone. */
struct db_addr {
	char *host;          /* owned; NULL with a socket */
	unsigned port;       /* 0: the default */
	char *socket;        /* owned; NULL with a host */
	char *defaults_file; /* owned; NULL: no option file is read; see db_login.h */
};

void db_addr_copy(struct db_addr *to, const struct db_addr *from);
void db_addr_release(struct db_addr *addr);
SCOPED_RELEASE(db_addr);

/* "host:port" or the socket's path: for people and logs. Owned. */
char *db_addr_format(const struct db_addr *addr);

/* ERR_INVALID when nothing can ever listen there: a path that is too long, a host that is none. */
NODISCARD int db_addr_check(const struct db_addr *addr, struct err *err);

struct db_session;

/* A result in text; cells are NULL where the server says NULL. */
struct db_rows {
	char ***cells; /* owned; cells[row][column] */
	size_t nr;
	size_t columns;
	char **names; /* owned; of the columns, by db_query_named alone; else NULL */
};

void db_rows_release(struct db_rows *rows);
SCOPED_RELEASE(db_rows);

/* Once from main, before any thread exists, and after all of them have ended. */
NODISCARD int db_library_init(struct err *err);
void db_library_end(void);

/* First and last call of a thread that uses sessions. */
void db_thread_init(void);
void db_thread_end(void);

/*
 * Connect, within ten seconds. Leaves headroom: when the server has fewer free
 * connections than max(3, 5 % of max_connections), the new one is closed again and
 * the error is ERR_UNREACHABLE with native 1040. Connection attributes name muster.
 */
NODISCARD struct db_session *db_open(const struct db_addr *addr, struct err *err);
void db_session_free(struct db_session *session); /* NULL is fine */

/*
 * How long a session waits. step is called with every step_ms for which an answer is
 * late; false, or stop_fd becoming readable, ends the wait: ERR_TIMEOUT, and the session is
 * lost. Once an answer has begun, five seconds of silence lose the link, as does a connect
 * that takes longer than connect_s.
 */
struct db_patience {
	unsigned connect_s;
	unsigned step_ms;
	int stop_fd; /* 0: none */
	bool (*step)(void *ctx, int64_t waited_ms);
	void *ctx;
};

/* As db_open; every call on this session waits so. patience is borrowed until it is freed. */
NODISCARD struct db_session *db_open_patient(const struct db_addr *addr,
					     const struct db_patience *patience, struct err *err);

/* From here on every call on this session waits so. Borrowed until another one is set; NULL: none. */
void db_set_patience(struct db_session *session, const struct db_patience *patience);

static inline void db_session_scoped_free(struct db_session **session)
{
	db_session_free(*session);
}

enum db_flavor db_flavor(const struct db_session *session);
const char *db_version(const struct db_session *session);     /* "10.11.19-MariaDB-…" */
unsigned db_version_number(const struct db_session *session); /* 101119, 90704 */
uint64_t db_connection_id(const struct db_session *session);
uint64_t db_max_packet(const struct db_session *session); /* the server's, bytes */
bool db_in_transaction(const struct db_session *session);
bool db_autocommits(const struct db_session *session);
bool db_is_lost(const struct db_session *session);      /* only free it */
uint64_t db_affected(const struct db_session *session); /* by the last db_exec */

/*
 * Make schema the default one. Unknown: ERR_DB, native 1049. A link found broken is
 * ERR_UNREACHABLE: this changes nothing that a client owns.
 */
NODISCARD int db_use(struct db_session *session, const char *schema, struct err *err);

/*
 * Run one statement (NUL-terminated, len without it); results are read and thrown away.
 * One that is larger than the server's max_allowed_packet is not sent: ERR_DB, native 1153.
 */
NODISCARD int db_exec(struct db_session *session, const char *sql, size_t len, struct err *err);

/* printf and run. Values go in through db_quote, names through db_quote_name. */
NODISCARD int db_execf(struct db_session *session, struct err *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Run one query and keep its rows. */
NODISCARD int db_query(struct db_session *session, struct db_rows *rows, const char *sql,
		       struct err *err);
NODISCARD int db_queryf(struct db_session *session, struct db_rows *rows, struct err *err,
			const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * Run several statements, one behind the other until one fails, in one round trip where the
 * server lets a session do so. Only what harms nobody when the caller is killed meanwhile:
 * the server goes on to the last of them. rows has nr places; *done is how many have run, also
 * on failure; db_affected is of the first. None may change what db_pin set.
 */
NODISCARD int db_together(struct db_session *session, const char *const *statements,
			  struct db_rows *rows, size_t nr, size_t *done, struct err *err);

/* The same with the names of the columns, for what has other columns on every server. */
NODISCARD int db_query_named(struct db_session *session, struct db_rows *rows, const char *sql,
			     struct err *err);

/* The cell of the column with this name (letter case is nothing), or NULL. */
const char *db_rows_cell(const struct db_rows *rows, size_t row, const char *name);

/* 'text' with everything escaped; NULL gives NULL (the word). Owned. */
char *db_quote(const struct db_session *session, const char *text);

/* `name` with backquotes doubled. Owned. Any thread. */
char *db_quote_name(const char *name);

/*
 * Forget what the last file left in the session (variables, temporary tables, open
 * transaction, every GET_LOCK, what db_pin set). A link found broken is ERR_UNREACHABLE.
 */
NODISCARD int db_reset(struct db_session *session, struct err *err);

/*
 * For db_guard. The settings in force as db_pin wrote them; NULL when the session is new or
 * reset, or a statement since may have changed one: any whose first word is not known
 * to be harmless.
 */
const char *db_pinned(const struct db_session *session);
void db_set_pinned(struct db_session *session, const char *settings);
bool db_leaves_settings(const char *sql);

/*
 * End a session's statement, or the session itself, through another session. Fine when
 * it is not there any more: either way the caller looks what has come of it.
 */
NODISCARD int db_kill(struct db_session *session, uint64_t connection_id, bool whole,
		      struct err *err);

#endif /* DB_H */
